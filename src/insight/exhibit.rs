//! What a family has to show: the one or two pictures that make its idea visible, of a network as it is now.

use super::plate::Plate;
use super::{contraction, dimensions, noise, prior, rows};
use crate::recipe::{Corruption, Network, Recipe};
use crate::train::Learner;
use crate::train::read::ReadError;

/// What a plate can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Clean, spoilt and cleaned images.
    Noise,
    /// An image written row by row.
    Written,
    /// What a reader would say before it has read all rows.
    Guessed,
    /// How strongly the code answers to pixels.
    Contraction,
    /// The few changes of an image that the code answers to.
    Directions,
    /// KL in every dimension of a Gaussian code.
    Dimensions,
    /// Images decoded from the prior.
    Prior,
}

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
        if recipe.model.network == Network::Recurrent {
            subjects.extend([Self::Written, Self::Guessed]);
        }
        if !recipe.is_variational() && recipe.objective.contractive > 0.0 {
            subjects.extend([Self::Contraction, Self::Directions]);
        }
        if recipe.is_variational() {
            subjects.extend([Self::Dimensions, Self::Prior]);
        }
        subjects
    }

    /// Makes the plate; `None` where there is nothing to see yet.
    pub fn plate(self, studio: &Studio<'_>) -> Result<Option<Plate>, ReadError> {
        match self {
            Self::Noise => noise::rows(studio).map(Some),
            Self::Written => rows::written(studio).map(Some),
            Self::Guessed => rows::guessed(studio),
            Self::Contraction => contraction::spectrum(studio),
            Self::Directions => contraction::directions(studio),
            Self::Dimensions => dimensions::bars(studio).map(Some),
            Self::Prior => prior::samples(studio).map(Some),
        }
    }
}
