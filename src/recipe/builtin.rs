//! The built-in recipes, one file each in `assets/recipes`.

use super::error::RecipeError;
use super::family::Family;
use super::schema::Recipe;

macro_rules! recipes {
    ($($name:literal: $title:literal),+ $(,)?) => {
        /// What a built-in recipe is called in the window.
        pub fn title(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some($title),)+
                _ => None,
            }
        }

        /// Names of the built-in recipes, simplest first.
        pub const NAMES: &[&str] = &[$($name),+];

        /// The text of a built-in recipe.
        pub fn text(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../assets/recipes/", $name, ".toml"))),)+
                _ => trouble(name),
            }
        }
    };
}

recipes![
    "ae-simple": "Smallest autoencoder",
    "ae-2d": "Autoencoder with a map",
    "ae-32": "Autoencoder, code of 32",
    "ae-linear": "Linear autoencoder",
    "ae-overcomplete": "Code larger than the image",
    "article-linear": "Linear autoencoder (article)",
    "article-costs-tanh": "Tanh output (article)",
    "ae-sparse": "Sparse: penalty on activity",
    "ae-top-k": "Sparse: the k largest units",
    "ae-rate": "Sparse: target rate",
    "ae-dropout": "Dropout in the code",
    "ae-dropconnect": "Dropped connections",
    "ae-pruned": "Pruned network",
    "ae-denoise": "Denoising: Gaussian noise",
    "ae-mask": "Denoising: missing pixels",
    "ae-contractive": "Contractive, tied weights",
    "ae-contractive-untied": "Contractive, untied weights",
    "ae-contractive-deep": "Contractive, two layers",
    "deep-rbm": "Deep, pretrained by RBMs",
    "deep-scratch": "Deep, from scratch",
    "deep-relu": "Deep, ReLU and He weights",
    "conv-16": "Convolutional autoencoder",
    "conv-vae": "Convolutional VAE with a map",
    "unet-denoise": "U-Net that removes noise",
    "unet-copy": "U-Net that copies",
    "unet-no-skips": "U-Net without skips",
    "gru-rows": "GRU that writes rows",
    "lstm-vae": "LSTM VAE with a map",
    "vae-2d": "VAE with a map",
    "vae-20": "VAE of most tutorials",
    "vae-32": "Deeper VAE, code of 32",
    "beta-vae": "β-VAE on shapes",
    "vae-free-bits": "VAE with free nats",
    "vae-warm-up": "VAE with warm-up",
    "article-vae": "VAE (article)",
    "vae-dictionary": "Sparse coding of codes",
    "vae-dictionary-fine": "Sparse coding, small λ",
    "article-sparse-codes": "Sparse codes (article)",
    "bug-range": "The error that stays",
    "bug-mean": "The same blur for all",
    "article-costs": "Half of the range (article)",
];

macro_rules! troubles {
    ($($name:literal),+ $(,)?) => {
        /// What the doctor can be shown, each with a recipe `trouble-NAME` that provokes it and a recipe `cured-NAME`.
        pub const TROUBLES: &[&str] = &[$($name),+];

        fn trouble(name: &str) -> Option<&'static str> {
            match name {
                $(concat!("trouble-", $name) => {
                    Some(include_str!(concat!("../../assets/recipes/trouble/", $name, ".toml")))
                }
                concat!("cured-", $name) => {
                    Some(include_str!(concat!("../../assets/recipes/trouble/", $name, "-cured.toml")))
                })+
                _ => None,
            }
        }
    };
}

troubles![
    "blurry",
    "collapse",
    "collapse-onset",
    "dead-units",
    "empty-code",
    "exploding",
    "holes",
    "identity",
    "loss-mismatch",
    "overfitting",
    "rate-too-high",
    "rate-too-low",
    "saturated",
    "small-data",
    "underfitting",
    "vanishing",
];

/// The built-in recipes grouped by family, in the order of the families. Families without a recipe are left out.
pub fn by_family() -> Result<Vec<(Family, Vec<Recipe>)>, RecipeError> {
    let all = NAMES.iter().map(|name| Recipe::open(name)).collect::<Result<Vec<Recipe>, RecipeError>>()?;
    let of = |family: Family| -> Vec<Recipe> {
        all.iter().filter(|recipe| Family::of(recipe) == family).cloned().collect()
    };
    let groups = Family::ALL.into_iter().map(|family| (family, of(family)));
    Ok(groups.filter(|(_, recipes)| !recipes.is_empty()).collect())
}
