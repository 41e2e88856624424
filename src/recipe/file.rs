//! Recipes as TOML. What a file leaves out has its declared default; an unknown key is an error that names it.

use std::path::Path;

use super::error::RecipeError;
use super::parameter::Value;
use super::schema::{Change, Recipe};
use super::table;

/// The largest recipe file that is read, in bytes: a recipe is a page of text.
const LARGEST: u64 = 1 << 20;

impl Recipe {
    /// Opens a built-in recipe by its name, or a recipe file by its path.
    pub fn open(name: &str) -> Result<Self, RecipeError> {
        if let Some(text) = super::builtin::text(name) {
            return Self::from_toml(text);
        }
        let path = Path::new(name);
        if !path.exists() {
            let known: Vec<&str> = super::builtin::NAMES.to_vec();
            return Err(RecipeError::NoSuchRecipe { name: name.to_owned(), known: known.join(", ") });
        }
        Self::read(path)
    }

    /// Reads a recipe file.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        let unreadable = |message: String| RecipeError::Unreadable { path: path.to_owned(), message };
        let size = std::fs::metadata(path).map_err(|e| unreadable(e.to_string()))?.len();
        if size > LARGEST {
            return Err(unreadable(format!(
                "it has {size} bytes, which is too large for a recipe; check that it is the right file"
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?;
        let mut recipe = Self::from_toml(&text)?;
        if recipe.name == "untitled"
            && let Some(stem) = path.file_stem()
        {
            recipe.name = stem.to_string_lossy().into_owned();
        }
        Ok(recipe)
    }

    /// Parses a recipe from TOML and validates it.
    pub fn from_toml(text: &str) -> Result<Self, RecipeError> {
        let not_toml = |message: String| RecipeError::NotToml { message: message.trim().replace('\n', " ") };
        let root: toml::Table = text.parse().map_err(|e: toml::de::Error| not_toml(e.to_string()))?;
        let mut recipe = Self::default();
        for (key, value) in &root {
            match (key.as_str(), value) {
                ("name", toml::Value::String(name)) => recipe.name.clone_from(name),
                ("about", toml::Value::String(about)) => recipe.about.clone_from(about),
                ("schedule", list) => {
                    recipe.schedule =
                        list.clone().try_into::<Vec<Change>>().map_err(|e| not_toml(e.to_string()))?;
                }
                (section, toml::Value::Table(table)) => {
                    for (name, value) in table {
                        set_from_file(&mut recipe, &format!("{section}.{name}"), value)?;
                    }
                }
                (key, value) => set_from_file(&mut recipe, key, value)?,
            }
        }
        recipe.validate()?;
        Ok(recipe)
    }

    /// The complete recipe as TOML, which reproduces the run.
    #[expect(clippy::expect_used, reason = "a recipe holds only numbers, words and lists of them")]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("TOML can write every number, word and list")
    }
}

fn set_from_file(recipe: &mut Recipe, key: &str, value: &toml::Value) -> Result<(), RecipeError> {
    let value = match value {
        toml::Value::Float(x) => Value::Number(*x),
        toml::Value::Integer(n) => u64::try_from(*n).map_or(Value::Number(*n as f64), Value::Integer),
        toml::Value::Boolean(b) => Value::Flag(*b),
        toml::Value::String(s) => Value::Word(s.clone()),
        toml::Value::Array(items) => match widths(items) {
            Some(widths) => Value::Widths(widths),
            None => Value::Word(format!("{items:?}")),
        },
        other => Value::Word(other.to_string()),
    };
    table::find(key)?.set(recipe, &value)
}

/// An array of whole numbers; `None` for anything else. A negative number becomes 0, which validation refuses.
fn widths(items: &[toml::Value]) -> Option<Vec<usize>> {
    items.iter().map(|item| item.as_integer().map(|n| usize::try_from(n).unwrap_or(0))).collect()
}
