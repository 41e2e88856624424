//! The learning curves: what reconstruction, penalties and objective cost, over training batches and held-out
//! images, with the live changes marked where they acted.
//!
//! What is shown is decided in [`crate::engine::curves`], for exported figures as well; `plot` draws one chart.

mod plot;

use eframe::egui::{
    Align, Layout, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{no_run, switch, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::state::{AppState, BenchState, RunState};
use crate::app::theme::{HALF, Theme};
use crate::app::widgets::{card, export_button};
use crate::chart::Resolution;
use crate::engine::curves::{CurveOptions, PastRun, RunRecord, curves};

use plot::Frame;

/// The first chart is this many times as high as each of the others.
const FIRST: f32 = 1.45;

/// What stays from frame to frame.
#[derive(Debug, Default)]
pub struct CurvesMemory {
    options: CurveOptions,
    hovered_step: Option<f64>,
}

impl CurvesMemory {
    /// What is shown of the curves, for a figure that shows the same.
    pub fn options(&self) -> CurveOptions {
        self.options
    }
}

/// Draws the curves.
pub fn curves_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut CurvesMemory) -> Vec<Action> {
    let mut actions = Vec::new();
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        card(ui, cx.theme, "Curves", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return actions;
    };
    let record = record(cx.state, bench, run);
    let curves = curves(&record, memory.options);
    let Some(last_step) = curves.last_step() else {
        card(ui, cx.theme, "Curves", |_| {}, |ui| waiting(ui, cx.theme, "waiting for the first steps"));
        return actions;
    };
    let space = ui.available_rect_before_wrap();
    let foot_height = 18.0 * cx.theme.scale;
    let columns = plot::columns(space.width());
    let frame = Frame {
        theme: cx.theme,
        curves: &curves,
        resolution: Resolution { columns, last_step },
        hovered_step: memory.hovered_step,
    };
    ui.spacing_mut().item_spacing.y = HALF;
    let count = curves.charts.len() as f32;
    let shares = FIRST + count - 1.0;
    let gaps = HALF * (count + 2.0) + HALF * (count - 1.0);
    let room = (space.height() - foot_height - 14.0 * cx.theme.scale - gaps).max(40.0);
    memory.hovered_step = None;
    for (number, chart) in curves.charts.iter().enumerate() {
        let share = if number == 0 { FIRST } else { 1.0 };
        if number > 0 {
            ui.add_space(HALF);
        }
        let hovered = plot::chart_ui(ui, &frame, chart, room * share / shares, number == 0);
        memory.hovered_step = memory.hovered_step.or(hovered);
    }
    let between = plot::steps_line(ui, &frame);
    if let Some(past) = record.past {
        actions.extend(past_ui(ui, cx.theme, past, past_words(past, &record), between));
    }
    let foot = eframe::egui::Rect::from_min_max(pos2(space.left(), space.bottom() - foot_height), space.max);
    ui.scope_builder(UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center)), |ui| {
        options_ui(ui, cx, &mut memory.options, &mut actions);
    });
    ui.allocate_rect(space, Sense::hover());
    actions
}

/// What is drawn: the run that is shown, and the run before.
fn record<'a>(state: &'a AppState, bench: &'a BenchState, run: &'a RunState) -> RunRecord<'a> {
    RunRecord { past: state.past.as_ref(), ..bench.record(run) }
}

/// How the run before is named below the charts.
fn past_words(past: &PastRun, record: &RunRecord<'_>) -> String {
    if !past.is_comparable(record.recipe) {
        return format!("{} has another cost", past.name);
    }
    // Counted from where the whole network begins to be trained, where the two begin that at different steps.
    let is_shifted = record.plan.training().0 != past.before;
    if is_shifted { format!("{} from fine-tuning on", past.name) } else { past.name.clone() }
}

/// The name of the run whose curve is grey, and the cross that dismisses it.
fn past_ui(ui: &Ui, theme: &Theme, past: &PastRun, words: String, room: Rect) -> Option<Action> {
    let galley = ui.painter().layout_no_wrap(words, theme.small(), theme.muted);
    let cross = room.height();
    let width = 18.0 + galley.size().x + 4.0 + cross;
    let left = (room.center().x - 0.5 * width).max(room.left());
    let line = pos2(left, room.center().y);
    ui.painter().hline(line.x..=line.x + 14.0, line.y, Stroke::new(1.6, theme.muted));
    let at = pos2(left + 18.0, room.center().y - 0.5 * galley.size().y);
    let end = at.x + galley.size().x;
    ui.painter().with_clip_rect(room).galley(at, galley, theme.muted);
    let button = Rect::from_min_size(pos2(end + 4.0, room.top()), vec2(cross, cross));
    let response = ui.interact(button, ui.scope_id().with("dismiss"), Sense::click());
    let name = format!("Dismiss the curve of {}", past.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let is_pointed_at = response.hovered() || response.has_focus();
    let color = if is_pointed_at { theme.text } else { theme.muted };
    let sign = button.shrink(0.3 * cross);
    for [from, to] in [[sign.left_top(), sign.right_bottom()], [sign.left_bottom(), sign.right_top()]] {
        ui.painter().line_segment([from, to], Stroke::new(1.4, color));
    }
    response.on_hover_text(format!("{name} (G)")).clicked().then_some(Action::DismissPast)
}

fn options_ui(ui: &mut Ui, cx: &PanelContext<'_>, options: &mut CurveOptions, actions: &mut Vec<Action>) {
    let CurveOptions { is_log, is_per_pixel, shows_objective, shows_pca } = options;
    ui.spacing_mut().item_spacing.x = HALF;
    switch(ui, cx.theme, "log", is_log, "equal ratios are equal steps");
    switch(ui, cx.theme, "per pixel", is_per_pixel, "costs divided by the number of pixels");
    switch(
        ui,
        cx.theme,
        "objective",
        shows_objective,
        "what is minimised: reconstruction plus weighted penalties",
    );
    switch(
        ui,
        cx.theme,
        "vs PCA",
        shows_pca,
        "squared error beside that of principal components, the best linear code",
    );
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        export_button(ui, cx.theme, Figure::Curves, "Export curves", actions);
    });
}

#[cfg(test)]
mod tests;
