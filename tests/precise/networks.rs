//! Gradients and tangents of every kind of network against differences.

use burn::tensor::{Device, Tensor};
use hourglass::model::Autoencoder;
use hourglass::recipe::Recipe;

use crate::gradients::{Differences, assert_gradients, assert_tangent};
use crate::objectives::{objective_of, with};
use crate::tensors::{grey, matrix, normal};
use crate::{device, exact};

const BATCH: usize = 3;
const DIMS: [usize; 3] = [2, 8, 8];

fn recipe(settings: &[&str]) -> Recipe {
    let recipe = with(Recipe::default(), settings);
    recipe.validate().expect("settings that fit together");
    recipe
}

/// Images of grey noise.
fn images(count: usize, dims: [usize; 3], device: &Device) -> Tensor<2> {
    let pixels = dims.iter().product();
    matrix(grey(1, count * pixels), pixels, device)
}

fn check_gradients(settings: &[&str], by: Differences) {
    check_gradients_on(BATCH, settings, by);
}

fn check_gradients_on(count: usize, settings: &[&str], by: Differences) {
    let same = ["model.code=3", "model.output=linear", "model.activation=silu"];
    let recipe = recipe(&[&same, settings].concat());
    let device = device().autodiff();
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
            check_gradients(&settings, Differences { step: 1e-3, share: 1e-6 });
        }
    }
}

#[test]
fn gradients_of_a_tanh_output_for_signed_pixels_agree_with_finite_differences() {
    let settings = ["model.widths=6", "model.output=tanh", "data.range=signed"];
    check_gradients(&settings, Differences { step: 1e-3, share: 1e-6 });
}

#[test]
fn gradients_and_tangents_of_the_k_largest_agree_with_differences() {
    let settings = ["model.widths=6", "model.code=5", "model.top_k=2", "model.code_activation=tanh"];
    // Of one image, so that the same units are kept on both sides of every difference.
    check_gradients_on(1, &settings, Differences { step: 1e-4, share: 1e-6 });
    let recipe = recipe(&[&["model.activation=tanh"], &settings[..]].concat());
    let device = device();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let pixels = DIMS.iter().product();
    let (x, v) = (images(BATCH, DIMS, &device), matrix(normal(5, BATCH * pixels), pixels, &device));
    let tangent = model.encode_tangent(x.clone(), v.clone()).expect("a tangent").1;
    check_tangent(&settings, tangent, 1e-6, |by| model.encode(x.clone() + v.clone() * by).code);
}

#[test]
fn gradients_of_pooled_convolutions_and_u_nets_agree_with_finite_differences() {
    // Another of four pixels becomes the largest when a weight moves far, so it moves less here.
    let by = Differences { step: 1e-5, share: 1e-6 };
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
        let device = device();
        let model = Autoencoder::new(&recipe, DIMS, &device);
        let pixels = DIMS.iter().product();
        let (x, v) = (images(BATCH, DIMS, &device), matrix(normal(5, BATCH * pixels), pixels, &device));
        // Another of four pixels becomes the largest when an image moves far, so it moves less there; decoders do not
        // take the largest.
        let is_pooled = settings.contains(&"model.network=u-net") || settings.contains(&"model.down=pooled");
        let step = if is_pooled { 1e-6 } else { 1e-5 };
        let tangent = model.encode_tangent(x.clone(), v.clone()).expect("a tangent").1;
        check_tangent(settings, tangent, step, |by| model.encode(x.clone() + v.clone() * by).code);
        let (z, w) = (matrix(normal(6, BATCH * 3), 3, &device), matrix(normal(7, BATCH * 3), 3, &device));
        let tangent = model.decode_tangent(z.clone(), w.clone()).expect("a tangent").1;
        check_tangent(settings, tangent, 1e-5, |by| model.decode(z.clone() + w.clone() * by));
    }
}

#[test]
fn batch_normalisation_offers_no_tangent() {
    let recipe = recipe(&["model.network=conv", "model.channels=3-4", "model.norm=batch"]);
    let device = device();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let x = images(BATCH, DIMS, &device);
    assert!(model.encode_tangent(x.clone(), x).is_none());
}

fn check_tangent(settings: &[&str], tangent: Tensor<2>, step: f64, at: impl Fn(f64) -> Tensor<2>) {
    let largest = exact(tangent.clone()).iter().fold(0.0f64, |most, x| most.max(x.abs()));
    assert!(largest > 1e-3, "{settings:?}: nothing moves");
    let by = Differences { step, share: 1e-6 };
    assert_tangent(&format!("{settings:?}"), tangent, by, 0.2 * largest, at);
}

const ROWS: [usize; 3] = [1, 4, 3];

fn check_recurrent(settings: &[&str]) {
    let small = ["model.network=recurrent", "model.hidden=4", "model.code=3"];
    let recipe = recipe(&[&small, settings].concat());
    let device = device().autodiff();
    let model = Autoencoder::new(&recipe, ROWS, &device);
    let clean = || matrix(grey(1, BATCH * 12), 12, &device);
    let by = Differences { step: 1e-3, share: 1e-6 };
    let loss = |model: &Autoencoder| objective_of(model, &recipe, clean());
    assert_eq!(assert_gradients(&format!("{settings:?}"), &model, by, loss), 16, "parameters");
}

#[test]
fn gradients_through_all_rows_agree_with_finite_differences() {
    for cell in ["model.cell=gru", "model.cell=lstm"] {
        check_recurrent(&[cell]);
        check_recurrent(&[cell, "model.code_kind=gaussian", "objective.reconstruction=cross-entropy"]);
    }
}

#[test]
fn gradients_of_weight_decay_agree_with_finite_differences() {
    for network in [&["model.widths=6"][..], &["model.network=conv", "model.channels=3-4"]] {
        let settings = [network, &["objective.weight_decay=0.5"]].concat();
        check_gradients(&settings, Differences { step: 1e-3, share: 1e-6 });
    }
}
