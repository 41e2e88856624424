//! Rules about how a network learns: its steps, its units and its curves.

use super::findings::{Cure, Evidence, Said, said};
use super::vitals::{HiddenLayer, Vitals};
use crate::insight::references::Rivals;
use crate::look::value_label;
use crate::recipe::{OptimizerKind, Value};
use crate::train::history::Evaluation;

/// Steps before which a network is not judged by what it does: every one is bad at first.
pub(super) const EARLY: u64 = 300;
/// The first step may be so many times as large as others.
const FIRST_STEP: f64 = 5.0;
/// Evaluations without a better one that count as a rise.
const RISING: usize = 3;
/// Evaluations after which reconstructions are judged: at first every one is bad.
const LEARNED: usize = 10;
/// The held-out cost as a multiple of the training cost that is overfitting where it does not improve any more.
const GAP: f64 = 1.5;
/// Evaluations without a better one that are no moment's noise.
const LONG: usize = 5;

fn word(word: &str) -> Value {
    Value::Word(word.to_owned())
}

impl Evidence<'_> {
    /// The checks since the evaluations can be compared.
    pub(super) fn comparable_checks(&self) -> &[Vitals] {
        let since = self.evaluations.first().map_or(0, |evaluation| evaluation.step);
        let from = self.checks.iter().position(|vitals| vitals.step >= since);
        &self.checks[from.unwrap_or(self.checks.len())..]
    }

    fn training_costs(&self) -> Vec<f64> {
        self.evaluations.iter().filter_map(|e| e.train.map(|train| train.objective)).collect()
    }
}

fn percent(share: f64) -> String {
    format!("{}\u{a0}%", value_label((1000.0 * share).round() / 10.0))
}

pub(super) fn exploding(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let costs: Vec<f64> = evidence.evaluations.iter().map(|e| e.held_out.objective).collect();
    let (latest, before) = costs.split_last()?;
    let lowest = before.iter().copied().fold(f64::INFINITY, f64::min);
    (lowest > 0.0 && *latest > threshold * lowest).then(|| {
        let rate = evidence.recipe.training.learning_rate;
        let sentence = format!(
            "the held-out objective has risen from {} to {}. The steps are so large that they make the next ones larger.",
            value_label(lowest),
            value_label(*latest)
        );
        said(sentence, Cure::live("Divide the learning rate by 10", "training.learning_rate", rate / 10.0))
    })
}

/// The hidden layer with the largest value of something, and that value.
fn worst(vitals: &Vitals, of: impl Fn(&HiddenLayer) -> f64) -> Option<(usize, f64)> {
    let all = vitals.hidden.iter().map(of).enumerate();
    all.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(layer, share)| (layer + 1, share))
}

pub(super) fn dead_units(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let (layer, share) = worst(evidence.now()?, |layer| layer.dead)?;
    (evidence.step() > 0 && share > threshold).then(|| {
        let sentence = format!(
            "{} of the units of hidden layer {layer} are zero for all of the images that were looked at, so they learn \
             nothing any more. A step that was too large, or a large negative bias, does that.",
            percent(share)
        );
        let settings = [("model.activation", word("leaky-relu")), ("training.learning_rate", Value::Number(1e-3))];
        said(sentence, Cure::restart("Restart with leaky ReLU", &settings))
    })
}

pub(super) fn saturated(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let (layer, share) = worst(evidence.now()?, |layer| layer.saturated)?;
    (share > threshold).then(|| {
        let sentence = format!(
            "{} of the outputs of hidden layer {layer} are at an end of the activation's range, where its slope is almost \
             zero and gradients do not pass. The weights are too large.",
            percent(share)
        );
        said(sentence, Cure::restart("Restart with smaller weights", &[("model.init", word("auto"))]))
    })
}

/// The relative changes of all layers by the next update, smallest first.
fn changes(vitals: &Vitals) -> Vec<f64> {
    let mut changes: Vec<f64> = vitals.updates.iter().map(|update| f64::from(update.change)).collect();
    changes.sort_by(f64::total_cmp);
    changes
}

/// The largest change per step that checks with the present learning rate have seen. It is remembered: a network that was
/// ruined by large steps makes none any more.
pub(super) fn rate_too_high(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let rate = evidence.recipe.training.learning_rate;
    let middle = |vitals: &Vitals| {
        let changes = changes(vitals);
        let change = changes.get(changes.len() / 2).copied().unwrap_or(0.0);
        // The first step of Adam moves every weight by the learning rate.
        if vitals.step == 0 { change / FIRST_STEP } else { change }
    };
    let checks = evidence.checks.iter().filter(|vitals| vitals.learning_rate == rate);
    let largest = checks.map(middle).fold(0.0, f64::max);
    (evidence.step() > 0 && largest > threshold).then(|| {
        let sentence = format!(
            "one step changes the weights by {} of their size; about 0.1\u{a0}% is usual. The network jumps about instead \
             of settling.",
            percent(largest)
        );
        said(sentence, Cure::live("Divide the learning rate by 10", "training.learning_rate", rate / 10.0))
    })
}

pub(super) fn rate_too_low(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let largest = *changes(evidence.now()?).last()?;
    let rate = evidence.recipe.training.learning_rate;
    (evidence.step() > 0 && largest < threshold && rate > 0.0).then(|| {
        let better = if evidence.recipe.training.optimizer == OptimizerKind::Sgd { 100.0 * rate } else { 1e-3 };
        let sentence = format!(
            "one step changes the weights of no layer by more than {largest:.0e} of their size; about 1e-3 is usual. At this pace \
             learning takes a thousand times as long as it could."
        );
        said(sentence, Cure::live(format!("Set the learning rate to {}", value_label(better)), "training.learning_rate", better))
    })
}

