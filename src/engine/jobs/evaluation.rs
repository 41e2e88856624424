//! The held-out evaluation at the end of an epoch, a chunk of images a turn.

use super::job::{Job, JobError, Share};
use crate::engine::target::Target;
use crate::insight::doctor::Vitals;
use crate::recipe::Recipe;
use crate::train::{Evaluator, Learner, Metrics};

/// A held-out evaluation under way, of the network and by the recipe that it began with.
#[derive(Debug)]
pub(in crate::engine) struct EvaluationJob {
    evaluator: Evaluator,
    recipe: Recipe,
    train: Option<Metrics>,
    is_checked: bool,
}

/// A completed evaluation.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Evaluated {
    /// The step of the network that was evaluated.
    pub(in crate::engine) step: u64,
    /// What training cost since the evaluation before.
    pub(in crate::engine) train: Option<Metrics>,
    /// What the held-out images cost.
    pub(in crate::engine) held_out: Metrics,
    /// What a check of the network found, where one was asked for.
    pub(in crate::engine) vitals: Option<Vitals>,
    recipe: Recipe,
}

impl Evaluated {
    /// Whether its metrics can be compared with those of evaluations by this recipe.
    pub(in crate::engine) fn is_comparable(&self, recipe: &Recipe) -> bool {
        self.recipe.objective == recipe.objective && self.recipe.noise == recipe.noise
    }
}

impl EvaluationJob {
    /// Begins one, perhaps with a check of the network; `train` is what training cost since the one before.
    pub(in crate::engine) fn new(
        learner: &Learner,
        recipe: &Recipe,
        train: Option<Metrics>,
        is_checked: bool,
    ) -> Self {
        Self { evaluator: Evaluator::new(learner), recipe: recipe.clone(), train, is_checked }
    }
}

impl Job for EvaluationJob {
    type Output = Evaluated;

    fn share(_: &Target<'_>) -> Share {
        Share::Slice
    }

    fn slice(&mut self, target: &Target<'_>, _: usize) -> Result<Option<Evaluated>, JobError> {
        let Self { evaluator, recipe, train, is_checked } = self;
        let dataset = &target.gallery.dataset;
        let held_out = evaluator.advance(target.learner, recipe, dataset, &dataset.split.validation)?;
        let Some(held_out) = held_out else { return Ok(None) };
        let is_checked = *is_checked && held_out.is_finite();
        let vitals = match is_checked {
            true => Vitals::of(target.learner, recipe, &target.gallery.sample_pixels)?,
            false => None,
        };
        let step = evaluator.step();
        Ok(Some(Evaluated { step, train: *train, held_out, vitals, recipe: recipe.clone() }))
    }
}
