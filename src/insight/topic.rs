//! What an insight card can be about, and the question that it helps to answer.

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
    /// How much of the variance of the pixels principal components explain.
    Explained,
    /// Reconstructions beside those of principal components.
    Rebuilt,
    /// Where images lie on the map of codes, and on that of principal components.
    MapBesidePca,
    /// Principal components beside what the numbers of the code add.
    Components,
    /// The angles between a linear decoder and principal components.
    Angles,
    /// Which dimensions of a Gaussian code the data allow to stay.
    Collapse,
    /// How well classes can be told from codes, beside pixels and principal components.
    Classes,
    /// Which classes are taken for which.
    Confusions,
    /// Images whose class is told wrong.
    Mistakes,
    /// Groups of codes that are found without their classes.
    Groups,
    /// How well classes are told with few labels.
    FewLabels,
    /// Whether images that the network makes help a classifier with few labels.
    Augmentation,
    /// How well unfamiliar images are told from familiar ones.
    Anomalies,
    /// Familiar and unfamiliar images on either side of a threshold.
    AnomalyScores,
    /// How many bytes an image takes at which quality, as a code and as a file.
    Compression,
    /// Images as they come back from few bytes.
    CompressedImages,
    /// How much of noise the network removes, by the amount of noise.
    Denoising,
    /// The images that drive each number of the code most and least.
    Drivers,
    /// The weights of the first layer as images.
    Weights,
    /// What each pixel contributes to a number of the code.
    Gradients,
    /// How far the code moves when a part of the image is covered.
    Occlusion,
    /// The singular values of the Jacobian of an encoder without a contractive penalty.
    Jacobian,
    /// The correlation of every two numbers of the code.
    CodeCorrelations,
    /// The histograms of codes beside the prior.
    CodeSpread,
    /// Quantiles of the code against those of the prior.
    CodeQuantiles,
    /// Which number of the code follows which known factor.
    Factors,
    /// How well numbers of the code and known factors agree.
    Disentanglement,
    /// What the doctor says, and how far each layer moves.
    Health,
    /// The likelihood of held-out images, with importance samples.
    Likelihood,
    /// The parts of the ELBO of a VAE.
    ElboSplit,
}

/// A question that cards answer, as a student would ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// What this kind of network does.
    Family,
    /// What principal components do in its place.
    Pca,
    /// How many numbers a code needs.
    Size,
    /// What can be done with a code.
    Use,
    /// What units stand for and what moves them.
    Inside,
    /// Whether training goes as it should.
    Health,
    /// Whether what is measured can be trusted.
    Truth,
}

impl Question {
    /// The question.
    pub fn words(self) -> &'static str {
        match self {
            Self::Family => "What does this family show?",
            Self::Pca => "How does it compare with PCA?",
            Self::Size => "How large should the code be?",
            Self::Use => "What is the code good for?",
            Self::Inside => "What is inside?",
            Self::Health => "Is it healthy?",
            Self::Truth => "Is the estimate true?",
        }
    }
}

