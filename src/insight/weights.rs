//! The weights of a dense network's first layer as images.

use super::activity::Activity;
use super::unit_images::UnitImages;
use super::{CardInputs, Topic};
use crate::chart::cards::Card;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// The weights of each unit of the first layer; nothing for other networks and while layers are pretrained, which has a
/// card of its own.
pub(super) fn images(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let model = learner.model();
    let Some(hidden) = model.encoder.dense().filter(|_| !matches!(learner.stage(), Stage::Layer(_))) else {
        return Ok(None);
    };
    let (linear, activity) = match hidden.layers.first() {
        None => (&model.code.head, Activity::of(inputs)?),
        Some(first) => {
            let outputs = model.activations(learner.images(inputs.sample, learner.device())).encoder;
            let Some(output) = outputs.into_iter().next() else { return Ok(None) };
            (
                &first.linear,
                Activity::new(read(output.values)?, first.linear.weight.dims()[1], first.activation()),
            )
        }
    };
    let numbers = read(linear.weight.val().transpose())?;
    let (shares, strengths) = (activity.shares(), activity.strengths());
    let dead = shares.iter().filter(|share| **share == 0.0).count();
    let units = UnitImages { numbers: &numbers, shares: &shares, strengths: &strengths, all: shares.len() };
    let meaning = format!(
        "{} of the first layer as images of their weights, each scaled to its largest, with the share of images for which \
         it is active; {dead} are dead. By norm: the length of the weights. By similarity: each is followed by the one \
         most like it, with the cosine of the two.",
        units.which()
    );
    Ok(units.card(inputs).map(|images| Card::new(Topic::Weights.title(), meaning, images)))
}
