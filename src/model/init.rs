//! First weights, drawn on the host so that every device and every test begins with the same ones.

use burn::module::{Param, ParamId, RunningState};
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
        let weights = self.draw(inputs * outputs, spread);
        Linear {
            weight: self.parameter(TensorData::new(weights, [inputs, outputs])),
            bias: Some(self.constant(0.0, outputs)),
        }
    }

    /// The next kernel of a convolution, of this shape, and its bias of zeros. Each of its outputs is a sum of `inputs`
    /// numbers, each of its inputs goes into `outputs` numbers.
    pub fn kernel(
        &mut self,
        shape: [usize; 4],
        biases: usize,
        (inputs, outputs): (usize, usize),
        follows: Activation,
    ) -> (Param<Tensor<4>>, Param<Tensor<1>>) {
        let weights = self.draw(shape.iter().product(), self.spread(inputs, outputs, follows));
        (self.parameter(TensorData::new(weights, shape)), self.constant(0.0, biases))
    }

    /// So many numbers that are all the same at first.
    pub fn constant(&self, value: f32, count: usize) -> Param<Tensor<1>> {
        self.parameter(TensorData::new(vec![value; count], [count]))
    }

    /// Statistics that are counted, not learned.
    pub fn running(&self, value: f32, count: usize) -> RunningState<Tensor<1>> {
        RunningState::new(Tensor::from_data(TensorData::new(vec![value; count], [count]), self.device))
    }

    /// Normal numbers from the stream of the next layer.
    fn draw(&mut self, count: usize, spread: f32) -> Vec<f32> {
        let mut rng = stream(self.seed, Purpose::Weights, self.layer);
        self.layer += 1;
        (0..count).map(|_| spread * rng.sample::<f32, _>(StandardNormal)).collect()
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
