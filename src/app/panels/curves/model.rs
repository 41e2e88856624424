//! The curves as plain numbers: what is charted, thinned to the pixels there are, in a range that can be read, with
//! one stamp per gesture. Nothing is drawn here.

use crate::app::state::{BenchState, Past, RunState};
use crate::engine::{Evaluation, Figures, History, Penalty, Point, References, StagePlan};
use crate::recipe::gesture::{Gesture, gestures};
use crate::recipe::{Change, Recipe, Reconstruction};

/// The beginning of a curve, which does not decide the range of the axis: this share of it, and so many steps, but
/// never more than half of what there is.
const BEGINNING: f64 = 0.04;
const BEGINNING_STEPS: f64 = 15.0;
/// Batches differ by chance. The curve drawn over them is their mean over this share of the axis.
const SMOOTHING: f64 = 1.0 / 50.0;
/// Steps whose mean is called the latest.
const LATEST: usize = 20;
/// How much of the axis stays free above and below.
const ROOM: f64 = 0.07;
/// The beginning and reference lines are brought into the picture when that makes the axis at most so many times as
/// long.
const REACH: f64 = 1.7;

/// What the switches below the charts say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// Equal ratios are equal steps.
    pub is_log: bool,
    /// Costs are divided by the pixels of an image.
    pub is_per_pixel: bool,
    /// The objective gets a chart of its own.
    pub shows_objective: bool,
    /// The squared error is held against principal components.
    pub shows_pca: bool,
}

/// What a chart is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The reconstruction.
    Reconstruction,
    /// What a layer that is pretrained makes of its own input, which is no image from the second layer on.
    Layers,
    /// A penalty.
    Penalty(Penalty),
    /// The sum of all.
    Objective,
    /// The squared error from the mean code, whatever is minimised; only evaluations take it.
    SquaredError,
}

impl Term {
    fn title(self) -> &'static str {
        match self {
            Self::Reconstruction => "Reconstruction",
            Self::Layers => "Layers' own inputs",
            Self::Penalty(penalty) => penalty.label(),
            Self::Objective => "Objective",
            Self::SquaredError => "Squared error",
        }
    }

    fn unit(self, reconstruction: Reconstruction) -> &'static str {
        match self {
            Self::Reconstruction | Self::Layers | Self::Objective => reconstruction.unit(),
            Self::Penalty(Penalty::Kl) => "nats per image",
            Self::Penalty(Penalty::Rate) => "nats",
            Self::Penalty(Penalty::Sparsity | Penalty::Contractive) => "per image",
            Self::SquaredError => "per image, from the mean code",
        }
    }

    fn figure(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Reconstruction | Self::Layers => Some(figures.reconstruction),
            Self::Penalty(penalty) => figures.penalty(penalty),
            Self::Objective => Some(figures.objective),
            Self::SquaredError => figures.squared_error,
        }
    }
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The value.
    pub value: f64,
    /// What it is.
    pub label: String,
}

/// One chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What is measured.
    pub title: &'static str,
    /// In what.
    pub unit: String,
    /// Whose colour it has.
    pub term: Term,
    /// Step and value over training batches.
    pub train: Vec<[f64; 2]>,
    /// Step and value over held-out images.
    pub held_out: Vec<[f64; 2]>,
    /// Thin lines across.
    pub references: Vec<Reference>,
    /// The same of the run before, over training batches and over held-out images.
    pub past: [Vec<[f64; 2]>; 2],
}

/// Where a stage of the training begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// Its first step.
    pub step: f64,
    /// What is trained from there on.
    pub label: String,
}

/// The stages that have begun by a step, the first one included; none where there is but one.
pub fn boundaries(recipe: &Recipe, steps_per_epoch: u64, last_step: f64) -> Vec<Boundary> {
    let plan = StagePlan::new(recipe, steps_per_epoch);
    if plan.stretches().len() < 2 {
        return Vec::new();
    }
    let begun = plan.stretches().iter().filter(|stretch| (stretch.from as f64) < last_step.max(1.0));
    begun.map(|stretch| Boundary { step: stretch.from as f64, label: plan.name(stretch.stage) }).collect()
}

