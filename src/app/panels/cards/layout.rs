//! Where the pictures of a card stand, and the frame of its charts: pure geometry, tested without a window.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Largest side of one picture, in points: beyond it nothing more is seen.
const SIDE_MOST: f32 = 260.0;
/// From so many pictures on they stand closer.
const CROWD: usize = 48;
/// A row may be folded into so many bands.
const BANDS_MOST: usize = 4;
/// Space between two bands, as a multiple of the space between pictures.
const BAND_GAP: f32 = 3.0;

/// What is to be laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pictures {
    /// Width and height of one picture in its own pixels.
    pub size: [usize; 2],
    /// How many there are.
    pub count: usize,
    /// How many belong in a row.
    pub columns: usize,
    /// Whether rows mean something; otherwise they are as long as suits the space.
    pub rows_matter: bool,
    /// Room for the names of rows on the left, in points.
    pub names: f32,
    /// Room for a word under each picture, in points.
    pub captions: f32,
}

/// Pictures in rows: where each of them stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Size of one picture in points.
    pub tile: Vec2,
    /// Pictures beside each other.
    pub across: usize,
    /// Pictures in a row of the card.
    pub columns: usize,
    /// Rows of the card.
    pub rows: usize,
    /// How many pictures there are.
    count: usize,
    corner: Pos2,
    pitch: Vec2,
    band_gap: f32,
}

impl Grid {
    /// The arrangement that shows the pictures largest, in whole pixels of the screen where there are enough.
    /// `pixel` is the width of one of those in points.
    pub fn fit(space: Rect, pictures: &Pictures, pixel: f32) -> Self {
        let count = pictures.count.max(1);
        let candidates: Vec<(usize, usize)> = if pictures.rows_matter {
            let columns = pictures.columns.clamp(1, count);
            let mut folds: Vec<usize> = (1..=BANDS_MOST).map(|bands| columns.div_ceil(bands)).collect();
            folds.dedup();
            folds.into_iter().map(|across| (across, columns)).collect()
        } else {
            (1..=count).rev().map(|across| (across, across)).collect()
        };
        let mut best: Option<Self> = None;
        for (across, columns) in candidates {
            let grid = Self::with(space, pictures, (across, columns), pixel);
            if best.as_ref().is_none_or(|best| grid.tile.x > 1.001 * best.tile.x) {
                best = Some(grid);
            }
        }
        best.unwrap_or_else(|| Self::with(space, pictures, (1, 1), pixel))
    }

    fn with(space: Rect, pictures: &Pictures, (across, columns): (usize, usize), pixel: f32) -> Self {
        let count = pictures.count.max(1);
        let rows = count.div_ceil(columns.max(1));
        let bands = columns.div_ceil(across.max(1));
        let lines = rows * bands;
        let gap = if count > CROWD { 2.0 } else { 5.0 };
        let band_gap = BAND_GAP * gap;
        let [width, height] = pictures.size.map(|side| side.max(1) as f32);
        let room = vec2(
            space.width() - pictures.names - gap * (across as f32 - 1.0),
            space.height() - lines as f32 * (pictures.captions + gap) + gap - (bands as f32 - 1.0) * band_gap,
        );
        let zoom = (room.x / (across as f32 * width)).min(room.y / (lines as f32 * height));
        let zoom = zoom.min(SIDE_MOST / width.max(height)).max(0.02);
        let tile = vec2(width, height) * whole(zoom, pixel);
        let pitch = tile + vec2(gap, gap + pictures.captions);
        let used = pictures.names + across as f32 * pitch.x - gap;
        let left = space.left() + (0.5 * (space.width() - used)).max(0.0) + pictures.names;
        let corner = pos2(snapped(left, pixel), snapped(space.top(), pixel));
        Self { tile, across, columns, rows, count, corner, pitch, band_gap }
    }

    /// Where a picture stands.
    pub fn tile(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let band = column / self.across;
        let line = band * self.rows + row;
        let offset = vec2(
            (column % self.across) as f32 * self.pitch.x,
            line as f32 * self.pitch.y + band as f32 * self.band_gap,
        );
        Rect::from_min_size(self.corner + offset, self.tile)
    }

    /// Every line of a row: its first picture, one per band.
    pub fn starts(&self, row: usize) -> impl Iterator<Item = Rect> + '_ {
        (0..self.columns)
            .step_by(self.across.max(1))
            .map(move |column| self.tile(row * self.columns + column))
    }

    /// The picture at a place.
    pub fn at(&self, place: Pos2) -> Option<usize> {
        (0..self.count).find(|index| self.tile(*index).contains(place))
    }

    /// What all pictures take up.
    #[cfg(test)]
    pub fn bounds(&self) -> Rect {
        (0..self.count).fold(Rect::NOTHING, |rect, index| rect.union(self.tile(index)))
    }
}

/// A zoom at which every pixel of a picture is equally many pixels of the screen. Where a whole number would waste
/// much, halves do; where there are fewer than enough, it is as it is.
fn whole(zoom: f32, pixel: f32) -> f32 {
    let on_screen = zoom / pixel;
    let step = if on_screen >= 4.0 { 1.0 } else { 0.5 };
    if on_screen < 1.0 { zoom } else { (on_screen / step).floor() * step * pixel }
}

