//! Promises of noise: every corruption has the statistics it states and is drawn again at every step, the clean image is
//! the target, dropping keeps the mean and ends at evaluation, and denoising lowers the error.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use hourglass::data::corrupt::corrupt;
use hourglass::data::{Dataset, Feed};
use hourglass::model::dense::linear_in;
use hourglass::model::{Autoencoder, Decoder, Drops, Pass};
use hourglass::recipe::random::{Purpose, stream};
use hourglass::recipe::{Corruption, NoiseRecipe, Recipe};
use hourglass::train::evaluate::evaluate;
use hourglass::train::terms::{self, Batch};
use hourglass::train::{Learner, Metrics};

use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::matrix;
use crate::training::{digits, figures_of, pixels};

const DIMS: [usize; 3] = [1, 28, 28];
const PIXELS: usize = 784;

fn recipe(name: &str, settings: &[&str]) -> Recipe {
    with(Recipe::open(name).expect("a built-in recipe"), settings)
}

fn noise(kind: Corruption, amount: f64) -> NoiseRecipe {
    NoiseRecipe { kind, amount, ..NoiseRecipe::default() }
}

/// Grey images, corrupted.
fn corrupted(kind: Corruption, amount: f64, dims: [usize; 3], count: usize, step: u64) -> Vec<f32> {
    let mut images = vec![0.7f32; count * dims.iter().product::<usize>()];
    corrupt(&mut images, dims, &noise(kind, amount), &mut stream(5, Purpose::Corruption, step));
    images
}

fn share(numbers: &[f32], is_counted: impl Fn(f32) -> bool) -> f64 {
    numbers.iter().filter(|x| is_counted(**x)).count() as f64 / numbers.len() as f64
}

/// Within three standard errors of a share counted on `n` draws.
fn assert_share(what: &str, got: f64, want: f64, n: usize) {
    let tolerance = 3.0 * (want * (1.0 - want) / n as f64).sqrt();
    assert!((got - want).abs() <= tolerance, "{what}: got {got}, want {want} ± {tolerance}");
}

#[test]
fn masking_turns_off_the_stated_share_and_leaves_the_rest_alone() {
    for amount in [0.1, 0.25, 0.5, 0.75] {
        let images = corrupted(Corruption::Masking, amount, DIMS, 200, 0);
        let off = share(&images, |x| x == 0.0);
        assert_share(&format!("masking {amount}"), off, amount, images.len());
        assert_eq!(off + share(&images, |x| x == 0.7), 1.0, "a pixel is off or as it was");
    }
}

#[test]
fn salt_and_pepper_turn_half_of_the_stated_share_off_and_half_fully_on() {
    for amount in [0.1, 0.3] {
        let images = corrupted(Corruption::SaltAndPepper, amount, DIMS, 1000, 0);
        let (off, on) = (share(&images, |x| x == 0.0), share(&images, |x| x == 1.0));
        assert_share(&format!("pepper of {amount}"), off, amount / 2.0, images.len());
        assert_share(&format!("salt of {amount}"), on, amount / 2.0, images.len());
        let alone = share(&images, |x| x == 0.7);
        assert!((off + on + alone - 1.0).abs() < 1e-12, "a pixel is off, on or as it was");
    }
}

#[test]
fn gaussian_noise_has_mean_zero_and_the_stated_spread_and_is_not_clipped() {
    for amount in [0.1, 0.5, 0.8] {
        let images = corrupted(Corruption::Gaussian, amount, DIMS, 200, 0);
        let n = images.len() as f64;
        let added: Vec<f64> = images.iter().map(|x| f64::from(*x) - 0.7).collect();
        let mean = added.iter().sum::<f64>() / n;
        assert!(mean.abs() <= 3.0 * amount / n.sqrt(), "σ {amount}: mean {mean}");
        let variance = added.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / n;
        let (want, tolerance) = (amount * amount, 3.0 * amount * amount * (2.0 / n).sqrt());
        assert!((variance - want).abs() <= tolerance, "variance {variance}, want {want} ± {tolerance}");
        if amount >= 0.5 {
            let outside = share(&images, |x| !(0.0..=1.0).contains(&x));
            assert!(outside > 0.2, "σ {amount}: only {outside} of the pixels are outside 0 to 1");
        }
    }
}

#[test]
fn a_block_has_the_stated_area_wholly_inside_and_reaches_all_edges() {
    let (amount, dims) = (0.25, [1, 20, 40]);
    let images = corrupted(Corruption::Blocks, amount, dims, 400, 0);
    let mut touched = [false; 4];
    for image in images.chunks_exact(800) {
        let off: Vec<(usize, usize)> =
            (0..800).filter(|k| image[*k] == 0.0).map(|k| (k / 40, k % 40)).collect();
        assert_eq!(off.len(), 200, "a quarter of the image");
        let top = off.iter().map(|at| at.0).min().expect("a block");
        let left = off.iter().map(|at| at.1).min().expect("a block");
        // Of the image's own proportions, so half as tall and half as wide.
        let inside = off.iter().all(|(row, column)| row - top < 10 && column - left < 20);
        assert!(inside, "the block at {top}, {left} is no rectangle of 10 by 20");
        for (touched, is) in touched.iter_mut().zip([top == 0, top == 10, left == 0, left == 20]) {
            *touched |= is;
        }
    }
    assert_eq!(touched, [true; 4], "400 blocks reach all four edges");
}

