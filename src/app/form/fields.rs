//! The fields of the form: a choice, a box, or a text that is checked when it is left; a path is checked while it is typed.

use std::collections::BTreeMap;
use std::path::Path;

use eframe::egui::{self, Align, Color32, Layout, RichText, TextEdit, Ui};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::theme::{GRID, Theme};
use crate::app::widgets::checkbox;
use crate::data;
use crate::look::capital;
use crate::recipe::{BuiltInSet, Parameter, ParameterKind, Recipe, Value};

/// The parameter that can be a path.
const IMAGES: &str = "data.set";
/// Width that must be left of a row for the word that it takes a restart.
const ROOM_FOR_RESTART: f32 = 100.0;

/// What the fields remember between frames.
#[derive(Debug, Default)]
pub struct FieldMemory {
    /// The field that is being edited, and its text so far.
    typing: Option<(&'static str, String)>,
    /// Texts that were refused. They stay in their fields until they are mended or the changes are dropped.
    refused: BTreeMap<&'static str, Refused>,
    /// The path that was checked last, and what is wrong with it.
    checked: Option<(String, Option<String>)>,
}

/// A text that was refused, and what to type.
#[derive(Clone, Debug)]
struct Refused {
    text: String,
    sentence: String,
}

impl FieldMemory {
    /// Whether no field holds a text that was refused.
    pub fn is_complete(&self) -> bool {
        self.refused.is_empty()
    }

    /// What is wrong with the path that is being typed.
    fn path_problem(&mut self, key: &str) -> Option<String> {
        let text = self.typing.as_ref().filter(|(typed, _)| *typed == key && key == IMAGES)?.1.trim();
        if self.checked.as_ref().is_none_or(|(checked, _)| checked != text) {
            self.checked = Some((text.to_owned(), problem_of_images(text)));
        }
        self.checked.as_ref()?.1.clone()
    }
}

/// What is wrong with the name or the path of a data set.
fn problem_of_images(text: &str) -> Option<String> {
    let is_known = text.is_empty() || BuiltInSet::from_word(text).is_some();
    if is_known { None } else { data::problem_of(Path::new(text)).map(|problem| problem.to_string()) }
}

/// The slider of the code size, from one number to more than there are pixels.
pub fn code_slider_ui(ui: &mut Ui, theme: &Theme, code: usize) -> Option<Action> {
    let mut size = code as u64;
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().slider_width = ui.available_width() - 4.0;
            ui.spacing_mut().interact_size.y = 14.0;
            ui.visuals_mut().selection.bg_fill = theme.accent;
            ui.visuals_mut().widgets.inactive.bg_fill = theme.line;
            ui.visuals_mut().widgets.inactive.fg_stroke = egui::Stroke::new(2.0, theme.accent);
            let slider = egui::Slider::new(&mut size, 1..=1024)
                .logarithmic(true)
                .handle_shape(egui::style::HandleShape::Circle)
                .show_value(false);
            ui.add(slider)
        })
        .inner;
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("code size, slider"));
    let changed = response.changed();
    response.on_hover_text(
        "From one number to 1024, more than a small image has pixels. It takes effect with a restart.",
    );
    (changed && size != code as u64).then_some(Action::Draft("model.code", Value::Integer(size)))
}

/// One parameter: its name, its value, and below it why the last one was refused.
pub fn row_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    parameter: &'static Parameter,
    name: &'static str,
    running: Option<&Recipe>,
    memory: &mut FieldMemory,
) -> Option<Action> {
    let value = parameter.get(&cx.state.draft);
    let is_changed = running.is_some_and(|running| parameter.get(running) != value);
    let action = ui.horizontal(|ui| {
        ui.set_min_height(20.0 * cx.theme.scale);
        let color = if is_changed { cx.theme.accent } else { cx.theme.muted };
        let label = ui.label(RichText::new(name).color(color)).on_hover_text(parameter.help);
        if is_changed && ui.available_width() > ROOM_FOR_RESTART * cx.theme.scale {
            ui.label(RichText::new("restart").font(cx.theme.small()).color(cx.theme.accent))
                .on_hover_text("It takes effect with a restart, with the button below.");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            field_ui(ui, cx.theme, parameter, &value, label.id, memory)
        })
        .inner
    });
    let refused = memory.refused.get(parameter.key).map(|refused| refused.sentence.clone());
    if let Some(sentence) = refused.or_else(|| memory.path_problem(parameter.key)) {
        ui.label(RichText::new(sentence).font(cx.theme.small()).color(cx.theme.problem));
    }
    action.inner
}

fn field_ui(
    ui: &mut Ui,
    theme: &Theme,
    parameter: &'static Parameter,
    value: &Value,
    label: egui::Id,
    memory: &mut FieldMemory,
) -> Option<Action> {
    match (parameter.kind, value) {
        (ParameterKind::Flag, Value::Flag(flag)) => {
            let mut flag = *flag;
            let response = checkbox(ui, theme, true, &mut flag, "").labelled_by(label);
            response.changed().then_some(Action::Draft(parameter.key, Value::Flag(flag)))
        }
        (ParameterKind::Choice(words), Value::Word(word)) => choice_ui(ui, parameter, words, word, label),
        _ => text_ui(ui, theme, parameter, value, label, memory),
    }
}

