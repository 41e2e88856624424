//! What is to be trained, and where its results are.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::data::{DataError, load};
use crate::document::run_folder;
use crate::insight::pca::Pca;
use crate::recipe::{Parameter, Recipe, RecipeError, table};

/// The parameter that principal components are compared by.
const CODE: &str = "model.code";

/// Why a sweep cannot be planned, trained or collected.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The parameter or one of its values is wrong.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// No value to train at.
    #[error("there is no value to train at; write some, separated by commas, such as 2,8")]
    NoValues,
    /// The images cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A file or a folder could not be written.
    #[error("\"{}\" cannot be written ({reason}); choose another place or make room there", path.display())]
    Unwritable {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The program cannot be started.
    #[error("a training could not be started ({0}); run the commands of `hourglass sweep --plan` yourself")]
    NotStarted(std::io::Error),
    /// A training failed.
    #[error("at {key} = {value}, fold {fold}: {why}")]
    Training {
        /// The parameter.
        key: String,
        /// Its value.
        value: String,
        /// The fold.
        fold: usize,
        /// What the training said last.
        why: String,
    },
    /// The results of a training are not there.
    #[error("{} cannot be read ({reason}); run the lines of --plan first", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The results of a training are not what it writes.
    #[error("{} is no summary of a training; delete it", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// Results of another recipe are in its place.
    #[error("{} has the results of another recipe; choose another folder or delete it", folder.display())]
    OtherRecipe {
        /// The folder of the training.
        folder: PathBuf,
    },
    /// It was stopped before all trainings were done.
    #[error("interrupted before all results were written; run it again for the rest")]
    Interrupted,
}

/// A recipe, the values to train it at, and the trainings that this makes.
#[derive(Debug)]
pub struct Sweep {
    /// The recipe as it is without the swept value.
    pub recipe: Recipe,
    /// The swept parameter.
    pub parameter: &'static Parameter,
    /// Its values, as they were written.
    pub values: Vec<String>,
    /// How many parts the images are cut into, each of which is for validation once; 1 without cross-validation.
    pub folds: usize,
    /// Where its results go.
    pub folder: PathBuf,
    /// One for each value and fold, value by value.
    trainings: Vec<Training>,
}

/// One training of a sweep.
#[derive(Debug)]
pub struct Training {
    /// The value of the swept parameter.
    pub value: String,
    /// The part of the images that is for validation, from 1.
    pub fold: usize,
    pub(super) folder: PathBuf,
    /// What `hourglass` is told.
    pub(super) words: Vec<String>,
}

impl Sweep {
    /// Plans a sweep whose results go into a folder. `words` are those of `hourglass train` that lead to the recipe. What is
    /// wrong with a value is said here, before anything is trained.
    pub fn new(
        recipe: Recipe,
        words: &[String],
        key: &str,
        values: &str,
        folds: usize,
        out: &Path,
    ) -> Result<Self, SweepError> {
        let parameter = table::find(key)?;
        let values = values.split(',').map(|value| value.trim().to_owned());
        let mut values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
        let mut known = HashSet::new();
        values.retain(|value| known.insert(value.clone()));
        if values.is_empty() {
            return Err(SweepError::NoValues);
        }
        let folds = folds.max(1);
        let (folder, trainings) = (out.to_owned(), Vec::new());
        let mut sweep = Self { recipe, parameter, values, folds, folder, trainings };
        for value in &sweep.values {
            for fold in 1..=folds {
                let folder = out.join("runs").join(format!("{value}-fold-{fold}"));
                let mut training =
                    Training { value: value.clone(), fold, folder, words: vec!["train".to_owned()] };
                training.words.extend(words.iter().cloned());
                let settings = sweep.settings(value, fold);
                training.words.extend(settings.into_iter().flat_map(|setting| ["--set".to_owned(), setting]));
                training.words.extend(["--out".to_owned(), training.folder.display().to_string()]);
                sweep.recipe_of(&training)?;
                sweep.trainings.push(training);
            }
        }
        Ok(sweep)
    }

    /// What a training changes in the recipe.
    fn settings(&self, value: &str, fold: usize) -> Vec<String> {
        let mut settings = vec![format!("{}={value}", self.parameter.key)];
        if self.folds > 1 {
            settings.extend([format!("data.folds={}", self.folds), format!("data.fold={fold}")]);
        }
        settings
    }

    /// The trainings, value by value.
    pub fn trainings(&self) -> &[Training] {
        &self.trainings
    }

    /// The recipe of a training.
    pub(super) fn recipe_of(&self, training: &Training) -> Result<Recipe, SweepError> {
        let mut recipe = self.recipe.clone();
        for setting in self.settings(&training.value, training.fold) {
            recipe.set_from_text(&setting)?;
        }
        recipe.validate()?;
        Ok(recipe)
    }

    /// One complete command a line.
    pub fn plan(&self) -> String {
        let quoted = |word: &String| {
            let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,".contains(c));
            if is_plain { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
        };
        let line = |training: &Training| {
            let words: Vec<String> = training.words.iter().map(quoted).collect();
            format!("hourglass {}\n", words.join(" "))
        };
        self.trainings.iter().map(line).collect()
    }

    /// The folds in which principal components are compared: none where something else than the size of the code is swept.
    pub fn folds_with_components(&self) -> impl Iterator<Item = usize> + use<> {
        let folds = if self.parameter.key == CODE { self.folds } else { 0 };
        1..=folds
    }

    /// The squared error per validation image of 0, 1, 2 … principal components, fitted to the training images of a fold.
    pub fn components(&self, fold: usize, is_cancelled: &dyn Fn() -> bool) -> Result<Vec<f64>, SweepError> {
        let training = self.trainings.iter().find(|training| training.fold == fold);
        let recipe = training.map_or_else(|| Ok(self.recipe.clone()), |training| self.recipe_of(training))?;
        let dataset = load(&(&recipe.data).into())?;
        let pca =
            Pca::of_images(&dataset, &dataset.split.train, is_cancelled).ok_or(SweepError::Interrupted)?;
        let mut images = Vec::new();
        dataset.write_f32(&dataset.split.validation, &mut images);
        Ok(pca.squared_errors(&images))
    }

    /// What a figure of the sweep says below it.
    pub fn caption(&self) -> String {
        let folds = if self.folds > 1 { format!(" · {} folds", self.folds) } else { String::new() };
        format!("{}{folds}", self.recipe.caption())
    }
}

impl Training {
    /// Whether its results are there.
    pub fn is_done(&self) -> bool {
        self.summary().is_file()
    }

    /// Its recipe and its weights, once it is done.
    pub fn result(&self) -> Result<(Recipe, PathBuf), RecipeError> {
        let recipe = Recipe::open(&self.folder.join(run_folder::RECIPE).to_string_lossy())?;
        Ok((recipe, self.folder.join(run_folder::WEIGHTS)))
    }

    pub(super) fn summary(&self) -> PathBuf {
        self.folder.join(run_folder::SUMMARY)
    }

    /// What it says while it runs is written here; the file is deleted when it is done.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    /// Why it failed, in its own words.
    pub(super) fn failure(&self, key: &str) -> SweepError {
        let said = std::fs::read_to_string(self.log()).unwrap_or_default();
        let why = said.lines().next_back().unwrap_or("it said nothing").trim_start_matches("hourglass: ");
        let (key, value) = (key.to_owned(), self.value.clone());
        SweepError::Training { key, value, fold: self.fold, why: why.to_owned() }
    }
}
