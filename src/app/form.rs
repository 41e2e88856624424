//! The recipe as a form, generated from the declarations: every parameter that is not live, grouped as in the file.
//!
//! A change goes into the draft and waits for a restart; the run continues. Below a field it says why a value was refused.

use std::collections::BTreeMap;

use eframe::egui::{self, Align, Color32, Layout, RichText, TextEdit, Ui};

use super::action::Action;
use super::context::PanelContext;
use super::theme::{GRID, PANEL_PADDING, Theme};
use super::widgets::{card, muted, word_button};
use crate::recipe::{
    Corruption, Family, Parameter, ParameterKind, Pruning, Recipe, RecipeError, Value, table,
};

/// Sections of a recipe file and their titles; a key without a section belongs to "training".
const SECTIONS: [(&str, &str); 8] = [
    ("data", "Data"),
    ("model", "Network"),
    ("noise", "Noise"),
    ("pruning", "Pruning"),
    ("objective", "Objective"),
    ("pretraining", "Pretraining"),
    ("training", "Training"),
    ("dictionary", "Dictionary"),
];

/// What the form remembers between frames.
#[derive(Debug, Default)]
pub struct FormState {
    /// The field that is being edited, and its text so far.
    typing: Option<(&'static str, String)>,
    /// Why the last text of a field was refused.
    refused: BTreeMap<&'static str, String>,
}

/// The form.
pub fn form_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut FormState) -> Vec<Action> {
    let mut actions = Vec::new();
    let running = cx.state.run().map(|run| &run.recipe);
    let draft =
        running.map_or_else(|| cx.state.draft.clone(), |running| with_live_values(&cx.state.draft, running));
    let name = cx.state.draft.name.clone();
    let trailing = |ui: &mut Ui| {
        muted(ui, cx.theme, name);
    };
    card(ui, cx.theme, "Recipe", trailing, |ui| {
        if running.is_some_and(|running| differs(&cx.state.draft, running)) {
            actions.extend(restart_ui(ui, cx, &draft));
        }
        scrolled(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for (section, title) in SECTIONS {
                actions.extend(section_ui(ui, cx, section, title, &draft, running, memory));
            }
        });
    });
    actions
}

/// A section under its title; one in which everything is off is a single line with the field that turns it on.
fn section_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    section: &'static str,
    title: &'static str,
    draft: &Recipe,
    running: Option<&Recipe>,
    memory: &mut FormState,
) -> Vec<Action> {
    let mut shown = fields(section, draft).peekable();
    let Some(first) = shown.peek().copied() else { return Vec::new() };
    let mut actions = Vec::new();
    if is_off(section, draft) {
        ui.add_space(2.0);
        ui.separator();
        actions.extend(row_ui(ui, cx, first, title, running, memory));
        return actions;
    }
    section_title(ui, cx.theme, title);
    for parameter in shown {
        actions.extend(row_ui(ui, cx, parameter, parameter.label, running, memory));
        if parameter.key == "model.code" && Family::of(draft) == Family::Plain {
            actions.extend(code_slider_ui(ui, cx.theme, draft.model.code));
        }
    }
    actions
}

/// Whether everything in a section is off, so that only the field that turns it on is shown.
fn is_off(section: &str, draft: &Recipe) -> bool {
    match section {
        "noise" => draft.noise.kind == Corruption::None,
        "pruning" => draft.pruning.method == Pruning::None,
        "pretraining" => !draft.is_pretrained(),
        "dictionary" => !draft.has_dictionary(),
        _ => false,
    }
}

/// The slider of the code size, from one number to more than there are pixels.
fn code_slider_ui(ui: &mut Ui, theme: &Theme, code: usize) -> Option<Action> {
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

/// A list that scrolls; its scroll bar is in the margin of the panel, beside the values.
fn scrolled(ui: &mut Ui, list: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    let mut rect = ui.available_rect_before_wrap();
    rect.max.x += PANEL_PADDING - 2.0;
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            list(ui);
        });
    });
}

/// The parameters of a section that apply to this recipe and need a restart. One that does not apply is shown while it is
/// on: the recipe may be refused because of it, and it must be possible to turn it off.
fn fields<'a>(section: &'static str, recipe: &'a Recipe) -> impl Iterator<Item = &'static Parameter> + 'a {
    let section_of = |key: &'static str| key.split_once('.').map_or("training", |(section, _)| section);
    let refusal = recipe.validate().err();
    table::PARAMETERS.iter().filter(move |p| {
        let is_shown = || (p.applies)(recipe) || refusal.as_ref().is_some_and(|r| is_blamed(p, recipe, r));
        !p.live && section_of(p.key) == section && is_shown()
    })
}

