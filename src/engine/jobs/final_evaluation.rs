//! The final evaluation of a run on training and test images, a chunk of images a turn: whoever asks may stop waiting,
//! and views are made meanwhile. The network is the one it began with.

use super::job::{Job, JobError, Share};
use crate::engine::message::FinalFigures;
use crate::engine::target::Target;
use crate::insight::Measuring;
use crate::insight::dimensions::dimensions;
use crate::model::Autoencoder;
use crate::recipe::Recipe;
use crate::train::evaluate::CHUNK;
use crate::train::read::ReadError;
use crate::train::{Evaluator, Metrics};

/// Training images that a run is evaluated on at the end; more change the third figure.
const TRAINING_IMAGES: usize = 10_000;
/// Test images that active dimensions are counted on: their variances are sure to a few percent.
const ACTIVE_UNITS: usize = 2_000;
/// Test images that a dictionary rebuilds for its final metrics, at every price.
const REBUILT: usize = 2_000;

/// A final evaluation under way.
#[derive(Debug)]
pub(in crate::engine) struct FinalEvaluation {
    recipe: Recipe,
    model: Autoencoder,
    trained_on: Evaluator,
    tested_on: Evaluator,
    train: Option<Metrics>,
    test: Option<Metrics>,
    active_units: Option<usize>,
    measuring: Option<Measuring>,
    /// Test images that the dictionary has rebuilt.
    rebuilt: usize,
}

impl FinalEvaluation {
    /// Begins one of a run's present weights; the sentence says why it cannot.
    pub(in crate::engine) fn new(target: &Target<'_>) -> Result<Self, String> {
        let split = &target.gallery.dataset.split;
        if split.train.is_empty() || split.test.is_empty() {
            return Err("There are no images to evaluate; use a set with more".to_owned());
        }
        let learner = target.learner;
        Ok(Self {
            recipe: target.recipe.clone(),
            model: learner.model(),
            trained_on: Evaluator::of_network(learner),
            tested_on: Evaluator::of_network(learner),
            train: None,
            test: None,
            active_units: None,
            measuring: Measuring::new(learner, target.recipe.dictionary.lambda),
            rebuilt: 0,
        })
    }

    /// How many dimensions of a Gaussian code are in use.
    fn count_active(&self, target: &Target<'_>) -> Result<Option<usize>, ReadError> {
        if !self.recipe.is_variational() {
            return Ok(None);
        }
        let (learner, dataset) = (target.learner, &target.gallery.dataset);
        let test = &dataset.split.test;
        let mut pixels = Vec::new();
        dataset.write_f32(&test[..ACTIVE_UNITS.min(test.len())], &mut pixels);
        let all = dimensions(&self.model, learner.images(&pixels, learner.device()))?;
        Ok(Some(all.iter().filter(|dimension| dimension.is_active()).count()))
    }
}

impl Job for FinalEvaluation {
    type Output = FinalFigures;

    fn share(_: &Target<'_>) -> Share {
        Share::Slice
    }

    fn slice(&mut self, target: &Target<'_>, _: usize) -> Result<Option<FinalFigures>, JobError> {
        let (learner, dataset) = (target.learner, &target.gallery.dataset);
        let (train, test) = (&dataset.split.train, &dataset.split.test);
        if self.train.is_none() {
            let some = &train[..TRAINING_IMAGES.min(train.len())];
            self.train = self.trained_on.advance(learner, &self.recipe, dataset, some)?;
            if self.train.is_some() {
                self.active_units = self.count_active(target)?;
            }
            return Ok(None);
        }
        if self.test.is_none() {
            self.test = self.tested_on.advance(learner, &self.recipe, dataset, test)?;
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
}
