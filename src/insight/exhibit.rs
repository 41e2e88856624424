//! What a family has to show: the one or two pictures that make its idea visible, of a network as it is now.

use super::plate::Plate;
use super::{dictionary, noise};
use crate::recipe::{Corruption, Recipe};
use crate::train::Learner;
use crate::train::read::ReadError;

/// What a plate can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Clean, spoilt and cleaned images.
    Noise,
    /// Images built from their largest atoms.
    DictionaryParts,
    /// The atoms of codes, decoded.
    DictionaryAtoms,
    /// Error against the number of atoms, in codes and in pixels.
    DictionaryErrors,
    /// The atoms of raw pixels.
    DictionaryPixels,
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
        if recipe.has_dictionary() {
            subjects.extend([Self::DictionaryParts, Self::DictionaryAtoms, Self::DictionaryErrors]);
        }
        if recipe.has_dictionary() && recipe.dictionary.pixels {
            subjects.push(Self::DictionaryPixels);
        }
        subjects
    }

    /// Makes the plate; `None` where there is nothing to see yet.
    pub fn plate(self, studio: &Studio<'_>) -> Result<Option<Plate>, ReadError> {
        match self {
            Self::Noise => noise::rows(studio).map(Some),
            Self::DictionaryParts => dictionary::parts(studio),
            Self::DictionaryAtoms => dictionary::atoms(studio),
            Self::DictionaryErrors => dictionary::errors(studio),
            Self::DictionaryPixels => Ok(dictionary::pixel_atoms(studio)),
        }
    }
}
