//! What a job may see of a run: borrowed beside the run's own bookkeeping, so that a job can be held by the run and
//! look at it at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gallery::Gallery;
use super::paint_target::PaintTarget;
use super::view::RunViews;
use super::wants::{Picture, RunId};
use crate::gpu::Canvas;
use crate::insight::Beside;
use crate::recipe::Recipe;
use crate::train::Learner;

/// What a job may see of a run, and of the bench around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) id: RunId,
    pub(super) learner: &'a Learner,
    /// Another run of the bench.
    pub(super) beside: Option<Beside<'a>>,
    /// The recipe with the live changes applied so far.
    pub(super) recipe: &'a Recipe,
    /// Where results are published.
    pub(super) views: &'a Arc<RunViews>,
    /// The window's textures that pictures are painted into.
    pub(super) canvases: &'a BTreeMap<Picture, Canvas>,
    /// The images of the bench.
    pub(super) gallery: &'a Gallery,
    /// Where pictures are painted.
    pub(super) paint: &'a PaintTarget,
}

impl Target<'_> {
    /// Updates made.
    pub(super) fn step(&self) -> u64 {
        self.learner.step_number()
    }

    /// Whether the data set has this image; a sentence says that it has not.
    pub(super) fn check_image(&self, image: u32) -> Result<(), String> {
        let count = self.gallery.dataset.len();
        if (image as usize) < count {
            return Ok(());
        }
        Err(format!("There is no image number {image}: the data set has {count}"))
    }
}
