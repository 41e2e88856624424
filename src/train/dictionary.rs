//! The stage after the network's training: a dictionary learned on its codes, z ≈ D·a with few numbers of a other
//! than zero, rebuilt by the decoder; beside it, if asked for, a dictionary of raw pixels.
//!
//! The network is frozen here. A step encodes a batch (μ of a Gaussian code), finds sparse codes at the recipe's λ
//! and moves the atoms. Its objective is ½‖z − D·a‖² + λ‖a‖₁; its reconstruction is what the decoder makes of D·a, in
//! the unit of the recipe, so that the curve stands over the network's own.

use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::atoms::Dictionary;
use super::figures::{Figures, Total};
use super::learner::{Learner, StepCost};
use super::read::{ReadError, read};
use super::sparse::Patience;
use super::terms::reconstruction;
use crate::model::objective::squared_error;
use crate::model::{Autoencoder, Pass};
use crate::recipe::Recipe;
use crate::recipe::random::{Purpose, stream};

/// Steps that what was learned is remembered for, at most: long enough to average over thousands of images, short
/// enough for atoms to follow when λ is moved.
const MEMORY: f64 = 50.0;

/// What the stage learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionaries {
    /// Atoms of codes.
    pub codes: Dictionary,
    /// Atoms of raw pixels, where the recipe asks for them.
    pub pixels: Option<Dictionary>,
}

impl Dictionaries {
    /// Whether every number in them is a number.
    pub fn is_finite(&self) -> bool {
        self.codes.is_finite() && self.pixels.as_ref().is_none_or(Dictionary::is_finite)
    }

    /// First atoms, from the first batch.
    fn new(codes: &[f64], pixels: &[f64], dims: [usize; 2], recipe: &Recipe, rng: &mut ChaCha8Rng) -> Self {
        let atoms = recipe.dictionary.atoms;
        Self {
            codes: Dictionary::from_samples(codes, dims[0], atoms, rng),
            pixels: recipe.dictionary.pixels.then(|| Dictionary::from_samples(pixels, dims[1], atoms, rng)),
        }
    }
}

/// A batch in sparse codes.
struct Coded {
    /// One number per atom and sample.
    codes: Vec<f64>,
    /// ½‖z − D·a‖² + λ‖a‖₁ of every sample.
    objectives: Vec<f64>,
}

impl Learner {
    /// What the stage of dictionaries has learned; nothing before it begins.
    pub fn dictionaries(&self) -> Option<&Dictionaries> {
        self.dictionaries.as_ref()
    }

    /// One update of the dictionaries. The network stays as it is.
    pub(super) fn learn_dictionary(&mut self, batch: &[f32], recipe: &Recipe) -> StepCost {
        let model = self.model.valid();
        let device = self.device().clone();
        let images = self.images(batch, &device);
        let terms = match read(model.encode(images.clone()).code) {
            Ok(codes) => {
                let (objective, rebuilt) = self.learn_atoms(&wide(&codes), batch, recipe);
                let cost =
                    rebuilt_cost(&model, recipe, images, tensor(&rebuilt, self.code_size(), &device)).0;
                Tensor::cat(vec![number(objective, &device), cost.mean()], 0)
            }
            // What is no number stops the run, with its last good weights kept.
            Err(_) => number(f64::NAN, &device).expand([2]),
        };
        StepCost { terms, penalties: [].into() }
    }

    /// Moves the atoms for a batch; answers with the mean objective and what the atoms made of the codes before.
    fn learn_atoms(&mut self, codes: &[f64], batch: &[f32], recipe: &Recipe) -> (f64, Vec<f64>) {
        let mut rng = stream(recipe.seed, Purpose::Atoms, self.step_number());
        let pixels = if recipe.dictionary.pixels { wide(batch) } else { Vec::new() };
        let dims = [self.code_size(), self.pixels()];
        let dictionaries = self
            .dictionaries
            .get_or_insert_with(|| Dictionaries::new(codes, &pixels, dims, recipe, &mut rng));
        let lambda = recipe.dictionary.lambda;
        let coded = coded(&dictionaries.codes, codes, lambda);
        let rebuilt = dictionaries.codes.rebuild(&coded.codes);
        learn(&mut dictionaries.codes, codes, &coded.codes, &mut rng);
        if let Some(dictionary) = &mut dictionaries.pixels {
            let found = dictionary.coder().code(&pixels, lambda, Patience::USUAL);
            learn(dictionary, &pixels, &found, &mut rng);
        }
        (mean(&coded.objectives), rebuilt)
    }
}

/// The figures of held-out images in this stage: what the atoms cost, and the images that the decoder rebuilds from
/// them.
///
/// # Shapes
/// - images: `[batch, pixels]`, of which the first `count` count
pub(super) fn held_out(
    model: &Autoencoder,
    dictionary: &Dictionary,
    recipe: &Recipe,
    images: Tensor<2>,
    count: usize,
    total: &mut Total,
) -> Result<(), ReadError> {
    let device = images.device();
    let codes = wide(&read(model.encode(images.clone()).code)?);
    let coded = coded(dictionary, &codes, recipe.dictionary.lambda);
    let rebuilt = tensor(&dictionary.rebuild(&coded.codes), dictionary.dim(), &device);
    let (cost, squared) = rebuilt_cost(model, recipe, images, rebuilt);
    let padded = cost.dims()[0];
    let numbers = read(Tensor::cat(vec![cost, squared], 0))?;
    for (image, objective) in coded.objectives.iter().enumerate().take(count) {
        total.add(&Figures {
            objective: *objective,
            reconstruction: f64::from(numbers[image]),
            squared_error: Some(f64::from(numbers[padded + image])),
            ..Figures::default()
        });
    }
    Ok(())
}

/// What images cost that are decoded from these codes: in the recipe's unit, and as squared error.
///
/// # Shapes
/// - images: `[batch, pixels]`
/// - codes: `[batch, code]`
/// - outputs: `[batch]` each
fn rebuilt_cost(
    model: &Autoencoder,
    recipe: &Recipe,
    images: Tensor<2>,
    codes: Tensor<2>,
) -> (Tensor<1>, Tensor<1>) {
    let raw = model.decode_raw(codes.clone(), &[], &mut Pass::default());
    let cost = reconstruction(model, recipe, images.clone(), raw);
    (cost, squared_error(images, model.decode(codes)))
}

fn coded(dictionary: &Dictionary, samples: &[f64], lambda: f64) -> Coded {
    let coder = dictionary.coder();
    let codes = coder.code(samples, lambda, Patience::USUAL);
    let objectives = coder.objectives(samples, &codes, lambda);
    Coded { codes, objectives }
}

/// Learns from a batch: an average over all batches at first, then over the latest ones.
fn learn(dictionary: &mut Dictionary, samples: &[f64], codes: &[f64], rng: &mut ChaCha8Rng) {
    let updates = dictionary.updates() as f64;
    let keep = (updates / (updates + 1.0)).min(1.0 - 1.0 / MEMORY);
    dictionary.learn(samples, codes, keep, rng);
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

fn tensor(numbers: &[f64], width: usize, device: &Device) -> Tensor<2> {
    let narrow: Vec<f32> = numbers.iter().map(|x| *x as f32).collect();
    Tensor::from_data(TensorData::new(narrow, [numbers.len() / width.max(1), width]), device)
}

fn number(x: f64, device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(vec![x as f32], [1]), device)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}
