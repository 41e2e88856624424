//! Ctrl-C: the first one stops cleanly and keeps what was trained; the second one exits at once.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit code that shells use for a program that Ctrl-C ended.
const EXIT_CODE: i32 = 130;

/// Handles Ctrl-C from now on: the first one only sets a flag.
#[expect(clippy::exit, clippy::disallowed_methods, reason = "a second Ctrl-C asks for an immediate exit")]
pub(super) fn listen() {
    let handler = || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(EXIT_CODE);
        }
    };
    // If no handler can be set, Ctrl-C ends the process as usual.
    ctrlc::set_handler(handler).ok();
}

/// Whether Ctrl-C was pressed.
pub(super) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
