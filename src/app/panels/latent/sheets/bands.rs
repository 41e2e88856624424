//! How the rows of the table of dimensions are arranged: in one band, or in several beside each other. Pure.

use eframe::egui::{Vec2, vec2};

use crate::app::theme::GRID;

/// Images in a row: half a standard deviation apart.
pub const COLUMNS: usize = 13;
/// Space for the name and the value of a row.
pub const NAMES: f32 = 96.0;
/// The smallest height of an image, below which rows are scrolled.
const LEAST: f32 = 36.0;
/// The most bands of rows beside each other.
const MOST_BANDS: usize = 3;

/// How rows are arranged: the number of bands beside each other, rows in each, and the size of their images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// Bands beside each other.
    pub count: usize,
    /// Rows in each.
    pub rows: usize,
    /// Size of an image.
    pub image: Vec2,
    /// From the names of one band to those of the next.
    pub pitch: f32,
}

impl Bands {
    /// As many bands as make the images largest.
    pub fn fit(space: Vec2, rows: usize, aspect: f32, scale: f32) -> Self {
        let bands = (1..=MOST_BANDS.min(rows.max(1))).map(|count| {
            let rows = rows.div_ceil(count);
            let pitch = (space.x + 2.0 * GRID) / count as f32;
            let image = image_size(vec2(pitch - 2.0 * GRID, space.y), rows, aspect, scale);
            Self { count, rows, image, pitch }
        });
        // Of two that are alike the one with fewer bands is easier to read, also where all rows must be scrolled to.
        let best = |a: Self, b: Self| if b.image.y > 1.05 * a.image.y { b } else { a };
        bands.reduce(best).unwrap_or(Self { count: 1, rows, image: vec2(1.0, 1.0), pitch: space.x })
    }

    /// Where a row begins, seen from the first one.
    pub fn corner(&self, place: usize) -> Vec2 {
        let (band, row) = (place / self.rows.max(1), place % self.rows.max(1));
        vec2(band as f32 * self.pitch, row as f32 * self.image.y)
    }
}

fn image_size(space: Vec2, rows: usize, aspect: f32, scale: f32) -> Vec2 {
    let widest = ((space.x - NAMES * scale) / COLUMNS as f32).max(8.0);
    let high = (space.y / rows.max(1) as f32).max(LEAST * scale).min(widest / aspect);
    vec2(high * aspect, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_bands_where_the_panel_is_wide() {
        let narrow = Bands::fit(vec2(670.0, 400.0), 20, 1.0, 1.0);
        assert_eq!((narrow.count, narrow.rows, narrow.image.y), (1, 20, LEAST));
        let wide = Bands::fit(vec2(1210.0, 670.0), 20, 1.0, 1.0);
        assert_eq!((wide.count, wide.rows), (2, 10));
        let right = wide.corner(19) + vec2(NAMES + wide.image.x * COLUMNS as f32, wide.image.y);
        assert!(right.x <= 1210.0 && right.y <= 670.0, "the last row ends at {right:?}");
        assert!(wide.corner(10).y == 0.0 && wide.corner(9).x == 0.0);
        assert_eq!(Bands::fit(vec2(1210.0, 670.0), 2, 1.0, 1.0).count, 1, "few rows stand below each other");
    }

    #[test]
    fn rows_fill_the_panel_and_are_never_too_small() {
        let few = image_size(vec2(700.0, 400.0), 2, 1.0, 1.0);
        let many = image_size(vec2(700.0, 400.0), 64, 1.0, 1.0);
        assert!(few.x > many.x && many.y >= LEAST, "{few:?}, {many:?}");
        assert_eq!(NAMES + few.x * COLUMNS as f32, 700.0, "few rows are as wide as the panel");
    }
}
