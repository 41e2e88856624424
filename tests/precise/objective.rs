//! The objective: gradients of every term against finite differences, closed forms against Monte Carlo and reference
//! values, tangents against differences.

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::model::{Autoencoder, objective};
use hourglass::recipe::Recipe;
use hourglass::recipe::random::{Purpose, stream};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::gradients::{Differences, assert_gradients, assert_tangent};
use crate::objectives::{objective_of, with};
use crate::tensors::{grey, matrix, normal};
use crate::{device, exact};

const PIXELS: usize = 9;
const BATCH: usize = 4;

fn recipe(settings: &[&str]) -> Recipe {
    let small = ["model.widths=7-5", "model.code=3", "model.activation=tanh"];
    with(Recipe::default(), small.iter().chain(settings))
}

fn images(device: &Device) -> Tensor<2> {
    matrix(grey(1, BATCH * PIXELS), PIXELS, device)
}

fn check_gradients(settings: &[&str]) {
    let recipe = recipe(settings);
    let device = device().autodiff();
    let model = Autoencoder::new(&recipe, [1, 3, 3], &device);
    let by = Differences { step: 1e-3, share: 1e-6 };
    let loss = |model: &Autoencoder| objective_of(model, &recipe, images(&device));
    let parameters = assert_gradients(&format!("{settings:?}"), &model, by, loss);
    assert!(parameters >= 10, "only {parameters} parameters");
}

#[test]
fn gradients_of_squared_error_agree_with_finite_differences() {
    check_gradients(&["model.code_kind=plain"]);
    check_gradients(&["model.output=linear", "model.activation=sigmoid"]);
}

#[test]
fn gradients_of_cross_entropy_agree_with_finite_differences() {
    check_gradients(&["objective.reconstruction=cross-entropy"]);
    check_gradients(&["objective.reconstruction=cross-entropy", "model.activation=gelu"]);
}

#[test]
fn gradients_of_kl_agree_with_finite_differences() {
    // A large β, so that the KL term cannot hide behind the reconstruction.
    check_gradients(&[
        "model.code_kind=gaussian",
        "objective.beta=50",
        "objective.reconstruction=cross-entropy",
    ]);
}

#[test]
fn gradients_of_sparsity_agree_with_finite_differences() {
    check_gradients(&["objective.sparsity=10", "model.code_activation=sigmoid", "model.activation=silu"]);
}

#[test]
fn gradients_of_the_contractive_penalty_agree_with_finite_differences() {
    // A large λ, so that the penalty cannot hide behind the reconstruction.
    check_gradients(&["objective.contractive=50", "model.code_activation=sigmoid"]);
    check_gradients(&["objective.contractive=20", "model.activation=sigmoid", "model.code_kind=gaussian"]);
    check_gradients(&["objective.contractive=50", "model.activation=silu", "data.range=signed"]);
}

#[test]
fn gradients_of_free_bits_agree_with_finite_differences() {
    check_gradients(&["model.code_kind=gaussian", "objective.beta=50", "objective.free_bits=0.01"]);
}

#[test]
fn gradients_of_the_rate_agree_with_finite_differences() {
    check_gradients(&[
        "objective.rate=10",
        "objective.target_rate=0.2",
        "model.code_activation=sigmoid",
        "model.output=linear",
    ]);
}

#[test]
fn tangents_agree_with_differences_of_the_whole_network() {
    for settings in
        [&["model.code_activation=sigmoid"][..], &["model.code_kind=gaussian"], &["model.output=linear"]]
    {
        let recipe = recipe(settings);
        let device = device();
        let model = Autoencoder::new(&recipe, [1, 3, 3], &device);
        let (x, v) = (images(&device), matrix(normal(5, BATCH * PIXELS), PIXELS, &device));
        let (what, by) = (format!("{settings:?}"), Differences { step: 1e-5, share: 1e-6 });
        let tangent = model.encode_tangent(x.clone(), v.clone()).expect("a tangent").1;
        assert_tangent(&what, tangent, by, 0.3, |by| model.encode(x.clone() + v.clone() * by).code);
        let (z, w) = (matrix(normal(6, BATCH * 3), 3, &device), matrix(normal(7, BATCH * 3), 3, &device));
        let tangent = model.decode_tangent(z.clone(), w.clone()).expect("a tangent").1;
        assert_tangent(&what, tangent, by, 0.3, |by| model.decode(z.clone() + w.clone() * by));
    }
}

