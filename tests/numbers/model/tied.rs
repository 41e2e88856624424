//! Tied weights: the decoder is the transpose of the encoder after every step, and learns as one set of weights.

use burn::tensor::{Device, Tensor};
use hourglass::model::{Autoencoder, Decoder, Encoder};
use hourglass::recipe::Recipe;
use hourglass::train::{Checkpoint, Learner};

use super::recipe;
use crate::objectives::objective_of;
use crate::read::numbers;
use crate::tensors::{grey, matrix};

const PIXELS: usize = 9;

fn tied(settings: &[&str]) -> Recipe {
    let same = ["model.tied=true", "model.widths=4", "model.code=3", "model.activation=tanh"];
    recipe(&[&same[..], settings].concat())
}

/// The weights of the encoder, layer by layer, and the transposes of the decoder's that mirror them.
fn both(model: &Autoencoder) -> Vec<[Vec<f32>; 2]> {
    let (Encoder::Dense(encoder), Decoder::Dense(decoder)) = (&model.encoder, &model.decoder) else {
        panic!("a dense network")
    };
    let own = encoder.layers.iter().map(|layer| &layer.linear).chain([&model.code.head]);
    let mirrored = decoder.hidden.layers.iter().chain([&decoder.output]).rev();
    let values = |weight: Tensor<2>| numbers(weight);
    own.zip(mirrored)
        .map(|(own, mirrored)| [values(own.weight.val()), values(mirrored.linear.weight.val().transpose())])
        .collect()
}

#[test]
fn the_decoder_stays_the_transpose_of_the_encoder() {
    for settings in [&[][..], &["training.optimizer=sgd", "objective.weight_decay=0.1"]] {
        let recipe = tied(settings);
        let mut learner = Learner::new(&recipe, [1, 3, 3], 10, &Device::flex());
        let before = both(&learner.model());
        (0..5).for_each(|step| drop(learner.step(&grey(step, 8 * PIXELS), &recipe)));
        let after = both(&learner.model());
        for (layer, ([own, mirrored], [first, _])) in after.iter().zip(&before).enumerate() {
            assert_eq!(own, mirrored, "layer {layer}");
            assert_ne!(own, first, "layer {layer} has learned");
        }
        let restored = Checkpoint::take(&learner).expect("the CPU answers");
        let mut other = Learner::new(&recipe, [1, 3, 3], 10, &Device::flex());
        restored.restore(&mut other).expect("the same network");
        let [same, own] = [&mut other, &mut learner].map(|learner| {
            learner.step(&grey(9, 8 * PIXELS), &recipe);
            both(&learner.model())
        });
        assert_eq!(same, own, "a checkpoint continues it");
    }
}

#[test]
fn shared_weights_follow_the_gradient_of_both_their_places() {
    let settings = ["training.optimizer=sgd", "training.momentum=0", "training.learning_rate=0.01"];
    let recipe = tied(&settings);
    let device = Device::flex();
    let mut learner = Learner::new(&recipe, [1, 3, 3], 10, &device);
    let batch = grey(3, 16 * PIXELS);
    let clean = matrix(batch.clone(), PIXELS, &device);
    let first = learner.model();
    learner.step(&batch, &recipe);
    let (before, after) = (both(&first), both(&learner.model()));
    // The loss, where one weight of the first layer is moved in the encoder and in the decoder at once.
    let loss = |index: usize, by: f32| {
        let mut model = first.clone();
        let Encoder::Dense(encoder) = &mut model.encoder else { panic!("a dense network") };
        let weight = &mut encoder.layers[0].linear.weight;
        *weight = weight.clone().map(|own| {
            let mut moved = numbers(own.clone());
            moved[index] += by;
            matrix(moved, own.dims()[1], &own.device())
        });
        f64::from(numbers(objective_of(&model.with_tied_weights(), &recipe, clean.clone()))[0])
    };
    for index in [0, 5, 17, 35] {
        let got = f64::from(before[0][0][index] - after[0][0][index]) / 0.01;
        let want = (loss(index, 1e-2) - loss(index, -1e-2)) / 2e-2;
        assert!((got - want).abs() < 2e-3 * want.abs().max(0.05), "weight {index}: got {got}, want {want}");
    }
}

#[test]
fn tied_weights_are_counted_once_and_refused_where_there_is_no_mirror() {
    let parameters = |tied: bool| {
        let setting = format!("model.tied={tied}");
        let recipe = recipe(&[&setting[..], "model.widths=4", "model.code=3"]);
        Learner::new(&recipe, [1, 3, 3], 10, &Device::flex()).parameters()
    };
    assert_eq!(parameters(false) - parameters(true), 9 * 4 + 4 * 3);
    for setting in ["model.network=conv", "model.code_kind=gaussian"] {
        let mut recipe = tied(&[]);
        recipe.set_from_text(setting).expect("valid");
        let sentence = recipe.validate().expect_err("must be refused").to_string();
        assert!(sentence.contains("tied weights are for dense networks with a plain code"), "{sentence}");
    }
}
