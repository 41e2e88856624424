//! Why a command failed, as one sentence.

use std::fmt;
use std::io;
use std::path::Path;

use crate::data::DataError;
use crate::engine::EngineBusy;
use crate::export::ExportError;
use crate::gpu::GraphicsError;
use crate::recipe::RecipeError;
use crate::sweep::SweepError;
use crate::train::benchmark::BenchmarkError;

/// Why a command failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The command line or the recipe is wrong.
    Usage(String),
    /// Something went wrong while it ran.
    Failed(String),
    /// Ctrl-C was pressed after training, during the final evaluation or while figures were drawn.
    Interrupted,
}

impl Failure {
    /// A file or a folder that could not be written.
    pub(super) fn unwritable(path: &Path, reason: &io::Error) -> Self {
        let path = path.display();
        Self::Failed(format!(
            "\"{path}\" cannot be written ({reason}); choose another place or make room there"
        ))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usage(sentence) | Self::Failed(sentence) => sentence,
            Self::Interrupted => "interrupted before all results were written; run it again for the rest",
        })
    }
}

impl From<RecipeError> for Failure {
    fn from(error: RecipeError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Recipe(_) | SweepError::NoValues => Self::Usage(error.to_string()),
            SweepError::Interrupted => Self::Interrupted,
            _ => Self::Failed(error.to_string()),
        }
    }
}

macro_rules! failed_by {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Failed(error.to_string())
            }
        })+
    };
}

failed_by!(DataError, ExportError, GraphicsError, EngineBusy, BenchmarkError);
