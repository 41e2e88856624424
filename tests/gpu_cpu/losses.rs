//! From the same weights and the same images both devices come to the same losses.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Feed, Source, load};
use hourglass::recipe::Recipe;
use hourglass::train::read::read;
use hourglass::train::{Learner, StepCost, metrics};

use super::{gpu, recipe};

fn feed(recipe: &Recipe) -> Feed {
    let source =
        Source { set: "digits", count: 400, messiness: 0.8, held_out: 0.1, seed: 0, ..Source::default() };
    Feed::new(Arc::new(load(&source).expect("built-in images")), recipe.training.batch, 1).expect("a feed")
}

/// Steps from the same weights whose losses are compared.
const STEPS: usize = 10;

/// What is compared: a recipe with settings, the shape of its images, and the steps of an epoch, by which stages are
/// counted.
struct Case {
    name: &'static str,
    settings: &'static [&'static str],
    dims: [usize; 3],
    per_epoch: u64,
}

const SQUARE: [usize; 3] = [1, 28, 28];
/// The same pixels in four long rows: every step of a recurrent net is one more row to wait for.
const LONG: [usize; 3] = [1, 4, 196];

const fn case(name: &'static str, settings: &'static [&'static str]) -> Case {
    Case { name, settings, dims: SQUARE, per_epoch: STEPS as u64 / 2 }
}

/// The objective of some steps from the same weights on the same images, and how many of them are of the first stage.
fn losses(recipe: &Recipe, case: &Case, device: &Device) -> (Vec<f64>, usize) {
    let mut learner = Learner::new(recipe, case.dims, case.per_epoch, device);
    let first = learner.plan().at(0).to.map_or(STEPS, |to| to as usize);
    let mut feed = feed(recipe);
    let costs: Vec<_> = (0..STEPS).map(|_| learner.step(feed.batch(0), recipe)).collect();
    let objective =
        |cost: StepCost| metrics(&cost.penalties, &read(cost.terms).expect("the device answers")).objective;
    (costs.into_iter().map(objective).collect(), first)
}

#[track_caller]
fn agree(cases: &[Case]) {
    let Some(gpu) = gpu() else { return };
    for case in cases {
        let Case { name, settings, .. } = case;
        let mut recipe = recipe(name);
        recipe.model.hidden = 12;
        recipe.pretraining.epochs = 1;
        for setting in *settings {
            recipe.set_from_text(setting).expect("a valid setting");
        }
        recipe.validate().unwrap_or_else(|error| panic!("{name} {settings:?}: {error}"));
        let (cpu, first) = losses(&recipe, case, &Device::flex());
        let (gpu, _) = losses(&recipe, case, &gpu.device);
        for (step, (want, got)) in cpu.iter().zip(&gpu).enumerate() {
            let far = (got - want).abs() / want.abs();
            assert!(
                far < 1e-3,
                "{name} {settings:?} step {step}: GPU {got}, CPU {want}, relative difference {far}"
            );
        }
        // The same images at every step: only learning makes them cheaper, within a stage.
        assert!(cpu[first.min(STEPS) - 1] < cpu[0], "{name} {settings:?} did not learn: {cpu:?}");
    }
}

#[test]
fn losses_from_the_same_weights_agree_between_devices() {
    agree(&[
        case("vae-2d", &[]),
        case("ae-sparse", &["model.widths="]),
        case("ae-2d", &[]),
        Case { dims: LONG, ..case("gru-rows", &[]) },
        Case { dims: LONG, ..case("lstm-vae", &[]) },
        case("conv-16", &[]),
        case("conv-vae", &[]),
        case("unet-copy", &[]),
        case("ae-denoise", &[]),
        case("ae-contractive", &[]),
    ]);
}

#[test]
fn norms_agree_between_devices() {
    agree(&[case("conv-16", &["model.norm=batch"]), case("conv-16", &["model.norm=group"])]);
}

#[test]
fn stages_agree_between_devices() {
    agree(&[
        // Two machines of binary units.
        case("deep-rbm", &[]),
        // A machine, the one of the Gaussian code, and the whole stack unrolled and tuned.
        Case { per_epoch: 3, ..case("deep-rbm", &["model.widths=24", "model.code=6"]) },
        // The network, then atoms of its codes and of pixels.
        case("vae-dictionary", &["model.widths=24", "training.epochs=1", "dictionary.atoms=12"]),
    ]);
}
