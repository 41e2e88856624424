//! What each unit of a plain code adds to an image.

use super::activity::Activity;
use super::unit_images::{UnitImages, most_used};
use super::{CardInputs, Topic};
use crate::chart::cards::Card;
use crate::model::Decoder;
use crate::train::read::{ReadError, read};

/// What the most active units add, dead units last.
pub(super) fn images(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let activity = Activity::of(inputs)?;
    let (mut shares, mut strengths) = (activity.shares(), activity.strengths());
    let dead = shares.iter().filter(|share| **share == 0.0).count();
    let numbers = match weights(inputs)? {
        Some(numbers) => numbers,
        None => {
            // Each takes a decoded image, so only the most active ones are decoded.
            let order = most_used(&shares, &strengths);
            let numbers = decoded(inputs, &order, &strengths)?;
            shares = order.iter().map(|unit| shares[*unit]).collect();
            strengths = order.iter().map(|unit| strengths[*unit]).collect();
            numbers
        }
    };
    let units = UnitImages { numbers: &numbers, shares: &shares, strengths: &strengths, all: activity.units };
    let meaning = format!(
        "{}, with the share of images for which each is active; {dead} are dead. By norm: the length of \
         what each adds. By similarity: each is followed by the one most like it, with the cosine of the two.",
        units.which()
    );
    Ok(units.card(inputs).map(|images| Card::new(Topic::Atoms.title(), meaning, images)))
}

/// What all units add where the code enters the last layer: their rows of its weights.
fn weights(inputs: &CardInputs<'_>) -> Result<Option<Vec<f32>>, ReadError> {
    let model = inputs.learner.model();
    match &model.decoder {
        Decoder::Dense(decoder) if decoder.hidden.layers.is_empty() => {
            read(decoder.output.linear.weight.val()).map(Some)
        }
        _ => Ok(None),
    }
}

/// What these units add in a deeper decoder: the difference that each makes alone, at its root mean square, to the image of
/// a code of zeros.
fn decoded(inputs: &CardInputs<'_>, order: &[usize], strengths: &[f32]) -> Result<Vec<f32>, ReadError> {
    let (model, pixels) = (inputs.learner.model(), inputs.learner.pixels());
    let units = strengths.len();
    let mut codes = vec![0.0; (order.len() + 1) * units];
    for (place, &unit) in order.iter().enumerate() {
        codes[place * units + unit] = strengths[unit];
    }
    let images = read(model.decode(inputs.learner.codes(&codes)))?;
    let (alone, zero) = images.split_at(order.len() * pixels);
    Ok(alone.chunks_exact(pixels).flat_map(|image| image.iter().zip(zero).map(|(x, y)| x - y)).collect())
}
