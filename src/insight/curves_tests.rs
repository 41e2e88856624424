//! Which curves a run has, tested on small histories whose every value is known.

use super::*;
use crate::recipe::PretrainingRecipe;

const STEPS_PER_EPOCH: u64 = 10;

fn recipe(name: &str, settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::open(name).expect("built in");
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

const SQUARED: [&str; 2] = ["objective.reconstruction=squared-error", "model.code_kind=plain"];

fn metrics(objective: f64, penalty: Penalty) -> Metrics {
    let mut metrics = Metrics { objective, reconstruction: objective - 1.0, ..Metrics::default() };
    metrics.set_penalty(penalty, 1.0);
    metrics
}

/// An evaluation before the first step, two steps, and an evaluation after them.
fn history(penalty: Penalty) -> SharedHistory {
    let history = SharedHistory::default();
    let evaluation = |step, objective| {
        let held_out = metrics(objective, penalty);
        Evaluation { step, epoch: step / STEPS_PER_EPOCH, train: None, held_out }
    };
    history.lock().push_evaluation(evaluation(0, 12.0));
    for (step, objective) in [(1, 10.0), (2, 8.0)] {
        history.lock().push_step(Point { step, metrics: metrics(objective, penalty) });
    }
    history.lock().push_evaluation(evaluation(2, 9.0));
    history
}

fn costs() -> References {
    References {
        mean_squared_error: 50.0,
        mean_cross_entropy: 200.0,
        cross_entropy_floor: 60.0,
        pca_squared_errors: Some([50.0, 40.0, 30.0, 20.0].into()),
    }
}

fn plan(recipe: &Recipe) -> StagePlan {
    StagePlan::new(recipe, STEPS_PER_EPOCH)
}

fn record<'a>(
    recipe: &'a Recipe,
    plan: &'a StagePlan,
    changes: &'a [Change],
    history: &'a SharedHistory,
    costs: &'a References,
) -> RunRecord<'a> {
    RunRecord { recipe, changes, history, references: Some(costs), plan, pixels: 4, color: None, others: &[] }
}

/// The curves of a run of two steps, with the options of a figure.
fn drawn(recipe: &Recipe, changes: &[Change], penalty: Penalty) -> Curves {
    let history = history(penalty);
    curves(&record(recipe, &plan(recipe), changes, &history, &costs()), CurveOptions::of_figure(recipe))
}

fn named(curves: &Curves) -> Vec<(&str, &str)> {
    curves.charts.iter().map(|chart| (chart.title.as_str(), chart.unit.as_str())).collect()
}

fn lines(chart: &Chart) -> Vec<(&str, f64)> {
    chart.references.iter().map(|line| (line.label.as_str(), line.value)).collect()
}

fn points(chart: &Chart, kind: CurveKind) -> Vec<[f64; 2]> {
    chart.curve(kind).map(|curve| curve.points().collect()).unwrap_or_default()
}

/// The first and the last step of each part of the training curve.
fn ends(chart: &Chart) -> Vec<[f64; 2]> {
    let training = chart.curve(CurveKind::Training).expect("a training curve");
    training.parts.iter().map(|part| [part[0][0], part[part.len() - 1][0]]).collect()
}

#[test]
fn every_term_has_a_chart_with_both_curves_and_every_evaluation() {
    let curves = drawn(&recipe("vae-2d", &[]), &[], Penalty::Kl);
    let nats = "nats per image";
    assert_eq!(named(&curves), [("Reconstruction", nats), ("KL", nats), ("Objective", nats)]);
    let objective = &curves.charts[2];
    assert_eq!(points(objective, CurveKind::Training), [[1.0, 10.0], [2.0, 8.0]]);
    assert_eq!(points(objective, CurveKind::HeldOut), [[0.0, 12.0], [2.0, 9.0]]);
    assert_eq!(points(&curves.charts[1], CurveKind::HeldOut), [[0.0, 1.0], [2.0, 1.0]]);
}

#[test]
fn the_reconstruction_alone_is_compared_with_what_is_known() {
    let entropy = drawn(&recipe("vae-2d", &[]), &[], Penalty::Kl).charts;
    assert_eq!(lines(&entropy[0]), [("mean image", 200.0), ("entropy floor", 60.0)]);
    assert!(entropy[1..].iter().all(|chart| chart.references.is_empty()));
    let squared = drawn(&recipe("vae-2d", &SQUARED), &[], Penalty::Sparsity).charts;
    assert_eq!(lines(&squared[0]), [("mean image", 50.0), ("PCA, 2 components", 30.0)]);
}

