//! Defaults, single settings, and the validation of a whole recipe, all read off the declarations in [`super::table`].

use super::error::RecipeError;
use super::parameter::Value;
use super::schema::{
    Change, DataRecipe, DictionaryRecipe, ModelRecipe, NoiseRecipe, ObjectiveRecipe, PretrainingRecipe,
    PruningRecipe, Recipe, TrainingRecipe,
};
use super::{check, table};

impl Default for Recipe {
    /// The declared default of every parameter.
    fn default() -> Self {
        let mut recipe = Self {
            name: "untitled".to_owned(),
            about: String::new(),
            seed: 0,
            data: DataRecipe::default(),
            model: ModelRecipe::default(),
            noise: NoiseRecipe::default(),
            pruning: PruningRecipe::default(),
            objective: ObjectiveRecipe::default(),
            pretraining: PretrainingRecipe::default(),
            training: TrainingRecipe::default(),
            dictionary: DictionaryRecipe::default(),
            schedule: Vec::new(),
        };
        for parameter in table::PARAMETERS {
            parameter.reset(&mut recipe);
        }
        recipe
    }
}

impl Recipe {
    /// The recipe with the images, the seed and the batches of another, to be trained beside it. The scale of the pixels
    /// stays its own.
    pub fn beside(self, first: &Self) -> Self {
        let data = DataRecipe { range: self.data.range, ..first.data.clone() };
        let mut shared = Self { data, seed: first.seed, ..self };
        shared.training.batch = first.training.batch;
        shared.training.keep_remainder = first.training.keep_remainder;
        shared
    }

    /// Sets one parameter from text such as `objective.beta=2`, as `--set` takes it.
    pub fn set_from_text(&mut self, assignment: &str) -> Result<(), RecipeError> {
        let Some((key, text)) = assignment.split_once('=') else {
            return Err(RecipeError::NotAnAssignment { text: assignment.to_owned() });
        };
        let parameter = table::find(key.trim())?;
        let value = parameter.parse(text.trim())?;
        parameter.set(self, &value)
    }

    /// Sets one parameter to a value, if its declaration allows it.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), RecipeError> {
        table::find(key)?.set(self, value)
    }

    /// Checks every parameter against its declaration, and the parameters against each other.
    pub fn validate(&self) -> Result<(), RecipeError> {
        for parameter in table::PARAMETERS {
            parameter.check(&parameter.get(self))?;
        }
        check::together(self)?;
        // The recipe has to be valid after each change of the schedule, as after each change by hand.
        let mut later = self.clone();
        let mut before = 0;
        for Change { step, key, value } in &self.schedule {
            let parameter = table::find(key)?;
            if !parameter.live {
                return Err(RecipeError::NotLive { key: key.clone() });
            }
            if *step < before {
                return Err(RecipeError::Unsorted { key: key.clone(), step: *step, before });
            }
            before = *step;
            parameter.set(&mut later, &Value::Number(*value))?;
            check::together(&later)
                .map_err(|error| RecipeError::Scheduled { step: *step, what: error.to_string() })?;
        }
        Ok(())
    }
}
