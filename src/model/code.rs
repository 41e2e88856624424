//! The code layer, the waist of the hourglass: a linear map to the code, plain or Gaussian.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::dense::{Dense, activate, linear_in, slope};
use super::init::Weights;
use super::network::Skips;
use super::pass::Pass;
use crate::recipe::{Activation, CodeKind, ModelRecipe};

/// Bounds of the log-variance, set before any exponential: σ stays between 0.0067 and 148.
const LOG_VARIANCE: (f64, f64) = (-10.0, 10.0);
/// The Gaussian head begins small, so that training starts near KL = 0.
const GAUSSIAN_SCALE: f32 = 0.1;

/// The map from the encoder's last layer to the code.
#[derive(Module, Debug)]
pub struct CodeLayer {
    /// One linear map; for a Gaussian code its first half is μ and its second half ln σ².
    pub head: Linear,
    #[module(skip)]
    kind: CodeKind,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    size: usize,
}

/// What the encoder says of a batch.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The code: h of a plain code, μ of a Gaussian one. `[batch, code]`
    pub code: Tensor<2>,
    /// ln σ² of a Gaussian code, already within bounds. `[batch, code]`
    pub log_variance: Option<Tensor<2>>,
    /// What skips past the code; nothing but for a U-Net.
    pub skips: Skips,
}

impl CodeLayer {
    /// Draws the layer.
    pub fn new(weights: &mut Weights<'_>, inputs: usize, recipe: &ModelRecipe) -> Self {
        let size = recipe.code;
        let (outputs, activation, scale) = match recipe.code_kind {
            CodeKind::Plain => (size, recipe.code_activation, 1.0),
            CodeKind::Gaussian => (2 * size, Activation::Linear, GAUSSIAN_SCALE),
        };
        let head = weights.linear(inputs, outputs, activation, scale);
        Self { head, kind: recipe.code_kind, activation, size }
    }

    /// A hidden layer taken for the code, of a network that ends there.
    pub fn of_layer(layer: &Dense) -> Self {
        let head = layer.linear.clone();
        let size = head.weight.dims()[1];
        Self { head, kind: CodeKind::Plain, activation: layer.activation(), size }
    }

    /// Numbers in the code.
    pub fn size(&self) -> usize {
        self.size
    }

    /// What follows a plain code.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// # Shapes
    /// - x: `[batch, inputs]`
    /// - output: `[batch, code]`, twice for a Gaussian code
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Encoded {
        let y = linear_in(&self.head, x, pass);
        let (code, log_variance) = match self.kind {
            CodeKind::Plain => {
                pass.keep_slope(|| slope(self.activation, y.clone()));
                (pass.drop_units(activate(self.activation, y)), None)
            }
            CodeKind::Gaussian => {
                let (low, high) = LOG_VARIANCE;
                let log_variance = y.clone().narrow(1, self.size, self.size).clamp(low, high);
                let mean = y.narrow(1, 0, self.size);
                pass.keep_slope(|| mean.ones_like());
                (mean, Some(log_variance))
            }
        };
        Encoded { code, log_variance, skips: Skips::new() }
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
        (activate(self.activation, before), along * slope)
    }
}

impl Encoded {
    /// What the decoder is given: the plain code, or μ + σ·ε.
    ///
    /// # Shapes
    /// - epsilon: `[batch, code]`, standard normal; without it a Gaussian code stays at μ
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
