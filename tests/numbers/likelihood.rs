//! The likelihood of images by importance samples, against an integral over the whole space of codes.

use std::f64::consts::TAU;

use burn::tensor::{Tensor, TensorData};
use hourglass::chart::cards::{Content, Lines};
use hourglass::insight::class_rivals::Effort;
use hourglass::insight::{CardInputs, Topic};
use hourglass::model::{Pass, objective};
use hourglass::recipe::Recipe;

use crate::cards::inputs_of;
use crate::objectives::with;
use crate::read::numbers;
use crate::training::{Training, digits};

/// Codes on each axis of the grid that is summed, and how far it reaches: nearly all of the prior lies within.
const GRID: usize = 100;
const REACH: f32 = 5.0;

/// −ln ∫ p(x|z) p(z) dz of each image, by the midpoints of a grid.
fn integrated(training: &Training, images: &[f32]) -> Vec<f64> {
    let model = training.learner.model();
    let side = 2.0 * REACH / GRID as f32;
    let at = |place: usize| -REACH + (place as f32 + 0.5) * side;
    let codes: Vec<f32> = (0..GRID * GRID).flat_map(|k| [at(k % GRID), at(k / GRID)]).collect();
    let raw = model.decode_raw(training.learner.codes(&codes), &[], &mut Pass::default());
    let one = |image: &[f32]| {
        let x = Tensor::<2>::from_data(TensorData::new(image.to_vec(), [1, 784]), &raw.device());
        let costs = numbers(objective::cross_entropy(x.expand([GRID * GRID, 784]), raw.clone()));
        let log = |(cost, z): (&f32, &[f32])| {
            let squares = f64::from(z[0]).powi(2) + f64::from(z[1]).powi(2);
            -f64::from(*cost) - 0.5 * squares - TAU.ln() + 2.0 * f64::from(side).ln()
        };
        let logs: Vec<f64> = costs.iter().zip(codes.chunks_exact(2)).map(log).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        -(largest + logs.iter().map(|log| (log - largest).exp()).sum::<f64>().ln())
    };
    images.chunks_exact(784).map(one).collect()
}

#[test]
fn importance_samples_approach_the_likelihood_from_above() {
    // With β = 4 the Gaussians of the encoder are wide enough for samples to reach every code that explains an image.
    let dataset = digits(1_000, 0.1);
    let recipe = with(
        Recipe::open("vae-2d").expect("built in"),
        &["model.widths=64", "training.batch=50", "objective.beta=4"],
    );
    let mut training = Training::new(recipe, dataset.clone(), None);
    training.train(600);
    let (estimated, samples) = (50, 1_000);
    let mut images = Vec::new();
    dataset.write_f32(&dataset.split.validation[..estimated], &mut images);
    let inputs = CardInputs {
        dataset: &dataset,
        effort: Effort { estimated, samples, ..Effort::watched(2) },
        ..inputs_of(&training.learner, &training.recipe, &images, &images)
    };
    let card = Topic::Likelihood.card(&inputs).expect("the device answers").expect("a card");
    let Content::Lines(Lines { series, level, .. }) = card.content else { panic!("no lines") };
    let estimates: Vec<f32> = series[0].points.iter().map(|point| point[1]).collect();
    assert_eq!(estimates.len(), 10, "1, 2, 5 … 1,000 samples");
    // On average an estimate never rises with more samples; of fifty images it may by a little.
    for pair in estimates.windows(2) {
        assert!(pair[1] < pair[0] + 0.1, "the estimates rise: {estimates:?}");
    }
    assert_eq!(level.map(|level| level.value), estimates.first().copied());
    let exact = integrated(&training, &images);
    let exact = exact.iter().sum::<f64>() / exact.len() as f64;
    let got = f64::from(estimates[9]);
    assert!(
        (got - exact).abs() < 0.1,
        "−ln p(x) of 1,000 samples {got}, of the integral {exact}, tolerance 0.1"
    );
    let gap = f64::from(estimates[0]) - exact;
    assert!(gap > 0.3, "one sample is a bound, and a loose one: {gap} above");
}
