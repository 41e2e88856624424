//! The families of autoencoders: which one a recipe belongs to, and what characterises it.
//!
//! A model is a composition of network, code, noise and penalties, and a family is a name for a kind of composition.
//! Where several names fit, the first of these counts: a mistake, a training procedure, a network, a penalty.

use super::schema::Recipe;
use super::words::{
    Activation, Corruption, Network, Output, PixelRange, Pruning, Reconstruction, ReconstructionScale,
};

/// A family of autoencoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// A code without further constraints.
    Plain,
    /// A plain code with a sparsity penalty, or a network with dropout or without some of its connections.
    Sparse,
    /// Corrupted images in, clean images out.
    Denoising,
    /// A code with a penalty on its derivative.
    Contractive,
    /// Many layers, with or without pretraining.
    Deep,
    /// Convolutions.
    Convolutional,
    /// Convolutions with skip connections past the code.
    UNet,
    /// The image row by row.
    Recurrent,
    /// A Gaussian code with a KL penalty.
    Variational,
    /// A dictionary of the codes of a trained network.
    SparseCoding,
    /// A deliberate mistake.
    Mistakes,
}

/// A network with this many hidden layers is deep, whether it is pretrained or not.
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
        let Recipe { model, noise, objective, .. } = recipe;
        let is_deep = model.network == Network::Dense
            && !recipe.is_variational()
            && model.activation == Activation::Sigmoid
            && model.widths.len() >= DEEP;
        let is_sparse = objective.sparsity > 0.0 || objective.rate > 0.0 || model.top_k > 0;
        let drops =
            noise.drop_units > 0.0 || noise.drop_connections > 0.0 || recipe.pruning.method != Pruning::None;
        match model.network {
            _ if has_mistake(recipe) => Self::Mistakes,
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

    /// The name shown in the window.
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

    /// What characterises the family, in one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Plain => {
                "Images are encoded in a code and decoded again; the code has no other constraint."
            }
            Self::Sparse => {
                "A constraint on activations or connections: small ones, few of them, some dropped or deleted."
            }
            Self::Denoising => {
                "The input is corrupted and the target is the clean image, so copying the input does not help."
            }
            Self::Contractive => {
                "The code is penalised for changing with the pixels, so it ignores most changes of the image."
            }
            Self::Deep => {
                "Many layers need a good initialisation: pretraining layer by layer, or weights of the right scale."
            }
            Self::Convolutional => {
                "The same small filters are applied at every position of the image, with few weights."
            }
            Self::UNet => {
                "Skip connections carry feature maps past the code, so details survive and the code has little to do."
            }
            Self::Recurrent => "The image is read row by row into one code, and written row by row from it.",
            Self::Variational => {
                "Each image is encoded as a Gaussian, and all of them together are pushed towards one normal distribution."
            }
            Self::SparseCoding => {
                "After training, every code is written as a sum of few atoms from a learned dictionary."
            }
            Self::Mistakes => {
                "The recipe contains a deliberate mistake: it runs, but its results are wrong. Find it."
            }
        }
    }

    /// Whether the map of codes is shown first; otherwise the family's own cards are.
    pub fn is_about_the_map(self) -> bool {
        matches!(self, Self::Plain | Self::Variational | Self::Mistakes)
    }
}

/// Whether a recipe contains one of the mistakes that the built-in recipes demonstrate: pixels from −1 to 1 that a
/// sigmoid output cannot reach, or a mean over pixels beside penalties that are sums.
fn has_mistake(recipe: &Recipe) -> bool {
    let Recipe { data, model, objective, .. } = recipe;
    let is_sigmoid =
        objective.reconstruction == Reconstruction::CrossEntropy || model.output == Output::Sigmoid;
    let has_penalty = recipe.is_variational()
        || [objective.sparsity, objective.rate, objective.contractive].iter().any(|weight| *weight > 0.0);
    (data.range == PixelRange::Signed && is_sigmoid)
        || (objective.scale == ReconstructionScale::Mean && has_penalty)
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
    fn a_recipe_belongs_to_the_first_family_that_fits() {
        let cases: [(&[&str], Family); 23] = [
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
            (&["data.range=signed", "model.output=linear"], Family::Plain),
            (&["data.range=signed", "model.output=tanh"], Family::Plain),
            (&["objective.scale=mean"], Family::Plain),
            (&["objective.scale=mean", "objective.sparsity=0.1"], Family::Mistakes),
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
