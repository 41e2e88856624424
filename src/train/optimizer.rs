//! The optimisers, with the textbook constants.
//!
//! They are written here rather than taken from Burn because a checkpoint needs the moments by the parameter's path
//! and on the learner's own device; Burn keys them by an id that changes with every process and reloads them onto
//! its default device. Each rule is a few lines over flat tensors.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::recipe::{OptimizerKind, TrainingRecipe};

/// Adam's β₁ and β₂, and what keeps a division from zero (Kingma and Ba 2014).
const ADAM: (f64, f64, f64) = (0.9, 0.999, 1e-8);
/// RMSprop's α and what keeps a division from zero (as PyTorch has them).
const RMSPROP: (f64, f64) = (0.99, 1e-8);

/// What an optimiser remembers of one parameter, flat.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    /// A decaying mean of gradients, or a velocity.
    pub first: Option<Tensor<1>>,
    /// A decaying mean of squared gradients.
    pub second: Option<Tensor<1>>,
}

/// Turns gradients into steps.
#[derive(Clone, Debug)]
pub struct Optimizer {
    kind: OptimizerKind,
    momentum: f64,
    weight_decay: f64,
    clip_norm: f64,
    /// Updates made; Adam's bias correction depends on it.
    updates: u64,
    moments: BTreeMap<String, Moments>,
}

impl Optimizer {
    /// The optimiser of a recipe, with nothing remembered yet.
    pub fn new(training: &TrainingRecipe) -> Self {
        Self {
            kind: training.optimizer,
            momentum: training.momentum,
            weight_decay: training.weight_decay,
            clip_norm: training.clip_norm,
            updates: 0,
            moments: BTreeMap::new(),
        }
    }

    /// One update of every parameter that has a gradient.
    pub fn step<M: Module>(&mut self, model: M, mut gradients: GradientsParams, learning_rate: f64) -> M {
        self.updates += 1;
        let shrink = (self.clip_norm > 0.0).then(|| self.shrink(&model, &gradients)).flatten();
        let mut update =
            Update { optimizer: self, gradients: &mut gradients, learning_rate, shrink, path: Vec::new() };
        model.map(&mut update)
    }

    /// How many updates were made, and what is remembered of each parameter by its path.
    pub fn memory(&self) -> (u64, &BTreeMap<String, Moments>) {
        (self.updates, &self.moments)
    }

    /// Takes up where another optimiser of the same kind left off.
    pub fn restore(&mut self, updates: u64, moments: BTreeMap<String, Moments>) {
        self.updates = updates;
        self.moments = moments;
    }

    /// The factor, at most 1, that brings all gradients together down to the allowed length.
    fn shrink<M: Module>(&self, model: &M, gradients: &GradientsParams) -> Option<Tensor<1>> {
        let mut length = SquaredLength { gradients, sum: None };
        model.visit(&mut length);
        let norm = length.sum?.sqrt();
        Some((norm + 1e-12).recip().mul_scalar(self.clip_norm).clamp_max(1.0))
    }

    /// The change of one parameter: what to subtract from it.
    fn change(&mut self, path: String, value: &Tensor<1>, gradient: Tensor<1>, rate: f64) -> Tensor<1> {
        let decay = self.weight_decay;
        let gradient = match self.kind {
            OptimizerKind::AdamW => gradient,
            _ if decay > 0.0 => gradient + value.clone() * decay,
            _ => gradient,
        };
        let (updates, momentum) = (self.updates, self.momentum);
        let moments = self.moments.entry(path).or_default();
        let change = match self.kind {
            OptimizerKind::Adam | OptimizerKind::AdamW => moments.adam(gradient, updates),
            OptimizerKind::Sgd => moments.velocity(gradient, momentum),
            OptimizerKind::RmsProp => {
                let scaled = moments.rmsprop(gradient);
                moments.velocity(scaled, momentum)
            }
        };
        match self.kind {
            OptimizerKind::AdamW if decay > 0.0 => change * rate + value.clone() * (rate * decay),
            _ => change * rate,
        }
    }
}

impl Moments {
    fn adam(&mut self, gradient: Tensor<1>, updates: u64) -> Tensor<1> {
        let (beta1, beta2, epsilon) = ADAM;
        let first = decayed(self.first.take(), gradient.clone(), beta1);
        let second = decayed(self.second.take(), gradient.square(), beta2);
        self.first = Some(first.clone());
        self.second = Some(second.clone());
        let n = i32::try_from(updates).unwrap_or(i32::MAX);
        let correction2 = (1.0 - beta2.powi(n)).sqrt();
        let scale = correction2 / (1.0 - beta1.powi(n));
        first * scale / (second.sqrt() + epsilon * correction2)
    }

    fn rmsprop(&mut self, gradient: Tensor<1>) -> Tensor<1> {
        let (alpha, epsilon) = RMSPROP;
        let second = decayed(self.second.take(), gradient.clone().square(), alpha);
        self.second = Some(second.clone());
        gradient / (second.sqrt() + epsilon)
    }

    fn velocity(&mut self, gradient: Tensor<1>, momentum: f64) -> Tensor<1> {
        if momentum == 0.0 {
            return gradient;
        }
        let velocity = match self.first.take() {
            Some(velocity) => velocity * momentum + gradient,
            None => gradient,
        };
        self.first = Some(velocity.clone());
        velocity
    }
}

/// `mean · rate + new · (1 − rate)`, from zero.
fn decayed(mean: Option<Tensor<1>>, new: Tensor<1>, rate: f64) -> Tensor<1> {
    let new = new * (1.0 - rate);
    match mean {
        Some(mean) => mean * rate + new,
        None => new,
    }
}

/// Walks the parameters and moves each one.
struct Update<'a> {
    optimizer: &'a mut Optimizer,
    gradients: &'a mut GradientsParams,
    learning_rate: f64,
    shrink: Option<Tensor<1>>,
    path: Vec<String>,
}

impl ModuleMapper for Update<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let (id, value, mapper) = param.consume();
        let shape = value.dims();
        let count = shape.iter().product::<usize>();
        let value = value.inner().reshape([count]);
        let mut gradient = gradient.reshape([count]);
        if let Some(shrink) = &self.shrink {
            gradient = gradient * shrink.clone();
        }
        let change = self.optimizer.change(self.path.join("."), &value, gradient, self.learning_rate);
        let value = Tensor::from_inner((value - change).reshape(shape)).require_grad();
        Param::from_mapped_value(id, value, mapper)
    }
}

/// Σ of all squared gradients.
struct SquaredLength<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for SquaredLength<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let squared = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squared,
                None => squared,
            });
        }
    }
}
