//! Stores the document between two launches. A first launch finds nothing and begins with the recipe that shows the most.
//!
//! The window and the recipe of the shown run are restored; the rest of the document is stored for session files.

use eframe::Storage;
use serde::Deserialize;

use super::layout::Layout;
use crate::document::{Bench, Document};
use crate::recipe::Recipe;

/// The keys of the window and of the bench in eframe's storage.
const WINDOW: &str = "hourglass";
const BENCH: &str = "bench";
/// The recipe of a first launch: its latent space is a map.
const FIRST_RECIPE: &str = "vae-2d";

/// What earlier versions stored beside the window: the last recipe as TOML, with its live values.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EarlierVersion {
    recipe: Option<String>,
}

/// The document of the last time, or an empty one; and the recipe to begin with.
pub fn load(storage: Option<&dyn Storage>) -> (Document<Layout>, Recipe) {
    let Some(storage) = storage else { return (Document::default(), first_recipe(None)) };
    let window = eframe::get_value(storage, WINDOW).unwrap_or_default();
    let bench: Bench = eframe::get_value(storage, BENCH).unwrap_or_default();
    let earlier: EarlierVersion = eframe::get_value(storage, WINDOW).unwrap_or_default();
    let last = last_recipe(&bench).or_else(|| Recipe::from_toml(&earlier.recipe?).ok());
    (Document { window, bench }, first_recipe(last))
}

/// Stores a document.
pub fn store(document: &Document<Layout>, storage: &mut dyn Storage) {
    eframe::set_value(storage, WINDOW, &document.window);
    eframe::set_value(storage, BENCH, &document.bench);
}

/// The recipe of the run that was shown, with its live values. One that can no longer be read is passed over.
fn last_recipe(bench: &Bench) -> Option<Recipe> {
    bench.shown_run()?.current_recipe().ok()
}

/// The recipe to begin with: the last one, unless its images are gone.
fn first_recipe(last: Option<Recipe>) -> Recipe {
    let last = last.filter(images_are_there);
    last.or_else(|| Recipe::open(FIRST_RECIPE).ok()).unwrap_or_default()
}

/// Built-in sets always are; a path may have gone since the last time.
fn images_are_there(recipe: &Recipe) -> bool {
    recipe.data.built_in().is_some() || std::path::Path::new(&recipe.data.set).exists()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::document::{Run, Window};
    use crate::look::ColorScheme;
    use crate::recipe::{Change, RunId};

    /// A storage in memory.
    #[derive(Default)]
    struct Memory(BTreeMap<String, String>);

    impl Storage for Memory {
        fn get_string(&self, key: &str) -> Option<String> {
            self.0.get(key).cloned()
        }

        fn set_string(&mut self, key: &str, value: String) {
            self.0.insert(key.to_owned(), value);
        }

        fn remove_string(&mut self, key: &str) {
            self.0.remove(key);
        }

        fn flush(&mut self) {}
    }

    #[test]
    fn a_first_launch_begins_with_the_map() {
        assert_eq!(load(None).1.name, FIRST_RECIPE);
        assert_eq!(load(Some(&Memory::default())).1.name, FIRST_RECIPE);
    }

    #[test]
    fn the_window_and_the_last_recipe_come_back_with_its_live_values() {
        let recipe = Recipe::open("vae-20").expect("built in");
        let change = Change { step: 9, key: "objective.beta".to_owned(), value: 4.0 };
        let runs = vec![Run::new(RunId(1), &recipe, &[change])];
        let window = Window { scheme: ColorScheme::Light, simple: true, ..Window::default() };
        let bench = Bench { runs, shown: Some(RunId(1)), ..Bench::default() };
        let mut storage = Memory::default();
        store(&Document { window, bench }, &mut storage);
        let (document, last) = load(Some(&storage));
        assert_eq!((document.window.scheme, document.window.simple), (ColorScheme::Light, true));
        assert_eq!((last.name.as_str(), last.objective.beta), ("vae-20", 4.0));
    }

    #[test]
    fn what_an_earlier_version_stored_can_be_read() {
        let mut recipe = Recipe::open("vae-20").expect("built in");
        recipe.objective.beta = 3.0;
        let text =
            format!("(look: Light, simple: true, recipe: Some({:?}), export_scale: 0)", recipe.to_toml());
        let (document, last) = load(Some(&Memory(BTreeMap::from([(WINDOW.to_owned(), text)]))));
        assert_eq!((document.window.scheme, document.window.export_scale()), (ColorScheme::Light, 2));
        assert_eq!(last, recipe);
    }

    #[test]
    fn images_that_are_gone_are_passed_over() {
        let mut recipe = Recipe::open("vae-20").expect("built in");
        recipe.data.set = "/nowhere/at/all".to_owned();
        assert_eq!(first_recipe(Some(recipe)).name, FIRST_RECIPE);
    }
}
