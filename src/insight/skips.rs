//! How much of the image a U-Net passes through its skip connections: reconstructions as trained, with the code set to
//! zero, and with the skip connections set to zero.

use burn::tensor::Tensor;

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values};
use crate::data::corrupt::corrupt;
use crate::recipe::Corruption;
use crate::recipe::random::{Purpose, stream};
use crate::train::read::{ReadError, read};

/// Images beside each other.
const COLUMNS: usize = 10;

/// Images and their reconstructions with and without code and skip connections, a row each.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let clean = inputs.first_examples(COLUMNS);
    let count = clean.len() / learner.pixels();
    if count == 0 {
        return Ok(None);
    }
    let mut given = clean.to_vec();
    if recipe.noise.kind != Corruption::None {
        let mut rng = stream(recipe.seed, Purpose::EvaluationCorruption, 0);
        corrupt(&mut given, learner.dims(), &recipe.noise, &mut rng);
    }
    let model = learner.model();
    let encoded = model.encode(learner.images(&given, learner.device()));
    let trained = model.decode_beside(encoded.code.clone(), &encoded.skips);
    let without_code = model.decode_beside(encoded.code.zeros_like(), &encoded.skips);
    let without_skips = model.decode(encoded.code);
    let rebuilt = read(Tensor::cat(vec![trained, without_code, without_skips], 0))?;
    let errors: Vec<f32> = rebuilt.chunks(clean.len()).map(|row| error(row, clean, count)).collect();
    let images = Images {
        shape: learner.shape(),
        columns: count,
        pixels: [clean, &rebuilt].concat().into(),
        values: Values::Intensity,
        rows: ["image", "as trained", "code at zero", "skips at zero"].map(str::to_owned).to_vec(),
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Skips.title(), meaning(&errors), images)))
}

/// Squared error per image.
fn error(row: &[f32], clean: &[f32], count: usize) -> f32 {
    row.iter().zip(clean).map(|(x, y)| (x - y).powi(2)).sum::<f32>() / count as f32
}

/// What the errors of the three rows say.
fn meaning(errors: &[f32]) -> String {
    let [trained, without_code, without_skips] = [errors[0], errors[1], errors[2]];
    let verdict = if without_code < without_skips {
        "the skip connections carry more of the image than the code"
    } else {
        "the code carries more of the image than the skip connections so far"
    };
    format!(
        "Squared error {trained:.1} as trained, {without_code:.1} with the code at zero, {without_skips:.1} with the \
         skips at zero: {verdict}. Run unet-no-skips next to unet-copy to compare with a network without skips."
    )
}
