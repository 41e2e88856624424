//! First weights, drawn on the host so that every device and every test begins with the same ones.

use burn::module::{Param, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Activation, Init};

/// Draws layer after layer; each layer has a stream of its own, so a change in one leaves the others alone.
#[derive(Debug)]
pub struct Weights<'a> {
    seed: u64,
    init: Init,
    device: &'a Device,
    layer: u64,
}

impl<'a> Weights<'a> {
    /// Weights of one network.
    pub fn new(seed: u64, init: Init, device: &'a Device) -> Self {
        Self { seed, init, device, layer: 0 }
    }

    /// The next linear layer. `follows` is what comes after it, `scale` multiplies the weights; the bias is zero.
    pub fn linear(&mut self, inputs: usize, outputs: usize, follows: Activation, scale: f32) -> Linear {
        let spread = scale * self.spread(inputs, outputs, follows);
        let mut rng = stream(self.seed, Purpose::Weights, self.layer);
        self.layer += 1;
        let weights: Vec<f32> =
            (0..inputs * outputs).map(|_| spread * rng.sample::<f32, _>(StandardNormal)).collect();
        Linear {
            weight: self.parameter(TensorData::new(weights, [inputs, outputs])),
            bias: Some(self.parameter(TensorData::new(vec![0.0f32; outputs], [outputs]))),
        }
    }

    /// The standard deviation of a layer's weights.
    fn spread(&self, inputs: usize, outputs: usize, follows: Activation) -> f32 {
        let he = match self.init {
            Init::He => true,
            Init::Xavier => false,
            Init::Auto => {
                matches!(
                    follows,
                    Activation::Relu | Activation::LeakyRelu | Activation::Gelu | Activation::Silu
                )
            }
        };
        if he { (2.0 / inputs as f32).sqrt() } else { (2.0 / (inputs + outputs) as f32).sqrt() }
    }

    fn parameter<const D: usize>(&self, data: TensorData) -> Param<Tensor<D>> {
        let value = Tensor::from_data(data, self.device);
        Param::initialized(
            ParamId::new(),
            if self.device.is_autodiff() { value.require_grad() } else { value },
        )
    }
}
