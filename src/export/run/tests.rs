//! A tiny run without an engine: the right numbers stand under the right names.

use super::*;
use crate::data::{ImageShape, Split};
use crate::engine::{Evaluation, Figures, LatentPlane, LatticeAsk, Penalty, Point, Snapshot};
use crate::export::figures::{Chart, Figure as _};
use crate::look::ColorScheme;

/// Three grey images of two pixels, the first without a use.
fn dataset() -> Dataset {
    Dataset {
        name: "tiny".to_owned(),
        shape: ImageShape { height: 1, width: 2, channels: 1 },
        images: vec![0, 255, 255, 0, 128, 128],
        labels: vec![0, 1, 0],
        class_names: vec!["left".to_owned(), "right".to_owned()],
        factors: Vec::new(),
        split: Split { train: vec![0], validation: vec![1, 2], test: vec![] },
    }
}

/// Two codes of three numbers, shown along the first and the third.
fn snapshot() -> Snapshot {
    Snapshot {
        step: 40,
        dimensions: 3,
        codes: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        inputs: vec![1.0, 0.0, 0.5, 0.5],
        outputs: vec![0.75, 0.25, 0.5, 1.0],
        lattice: LatticeAsk {
            plane: LatentPlane::of_axes([0, 2], 3, &[]),
            x: [-2.0, 2.0],
            y: [-1.0, 3.0],
            columns: 2,
            rows: 1,
        },
        tiles: vec![0.0, 0.1, 0.2, 0.3],
        point: vec![-0.62, 1.05, 0.0],
        decoded: vec![0.5, 0.5],
        sheet: vec![0.0, 0.25, 0.5, 0.75],
        cards: Vec::new(),
    }
}

fn figures(objective: f64, penalty: Penalty) -> Figures {
    let mut figures = Figures { objective, reconstruction: objective - 1.0, ..Figures::default() };
    figures.set_penalty(penalty, 1.0);
    figures
}

/// Two steps and one evaluation.
fn history(penalty: Penalty) -> SharedHistory {
    let history = SharedHistory::default();
    for (step, objective) in [(1, 10.0), (2, 8.0)] {
        history.lock().push_step(Point { step, figures: figures(objective, penalty) });
    }
    let held_out = figures(9.0, penalty);
    history.lock().push_evaluation(Evaluation { step: 2, epoch: 1, train: None, held_out });
    history
}

