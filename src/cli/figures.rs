//! The figures of a run, gathered from a session: curves, reconstructions, the cloud of codes, the decoded lattice.

use std::sync::Arc;

use super::failure::Failure;
use super::output::Stage;
use super::session::Session;
use crate::data::Dataset;
use crate::engine::{History, LatticeAsk, References, Snapshot};
use crate::export::figures::{
    Caption, Chart, Cloud, Curves, Figure, ImageShape, Lattice, Reconstructions, Reference, Series, Stamp,
};
use crate::export::save_figure;
use crate::export::style::{FigureTheme, Ink, Term};
use crate::recipe::parameter::short_number;
use crate::recipe::{Change, Recipe, Reconstruction, table};
use crate::train::{Figures, Penalty};

/// Pixels of a PNG per pixel of the page: sharp on a projector and in print.
const SCALE: u32 = 2;
/// Tiles in a row and in a column of the lattice.
const TILES: usize = 20;
/// A lattice of a Gaussian code covers the prior out to this many σ.
const PRIOR_REACH: f32 = 2.5;
/// A lattice of a plain code leaves out this share of the codes at either end of an axis.
const STRAYS: f64 = 0.02;

/// Everything that figures are drawn from.
struct Material<'a> {
    recipe: &'a Recipe,
    dataset: &'a Dataset,
    cloud: &'a [u32],
    changes: &'a [Change],
    references: Option<References>,
    history: History,
    snapshot: Arc<Snapshot>,
}

/// Draws the figures of a session into files: PNG each, and SVG where there are lines rather than pixels.
pub(super) fn draw(session: &mut Session, stage: &Stage) -> Result<(), Failure> {
    let snapshot = informative_snapshot(session)?;
    let references = session.references();
    let material = Material {
        recipe: &session.run.recipe,
        dataset: &session.bench.dataset,
        cloud: &session.bench.cloud,
        changes: session.changes(),
        references,
        history: session.run.history.lock().clone(),
        snapshot,
    };
    let caption =
        Caption { text: format!("{} · step {}", material.recipe.caption(), material.snapshot.step) };
    let save = |name: &str, endings: &[&str], figure: &dyn Figure| -> Result<(), Failure> {
        let scene = figure.scene(&caption, FigureTheme::Light);
        let save = |ending: &&str| save_figure(&scene, &stage.path(&format!("{name}.{ending}")), SCALE);
        Ok(endings.iter().try_for_each(save)?)
    };
    save("curves", &["png", "svg"], &material.curves())?;
    save("reconstructions", &["png"], &material.reconstructions())?;
    save("codes", &["png", "svg"], &material.cloud())?;
    save("lattice", &["png"], &material.lattice())
}

/// A snapshot whose lattice runs along the two axes of the code that say most.
fn informative_snapshot(session: &mut Session) -> Result<Arc<Snapshot>, Failure> {
    let first = session.snapshot(None)?;
    if first.dimensions <= 2 {
        return Ok(first);
    }
    let ask = plane(&first.codes, first.dimensions, session.run.recipe.is_variational());
    session.snapshot(Some(ask))
}

/// The plane of the two axes along which the codes vary most, the others held at their mean or at the prior's.
fn plane(codes: &[f32], dimensions: usize, is_variational: bool) -> LatticeAsk {
    let mut spread: Vec<(usize, f64, f64)> =
        (0..dimensions).map(|axis| moments(codes, dimensions, axis)).collect();
    let rest = spread.iter().map(|(_, mean, _)| if is_variational { 0.0 } else { *mean as f32 }).collect();
    spread.sort_by(|a, b| b.2.total_cmp(&a.2));
    let mut axes = [spread[0].0, spread[1].0];
    axes.sort_unstable();
    let reach = |axis: usize| {
        if is_variational {
            return [-PRIOR_REACH, PRIOR_REACH];
        }
        let mut values: Vec<f32> = codes.iter().skip(axis).step_by(dimensions).copied().collect();
        values.sort_by(f32::total_cmp);
        let last = values.len().saturating_sub(1) as f64;
        let at = |share: f64| values.get((share * last) as usize).copied();
        [at(STRAYS).unwrap_or(-1.0), at(1.0 - STRAYS).unwrap_or(1.0)]
    };
    LatticeAsk { axes, x: reach(axes[0]), y: reach(axes[1]), columns: TILES, rows: TILES, rest }
}

/// An axis of the code with the mean and the variance of the codes along it.
fn moments(codes: &[f32], dimensions: usize, axis: usize) -> (usize, f64, f64) {
    let values = || codes.iter().skip(axis).step_by(dimensions).map(|z| f64::from(*z));
    let n = (codes.len() / dimensions).max(1) as f64;
    let mean = values().sum::<f64>() / n;
    let variance = values().map(|z| (z - mean).powi(2)).sum::<f64>() / n;
    (axis, mean, variance)
}

