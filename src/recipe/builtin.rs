//! The built-in recipes, one file each in `assets/recipes`.

use super::error::RecipeError;
use super::family::Family;
use super::schema::Recipe;

macro_rules! recipes {
    ($($name:literal),+ $(,)?) => {
        /// Names of the built-in recipes, simplest first.
        pub const NAMES: &[&str] = &[$($name),+];

        /// The text of a built-in recipe.
        pub fn text(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../assets/recipes/", $name, ".toml"))),)+
                _ => None,
            }
        }
    };
}

recipes![
    "ae-simple",
    "ae-2d",
    "ae-32",
    "ae-overcomplete",
    "article-linear",
    "article-costs-tanh",
    "ae-sparse",
    "ae-top-k",
    "ae-rate",
    "ae-dropout",
    "ae-dropconnect",
    "ae-pruned",
    "ae-denoise",
    "ae-mask",
    "ae-contractive",
    "ae-contractive-untied",
    "ae-contractive-deep",
    "deep-rbm",
    "deep-scratch",
    "deep-relu",
    "conv-16",
    "conv-vae",
    "unet-denoise",
    "unet-copy",
    "unet-no-skips",
    "gru-rows",
    "lstm-vae",
    "vae-2d",
    "vae-20",
    "vae-32",
    "beta-vae",
    "vae-free-bits",
    "vae-warm-up",
    "article-vae",
    "vae-dictionary",
    "vae-dictionary-fine",
    "article-sparse-codes",
    "bug-range",
    "bug-mean",
    "article-costs",
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
