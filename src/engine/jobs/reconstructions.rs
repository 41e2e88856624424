//! The held-out examples, their reconstructions, and the difference between the two, as one picture. A network that is
//! trained with noise is given corrupted examples here too.

use std::sync::Arc;

use super::job::JobError;
use crate::engine::paint_target::{HostLayer, colors_of};
use crate::engine::target::Target;
use crate::engine::view::{ReconstructionsView, RunViews};
use crate::engine::wants::Picture;
use crate::gpu::painter::Placement;
use crate::train::evaluate::corrupted;
use crate::train::read::read;

/// Reconstructs the examples: inputs, outputs and their difference, one row each.
pub(super) fn reconstruct_examples(target: &Target<'_>) -> Result<(), JobError> {
    let Target { learner, gallery, paint, .. } = target;
    let inputs = &gallery.example_pixels;
    let x = learner.images(inputs, learner.device());
    let corrupted = corrupted(target.recipe, learner.dims(), inputs, &gallery.examples);
    let given = corrupted.as_ref().map(|corrupted| learner.images(corrupted, learner.device()));
    let outputs = learner.so_far().reconstruct(given.unwrap_or_else(|| x.clone()));
    let corrupted: Option<Arc<[f32]>> = corrupted.map(Arc::from);
    let canvas = target.canvases.get(&Picture::Reconstructions);
    let [colors, ground] = colors_of(canvas);
    let row = gallery.tile.grid(gallery.examples.len(), 1);
    let at =
        |k: u32, colors| Placement { origin: [0, k * gallery.tile.height], ..Placement::all(row, colors) };
    let step = target.step();
    if paint.paint_on_gpu(canvas, at(1, colors), &outputs)? {
        paint.paint_on_gpu(canvas, at(0, colors), &x)?;
        paint.paint_on_gpu(canvas, at(2, ground), &(outputs - x))?;
        publish(target.views, ReconstructionsView { step, corrupted, outputs: None });
        return Ok(());
    }
    let outputs: Arc<[f32]> = read(outputs)?.into();
    let difference: Arc<[f32]> = outputs.iter().zip(inputs).map(|(y, x)| y - x).collect();
    let layers = [
        HostLayer { canvas, place: at(0, colors), pixels: Arc::from(inputs.as_slice()) },
        HostLayer { canvas, place: at(1, colors), pixels: Arc::clone(&outputs) },
        HostLayer { canvas, place: at(2, ground), pixels: difference },
    ];
    let views = Arc::clone(target.views);
    paint.paint_pixels(target.id, Picture::Reconstructions, layers, move || {
        publish(&views, ReconstructionsView { step, corrupted, outputs: Some(outputs) });
    });
    Ok(())
}

fn publish(views: &RunViews, view: ReconstructionsView) {
    views.publish(|views, _| views.reconstructions = Some(Arc::new(view)));
}
