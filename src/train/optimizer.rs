//! The optimisers, with the usual constants.
//!
//! Burn's own are not used because a checkpoint needs the moments by the path of the parameter and on the learner's
//! device: Burn keys them by an id that changes with every process, and loads them onto its default device.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::recipe::{OptimizerKind, Pruning, Recipe};

/// Adam's β₁ (Kingma and Ba 2014).
const BETA1: f64 = 0.9;
/// Adam's β₂.
const BETA2: f64 = 0.999;
/// RMSprop's α, with PyTorch's default.
const ALPHA: f64 = 0.99;
/// ε of Adam and RMSprop, which avoids a division by zero.
const EPSILON: f64 = 1e-8;

/// The state of an optimiser for one parameter, flat.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    /// The moving average of gradients, or the velocity.
    pub first: Option<Tensor<1>>,
    /// The moving average of squared gradients.
    pub second: Option<Tensor<1>>,
}

/// Updates parameters from gradients.
#[derive(Clone, Debug)]
pub struct Optimizer {
    kind: OptimizerKind,
    momentum: f64,
    weight_decay: f64,
    clip_norm: f64,
    /// Whether weights that are exactly zero stay so, because their connections are deleted.
    keeps_zeros: bool,
    /// The number of updates; Adam's bias correction depends on it.
    updates: u64,
    moments: BTreeMap<String, Moments>,
}

impl Optimizer {
    /// The optimiser of a recipe, with empty state.
    pub fn new(recipe: &Recipe) -> Self {
        let Recipe { training, pruning, .. } = recipe;
        Self {
            kind: training.optimizer,
            momentum: training.momentum,
            weight_decay: training.weight_decay,
            clip_norm: training.clip_norm,
            keeps_zeros: pruning.method != Pruning::None,
            updates: 0,
            moments: BTreeMap::new(),
        }
    }

    /// One update of every parameter that has a gradient.
    pub fn step<M: Module>(&mut self, model: M, mut gradients: GradientsParams, learning_rate: f64) -> M {
        self.updates += 1;
        let clip_factor = (self.clip_norm > 0.0).then(|| self.clip_factor(&model, &gradients)).flatten();
        let mut update = UpdateParameters {
            optimizer: self,
            gradients: &mut gradients,
            learning_rate,
            clip_factor,
            path: Vec::new(),
        };
        model.map(&mut update)
    }

    /// The number of updates, and the moments of each parameter by its path.
    pub fn state(&self) -> (u64, &BTreeMap<String, Moments>) {
        (self.updates, &self.moments)
    }

    /// Restores the state of another optimiser of the same kind.
    pub fn restore(&mut self, updates: u64, moments: BTreeMap<String, Moments>) {
        self.updates = updates;
        self.moments = moments;
    }

    /// The factor, at most 1, that reduces the norm of the whole gradient to the allowed one.
    fn clip_factor<M: Module>(&self, model: &M, gradients: &GradientsParams) -> Option<Tensor<1>> {
        let mut squared = SquaredNorm { gradients, sum: None };
        model.visit(&mut squared);
        let norm = squared.sum?.sqrt();
        Some((norm + 1e-12).recip().mul_scalar(self.clip_norm).clamp_max(1.0))
    }

    /// The change of one parameter, which is subtracted from it.
    fn change(&mut self, path: String, value: &Tensor<1>, gradient: Tensor<1>, rate: f64) -> Tensor<1> {
        let decay = self.weight_decay;
        let (updates, momentum) = (self.updates, self.momentum);
        let moments = self.moments.entry(path).or_default();
        let change = match self.kind {
            OptimizerKind::Adam | OptimizerKind::AdamW => moments.adam(gradient, updates),
            OptimizerKind::Sgd => moments.velocity(gradient, momentum),
            OptimizerKind::RmsProp => moments.rmsprop(gradient),
        };
        match self.kind {
            OptimizerKind::AdamW if decay > 0.0 => change * rate + value.clone() * (rate * decay),
            _ => change * rate,
        }
    }
}

impl Moments {
    fn adam(&mut self, gradient: Tensor<1>, updates: u64) -> Tensor<1> {
        let first = decayed(self.first.take(), gradient.clone(), BETA1);
        let second = decayed(self.second.take(), gradient.square(), BETA2);
        self.first = Some(first.clone());
        self.second = Some(second.clone());
        let n = i32::try_from(updates).unwrap_or(i32::MAX);
        let correction2 = (1.0 - BETA2.powi(n)).sqrt();
        let scale = correction2 / (1.0 - BETA1.powi(n));
        first * scale / (second.sqrt() + EPSILON * correction2)
    }

    fn rmsprop(&mut self, gradient: Tensor<1>) -> Tensor<1> {
        let second = decayed(self.second.take(), gradient.clone().square(), ALPHA);
        self.second = Some(second.clone());
        gradient / (second.sqrt() + EPSILON)
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

/// The moving average `mean · rate + new · (1 − rate)`, starting at zero.
fn decayed(mean: Option<Tensor<1>>, new: Tensor<1>, rate: f64) -> Tensor<1> {
    let new = new * (1.0 - rate);
    match mean {
        Some(mean) => mean * rate + new,
        None => new,
    }
}

/// Updates each parameter of a module.
struct UpdateParameters<'a> {
    optimizer: &'a mut Optimizer,
    gradients: &'a mut GradientsParams,
    learning_rate: f64,
    clip_factor: Option<Tensor<1>>,
    path: Vec<String>,
}

impl ModuleMapper for UpdateParameters<'_> {
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
        if let Some(factor) = &self.clip_factor {
            gradient = gradient * factor.clone();
        }
        let mut change = self.optimizer.change(self.path.join("."), &value, gradient, self.learning_rate);
        if self.optimizer.keeps_zeros && D > 1 {
            change = change.mask_fill(value.clone().equal_elem(0.0), 0.0);
        }
        let value = Tensor::from_inner((value - change).reshape(shape)).require_grad();
        Param::from_mapped_value(id, value, mapper)
    }
}

/// The sum of all squared gradients.
struct SquaredNorm<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for SquaredNorm<'_> {
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
