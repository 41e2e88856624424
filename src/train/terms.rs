//! What a batch costs, term by term: one way through the network, shared by training and evaluation.

use burn::tensor::Tensor;

use crate::model::objective::{
    absolute_sum, cross_entropy, kl_beyond, kl_per_dimension, rate_divergence, squared_error,
};
use crate::model::{Autoencoder, Encoded, Pass, Penalty, PerImage};
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
    let encoded = model.encode_in(batch.seen.clone(), pass);
    let raw = model.decode_raw(encoded.sample(batch.epsilon.clone()), &encoded.skips, pass);
    let reconstruction = reconstruction(model, recipe, batch.clean.clone(), raw);
    let mut charged_kl = None;
    let mut penalties = Vec::new();
    for penalty in Penalty::of(recipe) {
        let code = encoded.code.clone();
        let term = match penalty {
            Penalty::Kl => {
                // A plain code has no spread of its own; it counts as the prior's.
                let spread = encoded.log_variance.clone().unwrap_or_else(|| code.zeros_like());
                let each = kl_per_dimension(code, spread);
                let free = recipe.objective.free_bits;
                charged_kl = (free > 0.0).then(|| kl_beyond(each.clone(), free));
                each.sum_dim(1).squeeze_dim::<1>(1)
            }
            Penalty::Sparsity => absolute_sum(code),
            Penalty::Rate => {
                let all = code.dims()[0];
                let counted = rate_divergence(code.narrow(0, 0, batch.count), recipe.objective.target_rate);
                counted.narrow(0, 0, 1).expand([all])
            }
            Penalty::Contractive => continue,
        };
        penalties.push((penalty, term));
    }
    Outcome { encoded, terms: PerImage { reconstruction, penalties, charged_kl } }
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

/// The objective of every image: the reconstruction and the weighted penalties.
///
/// # Shapes
/// - output: `[batch]`
pub fn weighted(terms: &PerImage, recipe: &Recipe, step: u64, pixels: usize) -> Tensor<1> {
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
        match penalty.weight(&recipe.objective, step) {
            0.0 => sum,
            weight => sum + charged.clone() * weight,
        }
    })
}
