//! What a code is worth against noise: how much closer to the clean image a network's output is than the noisy image, by the
//! amount of noise, beside principal components and another run on the same noisy images.

use super::card_inputs::Beside;
use super::card_work::{CardWork, Slice};
use super::pca::Pca;
use super::quality::peak_signal_to_noise;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Line, Lines};
use crate::data::corrupt::corrupt;
use crate::model::Autoencoder;
use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Corruption, NoiseRecipe};
use crate::train::Stage;
use crate::train::read::read;

/// Held-out images that are corrupted: one for so many that are asked for their class, and so many at most.
const ASKED_PER_IMAGE: usize = 5;
const MOST_IMAGES: usize = 500;
/// Standard deviations of Gaussian noise, and shares of the image for every other kind.
const DEVIATIONS: [f64; 6] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0];
const SHARES: [f64; 6] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7];

/// Images that are corrupted and rebuilt, amount by amount.
#[derive(Debug)]
pub struct DenoisingWork {
    kind: Corruption,
    amounts: Vec<f64>,
    images: Vec<u32>,
    /// The images before they are corrupted.
    clean: Vec<f32>,
    /// The network, and another run's.
    models: Vec<(String, Autoencoder)>,
    /// As many principal components as the code has numbers.
    pca: Option<Pca>,
    /// Images that were done with the present amount.
    done: usize,
    /// Sums of signal-to-noise ratios by amount: of the noisy images, of each model, of principal components.
    sums: Vec<Vec<f64>>,
}

impl CardWork for DenoisingWork {
    /// Corrupts some images and rebuilds them.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        if self.images.is_empty() || matches!(inputs.learner.stage(), Stage::Layer(_)) {
            return Ok(Some(None));
        }
        let Some(amount) = self.amounts.get(self.sums.len() - 1).copied() else {
            self.sums.pop();
            return Ok(Some(self.card(inputs)));
        };
        let learner = inputs.learner;
        let to = (self.done + many.max(1)).min(self.images.len());
        let pixels = learner.pixels();
        let clean = &self.clean[self.done * pixels..to * pixels];
        let mut noisy = clean.to_vec();
        let noise = NoiseRecipe { kind: self.kind, amount, ..NoiseRecipe::default() };
        for (image, pixels) in self.images[self.done..to].iter().zip(noisy.chunks_exact_mut(pixels)) {
            // The same noise for every network.
            let mut rng = stream(inputs.recipe.seed, Purpose::EvaluationCorruption, u64::from(*image));
            corrupt(pixels, learner.dims(), &noise, &mut rng);
        }
        let mut rebuilt = vec![noisy.clone()];
        for (_, model) in &self.models {
            rebuilt.push(read(model.reconstruct(learner.images(&noisy, learner.device())))?);
        }
        rebuilt.extend(self.pca.as_ref().map(|pca| pca.rebuild(&pca.project(&noisy))));
        let Some(sums) = self.sums.last_mut() else { return Ok(Some(None)) };
        sums.resize(rebuilt.len(), 0.0);
        for (sum, images) in sums.iter_mut().zip(&mut rebuilt) {
            // As they are shown.
            images.iter_mut().for_each(|pixel| *pixel = pixel.clamp(0.0, 1.0));
            let pairs = clean.chunks_exact(pixels).zip(images.chunks_exact(pixels));
            *sum += pairs.map(|(clean, image)| peak_signal_to_noise(clean, image)).sum::<f64>();
        }
        self.done = to;
        if self.done == self.images.len() {
            self.done = 0;
            self.sums.push(Vec::new());
        }
        Ok(None)
    }
}

impl DenoisingWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let CardInputs { learner, recipe, dataset, effort, .. } = inputs;
        let is_known = recipe.noise.kind != Corruption::None;
        let kind = if is_known { recipe.noise.kind } else { Corruption::Gaussian };
        let mut amounts = if kind == Corruption::Gaussian { DEVIATIONS } else { SHARES }.to_vec();
        if is_known && recipe.noise.amount > 0.0 && !amounts.contains(&recipe.noise.amount) {
            amounts.push(recipe.noise.amount);
            amounts.sort_unstable_by(f64::total_cmp);
        }
        let images = if effort.of_test { &dataset.split.test } else { &dataset.split.validation };
        let images = images[..(effort.asked / ASKED_PER_IMAGE).min(MOST_IMAGES).min(images.len())].to_vec();
        let mut clean = Vec::new();
        dataset.write_f32(&images, &mut clean);
        let beside = inputs.beside.map(|Beside { name, learner }| {
            let suffix = if name == recipe.name { ", the other run" } else { "" };
            (format!("{name}{suffix}"), learner.model())
        });
        let own = (recipe.name.clone(), learner.model());
        Self {
            kind,
            amounts,
            images,
            clean,
            models: std::iter::once(own).chain(beside).collect(),
            pca: inputs.pca.map(|pca| pca.first(learner.code_size())),
            done: 0,
            sums: vec![Vec::new()],
        }
    }

    fn card(&self, inputs: &CardInputs<'_>) -> Option<Card> {
        let recipe = inputs.recipe;
        let count = self.images.len() as f64;
        let names = std::iter::once("noisy image".to_owned())
            .chain(self.models.iter().map(|(name, _)| name.clone()))
            .chain(self.pca.as_ref().map(|pca| format!("PCA {}", pca.k)));
        let ratio = |at: usize, row: usize| self.sums.get(at)?.get(row).map(|sum| sum / count);
        let line = |(row, name): (usize, String)| Line {
            name,
            points: (0..self.amounts.len())
                .filter_map(|at| Some([self.amounts[at] as f32, ratio(at, row)? as f32]))
                .collect(),
            errors: Vec::new(),
        };
        let is_known = recipe.noise.kind != Corruption::None && recipe.noise.amount > 0.0;
        let told = if is_known { recipe.noise.amount } else { self.amounts[self.amounts.len() / 2] };
        let at = self.amounts.iter().position(|amount| *amount == told)?;
        let gain = |row: usize| Some(ratio(at, row)? - ratio(at, 0)?);
        let others: Vec<String> = names
            .clone()
            .enumerate()
            .skip(2)
            .filter_map(|(row, name)| Some(format!("{name} {:+.1} dB", gain(row)?)))
            .collect();
        let beside = if others.is_empty() { String::new() } else { format!("; {}", others.join(", ")) };
        let (unit, noise) = match self.kind {
            Corruption::Gaussian => ("standard deviation of the noise", "Gaussian noise of"),
            Corruption::Masking | Corruption::None => {
                ("share of pixels set to black", "a share of masked pixels of")
            }
            Corruption::SaltAndPepper => {
                ("share of pixels set to black or white", "a share of such pixels of")
            }
            Corruption::Blocks => ("share of the image covered by a block", "a covered share of"),
        };
        let training = if is_known { "" } else { " It was not trained to remove noise." };
        let meaning = format!(
            "How close the output is to the clean image when {} held-out images are corrupted. With {noise} {told} the \
             output of {} is {:+.1} dB against the noisy image{beside}. Above the line of the noisy image a network helps; \
             with little noise it loses more detail than it removes noise.{training}",
            self.images.len(),
            recipe.name,
            gain(1)?
        );
        let lines = Lines {
            x: unit.to_owned(),
            y: "peak signal-to-noise ratio, dB".to_owned(),
            are_ratios: false,
            series: names.enumerate().map(line).collect(),
            level: None,
        };
        Some(Card::new(Topic::Denoising.title(), meaning, lines))
    }
}
