//! How a command fails: one sentence on stderr, and a code that says whose fault it was.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::data::DataError;
use crate::engine::EngineBusy;
use crate::export::ExportError;
use crate::gpu::GraphicsError;
use crate::recipe::RecipeError;
use crate::train::benchmark::BenchmarkError;

/// Why a command was not carried out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The command line or the recipe is wrong: code 2.
    Usage(String),
    /// It was right, and it failed: code 1.
    Failed(String),
    /// Ctrl-C was pressed after the training, while it was measured or drawn: code 1.
    Stopped,
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
            Self::Stopped => "stopped before everything was measured and drawn; run it again for the rest",
        })
    }
}

impl From<RecipeError> for Failure {
    fn from(error: RecipeError) -> Self {
        Self::Usage(error.to_string())
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

/// The code of the process. The sentence of a failure goes to stderr.
pub(super) fn code(done: Result<(), Failure>) -> ExitCode {
    let Err(failure) = done else {
        return ExitCode::SUCCESS;
    };
    super::output::remark(format!("hourglass: {failure}"));
    match failure {
        Failure::Usage(_) => ExitCode::from(2),
        Failure::Failed(_) | Failure::Stopped => ExitCode::from(1),
    }
}
