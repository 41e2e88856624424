//! The learning curves: what reconstruction, penalties and objective cost, over training batches and held-out
//! images, with the live changes stamped where they acted.
//!
//! `model` turns the history into plain numbers, `chart` draws one chart; this file is the way in.

mod chart;
mod model;

use eframe::egui::{Align, Layout, Sense, Ui, UiBuilder, pos2};

use super::{no_run, switch, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::theme::HALF;
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
    let charts = model::charts(bench, run, memory.switches);
    let last_step = model::last_step(&charts);
    if last_step <= 0.0 && charts.iter().all(|chart| chart.held_out.is_empty()) {
        card(ui, cx.theme, "Curves", |_| {}, |ui| waiting(ui, cx.theme, "waiting for the first steps"));
        return actions;
    }
    let stamps = model::stamps(&run.info.recipe, &run.changes, last_step);
    let space = ui.available_rect_before_wrap();
    let foot_height = 18.0 * cx.theme.scale;
    let frame = Frame {
        theme: cx.theme,
        is_log: memory.switches.is_log,
        last_step,
        stamps: &stamps,
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
    chart::steps_line(ui, &frame);
    let foot = eframe::egui::Rect::from_min_max(pos2(space.left(), space.bottom() - foot_height), space.max);
    ui.scope_builder(UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center)), |ui| {
        switches_ui(ui, cx, &mut memory.switches, &mut actions);
    });
    ui.allocate_rect(space, Sense::hover());
    actions
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
