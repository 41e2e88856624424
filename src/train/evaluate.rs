//! The cost of held-out images: each image exactly once, with one ε per image from the seed and the full β, so that
//! evaluations at different steps can be compared. Sums are in f64 and in order, so that they are the same to the last
//! bit between runs.
//!
//! Penalties of whole-set statistics (a target rate, free nats) are computed once, from statistics over all images: their
//! mean over chunks would be larger.

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
use crate::recipe::{Corruption, Recipe, ReconstructionScale};

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
    /// Sums over the images so far of what whole-set penalties are computed from, one per unit of the code.
    statistics: Vec<f64>,
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
            statistics: Vec::new(),
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
        Ok(if self.next >= indices.len() { self.mean(recipe, learner.pixels()) } else { None })
    }

    /// The mean metrics, with the objective and the penalties of whole-set statistics.
    fn mean(&self, recipe: &Recipe, pixels: usize) -> Option<Metrics> {
        let mut mean = self.total.mean()?;
        if self.dictionary.is_some() {
            return Some(mean);
        }
        let objective = &recipe.objective;
        let statistics: Vec<f64> = self.statistics.iter().map(|sum| sum / self.next as f64).collect();
        let mut charged_kl = None;
        if objective.rate > 0.0 {
            let divergence = objective::rate_divergence_of(&statistics, objective.target_rate);
            mean.set_penalty(Penalty::Rate, divergence);
        } else if objective.free_bits > 0.0 {
            charged_kl = Some(objective::kl_beyond_of(&statistics, objective.free_bits));
        }
        let reconstruction = match objective.scale {
            ReconstructionScale::Sum => mean.reconstruction,
            ReconstructionScale::Mean => mean.reconstruction / pixels as f64,
        };
        mean.objective = mean.penalties().fold(reconstruction, |sum, (penalty, value)| {
            let charged = charged_kl.filter(|_| penalty == Penalty::Kl).unwrap_or(value);
            sum + penalty.full_weight(objective) * charged
        });
        Some(mean)
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
        let statistic = terms::set_statistic(recipe, &encoded);
        let exact = self.model.decode_beside(encoded.code, &encoded.skips);
        let squared = objective::squared_error(batch.clean, exact);
        let mut all = vec![terms.reconstruction, squared];
        let (penalties, values): (Vec<Penalty>, Vec<Tensor<1>>) = terms.penalties.into_iter().unzip();
        all.extend(values);
        let terms = all.len();
        all.extend(statistic.map(|each| each.flatten::<1>(0, 1)));
        let numbers = read(Tensor::cat(all, 0))?;
        let (numbers, statistic) = numbers.split_at(terms * CHUNK);
        let size = statistic.len() / CHUNK;
        self.statistics.resize(size, 0.0);
        for row in statistic.chunks_exact(size.max(1)).take(chunk.len()) {
            self.statistics.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
        }
        for image in 0..chunk.len() {
            let at = |term: usize| f64::from(numbers[term * CHUNK + image]);
            let mut metrics =
                Metrics { reconstruction: at(0), squared_error: Some(at(1)), ..Metrics::default() };
            penalties.iter().enumerate().for_each(|(k, penalty)| metrics.set_penalty(*penalty, at(2 + k)));
            self.total.add(&metrics);
        }
        Ok(true)
    }
}

/// Images with the noise that evaluations give them, which is the same each time; `None` where there is no noise.
/// `indices` are the images' numbers in the data set.
pub fn corrupted(recipe: &Recipe, dims: [usize; 3], images: &[f32], indices: &[u32]) -> Option<Vec<f32>> {
    if recipe.noise.kind == Corruption::None {
        return None;
    }
    let mut corrupted = images.to_vec();
    for (image, index) in corrupted.chunks_exact_mut(dims.iter().product()).zip(indices) {
        let mut rng = stream(recipe.seed, Purpose::EvaluationCorruption, u64::from(*index));
        corrupt(image, dims, &recipe.noise, &mut rng);
    }
    Some(corrupted)
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
    let corrupted = corrupted(recipe, learner.dims(), images, indices);
    let input = corrupted.map_or_else(|| clean.clone(), |corrupted| learner.images(&corrupted, device));
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
