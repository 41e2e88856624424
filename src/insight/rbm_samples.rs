//! Images sampled from a restricted Boltzmann machine by Gibbs sampling, started at data.

use burn::tensor::Tensor;

use super::filters::stage_words;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images};
use crate::recipe::random::{Purpose, stream};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Chains beside each other.
const COLUMNS: usize = 8;
/// Gibbs steps after which a chain is shown; more would cost more than they show.
const STEPS: [usize; 5] = [0, 1, 3, 10, 30];

/// The Markov chains of the newest machine, one from every image, after more and more Gibbs steps. Each time the chains
/// start at the images again, with random numbers that belong to the training step. Nothing once the machines are
/// unrolled for good.
pub(super) fn samples(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let (learner, pixels) = (inputs.learner, inputs.learner.pixels());
    let (Some(stack), Stage::Layer(layer)) = (learner.stack(), learner.last_stage()) else {
        return Ok(None);
    };
    let Some(machine) = stack.rbm(layer) else { return Ok(None) };
    let images = inputs.first_examples(COLUMNS);
    let count = images.len() / pixels;
    let mut rng = stream(inputs.recipe.seed, Purpose::Dream, learner.step_number());
    let mut v = stack.below(layer, learner.images(images, learner.device()));
    let mut shown = Vec::new();
    for step in 1..=STEPS[STEPS.len() - 1] {
        v = machine.down(machine.sample(machine.up(v), machine.draws(&mut rng, count)));
        if STEPS.contains(&step) {
            shown.push(stack.to_pixels(layer, v.clone()));
        }
    }
    let samples = read(Tensor::cat(shown, 0))?;
    let brightness = |images: &[f32]| images.iter().sum::<f32>() / images.len().max(1) as f32;
    let last = &samples[samples.len() - images.len()..];
    let meaning = format!(
        "{}. Gibbs sampling started at images shows what the machine considers probable: mean brightness {:.2}, \
         against {:.2} of the images.",
        stage_words(learner),
        brightness(last),
        brightness(images)
    );
    let name = |steps: &usize| match steps {
        0 => "image".to_owned(),
        1 => "1 step".to_owned(),
        _ => format!("{steps} steps"),
    };
    let images = Images {
        shape: learner.shape(),
        columns: count,
        pixels: [images, &samples].concat().into(),
        rows: STEPS.iter().map(name).collect(),
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::RbmSamples.title(), meaning, images)))
}
