//! The images that the runs of a bench share, and which of them are shown.

use std::sync::{Arc, OnceLock};

use super::references::Comparison;
use crate::data::Dataset;
use crate::gpu::Tiles;
use crate::insight::doctor::ImageFacts;

/// Examples shown over their reconstructions.
const EXAMPLES: usize = 10;
/// Held-out images whose codes make the cloud of a figure, and the density of a map.
const CLOUD: usize = 2000;
/// Held-out images that cards are counted on: enough for shares in whole percent.
const SAMPLE: usize = 512;

/// The images, and which of them are shown.
#[derive(Debug)]
pub(super) struct Gallery {
    pub(super) dataset: Arc<Dataset>,
    /// Held-out images shown over their reconstructions.
    pub(super) examples: Arc<[u32]>,
    /// Their pixels, in tensor order.
    pub(super) example_pixels: Vec<f32>,
    /// Pixels of the held-out images that cards are counted on.
    pub(super) sample_pixels: Vec<f32>,
    /// Held-out images whose codes make the cloud of a figure, and the density of a map.
    pub(super) cloud: Arc<[u32]>,
    /// The shape of one image on a canvas.
    pub(super) tile: Tiles,
    /// What the doctor knows of the images, once it has asked.
    facts: OnceLock<ImageFacts>,
    /// The costs of simple models on the held-out images.
    pub(super) comparison: Arc<Comparison>,
}

impl Gallery {
    pub(super) fn new(dataset: Arc<Dataset>) -> Self {
        let examples = examples(&dataset);
        let mut example_pixels = Vec::new();
        dataset.write_f32(&examples, &mut example_pixels);
        let mut sample_pixels = Vec::new();
        let held_out = &dataset.split.validation;
        dataset.write_f32(&held_out[..SAMPLE.min(held_out.len())], &mut sample_pixels);
        let comparison = Arc::new(Comparison::new(&dataset, &sample_pixels));
        let cloud = dataset.split.validation.iter().copied().take(CLOUD).collect();
        let shape = dataset.shape;
        let tile = Tiles::single(shape.height, shape.width, shape.channels);
        Self {
            dataset,
            examples: examples.into(),
            example_pixels,
            sample_pixels,
            cloud,
            tile,
            facts: OnceLock::new(),
            comparison,
        }
    }

    /// What is known of the images, whatever is trained on them. Duplicates are searched the first time.
    pub(super) fn facts(&self) -> &ImageFacts {
        self.facts.get_or_init(|| ImageFacts::of(&self.dataset))
    }
}

impl Drop for Gallery {
    /// Nobody needs the costs of these images any more.
    fn drop(&mut self) {
        self.comparison.cancel();
    }
}

/// The first held-out images, the classes taking turns.
fn examples(dataset: &Dataset) -> Vec<u32> {
    let held_out = &dataset.split.validation;
    dataset.by_turns(held_out).into_iter().take(EXAMPLES).map(|position| held_out[position]).collect()
}
