//! What held-out images cost, exactly: every image once, one ε per image from the seed, totals in f64 in order.

use burn::tensor::{Tensor, TensorData};

use super::figures::{Figures, Total};
use super::learner::{Learner, normal};
use super::read::{ReadError, read};
use crate::data::Dataset;
use crate::model::{Autoencoder, objective};
use crate::recipe::Recipe;
use crate::recipe::random::Purpose;

/// Images evaluated at once; one shape for every device to prepare for.
pub const CHUNK: usize = 128;

/// An evaluation under way: a chunk at a time, so that it can be shared out over turns. The network is the one it
/// began with, however far the run has gone meanwhile.
#[derive(Debug)]
pub struct Evaluator {
    model: Autoencoder,
    step: u64,
    next: usize,
    total: Total,
    images: Vec<f32>,
}

impl Evaluator {
    /// Begins with the network as it is now.
    pub fn new(learner: &Learner) -> Self {
        Self {
            model: learner.model(),
            step: learner.step_number(),
            next: 0,
            total: Total::default(),
            images: Vec::new(),
        }
    }

    /// Updates made when the evaluation began.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Evaluates the next chunk of `indices`; the mean figures once all were seen.
    pub fn advance(
        &mut self,
        learner: &Learner,
        recipe: &Recipe,
        dataset: &Dataset,
        indices: &[u32],
    ) -> Result<Option<Figures>, ReadError> {
        let chunk = &indices[self.next..(self.next + CHUNK).min(indices.len())];
        if !chunk.is_empty() {
            let terms = self.terms(learner, recipe, dataset, chunk)?;
            self.add(learner, recipe, &terms, chunk.len());
            self.next += chunk.len();
        }
        Ok(if self.next >= indices.len() { self.total.mean() } else { None })
    }

    /// The terms of a chunk, read: reconstruction, squared error from the code itself, penalties; `[terms × CHUNK]`.
    /// A last, short chunk is filled up with its first image, which is not counted.
    fn terms(
        &mut self,
        learner: &Learner,
        recipe: &Recipe,
        dataset: &Dataset,
        chunk: &[u32],
    ) -> Result<Vec<f32>, ReadError> {
        let mut padded = chunk.to_vec();
        padded.resize(CHUNK, chunk[0]);
        dataset.write_f32(&padded, &mut self.images);
        let x = learner.images(&self.images, learner.device());
        let encoded = self.model.encode(x.clone());
        let epsilon = recipe.is_variational().then(|| {
            let code = learner.code_size();
            let noise = |i: &u32| normal(recipe.seed, Purpose::EvaluationEpsilon, u64::from(*i), code);
            let noise: Vec<f32> = padded.iter().flat_map(noise).collect();
            Tensor::from_data(TensorData::new(noise, [CHUNK, code]), learner.device())
        });
        let exact = self.model.decode(encoded.sample(None));
        let squared = objective::squared_error(x.clone(), exact);
        let raw = self.model.decode_raw(encoded.sample(epsilon));
        let terms = learner.objective().per_image(x, raw, |raw| self.model.pixels(raw), &encoded);
        let mut all = vec![terms.reconstruction, squared];
        all.extend(terms.penalties);
        read(Tensor::cat(all, 0))
    }

    fn add(&mut self, learner: &Learner, recipe: &Recipe, terms: &[f32], count: usize) {
        for image in 0..count {
            let at = |term: usize| f64::from(terms[term * CHUNK + image]);
            let mut figures = Figures {
                objective: at(0),
                reconstruction: at(0),
                squared_error: Some(at(1)),
                ..Figures::default()
            };
            for (k, penalty) in learner.objective().penalties().iter().enumerate() {
                figures.objective += penalty.weight(&recipe.objective) * at(2 + k);
                figures.set_penalty(*penalty, at(2 + k));
            }
            self.total.add(&figures);
        }
    }
}

/// Evaluates all of `indices` at once.
pub fn evaluate(
    learner: &Learner,
    recipe: &Recipe,
    dataset: &Dataset,
    indices: &[u32],
) -> Result<Option<Figures>, ReadError> {
    let mut evaluator = Evaluator::new(learner);
    let chunks = indices.len().div_ceil(CHUNK);
    for _ in 1..chunks {
        evaluator.advance(learner, recipe, dataset, indices)?;
    }
    evaluator.advance(learner, recipe, dataset, indices)
}
