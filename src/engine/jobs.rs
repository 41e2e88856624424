//! Evaluations, which are too long for one turn, a chunk at a time; and when views are due.

use std::time::{Duration, Instant};

use super::message::CloudWish;
use crate::data::Dataset;
use crate::recipe::Recipe;
use crate::train::read::ReadError;
use crate::train::{Evaluator, Figures, Learner};

/// Time between two pictures of a kind: ten a second.
const PICTURES: Duration = Duration::from_millis(100);
/// Time between the end of one cloud and the beginning of the next.
const CLOUDS: Duration = Duration::from_millis(300);
/// Time between the end of one round of cards and the beginning of the next: some of them cost as much as a dozen
/// steps.
const CARDS: Duration = Duration::from_millis(800);

/// A held-out evaluation under way, of the network and by the recipe that it began with.
#[derive(Debug)]
pub(super) struct EvaluationJob {
    evaluator: Evaluator,
    recipe: Recipe,
    train: Option<Figures>,
}

impl EvaluationJob {
    /// Begins one; `train` is what training cost since the one before.
    pub(super) fn new(learner: &Learner, recipe: &Recipe, train: Option<Figures>) -> Self {
        Self { evaluator: Evaluator::new(learner), recipe: recipe.clone(), train }
    }

    pub(super) fn step(&self) -> u64 {
        self.evaluator.step()
    }

    pub(super) fn train(&self) -> Option<Figures> {
        self.train
    }

    /// Whether its figures can be compared with those of evaluations by this recipe.
    pub(super) fn counts_like(&self, recipe: &Recipe) -> bool {
        self.recipe.objective == recipe.objective && self.recipe.noise == recipe.noise
    }

    /// The next chunk; the figures once all were seen.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        dataset: &Dataset,
    ) -> Result<Option<Figures>, ReadError> {
        self.evaluator.advance(learner, &self.recipe, dataset, &dataset.split.validation)
    }
}

/// When each kind of view was last made, and of which step.
#[derive(Debug, Default)]
pub(super) struct ViewClock {
    pub(super) cloud: Last,
    pub(super) reconstructions: Last,
    pub(super) layers: Last,
    pub(super) cards: Last,
}

/// A number per wish: one cloud is not another.
fn cloud_kind(CloudWish { count, whose, errors, projection }: CloudWish) -> usize {
    count.saturating_mul(16) | (whose as usize) << 2 | usize::from(projection) << 1 | usize::from(errors)
}

/// When a view was last made, of which step and which example.
#[derive(Debug, Default)]
pub(super) struct Last(Option<(Instant, u64, usize)>);

impl Last {
    /// Whether ten a second allow another picture, and there is something new in it.
    pub(super) fn picture_is_due(&self, step: u64, example: usize) -> bool {
        self.is_due(PICTURES, step, example)
    }

    /// Whether it is time for another cloud, and there is something new in it.
    pub(super) fn cloud_is_due(&self, step: u64, wish: CloudWish) -> bool {
        self.is_due(CLOUDS, step, cloud_kind(wish))
    }

    /// Notes that a cloud was made.
    pub(super) fn cloud_made(&mut self, step: u64, wish: CloudWish) {
        self.made(step, cloud_kind(wish));
    }

    /// Whether it is time for another round of cards, and there is something new in it.
    pub(super) fn cards_are_due(&self, step: u64) -> bool {
        self.is_due(CARDS, step, 0)
    }

    fn is_due(&self, interval: Duration, step: u64, example: usize) -> bool {
        self.0.is_none_or(|(when, of, which)| which != example || (of != step && when.elapsed() >= interval))
    }

    /// Notes that one was made.
    pub(super) fn made(&mut self, step: u64, example: usize) {
        self.0 = Some((Instant::now(), step, example));
    }
}
