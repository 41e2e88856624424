//! Checkpoints in host memory: weights and optimiser moments by the path of the parameter, independent of the device.

use std::collections::BTreeMap;

use burn::module::{Module as _, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::dictionary::Dictionaries;
use super::learner::Learner;
use super::optimizer::Moments;
use super::plan::StagePlan;
use super::pretraining::Stack;
use super::read::{ReadError, read};

/// The complete state of a learner.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The number of updates.
    pub step: u64,
    updates: u64,
    weights: BTreeMap<String, Vec<f32>>,
    first: BTreeMap<String, Vec<f32>>,
    second: BTreeMap<String, Vec<f32>>,
    /// The RBMs of pretraining with their velocities, until they are unrolled.
    rbms: BTreeMap<String, Vec<f32>>,
    /// The stages; training may have ended by what was measured.
    plan: StagePlan,
    /// Kept in f64, so that resuming does not change a bit.
    dictionaries: Option<Dictionaries>,
}

/// Why a checkpoint cannot be restored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// It belongs to another network.
    #[error(
        "the checkpoint has no {0} of the right size, because it belongs to another network; restart the run instead"
    )]
    OtherNetwork(String),
}

impl Checkpoint {
    /// Copies a learner's weights and moments to the host, in one read.
    pub fn take(learner: &Learner) -> Result<Self, ReadError> {
        let mut parts = FlatTensors::default();
        // Batch normalisation updates its running statistics only when the network leaves the autodiff graph.
        learner.model().visit(&mut CollectWeights { parts: &mut parts, path: Vec::new() });
        let weights = parts.names.len();
        let (updates, moments) = learner.optimizer.state();
        let firsts = moments.iter().filter_map(|(path, m)| Some((path, m.first.clone()?)));
        firsts.for_each(|(path, tensor)| parts.push(path.clone(), tensor));
        let both = parts.names.len();
        let seconds = moments.iter().filter_map(|(path, m)| Some((path, m.second.clone()?)));
        seconds.for_each(|(path, tensor)| parts.push(path.clone(), tensor));
        let network = parts.names.len();
        let rbms = learner.stack.iter().flat_map(Stack::numbers);
        rbms.for_each(|(path, tensor)| parts.push(path, tensor));
        let mut named = parts.read()?.into_iter();
        Ok(Self {
            step: learner.step,
            updates,
            weights: named.by_ref().take(weights).collect(),
            first: named.by_ref().take(both - weights).collect(),
            second: named.by_ref().take(network - both).collect(),
            rbms: named.collect(),
            plan: learner.plan.clone(),
            dictionaries: learner.dictionaries.clone(),
        })
    }

    /// Restores a learner of the same recipe, on any device.
    pub fn restore(&self, learner: &mut Learner) -> Result<(), CheckpointError> {
        let mut load = LoadWeights { weights: &self.weights, missing: None, path: Vec::new() };
        // A pending update of running statistics would overwrite the restored ones.
        let _updated = learner.model();
        let model = learner.model.clone().map(&mut load);
        if let Some(missing) = load.missing {
            return Err(CheckpointError::OtherNetwork(missing));
        }
        let device = learner.device().clone();
        let tensor = |numbers: &Vec<f32>| flat(numbers, &device);
        let mut moments: BTreeMap<String, Moments> = BTreeMap::new();
        for (path, numbers) in &self.first {
            moments.entry(path.clone()).or_default().first = Some(tensor(numbers));
        }
        for (path, numbers) in &self.second {
            moments.entry(path.clone()).or_default().second = Some(tensor(numbers));
        }
        learner.model = model;
        learner.optimizer.restore(self.updates, moments);
        learner.dictionaries.clone_from(&self.dictionaries);
        learner.pending = None;
        learner.pruned = 0.0;
        learner.step = self.step;
        learner.plan = self.plan.clone();
        learner.stack = Stack::from_numbers(&self.rbms, &device);
        Ok(())
    }

    /// The weights by the path of the parameter, flat.
    pub fn weights(&self) -> &BTreeMap<String, Vec<f32>> {
        &self.weights
    }

    /// Whether every number is finite: weights, moments, RBMs and dictionaries.
    pub fn is_finite(&self) -> bool {
        let maps = [&self.weights, &self.first, &self.second, &self.rbms];
        let network = maps.iter().flat_map(|map| map.values()).flatten().all(|x| x.is_finite());
        network && self.dictionaries.as_ref().is_none_or(Dictionaries::is_finite)
    }
}

fn flat(numbers: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), [numbers.len()]), device)
}

/// Flat tensors with their names, to be read together.
#[derive(Default)]
struct FlatTensors {
    names: Vec<(String, usize)>,
    tensors: Vec<Tensor<1>>,
}

impl FlatTensors {
    fn push(&mut self, name: String, tensor: Tensor<1>) {
        self.names.push((name, tensor.dims()[0]));
        self.tensors.push(tensor);
    }

    fn read(self) -> Result<Vec<(String, Vec<f32>)>, ReadError> {
        let numbers = read(Tensor::cat(self.tensors, 0))?;
        let mut rest = numbers.as_slice();
        let named = self.names.into_iter().map(|(name, count)| {
            let (part, after) = rest.split_at(count);
            rest = after;
            (name, part.to_vec())
        });
        Ok(named.collect())
    }
}

struct CollectWeights<'a> {
    parts: &'a mut FlatTensors,
    path: Vec<String>,
}

impl ModuleVisitor for CollectWeights<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let count = value.dims().iter().product::<usize>();
        self.parts.push(self.path.join("."), value.reshape([count]));
    }
}

struct LoadWeights<'a> {
    weights: &'a BTreeMap<String, Vec<f32>>,
    missing: Option<String>,
    path: Vec<String>,
}

impl ModuleMapper for LoadWeights<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.join(".");
        let (id, value, mapper) = param.consume();
        let shape = value.dims();
        let count = shape.iter().product::<usize>();
        let value = match self.weights.get(&path).filter(|numbers| numbers.len() == count) {
            Some(numbers) => {
                Tensor::from_inner(flat(numbers, &value.device().inner()).reshape(shape)).require_grad()
            }
            None => {
                self.missing.get_or_insert(path);
                value
            }
        };
        Param::from_mapped_value(id, value, mapper)
    }
}
