//! How well images of classes that a network never saw can be told from those of classes that it knows: by the error of
//! the reconstruction, by the ELBO, by the KL alone, and by the distance of the code from those of training images. Beside
//! them the error of as many principal components, and the distance in raw pixels.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::card_work::{CardWork, Slice};
use super::class_rivals::Effort;
use super::encoding::Encoding;
use super::neighbours::Neighbours;
use super::pca::Pca;
use super::ranking::Ranking;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Line, Lines, Scored};
use crate::data::Dataset;
use crate::look::count_label;
use crate::model::{Autoencoder, Pass, objective};
use crate::train::Stage;
use crate::train::read::{ReadError, read};
use crate::train::terms::reconstruction;

/// False alarms that a threshold allows at first, as a share of the familiar images.
const ALARMS: f64 = 0.05;
/// Numbers of all images that a card shows: it keeps every n-th where there are more.
const SHOWN_NUMBERS: usize = 2_000_000;
/// An area under the curve that is below chance by more than images drawn at random would explain.
const BELOW_CHANCE: f64 = 0.48;

/// Which images are compared: familiar ones, and those of classes that are left out.
#[derive(Clone, Debug, Default)]
pub struct Strangers {
    /// Training images, to which distances are measured.
    known: Vec<u32>,
    /// Held-out images, the familiar ones first.
    asked: Vec<u32>,
    /// Whether each of them is of a class that is left out.
    is_left_out: Vec<bool>,
}

impl Strangers {
    /// The first images of a set, as many as the effort allows. `None` where no held-out images are left out.
    pub fn of(dataset: &Dataset, effort: Effort) -> Option<Self> {
        let split = &dataset.split;
        let (familiar, left_out) = match effort.of_test {
            true => (&split.test, &split.left_out.test),
            false => (&split.validation, &split.left_out.validation),
        };
        let first = |images: &[u32], most: usize| images[..most.min(images.len())].to_vec();
        let (familiar, left_out) = (first(familiar, effort.asked), first(left_out, effort.asked));
        let is_left_out = [vec![false; familiar.len()], vec![true; left_out.len()]].concat();
        let has_both = !familiar.is_empty() && !left_out.is_empty();
        let asked = [familiar, left_out].concat();
        has_both.then(|| Self { known: first(&split.train, effort.known), asked, is_left_out })
    }

    fn ranking(&self, scores: &[f32]) -> Option<Ranking> {
        Ranking::new(scores, &self.is_left_out)
    }

    /// How well they are told by the distance to the nearest training images, in pixels. It takes seconds.
    pub fn by_pixels(&self, dataset: &Dataset) -> Option<Ranking> {
        let [mut known, mut asked] = [Vec::new(), Vec::new()];
        dataset.write_f32(&self.known, &mut known);
        dataset.write_f32(&self.asked, &mut asked);
        self.ranking(&Neighbours::new(&known, &[], dataset.shape.values()).distances(&asked))
    }

    /// How well they are told by the squared error of principal components.
    pub fn by_components(&self, dataset: &Dataset, pca: &Pca) -> Option<Ranking> {
        let mut asked = Vec::new();
        dataset.write_f32(&self.asked, &mut asked);
        let errors: Vec<f32> = pca.each_squared_error(&asked).into_iter().map(|error| error as f32).collect();
        self.ranking(&errors)
    }
}

/// The scores under way, of one network.
#[derive(Debug)]
pub struct AnomalyWork {
    topic: Topic,
    model: Autoencoder,
    strangers: Option<Arc<Strangers>>,
    known: Encoding,
    codes: Vec<f32>,
    errors: Vec<f32>,
    /// The negative ELBO at the mean code, and its KL; empty for a plain code.
    bounds: [Vec<f32>; 2],
}

impl CardWork for AnomalyWork {
    /// Encodes or scores some images. The card once there is no more to do, which is none where nothing is left out.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let Some(strangers) = self.strangers.clone() else { return Ok(Some(None)) };
        if matches!(inputs.learner.stage(), Stage::Layer(_)) {
            return Ok(Some(None));
        }
        if self.known.advance(inputs, many)? {
            return Ok(None);
        }
        let scored = self.errors.len();
        if scored < strangers.asked.len() {
            let to = (scored + many.max(1)).min(strangers.asked.len());
            return self.score(inputs, &strangers.asked[scored..to]).map(|()| None);
        }
        Ok(Some(match self.topic {
            Topic::AnomalyScores => self.scored(&strangers, inputs),
            _ => self.curves(&strangers, inputs),
        }))
    }

    fn turn_to(&mut self, topic: Topic) -> bool {
        let is_of_anomalies = matches!(topic, Topic::Anomalies | Topic::AnomalyScores);
        if is_of_anomalies {
            self.topic = topic;
        }
        is_of_anomalies
    }
}

impl AnomalyWork {
    pub(super) fn new(topic: Topic, inputs: &CardInputs<'_>) -> Self {
        let strangers = Strangers::of(inputs.dataset, inputs.effort).map(Arc::new);
        let known = strangers.as_ref().map_or(&[][..], |strangers| &strangers.known);
        Self {
            topic,
            model: inputs.learner.model(),
            known: Encoding::new(inputs, known),
            strangers,
            codes: Vec::new(),
            errors: Vec::new(),
            bounds: Default::default(),
        }
    }

