//! The learning curves of a run: reconstruction, penalties and objective over the steps, with the live changes.

use super::RunFigures;
use crate::engine::{Figures, History, Penalty, References, StagePlan};
use crate::export::figures::{Chart, Curves, Reference, Series, Stamp};
use crate::look::DataColor;
use crate::recipe::Reconstruction;
use crate::recipe::gesture::gestures;

impl RunFigures<'_> {
    /// Each term in a chart of its own, one below another.
    pub fn curves(&self) -> Curves {
        let kind = self.recipe.objective.reconstruction;
        let penalties: Vec<Penalty> = Penalty::ALL.into_iter().filter(|p| self.has(*p)).collect();
        let history = self.history.lock();
        let plan = StagePlan::new(self.recipe, self.steps_per_epoch);
        let mut charts =
            vec![chart(&history, "Reconstruction", kind.unit(), DataColor::Reconstruction, |f| {
                Some(f.reconstruction)
            })];
        let layers = layers(&mut charts[0], &plan);
        charts[0].reference_lines =
            self.references.map(|costs| reference_lines(kind, &costs)).unwrap_or_default();
        charts.extend(layers);
        charts.extend(penalties.iter().map(|penalty| penalty_chart(&history, *penalty)));
        let unit = objective_unit(kind, &penalties);
        charts.push(chart(&history, "Objective", unit, DataColor::Objective, |f| Some(f.objective)));
        Curves {
            title: format!("Learning curves of {}", self.recipe.name),
            charts,
            stamps: self.stamps(),
            stages: self.stages(),
            x_label: "step".to_owned(),
        }
    }

    /// Whether the objective has this penalty, or ever had. KL is there for every Gaussian code; the others without a
    /// price are at most measured, and nobody asked for that.
    fn has(&self, penalty: Penalty) -> bool {
        if penalty == Penalty::Kl {
            return self.recipe.is_variational();
        }
        let later = self.changes.iter().filter(|change| change.key == penalty.weight_key());
        let now = penalty.weight(&self.recipe.objective, 0);
        let mut prices = later.map(|change| change.value).chain([now]);
        !(self.recipe.is_variational() && penalty == Penalty::Sparsity) && prices.any(|price| price > 0.0)
    }

    /// Where each stage after the first begins, and the name of the first, where there are several.
    fn stages(&self) -> Vec<Stamp> {
        let plan = StagePlan::new(self.recipe, self.steps_per_epoch);
        match plan.stretches() {
            [_] => Vec::new(),
            several => several
                .iter()
                .map(|stretch| Stamp { step: stretch.from as f64, label: plan.name(stretch.stage) })
                .collect(),
        }
    }

    /// One stamp per gesture; a slider that came back to where it was left no trace.
    fn stamps(&self) -> Vec<Stamp> {
        let gestures = gestures(self.changes, self.recipe);
        let moved = gestures.iter().filter(|gesture| gesture.has_moved());
        moved.map(|gesture| Stamp { step: gesture.first_step as f64, label: gesture.label() }).collect()
    }
}

/// Takes out of a chart of images what layers behind the first make of their own inputs, which is another cost, and
/// gives it a chart of its own. What is left is drawn stage by stage, so that no line leads over what is gone.
fn layers(images: &mut Chart, plan: &StagePlan) -> Option<Chart> {
    let training = images.series.first()?;
    let stage = |point: &(f64, f64)| plan.at((point.0 as u64).saturating_sub(1)).from;
    let of_images = |point: &(f64, f64)| plan.is_of_images(point.0 as u64);
    let (kept, taken): (Vec<_>, Vec<_>) = training.points.iter().partition(|point| of_images(point));
    if taken.is_empty() {
        return None;
    }
    let by_stage = |points: &[(f64, f64)]| -> Vec<Series> {
        let parts = points.chunk_by(|a, b| stage(a) == stage(b)).enumerate();
        // One entry in the legend is enough for all of them.
        let name = |number: usize| if number == 0 { training.name.clone() } else { String::new() };
        parts.map(|(n, part)| Series { name: name(n), points: part.to_vec(), ..training.clone() }).collect()
    };
    let layers = Chart {
        title: "Layers' own inputs".to_owned(),
        series: by_stage(&taken),
        reference_lines: Vec::new(),
        ..images.clone()
    };
    let kept = by_stage(&kept);
    images.series.splice(0..1, kept);
    Some(layers)
}

fn penalty_chart(history: &History, penalty: Penalty) -> Chart {
    let (color, unit) = match penalty {
        Penalty::Kl => (DataColor::Kl, "nats per image"),
        Penalty::Rate => (DataColor::Rate, "nats"),
        Penalty::Sparsity => (DataColor::Sparsity, "per image"),
        Penalty::Contractive => (DataColor::Contractive, "per image"),
    };
    chart(history, penalty.label(), unit, color, |figures| figures.penalty(penalty))
}

/// One term on training and on held-out images.
fn chart(
    history: &History,
    title: &str,
    unit: &str,
    color: DataColor,
    value: impl Fn(&Figures) -> Option<f64>,
) -> Chart {
    let point = |step: u64, figures: &Figures| Some((step as f64, value(figures)?));
    let train = history.train().filter_map(|p| point(p.step, &p.figures)).collect();
    let held_out = history.evaluations().iter().filter_map(|e| point(e.step, &e.held_out)).collect();
    let series = |name: &str, held_out: bool, points: Vec<(f64, f64)>| Series {
        name: name.to_owned(),
        color,
        held_out,
        points,
    };
    Chart {
        title: title.to_owned(),
        y_label: unit.to_owned(),
        series: vec![series("training", false, train), series("held out", true, held_out)],
        reference_lines: Vec::new(),
        log_y: false,
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

/// What the network has to beat, and how far it can go.
fn reference_lines(kind: Reconstruction, costs: &References) -> Vec<Reference> {
    let line = |label: &str, value: f64| Reference { label: label.to_owned(), value };
    match kind {
        Reconstruction::CrossEntropy => vec![
            line("predicting the mean image", costs.mean_cross_entropy),
            line("no model can go below", costs.cross_entropy_floor),
        ],
        Reconstruction::SquaredError => vec![
            line("predicting the mean image", costs.mean_squared_error),
            line(&format!("PCA with {} components", costs.pca_components), costs.pca_squared_error),
        ],
    }
}
