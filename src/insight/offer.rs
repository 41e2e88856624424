//! Which insight cards a recipe has.

use super::beside_pca;
use super::topic::Topic;
use crate::recipe::{Activation, Corruption, Network, Pruning, Recipe};

/// From this size on, the units of a plain code are counted.
const MANY_UNITS: usize = 16;
/// Up to this size, a code is tried without some of its units each time the card is made.
const MOST_REMOVED: usize = 512;
/// Up to this size, a code is small compared with an image.
const FEW_UNITS: usize = 100;
/// From this many hidden layers on, a network counts as deep.
const DEEP: usize = 3;

impl Topic {
    /// All cards of a recipe: those of its family, the most telling first, and those that every network has.
    pub fn offered(recipe: &Recipe) -> Vec<Self> {
        let mut topics = Self::of(recipe);
        topics.extend([Self::Explained, Self::Rebuilt, Self::MapBesidePca, Self::Components]);
        topics.extend(beside_pca::is_linear(recipe).then_some(Self::Angles));
        topics.extend(recipe.is_variational().then_some(Self::Collapse));
        topics.extend([Self::Classes, Self::Confusions, Self::Mistakes, Self::Groups, Self::FewLabels]);
        topics.extend((!recipe.has_skips()).then_some(Self::Augmentation));
        topics.extend([Self::Anomalies, Self::AnomalyScores, Self::Compression, Self::CompressedImages]);
        topics.push(Self::Denoising);
        topics.push(Self::Drivers);
        topics.extend((recipe.model.network == Network::Dense).then_some(Self::Weights));
        topics.extend([Self::Gradients, Self::Occlusion]);
        // That of a contractive network is among the cards of its family.
        let is_contractive = recipe.objective.contractive > 0.0;
        topics.extend((recipe.model.network == Network::Dense && !is_contractive).then_some(Self::Jacobian));
        topics.extend((recipe.model.code > 1).then_some(Self::CodeCorrelations));
        topics.extend(
            recipe.is_variational().then_some([Self::CodeSpread, Self::CodeQuantiles]).into_iter().flatten(),
        );
        topics.extend([Self::Factors, Self::Disentanglement]);
        topics.push(Self::Health);
        if recipe.is_variational() {
            topics.extend([Self::Likelihood, Self::ElboSplit]);
        }
        topics
    }

    /// The cards of a recipe's family, the most telling first.
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
        add(recipe.has_skips(), &[Self::Skips]);
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
        let skips = recipe.has_skips();
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
}