    fn score(&mut self, inputs: &CardInputs<'_>, images: &[u32]) -> Result<(), ReadError> {
        let model = &self.model;
        let pixels = pixels(inputs, images);
        let encoded = model.encode(pixels.clone());
        self.codes.extend(read(encoded.code.clone())?);
        let raw = model.decode_raw(encoded.code.clone(), &encoded.skips, &mut Pass::default());
        let error = objective::squared_error(model.scaled(pixels.clone()), model.pixels(raw.clone()));
        let mut costs = vec![error / inputs.recipe.data.range.squared_error_scale()];
        if let Some(log_variance) = encoded.log_variance {
            let cost = reconstruction(model, inputs.recipe, pixels, raw);
            let kl = objective::kl_per_dimension(encoded.code, log_variance).sum_dim(1).squeeze_dim::<1>(1);
            costs.extend([cost + kl.clone(), kl]);
        }
        let numbers = read(Tensor::cat(costs, 0))?;
        let mut parts = numbers.chunks_exact(images.len());
        let [bound, kl] = &mut self.bounds;
        for (scores, part) in [&mut self.errors, bound, kl].into_iter().zip(&mut parts) {
            scores.extend(part);
        }
        Ok(())
    }

    /// One curve for each score.
    fn curves(&self, strangers: &Strangers, inputs: &CardInputs<'_>) -> Option<Card> {
        let code = inputs.learner.code_size();
        let distances = Neighbours::new(self.known.codes(), &[], code).distances(&self.codes);
        let by_error = strangers.ranking(&self.errors)?;
        let [by_bound, by_kl] = self.bounds.each_ref().map(|scores| strangers.ranking(scores));
        let [pixels, components] = inputs.anomaly_rivals.map(Option::<&Ranking>::cloned);
        let kl_area = by_kl.as_ref().map(|ranking| ranking.area);
        let error_area = by_error.area;
        let all = [
            ("reconstruction error".to_owned(), Some(by_error)),
            (format!("error of PCA {code}"), components),
            ("distance in code".to_owned(), strangers.ranking(&distances)),
            ("distance in pixels".to_owned(), pixels),
            ("−ELBO".to_owned(), by_bound),
            ("KL alone".to_owned(), by_kl),
        ];
        let series = all.into_iter().filter_map(|(name, ranking)| {
            let ranking = ranking?;
            let name = format!("{name} {:.3}", ranking.area);
            Some(Line { name, points: ranking.points(), errors: Vec::new() })
        });
        let of_kl = match kl_area {
            Some(area) if area < BELOW_CHANCE => format!(
                " The KL alone is below chance, {area:.3}: an image that the encoder does not recognise leaves its \
                 posterior near the prior, which costs little."
            ),
            _ => String::new(),
        };
        let left_out = strangers.is_left_out.iter().filter(|is_left_out| **is_left_out).count();
        let meaning = format!(
            "How well {} familiar and {} unfamiliar held-out images are told apart by several scores. The area under a curve \
             is the chance that the unfamiliar one of two images has the higher score: {error_area:.3} by reconstruction \
             error, 0.5 by guessing.{of_kl}",
            count_label((strangers.is_left_out.len() - left_out) as u64),
            count_label(left_out as u64)
        );
        let lines = Lines {
            x: "false alarms, % of familiar images".to_owned(),
            y: "found, % of unfamiliar images".to_owned(),
            are_ratios: false,
            series: series.collect(),
            level: None,
        };
        Some(Card::new(Topic::Anomalies.title(), meaning, lines))
    }

    /// The images by their reconstruction error, with a threshold.
    fn scored(&self, strangers: &Strangers, inputs: &CardInputs<'_>) -> Option<Card> {
        let ranking = strangers.ranking(&self.errors)?;
        let mut order: Vec<usize> = (0..self.errors.len()).collect();
        order.sort_by(|a, b| self.errors[*a].total_cmp(&self.errors[*b]));
        let every = (order.len() * inputs.learner.pixels()).div_ceil(SHOWN_NUMBERS).max(1);
        let shown: Vec<usize> = (0..order.len()).step_by(every).collect();
        let images: Vec<u32> = shown.iter().map(|place| strangers.asked[order[*place]]).collect();
        let mut pixels = Vec::new();
        inputs.dataset.write_f32(&images, &mut pixels);
        let meaning = format!(
            "Images by the squared error of their reconstruction, on either side of a threshold: above it an image counts \
             as unfamiliar. Over all thresholds, the area under the curve is {:.3}.",
            ranking.area
        );
        let scored = Scored {
            shape: inputs.learner.shape(),
            score: "squared error".to_owned(),
            kinds: ["familiar", "unfamiliar"].map(str::to_owned),
            scores: order.iter().map(|at| self.errors[*at]).collect(),
            is_second: order.iter().map(|at| strangers.is_left_out[*at]).collect(),
            shown,
            pixels: pixels.into(),
            alarms: ALARMS,
        };
        Some(Card::new(Topic::AnomalyScores.title(), meaning, scored))
    }
}

fn pixels(inputs: &CardInputs<'_>, images: &[u32]) -> Tensor<2> {
    let mut pixels = Vec::new();
    inputs.dataset.write_f32(images, &mut pixels);
    inputs.learner.images(&pixels, inputs.learner.device())
}