/// The charts of a run from top to bottom. The history is held no longer than it takes to copy them.
pub fn charts(bench: &BenchState, run: &RunState, past: Option<&Past>, switches: Switches) -> Vec<Chart> {
    let plan = StagePlan::new(&run.info.recipe, bench.steps_per_epoch);
    let history = run.info.history.lock();
    let reconstruction = run.recipe.objective.reconstruction;
    let chart = |term: Term| Chart {
        title: term.title(),
        unit: term.unit(reconstruction).to_owned(),
        term,
        train: train(&history, &plan, term),
        held_out: held_out(&history, term),
        references: bench
            .references
            .map(|costs| lines(term, &costs, reconstruction, switches))
            .unwrap_or_default(),
        past: past
            .filter(|past| is_comparable(past, run, term))
            .map(|past| of_past(past, plan.training().0))
            .unwrap_or_default(),
    };
    let has_layers = history.train().any(|point| !plan.is_of_images(point.step));
    let mut charts: Vec<Chart> = terms(run, has_layers, switches).map(chart).collect();
    drop(history);
    if switches.is_per_pixel {
        charts.iter_mut().for_each(|chart| chart.divide(bench.dataset.shape.pixels() as f64));
    }
    charts
}

/// Updates before the whole network is trained.
pub fn training_begins(bench: &BenchState, run: &RunState) -> u64 {
    StagePlan::new(&run.info.recipe, bench.steps_per_epoch).training().0
}

/// Whether the run before was charged in the same coin.
pub fn is_comparable(past: &Past, run: &RunState, term: Term) -> bool {
    term == Term::Reconstruction
        && past.reconstruction == run.recipe.objective.reconstruction
        && past.range == run.recipe.data.range
}

/// The curves of the run before, where this one has made as many updates of the whole network.
fn of_past(past: &Past, before: u64) -> [Vec<[f64; 2]>; 2] {
    let later =
        |points: &[[f64; 2]]| points.iter().map(|[step, cost]| [step + before as f64, *cost]).collect();
    [later(&past.train), later(&past.held_out)]
}

/// What is charted.
fn terms(run: &RunState, has_layers: bool, switches: Switches) -> impl Iterator<Item = Term> {
    // Without a price it is only measured, and nobody asked for that.
    let has_price = |penalty: &Penalty| match penalty {
        Penalty::Kl => run.recipe.is_variational(),
        _ => [&run.recipe, &run.info.recipe].iter().any(|r| penalty.weight(&r.objective, 0) > 0.0),
    };
    let applies = |penalty: &Penalty| *penalty != Penalty::Sparsity || !run.recipe.is_variational();
    let penalties: Vec<Penalty> = Penalty::ALL.into_iter().filter(|p| applies(p) && has_price(p)).collect();
    let is_squared = run.recipe.objective.reconstruction == Reconstruction::SquaredError;
    let others = [
        switches.shows_objective.then_some(Term::Objective),
        (switches.shows_pca && !is_squared).then_some(Term::SquaredError),
    ];
    let penalties = penalties.into_iter().map(Term::Penalty);
    let layers = has_layers.then_some(Term::Layers);
    std::iter::once(Term::Reconstruction).chain(layers).chain(penalties).chain(others.into_iter().flatten())
}

fn train(history: &History, plan: &StagePlan, term: Term) -> Vec<[f64; 2]> {
    let point = |point: Point| Some([point.step as f64, term.figure(&point.figures)?]);
    // What a layer makes of its own input stands in a chart of its own.
    let belongs = |point: &Point| plan.is_of_images(point.step) != (term == Term::Layers);
    history.train().filter(belongs).filter_map(point).collect()
}

/// The evaluation before the first step is left out: the straight line from there to the next one would tell of a
/// way that nobody went.
fn held_out(history: &History, term: Term) -> Vec<[f64; 2]> {
    // Held-out images go all the way through what is trained so far, so their costs are those of images.
    if term == Term::Layers {
        return Vec::new();
    }
    let point = |e: &Evaluation| Some([e.step as f64, term.figure(&e.held_out)?]);
    let later = history.evaluations().iter().filter(|evaluation| evaluation.step > 0);
    later.filter_map(point).collect()
}

