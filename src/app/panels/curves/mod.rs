//! The learning curves: what reconstruction, penalties and objective cost, over training batches and held-out
//! images, with the live changes stamped where they acted.
//!
//! `model` turns the history into plain numbers, `chart` draws one chart; this file is the way in.

mod chart;
mod model;

use eframe::egui::{
    Align, Layout, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{no_run, switch, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::state::Past;
use crate::app::theme::{HALF, Theme};
use crate::app::widgets::{card, export_button};

use chart::Frame;
use model::Switches;

/// The first chart is this many times as high as each of the others.
const FIRST: f32 = 1.45;

/// What stays from frame to frame.
#[derive(Debug, Default)]
pub struct CurvesMemory {
    switches: Switches,
    hovered_step: Option<f64>,
}

/// Draws the curves.
pub fn curves_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut CurvesMemory) -> Vec<Action> {
    let mut actions = Vec::new();
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        card(ui, cx.theme, "Curves", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return actions;
    };
    let past = cx.state.past.as_ref();
    let charts = model::charts(bench, run, past, memory.switches);
    let last_step = model::last_step(&charts);
    if last_step <= 0.0 && charts.iter().all(|chart| chart.held_out.is_empty()) {
        card(ui, cx.theme, "Curves", |_| {}, |ui| waiting(ui, cx.theme, "waiting for the first steps"));
        return actions;
    }
    let stages = model::boundaries(&run.info.recipe, bench.steps_per_epoch, last_step);
    let stamps = model::stamps(&run.info.recipe, &run.changes);
    let space = ui.available_rect_before_wrap();
    let foot_height = 18.0 * cx.theme.scale;
    let frame = Frame {
        theme: cx.theme,
        is_log: memory.switches.is_log,
        last_step,
        stamps: &stamps,
        stages: &stages,
        hovered_step: memory.hovered_step,
        width: space.width(),
    };
    ui.spacing_mut().item_spacing.y = HALF;
    let shares = FIRST + charts.len() as f32 - 1.0;
    let gaps = HALF * (charts.len() as f32 + 2.0) + HALF * (charts.len() as f32 - 1.0);
    let room = (space.height() - foot_height - 14.0 * cx.theme.scale - gaps).max(40.0);
    memory.hovered_step = None;
    for (number, chart) in charts.iter().enumerate() {
        let share = if number == 0 { FIRST } else { 1.0 };
        if number > 0 {
            ui.add_space(HALF);
        }
        let hovered = chart::chart_ui(ui, &frame, chart, room * share / shares, number == 0);
        memory.hovered_step = memory.hovered_step.or(hovered);
    }
    let between = chart::steps_line(ui, &frame);
    if let Some(past) = past {
        let is_comparable = model::is_comparable(past, run, model::Term::Reconstruction);
        // Counted from where the whole network begins to be trained, where the two begin that at different steps.
        let is_shifted = model::training_begins(bench, run) != past.before;
        let words = match (is_comparable, is_shifted) {
            (true, false) => past.name.clone(),
            (true, true) => format!("{} from fine-tuning on", past.name),
            (false, _) => format!("{} counts otherwise", past.name),
        };
        actions.extend(past_ui(ui, cx.theme, past, words, between));
    }
    let foot = eframe::egui::Rect::from_min_max(pos2(space.left(), space.bottom() - foot_height), space.max);
    ui.scope_builder(UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center)), |ui| {
        switches_ui(ui, cx, &mut memory.switches, &mut actions);
    });
    ui.allocate_rect(space, Sense::hover());
    actions
}

/// The name of the run whose curve is grey, and the cross that dismisses it.
fn past_ui(ui: &Ui, theme: &Theme, past: &Past, words: String, room: Rect) -> Option<Action> {
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

fn switches_ui(ui: &mut Ui, cx: &PanelContext<'_>, switches: &mut Switches, actions: &mut Vec<Action>) {
    let Switches { is_log, is_per_pixel, shows_objective, shows_pca } = switches;
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
