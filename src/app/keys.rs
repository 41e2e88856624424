//! The keys, and the list of them that the help shows.
//!
//! While text is typed, all keys go to the text. While a widget has the keyboard focus, the arrow keys go to it; the space
//! bar always plays and pauses, and Enter presses the widget.

use eframe::egui::{self, Context, Key, Modifiers};

use super::action::{Action, Figure};
use crate::engine::RunId;

/// Every key and what it does.
pub const KEYS: [(&str, &str); 17] = [
    ("Space", "plays and pauses"),
    ("→", "trains one step"),
    ("R", "starts again from the same weights"),
    ("N", "starts again with a new seed"),
    ("E", "exports the panel under the pointer"),
    ("F, Esc", "fill the screen and leave it again"),
    ("K", "keeps the run as it is now, to be compared and brought back"),
    ("G", "hides the curves and images of kept runs"),
    ("Home or 0", "shows all codes on the map under the pointer"),
    ("+ and −", "zoom that map"),
    ("P", "pins the point of the map under the pointer"),
    ("Delete", "removes the pin that has the keyboard focus"),
    ("D", "samples other codes"),
    ("Ctrl+Z", "undoes the last live change"),
    ("Tab, Enter", "go to the next control, and press it; arrow keys move within a group"),
    ("F6, Ctrl+1…7", "go to the next panel, or to one of them"),
    ("? or F1", "shows and hides the help"),
];

/// With Ctrl, each of them gives the keyboard to a panel.
const PANELS: [Key; 7] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7];

/// What keys act on.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyTargets {
    /// The figure that E exports.
    pub under_pointer: Option<Figure>,
    /// The run that K keeps.
    pub shown: Option<RunId>,
    /// Whether the window fills the screen.
    pub is_full_screen: bool,
    /// Whether a window in front covers everything that keys act on.
    pub is_covered: bool,
}

/// The actions of the keys pressed in this frame. A key that is held down acts once, except for the arrow.
pub fn pressed(ctx: &Context, targets: KeyTargets) -> Vec<Action> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let KeyTargets { under_pointer, shown, is_covered, is_full_screen } = targets;
    // Escape closes an open menu first.
    let leaves_full_screen = is_full_screen && !egui::Popup::is_any_open(ctx);
    let arrows_are_taken = ctx.egui_wants_keyboard_input();
    let mut actions = Vec::new();
    ctx.input_mut(|input| {
        let is_held =
            |event: &egui::Event| matches!(event, egui::Event::Key { key, repeat: true, .. } if *key != Key::ArrowRight);
        input.events.retain(|event| arrows_are_taken || !is_held(event));
        let mut on = |modifiers: Modifiers, key: Key, action: Action| {
            if input.consume_key(modifiers, key) {
                actions.push(action);
            }
        };
        on(Modifiers::NONE, Key::F1, Action::ToggleHelp);
        on(Modifiers::NONE, Key::Questionmark, Action::ToggleHelp);
        on(Modifiers::SHIFT, Key::Slash, Action::ToggleHelp);
        if is_covered {
            return;
        }
        on(Modifiers::SHIFT, Key::F6, Action::FocusPanel { is_back: true });
        on(Modifiers::NONE, Key::F6, Action::FocusPanel { is_back: false });
        for (number, key) in PANELS.into_iter().enumerate() {
            on(Modifiers::COMMAND, key, Action::FocusPanelNumber(number));
        }
        on(Modifiers::COMMAND, Key::Z, Action::Undo);
        on(Modifiers::NONE, Key::Space, Action::PlayPause);
        on(Modifiers::NONE, Key::R, Action::Reset);
        on(Modifiers::NONE, Key::N, Action::NewSeed);
        on(Modifiers::NONE, Key::F, Action::ToggleFullScreen);
        on(Modifiers::NONE, Key::G, Action::HideKept);
        if leaves_full_screen {
            on(Modifiers::NONE, Key::Escape, Action::LeaveFullScreen);
        }
        if let Some(run) = shown {
            on(Modifiers::NONE, Key::K, Action::Keep(run));
        }
        if !arrows_are_taken {
            on(Modifiers::NONE, Key::ArrowRight, Action::StepBatch);
        }
        if let Some(figure) = under_pointer {
            on(Modifiers::NONE, Key::E, Action::Export(figure));
        }
    });
    actions
}

