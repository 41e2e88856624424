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
use super::sparse::{Patience, Search};
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

/// One update of the dictionaries under way: its sparse codes are searched for in slices, then the atoms move.
#[derive(Debug)]
pub(super) struct Update {
    /// The first atoms, until the update is over.
    first: Option<Dictionaries>,
    rng: ChaCha8Rng,
    /// The price that it began with.
    lambda: f64,
    /// What is coded: the network's codes, and raw pixels where there is a dictionary for them.
    codes: Vec<f64>,
    pixels: Vec<f64>,
    of_codes: Option<Search>,
    of_pixels: Option<Search>,
}

impl Learner {
    /// What the stage of dictionaries has learned; nothing before it begins.
    pub fn dictionaries(&self) -> Option<&Dictionaries> {
        self.dictionaries.as_ref()
    }

    /// Whether an update is under way that [`Learner::slice`] has begun.
    pub fn is_halfway(&self) -> bool {
        self.halfway.is_some()
    }

    /// One update of the dictionaries, or as much of it as so many multiplications allow. The network stays as it is.
    pub(super) fn learn_dictionary(
        &mut self,
        batch: &[f32],
        recipe: &Recipe,
        work: usize,
    ) -> Option<StepCost> {
        let update = match self.halfway.take() {
            Some(update) => Ok(update),
            None => self.begin_update(batch, recipe).map(Box::new),
        };
        let Ok(mut update) = update else {
            // What is no number stops the run, with its last good weights kept.
            let terms = number(f64::NAN, self.device()).expand([2]);
            return Some(StepCost { terms, penalties: [].into() });
        };
        if !update.search(self.dictionaries.as_ref(), work) {
            self.halfway = Some(update);
            return None;
        }
        Some(self.end_update(*update, batch, recipe))
    }

    fn begin_update(&self, batch: &[f32], recipe: &Recipe) -> Result<Update, ReadError> {
        let codes = wide(&read(self.model.valid().encode(self.images(batch, self.device())).code)?);
        let pixels = if recipe.dictionary.pixels { wide(batch) } else { Vec::new() };
        let mut rng = stream(recipe.seed, Purpose::Atoms, self.step_number());
        let dims = [self.code_size(), self.pixels()];
        let is_first = self.dictionaries.is_none();
        let first = is_first.then(|| Dictionaries::new(&codes, &pixels, dims, recipe, &mut rng));
        let lambda = recipe.dictionary.lambda;
        Ok(Update { first, rng, lambda, codes, pixels, of_codes: None, of_pixels: None })
    }

    /// Moves the atoms. What the step cost was before.
    fn end_update(&mut self, update: Update, batch: &[f32], recipe: &Recipe) -> StepCost {
        let Update { first, mut rng, lambda, codes, pixels, of_codes, of_pixels } = update;
        let (model, device) = (self.model.valid(), self.device().clone());
        let (images, size) = (self.images(batch, &device), self.code_size());
        self.dictionaries = first.or(self.dictionaries.take());
        let mut terms = number(f64::NAN, &device).expand([2]);
        if let Some((both, found)) = self.dictionaries.as_mut().zip(of_codes) {
            let objectives = both.codes.objectives(&codes, found.codes(), lambda);
            let rebuilt = tensor(&both.codes.rebuild(found.codes()), size, &device);
            let cost = rebuilt_cost(&model, recipe, images, rebuilt).0;
            terms = Tensor::cat(vec![number(mean(&objectives), &device), cost.mean()], 0);
            learn(&mut both.codes, &codes, found.codes(), &mut rng);
            if let Some((dictionary, found)) = both.pixels.as_mut().zip(of_pixels) {
                learn(dictionary, &pixels, found.codes(), &mut rng);
            }
        }
        StepCost { terms, penalties: [].into() }
    }
}

impl Update {
    /// Goes on searching for sparse codes; whether all are found. Codes and pixels take their turns, so that getting
    /// ready for both never falls into one slice.
    fn search(&mut self, known: Option<&Dictionaries>, work: usize) -> bool {
        let Self { first, lambda, codes, pixels, of_codes, of_pixels, .. } = self;
        let Some(both) = first.as_ref().or(known) else { return true };
        let begin = |dictionary: &Dictionary, samples: &[f64]| {
            dictionary.coder().search(samples, *lambda, Patience::USUAL)
        };
        let found = of_codes.get_or_insert_with(|| begin(&both.codes, codes));
        if !found.is_over() {
            let is_over = found.advance(work);
            if !is_over || both.pixels.is_some() && work < usize::MAX {
                return false;
            }
        }
        let Some(dictionary) = &both.pixels else { return true };
        of_pixels.get_or_insert_with(|| begin(dictionary, pixels)).advance(work)
    }
}

/// Held-out images on their way through the atoms.
#[derive(Debug)]
pub(super) struct HeldOut {
    codes: Vec<f64>,
    search: Search,
}

impl HeldOut {
    /// Begins with a chunk of images.
    ///
    /// # Shapes
    /// - images: `[batch, pixels]`
    pub(super) fn begin(
        model: &Autoencoder,
        dictionary: &Dictionary,
        recipe: &Recipe,
        images: Tensor<2>,
    ) -> Result<Self, ReadError> {
        let codes = wide(&read(model.encode(images).code)?);
        let search = dictionary.coder().search(&codes, recipe.dictionary.lambda, Patience::USUAL);
        Ok(Self { codes, search })
    }

    /// Goes on searching for sparse codes; whether they are found.
    pub(super) fn advance(&mut self, work: usize) -> bool {
        self.search.advance(work)
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
    (found, images): (HeldOut, Tensor<2>),
    count: usize,
    total: &mut Total,
) -> Result<(), ReadError> {
    let device = images.device();
    let HeldOut { codes, search } = found;
    let objectives = dictionary.objectives(&codes, search.codes(), recipe.dictionary.lambda);
    let rebuilt = tensor(&dictionary.rebuild(search.codes()), dictionary.dim(), &device);
    let (cost, squared) = rebuilt_cost(model, recipe, images, rebuilt);
    let padded = cost.dims()[0];
    let numbers = read(Tensor::cat(vec![cost, squared], 0))?;
    for (image, objective) in objectives.iter().enumerate().take(count) {
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
