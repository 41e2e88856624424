//! Which pixels a number of the code moves: the derivative of the decoded image with respect to it, ∂decode/∂z.
//!
//! It is taken at the code of the first example (μ for a Gaussian code). Each derivative is multiplied by the standard
//! deviation of its number over the sample, so that numbers of different scale can be compared: it is the change of the
//! image, to first order, when the number grows by one standard deviation.

use burn::tensor::Tensor;

use super::dimensions::{Dimension, dimensions};
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values, signed};
use crate::model::{Autoencoder, Encoded};
use crate::recipe::gesture::three_figures;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Most numbers shown.
const SHOWN: usize = 12;
/// Images in a row.
const COLUMNS: usize = 6;
/// Half the distance of the two codes of a central difference, in standard deviations.
const STEP: f64 = 1e-2;

/// A number of the code and how much it matters.
struct Number {
    index: usize,
    /// Its standard deviation over the sample.
    deviation: f32,
    /// KL in nats for a Gaussian code, or the standard deviation for a plain one: the larger, the earlier it is shown.
    importance: f32,
}

/// The derivatives with respect to the most important numbers; nothing while layers are pretrained one by one.
pub(super) fn images(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let example = inputs.first_examples(1);
    if matches!(learner.stage(), Stage::Layer(_)) || example.is_empty() || inputs.sample.is_empty() {
        return Ok(None);
    }
    let model = learner.model();
    let numbers = numbers(inputs, &model)?;
    let encoded = model.encode(learner.images(example, learner.device()));
    let directions: Vec<f32> = numbers
        .iter()
        .flat_map(|number| {
            (0..learner.code_size()).map(|k| if k == number.index { number.deviation } else { 0.0 })
        })
        .collect();
    let changes = read(derivatives(&model, &encoded, learner.codes(&directions)))?;
    if changes.iter().any(|x| !x.is_finite()) {
        return Ok(None);
    }
    let largest = changes.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let is_gaussian = encoded.log_variance.is_some();
    let caption = |number: &Number| match is_gaussian {
        true => format!("z{}  {:.2} nats", number.index + 1, number.importance),
        false => format!("z{}  sd {}", number.index + 1, three_figures(f64::from(number.importance))),
    };
    let meaning = format!(
        "The derivative of every pixel (black is 0, white is 1) with respect to one number of the code, per standard \
         deviation of that number, at the {} of the first held-out image; largest {} first. The strongest colour is {}.",
        if is_gaussian { "mean code μ" } else { "code" },
        if is_gaussian { "KL" } else { "standard deviation (sd)" },
        three_figures(f64::from(largest))
    );
    let images = Images {
        shape: learner.shape(),
        columns: COLUMNS.min(numbers.len()),
        pixels: signed(&changes).into(),
        values: Values::Signed,
        captions: numbers.iter().map(caption).collect(),
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Sensitivity.title(), meaning, images)))
}

/// The most important numbers of the code, most important first.
fn numbers(inputs: &CardInputs<'_>, model: &Autoencoder) -> Result<Vec<Number>, ReadError> {
    let CardInputs { learner, recipe, sample, .. } = inputs;
    let images = learner.images(sample, learner.device());
    let mut numbers: Vec<Number> = if recipe.is_variational() {
        let of_code = dimensions(model, images)?;
        let number = |(index, Dimension { kl, variance })| Number {
            index,
            deviation: f32::sqrt(variance),
            importance: kl,
        };
        of_code.into_iter().enumerate().map(number).collect()
    } else {
        let code = model.encode(images).code;
        let deviations = read((code.clone() - code.mean_dim(0)).square().mean_dim(0).sqrt())?;
        let number = |(index, deviation)| Number { index, deviation, importance: deviation };
        deviations.into_iter().enumerate().map(number).collect()
    };
    numbers.sort_by(|a, b| b.importance.total_cmp(&a.importance).then(a.index.cmp(&b.index)));
    numbers.truncate(SHOWN);
    Ok(numbers)
}

/// The derivatives of an example's reconstruction along directions of its code: by the decoder's tangent where it has
/// one and nothing bypasses the code, and otherwise (recurrent cells, batch normalisation, the skip connections of a
/// U-Net, which are held constant) by central differences.
///
/// # Shapes
/// - encoded: of one image
/// - directions: `[directions, code]`
/// - output: `[directions, pixels]`
fn derivatives(model: &Autoencoder, encoded: &Encoded, directions: Tensor<2>) -> Tensor<2> {
    let z = encoded.code.clone().expand(directions.dims());
    let tangent = encoded.skips.is_empty().then(|| model.decode_tangent(z.clone(), directions.clone()));
    if let Some(Some((_, along))) = tangent {
        return along;
    }
    let [count, _] = directions.dims();
    let skips: Vec<Tensor<4>> = encoded.skips.iter().map(|skip| skip.clone().repeat_dim(0, count)).collect();
    let step = directions * STEP;
    let change =
        model.decode_beside(z.clone() + step.clone(), &skips) - model.decode_beside(z - step, &skips);
    change / (2.0 * STEP)
}
