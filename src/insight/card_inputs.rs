//! What insight cards are made from.

use super::class_rivals::{ClassRivals, Effort};
use super::doctor::Finding;
use super::few_labels::LabelPoint;
use super::pca::Pca;
use super::ranking::Ranking;
use crate::data::Dataset;
use crate::recipe::Recipe;
use crate::train::Learner;

/// Another run that is trained on the same images.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// The name of its recipe.
    pub name: &'a str,
    /// The network as it is now.
    pub learner: &'a Learner,
}

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
    /// The images and their classes.
    pub dataset: &'a Dataset,
    /// How many of them tell classes from codes.
    pub effort: Effort,
    /// How well classes are told from pixels and from principal components.
    pub class_rivals: ClassRivals,
    /// How well classes are told with few labels from pixels, and from principal components, as far as that is known.
    pub label_rivals: [Option<&'a [LabelPoint]>; 2],
    /// How well unfamiliar images are told by the distance in pixels, and by the error of principal components, as far as
    /// that is known.
    pub anomaly_rivals: [Option<&'a Ranking>; 2],
    /// Another run of the bench, for cards that compare two networks.
    pub beside: Option<Beside<'a>>,
    /// What the doctor found at the last check; `None` where there was none.
    pub findings: Option<&'a [Finding]>,
    /// The principal components of the training images; `None` while they are not known.
    pub pca: Option<&'a Pca>,
    /// The variances of the training images with pixels divided by the root of p(1 − p); empty while they are not known.
    pub whitened: &'a [f32],
    /// The squared error on the sample of reconstructing images from 0, 1, 2 … principal components; empty until it is
    /// computed.
    pub pca_errors: &'a [f64],
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