#[test]
fn kl_has_its_reference_values_and_agrees_with_monte_carlo() {
    let (mean, log_variance) = ([0.7, -1.2, 0.0], [-1.0, 0.5, -3.0]);
    let row = |numbers: &[f64]| -> Tensor<2> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), [1, numbers.len()]), &device())
    };
    let got = exact(objective::kl(row(&mean), row(&log_variance)))[0];
    assert!((got - 2.248_194).abs() < 1e-6, "sum {got}");
    for (k, want) in [0.428_940, 0.794_361, 1.024_894].into_iter().enumerate() {
        let one = exact(objective::kl(row(&mean[k..=k]), row(&log_variance[k..=k])))[0];
        assert!((one - want).abs() < 1e-6, "dimension {k}: got {one}, want {want}");
        let (m, lv) = (mean[k], log_variance[k]);
        let formula = 0.5 * (m * m + lv.exp() - 1.0 - lv);
        assert!((one - formula).abs() < 1e-14, "dimension {k}: got {one}, want {formula}");
    }
    // ln q(z) − ln p(z) over draws from q; the common ln 2π cancels.
    let (count, mut rng) = (1_000_000, stream(7, Purpose::Epsilon, 0));
    let mut draw = |k: usize| {
        let e: f64 = rng.sample(StandardNormal);
        let z = mean[k] + (0.5 * log_variance[k]).exp() * e;
        -0.5 * (log_variance[k] + e * e) + 0.5 * z * z
    };
    let draws: Vec<f64> = (0..count).map(|_| (0..3).map(&mut draw).sum()).collect();
    let average = draws.iter().sum::<f64>() / f64::from(count);
    let variance = draws.iter().map(|x| (x - average).powi(2)).sum::<f64>() / f64::from(count);
    let error = (variance / f64::from(count)).sqrt();
    assert!((got - average).abs() < 4.0 * error, "closed {got}, sampled {average} ± {error}");
}

/// The cost of a pixel at a logit, and its derivative by the logit.
fn cross_entropy(x: f64, logit: f64) -> [f64; 2] {
    let device = device().autodiff();
    let one = |value: f64| -> Tensor<2> { Tensor::from_data(TensorData::new(vec![value], [1, 1]), &device) };
    let logit = one(logit).require_grad();
    let cost = objective::cross_entropy(one(x), logit.clone());
    let gradients = cost.clone().sum().backward();
    [exact(cost.inner())[0], exact(logit.grad(&gradients).expect("a gradient"))[0]]
}

#[test]
fn cross_entropy_is_its_definition_with_the_gradient_of_a_sigmoid() {
    for x in [0.0, 0.1, 0.5, 0.73, 0.999, 1.0] {
        for logit in [-9.5, -3.0, -0.2, 0.0, 1e-3, 0.7, 5.0, 9.9f64] {
            let [cost, slope] = cross_entropy(x, logit);
            let p = 1.0 / (1.0 + (-logit).exp());
            let naive = -(x * p.ln() + (1.0 - x) * (1.0 - p).ln());
            assert!(
                (cost - naive).abs() < 1e-10 * naive.max(1.0),
                "x {x}, logit {logit}: {cost}, want {naive}"
            );
            assert!((slope - (p - x)).abs() < 1e-12, "x {x}, logit {logit}: slope {slope}, want {}", p - x);
        }
        for logit in [-1e4f64, 1e4] {
            let [cost, slope] = cross_entropy(x, logit);
            let (want, p) = (logit.max(0.0) - logit * x, f64::from(logit > 0.0));
            assert!(
                (cost - want).abs() < 1e-9 && (slope - (p - x)).abs() < 1e-12,
                "x {x}, logit {logit}: {cost}"
            );
        }
        // At the logit of the pixel itself the cost is the pixel's entropy, and the slope is zero.
        let logit = (x / (1.0 - x)).ln();
        if logit.is_finite() {
            let [cost, slope] = cross_entropy(x, logit);
            let entropy = -x * x.ln() - (1.0 - x) * (1.0 - x).ln();
            assert!((cost - entropy).abs() < 1e-12 && slope.abs() < 1e-12, "x {x}: {cost}, want {entropy}");
        }
    }
}
