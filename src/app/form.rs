//! The recipe as a form, generated from the declarations: every parameter that is not live, grouped as in the file.
//!
//! A change goes into the draft and waits for a restart; the run continues. Below a field it says why a value was refused.

mod fields;

use eframe::egui::{self, Color32, Rect, RichText, Ui, UiBuilder, vec2};

use super::action::Action;
use super::context::PanelContext;
use super::theme::{BUTTON_HEIGHT, GRID, HALF, Theme};
use super::widgets::{card, muted, scrolled};
use crate::engine::{MOST_RUNS, RunId};
use crate::recipe::{Corruption, Family, Parameter, Pruning, Recipe, RecipeError, table};
use fields::{FieldMemory, code_slider_ui, row_ui};

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
    fields: FieldMemory,
    /// The run whose recipe is in the form.
    run: Option<RunId>,
}

impl FormState {
    /// Forgets what was typed for another run.
    fn reset_for(&mut self, run: Option<RunId>) {
        if self.run != run {
            *self = Self { run, ..Self::default() };
        }
    }
}

/// The form.
pub fn form_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut FormState) -> Vec<Action> {
    let mut actions = Vec::new();
    memory.reset_for(cx.state.run().map(|run| run.info.id));
    let running = cx.state.run().map(|run| &run.recipe);
    let draft =
        running.map_or_else(|| cx.state.draft.clone(), |running| with_live_values(&cx.state.draft, running));
    let name = cx.state.draft.name.clone();
    let trailing = |ui: &mut Ui| {
        muted(ui, cx.theme, name);
    };
    card(ui, cx.theme, "Recipe", trailing, |ui| {
        let space = ui.available_rect_before_wrap();
        let is_changed = running.is_some_and(|running| differs(&cx.state.draft, running));
        let problem = draft.validate().err().map(|error| error.to_string()).filter(|_| is_changed);
        let foot = footer_height(ui, cx.theme, problem.as_deref());
        let list = Rect::from_min_max(space.min, space.max - vec2(0.0, foot));
        ui.scope_builder(UiBuilder::new().max_rect(list), |ui| {
            scrolled(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                muted(ui, cx.theme, draft.about.as_str());
                for (section, title) in SECTIONS {
                    actions.extend(section_ui(ui, cx, section, title, &draft, running, memory));
                }
            });
        });
        let footer = Rect::from_min_max(list.left_bottom(), space.max);
        ui.scope_builder(UiBuilder::new().max_rect(footer), |ui| {
            let is_complete = problem.is_none() && memory.fields.is_complete();
            actions.extend(footer_ui(ui, cx, &draft, is_changed, is_complete, problem.as_deref()));
        });
        let is_dropped = |action: &Action| {
            matches!(action, Action::DropDraft | Action::StartDraft | Action::OpenBeside(_))
        };
        if actions.iter().any(is_dropped) {
            *memory = FormState { run: memory.run, ..FormState::default() };
        }
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
    let mut shown = parameters_of(section, draft).peekable();
    let Some(first) = shown.peek().copied() else { return Vec::new() };
    let mut actions = Vec::new();
    if is_off(section, draft) {
        ui.add_space(2.0);
        ui.separator();
        actions.extend(row_ui(ui, cx, first, title, running, &mut memory.fields));
        return actions;
    }
    section_title(ui, cx.theme, title);
    for parameter in shown {
        actions.extend(row_ui(ui, cx, parameter, parameter.label, running, &mut memory.fields));
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

/// The parameters of a section that apply to this recipe and need a restart. One that does not apply is shown while it is
/// on: the recipe may be refused because of it, and it must be possible to turn it off.
fn parameters_of<'a>(
    section: &'static str,
    recipe: &'a Recipe,
) -> impl Iterator<Item = &'static Parameter> + 'a {
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

/// The height of the footer: its buttons, and below them why the draft cannot be started.
fn footer_height(ui: &Ui, theme: &Theme, problem: Option<&str>) -> f32 {
    let buttons = BUTTON_HEIGHT * theme.scale + GRID;
    let wrapped = |words: &str| {
        ui.painter().layout(words.to_owned(), theme.small(), theme.problem, ui.available_width()).size().y
    };
    buttons + problem.map_or(0.0, |words| wrapped(words) + 2.0)
}

/// What can be done with the changes, which is always there, so that no row moves when the first change is made. `draft` is
/// the recipe that would be started, live values included.
fn footer_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    draft: &Recipe,
    is_changed: bool,
    is_complete: bool,
    problem: Option<&str>,
) -> Option<Action> {
    let mut action = None;
    ui.add_space(HALF);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        ui.spacing_mut().button_padding = vec2(6.0, 2.0);
        let can_start = is_changed && is_complete;
        let button = |ui: &mut Ui, word: &str, is_on: bool, color: Color32, fill: Color32, tip: &str| {
            let text = RichText::new(word).font(cx.theme.small()).color(color);
            let button =
                egui::Button::new(text).fill(fill).min_size(vec2(0.0, BUTTON_HEIGHT * cx.theme.scale));
            let why = if is_changed { "The changes are not complete." } else { "Nothing has been changed." };
            ui.add_enabled(is_on, button).on_hover_text(tip).on_disabled_hover_text(why).clicked()
        };
        let (color, raised) = (cx.theme.text, cx.theme.raised);
        let tip = "Starts again with the changed recipe; the present run is kept.";
        if button(ui, "Restart", can_start, cx.theme.on_accent, cx.theme.accent, tip) {
            action = Some(Action::StartDraft);
        }
        let tip = "Trains the changed recipe next to the present one; both start again at step 0.";
        let has_room = cx.state.bench.as_ref().is_some_and(|bench| bench.runs.len() < MOST_RUNS);
        let word = if ui.available_width() > 130.0 * cx.theme.scale { "Run beside" } else { "Beside" };
        if button(ui, word, can_start && has_room, color, raised, tip) {
            action = Some(Action::OpenBeside(Box::new(draft.clone())));
        }
        if button(ui, "Drop", is_changed || !is_complete, color, raised, "Goes back to the running recipe.") {
            action = Some(Action::DropDraft);
        }
    });
    if let Some(problem) = problem {
        ui.label(RichText::new(problem).font(cx.theme.small()).color(cx.theme.problem));
    }
    action
}

fn section_title(ui: &mut Ui, theme: &Theme, title: &str) {
    ui.add_space(2.0);
    ui.separator();
    muted(ui, theme, title);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_and_the_sliders_show_every_parameter_that_applies_once() {
        for name in crate::recipe::builtin::NAMES {
            let recipe = Recipe::open(name).expect("a built-in recipe");
            let mut shown: Vec<&str> =
                SECTIONS.iter().flat_map(|(s, _)| parameters_of(s, &recipe)).map(|p| p.key).collect();
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
            assert_eq!(parameters_of(section, &recipe).next().map(|p| p.key), Some(key));
        }
        recipe.set_from_text("noise.kind=masking").expect("valid");
        recipe.set_from_text("dictionary.atoms=64").expect("valid");
        assert!(!is_off("noise", &recipe) && !is_off("dictionary", &recipe) && !is_off("model", &recipe));
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
                SECTIONS.iter().flat_map(|(s, _)| parameters_of(s, recipe)).map(|p| p.key).collect()
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
