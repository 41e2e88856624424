//! The pull on codes: against five-point differences of the terms, and against closed forms.

use hourglass::engine::{Event, RunWants, WantedForces, Wants};
use hourglass::insight::forces::Forces;
use hourglass::model::{Autoencoder, Encoded, Pass};
use hourglass::recipe::{Recipe, Reconstruction};
use hourglass::train::Learner;

use super::{DIMS, PIXELS, grey_images, learned, matrix, recipe};
use crate::differences::slope;
use crate::newer::turn_until_newer;
use crate::read::numbers;
use crate::tensors::assert_close;
use crate::workers::{open, small, turn_until, turn_until_there, worker};

const IMAGES: usize = 6;

/// What every image's reconstruction costs with these codes, summed in f64 from the decoder's last layer.
fn costs(model: &Autoencoder, recipe: &Recipe, x: &[f32], encoded: &Encoded, codes: Vec<f32>) -> Vec<f64> {
    let raw = model.decode_raw(matrix(codes, recipe.model.code), &encoded.skips, &mut Pass::default());
    let shown: Vec<f64> = numbers(model.pixels(raw.clone())).into_iter().map(f64::from).collect();
    let raw: Vec<f64> = numbers(raw).into_iter().map(f64::from).collect();
    let target = numbers(model.scaled(matrix(x.to_vec(), PIXELS)));
    let each = target.iter().enumerate().map(|(i, x)| match recipe.objective.reconstruction {
        Reconstruction::SquaredError => (f64::from(*x) - shown[i]).powi(2),
        Reconstruction::CrossEntropy => raw[i].exp().ln_1p() - f64::from(*x) * raw[i],
    });
    each.collect::<Vec<f64>>().chunks(PIXELS).map(|pixels| pixels.iter().sum()).collect()
}

/// Holds the pull of the reconstruction against differences, number by number.
fn reconstruction_agrees(recipe: &Recipe, learner: &Learner, x: &[f32], share: f64) {
    let forces = Forces::of(learner, recipe, x).expect("the CPU answers");
    let (model, code) = (learner.model(), recipe.model.code);
    let encoded = model.encode(matrix(x.to_vec(), PIXELS));
    let codes = numbers(encoded.code.clone());
    assert_close("code", &forces.codes, &codes, 1e-5);
    for (at, got) in forces.reconstruction.iter().enumerate() {
        let cost = |by: f64| {
            let mut codes = codes.clone();
            codes[at] += by as f32;
            costs(&model, recipe, x, &encoded, codes)[at / code] * share
        };
        // By how far the code truly moved: an f32 has few places after the point.
        let want = -slope(1.0 / 64.0, cost);
        let all = &forces.reconstruction[at / code * code..][..code];
        let length = f64::from(all.iter().map(|x| x * x).sum::<f32>().sqrt());
        let name = recipe.model.network;
        assert!(length > 1e-3 * share, "{name:?}: nothing to compare, {length}");
        assert!(
            (f64::from(*got) - want).abs() < 1e-2 * length,
            "{name:?} number {at}: got {got}, want {want} ± 1 % of {length}"
        );
    }
}

#[test]
fn the_reconstruction_pulls_as_its_differences_say() {
    let cases: [&[&str]; 7] = [
        &["model.code_kind=gaussian", "objective.reconstruction=cross-entropy", "objective.beta=2"],
        &["objective.sparsity=0.7"],
        &["objective.scale=mean", "data.range=signed", "model.output=linear"],
        &["noise.kind=gaussian", "noise.amount=0.3"],
        &["model.network=conv", "model.norm=batch"],
        &["model.network=u-net", "model.channels=2-3-4"],
        &["model.network=recurrent", "model.hidden=6"],
    ];
    for settings in cases {
        let recipe = recipe(settings);
        let x = grey_images(IMAGES);
        let learner = learned(&recipe, DIMS, &x);
        let before = numbers(learner.model().reconstruct(matrix(x.clone(), PIXELS)));
        let is_mean = settings.contains(&"objective.scale=mean");
        let share = if is_mean { 1.0 / PIXELS as f64 } else { 1.0 };
        reconstruction_agrees(&recipe, &learner, &x, share);
        let after = numbers(learner.model().reconstruct(matrix(x, PIXELS)));
        assert_eq!(before, after, "{settings:?}: looking changed the network");
    }
}

/// The pull of the penalties on the codes of some images.
fn penalty(settings: &[&str]) -> (Recipe, Learner, Forces) {
    let recipe = recipe(settings);
    let x = grey_images(IMAGES);
    let learner = learned(&recipe, DIMS, &x);
    let forces = Forces::of(&learner, &recipe, &x).expect("the CPU answers");
    (recipe, learner, forces)
}

#[test]
fn kl_pulls_towards_the_prior_by_beta_times_the_mean() {
    // β has risen to 20 of 40 steps.
    for (settings, beta) in
        [(&["objective.beta=3"][..], 3.0), (&["objective.beta=3", "objective.warm_up=40"], 1.5)]
    {
        let gaussian = [&["model.code_kind=gaussian"], settings].concat();
        let (_, _, forces) = penalty(&gaussian);
        assert!(forces.codes.iter().any(|mean| mean.abs() > 1e-3), "nothing to compare");
        for (mean, got) in forces.codes.iter().zip(&forces.penalty) {
            let want = -beta * mean;
            assert!((got - want).abs() < 1e-5 * want.abs().max(1e-3), "got {got}, want {want}");
        }
    }
}

