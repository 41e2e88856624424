//! The pictures of a family, made one card a turn while somebody looks.

use std::collections::VecDeque;
use std::sync::Arc;

use super::gallery::Gallery;
use super::run::Run;
use super::view::CardsView;
use crate::chart::cards::Card;
use crate::insight::{CardInputs, Topic};
use crate::train::read::ReadError;

/// Cards under way.
#[derive(Debug)]
pub(super) struct CardsJob {
    step: u64,
    left: VecDeque<Topic>,
    cards: Vec<Card>,
}

impl CardsJob {
    pub(super) fn new(run: &Run) -> Self {
        let left = Topic::of(&run.recipe).into();
        Self { step: run.learner.step_number(), left, cards: Vec::new() }
    }

    /// The next card; all of them once there are no more.
    pub(super) fn advance(&mut self, run: &Run, gallery: &Gallery) -> Result<Option<CardsView>, ReadError> {
        if let Some(topic) = self.left.pop_front() {
            let wants_pca = topic == Topic::Size;
            let pca_errors = if wants_pca { gallery.components.so_far() } else { &[] };
            self.cards.extend(topic.card(&inputs(run, gallery, pca_errors))?);
        }
        let is_done = self.left.is_empty();
        let cards = || Arc::from(std::mem::take(&mut self.cards));
        Ok(is_done.then(cards).map(|cards| CardsView { step: self.step, cards }))
    }
}

/// Every card of a run, at once.
pub(super) fn all(run: &Run, gallery: &Gallery) -> Result<Vec<Card>, ReadError> {
    let topics = Topic::of(&run.recipe);
    let wants_pca = topics.contains(&Topic::Size);
    let pca_errors = if wants_pca { gallery.components.at_once() } else { &[] };
    let inputs = inputs(run, gallery, pca_errors);
    let cards = topics.into_iter().map(|topic| topic.card(&inputs));
    Ok(cards.collect::<Result<Vec<Option<Card>>, ReadError>>()?.into_iter().flatten().collect())
}

fn inputs<'a>(run: &'a Run, gallery: &'a Gallery, pca_errors: &'a [[f32; 2]]) -> CardInputs<'a> {
    CardInputs {
        learner: &run.learner,
        recipe: &run.recipe,
        examples: &gallery.example_pixels,
        sample: &gallery.sample_pixels,
        pca_errors,
    }
}
