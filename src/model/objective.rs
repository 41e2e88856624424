//! The terms of the objective, per image: sums over pixels and over the code, never means (DESIGN 4).

use burn::tensor::{Tensor, activation};

use super::code::Encoded;
use crate::recipe::{ObjectiveRecipe, Recipe, Reconstruction};

/// A term that is added to the reconstruction, each with a weight of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Penalty {
    /// KL of the Gaussian code from the prior, weighted by β.
    Kl,
    /// Σ|h| of a plain code, weighted by λ.
    Sparsity,
}

impl Penalty {
    /// Every penalty, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Kl, Self::Sparsity];

    /// The word in files: a column of `history.csv`, a key of `summary.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kl => "kl",
            Self::Sparsity => "sparsity",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kl => "KL",
            Self::Sparsity => "Σ|h|",
        }
    }

    /// The live parameter that weighs it.
    pub fn weight_key(self) -> &'static str {
        match self {
            Self::Kl => "objective.beta",
            Self::Sparsity => "objective.sparsity",
        }
    }

    /// Its weight in an objective.
    pub fn weight(self, objective: &ObjectiveRecipe) -> f64 {
        match self {
            Self::Kl => objective.beta,
            Self::Sparsity => objective.sparsity,
        }
    }
}

/// Which terms a recipe's objective has. The weights are read at every step, since they move.
#[derive(Clone, Debug)]
pub struct Objective {
    reconstruction: Reconstruction,
    penalties: Vec<Penalty>,
}

/// The terms of a batch, one number per image, unweighted.
#[derive(Clone, Debug)]
pub struct PerImage {
    /// Squared error or cross-entropy. `[batch]`
    pub reconstruction: Tensor<1>,
    /// Each penalty. `[batch]` each
    pub penalties: Vec<Tensor<1>>,
}

impl Objective {
    /// The terms of a recipe.
    pub fn new(recipe: &Recipe) -> Self {
        // Σ|h| is measured for every plain code, so that it can be seen before it is charged for.
        let penalty = if recipe.is_variational() { Penalty::Kl } else { Penalty::Sparsity };
        Self { reconstruction: recipe.objective.reconstruction, penalties: vec![penalty] }
    }

    /// The penalties, in the order of [`PerImage::penalties`].
    pub fn penalties(&self) -> &[Penalty] {
        &self.penalties
    }

    /// The terms of a batch.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`, the clean images
    /// - raw: `[batch, pixels]`, what the decoder's last layer gives
    /// - pixels: what `raw` means as an image; asked for only where it is compared
    /// - output: `[batch]` per term
    pub fn per_image(
        &self,
        x: Tensor<2>,
        raw: Tensor<2>,
        pixels: impl FnOnce(Tensor<2>) -> Tensor<2>,
        encoded: &Encoded,
    ) -> PerImage {
        let reconstruction = match self.reconstruction {
            Reconstruction::SquaredError => squared_error(x, pixels(raw)),
            Reconstruction::CrossEntropy => cross_entropy(x, raw),
        };
        let penalties = self
            .penalties
            .iter()
            .map(|penalty| match penalty {
                // A plain code has no spread of its own; it counts as the prior's.
                Penalty::Kl => {
                    let spread = encoded.log_variance.clone();
                    kl(encoded.code.clone(), spread.unwrap_or_else(|| encoded.code.zeros_like()))
                }
                Penalty::Sparsity => absolute_sum(encoded.code.clone()),
            })
            .collect();
        PerImage { reconstruction, penalties }
    }

    /// The objective, averaged over the batch, ready for `backward`.
    pub fn total(&self, terms: &PerImage, weights: &ObjectiveRecipe) -> Tensor<1> {
        let weighted = self.penalties.iter().zip(&terms.penalties);
        weighted
            .fold(terms.reconstruction.clone(), |sum, (penalty, term)| match penalty.weight(weights) {
                0.0 => sum,
                weight => sum + term.clone() * weight,
            })
            .mean()
    }
}

/// Σ(x − x̂)² over pixels.
///
/// # Shapes
/// - x, y: `[batch, pixels]`
/// - output: `[batch]`
pub fn squared_error(x: Tensor<2>, y: Tensor<2>) -> Tensor<1> {
    (x - y).square().sum_dim(1).squeeze_dim::<1>(1)
}

/// Bernoulli cross-entropy in nats over pixels, from logits: softplus(l) − x·l, where softplus(l) is −ln σ(−l),
/// which no logit overflows.
///
/// # Shapes
/// - x, logits: `[batch, pixels]`
/// - output: `[batch]`
pub fn cross_entropy(x: Tensor<2>, logits: Tensor<2>) -> Tensor<1> {
    let softplus = -activation::log_sigmoid(-logits.clone());
    (softplus - x * logits).sum_dim(1).squeeze_dim::<1>(1)
}

/// KL of N(μ, σ²) from N(0, 1) over the code, in nats: ½(μ² + σ² − ln σ² − 1).
///
/// # Shapes
/// - mean, log_variance: `[batch, code]`
/// - output: `[batch]`
pub fn kl(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<1> {
    let each = mean.square() + log_variance.clone().exp() - log_variance - 1.0;
    each.sum_dim(1).squeeze_dim::<1>(1) * 0.5
}

/// Σ|h| over the code.
///
/// # Shapes
/// - code: `[batch, code]`
/// - output: `[batch]`
pub fn absolute_sum(code: Tensor<2>) -> Tensor<1> {
    code.abs().sum_dim(1).squeeze_dim::<1>(1)
}
