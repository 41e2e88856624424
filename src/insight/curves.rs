//! The learning curves of a run: which quantities get a chart, what they are compared with, and what is marked.
//!
//! Window, exported figures and command line all use it, so that they show the same curves of the same run:
//! - every term of the objective that has, or ever had, a weight; the others are at most measured, and nobody asked for
//!   that;
//! - every evaluation, that of the untrained network included;
//! - a reference line only where it is a fair rival.

use crate::chart::{Chart, Curve, CurveKind, Curves, Reference, Stamp};
use crate::look::DataColor;
use crate::model::Penalty;
use crate::recipe::gesture::{Gesture, gestures};
use crate::recipe::{Change, PixelRange, Recipe, Reconstruction, ReconstructionScale};
use crate::train::history::{Evaluation, History, Point, SharedHistory};
use crate::train::{Metrics, StagePlan};

use super::references::{PcaRival, References, Rivals};

/// What can be chosen about the curves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CurveOptions {
    /// The vertical axes are logarithmic.
    pub is_log: bool,
    /// Costs are divided by the pixels of an image.
    pub is_per_pixel: bool,
    /// The objective gets a chart of its own.
    pub shows_objective: bool,
    /// The squared error is compared with that of principal components.
    pub shows_pca: bool,
}

impl CurveOptions {
    /// The options of a figure nobody chose options for: everything that belongs to the objective of a recipe.
    pub fn of_figure(recipe: &Recipe) -> Self {
        let shows_pca = recipe.objective.reconstruction == Reconstruction::SquaredError;
        Self { shows_objective: true, shows_pca, ..Self::default() }
    }
}

/// What is known of a run, as far as its curves need it.
#[derive(Clone, Copy, Debug)]
pub struct RunRecord<'a> {
    /// What the run began with.
    pub recipe: &'a Recipe,
    /// Live changes, exactly as applied.
    pub changes: &'a [Change],
    /// What was measured; locked only while it is copied.
    pub history: &'a SharedHistory,
    /// The costs that the curves are compared with, once they are known.
    pub references: Option<&'a References>,
    /// The stages of the run.
    pub plan: &'a StagePlan,
    /// Pixels of an image.
    pub pixels: usize,
    /// Its colour among the runs that it is compared with; without one, each chart has the colour of its term.
    pub color: Option<DataColor>,
    /// The runs to compare it with.
    pub others: &'a [ComparedRun],
}

/// What the curves of another run are made of, for comparison: one that trains beside this one, or one that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRun {
    /// Its name among the runs that are compared.
    pub name: String,
    /// Its colour.
    pub color: DataColor,
    /// How its reconstruction was measured; another kind cannot be compared.
    pub reconstruction: Reconstruction,
    /// The range of its pixels: in another range, the same error has another cost.
    pub range: PixelRange,
    /// Whether its costs are means over pixels.
    pub scale: ReconstructionScale,
    /// Updates made before the network was trained as a whole; the steps below are counted from there.
    pub before: u64,
    /// Step and reconstruction cost over training batches.
    pub training: Vec<[f64; 2]>,
    /// Step and reconstruction cost over held-out images.
    pub held_out: Vec<[f64; 2]>,
    /// Step and squared error over held-out images, which can be compared whatever is minimised.
    pub squared_error: Vec<[f64; 2]>,
    /// Step and KL over held-out images, of a Gaussian code.
    pub kl: Vec<[f64; 2]>,
}

