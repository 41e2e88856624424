//! How each insight card is made from the network as it is now.

use super::anomaly::AnomalyWork;
use super::attribution::GradientsWork;
use super::augmentation::AugmentationWork;
use super::card_inputs::CardInputs;
use super::card_work::{AtOnce, CardWork};
use super::classes::ClassesWork;
use super::compression::CompressionWork;
use super::denoising::DenoisingWork;
use super::elbo_split::ElboSplitWork;
use super::factors::FactorsWork;
use super::likelihood::LikelihoodWork;
use super::map_beside_pca::MapsWork;
use super::topic::{Question, Topic};
use super::{
    ablation, activity, atoms, attribution, beside_pca, code_statistics, collapse, contraction, depths,
    dictionary, dimensions, drivers, filters, health, maps, noise, prior, rbm_samples, rows, sensitivity,
    size, skips, steps, weights,
};
use crate::chart::cards::Card;
use crate::recipe::Family;
use crate::train::Stage;
use crate::train::evaluate::CHUNK;
use crate::train::read::ReadError;

impl Topic {
    /// Why a recipe's card has nothing to show.
    pub fn absence(self, inputs: &CardInputs<'_>) -> String {
        let CardInputs { recipe, dataset, .. } = inputs;
        let split = &dataset.split;
        let classes = dataset.class_names.len();
        let is_about_classes = matches!(
            self,
            Self::Classes
                | Self::Confusions
                | Self::Mistakes
                | Self::Groups
                | Self::FewLabels
                | Self::Augmentation
        );
        let is_of_anomalies = matches!(self, Self::Anomalies | Self::AnomalyScores);
        let is_of_factors = matches!(self, Self::Factors | Self::Disentanglement);
        match () {
            () if matches!(inputs.learner.stage(), Stage::Layer(_)) && self.question() != Question::Family => {
                "The layers are still pretrained one by one, so there is no code yet.".to_owned()
            }
            () if is_about_classes && classes == 0 => {
                "These images have no labels, so there are no classes to tell from the code.".to_owned()
            }
            () if is_about_classes && dataset.kept_classes() < 2 => {
                "All training images are of one class, so there is nothing to tell apart.".to_owned()
            }
            () if is_of_anomalies && split.left_out.validation.is_empty() && split.left_out.test.is_empty() => {
                "Leave a class out of training with data.classes, such as \"all but 8\", or bring other images with \
                 data.foreign: then this card shows how well the network notices them."
                    .to_owned()
            }
            () if is_of_factors && dataset.factors.is_empty() => {
                "Nothing is known about these images but their pixels and classes; the built-in digits and shapes come with \
                 the factors that they were drawn from."
                    .to_owned()
            }
            () if self.needs_components() && inputs.pca.is_none() => {
                "The principal components of the images are not known yet.".to_owned()
            }
            () => format!("{} There is nothing to show yet.", Family::of(recipe).sentence()),
        }
    }

    /// Begins the card of the network as it is now.
    pub fn begin(self, inputs: &CardInputs<'_>) -> Box<dyn CardWork> {
        let at_once: fn(&CardInputs<'_>) -> Result<Option<Card>, ReadError> = match self {
            Self::Noise => |inputs| noise::rows(inputs).map(Some),
            Self::Filters => filters::of_layer,
            Self::Connections => filters::of_pruned,
            Self::RbmSamples => rbm_samples::samples,
            Self::Depths => depths::rows,
            Self::Steps => steps::bars,
            Self::Skips => skips::rows,
            Self::Maps => maps::rows,
            Self::Written => |inputs| rows::written(inputs).map(Some),
            Self::Completed => |inputs| rows::completed(inputs).map(Some),
            Self::Contraction | Self::Jacobian => contraction::spectrum,
            Self::Directions => contraction::directions,
            Self::DictionaryParts => dictionary::parts,
            Self::DictionaryAtoms => dictionary::atoms,
            Self::DictionaryErrors => dictionary::errors,
            Self::DictionaryPixels => |inputs| Ok(dictionary::pixel_atoms(inputs)),
            Self::Dimensions => |inputs| dimensions::bars(inputs).map(Some),
            Self::Prior => |inputs| prior::samples(inputs).map(Some),
            Self::Ablation => ablation::line,
            Self::Size => size::line,
            Self::Atoms => atoms::images,
            Self::Activity => activity::histogram,
            Self::Units => activity::units,
            Self::Sensitivity => sensitivity::images,
            Self::Explained => |inputs| Ok(beside_pca::explained(inputs)),
            Self::Rebuilt => beside_pca::rebuilt,
            Self::Components => beside_pca::components,
            Self::Angles => beside_pca::angles,
            Self::Collapse => collapse::bars,
            Self::Drivers => drivers::rows,
            Self::Weights => weights::images,
            Self::Health => health::card,
            Self::Occlusion => attribution::occlusion,
            Self::CodeCorrelations => code_statistics::correlations,
            Self::CodeSpread => code_statistics::spread,
            Self::CodeQuantiles => code_statistics::quantiles,
            Self::Classes | Self::Confusions | Self::Mistakes | Self::Groups | Self::FewLabels => {
                return Box::new(ClassesWork::new(self, inputs));
            }
            Self::Anomalies | Self::AnomalyScores => return Box::new(AnomalyWork::new(self, inputs)),
            Self::Compression | Self::CompressedImages => {
                return Box::new(CompressionWork::new(self, inputs));
            }
            Self::Augmentation => return Box::new(AugmentationWork::new(inputs)),
            Self::Denoising => return Box::new(DenoisingWork::new(inputs)),
            Self::Factors | Self::Disentanglement => return Box::new(FactorsWork::new(self, inputs)),
            Self::Gradients => return Box::new(GradientsWork::new(inputs)),
            Self::MapBesidePca => return Box::new(MapsWork::new(inputs)),
            Self::Likelihood => return Box::new(LikelihoodWork::new(inputs)),
            Self::ElboSplit => return Box::new(ElboSplitWork::new(inputs)),
        };
        Box::new(AtOnce(at_once))
    }

    /// Makes the card, however long it takes; `None` where there is nothing to show.
    pub fn card(self, inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
        let mut work = self.begin(inputs);
        loop {
            if let Some(card) = work.advance(inputs, CHUNK)? {
                return Ok(card);
            }
        }
    }
}
