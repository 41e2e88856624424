//! The code layer: a linear map to the code, plain or Gaussian.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::dense::{Dense, activate, linear_in, slope};
use super::init::Weights;
use super::pass::{Pass, Skips};
use crate::recipe::{Activation, CodeKind, ModelRecipe};

/// The log-variance is clamped to ± this before any exponential, so that σ is between 0.0067 and 148.
const LOG_VARIANCE: f64 = 10.0;
/// The scale of the initial weights of a Gaussian code, which is small so that training starts near KL = 0.
const GAUSSIAN_SCALE: f32 = 0.1;

/// The layer from the encoder's features to the code.
#[derive(Module, Debug)]
pub struct CodeLayer {
    /// One linear map. For a Gaussian code the first half of its output is μ and the second half is ln σ².
    pub head: Linear,
    #[module(skip)]
    kind: CodeKind,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    size: usize,
    /// How many units of a plain code are kept; 0 keeps all.
    #[module(skip)]
    pub top_k: usize,
}

/// The codes of a batch.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The code: h of a plain code, μ of a Gaussian one. `[batch, code]`
    pub code: Tensor<2>,
    /// ln σ² of a Gaussian code, clamped. `[batch, code]`
    pub log_variance: Option<Tensor<2>>,
    /// The units that are not kept, where only the largest are; the others are zero in it. `[batch, code]`
    pub left_out: Option<Tensor<2>>,
    /// Skip connections; empty except for a U-Net.
    pub skips: Skips,
}

impl CodeLayer {
    /// Initialises the layer.
    pub fn new(weights: &mut Weights<'_>, inputs: usize, recipe: &ModelRecipe) -> Self {
        let size = recipe.code;
        let (outputs, activation, scale) = match recipe.code_kind {
            CodeKind::Plain => (size, recipe.code_activation, 1.0),
            CodeKind::Gaussian => (2 * size, Activation::Linear, GAUSSIAN_SCALE),
        };
        let head = weights.linear(inputs, outputs, activation, scale);
        Self { head, kind: recipe.code_kind, activation, size, top_k: recipe.top_k }
    }

    /// A code layer made of a hidden layer, for a network that ends there.
    pub fn of_layer(layer: &Dense) -> Self {
        let head = layer.linear.clone();
        let size = head.weight.dims()[1];
        Self { head, kind: CodeKind::Plain, activation: layer.activation(), size, top_k: 0 }
    }

    /// Dimensions of the code.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The activation of a plain code.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Computes the code.
    ///
    /// # Shapes
    /// - x: `[batch, inputs]`
    /// - output: `[batch, code]`, twice for a Gaussian code
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Encoded {
        let y = linear_in(&self.head, x, pass);
        let mut left_out = None;
        let (code, log_variance) = match self.kind {
            CodeKind::Plain => {
                let code = activate(self.activation, y.clone());
                let kept = self.kept(&code);
                pass.record_slope(|| masked(slope(self.activation, y), &kept));
                left_out = kept.as_ref().map(|kept| code.clone() * (-kept.clone() + 1.0));
                (pass.drop_units(masked(code, &kept)), None)
            }
            CodeKind::Gaussian => {
                let log_variance = y.clone().narrow(1, self.size, self.size);
                let log_variance = log_variance.clamp(-LOG_VARIANCE, LOG_VARIANCE);
                let mean = y.narrow(1, 0, self.size);
                pass.record_slope(|| mean.ones_like());
                (mean, Some(log_variance))
            }
        };
        Encoded { code, log_variance, left_out, skips: Skips::new() }
    }

    /// The code (h or μ) and its derivative along `v`.
    ///
    /// # Shapes
    /// - x, v: `[batch, inputs]`
    /// - outputs: `[batch, code]` each
    pub fn tangent(&self, x: Tensor<2>, v: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let before = self.head.forward(x).narrow(1, 0, self.size);
        let along = v.matmul(self.head.weight.val()).narrow(1, 0, self.size);
        let slope = slope(self.activation, before.clone());
        let code = activate(self.activation, before);
        let kept = self.kept(&code);
        (masked(code, &kept), masked(along * slope, &kept))
    }

    /// 1 for the units of each image that are kept, the `top_k` with the largest absolute values; `None` where all are.
    fn kept(&self, code: &Tensor<2>) -> Option<Tensor<2>> {
        let k = self.top_k;
        (k > 0 && k < self.size && self.kind == CodeKind::Plain).then(|| largest(code, k))
    }
}

/// 1 for the `k` units of each image with the largest absolute values, 0 for the others.
///
/// # Shapes
/// - code: `[batch, code]`
/// - output: `[batch, code]`
pub fn largest(code: &Tensor<2>, k: usize) -> Tensor<2> {
    let sizes = code.clone().detach().abs();
    let least = sizes.clone().topk(k, 1).narrow(1, k - 1, 1);
    sizes.clone().greater_equal(least.expand(sizes.dims())).float()
}

fn masked(values: Tensor<2>, kept: &Option<Tensor<2>>) -> Tensor<2> {
    match kept {
        Some(kept) => values * kept.clone(),
        None => values,
    }
}

impl Encoded {
    /// The input of the decoder: the plain code, or μ + σ·ε.
    ///
    /// # Shapes
    /// - epsilon: `[batch, code]`, standard normal; without it a Gaussian code is μ
    /// - output: `[batch, code]`
    pub fn sample(&self, epsilon: Option<Tensor<2>>) -> Tensor<2> {
        match (&self.log_variance, epsilon) {
            (Some(log_variance), Some(epsilon)) => {
                self.code.clone() + (log_variance.clone() * 0.5).exp() * epsilon
            }
            _ => self.code.clone(),
        }
    }
}
