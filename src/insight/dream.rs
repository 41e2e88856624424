//! A Boltzmann machine that dreams: left to itself from an image, it wanders to what it takes images to be.

use burn::tensor::Tensor;

use super::card::{Card, Content, Images, Ink};
use super::filters::act;
use super::topic::CardInputs;
use crate::recipe::random::{Purpose, stream};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Dreams beside each other.
const COLUMNS: usize = 8;
/// Sweeps after which a dream is looked at; a sweep goes up and down once. More would cost more than they show.
const SWEEPS: [usize; 5] = [0, 1, 3, 10, 30];

/// Dreams of the newest machine, one from every image, after more and more sweeps. Every look begins with the images
/// again, with draws that belong to the step. Nothing once the machines are unrolled for good.
pub(super) fn fantasies(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let (learner, pixels) = (inputs.learner, inputs.learner.pixels());
    let (Some(stack), Stage::Layer(layer)) = (learner.stack(), learner.last_stage()) else {
        return Ok(None);
    };
    let Some(machine) = stack.rbm(layer) else { return Ok(None) };
    let images = &inputs.examples[..inputs.examples.len().min(COLUMNS * pixels)];
    let count = images.len() / pixels;
    let mut rng = stream(inputs.recipe.seed, Purpose::Dream, learner.step_number());
    let mut v = stack.below(layer, learner.images(images, learner.device()));
    let mut seen = Vec::new();
    for sweep in 1..=SWEEPS[SWEEPS.len() - 1] {
        v = machine.down(machine.sample(machine.up(v), machine.draws(&mut rng, count)));
        if SWEEPS.contains(&sweep) {
            seen.push(stack.to_pixels(layer, v.clone()));
        }
    }
    let dreams = read(Tensor::cat(seen, 0))?;
    let ink = |images: &[f32]| 100.0 * images.iter().sum::<f32>() / images.len().max(1) as f32;
    let last = &dreams[dreams.len() - images.len()..];
    let meaning = format!(
        "{}: left to itself it wanders from an image to what it takes images to be, {:.0} % ink against their {:.0} %.",
        act(learner),
        ink(last),
        ink(images)
    );
    let sweeps = |count: &usize| match count {
        0 => "image".to_owned(),
        1 => "1 sweep".to_owned(),
        _ => format!("{count} sweeps"),
    };
    let images = Images {
        dims: learner.dims(),
        columns: count,
        pixels: [images, &dreams].concat().into(),
        ink: Ink::Grey,
        rows: SWEEPS.iter().map(sweeps).collect(),
        captions: Vec::new(),
    };
    Ok(Some(Card { title: "A layer dreams".to_owned(), meaning, content: Content::Images(images) }))
}
