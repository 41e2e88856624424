//! What can be wrong with a set of images, whatever is trained on it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::data::Dataset;

/// What is known of the images of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ImageFacts {
    /// Pixels of an image.
    pub pixels: usize,
    /// Training images.
    pub train: usize,
    /// The share of the training images that are equal to the most frequent one.
    pub most_frequent: f64,
    /// The share of the held-out images that are among the training images.
    pub duplicates: f64,
    /// What predicting the mean training image costs on held-out images, as a multiple of what it costs on training
    /// images.
    pub held_out_cost: f64,
}

impl ImageFacts {
    /// Looks at every image once; those that the set promises and does not have are left out.
    pub fn of(dataset: &Dataset) -> Self {
        let count = dataset.len();
        let there = |images: &[u32]| -> Vec<u32> {
            images.iter().copied().filter(|image| (*image as usize) < count).collect()
        };
        let hash = |image: &u32| {
            let mut hasher = DefaultHasher::new();
            dataset.image_bytes(*image).hash(&mut hasher);
            hasher.finish()
        };
        let train = there(&dataset.split.train);
        let held_out = [there(&dataset.split.validation), there(&dataset.split.test)].concat();
        let mut counts: HashMap<u64, u32> = HashMap::with_capacity(train.len());
        train.iter().for_each(|image| *counts.entry(hash(image)).or_default() += 1);
        let most = counts.values().copied().max().unwrap_or(0);
        let duplicates = held_out.iter().filter(|image| counts.contains_key(&hash(image))).count();
        let cost = |images: &[u32]| dataset.mean_image_cost(images).squared_error;
        let is_whole = train.len() == dataset.split.train.len();
        let (of_train, of_held_out) = if is_whole { (cost(&train), cost(&held_out)) } else { (0.0, 0.0) };
        Self {
            pixels: dataset.shape.values(),
            train: train.len(),
            most_frequent: f64::from(most) / train.len().max(1) as f64,
            duplicates: duplicates as f64 / held_out.len().max(1) as f64,
            held_out_cost: if of_train > 0.0 && !held_out.is_empty() { of_held_out / of_train } else { 1.0 },
        }
    }
}
