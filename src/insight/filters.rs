//! The filters of a dense network: the weights of a layer as images.

use burn::nn::Linear;
use burn::tensor::Tensor;

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values, signed_each};
use crate::model::Autoencoder;
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
    let Some(linears) = linears(&model) else { return Ok(None) };
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
    Ok(Some(Card::new(Topic::Filters.title(), format!("{}: {which}.", stage_words(learner)), images)))
}

/// The linear maps of a dense network from the image to the code.
fn linears(model: &Autoencoder) -> Option<impl Iterator<Item = &Linear>> {
    let layers = model.encoder.dense()?.layers.iter();
    Some(layers.map(|layer| &layer.linear).chain([&model.code.head]))
}

/// The weights of the first layer and its connections that are not deleted, unit by unit.
pub(super) fn of_pruned(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let model = learner.model();
    let Some(first) = linears(&model).and_then(|mut linears| linears.next()) else { return Ok(None) };
    let units = first.weight.dims()[1];
    let weights = read(first.weight.val().transpose())?;
    let shown = units.min(COLUMNS) * learner.pixels();
    let kept: Vec<f32> = weights.iter().map(|weight| if *weight == 0.0 { 0.0 } else { 1.0 }).collect();
    let left = kept.iter().sum::<f32>();
    let without = kept.chunks_exact(learner.pixels()).filter(|unit| unit.iter().all(|x| *x == 0.0)).count();
    let images = Images {
        shape: learner.shape(),
        columns: units.min(COLUMNS),
        pixels: [signed_each(&weights[..shown], learner.pixels()), kept[..shown].to_vec()].concat().into(),
        values: Values::Signed,
        rows: ["weights", "connections left"].map(str::to_owned).to_vec(),
        ..Images::default()
    };
    let share = 100.0 * left / kept.len().max(1) as f32;
    let mut meaning = format!(
        "The first layer has {share:.0} % of its connections left: {:.0} of {} pixels for each of its {units} units.",
        left / units as f32,
        learner.pixels()
    );
    if without > 0 {
        meaning.push_str(&format!(" {without} units have none."));
    }
    Ok(Some(Card::new(Topic::Connections.title(), meaning, images)))
}
