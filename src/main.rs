//! The door: the command line goes to `cli`; where a window is wanted, it is opened here.

use std::process::ExitCode;

use hourglass::cli::{self, Job, WindowWish};

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Job::Done(code) => code,
        Job::Window(wish) => open(&wish),
    }
}

#[cfg(feature = "gui")]
fn open(wish: &WindowWish) -> ExitCode {
    use hourglass::app::{Screenshot, WindowOptions, open_window};

    let WindowWish {
        device,
        recipe,
        screenshot,
        frame_log,
        trace,
        size,
        theme,
        simple,
    } = wish.clone();
    let options = WindowOptions {
        device,
        recipe,
        screenshot: screenshot.map(|(path, after_secs)| Screenshot { path, after_secs }),
        frame_log,
        trace,
        size,
        theme,
        simple,
    };
    match open_window(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::without_window(wish, &error.to_string()),
    }
}

#[cfg(not(feature = "gui"))]
fn open(wish: &WindowWish) -> ExitCode {
    cli::without_window(wish, "this program was built without its window")
}
