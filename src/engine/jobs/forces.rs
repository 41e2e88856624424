//! The forces on the codes of images, all at once: it costs about half a training step.

use std::sync::Arc;

use super::job::JobError;
use crate::engine::target::Target;
use crate::engine::view::ForcesView;
use crate::engine::wants::WantedForces;
use crate::insight::forces::{Forces, MOST_IMAGES};

/// Works out what a step downhill would do to the codes of images.
pub(super) fn work_out_forces(target: &Target<'_>, wanted: &WantedForces) -> Result<(), JobError> {
    let images = &wanted.images;
    if images.len() > MOST_IMAGES {
        let count = images.len();
        let sentence =
            format!("Forces are shown for up to {MOST_IMAGES} images, and {count} were chosen; choose fewer");
        return Err(JobError::Refused(sentence));
    }
    images.iter().try_for_each(|image| target.check_image(*image)).map_err(JobError::Refused)?;
    let mut pixels = Vec::new();
    target.gallery.dataset.write_f32(images, &mut pixels);
    let Forces { codes, reconstruction, penalty } = Forces::of(target.learner, target.recipe, &pixels)?;
    let (step, dimensions, images) = (target.step(), target.learner.code_size(), Arc::clone(images));
    target.views.publish(|views, version| {
        let (codes, reconstruction, penalty) = (codes.into(), reconstruction.into(), penalty.into());
        let forces = ForcesView { version, step, dimensions, images, codes, reconstruction, penalty };
        views.forces = Some(Arc::new(forces));
    });
    Ok(())
}
