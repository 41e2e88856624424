//! Draws a table of numbers as colours, with the number in each cell where there is room for it.

use super::card::{Matrix, Style};
use crate::chart::scene::{Area, Scene, TextStyle};
use crate::look::{mixed, named_places, value_label};

/// Room for the names of rows and of columns, as a multiple of the type's size.
const NAMES: [f64; 2] = [2.0, 2.0];
/// Room for the name of an axis, as a multiple of the type's size.
const AXIS: f64 = 1.6;
/// A cell is at most this wide: a small table on a large panel is easier to read if it stays together.
const WIDEST: f64 = 64.0;
/// Space between two cells.
const GAP: f64 = 1.0;

pub(super) fn draw(matrix: &Matrix, scene: &mut Scene, area: Area, style: &Style<'_>) {
    let (columns, rows) = (matrix.columns.len(), matrix.rows.len());
    if columns == 0 || rows == 0 {
        return;
    }
    let size = style.type_size;
    let widest =
        |names: &[String]| names.iter().map(|name| (style.text_width)(name, size)).fold(0.0, f64::max);
    let left = widest(&matrix.rows).max(NAMES[0] * size) + AXIS * size;
    let above = (AXIS + NAMES[1]) * size;
    let side = ((area.width - left) / columns as f64).min((area.height - above) / rows as f64).min(WIDEST);
    if side < 2.0 * GAP {
        return;
    }
    let at = |row: usize, column: usize| {
        Area::new(
            area.x + left + column as f64 * side,
            area.y + above + row as f64 * side,
            side - GAP,
            side - GAP,
        )
    };
    let muted = TextStyle::new(size, style.palette.muted);
    let x = left.max((style.text_width)(&matrix.y, size) + size);
    scene.text([area.x + x, area.y + size], matrix.x.as_str(), muted);
    scene.text([area.x, area.y + size], matrix.y.as_str(), muted);
    let step = (widest(&matrix.columns) / side + 0.3).ceil().max(1.0) as usize;
    for column in named_places(columns, step, false) {
        let cell = at(0, column);
        let middle = [cell.x + 0.5 * cell.width, cell.y - 0.5 * size];
        scene.text(middle, matrix.columns[column].as_str(), muted.middle());
    }
    let step = (1.2 * size / side).ceil().max(1.0) as usize;
    for row in named_places(rows, step, false) {
        let cell = at(row, 0);
        scene.text([cell.x - 0.5 * size, middle_line(&cell, size)], matrix.rows[row].as_str(), muted.end());
    }
    let largest = matrix.values.iter().filter(|value| value.is_finite()).fold(0.0_f32, |a, b| a.max(b.abs()));
    for (place, value) in matrix.values.iter().enumerate().take(rows * columns) {
        let (row, column) = (place / columns, place % columns);
        let cell = at(row, column);
        let share = if largest > 0.0 && value.is_finite() { value.abs() / largest } else { 0.0 };
        let full = if *value < 0.0 { style.palette.problem } else { style.palette.accent };
        let fill = mixed(scene.background, full, 0.08 + 0.92 * f64::from(share));
        scene.rect(cell, 0.0, fill);
        let label = value_label(f64::from(*value));
        let has_room = (style.text_width)(&label, size) + 2.0 < cell.width && 1.2 * size < cell.height;
        if has_room && value.is_finite() && *value != 0.0 {
            let color = if share > 0.55 { scene.background } else { style.palette.text };
            let at = [cell.x + 0.5 * cell.width, middle_line(&cell, size)];
            scene.text(at, label.as_str(), TextStyle::new(size, color).middle());
        }
        scene.hint(cell, format!("{}, {}: {label}", matrix.rows[row], matrix.columns[column]));
    }
}

/// The baseline of a line of text in the middle of a cell.
fn middle_line(cell: &Area, size: f64) -> f64 {
    cell.y + 0.5 * cell.height + 0.35 * size
}
