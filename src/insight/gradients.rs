//! The norm of each layer's gradient in a deep network: vanishing gradients as bars.

use super::CardInputs;
use crate::chart::cards::{Bars, Card};
use crate::look::value_label;
use crate::train::Stage;
use crate::train::gradients::norms;
use crate::train::read::ReadError;

/// Images on which the gradient is computed.
const IMAGES: usize = 128;
/// Bars begin this many powers of ten below one.
const FLOOR: f32 = 8.0;
/// Below this ratio of the first layer's gradient to the last one's, the first layer hardly learns.
const VANISHING: f32 = 1e-2;

/// The norm of every layer's gradient on a logarithmic scale. Nothing while layers are pretrained one by one.
pub(super) fn bars(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let images = inputs.first_sampled(IMAGES);
    if inputs.learner.stage() != Stage::Training || images.is_empty() {
        return Ok(None);
    }
    let norms = norms(inputs.learner, inputs.recipe, images)?;
    let (Some(first), Some(last)) = (norms.first(), norms.last()) else { return Ok(None) };
    let ratio = first / last.max(f32::MIN_POSITIVE);
    let verdict = if ratio < VANISHING {
        "the gradient vanishes, and the layers near the input hardly learn"
    } else {
        "the gradient reaches every layer"
    };
    let meaning = format!(
        "The first layer's gradient norm is {} times that of the last layer: {verdict}.",
        value_label(f64::from(ratio))
    );
    let bars = Bars {
        x: "layer, from input to output".to_owned(),
        y: "gradient norm, powers of ten above 1e−8".to_owned(),
        values: norms.iter().map(|norm| (norm.log10() + FLOOR).max(0.0)).collect(),
        names: (1..=norms.len()).map(|layer| layer.to_string()).collect(),
        ..Bars::default()
    };
    Ok(Some(Card::new("Gradient of each layer", meaning, bars)))
}
