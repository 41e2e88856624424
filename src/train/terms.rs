//! What a batch costs, term by term: one way through the network, shared by training and evaluation.

use burn::tensor::Tensor;

use crate::model::objective::{
    absolute_sum, cross_entropy, kl_beyond, kl_per_dimension, rate_divergence, squared_error,
};
use crate::model::{Autoencoder, Encoded, Method, Pass, Penalty, PerImage};
use crate::recipe::{Recipe, Reconstruction};

/// Images on their way into a network, with everything that is drawn for them.
#[derive(Debug)]
pub struct Batch {
    /// What is to be reconstructed. `[batch, pixels]`
    pub clean: Tensor<2>,
    /// What the network sees. `[batch, pixels]`
    pub seen: Tensor<2>,
    /// ε of a Gaussian code. `[batch, code]`
    pub epsilon: Option<Tensor<2>>,
    /// A random direction for every image, where a Jacobian is estimated. `[batch, pixels]`
    pub probes: Option<Tensor<2>>,
    /// How many of the images count; the others only fill the batch up.
    pub count: usize,
}

/// What a batch became and what it costs.
#[derive(Debug)]
pub struct Outcome {
    /// The code, and what goes with it.
    pub encoded: Encoded,
    /// What every image costs.
    pub terms: PerImage,
}

/// Sends a batch through the network and takes every term of the recipe's objective.
pub fn outcome(model: &Autoencoder, recipe: &Recipe, batch: &Batch, pass: &mut Pass) -> Outcome {
    if recipe.objective.contractive > 0.0 {
        pass.keep_slopes();
    }
    let encoded = model.encode_in(batch.seen.clone(), pass);
    let slopes = pass.take_slopes();
    let raw = model.decode_raw(encoded.sample(batch.epsilon.clone()), &encoded.skips, pass);
    let reconstruction = reconstruction(model, recipe, batch.clean.clone(), raw);
    let (mut penalties, charged_kl) = of_code(recipe, &encoded, batch.count);
    if recipe.objective.contractive > 0.0 {
        let term = contraction(model, batch, slopes, pass);
        penalties.extend(term.map(|term| (Penalty::Contractive, term)));
    }
    Outcome { encoded, terms: PerImage { reconstruction, penalties, charged_kl } }
}

/// The penalties that are functions of the code, in their order, and what is charged for KL where some of it is free.
/// The first `count` images count.
pub fn of_code(
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
                // A plain code has no spread of its own; it counts as the prior's.
                let spread = encoded.log_variance.clone().unwrap_or_else(|| code.zeros_like());
                let each = kl_per_dimension(code, spread);
                charged_kl = charged(&each, recipe.objective.free_bits, count);
                each.sum_dim(1).squeeze_dim::<1>(1)
            }
            Penalty::Sparsity => absolute_sum(code),
            Penalty::Rate => {
                let all = code.dims()[0];
                let counted = rate_divergence(code.narrow(0, 0, count), recipe.objective.target_rate);
                counted.narrow(0, 0, 1).expand([all])
            }
            // It is about the weights before the code.
            Penalty::Contractive => continue,
        };
        penalties.push((penalty, term));
    }
    (penalties, charged_kl)
}

/// What is charged for KL where some of it is free; the mean is over the images that count.
fn charged(per_dimension: &Tensor<2>, free: f64, count: usize) -> Option<Tensor<1>> {
    let all = per_dimension.dims()[0];
    (free > 0.0)
        .then(|| kl_beyond(per_dimension.clone().narrow(0, 0, count), free).narrow(0, 0, 1).expand([all]))
}

/// ‖∂h/∂x‖² of every image where the network sees it: exact from the slopes of the way through, or along the random
/// directions of the batch. It is about the whole network, so where units were dropped on the way, the slopes are
/// taken again without.
///
/// # Shapes
/// - output: `[batch]`
fn contraction(
    model: &Autoencoder,
    batch: &Batch,
    mut slopes: Vec<Tensor<2>>,
    pass: &Pass,
) -> Option<Tensor<1>> {
    if model.jacobian_method() == Method::Estimated {
        return model.contraction_along(batch.seen.clone(), batch.probes.clone()?);
    }
    if pass.drops() {
        let mut whole = Pass::default();
        whole.keep_slopes();
        model.encode_in(batch.seen.clone(), &mut whole);
        slopes = whole.take_slopes();
    }
    model.contraction(slopes)
}

/// Whether a recipe's objective needs random directions for this network.
pub fn needs_probes(model: &Autoencoder, recipe: &Recipe) -> bool {
    recipe.objective.contractive > 0.0 && model.jacobian_method() == Method::Estimated
}

/// What every image's reconstruction costs, as the recipe counts it.
///
/// # Shapes
/// - images: `[batch, pixels]`, from 0 to 1
/// - raw: `[batch, pixels]`, what the decoder's last layer gave
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
    sum(terms, recipe, pixels, |penalty| penalty.weight(&recipe.objective, step))
}

/// The objective of every image with the whole of β, however far it has risen: what the network is judged by, so that
/// judgements of different steps can be compared.
///
/// # Shapes
/// - output: `[batch]`
pub fn weighted_in_full(terms: &PerImage, recipe: &Recipe, pixels: usize) -> Tensor<1> {
    sum(terms, recipe, pixels, |penalty| penalty.full_weight(&recipe.objective))
}

fn sum(terms: &PerImage, recipe: &Recipe, pixels: usize, weight: impl Fn(Penalty) -> f64) -> Tensor<1> {
    let reconstruction = terms.reconstruction.clone();
    let reconstruction = match recipe.objective.scale {
        crate::recipe::words::Scale::Sum => reconstruction,
        crate::recipe::words::Scale::Mean => reconstruction / pixels as f64,
    };
    terms.penalties.iter().fold(reconstruction, |sum, (penalty, term)| {
        let charged = match (penalty, &terms.charged_kl) {
            (Penalty::Kl, Some(charged)) => charged,
            _ => term,
        };
        match weight(*penalty) {
            0.0 => sum,
            weight => sum + charged.clone() * weight,
        }
    })
}
