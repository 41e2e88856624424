//! Feature maps as small pictures: where each lies inside its area, and how they are drawn.
//!
//! A convolutional layer's units are pictures of where a filter found what it looks for; a recurrent layer's are one
//! picture, a row of numbers for every row of the image.

use eframe::egui::epaint::Mesh;
use eframe::egui::{Color32, Pos2, Rect, Shape, Ui, Vec2, pos2, vec2};

use crate::app::images::Paint;
use crate::app::pictures::{Pictures, Shown};
use crate::engine::LayerActivity;
use crate::gpu::Tiles;

/// A map smaller than this, in points, is a blot; then only as many are shown as can be seen.
const SIDE_LEAST: f32 = 9.0;
/// Space between two maps.
const GAP: f32 = 2.0;
/// Names of the textures, one per layer; no network has more layers that are drawn.
const NAMES: [&str; 16] = [
    "maps 1", "maps 2", "maps 3", "maps 4", "maps 5", "maps 6", "maps 7", "maps 8", "maps 9", "maps 10",
    "maps 11", "maps 12", "maps 13", "maps 14", "maps 15", "maps 16",
];

/// Maps in rows inside an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Maps {
    /// How many are shown, the first ones.
    pub count: usize,
    /// Maps beside each other.
    pub columns: usize,
    /// Size of one.
    pub tile: Vec2,
    corner: Pos2,
}

impl Maps {
    /// The largest maps of this aspect with which `count` of them fit into an area, or as many as can be seen.
    pub fn fit(area: Rect, count: usize, [height, width]: [usize; 2]) -> Self {
        let space = vec2(0.86 * area.width(), area.height()).max(Vec2::splat(4.0));
        let aspect = width.max(1) as f32 / height.max(1) as f32;
        let size = |columns: usize, count: usize| {
            let rows = count.div_ceil(columns) as f32;
            let across = (space.x - GAP * (columns as f32 - 1.0)) / columns as f32;
            let down = (space.y - GAP * (rows - 1.0)) / rows * aspect;
            across.min(down)
        };
        let best = |count: usize| {
            let widths = (1..=count).map(|columns| (columns, size(columns, count)));
            widths.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((1, 1.0))
        };
        let mut count = count.max(1);
        let (mut columns, mut across) = best(count);
        while across.min(across / aspect) < SIDE_LEAST && count > 4 {
            count = (3 * count).div_ceil(4);
            (columns, across) = best(count);
        }
        let tile = vec2(across, across / aspect).max(Vec2::splat(1.0));
        let rows = count.div_ceil(columns) as f32;
        let used = vec2(columns as f32, rows) * (tile + Vec2::splat(GAP)) - Vec2::splat(GAP);
        Self { count, columns, tile, corner: area.center() - 0.5 * used }
    }

    /// Where a map is drawn.
    pub fn tile(&self, index: usize) -> Rect {
        let at = vec2((index % self.columns) as f32, (index / self.columns) as f32);
        Rect::from_min_size(self.corner + at * (self.tile + Vec2::splat(GAP)), self.tile)
    }

    /// All of them.
    pub fn bounds(&self) -> Rect {
        (0..self.count).fold(Rect::NOTHING, |rect, index| rect.union(self.tile(index)))
    }
}

/// The label below a layer of maps: `16 maps, 14 × 14`, or of a recurrent layer `28 rows of 128`.
pub fn words([channels, height, width]: [usize; 3]) -> String {
    match channels {
        1 => format!("{height} rows of {width}"),
        _ => format!("{channels} of {height}×{width}"),
    }
}

/// one does not make the others dark.
pub fn largest(values: &[f32]) -> f32 {
    let mut sizes: Vec<f32> =
        values.iter().map(|value| value.abs()).filter(|size| size.is_finite()).collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let at = (sizes.len().saturating_sub(1) as f32 * 0.98).round() as usize;
    sizes.get(at).copied().filter(|size| *size > 0.0).or(sizes.last().copied()).unwrap_or(1.0).max(1e-6)
}

/// Draws the maps that fit; large values are white, and of numbers with a sign, red and blue.
pub fn paint(
    ui: &Ui,
    pictures: &Pictures,
    layer: &LayerActivity,
    maps: &Maps,
    [channels, height, width]: [usize; 3],
    number: usize,
    version: u64,
) {
    let Some(name) = NAMES.get(number) else { return };
    let largest = largest(&layer.values);
    let is_signed = layer.values.iter().any(|value| *value < 0.0);
    let paint = if is_signed { Paint::Difference } else { Paint::Image };
    let tiles = Tiles::single(height, width, 1).grid(1, channels);
    let values = || layer.values.iter().map(|value| value / largest).collect();
    let Shown { id, .. } = pictures.host(*name, version, tiles, paint, values);
    let mut mesh = Mesh::with_texture(id);
    let share = 1.0 / channels.max(1) as f32;
    for index in 0..maps.count.min(channels) {
        let part = Rect::from_min_size(pos2(0.0, index as f32 * share), vec2(1.0, share));
        mesh.add_rect_with_uv(maps.tile(index), part, Color32::WHITE);
    }
    ui.painter().add(Shape::mesh(mesh));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_pictures_inside_their_area_and_apart() {
        let area = Rect::from_min_size(pos2(5.0, 7.0), vec2(90.0, 92.0));
        for (count, size) in
            [(16, [28, 28]), (32, [14, 14]), (64, [7, 7]), (256, [4, 4]), (1, [28, 128]), (3, [1, 1])]
        {
            let maps = Maps::fit(area, count, size);
            assert!(maps.count <= count && maps.count >= count.min(4), "{count}: {maps:?}");
            let least = maps.tile.min_elem();
            assert!(least >= SIDE_LEAST || maps.count <= 4, "{count} maps of {least} points");
            for index in 0..maps.count {
                let tile = maps.tile(index);
                assert!(area.expand(0.1).contains_rect(tile), "{count}: {index} at {tile}");
                let apart = (0..index).all(|other| !maps.tile(other).intersects(tile));
                assert!(apart, "{count}: {index} at {tile} covers another");
            }
        }
    }

    #[test]
    fn maps_and_rows_are_described_in_words() {
        assert_eq!(words([16, 28, 28]), "16 of 28×28");
        assert_eq!(words([1, 28, 128]), "28 rows of 128");
    }
}
