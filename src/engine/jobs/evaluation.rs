//! The held-out evaluation at the end of an epoch, a chunk of images a turn.

use super::job::{Job, JobError, Share};
use crate::engine::target::Target;
use crate::recipe::Recipe;
use crate::train::{Evaluator, Learner, Metrics};

/// A held-out evaluation under way, of the network and by the recipe that it began with.
#[derive(Debug)]
pub(in crate::engine) struct EvaluationJob {
    evaluator: Evaluator,
    recipe: Recipe,
    train: Option<Metrics>,
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
    recipe: Recipe,
}

impl Evaluated {
    /// Whether its metrics can be compared with those of evaluations by this recipe.
    pub(in crate::engine) fn is_comparable(&self, recipe: &Recipe) -> bool {
        self.recipe.objective == recipe.objective && self.recipe.noise == recipe.noise
    }
}

impl EvaluationJob {
    /// Begins one; `train` is what training cost since the one before.
    pub(in crate::engine) fn new(learner: &Learner, recipe: &Recipe, train: Option<Metrics>) -> Self {
        Self { evaluator: Evaluator::new(learner), recipe: recipe.clone(), train }
    }
}

impl Job for EvaluationJob {
    type Output = Evaluated;

    fn share(_: &Target<'_>) -> Share {
        Share::Slice
    }

    fn slice(&mut self, target: &Target<'_>, _: usize) -> Result<Option<Evaluated>, JobError> {
        let Self { evaluator, recipe, train } = self;
        let dataset = &target.gallery.dataset;
        let held_out = evaluator.advance(target.learner, recipe, dataset, &dataset.split.validation)?;
        let step = evaluator.step();
        Ok(held_out.map(|held_out| Evaluated { step, train: *train, held_out, recipe: recipe.clone() }))
    }
}
