//! Parses the command line, and opens the window if it asks for one.

use std::process::ExitCode;
use std::time::Instant;

use hourglass::cli::{self, CliResult, WindowRequest};

fn main() -> ExitCode {
    let started = Instant::now();
    match cli::run(std::env::args_os()) {
        CliResult::Exit(code) => code,
        CliResult::OpenWindow(request) => open(&request, started),
    }
}

#[cfg(feature = "gui")]
fn open(request: &WindowRequest, started: Instant) -> ExitCode {
    use hourglass::app::{ColorScheme, Screenshot, WindowOptions, open_window};

    let WindowRequest { device, recipe, beside, screenshot, frame_log, trace, size, theme, simple } =
        request.clone();
    let options = WindowOptions {
        device,
        recipe,
        beside,
        screenshot: screenshot
            .map(|screenshot| Screenshot { path: screenshot.path, after_secs: screenshot.after_secs }),
        frame_log,
        trace,
        started: Some(started),
        size,
        theme: theme.map(|theme| match theme {
            cli::WindowTheme::Light => ColorScheme::Light,
            cli::WindowTheme::Dark => ColorScheme::Dark,
        }),
        simple,
        types_paths: false,
        program: None,
        sweeps: None,
    };
    match open_window(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::without_window(request, &error.to_string()),
    }
}

#[cfg(not(feature = "gui"))]
fn open(request: &WindowRequest, _started: Instant) -> ExitCode {
    cli::without_window(request, "this program was built without its window")
}
