//! Promises of linear autoencoders, whose best solutions are known exactly: principal components, probabilistic
//! principal components, and which dimensions of a variational code become inactive. They hold every sum, mean, factor ½ and σ²
//! of the layers, the objective and the optimiser against theory.

use burn::module::{Module, Param, ParamId};
use burn::nn::Linear;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use hourglass::data::Feed;
use hourglass::insight::Pca;
use hourglass::insight::dimensions::dimensions;
use hourglass::model::init::Weights;
use hourglass::model::{Autoencoder, objective};
use hourglass::recipe::random::{Purpose, stream};
use hourglass::recipe::{Activation, Init, Recipe};
use hourglass::train::Learner;
use hourglass::train::evaluate::evaluate;
use hourglass::train::optimizer::Optimizer;
use rand::RngExt as _;
use rand_distr::StandardNormal;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use crate::tensors::numbers;
use crate::training::{digits, pixels, with};

/// Variances along the axes of the data of the variational tests (ml: T3).
const SPECTRUM: [f64; 8] = [6.0, 4.0, 2.5, 1.2, 0.6, 0.3, 0.15, 0.05];
/// Numbers in their code.
const CODE: usize = 5;

fn normal(step: u64, count: usize) -> Vec<f64> {
    let mut rng = stream(11, Purpose::Epsilon, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Makes vectors orthonormal, one after the other (Gram and Schmidt, twice for the sake of rounding).
fn orthonormal(mut vectors: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for i in 0..vectors.len() {
        for _ in 0..2 {
            let (before, rest) = vectors.split_at_mut(i);
            for other in before.iter() {
                let along = dot(other, &rest[0]);
                rest[0].iter_mut().zip(other).for_each(|(x, o)| *x -= along * o);
            }
            let length = dot(&rest[0], &rest[0]).sqrt();
            rest[0].iter_mut().for_each(|x| *x /= length);
        }
    }
    vectors
}

/// Rows whose mean is exactly zero and whose covariance has exactly these eigenvalues, in a rotated frame.
fn coloured(spectrum: &[f64], count: usize) -> Vec<f32> {
    let dim = spectrum.len();
    // A column of ones first, so that the others sum to zero.
    let mut columns = vec![vec![1.0; count]];
    columns.extend((0..dim).map(|i| normal(i as u64, count)));
    let white = orthonormal(columns);
    let frame = orthonormal((0..dim).map(|i| normal(100 + i as u64, dim)).collect());
    let scale = (count as f64).sqrt();
    let number = |row: usize, pixel: usize| -> f64 {
        (0..dim).map(|i| white[i + 1][row] * scale * spectrum[i].sqrt() * frame[i][pixel]).sum()
    };
    (0..count * dim).map(|k| number(k / dim, k % dim) as f32).collect()
}

/// A learning rate that falls to zero like a cosine.
fn cosine(rate: f64, step: usize, steps: usize) -> f64 {
    rate * 0.5 * (1.0 + (PI * step as f64 / steps as f64).cos())
}

fn recipe(settings: &[&str]) -> Recipe {
    let first = ["model.widths=", "model.output=linear", "seed=1"];
    with(Recipe::default(), first.iter().chain(settings))
}

/// The largest sine of the angles between what a decoder spans and the principal components, from above.
fn sine(model: &Autoencoder, code: usize, pca: &Pca) -> f64 {
    let device = Device::flex();
    let mut corners = vec![0.0f32; (code + 1) * code];
    (0..code).for_each(|i| corners[(i + 1) * code + i] = 1.0);
    let corners = Tensor::from_data(TensorData::new(corners, [code + 1, code]), &device);
    let decoded = numbers(model.decode(corners));
    let dim = pca.mean.len();
    let column = |i: usize| (0..dim).map(|p| f64::from(decoded[(i + 1) * dim + p] - decoded[p])).collect();
    let spanned = orthonormal((0..code).map(column).collect());
    let component = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
    let components: Vec<Vec<f64>> = pca.components.chunks_exact(dim).map(component).collect();
    let outside = |v: &Vec<f64>| (1.0 - components.iter().map(|c| dot(c, v).powi(2)).sum::<f64>()).max(0.0);
    spanned.iter().map(outside).sum::<f64>().sqrt()
}

/// The mean squared error of a network over rows.
fn error(model: &Autoencoder, rows: &[f32], dim: usize) -> f64 {
    let count = rows.len() / dim;
    let x = Tensor::from_data(TensorData::new(rows.to_vec(), [count, dim]), &Device::flex());
    let each = numbers(objective::squared_error(x.clone(), model.reconstruct(x)));
    each.iter().map(|x| f64::from(*x)).sum::<f64>() / count as f64
}

#[test]
fn a_linear_autoencoder_spans_the_principal_components() {
    let spread = [5.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.8, 0.6, 0.4, 0.2f64];
    let spectrum = spread.map(|s| s * s);
    let (code, rows, steps) = (3, coloured(&spectrum, 100), 3_000);
    let pca = Pca::fit(&rows, spectrum.len(), code);
    let best: f64 = spectrum[code..].iter().sum();
    assert!((pca.squared_error(&rows) - best).abs() < 1e-3 * best, "the data are not as they should be");
    let mut recipe = recipe(&["model.code=3"]);
    let mut learner = Learner::new(&recipe, [1, 2, 5], 10, &Device::flex());
    for step in 0..steps {
        recipe.training.learning_rate = cosine(1e-2, step, steps);
        learner.step(&rows, &recipe);
    }
    let (got, angle) = (error(&learner.model(), &rows, 10), sine(&learner.model(), code, &pca));
    assert!(got < 1.01 * best && got > 0.999 * best, "error {got}, PCA's {best}, tolerance 1 %");
    assert!(angle < 0.05, "principal angle {angle} rad, at most 0.05");
}

#[test]
fn a_linear_autoencoder_of_digits_reaches_the_error_of_pca_by_small_batches() {
    let dataset = digits(1_000, 0.1);
    let (code, steps) = (4, 1_200);
    let rows = pixels(&dataset, &dataset.split.train);
    let pca = Pca::fit(&rows, 784, code);
    let mut recipe = recipe(&["model.code=4", "training.batch=100"]);
    let mut learner = Learner::new(&recipe, [1, 28, 28], 8, &Device::flex());
    let mut feed = Feed::new(dataset, 100, 1).expect("a feed");
    for step in 0..steps {
        recipe.training.learning_rate = cosine(1e-2, step, steps);
        learner.step(feed.batch(step as u64), &recipe);
    }
    let (got, best) = (error(&learner.model(), &rows, 784), pca.squared_error(&rows));
    let angle = sine(&learner.model(), code, &pca);
    assert!(got < 1.01 * best && got > 0.999 * best, "error {got}, PCA's {best}, tolerance 1 %");
    assert!(angle < 0.05, "principal angle {angle} rad, at most 0.05");
}

/// A linear variational autoencoder with one spread for all rows, as in theory, made of this crate's layers.
#[derive(Module, Debug)]
struct LinearVae {
    encoder: Linear,
    decoder: Linear,
    log_variance: Param<Tensor<1>>,
}

impl LinearVae {
    fn new(device: &Device) -> Self {
        let mut weights = Weights::new(2, Init::Auto, 0.0, device);
        let mut linear = |inputs, outputs| Linear {
            bias: None,
            ..weights.linear(inputs, outputs, Activation::Linear, 1.0)
        };
        Self {
            encoder: linear(SPECTRUM.len(), CODE),
            decoder: linear(CODE, SPECTRUM.len()),
            log_variance: Param::initialized(ParamId::new(), Tensor::zeros([CODE], device).require_grad()),
        }
    }

    /// −ELBO of every row, in nats, exactly: E‖x − W·z‖² = ‖x − W·μ‖² + Σ ‖w_j‖² σ_j².
    fn bound(&self, x: Tensor<2>, noise: f64, beta: f64) -> Tensor<1> {
        let [rows, dim] = x.dims();
        let mean = self.encoder.forward(x.clone());
        let log_variance = self.log_variance.val();
        let lengths = self.decoder.weight.val().square().sum_dim(1).squeeze_dim::<1>(1);
        let spread = (lengths * log_variance.clone().exp()).sum().expand([rows]);
        let error = objective::squared_error(x, self.decoder.forward(mean.clone())) + spread;
        let log_variance = log_variance.unsqueeze_dim::<2>(0).expand([rows, CODE]);
        let kl = objective::kl_per_dimension(mean, log_variance).sum_dim(1).squeeze_dim::<1>(1);
        let constant = 0.5 * dim as f64 * (TAU * noise).ln();
        error / (2.0 * noise) + kl * beta + constant
    }
}

/// A linear variational autoencoder that has learned.
struct Learned {
    bound: f64,
    /// Variance of μ and ln σ² of every dimension, the one with the smallest σ first.
    dimensions: Vec<[f64; 2]>,
    model: LinearVae,
    rows: Vec<f32>,
}

impl Learned {
    fn active(&self) -> usize {
        self.dimensions.iter().filter(|[variance, _]| *variance > 0.01).count()
    }
}

fn learned(noise: f64, beta: f64) -> Learned {
    let device = Device::flex().autodiff();
    let (count, steps) = (40, 2_500);
    let rows = coloured(&SPECTRUM, count);
    let x = Tensor::<2>::from_data(TensorData::new(rows.clone(), [count, SPECTRUM.len()]), &device);
    let mut model = LinearVae::new(&device);
    let mut optimizer = Optimizer::new(&Recipe::default());
    for step in 0..steps {
        let loss = model.bound(x.clone(), noise, beta).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(model, gradients, cosine(2e-2, step, steps));
    }
    let each = numbers(model.bound(x.clone(), noise, beta).inner());
    let bound = each.iter().map(|x| f64::from(*x)).sum::<f64>() / count as f64;
    let mean = numbers(model.encoder.forward(x).inner());
    let log_variance = numbers(model.log_variance.val().inner());
    let variance = |j: usize| {
        // The rows have no mean, and there is no bias.
        mean.chunks_exact(CODE).map(|code| f64::from(code[j]).powi(2)).sum::<f64>() / count as f64
    };
    let mut dimensions: Vec<[f64; 2]> =
        (0..CODE).map(|j| [variance(j), f64::from(log_variance[j])]).collect();
    dimensions.sort_by(|a, b| a[1].total_cmp(&b[1]));
    Learned { bound, dimensions, model, rows }
}

/// Holds the dimensions against theory: active exactly where λ_i > β·σ², with ln σ_i² = ln(β·σ²/λ_i).
fn dimensions_are_as_predicted(learned: &Learned, noise: f64, beta: f64, tolerance: f64) {
    let threshold = beta * noise;
    let want = SPECTRUM[..CODE].iter().filter(|variance| **variance > threshold).count();
    assert_eq!(learned.active(), want, "σ² {noise}, β {beta}: {:?}", learned.dimensions);
    for ([_, got], variance) in learned.dimensions.iter().zip(SPECTRUM) {
        let want = (threshold / variance).ln().min(0.0);
        assert!(
            (got - want).abs() < tolerance,
            "σ² {noise}, β {beta}: ln σ² {got}, want {want} ± {tolerance}"
        );
    }
}

#[test]
fn a_linear_vae_reaches_the_exact_bound_of_probabilistic_pca() {
    for (noise, want, active) in [(0.5, 11.194_708, 5), (1.0, 12.039_841, 4), (2.0, 13.206_548, 3)] {
        // The same from the formula: ½(d ln 2π + Σ ln λ_i + (d − m) ln σ² + m + Σ_rest λ_i/σ²).
        let dim = SPECTRUM.len() as f64;
        let (kept, rest) = SPECTRUM.split_at(active);
        let formula = 0.5
            * (dim * TAU.ln()
                + kept.iter().map(|x| x.ln()).sum::<f64>()
                + rest.len() as f64 * f64::ln(noise)
                + active as f64
                + rest.iter().sum::<f64>() / noise);
        assert!((formula - want).abs() < 1e-5, "σ² {noise}: formula {formula}, want {want}");
        let learned = learned(noise, 1.0);
        let got = learned.bound;
        assert!((got - want).abs() < 2e-3, "σ² {noise}: −ELBO {got}, want {want} ± 0.002");
        dimensions_are_as_predicted(&learned, noise, 1.0, 0.02);
    }
}

#[test]
fn a_dimension_is_active_exactly_when_its_variance_exceeds_beta_times_the_noise() {
    for (noise, beta) in [(0.5, 3.0), (1.0, 0.5), (2.0, 4.0)] {
        dimensions_are_as_predicted(&learned(noise, beta), noise, beta, 0.02);
    }
}

#[test]
fn every_sample_of_a_linear_posterior_weighs_the_same() {
    // Where q(z|x) is the true posterior, p(x|z)·p(z)/q(z|x) is p(x) for every z, and any number of samples gives it.
    let noise = 0.5;
    let Learned { model, rows, bound, .. } = learned(noise, 1.0);
    let exact =
        |tensor: Tensor<2>| -> Vec<f64> { numbers(tensor.inner()).into_iter().map(f64::from).collect() };
    let (encoder, decoder) = (exact(model.encoder.weight.val()), exact(model.decoder.weight.val()));
    let log_variance = exact(model.log_variance.val().unsqueeze_dim::<2>(0));
    let dim = SPECTRUM.len();
    let log_normal = |x: f64, variance: f64| -0.5 * ((TAU * variance).ln() + x * x / variance);
    let mut means = Vec::new();
    for (image, x) in rows.chunks_exact(dim).enumerate() {
        let x: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        let mu: Vec<f64> = (0..CODE).map(|j| (0..dim).map(|p| x[p] * encoder[p * CODE + j]).sum()).collect();
        let weigh = |draw: u64| {
            let epsilon = normal(1_000 + 50 * image as u64 + draw, CODE);
            let sigma = |j: usize| (0.5 * log_variance[j]).exp();
            let z: Vec<f64> = (0..CODE).map(|j| mu[j] + sigma(j) * epsilon[j]).collect();
            let pixel = |p: usize| (0..CODE).map(|j| z[j] * decoder[j * dim + p]).sum::<f64>();
            let seen: f64 = (0..dim).map(|p| log_normal(x[p] - pixel(p), noise)).sum();
            let prior: f64 = z.iter().map(|z| log_normal(*z, 1.0)).sum();
            let posterior: f64 = (0..CODE).map(|j| log_normal(z[j] - mu[j], sigma(j).powi(2))).sum();
            seen + prior - posterior
        };
        let weights: Vec<f64> = (0..20).map(weigh).collect();
        let mean = weights.iter().sum::<f64>() / 20.0;
        let variance = weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / 20.0;
        assert!(variance < 1e-3, "row {image}: variance of the log weights {variance}, at most 0.001");
        means.push(mean);
    }
    let mean = -means.iter().sum::<f64>() / means.len() as f64;
    assert!((mean - bound).abs() < 5e-3, "−ln p(x) {mean}, −ELBO {bound}, tolerance 0.005");
}

#[test]
fn the_real_network_keeps_the_dimensions_that_theory_keeps() {
    // With samples of z and a spread that could depend on the image; Σ(x − x̂)² + β·KL is a Gaussian decoder with
    // σ² = β/2, as every pixel costs (x − x̂)²/(2σ²).
    let rows = coloured(&SPECTRUM, 256);
    for (beta, want) in [(1.0, 5), (2.0, 4), (4.0, 3)] {
        let settings = ["model.code=5".to_owned(), "model.code_kind=gaussian".to_owned()];
        let mut recipe = recipe(&settings.each_ref().map(String::as_str));
        recipe.objective.beta = beta;
        let mut learner = Learner::new(&recipe, [1, 2, 4], 10, &Device::flex());
        let steps = 2_000;
        for step in 0..steps {
            recipe.training.learning_rate = cosine(2e-2, step, steps);
            learner.step(&rows, &recipe);
        }
        let x = learner.images(&rows, learner.device());
        let found = dimensions(&learner.model(), x.clone()).expect("the CPU answers");
        let active = found.iter().filter(|d| d.is_active()).count();
        assert_eq!(active, want, "β {beta}: {found:?}");
        let spread = learner.model().encode(x).log_variance.expect("a Gaussian code").mean_dim(0);
        let mut spread = numbers(spread);
        spread.sort_by(f32::total_cmp);
        for (got, variance) in spread.iter().zip(SPECTRUM) {
            let want = (0.5 * beta / variance).ln().min(0.0);
            assert!((f64::from(*got) - want).abs() < 0.15, "β {beta}: ln σ² {got}, want {want} ± 0.15");
        }
    }
}

/// A small variational autoencoder of digits after some steps: its recipe, learner and data.
fn learned_digits(
    beta: f64,
    steps: u64,
    settings: &[&str],
) -> (Recipe, Learner, Arc<hourglass::data::Dataset>) {
    let dataset = digits(1_000, 0.1);
    let first = [
        "model.widths=64",
        "model.code=10",
        "model.code_kind=gaussian",
        "objective.reconstruction=cross-entropy",
        "training.batch=80",
    ];
    let mut recipe = recipe(&[&first, settings].concat());
    recipe.objective.beta = beta;
    let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
    let mut feed = Feed::new(Arc::clone(&dataset), 80, 1).expect("a feed");
    for step in 0..steps {
        recipe.training.learning_rate = cosine(4e-3, step as usize, steps as usize);
        learner.step(feed.batch(step), &recipe);
    }
    (recipe, learner, dataset)
}

fn active(learner: &Learner, dataset: &hourglass::data::Dataset) -> usize {
    let pixels = pixels(dataset, &dataset.split.train[..400]);
    let all = dimensions(&learner.model(), learner.images(&pixels, learner.device()));
    all.expect("the CPU answers").iter().filter(|d| d.is_active()).count()
}

#[test]
fn a_large_beta_collapses_the_code_and_the_image_becomes_the_mean_image() {
    let (recipe, learner, dataset) = learned_digits(30.0, 1_000, &["model.code=2"]);
    let train = &dataset.split.train;
    let metrics = evaluate(&learner, &recipe, &dataset, train).expect("the CPU answers").expect("images");
    let kl = metrics.penalty(hourglass::train::Penalty::Kl).expect("a Gaussian code");
    let mean_image = dataset.mean_image_cost(train).cross_entropy;
    assert!(kl < 0.01, "KL {kl} nats, at most 0.01");
    assert_eq!(active(&learner, &dataset), 0);
    let got = metrics.reconstruction;
    assert!((got - mean_image).abs() < 1.0, "reconstruction {got}, the mean image's {mean_image} ± 1 nat");
}

#[test]
fn a_larger_beta_leaves_fewer_dimensions_of_digits_active() {
    // A linear network under squared error, whose dimensions are active where a variance is above β/2. Those
    // near the threshold become inactive too slowly to be sure of them.
    let [one, ten] = [1.0, 10.0].map(|beta| {
        let settings = ["model.widths=", "objective.reconstruction=squared-error"];
        let (_, learner, dataset) = learned_digits(beta, 800, &settings);
        let rows = pixels(&dataset, &dataset.split.train);
        let variances = Pca::fit(&rows, 784, 0).variances;
        let worth =
            |share: f64| variances[..10].iter().filter(|v| f64::from(**v) > share * beta / 2.0).count();
        let (got, least, most) = (active(&learner, &dataset), worth(1.4), worth(0.6));
        assert!((least..=most).contains(&got), "β {beta}: {got} active dimensions, want {least} to {most}");
        got
    });
    assert!(ten + 3 <= one, "active dimensions: {one} with β = 1, {ten} with β = 10");
}
