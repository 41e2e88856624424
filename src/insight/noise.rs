//! What a denoising network does: clean images, the corrupted ones it is given, and what it makes of them.

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values};
use crate::data::corrupt::corrupt;
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;

/// Clean, corrupted and denoised images, a row each, with the same noise each time.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let clean = inputs.first_examples(COLUMNS);
    let mut corrupted = clean.to_vec();
    let mut rng = stream(recipe.seed, Purpose::EvaluationCorruption, 0);
    corrupt(&mut corrupted, learner.dims(), &recipe.noise, &mut rng);
    let denoised = read(learner.model().reconstruct(learner.images(&corrupted, learner.device())))?;
    let count = clean.len() / learner.pixels();
    let error = |images: &[f32]| {
        let sum: f32 = images.iter().zip(clean).map(|(x, y)| (x - y).powi(2)).sum();
        sum / count.max(1) as f32
    };
    let meaning = format!(
        "The network is given the corrupted image and learns to output the clean one: squared error {:.1} before, \
         {:.1} after.",
        error(&corrupted),
        error(&denoised)
    );
    let images = Images {
        shape: learner.shape(),
        columns: COLUMNS.min(count),
        pixels: [clean, &corrupted, &denoised].concat().into(),
        values: Values::Intensity,
        rows: ["clean", "corrupted", "denoised"].map(str::to_owned).to_vec(),
        ..Images::default()
    };
    Ok(Card::new(Topic::Noise.title(), meaning, images))
}