#[test]
fn the_channels_of_a_pixel_are_corrupted_together() {
    for kind in [Corruption::Masking, Corruption::SaltAndPepper, Corruption::Blocks] {
        let images = corrupted(kind, 0.4, [3, 12, 12], 50, 0);
        for image in images.chunks_exact(3 * 144) {
            assert_eq!(image[..144], image[144..288], "{kind:?}");
            assert_eq!(image[..144], image[288..], "{kind:?}");
        }
        assert!(share(&images, |x| x != 0.7) > 0.3, "{kind:?} corrupts something");
    }
}

#[test]
fn every_step_draws_again_and_the_same_step_draws_the_same() {
    for kind in [Corruption::Gaussian, Corruption::Masking, Corruption::SaltAndPepper, Corruption::Blocks] {
        let at = |step| corrupted(kind, 0.3, DIMS, 4, step);
        assert_eq!(at(3), at(3), "{kind:?}");
        assert_ne!(at(3), at(4), "{kind:?}");
        let images = at(3);
        assert_ne!(
            images[..PIXELS],
            images[PIXELS..2 * PIXELS],
            "{kind:?}: every image has a draw of its own"
        );
    }
}

fn dataset() -> Arc<Dataset> {
    digits(1500, 0.2)
}

/// What some steps on the same batch cost a network that does not learn.
fn costs_without_learning(recipe: &Recipe, batch: &[f32], steps: usize) -> Vec<f64> {
    let mut recipe = recipe.clone();
    recipe.training.learning_rate = 0.0;
    let mut learner = Learner::new(&recipe, DIMS, 10, &Device::flex());
    let mut cost = || {
        let cost = learner.step(batch, &recipe);
        figures_of(cost).reconstruction
    };
    (0..steps).map(|_| cost()).collect()
}

#[test]
fn a_learner_corrupts_and_drops_again_at_every_step_and_the_same_for_the_same_seed() {
    let mut feed = Feed::new(dataset(), 16, 1).expect("a feed");
    let batch = feed.batch(0).to_vec();
    let small = ["model.code=32"];
    let still = costs_without_learning(&recipe("ae-simple", &small), &batch, 3);
    assert_eq!([still[0]; 3], still[..], "nothing changes without noise");
    for name in ["ae-denoise", "ae-mask", "ae-dropout", "ae-dropconnect"] {
        let recipe = recipe(name, &small);
        let costs = costs_without_learning(&recipe, &batch, 3);
        assert!(costs[0] != costs[1] && costs[1] != costs[2], "{name}: {costs:?} are of the same draw");
        assert_eq!(costs, costs_without_learning(&recipe, &batch, 3), "{name}");
    }
}

#[test]
fn a_step_shows_the_network_the_corrupted_image_and_compares_with_the_clean_one() {
    let mut feed = Feed::new(dataset(), 16, 1).expect("a feed");
    let batch = feed.batch(0).to_vec();
    let recipe = recipe("ae-denoise", &["model.code=32"]);
    let got = costs_without_learning(&recipe, &batch, 1)[0];
    let mut input = batch.clone();
    corrupt(&mut input, DIMS, &recipe.noise, &mut stream(recipe.seed, Purpose::Corruption, 0));
    let learner = Learner::new(&recipe, DIMS, 10, &Device::flex());
    let answer = numbers(learner.model().reconstruct(learner.images(&input, learner.device())));
    let squared: f64 = answer.iter().zip(&batch).map(|(y, x)| f64::from(x - y).powi(2)).sum();
    let want = squared / 16.0;
    assert!((got - want).abs() < 1e-4 * want, "got {got}, want {want} of clean images");
}

/// A network that gives back what it sees.
fn identity(device: &Device) -> (Recipe, Autoencoder) {
    let settings = ["model.widths=", "model.code=784", "model.code_activation=linear", "model.output=linear"];
    let recipe = recipe("ae-denoise", &settings);
    let mut model = Autoencoder::new(&recipe, DIMS, device);
    let eye = || Tensor::<2>::eye(PIXELS, device);
    model.code.head.weight = model.code.head.weight.map(|_| eye());
    let Decoder::Dense(decoder) = &mut model.decoder else { panic!("a dense network") };
    decoder.output.linear.weight = decoder.output.linear.weight.clone().map(|_| eye());
    (recipe, model)
}

