//! The forces on a code: the negative gradients of the reconstruction and of the penalties with respect to it. Their sum
//! is the direction in which gradient descent would move the code, if the code itself were a parameter.

use burn::module::Module as _;
use burn::tensor::Tensor;

use crate::model::{Pass, PerImage};
use crate::recipe::Recipe;
use crate::train::Learner;
use crate::train::read::{ReadError, read};
use crate::train::terms::{code_penalties, reconstruction, weighted};

/// Most images whose forces are computed at once; together they cost about half a training step.
pub const MOST_IMAGES: usize = 64;

/// The forces on the codes of images, one code after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forces {
    /// The codes of the clean images: h, or μ.
    pub codes: Vec<f32>,
    /// −∂(reconstruction)/∂code, with the recipe's reconstruction term. For a Gaussian code it is taken at z = μ, without
    /// noise; the skip connections of a U-Net are held constant.
    pub reconstruction: Vec<f32>,
    /// −∂(Σ weight · penalty)/∂code with the weights of this step: for a Gaussian code −β·μ, as σ is held constant. A
    /// penalty on a mean over the batch (a target rate, KL with free nats) is taken over these images. The contractive
    /// penalty depends on the weights before the code and not on the code, so it is left out.
    pub penalty: Vec<f32>,
}

impl Forces {
    /// The forces on the codes of these images, pixels in tensor order.
    pub fn of(learner: &Learner, recipe: &Recipe, images: &[f32]) -> Result<Self, ReadError> {
        if images.is_empty() {
            return Ok(Self::default());
        }
        // Only the code is a leaf: frozen weights need no gradients, and normalisations stay in inference mode.
        let model = learner.learning_model().freeze();
        let clean = learner.images(images, &learner.device().clone().autodiff());
        let mut encoded = model.encode(clean.clone());
        let code = encoded.code.detach().require_grad();
        encoded.code = code.clone();
        let raw = model.decode_raw(code.clone(), &encoded.skips, &mut Pass::default());
        let cost = reconstruction(&model, recipe, clean, raw);
        let zero = cost.zeros_like().detach();
        let (penalties, charged_kl) = code_penalties(recipe, &encoded, images.len() / learner.pixels());
        let is_penalised = penalties
            .iter()
            .any(|(penalty, _)| penalty.weight(&recipe.objective, learner.step_number()) != 0.0);
        let weigh = |terms: &PerImage| weighted(terms, recipe, learner.step_number(), learner.pixels());
        let cost = PerImage { reconstruction: cost, penalties: Vec::new(), charged_kl: None };
        let of_cost = force(weigh(&cost), &code);
        let of_penalties = if is_penalised {
            force(weigh(&PerImage { reconstruction: zero, penalties, charged_kl }), &code)
        } else {
            code.clone().inner().zeros_like()
        };
        let numbers = read(Tensor::cat(vec![code.inner(), of_cost, of_penalties], 0))?;
        let mut parts = numbers.chunks_exact(numbers.len() / 3).map(<[f32]>::to_vec);
        let mut next = || parts.next().unwrap_or_default();
        Ok(Self { codes: next(), reconstruction: next(), penalty: next() })
    }
}

/// The negative gradient of the sum of these terms with respect to every code.
///
/// # Shapes
/// - terms: `[batch]`
/// - code: `[batch, code]`, a leaf
/// - output: `[batch, code]`
fn force(terms: Tensor<1>, code: &Tensor<2>) -> Tensor<2> {
    let gradients = terms.sum().backward();
    code.grad(&gradients).map_or_else(|| code.clone().inner().zeros_like(), |gradient| -gradient)
}
