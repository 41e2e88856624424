//! Which insight cards a recipe has, the most telling first, and how each is made from the network as it is now.

use super::card_inputs::CardInputs;
use super::{
    ablation, activity, atoms, contraction, depths, dictionary, dimensions, filters, maps, noise, prior,
    rbm_samples, rows, sensitivity, size, skips, steps,
};
use crate::chart::cards::Card;
use crate::recipe::{Activation, Corruption, Network, Pruning, Recipe};
use crate::train::read::ReadError;

/// What a card can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Clean, corrupted and denoised images.
    Noise,
    /// The weights of the layer being pretrained.
    Filters,
    /// The connections of the first layer that are not deleted.
    Connections,
    /// Images sampled from a restricted Boltzmann machine.
    RbmSamples,
    /// Reconstructions from every depth of a stack.
    Depths,
    /// How far a step moves the weights of each layer.
    Steps,
    /// Images with a U-Net's code and skip connections, and without one of them.
    Skips,
    /// Feature maps of an image.
    Maps,
    /// An image written row by row by a recurrent decoder.
    Written,
    /// Images completed from their first rows.
    Completed,
    /// The singular values of the encoder's Jacobian.
    Contraction,
    /// The changes of an image to which the code is most sensitive.
    Directions,
    /// Images built from their largest atoms.
    DictionaryParts,
    /// The atoms of codes, decoded.
    DictionaryAtoms,
    /// Error against the number of atoms, in codes and in pixels.
    DictionaryErrors,
    /// The atoms of raw pixels.
    DictionaryPixels,
    /// The KL of every dimension of a Gaussian code.
    Dimensions,
    /// Images decoded from samples of the prior.
    Prior,
    /// The error against the share of code units removed.
    Ablation,
    /// The error against the size of the code, compared with principal components.
    Size,
    /// What each unit of a plain code adds to the image.
    Atoms,
    /// A histogram of a plain code's activations.
    Activity,
    /// How often each unit of a plain code is active.
    Units,
    /// Which pixels change with each number of the code.
    Sensitivity,
}

/// From this size on, the units of a plain code are counted.
const MANY_UNITS: usize = 16;
/// Up to this size, a code is tried without some of its units each time the card is made.
const MOST_REMOVED: usize = 512;
/// Up to this size, a code is small compared with an image.
const FEW_UNITS: usize = 100;
/// From this many hidden layers on, a network counts as deep.
const DEEP: usize = 3;

impl Topic {
    /// The cards of a recipe, the most telling first.
    pub fn of(recipe: &Recipe) -> Vec<Self> {
        let mut topics = Vec::new();
        let mut add = |is_offered: bool, offered: &[Self]| {
            if is_offered {
                topics.extend_from_slice(offered);
            }
        };
        let (network, dictionary) = (recipe.model.network, recipe.has_dictionary());
        let is_deep = network == Network::Dense && recipe.model.widths.len() >= DEEP;
        let is_contractive = recipe.objective.contractive > 0.0;
        add(recipe.noise.kind != Corruption::None, &[Self::Noise]);
        let is_pruned = network == Network::Dense && recipe.pruning.method != Pruning::None;
        add(is_pruned, &[Self::Connections]);
        add(recipe.is_pretrained(), &[Self::Filters, Self::RbmSamples, Self::Depths]);
        add(is_deep, &[Self::Steps]);
        add(network == Network::UNet && recipe.model.skips, &[Self::Skips]);
        add(matches!(network, Network::Conv | Network::UNet), &[Self::Maps]);
        add(network == Network::Recurrent, &[Self::Written, Self::Completed]);
        add(is_contractive, &[Self::Contraction, Self::Directions]);
        add(dictionary, &[Self::DictionaryParts, Self::DictionaryAtoms, Self::DictionaryErrors]);
        add(dictionary && recipe.dictionary.pixels, &[Self::DictionaryPixels]);
        // Of a code of two, bars say less than samples.
        let is_short = recipe.model.code <= 2;
        let of_gaussian =
            if is_short { [Self::Prior, Self::Dimensions] } else { [Self::Dimensions, Self::Prior] };
        add(recipe.is_variational(), &of_gaussian);
        // Pretraining has cards enough; the comparison with PCA is the point of the whole lesson.
        add(recipe.is_pretrained(), &[Self::Size]);
        if !recipe.is_variational() && !recipe.is_pretrained() {
            topics.extend(Self::of_plain(recipe));
        }
        topics.push(Self::Sensitivity);
        if network != Network::Dense {
            topics.push(Self::Steps);
        }
        topics
    }

    /// The cards of a plain code.
    fn of_plain(recipe: &Recipe) -> Vec<Self> {
        let Recipe { model, noise, objective, .. } = recipe;
        let is_dense = model.network == Network::Dense;
        let has_many = model.code >= MANY_UNITS;
        let is_countable = has_many && model.code <= MOST_REMOVED;
        let is_dropping = noise.drop_units > 0.0 || noise.drop_connections > 0.0;
        let is_penalised = model.top_k > 0
            || [objective.sparsity, objective.rate, objective.contractive].iter().any(|weight| *weight > 0.0);
        let is_free = !is_dropping && !is_penalised && noise.kind == Corruption::None;
        let can_be_inactive =
            model.code_activation != Activation::Linear || objective.sparsity > 0.0 || model.top_k > 0;
        let skips = model.network == Network::UNet && model.skips;
        let all = [
            (Self::Ablation, is_dropping),
            (Self::Size, is_free && is_dense && model.code <= FEW_UNITS),
            (Self::Atoms, has_many && !skips),
            (Self::Activity, has_many),
            (Self::Units, has_many && can_be_inactive),
            (Self::Ablation, is_countable && is_dense && !is_dropping),
        ];
        all.into_iter().filter_map(|(topic, is_offered)| is_offered.then_some(topic)).collect()
    }

    /// Makes the card; `None` where there is nothing to show yet.
    pub fn card(self, inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
        match self {
            Self::Noise => noise::rows(inputs).map(Some),
            Self::Filters => filters::of_layer(inputs),
            Self::Connections => filters::of_pruned(inputs),
            Self::RbmSamples => rbm_samples::samples(inputs),
            Self::Depths => depths::rows(inputs),
            Self::Steps => steps::bars(inputs),
            Self::Skips => skips::rows(inputs),
            Self::Maps => maps::rows(inputs),
            Self::Written => rows::written(inputs).map(Some),
            Self::Completed => rows::completed(inputs).map(Some),
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
            Self::Atoms => atoms::images(inputs),
            Self::Activity => activity::histogram(inputs),
            Self::Units => activity::units(inputs),
            Self::Sensitivity => sensitivity::images(inputs),
        }
    }
}
