//! The learning curves: what reconstruction, penalties and objective cost, over training batches and held-out
//! images, with the live changes marked where they acted.
//!
//! What is shown is decided in [`crate::engine::curves`], for exported figures as well; `plot` draws one chart.

mod plot;

use eframe::egui::{
    Align, Align2, Color32, Layout, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::state::RunState;
use crate::app::theme::{HALF, Theme};
use crate::app::widgets::{card, export_button, switch};
use crate::chart::Resolution;
use crate::engine::RunId;
use crate::engine::curves::{ComparedRun, CurveOptions, RunRecord, curves};

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
    let (color, others) = cx.state.compared_with(run);
    let record = RunRecord { color, others: &others, ..bench.record(run) };
    let mut curves = curves(&record, memory.options);
    if cx.theme.is_simple() {
        curves.charts.truncate(1);
    }
    let Some(last_step) = curves.last_step() else {
        card(ui, cx.theme, "Curves", |_| {}, |ui| waiting(ui, cx.theme, "waiting for the first steps"));
        return actions;
    };
    let space = ui.available_rect_before_wrap();
    let mut legend = Legend::new(ui, cx, run, &record);
    let mut legend_height = legend.height(space.width(), cx.theme.scale);
    // Where there is little room, the names of other runs give way, and then the switches.
    if space.height() < LEAST_CHART * cx.theme.scale + legend_height {
        (legend, legend_height) = (Legend { entries: Vec::new() }, 0.0);
    }
    let has_options = space.height() >= LEAST_CHART * cx.theme.scale;
    let options_height = if has_options { 18.0 * cx.theme.scale } else { 0.0 };
    let foot_height = options_height + legend_height;
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
    plot::steps_line(ui, &frame);
    actions.extend(legend.ui(ui, cx.theme, space.width()));
    let foot = Rect::from_min_max(pos2(space.left(), space.bottom() - options_height), space.max);
    if has_options {
        let row = UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center));
        ui.scope_builder(row, |ui| options_ui(ui, cx, &mut memory.options, &mut actions));
    }
    ui.allocate_rect(space, Sense::hover());
    actions
}

/// The names of the runs that are compared, each after a line in its colour.
struct Legend {
    entries: Vec<Entry>,
}

struct Entry {
    words: String,
    color: Color32,
    width: f32,
    /// Why its curve is not drawn over that of the run.
    tip: Option<String>,
    /// The kept run that can be hidden.
    kept: Option<RunId>,
}

/// Width of the line before a name and of the gaps around it, and of the cross that hides a run.
const SAMPLE: f32 = 30.0;
const CROSS: f32 = 16.0;
/// Height of a row of names.
const ROW: f32 = 16.0;
/// Height of the panel below which its switches are not shown.
const LEAST_CHART: f32 = 150.0;

impl Legend {
    /// Names for the run and those it is compared with; none where there are no others.
    fn new(ui: &Ui, cx: &PanelContext<'_>, run: &RunState, record: &RunRecord<'_>) -> Self {
        let Some(color) = record.color else { return Self { entries: Vec::new() } };
        let width = |words: &str| {
            ui.painter().layout_no_wrap(words.to_owned(), cx.theme.small(), cx.theme.muted).size().x
        };
        let dataset = cx.state.bench.as_ref().map(|bench| &bench.dataset);
        let kept = dataset.iter().flat_map(|dataset| cx.state.kept.shown(dataset));
        let kept: Vec<(String, RunId)> =
            kept.map(|kept| (kept.run.title.clone(), kept.run.info.id)).collect();
        let own = Entry {
            width: width(&run.title),
            words: run.title.clone(),
            color: cx.theme.data(color),
            tip: None,
            kept: None,
        };
        let other = |other: &ComparedRun| {
            let is_comparable = other.is_comparable(record.recipe);
            let mut words = other.name.clone();
            // Counted from where the whole network begins to be trained, where the two begin that at different steps.
            if record.plan.training().0 != other.before {
                words += " from fine-tuning on";
            }
            let tip = (!is_comparable).then(|| {
                format!(
                    "{} is measured in other units, so its reconstruction cost is not drawn here. Its squared error is.",
                    other.name
                )
            });
            if !is_comparable {
                words += " (other units)";
            }
            let kept = kept.iter().find(|(title, _)| *title == other.name).map(|(_, id)| *id);
            Entry { width: width(&words), words, color: cx.theme.data(other.color), tip, kept }
        };
        Self { entries: [own].into_iter().chain(record.others.iter().map(other)).collect() }
    }

    /// The entries of every row of a width.
    fn rows(&self, width: f32, scale: f32) -> Vec<&[Entry]> {
        let mut rows = Vec::new();
        let (mut first, mut x) = (0, 0.0);
        for (number, entry) in self.entries.iter().enumerate() {
            let wide = entry.wide(scale);
            if x + wide > width && number > first {
                rows.push(&self.entries[first..number]);
                (first, x) = (number, 0.0);
            }
            x += wide;
        }
        rows.extend((first < self.entries.len()).then(|| &self.entries[first..]));
        rows
    }

    fn height(&self, width: f32, scale: f32) -> f32 {
        self.rows(width, scale).len() as f32 * ROW * scale
    }

    fn ui(&self, ui: &mut Ui, theme: &Theme, width: f32) -> Vec<Action> {
        let mut actions = Vec::new();
        for row in self.rows(width, theme.scale) {
            let size = vec2(width, ROW * theme.scale - HALF);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            let mut left = rect.left();
            for entry in row {
                let at = Rect::from_min_size(pos2(left, rect.top()), vec2(entry.wide(theme.scale), size.y));
                actions.extend(entry.ui(ui, theme, at));
                left = at.right();
            }
        }
        actions
    }
}

impl Entry {
    fn wide(&self, scale: f32) -> f32 {
        self.width + SAMPLE * scale + if self.kept.is_some() { CROSS * scale } else { 0.0 }
    }

    fn ui(&self, ui: &Ui, theme: &Theme, rect: Rect) -> Option<Action> {
        let middle = rect.center().y;
        let line = rect.left()..=rect.left() + 16.0 * theme.scale;
        ui.painter().hline(line, middle, Stroke::new(2.5, self.color));
        let at = pos2(rect.left() + 20.0 * theme.scale, middle);
        ui.painter().text(at, Align2::LEFT_CENTER, &self.words, theme.small(), theme.muted);
        let name = ui.interact(rect, ui.scope_id().with(("compared", &self.words)), Sense::hover());
        name.widget_info(|| WidgetInfo::labeled(Role::Label, true, &self.words));
        if let Some(tip) = &self.tip {
            name.on_hover_text(tip);
        }
        let run = self.kept?;
        let side = CROSS * theme.scale;
        let center = pos2(at.x + self.width + 0.5 * side, middle);
        let button = Rect::from_center_size(center, vec2(side, side));
        let response = ui.interact(button, ui.scope_id().with(("hide", run.0)), Sense::click());
        let name = format!("Hide the curves of {}", self.words);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let is_pointed_at = response.hovered() || response.has_focus();
        let color = if is_pointed_at { theme.text } else { theme.muted };
        let sign = button.shrink(0.32 * side);
        for [from, to] in [[sign.left_top(), sign.right_bottom()], [sign.left_bottom(), sign.right_top()]] {
            ui.painter().line_segment([from, to], Stroke::new(1.4, color));
        }
        response.on_hover_text(name).clicked().then_some(Action::ShowKept(run, false))
    }
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
