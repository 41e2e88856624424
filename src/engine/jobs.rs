//! Work that is too long for one turn: evaluations and clouds, a chunk at a time; and when views are due.

use std::time::{Duration, Instant};

use super::view::CloudView;
use crate::data::Dataset;
use crate::model::Autoencoder;
use crate::recipe::Recipe;
use crate::train::evaluate::CHUNK;
use crate::train::read::{ReadError, read};
use crate::train::{Evaluator, Figures, Learner};

/// Time between two pictures of a kind: ten a second.
const PICTURES: Duration = Duration::from_millis(100);
/// Time between the end of one cloud and the beginning of the next.
const CLOUDS: Duration = Duration::from_millis(300);
/// Time between the end of one round of plates and the beginning of the next: some of them cost as much as a dozen
/// steps.
const EXHIBITS: Duration = Duration::from_millis(800);

/// A held-out evaluation under way.
#[derive(Debug)]
pub(super) struct EvaluationJob {
    evaluator: Evaluator,
    train: Option<Figures>,
}

impl EvaluationJob {
    /// Begins one; `train` is what training cost since the one before.
    pub(super) fn new(learner: &Learner, train: Option<Figures>) -> Self {
        Self { evaluator: Evaluator::new(learner), train }
    }

    pub(super) fn step(&self) -> u64 {
        self.evaluator.step()
    }

    pub(super) fn train(&self) -> Option<Figures> {
        self.train
    }

    /// The next chunk; the figures once all were seen.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        recipe: &Recipe,
        dataset: &Dataset,
    ) -> Result<Option<Figures>, ReadError> {
        self.evaluator.advance(learner, recipe, dataset, &dataset.split.validation)
    }
}

/// The codes of held-out images, under way.
#[derive(Debug)]
pub(super) struct CloudJob {
    model: Autoencoder,
    step: u64,
    codes: Vec<f32>,
    next: usize,
    images: Vec<f32>,
}

impl CloudJob {
    pub(super) fn new(learner: &Learner) -> Self {
        let (model, step) = (learner.model(), learner.step_number());
        Self { model, step, codes: Vec::new(), next: 0, images: Vec::new() }
    }

    /// The next chunk; the cloud once all were encoded.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        dataset: &Dataset,
        indices: &[u32],
    ) -> Result<Option<CloudView>, ReadError> {
        let chunk = &indices[self.next..(self.next + CHUNK).min(indices.len())];
        if let Some(first) = chunk.first() {
            let mut padded = chunk.to_vec();
            padded.resize(CHUNK, *first);
            dataset.write_f32(&padded, &mut self.images);
            let codes = read(self.model.encode(learner.images(&self.images, learner.device())).code)?;
            self.codes.extend_from_slice(&codes[..chunk.len() * learner.code_size()]);
            self.next += chunk.len();
        }
        Ok((self.next >= indices.len()).then(|| CloudView {
            step: self.step,
            dimensions: learner.code_size(),
            images: indices.into(),
            codes: std::mem::take(&mut self.codes).into(),
            spreads: None,
            errors: None,
        }))
    }
}

/// When each kind of view was last made, and of which step.
#[derive(Debug, Default)]
pub(super) struct ViewClock {
    pub(super) cloud: Last,
    pub(super) reconstructions: Last,
    pub(super) layers: Last,
    pub(super) exhibits: Last,
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
    pub(super) fn cloud_is_due(&self, step: u64) -> bool {
        self.is_due(CLOUDS, step, 0)
    }

    /// Whether it is time for another round of plates, and there is something new in it.
    pub(super) fn exhibits_are_due(&self, step: u64) -> bool {
        self.is_due(EXHIBITS, step, 0)
    }

    fn is_due(&self, interval: Duration, step: u64, example: usize) -> bool {
        self.0.is_none_or(|(when, of, which)| which != example || (of != step && when.elapsed() >= interval))
    }

    /// Notes that one was made.
    pub(super) fn made(&mut self, step: u64, example: usize) {
        self.0 = Some((Instant::now(), step, example));
    }
}
