//! Initial weights, drawn on the host so that they are the same on every device.

use burn::module::{Param, ParamId, RunningState};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Activation, Init};

/// The factor by which the weights from an input to gates are larger than those of a dense layer. Few pixels of a row
/// are not zero, and a code is small at first: with smaller weights the gates would hardly depend on the input.
const GATE_GAIN: f32 = 3.0;

/// The number of inputs that each output of a layer sums over, and of outputs that each input goes to.
#[derive(Clone, Copy, Debug)]
pub struct Fan {
    /// Fan-in.
    pub inputs: usize,
    /// Fan-out.
    pub outputs: usize,
}

/// Initialises layer after layer. Each layer has its own random stream, so that changing one does not affect the
/// others.
#[derive(Debug)]
pub struct Weights<'a> {
    seed: u64,
    init: Init,
    /// The standard deviation of [`Init::Normal`].
    normal_spread: f32,
    device: &'a Device,
    layer: u64,
}

impl<'a> Weights<'a> {
    /// An initialiser for one network.
    pub fn new(seed: u64, init: Init, normal_spread: f64, device: &'a Device) -> Self {
        Self { seed, init, normal_spread: normal_spread as f32, device, layer: 0 }
    }

    /// The next linear layer. `follows` is its activation. `scale` multiplies weights whose spread follows from the size
    /// of the layer.
    pub fn linear(&mut self, inputs: usize, outputs: usize, follows: Activation, scale: f32) -> Linear {
        let scale = if self.is_given() { 1.0 } else { scale };
        let (weights, bias) = self.layer(inputs * outputs, outputs, Fan { inputs, outputs }, follows, scale);
        self.map(weights, bias)
    }

    /// Whether weights and biases are those that the recipe gives, and not adapted to the kind of layer.
    fn is_given(&self) -> bool {
        matches!(self.init, Init::PyTorch | Init::Normal)
    }

    /// Numbers for the weights and the biases of the next layer.
    fn layer(
        &mut self,
        weights: usize,
        biases: usize,
        fan: Fan,
        follows: Activation,
        scale: f32,
    ) -> (Vec<f32>, Vec<f32>) {
        if self.init == Init::PyTorch {
            let numbers = self.uniform(1.0 / (fan.inputs as f32).sqrt(), weights + biases);
            let (weights, biases) = numbers.split_at(weights);
            return (weights.to_vec(), biases.to_vec());
        }
        let spread = scale * self.spread(fan.inputs, fan.outputs, follows);
        (self.normal(spread, weights), vec![0.0; biases])
    }

    /// The next linear map to several gates, each initialised as a layer of its own. The bias is zero, and one for the
    /// gate `open`.
    pub fn gates(&mut self, inputs: usize, units: usize, gates: usize, open: Option<usize>) -> Linear {
        if self.is_given() {
            // PyTorch bounds all weights of a cell by 1/√units.
            let fan = Fan { inputs: units, outputs: units };
            let (weights, bias) =
                self.layer(inputs * units * gates, units * gates, fan, Activation::Tanh, 1.0);
            return self.map(weights, bias);
        }
        let spread = GATE_GAIN * self.spread(inputs, units, Activation::Tanh);
        let weights = self.normal(spread, inputs * units * gates);
        let bias = (0..units * gates).map(|unit| if Some(unit / units) == open { 1.0 } else { 0.0 });
        self.map(weights, bias.collect())
    }

    /// The next layer's weights without a bias. `follows` is its activation.
    pub fn matrix(&mut self, inputs: usize, outputs: usize, follows: Activation) -> Param<Tensor<2>> {
        self.table(inputs, outputs, self.spread(inputs, outputs, follows))
    }

    /// The next layer's weights without a bias, with this standard deviation.
    pub fn table(&mut self, inputs: usize, outputs: usize, spread: f32) -> Param<Tensor<2>> {
        let weights = self.normal(spread, inputs * outputs);
        self.parameter(TensorData::new(weights, [inputs, outputs]))
    }

