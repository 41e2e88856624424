//! The sliders that act while the run trains, generated from the declarations of live parameters.
//!
//! A value that was set is shown at once and held until the trainer reports it applied, so that a handle does not jump back
//! under the finger.

use eframe::egui::{self, Align, Color32, Layout, RichText, Slider, SliderClamping, Ui};

use super::action::Action;
use super::context::PanelContext;
use super::state::RunState;
use super::theme::Theme;
use super::widgets::{card, muted, scrolled, switch};
use crate::engine::Stage;
use crate::recipe::parameter::short_number;
use crate::recipe::{Parameter, ParameterKind, Recipe, SliderScale, table};

/// How long a value is held that the trainer does not confirm: it was refused or replaced by another.
const HELD_SECS: f64 = 2.0;
/// The smallest value above zero of a logarithmic slider that begins there, as a fraction of its largest value.
const SMALLEST_SHARE: f64 = 1e-3;
/// Sliders of the simple layout.
const SIMPLE: usize = 2;

/// What the sliders remember between frames.
#[derive(Debug, Default)]
pub struct LiveState {
    held: Option<Held>,
    /// Whether the sliders of what is off are shown too.
    shows_all: bool,
}

/// A value that was set and is not confirmed yet.
#[derive(Clone, Copy, Debug)]
struct Held {
    key: &'static str,
    value: f64,
    since_secs: f64,
}

impl LiveState {
    /// The value to show.
    fn shown(&mut self, key: &'static str, applied: f64, now_secs: f64) -> f64 {
        match self.held {
            Some(held) if held.key == key => {
                if held.value == applied || now_secs - held.since_secs > HELD_SECS {
                    self.held = None;
                    return applied;
                }
                held.value
            }
            _ => applied,
        }
    }
}

/// The live parameters in the order in which they are shown.
struct Groups {
    /// What this recipe is about, and the learning rate.
    first: Vec<&'static Parameter>,
    /// What is off; and, where few sliders are to be shown, all but two.
    rest: Vec<&'static Parameter>,
}

/// Divides the live parameters. `opened` is the recipe as it was opened, so that no slider changes its place while it is
/// dragged.
fn groups(opened: &Recipe, is_simple: bool) -> Groups {
    let rank = |parameter: &Parameter| match parameter.key {
        key if key.ends_with("learning_rate") => 1,
        _ if parameter.number(opened) == Some(0.0) => 2,
        _ => 0,
    };
    let mut all: Vec<&'static Parameter> = parameters(opened).collect();
    all.sort_by_key(|parameter| rank(parameter));
    let count = all.iter().filter(|parameter| rank(parameter) < 2).count().max(1);
    let rest = all.split_off(if is_simple { count.min(SIMPLE) } else { count }.min(all.len()));
    Groups { first: all, rest }
}

/// What the panel of sliders holds: sliders, and whether a line shows and hides the rest of them.
pub fn contents(opened: &Recipe, memory: &LiveState, is_simple: bool) -> (usize, bool) {
    let Groups { first, rest } = groups(opened, is_simple);
    (first.len() + if memory.shows_all { rest.len() } else { 0 }, !rest.is_empty())
}

/// When a parameter acts that does not act on the next update: a word and a sentence.
fn acts_later(parameter: &Parameter, run: &RunState) -> Option<(&'static str, &'static str)> {
    let stage = run.progress.stage;
    let is_of_layers = parameter.key.starts_with("pretraining.");
    let is_of_dictionary = parameter.key.starts_with("dictionary.");
    match stage {
        Stage::Layer(_) if !is_of_layers => Some(("later", "It acts after pretraining.")),
        Stage::Training if is_of_layers => Some(("over", "Pretraining is over.")),
        Stage::Training if is_of_dictionary => {
            Some(("later", "It acts when the dictionary is learned, after training."))
        }
        Stage::Dictionary if !is_of_dictionary => Some(("over", "The training of the network is over.")),
        Stage::Layer(_) | Stage::Training | Stage::Dictionary => None,
    }
}

/// The parameters that can be moved while this recipe runs.
pub fn parameters(recipe: &Recipe) -> impl Iterator<Item = &'static Parameter> + '_ {
    table::PARAMETERS.iter().filter(|p| p.live && (p.applies)(recipe) && range(p, recipe).is_some())
}

/// What a slider of a parameter covers.
struct Range {
    /// The smallest and the largest value that can be typed.
    ends: [f64; 2],
    /// The ends of the slider.
    slider: [f64; 2],
    scale: SliderScale,
    /// Whether only whole numbers are allowed.
    is_whole: bool,
}

