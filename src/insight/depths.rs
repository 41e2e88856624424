//! How deep an image can go and come back: through one layer and out again, through two, and so on.

use burn::tensor::Tensor;

use super::card::{Card, Content, Images, Ink};
use super::filters::act;
use super::topic::CardInputs;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;

/// Images, and what comes back of them from every depth that has been trained.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let (learner, pixels) = (inputs.learner, inputs.learner.pixels());
    let model = learner.model();
    let Some(encoder) = model.encoder.dense() else { return Ok(None) };
    let deepest = match learner.last_stage() {
        Stage::Layer(layer) => layer + 1,
        Stage::Training | Stage::Dictionary => encoder.layers.len() + 1,
    };
    let images = &inputs.examples[..inputs.examples.len().min(COLUMNS * pixels)];
    let count = images.len() / pixels;
    let x = learner.images(images, learner.device());
    let through = |depth: usize| match model.shallow(depth) {
        Some(shallow) => shallow.reconstruct(x.clone()),
        None => model.reconstruct(x.clone()),
    };
    let back = read(Tensor::cat((1..=deepest).map(through).collect(), 0))?;
    let error = |row: &[f32]| {
        let sum: f32 = row.iter().zip(images).map(|(a, b)| (a - b).powi(2)).sum();
        sum / count.max(1) as f32
    };
    let errors: Vec<String> =
        back.chunks(images.len().max(1)).map(|row| format!("{:.1}", error(row))).collect();
    let layers = |depth: usize| if depth == 1 { "1 layer".to_owned() } else { format!("{depth} layers") };
    let meaning = format!(
        "{}: up through so many layers and down again costs a squared error of {}.",
        act(learner),
        errors.join(", ")
    );
    let images = Images {
        dims: learner.dims(),
        columns: count,
        pixels: [images, &back].concat().into(),
        ink: Ink::Grey,
        rows: std::iter::once("image".to_owned()).chain((1..=deepest).map(layers)).collect(),
        captions: Vec::new(),
    };
    Ok(Some(Card { title: "Deeper and back".to_owned(), meaning, content: Content::Images(images) }))
}
