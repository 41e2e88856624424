//! The runs that were set aside, as a list: what differs between them, what they cost, and how they reconstruct the
//! examples. Each can be shown beside the runs of the bench, brought back, or removed.

use eframe::egui::accesskit::Role;
use eframe::egui::{Align, Color32, Layout, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::{WHOLE, kept_outputs, paint_picture, picture_frame, waiting};
use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::kept::KeptRun;
use crate::app::state::RunState;
use crate::app::theme::{GRID, HALF};
use crate::app::widgets::{card, muted, small_button, switch};
use crate::look::{DataColor, count_label, value_label};
use crate::recipe::{Recipe, Reconstruction, differences};

/// Height of the images of a run.
const STRIP: f32 = 34.0;

/// Draws the list.
pub fn kept_ui(ui: &mut Ui, cx: &PanelContext<'_>, title: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let run = cx.state.run();
    let trailing = |ui: &mut Ui| {
        if let Some(run) = run.filter(|run| run.progress.step > 0)
            && small_button(ui, cx.theme, "Keep this run", "Keeps the run as it is now: K").clicked()
        {
            actions.push(Action::Keep(run.info.id));
        }
    };
    card(ui, cx.theme, title, trailing, |_| {});
    let kept = cx.state.kept.runs();
    if kept.is_empty() {
        let words = "No run was kept yet. The last four runs that another replaces are kept by themselves; K keeps the \
                     present one.";
        waiting(ui, cx.theme, words);
        return actions;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (number, kept) in kept.iter().enumerate().rev() {
            actions.extend(row_ui(ui, cx, kept, number));
            ui.separator();
        }
    });
    actions
}

/// One run: its name and what can be done with it, what it is and costs, and its images.
fn row_ui(ui: &mut Ui, cx: &PanelContext<'_>, kept: &KeptRun, number: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    let (run, id) = (&kept.run, kept.run.info.id);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        if let Some(color) = color(cx, kept) {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 12.0) * cx.theme.scale, Sense::hover());
            ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(3.0, color));
        }
        ui.label(RichText::new(&run.title).color(cx.theme.text));
        if kept.is_chosen {
            muted(ui, cx.theme, "kept").on_hover_text("it stays until it is removed");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = HALF;
            if small_button(ui, cx.theme, "Remove", &format!("Forgets {}", run.title)).clicked() {
                actions.push(Action::RemoveKept(id));
            }
            let tip = format!("Goes on with {} from step {}", run.title, count_label(run.progress.step));
            if small_button(ui, cx.theme, "Bring back", &tip).clicked() {
                actions.push(Action::BringBack(id));
            }
            let mut is_shown = kept.is_shown;
            switch(
                ui,
                cx.theme,
                "show",
                &mut is_shown,
                "its curves and images beside those of the present runs",
            );
            if is_shown != kept.is_shown {
                actions.push(Action::ShowKept(id, is_shown));
            }
        });
    });
    muted(ui, cx.theme, words(run));
    strip_ui(ui, cx, kept, number);
    actions
}

/// The settings in which it differs from the recipe as it is built in, how far it got, and what it costs.
fn words(run: &RunState) -> String {
    let mut parts =
        Recipe::open(&run.recipe.name).map_or_else(|_| Vec::new(), |file| differences(&run.recipe, &file));
    parts.push(format!("step {}", count_label(run.progress.step)));
    if let Some(held_out) = run.progress.held_out {
        let unit = run.recipe.objective.reconstruction.unit();
        parts.push(format!("held out {} ({unit})", value_label(held_out.reconstruction)));
        let is_squared = run.recipe.objective.reconstruction == Reconstruction::SquaredError;
        let squared_error = held_out.squared_error.filter(|_| !is_squared);
        parts.extend(squared_error.map(|error| format!("squared error {}", value_label(error))));
    }
    parts.join(" · ")
}

/// The colour of its curves, where they are shown.
fn color(cx: &PanelContext<'_>, kept: &KeptRun) -> Option<Color32> {
    let bench = cx.state.bench.as_ref()?;
    let id = kept.run.info.id;
    let place = cx.state.kept.shown(&bench.dataset).position(|shown| shown.run.info.id == id)?;
    Some(cx.theme.data(DataColor::of_run(bench.runs.len() + place)))
}

/// Its reconstructions of the examples.
fn strip_ui(ui: &mut Ui, cx: &PanelContext<'_>, kept: &KeptRun, number: usize) {
    let count = kept.examples.len().max(1);
    let aspect = kept.dataset.shape.aspect();
    let high = (STRIP * cx.theme.scale).min((ui.available_width() - GRID) / (count as f32 * aspect));
    let (rect, response) = ui.allocate_exact_size(vec2(high * aspect * count as f32, high), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("images of {}", kept.run.title)));
    picture_frame(ui, cx.theme, rect);
    paint_picture(ui, kept_outputs(cx.pictures, kept, number), rect, WHOLE, Color32::WHITE);
}
