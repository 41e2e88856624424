//! The costs of simple models, computed once per set of images in a thread of its own.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, OnceLock};

use super::background::spawn;
use crate::data::Dataset;
use crate::insight::Pca;
use crate::insight::references::References;

/// Training images that principal components are fitted to; more change nothing that can be seen.
const PCA_IMAGES: usize = 10_000;
/// The largest images whose components are computed: the time grows with the third power of their pixels.
const MOST_PIXELS: usize = 2048;

/// The costs of simple models on the held-out images, and on a sample of these.
#[derive(Debug)]
pub(super) struct Comparison {
    dataset: Arc<Dataset>,
    /// The sample, in tensor order.
    sample: Arc<[f32]>,
    costs: OnceLock<Costs>,
}

#[derive(Debug)]
struct Costs {
    references: References,
    /// Squared error on the sample for 0, 1, 2 … principal components; empty for very large images.
    pca_sample_errors: Vec<f64>,
}

impl Comparison {
    /// Nothing is computed yet.
    pub(super) fn new(dataset: &Arc<Dataset>, sample: &[f32]) -> Self {
        Self { dataset: Arc::clone(dataset), sample: Arc::from(sample), costs: OnceLock::new() }
    }

    /// Starts to compute the costs; they are received once they are known.
    pub(super) fn begin(self: &Arc<Self>) -> Result<Receiver<References>, String> {
        let shared = Arc::clone(self);
        let (sender, references) = sync_channel(1);
        spawn("references", move || {
            // Nobody waits any more where another bench was opened meanwhile.
            sender.send(shared.costs().references.clone()).ok();
        })?;
        Ok(references)
    }

    /// Squared error on the sample for 0, 1, 2 … principal components; empty while they are not known.
    pub(super) fn pca_errors_so_far(&self) -> &[f64] {
        self.costs.get().map_or(&[], |costs| &costs.pca_sample_errors)
    }

    /// The same, computed now if necessary.
    pub(super) fn pca_errors(&self) -> &[f64] {
        &self.costs().pca_sample_errors
    }

    fn costs(&self) -> &Costs {
        self.costs.get_or_init(|| costs(&self.dataset, &self.sample))
    }
}

fn costs(dataset: &Dataset, sample: &[f32]) -> Costs {
    let held_out = &dataset.split.validation;
    let mean = dataset.mean_image_cost(held_out);
    let pixels = dataset.shape.values();
    let pca = (pixels <= MOST_PIXELS).then(|| {
        let mut images = Vec::new();
        dataset.write_f32(&dataset.split.train[..PCA_IMAGES.min(dataset.split.train.len())], &mut images);
        let pca = Pca::fit(&images, pixels, pixels);
        dataset.write_f32(held_out, &mut images);
        (pca.squared_errors(&images), pca.squared_errors(sample))
    });
    let (held_out_errors, pca_sample_errors) = pca.unzip();
    Costs {
        references: References {
            mean_squared_error: mean.squared_error,
            mean_cross_entropy: mean.cross_entropy,
            cross_entropy_floor: dataset.entropy_floor(held_out),
            pca_squared_errors: held_out_errors.map(Arc::from),
        },
        pca_sample_errors: pca_sample_errors.unwrap_or_default(),
    }
}