impl Material<'_> {
    fn curves(&self) -> Curves {
        let unit = self.recipe.objective.reconstruction.unit();
        let mut charts =
            vec![self.chart("Reconstruction", unit, Term::Reconstruction, |f| Some(f.reconstruction))];
        charts[0].reference_lines = self.reference_lines();
        for penalty in Penalty::ALL {
            let (term, unit) = match penalty {
                Penalty::Kl => (Term::Kl, "nats per image"),
                Penalty::Sparsity => (Term::Penalty, "per image"),
            };
            let chart = self.chart(penalty.label(), unit, term, |figures| figures.penalty(penalty));
            if chart.series.iter().any(|series| !series.points.is_empty()) {
                charts.push(chart);
            }
        }
        charts.push(self.chart("Objective", self.objective_unit(), Term::Objective, |f| Some(f.objective)));
        Curves {
            title: "Learning curves".to_owned(),
            charts,
            stamps: self.stamps(),
            x_label: "step".to_owned(),
        }
    }

    /// One term on training and on held-out images.
    fn chart(&self, title: &str, unit: &str, term: Term, value: impl Fn(&Figures) -> Option<f64>) -> Chart {
        let point = |step: u64, figures: &Figures| Some((step as f64, value(figures)?));
        let train = self.history.train().filter_map(|p| point(p.step, &p.figures)).collect();
        let held_out = self.history.evaluations().iter().filter_map(|e| point(e.step, &e.held_out)).collect();
        let series = |name: &str, held_out: bool, points: Vec<(f64, f64)>| Series {
            name: name.to_owned(),
            ink: Ink::Term(term),
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

    /// Nats added to nats are nats; anything added to a squared error is a cost.
    fn objective_unit(&self) -> &'static str {
        match self.recipe.objective.reconstruction {
            Reconstruction::CrossEntropy => "nats per image",
            Reconstruction::SquaredError => "per image",
        }
    }

    fn reference_lines(&self) -> Vec<Reference> {
        let Some(references) = self.references else {
            return Vec::new();
        };
        let line = |label: String, value: f64| Reference { label, value };
        match self.recipe.objective.reconstruction {
            Reconstruction::CrossEntropy => vec![
                line("predicting the mean image".to_owned(), references.mean_cross_entropy),
                line("floor of the cross-entropy".to_owned(), references.cross_entropy_floor),
            ],
            Reconstruction::SquaredError => vec![
                line("predicting the mean image".to_owned(), references.mean_squared_error),
                line(
                    format!("PCA with {} components", references.pca_components),
                    references.pca_squared_error,
                ),
            ],
        }
    }

    fn stamps(&self) -> Vec<Stamp> {
        let mut recipe = self.recipe.clone();
        let mut stamps = Vec::new();
        for Change { step, key, value } in self.changes {
            let Ok(parameter) = table::find(key) else { continue };
            let before = parameter.number(&recipe).map(short_number).unwrap_or_default();
            let name = parameter.label.split(' ').next().filter(|word| ["β", "λ"].contains(word));
            let label = format!("{} {before} → {}", name.unwrap_or(parameter.label), short_number(*value));
            stamps.push(Stamp { step: *step as f64, label });
            // The value was allowed when it acted.
            recipe.set(key, &crate::recipe::Value::Number(*value)).ok();
        }
        stamps
    }

    fn reconstructions(&self) -> Reconstructions {
        let Snapshot { inputs, outputs, .. } = &*self.snapshot;
        Reconstructions {
            title: "Held-out images and their reconstructions".to_owned(),
            inputs: inputs.clone(),
            outputs: outputs.clone(),
            residual: Some(outputs.iter().zip(inputs).map(|(output, input)| output - input).collect()),
            shape: self.shape(),
            columns: 10,
        }
    }

    fn cloud(&self) -> Cloud {
        let Snapshot { codes, dimensions, lattice, .. } = &*self.snapshot;
        // A code of one number lies on a line.
        let second = |code: &[f32]| {
            if *dimensions > 1 { code[lattice.axes[1]] } else { 0.0 }
        };
        Cloud {
            title: "Codes of held-out images".to_owned(),
            points: codes
                .chunks_exact(*dimensions)
                .map(|code| [code[lattice.axes[0]], second(code)])
                .collect(),
            classes: self.cloud.iter().filter_map(|image| self.dataset.label(*image)).collect(),
            class_names: self.dataset.class_names.clone(),
            axis_names: self.axis_names(),
            prior_rings: self.recipe.is_variational(),
        }
    }

    fn lattice(&self) -> Lattice {
        let Snapshot { tiles, lattice, .. } = &*self.snapshot;
        Lattice {
            title: "What the decoder makes of a plane of codes".to_owned(),
            tiles: tiles.clone(),
            columns: lattice.columns,
            rows: lattice.rows,
            shape: self.shape(),
            x_range: lattice.x.map(f64::from),
            y_range: lattice.y.map(f64::from),
            axis_names: self.axis_names(),
        }
    }

    fn axis_names(&self) -> [String; 2] {
        self.snapshot.lattice.axes.map(|axis| format!("z{}", axis + 1))
    }

    fn shape(&self) -> ImageShape {
        let crate::data::ImageShape { height, width, channels } = self.dataset.shape;
        ImageShape { height, width, channels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_runs_along_the_axes_that_vary_most() {
        // Four codes of three numbers: the second axis never moves, the third moves most.
        let codes = [0.0, 5.0, -4.0, 1.0, 5.0, 4.0, 0.0, 5.0, -4.0, 1.0, 5.0, 4.0];
        let ask = plane(&codes, 3, false);
        assert_eq!((ask.axes, ask.x, ask.y), ([0, 2], [0.0, 1.0], [-4.0, 4.0]));
        assert_eq!(ask.rest, [0.5, 5.0, 0.0]);
        let prior = plane(&codes, 3, true);
        assert_eq!((prior.x, prior.rest), ([-2.5, 2.5], vec![0.0; 3]));
    }
}