/// Every topic, its name on the command line, and its title.
const ALL: [(Topic, &str, &str); 54] = [
    (Topic::Noise, "noise", "Noise in, clean out"),
    (Topic::Filters, "filters", "Filters forming"),
    (Topic::Connections, "connections", "Connections that are left"),
    (Topic::RbmSamples, "rbm-samples", "Samples of the machine"),
    (Topic::Depths, "depths", "Reconstructions by depth"),
    (Topic::Steps, "steps", "Step of each layer"),
    (Topic::Skips, "skips", "With and without skips"),
    (Topic::Maps, "maps", "Feature maps"),
    (Topic::Written, "written", "Written row by row"),
    (Topic::Completed, "completed", "Completed from the first rows"),
    (Topic::Contraction, "contraction", "Sensitivity of the code"),
    (Topic::Directions, "directions", "Directions the code responds to"),
    (Topic::DictionaryParts, "dictionary-parts", "Images from few atoms"),
    (Topic::DictionaryAtoms, "dictionary-atoms", "Atoms, decoded"),
    (Topic::DictionaryErrors, "dictionary-errors", "Error against number of atoms"),
    (Topic::DictionaryPixels, "dictionary-pixels", "Atoms of raw pixels"),
    (Topic::Dimensions, "dimensions", "Dimensions in use"),
    (Topic::Prior, "prior", "Samples from the prior"),
    (Topic::Ablation, "ablation", "What if units are removed"),
    (Topic::Size, "size", "What a number is worth"),
    (Topic::Atoms, "atoms", "What each unit adds"),
    (Topic::Activity, "activity", "How strong activations are"),
    (Topic::Units, "units", "Which units are active"),
    (Topic::Sensitivity, "sensitivity", "Which pixels a code number moves"),
    (Topic::Explained, "explained", "Explained variance"),
    (Topic::Rebuilt, "rebuilt", "Reconstructions beside PCA"),
    (Topic::MapBesidePca, "map-beside-pca", "Map beside PCA"),
    (Topic::Components, "components", "Principal components"),
    (Topic::Angles, "angles", "Angles to PCA"),
    (Topic::Collapse, "collapse", "Which dimensions can stay"),
    (Topic::Classes, "classes", "Classifying from the code"),
    (Topic::Confusions, "confusions", "Confusion matrix"),
    (Topic::Mistakes, "mistakes", "The worst mistakes"),
    (Topic::Groups, "groups", "Groups without labels"),
    (Topic::FewLabels, "few-labels", "With few labels"),
    (Topic::Augmentation, "augmentation", "Made images as training images"),
    (Topic::Anomalies, "anomalies", "Finding unfamiliar images"),
    (Topic::AnomalyScores, "anomaly-scores", "Unfamiliar images by threshold"),
    (Topic::Compression, "compression", "Bytes against quality"),
    (Topic::CompressedImages, "compressed-images", "Images in few bytes"),
    (Topic::Denoising, "denoising", "Removing noise"),
    (Topic::Drivers, "drivers", "What drives each number"),
    (Topic::Weights, "weights", "Weights as images"),
    (Topic::Gradients, "gradients", "Pixels that move the code"),
    (Topic::Occlusion, "occlusion", "Where the network looks"),
    (Topic::Jacobian, "jacobian", "Singular values of the encoder"),
    (Topic::CodeCorrelations, "code-correlations", "Correlations of the code"),
    (Topic::CodeSpread, "code-spread", "Codes and the prior"),
    (Topic::CodeQuantiles, "code-quantiles", "Quantiles of the code"),
    (Topic::Factors, "factors", "The code and known factors"),
    (Topic::Disentanglement, "disentanglement", "One number for one factor"),
    (Topic::Health, "health", "What the doctor says"),
    (Topic::Likelihood, "likelihood", "Importance-weighted likelihood"),
    (Topic::ElboSplit, "elbo-split", "The parts of the ELBO"),
];

impl Topic {
    /// Every topic.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.into_iter().map(|(topic, ..)| topic)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// A few words for it, the title of its card.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // The rows are in the order of the topics.
        &ALL[self as usize]
    }

    /// Whether its card is made from principal components.
    pub fn needs_components(self) -> bool {
        matches!(
            self,
            Self::Size | Self::Compression | Self::CompressedImages | Self::Denoising | Self::Disentanglement
        ) || matches!(self.question(), Question::Pca | Question::Size)
    }

    /// Whether its card compares the network with another run.
    pub fn compares_runs(self) -> bool {
        self == Self::Denoising
    }

    /// The question that it helps to answer.
    pub fn question(self) -> Question {
        match self {
            Self::Explained | Self::Rebuilt | Self::MapBesidePca | Self::Components | Self::Angles => {
                Question::Pca
            }
            Self::Collapse => Question::Size,
            Self::Classes
            | Self::Confusions
            | Self::Mistakes
            | Self::Groups
            | Self::FewLabels
            | Self::Augmentation
            | Self::Anomalies
            | Self::AnomalyScores
            | Self::Compression
            | Self::CompressedImages
            | Self::Denoising => Question::Use,
            Self::Drivers
            | Self::Weights
            | Self::Gradients
            | Self::Occlusion
            | Self::Jacobian
            | Self::CodeCorrelations
            | Self::CodeSpread
            | Self::CodeQuantiles
            | Self::Factors
            | Self::Disentanglement => Question::Inside,
            Self::Health => Question::Health,
            Self::Likelihood | Self::ElboSplit => Question::Truth,
            _ => Question::Family,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_row_of_its_own() {
        for (place, (topic, name, title)) in ALL.iter().enumerate() {
            assert_eq!(*topic as usize, place, "{name}");
            assert_eq!((topic.name(), topic.title()), (*name, *title));
            assert!(ALL[..place].iter().all(|(_, other, _)| other != name), "two are called {name}");
        }
    }
}
