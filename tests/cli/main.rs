//! Tests of the command line with the real program: output, exit codes, and files.
//!
//! No test needs a display or a GPU. Training uses the CPU, except in tests of devices.

mod bad_input;
mod doctor;
mod insight;
mod sweep;
mod training;
mod words;

use serde_json::Value as Json;
use std::path::Path;
use std::process::{Command, Stdio};

/// The result of running the program.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// The program with these arguments in a folder, without a display.
fn program(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hourglass"));
    command.args(line).current_dir(folder).stdin(Stdio::null());
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "RUST_BACKTRACE", "HOURGLASS_TOUR_SECONDS"] {
        command.env_remove(name);
    }
    command
}

fn hourglass(folder: &Path, line: &[&str]) -> Ran {
    finished(&mut program(folder, line))
}

#[expect(clippy::expect_used, reason = "without the program there is nothing to test")]
fn finished(command: &mut Command) -> Ran {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Ran {
    /// Asserts that it succeeded.
    #[track_caller]
    fn done(self) -> Self {
        let Self { code, stdout, stderr } = &self;
        assert_eq!(*code, Some(0), "it failed\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// Asserts that it failed with this code and one sentence that contains `said`, and printed nothing on stdout.
    #[track_caller]
    fn refused(self, code: i32, said: &[&str]) -> Self {
        self.failed(code, said);
        assert_eq!(self.stdout, "", "a refusal prints nothing on stdout");
        self
    }

    /// Asserts that it failed with this code and one sentence that contains `said`.
    #[track_caller]
    fn failed(&self, code: i32, said: &[&str]) {
        let Self { code: got, stdout, stderr } = self;
        assert_eq!(*got, Some(code), "the code is wrong\nstdout: {stdout}\nstderr: {stderr}");
        // Libraries may print warnings about the system; ours is one sentence.
        let ours: Vec<&str> = stderr.lines().filter(|line| line.starts_with("hourglass: ")).collect();
        assert_eq!(ours.len(), 1, "there should be one sentence on stderr, not:\n{stderr}");
        for part in said {
            assert!(ours[0].contains(part), "`{}` should say `{part}`", ours[0]);
        }
        for word in ["panicked", "backtrace", "RUST_BACKTRACE", "src/"] {
            assert!(!stderr.contains(word), "stderr spills `{word}`:\n{stderr}");
        }
    }

    /// Stdout as JSON lines.
    #[expect(clippy::expect_used, reason = "a line that is not JSON must fail the test")]
    fn json_lines(&self) -> Vec<Json> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }
}

/// The names of everything in a folder, hidden files included.
#[expect(clippy::unwrap_used, reason = "a folder that cannot be listed must fail the test")]
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The figures of a run of `vae-2d`.
const FIGURES: [&str; 12] = [
    "card-1-samples-from-the-prior.png",
    "card-1-samples-from-the-prior.svg",
    "card-2-dimensions-in-use.png",
    "card-2-dimensions-in-use.svg",
    "card-3-which-pixels-a-code-number-moves.png",
    "card-3-which-pixels-a-code-number-moves.svg",
    "codes.png",
    "codes.svg",
    "curves.png",
    "curves.svg",
    "lattice.png",
    "reconstructions.png",
];

/// Asserts that the figures exist in the formats of their names.
#[track_caller]
#[expect(clippy::unwrap_used, reason = "a figure that cannot be read must fail the test")]
fn assert_figures(folder: &Path) {
    for name in FIGURES {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let start: &[u8] = if name.ends_with(".png") { b"\x89PNG\r\n\x1a\n" } else { b"<svg" };
        assert!(bytes.starts_with(start) && bytes.len() > 1000, "{name} is not a picture");
    }
}