    /// The next linear map from units to gates of as many units, orthogonal for each gate, so that repeated application
    /// neither amplifies nor attenuates any direction. The bias is zero.
    pub fn orthogonal_gates(&mut self, units: usize, gates: usize) -> Linear {
        if self.is_given() {
            return self.gates(units, units, gates, None);
        }
        let drawn = self.normal(1.0, units * units * gates);
        let mut weights = vec![0.0f32; units * units * gates];
        for (gate, square) in drawn.chunks(units * units).enumerate() {
            for (row, numbers) in orthonormal(square.to_vec(), units).chunks(units).enumerate() {
                let at = row * units * gates + gate * units;
                weights[at..at + units].copy_from_slice(numbers);
            }
        }
        self.map(weights, vec![0.0; units * gates])
    }

    /// Uniform numbers between ±`bound` from the next layer's stream.
    fn uniform(&mut self, bound: f32, count: usize) -> Vec<f32> {
        let mut rng = stream(self.seed, Purpose::Weights, self.layer);
        self.layer += 1;
        (0..count).map(|_| bound * (2.0 * rng.random::<f32>() - 1.0)).collect()
    }

    /// Normal numbers from the next layer's stream.
    fn normal(&mut self, spread: f32, count: usize) -> Vec<f32> {
        let mut rng = stream(self.seed, Purpose::Weights, self.layer);
        self.layer += 1;
        (0..count).map(|_| spread * rng.sample::<f32, _>(StandardNormal)).collect()
    }

    /// A linear map with these weights.
    fn map(&self, weights: Vec<f32>, bias: Vec<f32>) -> Linear {
        let (inputs, outputs) = (weights.len() / bias.len().max(1), bias.len());
        Linear {
            weight: self.parameter(TensorData::new(weights, [inputs, outputs])),
            bias: Some(self.parameter(TensorData::new(bias, [outputs]))),
        }
    }

    /// The next kernel of a convolution, of this shape, and its bias.
    pub fn kernel(
        &mut self,
        shape: [usize; 4],
        biases: usize,
        fan: Fan,
        follows: Activation,
    ) -> (Param<Tensor<4>>, Param<Tensor<1>>) {
        let (weights, bias) = self.layer(shape.iter().product(), biases, fan, follows, 1.0);
        let bias = self.parameter(TensorData::new(bias, [biases]));
        (self.parameter(TensorData::new(weights, shape)), bias)
    }

    /// A parameter that is initialised with a constant.
    pub fn constant(&self, value: f32, count: usize) -> Param<Tensor<1>> {
        self.parameter(TensorData::new(vec![value; count], [count]))
    }

    /// Running statistics, which are not learned.
    pub fn running(&self, value: f32, count: usize) -> RunningState<Tensor<1>> {
        RunningState::new(Tensor::from_data(TensorData::new(vec![value; count], [count]), self.device))
    }

    /// The standard deviation of a layer's weights.
    fn spread(&self, inputs: usize, outputs: usize, follows: Activation) -> f32 {
        let he = (2.0 / inputs as f32).sqrt();
        let xavier = (2.0 / (inputs + outputs) as f32).sqrt();
        match (self.init, follows) {
            (Init::He, _) => he,
            (Init::Auto, Activation::Relu | Activation::LeakyRelu | Activation::Gelu | Activation::Silu) => {
                he
            }
            (Init::Auto | Init::Xavier, _) => xavier,
            (Init::Normal, _) => self.normal_spread,
            // That of the uniform distribution.
            (Init::PyTorch, _) => 1.0 / (3.0 * inputs as f32).sqrt(),
        }
    }

    fn parameter<const D: usize>(&self, data: TensorData) -> Param<Tensor<D>> {
        let value = Tensor::from_data(data, self.device);
        Param::initialized(
            ParamId::new(),
            if self.device.is_autodiff() { value.require_grad() } else { value },
        )
    }
}

/// The rows of a square matrix made orthonormal, one after the other (modified Gram-Schmidt).
fn orthonormal(mut rows: Vec<f32>, size: usize) -> Vec<f32> {
    for row in 0..size {
        let (done, rest) = rows.split_at_mut(row * size);
        let this = &mut rest[..size];
        for other in done.chunks(size) {
            let projection: f32 = this.iter().zip(other).map(|(a, b)| a * b).sum();
            this.iter_mut().zip(other).for_each(|(a, b)| *a -= projection * b);
        }
        let length = this.iter().map(|a| a * a).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        this.iter_mut().for_each(|a| *a /= length);
    }
    rows
}
