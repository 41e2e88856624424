//! Principal components beside a network: fitted once per set of images, and only where somebody looks.

use std::sync::{Arc, Once, OnceLock};

use super::background::spawn;
use crate::data::Dataset;
use crate::insight::{Pca, size};

/// Training images that principal components are fitted to; more change nothing that can be seen.
pub(super) const PCA_IMAGES: usize = 10_000;
/// The largest images whose components are worked out: the time grows with the third power of their pixels.
const MOST_PIXELS: usize = 2048;

/// What principal components of the training images cost on some others.
#[derive(Debug)]
pub(super) struct Components {
    dataset: Arc<Dataset>,
    /// The others, in tensor order.
    sample: Arc<[f32]>,
    begun: Once,
    ladder: OnceLock<Vec<[f32; 2]>>,
}

impl Components {
    /// Nothing is worked out yet.
    pub(super) fn new(dataset: &Arc<Dataset>, sample: &[f32]) -> Self {
        let (dataset, sample) = (Arc::clone(dataset), Arc::from(sample));
        Self { dataset, sample, begun: Once::new(), ladder: OnceLock::new() }
    }

    /// The squared error for more and more components, `[components, error]`; empty while a thread works it out.
    pub(super) fn so_far(self: &Arc<Self>) -> &[[f32; 2]] {
        self.begun.call_once(|| {
            let shared = Arc::clone(self);
            // Without a thread there is one picture less.
            let work = move || {
                shared.at_once();
            };
            spawn("components", work).ok();
        });
        self.ladder.get().map_or(&[], Vec::as_slice)
    }

    /// The same, worked out now if need be: somebody is waiting.
    pub(super) fn at_once(&self) -> &[[f32; 2]] {
        self.ladder.get_or_init(|| self.worked_out())
    }

    fn worked_out(&self) -> Vec<[f32; 2]> {
        let pixels = self.dataset.shape.values();
        if pixels > MOST_PIXELS {
            return Vec::new();
        }
        let mut train = Vec::new();
        let images = &self.dataset.split.train;
        self.dataset.write_f32(&images[..PCA_IMAGES.min(images.len())], &mut train);
        size::pca_errors(&Pca::fit(&train, pixels, size::MOST), &self.sample)
    }
}
