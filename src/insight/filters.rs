//! The filters of a pretrained network: the weights of a layer as images.

use burn::tensor::Tensor;

use super::CardInputs;
use crate::chart::cards::{Card, Images, Values, signed_each};
use crate::train::read::{ReadError, read};
use crate::train::{Learner, Stage};

/// Most units that are shown.
const MOST: usize = 48;
/// Images in a row.
const COLUMNS: usize = 12;

/// The stage of a pretrained run, as the beginning of a sentence.
pub(super) fn stage_words(learner: &Learner) -> String {
    let plan = learner.plan();
    match (learner.last_stage(), learner.stage()) {
        (Stage::Layer(_), Stage::Training) => "All layers are pretrained and unrolled".to_owned(),
        (stage @ Stage::Layer(_), _) => format!("Pretraining {} as a Boltzmann machine", plan.name(stage)),
        _ => "Fine-tuning all layers together".to_owned(),
    }
}

/// The layer whose weights are shown: the one being pretrained, or the first during fine-tuning.
fn layer(learner: &Learner) -> usize {
    match learner.last_stage() {
        Stage::Layer(layer) => layer,
        Stage::Training | Stage::Dictionary => 0,
    }
}

/// The weights of that layer, projected to pixels through the weights below it.
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
    let which = match layer {
        0 => "the weights of each unit of the first layer".to_owned(),
        _ => format!(
            "the weights of each unit of layer {}, multiplied by those of the layers below",
            layer + 1
        ),
    };
    let images = Images {
        shape: learner.shape(),
        columns: COLUMNS,
        pixels: signed_each(&pixels, learner.pixels()).into(),
        values: Values::Signed,
        ..Images::default()
    };
    Ok(Some(Card::new("Filters forming", format!("{}: {which}.", stage_words(learner)), images)))
}
