//! The terms of the objective for a batch: one forward pass, shared by training and evaluation.

use burn::tensor::Tensor;

use crate::model::code::largest;
use crate::model::objective::{
    absolute_sum, cross_entropy, kl_beyond, kl_per_dimension, rate_divergence, squared_error,
};
use crate::model::{Autoencoder, Decoder, Encoded, JacobianMethod, Pass, Penalty, PerImage};
use crate::recipe::{Recipe, Reconstruction, ReconstructionScale};

/// Dead units added to the output of an image, as a multiple of the units that are kept.
const REVIVED: usize = 2;

/// A batch of images with its noise.
#[derive(Debug)]
pub struct Batch {
    /// The target of the reconstruction. `[batch, pixels]`
    pub clean: Tensor<2>,
    /// The input of the network, corrupted or not. `[batch, pixels]`
    pub input: Tensor<2>,
    /// ε of a Gaussian code. `[batch, code]`
    pub epsilon: Option<Tensor<2>>,
    /// A random direction for every image, if a Jacobian is estimated. `[batch, pixels]`
    pub probes: Option<Tensor<2>>,
    /// The number of images; the rest of the batch is padding.
    pub count: usize,
}

/// The codes of a batch and the terms of its objective.
#[derive(Debug)]
pub struct BatchOutput {
    /// The codes.
    pub encoded: Encoded,
    /// The terms per image.
    pub terms: PerImage,
}

/// Passes a batch through the network and computes every term of the recipe's objective.
pub fn forward(model: &Autoencoder, recipe: &Recipe, batch: &Batch, pass: &mut Pass) -> BatchOutput {
    if recipe.objective.contractive > 0.0 {
        pass.record_slopes();
    }
    let encoded = model.encode_in(batch.input.clone(), pass);
    let slopes = pass.take_slopes();
    let raw = model.decode_raw(encoded.sample(batch.epsilon.clone()), &encoded.skips, pass);
    let reconstruction = reconstruction(model, recipe, batch.clean.clone(), raw.clone());
    let (mut penalties, charged_kl) = code_penalties(recipe, &encoded, batch.count);
    if recipe.objective.contractive > 0.0 {
        let term = contraction(model, batch, slopes, pass);
        penalties.extend(term.map(|term| (Penalty::Contractive, term)));
    }
    if recipe.objective.weight_decay > 0.0 {
        let all = encoded.code.dims()[0];
        penalties.push((Penalty::Weights, model.half_squared_weights().expand([all])));
    }
    if recipe.objective.revival > 0.0 {
        let term = revival(model, recipe, batch.clean.clone(), &encoded, raw);
        penalties.extend(term.map(|term| (Penalty::Revival, term)));
    }
    BatchOutput { encoded, terms: PerImage { reconstruction, penalties, charged_kl } }
}

/// The penalties that are functions of the code, in order, and the KL that is charged if some of it is free. The first
/// `count` images count.
pub fn code_penalties(
    recipe: &Recipe,
    encoded: &Encoded,
    count: usize,
) -> (Vec<(Penalty, Tensor<1>)>, Option<Tensor<1>>) {
    let mut charged_kl = None;
    let mut penalties = Vec::new();
    for penalty in Penalty::of(recipe) {
        let code = encoded.code.clone();
        let term = match penalty {
            Penalty::Kl => {
                // A plain code has no variance; the prior's is used.
                let log_variance = encoded.log_variance.clone().unwrap_or_else(|| code.zeros_like());
                let each = kl_per_dimension(code, log_variance);
                charged_kl = charged(&each, recipe.objective.free_bits, count);
                each.sum_dim(1).squeeze_dim::<1>(1)
            }
            Penalty::Sparsity => absolute_sum(code),
            Penalty::Rate => {
                let all = code.dims()[0];
                let counted = rate_divergence(code.narrow(0, 0, count), recipe.objective.target_rate);
                counted.narrow(0, 0, 1).expand([all])
            }
            // They depend on the weights, and are computed in `forward`.
            Penalty::Contractive | Penalty::Weights | Penalty::Revival => continue,
        };
        penalties.push((penalty, term));
    }
    (penalties, charged_kl)
}

/// The KL that is charged if some of it is free; the mean is over the first `count` images.
fn charged(per_dimension: &Tensor<2>, free: f64, count: usize) -> Option<Tensor<1>> {
    let all = per_dimension.dims()[0];
    (free > 0.0)
        .then(|| kl_beyond(per_dimension.clone().narrow(0, 0, count), free).narrow(0, 0, 1).expand([all]))
}