fn snapped(at: f32, pixel: f32) -> f32 {
    (at / pixel).round() * pixel
}

/// The plane of a chart: its data, with room for numbers and names around it.
pub fn plane(space: Rect, scale: f32) -> Rect {
    let (left, right, top, bottom) = (46.0 * scale, 10.0, 22.0 * scale, 36.0 * scale);
    let rect = Rect::from_min_max(space.min + vec2(left, top), space.max - vec2(right, bottom));
    // A chart that is much wider than high is hard to read; one that is too small is none.
    let height = rect.height().clamp(10.0, 0.75 * rect.width().max(20.0));
    Rect::from_min_size(rect.min, vec2(rect.width().max(10.0), height))
}

/// The ends of an axis that shows these values: from zero where that costs little, with some room above.
pub fn range(values: impl Iterator<Item = f32>, from_zero: bool) -> [f64; 2] {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .map(f64::from)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return [0.0, 1.0];
    }
    let low = if from_zero || (low > 0.0 && low < 0.4 * high) { low.min(0.0) } else { low };
    let high = if from_zero { high.max(0.0) } else { high };
    let span = if high > low { high - low } else { high.abs().max(1e-6) };
    let below = if low == 0.0 { 0.0 } else { 0.05 * span };
    [low - below, high + 0.06 * span]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> Rect {
        Rect::from_min_size(pos2(20.0, 30.0), vec2(656.0, 380.0))
    }

    fn rows(columns: usize, rows: usize) -> Pictures {
        Pictures {
            size: [28, 28],
            count: columns * rows,
            columns,
            rows_matter: true,
            names: 56.0,
            captions: 0.0,
        }
    }

    #[test]
    fn every_picture_stands_inside_and_none_on_another() {
        let free = Pictures { rows_matter: false, names: 0.0, ..rows(8, 8) };
        let named = Pictures { captions: 14.0, ..rows(10, 3) };
        let wide = Pictures { size: [128, 96], ..rows(3, 5) };
        for pictures in [rows(10, 3), rows(16, 2), rows(1, 1), free, named, wide] {
            let grid = Grid::fit(space(), &pictures, 1.0);
            let tiles: Vec<Rect> = (0..pictures.count).map(|index| grid.tile(index)).collect();
            for (i, tile) in tiles.iter().enumerate() {
                assert!(space().expand(0.6).contains_rect(*tile), "{pictures:?}: {i} at {tile}");
                let apart = tiles[..i].iter().all(|other| !other.shrink(0.1).intersects(*tile));
                assert!(apart, "{pictures:?}: {i} at {tile} covers another");
                assert_eq!(grid.at(tile.center()), Some(i));
            }
        }
    }

    #[test]
    fn pixels_of_a_picture_are_whole_pixels_of_the_screen() {
        for pixel in [1.0, 0.5] {
            let grid = Grid::fit(space(), &rows(5, 2), pixel);
            let zoom = grid.tile.x / 28.0 / pixel;
            assert!(zoom >= 3.0 && (zoom - zoom.round()).abs() < 1e-4, "{zoom}");
            assert_eq!(grid.tile(0).min, pos2(snapped(grid.tile(0).left(), pixel), snapped(30.0, pixel)));
        }
    }

    #[test]
    fn rows_without_a_meaning_fill_the_space() {
        let atoms = Pictures { count: 64, columns: 32, rows_matter: false, names: 0.0, ..rows(1, 1) };
        let [free, fixed] =
            [atoms, Pictures { rows_matter: true, ..atoms }].map(|p| Grid::fit(space(), &p, 1.0));
        assert!(free.tile.x >= fixed.tile.x && free.tile.x >= 28.0, "{} and {}", free.tile, fixed.tile);
        assert!(free.bounds().width() > 0.6 * space().width(), "{}", free.bounds());
    }

    #[test]
    fn a_long_row_is_folded_and_keeps_its_order() {
        let grid = Grid::fit(space(), &rows(24, 2), 1.0);
        assert!(grid.across < 24, "{grid:?}");
        // The second row stands below the first within each band.
        assert!(grid.tile(24).top() > grid.tile(0).top() && grid.tile(24).left() == grid.tile(0).left());
        assert_eq!(grid.starts(0).count(), 24_usize.div_ceil(grid.across));
    }

    #[test]
    fn a_chart_begins_at_zero_and_bears_poison() {
        assert_eq!(range([f32::NAN].into_iter(), true), [0.0, 1.0]);
        let [low, high] = range([1.0, 10.0].into_iter(), false);
        assert!(low == 0.0 && high > 10.0);
        let [low, high] = range([100.0, 101.0].into_iter(), false);
        assert!(low > 99.0 && high < 102.0, "{low} to {high}");
        let [low, high] = range([3.0; 4].into_iter(), true);
        assert!(low == 0.0 && high > 3.0);
    }
}
