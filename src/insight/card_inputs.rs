//! What insight cards are made from.

use crate::recipe::Recipe;
use crate::train::Learner;

/// What cards are made from: a network and held-out images.
#[derive(Clone, Copy, Debug)]
pub struct CardInputs<'a> {
    /// The network as it is now.
    pub learner: &'a Learner,
    /// Its recipe as it is now.
    pub recipe: &'a Recipe,
    /// A few held-out images that are shown, in tensor order.
    pub examples: &'a [f32],
    /// Some hundred held-out images for statistics, in tensor order.
    pub sample: &'a [f32],
    /// The squared error of a PCA on the sample for several numbers of components, `[components, error]`; empty until
    /// it is computed.
    pub pca_errors: &'a [[f32; 2]],
}

impl CardInputs<'_> {
    /// The first of the examples, at most this many.
    pub(super) fn first_examples(&self, most: usize) -> &[f32] {
        &self.examples[..self.examples.len().min(most * self.learner.pixels())]
    }

    /// The first images of the sample, at most this many.
    pub(super) fn first_sampled(&self, most: usize) -> &[f32] {
        &self.sample[..self.sample.len().min(most * self.learner.pixels())]
    }
}
