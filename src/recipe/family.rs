//! The families of autoencoders: to which one a recipe belongs, what makes it one, and in which order they are told.
//!
//! A model is a composition, and a family is a name for a kind of it. Where several names fit, the one that changes
//! most of what is seen is taken: a mistake before a procedure, a procedure before a network, a network before a
//! penalty.

use super::words::Scale;
use super::{Activation, Corruption, Network, PixelRange, Recipe};

/// A family of autoencoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// A code of some size and nothing else.
    Plain,
    /// A plain code that may say little.
    Sparse,
    /// Corrupted in, clean out.
    Denoising,
    /// A code that hardly moves when pixels do.
    Contractive,
    /// Many layers, with or without pretraining.
    Deep,
    /// Filters that slide over the image.
    Convolutional,
    /// Convolutions with a way past the code.
    UNet,
    /// The image row by row.
    Recurrent,
    /// A Gaussian code held close to a prior.
    Variational,
    /// A dictionary on the codes of a trained network.
    SparseCoding,
    /// Something is wrong on purpose.
    Mistakes,
}

/// From so many layers on, a network is what pretraining was invented for, pretrained or not.
const DEEP: usize = 3;

impl Family {
    /// Every family, simplest first.
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::Sparse,
        Self::Denoising,
        Self::Contractive,
        Self::Deep,
        Self::Convolutional,
        Self::UNet,
        Self::Recurrent,
        Self::Variational,
        Self::SparseCoding,
        Self::Mistakes,
    ];

    /// The family of a recipe.
    pub fn of(recipe: &Recipe) -> Self {
        let Recipe { data, model, noise, objective, .. } = recipe;
        let is_mistaken = data.range == PixelRange::Signed || objective.scale == Scale::Mean;
        let is_deep = model.network == Network::Dense
            && !recipe.is_variational()
            && model.activation == Activation::Sigmoid
            && model.widths.len() >= DEEP;
        let is_sparse = objective.sparsity > 0.0 || objective.rate > 0.0;
        let drops = noise.drop_units > 0.0 || noise.drop_connections > 0.0;
        match model.network {
            _ if is_mistaken => Self::Mistakes,
            _ if recipe.has_dictionary() => Self::SparseCoding,
            _ if recipe.is_pretrained() || is_deep => Self::Deep,
            Network::Conv => Self::Convolutional,
            Network::UNet => Self::UNet,
            Network::Recurrent => Self::Recurrent,
            Network::Dense if recipe.is_variational() => Self::Variational,
            Network::Dense if noise.kind != Corruption::None => Self::Denoising,
            Network::Dense if objective.contractive > 0.0 => Self::Contractive,
            Network::Dense if is_sparse || drops => Self::Sparse,
            Network::Dense if model.widths.len() >= DEEP => Self::Deep,
            Network::Dense => Self::Plain,
        }
    }

    /// The word in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "ae",
            Self::Sparse => "sparse",
            Self::Denoising => "denoising",
            Self::Contractive => "contractive",
            Self::Deep => "deep",
            Self::Convolutional => "convolutional",
            Self::UNet => "u-net",
            Self::Recurrent => "recurrent",
            Self::Variational => "vae",
            Self::SparseCoding => "sparse-coding",
            Self::Mistakes => "mistakes",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Plain => "Plain",
            Self::Sparse => "Sparse",
            Self::Denoising => "Denoising",
            Self::Contractive => "Contractive",
            Self::Deep => "Deep",
            Self::Convolutional => "Convolutional",
            Self::UNet => "U-Net",
            Self::Recurrent => "Recurrent",
            Self::Variational => "Variational",
            Self::SparseCoding => "Sparse coding of codes",
            Self::Mistakes => "Find the mistake",
        }
    }

    /// What makes it a family, in one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Plain => {
                "The image must pass through a code of a few numbers; nothing else is asked of it."
            }
            Self::Sparse => "The code has many units, but each image may use only a few of them.",
            Self::Denoising => {
                "It sees a corrupted image and must give back the clean one, so copying does not help."
            }
            Self::Contractive => {
                "The code should hardly move when a pixel does, except where images really differ."
            }
            Self::Deep => {
                "Many layers need a good beginning: each trained alone as an RBM, or first weights of the right size."
            }
            Self::Convolutional => {
                "The same small filters look at every place of the image, with few weights."
            }
            Self::UNet => {
                "Feature maps skip past the code, so details survive and the code has little to do."
            }
            Self::Recurrent => {
                "The image is read row by row, remembered as one code, and written row by row."
            }
            Self::Variational => {
                "Each image is a small cloud of codes, and all clouds together look like one bell curve."
            }
            Self::SparseCoding => {
                "After training, every code is written as a sum of few atoms from a learned dictionary."
            }
            Self::Mistakes => "Something is wrong on purpose: it runs, but the numbers betray it. Find it.",
        }
    }

    /// Whether the map of codes is what this family is about; otherwise its own pictures come first.
    pub fn is_about_the_map(self) -> bool {
        matches!(self, Self::Plain | Self::Variational | Self::Mistakes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(settings: &[&str]) -> Recipe {
        let mut recipe = Recipe::default();
        for setting in settings {
            recipe.set_from_text(setting).unwrap();
        }
        recipe
    }

    #[test]
    fn every_composition_has_the_family_that_says_most() {
        let cases: [(&[&str], Family); 19] = [
            (&[], Family::Plain),
            (&["objective.sparsity=0.3"], Family::Sparse),
            (&["objective.rate=1", "model.code_activation=sigmoid"], Family::Sparse),
            (&["noise.drop_connections=0.5"], Family::Sparse),
            (&["noise.kind=gaussian"], Family::Denoising),
            (&["noise.kind=gaussian", "objective.sparsity=1"], Family::Denoising),
            (&["objective.contractive=0.1"], Family::Contractive),
            (&["pretraining.method=rbm"], Family::Deep),
            (&["model.widths=64-32-16", "model.activation=sigmoid"], Family::Deep),
            (&["model.widths=64-32-16"], Family::Deep),
            (&["model.widths=64-32-16", "noise.kind=masking"], Family::Denoising),
            (&["model.network=conv"], Family::Convolutional),
            (&["model.network=u-net", "noise.kind=gaussian"], Family::UNet),
            (&["model.network=recurrent"], Family::Recurrent),
            (&["model.code_kind=gaussian"], Family::Variational),
            (&["model.code_kind=gaussian", "dictionary.atoms=64"], Family::SparseCoding),
            (&["data.range=signed"], Family::Mistakes),
            (&["objective.scale=mean", "model.code_kind=gaussian"], Family::Mistakes),
            (&["model.network=conv", "model.code_kind=gaussian"], Family::Convolutional),
        ];
        for (settings, want) in cases {
            assert_eq!(Family::of(&with(settings)), want, "{settings:?}");
        }
    }

    #[test]
    fn every_family_has_a_word_of_its_own_and_one_sentence() {
        let mut words: Vec<&str> = Family::ALL.iter().map(|family| family.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Family::ALL.len());
        for family in Family::ALL {
            let sentence = family.sentence();
            assert!(sentence.ends_with('.') && sentence.len() < 110, "{family:?}: {sentence}");
        }
    }
}
