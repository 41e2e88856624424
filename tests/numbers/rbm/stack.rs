//! The stack of machines: its schedule, how it unrolls, that it gives good first weights, and that it can be resumed.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::model::Autoencoder;
use hourglass::recipe::Recipe;
use hourglass::recipe::random::{Purpose, stream};
use hourglass::train::evaluate::evaluate;
use hourglass::train::pretraining::{RbmSettings, Stack};
use hourglass::train::{Checkpoint, Stage};

use super::numbers;
use crate::objectives::with;
use crate::tensors::assert_close;
use crate::training::{Training, digits, pixels};

/// A small deep network on few images: 420 of them train it, in 13 steps an epoch.
fn training(settings: &[&str]) -> Training {
    let small = ["model.widths=96-48-24", "model.code=8", "training.batch=32", "pretraining.epochs=2"];
    let recipe = with(Recipe::open("deep-rbm").expect("a built-in recipe"), small.iter().chain(settings));
    recipe.validate().expect("settings that fit");
    Training::new(recipe, digits(700, 0.2), None)
}

/// Trains until the layers are done, with one list of objectives per layer.
fn pretrain(training: &mut Training) -> Vec<Vec<f64>> {
    let stages = training.learner.plan().spans().to_vec();
    let layers = stages.iter().filter_map(|span| span.to.map(|to| to - span.from));
    layers.map(|steps| training.train(steps).iter().map(|metrics| metrics.objective).collect()).collect()
}

/// The squared error of held-out images.
fn held_out(training: &Training) -> f64 {
    let dataset = digits(700, 0.2);
    let metrics = evaluate(&training.learner, &training.recipe, &dataset, &dataset.split.validation);
    metrics.expect("the CPU answers").expect("images").squared_error.expect("evaluations take it")
}

fn first_images() -> Vec<f32> {
    pixels(&digits(700, 0.2), &[0, 1, 2, 3, 4])
}

/// Mean of every epoch.
fn by_epoch(errors: &[f64], steps: usize) -> Vec<f64> {
    errors.chunks_exact(steps).map(|epoch| epoch.iter().sum::<f64>() / steps as f64).collect()
}

#[test]
fn every_layer_learns_to_reconstruct_what_it_is_given() {
    // Few images make few updates: the code layer takes larger ones instead.
    let mut training = self::training(&[
        "pretraining.epochs=6",
        "pretraining.code_learning_rate=0.01",
        "objective.reconstruction=squared-error",
    ]);
    let steps = training.feed.steps_per_epoch() as usize;
    for (layer, errors) in pretrain(&mut training).iter().enumerate() {
        let epochs = by_epoch(errors, steps);
        for pair in epochs.windows(2) {
            assert!(pair[1] < 1.02 * pair[0], "layer {layer} went up: {epochs:?}");
        }
        assert!(epochs[5] < 0.95 * epochs[0], "layer {layer} learned nothing: {epochs:?}");
    }
}

#[test]
fn updates_follow_the_schedule_of_the_paper() {
    let Training { recipe, feed, learner } =
        &mut self::training(&["pretraining.weight_decay=0.01", "pretraining.gibbs=2"]);
    let device = Device::flex();
    let mut stack = Stack::new(recipe, 784, &device);
    let mut velocity = vec![0.0; 784 * 96];
    let mut bias_velocity = vec![0.0; 96];
    // Epochs 0 to 4 of a layer have momentum 0.5, later ones 0.9.
    for (epoch, momentum) in [(0, 0.5), (4, 0.5), (5, 0.9)] {
        let x = learner.images(feed.batch(epoch), &device);
        let machine = stack.rbm(0).expect("a first machine").clone();
        let mut rng = stream(1, Purpose::Gibbs, epoch);
        let draws = (0..2).map(|_| machine.draws(&mut rng, 32)).collect();
        let contrast = machine.contrastive_divergence(x.clone(), draws);
        let settings = RbmSettings::new(&recipe.pretraining, 0, 4, epoch);
        stack.update(0, x, settings, &mut stream(1, Purpose::Gibbs, epoch));
        let before = numbers(machine.weight);
        let mut want = before.clone();
        for (k, gradient) in numbers(contrast.weight).iter().enumerate() {
            velocity[k] = momentum * velocity[k] + 0.1 * (gradient - 0.01 * before[k]);
            want[k] += velocity[k];
        }
        let mut bias = numbers(machine.hidden);
        for (k, gradient) in numbers(contrast.hidden).iter().enumerate() {
            bias_velocity[k] = momentum * bias_velocity[k] + 0.1 * gradient;
            bias[k] += bias_velocity[k];
        }
        let after = stack.rbm(0).expect("a first machine");
        assert_close("weight", &numbers(after.weight.clone()), &want, 1e-6);
        assert_close("hidden bias", &numbers(after.hidden.clone()), &bias, 1e-6);
    }
}

