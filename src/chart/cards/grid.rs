//! Where the images of a card go: pure geometry.

use super::card::Scaling;
use crate::chart::scene::Area;

/// Largest side of one image: larger ones show nothing more.
const LARGEST_SIDE: f64 = 260.0;
/// The same in a figure, where the page grows with its images.
const LARGEST_SIDE_IN_FIGURE: f64 = 160.0;
/// From this many images on, the gaps between them are narrow.
const MANY: usize = 48;
/// The largest share of its cell that the gap beside an image takes.
const GAP_SHARE: f64 = 0.3;
/// The most bands into which a row is broken.
const MOST_BANDS: usize = 4;
/// Space between two bands, as a multiple of the space between images.
const BAND_GAP: f64 = 3.0;

/// What is to be laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wanted {
    /// Width and height of an image in its own pixels.
    pub(super) size: [usize; 2],
    /// How many there are.
    pub(super) count: usize,
    /// How many belong in a row.
    pub(super) columns: usize,
    /// Whether rows mean something; otherwise they may be of any length.
    pub(super) has_rows: bool,
    /// Width of the names of rows, on the left.
    pub(super) names: f64,
    /// Height of a caption.
    pub(super) captions: f64,
}

/// Images in rows. A row that is too long is broken into bands, one below the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid {
    /// Width and height of one image.
    pub(super) tile: [f64; 2],
    /// Images beside each other.
    pub(super) across: usize,
    /// Images in a row of the card.
    pub(super) columns: usize,
    /// Rows of the card.
    pub(super) rows: usize,
    bands: usize,
    corner: [f64; 2],
    pitch: [f64; 2],
    gap: f64,
}

impl Grid {
    /// The arrangement that shows the images largest in an area; in a figure the one with the card's columns.
    pub(super) fn fit(area: Area, wanted: &Wanted, scaling: Scaling) -> Self {
        let count = wanted.count.max(1);
        let columns = wanted.columns.clamp(1, count);
        let candidates: Vec<[usize; 2]> = match scaling {
            Scaling::Whole { .. } => vec![[columns, columns]],
            Scaling::Fit { .. } if wanted.has_rows => {
                let mut folds: Vec<usize> = (1..=MOST_BANDS).map(|bands| columns.div_ceil(bands)).collect();
                folds.dedup();
                folds.into_iter().map(|across| [across, columns]).collect()
            }
            Scaling::Fit { .. } => (1..=count).rev().map(|across| [across, across]).collect(),
        };
        let mut best: Option<Self> = None;
        for [across, columns] in candidates {
            let grid = Self::with(area, wanted, [across, columns], scaling);
            if best.as_ref().is_none_or(|best| grid.tile[0] > 1.001 * best.tile[0]) {
                best = Some(grid);
            }
        }
        best.unwrap_or_else(|| Self::with(area, wanted, [1, 1], scaling))
    }

    fn with(area: Area, wanted: &Wanted, [across, columns]: [usize; 2], scaling: Scaling) -> Self {
        let count = wanted.count.max(1);
        let (rows, bands) = (count.div_ceil(columns), columns.div_ceil(across));
        let lines = (rows * bands) as f64;
        let gap: f64 = if count > MANY { 2.0 } else { 5.0 };
        // Where there is hardly room for the images, gaps shrink with them.
        let gap = match scaling {
            Scaling::Fit { .. } => gap.min(GAP_SHARE * (area.width / across as f64).min(area.height / lines)),
            Scaling::Whole { .. } => gap,
        };
        let [width, height] = wanted.size.map(|side| side.max(1) as f64);
        let longest = width.max(height);
        let zoom = match scaling {
            Scaling::Fit { pixel } => {
                let breaks = (bands as f64 - 1.0) * BAND_GAP * gap;
                let room = [
                    area.width - wanted.names - gap * (across as f64 - 1.0),
                    area.height - lines * (wanted.captions + gap) + gap - breaks,
                ];
                let zoom = (room[0] / (across as f64 * width)).min(room[1] / (lines * height));
                whole(zoom.min(LARGEST_SIDE / longest).max(0.02), pixel)
            }
            // The page grows with the names of rows, so only the images share the width.
            Scaling::Whole { width: row } => {
                let zoom = (row / across as f64 - gap) / width;
                zoom.round().clamp(1.0, (LARGEST_SIDE_IN_FIGURE / longest).floor().max(1.0))
            }
        };
        let tile = [width * zoom, height * zoom];
        let pitch = [tile[0] + gap, tile[1] + gap + wanted.captions];
        let used = wanted.names + across as f64 * pitch[0] - gap;
        let corner = match scaling {
            Scaling::Fit { pixel } => {
                let left = area.x + (0.5 * (area.width - used)).max(0.0) + wanted.names;
                [left, area.y].map(|at| (at / pixel).round() * pixel)
            }
            Scaling::Whole { .. } => [(area.x + wanted.names).round(), area.y.round()],
        };
        Self { tile, across, columns, rows, bands, corner, pitch, gap }
    }

