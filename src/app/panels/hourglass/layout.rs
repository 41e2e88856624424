//! The layout of the hourglass: pure geometry, tested without a window.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Height of the two lines of words below, in points.
pub const WORDS_HEIGHT: f32 = 31.0;
/// Space between the pictures and the glass.
const GAP: f32 = 10.0;
/// Half the height of the waist.
const WAIST: f32 = 25.0;
/// The largest cell of a layer's grid.
const CELL_MOST: f32 = 6.0;
/// Layers fill this share of the glass's height, so that their inner corners stay inside.
const FILLED: f32 = 0.78;
/// Codes up to this many numbers are dots; longer ones are a grid like any layer.
pub const DOTS_MOST: usize = 24;
/// Dots above each other.
const DOTS_HIGH: usize = 6;

/// Where everything is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// The clean image, where the network is given a corrupted one.
    pub clean: Option<Rect>,
    /// The image that the network is given.
    pub input: Rect,
    /// The output image.
    pub output: Rect,
    /// Where each layer is: those of the encoder, the code, those of the decoder.
    pub areas: Vec<Rect>,
    /// The encoder's and the decoder's half of the glass.
    pub glass: [[Pos2; 4]; 2],
}

/// Divides the space among pictures of this aspect (width over height), and so many layers on either side of the code.
/// Where the network is given a corrupted image, the clean one is before it.
pub fn places(
    space: Rect,
    aspect: f32,
    [before, after]: [usize; 2],
    is_corrupted: bool,
    scale: f32,
) -> Places {
    let height = (space.height() - WORDS_HEIGHT * scale).max(20.0);
    let middle = space.top() + 0.5 * height;
    let widest = if is_corrupted { 0.13 } else { 0.17 };
    let picture_height = (0.82 * height).min(widest * space.width() / aspect);
    let picture = vec2(picture_height * aspect, picture_height);
    let first = Rect::from_min_size(pos2(space.left() + 1.0, middle - 0.5 * picture.y), picture);
    let clean = is_corrupted.then_some(first);
    let input = if is_corrupted { first.translate(vec2(picture.x + GAP, 0.0)) } else { first };
    let output =
        Rect::from_min_size(pos2(space.right() - 1.0 - picture.x, middle - 0.5 * picture.y), picture);
    let (left, right) = (input.right() + GAP, output.left() - GAP);
    let count = before + 1 + after;
    // The waist is narrow, so the code needs less room than a layer.
    let code_width = (64.0 * scale).min(0.3 * (right - left));
    let width = (right - left - code_width) / (count as f32 - 1.0).max(1.0);
    let code_left = if count == 1 { 0.5 * (left + right - code_width) } else { left + before as f32 * width };
    let code = Rect::from_x_y_ranges(
        code_left..=code_left + code_width,
        middle - 0.5 * height..=middle + 0.5 * height,
    );
    let waist = (WAIST * scale).min(0.3 * height);
    let half_at = |x: f32| {
        let share = if x < code.center().x {
            (code.left() - x) / (code.left() - left).max(1.0)
        } else {
            (x - code.right()) / (right - code.right()).max(1.0)
        };
        waist + (0.5 * height - waist) * share.clamp(0.0, 1.0)
    };
    let area = |i: usize| {
        if i == before {
            return code;
        }
        let start =
            if i < before { left + i as f32 * width } else { code.right() + (i - before - 1) as f32 * width };
        let half = FILLED * half_at(start + 0.5 * width);
        Rect::from_x_y_ranges(start..=start + width, middle - half..=middle + half)
    };
    let at = |x: f32| [pos2(x, middle - half_at(x)), pos2(x, middle + half_at(x))];
    let ([a, d], [b, c]) = (at(left), at(code.left()));
    let ([e, h], [f, g]) = (at(code.right()), at(right));
    Places {
        clean,
        input,
        output,
        areas: (0..count).map(area).collect(),
        glass: [[a, b, c, d], [e, f, g, h]],
    }
}

/// A grid of square cells: how many columns and rows, and how large a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cells {
    /// The grid, centred in its area.
    pub rect: Rect,
    /// Cells to the right.
    pub columns: usize,
    /// Edge of a cell.
    pub size: f32,
}

impl Cells {
    /// The largest cells with which `count` of them fit into an area, filled column by column.
    pub fn fit(area: Rect, count: usize) -> Self {
        // A wide grid would reach into the narrow part of the glass.
        let width = (0.8 * area.width()).min(1.05 * area.height());
        let space = vec2(width, area.height()).max(Vec2::splat(1.0));
        let count = count.max(1);
        let fits = |size: f32| {
            let rows = ((space.y / size).floor() as usize).clamp(1, count);
            (count.div_ceil(rows) as f32 * size <= space.x).then_some(rows)
        };
        let (mut low, mut high) = (0.05, CELL_MOST);
        // The fit is monotonous up to a step; twenty halvings settle it far below a pixel.
        for _ in 0..20 {
            let middle = 0.5 * (low + high);
            if fits(middle).is_some() {
                low = middle;
            } else {
                high = middle;
            }
        }
        let rows = fits(low).unwrap_or(1);
        let columns = count.div_ceil(rows);
        let rect =
            Rect::from_center_size(area.center(), vec2(columns as f32, count.div_ceil(columns) as f32) * low);
        Self { rect, columns, size: low }
    }

