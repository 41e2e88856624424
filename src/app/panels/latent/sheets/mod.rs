//! Sheets of decoded codes: where on its texture an image is.

mod bands;
pub mod dimensions;
pub mod samples;

use eframe::egui::{Rect, pos2, vec2};

use crate::app::context::PanelContext;
use crate::app::pictures::Shown;
use crate::app::state::RunState;
use crate::engine::{Picture, Sheet, SheetView, WantedSheet};

/// How many tiles or samples can be chosen, across and down; none for as many as can be read.
pub const GRIDS: [(Option<usize>, &str); 5] = [
    (None, "as fit"),
    (Some(8), "8 × 8"),
    (Some(14), "14 × 14"),
    (Some(20), "20 × 20"),
    (Some(40), "40 × 40"),
];
/// A sheet that has arrived: what was asked, and its texture.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// The answer.
    pub view: &'a SheetView,
    /// The texture.
    pub shown: Shown,
}

impl<'a> Arrived<'a> {
    /// The sheet of a run, once there is one.
    pub fn of(cx: &PanelContext<'_>, run: &'a RunState, sheet: Sheet) -> Option<Self> {
        let view = run.views.sheets.get(&sheet)?;
        Some(Self { view, shown: cx.pictures.get(run.info.id, Picture::Sheet(sheet))? })
    }

    /// The part of the texture that shows a code: where a code was removed, the others have another index until the next
    /// sheet arrives.
    pub fn part_of_code(&self, code: &[f32], index: usize) -> Option<Rect> {
        self.part(tile_of(&self.view.wanted, code, index))
    }

    /// The part of the texture that shows an image, counted row by row.
    pub fn part(&self, number: usize) -> Option<Rect> {
        let (columns, rows) = (self.view.wanted.columns.max(1), self.view.wanted.rows.max(1));
        (number < columns * rows).then(|| part(number, columns, rows))
    }
}

/// The index of a code on a sheet; where it is not on it, the index it will have on the next.
fn tile_of(wanted: &WantedSheet, code: &[f32], index: usize) -> usize {
    wanted.points.chunks_exact(code.len().max(1)).position(|known| known == code).unwrap_or(index)
}

fn part(number: usize, columns: usize, rows: usize) -> Rect {
    let size = vec2(1.0 / columns as f32, 1.0 / rows as f32);
    let corner = pos2((number % columns) as f32 * size.x, (number / columns) as f32 * size.y);
    Rect::from_min_size(corner, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_in_rows() {
        assert_eq!(part(0, 4, 2), Rect::from_min_size(pos2(0.0, 0.0), vec2(0.25, 0.5)));
        assert_eq!(part(6, 4, 2), Rect::from_min_size(pos2(0.5, 0.5), vec2(0.25, 0.5)));
    }

    #[test]
    fn an_image_is_found_by_its_code_while_the_sheet_is_an_old_one() {
        let wanted =
            WantedSheet { sheet: Sheet::Pins, columns: 12, rows: 1, points: [1.0, 2.0, 3.0, 4.0].into() };
        assert_eq!(tile_of(&wanted, &[3.0, 4.0], 0), 1, "the first pin was removed");
        assert_eq!(tile_of(&wanted, &[9.0, 9.0], 1), 1, "a pin that is being moved");
    }
}
