//! A network that learns on the built-in digits, step by step.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Dataset, Feed, Source, load};
use hourglass::recipe::Recipe;
use hourglass::train::{Learner, Metrics, StepCost, metrics};

use super::read::numbers;

/// So many digits; this share of them is held out, half of it to validate and half to test.
pub fn digits(count: usize, held_out: f64) -> Arc<Dataset> {
    let source = Source { set: "digits", count, messiness: 0.8, held_out, seed: 0, ..Source::default() };
    Arc::new(load(&source).expect("built-in images"))
}

/// The pixels of some images.
pub fn pixels(dataset: &Dataset, images: &[u32]) -> Vec<f32> {
    let mut pixels = Vec::new();
    dataset.write_f32(images, &mut pixels);
    pixels
}

/// The metrics of one step.
pub fn figures_of(cost: StepCost) -> Metrics {
    metrics(&cost.penalties, &numbers(cost.terms))
}

/// A learner on the CPU, its recipe, and the batches that it is fed.
pub struct Training {
    pub recipe: Recipe,
    pub learner: Learner,
    pub feed: Feed,
}

impl Training {
    /// Begins a training; an epoch counts as `steps_per_epoch`, or as long as the feed makes it.
    pub fn new(recipe: Recipe, dataset: Arc<Dataset>, steps_per_epoch: Option<u64>) -> Self {
        let dims = dataset.shape.dims();
        let feed = Feed::of(&recipe, dataset).expect("a feed");
        let steps_per_epoch = steps_per_epoch.unwrap_or(feed.steps_per_epoch());
        let learner = Learner::new(&recipe, dims, steps_per_epoch, &Device::flex());
        Self { recipe, learner, feed }
    }

    /// One step on the next batch.
    pub fn step(&mut self) -> Metrics {
        let batch = self.feed.batch(self.learner.step_number());
        figures_of(self.learner.step(batch, &self.recipe))
    }

    /// So many steps, with the metrics of each.
    pub fn train(&mut self, steps: u64) -> Vec<Metrics> {
        (0..steps).map(|_| self.step()).collect()
    }
}
