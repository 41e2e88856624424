//! Greedy layer-by-layer pretraining: a stack of RBMs, trained one after the other, then unrolled into a network.
//!
//! The schedule is that of Hinton and Salakhutdinov 2006, as in their published code: the learning rate is part of the
//! velocity, momentum increases after some epochs, and weight decay acts on weights and not on biases. The input of an
//! RBM is the hidden probabilities of the RBM below it. Images are never corrupted here, whatever the recipe's noise.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use crate::model::Autoencoder;
use crate::model::rbm::{HiddenUnits, Rbm, RbmGradient};
use crate::recipe::{PretrainingRecipe, Recipe};

/// Momentum in the first epochs of a layer.
const EARLY_MOMENTUM: f64 = 0.5;
/// Momentum in later epochs.
const LATE_MOMENTUM: f64 = 0.9;
/// Epochs of a layer with the smaller momentum: early gradients are large and change direction often.
const EARLY_EPOCHS: u64 = 5;

/// One RBM per layer, starting with the one on pixels. The last has Gaussian hidden units, which become the code.
#[derive(Clone, Debug)]
pub struct Stack {
    rbms: Vec<RbmState>,
}

/// An RBM in training.
#[derive(Clone, Debug)]
struct RbmState {
    rbm: Rbm,
    velocity: Velocity,
}

/// The last change of each part of an RBM.
#[derive(Clone, Debug)]
struct Velocity {
    weight: Tensor<2>,
    visible: Tensor<1>,
    hidden: Tensor<1>,
}

/// The hyperparameters of one update of a layer.
#[derive(Clone, Copy, Debug)]
pub struct RbmSettings {
    rate: f64,
    momentum: f64,
    weight_decay: f64,
    gibbs: u64,
}

impl RbmSettings {
    /// The hyperparameters of layer `layer` of `layers` in a given epoch of that layer.
    pub fn new(recipe: &PretrainingRecipe, layer: usize, layers: usize, epoch: u64) -> Self {
        let is_code = layer + 1 == layers;
        Self {
            rate: if is_code { recipe.code_learning_rate } else { recipe.learning_rate },
            momentum: if epoch < EARLY_EPOCHS { EARLY_MOMENTUM } else { LATE_MOMENTUM },
            weight_decay: recipe.weight_decay,
            gibbs: recipe.gibbs,
        }
    }
}

impl Stack {
    /// RBMs with their initial weights, one per hidden layer of the recipe and one for the code.
    pub fn new(recipe: &Recipe, pixels: usize, device: &Device) -> Self {
        let mut widths = vec![pixels];
        widths.extend(&recipe.model.widths);
        widths.push(recipe.model.code);
        let last = widths.len() - 2;
        let rbm = |(layer, sizes): (usize, &[usize])| {
            let units = if layer == last { HiddenUnits::Gaussian } else { HiddenUnits::Binary };
            RbmState::new(Rbm::new(recipe.seed, layer as u64, [sizes[0], sizes[1]], units, device))
        };
        Self { rbms: widths.windows(2).enumerate().map(rbm).collect() }
    }

    /// The number of RBMs.
    pub fn len(&self) -> usize {
        self.rbms.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rbms.is_empty()
    }

    /// The RBM of a layer.
    pub fn rbm(&self, layer: usize) -> Option<&Rbm> {
        self.rbms.get(layer).map(|state| &state.rbm)
    }

    /// The input of a layer for these images: the probabilities of the layers below.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, visible units of the layer]`
    pub fn below(&self, layer: usize, x: Tensor<2>) -> Tensor<2> {
        self.rbms.iter().take(layer).fold(x, |x, state| state.rbm.up(x))
    }

    /// The pixels for states of a layer's visible units.
    ///
    /// # Shapes
    /// - v: `[batch, visible units of the layer]`
    /// - output: `[batch, pixels]`
    pub fn to_pixels(&self, layer: usize, v: Tensor<2>) -> Tensor<2> {
        self.rbms.iter().take(layer).rev().fold(v, |v, state| state.rbm.down(v))
    }

    /// One update of a layer. Returns the squared error and the cross-entropy of reconstructing its input, per image.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[1]` each
    pub fn update(
        &mut self,
        layer: usize,
        x: Tensor<2>,
        settings: RbmSettings,
        rng: &mut impl Rng,
    ) -> [Tensor<1>; 2] {
        let v = self.below(layer, x);
        let state = &mut self.rbms[layer];
        let draws = (0..settings.gibbs).map(|_| state.rbm.draws(rng, v.dims()[0])).collect();
        let gradient = state.rbm.contrastive_divergence(v, draws);
        let costs = [gradient.error.clone(), gradient.nats.clone()];
        state.update(gradient, settings);
        costs
    }