    /// The area of an image.
    pub(super) fn tile(&self, index: usize) -> Area {
        let (row, column) = (index / self.columns, index % self.columns);
        let band = column / self.across;
        let line = (band * self.rows + row) as f64;
        Area::new(
            self.corner[0] + (column % self.across) as f64 * self.pitch[0],
            self.corner[1] + line * self.pitch[1] + band as f64 * BAND_GAP * self.gap,
            self.tile[0],
            self.tile[1],
        )
    }

    /// The first image of a row in each band.
    pub(super) fn starts(&self, row: usize) -> impl Iterator<Item = Area> + '_ {
        (0..self.columns).step_by(self.across).map(move |column| self.tile(row * self.columns + column))
    }

    /// How wide a caption may be, so that it stays apart from the next.
    pub(super) fn caption_room(&self) -> f64 {
        self.pitch[0] - 2.0
    }

    /// Width and height of all of it, from the left edge of the names on.
    pub(super) fn size(&self, names: f64) -> [f64; 2] {
        let lines = (self.rows * self.bands) as f64;
        let breaks = (self.bands as f64 - 1.0) * BAND_GAP * self.gap;
        [names + self.across as f64 * self.pitch[0] - self.gap, lines * self.pitch[1] - self.gap + breaks]
    }
}

/// A zoom at which every pixel of an image covers equally many pixels of the screen. Below four screen pixels, halves
/// are allowed, or much space would be wasted; below one, any zoom is.
fn whole(zoom: f64, pixel: f64) -> f64 {
    let on_screen = zoom / pixel;
    let step = if on_screen >= 4.0 { 1.0 } else { 0.5 };
    if on_screen < 1.0 { zoom } else { (on_screen / step).floor() * step * pixel }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Scaling = Scaling::Fit { pixel: 1.0 };

    fn space() -> Area {
        Area::new(20.0, 30.0, 656.0, 380.0)
    }

    fn rows(columns: usize, rows: usize) -> Wanted {
        Wanted { size: [28, 28], count: columns * rows, columns, has_rows: true, names: 56.0, captions: 0.0 }
    }

    #[test]
    fn images_lie_inside_the_area_and_do_not_overlap() {
        let free = Wanted { has_rows: false, names: 0.0, ..rows(8, 8) };
        let named = Wanted { captions: 14.0, ..rows(10, 3) };
        let wide = Wanted { size: [128, 96], ..rows(3, 5) };
        for wanted in [rows(10, 3), rows(16, 2), rows(1, 1), free, named, wide] {
            let grid = Grid::fit(space(), &wanted, SCREEN);
            let tiles: Vec<Area> = (0..wanted.count).map(|index| grid.tile(index)).collect();
            for (i, tile) in tiles.iter().enumerate() {
                assert!(space().grown(0.6).contains(tile), "{wanted:?}: {i} at {tile:?}");
                let is_apart = tiles[..i].iter().all(|other| !other.grown(-0.1).overlaps(tile));
                assert!(is_apart, "{wanted:?}: {i} at {tile:?} covers another");
            }
        }
    }

    #[test]
    fn pixels_of_an_image_are_whole_pixels_of_the_screen() {
        for pixel in [1.0, 0.5] {
            let grid = Grid::fit(space(), &rows(5, 2), Scaling::Fit { pixel });
            let zoom = grid.tile[0] / 28.0 / pixel;
            assert!(zoom >= 3.0 && (zoom - zoom.round()).abs() < 1e-9, "{zoom}");
            let corner = grid.tile(0);
            assert!([corner.x, corner.y].iter().all(|at| (at / pixel).fract() == 0.0), "{corner:?}");
        }
    }

    #[test]
    fn a_figure_keeps_the_columns_and_a_whole_zoom() {
        let page = Area::new(24.0, 24.0, 640.0, f64::INFINITY);
        let scaling = Scaling::Whole { width: 640.0 };
        for (columns, zoom) in [(10, 2.0), (5, 4.0), (2, 5.0)] {
            let grid = Grid::fit(page, &rows(columns, 2), scaling);
            assert_eq!((grid.across, grid.tile[0]), (columns, 28.0 * zoom));
        }
        let large = Grid::fit(page, &Wanted { size: [128, 128], ..rows(10, 2) }, scaling);
        assert_eq!(large.tile, [128.0, 128.0], "never smaller than its pixels");
    }

    #[test]
    fn images_without_rows_fill_the_area() {
        let atoms = Wanted { count: 64, columns: 32, has_rows: false, names: 0.0, ..rows(1, 1) };
        let [free, fixed] =
            [atoms, Wanted { has_rows: true, ..atoms }].map(|wanted| Grid::fit(space(), &wanted, SCREEN));
        assert!(free.tile[0] >= fixed.tile[0] && free.tile[0] >= 28.0, "{free:?} and {fixed:?}");
        assert!(free.size(0.0)[0] > 0.6 * space().width, "{free:?}");
    }

    #[test]
    fn a_long_row_is_broken_into_bands_and_keeps_its_order() {
        let grid = Grid::fit(space(), &rows(24, 2), SCREEN);
        assert!(grid.across < 24, "{grid:?}");
        // The second row lies below the first within each band.
        assert!(grid.tile(24).y > grid.tile(0).y && grid.tile(24).x == grid.tile(0).x);
        assert_eq!(grid.starts(0).count(), 24_usize.div_ceil(grid.across));
    }
}
