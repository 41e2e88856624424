//! What a family has to show: the one or two pictures that make its idea visible, of a network as it is now.

use super::plate::Plate;
use super::{depths, dream, filters, gradients, noise};
use crate::recipe::{Corruption, Network, Recipe};
use crate::train::Learner;
use crate::train::read::ReadError;

/// What a plate can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Clean, spoilt and cleaned images.
    Noise,
    /// The weights of the newest layer.
    Filters,
    /// A Boltzmann machine that dreams.
    Dream,
    /// Images back from every depth.
    Depths,
    /// How much of the error reaches each layer.
    Gradients,
}

/// Hidden layers from which on a network counts as deep.
const DEEP: usize = 3;

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
}

impl Subject {
    /// What a recipe has to show, the most telling first.
    pub fn of(recipe: &Recipe) -> Vec<Self> {
        let mut subjects = Vec::new();
        if recipe.noise.kind != Corruption::None {
            subjects.push(Self::Noise);
        }
        if recipe.is_pretrained() {
            subjects.extend([Self::Filters, Self::Dream, Self::Depths]);
        }
        if recipe.model.network == Network::Dense && recipe.model.widths.len() >= DEEP {
            subjects.push(Self::Gradients);
        }
        subjects
    }

    /// Makes the plate; `None` where there is nothing to see yet.
    pub fn plate(self, studio: &Studio<'_>) -> Result<Option<Plate>, ReadError> {
        match self {
            Self::Noise => noise::rows(studio).map(Some),
            Self::Filters => filters::of_layer(studio),
            Self::Dream => dream::fantasies(studio),
            Self::Depths => depths::rows(studio),
            Self::Gradients => gradients::bars(studio),
        }
    }
}