impl ComparedRun {
    /// The curves of a run whose network has made a few steps as a whole. A pretrained network and one from scratch are
    /// compared at equal steps of that training.
    pub fn of(run: &RunRecord<'_>, name: &str, color: DataColor) -> Option<Self> {
        let (before, end) = run.plan.training();
        let is_training = |step: u64| end.is_none_or(|end| step <= end);
        let at = |step: u64, cost: f64| [(step - before) as f64, cost];
        let history = run.history.lock();
        let steps = history.train().filter(|point| point.step > before && is_training(point.step));
        let training: Vec<[f64; 2]> = steps.map(|p| at(p.step, p.metrics.reconstruction)).collect();
        let evaluated = history.evaluations().iter().filter(|e| e.step >= before && is_training(e.step));
        let measured = |of: fn(&Metrics) -> Option<f64>| -> Vec<[f64; 2]> {
            evaluated.clone().filter_map(|e| Some(at(e.step, of(&e.held_out)?))).collect()
        };
        let Recipe { data, objective, .. } = run.recipe;
        (training.len() > 1).then(|| Self {
            name: name.to_owned(),
            color,
            reconstruction: objective.reconstruction,
            range: data.range,
            scale: objective.scale,
            before,
            training,
            held_out: measured(|metrics| Some(metrics.reconstruction)),
            squared_error: measured(|metrics| metrics.squared_error),
            kl: measured(|metrics| metrics.penalty(Penalty::Kl)),
        })
    }

    /// Whether its reconstruction costs can be compared with those of a run of this recipe.
    pub fn is_comparable(&self, recipe: &Recipe) -> bool {
        self.reconstruction == recipe.objective.reconstruction
            && self.range == recipe.data.range
            && self.scale == recipe.objective.scale
    }

    /// Its curves of a quantity, shifted to where a run has made as many updates of the whole network.
    fn curves(&self, quantity: Quantity, recipe: &Recipe, before: u64) -> Vec<Curve> {
        let curve = |name: &str, kind: CurveKind, points: &[[f64; 2]]| {
            let shifted = points.iter().map(|[step, cost]| [step + before as f64, *cost]).collect();
            Curve { color: Some(self.color), ..Curve::whole(name, kind, shifted) }
        };
        let held_out =
            |points: &[[f64; 2]]| curve(&format!("{}, held out", self.name), CurveKind::OtherHeldOut, points);
        match quantity {
            Quantity::Reconstruction if self.is_comparable(recipe) => {
                vec![held_out(&self.held_out), curve(&self.name, CurveKind::OtherTraining, &self.training)]
            }
            Quantity::SquaredError => vec![held_out(&self.squared_error)],
            Quantity::Penalty(Penalty::Kl) => vec![held_out(&self.kl)],
            _ => Vec::new(),
        }
    }
}

/// The learning curves of a run.
pub fn curves(run: &RunRecord<'_>, options: CurveOptions) -> Curves {
    let plan = run.plan;
    let charts = {
        let history = run.history.lock();
        let quantities = quantities(run, plan, &history, options);
        let chart = |quantity: &Quantity| chart(run, plan, &history, options, *quantity);
        quantities.iter().map(chart).collect()
    };
    let mut curves = Curves { charts, changes: changes(run), stages: Vec::new(), is_log: options.is_log };
    if options.is_per_pixel {
        curves.charts.iter_mut().for_each(|chart| chart.divide_by_pixels(run.pixels.max(1) as f64));
    }
    curves.stages = stages(plan, curves.last_step().unwrap_or(0.0));
    curves
}

/// What a chart is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    Reconstruction,
    /// How well a layer that is pretrained reconstructs its own input, which is no image from the second layer on.
    LayerInputs,
    Penalty(Penalty),
    Objective,
    /// The squared error from the mean code, whatever is minimised; only evaluations measure it.
    SquaredError,
}

impl Quantity {
    fn title(self) -> &'static str {
        match self {
            Self::Reconstruction => "Reconstruction",
            Self::LayerInputs => "Layers' own inputs",
            Self::Penalty(penalty) => penalty.label(),
            Self::Objective => "Objective",
            Self::SquaredError => "Squared error",
        }
    }

    fn unit(self, run: &RunRecord<'_>) -> &'static str {
        let kind = run.recipe.objective.reconstruction;
        match self {
            Self::Reconstruction | Self::LayerInputs => kind.unit(),
            Self::Penalty(Penalty::Kl) => "nats per image",
            Self::Penalty(Penalty::Rate) => "nats",
            Self::Penalty(Penalty::Sparsity | Penalty::Contractive) => "per image",
            Self::Penalty(Penalty::Weights) => "over all weights",
            Self::Penalty(Penalty::Revival) => kind.unit(),
            Self::Objective => objective_unit(kind, &penalties(run)),
            Self::SquaredError => "per image, from the mean code",
        }
    }

    fn color(self) -> DataColor {
        match self {
            Self::Reconstruction | Self::LayerInputs | Self::SquaredError => DataColor::Reconstruction,
            Self::Penalty(penalty) => DataColor::of_parameter(penalty.weight_key()),
            Self::Objective => DataColor::Objective,
        }
    }

    fn of(self, metrics: &Metrics) -> Option<f64> {
        match self {
            Self::Reconstruction | Self::LayerInputs => Some(metrics.reconstruction),
            Self::Penalty(penalty) => metrics.penalty(penalty),
            Self::Objective => Some(metrics.objective),
            Self::SquaredError => metrics.squared_error,
        }
    }
}

