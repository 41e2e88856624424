//! Greedy pretraining: a stack of Boltzmann machines, trained one after the other, then unrolled into a network.
//!
//! The schedule is that of Hinton and Salakhutdinov 2006, as in the code they published: velocities hold the rate,
//! momentum grows after some epochs, decay acts on weights and not on biases. A machine's data are the probabilities
//! that the machines below it give. Its input is always clean, whatever the recipe's noise.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use crate::model::Autoencoder;
use crate::model::rbm::{Contrast, Rbm, Units};
use crate::recipe::{PretrainingRecipe, Recipe};

/// Momentum in the first epochs of a layer, and later.
const MOMENTUM: (f64, f64) = (0.5, 0.9);
/// Epochs of a layer before its momentum grows: early gradients are large and change their minds.
const EARLY_EPOCHS: u64 = 5;

/// One machine per layer, the one that sees pixels first; the last has Gaussian hidden units, the code's.
#[derive(Clone, Debug)]
pub struct Stack {
    machines: Vec<Machine>,
}

/// A machine on its way.
#[derive(Clone, Debug)]
struct Machine {
    rbm: Rbm,
    /// The last change of the weights, of the visible and of the hidden biases.
    velocity: (Tensor<2>, Tensor<1>, Tensor<1>),
}

/// How a layer takes one update.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    rate: f64,
    momentum: f64,
    weight_decay: f64,
    gibbs: u64,
}

impl Manner {
    /// How the recipe wants layer `layer` of `layers` updated, so many epochs into that layer.
    pub fn new(recipe: &PretrainingRecipe, layer: usize, layers: usize, epoch: u64) -> Self {
        let is_code = layer + 1 == layers;
        Self {
            rate: if is_code { recipe.code_learning_rate } else { recipe.learning_rate },
            momentum: if epoch < EARLY_EPOCHS { MOMENTUM.0 } else { MOMENTUM.1 },
            weight_decay: recipe.weight_decay,
            gibbs: recipe.gibbs,
        }
    }
}

impl Stack {
    /// Machines with their first weights, one per hidden layer of the recipe and one for the code.
    pub fn new(recipe: &Recipe, pixels: usize, device: &Device) -> Self {
        let mut widths = vec![pixels];
        widths.extend(&recipe.model.widths);
        widths.push(recipe.model.code);
        let last = widths.len() - 2;
        let machine = |(layer, sizes): (usize, &[usize])| {
            let units = if layer == last { Units::Gaussian } else { Units::Binary };
            Machine::still(Rbm::new(recipe.seed, layer as u64, [sizes[0], sizes[1]], units, device))
        };
        Self { machines: widths.windows(2).enumerate().map(machine).collect() }
    }

    /// How many machines there are.
    pub fn len(&self) -> usize {
        self.machines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty()
    }

    /// The machine of a layer.
    pub fn machine(&self, layer: usize) -> Option<&Rbm> {
        self.machines.get(layer).map(|machine| &machine.rbm)
    }

    /// What a layer is given for these images: the probabilities of the layers below.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, visible units of the layer]`
    pub fn below(&self, layer: usize, x: Tensor<2>) -> Tensor<2> {
        self.machines.iter().take(layer).fold(x, |x, machine| machine.rbm.up(x))
    }

    /// States of a layer's visible units, brought down to pixels.
    ///
    /// # Shapes
    /// - v: `[batch, visible units of the layer]`
    /// - output: `[batch, pixels]`
    pub fn to_pixels(&self, layer: usize, v: Tensor<2>) -> Tensor<2> {
        self.machines.iter().take(layer).rev().fold(v, |v, machine| machine.rbm.down(v))
    }

    /// One update of a layer; answers with the squared error and the cross-entropy of reconstructing its input, per
    /// image.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[1]` each
    pub fn update(
        &mut self,
        layer: usize,
        x: Tensor<2>,
        manner: Manner,
        rng: &mut impl Rng,
    ) -> [Tensor<1>; 2] {
        let v = self.below(layer, x);
        let machine = &mut self.machines[layer];
        let draws = (0..manner.gibbs).map(|_| machine.rbm.draws(rng, v.dims()[0])).collect();
        let contrast = machine.rbm.contrast(v, draws);
        let costs = [contrast.error.clone(), contrast.nats.clone()];
        machine.follow(contrast, manner);
        costs
    }

