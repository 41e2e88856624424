//! The likelihood of held-out images in a VAE, estimated with importance samples (Burda and others 2016). The objective of
//! training, the negative ELBO, is an upper bound of the negative log-likelihood; the mean over K samples is a tighter one,
//! and tends to it as K grows.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::card_work::{CardWork, Slice};
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Level, Line, Lines};
use crate::model::{Autoencoder, Encoded, Pass};
use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Recipe, Reconstruction};
use crate::train::read::{ReadError, read};
use crate::train::terms::reconstruction;

/// Numbers of samples for which the estimate is shown, as far as there are so many.
const SHOWN: [usize; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// The estimate under way, for one network.
#[derive(Debug)]
pub struct LikelihoodWork {
    model: Autoencoder,
    images: Vec<u32>,
    samples: usize,
    chunk: Option<Chunk>,
    /// Images that are done.
    done: usize,
    /// The negative log-likelihood of each image by its first samples, one list for each number of samples.
    estimates: Vec<(usize, Vec<f64>)>,
}

/// Images that are being sampled.
#[derive(Debug)]
struct Chunk {
    pixels: Tensor<2>,
    encoded: Encoded,
    rngs: Vec<ChaCha8Rng>,
    /// Half the sum of ln σ², of each image.
    half_log_variance: Vec<f64>,
    /// ln w of every sample so far, of each image.
    weights: Vec<Vec<f64>>,
}

impl CardWork for LikelihoodWork {
    /// Does a slice: encodes some images, or decodes a sample of each of them. The card once there is no more to do.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        if !inputs.recipe.is_variational() || self.images.is_empty() || self.estimates.is_empty() {
            return Ok(Some(None));
        }
        let Some(chunk) = &mut self.chunk else {
            if self.done == self.images.len() {
                return Ok(Some(Some(self.card(inputs))));
            }
            let to = (self.done + many.max(1)).min(self.images.len());
            self.chunk = Some(Chunk::new(&self.model, inputs, &self.images[self.done..to])?);
            return Ok(None);
        };
        chunk.sample(&self.model, inputs.recipe)?;
        if chunk.weights.first().is_some_and(|weights| weights.len() == self.samples) {
            for (count, estimates) in &mut self.estimates {
                estimates.extend(chunk.weights.iter().map(|weights| -log_mean_exp(&weights[..*count])));
            }
            self.done += chunk.weights.len();
            self.chunk = None;
        }
        Ok(None)
    }
}

impl LikelihoodWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let effort = inputs.effort;
        let split = &inputs.dataset.split;
        let images = if effort.of_test { &split.test } else { &split.validation };
        let counts = SHOWN.into_iter().filter(|count| *count <= effort.samples);
        Self {
            model: inputs.learner.model(),
            images: images[..effort.estimated.min(images.len())].to_vec(),
            samples: effort.samples,
            chunk: None,
            done: 0,
            estimates: counts.map(|count| (count, Vec::new())).collect(),
        }
    }

    fn card(&self, inputs: &CardInputs<'_>) -> Card {
        let means: Vec<(usize, f64, f64)> =
            self.estimates.iter().map(|(count, all)| (*count, mean(all), standard_error(all))).collect();
        let estimate = Line {
            name: String::new(),
            points: means.iter().map(|(samples, mean, _)| [*samples as f32, *mean as f32]).collect(),
            errors: means.iter().map(|(.., error)| *error as f32).collect(),
        };
        let (first, last) = (means.first().copied(), means.last().copied());
        let [(_, elbo, _), (samples, lowest, error)] = [first, last].map(Option::unwrap_or_default);
        let unit = match inputs.recipe.objective.reconstruction {
            Reconstruction::CrossEntropy => "nats",
            Reconstruction::SquaredError => "nats, up to a constant",
        };
        let meaning = format!(
            "With {samples} importance samples the negative log-likelihood of {} held-out images is estimated at \
             {lowest:.1} ± {error:.1} {unit}; one sample, the negative ELBO with β = 1, gives {elbo:.1}. Every estimate is \
             too high on average, less so with more samples; the difference of {:.1} is what the encoder's Gaussian misses.",
            self.images.len(),
            elbo - lowest
        );
        let lines = Lines {
            x: "importance samples".to_owned(),
            y: format!("−ln p(x), {unit}"),
            are_ratios: true,
            series: vec![estimate],
            level: Some(Level { name: "one sample".to_owned(), value: elbo as f32 }),
        };
        Card::new(Topic::Likelihood.title(), meaning, lines)
    }
}

