//! Linear networks, whose best solutions are known exactly: principal components and probabilistic principal components.

use std::f64::consts::TAU;

use burn::module::{Module, Param, ParamId};
use burn::nn::Linear;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use faer::{Mat, Side};
use hourglass::model::init::Weights;
use hourglass::model::{Autoencoder, Decoder, objective};
use hourglass::recipe::{Activation, Init, Recipe};
use hourglass::train::Learner;
use hourglass::train::optimizer::Optimizer;

use crate::objectives::with;
use crate::spectra::{SPECTRUM, coloured, cosine, normal};
use crate::{device, exact};

/// Dimensions of the code of the variational network.
const CODE: usize = 5;

/// W_d·W_e of a linear network with one layer to the code and one back, and its error on rows.
fn learned_projection(model: &Autoencoder, rows: &[f32], dim: usize) -> (Mat<f64>, f64) {
    let Decoder::Dense(decoder) = &model.decoder else { panic!("a dense network") };
    let code = model.code.size();
    let (down, up) = (exact(model.code.head.weight.val()), exact(decoder.output.linear.weight.val()));
    let product =
        Mat::from_fn(dim, dim, |i, j| (0..code).map(|k| down[i * code + k] * up[k * dim + j]).sum());
    let count = rows.len() / dim;
    let x: Tensor<2> = Tensor::from_data(TensorData::new(rows.to_vec(), [count, dim]), &device());
    let each = exact(objective::squared_error(x.clone(), model.reconstruct(x)));
    (product, each.iter().sum::<f64>() / count as f64)
}

#[test]
fn a_linear_autoencoder_spans_the_principal_components() {
    let device = device();
    let spread = [5.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.8, 0.6, 0.4, 0.2f64];
    let spectrum = spread.map(|s| s * s);
    let (dim, code, count, steps) = (spectrum.len(), 3, 500, 20_000);
    let rows = coloured(&spectrum, count);
    // The exact components of these rows, which are rounded to 32 bits.
    let mean: Vec<f64> = (0..dim)
        .map(|p| rows.iter().skip(p).step_by(dim).map(|x| f64::from(*x)).sum::<f64>() / count as f64)
        .collect();
    let centred = Mat::from_fn(count, dim, |i, p| f64::from(rows[i * dim + p]) - mean[p]);
    let covariance = centred.transpose() * &centred * faer::Scale(1.0 / count as f64);
    let eigen = covariance.self_adjoint_eigen(Side::Lower).expect("a symmetric matrix");
    let best: f64 = (0..dim - code).map(|k| eigen.S()[k]).sum();
    let components = eigen.U().subcols(dim - code, code);
    let mut recipe =
        with(Recipe::default(), &["model.widths=", "model.output=linear", "seed=1", "model.code=3"]);
    let mut learner = Learner::new(&recipe, [1, 2, 5], 10, &device);
    for step in 0..steps {
        recipe.training.learning_rate = cosine(1e-2, step, steps);
        learner.step(&rows, &recipe);
    }
    let (product, error) = learned_projection(&learner.model(), &rows, dim);
    assert!((error - best).abs() < 1e-10 * best, "error {error}, PCA's {best}");
    let distance = (product - components * components.transpose()).norm_l2();
    assert!(distance < 1e-8, "the projections differ by {distance}");
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
    let device = device().autodiff();
    let (count, steps) = (40, 16_000);
    let rows = coloured(&SPECTRUM, count);
    let x = Tensor::<2>::from_data(TensorData::new(rows.clone(), [count, SPECTRUM.len()]), &device);
    let mut model = LinearVae::new(&device);
    let mut optimizer = Optimizer::new(&Recipe::default());
    for step in 0..steps {
        let loss = model.bound(x.clone(), noise, beta).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(model, gradients, cosine(1e-2, step, steps));
    }
    let each = exact(model.bound(x.clone(), noise, beta).inner());
    let bound = each.iter().sum::<f64>() / count as f64;
    let mean = exact(model.encoder.forward(x).inner());
    let log_variance = exact(model.log_variance.val().inner());
    let variance = |j: usize| {
        // The rows have no mean, and there is no bias.
        mean.chunks_exact(CODE).map(|code| code[j].powi(2)).sum::<f64>() / count as f64
    };
    let mut dimensions: Vec<[f64; 2]> = (0..CODE).map(|j| [variance(j), log_variance[j]]).collect();
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
        assert!((formula - want).abs() < 6e-7, "σ² {noise}: formula {formula}, want {want}");
        let learned = learned(noise, 1.0);
        let got = learned.bound;
        assert!((got - formula).abs() < 1e-6, "σ² {noise}: −ELBO {got}, want {formula} ± 1e-6");
        dimensions_are_as_predicted(&learned, noise, 1.0, 1e-3);
    }
}

#[test]
fn a_dimension_is_active_exactly_when_its_variance_exceeds_beta_times_the_noise() {
    for (noise, beta) in [(0.5, 3.0), (1.0, 0.5), (2.0, 4.0)] {
        dimensions_are_as_predicted(&learned(noise, beta), noise, beta, 1e-3);
    }
}

#[test]
fn every_sample_of_a_linear_posterior_weighs_the_same() {
    // Where q(z|x) is the true posterior, p(x|z)·p(z)/q(z|x) is p(x) for every z, and any number of samples gives it.
    let noise = 0.5;
    let Learned { model, rows, bound, .. } = learned(noise, 1.0);
    let (encoder, decoder) = (exact(model.encoder.weight.val()), exact(model.decoder.weight.val()));
    let log_variance = exact(model.log_variance.val());
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
        assert!(variance < 1e-6, "row {image}: variance of the log weights {variance}, at most 1e-6");
        means.push(mean);
    }
    let mean = -means.iter().sum::<f64>() / means.len() as f64;
    assert!((mean - bound).abs() < 1e-6, "−ln p(x) {mean}, −ELBO {bound}, tolerance 1e-6");
}
