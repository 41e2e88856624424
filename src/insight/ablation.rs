//! How much a network depends on each of its code units: the error when some of them are removed. A network trained
//! with dropout keeps working.

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Level, Line, Lines};
use crate::model::{Drops, Pass};
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images on which every share is tried: enough for a smooth line, few enough for one turn of the trainer.
const IMAGES: usize = 128;
/// Shares removed: 0, 10, … 90 %.
const SHARES: u64 = 10;

/// Squared error against the share of code units that are set to zero, the others multiplied by
/// 1/(1 − share), so that their sum stays the same on average.
pub(super) fn line(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let (model, pixels) = (learner.model(), learner.pixels());
    let images = inputs.first_sampled(IMAGES);
    if images.is_empty() {
        return Ok(None);
    }
    let encoded = model.encode(learner.images(images, learner.device()));
    let mut points = Vec::new();
    for tenth in 0..SHARES {
        let units = tenth as f64 / SHARES as f64;
        // The same units each time, so that the line moves only because the network changes.
        let rng = stream(recipe.seed, Purpose::Ablation, tenth);
        let mut pass = Pass::dropping(Some(Drops { units, connections: 0.0, rng }));
        let code = pass.drop_units(encoded.code.clone());
        let rebuilt = read(model.decode_beside(code, &encoded.skips))?;
        points.push([100.0 * units as f32, squared_error(images, &rebuilt, pixels)]);
    }
    let mean_image: Vec<f32> = mean_of(images, pixels);
    let mean = squared_error(images, &mean_image.repeat(images.len() / pixels), pixels);
    let (all, half) = (points[0][1], points[SHARES as usize / 2][1]);
    let verdict = if half > mean { "worse than the mean image" } else { "better than the mean image" };
    let meaning = format!(
        "With a random half of the code units set to zero and the others multiplied by two, as in dropout, the squared \
         error changes from {all:.1} to {half:.1}, {verdict} ({mean:.1})."
    );
    let lines = Lines {
        x: "code units removed, %".to_owned(),
        y: "squared error per image".to_owned(),
        are_ratios: false,
        series: vec![Line { name: "this network".to_owned(), points, ..Line::default() }],
        level: Some(Level { name: "mean image".to_owned(), value: mean }),
    };
    Ok(Some(Card::new(Topic::Ablation.title(), meaning, lines)))
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
