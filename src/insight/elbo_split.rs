//! The ELBO of a VAE in four parts: reconstruction; the mutual information of image and code; the total correlation, which
//! is how far the numbers of the code depend on each other; and the KL of each number on its own (Chen and others 2018).
//! The last three together are the KL term.
//!
//! The density of the aggregate posterior is estimated from a sample of the training images with the weights of
//! minibatch stratified sampling (appendix C.2 there).

use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::card_work::{CardWork, Slice};
use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card};
use crate::look::count_label;
use crate::model::{Autoencoder, Pass};
use crate::recipe::random::{Purpose, stream};
use crate::train::Stage;
use crate::train::evaluate::CHUNK;
use crate::train::read::{ReadError, read};
use crate::train::terms::reconstruction;

/// Training images at most whose posteriors are mixed: the time grows with the square of their number.
const MOST_MIXED: usize = 2_000;
/// Information this near to the most that so many images can show is probably more, in nats.
const NEAR_LIMIT: f64 = 2.0;
/// ln 2π.
const LN_TAU: f64 = 1.837_877_066_409_345_3;

/// The parts of the KL term, in nats per image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KlParts {
    /// Mutual information of image and code.
    pub information: f64,
    /// Total correlation.
    pub correlation: f64,
    /// The KL of each number from the prior, summed.
    pub per_dimension: f64,
}

/// Gaussian posteriors of some images: their means and log variances, and a code drawn from each.
#[derive(Clone, Debug, Default)]
pub struct Posteriors {
    /// Numbers in a code.
    pub dimensions: usize,
    /// One mean after the other.
    pub means: Vec<f32>,
    /// ln σ² in the same order.
    pub log_variances: Vec<f32>,
    /// The codes in the same order.
    pub codes: Vec<f32>,
}

impl Posteriors {
    fn count(&self) -> usize {
        self.means.len() / self.dimensions.max(1)
    }

    /// The three parts at the code of one image, where the images are a sample of `all`.
    fn parts(&self, image: usize, all: usize) -> KlParts {
        let (dimensions, count) = (self.dimensions, self.count());
        let code = &self.codes[image * dimensions..(image + 1) * dimensions];
        // The image itself is one of all; the others stand for all others.
        let own = -(all as f64).ln();
        let other =
            ((all.saturating_sub(1)) as f64 / (all as f64 * (count.saturating_sub(1)).max(1) as f64)).ln();
        let mut joint = LogSum::default();
        let mut each = vec![LogSum::default(); dimensions];
        let mut conditional = 0.0;
        let parts = self.means.chunks_exact(dimensions).zip(self.log_variances.chunks_exact(dimensions));
        for (at, (mean, log_variance)) in parts.enumerate() {
            let weight = if at == image { own } else { other };
            let mut total = 0.0;
            for (sum, ((z, mean), log_variance)) in
                each.iter_mut().zip(code.iter().zip(mean).zip(log_variance))
            {
                let log = log_normal(f64::from(*z), f64::from(*mean), f64::from(*log_variance));
                total += log;
                sum.add(weight + log);
            }
            joint.add(weight + total);
            if at == image {
                conditional = total;
            }
        }
        let joint = joint.value();
        let product: f64 = each.iter().map(LogSum::value).sum();
        let prior: f64 = code.iter().map(|z| log_normal(f64::from(*z), 0.0, 0.0)).sum();
        KlParts {
            information: conditional - joint,
            correlation: joint - product,
            per_dimension: product - prior,
        }
    }

    /// The mean of the parts over all images.
    pub fn kl_parts(&self, all: usize) -> KlParts {
        let mut sums = KlParts::default();
        (0..self.count()).for_each(|image| sums.add(self.parts(image, all)));
        sums.divided(self.count())
    }
}

impl KlParts {
    fn add(&mut self, other: Self) {
        self.information += other.information;
        self.correlation += other.correlation;
        self.per_dimension += other.per_dimension;
    }

    fn divided(self, count: usize) -> Self {
        let count = count.max(1) as f64;
        Self {
            information: self.information / count,
            correlation: self.correlation / count,
            per_dimension: self.per_dimension / count,
        }
    }
}

/// ln of the density of a normal distribution.
fn log_normal(z: f64, mean: f64, log_variance: f64) -> f64 {
    -0.5 * (LN_TAU + log_variance + (z - mean).powi(2) * (-log_variance).exp())
}

