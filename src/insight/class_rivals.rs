//! Telling classes from pixels and from principal components, with which codes are compared; and which images are used
//! for it.
//!
//! On the host, no tensors.

use super::clusters::{Clusters, SEED, SORTED, adjusted_rand_index};
use super::few_labels::{LabelPoint, LabelSearch, Labelled};
use super::neighbours::Neighbours;
use super::pca::Pca;
use super::probe::{Probe, STEPS, TOLERANCE, share_right};
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

/// How well classes are told: shares of images, from 0 to 1, and how well groups agree with them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// By the nearest codes.
    pub neighbours: f64,
    /// By a linear probe.
    pub probe: f64,
    /// How well groups that were found without the classes agree with them: the adjusted Rand index, 1 where they are the
    /// same.
    pub agreement: f64,
}

/// What codes are compared with. Each is `None` until it is measured, which takes seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassRivals {
    /// Raw pixels.
    pub pixels: Option<Accuracy>,
    /// As many principal components as the code has numbers.
    pub components: Option<Accuracy>,
}

/// The images of a set as pixels, or as principal components.
#[derive(Debug)]
pub struct PlainCodes {
    known: Vec<f32>,
    asked: Vec<f32>,
    labels: [Vec<u8>; 2],
    numbers: usize,
    classes: usize,
}

impl PlainCodes {
    /// Takes the images that codes are compared on.
    pub fn of(dataset: &Dataset, pca: Option<&Pca>, effort: Effort) -> Self {
        let images = images(dataset, effort);
        let [known, asked] = [&images[0], &images[1]].map(|images| {
            let mut pixels = Vec::new();
            dataset.write_f32(images, &mut pixels);
            match pca {
                Some(pca) => pca.project(&pixels),
                None => pixels,
            }
        });
        let labels = [&images[0], &images[1]].map(|images| labels(dataset, images));
        let numbers = pca.map_or(dataset.shape.values(), |pca| pca.k);
        Self { known, asked, labels, numbers, classes: dataset.class_names.len() }
    }

    /// How well classes are told from them. It takes seconds.
    pub fn accuracy(&self) -> Accuracy {
        let Self { known, asked, labels: [of_known, of_asked], numbers, classes } = self;
        let neighbours = Neighbours::new(known, of_known, *numbers).classes(asked);
        let probe = Probe::new(known, of_known, *numbers, *classes).fit(TOLERANCE, STEPS).classes(asked);
        let [neighbours, probe] = [neighbours, probe].map(|told| share_right(&told, of_asked));
        let sorted = &known[..known.len().min(SORTED * numbers)];
        let count = u8::try_from(*classes).unwrap_or(u8::MAX);
        let groups = Clusters::find(sorted, *numbers, count, SEED).groups;
        let agreement = adjusted_rand_index(&groups, &of_known[..groups.len().min(of_known.len())]);
        Accuracy { neighbours, probe, agreement }
    }

    /// How well classes are told with few labels. It takes seconds.
    pub fn few_labels(&self) -> Vec<LabelPoint> {
        let [of_known, of_asked] = &self.labels;
        let (known, asked) = ((&self.known[..], &of_known[..]), (&self.asked[..], &of_asked[..]));
        LabelSearch::run(Labelled { known, asked, numbers: self.numbers, classes: self.classes })
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
