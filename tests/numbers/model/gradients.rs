//! Gradients and tangents of convolutions against differences.

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use hourglass::model::{Autoencoder, Pass};
use hourglass::recipe::Recipe;
use hourglass::train::terms::{self, Batch};

use super::{images, matrix, normal, numbers, recipe};
use crate::common::{gradients_of, nudged};

const BATCH: usize = 3;
const DIMS: [usize; 3] = [2, 8, 8];

fn loss(model: &Autoencoder, recipe: &Recipe, device: &Device) -> Tensor<1> {
    let clean = images(BATCH, DIMS, device);
    let batch = Batch { seen: clean.clone(), clean, epsilon: None, probes: None, count: BATCH };
    let outcome = terms::forward(model, recipe, &batch, &mut Pass::default());
    terms::weighted(&outcome.terms, recipe, 0, 128).mean()
}

fn check_gradients(settings: &[&str], step: f32, share: f64) {
    let mut all = vec!["model.code=3", "model.output=linear", "model.activation=silu"];
    all.extend(settings);
    let recipe = recipe(&all);
    let device = Device::flex().autodiff();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let gradients = GradientsParams::from_grads(loss(&model, &recipe, &device).backward(), &model);
    let found = gradients_of(&model, &gradients);
    let size = found.iter().flat_map(|(_, g)| g.iter().flatten()).fold(0.0f32, |m, g| m.max(g.abs()));
    for (name, gradient) in &found {
        let Some(gradient) = gradient else {
            assert!(name.contains("running_"), "{name} has no gradient");
            continue;
        };
        for index in [0, gradient.len() / 2, gradient.len() - 1] {
            let at = |by: f32| {
                let nudged = nudged(&model, name, index, by);
                f64::from(numbers(loss(&nudged, &recipe, &device).inner())[0])
            };
            // Five points: the error of the difference falls with the fourth power of the step.
            let want = (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step)))
                / (12.0 * f64::from(step));
            let got = f64::from(gradient[index]);
            let tolerance = share * want.abs().max(2e-2 * f64::from(size));
            assert!(
                (got - want).abs() <= tolerance,
                "{settings:?} {name}[{index}]: got {got}, want {want} ± {tolerance}"
            );
        }
    }
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
            check_gradients(&settings, 3e-2, 2e-2);
        }
    }
}

#[test]
fn gradients_of_pooled_convolutions_and_u_nets_agree_with_finite_differences() {
    // The largest of four changes hands when a weight moves far, so it moves less here.
    check_gradients(&["model.network=conv", "model.channels=3", "model.down=pooled"], 4e-3, 5e-2);
    check_gradients(&["model.network=u-net", "model.channels=2-3-4"], 4e-3, 5e-2);
    check_gradients(&["model.network=u-net", "model.channels=2-3-4", "model.skips=false"], 4e-3, 5e-2);
}

#[test]
fn tangents_of_convolutions_agree_with_differences() {
    for settings in [
        &["model.network=conv", "model.channels=3-4"][..],
        &["model.network=conv", "model.channels=3-4", "model.norm=group", "model.up=transposed"],
        &["model.network=conv", "model.channels=3-4", "model.down=pooled", "model.code_kind=gaussian"],
        &["model.network=u-net", "model.channels=2-4-4", "model.norm=group"],
        &["model.network=u-net", "model.channels=2-4-4", "model.skips=false", "model.up=transposed"],
    ] {
        let mut all = vec!["model.code=3", "model.activation=tanh"];
        all.extend(settings);
        let recipe = recipe(&all);
        let device = Device::flex();
        let model = Autoencoder::new(&recipe, DIMS, &device);
        let pixels = DIMS.iter().product();
        let (x, v) = (images(BATCH, DIMS, &device), matrix(normal(5, BATCH * pixels), pixels, &device));
        // The largest of four changes hands when an image moves far, so it moves less there; decoders take none.
        let is_pooled = settings.contains(&"model.network=u-net") || settings.contains(&"model.down=pooled");
        let step = if is_pooled { 3e-4 } else { 2e-3 };
        let encode = |by: f64| numbers(model.encode(x.clone() + v.clone() * by).code);
        let along = model.encode_tangent(x.clone(), v.clone()).expect("a tangent").1;
        compare(settings, &numbers(along), &encode(step), &encode(-step), step);
        let (z, w) = (matrix(normal(6, BATCH * 3), 3, &device), matrix(normal(7, BATCH * 3), 3, &device));
        let step = 2e-3;
        let decode = |by: f64| numbers(model.decode(z.clone() + w.clone() * by));
        let along = model.decode_tangent(z.clone(), w.clone()).expect("a tangent").1;
        compare(settings, &numbers(along), &decode(step), &decode(-step), step);
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

fn compare(settings: &[&str], got: &[f32], high: &[f32], low: &[f32], step: f64) {
    let size = got.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    assert!(size > 1e-3, "{settings:?}: nothing moves");
    for (k, got) in got.iter().enumerate() {
        let want = f64::from(high[k] - low[k]) / (2.0 * step);
        let tolerance = 2e-2 * want.abs().max(f64::from(size) * 0.2);
        let far = (f64::from(*got) - want).abs();
        assert!(far <= tolerance, "{settings:?} [{k}]: got {got}, want {want} ± {tolerance}");
    }
}
