//! A model with its optimiser: the state that training changes.

use std::sync::Arc;

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::dictionary::{Dictionaries, DictionaryUpdate};
use super::metrics::Metrics;
use super::optimizer::Optimizer;
use super::plan::{Stage, StagePlan};
use super::pretraining::{RbmSettings, Stack};
use super::pruning::pruned;
use super::sparse::SLICE;
use super::terms::{self, Batch};
use crate::data::ImageShape;
use crate::data::corrupt::corrupt;
use crate::model::weights::is_frozen;
use crate::model::{Autoencoder, Drops, Pass, Penalty};
use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Corruption, Frozen, Init, Pruning, PruningRecipe, Recipe, Reconstruction};

/// A network in training. It has no clock, no thread and no stop rules.
#[derive(Debug)]
pub struct Learner {
    pub(super) model: Autoencoder,
    pub(super) optimizer: Optimizer,
    pub(super) step: u64,
    /// The RBMs of pretraining, until they are unrolled into the network.
    pub(super) stack: Option<Stack>,
    /// The dictionaries, once their stage has started.
    pub(super) dictionaries: Option<Dictionaries>,
    /// An update of the dictionaries in progress.
    pub(super) pending: Option<Box<DictionaryUpdate>>,
    /// The share of the connections that was deleted last.
    pub(super) pruned: f64,
    pub(super) plan: StagePlan,
    device: Device,
    dims: [usize; 3],
    code: usize,
    seed: u64,
    /// Whether the weights are given, by a recipe or a file, and not adapted to the images.
    has_given_weights: bool,
}

/// The cost of one step, still on the device.
#[derive(Clone, Debug)]
pub struct StepCost {
    /// The objective, the reconstruction, then each penalty. `[terms]`
    pub terms: Tensor<1>,
    /// The penalties in it, in order.
    pub penalties: Arc<[Penalty]>,
}

impl Learner {
    /// A network with its initial weights on a device, for images of `[channels, height, width]`.
    pub fn new(recipe: &Recipe, dims: [usize; 3], steps_per_epoch: u64, device: &Device) -> Self {
        Self {
            model: Autoencoder::new(recipe, dims, &device.clone().autodiff()),
            optimizer: Optimizer::new(recipe),
            step: 0,
            stack: recipe.is_pretrained().then(|| Stack::new(recipe, dims.iter().product(), device)),
            dictionaries: None,
            pending: None,
            pruned: 0.0,
            plan: StagePlan::new(recipe, steps_per_epoch),
            device: device.clone(),
            dims,
            code: recipe.model.code,
            seed: recipe.seed,
            has_given_weights: matches!(recipe.model.init, Init::PyTorch | Init::Normal),
        }
    }

    /// The same network with its initial weights.
    pub fn fresh(&self, recipe: &Recipe) -> Self {
        Self::new(recipe, self.dims, self.plan.steps_per_epoch(), &self.device)
    }

    /// Ends the training of the whole network after the last update, so that the dictionary comes next.
    pub fn end_training(&mut self) {
        self.plan.end_training(self.step);
    }

    /// The number of updates so far.
    pub fn step_number(&self) -> u64 {
        self.step
    }

    /// The stages of the run.
    pub fn plan(&self) -> &StagePlan {
        &self.plan
    }

    /// The stage of the next update.
    pub fn stage(&self) -> Stage {
        self.plan.at(self.step).stage
    }

    /// The stage of the last update; before the first update, its stage.
    pub fn last_stage(&self) -> Stage {
        self.plan.at(self.step.saturating_sub(1)).stage
    }

    /// The RBMs of pretraining, until they are unrolled into the network.
    pub fn stack(&self) -> Option<&Stack> {
        self.stack.as_ref()
    }

    /// Channels, height and width of an image.
    pub fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// The shape of each image.
    pub fn shape(&self) -> ImageShape {
        ImageShape::from_dims(self.dims)
    }

    /// Values per image.
    pub fn pixels(&self) -> usize {
        self.dims.iter().product()
    }

    /// Dimensions of the code.
    pub fn code_size(&self) -> usize {
        self.code
    }

    /// The device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The current network, without autodiff. During pretraining it is unrolled from the current RBMs.
    pub fn model(&self) -> Autoencoder {
        let model = self.model.valid();
        match &self.stack {
            Some(stack) => stack.unroll(model),
            None => model,
        }
    }

    /// The current network, with autodiff.
    pub fn learning_model(&self) -> Autoencoder {
        let model = self.model.clone();
        match &self.stack {
            Some(stack) => stack.unroll(model),
            None => model,
        }
    }

