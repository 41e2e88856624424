//! What the window remembers until the next time: light or dark, the layouts, the recipe with its live values, the last
//! folder. A first launch finds nothing and begins with the recipe that shows the most.

use std::path::PathBuf;

use eframe::Storage;
use serde::{Deserialize, Serialize};

use super::images::ImageLook;
use super::layout::Layout;
use super::theme::ColorScheme;
use crate::recipe::Recipe;

/// Where it is kept in eframe's storage.
const KEY: &str = "hourglass";
/// The recipe of a first launch: its latent space is a map.
const FIRST_RECIPE: &str = "vae-2d";

/// What is remembered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// Light or dark.
    #[serde(rename = "look")]
    pub scheme: ColorScheme,
    /// Few controls and large type, or everything.
    pub simple: bool,
    /// How images look.
    pub images: ImageLook,
    /// The last recipe as TOML, with the live values it had.
    pub recipe: Option<String>,
    /// Where the panels stood.
    pub layout: Layout,
    /// The folder of the last file.
    pub folder: Option<PathBuf>,
    /// Exported pictures were so many times their size on paper; 0 is the usual size.
    pub export_scale: u32,
}

impl Saved {
    /// What was left, or the first day.
    pub fn load(storage: Option<&dyn Storage>) -> Self {
        storage.and_then(|storage| eframe::get_value(storage, KEY)).unwrap_or_default()
    }

    /// Keeps it.
    pub fn store(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEY, self);
    }

    /// The recipe to begin with. One that can no longer be read, or whose images are gone, is passed over.
    pub fn recipe(&self) -> Recipe {
        let last =
            self.recipe.as_deref().and_then(|text| Recipe::from_toml(text).ok()).filter(images_are_there);
        last.or_else(|| Recipe::open(FIRST_RECIPE).ok()).unwrap_or_default()
    }
}

/// Built-in sets always are; a path may have gone since the last time.
fn images_are_there(recipe: &Recipe) -> bool {
    matches!(recipe.data.set.as_str(), "digits" | "shapes") || std::path::Path::new(&recipe.data.set).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_launch_begins_with_the_map() {
        assert_eq!(Saved::default().recipe().name, FIRST_RECIPE);
    }

    #[test]
    fn the_last_recipe_comes_back_with_its_live_values() {
        let mut recipe = Recipe::open("vae-20").expect("built in");
        recipe.objective.beta = 4.0;
        let saved = Saved { recipe: Some(recipe.to_toml()), ..Saved::default() };
        assert_eq!(saved.recipe(), recipe);
    }

    #[test]
    fn images_that_are_gone_are_passed_over() {
        let mut recipe = Recipe::open("vae-20").expect("built in");
        recipe.data.set = "/nowhere/at/all".to_owned();
        let saved = Saved { recipe: Some(recipe.to_toml()), ..Saved::default() };
        assert_eq!(saved.recipe().name, FIRST_RECIPE);
    }
}
