//! Promises of evaluations: penalties of whole-set statistics are those of the whole set, and the costs that a run is
//! compared with are in its own units.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::Dataset;
use hourglass::insight::references::References;
use hourglass::model::Decoder;
use hourglass::recipe::Recipe;
use hourglass::train::evaluate::{CHUNK, evaluate};
use hourglass::train::{Learner, Metrics, Penalty};

use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::matrix;
use crate::training::{Training, digits, pixels};

/// Held-out images: two chunks and a part of a third.
const IMAGES: usize = 300;

/// A network after a few steps, and its evaluation on held-out images.
struct Evaluated {
    recipe: Recipe,
    dataset: Arc<Dataset>,
    learner: Learner,
    metrics: Metrics,
}

impl Evaluated {
    fn new(name: &str, settings: &[&str]) -> Self {
        let recipe = with(Recipe::open(name).expect("a built-in recipe"), settings);
        let dataset = digits(2000, 0.4);
        let mut training = Training::new(recipe.clone(), Arc::clone(&dataset), None);
        training.train(40);
        let learner = training.learner;
        let images = &dataset.split.validation[..IMAGES];
        let metrics =
            evaluate(&learner, &recipe, &dataset, images).expect("the CPU answers").expect("images");
        Self { recipe, dataset, learner, metrics }
    }

    /// The codes of the images and, of a Gaussian code, ln σ².
    fn codes(&self) -> (Vec<f32>, Option<Vec<f32>>) {
        let images = pixels(&self.dataset, &self.dataset.split.validation[..IMAGES]);
        let encoded = self.learner.model().encode(self.learner.images(&images, self.learner.device()));
        (numbers(encoded.code), encoded.log_variance.map(numbers))
    }
}

/// Means of columns over all rows.
fn means(values: &[f64], columns: usize) -> Vec<f64> {
    let count = (values.len() / columns) as f64;
    (0..columns).map(|k| values.iter().skip(k).step_by(columns).sum::<f64>() / count).collect()
}

/// A statistic of the whole set, and its mean over chunks of the images.
fn whole_and_by_chunks(values: &[f64], columns: usize, of: impl Fn(&[f64]) -> f64) -> [f64; 2] {
    let chunks = values.chunks(CHUNK * columns);
    let by_chunks = chunks.map(|chunk| (chunk.len() / columns) as f64 * of(&means(chunk, columns)));
    [of(&means(values, columns)), by_chunks.sum::<f64>() / IMAGES as f64]
}

#[test]
fn the_penalty_of_a_rate_is_that_of_the_mean_activation_over_all_images() {
    let run = Evaluated::new("ae-rate", &["objective.rate=30"]);
    let size = run.recipe.model.code;
    let codes: Vec<f64> = run.codes().0.into_iter().map(f64::from).collect();
    let rho = run.recipe.objective.target_rate;
    let divergence = |rates: &[f64]| -> f64 {
        rates.iter().map(|q| rho * (rho / q).ln() + (1.0 - rho) * ((1.0 - rho) / (1.0 - q)).ln()).sum()
    };
    let [want, by_chunks] = whole_and_by_chunks(&codes, size, divergence);
    let got = run.metrics.penalty(Penalty::Rate).expect("a penalty");
    assert!((got - want).abs() < 2e-5 * want, "got {got}, want {want} within 2e-5");
    assert!(by_chunks > want * 1.001, "chunks would not differ: {by_chunks} and {want}");
    let objective = run.metrics.reconstruction + 30.0 * want;
    assert!((run.metrics.objective - objective).abs() < 1e-4 * objective, "{:?}", run.metrics);
}

#[test]
fn free_nats_are_charged_for_the_mean_divergence_over_all_images() {
    let settings = ["objective.free_bits=0.05", "objective.beta=2"];
    let run = Evaluated::new("vae-20", &settings);
    let (mean, log_variance) = run.codes();
    let each = mean.iter().zip(log_variance.expect("a Gaussian code")).map(|(mean, log_variance)| {
        let (mean, log_variance) = (f64::from(*mean), f64::from(log_variance));
        0.5 * (mean * mean + log_variance.exp() - log_variance - 1.0)
    });
    let each: Vec<f64> = each.collect();
    let charged = |means: &[f64]| means.iter().map(|kl| kl.max(0.05)).sum::<f64>();
    let [want, by_chunks] = whole_and_by_chunks(&each, run.recipe.model.code, charged);
    let got = (run.metrics.objective - run.metrics.reconstruction) / 2.0;
    assert!((got - want).abs() < 2e-5 * want, "got {got} nats, want {want} within 2e-5");
    assert!(by_chunks > want * 1.0001, "chunks would not differ: {by_chunks} and {want}");
}

/// What a run measures that predicts the mean training image is what it is compared with, in either pixel range.
#[test]
fn the_cost_of_the_mean_image_is_in_the_units_of_the_run() {
    let dataset = digits(2000, 0.4);
    let device = Device::flex();
    let train = pixels(&dataset, &dataset.split.train);
    let mean = means(&train.iter().copied().map(f64::from).collect::<Vec<_>>(), 784);
    let images = &dataset.split.validation;
    let costs = References {
        mean_squared_error: dataset.mean_image_cost(images).squared_error,
        ..References::default()
    };
    for (range, scale) in [("unit", 1.0), ("signed", 2.0)] {
        let settings = [&format!("data.range={range}")[..], "model.output=linear", "model.widths="];
        let recipe = with(Recipe::open("ae-2d").expect("a built-in recipe"), &settings);
        let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &device);
        learner.change_model(|model| {
            let Decoder::Dense(decoder) = &mut model.decoder else { panic!("a dense network") };
            let linear = &mut decoder.output.linear;
            linear.weight = linear.weight.clone().map(|weight| weight.zeros_like());
            let bias = mean.iter().map(|pixel| (scale * pixel - (scale - 1.0)) as f32).collect();
            let bias = matrix(bias, 784, &device).squeeze_dim::<1>(0);
            linear.bias = linear.bias.clone().map(|known| known.map(|_| bias.clone()));
        });
        let got = evaluate(&learner, &recipe, &dataset, images).expect("the CPU answers").expect("images");
        let want = costs.rivals(&recipe).mean_image;
        let got = got.reconstruction;
        assert!((got - want).abs() < 1e-4 * want, "{range}: got {got}, want {want} within 1e-4");
    }
}