impl Chunk {
    fn new(model: &Autoencoder, inputs: &CardInputs<'_>, images: &[u32]) -> Result<Self, ReadError> {
        let learner = inputs.learner;
        let mut numbers = Vec::new();
        inputs.dataset.write_f32(images, &mut numbers);
        let pixels = learner.images(&numbers, learner.device());
        let encoded = model.encode(pixels.clone());
        let code = learner.code_size();
        let sums = match &encoded.log_variance {
            Some(log_variance) => read(log_variance.clone())?,
            None => vec![0.0; images.len() * code],
        };
        let half = |row: &[f32]| 0.5 * row.iter().map(|x| f64::from(*x)).sum::<f64>();
        let rng = |image: &u32| stream(inputs.recipe.seed, Purpose::Importance, u64::from(*image));
        Ok(Self {
            pixels,
            encoded,
            rngs: images.iter().map(rng).collect(),
            half_log_variance: sums.chunks_exact(code.max(1)).map(half).collect(),
            weights: vec![Vec::new(); images.len()],
        })
    }

    /// Decodes one sample of each image: ln w = ln p(x|z) + ln p(z) − ln q(z|x).
    fn sample(&mut self, model: &Autoencoder, recipe: &Recipe) -> Result<(), ReadError> {
        let Some(log_variance) = self.encoded.log_variance.clone() else { return Ok(()) };
        let [count, code] = log_variance.dims();
        let draw =
            |rng: &mut ChaCha8Rng| -> Vec<f32> { (0..code).map(|_| rng.sample(StandardNormal)).collect() };
        let epsilon: Vec<f32> = self.rngs.iter_mut().flat_map(draw).collect();
        let half_squares: Vec<f64> = epsilon
            .chunks_exact(code)
            .map(|row| 0.5 * row.iter().map(|e| f64::from(*e).powi(2)).sum::<f64>())
            .collect();
        let device = self.pixels.device();
        let epsilon = Tensor::from_data(TensorData::new(epsilon, [count, code]), &device);
        let z = self.encoded.code.clone() + (log_variance * 0.5).exp() * epsilon;
        let raw = model.decode_raw(z.clone(), &self.encoded.skips, &mut Pass::default());
        let cost = reconstruction(model, recipe, self.pixels.clone(), raw);
        let half_z = (z.square() * 0.5).sum_dim(1).squeeze_dim::<1>(1);
        let numbers = read(cost + half_z)?;
        for (image, weights) in self.weights.iter_mut().enumerate() {
            weights.push(half_squares[image] + self.half_log_variance[image] - f64::from(numbers[image]));
        }
        Ok(())
    }
}

/// ln of the mean of e to the power of each number.
fn log_mean_exp(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
    largest + (sum / logs.len() as f64).ln()
}

fn mean(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / all.len().max(1) as f64
}

/// The standard error of a mean.
fn standard_error(all: &[f64]) -> f64 {
    let middle = mean(all);
    let squares: f64 = all.iter().map(|x| (x - middle).powi(2)).sum();
    (squares / (all.len().saturating_sub(1).max(1) * all.len().max(1)) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_exponentials_do_not_overflow() {
        assert!((log_mean_exp(&[-1000.0, -1000.0]) + 1000.0).abs() < 1e-12);
        assert!((log_mean_exp(&[0.0, 3.0_f64.ln()]) - 2.0_f64.ln()).abs() < 1e-12);
        assert!((standard_error(&[1.0, 3.0]) - 1.0).abs() < 1e-12);
    }
}