/// Whether a recipe is refused because of this parameter: with its default, it would not be, or for another reason.
fn is_blamed(parameter: &Parameter, recipe: &Recipe, refusal: &RecipeError) -> bool {
    let mut without = recipe.clone();
    parameter.reset(&mut without);
    without.validate().err().as_ref() != Some(refusal)
}

/// Whether the draft differs from the running recipe in a parameter that needs a restart.
pub fn differs(draft: &Recipe, running: &Recipe) -> bool {
    table::PARAMETERS.iter().any(|p| !p.live && p.get(draft) != p.get(running))
}

/// The draft with the live values of the running recipe: a restart keeps the values of the sliders.
pub fn with_live_values(draft: &Recipe, running: &Recipe) -> Recipe {
    let mut recipe = draft.clone();
    for parameter in table::PARAMETERS.iter().filter(|p| p.live) {
        // Both recipes have been validated, so the value is allowed.
        parameter.set(&mut recipe, &parameter.get(running)).ok();
    }
    recipe
}

/// Offers a restart. `draft` is the recipe it would begin with, live values included.
fn restart_ui(ui: &mut Ui, cx: &PanelContext<'_>, draft: &Recipe) -> Option<Action> {
    let mut action = None;
    let problem = draft.validate().err();
    ui.horizontal(|ui| {
        let tip = "Starts a new run with the changed recipe; this one ends.";
        let restart = ui.add_enabled_ui(problem.is_none(), |ui| {
            accent_button(ui, cx.theme, "Restart with these changes", tip)
        });
        if restart.inner.clicked() {
            action = Some(Action::StartDraft);
        }
    });
    if word_button(ui, cx.theme, "Drop changes", "Goes back to the running recipe.").clicked() {
        action = Some(Action::DropDraft);
    }
    if let Some(problem) = problem {
        ui.label(RichText::new(problem.to_string()).font(cx.theme.small()).color(cx.theme.problem));
    }
    ui.add_space(2.0);
    action
}

fn accent_button(ui: &mut Ui, theme: &Theme, text: &str, tip: &str) -> egui::Response {
    let text = RichText::new(text).font(theme.body()).color(theme.on_accent);
    ui.add(egui::Button::new(text).fill(theme.accent).wrap()).on_hover_text(tip)
}

fn section_title(ui: &mut Ui, theme: &Theme, title: &str) {
    ui.add_space(2.0);
    ui.separator();
    muted(ui, theme, title);
}

