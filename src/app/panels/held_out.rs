//! Held-out images over their reconstructions, and the difference between the two. Runs that train side by side have a row
//! each below the same inputs; a network that is trained with noise is given corrupted inputs here too.
//!
//! The picture of a run is one texture that the trainer thread paints: a row of inputs, a row of outputs and a row of
//! differences. Where the pixels are uploaded from the host, the differences are computed here.

use std::sync::Arc;

use eframe::egui::{
    Color32, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{WHOLE, kept_outputs, no_run, paint_picture, picture_frame, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::focus::Group;
use crate::app::images::Paint;
use crate::app::kept::KeptRun;
use crate::app::pictures::{HostName, Shown, image_tiles, image_tiles_of};
use crate::app::state::{AppState, BenchState, RunState, ShownRun};
use crate::app::theme::{HALF, RADIUS_SMALL};
use crate::app::widgets::{card, export_button, muted_where_it_fits, switch};
use crate::engine::Picture;
use crate::look::DataColor;
use crate::recipe::Corruption;

/// Rows of a run's texture that are always there: inputs and outputs.
const ROWS: u32 = 2;

/// What stays from frame to frame.
#[derive(Debug)]
pub struct HeldOutState {
    /// Whether differences are shown below the outputs of a single run.
    shows_difference: bool,
    /// Whether they are shown in place of the outputs of several.
    shows_differences: bool,
}

impl Default for HeldOutState {
    fn default() -> Self {
        Self { shows_difference: true, shows_differences: false }
    }
}

/// A row of the panel: part of a texture.
struct Row {
    shown: Shown,
    part: Rect,
    name: String,
    /// The colour of its run, where there are several.
    color: Option<Color32>,
}

/// Draws the held-out images.
pub fn held_out_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut HeldOutState) -> Vec<Action> {
    let mut actions = Vec::new();
    let shown = cx.state.shown_run();
    let is_of_several = shown.is_some_and(|shown| is_of_several(cx, shown.bench));
    let shows_difference =
        if is_of_several { &mut memory.shows_differences } else { &mut memory.shows_difference };
    let rows = shown.map(|shown| rows(cx, shown, *shows_difference)).unwrap_or_default();
    let names = if is_of_several {
        "input · one row per run ·"
    } else if rows.iter().any(|row| row.name == "corrupted") {
        "input · corrupted · output ·"
    } else {
        "input · output ·"
    };
    let trailing = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        export_button(ui, cx.theme, Figure::Reconstructions, "Export reconstructions", &mut actions);
        switch(
            ui,
            cx.theme,
            "difference",
            shows_difference,
            "output minus input: red is too bright, blue too dark",
        );
        muted_where_it_fits(ui, cx.theme, names);
    };
    card(ui, cx.theme, "Held-out images", trailing, |_| {});
    let Some(ShownRun { bench, .. }) = shown else {
        waiting(ui, cx.theme, &no_run(cx.state));
        return actions;
    };
    for run in &bench.runs {
        cx.want(run.info.id, |wants| wants.reconstructions = true);
    }
    if rows.is_empty() {
        waiting(ui, cx.theme, "waiting for the first pictures");
        return actions;
    }
    actions.extend(grid_ui(ui, cx, bench, &rows));
    actions
}

/// The rows from the top; none until the shown run has a picture. Where there are several runs, differences are in place of
/// outputs.
fn rows(cx: &PanelContext<'_>, at: ShownRun<'_>, shows_difference: bool) -> Vec<Row> {
    let ShownRun { bench, run } = at;
    let tile = bench.dataset.shape.height as u32;
    let picture = |run: &RunState| cx.pictures.get(run.info.id, Picture::Reconstructions);
    let (Some(shown), false) = (picture(run), bench.examples.is_empty()) else { return Vec::new() };
    let row = |shown: Shown, number: u32, name: &str| Row {
        shown,
        part: rows_of(shown, tile, number, 1),
        name: name.to_owned(),
        color: None,
    };
    let mut rows = vec![row(shown, 0, "input")];
    rows.extend(corrupted(cx, bench, run).map(|(shown, part)| Row { part, ..row(shown, 0, "corrupted") }));
    if !is_of_several(cx, bench) {
        rows.push(row(shown, 1, "output"));
        let difference = difference(cx, bench, run, shown, 0).filter(|_| shows_difference);
        rows.extend(difference.map(|(shown, part)| Row { part, ..row(shown, 0, "difference") }));
        return rows;
    }
    for (place, run) in bench.runs.iter().enumerate() {
        let Some(shown) = picture(run) else { continue };
        let (shown, part, what) = match difference(cx, bench, run, shown, place).filter(|_| shows_difference)
        {
            Some((shown, part)) => (shown, part, "difference"),
            None => (shown, rows_of(shown, tile, 1, 1), "output"),
        };
        let name = format!("{what} of {}", run.title);
        rows.push(Row { shown, part, name, color: Some(cx.theme.data(DataColor::of_run(place))) });
    }
    rows.extend(kept(cx, bench, shows_difference));
    rows
}