/// Nats added to nats are nats; any other sum is a cost.
fn objective_unit(kind: Reconstruction, penalties: &[Penalty]) -> &'static str {
    let are_nats = penalties.iter().all(|penalty| *penalty == Penalty::Kl);
    match kind {
        Reconstruction::CrossEntropy if are_nats => kind.unit(),
        Reconstruction::SquaredError if penalties.is_empty() => kind.unit(),
        _ => "per image",
    }
}

/// What is charted, from top to bottom.
fn quantities(
    run: &RunRecord<'_>,
    plan: &StagePlan,
    history: &History,
    options: CurveOptions,
) -> Vec<Quantity> {
    let has_layers = history.train().any(|point| !plan.is_of_images(point.step));
    let is_squared = run.recipe.objective.reconstruction == Reconstruction::SquaredError;
    let mut quantities = vec![Quantity::Reconstruction];
    quantities.extend(has_layers.then_some(Quantity::LayerInputs));
    quantities.extend(penalties(run).into_iter().map(Quantity::Penalty));
    quantities.extend(options.shows_objective.then_some(Quantity::Objective));
    let has_other_units = run.others.iter().any(|other| !other.is_comparable(run.recipe));
    let needs_squared_error = has_other_units || (options.shows_pca && !is_squared);
    quantities.extend(needs_squared_error.then_some(Quantity::SquaredError));
    quantities
}

/// The penalties that have a weight, or ever had one. KL is there for every Gaussian code, and then sparsity is not.
fn penalties(run: &RunRecord<'_>) -> Vec<Penalty> {
    let has_weight = |penalty: &Penalty| {
        let later = run.changes.iter().filter(|change| change.key == penalty.weight_key());
        let start = penalty.weight(&run.recipe.objective, 0);
        later.map(|change| change.value).chain([start]).any(|weight| weight > 0.0)
    };
    let is_charted = |penalty: &Penalty| match penalty {
        Penalty::Kl => run.recipe.is_variational(),
        Penalty::Sparsity => !run.recipe.is_variational() && has_weight(penalty),
        Penalty::Rate | Penalty::Contractive | Penalty::Weights | Penalty::Revival => has_weight(penalty),
    };
    Penalty::ALL.into_iter().filter(is_charted).collect()
}

fn chart(
    run: &RunRecord<'_>,
    plan: &StagePlan,
    history: &History,
    options: CurveOptions,
    quantity: Quantity,
) -> Chart {
    let before = plan.training().0;
    let of_others = run.others.iter().flat_map(|other| other.curves(quantity, run.recipe, before));
    let mut curves: Vec<Curve> = of_others.collect();
    let own = [held_out(history, quantity), training(history, plan, quantity)];
    curves.extend(own.map(|curve| Curve { color: run.color, ..curve }));
    curves.retain(|curve| curve.points().next().is_some());
    Chart {
        title: quantity.title().to_owned(),
        unit: quantity.unit(run).to_owned(),
        color: quantity.color(),
        is_from_zero: matches!(quantity, Quantity::Penalty(_)),
        curves,
        references: run.references.map(|costs| references(run, costs, options, quantity)).unwrap_or_default(),
    }
}

