//! The norm of the gradient of each layer's weights, which shows vanishing gradients.

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::learner::Learner;
use super::read::{ReadError, read};
use super::terms;
use crate::model::Pass;
use crate::recipe::Recipe;

/// The norm of the gradient of each weight matrix, from input to output, for the whole network on these images. The
/// network is not changed.
pub fn norms(learner: &Learner, recipe: &Recipe, images: &[f32]) -> Result<Vec<f32>, ReadError> {
    let model = learner.learning_model();
    let batch = learner.batch(images, recipe);
    let terms = terms::forward(&model, recipe, &batch, &mut Pass::default()).terms;
    let total = terms::weighted(&terms, recipe, learner.step_number(), learner.pixels()).mean();
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    let mut norms = GradientNorms { gradients: &gradients, found: Vec::new() };
    model.visit(&mut norms);
    if norms.found.is_empty() { Ok(Vec::new()) } else { read(Tensor::cat(norms.found, 0)) }
}

/// Collects the gradient norms of all matrices; biases are left out.
struct GradientNorms<'a> {
    gradients: &'a GradientsParams,
    found: Vec<Tensor<1>>,
}

impl ModuleVisitor for GradientNorms<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id).filter(|_| D == 2);
        self.found.extend(gradient.map(|gradient| gradient.square().sum().sqrt()));
    }
}
