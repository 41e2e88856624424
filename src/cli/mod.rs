//! The headless commands: the same engine and the same figures as the window, driven by words.
//!
//! Contract: [`run`] never panics and never ends the process; it says what became of the command line as a [`Job`],
//! and `main` returns its code. 0: done. 1: it failed, and one sentence on stderr says what and what to do. 2: the
//! command line or the recipe is wrong. With `--json`, stdout holds JSON lines and nothing else.

mod args;
mod benchmark;
mod data;
mod devices;
mod failure;
mod figures;
mod interrupt;
mod output;
mod progress;
mod recipes;
mod session;
mod summary;
mod tour;
mod train;
mod window;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Order};
use failure::Failure;

pub use window::{Theme, WindowWish, without_window};

/// What became of the command line.
#[derive(Debug)]
pub enum Job {
    /// It was carried out, or failed with a sentence; the process ends with this code.
    Done(ExitCode),
    /// A window is wanted. Only `main` knows the window, so it has to open it.
    Window(Box<WindowWish>),
}

/// Reads the command line and carries it out, as far as no window is needed.
pub fn run(line: impl IntoIterator<Item = OsString>) -> Job {
    quiet_panics();
    let cli = match Cli::try_parse_from(line) {
        Ok(cli) => cli,
        Err(error) => return Job::Done(refused(&error)),
    };
    let done = match cli.order {
        None => match window::wish(&cli.window) {
            Ok(wish) if window::has_display() => return Job::Window(Box::new(wish)),
            Ok(wish) => return Job::Done(without_window(&wish, "there is no display for the window")),
            Err(failure) => Err(failure),
        },
        Some(Order::Train(args)) => train::run(&args),
        Some(Order::Recipes(args)) => recipes::run(&args),
        Some(Order::Data(args)) => data::run(&args),
        Some(Order::Devices) => devices::run(),
        Some(Order::Tour(args)) => tour::run(&args),
        Some(Order::Bench(args)) => benchmark::run(&args),
    };
    Job::Done(failure::code(done))
}

/// Help and the version are answers; anything else is a mistake, told in one sentence.
fn refused(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => failure::code(output::say(&error.to_string())),
        _ => failure::code(Err(Failure::Usage(sentence_of(&error.to_string())))),
    }
}

/// The parser's report without its usage lines: what is wrong, and its tip if it has one.
fn sentence_of(report: &str) -> String {
    let mut paragraphs = report.split("\n\n");
    let first: Vec<&str> = paragraphs.next().unwrap_or_default().lines().map(str::trim).collect();
    let what = first.join(" ");
    let tip = report.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let tip = tip.map(|tip| format!(" ({tip})")).unwrap_or_default();
    format!("{}{tip}; `hourglass --help` shows how it is used", what.trim_start_matches("error: "))
}

/// A panic of the trainer reaches the user as a sentence through the engine; here it only must not spill a trace.
/// Whoever asks for traces gets them.
fn quiet_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|wish| wish != "0") {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        log::error!("{panic}");
        if std::thread::current().name() == Some("main") {
            let said = panic.payload_as_str().unwrap_or("no reason given");
            output::remark(format!(
                "hourglass: something broke that should not ({said}); please report it with what led to it"
            ));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_mistake_becomes_one_line_with_its_tip() {
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
