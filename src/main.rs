//! The door: the command line goes to `cli`; where a window is wanted, it is opened here.

use std::process::ExitCode;
use std::time::Instant;

use hourglass::cli::{self, Job, WindowWish};

fn main() -> ExitCode {
    let started = Instant::now();
    match cli::run(std::env::args_os()) {
        Job::Done(code) => code,
        Job::Window(wish) => open(&wish, started),
    }
}

#[cfg(feature = "gui")]
fn open(wish: &WindowWish, started: Instant) -> ExitCode {
    use hourglass::app::{ColorScheme, Screenshot, WindowOptions, open_window};

    let WindowWish { device, recipe, beside, screenshot, frame_log, trace, size, theme, simple } =
        wish.clone();
    let options = WindowOptions {
        device,
        recipe,
        beside,
        screenshot: screenshot.map(|(path, after_secs)| Screenshot { path, after_secs }),
        frame_log,
        trace,
        started: Some(started),
        size,
        theme: theme.map(|theme| match theme {
            cli::Theme::Light => ColorScheme::Light,
            cli::Theme::Dark => ColorScheme::Dark,
        }),
        simple,
        types_paths: false,
    };
    match open_window(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::without_window(wish, &error.to_string()),
    }
}

#[cfg(not(feature = "gui"))]
fn open(wish: &WindowWish, _started: Instant) -> ExitCode {
    cli::without_window(wish, "this program was built without its window")
}