fn choice_ui(
    ui: &mut Ui,
    parameter: &'static Parameter,
    words: &'static [&'static str],
    word: &str,
    label: egui::Id,
) -> Option<Action> {
    let mut chosen = None;
    // A choice looks like any other value until the pointer is over it.
    ui.visuals_mut().widgets.inactive.weak_bg_fill = Color32::TRANSPARENT;
    ui.visuals_mut().widgets.inactive.bg_stroke = egui::Stroke::NONE;
    ui.spacing_mut().button_padding = egui::vec2(4.0, 1.0);
    ui.spacing_mut().icon_width = 8.0;
    ui.spacing_mut().icon_spacing = 4.0;
    let combo =
        egui::ComboBox::from_id_salt(parameter.key).selected_text(word).width(40.0).show_ui(ui, |ui| {
            for &offered in words {
                if ui.selectable_label(offered == word, offered).clicked() {
                    chosen = Some(Action::Draft(parameter.key, Value::Word(offered.to_owned())));
                }
            }
        });
    combo.response.labelled_by(label).on_hover_text(parameter.help);
    chosen
}

/// Numbers, widths and free text are typed; Enter or leaving the field validates the text.
fn text_ui(
    ui: &mut Ui,
    theme: &Theme,
    parameter: &'static Parameter,
    value: &Value,
    label: egui::Id,
    memory: &mut FieldMemory,
) -> Option<Action> {
    let is_typed_in = memory.typing.as_ref().is_some_and(|(key, _)| *key == parameter.key);
    let refused = memory.refused.get(parameter.key);
    let mut text = match (&memory.typing, refused) {
        (Some((_, text)), _) if is_typed_in => text.clone(),
        (_, Some(refused)) => refused.text.clone(),
        _ => plain(value),
    };
    let color = if refused.is_some() { theme.problem } else { theme.text };
    let fill = if is_typed_in { theme.raised } else { Color32::TRANSPARENT };
    let frame = egui::Frame::new().fill(fill).corner_radius(4).inner_margin(egui::Margin::symmetric(4, 1));
    let width = ui.available_width().min(16.0 * GRID * theme.scale);
    let edit = TextEdit::singleline(&mut text)
        .id_salt(parameter.key)
        .frame(frame)
        .desired_width(width)
        .hint_text("none")
        .align(egui::Align2::RIGHT_CENTER)
        .text_color(color);
    let response = ui.add(edit).labelled_by(label);
    let (has_focus, lost_focus) = (response.has_focus(), response.lost_focus());
    response.on_hover_text(parameter.help);
    // A frame may be drawn twice; the text is taken once.
    if lost_focus && is_typed_in {
        memory.typing = None;
        return take_text(parameter, value, &text, memory);
    }
    if has_focus {
        memory.typing = Some((parameter.key, text));
    }
    None
}

/// The action for a typed text; one that is refused stays in the field, with what to type below it.
fn take_text(
    parameter: &'static Parameter,
    value: &Value,
    text: &str,
    memory: &mut FieldMemory,
) -> Option<Action> {
    memory.refused.remove(parameter.key);
    if text == plain(value) {
        return None;
    }
    if let Ok(parsed) = parameter.parse(text.trim()) {
        return Some(Action::Draft(parameter.key, parsed));
    }
    let sentence = format!("{}: {}.", capital(parameter.label), parameter.allowed());
    memory.refused.insert(parameter.key, Refused { text: text.to_owned(), sentence });
    None
}

/// A value as it is typed: a word without the quotes that a file needs.
fn plain(value: &Value) -> String {
    match value {
        Value::Word(word) => word.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::table;

    #[test]
    fn a_refused_text_leaves_the_draft_alone_and_says_why() {
        let parameter = table::find("training.batch").expect("declared");
        let mut memory = FieldMemory::default();
        assert_eq!(take_text(parameter, &Value::Integer(128), "many", &mut memory), None);
        let Refused { text, sentence } = memory.refused["training.batch"].clone();
        assert_eq!(
            (text.as_str(), sentence.as_str()),
            ("many", "Batch size: a whole number from 1 to 4096.")
        );
        let action = take_text(parameter, &Value::Integer(128), "64", &mut memory);
        assert_eq!(action, Some(Action::Draft("training.batch", Value::Integer(64))));
        assert!(memory.refused.is_empty());
    }

    #[test]
    fn a_wrong_path_is_told_while_it_is_typed() {
        let mut memory =
            FieldMemory { typing: Some((IMAGES, "/nowhere".to_owned())), ..FieldMemory::default() };
        let problem = memory.path_problem(IMAGES).expect("a sentence");
        assert!(problem.contains("/nowhere"), "{problem}");
        memory.typing = Some((IMAGES, "digits".to_owned()));
        assert_eq!(memory.path_problem(IMAGES), None);
        assert_eq!(memory.path_problem("training.batch"), None);
    }
}