/// What a penalty of the whole set of images is computed from, for every image and unit of the code: the activation for
/// a target rate, the KL divergence for free nats. `None` where no such penalty is charged.
///
/// # Shapes
/// - output: `[batch, code]`
pub fn set_statistic(recipe: &Recipe, encoded: &Encoded) -> Option<Tensor<2>> {
    let code = encoded.code.clone();
    match &encoded.log_variance {
        Some(log_variance) if recipe.objective.free_bits > 0.0 => {
            Some(kl_per_dimension(code, log_variance.clone()))
        }
        None if recipe.objective.rate > 0.0 => Some(code),
        _ => None,
    }
}

/// ‖∂h/∂x‖² at the input of every image: exact from the derivatives of the activations, or estimated along the random
/// directions of the batch. It is that of the whole network: if units were dropped in the pass, the derivatives are
/// computed again without dropping.
///
/// # Shapes
/// - output: `[batch]`
fn contraction(
    model: &Autoencoder,
    batch: &Batch,
    mut slopes: Vec<Tensor<2>>,
    pass: &Pass,
) -> Option<Tensor<1>> {
    if model.jacobian_method() == JacobianMethod::Estimated {
        return model.contraction_along(batch.input.clone(), batch.probes.clone()?);
    }
    if pass.drops() {
        let mut whole = Pass::default();
        whole.record_slopes();
        model.encode_in(batch.input.clone(), &mut whole);
        slopes = whole.take_slopes();
    }
    model.contraction(slopes)
}

/// The cost that is left when the units that no image of the batch keeps are added to the output, so that they learn what
/// the others leave (the auxiliary loss of Gao et al. 2024). Of each image''s units that is the largest. The others get no gradient from it.
/// Zero where every unit is kept for some image; `None` where no unit is left out.
///
/// # Shapes
/// - clean, raw: `[batch, pixels]`
/// - output: `[batch]`
fn revival(
    model: &Autoencoder,
    recipe: &Recipe,
    clean: Tensor<2>,
    encoded: &Encoded,
    raw: Tensor<2>,
) -> Option<Tensor<1>> {
    let (left_out, Decoder::Dense(decoder)) = (encoded.left_out.clone()?, &model.decoder) else {
        return None;
    };
    let size = left_out.dims();
    let is_dead = encoded.code.clone().detach().abs().max_dim(0).equal_elem(0.0).float();
    let is_any = is_dead.clone().max_dim(1).expand([size[0], 1]).squeeze_dim::<1>(1);
    let dead = left_out * is_dead.expand(size);
    let k = (REVIVED * recipe.model.top_k).min(size[1]);
    let added = (dead.clone() * largest(&dead, k)).matmul(decoder.output.linear.weight.val());
    Some(reconstruction(model, recipe, clean, raw.detach() + added) * is_any)
}

/// Whether a recipe's objective needs random directions for this network.
pub fn needs_probes(model: &Autoencoder, recipe: &Recipe) -> bool {
    recipe.objective.contractive > 0.0 && model.jacobian_method() == JacobianMethod::Estimated
}

/// The reconstruction cost of every image, as the recipe defines it.
///
/// # Shapes
/// - images: `[batch, pixels]`, from 0 to 1
/// - raw: `[batch, pixels]`, the output of the decoder's last layer
/// - output: `[batch]`
pub fn reconstruction(model: &Autoencoder, recipe: &Recipe, images: Tensor<2>, raw: Tensor<2>) -> Tensor<1> {
    let target = model.scaled(images);
    match recipe.objective.reconstruction {
        Reconstruction::SquaredError => squared_error(target, model.pixels(raw)),
        Reconstruction::CrossEntropy => cross_entropy(target, raw),
    }
}

/// The objective of every image at a step: the reconstruction and the weighted penalties.
///
/// # Shapes
/// - output: `[batch]`
pub fn weighted(terms: &PerImage, recipe: &Recipe, step: u64, pixels: usize) -> Tensor<1> {
    let reconstruction = terms.reconstruction.clone();
    let reconstruction = match recipe.objective.scale {
        ReconstructionScale::Sum => reconstruction,
        ReconstructionScale::Mean => reconstruction / pixels as f64,
    };
    terms.penalties.iter().fold(reconstruction, |sum, (penalty, term)| {
        let charged = match (penalty, &terms.charged_kl) {
            (Penalty::Kl, Some(charged)) => charged,
            _ => term,
        };
        match penalty.weight(&recipe.objective, step) {
            0.0 => sum,
            weight => sum + charged.clone() * weight,
        }
    })
}