#[test]
fn penalties_of_a_code_pull_as_their_differences_say() {
    let (recipe, learner, forces) = penalty(&["objective.sparsity=0.7"]);
    for (code, got) in forces.codes.iter().zip(&forces.penalty) {
        // All five points on one side of the bend.
        let step = f64::from(code.abs()) / 4.0;
        assert!(step > 0.0, "a code of zero is at the bend of |h|; choose another seed");
        let weight = recipe.objective.sparsity;
        let want = -slope(step, |by| weight * (f64::from(*code) + by).abs());
        assert!((f64::from(*got) - want).abs() < 1e-2 * want.abs(), "got {got}, want {want}");
    }
    // KL, by differences of its own formula with the spread held.
    let (recipe, _, forces) = penalty(&["model.code_kind=gaussian", "objective.beta=2.5"]);
    let longest = forces.penalty.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    for (mean, got) in forces.codes.iter().zip(&forces.penalty) {
        let kl = |by: f64| recipe.objective.beta * 0.5 * (f64::from(*mean) + by).powi(2);
        let want = -slope(1e-2, kl);
        assert!((f64::from(*got) - want).abs() < 1e-2 * f64::from(longest), "got {got}, want {want}");
    }
    // Without a weight there is no pull, and the contractive penalty is not about the code.
    assert_eq!(penalty(&[]).2.penalty, vec![0.0; IMAGES * 3]);
    assert_eq!(penalty(&["objective.contractive=0.5"]).2.penalty, vec![0.0; IMAGES * 3]);
    assert_eq!(learner.step_number(), 20);
}

#[test]
fn a_target_rate_and_free_nats_pull_by_the_mean_over_the_images_asked_for() {
    let settings = ["model.code_activation=sigmoid", "objective.rate=2", "objective.target_rate=0.1"];
    let (recipe, _, forces) = penalty(&settings);
    for unit in 0..3 {
        let rate = forces.codes.iter().skip(unit).step_by(3).sum::<f32>() / IMAGES as f32;
        let target = recipe.objective.target_rate as f32;
        let want = -2.0 * (-target / rate + (1.0 - target) / (1.0 - rate));
        for got in forces.penalty.iter().skip(unit).step_by(3) {
            assert!((got - want).abs() < 1e-3 * want.abs(), "unit {unit}: got {got}, want {want}");
        }
    }
    let (_, _, free) = penalty(&["model.code_kind=gaussian", "objective.beta=1", "objective.free_bits=10"]);
    assert_eq!(free.penalty, vec![0.0; IMAGES * 3], "all of it is free");
}

#[test]
fn forces_arrive_for_the_images_asked_for() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let run = &bench.runs[0];
    let images: std::sync::Arc<[u32]> = [17, 4, 250].into();
    let want = |images: std::sync::Arc<[u32]>| {
        let forces = Some(WantedForces { images });
        handle.want(Wants::of(run.id, RunWants { forces, ..RunWants::default() }));
    };
    want(images.clone());
    let view = turn_until_there(&mut worker, || run.views.latest().forces);
    assert_eq!((view.dimensions, &view.images), (2, &images));
    assert_eq!([&view.codes, &view.reconstruction, &view.penalty].map(|numbers| numbers.len()), [6; 3]);
    assert!(view.reconstruction.iter().all(|x| x.is_finite() && *x != 0.0), "{:?}", view.reconstruction);
    want([].into());
    let none =
        turn_until_there(&mut worker, || run.views.latest().forces.filter(|view| view.images.is_empty()));
    assert_eq!(none.codes.len(), 0);
    for (images, words) in [(vec![1; 65], ["64", "65"]), (vec![600], ["600", "number"])] {
        want(images.into());
        let sentence = turn_until(&mut worker, &handle, |event| match event {
            Event::Refused(sentence) => Some(sentence),
            _ => None,
        });
        assert!(words.iter().all(|word| sentence.contains(word)), "{sentence}");
    }
}

#[test]
fn a_slider_changes_the_forces_of_a_run_that_is_paused() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    let run = &bench.runs[0];
    let forces = Some(WantedForces { images: [3, 5].into() });
    handle.want(Wants::of(run.id, RunWants { forces, ..RunWants::default() }));
    let latest = || run.views.latest().forces;
    let before = turn_until_newer(&mut worker, latest);
    handle.tune(run.id, "objective.beta", 10.0);
    let after = turn_until_newer(&mut worker, latest);
    assert_eq!(after.step, before.step, "nothing was learned");
    for (after, before) in after.penalty.iter().zip(&*before.penalty) {
        assert!(
            (after - 10.0 * before).abs() < 1e-4 * before.abs().max(1e-6),
            "got {after}, want 10 × {before}"
        );
    }
}
