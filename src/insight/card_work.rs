//! How each insight card is made from the network as it is now.

use super::anomaly::AnomalyWork;
use super::card_inputs::CardInputs;
use super::classes::ClassesWork;
use super::compression::CompressionWork;
use super::likelihood::LikelihoodWork;
use super::topic::{Question, Topic};
use super::{
    ablation, activity, atoms, beside_pca, collapse, contraction, depths, dictionary, dimensions, filters,
    maps, noise, prior, rbm_samples, rows, sensitivity, size, skips, steps,
};
use crate::chart::cards::Card;
use crate::recipe::Family;
use crate::train::Stage;
use crate::train::evaluate::CHUNK;
use crate::train::read::ReadError;

/// A card under way.
#[derive(Debug)]
pub enum CardWork {
    /// One that takes one slice.
    AtOnce(Topic),
    /// One about the classes of images.
    Classes(Box<ClassesWork>),
    /// The likelihood of images.
    Likelihood(Box<LikelihoodWork>),
    /// One about unfamiliar images.
    Anomaly(Box<AnomalyWork>),
    /// Images in few bytes.
    Compression(Box<CompressionWork>),
}

impl CardWork {
    /// Begins a card of the network as it is now.
    pub fn new(topic: Topic, inputs: &CardInputs<'_>) -> Self {
        match topic {
            Topic::Classes | Topic::Confusions | Topic::Mistakes | Topic::Groups | Topic::FewLabels => {
                Self::Classes(Box::new(ClassesWork::new(topic, inputs)))
            }
            Topic::Anomalies | Topic::AnomalyScores => {
                Self::Anomaly(Box::new(AnomalyWork::new(topic, inputs)))
            }
            Topic::Compression | Topic::CompressedImages => {
                Self::Compression(Box::new(CompressionWork::new(topic, inputs)))
            }
            Topic::Likelihood => Self::Likelihood(Box::new(LikelihoodWork::new(inputs))),
            _ => Self::AtOnce(topic),
        }
    }

    /// Does the next slice, of about so many images. The card once it is made, which is `None` where there is nothing to
    /// show.
    pub fn advance(
        &mut self,
        inputs: &CardInputs<'_>,
        many: usize,
    ) -> Result<Option<Option<Card>>, ReadError> {
        match self {
            Self::AtOnce(topic) => topic.card_at_once(inputs).map(Some),
            Self::Likelihood(work) => work.advance(inputs, many),
            Self::Anomaly(work) => work.advance(inputs, many),
            Self::Compression(work) => work.advance(inputs, many),
            Self::Classes(work) => work.advance(inputs, many),
        }
    }
}

impl Topic {
    /// Why a recipe's card has nothing to show.
    pub fn absence(self, inputs: &CardInputs<'_>) -> String {
        let CardInputs { recipe, dataset, .. } = inputs;
        let split = &dataset.split;
        let classes = dataset.class_names.len();
        let is_about_classes = matches!(
            self,
            Self::Classes | Self::Confusions | Self::Mistakes | Self::Groups | Self::FewLabels
        );
        let is_of_anomalies = matches!(self, Self::Anomalies | Self::AnomalyScores);
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
            () if self.needs_components() && inputs.pca.is_none() => {
                "The principal components of the images are not known yet.".to_owned()
            }
            () => format!("{} There is nothing to show yet.", Family::of(recipe).sentence()),
        }
    }

    /// Makes the card, however long it takes; `None` where there is nothing to show.
    pub fn card(self, inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
        let mut work = CardWork::new(self, inputs);
        loop {
            if let Some(card) = work.advance(inputs, CHUNK)? {
                return Ok(card);
            }
        }
    }

    /// Makes a card that takes one slice.
    fn card_at_once(self, inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
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
            Self::Explained => Ok(beside_pca::explained(inputs)),
            Self::Rebuilt => beside_pca::rebuilt(inputs),
            Self::Components => beside_pca::components(inputs),
            Self::Angles => beside_pca::angles(inputs),
            Self::Collapse => collapse::bars(inputs),
            Self::Classes
            | Self::Confusions
            | Self::Mistakes
            | Self::Groups
            | Self::FewLabels
            | Self::Anomalies
            | Self::AnomalyScores
            | Self::Compression
            | Self::CompressedImages
            | Self::Likelihood => Ok(None),
        }
    }
}
