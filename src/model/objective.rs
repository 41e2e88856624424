//! The terms of the objective, per image: sums over pixels and over the code, never means.

use burn::tensor::{Tensor, activation};

use crate::recipe::{ObjectiveRecipe, Recipe};

/// A weighted term that is added to the reconstruction cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Penalty {
    /// KL divergence of a Gaussian code from the prior, weighted by β.
    Kl,
    /// Σ|h| of a plain code, weighted by λ.
    Sparsity,
    /// KL divergence from a target rate to the mean activation of each unit of a sigmoid code.
    Rate,
    /// ‖∂h/∂x‖², weighted by another λ.
    Contractive,
    /// ½‖W‖² over the weights of all layers. It is the same for every image.
    Weights,
    /// The error that is left when units that no image of the batch keeps are added to the output.
    Revival,
}

impl Penalty {
    /// Every penalty, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Kl, Self::Sparsity, Self::Rate, Self::Contractive, Self::Weights, Self::Revival];

    /// The penalties of a recipe. Σ|h| is measured for every plain code, also with a weight of zero; the Jacobian is
    /// not, because it takes as long as a step.
    pub fn of(recipe: &Recipe) -> Vec<Self> {
        let ObjectiveRecipe { rate, contractive, weight_decay, revival, .. } = recipe.objective;
        let is_measured = |penalty: &Self| match penalty {
            Self::Kl => recipe.is_variational(),
            Self::Sparsity => !recipe.is_variational(),
            Self::Rate => rate > 0.0,
            Self::Contractive => contractive > 0.0,
            Self::Weights => weight_decay > 0.0,
            Self::Revival => revival > 0.0 && recipe.model.top_k > 0,
        };
        Self::ALL.into_iter().filter(is_measured).collect()
    }

    /// The word in files: a column of `history.csv`, a key of `summary.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kl => "kl",
            Self::Sparsity => "sparsity",
            Self::Rate => "rate",
            Self::Contractive => "contractive",
            Self::Weights => "weights",
            Self::Revival => "revival",
        }
    }

    /// The name shown in the window.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kl => "KL",
            Self::Sparsity => "Σ|h|",
            Self::Rate => "KL(ρ‖rate)",
            Self::Contractive => "‖∂h/∂x‖²",
            Self::Weights => "½‖W‖²",
            Self::Revival => "revival",
        }
    }

    /// The live parameter that is its weight.
    pub fn weight_key(self) -> &'static str {
        match self {
            Self::Kl => "objective.beta",
            Self::Sparsity => "objective.sparsity",
            Self::Rate => "objective.rate",
            Self::Contractive => "objective.contractive",
            Self::Weights => "objective.weight_decay",
            Self::Revival => "objective.revival",
        }
    }

    /// Its weight in an objective, without warm-up and cycles.
    pub fn full_weight(self, objective: &ObjectiveRecipe) -> f64 {
        match self {
            Self::Kl => objective.beta,
            _ => self.weight(objective, 0),
        }
    }

    /// Its weight in an objective at a step, with warm-up and cycles.
    pub fn weight(self, objective: &ObjectiveRecipe, step: u64) -> f64 {
        match self {
            Self::Kl => objective.beta_at(step),
            Self::Sparsity => objective.sparsity,
            Self::Rate => objective.rate,
            Self::Contractive => objective.contractive,
            Self::Weights => objective.weight_decay,
            Self::Revival => objective.revival,
        }
    }

    /// Whether it is a function of the code, so that it pulls at codes; the others act on weights only.
    pub fn is_of_code(self) -> bool {
        matches!(self, Self::Kl | Self::Sparsity | Self::Rate)
    }
}

/// The terms of a batch, one number per image, unweighted.
#[derive(Clone, Debug)]
pub struct PerImage {
    /// Squared error or cross-entropy. `[batch]`
    pub reconstruction: Tensor<1>,
    /// Each penalty. `[batch]` each
    pub penalties: Vec<(Penalty, Tensor<1>)>,
    /// The KL that is charged if some of it is free. `[batch]`
    pub charged_kl: Option<Tensor<1>>,
}