/// The range of a parameter that is a number. A code cannot keep more units than it has.
fn range(parameter: &Parameter, recipe: &Recipe) -> Option<Range> {
    match parameter.kind {
        ParameterKind::Number { min, max, slider, scale } => {
            Some(Range { ends: [min, max], slider, scale, is_whole: false })
        }
        ParameterKind::Integer { min, max } => {
            let max = if parameter.key == "model.top_k" { recipe.model.code as u64 } else { max };
            let ends = [min as f64, max as f64];
            Some(Range { ends, slider: ends, scale: SliderScale::Log, is_whole: true })
        }
        _ => None,
    }
}

/// The sliders.
pub fn live_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LiveState) -> Vec<Action> {
    let mut actions = Vec::new();
    let trailing = |ui: &mut Ui| {
        muted(ui, cx.theme, "act at once");
    };
    card(ui, cx.theme, "Live", trailing, |ui| {
        let Some(run) = cx.state.run() else {
            muted(ui, cx.theme, "The sliders appear with the run.");
            return;
        };
        scrolled(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let Groups { first, rest } = groups(&run.info.recipe, cx.theme.is_simple());
            let mut sliders = |ui: &mut Ui, parameters: &[&'static Parameter], memory: &mut LiveState| {
                for parameter in parameters {
                    actions.extend(slider_ui(ui, cx.theme, parameter, run, memory));
                }
            };
            sliders(ui, &first, memory);
            if !rest.is_empty() {
                let word = if memory.shows_all { "fewer sliders" } else { "more sliders" };
                switch(
                    ui,
                    cx.theme,
                    word,
                    &mut memory.shows_all,
                    "the sliders of what is off in this recipe",
                );
                if memory.shows_all {
                    sliders(ui, &rest, memory);
                }
            }
        });
    });
    actions
}

/// A label, the value as a field to type in, and the slider below them.
fn slider_ui(
    ui: &mut Ui,
    theme: &Theme,
    parameter: &'static Parameter,
    run: &RunState,
    memory: &mut LiveState,
) -> Option<Action> {
    let range = range(parameter, &run.recipe)?;
    let applied = parameter.number(&run.recipe).unwrap_or_default();
    let now_secs = ui.input(|i| i.time);
    // What does not act now is dim, and says when it does.
    let later = acts_later(parameter, run);
    let color = if later.is_some() { theme.muted } else { theme.parameter(parameter.key) };
    let mut value = memory.shown(parameter.key, applied, now_secs);
    let before = value;
    let (label, typed) = ui
        .horizontal(|ui| {
            let text = if later.is_some() { theme.muted } else { theme.text };
            let label = ui.label(RichText::new(parameter.label).color(text)).on_hover_text(parameter.help);
            if let Some((word, sentence)) = later {
                muted(ui, theme, word).on_hover_text(sentence);
            }
            let field = |ui: &mut Ui| value_field(ui, color, &mut value, &range, parameter.label);
            (label, ui.with_layout(Layout::right_to_left(Align::Center), field).inner)
        })
        .inner;
    let rail = rail_ui(ui, color, &mut value, &range).labelled_by(label.id).on_hover_text(parameter.help);
    ui.add_space(4.0);
    if range.is_whole {
        value = value.round();
    }
    let let_go = rail.drag_stopped() || typed.drag_stopped();
    let is_dragged = (rail.dragged() || typed.dragged()) && !let_go;
    if is_dragged || let_go || value != before {
        memory.held = Some(Held { key: parameter.key, value, since_secs: now_secs });
    }
    (value != before || let_go).then_some(Action::Tune { key: parameter.key, value, done: !is_dragged })
}

/// The value in the colour of its term; it can be dragged, or clicked and typed.
fn value_field(ui: &mut Ui, color: Color32, value: &mut f64, range: &Range, label: &str) -> egui::Response {
    let visuals = ui.visuals_mut();
    for state in [&mut visuals.widgets.inactive, &mut visuals.widgets.hovered, &mut visuals.widgets.active] {
        state.fg_stroke.color = color;
        state.weak_bg_fill = Color32::TRANSPARENT;
        state.bg_stroke.color = Color32::TRANSPARENT;
    }
    ui.spacing_mut().button_padding = egui::vec2(2.0, 0.0);
    ui.spacing_mut().interact_size.x = 20.0;
    let (speed, shown): (f64, fn(f64) -> String) = if range.is_whole {
        (0.1, |value| format!("{value:.0}"))
    } else {
        (value.abs().max(1e-4) * 0.01, shown_number)
    };
    let [min, max] = range.ends;
    let field = egui::DragValue::new(value)
        .range(min..=max)
        .speed(speed)
        .update_while_editing(false)
        .custom_formatter(move |value, _| shown(value))
        .custom_parser(|text| text.trim().parse().ok());
    let response = ui.add(field);
    // The slider has the parameter's name; its number field needs another.
    let name = format!("{label}, typed");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// The slider, in the colour of its term.
fn rail_ui(ui: &mut Ui, color: Color32, value: &mut f64, range: &Range) -> egui::Response {
    let Range { slider: [low, high], scale, .. } = *range;
    let width = ui.available_width();
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = width;
        ui.spacing_mut().interact_size.y = 14.0;
        let visuals = ui.visuals_mut();
        visuals.selection.bg_fill = color;
        visuals.widgets.inactive.bg_fill = visuals.widgets.noninteractive.bg_stroke.color;
        for state in
            [&mut visuals.widgets.inactive, &mut visuals.widgets.hovered, &mut visuals.widgets.active]
        {
            state.fg_stroke = egui::Stroke::new(2.0, color);
        }
        let slider = Slider::new(value, low..=high)
            .logarithmic(scale == SliderScale::Log)
            .smallest_positive(smallest_positive([low, high]))
            .clamping(SliderClamping::Never)
            .handle_shape(egui::style::HandleShape::Circle)
            .show_value(false);
        ui.add(slider)
    })
    .inner
}