#[test]
fn the_code_layer_has_a_rate_of_its_own_and_both_are_live() {
    let change = |settings: &[&str], layer: usize| {
        let Training { recipe, learner, feed } = &mut self::training(settings);
        let mut stack = Stack::new(recipe, 784, &Device::flex());
        let x = learner.images(feed.batch(0), &Device::flex());
        let before = numbers(stack.rbm(layer).expect("a machine").weight.clone());
        let settings = RbmSettings::new(&recipe.pretraining, layer, 4, 0);
        stack.update(layer, x, settings, &mut stream(1, Purpose::Gibbs, 0));
        let after = numbers(stack.rbm(layer).expect("a machine").weight.clone());
        before.iter().zip(&after).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    let still = ["pretraining.learning_rate=0", "pretraining.code_learning_rate=0"];
    let double = ["pretraining.learning_rate=0.2", "pretraining.code_learning_rate=0.002"];
    for layer in [0, 3] {
        let usual = change(&[], layer);
        assert!(usual > 1e-4, "layer {layer} did not move: {usual}");
        assert_eq!(change(&still, layer), 0.0, "layer {layer}");
        let ratio = change(&double, layer) / usual;
        assert!((ratio - 2.0).abs() < 1e-2, "layer {layer} moved {ratio} times as far, not twice");
    }
}

#[test]
fn the_stack_unrolls_to_an_encoder_and_a_decoder() {
    let mut training = self::training(&["pretraining.code_learning_rate=0.01"]);
    pretrain(&mut training);
    let stack = training.learner.stack().expect("it is not unrolled yet").clone();
    let images = first_images();
    let x = training.learner.images(&images, &Device::flex());
    let biases = numbers(stack.rbm(3).expect("a code layer").visible.clone());
    assert!(biases.iter().any(|b| b.abs() > 1e-3), "biases of zero would prove nothing");
    let code = stack.below(4, x.clone());
    let want = stack.to_pixels(4, code.clone());
    let model = training.learner.model();
    assert_close("code", &numbers(model.encode(x.clone()).code), &numbers(code), 1e-5);
    assert_close("pixel", &numbers(model.reconstruct(x.clone())), &numbers(want), 1e-5);
    // The first step of fine-tuning moves every weight by at most about the rate.
    training.recipe.training.learning_rate = 1e-6;
    training.train(1);
    assert!(training.learner.stack().is_none(), "the machines are still there");
    let tuned = training.learner.model().reconstruct(x.clone());
    assert_close("pixel after unrolling", &numbers(tuned), &numbers(model.reconstruct(x)), 1e-3);
}

#[test]
fn images_are_evaluated_by_the_layers_that_were_trained() {
    let mut training = self::training(&[]);
    let images = first_images();
    let x = training.learner.images(&images, &Device::flex());
    let per_layer = training.feed.steps_per_epoch() * 2;
    for layer in 0..4 {
        training.train(per_layer - 1);
        for _ in 0..2 {
            // In the middle of a layer, and when it is over.
            let stack = training.learner.stack().expect("it is not unrolled yet");
            let want = stack.to_pixels(layer + 1, stack.below(layer + 1, x.clone()));
            let got: Autoencoder = training.learner.so_far();
            assert_close("pixel", &numbers(got.reconstruct(x.clone())), &numbers(want), 1e-5);
            if training.learner.last_stage() == training.learner.stage() {
                training.train(1);
            }
        }
        assert_eq!(training.learner.last_stage(), Stage::Layer(layer));
    }
    assert_eq!(training.learner.stage(), Stage::Training);
}

#[test]
fn resuming_is_the_same_as_never_stopping_within_a_layer_and_across_its_end() {
    // A layer takes 26 steps: 10 is within the first, 26 its end, 100 within the last, 104 before fine-tuning.
    for stop in [10, 26, 100, 104, 110] {
        let mut straight = self::training(&[]);
        straight.train(stop);
        let checkpoint = Checkpoint::take(&straight.learner).expect("the CPU answers");
        let want = straight.train(20);
        let mut resumed = self::training(&[]);
        // A run that is ahead goes back as well.
        resumed.train(if stop < 100 { 0 } else { 106 });
        checkpoint.restore(&mut resumed.learner).expect("the same network");
        assert_eq!(resumed.train(20), want, "stopped after {stop} steps");
    }
}

#[test]
fn pretraining_finds_better_first_weights_than_drawn_ones() {
    // Few images make few updates: the code layer takes larger ones instead.
    let settings = [
        "model.widths=192-96-48",
        "model.code=30",
        "pretraining.epochs=20",
        "pretraining.code_learning_rate=0.003",
    ];
    let mut deep = self::training(&settings);
    pretrain(&mut deep);
    let unrolled = held_out(&deep);
    let dataset = digits(700, 0.2);
    let mean = dataset.mean_image_cost(&dataset.split.validation).squared_error;
    assert!(unrolled < 0.65 * mean, "unrolled {unrolled:.1} against the mean image's {mean:.1}");
    deep.train(130);
    let tuned = held_out(&deep);
    let mut scratch = self::training(&[&settings[..], &["pretraining.method=none"]].concat());
    scratch.train(130);
    let drawn = held_out(&scratch);
    assert!(
        tuned < 0.8 * drawn && tuned < unrolled,
        "after as many steps: pretrained {tuned:.1}, drawn {drawn:.1}; unrolled it was {unrolled:.1}"
    );
}

/// The network of the paper's scale on ten thousand digits, as the recipe has it.
#[test]
fn the_deep_recipe_learns_layer_by_layer_and_reconstructs_before_it_is_tuned() {
    let recipe = Recipe::open("deep-rbm").expect("a built-in recipe");
    assert_eq!((&recipe.model.widths[..], recipe.model.code), (&[512, 256, 64][..], 30));
    let dataset = digits(12_000, 1.0 / 12.0);
    let mut training = Training::new(recipe, Arc::clone(&dataset), None);
    let steps = training.feed.steps_per_epoch() as usize;
    for (layer, errors) in pretrain(&mut training).iter().enumerate() {
        let epochs = by_epoch(errors, steps);
        for pair in epochs.windows(2) {
            assert!(pair[1] < 1.02 * pair[0], "layer {layer} went up: {epochs:?}");
        }
        assert!(epochs[9] < 0.8 * epochs[0], "layer {layer} learned little: {epochs:?}");
    }
    let images = &dataset.split.validation;
    let metrics = evaluate(&training.learner, &training.recipe, &dataset, images);
    let unrolled = metrics.expect("the CPU answers").expect("images").squared_error.expect("it is taken");
    let mean = dataset.mean_image_cost(images).squared_error;
    println!("unrolled {unrolled:.1}, mean image {mean:.1}");
    assert!(unrolled < 0.65 * mean, "unrolled {unrolled:.1} against the mean image's {mean:.1}");
}

#[test]
fn a_rate_that_diverges_is_seen_in_the_figures() {
    let mut training = self::training(&["pretraining.code_learning_rate=10"]);
    let metrics = pretrain(&mut training).concat();
    assert!(metrics.iter().any(|x| !x.is_finite()), "a code layer at rate 10 did not diverge");
}
