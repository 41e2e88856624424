//! From the name of a data set, or the path of one, to the data set.
//!
//! The same [`Source`] gives the same images on every machine and for any number of threads.

use std::path::Path;
use std::sync::LazyLock;

use super::built_in;
use super::dataset::{Dataset, Split};
use super::error::DataError;
use super::limits::SizeLimits;
use super::readers::{self, Found, Input, ReadOptions};
use crate::recipe::{BuiltInSet, DataRecipe, Recipe, Splitting};

/// No set at all.
const NO_SET: &str = "none";
/// The array with the images is found by its shape.
const FOUND: &str = "auto";

/// Which images to draw or read, and how to split them.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name of a built-in set, or the path of a file or a folder.
    pub set: &'a str,
    /// How many images a built-in set draws.
    pub count: usize,
    /// How untidy a built-in set is: 0 neat, 1 like real handwriting.
    pub messiness: f64,
    /// The fraction of the images held out for validation, and as many again for the test where the set has no test images
    /// of its own.
    pub held_out: f64,
    /// How the images are divided.
    pub split: Splitting,
    /// Seed of the drawing and of the split.
    pub seed: u64,
    /// Which classes are kept: `all`, their names, or `all but` some.
    pub classes: &'a str,
    /// Which part of how many is for validation, for cross-validation.
    pub fold: Option<[usize; 2]>,
    /// Images that are never trained on: `none`, or what `set` can be.
    pub foreign: &'a str,
    /// The most images that are taken from a file; 0 for all.
    pub limit: u64,
    /// How files are read.
    pub options: ReadOptions<'a>,
}

impl Default for Source<'_> {
    /// The images of a recipe that says nothing about them.
    fn default() -> Self {
        static NOTHING_SAID: LazyLock<DataRecipe> = LazyLock::new(|| Recipe::default().data);
        Self::from(&*NOTHING_SAID)
    }
}

impl<'a> From<&'a DataRecipe> for Source<'a> {
    fn from(recipe: &'a DataRecipe) -> Self {
        let DataRecipe {
            set, count, messiness, held_out, split, seed, classes, folds, fold, foreign, ..
        } = recipe;
        let options = ReadOptions {
            limits: SizeLimits::default(),
            array: Some(recipe.array.as_str()).filter(|array| *array != FOUND),
            side: u32::try_from(recipe.size).ok().filter(|side| *side > 0),
            fit: recipe.fit,
            color: recipe.color,
            invert: recipe.invert,
        };
        let fold = (*folds > 0).then_some([*fold, *folds]);
        Self {
            set,
            count: *count,
            messiness: *messiness,
            held_out: *held_out,
            split: *split,
            seed: *seed,
            classes,
            fold,
            foreign,
            limit: recipe.limit,
            options,
        }
    }
}

/// What a data set can be, in words that complete "use …": the names of the built-in sets, then what the readers
/// accept.
pub fn accepted() -> String {
    let mut all = [BuiltInSet::WORDS.to_vec(), readers::accepted()].concat();
    let last = all.pop().unwrap_or_default();
    format!("{}, or {last}", all.join(", "))
}

/// What files and folders can be read, in words.
pub fn accepted_paths() -> String {
    readers::accepted().join(", or ")
}

/// What is wrong with the path of a data set, as far as its first bytes tell.
pub fn problem_of(path: &Path) -> Option<DataError> {
    let name = path.display().to_string();
    if !path.exists() {
        return Some(DataError::Missing { name, accepted: accepted() });
    }
    match Input::at(path) {
        Ok(input) => readers::unrecognised(&input),
        Err(error) => Some(error),
    }
}

/// Draws a built-in set, or reads a file or a folder.
pub fn load(source: &Source<'_>) -> Result<Dataset, DataError> {
    let mut dataset = load_all(source)?;
    dataset.keep_classes(source.classes)?;
    if let Some(fold) = source.fold {
        dataset.split.validate_on(fold)?;
    }
    if source.foreign != NO_SET {
        dataset.leave_out(load_all(&Source { set: source.foreign, ..*source })?)?;
    }
    Ok(dataset)
}

/// The images of a set, of all classes.
fn load_all(source: &Source<'_>) -> Result<Dataset, DataError> {
    let (mut dataset, has_own_test) = match BuiltInSet::from_word(source.set) {
        Some(set) => (draw(set, source)?, false),
        None => read(Path::new(source.set), source)?,
    };
    if source.split != Splitting::Random && !dataset.labels.is_empty() {
        dataset.split.stratify(&dataset.labels, source.held_out, has_own_test);
        if source.split == Splitting::Balanced {
            dataset.split.balance(&dataset.labels);
        }
    }
    Ok(dataset)
}

fn draw(set: BuiltInSet, source: &Source<'_>) -> Result<Dataset, DataError> {
    let Source { count, messiness, held_out, seed, .. } = *source;
    let shape = built_in::SHAPE;
    SizeLimits::default().check_memory(set.word(), count as u64, shape, 1)?;
    if !messiness.is_finite() || messiness < 0.0 {
        return Err(DataError::Messiness { messiness });
    }
    let split = Split::random(count, held_out, seed)?;
    let drawn = built_in::draw(set, count, messiness, seed);
    Ok(Dataset {
        name: set.word().to_owned(),
        shape,
        images: drawn.images.into(),
        labels: drawn.labels,
        class_names: drawn.class_names,
        factors: drawn.factors,
        split,
        notes: Vec::new(),
    })
}

/// The images of a file or a folder, and whether it has test images of its own.
fn read(path: &Path, source: &Source<'_>) -> Result<(Dataset, bool), DataError> {
    let name = path.display().to_string();
    if !path.exists() {
        return Err(DataError::Missing { name, accepted: accepted() });
    }
    let limits = source.options.limits;
    let Found { mut train, test, class_names, notes } = readers::read(&Input::at(path)?, &source.options)?;
    train.keep(source.limit, source.seed);
    let (count, shape, has_own_test) = (train.count(), train.shape, test.is_some());
    let (mut images, mut labels) = (train.pixels, train.labels);
    let split = match test {
        Some(test) => {
            let all = count + test.count();
            limits.check_memory(&name, all as u64, shape, images.bytes_per_value())?;
            images.append(test.pixels);
            labels.extend(test.labels);
            Split::beside_test(count, all - count, source.held_out, source.seed)?
        }
        None => Split::random(count, source.held_out, source.seed)?,
    };
    if let Some(value) = images.invalid() {
        return Err(DataError::Value { name, value });
    }
    let dataset = Dataset {
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        shape,
        images,
        labels,
        class_names,
        factors: Vec::new(),
        split,
        notes,
    };
    Ok((dataset, has_own_test))
}
