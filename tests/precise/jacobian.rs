//! The contractive penalty: closed form and product against the Jacobian by autodiff and by central differences.

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::model::{Autoencoder, Pass};
use hourglass::recipe::{Activation, Recipe};

use crate::differences::assert_close_by_share;
use crate::objectives::with;
use crate::tensors::{assert_close, grey, matrix};
use crate::{device, exact};

const DIMS: [usize; 3] = [1, 4, 5];
const PIXELS: usize = 20;
const BATCH: usize = 3;
/// The activations with a bend.
const KINKED: [&str; 2] = ["relu", "leaky-relu"];

fn recipe(settings: &[&str]) -> Recipe {
    let first =
        ["model.widths=", "model.code=6", "model.code_activation=sigmoid", "objective.contractive=0.3"];
    with(Recipe::default(), first.iter().chain(settings))
}

fn images(device: &Device) -> Tensor<2> {
    matrix(grey(1, BATCH * PIXELS), PIXELS, device)
}

fn tensor(images: Vec<f64>) -> Tensor<2> {
    Tensor::from_data(TensorData::new(images, [BATCH, PIXELS]), &device())
}

/// ‖∂h/∂x‖² of every image as training takes it.
fn contraction(model: &Autoencoder, x: Tensor<2>) -> Vec<f64> {
    let mut pass = Pass::default();
    pass.record_slopes();
    model.encode_in(x, &mut pass);
    exact(model.contraction(pass.take_slopes()).expect("a dense encoder"))
}

/// The Jacobian of every image by one way back per number of the code. `[batch, code, pixels]`
fn by_autodiff(recipe: &Recipe) -> Vec<f64> {
    let device = device().autodiff();
    let model = Autoencoder::new(recipe, DIMS, &device);
    let code = recipe.model.code;
    let mut jacobian = vec![0.0; BATCH * code * PIXELS];
    for unit in 0..code {
        let x = images(&device).require_grad();
        let gradients = model.encode(x.clone()).code.narrow(1, unit, 1).sum().backward();
        let rows = exact(x.grad(&gradients).expect("a gradient of the image"));
        for (image, row) in rows.chunks_exact(PIXELS).enumerate() {
            let at = (image * code + unit) * PIXELS;
            jacobian[at..at + PIXELS].copy_from_slice(row);
        }
    }
    jacobian
}

/// The same by central differences, pixel by pixel.
fn by_differences(model: &Autoencoder, code: usize) -> Vec<f64> {
    let device = device();
    let x = exact(images(&device));
    let step = 1e-4;
    let mut jacobian = vec![0.0; BATCH * code * PIXELS];
    for pixel in 0..PIXELS {
        let moved = |by: f64| {
            let mut x = x.clone();
            (0..BATCH).for_each(|image| x[image * PIXELS + pixel] += by);
            exact(model.encode(tensor(x)).code)
        };
        for (at, (high, low)) in moved(step).iter().zip(moved(-step)).enumerate() {
            jacobian[at * PIXELS + pixel] = (high - low) / (2.0 * step);
        }
    }
    jacobian
}

/// The squared Frobenius norm of the Jacobian of every image.
fn squared_norms(jacobian: &[f64]) -> Vec<f64> {
    jacobian.chunks_exact(jacobian.len() / BATCH).map(|j| j.iter().map(|x| x * x).sum()).collect()
}

/// Asserts that the penalty and the whole Jacobian of a network are those by autodiff, and those by differences within
/// a share of them.
#[track_caller]
fn assert_agrees(settings: &[&str], share: f64) {
    let recipe = recipe(settings);
    let device = device();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let jacobian = exact(model.jacobian(images(&device)).expect("a dense encoder"));
    let autodiff = by_autodiff(&recipe);
    assert_close(&format!("{settings:?} Jacobian"), &jacobian, &autodiff, 1e-12);
    let got = contraction(&model, images(&device));
    let norms = squared_norms(&autodiff);
    assert!(norms.iter().all(|norm| *norm > 1e-3), "{settings:?}: nothing to compare, {norms:?}");
    assert_close_by_share(&format!("{settings:?} by autodiff"), &got, &norms, 1e-12, 0.0);
    let differences = squared_norms(&by_differences(&model, recipe.model.code));
    assert_close_by_share(&format!("{settings:?} by differences"), &got, &differences, share, 0.0);
}

#[test]
fn the_closed_form_of_one_layer_is_the_jacobian_by_autodiff_and_by_differences() {
    for activation in Activation::WORDS.iter().filter(|word| !KINKED.contains(word)) {
        assert_agrees(&[&format!("model.code_activation={activation}")], 1e-7);
    }
    assert_agrees(&["data.range=signed"], 1e-7);
}

#[test]
fn the_product_of_several_layers_is_the_jacobian_by_autodiff_and_by_differences() {
    assert_agrees(&["model.widths=9", "model.activation=sigmoid"], 1e-7);
    assert_agrees(&["model.widths=9-8", "model.activation=tanh"], 1e-7);
    // More units than pixels, where W·Wᵀ is no short cut.
    assert_agrees(&["model.widths=30-8-7", "model.activation=tanh"], 1e-7);
    assert_agrees(&["model.widths=9", "model.activation=tanh", "model.code_kind=gaussian"], 1e-7);
}

#[test]
fn the_slopes_of_relu_layers_count_only_where_they_are_on() {
    // Differences mean nothing across the bend, but where a unit is on, the Jacobian by autodiff is exact.
    for code in KINKED {
        let recipe =
            recipe(&["model.widths=9-8", "model.activation=relu", &format!("model.code_activation={code}")]);
        let model = Autoencoder::new(&recipe, DIMS, &device());
        let got = contraction(&model, images(&device()));
        assert_close_by_share(code, &got, &squared_norms(&by_autodiff(&recipe)), 1e-12, 0.0);
    }
}
