//! Ctrl-C: the first one asks for an orderly end, in which what was trained is kept; the second one ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// What a shell reports of a program that Ctrl-C has ended.
const ENDED: i32 = 130;

/// From now on the first Ctrl-C only leaves a note.
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "whoever presses Ctrl-C twice wants no orderly end"
)]
pub(super) fn listen() {
    let note = || {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(ENDED);
        }
    };
    // Where the system grants no handler, Ctrl-C ends the process as it always does.
    ctrlc::set_handler(note).ok();
}

/// Whether Ctrl-C was pressed.
pub(super) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
