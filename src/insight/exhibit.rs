//! What a family has to show: the one or two pictures that make its idea visible, of a network as it is now.

use super::plate::Plate;
use super::{ablation, activity, atoms, noise, size};
use crate::recipe::{Activation, Corruption, Network, Recipe};
use crate::train::Learner;
use crate::train::read::ReadError;

/// What a plate can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Clean, spoilt and cleaned images.
    Noise,
    /// The error against the share of code units removed.
    Ablation,
    /// The error against the size of the code, beside principal components.
    Size,
    /// What each unit of a plain code adds to the image.
    Atoms,
    /// A histogram of a plain code's activities.
    Activity,
    /// How often each unit of a plain code speaks.
    Units,
}

/// A plain code has units worth counting from here on.
const MANY_UNITS: usize = 16;
/// A code has units few enough to try it without some of them at every look.
const MOST_REMOVED: usize = 512;
/// A code is small beside an image up to here.
const FEW_UNITS: usize = 100;

/// What plates are made from: a network and held-out images.
#[derive(Clone, Copy, Debug)]
pub struct Studio<'a> {
    /// The network as it learns.
    pub learner: &'a Learner,
    /// Its recipe as it is now.
    pub recipe: &'a Recipe,
    /// A few images to look at, in tensor order.
    pub examples: &'a [f32],
    /// Some hundred images to count on, in tensor order.
    pub sample: &'a [f32],
    /// The squared error of principal components on the sample, for more and more of them: `[components, error]`;
    /// empty until they are worked out.
    pub components: &'a [[f32; 2]],
}

impl Subject {
    /// What a recipe has to show, the most telling first.
    pub fn of(recipe: &Recipe) -> Vec<Self> {
        let mut subjects = Vec::new();
        if recipe.noise.kind != Corruption::None {
            subjects.push(Self::Noise);
        }
        if !recipe.is_variational() {
            subjects.extend(Self::of_plain(recipe));
        }
        subjects
    }

    /// What a plain code has to show.
    fn of_plain(recipe: &Recipe) -> Vec<Self> {
        let Recipe { model, noise, objective, .. } = recipe;
        let is_dense = model.network == Network::Dense;
        let has_many = model.code >= MANY_UNITS;
        let is_countable = has_many && model.code <= MOST_REMOVED;
        let is_dropping = noise.drop_units > 0.0 || noise.drop_connections > 0.0;
        let is_priced = objective.sparsity > 0.0 || objective.rate > 0.0 || objective.contractive > 0.0;
        let is_free = !is_dropping && !is_priced && noise.kind == Corruption::None;
        let can_be_silent = model.code_activation != Activation::Linear || objective.sparsity > 0.0;
        let skips = model.network == Network::UNet && model.skips;
        let all = [
            (Self::Ablation, is_dropping),
            (Self::Size, is_free && is_dense && model.code <= FEW_UNITS),
            (Self::Atoms, has_many && !skips),
            (Self::Activity, has_many),
            (Self::Units, has_many && can_be_silent),
            (Self::Ablation, is_countable && is_dense && !is_dropping),
        ];
        all.into_iter().filter_map(|(subject, is_offered)| is_offered.then_some(subject)).collect()
    }

    /// Makes the plate; `None` where there is nothing to see yet.
    pub fn plate(self, studio: &Studio<'_>) -> Result<Option<Plate>, ReadError> {
        match self {
            Self::Noise => noise::rows(studio).map(Some),
            Self::Ablation => ablation::line(studio),
            Self::Size => size::line(studio),
            Self::Atoms => atoms::pictures(studio),
            Self::Activity => activity::histogram(studio),
            Self::Units => activity::units(studio),
        }
    }
}
