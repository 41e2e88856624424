//! The sweep: what is trained at which values, how far it is, and the errors by value.

use eframe::egui::{
    ComboBox, DragValue, Label, RichText, ScrollArea, TextEdit, TextWrapMode, Ui, accesskit::Role,
};

use super::head::head_ui;
use super::model;
use super::picture::{InsightMemory, content_ui};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::insight_choice::Entry;
use crate::app::state::RunState;
use crate::app::sweeps::{ShownSweep, SweepAction, SweepForm, parameters, usual_values};
use crate::app::theme::HALF;
use crate::app::widgets::{muted, small_button};
use crate::recipe::{Parameter, table};

/// Width of the field for values, in points at ordinary size.
const VALUES: f32 = 150.0;
/// The most folds, epochs and trainings at once that the form offers.
const MOST: (usize, u64, usize) = (20, 1000, 16);

/// Draws the form, the progress and the errors.
pub fn sweep_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    run: &RunState,
    has_head: bool,
    memory: &mut InsightMemory,
    actions: &mut Vec<Action>,
) {
    let shown = cx.state.sweep.shown.as_ref();
    if has_head {
        let exported = shown.and_then(|shown| shown.found.as_ref()).map(|_| Figure::Sweep);
        head_ui(ui, cx, Entry::Sweep, None, exported, actions);
        form_ui(ui, cx, run, actions);
    }
    let Some(shown) = shown else {
        let words = "The recipe of the shown run is trained anew at each value, and for each fold with another part of the \
                     images for validation. The trainings run in the background and leave the processor to the \
                     window: they are faster while the shown run is paused.";
        ui.add(Label::new(RichText::new(words).font(cx.theme.body()).color(cx.theme.muted)).wrap());
        return;
    };
    let Some(found) = &shown.found else { return };
    if has_head {
        let words = format!("{} Click on a value to open its first training.", found.card.meaning);
        ui.add(Label::new(RichText::new(words).font(cx.theme.body()).color(cx.theme.muted)).wrap());
        ui.add_space(HALF);
    }
    let version = model::version(0, shown.version, 0);
    let clicked = content_ui(ui, cx, &found.card, Entry::Sweep, version, memory);
    if let Some(value) = clicked.and_then(|place| found.values.get(place)) {
        actions.push(Action::Sweep(SweepAction::Open(value.clone())));
    }
}

/// What is to be swept.
fn form_ui(ui: &mut Ui, cx: &PanelContext<'_>, run: &RunState, actions: &mut Vec<Action>) {
    let before = &cx.state.sweep.form;
    let mut form = before.clone();
    let is_running = cx.state.sweep.shown.as_ref().is_some_and(ShownSweep::is_running);
    ui.horizontal_wrapped(|ui| {
        ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
        ui.spacing_mut().item_spacing.x = HALF;
        ui.add_enabled_ui(!is_running, |ui| parameter_ui(ui, run, &mut form));
        ui.add_enabled_ui(!is_running, |ui| {
            let edit = TextEdit::singleline(&mut form.values)
                .id_salt("values")
                .hint_text("values")
                .desired_width(VALUES * cx.theme.scale);
            let response = ui.add(edit).on_hover_text("its values, separated by commas");
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("values of the sweep"));
        });
        let SweepForm { folds, epochs, jobs, .. } = &mut form;
        let (most_folds, most_epochs, most_jobs) = MOST;
        let fields: [(&str, &str, DragValue<'_>); 3] = [
            (
                "folds",
                "parts of the images, each of which is for validation once; 1 trains once at each value",
                DragValue::new(folds).range(1..=most_folds),
            ),
            (
                "epochs",
                "passes over the images of each training",
                DragValue::new(epochs).range(1..=most_epochs),
            ),
            ("at once", "trainings at the same time", DragValue::new(jobs).range(1..=most_jobs)),
        ];
        for (name, tip, field) in fields {
            ui.add_enabled_ui(!is_running, |ui| {
                let label = ui.label(RichText::new(name).font(cx.theme.small()).color(cx.theme.muted));
                ui.add(field).labelled_by(label.id).on_hover_text(tip);
            });
        }
    });
    button_ui(ui, cx, actions);
    if form != *before {
        actions.push(Action::Sweep(SweepAction::Draft(form)));
    }
    ui.add_space(HALF);
}

/// The parameter; another one brings values of its own.
fn parameter_ui(ui: &mut Ui, run: &RunState, form: &mut SweepForm) {
    let chosen = table::find(form.key).map_or(form.key, |parameter| parameter.label);
    let combo = ComboBox::from_id_salt("swept parameter").selected_text(chosen).show_ui(ui, |ui| {
        ScrollArea::vertical().show(ui, |ui| {
            for parameter in parameters(&run.recipe) {
                let Parameter { key, label, .. } = parameter;
                let is_chosen = *key == form.key;
                if ui.selectable_label(is_chosen, *label).on_hover_text(*key).clicked() && !is_chosen {
                    form.key = key;
                    form.values = usual_values(parameter, &run.recipe);
                }
            }
        });
    });
    combo.response.widget_info(|| {
        eframe::egui::WidgetInfo::labeled(Role::ComboBox, true, format!("swept parameter: {chosen}"))
    });
}

/// The button that starts or stops the trainings, and how far they are.
fn button_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let shown = cx.state.sweep.shown.as_ref();
    let (word, tip, action) = if shown.is_some_and(ShownSweep::is_running) {
        ("Stop", "what is trained stays, and is not trained again", SweepAction::Cancel)
    } else {
        ("Train all", "trains at every value, in the background", SweepAction::Start)
    };
    ui.horizontal(|ui| {
        if small_button(ui, cx.theme, word, tip).clicked() {
            actions.push(Action::Sweep(action));
        }
        match shown.map(|shown| (shown, &shown.end)) {
            None => {}
            Some((_, Some(Err(sentence)))) => {
                let words = RichText::new(sentence).font(cx.theme.small()).color(cx.theme.problem);
                ui.add(Label::new(words).wrap());
            }
            Some((shown, _)) => {
                muted(ui, cx.theme, shown.progress());
            }
        }
        if let Some(shown) = shown.filter(|shown| shown.end.is_some() && shown.found.is_some())
            && small_button(ui, cx.theme, "Open folder", "tables, recipes, weights and figures").clicked()
        {
            actions.push(Action::OpenFolder(shown.sweep.folder.clone()));
        }
    });
}