/// The curve over training batches, in one part for each stage: no line leads over a stage that is not in it.
fn training(history: &History, plan: &StagePlan, quantity: Quantity) -> Curve {
    // What a layer makes of its own input has a chart of its own.
    let belongs = |point: &Point| plan.is_of_images(point.step) != (quantity == Quantity::LayerInputs);
    let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut last_stage = None;
    for Point { step, metrics } in history.train().filter(belongs) {
        let Some(value) = quantity.of(&metrics) else { continue };
        let stage = Some(plan.at(step.saturating_sub(1)).from);
        match parts.last_mut() {
            Some(part) if stage == last_stage => part.push([step as f64, value]),
            _ => parts.push(vec![[step as f64, value]]),
        }
        last_stage = stage;
    }
    Curve { name: "training".to_owned(), kind: CurveKind::Training, color: None, parts }
}

/// The curve over held-out images. They go all the way through what is trained so far, so their costs are those of
/// images in every stage.
fn held_out(history: &History, quantity: Quantity) -> Curve {
    let point = |e: &Evaluation| Some([e.step as f64, quantity.of(&e.held_out)?]);
    let evaluations = history.evaluations().iter().filter(|_| quantity != Quantity::LayerInputs);
    Curve::whole("held out", CurveKind::HeldOut, evaluations.filter_map(point).collect())
}

/// What a chart is compared with.
fn references(
    run: &RunRecord<'_>,
    costs: &References,
    options: CurveOptions,
    quantity: Quantity,
) -> Vec<Reference> {
    let line = |label: &str, value: f64| Reference { label: label.to_owned(), value };
    let Rivals { mean_image, entropy_floor, pca } = costs.rivals(run.recipe);
    let pca = pca.filter(|_| options.shows_pca);
    let pca_line = |pca: &PcaRival, value: f64| {
        let components = if pca.components == 1 { "component" } else { "components" };
        line(&format!("PCA, {} {components}", pca.components), value)
    };
    match quantity {
        Quantity::Reconstruction => {
            let floor = entropy_floor.map(|floor| line("entropy floor", floor));
            let pca = pca.and_then(|pca| Some(pca_line(&pca, pca.cost?)));
            [Some(line("mean image", mean_image)), floor, pca].into_iter().flatten().collect()
        }
        Quantity::SquaredError => pca.iter().map(|pca| pca_line(pca, pca.squared_error)).collect(),
        Quantity::Penalty(_) | Quantity::LayerInputs | Quantity::Objective => Vec::new(),
    }
}

/// One stamp per gesture, and one where connections are deleted; a slider that came back to where it was leaves none.
fn changes(run: &RunRecord<'_>) -> Vec<Stamp> {
    let moved = gestures(run.changes, run.recipe).into_iter().filter(Gesture::has_moved);
    let mut stamps: Vec<Stamp> =
        moved.map(|gesture| Stamp { step: gesture.first_step as f64, label: gesture.label() }).collect();
    let last = run.history.lock().recent().next_back().map_or(0, |point| point.step);
    let pruned = run.plan.pruned_at(run.recipe).filter(|step| (1..last).contains(step));
    stamps.extend(pruned.map(|step| Stamp {
        step: step as f64,
        label: format!("{:.0} % deleted", 100.0 * run.recipe.pruning.share),
    }));
    let history = run.history.lock();
    let said = history.remarks().iter().filter(|remark| !remark.is_over);
    stamps
        .extend(said.map(|remark| Stamp { step: remark.step as f64, label: remark.name.replace('-', " ") }));
    drop(history);
    stamps.sort_by(|a, b| a.step.total_cmp(&b.step));
    stamps
}

/// The stages that have begun by a step, the first one included; none where there is only one.
fn stages(plan: &StagePlan, last_step: f64) -> Vec<Stamp> {
    if plan.spans().len() < 2 {
        return Vec::new();
    }
    let begun = plan.spans().iter().filter(|span| (span.from as f64) < last_step.max(1.0));
    begun.map(|span| Stamp { step: span.from as f64, label: plan.name(span.stage) }).collect()
}

#[cfg(test)]
#[path = "curves_tests.rs"]
mod tests;
