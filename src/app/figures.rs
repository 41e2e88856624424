//! From what the window knows to the figures of the export room: which numbers, under which names.

use crate::engine::{Evaluation, History, Point, References, Snapshot};
use crate::export::figures::{
    Chart, Cloud, Curves, ImageShape, Lattice, Reconstructions, Reference, Series, SingleImage, Stamp,
};
use crate::export::style::{Ink, Term};
use crate::recipe::{Recipe, Reconstruction};

use super::gesture::gestures;
use super::state::{BenchState, RunState};

/// Images beside each other in the figure of reconstructions.
const EXAMPLES_IN_A_ROW: usize = 10;

/// Reconstruction, penalties and objective over the steps, with the live changes.
pub fn curves(bench: &BenchState, run: &RunState) -> Curves {
    let history = run.info.history.lock();
    let mut charts = vec![reconstruction_chart(&history, run, bench.references.as_ref())];
    charts.extend(penalty_charts(&history));
    charts.push(Chart {
        title: "Objective".to_owned(),
        y_label: "per image".to_owned(),
        series: series(
            &history,
            Term::Objective,
            |p| Some(p.figures.objective),
            |e| Some(e.held_out.objective),
        ),
        ..Chart::default()
    });
    let stamps = gestures(&run.changes, &run.info.recipe);
    let stamps =
        stamps.iter().map(|gesture| Stamp { step: gesture.first_step as f64, label: gesture.label() });
    Curves {
        title: format!("Learning curves of {}", run.recipe.name),
        charts,
        stamps: stamps.collect(),
        x_label: "step".to_owned(),
    }
}

fn reconstruction_chart(history: &History, run: &RunState, references: Option<&References>) -> Chart {
    let kind = run.recipe.objective.reconstruction;
    let figure =
        (|p: &Point| Some(p.figures.reconstruction), |e: &Evaluation| Some(e.held_out.reconstruction));
    Chart {
        title: "Reconstruction".to_owned(),
        y_label: kind.unit().to_owned(),
        series: series(history, Term::Reconstruction, figure.0, figure.1),
        reference_lines: references.map(|references| reference_lines(kind, references)).unwrap_or_default(),
        log_y: false,
    }
}

fn reference_lines(kind: Reconstruction, references: &References) -> Vec<Reference> {
    let line = |label: &str, value: f64| Reference { label: label.to_owned(), value };
    match kind {
        Reconstruction::SquaredError => vec![line("mean image", references.mean_squared_error)],
        Reconstruction::CrossEntropy => vec![
            line("mean image", references.mean_cross_entropy),
            line("no model can go below", references.cross_entropy_floor),
        ],
    }
}

/// One chart for every penalty that the objective has.
fn penalty_charts(history: &History) -> Vec<Chart> {
    let Some(latest) = history.train().last() else {
        return Vec::new();
    };
    let charts = latest.figures.penalties().map(|(penalty, _)| Chart {
        title: penalty.label().to_owned(),
        y_label: "per image".to_owned(),
        series: series(
            history,
            term(penalty.weight_key()),
            |p| p.figures.penalty(penalty),
            |e| e.held_out.penalty(penalty),
        ),
        ..Chart::default()
    });
    charts.collect()
}

/// The term a weight belongs to, for its colour.
fn term(weight_key: &str) -> Term {
    if weight_key == "objective.beta" { Term::Kl } else { Term::Penalty }
}

/// The training curve and the held-out one.
fn series(
    history: &History,
    term: Term,
    train: impl Fn(&Point) -> Option<f64>,
    held_out: impl Fn(&Evaluation) -> Option<f64>,
) -> Vec<Series> {
    let train: Vec<(f64, f64)> = history.train().filter_map(|p| Some((p.step as f64, train(&p)?))).collect();
    let evaluations = history.evaluations().iter();
    let held_out: Vec<(f64, f64)> = evaluations.filter_map(|e| Some((e.step as f64, held_out(e)?))).collect();
    let ink = Ink::Term(term);
    vec![
        Series { name: "train".to_owned(), ink, held_out: false, points: train },
        Series { name: "held out".to_owned(), ink, held_out: true, points: held_out },
    ]
}

/// Inputs over outputs and their difference.
pub fn reconstructions(bench: &BenchState, snapshot: &Snapshot) -> Reconstructions {
    let difference = snapshot.outputs.iter().zip(&snapshot.inputs).map(|(out, input)| out - input).collect();
    Reconstructions {
        title: "Held-out images and their reconstructions".to_owned(),
        inputs: snapshot.inputs.clone(),
        outputs: snapshot.outputs.clone(),
        residual: Some(difference),
        shape: shape(bench),
        columns: EXAMPLES_IN_A_ROW,
    }
}

/// The codes of held-out images in the plane that the window shows.
pub fn cloud(bench: &BenchState, recipe: &Recipe, snapshot: &Snapshot) -> Cloud {
    let [x, y] = snapshot.lattice.axes;
    let codes = snapshot.codes.chunks_exact(snapshot.dimensions.max(1));
    // A code of one number is drawn on a line.
    let points = codes.map(|code| {
        [code.get(x).copied().unwrap_or(0.0), if x == y { 0.0 } else { code.get(y).copied().unwrap_or(0.0) }]
    });
    Cloud {
        title: "Codes of held-out images".to_owned(),
        points: points.collect(),
        classes: bench.cloud.iter().filter_map(|&image| bench.dataset.label(image)).collect(),
        class_names: bench.dataset.class_names.clone(),
        axis_names: axis_names(snapshot),
        prior_rings: recipe.is_variational(),
    }
}

/// The plane of decoded images.
pub fn lattice(bench: &BenchState, snapshot: &Snapshot) -> Lattice {
    let ask = &snapshot.lattice;
    Lattice {
        title: "Decoded plane of the latent space".to_owned(),
        tiles: snapshot.tiles.clone(),
        columns: ask.columns,
        rows: ask.rows,
        shape: shape(bench),
        x_range: ask.x.map(f64::from),
        y_range: ask.y.map(f64::from),
        axis_names: axis_names(snapshot),
    }
}

/// The image at the pointer.
pub fn decoded(bench: &BenchState, snapshot: &Snapshot) -> SingleImage {
    SingleImage { pixels: snapshot.decoded.clone(), shape: shape(bench), title: point_label(&snapshot.point) }
}

/// `z = (−0.62, 1.05)`; a long code by its first numbers.
fn point_label(point: &[f32]) -> String {
    let shown: Vec<String> = point.iter().take(4).map(|x| format!("{x:.2}").replace('-', "−")).collect();
    let more = if point.len() > shown.len() { ", …" } else { "" };
    format!("z = ({}{more})", shown.join(", "))
}

fn axis_names(snapshot: &Snapshot) -> [String; 2] {
    snapshot.lattice.axes.map(|axis| format!("z{}", axis + 1))
}

fn shape(bench: &BenchState) -> ImageShape {
    let shape = bench.dataset.shape;
    ImageShape { height: shape.height, width: shape.width, channels: shape.channels }
}

#[cfg(test)]
mod tests {
    use super::point_label;

    #[test]
    fn a_point_is_written_as_people_write_it() {
        assert_eq!(point_label(&[-0.62, 1.05]), "z = (−0.62, 1.05)");
        assert_eq!(point_label(&[0.0; 32]), "z = (0.00, 0.00, 0.00, 0.00, …)");
    }
}
