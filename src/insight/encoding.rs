//! Images encoded slice by slice.

use super::CardInputs;
use crate::model::Autoencoder;
use crate::train::read::{ReadError, read};

/// Images of the data set and their codes, by the network as it was when the work began.
#[derive(Debug)]
pub(super) struct Encoding {
    model: Autoencoder,
    images: Vec<u32>,
    codes: Vec<f32>,
}

impl Encoding {
    /// Images that are to be encoded.
    pub(super) fn new(inputs: &CardInputs<'_>, images: &[u32]) -> Self {
        Self { model: inputs.learner.model(), images: images.to_vec(), codes: Vec::new() }
    }

    /// Encodes the next images, about so many; whether there were any left.
    pub(super) fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Result<bool, ReadError> {
        let learner = inputs.learner;
        let from = self.codes.len() / learner.code_size().max(1);
        let to = (from + many.max(1)).min(self.images.len());
        if from >= to {
            return Ok(false);
        }
        let mut pixels = Vec::new();
        inputs.dataset.write_f32(&self.images[from..to], &mut pixels);
        self.codes.extend(read(self.model.encode(learner.images(&pixels, learner.device())).code)?);
        Ok(true)
    }

    /// The images.
    pub(super) fn images(&self) -> &[u32] {
        &self.images
    }

    /// Their pixels, in tensor order.
    pub(super) fn pixels(&self, inputs: &CardInputs<'_>) -> Vec<f32> {
        let mut pixels = Vec::new();
        inputs.dataset.write_f32(&self.images, &mut pixels);
        pixels
    }

    /// The codes so far, one after the other.
    pub(super) fn codes(&self) -> &[f32] {
        &self.codes
    }
}
