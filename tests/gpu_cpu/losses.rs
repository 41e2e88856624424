//! From the same weights and the same images both devices come to the same losses.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Feed, Source, load};
use hourglass::recipe::Recipe;
use hourglass::train::read::read;
use hourglass::train::{Learner, figures};

use super::{gpu, recipe};

fn feed(recipe: &Recipe) -> Feed {
    let source = Source { set: "digits", count: 400, messiness: 0.8, held_out: 0.1, seed: 0 };
    Feed::new(Arc::new(load(&source).expect("built-in images")), recipe.training.batch, 1).expect("a feed")
}

/// Steps from the same weights whose losses are compared.
const STEPS: usize = 10;

/// The objective of some steps from the same weights on the same images.
fn losses(recipe: &Recipe, dims: [usize; 3], device: &Device) -> Vec<f64> {
    let mut learner = Learner::new(recipe, dims, STEPS as u64 / 2, device);
    let mut feed = feed(recipe);
    let costs: Vec<_> = (0..STEPS).map(|_| learner.step(feed.batch(0), recipe)).collect();
    costs
        .into_iter()
        .map(|cost| figures(&cost.penalties, &read(cost.terms).expect("the device answers")).objective)
        .collect()
}

#[test]
fn losses_from_the_same_weights_agree_between_devices() {
    let Some(gpu) = gpu() else { return };
    let square = [1, 28, 28];
    // The same pixels in four long rows: every step of a recurrent net is one more row to wait for.
    let long = [1, 4, 196];
    let cases = [
        ("vae-2d", square),
        ("ae-sparse", square),
        ("ae-2d", square),
        ("gru-rows", long),
        ("lstm-vae", long),
        ("conv-16", square),
        ("conv-vae", square),
        ("unet-copy", square),
        ("ae-denoise", square),
        ("ae-contractive", square),
        ("deep-rbm", square),
    ];
    for (name, dims) in cases {
        let mut recipe = recipe(name);
        recipe.model.hidden = 12;
        // Half of the steps train the first machine, half the second.
        recipe.pretraining.epochs = 1;
        let cpu = losses(&recipe, dims, &Device::flex());
        let gpu = losses(&recipe, dims, &gpu.device);
        for (step, (want, got)) in cpu.iter().zip(&gpu).enumerate() {
            let far = (got - want).abs() / want.abs();
            assert!(far < 1e-3, "{name} step {step}: GPU {got}, CPU {want}, relative difference {far}");
        }
        // The same images at every step: only learning makes them cheaper. A second machine begins anew.
        let last = if recipe.is_pretrained() { cpu[..STEPS / 2].last() } else { cpu.last() };
        assert!(last.is_some_and(|last| *last < cpu[0]), "{name} did not learn: {cpu:?}");
    }
}