    /// Changes the network, for instance to begin with other weights.
    pub fn change_model(&mut self, change: impl FnOnce(&mut Autoencoder)) {
        change(&mut self.model);
        self.has_given_weights = true;
    }

    /// The trained part of the network, which is used for evaluation and display. During pretraining it ends at the
    /// current layer, whose hidden units are its code: the untrained layers above would destroy the image.
    pub fn so_far(&self) -> Autoencoder {
        let model = self.model();
        match (&self.stack, self.last_stage()) {
            (Some(_), Stage::Layer(layer)) => model.shallow(layer + 1).unwrap_or(model),
            _ => model,
        }
    }

    /// The number of parameters of the network.
    pub fn parameters(&self) -> usize {
        self.model.num_params() - self.model.tied_parameters()
    }

    /// One update from a batch of images, of whatever the stage trains. Live parameters are read from the recipe.
    ///
    /// # Shapes
    /// - batch: images in tensor order, one after the other
    pub fn step(&mut self, batch: &[f32], recipe: &Recipe) -> StepCost {
        loop {
            if let Some(cost) = self.work(batch, recipe, usize::MAX) {
                return cost;
            }
        }
    }

    /// One update, or a part of one that takes long. Until it is complete, this returns `None`, and has to be called
    /// again with the same batch.
    ///
    /// # Shapes
    /// - batch: images in tensor order, one after the other
    pub fn slice(&mut self, batch: &[f32], recipe: &Recipe) -> Option<StepCost> {
        self.work(batch, recipe, SLICE)
    }

    fn work(&mut self, batch: &[f32], recipe: &Recipe, work: usize) -> Option<StepCost> {
        let cost = match self.stage() {
            Stage::Layer(layer) => self.pretrain(layer, batch, recipe),
            Stage::Dictionary => self.learn_dictionary(batch, recipe, work)?,
            Stage::Training => {
                self.unroll();
                if self.step == 0 && !self.has_given_weights {
                    self.init_output_bias(batch);
                }
                self.train(batch, recipe)
            }
        };
        self.step += 1;
        Some(cost)
    }

    /// One update of one layer as an RBM. Objective and reconstruction are both the cost of reconstructing that layer's
    /// input, because contrastive divergence has no objective that could be computed.
    fn pretrain(&mut self, layer: usize, images: &[f32], recipe: &Recipe) -> StepCost {
        let start = self.plan.at(self.step).from;
        let epoch = (self.step - start) / self.plan.steps_per_epoch().max(1);
        let x = self.images(images, &self.device);
        let mut rng = stream(self.seed, Purpose::Gibbs, self.step);
        let stack = self.stack.get_or_insert_with(|| Stack::new(recipe, x.dims()[1], &self.device));
        let settings = RbmSettings::new(&recipe.pretraining, layer, stack.len(), epoch);
        let [squared, nats] = stack.update(layer, x, settings, &mut rng);
        // In the unit of the recipe, so that it can be compared with held-out images.
        let cost = match recipe.objective.reconstruction {
            Reconstruction::SquaredError => squared,
            Reconstruction::CrossEntropy => nats,
        };
        StepCost { terms: Tensor::cat(vec![cost.clone(), cost], 0), penalties: [].into() }
    }

    /// Unrolls the RBMs into the network, at the start of training.
    fn unroll(&mut self) {
        if let Some(stack) = self.stack.take() {
            self.model = stack.unroll(self.model.clone());
        }
    }

    /// Initialises the output bias of a convolutional network with the mean of each channel over the first batch.
    fn init_output_bias(&mut self, images: &[f32]) {
        let [channels, height, width] = self.dims;
        let (plane, count) = (height * width, (images.len() / channels).max(1) as f64);
        let mean = |channel: usize| {
            let planes = images.chunks(plane).skip(channel).step_by(channels);
            (planes.flatten().map(|pixel| f64::from(*pixel)).sum::<f64>() / count) as f32
        };
        let means: Vec<f32> = (0..channels).map(mean).collect();
        self.model = self.model.clone().with_mean_output(&means);
    }

    /// One update of the whole network.
    fn train(&mut self, batch: &[f32], recipe: &Recipe) -> StepCost {
        self.model.code.top_k = recipe.model.top_k;
        self.prune(recipe);
        let batch = self.batch(batch, recipe);
        let mut pass = Pass::dropping(self.drops(recipe));
        let terms = terms::forward(&self.model, recipe, &batch, &mut pass).terms;
        let total = terms::weighted(&terms, recipe, self.step, self.pixels()).mean();
        let mut read = vec![total.clone().inner(), terms.reconstruction.inner().mean()];
        let (penalties, values): (Vec<Penalty>, Vec<Tensor<1>>) = terms.penalties.into_iter().unzip();
        read.extend(values.into_iter().map(|term| term.inner().mean()));
        let gradients = GradientsParams::from_grads(total.backward(), &self.model);
        self.model = updated(self.model.clone(), &mut self.optimizer, gradients, recipe);
        StepCost { terms: Tensor::cat(read, 0), penalties: penalties.into() }
    }

