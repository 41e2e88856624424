//! Where pictures are painted: straight into the window's texture on a GPU, by way of the host on the CPU.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::outbox::Wake;
use super::painter_thread::{Layer, PaintJob, PainterThread};
use super::wants::{Picture, RunId};
use crate::gpu::painter::{PaintError, Placement};
use crate::gpu::{Canvas, ColorMap, Compute, Painter};

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

/// Pixels of the host, and where they are to be painted.
#[derive(Debug)]
pub(super) struct HostLayer<'a> {
    /// Nothing is painted without one.
    pub(super) canvas: Option<&'a Canvas>,
    pub(super) place: Placement,
    pub(super) pixels: Arc<[f32]>,
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

    /// Whether the network should always be given the same number of images: a GPU prepares its kernels for each shape.
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
    ) -> Result<bool, PaintError> {
        let (Self::Gpu(painter), Some(canvas)) = (self, canvas.filter(|c| has_room(c, &place))) else {
            return Ok(false);
        };
        painter.paint_tensor(canvas, place, images.clone())?;
        Ok(true)
    }

    /// Paints pixels of the host, where anything is painted, and publishes the picture once it is there.
    pub(super) fn paint_pixels<'a>(
        &self,
        run: RunId,
        picture: Picture,
        layers: impl IntoIterator<Item = HostLayer<'a>>,
        publish: impl FnOnce() + Send + 'static,
    ) {
        let Self::Thread(thread) = self else { return publish() };
        let layers = layers.into_iter().filter_map(|HostLayer { canvas, place, pixels }| {
            let canvas = canvas.filter(|canvas| has_room(canvas, &place))?.clone();
            Some(Layer { canvas, place, pixels })
        });
        let layers: Vec<Layer> = layers.collect();
        if layers.is_empty() {
            return publish();
        }
        thread.paint(run, picture, PaintJob { layers, publish: Box::new(publish) });
    }
}

/// Whether a canvas is large enough; one of another size is on its way from the window.
fn has_room(canvas: &Canvas, place: &Placement) -> bool {
    let [width, height] = place.tiles.size();
    canvas.texture.width() >= place.origin[0] + width && canvas.texture.height() >= place.origin[1] + height
}

/// The colours of images on a canvas, and of differences beside them.
pub(super) fn colors_of(canvas: Option<&Canvas>) -> [ColorMap; 2] {
    [canvas.map_or(ColorMap::Grey, |canvas| canvas.colors), ColorMap::Difference]
}
