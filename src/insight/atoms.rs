//! What each unit of a plain code adds to an image.

use super::activity::Activity;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values, signed_each};
use crate::model::Decoder;
use crate::train::read::{ReadError, read};

/// Units shown.
const SHOWN: usize = 64;
/// Images in a row.
const COLUMNS: usize = 16;

/// What the most active units add, dead units last.
pub(super) fn images(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let activity = Activity::of(inputs)?;
    let (shares, strengths) = (activity.shares(), activity.strengths());
    let mut order: Vec<usize> = (0..activity.units).collect();
    order.sort_by(|&a, &b| {
        shares[b].total_cmp(&shares[a]).then(strengths[b].total_cmp(&strengths[a])).then(a.cmp(&b))
    });
    order.truncate(SHOWN);
    let numbers = atoms(inputs, &order, &strengths)?;
    if numbers.iter().any(|x| !x.is_finite()) {
        return Ok(None);
    }
    let captions = order.iter().map(|&unit| match shares[unit] {
        0.0 => "dead".to_owned(),
        share => format!("{:.0} %", share * 100.0),
    });
    let images = Images {
        shape: inputs.learner.shape(),
        columns: COLUMNS.min(order.len()),
        pixels: signed_each(&numbers, inputs.learner.pixels()).into(),
        under: None,
        values: Values::Signed,
        rows: Vec::new(),
        captions: captions.collect(),
    };
    let which = if order.len() < activity.units {
        format!("The {} most active of {} units", order.len(), activity.units)
    } else {
        format!("All {} units", activity.units)
    };
    let dead = shares.iter().filter(|share| **share == 0.0).count();
    let meaning = format!("{which}, with the share of images for which each is active; {dead} are dead.");
    Ok(Some(Card::new(Topic::Atoms.title(), meaning, images)))
}

/// What these units add to an image. Where the code enters the last layer, that is their rows of its weights; in a
/// deeper decoder, the difference that each makes alone, at its root mean square, to the image of a code of zeros.
fn atoms(inputs: &CardInputs<'_>, order: &[usize], strengths: &[f32]) -> Result<Vec<f32>, ReadError> {
    let (model, pixels) = (inputs.learner.model(), inputs.learner.pixels());
    if let Decoder::Dense(decoder) = &model.decoder
        && decoder.hidden.layers.is_empty()
    {
        let rows = read(decoder.output.linear.weight.val())?;
        let row = |&unit: &usize| rows[unit * pixels..(unit + 1) * pixels].iter().copied();
        return Ok(order.iter().flat_map(row).collect());
    }
    let units = strengths.len();
    let mut codes = vec![0.0; (order.len() + 1) * units];
    for (place, &unit) in order.iter().enumerate() {
        codes[place * units + unit] = strengths[unit];
    }
    let images = read(model.decode(inputs.learner.codes(&codes)))?;
    let (alone, zero) = images.split_at(order.len() * pixels);
    Ok(alone.chunks_exact(pixels).flat_map(|image| image.iter().zip(zero).map(|(x, y)| x - y)).collect())
}