/// Where a logarithmic slider begins; below it there is only zero, where the range includes it.
fn smallest_positive([least, most]: [f64; 2]) -> f64 {
    if least > 0.0 { least } else { most * SMALLEST_SHARE }
}

/// A number in three significant figures; more would flicker while the slider moves.
fn shown_number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (2 - value.abs().log10().floor() as i32).clamp(0, 12);
    let factor = 10_f64.powi(digits);
    let rounded = (value * factor).round() / factor;
    if rounded.abs() < 1e-2 || rounded.abs() >= 1e6 {
        let text = format!("{rounded:.1e}");
        return text;
    }
    if (0.1..1000.0).contains(&rounded.abs()) { format!("{rounded:.2}") } else { short_number(rounded) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_lose_zero() {
        let cases =
            [(0.0, "0"), (2.0, "2.00"), (1e-3, "1.0e-3"), (1e9, "1.0e9"), (0.05, "0.05"), (12.345, "12.30")];
        for (value, want) in cases {
            assert_eq!(shown_number(value), want);
        }
    }

    #[test]
    fn a_value_is_held_until_the_trainer_confirms_it() {
        let held = Held { key: "objective.beta", value: 2.0, since_secs: 10.0 };
        let mut memory = LiveState { held: Some(held), ..LiveState::default() };
        assert_eq!(memory.shown("objective.beta", 1.0, 10.5), 2.0);
        assert_eq!(memory.shown("training.learning_rate", 1e-3, 10.5), 1e-3);
        assert_eq!(memory.shown("objective.beta", 2.0, 10.6), 2.0);
        assert_eq!(memory.shown("objective.beta", 3.0, 10.7), 3.0, "confirmed, so no longer held");
    }

    #[test]
    fn a_value_that_is_never_confirmed_is_released() {
        let held = Held { key: "objective.beta", value: 2.0, since_secs: 10.0 };
        let mut memory = LiveState { held: Some(held), ..LiveState::default() };
        assert_eq!(memory.shown("objective.beta", 1.0, 10.0 + HELD_SECS + 0.1), 1.0);
    }

    #[test]
    fn what_a_recipe_is_about_comes_first_and_what_is_off_last() {
        let recipe = Recipe::open("ae-sparse").expect("built in");
        let keys = |parameters: &[&Parameter]| -> Vec<&str> {
            parameters.iter().map(|parameter| parameter.key).collect()
        };
        let Groups { first, rest } = groups(&recipe, false);
        assert_eq!(keys(&first), ["objective.sparsity", "training.learning_rate"]);
        assert!(keys(&rest).contains(&"noise.drop_units"), "{:?}", keys(&rest));
        let rbm = Recipe::open("deep-rbm").expect("built in");
        assert!(groups(&rbm, false).first.len() > 2);
        assert_eq!(groups(&rbm, true).first.len(), 2, "a class sees two");
        assert_eq!(contents(&recipe, &LiveState::default(), false), (2, true));
    }

    #[test]
    fn sliders_follow_the_kind_of_code() {
        let keys = |name: &str| -> Vec<&str> {
            let recipe = Recipe::open(name).expect("a built-in recipe");
            parameters(&recipe).map(|p| p.key).collect()
        };
        let offers = |name: &str, key: &str| keys(name).contains(&key);
        assert!(offers("vae-2d", "objective.beta") && !offers("vae-2d", "objective.sparsity"));
        assert!(offers("ae-sparse", "objective.sparsity") && !offers("ae-sparse", "objective.beta"));
        assert!(!offers("ae-sparse", "noise.amount"), "without a corruption there is no amount of it");
    }
}
