//! Costs of simple models on the same images, which those of a network are compared with.

use std::sync::Arc;

use crate::recipe::{Corruption, Recipe, Reconstruction};

/// What simple models cost on the held-out images, per image. Errors are those of pixels from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct References {
    /// Squared error of predicting the mean training image.
    pub mean_squared_error: f64,
    /// Cross-entropy of predicting the mean training image.
    pub mean_cross_entropy: f64,
    /// The cross-entropy no model can go below, the images' own entropy.
    pub cross_entropy_floor: f64,
    /// Squared error of reconstructing images from 0, 1, 2 … principal components of the training images; `None` where
    /// they were cancelled.
    pub pca_squared_errors: Option<Arc<[f64]>>,
}

/// What one run is compared with: costs in the units of its own reconstruction, and only those of fair rivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rivals {
    /// The cost of predicting the mean training image.
    pub mean_image: f64,
    /// The cross-entropy no model can go below, where cross-entropy is the cost.
    pub entropy_floor: Option<f64>,
    /// As many principal components as the code has numbers.
    pub pca: Option<PcaRival>,
}

/// Principal components, as many as a code has numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PcaRival {
    /// How many.
    pub components: usize,
    /// Their squared error for pixels from 0 to 1, as evaluations measure that of the network.
    pub squared_error: f64,
    /// Their cost in the units of the run, where squared error is the cost.
    pub cost: Option<f64>,
}

impl References {
    /// The rivals of a run of this recipe.
    pub fn rivals(&self, recipe: &Recipe) -> Rivals {
        let scale = recipe.data.range.squared_error_scale();
        let is_squared = recipe.objective.reconstruction == Reconstruction::SquaredError;
        let pca = self.pca_squared_errors.as_deref().filter(|_| is_fair_for_pca(recipe)).and_then(|errors| {
            let components = recipe.model.code.min(errors.len().checked_sub(1)?);
            let squared_error = errors[components];
            Some(PcaRival { components, squared_error, cost: is_squared.then_some(scale * squared_error) })
        });
        if is_squared {
            Rivals { mean_image: scale * self.mean_squared_error, entropy_floor: None, pca }
        } else {
            Rivals { mean_image: self.mean_cross_entropy, entropy_floor: Some(self.cross_entropy_floor), pca }
        }
    }
}

/// Whether principal components of clean images are a fair rival: not for a network that sees corrupted images, nor for
/// one whose skip connections carry the image past the code.
fn is_fair_for_pca(recipe: &Recipe) -> bool {
    recipe.noise.kind == Corruption::None && !recipe.has_skips()
}