/// ln of a sum of exponentials, one after the other.
#[derive(Clone, Copy, Debug)]
struct LogSum {
    largest: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { largest: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LogSum {
    fn add(&mut self, log: f64) {
        if log <= self.largest {
            self.sum += (log - self.largest).exp();
        } else {
            self.sum = self.sum * (self.largest - log).exp() + 1.0;
            self.largest = log;
        }
    }

    fn value(&self) -> f64 {
        self.largest + self.sum.ln()
    }
}

/// The split under way, in one network.
#[derive(Debug)]
pub struct ElboSplitWork {
    model: Autoencoder,
    images: Vec<u32>,
    posteriors: Posteriors,
    reconstruction: f64,
    done: usize,
    sums: KlParts,
}

impl CardWork for ElboSplitWork {
    /// Encodes some images, or takes some of them into the sums. The card once there is no more to do.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let has_code = !matches!(inputs.learner.stage(), Stage::Layer(_));
        if !inputs.recipe.is_variational() || !has_code || self.images.len() < 2 {
            return Ok(Some(None));
        }
        let encoded = self.posteriors.count();
        if encoded < self.images.len() {
            let to = (encoded + many.clamp(1, CHUNK)).min(self.images.len());
            self.encode(inputs, encoded, to)?;
            return Ok(None);
        }
        if self.done < self.images.len() {
            let to = (self.done + many.max(1)).min(self.images.len());
            let all = inputs.dataset.split.train.len();
            (self.done..to).for_each(|image| self.sums.add(self.posteriors.parts(image, all)));
            self.done = to;
            return Ok(None);
        }
        Ok(Some(Some(self.card(inputs))))
    }
}

impl ElboSplitWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let train = &inputs.dataset.split.train;
        let most = inputs.effort.known.min(MOST_MIXED).min(train.len());
        Self {
            model: inputs.learner.model(),
            images: train[..most].to_vec(),
            posteriors: Posteriors { dimensions: inputs.learner.code_size(), ..Posteriors::default() },
            reconstruction: 0.0,
            done: 0,
            sums: KlParts::default(),
        }
    }

    fn encode(&mut self, inputs: &CardInputs<'_>, from: usize, to: usize) -> Result<(), ReadError> {
        let learner = inputs.learner;
        let images = &self.images[from..to];
        let mut pixels = Vec::new();
        inputs.dataset.write_f32(images, &mut pixels);
        let pixels = learner.images(&pixels, learner.device());
        let encoded = self.model.encode(pixels.clone());
        let Some(log_variance) = encoded.log_variance.clone() else { return Ok(()) };
        let (means, log_variances) = (read(encoded.code.clone())?, read(log_variance)?);
        let dimensions = self.posteriors.dimensions;
        let mut codes = Vec::with_capacity(means.len());
        for (at, image) in images.iter().enumerate() {
            let mut rng = stream(inputs.recipe.seed, Purpose::Importance, u64::from(*image));
            for place in at * dimensions..(at + 1) * dimensions {
                let epsilon: f32 = rng.sample(StandardNormal);
                codes.push(means[place] + (0.5 * log_variances[place]).exp() * epsilon);
            }
        }
        let raw = self.model.decode_raw(learner.codes(&codes), &encoded.skips, &mut Pass::default());
        let costs = reconstruction(&self.model, inputs.recipe, pixels, raw);
        self.reconstruction += read(costs)?.iter().map(|cost| f64::from(*cost)).sum::<f64>();
        self.posteriors.means.extend(means);
        self.posteriors.log_variances.extend(log_variances);
        self.posteriors.codes.extend(codes);
        Ok(())
    }

    fn card(&self, inputs: &CardInputs<'_>) -> Card {
        let KlParts { information, correlation, per_dimension } = self.sums.divided(self.done);
        let reconstruction = self.reconstruction / self.done.max(1) as f64;
        let all = inputs.dataset.split.train.len();
        let most = (all as f64).ln();
        let limit = format!(
            " More than {most:.1} nats of information, ln {}, cannot be seen with so many images and counts as total \
             correlation.",
            count_label(all as u64)
        );
        let meaning = format!(
            "The KL of {:.1} nats is {information:.1} nats of information about the image, {correlation:.1} nats of total \
             correlation, by which the numbers of the code depend on each other, and {per_dimension:.1} nats by which each \
             number on its own is not N(0, 1).{}",
            information + correlation + per_dimension,
            if information > most - NEAR_LIMIT { limit.as_str() } else { "" }
        );
        let names = ["reconstruction", "information", "total correlation", "KL of each number"];
        let bars = Bars {
            y: "nats per training image".to_owned(),
            values: [reconstruction, information, correlation, per_dimension]
                .map(|part| part as f32)
                .to_vec(),
            names: names.map(str::to_owned).to_vec(),
            highlighted: vec![false, true, true, true],
            ..Bars::default()
        };
        Card::new(Topic::ElboSplit.title(), meaning, bars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_exponentials_do_not_overflow() {
        let mut sum = LogSum::default();
        [-1000.0, 1000.0, 1000.0, -1000.0].into_iter().for_each(|log| sum.add(log));
        assert!((sum.value() - 1000.0 - 2.0_f64.ln()).abs() < 1e-12);
    }

    /// Codes of a linear encoder of one normal number: q(z|x) = N(a·x, s²), so q(z) is N(0, a² + s²).
    #[test]
    fn the_parts_are_those_of_a_linear_encoder() {
        let (a, spread, count) = (0.8_f64, 0.6_f64, 3000);
        let mut rng = stream(5, Purpose::Importance, 0);
        let mut posteriors = Posteriors { dimensions: 2, ..Posteriors::default() };
        for _ in 0..count {
            let x: f64 = rng.sample(StandardNormal);
            // Both numbers see the same x, so they depend on each other.
            for _ in 0..2 {
                let epsilon: f64 = rng.sample(StandardNormal);
                posteriors.means.push((a * x) as f32);
                posteriors.log_variances.push((2.0 * spread.ln()) as f32);
                posteriors.codes.push((a * x + spread * epsilon) as f32);
            }
        }
        let KlParts { information, correlation, per_dimension } = posteriors.kl_parts(count);
        // The covariance of z is a²·11ᵀ + s²·I.
        let (variance, determinant) =
            (a * a + spread * spread, spread.powi(2) * (2.0 * a * a + spread.powi(2)));
        let want_information = 0.5 * (determinant / spread.powi(4)).ln();
        let want_correlation = 0.5 * (variance * variance / determinant).ln();
        let want_each = 2.0 * 0.5 * (variance - variance.ln() - 1.0);
        for (what, got, want) in [
            ("information", information, want_information),
            ("total correlation", correlation, want_correlation),
            ("KL of each number", per_dimension, want_each),
        ] {
            assert!((got - want).abs() < 0.05, "{what}: {got}, not {want}");
        }
    }
}
