//! From tensors to pictures: straight into the window's texture on a GPU, by way of the host on the CPU.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::bench::check_image;
use super::gallery::Gallery;
use super::message::{DecodeAsk, Picture, RunId};
use super::outbox::Wake;
use super::painter_thread::{Layer, PaintJob, PainterThread};
use super::run::Run;
use super::view::{Decoded, LayerActivity, LayerRole, LayersView, Pixels, ReconstructionsView};
use crate::gpu::painter::Placement;
use crate::gpu::{Canvas, ColorMap, Compute, Painter};
use crate::model::LayerOutput;
use crate::train::read::read;

/// Where pictures are painted.
#[derive(Debug)]
pub(super) enum PaintTarget {
    /// Tensors live on the window's own device: they are painted where they are.
    Gpu(Painter),
    /// Tensors live on the host: their pixels are painted in a thread of their own.
    Thread(PainterThread),
    /// Nobody paints: pixels are handed out.
    Pixels,
}

impl PaintTarget {
    pub(super) fn new(painter: Option<Painter>, compute: &Compute, wake: Arc<Wake>) -> Self {
        match painter {
            Some(painter) if compute.is_gpu => Self::Gpu(painter),
            // Where the system gives no thread, pictures are drawn from the pixels of the views.
            Some(painter) => PainterThread::start(painter, wake).map_or(Self::Pixels, Self::Thread),
            None => Self::Pixels,
        }
    }

    /// Whether decoding should always meet the same number of codes: a GPU prepares its kernels for each shape.
    pub(super) fn wants_full_chunks(&self) -> bool {
        matches!(self, Self::Gpu(_))
    }

    /// Paints a tensor where it is, without leaving the GPU. Whether it did; otherwise its pixels are to be read.
    ///
    /// # Shapes
    /// - images: `[count or more, pixels]`
    pub(super) fn paint_on_gpu(
        &self,
        canvas: Option<&Canvas>,
        place: Placement,
        images: &Tensor<2>,
    ) -> Result<bool, String> {
        let (Self::Gpu(painter), Some(canvas)) = (self, canvas.filter(|c| has_room(c, &place))) else {
            return Ok(false);
        };
        painter.paint_tensor(canvas, place, images.clone()).map_err(|e| e.to_string())?;
        Ok(true)
    }

    /// Paints pixels of the host where that is done, and then does `publish`.
    pub(super) fn hand_out<'a>(
        &self,
        picture: (RunId, Picture),
        layers: impl IntoIterator<Item = (Option<&'a Canvas>, Placement, Arc<[f32]>)>,
        publish: impl FnOnce() + Send + 'static,
    ) {
        let Self::Thread(thread) = self else { return publish() };
        let layers = layers.into_iter().filter_map(|(canvas, place, pixels)| {
            let canvas = canvas.filter(|canvas| has_room(canvas, &place))?.clone();
            Some(Layer { canvas, place, pixels })
        });
        let layers: Vec<Layer> = layers.collect();
        if layers.is_empty() {
            return publish();
        }
        thread.paint(picture, PaintJob { layers, publish: Box::new(publish) });
    }
}

/// Whether a canvas is large enough; one of another size is on its way from the window.
fn has_room(canvas: &Canvas, place: &Placement) -> bool {
    let [width, height] = place.tiles.size();
    canvas.texture.width() >= place.origin[0] + width && canvas.texture.height() >= place.origin[1] + height
}

/// Answers a drag: decodes one point, and compares the image with one of the data set where that is asked for.
pub(super) fn decode_point(
    run: &Run,
    gallery: &Gallery,
    paint: &PaintTarget,
    request: u64,
    ask: &DecodeAsk,
) -> Result<(), String> {
    let learner = &run.learner;
    let DecodeAsk { mut point, against } = ask.clone();
    point.resize(learner.code_size(), 0.0);
    let image = learner.model().decode(learner.codes(&point));
    let mut other = Vec::new();
    if let Some(against) = against {
        check_image(&gallery.dataset, against)?;
        gallery.dataset.write_f32(&[against], &mut other);
    }
    let canvases = [Picture::Decoded, Picture::Difference].map(|picture| run.canvases.get(&picture));
    let [colors, ground] = colors_of(canvases[0]);
    let [place, beside] = [colors, ground].map(|colors| Placement::all(gallery.tile, colors));
    let is_painted = paint.paint_on_gpu(canvases[0], place, &image)?;
    let is_compared = against.is_none()
        || paint.paint_on_gpu(
            canvases[1],
            beside,
            &(image.clone() - learner.images(&other, learner.device())),
        )?;
    // What could not be painted where it is comes to the host.
    let pixels: Pixels =
        if is_painted && is_compared { None } else { Some(read(image).map_err(|e| e.to_string())?.into()) };
    let minus = |pixels: &Arc<[f32]>| pixels.iter().zip(&other).map(|(y, x)| y - x).collect();
    let difference: Pixels = if is_compared { None } else { pixels.as_ref().map(minus) };
    let pixels = pixels.filter(|_| !is_painted);
    let layers = [(canvases[0], place, pixels.clone()), (canvases[1], beside, difference.clone())];
    let layers = layers.into_iter().filter_map(|(canvas, place, pixels)| Some((canvas, place, pixels?)));
    let (views, step) = (Arc::clone(&run.views), learner.step_number());
    paint.hand_out((run.id, Picture::Decoded), layers, move || {
        views.decoded.put(Decoded { request, step, point, pixels, against, difference });
    });
    Ok(())
}

/// The colours of images on a canvas, and of differences beside them.
fn colors_of(canvas: Option<&Canvas>) -> [ColorMap; 2] {
    [canvas.map_or(ColorMap::Grey, |canvas| canvas.colors), ColorMap::Difference]
}

/// Reconstructs the examples: inputs, outputs and their difference, one row each.
pub(super) fn reconstruct_examples(run: &Run, gallery: &Gallery, paint: &PaintTarget) -> Result<(), String> {
    let inputs = &gallery.example_pixels;
    let x = run.learner.images(inputs, run.learner.device());
    let outputs = run.learner.so_far().reconstruct(x.clone());
    let canvas = run.canvases.get(&Picture::Reconstructions);
    let [colors, ground] = colors_of(canvas);
    let row = gallery.tile.grid(gallery.examples.len(), 1);
    let at =
        |k: u32, colors| Placement { origin: [0, k * gallery.tile.height], ..Placement::all(row, colors) };
    let step = run.learner.step_number();
    if paint.paint_on_gpu(canvas, at(1, colors), &outputs)? {
        paint.paint_on_gpu(canvas, at(0, colors), &x)?;
        paint.paint_on_gpu(canvas, at(2, ground), &(outputs - x))?;
        run.views.reconstructions.put(ReconstructionsView { step, outputs: None });
        return Ok(());
    }
    let outputs: Arc<[f32]> = read(outputs).map_err(|e| e.to_string())?.into();
    let difference: Arc<[f32]> = outputs.iter().zip(inputs).map(|(y, x)| y - x).collect();
    let layers = [
        (canvas, at(0, colors), Arc::from(inputs.as_slice())),
        (canvas, at(1, colors), Arc::clone(&outputs)),
        (canvas, at(2, ground), difference),
    ];
    let views = Arc::clone(&run.views);
    paint.hand_out((run.id, Picture::Reconstructions), layers, move || {
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
    let trace = model.activations(run.learner.images(image, run.learner.device()));
    let code_label = if run.recipe.is_variational() { "μ" } else { model.code.activation().label() };
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
