//! One declared parameter: its allowed values, how it is parsed, and where it is in a recipe.

use super::error::RecipeError;
use super::schema::Recipe;

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A real number.
    Number(f64),
    /// A whole number, never negative.
    Integer(u64),
    /// True or false.
    Flag(bool),
    /// A word: a choice, or free text.
    Word(String),
    /// Widths of layers.
    Widths(Vec<usize>),
}

/// How a slider maps its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliderScale {
    /// Equal steps.
    Linear,
    /// Equal ratios; a range that begins at zero includes zero.
    Log,
}

/// The kind of value that a parameter takes, and its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParameterKind {
    /// A real number between two bounds. A slider offers a narrower range.
    Number {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
        /// The lowest and the highest value of a slider.
        slider: [f64; 2],
        /// How the slider maps it.
        scale: SliderScale,
    },
    /// A whole number between two bounds.
    Integer {
        /// Smallest allowed.
        min: u64,
        /// Largest allowed.
        max: u64,
    },
    /// True or false.
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

/// The declaration of one parameter. [`super::table::PARAMETERS`] lists them all.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in recipe files, `section.name`.
    pub key: &'static str,
    /// Its name in the window.
    pub label: &'static str,
    /// The kind of value it takes.
    pub kind: ParameterKind,
    /// Its unit, or an empty string.
    pub unit: &'static str,
    /// Whether a change acts on the next update. Other parameters need a restart of the run.
    pub live: bool,
    /// One or two sentences that explain it to a beginner.
    pub help: &'static str,
    /// Whether it has an effect in a recipe.
    pub applies: fn(&Recipe) -> bool,
    pub(super) preset: Preset,
    pub(super) read: fn(&Recipe) -> Value,
    pub(super) write: fn(&mut Recipe, &Value) -> bool,
}

/// The most hidden layers of a recipe.
const MAX_LAYERS: usize = 8;

impl Parameter {
    /// Its value in a recipe.
    pub fn get(&self, recipe: &Recipe) -> Value {
        (self.read)(recipe)
    }

    /// Its value in a recipe, if it is a number.
    pub fn number(&self, recipe: &Recipe) -> Option<f64> {
        match self.get(recipe) {
            Value::Number(x) => Some(x),
            Value::Integer(n) => Some(n as f64),
            _ => None,
        }
    }

    /// Checks a value and sets it in a recipe.
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

    /// Sets the declared default in a recipe.
    pub fn reset(&self, recipe: &mut Recipe) {
        (self.write)(recipe, &self.default_value());
    }

    /// Checks a value against the declaration.
    pub fn check(&self, value: &Value) -> Result<(), RecipeError> {
        let allowed = match (self.kind, value) {
            (ParameterKind::Number { min, max, .. }, Value::Number(x)) => *x >= min && *x <= max,
            (ParameterKind::Integer { min, max }, Value::Integer(n)) => *n >= min && *n <= max,
            (ParameterKind::Flag, Value::Flag(_)) => true,
            (ParameterKind::Choice(words), Value::Word(word)) => words.contains(&word.as_str()),
            (ParameterKind::Text, Value::Word(text)) => !text.trim().is_empty(),
            (ParameterKind::Widths { max }, Value::Widths(widths)) => {
                widths.len() <= MAX_LAYERS && widths.iter().all(|w| (1..=max).contains(w))
            }
            _ => false,
        };
        if allowed { Ok(()) } else { Err(self.refusal(value)) }
    }

    /// Parses a value as it is typed on the command line or in the form.
    pub fn parse(&self, text: &str) -> Result<Value, RecipeError> {
        let unquoted = text.trim_matches('"');
        let value = match self.kind {
            ParameterKind::Number { .. } => text.parse().ok().map(Value::Number),
            ParameterKind::Integer { .. } => text.parse().ok().map(Value::Integer),
            ParameterKind::Flag => text.parse().ok().map(Value::Flag),
            ParameterKind::Choice(_) | ParameterKind::Text => Some(Value::Word(unquoted.to_owned())),
            ParameterKind::Widths { .. } => parse_widths(text).map(Value::Widths),
        };
        let value = value.ok_or_else(|| self.refusal(&Value::Word(text.to_owned())))?;
        self.check(&value)?;
        Ok(value)
    }

    /// The allowed values, in words that complete "it takes …".
    pub fn allowed(&self) -> String {
        match self.kind {
            ParameterKind::Number { min, max, .. } => {
                format!("a number from {} to {}", short_number(min), short_number(max))
            }
            ParameterKind::Integer { min, max } => format!("a whole number from {min} to {max}"),
            ParameterKind::Flag => "true or false".to_owned(),
            ParameterKind::Choice(words) => format!("one of {}", words.join(", ")),
            ParameterKind::Text => "text that is not empty".to_owned(),
            ParameterKind::Widths { max } => {
                format!(
                    "widths from 1 to {max} joined by dashes, such as 512-256 (at most {MAX_LAYERS}), or nothing for none"
                )
            }
        }
    }

    /// Converts a whole number to a real one and back where the declaration asks for the other.
    fn coerce(&self, value: &Value) -> Value {
        match (self.kind, value) {
            (ParameterKind::Number { .. }, Value::Integer(n)) => Value::Number(*n as f64),
            (ParameterKind::Integer { .. }, Value::Number(x)) if x.fract() == 0.0 && *x >= 0.0 => {
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

/// A number in its short form: `0.001` as `1e-3`, `12000` as it is.
pub fn short_number(x: f64) -> String {
    if x != 0.0 && (x.abs() < 1e-2 || x.abs() >= 1e6) { format!("{x:e}") } else { format!("{x}") }
}

/// Parses `512-256`, `512,256`, `[512, 256]` or an empty list.
fn parse_widths(text: &str) -> Option<Vec<usize>> {
    text.trim_matches(['[', ']', '"'])
        .split(['-', ',', '·', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}
