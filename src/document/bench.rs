//! The runs of a bench: recipes, live changes, and what is set up in the latent explorer.

use serde::{Deserialize, Serialize};

use super::exploration::Exploration;
use crate::recipe::{Change, Recipe, RecipeError, RunId, Value};

/// One run: what it takes to train it again, live changes included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The number it had while the program was open.
    pub run: RunId,
    /// The recipe it was started with, as a recipe file: files of all versions can be read.
    pub recipe: String,
    /// Live changes, in the order in which they were applied.
    #[serde(default)]
    pub changes: Vec<Change>,
}

impl Run {
    /// A run that was started with this recipe.
    pub fn new(run: RunId, recipe: &Recipe, changes: &[Change]) -> Self {
        Self { run, recipe: recipe.to_toml(), changes: changes.to_vec() }
    }

    /// The recipe with the live values it has now.
    pub fn current_recipe(&self) -> Result<Recipe, RecipeError> {
        let mut recipe = Recipe::from_toml(&self.recipe)?;
        for change in &self.changes {
            recipe.set(&change.key, &Value::Number(change.value))?;
        }
        Ok(recipe)
    }
}

/// The runs that train in lock step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bench {
    /// The runs.
    pub runs: Vec<Run>,
    /// Which run is shown.
    pub shown: Option<RunId>,
    /// What is set up in the latent explorer.
    pub exploration: Exploration,
}

impl Bench {
    /// The run that is shown: the chosen one, or the first.
    pub fn shown_run(&self) -> Option<&Run> {
        self.runs.iter().find(|run| Some(run.run) == self.shown).or(self.runs.first())
    }
}