    /// Deletes connections, once the recipe asks for more than are deleted. After a checkpoint it does so again, which
    /// changes nothing.
    fn prune(&mut self, recipe: &Recipe) {
        let PruningRecipe { method, share, step } = recipe.pruning;
        if method != Pruning::None && share > self.pruned && self.plan.trained(self.step) >= step {
            self.model = pruned(self.model.clone(), recipe);
            self.pruned = share;
        }
    }

    /// A training batch with its noise.
    pub(super) fn batch(&self, images: &[f32], recipe: &Recipe) -> Batch {
        let device = self.device.clone().autodiff();
        let count = images.len() / self.pixels();
        let clean = self.images(images, &device);
        let input = match recipe.noise.kind {
            Corruption::None => clean.clone(),
            _ => {
                let mut corrupted = images.to_vec();
                let mut rng = stream(self.seed, Purpose::Corruption, self.step);
                corrupt(&mut corrupted, self.dims, &recipe.noise, &mut rng);
                self.images(&corrupted, &device)
            }
        };
        let epsilon = recipe.is_variational().then(|| {
            let noise = normal(self.seed, Purpose::Epsilon, self.step, count * self.code);
            Tensor::from_data(TensorData::new(noise, [count, self.code]), &device)
        });
        let probes = terms::needs_probes(&self.model, recipe).then(|| {
            let directions = normal(self.seed, Purpose::Probes, self.step, images.len());
            self.images(&directions, &device)
        });
        Batch { clean, input, epsilon, probes, count }
    }

    /// The units and connections to drop in this step.
    fn drops(&self, recipe: &Recipe) -> Option<Drops> {
        let (units, connections) = (recipe.noise.drop_units, recipe.noise.drop_connections);
        (units > 0.0 || connections > 0.0).then(|| Drops {
            units,
            connections,
            rng: stream(self.seed, Purpose::Drops, self.step),
        })
    }

    /// Images as a tensor.
    pub fn images(&self, batch: &[f32], device: &Device) -> Tensor<2> {
        let pixels = self.pixels();
        Tensor::from_data(TensorData::new(batch.to_vec(), [batch.len() / pixels, pixels]), device)
    }

    /// Codes as a tensor.
    pub fn codes(&self, codes: &[f32]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(codes.to_vec(), [codes.len() / self.code, self.code]), &self.device)
    }
}

/// The network after an update by the optimiser, with its constraints restored.
pub(super) fn updated(
    model: Autoencoder,
    optimizer: &mut Optimizer,
    mut gradients: GradientsParams,
    recipe: &Recipe,
) -> Autoencoder {
    model.tie_gradients(&mut gradients);
    freeze(&model, &mut gradients, recipe);
    let rate = recipe.training.learning_rate;
    optimizer.step(model, gradients, rate).with_tied_weights().with_unit_columns()
}

/// Removes the gradients of the part of a network that does not learn.
fn freeze(model: &Autoencoder, gradients: &mut GradientsParams, recipe: &Recipe) {
    struct Freeze<'a> {
        gradients: &'a mut GradientsParams,
        recipe: &'a Recipe,
        path: Vec<String>,
    }
    impl ModuleVisitor for Freeze<'_> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.to_owned());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if is_frozen(self.recipe.training.freeze, &self.path) {
                self.gradients.remove::<D>(param.id);
            }
        }
    }
    if recipe.training.freeze != Frozen::Nothing {
        model.visit(&mut Freeze { gradients, recipe, path: Vec::new() });
    }
}

/// The metrics of a [`StepCost`] that was read.
pub fn metrics(penalties: &[Penalty], terms: &[f32]) -> Metrics {
    let mut metrics = Metrics::default();
    let at = |i: usize| f64::from(terms.get(i).copied().unwrap_or(f32::NAN));
    metrics.objective = at(0);
    metrics.reconstruction = at(1);
    for (i, penalty) in penalties.iter().enumerate() {
        metrics.set_penalty(*penalty, at(2 + i));
    }
    metrics
}

/// Standard normal numbers from the stream of a purpose.
pub(super) fn normal(seed: u64, purpose: Purpose, step: u64, count: usize) -> Vec<f32> {
    let mut rng = stream(seed, purpose, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}
