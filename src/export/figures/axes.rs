//! From values to places on the page, and the marks that say so.

use super::page::{Page, Sizes};
use crate::chart::scene::{Area, Stroke};
use crate::look::{Tick, linear_ticks};

/// The least distance of two marks on the axes of a plane.
pub(super) const MARKS_APART: f64 = 56.0;

/// An axis: the values at its two ends, and where those ends are on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Value at the start.
    pub low: f64,
    /// Value at the end.
    pub high: f64,
    /// Place of the start.
    pub start: f64,
    /// Place of the end.
    pub end: f64,
}

impl Axis {
    /// An axis with even steps.
    pub fn linear([low, high]: [f64; 2], [start, end]: [f64; 2]) -> Self {
        Self { low, high, start, end }
    }

    /// Where a value is on the page.
    pub fn place(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.start + share * (self.end - self.start)
    }

    /// Its marks, none closer than about `apart` to the next.
    pub fn ticks(&self, apart: f64) -> Vec<Tick> {
        let most = ((self.end - self.start).abs() / apart) as usize;
        linear_ticks(self.low, self.high, most)
    }
}

/// Marks and numbers below a frame.
pub(super) fn draw_below(page: &mut Page, frame: Area, axis: &Axis, apart: f64) {
    let (sizes, palette) = (page.sizes, page.palette);
    let style = page.small(palette.muted).middle();
    for tick in axis.ticks(apart) {
        let x = axis.place(tick.value);
        let stroke = page.hairline(palette.axis);
        page.scene.line([x, frame.bottom()], [x, frame.bottom() + 4.0 * sizes.unit], stroke);
        page.scene.text([x, frame.bottom() + 6.0 * sizes.unit + sizes.small], tick.label, style);
    }
}

/// Marks and numbers left of a frame.
pub(super) fn draw_left(page: &mut Page, frame: Area, axis: &Axis, apart: f64) {
    let (sizes, palette) = (page.sizes, page.palette);
    let style = page.small(palette.muted).end();
    for tick in axis.ticks(apart) {
        let y = axis.place(tick.value);
        let stroke = page.hairline(palette.axis);
        page.scene.line([frame.x - 4.0 * sizes.unit, y], [frame.x, y], stroke);
        page.scene.text([frame.x - 8.0 * sizes.unit, y + 0.35 * sizes.small], tick.label, style);
    }
}

/// Height that marks, numbers and the name of an axis take below a frame.
pub(super) fn height_below(sizes: &Sizes) -> f64 {
    10.0 * sizes.unit + 2.3 * sizes.small
}

/// The name of an axis, right below its numbers.
pub(super) fn draw_name_below(page: &mut Page, frame: Area, name: &str) {
    let style = page.label(page.palette.text).end();
    let baseline = frame.bottom() + height_below(&page.sizes) - 0.2 * page.sizes.small;
    page.scene.text([frame.right(), baseline], name, style);
}

/// The names of both axes: the first right below its numbers, the second above the frame on the left, where
/// names of any length have room and nobody has to tilt their head.
pub(super) fn draw_names(page: &mut Page, frame: Area, names: &[String; 2]) {
    draw_name_below(page, frame, &names[0]);
    // A code of one number has no second axis.
    if names[1].is_empty() {
        return;
    }
    let style = page.label(page.palette.text);
    page.scene.text([frame.x, frame.y - 8.0 * page.sizes.unit], names[1].as_str(), style);
}

/// The thin frame of a plane.
pub(super) fn draw_frame(page: &mut Page, frame: Area) {
    let stroke = Stroke::solid(page.palette.axis, page.sizes.unit);
    page.scene.outline(frame.grown(0.5), 0.0, stroke);
}
