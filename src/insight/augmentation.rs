//! Whether images that the network makes help a classifier with few labels: a linear probe on pixels, trained on labelled
//! images alone, with decoded samples around their codes, and with decoded mixtures of two codes of a class.

use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::card_work::{CardWork, Slice};
use super::class_rivals::{images, labels};
use super::few_labels::{LabelPoint, drawn_rows};
use super::probe::{Probe, STEPS, TOLERANCE, share_right};
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Line, Lines};
use crate::model::Autoencoder;
use crate::recipe::random::{Purpose, stream};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Labelled images of each class, while the card is watched and where there is time.
const PER_CLASS: [usize; 3] = [2, 5, 10];
const PER_CLASS_AT_LENGTH: [usize; 5] = [2, 5, 10, 20, 50];
/// How often images are drawn.
const DRAWS: usize = 3;
const DRAWS_AT_LENGTH: usize = 10;
/// Images made from each labelled one.
const MADE: usize = 4;
/// The share of the standard deviation of the codes that samples of a plain code are spread by.
const SPREAD: f32 = 0.25;
/// What a probe is trained on.
const WAYS: [&str; 3] = ["labelled images alone", "and samples around them", "and mixtures of two"];

/// Probes under way.
#[derive(Debug)]
pub struct AugmentationWork {
    model: Autoencoder,
    sizes: &'static [usize],
    draws: usize,
    /// Training images that have a class, and held-out ones that are asked for.
    known: Vec<u32>,
    known_labels: Vec<u8>,
    asked: Vec<u32>,
    asked_labels: Vec<u8>,
    asked_pixels: Vec<f32>,
    trial: Option<Trial>,
    /// The shares of the present number of labels, of each way and draw.
    shares: [Vec<f64>; WAYS.len()],
    points: [Vec<LabelPoint>; WAYS.len()],
    /// The gain of each of the other ways, in the same draws.
    gains: [Vec<LabelPoint>; WAYS.len()],
}

/// Labelled images that were drawn, and what is made of them.
#[derive(Debug, Default)]
struct Trial {
    labels: Vec<u8>,
    pixels: Vec<f32>,
    means: Vec<f32>,
    spreads: Vec<f32>,
    /// Codes of made images, of the samples and then of the mixtures.
    codes: Vec<f32>,
    made: Vec<f32>,
    way: usize,
    steps: usize,
    probe: Option<Probe>,
    /// The probe on labelled images alone, with which the others begin.
    first: Option<Probe>,
}

impl CardWork for AugmentationWork {
    /// Encodes, decodes, or takes a step of a probe.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let is_early = matches!(inputs.learner.stage(), Stage::Layer(_));
        if is_early || inputs.dataset.kept_classes() < 2 || self.asked.is_empty() || inputs.recipe.has_skips()
        {
            return Ok(Some(None));
        }
        let Some(per_class) = self.sizes.get(self.points[0].len()).copied() else {
            return Ok(Some(self.card(inputs)));
        };
        let Some(trial) = &mut self.trial else {
            let draw = self.shares[0].len() as u64;
            let classes = inputs.dataset.class_names.len();
            let Some(rows) = drawn_rows(&self.known_labels, classes, per_class, draw) else {
                return Ok(Some(self.card(inputs)));
            };
            let chosen: Vec<u32> = rows.iter().map(|row| self.known[*row]).collect();
            let labels = rows.iter().map(|row| self.known_labels[*row]).collect();
            self.trial = Some(Trial::new(inputs, &chosen, labels));
            return Ok(None);
        };
        if trial.make(&self.model, inputs, many, draw_of(per_class, self.shares[0].len()))? {
            return Ok(None);
        }
        if !trial.is_fitted(inputs) {
            return Ok(None);
        }
        if let Some(probe) = trial.probe.take() {
            self.shares[trial.way].push(share_right(&probe.classes(&self.asked_pixels), &self.asked_labels));
            trial.first.get_or_insert(probe);
            trial.way += 1;
            trial.steps = 0;
        }
        if trial.way == WAYS.len() {
            self.trial = None;
        }
        if self.trial.is_none() && self.shares[0].len() == self.draws {
            let alone = std::mem::take(&mut self.shares[0]);
            for way in 0..WAYS.len() {
                let shares = if way == 0 { alone.clone() } else { std::mem::take(&mut self.shares[way]) };
                let gains: Vec<f64> = shares.iter().zip(&alone).map(|(share, alone)| share - alone).collect();
                self.points[way].push(LabelPoint::new(per_class, &shares));
                self.gains[way].push(LabelPoint::new(per_class, &gains));
            }
        }
        Ok(None)
    }
}

