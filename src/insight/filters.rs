//! What the units of a deep network look for: the weights of a layer as pictures.

use burn::tensor::Tensor;

use super::card::{Card, Content, Images, Ink, signed_each};
use super::topic::CardInputs;
use crate::train::read::{ReadError, read};
use crate::train::{Learner, Stage};

/// Most units that are shown.
const MOST: usize = 48;
/// Pictures in a row.
const COLUMNS: usize = 12;

/// Which act of a pretrained run it is, as the beginning of a sentence.
pub(super) fn act(learner: &Learner) -> String {
    let plan = learner.plan();
    match (learner.last_stage(), learner.stage()) {
        (Stage::Layer(_), Stage::Training) => "All layers are trained and unrolled".to_owned(),
        (stage @ Stage::Layer(_), _) => format!("Act: {}, as a Boltzmann machine", plan.name(stage)),
        _ => "Fine-tuning, all layers together".to_owned(),
    }
}

/// The layer that a pretrained run is about: the newest one, or the first once all are tuned.
fn layer(learner: &Learner) -> usize {
    match learner.last_stage() {
        Stage::Layer(layer) => layer,
        Stage::Training | Stage::Dictionary => 0,
    }
}

/// The weights of the newest layer, brought down to pixels through the weights below it.
pub(super) fn of_layer(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let layer = layer(learner);
    let model = learner.model();
    let Some(encoder) = model.encoder.dense() else { return Ok(None) };
    let linears = encoder.layers.iter().map(|layer| &layer.linear).chain([&model.code.head]);
    let weights: Vec<Tensor<2>> = linears.map(|linear| linear.weight.val()).take(layer + 1).collect();
    let Some((own, below)) = weights.split_last() else { return Ok(None) };
    let shown = own.dims()[1].min(MOST);
    let filters = own.clone().narrow(1, 0, shown);
    let filters = below.iter().rev().fold(filters, |filters, weight| weight.clone().matmul(filters));
    let pixels = read(filters.transpose())?;
    let through = match layer {
        0 => "what each unit of the first layer looks for".to_owned(),
        _ => format!("what each unit of layer {} looks for, seen through the layers below it", layer + 1),
    };
    let images = Images {
        dims: learner.dims(),
        columns: COLUMNS,
        pixels: signed_each(&pixels, learner.pixels()).into(),
        ink: Ink::Signed,
        rows: Vec::new(),
        captions: Vec::new(),
    };
    Ok(Some(Card {
        title: "Filters forming".to_owned(),
        meaning: format!("{}: {through}.", act(learner)),
        content: Content::Images(images),
    }))
}
