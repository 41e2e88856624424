//! What can be wrong with a recipe, each as one sentence that says what is allowed.

use std::path::PathBuf;

/// What is wrong with a recipe.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// An unknown key.
    #[error("there is no parameter `{key}`; {hint}")]
    UnknownKey {
        /// The key as it was written.
        key: String,
        /// The nearest key, or where the keys are listed.
        hint: String,
    },
    /// `--set` without an equals sign.
    #[error("`{text}` is not an assignment; write key=value, for instance objective.beta=2")]
    NotAnAssignment {
        /// What was written.
        text: String,
    },
    /// A value of the wrong type or out of range.
    #[error("`{key}` cannot be {value}: it takes {allowed}")]
    NotAllowed {
        /// Key of the parameter.
        key: String,
        /// The value as it was written.
        value: String,
        /// What the declaration allows.
        allowed: String,
    },
    /// A schedule names a parameter that cannot change during training.
    #[error("`{key}` is in the schedule, but it cannot change during training; remove it from the schedule")]
    NotLive {
        /// Key of the parameter.
        key: String,
    },
    /// A schedule that is not sorted by step.
    #[error(
        "the schedule changes `{key}` at step {step}, after a change at step {before}; sort the changes by step"
    )]
    Unsorted {
        /// Key of the parameter.
        key: String,
        /// The step of the change.
        step: u64,
        /// The step of the change before it.
        before: u64,
    },
    /// Settings that exclude each other after a change of the schedule.
    #[error("at step {step} of the schedule: {what}")]
    Scheduled {
        /// The step of the change.
        step: u64,
        /// The sentence.
        what: String,
    },
    /// Two settings that exclude each other.
    #[error("{what}")]
    Together {
        /// The sentence.
        what: String,
    },
    /// Text that is not TOML.
    #[error("the recipe is not valid TOML: {message}")]
    NotToml {
        /// The message of the TOML parser, with the line.
        message: String,
    },
    /// A name that is neither a built-in recipe nor a file.
    #[error("there is no recipe `{name}`: it is neither a file nor one of {known}")]
    NoSuchRecipe {
        /// The name as it was written.
        name: String,
        /// The built-in names.
        known: String,
    },
    /// A file that cannot be read.
    #[error("cannot read the recipe {}: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The message of the system.
        message: String,
    },
}