    /// Where a unit's cell is: row by row from the top left.
    pub fn cell(&self, unit: usize) -> Rect {
        let corner = vec2((unit % self.columns) as f32, (unit / self.columns) as f32) * self.size;
        Rect::from_min_size(self.rect.min + corner, Vec2::splat(self.size))
    }

    /// The unit at a place, if one of `count` is there.
    pub fn unit(&self, at: Pos2, count: usize) -> Option<usize> {
        if !self.rect.contains(at) {
            return None;
        }
        let offset = (at - self.rect.min) / self.size;
        let unit = offset.y as usize * self.columns + (offset.x as usize).min(self.columns - 1);
        (unit < count).then_some(unit)
    }
}

/// The cells of a long code.
pub fn code_cells(area: Rect, count: usize) -> Cells {
    Cells::fit(area.shrink2(area.size() * 0.1), count)
}

/// The unit of a code of so many numbers at a place, if one is there.
pub fn code_unit(at: Pos2, area: Rect, count: usize, scale: f32) -> Option<usize> {
    if count > DOTS_MOST {
        return code_cells(area, count).unit(at, count);
    }
    let (centers, pitch) = dots(area, count, scale);
    centers.iter().position(|center| center.distance(at) <= 0.5 * pitch)
}

/// The dots of a short code: their centres, and how far apart they are.
pub fn dots(area: Rect, count: usize, scale: f32) -> (Vec<Pos2>, f32) {
    let columns = count.div_ceil(DOTS_HIGH).max(1);
    let rows = count.div_ceil(columns).max(1);
    let room = vec2(0.7 * area.width() / columns as f32, 0.78 * area.height() / rows as f32);
    let pitch = room.min_elem().min(20.0 * scale);
    let corner = area.center() - 0.5 * pitch * vec2(columns as f32 - 1.0, rows as f32 - 1.0);
    let center = |i: usize| corner + pitch * vec2((i / rows) as f32, (i % rows) as f32);
    ((0..count).map(center).collect(), pitch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> Rect {
        Rect::from_min_size(pos2(20.0, 60.0), vec2(660.0, 140.0))
    }

    #[test]
    fn layers_are_in_order_and_inside_the_panel() {
        for (before, after) in [(2, 2), (0, 0), (1, 1), (0, 1), (8, 8)] {
            let is_corrupted = before == 1;
            let Places { clean, input, output, areas, glass } =
                places(space(), 1.0, [before, after], is_corrupted, 1.0);
            assert_eq!((areas.len(), clean.is_some()), (before + 1 + after, is_corrupted));
            let mut rects: Vec<Rect> = clean.into_iter().chain([input]).collect();
            rects.extend(&areas);
            rects.push(output);
            for pair in rects.windows(2) {
                assert!(
                    pair[0].right() <= pair[1].left() + 0.01,
                    "{before}+{after}: {} before {}",
                    pair[0],
                    pair[1]
                );
            }
            assert!(rects.iter().all(|rect| space().expand(0.01).contains_rect(*rect)), "{before}+{after}");
            assert!(
                glass.iter().flatten().all(|corner| space().contains(*corner)),
                "{before}+{after}: {glass:?}"
            );
        }
    }

    #[test]
    fn the_hourglass_is_widest_outside_and_narrow_at_the_code() {
        let Places { areas, glass: [encoder, decoder], .. } = places(space(), 1.0, [2, 2], false, 1.0);
        assert!(areas[0].height() > areas[1].height() && areas[4].height() > areas[3].height());
        assert!((areas[0].height() - areas[4].height()).abs() < 0.01);
        let open = |[a, b, c, d]: [Pos2; 4]| (d.y - a.y, c.y - b.y);
        assert!(open(encoder).0 > 2.0 * open(encoder).1 && open(decoder).1 > 2.0 * open(decoder).0);
    }

    #[test]
    fn cells_fit_and_every_unit_is_found_where_it_is_drawn() {
        for count in [1, 2, 31, 256, 512, 4096] {
            let area = Rect::from_min_size(pos2(5.0, 7.0), vec2(80.0, 100.0));
            let cells = Cells::fit(area, count);
            assert!(area.expand(0.01).contains_rect(cells.rect), "{count}: {:?}", cells.rect);
            for unit in [0, count / 2, count - 1] {
                let cell = cells.cell(unit);
                assert!(cells.rect.expand(0.01).contains_rect(cell), "{count}: unit {unit} at {cell}");
                assert_eq!(cells.unit(cell.center(), count), Some(unit), "{count}");
            }
            assert_eq!(cells.unit(pos2(0.0, 0.0), count), None);
        }
    }

    #[test]
    fn dots_are_apart_and_inside_the_waist() {
        let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(64.0, 110.0));
        for count in [1, 2, 6, 7, DOTS_MOST] {
            let (centers, pitch) = dots(area, count, 1.0);
            assert_eq!(centers.len(), count);
            assert!(centers.iter().all(|center| area.contains(*center)), "{count}: {centers:?}");
            for (i, a) in centers.iter().enumerate() {
                assert!(centers[..i].iter().all(|b| a.distance(*b) > 0.99 * pitch), "{count}");
            }
        }
    }
}