pub(super) fn vanishing(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let vitals = evidence.now()?;
    let largest = vitals.updates.iter().map(|update| update.change).fold(0.0, f32::max);
    let smallest = vitals.updates.iter().enumerate().min_by(|(_, a), (_, b)| a.change.total_cmp(&b.change));
    let (layer, smallest) = smallest?;
    let ratio = f64::from(smallest.change / largest.max(f32::MIN_POSITIVE));
    (evidence.step() > 0 && vitals.updates.len() > 2 && ratio < threshold).then(|| {
        let sentence = format!(
            "one step changes the weights of layer {} by {:.0e} of their size, those of the fastest layer by {:.0e}. The \
             gradient hardly reaches it.",
            layer + 1,
            smallest.change,
            largest
        );
        let settings = [
            ("model.activation", word("relu")),
            ("model.init", word("auto")),
            ("training.optimizer", word("adam")),
            ("training.learning_rate", Value::Number(1e-3)),
        ];
        said(sentence, Cure::restart("Restart with ReLU and Adam", &settings))
    })
}

pub(super) fn overfitting(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let evaluations = evidence.evaluations;
    let held_out = |e: &Evaluation| e.held_out.objective;
    let best = evaluations.iter().rev().min_by(|a, b| held_out(a).total_cmp(&held_out(b)))?;
    let latest = evaluations.last()?;
    let since = evaluations.iter().filter(|e| e.step > best.step).count();
    let training = |e: &Evaluation| e.train.map(|train| train.objective);
    let still_learns = training(best).zip(training(latest)).is_some_and(|(before, now)| now < before);
    let rise = held_out(latest) / held_out(best) - 1.0;
    let has_risen = since >= RISING && rise > threshold;
    let gap = training(latest).map_or(0.0, |training| held_out(latest) / training);
    let is_apart = since >= LONG && gap > GAP;
    (still_learns && (has_risen || is_apart)).then(|| {
        let held_out_words = if has_risen {
            format!("has risen from {} to {}", value_label(held_out(best)), value_label(held_out(latest)))
        } else {
            format!("has stayed at {}", value_label(held_out(latest)))
        };
        let sentence = format!(
            "the training objective still falls, to {}, but the held-out objective {held_out_words}. The network learns its \
             training images by heart.",
            value_label(training(latest).unwrap_or(f64::NAN))
        );
        let cure = if evidence.recipe.data.built_in().is_some() && evidence.recipe.data.count < 12_000 {
            Cure::restart("Draw 12,000 images", &[("data.count", Value::Integer(12_000))])
        } else {
            let noise = [("noise.kind", word("masking")), ("noise.amount", Value::Number(0.3))];
            Cure::restart("Restart with noise", &noise)
        };
        said(sentence, cure)
    })
}

pub(super) fn underfitting(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let recipe = evidence.recipe;
    let Rivals { pca, .. } = evidence.references?.rivals(recipe);
    let pca = pca?;
    let objective = &recipe.objective;
    let is_free = !recipe.is_variational()
        && recipe.model.top_k == 0
        && recipe.noise.drop_units == 0.0
        && recipe.noise.drop_connections == 0.0
        && [objective.sparsity, objective.rate, objective.contractive].iter().all(|weight| *weight == 0.0);
    let error = evidence.evaluations.last()?.held_out.squared_error?;
    let is_judged = evidence.training_costs().len() >= LEARNED;
    (is_free && is_judged && error > threshold * pca.squared_error).then(|| {
        let sentence = format!(
            "after {} epochs the squared error of {} is above the {} of {} principal components, which have no hidden layers at \
             all. The network is too small for its code.",
            evidence.evaluations.last().map_or(0, |evaluation| evaluation.epoch),
            value_label(error),
            value_label(pca.squared_error),
            pca.components
        );
        said(sentence, Cure::restart("Restart with 512-256 units", &[("model.widths", Value::Widths(vec![512, 256]))]))
    })
}

pub(super) fn blurry(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let sharpness = evidence.now()?.sharpness;
    let recipe = evidence.recipe;
    let is_judged = evidence.training_costs().len() >= LEARNED;
    (is_judged && sharpness < threshold).then(|| {
        let sentence = format!(
            "edges in reconstructions are {} as steep as in images. A code of {} numbers cannot say where they are, and \
             the average of all possibilities is blurred.",
            percent(sharpness),
            recipe.model.code
        );
        let code = (4 * recipe.model.code).clamp(16, 128) as u64;
        said(sentence, Cure::restart(format!("Restart with a code of {code}"), &[("model.code", Value::Integer(code))]))
    })
}

pub(super) fn held_out_below(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let noise = &evidence.recipe.noise;
    let drops = noise.drop_units > 0.0 || noise.drop_connections > 0.0;
    let latest = evidence.evaluations.last()?;
    let (train, held_out) = (latest.train?.objective, latest.held_out.objective);
    (drops && held_out < (1.0 - threshold) * train).then(|| {
        let sentence = format!(
            "held-out images cost {}, training images {}. That is normal with dropout: units are dropped only in training.",
            value_label(held_out),
            value_label(train)
        );
        said(sentence, None)
    })
}
