//! What a denoising network does: clean images, what it is given, and what it makes of it.

use super::card::{Card, Content, Images, Ink};
use super::topic::CardInputs;
use crate::data::corrupt::corrupt;
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;

/// Clean, corrupted and cleaned images, a row each, with the same noise at every look.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let CardInputs { learner, recipe, examples, .. } = inputs;
    let pixels = learner.pixels();
    let clean = &examples[..examples.len().min(COLUMNS * pixels)];
    let mut corrupted = clean.to_vec();
    let mut rng = stream(recipe.seed, Purpose::EvaluationCorruption, 0);
    corrupt(&mut corrupted, learner.dims(), &recipe.noise, &mut rng);
    let cleaned = read(learner.model().reconstruct(learner.images(&corrupted, learner.device())))?;
    let distance = |a: &[f32]| {
        let sum: f32 = a.iter().zip(clean).map(|(x, y)| (x - y).powi(2)).sum();
        sum / (clean.len() / pixels).max(1) as f32
    };
    let meaning = format!(
        "It sees the middle row and is asked for the upper one: squared error {:.1} before, {:.1} after.",
        distance(&corrupted),
        distance(&cleaned)
    );
    let images = Images {
        dims: learner.dims(),
        columns: COLUMNS.min(clean.len() / pixels),
        pixels: [clean, &corrupted, &cleaned].concat().into(),
        ink: Ink::Grey,
        rows: ["clean", "corrupted", "cleaned"].map(str::to_owned).to_vec(),
        captions: Vec::new(),
    };
    Ok(Card { title: "Noise in, clean out".to_owned(), meaning, content: Content::Images(images) })
}
