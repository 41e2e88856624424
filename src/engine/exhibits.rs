//! The pictures of a family, made one plate a turn while somebody looks.

use std::collections::VecDeque;
use std::sync::Arc;

use super::gallery::Gallery;
use super::run::Run;
use super::view::ExhibitsView;
use crate::insight::{Plate, Studio, Subject};
use crate::train::read::ReadError;

/// Plates under way.
#[derive(Debug)]
pub(super) struct ExhibitsJob {
    step: u64,
    left: VecDeque<Subject>,
    plates: Vec<Plate>,
}

impl ExhibitsJob {
    pub(super) fn new(run: &Run) -> Self {
        let left = Subject::of(&run.recipe).into();
        Self { step: run.learner.step_number(), left, plates: Vec::new() }
    }

    /// The next plate; all of them once there are no more.
    pub(super) fn advance(
        &mut self,
        run: &Run,
        gallery: &Gallery,
    ) -> Result<Option<ExhibitsView>, ReadError> {
        if let Some(subject) = self.left.pop_front() {
            let wants_components = subject == Subject::Size;
            let components = if wants_components { gallery.components.so_far() } else { &[] };
            self.plates.extend(subject.plate(&studio(run, gallery, components))?);
        }
        let is_done = self.left.is_empty();
        let plates = || Arc::from(std::mem::take(&mut self.plates));
        Ok(is_done.then(plates).map(|plates| ExhibitsView { step: self.step, plates }))
    }
}

/// Every plate of a run, at once.
pub(super) fn all(run: &Run, gallery: &Gallery) -> Result<Vec<Plate>, ReadError> {
    let subjects = Subject::of(&run.recipe);
    let wants_components = subjects.contains(&Subject::Size);
    let components = if wants_components { gallery.components.at_once() } else { &[] };
    let studio = studio(run, gallery, components);
    let plates = subjects.into_iter().map(|subject| subject.plate(&studio));
    Ok(plates.collect::<Result<Vec<Option<Plate>>, ReadError>>()?.into_iter().flatten().collect())
}

fn studio<'a>(run: &'a Run, gallery: &'a Gallery, components: &'a [[f32; 2]]) -> Studio<'a> {
    Studio {
        learner: &run.learner,
        recipe: &run.recipe,
        examples: &gallery.example_pixels,
        sample: &gallery.sample_pixels,
        components,
    }
}
