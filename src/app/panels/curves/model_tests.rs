//! The curves as numbers, held to what they promise.

use super::*;

fn chart(train: &[[f64; 2]], references: &[f64]) -> Chart {
    Chart {
        title: "Reconstruction",
        unit: "nats per image".to_owned(),
        term: Term::Reconstruction,
        train: train.to_vec(),
        held_out: Vec::new(),
        references: references
            .iter()
            .map(|value| Reference { value: *value, label: String::new() })
            .collect(),
        past: Default::default(),
    }
}

fn change(step: u64, key: &str, value: f64) -> Change {
    Change { step, key: key.to_owned(), value }
}

/// 540 nats at first, then down to 140, as a fresh network does.
fn falling() -> Vec<[f64; 2]> {
    (1..=4000)
        .map(|i| {
            [
                f64::from(i),
                140.0 + 60.0 * (-f64::from(i) / 900.0).exp() + 340.0 * (-f64::from(i) / 15.0).exp(),
            ]
        })
        .collect()
}

fn range_of(chart: &Chart, is_log: bool) -> [f64; 2] {
    range(chart, &[&smoothed(&columns(&chart.train, 10.0), 4000.0)], is_log)
}

#[test]
fn thinning_keeps_the_extremes_and_the_mean_of_every_column() {
    let points: Vec<[f64; 2]> = (0..100_000).map(|i| [f64::from(i), f64::from(i % 7)]).collect();
    let thin = columns(&points, 500.0);
    assert_eq!(thin.len(), 200);
    for (i, column) in thin.iter().enumerate() {
        assert_eq!((column.low, column.high), (0.0, 6.0), "column {i}");
        assert!((column.mean - 3.0).abs() < 0.02, "column {i}: mean {}", column.mean);
    }
    assert!(thin.is_sorted_by(|a, b| a.x < b.x));
}

#[test]
fn thinning_leaves_out_what_is_no_number() {
    let thin = columns(&[[1.0, 5.0], [2.0, f64::NAN], [3.0, f64::INFINITY], [4.0, 7.0]], 100.0);
    assert_eq!(thin.len(), 1);
    assert_eq!((thin[0].low, thin[0].mean, thin[0].high), (5.0, 6.0, 7.0));
}

#[test]
fn the_first_steps_do_not_rule_the_axis() {
    for is_log in [false, true] {
        let [low, high] = range_of(&chart(&falling(), &[]), is_log);
        let top = axis_value(215.0, is_log).unwrap();
        assert!(high < top, "log {is_log}: the axis reaches {high}, the start would be at {top}");
        assert!(low < axis_value(140.8, is_log).unwrap());
    }
}

#[test]
fn near_reference_lines_are_in_the_picture_and_far_ones_do_not_flatten_it() {
    let [low, high] = range_of(&chart(&falling(), &[206.0, 45.0]), false);
    assert!(high > 206.0, "the mean image at 206 is within reach of {high}");
    assert!(low > 45.0, "the floor at 45 would flatten the curve; the axis begins at {low}");
}

#[test]
fn a_flat_or_empty_curve_still_has_a_range() {
    for points in [&[][..], &[[1.0, 3.0]], &[[1.0, 0.0], [2.0, 0.0]]] {
        for is_log in [false, true] {
            let [low, high] = range_of(&chart(points, &[]), is_log);
            assert!(
                low < high && low.is_finite() && high.is_finite(),
                "{points:?}, log {is_log}: {low} to {high}"
            );
        }
    }
}

#[test]
fn a_gesture_leaves_one_stamp() {
    let start = Recipe {
        objective: crate::recipe::ObjectiveRecipe { beta: 1.0, ..Recipe::default().objective },
        ..Recipe::default()
    };
    let drag: Vec<Change> =
        (0..10).map(|i| change(1000 + i, "objective.beta", 1.1 + 0.1 * i as f64)).collect();
    let stamps = stamps(&start, &drag);
    assert_eq!(stamps.len(), 1);
    assert_eq!((stamps[0].label.as_str(), stamps[0].step), ("β 1 → 2", 1000.0));
}

#[test]
fn gestures_apart_or_of_different_parameters_stay_apart() {
    let changes = [
        change(1000, "objective.beta", 2.0),
        change(1001, "training.learning_rate", 0.003),
        change(3000, "objective.beta", 4.0),
        change(4000, "training.learning_rate", 0.003_000_1),
    ];
    let labels: Vec<String> = stamps(&Recipe::default(), &changes).into_iter().map(|s| s.label).collect();
    // The last one went nowhere that can be read, so it leaves no stamp.
    assert_eq!(labels, ["β 1 → 2", "learning rate 1e-3 → 3e-3", "β 2 → 4"]);
}

#[test]
fn values_are_read_at_the_nearest_step_that_has_one() {
    let chart = chart(&[[10.0, 1.0], [20.0, 2.0], [40.0, 4.0]], &[]);
    for (step, want) in [(0.0, 1.0), (14.0, 1.0), (16.0, 2.0), (31.0, 4.0), (99.0, 4.0)] {
        assert_eq!(chart.at(step)[0].map(|point| point[1]), Some(want), "at step {step}");
    }
    assert_eq!(chart.at(5.0)[1], None);
    assert!((chart.latest()[0].unwrap() - 7.0 / 3.0).abs() < 1e-12, "the mean of the last few");
    assert_eq!(chart.latest()[1], None);
}

