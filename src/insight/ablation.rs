//! What a code is worth when some of its units fall silent: a network that learned without them can do without them.

use super::card::{Card, Content, Lines};
use super::topic::CardInputs;
use crate::model::{Drops, Pass};
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images that every share is tried on: enough for a smooth line, few enough for a turn.
const IMAGES: usize = 128;
/// Shares removed: 0, 10, … 90 %.
const SHARES: u64 = 10;

/// Squared error against the share of code units that are switched off, the others growing to make up for it.
pub(super) fn line(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, sample, .. } = inputs;
    let (model, pixels) = (learner.model(), learner.pixels());
    let images = &sample[..sample.len().min(IMAGES * pixels)];
    if images.is_empty() {
        return Ok(None);
    }
    let encoded = model.encode(learner.images(images, learner.device()));
    let mut points = Vec::new();
    for tenth in 0..SHARES {
        let units = tenth as f64 / SHARES as f64;
        // The same units at every look, so that the line moves only because the network does.
        let rng = stream(recipe.seed, Purpose::Ablation, tenth);
        let mut pass = Pass::dropping(Some(Drops { units, connections: 0.0, rng }));
        let code = pass.drop_units(encoded.code.clone());
        let rebuilt = read(model.decode_beside(code, &encoded.skips))?;
        points.push([100.0 * units as f32, squared_error(images, &rebuilt, pixels)]);
    }
    let mean_image: Vec<f32> = mean_of(images, pixels);
    let mean = squared_error(images, &mean_image.repeat(images.len() / pixels), pixels);
    let (whole, half) = (points[0][1], points[SHARES as usize / 2][1]);
    let verdict = if half > mean { "worse than the mean image" } else { "better than the mean image" };
    let meaning = format!(
        "With half of its units removed at random the error goes from {whole:.1} to {half:.1}, {verdict} \
         ({mean:.1})."
    );
    let lines = Lines {
        x: "code units removed, %".to_owned(),
        y: "squared error per image".to_owned(),
        series: vec![("this network".to_owned(), points)],
        level: Some(("mean image".to_owned(), mean)),
    };
    Ok(Some(Card { title: "Who can be done without".to_owned(), meaning, content: Content::Lines(lines) }))
}

fn mean_of(images: &[f32], pixels: usize) -> Vec<f32> {
    let mut mean = vec![0.0f32; pixels];
    let each = pixels as f32 / images.len() as f32;
    for image in images.chunks_exact(pixels) {
        mean.iter_mut().zip(image).for_each(|(mean, x)| *mean += x * each);
    }
    mean
}

/// Summed over pixels, averaged over images.
pub(super) fn squared_error(images: &[f32], rebuilt: &[f32], pixels: usize) -> f32 {
    let sum: f64 = images.iter().zip(rebuilt).map(|(x, y)| f64::from(x - y).powi(2)).sum();
    (sum * pixels as f64 / images.len().max(1) as f64) as f32
}
