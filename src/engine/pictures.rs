//! From tensors to pictures: straight into the window's texture on a GPU, by way of the host on the CPU.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::gallery::Gallery;
use super::message::Picture;
use super::run::Run;
use super::view::{Decoded, LayerActivity, LayerRole, LayersView, Pixels, ReconstructionsView};
use crate::gpu::painter::Placement;
use crate::gpu::{Canvas, ColorMap, Compute, Painter, Tiles};
use crate::train::read::read;

/// Paints what tensors hold.
#[derive(Debug)]
pub(super) struct Easel {
    painter: Option<Painter>,
    /// Tensors live on the painter's own device, so that they can be painted where they are.
    shares_device: bool,
}

impl Easel {
    pub(super) fn new(painter: Option<Painter>, compute: &Compute) -> Self {
        let shares_device = painter.is_some() && compute.is_gpu;
        Self { painter, shares_device }
    }

    /// Whether pictures go from tensors to textures without leaving the GPU.
    pub(super) fn shares_device(&self) -> bool {
        self.shares_device
    }

    /// Paints images and hands their pixels out, unless they went to the canvas without leaving the GPU.
    ///
    /// # Shapes
    /// - images: `[count or more, pixels]`
    pub(super) fn paint(
        &mut self,
        canvas: Option<&Canvas>,
        place: Placement,
        images: Tensor<2>,
    ) -> Result<Pixels, String> {
        let canvas = canvas.filter(|canvas| has_room(canvas, &place));
        match (&mut self.painter, canvas) {
            (Some(painter), Some(canvas)) if self.shares_device => {
                painter.paint_tensor(canvas, place, images).map_err(|e| e.to_string())?;
                Ok(None)
            }
            (painter, canvas) => {
                let pixels = read(images).map_err(|e| e.to_string())?;
                if let (Some(painter), Some(canvas)) = (painter, canvas) {
                    painter.paint_pixels(canvas, place, &pixels);
                }
                Ok(Some(Arc::from(pixels)))
            }
        }
    }

    /// Paints pixels of the host, where there are any and there is a canvas for them.
    pub(super) fn paint_pixels(&mut self, canvas: Option<&Canvas>, place: Placement, pixels: &[f32]) {
        if let (Some(painter), Some(canvas)) = (&mut self.painter, canvas.filter(|c| has_room(c, &place))) {
            painter.paint_pixels(canvas, place, pixels);
        }
    }
}

/// Whether a canvas is large enough; one of another size is on its way from the window.
fn has_room(canvas: &Canvas, place: &Placement) -> bool {
    let [width, height] = place.tiles.size();
    canvas.texture.width() >= place.origin[0] + width && canvas.texture.height() >= place.origin[1] + height
}

/// Answers a drag: decodes one point.
pub(super) fn decode_point(
    run: &Run,
    tile: Tiles,
    easel: &mut Easel,
    number: u64,
    point: &[f32],
) -> Result<(), String> {
    let mut code = point.to_vec();
    code.resize(run.learner.code_size(), 0.0);
    let image = run.learner.model().decode(run.learner.codes(&code));
    let canvas = run.canvases.get(&Picture::Decoded);
    let place = Placement::all(tile, canvas.map_or(ColorMap::Grey, |canvas| canvas.colors));
    let pixels = easel.paint(canvas, place, image)?;
    run.views.decoded.put(Decoded { request: number, step: run.learner.step_number(), point: code, pixels });
    Ok(())
}

/// Reconstructs the examples: inputs, outputs and their difference, one row each.
pub(super) fn reconstruct_examples(run: &Run, gallery: &Gallery, easel: &mut Easel) -> Result<(), String> {
    let x = run.learner.images(&gallery.example_pixels, run.learner.device());
    let model = run.learner.model();
    let outputs = model.decode(model.encode(x.clone()).sample(None));
    let canvas = run.canvases.get(&Picture::Reconstructions);
    let colors = canvas.map_or(ColorMap::Grey, |canvas| canvas.colors);
    let row = gallery.tile.grid(gallery.examples.len(), 1);
    let at =
        |k: u32, colors| Placement { origin: [0, k * gallery.tile.height], ..Placement::all(row, colors) };
    easel.paint_pixels(canvas, at(0, colors), &gallery.example_pixels);
    if canvas.is_some() {
        let ground = if colors == ColorMap::Paper { ColorMap::DifferencePaper } else { ColorMap::Difference };
        easel.paint(canvas, at(2, ground), outputs.clone() - x)?;
    }
    let outputs = easel.paint(canvas, at(1, colors), outputs)?;
    run.views.reconstructions.put(ReconstructionsView { step: run.learner.step_number(), outputs });
    Ok(())
}

/// Reads the activations of every layer for one example.
pub(super) fn show_layers(run: &Run, gallery: &Gallery, example: usize) -> Result<(), String> {
    let values = gallery.tile.values();
    let Some(image) = gallery.example_pixels.chunks(values).nth(example) else {
        return Ok(());
    };
    let model = run.learner.model();
    let trace = model.trace(run.learner.images(image, run.learner.device()));
    let recipe = &run.recipe.model;
    let mut parts: Vec<(LayerRole, &'static str, Tensor<2>)> = Vec::new();
    let hidden = recipe.activation.label();
    parts.extend(trace.encoder.into_iter().map(|t| (LayerRole::Encoder, hidden, t)));
    let code_label = if run.recipe.is_variational() { "μ" } else { recipe.code_activation.label() };
    parts.push((LayerRole::Code, code_label, trace.encoded.code));
    parts.extend(trace.encoded.log_variance.map(|lv| (LayerRole::Spread, "σ", (lv * 0.5).exp())));
    parts.extend(trace.decoder.into_iter().map(|t| (LayerRole::Decoder, hidden, t)));
    let widths: Vec<usize> = parts.iter().map(|(_, _, t)| t.dims()[1]).collect();
    let mut tensors: Vec<Tensor<2>> = parts.iter().map(|(_, _, t)| t.clone()).collect();
    tensors.push(trace.pixels);
    let numbers = read(Tensor::cat(tensors, 1)).map_err(|e| e.to_string())?;
    let mut rest = numbers.as_slice();
    let layers = parts.iter().zip(widths).map(|((role, activation, _), width)| {
        let (values, after) = rest.split_at(width);
        rest = after;
        LayerActivity { role: *role, activation, values: values.to_vec() }
    });
    let layers = layers.collect();
    run.views.layers.put(LayersView {
        step: run.learner.step_number(),
        example,
        layers,
        output: Arc::from(rest),
    });
    Ok(())
}
