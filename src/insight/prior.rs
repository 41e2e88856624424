//! What a variational autoencoder dreams: images decoded from codes drawn from the prior.

use super::card::{Card, Content, Images, Ink};
use super::topic::CardInputs;
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};
use rand::RngExt as _;
use rand_distr::StandardNormal;

/// Images beside each other.
const COLUMNS: usize = 10;
/// Rows of images.
const ROWS: usize = 4;

/// Images decoded from N(0, 1), from the same draws at every look, so that one sees the same codes sharpen.
pub(super) fn samples(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let mut rng = stream(recipe.seed, Purpose::Prior, 0);
    let codes: Vec<f32> =
        (0..ROWS * COLUMNS * learner.code_size()).map(|_| rng.sample(StandardNormal)).collect();
    let pixels = read(learner.model().decode(learner.codes(&codes)))?;
    let meaning =
        "No image went in: every code was drawn from N(0, 1), the same ones at every look. Where a picture \
                   is no digit or shape, the prior reaches into a hole between the codes."
            .to_owned();
    let images = Images {
        dims: learner.dims(),
        columns: COLUMNS,
        pixels: pixels.into(),
        ink: Ink::Grey,
        rows: Vec::new(),
        captions: Vec::new(),
    };
    Ok(Card { title: "Dreamt from the prior".to_owned(), meaning, content: Content::Images(images) })
}
