//! The dictionary stage after training: a dictionary of the network's codes, z ≈ D·a with few entries of a other than
//! zero, and optionally a dictionary of raw pixels for comparison.
//!
//! The network is frozen in this stage. A step encodes a batch (μ of a Gaussian code), finds sparse codes at the
//! recipe's λ and updates the atoms. The objective is ½‖z − D·a‖² + λ‖a‖₁. The reconstruction cost is that of the
//! decoded D·a, in the unit of the recipe, so that it can be compared with the network's own.

use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::atoms::Dictionary;
use super::metrics::{Metrics, Total};
use super::read::{ReadError, read};
use super::sparse::{Convergence, SparseCodeSearch};
use super::terms::reconstruction;
use crate::model::objective::squared_error;
use crate::model::{Autoencoder, Pass};
use crate::recipe::Recipe;

/// The dictionaries that the stage learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionaries {
    /// The dictionary of codes.
    pub codes: Dictionary,
    /// The dictionary of raw pixels, if the recipe asks for it.
    pub pixels: Option<Dictionary>,
}

impl Dictionaries {
    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        self.codes.is_finite() && self.pixels.as_ref().is_none_or(Dictionary::is_finite)
    }

    /// Initial atoms from the first batch.
    pub(super) fn new(
        codes: Samples<'_>,
        pixels: Samples<'_>,
        recipe: &Recipe,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let atoms = recipe.dictionary.atoms;
        Self {
            codes: Dictionary::from_samples(codes.values, codes.dim, atoms, rng),
            pixels: recipe
                .dictionary
                .pixels
                .then(|| Dictionary::from_samples(pixels.values, pixels.dim, atoms, rng)),
        }
    }
}

/// Samples of `dim` values each, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub(super) values: &'a [f64],
    pub(super) dim: usize,
}

/// An update of the dictionaries in progress: a search for sparse codes in slices, after which the atoms are updated.
#[derive(Debug)]
pub(super) struct DictionaryUpdate {
    /// The initial atoms, in the first update.
    pub(super) first: Option<Dictionaries>,
    pub(super) rng: ChaCha8Rng,
    /// λ at the start of the update.
    pub(super) lambda: f64,
    /// The samples to code: the network's codes, and raw pixels if there is a dictionary of them.
    pub(super) codes: Vec<f64>,
    pub(super) pixels: Vec<f64>,
    pub(super) of_codes: Option<SparseCodeSearch>,
    pub(super) of_pixels: Option<SparseCodeSearch>,
}

impl DictionaryUpdate {
    /// Continues the search for sparse codes. Returns whether it is finished. Codes and pixels are set up in different
    /// slices, to keep each slice short.
    pub(super) fn search(&mut self, known: Option<&Dictionaries>, work: usize) -> bool {
        let Self { first, lambda, codes, pixels, of_codes, of_pixels, .. } = self;
        let Some(both) = first.as_ref().or(known) else { return true };
        let begin = |dictionary: &Dictionary, samples: &[f64]| {
            dictionary.coder().search(samples, *lambda, Convergence::DEFAULT)
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

/// Held-out images whose sparse codes are being searched for.
#[derive(Debug)]
pub(super) struct HeldOutCodes {
    images: Tensor<2>,
    codes: Vec<f64>,
    search: SparseCodeSearch,
}

impl HeldOutCodes {
    /// Starts with a chunk of images.
    ///
    /// # Shapes
    /// - images: `[batch, pixels]`
    pub(super) fn begin(
        model: &Autoencoder,
        dictionary: &Dictionary,
        recipe: &Recipe,
        images: Tensor<2>,
    ) -> Result<Self, ReadError> {
        let codes = wide(&read(model.encode(images.clone()).code)?);
        let search = dictionary.coder().search(&codes, recipe.dictionary.lambda, Convergence::DEFAULT);
        Ok(Self { images, codes, search })
    }

    /// Continues the search for sparse codes. Returns whether it is finished.
    pub(super) fn advance(&mut self, work: usize) -> bool {
        self.search.advance(work)
    }
}

/// Adds the costs of the first `count` held-out images in this stage to `total`.
pub(super) fn evaluate_held_out(
    model: &Autoencoder,
    dictionary: &Dictionary,
    recipe: &Recipe,
    held_out: HeldOutCodes,
    count: usize,
    total: &mut Total,
) -> Result<(), ReadError> {
    let HeldOutCodes { images, codes, search } = held_out;
    let device = images.device();
    let objectives = dictionary.objectives(&codes, search.codes(), recipe.dictionary.lambda);
    let rebuilt = tensor(&dictionary.rebuild(search.codes()), dictionary.dim(), &device);
    let (cost, squared) = rebuilt_cost(model, recipe, images, rebuilt);
    let padded = cost.dims()[0];
    let numbers = read(Tensor::cat(vec![cost, squared], 0))?;
    for (image, objective) in objectives.iter().enumerate().take(count) {
        total.add(&Metrics {
            objective: *objective,
            reconstruction: f64::from(numbers[image]),
            squared_error: Some(f64::from(numbers[padded + image])),
            ..Metrics::default()
        });
    }
    Ok(())
}

/// The reconstruction cost of images from the given codes, in the recipe's unit and as squared error.
///
/// # Shapes
/// - images: `[batch, pixels]`
/// - codes: `[batch, code]`
/// - outputs: `[batch]` each
pub(super) fn rebuilt_cost(
    model: &Autoencoder,
    recipe: &Recipe,
    images: Tensor<2>,
    codes: Tensor<2>,
) -> (Tensor<1>, Tensor<1>) {
    let raw = model.decode_raw(codes.clone(), &[], &mut Pass::default());
    let cost = reconstruction(model, recipe, images.clone(), raw);
    (cost, squared_error(images, model.decode(codes)))
}

pub(super) fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

pub(super) fn tensor(numbers: &[f64], width: usize, device: &Device) -> Tensor<2> {
    let narrow: Vec<f32> = numbers.iter().map(|x| *x as f32).collect();
    Tensor::from_data(TensorData::new(narrow, [numbers.len() / width.max(1), width]), device)
}
