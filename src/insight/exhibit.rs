//! What a family has to show: the one or two pictures that make its idea visible, of a network as it is now.

use super::plate::Plate;
use super::{maps, noise, skips};
use crate::recipe::{Corruption, Network, Recipe};
use crate::train::Learner;
use crate::train::read::ReadError;

/// What a plate can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Clean, spoilt and cleaned images.
    Noise,
    /// Images with a U-Net's code and skips, and without one of them.
    Skips,
    /// Feature maps of an image.
    Maps,
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
        if recipe.model.network == Network::UNet && recipe.model.skips {
            subjects.push(Self::Skips);
        }
        if matches!(recipe.model.network, Network::Conv | Network::UNet) {
            subjects.push(Self::Maps);
        }
        subjects
    }

    /// Makes the plate; `None` where there is nothing to see yet.
    pub fn plate(self, studio: &Studio<'_>) -> Result<Option<Plate>, ReadError> {
        match self {
            Self::Noise => noise::rows(studio).map(Some),
            Self::Skips => skips::rows(studio),
            Self::Maps => maps::rows(studio),
        }
    }
}
