//! What is lost at each depth of a stack of layers: images encoded by one layer and decoded again, by two, and so on.

use burn::tensor::Tensor;

use super::filters::stage_words;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;

/// Images and their reconstructions from every depth that has been trained.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let model = learner.model();
    let Some(encoder) = model.encoder.dense() else { return Ok(None) };
    let deepest = match learner.last_stage() {
        Stage::Layer(layer) => layer + 1,
        Stage::Training | Stage::Dictionary => encoder.layers.len() + 1,
    };
    let images = inputs.first_examples(COLUMNS);
    let count = images.len() / learner.pixels();
    let x = learner.images(images, learner.device());
    let through = |depth: usize| match model.shallow(depth) {
        Some(shallow) => shallow.reconstruct(x.clone()),
        None => model.reconstruct(x.clone()),
    };
    let rebuilt = read(Tensor::cat((1..=deepest).map(through).collect(), 0))?;
    let error = |row: &[f32]| {
        let sum: f32 = row.iter().zip(images).map(|(a, b)| (a - b).powi(2)).sum();
        sum / count.max(1) as f32
    };
    let errors: Vec<String> =
        rebuilt.chunks(images.len().max(1)).map(|row| format!("{:.1}", error(row))).collect();
    let layers = |depth: usize| if depth == 1 { "1 layer".to_owned() } else { format!("{depth} layers") };
    let meaning = format!(
        "{}. Squared error after encoding with the first layers and decoding again: {}.",
        stage_words(learner),
        errors.join(", ")
    );
    let images = Images {
        shape: learner.shape(),
        columns: count,
        pixels: [images, &rebuilt].concat().into(),
        rows: std::iter::once("image".to_owned()).chain((1..=deepest).map(layers)).collect(),
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Depths.title(), meaning, images)))
}
