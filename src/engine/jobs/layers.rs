//! The activations of every layer for one image, for the hourglass.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::job::JobError;
use crate::engine::target::Target;
use crate::engine::view::{LayerActivity, LayerRole, LayersView};
use crate::model::LayerOutput;
use crate::train::evaluate::corrupted;
use crate::train::read::read;

/// Reads the activations of every layer for the image with this number; nothing where there is none.
pub(super) fn show_layers(target: &Target<'_>, image: u32) -> Result<(), JobError> {
    let Target { learner, gallery, .. } = target;
    if image as usize >= gallery.dataset.len() {
        return Ok(());
    }
    let mut pixels = Vec::new();
    gallery.dataset.write_f32(&[image], &mut pixels);
    let corrupted = corrupted(target.recipe, learner.dims(), &pixels, &[image]);
    let given = corrupted.as_ref().unwrap_or(&pixels);
    let model = learner.so_far();
    let trace = model.activations(learner.images(given, learner.device()));
    let code_label = if target.recipe.is_variational() { "μ" } else { model.code.activation().label() };
    let code = LayerOutput { values: trace.encoded.code, maps: None, activation: code_label };
    let spread = trace.encoded.log_variance.map(|lv| LayerOutput {
        values: (lv * 0.5).exp(),
        maps: None,
        activation: "σ",
    });
    let mut parts: Vec<(LayerRole, LayerOutput)> = Vec::new();
    parts.extend(trace.encoder.into_iter().map(|layer| (LayerRole::Encoder, layer)));
    parts.push((LayerRole::Code, code));
    parts.extend(spread.map(|spread| (LayerRole::Spread, spread)));
    parts.extend(trace.decoder.into_iter().map(|layer| (LayerRole::Decoder, layer)));
    let mut tensors: Vec<Tensor<2>> = parts.iter().map(|(_, layer)| layer.values.clone()).collect();
    tensors.push(trace.pixels);
    let numbers = read(Tensor::cat(tensors, 1))?;
    let mut rest = numbers.as_slice();
    let layers = parts.iter().map(|(role, layer)| {
        let (values, after) = rest.split_at(layer.values.dims()[1]);
        rest = after;
        let (maps, activation) = (layer.maps, layer.activation);
        LayerActivity { role: *role, activation, maps, values: values.to_vec() }
    });
    let layers = layers.collect();
    let corrupted = corrupted.map(Arc::from);
    let view = LayersView { step: target.step(), image, corrupted, layers, output: Arc::from(rest) };
    target.views.publish(|views, _| views.layers = Some(Arc::new(view)));
    Ok(())
}