#[test]
fn costs_per_pixel_are_costs_divided_by_pixels() {
    let mut chart = chart(&[[1.0, 784.0]], &[1568.0]);
    chart.divide(784.0);
    assert_eq!((chart.train[0][1], chart.references[0].value), (1.0, 2.0));
    assert_eq!(chart.unit, "nats per pixel");
}

#[test]
fn smoothing_takes_out_chance_and_keeps_slopes_and_places() {
    let noisy: Vec<[f64; 2]> =
        (0..2000).map(|i| [f64::from(i), 0.1 * f64::from(i) + if i % 2 == 0 { 5.0 } else { -5.0 }]).collect();
    let smooth = smoothed(&columns(&noisy, 1.0), 2000.0);
    assert_eq!(smooth.len(), 2000);
    for point in &smooth[100..1900] {
        let off = (point[1] - 0.1 * point[0]).abs();
        assert!(off < 0.5, "at step {}: off by {off}", point[0]);
    }
    assert_eq!(smooth[0][1], 5.0, "at the beginning there is nothing to average with");
    let off = (smooth[1999][1] - 199.9).abs();
    assert!(off < 2.5, "the end does not jitter: off by {off}");
    assert!(smoothed(&[], 0.0).is_empty());
}

#[test]
fn a_penalty_is_shown_from_nothing() {
    let mut kl = chart(&(1..500).map(|i| [f64::from(i), 5.0]).collect::<Vec<_>>(), &[]);
    kl.term = Term::Penalty(Penalty::Kl);
    assert_eq!(range_of(&kl, false)[0], 0.0);
}

#[test]
fn stages_are_named_where_they_begin_and_only_once_they_have() {
    let mut recipe = Recipe::open("ae-32").expect("built in");
    assert_eq!(boundaries(&recipe, 10, 1e6), []);
    recipe.set_from_text("pretraining.method=rbm").expect("valid");
    recipe.set_from_text("pretraining.epochs=2").expect("valid");
    let named = |last: f64| -> Vec<(f64, String)> {
        boundaries(&recipe, 10, last).into_iter().map(|b| (b.step, b.label)).collect()
    };
    let first = (0.0, "layer 1 of 3".to_owned());
    assert_eq!(named(20.0), std::slice::from_ref(&first));
    assert_eq!(
        named(61.0),
        [first, (20.0, "layer 2 of 3".into()), (40.0, "layer 3 of 3".into()), (60.0, "fine-tuning".into())]
    );
}

/// A pretrained run of ten steps an epoch, with these training costs after every step.
fn pretrained(costs: impl Iterator<Item = (u64, f64)>) -> crate::app::state::AppState {
    let mut state = crate::app::testing::state_of("deep-rbm", |_| ());
    let run = &mut state.bench.as_mut().unwrap().runs[0];
    run.info.recipe.set_from_text("pretraining.epochs=1").unwrap();
    run.recipe = run.info.recipe.clone();
    for (step, reconstruction) in costs {
        let figures = Figures { reconstruction, ..Figures::default() };
        run.info.history.lock().push_step(Point { step, figures });
    }
    state
}

#[test]
fn what_a_layer_makes_of_its_own_input_is_not_drawn_among_the_costs_of_images() {
    let state = pretrained((1..=50).map(|step| (step, step as f64)));
    let (bench, run) = (state.bench.as_ref().unwrap(), state.run().unwrap());
    let charts = charts(bench, run, None, Switches::default());
    let [images, layers] = charts.as_slice() else { panic!("{charts:?}") };
    let steps = |chart: &Chart| chart.train.iter().map(|point| point[0] as u64).collect::<Vec<u64>>();
    assert_eq!(steps(images), (1..=10).chain(41..=50).collect::<Vec<u64>>());
    assert_eq!(steps(layers), (11..=40).collect::<Vec<u64>>());
    assert!(layers.references.is_empty(), "the mean image is no yardstick for it");
    let stages = boundaries(&run.info.recipe, 10, 50.0);
    let apart = by_stage(&columns(&images.train, 1.0), &stages);
    assert_eq!(apart.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10], "no line leads over the layers");
}

#[test]
fn a_run_from_scratch_lies_beside_the_fine_tuning_of_a_pretrained_one() {
    let state = pretrained([(45, 30.0), (60, 20.0)].into_iter());
    let (bench, run) = (state.bench.as_ref().unwrap(), state.run().unwrap());
    let objective = &run.recipe.objective;
    let mut past = Past {
        name: "deep-scratch".to_owned(),
        reconstruction: objective.reconstruction,
        range: run.recipe.data.range,
        before: 0,
        train: vec![[5.0, 90.0], [20.0, 80.0]],
        held_out: vec![[10.0, 85.0]],
    };
    let drawn = charts(bench, run, Some(&past), Switches::default());
    assert_eq!(drawn[0].past, [vec![[45.0, 90.0], [60.0, 80.0]], vec![[50.0, 85.0]]]);
    past.range = crate::recipe::PixelRange::Signed;
    assert!(!is_comparable(&past, run, Term::Reconstruction), "pixels from −1 to 1 cost four times as much");
}
