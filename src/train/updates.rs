//! What the next update would do to each layer's weights: the norm of their gradient, and how far they would move.

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::learner::{Learner, updated};
use super::read::{ReadError, read};
use super::terms;
use crate::model::{Autoencoder, Pass};
use crate::recipe::Recipe;

/// What one update does to the weights of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerUpdate {
    /// The norm of the gradient.
    pub gradient: f32,
    /// The norm of the change, relative to that of the weights.
    pub change: f32,
}

/// The update that the optimiser would make from these images, layer by layer from input to output. Matrices and
/// convolution kernels are layers; biases are left out. The network and the optimiser are not changed.
pub fn updates(learner: &Learner, recipe: &Recipe, images: &[f32]) -> Result<Vec<LayerUpdate>, ReadError> {
    let model = learner.learning_model();
    let batch = learner.batch(images, recipe);
    let terms = terms::forward(&model, recipe, &batch, &mut Pass::default()).terms;
    let total = terms::weighted(&terms, recipe, learner.step_number(), learner.pixels()).mean();
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    let mut norms = GradientNorms { gradients: &gradients, found: Vec::new() };
    model.visit(&mut norms);
    let gradient_norms = norms.found;
    if gradient_norms.is_empty() {
        return Ok(Vec::new());
    }
    let updated = updated(model.clone(), &mut learner.optimizer.clone(), gradients, recipe);
    let changes = weights(&model).into_iter().zip(weights(&updated)).map(|(before, after)| {
        let size = before.clone().square().sum().sqrt().clamp_min(f32::MIN_POSITIVE);
        (after - before).square().sum().sqrt() / size
    });
    let layers = gradient_norms.len();
    let numbers = read(Tensor::cat(gradient_norms.into_iter().chain(changes).collect(), 0))?;
    let (gradients, changes) = numbers.split_at(layers);
    let both = gradients.iter().zip(changes);
    Ok(both.map(|(gradient, change)| LayerUpdate { gradient: *gradient, change: *change }).collect())
}

/// The weights of every layer that learns, flat.
fn weights(model: &Autoencoder) -> Vec<Tensor<1>> {
    let mut found = Weights(Vec::new());
    model.visit(&mut found);
    found.0
}

struct Weights(Vec<Tensor<1>>);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D > 1 && param.is_require_grad() {
            self.0.push(param.val().inner().flatten(0, D - 1));
        }
    }
}

/// Collects the norms of the gradients of all weights.
struct GradientNorms<'a> {
    gradients: &'a GradientsParams,
    found: Vec<Tensor<1>>,
}

impl ModuleVisitor for GradientNorms<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D > 1 && param.is_require_grad() {
            let gradient = self.gradients.get::<D>(param.id).map(|gradient| gradient.square().sum().sqrt());
            self.found.push(gradient.unwrap_or_else(|| Tensor::zeros([1], &param.val().inner().device())));
        }
    }
}