/// What a chart is held against.
fn lines(
    term: Term,
    costs: &References,
    reconstruction: Reconstruction,
    switches: Switches,
) -> Vec<Reference> {
    let line = |value, label: &str| Reference { value, label: label.to_owned() };
    let pca =
        || Reference { value: costs.pca_squared_error, label: format!("PCA, {}", costs.pca_components) };
    match (term, reconstruction) {
        (Term::Reconstruction, Reconstruction::CrossEntropy) => {
            vec![line(costs.mean_cross_entropy, "mean image"), line(costs.cross_entropy_floor, "floor")]
        }
        (Term::Reconstruction, Reconstruction::SquaredError) => {
            let mean = line(costs.mean_squared_error, "mean image");
            [Some(mean), switches.shows_pca.then(pca)].into_iter().flatten().collect()
        }
        (Term::SquaredError, _) => vec![pca()],
        (Term::Penalty(_) | Term::Layers | Term::Objective, _) => Vec::new(),
    }
}

impl Chart {
    fn divide(&mut self, pixels: f64) {
        let Self { title: _, unit, term: _, train, held_out, references, past } = self;
        train
            .iter_mut()
            .chain(held_out)
            .chain(past.iter_mut().flatten())
            .for_each(|point| point[1] /= pixels);
        references.iter_mut().for_each(|reference| reference.value /= pixels);
        *unit = unit.replace("per image", "per pixel");
    }

    /// The latest values: the mean of the last few training batches, and the last evaluation.
    pub fn latest(&self) -> [Option<f64>; 2] {
        let numbers = |points: &[[f64; 2]], count: usize| -> Vec<f64> {
            points.iter().rev().map(|point| point[1]).filter(|value| value.is_finite()).take(count).collect()
        };
        let mean =
            |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        [mean(numbers(&self.train, LATEST)), mean(numbers(&self.held_out, 1))]
    }

    /// The values at a step, or at the nearest one that has some.
    pub fn at(&self, step: f64) -> [Option<[f64; 2]>; 2] {
        [&self.train, &self.held_out].map(|points| nearest(points, step))
    }
}

/// The point nearest to a step; points are in the order of their steps.
fn nearest(points: &[[f64; 2]], step: f64) -> Option<[f64; 2]> {
    let after = points.partition_point(|point| point[0] < step);
    let around = points[after.saturating_sub(1)..(after + 1).min(points.len())].iter();
    around.copied().min_by(|a, b| (a[0] - step).abs().total_cmp(&(b[0] - step).abs()))
}

/// What stands in one column of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The mean step.
    pub x: f64,
    /// The smallest value.
    pub low: f64,
    /// The mean value.
    pub mean: f64,
    /// The largest value.
    pub high: f64,
}

/// Points in columns of pixels, so that a day of training costs no more to draw than a minute. What is no number is
/// left out.
pub fn columns(points: &[[f64; 2]], width: f64) -> Vec<Column> {
    let mut columns: Vec<(Column, f64)> = Vec::new();
    for [x, y] in points.iter().copied().filter(|point| point[1].is_finite()) {
        match columns.last_mut() {
            Some((column, count)) if (column.x / width).floor() == (x / width).floor() => {
                *count += 1.0;
                column.x += (x - column.x) / *count;
                column.mean += (y - column.mean) / *count;
                column.low = column.low.min(y);
                column.high = column.high.max(y);
            }
            _ => columns.push((Column { x, low: y, mean: y, high: y }, 1.0)),
        }
    }
    columns.into_iter().map(|(column, _)| column).collect()
}

/// Columns apart by the stage of the training that they belong to.
pub fn by_stage(columns: &[Column], stages: &[Boundary]) -> Vec<Vec<Column>> {
    let stage = |column: &Column| stages.partition_point(|stage| stage.step < column.x);
    columns.chunk_by(|a, b| stage(a) == stage(b)).map(<[Column]>::to_vec).collect()
}

