//! The table of everything the doctor says: what it is found by, from where on, and by whose account. A cause stands above
//! what follows from it.

use super::findings::Trouble::*;
use super::findings::{Cure, Evidence, Said, Trouble, said};
use super::training_rules as training;
use crate::look::value_label;
use crate::recipe::{Output, PixelRange, Recipe, Reconstruction, ReconstructionScale, Value};

/// One line of the table.
#[derive(Debug)]
pub struct Rule {
    /// What it finds.
    pub trouble: Trouble,
    /// Whether something should be done.
    pub is_serious: bool,
    /// Whether one check is enough.
    pub is_certain: bool,
    /// From where on it speaks; in what unit, the check says.
    pub threshold: f64,
    /// Where the threshold is from.
    pub source: &'static str,
    /// Troubles of which this one is a consequence.
    pub follows_from: &'static [Trouble],
    /// Looks at the evidence.
    pub check: fn(&Evidence<'_>, f64) -> Option<Said>,
}

impl Rule {
    /// A rule about something measured, which has to be confirmed.
    const fn serious(trouble: Trouble, check: fn(&Evidence<'_>, f64) -> Option<Said>) -> Self {
        Self {
            trouble,
            is_serious: true,
            is_certain: false,
            threshold: 0.0,
            source: "",
            follows_from: &[],
            check,
        }
    }

    /// A rule about a fact.
    const fn fact(trouble: Trouble, check: fn(&Evidence<'_>, f64) -> Option<Said>) -> Self {
        Self { is_certain: true, ..Self::serious(trouble, check) }
    }

    /// A rule about something that looks wrong and is normal.
    const fn normal(trouble: Trouble, check: fn(&Evidence<'_>, f64) -> Option<Said>) -> Self {
        Self { is_serious: false, ..Self::serious(trouble, check) }
    }

    const fn from(self, threshold: f64, source: &'static str) -> Self {
        Self { threshold, source, ..self }
    }

    const fn unless(self, follows_from: &'static [Trouble]) -> Self {
        Self { follows_from, ..self }
    }
}

/// What the weights change by in a step when all is well.
const USUAL_STEP: &str = "CS231n notes 3: about 1e-3 of the weights in a step";

/// Every rule.
pub static RULES: &[Rule] = &[
    Rule::fact(LossMismatch, loss_mismatch).from(0.0, "the ranges of a sigmoid and of signed pixels"),
    Rule::fact(ConstantData, constant_data).from(0.5, "our choice: share of the training images"),
    Rule::fact(SmallData, small_data).from(500.0, "our choice: training images").unless(&[ConstantData]),
    Rule::fact(Duplicates, duplicates)
        .from(0.01, "our choice; Barz and Denzler 2020 find 3 to 10 % in CIFAR")
        .unless(&[ConstantData]),
    Rule::fact(SplitMismatch, split_mismatch)
        .from(1.25, "our choice: ratio of two costs; that of MNIST is 1.01")
        .unless(&[ConstantData]),
    Rule::serious(Exploding, training::exploding)
        .from(3.0, "our choice: times the lowest cost so far")
        .unless(&[LossMismatch]),
    Rule::serious(RateTooHigh, training::rate_too_high).from(0.03, USUAL_STEP).unless(&[Exploding]),
    Rule::serious(DeadUnits, training::dead_units)
        .from(0.6, "CS231n notes 1, where 40 % are said to happen")
        .unless(&[LossMismatch, Exploding, RateTooHigh]),
    Rule::serious(Saturated, training::saturated).from(0.7, "Glorot and Bengio 2010, section 3").unless(&[
        LossMismatch,
        Exploding,
        RateTooHigh,
    ]),
    Rule::serious(RateTooLow, training::rate_too_low).from(3e-6, USUAL_STEP).unless(&[
        RateTooHigh,
        DeadUnits,
        Saturated,
    ]),
    Rule::serious(Collapse, collapse).from(0.05, "our choice: nats").unless(&[
        DeadUnits,
        Saturated,
        RateTooHigh,
    ]),
    Rule::serious(CollapseOnset, collapse_onset)
        .from(0.4, "our choice: KL as a share of its highest")
        .unless(&[Collapse, DeadUnits, Saturated, RateTooHigh]),
    Rule::serious(EmptyCode, empty_code)
        .from(0.02, "our choice: largest standard deviation of a number of the code")
        .unless(&[DeadUnits, Saturated]),
    Rule::serious(Vanishing, training::vanishing)
        .from(3e-3, "our choice: smallest relative step over the largest")
        .unless(&[Exploding, RateTooHigh, RateTooLow, DeadUnits, Saturated, Collapse, EmptyCode]),
    Rule::serious(Identity, identity)
        .from(0.01, "our choice: error as a share of the variance of the images"),
    Rule::serious(Holes, holes).from(0.1, "our choice: share beyond ±3; 0.003 for a normal distribution"),
    Rule::serious(Overfitting, training::overfitting)
        .from(0.02, "our choice: rise above the lowest held-out cost")
        .unless(&[SmallData, Exploding, RateTooHigh, Saturated]),
    Rule::serious(Underfitting, training::underfitting)
        .from(1.2, "our choice: error as a multiple of that of PCA with as many components")
        .unless(&[
            ConstantData,
            Overfitting,
            LossMismatch,
            Exploding,
            RateTooHigh,
            RateTooLow,
            DeadUnits,
            Saturated,
            EmptyCode,
            Vanishing,
        ]),
    Rule::serious(Blurry, training::blurry)
        .from(0.55, "our choice: steepness as a share of that of the images")
        .unless(&[
            ConstantData,
            LossMismatch,
            SmallData,
            Exploding,
            RateTooHigh,
            RateTooLow,
            DeadUnits,
            Saturated,
            Collapse,
            CollapseOnset,
            EmptyCode,
            Vanishing,
            Holes,
            Underfitting,
        ]),
    Rule::normal(KlRises, kl_rises)
        .from(1.0, "our choice: nats; Bowman and others 2016, figure 3")
        .unless(&[Collapse, CollapseOnset]),
    Rule::normal(HeldOutBelow, training::held_out_below).from(0.02, "our choice: share of the training cost"),
];

fn percent(share: f64) -> String {
    format!("{}\u{a0}%", value_label((1000.0 * share).round() / 10.0))
}

fn loss_mismatch(evidence: &Evidence<'_>, _: f64) -> Option<Said> {
    let Recipe { data, model, objective, .. } = evidence.recipe;
    let is_squared = objective.reconstruction == Reconstruction::SquaredError;
    (is_squared && data.range == PixelRange::Signed && model.output == Output::Sigmoid).then(|| {
        let sentence = "pixels are scaled to −1 … 1, but a sigmoid output reaches only 0 … 1, so dark pixels can never be \
                        right.";
        said(sentence.to_owned(), Cure::restart("Use a tanh output", &[("model.output", Value::Word("tanh".to_owned()))]))
    })
}

fn constant_data(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let share = evidence.images.most_frequent;
    (evidence.images.train > 1 && share > threshold).then(|| {
        (
            format!(
                "{} of the training images are the same image: there is nothing to learn from them.",
                percent(share)
            ),
            None,
        )
    })
}

fn small_data(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let count = evidence.images.train;
    let is_built_in = evidence.recipe.data.built_in().is_some();
    ((count as f64) < threshold).then(|| {
        let cure = is_built_in
            .then(|| Cure::restart("Draw 12,000 images", &[("data.count", Value::Integer(12_000))]));
        let sentence =
            format!("there are only {count} training images, which a network soon knows by heart.");
        said(sentence, cure)
    })
}

fn duplicates(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let share = evidence.images.duplicates;
    (share > threshold).then(|| {
        let sentence = format!(
            "{} of the held-out images are among the training images, so the held-out cost says nothing about new images.",
            percent(share)
        );
        said(sentence, None)
    })
}

fn split_mismatch(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let ratio = evidence.images.held_out_cost;
    (ratio > threshold || ratio < 1.0 / threshold).then(|| {
        let sentence = format!(
            "predicting the mean training image costs {} times as much on held-out images as on training images, so they \
             are of another kind and their costs cannot be compared.",
            value_label(ratio)
        );
        said(sentence, None)
    })
}

fn collapse(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let objective = &evidence.recipe.objective;
    let kl = evidence.now()?.kl?;
    let is_early = evidence.step() < training::EARLY;
    if is_early || kl >= threshold || objective.beta <= 0.0 {
        return None;
    }
    let pixels = evidence.images.pixels as f64;
    // A reconstruction that is a mean over pixels is as many times too small beside a KL that is a sum.
    let is_mean = objective.scale == ReconstructionScale::Mean;
    let (label, value) = match objective.beta {
        beta if is_mean && beta * pixels > 1.0 => ("Divide β by the number of pixels", beta / pixels),
        beta if beta > 1.0 => ("Set β to 1", 1.0),
        beta => ("Halve β", beta / 2.0),
    };
    let why = if is_mean { " The reconstruction is a mean over pixels while KL is a sum." } else { "" };
    let sentence = format!(
        "KL is almost zero, so the code carries no information and every image decodes alike.{why} A smaller β lets the \
         code carry more."
    );
    Some(said(sentence, Cure::live(label, "objective.beta", value)))
}

fn collapse_onset(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let objective = &evidence.recipe.objective;
    let now = evidence.now()?.kl?;
    let comparable = evidence.comparable_checks();
    let highest = comparable.iter().filter_map(|vitals| vitals.kl).fold(0.0, f64::max);
    let is_falling = comparable.windows(2).next_back().is_some_and(|pair| pair[1].kl < pair[0].kl);
    (highest > 1.0 && now < threshold * highest && is_falling && objective.beta > 0.0).then(|| {
        let sentence = format!(
            "KL has fallen from {} to {} nats: the decoder learns to do without the code.",
            value_label(highest),
            value_label(now)
        );
        said(sentence, Cure::live("Halve β", "objective.beta", objective.beta / 2.0))
    })
}

fn empty_code(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let objective = &evidence.recipe.objective;
    let vitals = evidence.now()?;
    let penalties = [
        ("objective.sparsity", objective.sparsity),
        ("objective.rate", objective.rate),
        ("objective.contractive", objective.contractive),
    ];
    let (key, weight) = penalties.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let is_plain = !evidence.recipe.is_variational();
    let is_early = evidence.step() < training::EARLY;
    (is_plain && !is_early && weight > 0.0 && vitals.code_spread < threshold).then(|| {
        let sentence = format!(
            "no number of the code differs by more than {} between images: the penalty, λ = {}, costs more than anything \
             the code could save.",
            value_label(vitals.code_spread),
            value_label(weight)
        );
        said(sentence, Cure::live("Divide λ by 10", key, weight / 10.0))
    })
}

fn identity(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let Recipe { model, noise, objective, .. } = evidence.recipe;
    let has_skips = evidence.recipe.has_skips();
    let is_wide = model.code >= evidence.images.pixels;
    let is_constrained = noise.kind != crate::recipe::Corruption::None
        || noise.drop_units > 0.0
        || model.top_k > 0
        || [objective.sparsity, objective.rate, objective.contractive].iter().any(|weight| *weight > 0.0);
    let vitals = evidence.now()?;
    let share = vitals.error / vitals.variance.max(f64::MIN_POSITIVE);
    ((has_skips || is_wide) && !is_constrained && share < threshold).then(|| {
        let (why, cure) = if has_skips {
            (
                "its skip connections carry the image past the code",
                Cure::restart("Without skips", &[("model.skips", Value::Flag(false))]),
            )
        } else {
            (
                "its code is no smaller than the image",
                Cure::restart("Code of 32", &[("model.code", Value::Integer(32))]),
            )
        };
        let sentence =
            format!("the network copies its input, with {} of the variance as error: {why}.", percent(share));
        said(sentence, cure)
    })
}

fn holes(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let share = evidence.now()?.outside?;
    let beta = evidence.recipe.objective.beta;
    let is_early = evidence.step() < 2 * training::EARLY;
    (!is_early && share > threshold).then(|| {
        let sentence = format!(
            "{} of the numbers of the codes are beyond ±3, where the prior has next to nothing, and samples of the prior \
             fall into the gaps between codes: β = {} is too small to hold the codes together.",
            percent(share),
            value_label(beta)
        );
        said(sentence, Cure::live("Set β to 1", "objective.beta", 1.0))
    })
}

fn kl_rises(evidence: &Evidence<'_>, threshold: f64) -> Option<Said> {
    let [.., before, now] = evidence.checks else { return None };
    let (before, now) = (before.kl?, now.kl?);
    let is_young = evidence.evaluations.len() <= 6;
    let [.., earlier, latest] = evidence.evaluations else { return None };
    let falls = latest.held_out.objective < earlier.held_out.objective;
    (is_young && falls && now > before + threshold).then(|| {
        let sentence = format!(
            "KL rose from {} to {} nats while the objective fell. That is normal in the beginning: the code begins to carry \
             information, which KL charges for.",
            value_label(before),
            value_label(now)
        );
        said(sentence, None)
    })
}
