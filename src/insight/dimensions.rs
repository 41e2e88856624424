//! Which dimensions of a Gaussian code are in use: the KL of each, and whether its mean varies over images.

use burn::tensor::Tensor;

use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Level};
use crate::model::Autoencoder;
use crate::model::objective::kl_per_dimension;
use crate::train::read::{ReadError, read};

/// A dimension is active if the variance of μ over images is above this (Burda and others 2016).
pub const ACTIVE: f32 = 0.01;

/// One dimension of a Gaussian code, over some images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimension {
    /// Mean KL from the prior, in nats.
    pub kl: f32,
    /// Variance of μ.
    pub variance: f32,
}

impl Dimension {
    /// Whether it distinguishes images.
    pub fn is_active(&self) -> bool {
        self.variance > ACTIVE
    }
}

/// Every dimension of a network's code over some images; nothing for a plain code.
///
/// # Shapes
/// - images: `[images, pixels]`
pub fn dimensions(model: &Autoencoder, images: Tensor<2>) -> Result<Vec<Dimension>, ReadError> {
    let encoded = model.encode(images);
    let Some(log_variance) = encoded.log_variance else { return Ok(Vec::new()) };
    let mean = encoded.code;
    let [_, size] = mean.dims();
    let kl = kl_per_dimension(mean.clone(), log_variance).mean_dim(0);
    let variance = (mean.clone() - mean.mean_dim(0)).square().mean_dim(0);
    let numbers = read(Tensor::cat(vec![kl, variance], 0))?;
    let (kl, variance) = numbers.split_at(size);
    Ok(kl.iter().zip(variance).map(|(&kl, &variance)| Dimension { kl, variance }).collect())
}

/// The KL of every dimension; active dimensions are highlighted.
pub(super) fn bars(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let CardInputs { learner, recipe, sample, .. } = inputs;
    let all = dimensions(&learner.model(), learner.images(sample, learner.device()))?;
    let highlighted: Vec<bool> = all.iter().map(Dimension::is_active).collect();
    let active = highlighted.iter().filter(|is_active| **is_active).count();
    let of_active = all.iter().filter(|d| d.is_active()).map(|d| d.kl).fold(0.0, |sum: f32, kl| sum + kl);
    let total: f32 = all.iter().map(|d| d.kl).sum();
    let free = recipe.objective.free_bits;
    let rest = if active < all.len() { " In the others μ is almost the same for every image." } else { "" };
    let meaning = format!(
        "{active} of {} dimensions are active (the variance of μ over images is above {ACTIVE}); they carry \
         {of_active:.1} of {total:.1} nats.{rest}",
        all.len()
    );
    let bars = Bars {
        x: "dimension of the code".to_owned(),
        y: "KL in nats".to_owned(),
        values: all.iter().map(|d| d.kl).collect(),
        highlighted,
        level: (free > 0.0).then(|| Level { name: "free".to_owned(), value: free as f32 }),
        ..Bars::default()
    };
    Ok(Card::new(Topic::Dimensions.title(), meaning, bars))
}