#[test]
fn references_are_in_the_pixel_range_of_the_run_and_of_its_own_code_size() {
    let recipe = recipe("ae-2d", &["data.range=signed", "model.code=3"]);
    let charts = drawn(&recipe, &[], Penalty::Sparsity).charts;
    assert_eq!(lines(&charts[0]), [("mean image", 200.0), ("PCA, 3 components", 80.0)]);
}

#[test]
fn principal_components_are_no_rival_for_a_network_with_skip_connections() {
    let with_skips = drawn(&recipe("unet-denoise", &["noise.kind=none"]), &[], Penalty::Sparsity).charts;
    assert!(
        lines(&with_skips[0]).iter().all(|(label, _)| !label.contains("PCA")),
        "{:?}",
        lines(&with_skips[0])
    );
    let without = drawn(&recipe("unet-no-skips", &["noise.kind=none"]), &[], Penalty::Sparsity).charts;
    assert!(lines(&without[0]).iter().any(|(label, _)| label.contains("PCA")), "{:?}", lines(&without[0]));
}

#[test]
fn principal_components_are_no_rival_for_a_network_that_sees_noise() {
    let mut noisy = recipe("vae-2d", &SQUARED);
    noisy.set_from_text("noise.kind=gaussian").expect("valid");
    let charts = drawn(&noisy, &[], Penalty::Sparsity).charts;
    assert_eq!(lines(&charts[0]), [("mean image", 50.0)]);
}

#[test]
fn a_term_is_charted_if_it_has_or_ever_had_a_weight() {
    let recipe = recipe("vae-2d", &SQUARED);
    let unit = "squared error per image";
    let free = drawn(&recipe, &[], Penalty::Sparsity);
    assert_eq!(named(&free), [("Reconstruction", unit), ("Objective", unit)]);
    let change = |step, value| Change { step, key: "objective.sparsity".to_owned(), value };
    let raised_and_returned = [change(1, 0.5), change(2, 0.0)];
    let curves = drawn(&recipe, &raised_and_returned, Penalty::Sparsity);
    let want = [("Reconstruction", unit), ("Σ|h|", "per image"), ("Objective", "per image")];
    assert_eq!(named(&curves), want);
}

#[test]
fn options_add_charts_and_change_units() {
    let recipe = recipe("vae-2d", &[]);
    let history = history(Penalty::Kl);
    let costs = costs();
    let plan = plan(&recipe);
    let record = record(&recipe, &plan, &[], &history, &costs);
    assert_eq!(curves(&record, CurveOptions::default()).charts.len(), 2);
    let options = CurveOptions { shows_pca: true, is_per_pixel: true, ..CurveOptions::default() };
    let curves = curves(&record, options);
    let nats = "nats per pixel";
    let squared = "per pixel, from the mean code";
    assert_eq!(named(&curves), [("Reconstruction", nats), ("KL", nats), ("Squared error", squared)]);
    assert_eq!(points(&curves.charts[0], CurveKind::Training), [[1.0, 2.25], [2.0, 1.75]]);
    assert_eq!(lines(&curves.charts[2]), [("PCA, 2 components", 7.5)]);
}

#[test]
fn a_gesture_leaves_one_stamp() {
    let start = recipe("vae-2d", &["objective.beta=1"]);
    let change = |step, key: &str, value| Change { step, key: key.to_owned(), value };
    let mut changes: Vec<Change> =
        (0..10).map(|i| change(1000 + i, "objective.beta", 1.1 + 0.1 * i as f64)).collect();
    changes.push(change(3000, "training.learning_rate", 0.003));
    // This one went nowhere that can be read, so it leaves no stamp.
    changes.push(change(4000, "training.learning_rate", 0.003_000_1));
    let curves = drawn(&start, &changes, Penalty::Kl);
    let stamps: Vec<(f64, &str)> = curves.changes.iter().map(|s| (s.step, s.label.as_str())).collect();
    assert_eq!(stamps.len(), 2, "{stamps:?}");
    assert_eq!(stamps[0], (1000.0, "β 1 → 2"));
}

/// A pretrained recipe with one epoch for each of its four layers.
fn pretrained() -> Recipe {
    let recipe = recipe("deep-rbm", &[]);
    Recipe { pretraining: PretrainingRecipe { epochs: 1, ..recipe.pretraining }, ..recipe }
}

