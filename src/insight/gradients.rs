//! How much of the error reaches each layer of a deep network on its way back: vanishing gradients as bars.

use super::card::{Bars, Card, Content};
use super::topic::CardInputs;
use crate::train::Stage;
use crate::train::gradients::norms;
use crate::train::read::ReadError;

/// Images that the gradient is taken on.
const IMAGES: usize = 128;
/// Powers of ten below one at which bars begin.
const GROUND: f32 = 8.0;
/// A first layer whose gradient is a smaller share of the last one's than this hardly learns.
const HARDLY: f32 = 1e-2;

/// The length of every layer's gradient, on a scale of powers of ten. Nothing while layers are trained by themselves.
pub(super) fn bars(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let images = &inputs.sample[..inputs.sample.len().min(IMAGES * learner.pixels())];
    if learner.stage() != Stage::Training || images.is_empty() {
        return Ok(None);
    }
    let lengths = norms(learner, inputs.recipe, images)?;
    let (Some(first), Some(last)) = (lengths.first(), lengths.last()) else { return Ok(None) };
    let share = first / last.max(f32::MIN_POSITIVE);
    let verdict = match share {
        share if share < HARDLY => "the layers near the image hardly learn",
        _ => "every layer learns",
    };
    let meaning =
        format!("The first layer's gradient is {share:.1e} times as long as the last one's: {verdict}.");
    let bars = Bars {
        x: "layer, from the image in to the image out".to_owned(),
        y: "length of the gradient, powers of ten above 1e−8".to_owned(),
        values: lengths.iter().map(|length| (length.log10() + GROUND).max(0.0)).collect(),
        names: (1..=lengths.len()).map(|layer| layer.to_string()).collect(),
        counted: Vec::new(),
        level: None,
    };
    Ok(Some(Card { title: "Gradients on their way back".to_owned(), meaning, content: Content::Bars(bars) }))
}
