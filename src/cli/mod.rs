//! The command line: headless commands that use the same engine and the same figures as the window.
//!
//! Contract: [`run`] never panics and never exits the process; it returns a [`CliResult`]. Exit code 0: done. 1: it
//! failed, and one sentence on stderr says what happened and what to do. 2: the command line or the recipe is wrong.
//! With `--json`, stdout contains JSON lines and nothing else.

mod args;
mod benchmark;
mod data;
mod devices;
mod exit;
mod failure;
mod figures;
mod headless;
mod history;
mod insight;
mod interrupt;
mod json_lines;
mod output;
mod progress;
mod recipes;
mod summary;
mod sweep;
mod tour;
mod train;
mod window;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Subcommand};
use failure::Failure;

pub use args::WindowTheme;
pub use window::{ScreenshotRequest, WindowRequest, without_window};

/// The result of running the command line.
#[derive(Debug)]
pub enum CliResult {
    /// It succeeded, or failed and printed why; the process exits with this code.
    Exit(ExitCode),
    /// A window was asked for, which only `main` can open.
    OpenWindow(Box<WindowRequest>),
}

/// Parses the command line and runs it, unless it asks for a window.
pub fn run(line: impl IntoIterator<Item = OsString>) -> CliResult {
    quiet_panics();
    let cli = match Cli::try_parse_from(line) {
        Ok(cli) => cli,
        Err(error) => return CliResult::Exit(report(&error)),
    };
    let result = match cli.subcommand {
        None => match window::request(&cli.window) {
            Ok(request) if window::has_display() => return CliResult::OpenWindow(Box::new(request)),
            Ok(request) => {
                return CliResult::Exit(without_window(&request, "there is no display for the window"));
            }
            Err(failure) => Err(failure),
        },
        Some(Subcommand::Train(args)) => train::run(&args),
        Some(Subcommand::Insight(args)) => insight::run(&args),
        Some(Subcommand::Sweep(args)) => sweep::run(&args),
        Some(Subcommand::Recipes(args)) => recipes::run(&args),
        Some(Subcommand::Data(args)) => data::run(&args),
        Some(Subcommand::Devices) => devices::run(),
        Some(Subcommand::Tour(args)) => tour::run(&args),
        Some(Subcommand::Bench(args)) => benchmark::run(&args),
    };
    CliResult::Exit(exit::code(result))
}

/// Prints help or the version; any other error of the parser is reported as one sentence.
fn report(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::code(output::print(&error.to_string())),
        _ => exit::code(Err(Failure::Usage(sentence_of(&error.to_string())))),
    }
}

/// The message of the parser without its usage lines: what is wrong, and its tip if it has one.
fn sentence_of(report: &str) -> String {
    let mut paragraphs = report.split("\n\n");
    let first: Vec<&str> = paragraphs.next().unwrap_or_default().lines().map(str::trim).collect();
    let what = first.join(" ");
    let tip = report.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let tip = tip.map(|tip| format!(" ({tip})")).unwrap_or_default();
    format!("{}{tip}; see `hourglass --help`", what.trim_start_matches("error: "))
}

/// Replaces the panic message by one sentence. A panic in the trainer thread is reported by the engine, so here it is
/// only logged. With `RUST_BACKTRACE` set, panics print their backtrace as usual.
fn quiet_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        log::error!("{panic}");
        if std::thread::current().name() == Some("main") {
            let said = panic.payload_as_str().unwrap_or("no reason given");
            output::print_error(format!(
                "hourglass: internal error ({said}); please report it, with what you did before"
            ));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed_and_everything_has_help() {
        let cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands().chain([&cli]) {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty(), "{} of {} has no help", argument.get_id(), command.get_name());
            }
        }
    }

    #[test]
    fn a_parser_error_becomes_one_line_with_its_tip() {
        for line in [
            vec!["hourglass", "train"],
            vec!["hourglass", "train", "vae-2d", "--sed", "1"],
            vec!["hourglass", "trian"],
        ] {
            let error = Cli::try_parse_from(line.clone()).unwrap_err();
            let sentence = sentence_of(&error.to_string());
            assert!(!sentence.contains('\n') && !sentence.contains("Usage"), "{line:?} gives {sentence:?}");
        }
        let error = Cli::try_parse_from(["hourglass", "train", "vae-2d", "--sed", "1"]).unwrap_err();
        let sentence = sentence_of(&error.to_string());
        assert!(sentence.contains("'--sed'") && sentence.contains("'--seed'"), "{sentence}");
    }
}
