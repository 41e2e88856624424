//! The image decoded at a point of latent space, and what it is minus an image of the data set: what somebody sees who
//! drags the point. One image is decoded at once.

use std::sync::Arc;

use super::job::JobError;
use crate::engine::paint_target::{HostLayer, colors_of};
use crate::engine::target::Target;
use crate::engine::view::{Decoded, Pixels};
use crate::engine::wants::{Picture, WantedPoint};
use crate::gpu::painter::Placement;
use crate::train::read::read;

/// Decodes one point, and compares the image with one of the data set where that is wanted.
pub(super) fn decode_point(target: &Target<'_>, wanted: &WantedPoint) -> Result<(), JobError> {
    let Target { learner, gallery, paint, .. } = target;
    let WantedPoint { mut point, compared_with } = wanted.clone();
    point.resize(learner.code_size(), 0.0);
    let image = learner.model().decode(learner.codes(&point));
    let mut other = Vec::new();
    if let Some(image) = compared_with {
        target.check_image(image).map_err(JobError::Refused)?;
        gallery.dataset.write_f32(&[image], &mut other);
    }
    let canvases = [Picture::Decoded, Picture::Difference].map(|picture| target.canvases.get(&picture));
    let [colors, ground] = colors_of(canvases[0]);
    let [place, beside] = [colors, ground].map(|colors| Placement::all(gallery.tile, colors));
    let is_painted = paint.paint_on_gpu(canvases[0], place, &image)?;
    let is_compared = compared_with.is_none()
        || paint.paint_on_gpu(
            canvases[1],
            beside,
            &(image.clone() - learner.images(&other, learner.device())),
        )?;
    // What could not be painted where it is comes to the host.
    let pixels: Pixels = if is_painted && is_compared { None } else { Some(read(image)?.into()) };
    let minus = |pixels: &Arc<[f32]>| pixels.iter().zip(&other).map(|(y, x)| y - x).collect();
    let difference: Pixels = if is_compared { None } else { pixels.as_ref().map(minus) };
    let pixels = pixels.filter(|_| !is_painted);
    let shown = pixels.clone().map(|pixels| HostLayer { canvas: canvases[0], place, pixels });
    let compared = difference.clone().map(|pixels| HostLayer { canvas: canvases[1], place: beside, pixels });
    let layers = shown.into_iter().chain(compared);
    let (all, step) = (Arc::clone(target.views), learner.step_number());
    paint.paint_pixels(target.id, Picture::Decoded, layers, move || {
        all.publish(|views, version| {
            let decoded = Decoded { version, step, point, pixels, compared_with, difference };
            views.decoded = Some(Arc::new(decoded));
        });
    });
    Ok(())
}
