//! The exit code of a command. The sentence of a failure goes to stderr.

use std::process::ExitCode;

use super::failure::Failure;
use super::output;

/// 0 for success, 1 for a failure, 2 for a wrong command line.
pub(super) fn code(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    output::print_error(format!("hourglass: {failure}"));
    match failure {
        Failure::Usage(_) => ExitCode::from(2),
        Failure::Failed(_) | Failure::Interrupted => ExitCode::from(1),
    }
}