/// The stream of random numbers of a draw.
fn draw_of(per_class: usize, draw: usize) -> u64 {
    (per_class * DRAWS_AT_LENGTH + draw) as u64
}

impl AugmentationWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let [known, asked] = images(inputs.dataset, inputs.effort);
        let [known_labels, asked_labels] = [&known, &asked].map(|images| labels(inputs.dataset, images));
        let mut asked_pixels = Vec::new();
        inputs.dataset.write_f32(&asked, &mut asked_pixels);
        let is_long = inputs.effort.of_test;
        Self {
            model: inputs.learner.model(),
            sizes: if is_long { &PER_CLASS_AT_LENGTH } else { &PER_CLASS },
            draws: if is_long { DRAWS_AT_LENGTH } else { DRAWS },
            known,
            known_labels,
            asked,
            asked_labels,
            asked_pixels,
            trial: None,
            shares: Default::default(),
            points: Default::default(),
            gains: Default::default(),
        }
    }

    fn card(&self, inputs: &CardInputs<'_>) -> Option<Card> {
        let last = self.points[0].len().checked_sub(1)?;
        let told = last.min(1);
        let line = |way: usize| Line {
            name: WAYS[way].to_owned(),
            points: self.points[way]
                .iter()
                .map(|point| [point.per_class as f32, 100.0 * point.mean as f32])
                .collect(),
            errors: self.points[way].iter().map(|point| 100.0 * point.spread as f32).collect(),
        };
        // The standard error of the mean gain: the draws are the same for every way.
        let gain = |way: usize| {
            let LabelPoint { mean, spread, .. } = self.gains[way][told];
            format!("{:+.1} ± {:.1}", 100.0 * mean, 100.0 * spread / (self.draws as f64).sqrt())
        };
        let around = if inputs.recipe.is_variational() {
            "drawn from their posteriors".to_owned()
        } else {
            format!("spread by {SPREAD} standard deviations of their codes")
        };
        let LabelPoint { per_class, mean, .. } = self.points[0][told];
        let meaning = format!(
            "A linear probe on the pixels of {per_class} labelled images of each class classifies {:.1}\u{a0}% of {} held-out \
             images correctly. With {MADE} decoded images for each of them the accuracy changes by {} points where these \
             are {around}, and by {} where they are mixtures of two codes of a class (± is the standard error over {} \
             draws). Alone, the labelled images are repeated as often, so that every probe has as many rows. A change smaller \
             than twice its error means nothing.",
            100.0 * mean,
            self.asked.len(),
            gain(1),
            gain(2),
            self.draws
        );
        let lines = Lines {
            x: "labelled images of each class".to_owned(),
            y: "accuracy on held-out images, %".to_owned(),
            are_ratios: true,
            series: (0..WAYS.len()).map(line).collect(),
            level: None,
        };
        Some(Card::new(Topic::Augmentation.title(), meaning, lines))
    }
}

impl Trial {
    fn new(inputs: &CardInputs<'_>, images: &[u32], labels: Vec<u8>) -> Self {
        let mut pixels = Vec::new();
        inputs.dataset.write_f32(images, &mut pixels);
        Self { labels, pixels, ..Self::default() }
    }

    /// Encodes some labelled images, or decodes some of the made ones; whether there were any left.
    fn make(
        &mut self,
        model: &Autoencoder,
        inputs: &CardInputs<'_>,
        many: usize,
        draw: u64,
    ) -> Result<bool, ReadError> {
        let learner = inputs.learner;
        let (code, pixels) = (learner.code_size(), learner.pixels());
        let encoded = self.means.len() / code.max(1);
        if encoded < self.labels.len() {
            let to = (encoded + many.max(1)).min(self.labels.len());
            let images = learner.images(&self.pixels[encoded * pixels..to * pixels], learner.device());
            let encoded = model.encode(images);
            self.means.extend(read(encoded.code)?);
            if let Some(log_variance) = encoded.log_variance {
                self.spreads.extend(read((log_variance * 0.5).exp())?);
            }
            return Ok(true);
        }
        if self.codes.is_empty() {
            self.write_codes(code, inputs.recipe.seed, draw);
            return Ok(true);
        }
        let made = self.made.len() / pixels;
        let to = (made + many.max(1)).min(self.codes.len() / code);
        if made < to {
            self.made.extend(read(model.decode(learner.codes(&self.codes[made * code..to * code])))?);
        }
        Ok(made < to)
    }

