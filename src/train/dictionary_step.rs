//! One update of the dictionaries by a learner: encode a batch, search for its sparse codes, update the atoms.

use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::atoms::Dictionary;
use super::dictionary::{Dictionaries, DictionaryUpdate, Samples, rebuilt_cost, tensor, wide};
use super::learner::{Learner, StepCost};
use super::read::{ReadError, read};
use crate::recipe::Recipe;
use crate::recipe::random::{Purpose, stream};

/// The largest number of past batches that the statistics average over: long enough for thousands of images, short
/// enough for atoms to follow a change of λ.
const WINDOW: f64 = 50.0;

impl Learner {
    /// The learned dictionaries; `None` before their stage starts.
    pub fn dictionaries(&self) -> Option<&Dictionaries> {
        self.dictionaries.as_ref()
    }

    /// Whether an update that [`Learner::slice`] has started is in progress.
    pub fn is_halfway(&self) -> bool {
        self.pending.is_some()
    }

    /// One update of the dictionaries, or the part of it that `work` multiplications allow. The network is not changed.
    pub(super) fn learn_dictionary(
        &mut self,
        batch: &[f32],
        recipe: &Recipe,
        work: usize,
    ) -> Option<StepCost> {
        let update = match self.pending.take() {
            Some(update) => Ok(update),
            None => self.begin_update(batch, recipe).map(Box::new),
        };
        let Ok(mut update) = update else {
            // NaN stops the run, which keeps its last good weights.
            let terms = number(f64::NAN, self.device()).expand([2]);
            return Some(StepCost { terms, penalties: [].into() });
        };
        if !update.search(self.dictionaries.as_ref(), work) {
            self.pending = Some(update);
            return None;
        }
        Some(self.end_update(*update, batch, recipe))
    }

    fn begin_update(&self, batch: &[f32], recipe: &Recipe) -> Result<DictionaryUpdate, ReadError> {
        let codes = wide(&read(self.model.valid().encode(self.images(batch, self.device())).code)?);
        let pixels = if recipe.dictionary.pixels { wide(batch) } else { Vec::new() };
        let mut rng = stream(recipe.seed, Purpose::Atoms, self.step_number());
        let of_codes = Samples { values: &codes, dim: self.code_size() };
        let of_pixels = Samples { values: &pixels, dim: self.pixels() };
        let is_first = self.dictionaries.is_none();
        let first = is_first.then(|| Dictionaries::new(of_codes, of_pixels, recipe, &mut rng));
        let lambda = recipe.dictionary.lambda;
        Ok(DictionaryUpdate { first, rng, lambda, codes, pixels, of_codes: None, of_pixels: None })
    }

    /// Updates the atoms. Returns the cost before the update.
    fn end_update(&mut self, update: DictionaryUpdate, batch: &[f32], recipe: &Recipe) -> StepCost {
        let DictionaryUpdate { first, mut rng, lambda, codes, pixels, of_codes, of_pixels } = update;
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

/// Learns from a batch. Past statistics are multiplied by a forgetting factor, the rescaling of past data of Mairal, Bach,
/// Ponce and Sapiro (2010, section 3.4.2): t/(t + 1) after t batches, which is the plain mean over all of them, and
/// 1 − 1/50 from the fiftieth on, which is an exponential moving average.
fn learn(dictionary: &mut Dictionary, samples: &[f64], codes: &[f64], rng: &mut ChaCha8Rng) {
    let updates = dictionary.updates() as f64;
    let forgetting = (updates / (updates + 1.0)).min(1.0 - 1.0 / WINDOW);
    dictionary.learn(samples, codes, forgetting, rng);
}

fn number(x: f64, device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(vec![x as f32], [1]), device)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}
