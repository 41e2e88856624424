//! The last word on a run, a chunk of images a turn: whoever asks may stop waiting, and what else is asked meanwhile is
//! answered. The network is the one it began with.

use super::message::FinalFigures;
use super::run::Run;
use crate::data::Dataset;
use crate::insight::Measuring;
use crate::insight::dimensions::dimensions;
use crate::model::Autoencoder;
use crate::recipe::Recipe;
use crate::train::evaluate::CHUNK;
use crate::train::read::ReadError;
use crate::train::{Evaluator, Figures, Learner};

/// Training images that the last word on a run is based on; more change it in the third figure.
const TRAINING_IMAGES: usize = 10_000;
/// Test images that active dimensions are counted on: their variances are sure to a few percent.
const ACTIVE_UNITS: usize = 2_000;
/// Test images that a dictionary rebuilds for the last word on it, at every price.
const REBUILT: usize = 2_000;

/// A judgement under way.
#[derive(Debug)]
pub(super) struct FinalEvaluation {
    recipe: Recipe,
    model: Autoencoder,
    seen: Evaluator,
    unseen: Evaluator,
    train: Option<Figures>,
    test: Option<Figures>,
    active_units: Option<usize>,
    measuring: Option<Measuring>,
    /// Test images that the dictionary has rebuilt.
    rebuilt: usize,
}

impl FinalEvaluation {
    /// Begins one of a run's present weights; the sentence says why it cannot.
    pub(super) fn new(run: &Run, dataset: &Dataset) -> Result<Self, String> {
        let split = &dataset.split;
        if split.train.is_empty() || split.test.is_empty() {
            return Err("There are no images to evaluate; use a set with more".to_owned());
        }
        let learner = &run.learner;
        Ok(Self {
            recipe: run.recipe.clone(),
            model: learner.model(),
            seen: Evaluator::of_network(learner),
            unseen: Evaluator::of_network(learner),
            train: None,
            test: None,
            active_units: None,
            measuring: Measuring::new(learner, run.recipe.dictionary.lambda),
            rebuilt: 0,
        })
    }

    /// The next chunk; the figures once all were seen.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        dataset: &Dataset,
    ) -> Result<Option<FinalFigures>, ReadError> {
        let (train, test) = (&dataset.split.train, &dataset.split.test);
        if self.train.is_none() {
            let seen = &train[..TRAINING_IMAGES.min(train.len())];
            self.train = self.seen.advance(learner, &self.recipe, dataset, seen)?;
            if self.train.is_some() {
                self.active_units = self.count_active(learner, dataset)?;
            }
            return Ok(None);
        }
        if self.test.is_none() {
            self.test = self.unseen.advance(learner, &self.recipe, dataset, test)?;
            return Ok(None);
        }
        let most = REBUILT.min(test.len());
        if let Some(measuring) = &mut self.measuring
            && self.rebuilt < most
        {
            let to = (self.rebuilt + CHUNK).min(most);
            let mut images = Vec::new();
            dataset.write_f32(&test[self.rebuilt..to], &mut images);
            self.rebuilt = to;
            measuring.add(learner, &images)?;
            return Ok(None);
        }
        let active_units = self.active_units;
        let dictionary = self.measuring.take().and_then(Measuring::done);
        Ok(self.train.zip(self.test).map(|(train, test)| FinalFigures {
            train,
            test,
            active_units,
            dictionary,
        }))
    }

    /// How many dimensions of a Gaussian code are in use.
    fn count_active(&self, learner: &Learner, dataset: &Dataset) -> Result<Option<usize>, ReadError> {
        if !self.recipe.is_variational() {
            return Ok(None);
        }
        let test = &dataset.split.test;
        let mut pixels = Vec::new();
        dataset.write_f32(&test[..ACTIVE_UNITS.min(test.len())], &mut pixels);
        let all = dimensions(&self.model, learner.images(&pixels, learner.device()))?;
        Ok(Some(all.iter().filter(|dimension| dimension.is_active()).count()))
    }
}