#[test]
fn the_error_of_a_network_that_copies_is_the_noise() {
    let device = Device::flex();
    let (recipe, model) = identity(&device);
    let (dataset, count) = (dataset(), 64);
    let clean = pixels(&dataset, &dataset.split.train[..count]);
    let mut input = clean.clone();
    corrupt(&mut input, DIMS, &recipe.noise, &mut stream(1, Purpose::Corruption, 0));
    let [clean, input] = [clean, input].map(|pixels| matrix(pixels, PIXELS, &device));
    let batch = Batch { clean, input, epsilon: None, probes: None, count };
    let outcome = terms::forward(&model, &recipe, &batch, &mut Pass::default());
    let costs = numbers(outcome.terms.reconstruction);
    let got = costs.iter().map(|x| f64::from(*x)).sum::<f64>() / count as f64;
    // 784 pixels of variance 0.25; a sum of n squares of normal numbers spreads by √(2n) of their variance.
    let (want, tolerance) = (196.0, 3.0 * 0.25 * (2.0 * PIXELS as f64 / count as f64).sqrt());
    assert!((got - want).abs() <= tolerance, "got {got}, want {want} ± {tolerance}");
}

fn dropping(units: f64, connections: f64, step: u64) -> Pass {
    Pass::dropping(Some(Drops { units, connections, rng: stream(2, Purpose::Drops, step) }))
}

#[test]
fn dropped_units_are_as_many_as_stated_and_keep_the_mean() {
    let device = Device::flex();
    for p in [0.1, 0.5, 0.8] {
        let ones = Tensor::<2>::ones([400, 500], &device);
        let units = numbers(dropping(p, 0.0, 0).drop_units(ones));
        assert_share(&format!("dropped at {p}"), share(&units, |x| x == 0.0), p, units.len());
        let kept = (1.0 / (1.0 - p)) as f32;
        assert!(units.iter().all(|x| *x == 0.0 || *x == kept), "a unit is off, or grows to {kept}");
        let mean = units.iter().map(|x| f64::from(*x)).sum::<f64>() / units.len() as f64;
        assert!((mean - 1.0).abs() < 0.01, "mean {mean} at {p}, want 1 ± 1 %");
        let rows: Vec<&[f32]> = units.chunks(500).collect();
        assert_ne!(rows[0], rows[1], "every image has a draw of its own");
    }
}

#[test]
fn dropped_connections_are_as_many_as_stated_and_keep_the_mean_output() {
    let device = Device::flex();
    let (recipe, p) = (recipe("ae-dropconnect", &["model.code=40"]), 0.5);
    let head = Autoencoder::new(&recipe, DIMS, &device).code.head;
    let weights = numbers(dropping(0.0, p, 0).drop_connections(head.weight.val()));
    assert_share("connections", share(&weights, |x| x == 0.0), p, weights.len());
    // A mean of positive outputs can be measured to a percent.
    let positive = head.weight.clone().map(|weight| weight.abs());
    let head = burn::nn::Linear { weight: positive, bias: head.bias };
    let same = Tensor::<2>::ones([2, PIXELS], &device) * 0.5;
    let want = numbers(head.forward(same.clone()));
    let mut sum = vec![0.0f64; want.len()];
    for step in 0..800 {
        let got = numbers(linear_in(&head, same.clone(), &mut dropping(0.0, p, step)));
        assert_eq!(got[..40], got[40..], "a step has one draw for all of its images");
        sum.iter_mut().zip(&got).for_each(|(sum, y)| *sum += f64::from(*y) / 800.0);
    }
    for (k, (got, want)) in sum.iter().zip(&want).enumerate() {
        assert!((got / f64::from(*want) - 1.0).abs() < 0.01, "output {k}: got {got}, want {want} ± 1 %");
    }
}

#[test]
fn nothing_is_dropped_at_evaluation() {
    let dataset = dataset();
    for name in ["ae-dropout", "ae-dropconnect"] {
        let with = recipe(name, &["model.code=32"]);
        let without = recipe(name, &["model.code=32", "noise.drop_units=0", "noise.drop_connections=0"]);
        let learner = Learner::new(&with, DIMS, 10, &Device::flex());
        let of = |recipe| evaluate(&learner, recipe, &dataset, &dataset.split.validation).expect("read");
        assert_eq!(of(&with), of(&without), "{name}");
    }
}

/// Trains for some steps and evaluates on corrupted held-out images.
fn trained_and_evaluated(recipe: &Recipe, evaluated: &Recipe, dataset: &Arc<Dataset>) -> Metrics {
    let mut learner = Learner::new(recipe, DIMS, 10, &Device::flex());
    let mut feed = Feed::new(Arc::clone(dataset), 64, recipe.seed).expect("a feed");
    for step in 0..500 {
        learner.step(feed.batch(step), recipe);
    }
    evaluate(&learner, evaluated, dataset, &dataset.split.test).expect("the CPU answers").expect("images")
}

#[test]
fn denoising_beats_a_plain_network_on_corrupted_images_by_a_quarter() {
    let dataset = dataset();
    let noisy = recipe("ae-denoise", &["model.code=256", "training.learning_rate=2e-3"]);
    let mut plain = noisy.clone();
    plain.noise.kind = Corruption::None;
    let with = trained_and_evaluated(&noisy, &noisy, &dataset).reconstruction;
    let without = trained_and_evaluated(&plain, &noisy, &dataset).reconstruction;
    assert!(with <= 0.75 * without, "{with:.1} trained with noise, {without:.1} without");
}
