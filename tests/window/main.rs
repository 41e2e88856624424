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
mod sweep;
mod ui;
mod walks;
#[path = "../common/windows.rs"]
mod windows;

use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::app::{App, AppState, RunState};

/// The run that is shown.
fn run(state: &AppState) -> &RunState {
    state.run().expect("a run")
}

/// Opens a menu, presses what is called so, and closes it.
fn choose_in(window: &mut Harness<'_, App>, menu: &str, words: &[&str]) {
    for label in std::iter::once(&menu).chain(words) {
        // What a menu shows comes after everything below it.
        window.get_all_by_label(label).last().expect(label).click();
        window.run_steps(4);
    }
    window.key_press(Key::Escape);
    window.run_steps(4);
}