/// Rows for the runs that were set aside and are shown.
fn kept(cx: &PanelContext<'_>, bench: &BenchState, shows_difference: bool) -> Vec<Row> {
    let is_shown = |kept: &KeptRun| kept.is_shown && Arc::ptr_eq(&kept.dataset, &bench.dataset);
    let kept = cx.state.kept.runs().iter().enumerate().filter(|(_, kept)| is_shown(kept));
    let row = |(place, (number, kept)): (usize, (usize, &KeptRun))| {
        let (what, (shown, part)) = match shows_difference {
            true => ("difference", kept_difference(cx, kept, number)),
            false => ("output", (kept_outputs(cx.pictures, kept, number), WHOLE)),
        };
        let color = Some(cx.theme.data(DataColor::of_run(bench.runs.len() + place)));
        Row { shown, part, name: format!("{what} of {}", kept.run.title), color }
    };
    kept.enumerate().map(row).collect()
}

fn kept_difference(cx: &PanelContext<'_>, kept: &KeptRun, number: usize) -> (Shown, Rect) {
    let tiles = image_tiles_of(&kept.dataset).grid(kept.examples.len(), 1);
    let (name, version) = (HostName::of_run("kept differences", number), kept.run.info.id.0 + 1);
    let shown = cx.pictures.host(name, version, tiles, Paint::Difference, || {
        let mut inputs = Vec::new();
        kept.dataset.write_f32(&kept.examples, &mut inputs);
        kept.outputs.iter().zip(&inputs).map(|(output, input)| output - input).collect()
    });
    (shown, WHOLE)
}

/// How many rows there are, once all pictures are there.
pub fn rows_wanted(state: &AppState, memory: &HeldOutState) -> usize {
    let Some(ShownRun { bench, run }) = state.shown_run() else { return 3 };
    let above = 1 + usize::from(run.recipe.noise.kind != Corruption::None);
    match bench.runs.len() + state.kept.shown(&bench.dataset).count() {
        1 => above + 1 + usize::from(memory.shows_difference),
        several => above + several,
    }
}

/// Whether there are rows of several runs.
fn is_of_several(cx: &PanelContext<'_>, bench: &BenchState) -> bool {
    bench.runs.len() > 1 || cx.state.kept.shown(&bench.dataset).next().is_some()
}

/// What a network that is trained with noise is given.
fn corrupted(cx: &PanelContext<'_>, bench: &BenchState, run: &RunState) -> Option<(Shown, Rect)> {
    let view = run.views.reconstructions.as_deref()?;
    let corrupted = view.corrupted.as_ref()?;
    let version = (run.info.id.0 << 40).wrapping_add(view.step);
    let tiles = image_tiles(bench).grid(bench.examples.len(), 1);
    let shown = cx.pictures.host("corrupted", version, tiles, Paint::Image, || corrupted.to_vec());
    Some((shown, WHOLE))
}

/// A texture, and the part of it that shows the differences.
fn difference(
    cx: &PanelContext<'_>,
    bench: &BenchState,
    run: &RunState,
    shown: Shown,
    place: usize,
) -> Option<(Shown, Rect)> {
    let tile = bench.dataset.shape.height as u32;
    if shown.size_px[1] > ROWS * tile {
        return Some((shown, rows_of(shown, tile, ROWS, 1)));
    }
    let view = run.views.reconstructions.as_deref()?;
    let outputs = view.outputs.as_ref()?;
    let version = (run.info.id.0 << 40).wrapping_add(view.step);
    let tiles = image_tiles(bench).grid(bench.examples.len(), 1);
    let name = HostName::of_run("differences", place);
    let shown = cx.pictures.host(name, version, tiles, Paint::Difference, || {
        let mut inputs = Vec::new();
        bench.dataset.write_f32(&bench.examples, &mut inputs);
        outputs.iter().zip(&inputs).map(|(output, input)| output - input).collect()
    });
    Some((shown, WHOLE))
}

/// The part of a texture that holds some of its rows.
fn rows_of(shown: Shown, tile: u32, first: u32, count: u32) -> Rect {
    let height = shown.size_px[1].max(1) as f32;
    Rect::from_min_max(
        pos2(0.0, (first * tile) as f32 / height),
        pos2(1.0, ((first + count) * tile) as f32 / height),
    )
}