    /// The network that these RBMs unroll to: the weights of each in the encoder, and transposed in the decoder.
    pub fn unroll(&self, mut model: Autoencoder) -> Autoencoder {
        let (Some(encoder), Some(decoder)) = (model.encoder.dense_mut(), model.decoder.dense_mut()) else {
            return model;
        };
        let hidden = self.rbms.len().saturating_sub(1);
        for (layer, state) in encoder.layers.iter_mut().zip(&self.rbms) {
            set_linear(&mut layer.linear, &state.rbm.weight, &state.rbm.hidden);
        }
        let set_transposed = |linear: &mut Linear, rbm: &Rbm| {
            set_linear(linear, &rbm.weight.clone().transpose(), &rbm.visible);
        };
        for (layer, state) in decoder.hidden.layers.iter_mut().rev().zip(self.rbms.iter().skip(1)) {
            set_transposed(&mut layer.linear, &state.rbm);
        }
        if let Some(first) = self.rbms.first() {
            set_transposed(&mut decoder.output.linear, &first.rbm);
        }
        if let Some(code) = self.rbms.get(hidden) {
            set_linear(&mut model.code.head, &code.rbm.weight, &code.rbm.hidden);
        }
        model
    }

    /// The complete state, flat, by name.
    pub(super) fn numbers(&self) -> Vec<(String, Tensor<1>)> {
        let parts = self.rbms.iter().enumerate().flat_map(|(layer, state)| {
            let RbmState { rbm: Rbm { weight, visible, hidden, units: _ }, velocity } = state;
            let tensors = [
                flat(weight),
                visible.clone(),
                hidden.clone(),
                flat(&velocity.weight),
                velocity.visible.clone(),
                velocity.hidden.clone(),
            ];
            NAMES.iter().zip(tensors).map(move |(name, tensor)| (format!("rbms.{layer}.{name}"), tensor))
        });
        parts.collect()
    }

    /// The stack with this state; `None` if the state is empty or inconsistent.
    pub(super) fn from_numbers(numbers: &BTreeMap<String, Vec<f32>>, device: &Device) -> Option<Self> {
        let layers = numbers.len() / NAMES.len();
        let rbm = |layer: usize| {
            let part = |name: &str| numbers.get(&format!("rbms.{layer}.{name}"));
            let sizes = [part("visible")?.len(), part("hidden")?.len()];
            let vector = |name: &str, length: usize| {
                let part = part(name).filter(|part| part.len() == length)?;
                Some(Tensor::<1>::from_data(TensorData::new(part.clone(), [length]), device))
            };
            let matrix = |name: &str| Some(vector(name, sizes[0] * sizes[1])?.reshape(sizes));
            let units = if layer + 1 == layers { HiddenUnits::Gaussian } else { HiddenUnits::Binary };
            let rbm = Rbm {
                weight: matrix("weight")?,
                visible: vector("visible", sizes[0])?,
                hidden: vector("hidden", sizes[1])?,
                units,
            };
            let velocity = Velocity {
                weight: matrix("velocity")?,
                visible: vector("visible_velocity", sizes[0])?,
                hidden: vector("hidden_velocity", sizes[1])?,
            };
            Some(RbmState { rbm, velocity })
        };
        let rbms = (0..layers).map(rbm).collect::<Option<Vec<RbmState>>>()?;
        (!rbms.is_empty()).then_some(Self { rbms })
    }
}

/// The names of the parts of an RBM in a checkpoint.
const NAMES: [&str; 6] = ["weight", "visible", "hidden", "velocity", "visible_velocity", "hidden_velocity"];

impl RbmState {
    /// An RBM with a velocity of zero.
    fn new(rbm: Rbm) -> Self {
        let velocity = Velocity {
            weight: rbm.weight.zeros_like(),
            visible: rbm.visible.zeros_like(),
            hidden: rbm.hidden.zeros_like(),
        };
        Self { rbm, velocity }
    }

    /// One step of gradient ascent with momentum.
    fn update(&mut self, gradient: RbmGradient, settings: RbmSettings) {
        let RbmSettings { rate, momentum, weight_decay, gibbs: _ } = settings;
        let RbmGradient { weight, visible, hidden, error: _, nats: _ } = gradient;
        let weight = weight - self.rbm.weight.clone() * weight_decay;
        self.velocity = Velocity {
            weight: self.velocity.weight.clone() * momentum + weight * rate,
            visible: self.velocity.visible.clone() * momentum + visible * rate,
            hidden: self.velocity.hidden.clone() * momentum + hidden * rate,
        };
        self.rbm.weight = self.rbm.weight.clone() + self.velocity.weight.clone();
        self.rbm.visible = self.rbm.visible.clone() + self.velocity.visible.clone();
        self.rbm.hidden = self.rbm.hidden.clone() + self.velocity.hidden.clone();
    }
}

fn flat(matrix: &Tensor<2>) -> Tensor<1> {
    let count = matrix.dims().iter().product::<usize>();
    matrix.clone().reshape([count])
}

/// Replaces the weights and the bias of a layer.
fn set_linear(linear: &mut Linear, weight: &Tensor<2>, bias: &Tensor<1>) {
    linear.weight = with_value(&linear.weight, weight);
    linear.bias = linear.bias.as_ref().map(|old| with_value(old, bias));
}

/// The same parameter with another value. Whether it requires gradients stays the same.
fn with_value<const D: usize>(param: &Param<Tensor<D>>, value: &Tensor<D>) -> Param<Tensor<D>> {
    param.clone().map(|old| {
        if old.device().is_autodiff() {
            Tensor::from_inner(value.clone()).require_grad()
        } else {
            value.clone()
        }
    })
}