/// Σ(x − x̂)² over pixels.
///
/// # Shapes
/// - x, y: `[batch, pixels]`
/// - output: `[batch]`
pub fn squared_error(x: Tensor<2>, y: Tensor<2>) -> Tensor<1> {
    (x - y).square().sum_dim(1).squeeze_dim::<1>(1)
}

/// Bernoulli cross-entropy in nats over pixels, from logits: softplus(l) − x·l. softplus(l) is computed as −ln σ(−l),
/// which does not overflow.
///
/// # Shapes
/// - x, logits: `[batch, pixels]`
/// - output: `[batch]`
pub fn cross_entropy(x: Tensor<2>, logits: Tensor<2>) -> Tensor<1> {
    let softplus = -activation::log_sigmoid(-logits.clone());
    (softplus - x * logits).sum_dim(1).squeeze_dim::<1>(1)
}

/// KL divergence of N(μ, σ²) from N(0, 1) in each dimension of the code, in nats: ½(μ² + σ² − ln σ² − 1). σ² − 1 is
/// computed as one, since near σ = 1 their difference would have few digits left.
///
/// # Shapes
/// - mean, log_variance: `[batch, code]`
/// - output: `[batch, code]`
pub fn kl_per_dimension(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<2> {
    (mean.square() + exp_minus_one(log_variance.clone()) - log_variance) * 0.5
}

/// eˣ − 1 = tanh(x/2)·(eˣ + 1), with all its digits near zero.
fn exp_minus_one(x: Tensor<2>) -> Tensor<2> {
    activation::tanh(x.clone() * 0.5) * (x.exp() + 1.0)
}

/// KL divergence of the whole code.
///
/// # Shapes
/// - mean, log_variance: `[batch, code]`
/// - output: `[batch]`
pub fn kl(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<1> {
    kl_per_dimension(mean, log_variance).sum_dim(1).squeeze_dim::<1>(1)
}

/// KL with free nats in each dimension: Σ max(free, mean KL), where the mean is over the batch (Kingma et al. 2016).
/// It is the same for every image.
///
/// # Shapes
/// - per_dimension: `[batch, code]`
/// - output: `[batch]`
pub fn kl_beyond(per_dimension: Tensor<2>, free: f64) -> Tensor<1> {
    let batch = per_dimension.dims()[0];
    per_dimension.mean_dim(0).clamp_min(free).sum_dim(1).squeeze_dim::<1>(1).expand([batch])
}

/// KL divergence from a target rate to the mean activation of each unit over the batch, in nats:
/// Σ ρ ln(ρ/ρ̂) + (1−ρ) ln((1−ρ)/(1−ρ̂)). It is the same for every image.
///
/// # Shapes
/// - code: `[batch, code]`, from 0 to 1
/// - output: `[batch]`
pub fn rate_divergence(code: Tensor<2>, target: f64) -> Tensor<1> {
    let batch = code.dims()[0];
    // The divergence of a unit that is never or always active would be infinite.
    let rate = code.mean_dim(0).clamp(1e-6, 1.0 - 1e-6);
    let constant = target * target.ln() + (1.0 - target) * (1.0 - target).ln();
    let each = rate.clone().log() * -target - (-rate + 1.0).log() * (1.0 - target) + constant;
    each.sum_dim(1).squeeze_dim::<1>(1).expand([batch])
}

/// [`rate_divergence`] of mean activations that are known, such as those over a whole set of images.
pub fn rate_divergence_of(rates: &[f64], target: f64) -> f64 {
    let of = |rate: &f64| {
        let rate = rate.clamp(1e-6, 1.0 - 1e-6);
        target * (target / rate).ln() + (1.0 - target) * ((1.0 - target) / (1.0 - rate)).ln()
    };
    rates.iter().map(of).sum()
}

/// [`kl_beyond`] of mean KL divergences that are known, such as those over a whole set of images.
pub fn kl_beyond_of(per_dimension: &[f64], free: f64) -> f64 {
    per_dimension.iter().map(|kl| kl.max(free)).sum()
}

/// Σ|h| over the code.
///
/// # Shapes
/// - code: `[batch, code]`
/// - output: `[batch]`
pub fn absolute_sum(code: Tensor<2>) -> Tensor<1> {
    code.abs().sum_dim(1).squeeze_dim::<1>(1)
}