/// How large one image is drawn so that all columns and rows fit, in points.
fn tile_size(space: Vec2, columns: usize, rows: usize, aspect: f32) -> Vec2 {
    let width = (space.x / columns.max(1) as f32).min(space.y / rows.max(1) as f32 * aspect).max(4.0);
    vec2(width, width / aspect)
}

fn grid_ui(ui: &mut Ui, cx: &PanelContext<'_>, bench: &BenchState, rows: &[Row]) -> Vec<Action> {
    let aspect = bench.dataset.shape.aspect();
    let columns = bench.examples.len();
    // Lines in the colours of runs are before their rows.
    let edge = if rows.iter().any(|row| row.color.is_some()) { HALF + 3.0 } else { 0.0 };
    let space = ui.available_size() - vec2(edge, 0.0);
    let tile = tile_size(space, columns, rows.len(), aspect);
    let size = vec2(tile.x * columns as f32, tile.y * rows.len() as f32);
    let (whole, _) = ui.allocate_exact_size(size + vec2(edge, 0.0), Sense::hover());
    let rect = Rect::from_min_max(whole.min + vec2(edge, 0.0), whole.max);
    picture_frame(ui, cx.theme, rect);
    for (number, row) in rows.iter().enumerate() {
        let at = Rect::from_min_size(rect.min + vec2(0.0, number as f32 * tile.y), vec2(size.x, tile.y));
        paint_picture(ui, row.shown, at, row.part, Color32::WHITE);
        if let Some(color) = row.color {
            let line = at.y_range().shrink(1.0);
            ui.painter().vline(whole.left() + 1.5, line, Stroke::new(3.0, color));
        }
        let response = ui.interact(at, ui.scope_id().with(("row", number)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &row.name));
    }
    let selected = cx.state.selected_image();
    let mut actions = Vec::new();
    let mut group = Group::new(ui, "examples", columns);
    for (number, image) in bench.examples.iter().enumerate() {
        let column = Rect::from_min_size(rect.min + vec2(number as f32 * tile.x, 0.0), vec2(tile.x, size.y));
        let label =
            bench.dataset.label(*image).and_then(|label| bench.dataset.class_names.get(usize::from(label)));
        let name = match label {
            Some(label) => format!("example {}, class {label}", number + 1),
            None => format!("example {}", number + 1),
        };
        let response = ui.interact(column, ui.scope_id().with(("example", number)), group.sense(number));
        group.note(ui, number, &response);
        let is_selected = selected == Some(*image);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &name));
        let is_pointed_at = response.hovered() || response.has_focus();
        if is_selected || is_pointed_at {
            // White is seen on a picture in both looks; the accent is not.
            let opacity = if is_selected { 1.0 } else { 0.6 };
            let color = cx.theme.faded(cx.theme.marker, opacity);
            let corner = CornerRadius::same(RADIUS_SMALL);
            ui.painter().rect_stroke(column.shrink(0.5), corner, Stroke::new(1.5, color), StrokeKind::Inside);
        }
        if response.double_clicked() {
            actions.push(Action::GoToImage(*image));
        } else if response.clicked() {
            actions.push(Action::Select(*image));
        }
        let row = response.hover_pos().map(|at| ((at.y - rect.top()) / tile.y.max(1.0)) as usize);
        let what = row.and_then(|row| rows.get(row)).map_or(String::new(), |row| format!("{}\n", row.name));
        response.on_hover_text(format!(
            "{what}{name}: a click selects it everywhere, a double click moves the point to its code"
        ));
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_columns_and_rows_fit() {
        for (space, columns, rows, aspect) in [
            (vec2(320.0, 96.0), 10, 3, 1.0),
            (vec2(320.0, 300.0), 10, 2, 1.0),
            (vec2(300.0, 60.0), 4, 3, 2.0),
        ] {
            let tile = tile_size(space, columns, rows, aspect);
            assert!(
                tile.x * columns as f32 <= space.x + 0.01 && tile.y * rows as f32 <= space.y + 0.01,
                "{tile:?}"
            );
            assert!((tile.x / tile.y - aspect).abs() < 1e-4, "{tile:?}");
        }
    }

    #[test]
    fn rows_of_a_texture_are_found() {
        let shown = Shown { id: eframe::egui::TextureId::default(), size_px: [280, 84] };
        let part = rows_of(shown, 28, 2, 1);
        assert!(
            (part.top() - 2.0 / 3.0).abs() < 1e-6
                && (part.bottom() - 1.0).abs() < 1e-6
                && part.width() == 1.0
        );
    }
}
