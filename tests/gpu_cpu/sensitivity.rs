//! The card of the pixels that a code number moves, against central differences, on both devices.

use burn::tensor::{Device, Tensor};
use hourglass::chart::cards::{Card, Content, Values};
use hourglass::data::{Source, load};
use hourglass::insight::Topic;
use hourglass::recipe::Recipe;
use hourglass::train::Learner;
use hourglass::train::read::read;

use super::{gpu, recipe};
use crate::cards::inputs_of;

const DIMS: [usize; 3] = [1, 28, 28];
const PIXELS: usize = 784;
/// Half the distance of the two codes of a difference, far above the rounding error of an f32. Activations are smooth,
/// since a ReLU unit that switches in between has another derivative on either side.
const STEP: f32 = 5e-3;
const SMOOTH: &str = "model.activation=silu";

/// One recipe of every kind of decoder and code.
const ALL: [&str; 7] = ["vae-2d", "vae-20", "ae-2d", "ae-sparse", "conv-vae", "gru-rows", "unet-copy"];
/// Those that are tried on a GPU as well: tuning their kernels takes long on a software adapter.
const ON_GPU: [&str; 2] = ["vae-2d", "conv-vae"];

fn images() -> Vec<f32> {
    let source =
        Source { set: "digits", count: 80, messiness: 0.8, held_out: 0.0, seed: 3, ..Source::default() };
    let digits = load(&source).expect("built in");
    let mut pixels = Vec::new();
    digits.write_f32(&digits.split.train[..64], &mut pixels);
    pixels
}

fn card(recipe: &Recipe, images: &[f32], device: &Device) -> Card {
    let learner = Learner::new(recipe, DIMS, 10, device);
    let inputs = inputs_of(&learner, recipe, &images[..3 * PIXELS], images);
    assert!(Topic::of(recipe).contains(&Topic::Sensitivity), "{}", recipe.name);
    Topic::Sensitivity.card(&inputs).expect("the device answers").expect("a card")
}

/// For each number of the code, the change of the first image when it grows by a standard deviation, by a central
/// difference on the CPU.
fn by_differences(recipe: &Recipe, images: &[f32]) -> Vec<Vec<f32>> {
    let learner = Learner::new(recipe, DIMS, 10, &Device::flex());
    let model = learner.model();
    let size = learner.code_size();
    let codes = read(model.encode(learner.images(images, learner.device())).code).expect("the CPU answers");
    let encoded = model.encode(learner.images(&images[..PIXELS], learner.device()));
    let z = &codes[..size];
    let decoded = |k: usize, by: f32| {
        let mut moved = z.to_vec();
        moved[k] += by;
        let skips: Vec<Tensor<4>> = encoded.skips.clone();
        read(model.decode_beside(learner.codes(&moved), &skips)).expect("the CPU answers")
    };
    (0..size)
        .map(|k| {
            let numbers: Vec<f64> = codes.iter().skip(k).step_by(size).map(|x| f64::from(*x)).collect();
            let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
            let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / numbers.len() as f64;
            let per_step = variance.sqrt() as f32 / (2.0 * STEP);
            let (more, less) = (decoded(k, STEP), decoded(k, -STEP));
            more.iter().zip(&less).map(|(more, less)| (more - less) * per_step).collect()
        })
        .collect()
}

/// The number in a caption such as `z3  1.25 nats`, from zero, and how much it matters.
fn number_of(caption: &str) -> (usize, f32) {
    let value = caption.split_whitespace().find_map(|word| word.parse().ok());
    let name = caption.split_whitespace().next().and_then(|word| word.strip_prefix('z'));
    let name: usize = name.and_then(|name| name.parse().ok()).expect("a name");
    (name - 1, value.expect("a number"))
}

fn agrees_with_differences(names: &[&str], device: &Device) {
    let images = images();
    for name in names {
        let mut recipe = recipe(name);
        recipe.set_from_text(SMOOTH).expect("a valid setting");
        let card = card(&recipe, &images, device);
        let Content::Images(shown) = &card.content else { panic!("{name}: no images") };
        let count = recipe.model.code.min(12);
        assert_eq!(
            (shown.count(), shown.captions.len(), shown.values),
            (count, count, Values::Signed),
            "{name}"
        );
        let numbers: Vec<(usize, f32)> = shown.captions.iter().map(|caption| number_of(caption)).collect();
        assert!(numbers.is_sorted_by(|a, b| a.1 >= b.1), "{name}: {numbers:?}");
        let all = by_differences(&recipe, &images);
        let wanted: Vec<&Vec<f32>> = numbers.iter().map(|(index, _)| &all[*index]).collect();
        let largest = wanted.iter().copied().flatten().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(largest > 1e-4, "{name}: nothing to compare, {largest}");
        for (k, (got, want)) in shown.pixels.chunks(PIXELS).zip(wanted).enumerate() {
            for (pixel, (got, want)) in got.iter().zip(want).enumerate() {
                let want = want / largest;
                assert!(
                    (got - want).abs() < 5e-3,
                    "{name}, {}, pixel {pixel}: got {got}, want {want} ± 0.005",
                    shown.captions[k]
                );
            }
        }
        let said =
            card.meaning.split("The strongest colour is ").nth(1).map(|rest| rest.trim_end_matches('.'));
        let said: f32 = said.and_then(|number| number.parse().ok()).expect("the largest change in words");
        assert!((said - largest).abs() < 2e-2 * largest, "{name}: says {said}, want {largest} ± 2 %");
    }
}

#[test]
fn the_pixels_that_a_code_number_moves_agree_with_differences_on_the_cpu() {
    agrees_with_differences(&ALL, &Device::flex());
}

#[test]
fn the_pixels_that_a_code_number_moves_agree_with_differences_on_a_gpu() {
    let Some(gpu) = gpu() else { return };
    agrees_with_differences(&ON_GPU, &gpu.device);
}