    /// The network that these machines unroll to: each one's weights on the way in, and transposed on the way out.
    pub fn unroll(&self, mut model: Autoencoder) -> Autoencoder {
        let (Some(encoder), Some(decoder)) = (model.encoder.dense_mut(), model.decoder.dense_mut()) else {
            return model;
        };
        let hidden = self.machines.len().saturating_sub(1);
        for (layer, machine) in encoder.layers.iter_mut().zip(&self.machines) {
            put(&mut layer.linear, &machine.rbm.weight, &machine.rbm.hidden);
        }
        let back = |linear: &mut Linear, rbm: &Rbm| {
            put(linear, &rbm.weight.clone().transpose(), &rbm.visible);
        };
        for (layer, machine) in decoder.hidden.layers.iter_mut().rev().zip(self.machines.iter().skip(1)) {
            back(&mut layer.linear, &machine.rbm);
        }
        if let Some(first) = self.machines.first() {
            back(&mut decoder.output.linear, &first.rbm);
        }
        if let Some(code) = self.machines.get(hidden) {
            put(&mut model.code.head, &code.rbm.weight, &code.rbm.hidden);
        }
        model
    }

    /// Everything it would need to go on, flat, by name.
    pub(super) fn numbers(&self) -> Vec<(String, Tensor<1>)> {
        let parts = self.machines.iter().enumerate().flat_map(|(layer, machine)| {
            let Machine { rbm: Rbm { weight, visible, hidden, units: _ }, velocity } = machine;
            let tensors = [
                flat(weight),
                visible.clone(),
                hidden.clone(),
                flat(&velocity.0),
                velocity.1.clone(),
                velocity.2.clone(),
            ];
            NAMES.iter().zip(tensors).map(move |(name, tensor)| (format!("machines.{layer}.{name}"), tensor))
        });
        parts.collect()
    }

    /// The stack of which these are the numbers; nothing where there are none, or they do not fit together.
    pub(super) fn from_numbers(numbers: &BTreeMap<String, Vec<f32>>, device: &Device) -> Option<Self> {
        let layers = numbers.len() / NAMES.len();
        let machine = |layer: usize| {
            let part = |name: &str| numbers.get(&format!("machines.{layer}.{name}"));
            let sizes = [part("visible")?.len(), part("hidden")?.len()];
            let vector = |name: &str, length: usize| {
                let part = part(name).filter(|part| part.len() == length)?;
                Some(Tensor::<1>::from_data(TensorData::new(part.clone(), [length]), device))
            };
            let matrix = |name: &str| Some(vector(name, sizes[0] * sizes[1])?.reshape(sizes));
            let units = if layer + 1 == layers { Units::Gaussian } else { Units::Binary };
            let rbm = Rbm {
                weight: matrix("weight")?,
                visible: vector("visible", sizes[0])?,
                hidden: vector("hidden", sizes[1])?,
                units,
            };
            let velocity = (
                matrix("velocity")?,
                vector("visible_velocity", sizes[0])?,
                vector("hidden_velocity", sizes[1])?,
            );
            Some(Machine { rbm, velocity })
        };
        let machines = (0..layers).map(machine).collect::<Option<Vec<Machine>>>()?;
        (!machines.is_empty()).then_some(Self { machines })
    }
}

/// What a checkpoint calls the parts of a machine.
const NAMES: [&str; 6] = ["weight", "visible", "hidden", "velocity", "visible_velocity", "hidden_velocity"];

impl Machine {
    /// A machine that does not move yet.
    fn still(rbm: Rbm) -> Self {
        let velocity = (rbm.weight.zeros_like(), rbm.visible.zeros_like(), rbm.hidden.zeros_like());
        Self { rbm, velocity }
    }

    /// Moves uphill, with some of the speed it had.
    fn follow(&mut self, contrast: Contrast, manner: Manner) {
        let Manner { rate, momentum, weight_decay, gibbs: _ } = manner;
        let Contrast { weight, visible, hidden, error: _, nats: _ } = contrast;
        let pull = weight - self.rbm.weight.clone() * weight_decay;
        self.velocity = (
            self.velocity.0.clone() * momentum + pull * rate,
            self.velocity.1.clone() * momentum + visible * rate,
            self.velocity.2.clone() * momentum + hidden * rate,
        );
        self.rbm.weight = self.rbm.weight.clone() + self.velocity.0.clone();
        self.rbm.visible = self.rbm.visible.clone() + self.velocity.1.clone();
        self.rbm.hidden = self.rbm.hidden.clone() + self.velocity.2.clone();
    }
}

fn flat(matrix: &Tensor<2>) -> Tensor<1> {
    let count = matrix.dims().iter().product::<usize>();
    matrix.clone().reshape([count])
}

/// Puts a machine's numbers in the place of a layer's own.
fn put(linear: &mut Linear, weight: &Tensor<2>, bias: &Tensor<1>) {
    linear.weight = with_value(&linear.weight, weight);
    linear.bias = linear.bias.as_ref().map(|old| with_value(old, bias));
}

/// The same parameter with another value; it goes on learning if it did.
fn with_value<const D: usize>(param: &Param<Tensor<D>>, value: &Tensor<D>) -> Param<Tensor<D>> {
    param.clone().map(|old| {
        if old.device().is_autodiff() {
            Tensor::from_inner(value.clone()).require_grad()
        } else {
            value.clone()
        }
    })
}