/// The means of columns, each averaged with its neighbours on both sides. The beginning, which is steep, is averaged
/// over as few on the right as there are on the left; the end over those on the left alone, so that it does not jitter.
pub fn smoothed(columns: &[Column], last_step: f64) -> Vec<[f64; 2]> {
    let mut sums = vec![0.0];
    for column in columns {
        sums.push(sums[sums.len() - 1] + column.mean);
    }
    let pitch = last_step / columns.len().max(1) as f64;
    let most = if pitch > 0.0 { (SMOOTHING * last_step / pitch) as usize } else { 0 };
    let mean = |i: usize| {
        let reach = most.min(i);
        let (from, to) = (i - reach, (i + reach + 1).min(columns.len()));
        (sums[to] - sums[from]) / (to - from) as f64
    };
    columns.iter().enumerate().map(|(i, column)| [column.x, mean(i)]).collect()
}

/// The last step of any chart: the end of the axis they share.
pub fn last_step(charts: &[Chart]) -> f64 {
    let last = |points: &[[f64; 2]]| points.last().map_or(0.0, |point| point[0]);
    charts.iter().flat_map(|chart| [last(&chart.train), last(&chart.held_out)]).fold(0.0, f64::max)
}

/// The range of a chart's axis, in axis units ([`axis_value`]). The first steps cost ten times what the rest does;
/// they may leave the picture, so that the rest can be read. A penalty is shown from nothing.
pub fn range(chart: &Chart, curves: &[&[[f64; 2]]], is_log: bool) -> [f64; 2] {
    let end = curves.iter().filter_map(|points| points.last()).map(|point| point[0]).fold(0.0, f64::max);
    let beginning = (BEGINNING * end).max(BEGINNING_STEPS).min(0.5 * end);
    let between = |from: f64| -> Option<[f64; 2]> {
        let later = curves.iter().flat_map(|points| points.iter()).filter(|point| point[0] >= from);
        let mut values: Vec<f64> = later.filter_map(|point| axis_value(point[1], is_log)).collect();
        values.sort_unstable_by(f64::total_cmp);
        let almost_all = (values.len().saturating_sub(1) as f64 * 0.985).round() as usize;
        Some([*values.first()?, *values.get(almost_all)?])
    };
    let (Some([mut low, mut high]), Some([lowest, highest])) = (between(beginning), between(0.0)) else {
        return [0.0, 1.0];
    };
    if highest - lowest <= REACH * (high - low) {
        (low, high) = (lowest, highest);
    }
    let least = if is_log { 0.02 } else { 1e-6 * high.abs().max(1e-6) };
    if high - low < least {
        (low, high) = (low - 0.5 * least, high + 0.5 * least);
    }
    let span = high - low;
    for reference in chart.references.iter().filter_map(|reference| axis_value(reference.value, is_log)) {
        let (lower, higher) = (low.min(reference), high.max(reference));
        if higher - lower <= REACH * span {
            (low, high) = (lower, higher);
        }
    }
    let room = ROOM * (high - low);
    let is_from_nothing = matches!(chart.term, Term::Penalty(_)) || low < 0.3 * high;
    let floor = if !is_log && low >= 0.0 && is_from_nothing { 0.0 } else { low - room };
    [floor, high + 1.5 * room]
}

/// Where a value stands on the axis; nowhere, where it is no number or has no logarithm.
pub fn axis_value(value: f64, is_log: bool) -> Option<f64> {
    let at = if is_log { value.log10() } else { value };
    at.is_finite().then_some(at)
}

/// A live change as the charts show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The step at which the gesture began.
    pub step: f64,
    /// `β 1 → 2`.
    pub label: String,
}

/// One stamp per gesture, as in the exported figure; a slider that came back to where it was left no trace.
pub fn stamps(start: &Recipe, changes: &[Change]) -> Vec<Stamp> {
    let moved = gestures(changes, start).into_iter().filter(Gesture::has_moved);
    moved.map(|gesture| Stamp { step: gesture.first_step as f64, label: gesture.label() }).collect()
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
