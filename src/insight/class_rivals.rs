//! Telling classes from pixels and from principal components, with which codes are compared; and which images are used
//! for it.
//!
//! On the host, no tensors.

use super::neighbours::Neighbours;
use super::pca::Pca;
use super::probe::Probe;
use crate::data::Dataset;

/// Training images whose classes are known while a card is watched.
const KNOWN: usize = 2_000;
/// Long codes are known of fewer images, so many numbers in all: a step of the probe takes a few milliseconds.
const NUMBERS: usize = 200_000;
/// Held-out images whose classes are asked for while a card is watched.
const ASKED: usize = 1_000;
/// Held-out images whose likelihood is estimated while a card is watched, and importance samples of each.
const ESTIMATED: usize = 128;
const SAMPLES: usize = 50;
/// The probe is fitted until no slope is larger than this, for a sum over all images: shares of right classes stay the same
/// to a thousandth.
pub(super) const TOLERANCE: f64 = 0.05;
/// Steps of the probe at most.
pub(super) const STEPS: usize = 300;

/// How much work a card may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Effort {
    /// Training images whose classes are known.
    pub known: usize,
    /// Held-out images whose classes are asked for.
    pub asked: usize,
    /// Held-out images whose likelihood is estimated.
    pub estimated: usize,
    /// Importance samples of each of them.
    pub samples: usize,
    /// Whether held-out images are test images, which decide nothing else, in place of validation images.
    pub of_test: bool,
}

impl Effort {
    /// As much as there is time for while a card is watched, for codes of so many numbers.
    pub fn watched(code: usize) -> Self {
        Self {
            known: KNOWN.min(NUMBERS / code.max(1)),
            asked: ASKED,
            estimated: ESTIMATED,
            samples: SAMPLES,
            of_test: false,
        }
    }
}

/// Shares of images whose class is told right, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// By the nearest codes.
    pub neighbours: f64,
    /// By a linear probe.
    pub probe: f64,
}

/// What codes are compared with. Each is `None` until it is measured, which takes seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassRivals {
    /// Raw pixels.
    pub pixels: Option<Accuracy>,
    /// As many principal components as the code has numbers; never for images so large that they are not computed.
    pub components: Option<Accuracy>,
}

impl Accuracy {
    /// Tells the classes of the images of a set from principal components; without these, from pixels.
    pub fn measure(dataset: &Dataset, pca: Option<&Pca>, effort: Effort) -> Self {
        let images = images(dataset, effort);
        let [known, asked] = [&images[0], &images[1]].map(|images| {
            let mut pixels = Vec::new();
            dataset.write_f32(images, &mut pixels);
            pca.map_or(pixels.clone(), |pca| pca.project(&pixels))
        });
        let [of_known, of_asked] = [&images[0], &images[1]].map(|images| labels(dataset, images));
        let (numbers, classes) = (pca.map_or(dataset.shape.values(), |pca| pca.k), dataset.class_names.len());
        let neighbours = Neighbours::new(&known, &of_known, numbers).classes(&asked);
        let probe = Probe::new(&known, &of_known, numbers, classes).fit(TOLERANCE, STEPS).classes(&asked);
        let [neighbours, probe] = [neighbours, probe].map(|told| share_right(&told, &of_asked));
        Self { neighbours, probe }
    }
}

/// The first training images and the first held-out images, those that have a class.
pub(super) fn images(dataset: &Dataset, Effort { known, asked, of_test, .. }: Effort) -> [Vec<u32>; 2] {
    let with_class = |images: &[u32], most: usize| {
        images.iter().copied().filter(|image| dataset.label(*image).is_some()).take(most).collect()
    };
    let held_out = if of_test { &dataset.split.test } else { &dataset.split.validation };
    [with_class(&dataset.split.train, known), with_class(held_out, asked)]
}

/// The class of each image.
pub(super) fn labels(dataset: &Dataset, images: &[u32]) -> Vec<u8> {
    images.iter().filter_map(|image| dataset.label(*image)).collect()
}

/// The share of classes that are told right.
pub(super) fn share_right(told: &[u8], labels: &[u8]) -> f64 {
    let right = told.iter().zip(labels).filter(|(told, label)| told == label).count();
    right as f64 / labels.len().max(1) as f64
}
