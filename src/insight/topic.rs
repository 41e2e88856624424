//! What a family has to show: the one or two pictures that make its idea visible, of a network as it is now.

use super::card::Card;
use super::{
    ablation, activity, atoms, contraction, depths, dictionary, dimensions, dream, filters, gradients,
};
use super::{maps, noise, prior, rows, size, skips};
use crate::recipe::{Activation, Corruption, Network, Recipe};
use crate::train::Learner;
use crate::train::read::ReadError;

/// What a card can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Clean, corrupted and cleaned images.
    Noise,
    /// The weights of the newest layer.
    Filters,
    /// A Boltzmann machine that dreams.
    Dream,
    /// Images back from every depth.
    Depths,
    /// How much of the error reaches each layer.
    Gradients,
    /// Images with a U-Net's code and skips, and without one of them.
    Skips,
    /// Feature maps of an image.
    Maps,
    /// An image written row by row.
    Written,
    /// What a network makes of the first rows of an image.
    Guessed,
    /// How strongly the code answers to pixels.
    Contraction,
    /// The few changes of an image that the code answers to.
    Directions,
    /// Images built from their largest atoms.
    DictionaryParts,
    /// The atoms of codes, decoded.
    DictionaryAtoms,
    /// Error against the number of atoms, in codes and in pixels.
    DictionaryErrors,
    /// The atoms of raw pixels.
    DictionaryPixels,
    /// KL in every dimension of a Gaussian code.
    Dimensions,
    /// Images decoded from the prior.
    Prior,
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
/// Hidden layers from which on a network counts as deep.
const DEEP: usize = 3;

/// What cards are made from: a network and held-out images.
#[derive(Clone, Copy, Debug)]
pub struct CardInputs<'a> {
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

impl Topic {
    /// What a recipe has to show, the most telling first.
    pub fn of(recipe: &Recipe) -> Vec<Self> {
        let mut topics = Vec::new();
        let mut add = |is_offered: bool, offered: &[Self]| {
            if is_offered {
                topics.extend_from_slice(offered);
            }
        };
        let (network, dictionary) = (recipe.model.network, recipe.has_dictionary());
        let is_deep = network == Network::Dense && recipe.model.widths.len() >= DEEP;
        let is_contracted = recipe.objective.contractive > 0.0;
        add(recipe.noise.kind != Corruption::None, &[Self::Noise]);
        add(recipe.is_pretrained(), &[Self::Filters, Self::Dream, Self::Depths]);
        add(is_deep, &[Self::Gradients]);
        add(network == Network::UNet && recipe.model.skips, &[Self::Skips]);
        add(matches!(network, Network::Conv | Network::UNet), &[Self::Maps]);
        add(network == Network::Recurrent, &[Self::Written, Self::Guessed]);
        add(is_contracted, &[Self::Contraction, Self::Directions]);
        add(dictionary, &[Self::DictionaryParts, Self::DictionaryAtoms, Self::DictionaryErrors]);
        add(dictionary && recipe.dictionary.pixels, &[Self::DictionaryPixels]);
        add(recipe.is_variational(), &[Self::Dimensions, Self::Prior]);
        // The machines have enough to show; what their numbers are worth is the point of the whole lesson.
        add(recipe.is_pretrained(), &[Self::Size]);
        if !recipe.is_variational() && !recipe.is_pretrained() {
            topics.extend(Self::of_plain(recipe));
        }
        topics
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
        all.into_iter().filter_map(|(topic, is_offered)| is_offered.then_some(topic)).collect()
    }

    /// Makes the card; `None` where there is nothing to see yet.
    pub fn card(self, inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
        match self {
            Self::Noise => noise::rows(inputs).map(Some),
            Self::Filters => filters::of_layer(inputs),
            Self::Dream => dream::fantasies(inputs),
            Self::Depths => depths::rows(inputs),
            Self::Gradients => gradients::bars(inputs),
            Self::Skips => skips::rows(inputs),
            Self::Maps => maps::rows(inputs),
            Self::Written => rows::written(inputs).map(Some),
            Self::Guessed => rows::guessed(inputs).map(Some),
            Self::Contraction => contraction::spectrum(inputs),
            Self::Directions => contraction::directions(inputs),
            Self::DictionaryParts => dictionary::parts(inputs),
            Self::DictionaryAtoms => dictionary::atoms(inputs),
            Self::DictionaryErrors => dictionary::errors(inputs),
            Self::DictionaryPixels => Ok(dictionary::pixel_atoms(inputs)),
            Self::Dimensions => dimensions::bars(inputs).map(Some),
            Self::Prior => prior::samples(inputs).map(Some),
            Self::Ablation => ablation::line(inputs),
            Self::Size => size::line(inputs),
            Self::Atoms => atoms::pictures(inputs),
            Self::Activity => activity::histogram(inputs),
            Self::Units => activity::units(inputs),
        }
    }
}
