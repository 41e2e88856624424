//! The cost of held-out images: each image exactly once, with one ε per image from the seed and the full β. Sums are in
//! f64 and in order, so that they are exact to the last bit between runs.

use burn::tensor::{Tensor, TensorData};

use super::atoms::Dictionary;
use super::dictionary::{HeldOutCodes, evaluate_held_out};
use super::learner::{Learner, normal};
use super::metrics::{Metrics, Total};
use super::read::{ReadError, read};
use super::sparse::SLICE;
use super::terms::{self, Batch, BatchOutput};
use crate::data::Dataset;
use crate::data::corrupt::corrupt;
use crate::model::{Autoencoder, Pass, Penalty, objective};
use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Corruption, Recipe};

/// Images evaluated at once. All chunks have this size, so that a device compiles kernels for one shape only.
pub const CHUNK: usize = 128;

/// An evaluation in progress, a chunk at a time. It uses the network as it was at the start, even if training continues
/// meanwhile. Once there is a dictionary, images are reconstructed from sparse codes.
#[derive(Debug)]
pub struct Evaluator {
    model: Autoencoder,
    dictionary: Option<Dictionary>,
    /// A chunk whose sparse codes are being searched for.
    pending: Option<HeldOutCodes>,
    step: u64,
    next: usize,
    total: Total,
    images: Vec<f32>,
}

impl Evaluator {
    /// Starts with the current network, and its dictionary if there is one.
    pub fn new(learner: &Learner) -> Self {
        let dictionary = learner.dictionaries().map(|both| both.codes.clone());
        Self { dictionary, ..Self::of_network(learner) }
    }

    /// Starts with the current network, without a dictionary.
    pub fn of_network(learner: &Learner) -> Self {
        Self {
            model: learner.so_far(),
            dictionary: None,
            pending: None,
            step: learner.step_number(),
            next: 0,
            total: Total::default(),
            images: Vec::new(),
        }
    }

    /// The number of updates when the evaluation started.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Evaluates the next chunk of `indices`, or continues the search for the sparse codes of one. Returns the mean
    /// metrics once all are done.
    pub fn advance(
        &mut self,
        learner: &Learner,
        recipe: &Recipe,
        dataset: &Dataset,
        indices: &[u32],
    ) -> Result<Option<Metrics>, ReadError> {
        let chunk = &indices[self.next..(self.next + CHUNK).min(indices.len())];
        if !chunk.is_empty() && self.chunk(learner, recipe, dataset, chunk)? {
            self.next += chunk.len();
        }
        Ok(if self.next >= indices.len() { self.total.mean() } else { None })
    }

    /// Evaluates a chunk. Returns whether it is done. The last chunk is padded with its first image, which is not
    /// counted again.
    fn chunk(
        &mut self,
        learner: &Learner,
        recipe: &Recipe,
        dataset: &Dataset,
        chunk: &[u32],
    ) -> Result<bool, ReadError> {
        let mut padded = chunk.to_vec();
        padded.resize(CHUNK, chunk[0]);
        dataset.write_f32(&padded, &mut self.images);
        if let Some(dictionary) = &self.dictionary {
            let mut found = match self.pending.take() {
                Some(pending) => pending,
                None => {
                    let images = learner.images(&self.images, learner.device());
                    HeldOutCodes::begin(&self.model, dictionary, recipe, images)?
                }
            };
            if !found.advance(SLICE) {
                self.pending = Some(found);
                return Ok(false);
            }
            evaluate_held_out(&self.model, dictionary, recipe, found, chunk.len(), &mut self.total)?;
            return Ok(true);
        }
        let batch = held_out_batch(learner, &self.model, recipe, &self.images, &padded, chunk.len());
        let BatchOutput { encoded, terms } =
            terms::forward(&self.model, recipe, &batch, &mut Pass::default());
        let exact = self.model.decode_beside(encoded.code, &encoded.skips);
        let squared = objective::squared_error(batch.clean, exact);
        let objective = terms::weighted_in_full(&terms, recipe, learner.pixels());
        let mut all = vec![objective, terms.reconstruction, squared];
        let (penalties, values): (Vec<Penalty>, Vec<Tensor<1>>) = terms.penalties.into_iter().unzip();
        all.extend(values);
        let numbers = read(Tensor::cat(all, 0))?;
        for image in 0..chunk.len() {
            let at = |term: usize| f64::from(numbers[term * CHUNK + image]);
            let mut metrics = Metrics {
                objective: at(0),
                reconstruction: at(1),
                squared_error: Some(at(2)),
                ..Metrics::default()
            };
            penalties.iter().enumerate().for_each(|(k, penalty)| metrics.set_penalty(*penalty, at(3 + k)));
            self.total.add(&metrics);
        }
        Ok(true)
    }
}

/// A batch of held-out images with their noise, which depends on the index of the image, so that every evaluation uses
/// the same.
fn held_out_batch(
    learner: &Learner,
    model: &Autoencoder,
    recipe: &Recipe,
    images: &[f32],
    indices: &[u32],
    count: usize,
) -> Batch {
    let (pixels, code, device) = (learner.pixels(), learner.code_size(), learner.device());
    let clean = learner.images(images, device);
    let input = match recipe.noise.kind {
        Corruption::None => clean.clone(),
        _ => {
            let mut corrupted = images.to_vec();
            for (image, index) in corrupted.chunks_exact_mut(pixels).zip(indices) {
                let mut rng = stream(recipe.seed, Purpose::EvaluationCorruption, u64::from(*index));
                corrupt(image, learner.dims(), &recipe.noise, &mut rng);
            }
            learner.images(&corrupted, device)
        }
    };
    let epsilon = recipe.is_variational().then(|| {
        let noise = |i: &u32| normal(recipe.seed, Purpose::EvaluationEpsilon, u64::from(*i), code);
        let noise: Vec<f32> = indices.iter().flat_map(noise).collect();
        Tensor::from_data(TensorData::new(noise, [indices.len(), code]), device)
    });
    let probes = terms::needs_probes(model, recipe).then(|| {
        let probe = |i: &u32| normal(recipe.seed, Purpose::EvaluationProbes, u64::from(*i), pixels);
        learner.images(&indices.iter().flat_map(probe).collect::<Vec<f32>>(), device)
    });
    Batch { clean, input, epsilon, probes, count }
}

/// Evaluates the network on all of `indices` at once, without a dictionary.
pub fn evaluate(
    learner: &Learner,
    recipe: &Recipe,
    dataset: &Dataset,
    indices: &[u32],
) -> Result<Option<Metrics>, ReadError> {
    if indices.is_empty() {
        return Ok(None);
    }
    let mut evaluator = Evaluator::of_network(learner);
    loop {
        let metrics = evaluator.advance(learner, recipe, dataset, indices)?;
        if metrics.is_some() {
            return Ok(metrics);
        }
    }
}
