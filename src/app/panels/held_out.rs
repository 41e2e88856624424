//! Held-out images over their reconstructions, and the difference between the two.
//!
//! The picture is one texture that the trainer thread paints: a row of inputs, a row of outputs and, where there is room
//! for it, a row of differences. Where the pixels are uploaded from the host, the differences are computed here.

use eframe::egui::{
    Color32, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{WHOLE, no_run, paint_picture, picture_frame, switch, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::images::Paint;
use crate::app::pictures::{Shown, image_tiles};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::{HALF, RADIUS_SMALL};
use crate::app::widgets::{card, export_button, muted};
use crate::engine::Picture;

/// Rows of the texture that are always there: inputs and outputs.
const ROWS: u32 = 2;

/// What stays from frame to frame.
#[derive(Debug)]
pub struct HeldOutState {
    shows_difference: bool,
}

impl Default for HeldOutState {
    fn default() -> Self {
        Self { shows_difference: true }
    }
}

/// Draws the held-out images.
pub fn held_out_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut HeldOutState) -> Vec<Action> {
    let mut actions = Vec::new();
    let trailing = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        export_button(ui, cx.theme, Figure::Reconstructions, "Export reconstructions", &mut actions);
        switch(
            ui,
            cx.theme,
            "difference",
            &mut memory.shows_difference,
            "output minus input: red is too bright, blue too dark",
        );
        muted(ui, cx.theme, "input · output ·");
    };
    card(ui, cx.theme, "Held-out images", trailing, |_| {});
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        waiting(ui, cx.theme, &no_run(cx.state));
        return actions;
    };
    cx.want(run.info.id, |wants| wants.reconstructions = true);
    let shown = cx.pictures.get(run.info.id, Picture::Reconstructions);
    let (Some(shown), false) = (shown, bench.examples.is_empty()) else {
        waiting(ui, cx.theme, "waiting for the first pictures");
        return actions;
    };
    let difference = if memory.shows_difference { difference(cx, bench, run, shown) } else { None };
    actions.extend(grid_ui(ui, cx, bench, run, shown, difference));
    actions
}

/// A texture, and the part of it that shows the differences.
fn difference(
    cx: &PanelContext<'_>,
    bench: &BenchState,
    run: &RunState,
    shown: Shown,
) -> Option<(Shown, Rect)> {
    let tile = bench.dataset.shape.height as u32;
    if shown.size_px[1] > ROWS * tile {
        return Some((shown, rows_of(shown, tile, ROWS, 1)));
    }
    let view = run.views.reconstructions.as_deref()?;
    let outputs = view.outputs.as_ref()?;
    let version = (run.info.id.0 << 40).wrapping_add(view.step);
    let tiles = image_tiles(bench).grid(bench.examples.len(), 1);
    let shown = cx.pictures.host("differences", version, tiles, Paint::Difference, || {
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

fn grid_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    bench: &BenchState,
    run: &RunState,
    shown: Shown,
    difference: Option<(Shown, Rect)>,
) -> Vec<Action> {
    let shape = bench.dataset.shape;
    let aspect = shape.aspect();
    let columns = bench.examples.len();
    let rows = if difference.is_some() { 3 } else { 2 };
    let tile = tile_size(ui.available_size(), columns, rows, aspect);
    let size = vec2(tile.x * columns as f32, tile.y * rows as f32);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    picture_frame(ui, cx.theme, rect);
    let two = Rect::from_min_size(rect.min, vec2(size.x, 2.0 * tile.y));
    paint_picture(ui, shown, two, rows_of(shown, shape.height as u32, 0, ROWS), Color32::WHITE);
    if let Some((texture, part)) = difference {
        paint_picture(ui, texture, Rect::from_min_max(two.left_bottom(), rect.max), part, Color32::WHITE);
    }
    let chosen = run.views.layers.as_deref().map(|layers| layers.example);
    let mut actions = Vec::new();
    for (number, image) in bench.examples.iter().enumerate() {
        let column = Rect::from_min_size(rect.min + vec2(number as f32 * tile.x, 0.0), vec2(tile.x, size.y));
        let label =
            bench.dataset.label(*image).and_then(|label| bench.dataset.class_names.get(usize::from(label)));
        let name = match label {
            Some(label) => format!("example {}, class {label}", number + 1),
            None => format!("example {}", number + 1),
        };
        let response = ui.interact(column, ui.scope_id().with(("example", number)), Sense::click());
        let is_chosen = chosen == Some(number);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &name));
        let is_pointed_at = response.hovered() || response.has_focus();
        if is_chosen || is_pointed_at {
            // White is seen on a picture in both looks; the accent is not.
            let opacity = if is_chosen { 1.0 } else { 0.6 };
            let color = cx.theme.faded(cx.theme.marker, opacity);
            let corner = CornerRadius::same(RADIUS_SMALL);
            ui.painter().rect_stroke(column.shrink(0.5), corner, Stroke::new(1.5, color), StrokeKind::Inside);
        }
        if response.on_hover_text(format!("{name}: click to show its activations in the hourglass")).clicked()
        {
            actions.push(Action::ShowExample(number));
        }
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