/// Whether a key of a panel was pressed while no text is typed. The key is consumed.
pub fn is_typed(ctx: &Context, key: Key) -> bool {
    !ctx.text_edit_focused() && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key))
}

/// Whether the window fills the screen.
pub fn is_full_screen(ctx: &Context) -> bool {
    ctx.input(|input| input.viewport().fullscreen.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: Key, modifiers: Modifiers, under_pointer: Option<Figure>) -> Vec<Action> {
        let shown = Some(RunId(7));
        press_on(key, modifiers, false, KeyTargets { under_pointer, shown, ..KeyTargets::default() })
    }

    /// The actions of a key that is pressed, or of one that is held down.
    fn press_on(key: Key, modifiers: Modifiers, is_held: bool, targets: KeyTargets) -> Vec<Action> {
        let ctx = Context::default();
        let mut actions = Vec::new();
        for _ in 0..=usize::from(is_held) {
            actions.clear();
            let event = egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
            let input = egui::RawInput { events: vec![event], ..egui::RawInput::default() };
            let mut output = ctx.run_ui(input, |ui| actions.extend(pressed(ui.ctx(), targets)));
            // Nobody paints what was drawn.
            output.textures_delta.clear();
        }
        actions
    }

    #[test]
    fn keys_do_what_the_list_says() {
        assert_eq!(press(Key::Space, Modifiers::NONE, None), [Action::PlayPause]);
        assert_eq!(press(Key::ArrowRight, Modifiers::NONE, None), [Action::StepBatch]);
        assert_eq!(press(Key::R, Modifiers::NONE, None), [Action::Reset]);
        assert_eq!(press(Key::N, Modifiers::NONE, None), [Action::NewSeed]);
        assert_eq!(press(Key::F, Modifiers::NONE, None), [Action::ToggleFullScreen]);
        assert_eq!(press(Key::K, Modifiers::NONE, None), [Action::Keep(RunId(7))]);
        assert_eq!(press(Key::G, Modifiers::NONE, None), [Action::HideKept]);
        assert_eq!(press(Key::Z, Modifiers::COMMAND, None), [Action::Undo]);
        assert_eq!(press(Key::F6, Modifiers::NONE, None), [Action::FocusPanel { is_back: false }]);
        assert_eq!(press(Key::F6, Modifiers::SHIFT, None), [Action::FocusPanel { is_back: true }]);
        assert_eq!(press(Key::Num4, Modifiers::COMMAND, None), [Action::FocusPanelNumber(3)]);
        assert_eq!(press(Key::F1, Modifiers::NONE, None), [Action::ToggleHelp]);
    }

    #[test]
    fn escape_leaves_the_full_screen_and_does_nothing_else() {
        let on = |is_full_screen| {
            let targets = KeyTargets { is_full_screen, ..KeyTargets::default() };
            press_on(Key::Escape, Modifiers::NONE, false, targets)
        };
        assert_eq!((on(false), on(true)), (vec![], vec![Action::LeaveFullScreen]));
    }

    #[test]
    fn a_key_that_is_held_down_acts_once_and_none_acts_behind_a_window() {
        let on = |key, repeat, is_covered| {
            press_on(key, Modifiers::NONE, repeat, KeyTargets { is_covered, ..KeyTargets::default() })
        };
        assert_eq!(on(Key::R, true, false), []);
        assert_eq!(on(Key::ArrowRight, true, false), [Action::StepBatch], "holding it trains step by step");
        assert_eq!((on(Key::R, false, true), on(Key::Space, false, true)), (vec![], vec![]));
        assert_eq!(on(Key::F1, false, true), [Action::ToggleHelp], "it closes the window");
    }

    #[test]
    fn the_export_key_needs_a_panel_under_the_pointer() {
        assert_eq!(press(Key::E, Modifiers::NONE, None), []);
        assert_eq!(press(Key::E, Modifiers::NONE, Some(Figure::Curves)), [Action::Export(Figure::Curves)]);
    }
}
