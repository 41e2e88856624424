//! Dense layers: a linear map and an activation.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, activation};

use super::init::Weights;
use super::pass::Pass;
use crate::recipe::Activation;

/// The slope of a leaky ReLU below zero.
const LEAK: f64 = 0.01;

/// `activation(x·W + b)`.
#[derive(Module, Debug)]
pub struct Dense {
    /// The linear map.
    pub linear: Linear,
    #[module(skip)]
    activation: Activation,
}

impl Dense {
    /// Initialises a layer.
    pub fn new(weights: &mut Weights<'_>, inputs: usize, outputs: usize, activation: Activation) -> Self {
        Self { linear: weights.linear(inputs, outputs, activation, 1.0), activation }
    }

    /// The activation.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Applies the layer.
    ///
    /// # Shapes
    /// - x: `[batch, inputs]`
    /// - output: `[batch, outputs]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        activate(self.activation, self.linear.forward(x))
    }

    /// Applies the layer in a pass that may drop connections.
    ///
    /// # Shapes
    /// - x: `[batch, inputs]`
    /// - output: `[batch, outputs]`
    pub fn forward_in(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let before = linear_in(&self.linear, x, pass);
        pass.record_slope(|| slope(self.activation, before.clone()));
        activate(self.activation, before)
    }

    /// The output and its derivative along `v`.
    ///
    /// # Shapes
    /// - x, v: `[batch, inputs]`
    /// - outputs: `[batch, outputs]` each
    pub fn tangent(&self, x: Tensor<2>, v: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let before = self.linear.forward(x);
        let along = v.matmul(self.linear.weight.val());
        let slope = slope(self.activation, before.clone());
        (activate(self.activation, before), along * slope)
    }
}

/// A sequence of dense layers.
#[derive(Module, Debug)]
pub struct Mlp {
    /// The layers, from input to output.
    pub layers: Vec<Dense>,
}

impl Mlp {
    /// Initialises layers of these widths, all with the same activation.
    pub fn new(weights: &mut Weights<'_>, widths: &[usize], activation: Activation) -> Self {
        Self { layers: widths.windows(2).map(|w| Dense::new(weights, w[0], w[1], activation)).collect() }
    }

    /// Units of the last layer, if there is one.
    pub fn outputs(&self) -> Option<usize> {
        self.layers.last().map(|layer| layer.linear.weight.dims()[1])
    }

    /// Applies the layers.
    ///
    /// # Shapes
    /// - x: `[batch, first width]`
    /// - output: `[batch, last width]`
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        self.layers.iter().fold(x, |x, layer| {
            let y = layer.forward_in(x, pass);
            let y = pass.drop_units(y);
            pass.record(&y, None, layer.activation.label());
            y
        })
    }

    /// The output and its derivative along `v`.
    ///
    /// # Shapes
    /// - x, v: `[batch, first width]`
    /// - outputs: `[batch, last width]` each
    pub fn tangent(&self, x: Tensor<2>, v: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        self.layers.iter().fold((x, v), |(x, v), layer| layer.tangent(x, v))
    }
}

/// Applies a linear map in a pass that may drop connections.
///
/// # Shapes
/// - x: `[batch, inputs]`
/// - output: `[batch, outputs]`
pub fn linear_in(linear: &Linear, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
    if !pass.drops_connections() {
        return linear.forward(x);
    }
    let y = x.matmul(pass.drop_connections(linear.weight.val()));
    match &linear.bias {
        Some(bias) => y + bias.val().unsqueeze(),
        None => y,
    }
}

/// Applies an activation elementwise.
pub fn activate<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
    match kind {
        Activation::Relu => activation::relu(x),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => activation::sigmoid(x),
        Activation::Gelu => activation::gelu(x),
        Activation::Silu => activation::silu(x),
        Activation::LeakyRelu => activation::leaky_relu(x, LEAK),
        Activation::Linear => x,
    }
}

/// The derivative of an activation, elementwise.
pub fn slope<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
    match kind {
        Activation::Relu => x.greater_elem(0.0).float(),
        Activation::LeakyRelu => x.greater_elem(0.0).float() * (1.0 - LEAK) + LEAK,
        Activation::Tanh => -x.tanh().square() + 1.0,
        Activation::Sigmoid => {
            let y = activation::sigmoid(x);
            y.clone() * (-y + 1.0)
        }
        Activation::Silu => {
            let y = activation::sigmoid(x.clone());
            y.clone() * (x * (-y + 1.0) + 1.0)
        }
        // Φ(x) + x·φ(x), the normal distribution and its density.
        Activation::Gelu => {
            let distribution = (x.clone() / std::f64::consts::SQRT_2).erf() * 0.5 + 0.5;
            let density = (x.clone().square() * -0.5).exp() / (2.0 * std::f64::consts::PI).sqrt();
            distribution + x * density
        }
        Activation::Linear => x.ones_like(),
    }
}