fn recipe(settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::open("vae-2d").expect("built in");
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

const SQUARED: [&str; 2] = ["objective.reconstruction=squared-error", "model.code_kind=plain"];

fn references() -> References {
    References {
        mean_squared_error: 50.0,
        mean_cross_entropy: 200.0,
        cross_entropy_floor: 60.0,
        pca_squared_error: 30.0,
        pca_components: 2,
    }
}

fn change(step: u64, value: f64) -> Change {
    Change { step, key: "objective.beta".to_owned(), value }
}

/// Hands the figures of a run to a test.
fn with_run<T>(recipe: &Recipe, changes: &[Change], penalty: Penalty, test: impl Fn(RunFigures) -> T) -> T {
    let (history, dataset) = (history(penalty), dataset());
    let references = Some(references());
    test(RunFigures {
        recipe,
        changes,
        history: &history,
        references,
        dataset: &dataset,
        cloud: &[1, 2],
        steps_per_epoch: 10,
    })
}

fn named(charts: &[Chart]) -> Vec<(&str, &str)> {
    charts.iter().map(|chart| (chart.title.as_str(), chart.y_label.as_str())).collect()
}

fn lines(chart: &Chart) -> Vec<(&str, f64)> {
    chart.reference_lines.iter().map(|line| (line.label.as_str(), line.value)).collect()
}

#[test]
fn every_term_has_a_chart_with_both_curves() {
    let curves = with_run(&recipe(&[]), &[], Penalty::Kl, |run| run.curves());
    let nats = "nats per image";
    assert_eq!(named(&curves.charts), [("Reconstruction", nats), ("KL", nats), ("Objective", nats)]);
    assert_eq!(curves.title, "Learning curves of vae-2d");
    let objective = &curves.charts[2].series;
    assert_eq!(
        (objective[0].points.as_slice(), objective[0].held_out),
        (&[(1.0, 10.0), (2.0, 8.0)][..], false)
    );
    assert_eq!((objective[1].points.as_slice(), objective[1].held_out), (&[(2.0, 9.0)][..], true));
    assert_eq!(curves.charts[1].series[1].points, [(2.0, 1.0)]);
}

#[test]
fn the_reconstruction_alone_is_held_against_what_is_known() {
    let entropy = with_run(&recipe(&[]), &[], Penalty::Kl, |run| run.curves().charts);
    let floor = [("predicting the mean image", 200.0), ("no model can go below", 60.0)];
    assert_eq!(lines(&entropy[0]), floor);
    assert!(entropy[1..].iter().all(|chart| chart.reference_lines.is_empty()));
    let squared = with_run(&recipe(&SQUARED), &[], Penalty::Sparsity, |run| run.curves().charts);
    assert_eq!(lines(&squared[0]), [("predicting the mean image", 50.0), ("PCA with 2 components", 30.0)]);
}

#[test]
fn a_penalty_without_a_price_is_not_charted() {
    let free = with_run(&recipe(&SQUARED), &[], Penalty::Sparsity, |run| run.curves().charts);
    let unit = "squared error per image";
    assert_eq!(named(&free), [("Reconstruction", unit), ("Objective", unit)]);
    let later = [Change { step: 1, key: "objective.sparsity".to_owned(), value: 0.5 }];
    let priced = with_run(&recipe(&SQUARED), &later, Penalty::Sparsity, |run| run.curves().charts);
    assert_eq!(named(&priced), [("Reconstruction", unit), ("Σ|h|", "per image"), ("Objective", "per image")]);
}

#[test]
fn a_gesture_leaves_one_stamp_and_the_caption_says_what_was_in_force() {
    let drag = [change(10, 1.5), change(20, 4.0), change(900, 4.0)];
    let start = recipe(&["objective.beta=1"]);
    let (stamps, captions) = with_run(&start, &drag, Penalty::Kl, |run| {
        (run.curves().stamps, [10, 11, 40, 1000].map(|step| run.caption(step).text))
    });
    let stamps: Vec<(f64, &str)> = stamps.iter().map(|stamp| (stamp.step, stamp.label.as_str())).collect();
    assert_eq!(stamps, [(10.0, "β 1 → 4")]);
    let ends =
        ["step 10", "step 11 · 1 live change", "step 40 · 1 live change", "step 1000 · 2 live changes"];
    for ((caption, beta), end) in captions.iter().zip(["β 1 ", "β 1.5 ", "β 4 ", "β 4 "]).zip(ends) {
        assert!(caption.contains(beta) && caption.ends_with(end), "`{caption}` lacks `{beta}` or `{end}`");
    }
}

#[test]
fn pictures_show_the_plane_of_the_lattice() {
    with_run(&recipe(&[]), &[], Penalty::Kl, |run| {
        let snapshot = snapshot();
        let cloud = run.cloud(&snapshot);
        assert_eq!(cloud.points, [[1.0, 3.0], [4.0, 6.0]]);
        assert_eq!((cloud.classes, cloud.axis_names), (vec![1, 0], ["z1", "z3"].map(str::to_owned)));
        assert!(cloud.prior_rings);
        let lattice = run.lattice(&snapshot);
        assert_eq!(
            (lattice.x_range, lattice.y_range),
            ([-2.0, 2.0], [1.0, 1.0]),
            "one row lies in the middle"
        );
        assert_eq!((lattice.columns, lattice.rows, lattice.tiles), (2, 1, snapshot.tiles.clone()));
        assert!(lattice.title.ends_with("a line of codes"), "{}", lattice.title);
        let pairs = run.reconstructions(&snapshot);
        assert_eq!(pairs.residual, Some(vec![-0.25, 0.25, 0.0, 0.5]));
        assert_eq!((pairs.shape.height, pairs.shape.width, pairs.shape.channels), (1, 2, 1));
        assert_eq!(run.decoded(&snapshot).title, "z = (−0.62, 1.05, 0.00)");
    });
}

#[test]
fn codes_side_by_side_keep_their_words_and_their_pixels() {
    with_run(&recipe(&[]), &[], Penalty::Kl, |run| {
        let words = SheetWords {
            title: "Every number of the code".to_owned(),
            meaning: "Each row moves one number.".to_owned(),
            columns: 1,
            rows: vec!["z3  1.20 nats".to_owned(), "z1  0.10 nats".to_owned()],
            captions: Vec::new(),
        };
        let figure = run.sheet(&snapshot(), &words);
        let svg = figure.scene(&run.caption(40), ColorScheme::Light).to_svg();
        for want in ["Every number of the code", "z3  1.20 nats", "z1  0.10 nats", "seed", "step 40"] {
            assert!(svg.contains(want), "`{want}` is missing");
        }
        assert_eq!(svg.matches("<image").count(), 2, "two images of two pixels");
        let nothing = run.sheet(&Snapshot { sheet: Vec::new(), ..snapshot() }, &words);
        let svg = nothing.scene(&run.caption(40), ColorScheme::Light).to_svg();
        assert!(svg.contains("nothing to show yet"));
    });
}

#[test]
fn a_code_of_one_number_lies_on_a_line() {
    with_run(&recipe(&[]), &[], Penalty::Kl, |run| {
        let mut snapshot = snapshot();
        snapshot.dimensions = 1;
        snapshot.codes = vec![1.0, 4.0];
        snapshot.lattice.plane = LatentPlane::of_axes([0, 0], 1, &[]);
        snapshot.point = vec![0.0; 32];
        let cloud = run.cloud(&snapshot);
        assert_eq!(cloud.points[..2], [[1.0, 0.0], [4.0, 0.0]]);
        assert_eq!(cloud.axis_names, ["z1", ""].map(str::to_owned));
        assert_eq!(run.decoded(&snapshot).title, "z = (0.00, 0.00, 0.00, 0.00, …)");
    });
}

#[test]
fn layers_that_are_pretrained_have_a_chart_of_their_own() {
    let recipe = Recipe::open("deep-rbm").expect("built in");
    let recipe = Recipe {
        pretraining: crate::recipe::PretrainingRecipe { epochs: 1, ..recipe.pretraining },
        ..recipe
    };
    let (history, dataset) = (SharedHistory::default(), dataset());
    for step in 1..=50 {
        history.lock().push_step(Point { step, figures: figures(step as f64, Penalty::Sparsity) });
    }
    let run = RunFigures {
        recipe: &recipe,
        changes: &[],
        history: &history,
        references: Some(references()),
        dataset: &dataset,
        cloud: &[1, 2],
        steps_per_epoch: 10,
    };
    let curves = run.curves();
    let titles: Vec<&str> = curves.charts.iter().map(|chart| chart.title.as_str()).collect();
    assert_eq!(titles, ["Reconstruction", "Layers' own inputs", "Objective"]);
    let parts = |chart: &Chart| -> Vec<(String, f64, f64)> {
        let lines = chart.series.iter().filter(|series| !series.held_out);
        let ends = |points: &[(f64, f64)]| (points[0].0, points[points.len() - 1].0);
        lines.map(|series| (series.name.clone(), ends(&series.points).0, ends(&series.points).1)).collect()
    };
    let named = |name: &str, from: f64, to: f64| (name.to_owned(), from, to);
    assert_eq!(parts(&curves.charts[0]), [named("training", 1.0, 10.0), named("", 41.0, 50.0)]);
    let layers = [named("training", 11.0, 20.0), named("", 21.0, 30.0), named("", 31.0, 40.0)];
    assert_eq!(parts(&curves.charts[1]), layers);
    assert!(curves.charts[1].reference_lines.is_empty() && !curves.charts[0].reference_lines.is_empty());
}