#[test]
fn layers_that_are_pretrained_have_a_chart_of_their_own() {
    let (recipe, history) = (pretrained(), SharedHistory::default());
    for step in 1..=50 {
        history.lock().push_step(Point { step, metrics: metrics(step as f64, Penalty::Sparsity) });
    }
    let curves =
        curves(&record(&recipe, &plan(&recipe), &[], &history, &costs()), CurveOptions::of_figure(&recipe));
    let titles: Vec<&str> = curves.charts.iter().map(|chart| chart.title.as_str()).collect();
    assert_eq!(titles, ["Reconstruction", "Layers' own inputs", "Objective"]);
    assert_eq!(ends(&curves.charts[0]), [[1.0, 10.0], [41.0, 50.0]], "no line leads over the layers");
    assert_eq!(ends(&curves.charts[1]), [[11.0, 20.0], [21.0, 30.0], [31.0, 40.0]]);
    assert!(curves.charts[1].references.is_empty() && !curves.charts[0].references.is_empty());
}

#[test]
fn stages_are_named_where_they_begin_and_only_once_they_have() {
    let named = |recipe: &Recipe, last_step: f64| -> Vec<(f64, String)> {
        let stages = stages(&plan(recipe), last_step);
        stages.into_iter().map(|stage| (stage.step, stage.label)).collect()
    };
    assert_eq!(named(&recipe("ae-32", &[]), 1e6), []);
    let recipe = recipe("ae-32", &["pretraining.method=rbm", "pretraining.epochs=2"]);
    let first = (0.0, "layer 1 of 3".to_owned());
    assert_eq!(named(&recipe, 20.0), std::slice::from_ref(&first));
    assert_eq!(
        named(&recipe, 61.0),
        [first, (20.0, "layer 2 of 3".into()), (40.0, "layer 3 of 3".into()), (60.0, "fine-tuning".into())]
    );
}

#[test]
fn a_run_from_scratch_is_drawn_beside_the_fine_tuning_of_a_pretrained_one() {
    let (recipe, history) = (pretrained(), SharedHistory::default());
    for (step, cost) in [(45, 30.0), (60, 20.0)] {
        history.lock().push_step(Point { step, metrics: metrics(cost, Penalty::Sparsity) });
    }
    let mut past = ComparedRun {
        name: "deep-scratch".to_owned(),
        color: DataColor::Class(3),
        scale: recipe.objective.scale,
        squared_error: vec![[10.0, 40.0]],
        kl: Vec::new(),
        reconstruction: recipe.objective.reconstruction,
        range: recipe.data.range,
        before: 0,
        training: vec![[5.0, 90.0], [20.0, 80.0]],
        held_out: vec![[0.0, 99.0], [10.0, 85.0]],
    };
    let costs = costs();
    let drawn = |past: &ComparedRun| {
        let plan = plan(&recipe);
        let record =
            RunRecord { others: std::slice::from_ref(past), ..record(&recipe, &plan, &[], &history, &costs) };
        curves(&record, CurveOptions::default()).charts
    };
    let charts = drawn(&past);
    assert_eq!(points(&charts[0], CurveKind::OtherTraining), [[45.0, 90.0], [60.0, 80.0]]);
    assert_eq!(points(&charts[0], CurveKind::OtherHeldOut), [[40.0, 99.0], [50.0, 85.0]]);
    assert!(charts[1..].iter().all(|chart| chart.curve(CurveKind::OtherTraining).is_none()));
    past.range = PixelRange::Signed;
    let charts = drawn(&past);
    let comparable = charts[0].curve(CurveKind::OtherTraining);
    assert!(comparable.is_none(), "pixels from −1 to 1 cost four times as much");
    let last = charts.last().expect("charts");
    assert_eq!(
        (last.title.as_str(), points(last, CurveKind::OtherHeldOut)),
        ("Squared error", vec![[50.0, 40.0]])
    );
}

#[test]
fn what_is_kept_of_a_run_is_its_training_as_a_whole() {
    let (recipe, history) = (pretrained(), SharedHistory::default());
    for step in [5, 45, 60] {
        history.lock().push_step(Point { step, metrics: metrics(step as f64, Penalty::Sparsity) });
    }
    for step in [0, 40, 50] {
        let held_out = metrics(step as f64, Penalty::Sparsity);
        history.lock().push_evaluation(Evaluation { step, epoch: 0, train: None, held_out });
    }
    let costs = costs();
    let plan = plan(&recipe);
    let record = record(&recipe, &plan, &[], &history, &costs);
    let past = ComparedRun::of(&record, "deep", DataColor::Class(1)).expect("two steps");
    assert_eq!((past.before, past.training), (40, vec![[5.0, 44.0], [20.0, 59.0]]));
    assert_eq!(past.held_out, [[0.0, 39.0], [10.0, 49.0]]);
}

#[test]
fn a_term_has_the_colour_of_its_slider() {
    for penalty in Penalty::ALL {
        let color = Quantity::Penalty(penalty).color();
        assert_eq!(color, DataColor::of_parameter(penalty.weight_key()));
        assert_ne!(color, DataColor::Accent, "{penalty:?} has a colour of its own");
    }
}
