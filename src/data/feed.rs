//! Batches of training images: shuffled every epoch, and available for any step. All have one size, except the last one of
//! an epoch where the remainder is kept.
//!
//! Contract: the images of a step depend on the data set, the batch size, the seed and the step alone, so that a
//! resumed run sees what an uninterrupted one would have seen, and runs that share a feed see the same images.

use super::dataset::Dataset;
use super::error::DataError;
use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Recipe, TrainingRecipe};
use rand::seq::SliceRandom as _;
use std::sync::Arc;

/// Divides the training images into batches. Within an epoch no image comes twice.
#[derive(Clone, Debug)]
pub struct Feed {
    dataset: Arc<Dataset>,
    batch: usize,
    /// Whether the images that do not fill a batch are the last one of an epoch; otherwise that epoch goes without them.
    keeps_remainder: bool,
    seed: u64,
    /// The epoch that `order` belongs to.
    epoch: Option<u64>,
    order: Vec<u32>,
    pixels: Vec<f32>,
}

impl Feed {
    /// A feed of batches of `batch` images.
    pub fn new(dataset: Arc<Dataset>, batch: usize, seed: u64) -> Result<Self, DataError> {
        let train = dataset.split.train.len();
        if batch == 0 || batch > train {
            return Err(DataError::Batch { batch, train });
        }
        let (order, pixels) = (Vec::new(), Vec::new());
        Ok(Self { dataset, batch, keeps_remainder: false, seed, epoch: None, order, pixels })
    }

    /// The feed of a recipe.
    pub fn of(recipe: &Recipe, dataset: Arc<Dataset>) -> Result<Self, DataError> {
        let TrainingRecipe { batch, keep_remainder, .. } = recipe.training;
        Ok(Self { keeps_remainder: keep_remainder, ..Self::new(dataset, batch, recipe.seed)? })
    }

    /// The data set the batches come from.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// Images per batch.
    pub fn batch_size(&self) -> usize {
        self.batch
    }

    /// Batches in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        let train = self.dataset.split.train.len();
        (if self.keeps_remainder { train.div_ceil(self.batch) } else { train / self.batch }) as u64
    }

    /// The images of one step, as indices into the data set.
    pub fn indices(&mut self, step: u64) -> &[u32] {
        let start = self.start_of(step);
        &self.order[start..(start + self.batch).min(self.order.len())]
    }

    /// The pixels of one step, in a buffer that the next call overwrites.
    ///
    /// # Shapes
    /// - output: `[batch, channels, height, width]`; fewer images in a last batch that is kept
    pub fn batch(&mut self, step: u64) -> &[f32] {
        let start = self.start_of(step);
        let end = (start + self.batch).min(self.order.len());
        self.dataset.write_f32(&self.order[start..end], &mut self.pixels);
        &self.pixels
    }

    /// Shuffles `order` for the step's epoch, and returns where in it the step begins.
    fn start_of(&mut self, step: u64) -> usize {
        let epoch = step / self.steps_per_epoch();
        if self.epoch != Some(epoch) {
            self.order.clone_from(&self.dataset.split.train);
            self.order.shuffle(&mut stream(self.seed, Purpose::Order, epoch));
            self.epoch = Some(epoch);
        }
        (step % self.steps_per_epoch()) as usize * self.batch
    }
}