    /// The codes of samples around the labelled images, and of mixtures of two of a class.
    fn write_codes(&mut self, code: usize, seed: u64, draw: u64) {
        let mut rng = stream(seed, Purpose::Augmentation, draw);
        if self.spreads.is_empty() {
            let count = (self.means.len() / code) as f32;
            let column = |number: usize| self.means.iter().skip(number).step_by(code);
            let deviation = |number: usize| {
                let mean = column(number).sum::<f32>() / count;
                (column(number).map(|z| (z - mean).powi(2)).sum::<f32>() / count).sqrt()
            };
            let spreads: Vec<f32> = (0..code).map(|number| SPREAD * deviation(number)).collect();
            self.spreads = spreads.repeat(self.labels.len());
        }
        for (mean, spread) in self.means.chunks_exact(code).zip(self.spreads.chunks_exact(code)) {
            for _ in 0..MADE {
                let sample =
                    mean.iter().zip(spread).map(|(m, s)| m + s * rng.sample::<f32, _>(StandardNormal));
                self.codes.extend(sample);
            }
        }
        for (image, label) in self.labels.iter().enumerate() {
            let others: Vec<usize> = (0..self.labels.len())
                .filter(|other| *other != image && self.labels[*other] == *label)
                .collect();
            for _ in 0..MADE {
                let other = others[rng.random_range(0..others.len())];
                let share: f32 = rng.random();
                let [one, other] = [image, other].map(|at| &self.means[at * code..(at + 1) * code]);
                self.codes.extend(one.iter().zip(other).map(|(a, b)| share * a + (1.0 - share) * b));
            }
        }
    }

    /// Takes a step of the present probe; whether it is fitted.
    fn is_fitted(&mut self, inputs: &CardInputs<'_>) -> bool {
        let Some(probe) = &mut self.probe else {
            let (pixels, classes) = (inputs.learner.pixels(), inputs.dataset.class_names.len());
            let half = self.made.len() / 2;
            let made = match self.way {
                0 => self.pixels.repeat(MADE),
                1 => self.made[..half].to_vec(),
                _ => self.made[half..].to_vec(),
            };
            let repeated = || self.labels.iter().flat_map(|label| [*label; MADE]);
            // Repeated images come one after the other, made images next to those that they are made from.
            let others: Vec<u8> = if self.way == 0 { self.labels.repeat(MADE) } else { repeated().collect() };
            let (rows, labels) = ([&self.pixels[..], &made].concat(), [&self.labels[..], &others].concat());
            let probe = Probe::new(&rows, &labels, pixels, classes);
            self.probe = Some(match &self.first {
                Some(first) => probe.beginning_with(first),
                None => probe,
            });
            return false;
        };
        self.steps += 1;
        self.steps > STEPS || probe.step(TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_lie_around_images_and_mixtures_between_those_of_a_class() {
        let mut trial =
            Trial { labels: vec![0, 1, 0, 1], means: vec![0.0, 10.0, 1.0, 11.0], ..Trial::default() };
        trial.write_codes(1, 1, 0);
        let (samples, mixtures) = trial.codes.split_at(4 * MADE);
        // The codes have a standard deviation of about 5, and samples a quarter of it.
        let mut far = 0.0_f32;
        for (at, sample) in samples.iter().enumerate() {
            far = far.max((sample - trial.means[at / MADE]).abs());
        }
        assert!(far > 0.5 && far < 5.0, "{samples:?}");
        for (at, mixture) in mixtures.iter().enumerate() {
            let low = if trial.labels[at / MADE] == 0 { 0.0 } else { 10.0 };
            assert!((low..=low + 1.0).contains(mixture), "{mixtures:?}");
        }
    }
}
