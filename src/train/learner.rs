//! A model with its objective and optimiser: what a run trains.

use burn::module::Module as _;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::figures::Figures;
use super::optimizer::Optimizer;
use crate::model::{Autoencoder, Objective, Penalty};
use crate::recipe::Recipe;
use crate::recipe::random::{Purpose, stream};

/// A network that learns. It has no clock, no thread and no opinion on when to stop.
#[derive(Debug)]
pub struct Learner {
    pub(super) model: Autoencoder,
    pub(super) optimizer: Optimizer,
    pub(super) step: u64,
    objective: Objective,
    device: Device,
    pixels: usize,
    code: usize,
    seed: u64,
    is_variational: bool,
}

/// What one step cost, still on the device.
#[derive(Clone, Debug)]
pub struct StepCost {
    /// The objective, the reconstruction, then each penalty. `[terms]`
    pub terms: Tensor<1>,
}

impl Learner {
    /// A network with its first weights, on this device, for images of so many numbers.
    pub fn new(recipe: &Recipe, pixels: usize, device: &Device) -> Self {
        Self {
            model: Autoencoder::new(recipe, pixels, &device.clone().autodiff()),
            optimizer: Optimizer::new(&recipe.training),
            step: 0,
            objective: Objective::new(recipe),
            device: device.clone(),
            pixels,
            code: recipe.model.code,
            seed: recipe.seed,
            is_variational: recipe.is_variational(),
        }
    }

    /// Updates made so far.
    pub fn step_number(&self) -> u64 {
        self.step
    }

    /// Numbers in an image.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// Numbers in a code.
    pub fn code_size(&self) -> usize {
        self.code
    }

    /// The device it learns on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The terms of its objective.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// The network as it is now, without a graph of gradients.
    pub fn model(&self) -> Autoencoder {
        self.model.valid()
    }

    /// How many numbers the network has.
    pub fn parameters(&self) -> usize {
        self.model.num_params()
    }

    /// One update from a batch of images. The live weights and the learning rate are read off the recipe.
    ///
    /// # Shapes
    /// - batch: images in tensor order, one after the other
    pub fn step(&mut self, batch: &[f32], recipe: &Recipe) -> StepCost {
        let x = self.images(batch, &self.device.clone().autodiff());
        let epsilon = self.is_variational.then(|| {
            let noise = normal(self.seed, Purpose::Epsilon, self.step, x.dims()[0] * self.code);
            Tensor::from_data(
                TensorData::new(noise, [x.dims()[0], self.code]),
                &self.device.clone().autodiff(),
            )
        });
        let encoded = self.model.encode(x.clone());
        let raw = self.model.decode_raw(encoded.sample(epsilon));
        let terms = self.objective.per_image(x, raw, |raw| self.model.pixels(raw), &encoded);
        let total = self.objective.total(&terms, &recipe.objective);
        let mut read = vec![total.clone().inner(), terms.reconstruction.inner().mean()];
        read.extend(terms.penalties.into_iter().map(|term| term.inner().mean()));
        let gradients = GradientsParams::from_grads(total.backward(), &self.model);
        let model = self.optimizer.step(self.model.clone(), gradients, recipe.training.learning_rate);
        self.model = model.with_unit_columns();
        self.step += 1;
        StepCost { terms: Tensor::cat(read, 0) }
    }

    /// Images as a tensor.
    pub fn images(&self, batch: &[f32], device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(batch.to_vec(), [batch.len() / self.pixels, self.pixels]), device)
    }

    /// Codes as a tensor.
    pub fn codes(&self, codes: &[f32]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(codes.to_vec(), [codes.len() / self.code, self.code]), &self.device)
    }

    /// The figures that a read [`StepCost`] stands for.
    pub fn figures(&self, terms: &[f32]) -> Figures {
        figures(self.objective.penalties(), terms)
    }
}

/// Terms in the order of [`StepCost::terms`], by name.
fn figures(penalties: &[Penalty], terms: &[f32]) -> Figures {
    let mut figures = Figures::default();
    let at = |i: usize| f64::from(terms.get(i).copied().unwrap_or(f32::NAN));
    figures.objective = at(0);
    figures.reconstruction = at(1);
    for (i, penalty) in penalties.iter().enumerate() {
        figures.set_penalty(*penalty, at(2 + i));
    }
    figures
}

/// Standard normal numbers from a named stream.
pub(super) fn normal(seed: u64, purpose: Purpose, step: u64, count: usize) -> Vec<f32> {
    let mut rng = stream(seed, purpose, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}
