//! One declared parameter: how it is written, checked, read from and put into a recipe.

use super::{Recipe, RecipeError};

/// The value of a parameter, apart from any recipe.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A real number.
    Number(f64),
    /// A whole number, never negative.
    Integer(u64),
    /// Yes or no.
    Flag(bool),
    /// A word: a choice, or free text.
    Word(String),
    /// Widths of layers.
    Widths(Vec<usize>),
}

/// How a slider spreads its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps.
    Linear,
    /// Equal ratios; a range that begins at zero keeps zero reachable.
    Log,
}

/// What a parameter can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A real number between two bounds; a slider offers a narrower, useful range.
    Number {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
        /// What a slider offers.
        slider: (f64, f64),
        /// How the slider spreads it.
        scale: Scale,
    },
    /// A whole number between two bounds.
    Integer {
        /// Smallest allowed.
        min: u64,
        /// Largest allowed.
        max: u64,
    },
    /// Yes or no.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any text that is not empty.
    Text,
    /// A list of layer widths, each between 1 and the bound; at most eight layers.
    Widths {
        /// Largest width allowed.
        max: usize,
    },
}

/// A default that can be written in a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Preset {
    Number(f64),
    Integer(u64),
    Flag(bool),
    Word(&'static str),
    Widths(&'static [usize]),
}

/// The declaration of one parameter. All of them stand in [`super::table::PARAMETERS`].
pub struct Parameter {
    /// Where it stands in a recipe file, `section.name`.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// Its unit, or nothing.
    pub unit: &'static str,
    /// Whether a change acts on the next update; the others need the run to be started anew.
    pub live: bool,
    /// One or two sentences for somebody who meets it for the first time.
    pub help: &'static str,
    /// Whether it means anything in this recipe.
    pub applies: fn(&Recipe) -> bool,
    pub(super) preset: Preset,
    pub(super) read: fn(&Recipe) -> Value,
    pub(super) write: fn(&mut Recipe, &Value) -> bool,
}

/// Most hidden layers a recipe may ask for.
const MAX_LAYERS: usize = 8;

impl Parameter {
    /// The value in a recipe.
    pub fn get(&self, recipe: &Recipe) -> Value {
        (self.read)(recipe)
    }

    /// The value in a recipe, where it is a number of either kind.
    pub fn number(&self, recipe: &Recipe) -> Option<f64> {
        match self.get(recipe) {
            Value::Number(x) => Some(x),
            Value::Integer(n) => Some(n as f64),
            _ => None,
        }
    }

    /// Checks a value and puts it into a recipe.
    pub fn set(&self, recipe: &mut Recipe, value: &Value) -> Result<(), RecipeError> {
        let value = self.coerce(value);
        self.check(&value)?;
        if (self.write)(recipe, &value) { Ok(()) } else { Err(self.refusal(&value)) }
    }

    /// The declared default.
    pub fn default_value(&self) -> Value {
        match self.preset {
            Preset::Number(x) => Value::Number(x),
            Preset::Integer(n) => Value::Integer(n),
            Preset::Flag(b) => Value::Flag(b),
            Preset::Word(w) => Value::Word(w.to_owned()),
            Preset::Widths(w) => Value::Widths(w.to_vec()),
        }
    }

    /// Puts the declared default into a recipe.
    pub fn reset(&self, recipe: &mut Recipe) {
        (self.write)(recipe, &self.default_value());
    }

    /// Checks a value against the declaration.
    pub fn check(&self, value: &Value) -> Result<(), RecipeError> {
        let allowed = match (self.kind, value) {
            (Kind::Number { min, max, .. }, Value::Number(x)) => *x >= min && *x <= max,
            (Kind::Integer { min, max }, Value::Integer(n)) => *n >= min && *n <= max,
            (Kind::Flag, Value::Flag(_)) => true,
            (Kind::Choice(words), Value::Word(word)) => words.contains(&word.as_str()),
            (Kind::Text, Value::Word(text)) => !text.trim().is_empty(),
            (Kind::Widths { max }, Value::Widths(widths)) => {
                widths.len() <= MAX_LAYERS && widths.iter().all(|w| (1..=max).contains(w))
            }
            _ => false,
        };
        if allowed { Ok(()) } else { Err(self.refusal(value)) }
    }

    /// Reads a value as a person types it on the command line or in the form.
    pub fn parse(&self, text: &str) -> Result<Value, RecipeError> {
        let unquoted = text.trim_matches('"');
        let value = match self.kind {
            Kind::Number { .. } => text.parse().ok().map(Value::Number),
            Kind::Integer { .. } => text.parse().ok().map(Value::Integer),
            Kind::Flag => text.parse().ok().map(Value::Flag),
            Kind::Choice(_) | Kind::Text => Some(Value::Word(unquoted.to_owned())),
            Kind::Widths { .. } => parse_widths(text).map(Value::Widths),
        };
        let value = value.ok_or_else(|| self.refusal(&Value::Word(text.to_owned())))?;
        self.check(&value)?;
        Ok(value)
    }

    /// What the declaration allows, in words that complete "it takes …".
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Number { min, max, .. } => {
                format!("a number from {} to {}", short_number(min), short_number(max))
            }
            Kind::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Text => "a text that is not empty".to_owned(),
            Kind::Widths { max } => {
                format!(
                    "up to {MAX_LAYERS} layer widths from 1 to {max}, such as 512-256, or nothing for no hidden layer"
                )
            }
        }
    }

    /// A whole number written where a real one is meant is that number.
    fn coerce(&self, value: &Value) -> Value {
        match (self.kind, value) {
            (Kind::Number { .. }, Value::Integer(n)) => Value::Number(*n as f64),
            (Kind::Integer { .. }, Value::Number(x)) if x.fract() == 0.0 && *x >= 0.0 => {
                Value::Integer(*x as u64)
            }
            _ => value.clone(),
        }
    }

    fn refusal(&self, value: &Value) -> RecipeError {
        RecipeError::NotAllowed {
            key: self.key.to_owned(),
            value: value.to_string(),
            allowed: self.allowed(),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(x) => write!(f, "{}", short_number(*x)),
            Self::Integer(n) => write!(f, "{n}"),
            Self::Flag(b) => write!(f, "{b}"),
            Self::Word(text) => write!(f, "\"{text}\""),
            Self::Widths(widths) => {
                let widths: Vec<String> = widths.iter().map(ToString::to_string).collect();
                write!(f, "{}", widths.join("-"))
            }
        }
    }
}

/// A number the way a person would write it: `0.001` as `1e-3`, `12000` as it is.
pub fn short_number(x: f64) -> String {
    if x != 0.0 && (x.abs() < 1e-2 || x.abs() >= 1e6) { format!("{x:e}") } else { format!("{x}") }
}

/// Reads `512-256`, `512,256`, `[512, 256]` or nothing at all.
fn parse_widths(text: &str) -> Option<Vec<usize>> {
    text.trim_matches(['[', ']', '"'])
        .split(['-', ',', '·', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}
