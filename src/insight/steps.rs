//! How far one update moves the weights of each layer, relative to their size: layers that hardly learn as short bars.
//!
//! The change is judged, and not the gradient: Adam and RMSprop divide the gradient by its own size, so a small gradient
//! does not make a small step.

use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card};
use crate::look::value_label;
use crate::recipe::OptimizerKind;
use crate::train::Stage;
use crate::train::read::ReadError;
use crate::train::updates::{LayerUpdate, updates};

/// Images from which the update is computed.
const IMAGES: usize = 128;
/// The change at the foot of the bars.
const FOOT: f32 = 1e-8;
/// A layer whose weights change by less than this fraction of what those of the fastest one do hardly learns.
const SLOW: f32 = 1e-2;
/// A layer whose weights change by more than this fraction in one step is not far from divergence.
const LARGE: f32 = 0.1;

/// The relative change of every layer on a logarithmic scale. Nothing while layers are pretrained one by one.
pub(super) fn bars(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let images = inputs.first_sampled(IMAGES);
    if inputs.learner.stage() != Stage::Training || images.is_empty() {
        return Ok(None);
    }
    let layers = updates(inputs.learner, inputs.recipe, images)?;
    let Some(meaning) = meaning(&layers, inputs.recipe.training.optimizer) else { return Ok(None) };
    let bars = Bars {
        x: "layer, from input to output".to_owned(),
        y: "change of the weights per step, relative to their size".to_owned(),
        values: layers.iter().map(|layer| layer.change).collect(),
        foot: Some(FOOT),
        names: (1..=layers.len()).map(|layer| layer.to_string()).collect(),
        ..Bars::default()
    };
    Ok(Some(Card::new(Topic::Steps.title(), meaning, bars)))
}

/// What the numbers mean; `None` without layers.
fn meaning(layers: &[LayerUpdate], optimizer: OptimizerKind) -> Option<String> {
    let by_change =
        |(_, a): &(usize, &LayerUpdate), (_, b): &(usize, &LayerUpdate)| a.change.total_cmp(&b.change);
    let (slowest, least) = layers.iter().enumerate().min_by(by_change)?;
    let (_, most) = layers.iter().enumerate().max_by(by_change)?;
    let percent = |change: f32| format!("{} %", value_label(f64::from(100.0 * change)));
    let verdict = if most.change > LARGE {
        "the steps are large, and training may diverge".to_owned()
    } else if least.change < SLOW * most.change {
        format!("layer {} hardly learns", slowest + 1)
    } else {
        "every layer learns".to_owned()
    };
    let gradients = layers.iter().map(|layer| layer.gradient);
    let (low, high) = gradients.fold((f32::INFINITY, 0.0_f32), |(low, high), g| (low.min(g), high.max(g)));
    let ratio = value_label(f64::from(high / low.max(f32::MIN_POSITIVE)));
    let scaled = match optimizer {
        OptimizerKind::Sgd => "SGD passes that on to the steps",
        OptimizerKind::Adam | OptimizerKind::AdamW | OptimizerKind::RmsProp => {
            "the optimiser evens that out, up to a point"
        }
    };
    Some(format!(
        "One step changes the weights by {} to {} of their size: {verdict}. Gradient norms differ by a factor of {ratio}; \
         {scaled}.",
        percent(least.change),
        percent(most.change)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(changes: &[f32], gradients: &[f32], optimizer: OptimizerKind) -> String {
        let layers = changes.iter().zip(gradients);
        let layers: Vec<LayerUpdate> =
            layers.map(|(change, gradient)| LayerUpdate { gradient: *gradient, change: *change }).collect();
        meaning(&layers, optimizer).expect("layers")
    }

    #[test]
    fn a_layer_is_judged_by_its_step_and_not_by_its_gradient() {
        let even = said(&[1e-3, 2e-3, 1e-3], &[1e-6, 1e-2, 1.0], OptimizerKind::Adam);
        assert!(even.contains("every layer learns") && even.contains("evens that out"), "{even}");
        let first = said(&[1e-7, 1e-3, 2e-3], &[1e-6, 1.0, 1.0], OptimizerKind::Sgd);
        assert!(first.contains("layer 1 hardly learns") && first.contains("SGD passes"), "{first}");
        let last = said(&[1e-3, 1e-3, 1e-7], &[1e4, 1.0, 1.0], OptimizerKind::Sgd);
        assert!(last.contains("layer 3 hardly learns"), "{last}");
        let large = said(&[0.5, 0.3], &[1.0, 1.0], OptimizerKind::Adam);
        assert!(large.contains("may diverge"), "{large}");
    }
}
