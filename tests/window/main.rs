//! Promises of the window: its panels in a harness without a screen, how the explorer looks, and the real program on a
//! virtual screen.

#![cfg(test)]
#![cfg(feature = "gui")]

mod overlaps;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
#[path = "../common/screen.rs"]
mod screen;
mod snapshots;
mod ui;
#[path = "../common/windows.rs"]
mod windows;

use hourglass::app::{AppState, RunState};

/// The run that is shown.
fn run(state: &AppState) -> &RunState {
    state.run().expect("a run")
}
