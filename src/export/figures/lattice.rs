//! The decoded plane: what the decoder makes of every point of a grid of codes.

use super::axes::{self, Axis, MARKS_APART};
use super::page::{Layout, Page, Sizes};
use super::{Caption, Figure};
use crate::chart::pixels::{atlas, broken};
use crate::chart::scene::{Area, Scene};
use crate::data::ImageShape;
use crate::look::ColorScheme;

/// About how large the plane is drawn.
const SIDE: f64 = 520.0;

/// A grid of decoded images over a plane of codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    /// What it is; none is drawn when empty.
    pub title: String,
    /// The images row by row: the first is the top left one, at the low end of x and the high end of y.
    pub tiles: Vec<f32>,
    /// Images across.
    pub columns: usize,
    /// Images down.
    pub rows: usize,
    /// Shape of one image.
    pub shape: ImageShape,
    /// First coordinate of the code at the middle of the first and the last column.
    pub x_range: [f64; 2],
    /// Second coordinate of the code at the middle of the bottom and the top row.
    pub y_range: [f64; 2],
    /// Names of the axes, such as z1 and z2.
    pub axis_names: [String; 2],
}

impl Figure for Lattice {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        let wanted = self.columns.saturating_mul(self.rows);
        let count = self.shape.images_in(self.tiles.len()).min(wanted);
        if count == 0 {
            return Page::nothing(&self.title, caption, theme);
        }
        let tiles = &self.tiles[..count * self.shape.values()];
        let pixels = atlas(tiles, self.shape, self.columns);
        let zoom = (SIDE / f64::from(pixels.width().max(pixels.height()))).round().max(1.0);
        let plane =
            [pixels.width(), self.rows as u32 * self.shape.height as u32].map(|side| f64::from(side) * zoom);

        // The numbers on the left and below, the names above and below.
        let sizes = Sizes::for_width(plane[0]);
        let (left, top) = ((40.0 * sizes.unit).round(), (2.0 * sizes.label).round());
        let content = [left + plane[0], top + plane[1] + axes::height_below(&sizes)];
        let mut notes: Vec<String> = broken(tiles).into_iter().collect();
        if count < wanted {
            notes.push(format!("{count} of {wanted} images are decoded"));
        }
        let mut page =
            Page::new(&Layout { title: &self.title, caption, notes: &notes, content, sizes, theme });
        let frame = Area::new(page.content.x + left, page.content.y + top, plane[0], plane[1]);

        let shown = Area::new(frame.x, frame.y, frame.width, f64::from(pixels.height()) * zoom);
        page.scene.image(shown, pixels);
        axes::draw_frame(&mut page, frame);
        let half = [self.shape.width, self.shape.height].map(|side| side as f64 * zoom / 2.0);
        let x = Axis::linear(self.x_range, [frame.x + half[0], frame.right() - half[0]]);
        let y = Axis::linear(self.y_range, [frame.bottom() - half[1], frame.y + half[1]]);
        axes::draw_below(&mut page, frame, &x, MARKS_APART * sizes.unit);
        axes::draw_left(&mut page, frame, &y, MARKS_APART * sizes.unit);
        axes::draw_names(&mut page, frame, &self.axis_names);
        page.scene
    }
}