/// One parameter: its name, its value, and below it why the last one was refused.
fn row_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    parameter: &'static Parameter,
    name: &'static str,
    running: Option<&Recipe>,
    memory: &mut FormState,
) -> Option<Action> {
    let value = parameter.get(&cx.state.draft);
    let is_changed = running.is_some_and(|running| parameter.get(running) != value);
    let action = ui.horizontal(|ui| {
        ui.set_min_height(20.0 * cx.theme.scale);
        let color = if is_changed { cx.theme.accent } else { cx.theme.muted };
        let label = ui.label(RichText::new(name).color(color)).on_hover_text(parameter.help);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            field_ui(ui, cx.theme, parameter, &value, label.id, memory)
        })
        .inner
    });
    if let Some(sentence) = memory.refused.get(parameter.key) {
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
    memory: &mut FormState,
) -> Option<Action> {
    match (parameter.kind, value) {
        (ParameterKind::Flag, Value::Flag(flag)) => {
            let mut flag = *flag;
            let response = ui.checkbox(&mut flag, "").labelled_by(label);
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
    memory: &mut FormState,
) -> Option<Action> {
    let is_typed_in = memory.typing.as_ref().is_some_and(|(key, _)| *key == parameter.key);
    let mut text = match &memory.typing {
        Some((_, text)) if is_typed_in => text.clone(),
        _ => plain(value),
    };
    let fill = if is_typed_in { theme.raised } else { Color32::TRANSPARENT };
    let frame = egui::Frame::new().fill(fill).corner_radius(4).inner_margin(egui::Margin::symmetric(4, 1));
    let width = ui.available_width().min(16.0 * GRID * theme.scale);
    let edit = TextEdit::singleline(&mut text)
        .id_salt(parameter.key)
        .frame(frame)
        .desired_width(width)
        .hint_text("none")
        .align(egui::Align2::RIGHT_CENTER)
        .text_color(theme.text);
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

/// The action for a typed text; a refusal is shown below the field until a valid value is typed.
fn take_text(
    parameter: &'static Parameter,
    value: &Value,
    text: &str,
    memory: &mut FormState,
) -> Option<Action> {
    memory.refused.remove(parameter.key);
    if text == plain(value) {
        return None;
    }
    match parameter.parse(text.trim()) {
        Ok(parsed) => Some(Action::Draft(parameter.key, parsed)),
        Err(error) => {
            memory.refused.insert(parameter.key, error.to_string());
            None
        }
    }
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

    #[test]
    fn the_form_and_the_sliders_show_every_parameter_that_applies_once() {
        for name in crate::recipe::builtin::NAMES {
            let recipe = Recipe::open(name).expect("a built-in recipe");
            let mut shown: Vec<&str> =
                SECTIONS.iter().flat_map(|(s, _)| fields(s, &recipe)).map(|p| p.key).collect();
            shown.extend(super::super::live::parameters(&recipe).map(|p| p.key));
            let mut wanted: Vec<&str> =
                table::PARAMETERS.iter().filter(|p| (p.applies)(&recipe)).map(|p| p.key).collect();
            shown.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(shown, wanted, "in {name}");
        }
    }

    #[test]
    fn a_section_in_which_nothing_is_on_is_one_line_with_its_switch() {
        let mut recipe = Recipe::default();
        let switches = [
            ("noise", "noise.kind"),
            ("pretraining", "pretraining.method"),
            ("dictionary", "dictionary.atoms"),
        ];
        for (section, key) in switches {
            assert!(is_off(section, &recipe), "{section}");
            assert_eq!(fields(section, &recipe).next().map(|p| p.key), Some(key));
        }
        recipe.set_from_text("noise.kind=masking").expect("valid");
        recipe.set_from_text("dictionary.atoms=64").expect("valid");
        assert!(!is_off("noise", &recipe) && !is_off("dictionary", &recipe) && !is_off("model", &recipe));
    }

    #[test]
    fn a_refused_text_leaves_the_draft_alone_and_says_why() {
        let parameter = table::find("training.batch").expect("declared");
        let mut memory = FormState::default();
        assert_eq!(take_text(parameter, &Value::Integer(128), "many", &mut memory), None);
        assert!(memory.refused["training.batch"].contains("whole number"), "{:?}", memory.refused);
        let action = take_text(parameter, &Value::Integer(128), "64", &mut memory);
        assert_eq!(action, Some(Action::Draft("training.batch", Value::Integer(64))));
        assert!(memory.refused.is_empty());
    }

    #[test]
    fn a_parameter_that_a_refusal_names_is_shown() {
        let cases = [
            ("ae-sparse", "model.network=conv", "model.unit_columns"),
            ("ae-sparse", "model.code_kind=gaussian", "model.unit_columns"),
            ("deep-rbm", "model.code_kind=gaussian", "pretraining.method"),
            ("vae-warm-up", "model.code_kind=plain", "objective.warm_up"),
            ("bug-range", "objective.reconstruction=cross-entropy", "data.range"),
        ];
        for (name, setting, key) in cases {
            let mut draft = Recipe::open(name).expect("a built-in recipe");
            draft.set_from_text(setting).expect("allowed by itself");
            draft.objective.sparsity = 0.0;
            let shown = |recipe: &Recipe| -> Vec<&str> {
                SECTIONS.iter().flat_map(|(s, _)| fields(s, recipe)).map(|p| p.key).collect()
            };
            let refusal = draft.validate().expect_err("refused").to_string();
            assert!(refusal.contains(key), "{name}, {setting}: {refusal}");
            assert!(shown(&draft).contains(&key), "{name}, {setting}: {key} is hidden, though {refusal}");
            table::find(key).expect("declared").reset(&mut draft);
            assert_eq!(draft.validate(), Ok(()), "{name}, {setting}");
            assert!(!shown(&draft).contains(&key), "{key} means nothing here");
        }
    }

    #[test]
    fn live_values_need_no_restart_and_survive_one() {
        let draft = Recipe::open("vae-2d").expect("built in");
        let mut running = draft.clone();
        running.objective.beta = 4.0;
        assert!(!differs(&draft, &running));
        let mut changed = draft;
        changed.training.batch = 64;
        assert!(differs(&changed, &running));
        let started = with_live_values(&changed, &running);
        assert_eq!((started.training.batch, started.objective.beta), (64, 4.0));
        // The live values of the running recipe count, not those of the draft.
        let mut draft = Recipe::open("ae-dropout").expect("built in");
        let mut running = draft.clone();
        running.noise.drop_units = 0.0;
        draft.set_from_text("model.network=conv").expect("allowed by itself");
        assert!(draft.validate().is_err() && with_live_values(&draft, &running).validate().is_ok());
    }
}
