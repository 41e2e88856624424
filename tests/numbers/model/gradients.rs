//! Gradients and tangents of convolutions against differences.

use burn::tensor::{Device, Tensor};
use hourglass::model::Autoencoder;

use super::{images, recipe};
use crate::gradients::{Differences, assert_gradients, assert_tangent, objective_of};
use crate::tensors::{matrix, normal, numbers};

const BATCH: usize = 3;
const DIMS: [usize; 3] = [2, 8, 8];

fn check_gradients(settings: &[&str], by: Differences) {
    check_gradients_on(BATCH, settings, by);
}

fn check_gradients_on(count: usize, settings: &[&str], by: Differences) {
    let same = ["model.code=3", "model.output=linear", "model.activation=silu"];
    let recipe = recipe(&[&same, settings].concat());
    let device = Device::flex().autodiff();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let loss = |model: &Autoencoder| objective_of(model, &recipe, images(count, DIMS, &device));
    assert_gradients(&format!("{settings:?}"), &model, by, loss);
}

#[test]
fn gradients_of_convolutions_agree_with_finite_differences() {
    for norm in ["none", "batch", "group"] {
        for up in ["resize", "transposed"] {
            let settings = [
                "model.network=conv",
                "model.channels=3-4",
                &format!("model.norm={norm}"),
                &format!("model.up={up}"),
            ];
            check_gradients(&settings, Differences { step: 3e-2, share: 2e-2 });
        }
    }
}

#[test]
fn gradients_of_a_tanh_output_for_signed_pixels_agree_with_finite_differences() {
    let settings = ["model.widths=6", "model.output=tanh", "data.range=signed"];
    check_gradients(&settings, Differences { step: 1e-2, share: 2e-2 });
}

#[test]
fn gradients_and_tangents_of_the_k_largest_agree_with_differences() {
    let settings = ["model.widths=6", "model.code=5", "model.top_k=2", "model.code_activation=tanh"];
    // Of one image, so that the same units are kept on both sides of every difference.
    check_gradients_on(1, &settings, Differences { step: 1e-2, share: 3e-2 });
    let recipe = recipe(&[&["model.activation=tanh"], &settings[..]].concat());
    let device = Device::flex();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let pixels = DIMS.iter().product();
    let (x, v) = (images(BATCH, DIMS, &device), matrix(normal(5, BATCH * pixels), pixels, &device));
    let tangent = model.encode_tangent(x.clone(), v.clone()).expect("a tangent").1;
    check_tangent(&settings, tangent, 3e-4, |by| model.encode(x.clone() + v.clone() * by).code);
}

#[test]
fn gradients_of_pooled_convolutions_and_u_nets_agree_with_finite_differences() {
    // Another of four pixels becomes the largest when a weight moves far, so it moves less here.
    let by = Differences { step: 4e-3, share: 5e-2 };
    check_gradients(&["model.network=conv", "model.channels=3", "model.down=pooled"], by);
    check_gradients(&["model.network=u-net", "model.channels=2-3-4"], by);
    check_gradients(&["model.network=u-net", "model.channels=2-3-4", "model.skips=false"], by);
}

#[test]
fn tangents_of_convolutions_agree_with_differences() {
    for settings in [
        &["model.network=conv", "model.channels=3-4"][..],
        &["model.network=conv", "model.channels=3-4", "model.norm=group", "model.up=transposed"],
        &["model.network=conv", "model.channels=3-4", "model.output=tanh", "data.range=signed"],
        &["model.network=conv", "model.channels=3-4", "model.down=pooled", "model.code_kind=gaussian"],
        &["model.network=u-net", "model.channels=2-4-4", "model.norm=group"],
        &["model.network=u-net", "model.channels=2-4-4", "model.skips=false", "model.up=transposed"],
    ] {
        let recipe = recipe(&[&["model.code=3", "model.activation=tanh"], settings].concat());
        let device = Device::flex();
        let model = Autoencoder::new(&recipe, DIMS, &device);
        let pixels = DIMS.iter().product();
        let (x, v) = (images(BATCH, DIMS, &device), matrix(normal(5, BATCH * pixels), pixels, &device));
        // Another of four pixels becomes the largest when an image moves far, so it moves less there; decoders do not
        // take the largest.
        let is_pooled = settings.contains(&"model.network=u-net") || settings.contains(&"model.down=pooled");
        let step = if is_pooled { 3e-4 } else { 2e-3 };
        let tangent = model.encode_tangent(x.clone(), v.clone()).expect("a tangent").1;
        check_tangent(settings, tangent, step, |by| model.encode(x.clone() + v.clone() * by).code);
        let (z, w) = (matrix(normal(6, BATCH * 3), 3, &device), matrix(normal(7, BATCH * 3), 3, &device));
        let tangent = model.decode_tangent(z.clone(), w.clone()).expect("a tangent").1;
        check_tangent(settings, tangent, 2e-3, |by| model.decode(z.clone() + w.clone() * by));
    }
}

#[test]
fn batch_normalisation_offers_no_tangent() {
    let recipe = recipe(&["model.network=conv", "model.channels=3-4", "model.norm=batch"]);
    let device = Device::flex();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let x = images(BATCH, DIMS, &device);
    assert!(model.encode_tangent(x.clone(), x).is_none());
}

fn check_tangent(settings: &[&str], tangent: Tensor<2>, step: f64, at: impl Fn(f64) -> Tensor<2>) {
    let largest = numbers(tangent.clone()).iter().fold(0.0f32, |most, x| most.max(x.abs()));
    assert!(largest > 1e-3, "{settings:?}: nothing moves");
    let by = Differences { step, share: 2e-2 };
    assert_tangent(&format!("{settings:?}"), tangent, by, 0.2 * f64::from(largest), at);
}
