//! How long the gradient of every layer's weights is: what is left of the error on its way back to the first layer.

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::learner::Learner;
use super::read::{ReadError, read};
use super::terms;
use crate::model::Pass;
use crate::recipe::Recipe;

/// The length of the gradient of every weight matrix, in the order of the flow, for the whole network on these
/// images. Nothing is trained by it.
pub fn lengths(learner: &Learner, recipe: &Recipe, images: &[f32]) -> Result<Vec<f32>, ReadError> {
    let model = learner.learning_model();
    let batch = learner.batch(images, recipe);
    let terms = terms::outcome(&model, recipe, &batch, &mut Pass::default()).terms;
    let total = terms::weighted(&terms, recipe, learner.step_number(), learner.pixels()).mean();
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    let mut lengths = Lengths { gradients: &gradients, found: Vec::new() };
    model.visit(&mut lengths);
    if lengths.found.is_empty() { Ok(Vec::new()) } else { read(Tensor::cat(lengths.found, 0)) }
}

/// Collects the lengths of all matrices; biases are left out.
struct Lengths<'a> {
    gradients: &'a GradientsParams,
    found: Vec<Tensor<1>>,
}

impl ModuleVisitor for Lengths<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id).filter(|_| D == 2);
        self.found.extend(gradient.map(|gradient| gradient.square().sum().sqrt()));
    }
}
