//! What a variational autoencoder generates: images decoded from samples of the prior.

use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images};
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;
/// Rows of images.
const ROWS: usize = 4;

/// Images decoded from N(0, I), from the same samples each time, so that the same codes are seen to sharpen.
pub(super) fn samples(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let mut rng = stream(recipe.seed, Purpose::Prior, 0);
    let codes: Vec<f32> =
        (0..ROWS * COLUMNS * learner.code_size()).map(|_| rng.sample(StandardNormal)).collect();
    let pixels = read(learner.model().decode(learner.codes(&codes)))?;
    let meaning = "Codes sampled from the prior N(0, I) and decoded, the same samples each time. Where an image looks \
                   like none of the data, the prior covers a region without codes.";
    let images =
        Images { shape: learner.shape(), columns: COLUMNS, pixels: pixels.into(), ..Images::default() };
    Ok(Card::new(Topic::Prior.title(), meaning, images))
}
