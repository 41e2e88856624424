//! Ctrl-C: the first one asks for an orderly end, in which what was trained is kept.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C only leaves a note.
pub(super) fn listen() {
    // Where the system grants no handler, Ctrl-C ends the process as it always does.
    ctrlc::set_handler(|| ASKED.store(true, Ordering::Relaxed)).ok();
}

/// Whether Ctrl-C was pressed.
pub(super) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
