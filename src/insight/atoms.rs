//! The pictures that a plain code is put together from: what each unit adds to an image.

use super::activity::Activity;
use super::card::{Card, Content, Images, Ink, signed_each};
use super::topic::CardInputs;
use crate::model::Decoder;
use crate::train::read::{ReadError, read};

/// Atoms shown.
const SHOWN: usize = 64;
/// Atoms in a row.
const COLUMNS: usize = 16;

/// The atoms of the units that are used most, dead ones last.
pub(super) fn pictures(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
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
        dims: inputs.learner.dims(),
        columns: COLUMNS.min(order.len()),
        pixels: signed_each(&numbers, inputs.learner.pixels()).into(),
        ink: Ink::Signed,
        rows: Vec::new(),
        captions: captions.collect(),
    };
    let which = if order.len() < activity.units { "the most used" } else { "all" };
    let dead = shares.iter().filter(|share| **share == 0.0).count();
    let meaning = format!(
        "What each unit adds to the image: {} of {} units, {which}, with the share of images they speak for; {dead} \
         are dead.",
        order.len(),
        activity.units
    );
    Ok(Some(Card { title: "Atoms of the code".to_owned(), meaning, content: Content::Images(images) }))
}

/// What these units add to an image. Where the code enters the last layer, that is their rows of its weights; in a
/// deeper decoder, what each adds alone, at its usual strength, to the image of an empty code.
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
    let (alone, empty) = images.split_at(order.len() * pixels);
    Ok(alone.chunks_exact(pixels).flat_map(|image| image.iter().zip(empty).map(|(x, y)| x - y)).collect())
}
