//! The insight cards of a run, one card a turn while somebody looks.

use std::collections::VecDeque;
use std::sync::Arc;

use super::job::{Job, JobError, Share};
use crate::chart::cards::Card;
use crate::engine::target::Target;
use crate::engine::view::CardsView;
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
    /// Begins a round of all cards of the run's family.
    pub(super) fn new(target: &Target<'_>) -> Self {
        Self { step: target.step(), left: Topic::of(target.recipe).into(), cards: Vec::new() }
    }
}

impl Job for CardsJob {
    type Output = CardsView;

    fn share(_: &Target<'_>) -> Share {
        Share::Slice
    }

    fn slice(&mut self, target: &Target<'_>, _: usize) -> Result<Option<CardsView>, JobError> {
        if let Some(topic) = self.left.pop_front() {
            let wants_pca = topic == Topic::Size;
            let pca_errors = if wants_pca { target.gallery.comparison.pca_errors_so_far() } else { &[] };
            self.cards.extend(topic.card(&inputs(target, pca_errors))?);
        }
        if !self.left.is_empty() {
            return Ok(None);
        }
        Ok(Some(CardsView { step: self.step, cards: Arc::from(std::mem::take(&mut self.cards)) }))
    }
}

/// Every card of a run, at once.
pub(in crate::engine) fn all_cards(target: &Target<'_>) -> Result<Vec<Card>, ReadError> {
    let topics = Topic::of(target.recipe);
    let wants_pca = topics.contains(&Topic::Size);
    let pca_errors = if wants_pca { target.gallery.comparison.pca_errors() } else { &[] };
    let inputs = inputs(target, pca_errors);
    let cards = topics.into_iter().map(|topic| topic.card(&inputs));
    Ok(cards.collect::<Result<Vec<Option<Card>>, ReadError>>()?.into_iter().flatten().collect())
}

fn inputs<'a>(target: &Target<'a>, pca_errors: &'a [f64]) -> CardInputs<'a> {
    CardInputs {
        learner: target.learner,
        recipe: target.recipe,
        examples: &target.gallery.example_pixels,
        sample: &target.gallery.sample_pixels,
        pca_errors,
    }
}
