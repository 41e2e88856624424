//! What can be wrong with a recipe, each in one sentence that says what is allowed.

use std::path::PathBuf;

/// What is wrong with a recipe.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// A key that no declaration has.
    #[error("there is no parameter `{key}`; {hint}")]
    UnknownKey {
        /// The key as it was written.
        key: String,
        /// The nearest key, or where to find the list.
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
    /// A schedule names a parameter that cannot move while the run trains.
    #[error(
        "`{key}` is in the schedule, but it cannot change while a run trains; take it out of the schedule"
    )]
    NotLive {
        /// Key of the parameter.
        key: String,
    },
    /// A schedule that goes back in time.
    #[error(
        "the schedule changes `{key}` at step {step}, after a change at step {before}; write the changes in the order of \
         their steps"
    )]
    Unsorted {
        /// Key of the parameter.
        key: String,
        /// The step of the change that comes too late.
        step: u64,
        /// The step of the change before it.
        before: u64,
    },
    /// Settings that exclude each other once a change of the schedule has acted.
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
    /// The text is not TOML.
    #[error("the recipe is not valid TOML: {message}")]
    NotToml {
        /// What the TOML reader said, with the line.
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
        /// What the system said.
        message: String,
    },
}
