//! From recipes to a bench: images drawn or read in a thread of their own, then one learner per recipe.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use super::background::spawn;
use crate::data::{Dataset, load};
use crate::recipe::{DataRecipe, Recipe};

/// Most runs on a bench.
pub const MOST_RUNS: usize = 4;
/// Images on their way.
#[derive(Debug)]
pub(super) struct Loading {
    pub(super) recipes: Vec<Recipe>,
    pub(super) playing: bool,
    images: Receiver<Result<Arc<Dataset>, String>>,
}

/// Whether recipes can share a bench; a sentence says why not.
pub(super) fn check(recipes: &[Recipe]) -> Result<(), String> {
    let Some(first) = recipes.first() else {
        return Err("There is no recipe to open".to_owned());
    };
    if recipes.len() > MOST_RUNS {
        return Err(format!("At most {MOST_RUNS} runs train side by side; {} were given", recipes.len()));
    }
    for recipe in recipes {
        recipe.validate().map_err(|error| error.to_string())?;
        let shares = recipe.data.has_same_images(&first.data)
            && recipe.seed == first.seed
            && recipe.training.has_same_batches(&first.training);
        if !shares {
            return Err(format!(
                "{} cannot run beside {}: runs side by side share images, seed and batch size",
                recipe.name, first.name
            ));
        }
    }
    Ok(())
}

impl Loading {
    /// Begins to draw or read the images of these recipes; images already at hand are used again.
    pub(super) fn begin(
        recipes: Vec<Recipe>,
        playing: bool,
        at_hand: Option<Arc<Dataset>>,
    ) -> Result<Self, String> {
        check(&recipes)?;
        let data = recipes[0].data.clone();
        let (sender, images) = sync_channel(1);
        let work = move || {
            let loaded = match at_hand {
                Some(dataset) => Ok(dataset),
                None => open_data(&data),
            };
            // Nobody waits any more where another bench was opened meanwhile.
            sender.send(loaded).ok();
        };
        spawn("images", work)?;
        Ok(Self { recipes, playing, images })
    }

    /// The images, once they are there.
    pub(super) fn poll(&self) -> Option<Result<Arc<Dataset>, String>> {
        match self.images.try_recv() {
            Ok(loaded) => Some(loaded),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("The images could not be drawn or read".to_owned())),
        }
    }

    /// What is being waited for, in words.
    pub(super) fn sentence(&self) -> String {
        let data = &self.recipes[0].data;
        match data.built_in() {
            Some(set) => format!("Drawing {} {}…", data.count, set.label()),
            None => format!("Reading {}…", data.set),
        }
    }
}

/// Draws or reads the images of a recipe.
pub(super) fn open_data(data: &DataRecipe) -> Result<Arc<Dataset>, String> {
    load(&data.into()).map(Arc::new).map_err(|error| error.to_string())
}
