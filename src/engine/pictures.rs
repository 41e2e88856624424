//! From tensors to pictures: straight into the window's texture on a GPU, by way of the host on the CPU.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::brush::{Brush, Sheet};
use super::gallery::Gallery;
use super::message::{Picture, RunId};
use super::outbox::Wake;
use super::run::Run;
use super::view::{Decoded, LayerActivity, LayerRole, LayersView, ReconstructionsView};
use crate::gpu::painter::Placement;
use crate::gpu::{Canvas, ColorMap, Compute, Painter, Tiles};
use crate::model::Traced;
use crate::train::read::read;

/// Where pictures are painted.
#[derive(Debug)]
pub(super) enum Easel {
    /// Tensors live on the window's own device: they are painted where they are.
    Straight(Painter),
    /// Tensors live on the host: their pixels are painted in a thread of their own.
    Brush(Brush),
    /// Nobody paints: pixels are handed out.
    Bare,
}

impl Easel {
    pub(super) fn new(painter: Option<Painter>, compute: &Compute, wake: Arc<Wake>) -> Self {
        match painter {
            Some(painter) if compute.is_gpu => Self::Straight(painter),
            // Where the system gives no thread, pictures are drawn from the pixels of the views.
            Some(painter) => Brush::start(painter, wake).map_or(Self::Bare, Self::Brush),
            None => Self::Bare,
        }
    }

    /// Whether decoding should always meet the same number of codes: a GPU prepares its kernels for each shape.
    pub(super) fn wants_full_chunks(&self) -> bool {
        matches!(self, Self::Straight(_))
    }

    /// Paints a tensor where it is, without leaving the GPU. Whether it did; otherwise its pixels are to be read.
    ///
    /// # Shapes
    /// - images: `[count or more, pixels]`
    pub(super) fn paint_straight(
        &self,
        canvas: Option<&Canvas>,
        place: Placement,
        images: &Tensor<2>,
    ) -> Result<bool, String> {
        let (Self::Straight(painter), Some(canvas)) = (self, canvas.filter(|c| has_room(c, &place))) else {
            return Ok(false);
        };
        painter.paint_tensor(canvas, place, images.clone()).map_err(|e| e.to_string())?;
        Ok(true)
    }

    /// Paints pixels of the host where that is done, and then does `publish`.
    pub(super) fn hand_out(
        &self,
        (run, picture): (RunId, Picture),
        canvas: Option<&Canvas>,
        layers: Vec<(Placement, Arc<[f32]>)>,
        publish: impl FnOnce() + Send + 'static,
    ) {
        match (self, canvas.filter(|canvas| layers.iter().all(|(place, _)| has_room(canvas, place)))) {
            (Self::Brush(brush), Some(canvas)) => {
                let sheet = Sheet { canvas: canvas.clone(), layers, publish: Box::new(publish) };
                brush.paint(run, picture, sheet);
            }
            _ => publish(),
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
    easel: &Easel,
    request: u64,
    point: &[f32],
) -> Result<(), String> {
    let mut point = point.to_vec();
    point.resize(run.learner.code_size(), 0.0);
    let image = run.learner.model().decode(run.learner.codes(&point));
    let canvas = run.canvases.get(&Picture::Decoded);
    let place = Placement::all(tile, canvas.map_or(ColorMap::Grey, |canvas| canvas.colors));
    let step = run.learner.step_number();
    if easel.paint_straight(canvas, place, &image)? {
        run.views.decoded.put(Decoded { request, step, point, pixels: None });
        return Ok(());
    }
    let pixels: Arc<[f32]> = read(image).map_err(|e| e.to_string())?.into();
    let (views, layers) = (Arc::clone(&run.views), vec![(place, Arc::clone(&pixels))]);
    easel.hand_out((run.id, Picture::Decoded), canvas, layers, move || {
        views.decoded.put(Decoded { request, step, point, pixels: Some(pixels) });
    });
    Ok(())
}

/// Reconstructs the examples: inputs, outputs and their difference, one row each.
pub(super) fn reconstruct_examples(run: &Run, gallery: &Gallery, easel: &Easel) -> Result<(), String> {
    let inputs = &gallery.example_pixels;
    let x = run.learner.images(inputs, run.learner.device());
    let outputs = run.learner.so_far().reconstruct(x.clone());
    let canvas = run.canvases.get(&Picture::Reconstructions);
    let colors = canvas.map_or(ColorMap::Grey, |canvas| canvas.colors);
    let ground = if colors == ColorMap::Paper { ColorMap::DifferencePaper } else { ColorMap::Difference };
    let row = gallery.tile.grid(gallery.examples.len(), 1);
    let at =
        |k: u32, colors| Placement { origin: [0, k * gallery.tile.height], ..Placement::all(row, colors) };
    let step = run.learner.step_number();
    if easel.paint_straight(canvas, at(1, colors), &outputs)? {
        easel.paint_straight(canvas, at(0, colors), &x)?;
        easel.paint_straight(canvas, at(2, ground), &(outputs - x))?;
        run.views.reconstructions.put(ReconstructionsView { step, outputs: None });
        return Ok(());
    }
    let outputs: Arc<[f32]> = read(outputs).map_err(|e| e.to_string())?.into();
    let difference: Arc<[f32]> = outputs.iter().zip(inputs).map(|(y, x)| y - x).collect();
    let layers = vec![
        (at(0, colors), Arc::from(inputs.as_slice())),
        (at(1, colors), Arc::clone(&outputs)),
        (at(2, ground), difference),
    ];
    let views = Arc::clone(&run.views);
    easel.hand_out((run.id, Picture::Reconstructions), canvas, layers, move || {
        views.reconstructions.put(ReconstructionsView { step, outputs: Some(outputs) });
    });
    Ok(())
}

/// Reads the activations of every layer for one example.
pub(super) fn show_layers(run: &Run, gallery: &Gallery, example: usize) -> Result<(), String> {
    let values = gallery.tile.values();
    let Some(image) = gallery.example_pixels.chunks(values).nth(example) else {
        return Ok(());
    };
    let model = run.learner.so_far();
    let trace = model.trace(run.learner.images(image, run.learner.device()));
    let code_label = if run.recipe.is_variational() { "μ" } else { model.code.activation().label() };
    let code = Traced { values: trace.encoded.code, maps: None, activation: code_label };
    let spread =
        trace
            .encoded
            .log_variance
            .map(|lv| Traced { values: (lv * 0.5).exp(), maps: None, activation: "σ" });
    let mut parts: Vec<(LayerRole, Traced)> = Vec::new();
    parts.extend(trace.encoder.into_iter().map(|layer| (LayerRole::Encoder, layer)));
    parts.push((LayerRole::Code, code));
    parts.extend(spread.map(|spread| (LayerRole::Spread, spread)));
    parts.extend(trace.decoder.into_iter().map(|layer| (LayerRole::Decoder, layer)));
    let mut tensors: Vec<Tensor<2>> = parts.iter().map(|(_, layer)| layer.values.clone()).collect();
    tensors.push(trace.pixels);
    let numbers = read(Tensor::cat(tensors, 1)).map_err(|e| e.to_string())?;
    let mut rest = numbers.as_slice();
    let layers = parts.iter().map(|(role, layer)| {
        let (values, after) = rest.split_at(layer.values.dims()[1]);
        rest = after;
        let (maps, activation) = (layer.maps, layer.activation);
        LayerActivity { role: *role, activation, maps, values: values.to_vec() }
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
