//! What a U-Net's skips do to its code: images rebuilt as trained, with the code at zero, and with the skips at zero.

use burn::tensor::Tensor;

use super::card::{Card, Content, Images, Ink};
use super::topic::CardInputs;
use crate::data::corrupt::corrupt;
use crate::recipe::Corruption;
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;

/// Images and what becomes of them with and without code and skips, a row each.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, examples, .. } = inputs;
    let pixels = learner.pixels();
    let clean = &examples[..examples.len().min(COLUMNS * pixels)];
    let count = clean.len() / pixels;
    if count == 0 {
        return Ok(None);
    }
    let mut seen = clean.to_vec();
    if recipe.noise.kind != Corruption::None {
        let mut rng = stream(recipe.seed, Purpose::EvaluationCorruption, 0);
        corrupt(&mut seen, learner.dims(), &recipe.noise, &mut rng);
    }
    let model = learner.model();
    let encoded = model.encode(learner.images(&seen, learner.device()));
    let whole = model.decode_beside(encoded.code.clone(), &encoded.skips);
    let idle = model.decode_beside(encoded.code.zeros_like(), &encoded.skips);
    let cut = model.decode(encoded.code);
    let rebuilt = read(Tensor::cat(vec![whole, idle, cut], 0))?;
    let errors: Vec<f32> = rebuilt.chunks(clean.len()).map(|row| distance(row, clean, count)).collect();
    let images = Images {
        dims: learner.dims(),
        columns: count,
        pixels: [clean, &rebuilt].concat().into(),
        ink: Ink::Grey,
        rows: ["the image", "as trained", "code at zero", "skips at zero"].map(str::to_owned).to_vec(),
        captions: Vec::new(),
    };
    let title = "With and without skips".to_owned();
    Ok(Some(Card { title, meaning: meaning(&errors), content: Content::Images(images) }))
}

/// Squared error per image.
fn distance(row: &[f32], clean: &[f32], count: usize) -> f32 {
    row.iter().zip(clean).map(|(x, y)| (x - y).powi(2)).sum::<f32>() / count as f32
}

/// What the errors of the three rows say.
fn meaning(errors: &[f32]) -> String {
    let [whole, idle, cut] = [errors[0], errors[1], errors[2]];
    let verdict = if idle < cut {
        "the image comes past the code, through the skips"
    } else {
        "the image comes through the code so far"
    };
    format!(
        "Squared error {whole:.1} as trained, {idle:.1} with the code at zero, {cut:.1} with the skips at zero: \
         {verdict}. Put unet-no-skips beside unet-copy to see a network that never had them."
    )
}
