//! Batches of training images: shuffled every epoch, all of one size, and available for any step.
//!
//! Contract: the images of a step depend on the data set, the batch size, the seed and the step alone, so that a
//! resumed run sees what an uninterrupted one would have seen, and runs that share a feed see the same images.

use super::dataset::Dataset;
use super::error::DataError;
use crate::recipe::random::{Purpose, stream};
use rand::seq::SliceRandom as _;
use std::sync::Arc;

/// Divides the training images into batches. Within an epoch no image comes twice; the remainder that does not fill a
/// batch is dropped.
#[derive(Debug)]
pub struct Feed {
    dataset: Arc<Dataset>,
    batch: usize,
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
        Ok(Self { dataset, batch, seed, epoch: None, order: Vec::new(), pixels: Vec::new() })
    }

    /// The data set the batches come from.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// Images per batch.
    pub fn batch_size(&self) -> usize {
        self.batch
    }

    /// Whole batches in an epoch; the remainder is dropped.
    pub fn steps_per_epoch(&self) -> u64 {
        (self.dataset.split.train.len() / self.batch) as u64
    }

    /// The images of one step, as indices into the data set.
    pub fn indices(&mut self, step: u64) -> &[u32] {
        let start = self.start_of(step);
        &self.order[start..start + self.batch]
    }

    /// The pixels of one step, in a buffer that the next call overwrites.
    ///
    /// # Shapes
    /// - output: `[batch, channels, height, width]`
    pub fn batch(&mut self, step: u64) -> &[f32] {
        let start = self.start_of(step);
        self.dataset.write_f32(&self.order[start..start + self.batch], &mut self.pixels);
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
