//! Draws anti-aliased lines of a given thickness.
//!
//! Contract: drawing uses only +, −, ×, ÷ and √ on f32, which every machine rounds alike, so the same line gives the
//! same bytes everywhere. Only pixels near a line are visited.

use super::drawn::SIDE;

/// Width in pixels of the soft edge of a line, measured on scanned handwriting.
const SOFT: f32 = 1.15;

/// A straight piece of a line, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    pub from: [f32; 2],
    pub to: [f32; 2],
    pub radius: f32,
}

/// A square image of grey levels: 0 is background, 1 is ink.
pub(super) struct Canvas {
    shade: [f32; SIDE * SIDE],
}

impl Canvas {
    pub fn blank() -> Self {
        Self { shade: [0.0; SIDE * SIDE] }
    }

    /// Draws a segment. Where segments overlap, the larger level counts.
    pub fn draw(&mut self, segment: &Segment) {
        let Segment { from, to, radius } = *segment;
        let along = [to[0] - from[0], to[1] - from[1]];
        // A segment of no length is a dot; the tiny number only keeps the division from 0/0.
        let per_length = 1.0 / (along[0] * along[0] + along[1] * along[1] + 1e-9);
        let reach = radius + SOFT / 2.0;
        for row in pixels_near(from[1], to[1], reach) {
            let dy = row as f32 + 0.5 - from[1];
            for column in pixels_near(from[0], to[0], reach) {
                let dx = column as f32 + 0.5 - from[0];
                let t = ((dx * along[0] + dy * along[1]) * per_length).clamp(0.0, 1.0);
                let (ex, ey) = (dx - t * along[0], dy - t * along[1]);
                let shade = ((reach - (ex * ex + ey * ey).sqrt()) / SOFT).min(1.0);
                let pixel = &mut self.shade[row * SIDE + column];
                *pixel = pixel.max(shade);
            }
        }
    }

    /// The image as bytes, shifted by whole pixels so that its centre of mass is in the middle, as in MNIST.
    pub fn centred(&self) -> [u8; SIDE * SIDE] {
        let (right, down) = self.offset_to_middle();
        let mut bytes = [0; SIDE * SIDE];
        for (row, line) in self.shade.chunks_exact(SIDE).enumerate() {
            let Some(row) = shifted(row, down) else { continue };
            for (column, shade) in line.iter().enumerate() {
                if let Some(column) = shifted(column, right) {
                    bytes[row * SIDE + column] = (shade * 255.0).round() as u8;
                }
            }
        }
        bytes
    }

    /// Whole pixels to the right and down from the centre of mass to the middle.
    fn offset_to_middle(&self) -> (isize, isize) {
        let (mut mass, mut x, mut y) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (i, shade) in self.shade.iter().enumerate() {
            mass += shade;
            x += shade * ((i % SIDE) as f32 + 0.5);
            y += shade * ((i / SIDE) as f32 + 0.5);
        }
        let middle = SIDE as f32 / 2.0;
        let offset = |sum: f32| (middle - sum / mass.max(1e-6)).round() as isize;
        (offset(x), offset(y))
    }
}

/// The rows or columns whose middle may lie within `reach` of the interval from `a` to `b`.
fn pixels_near(a: f32, b: f32, reach: f32) -> std::ops::Range<usize> {
    // Casts from float to usize saturate, so that what lies outside of the image becomes its edge.
    let first = (a.min(b) - reach - 0.5).ceil() as usize;
    let past = (a.max(b) + reach + 0.5).floor() as usize;
    first..past.min(SIDE)
}

/// A row or column shifted by `by`; `None` if it leaves the image.
fn shifted(place: usize, by: isize) -> Option<usize> {
    place.checked_add_signed(by).filter(|&place| place < SIDE)
}
