//! Places labels inside a chart: where nothing is drawn, and on a curve only if there is no other place.

use super::clip::clip;
use super::page::Page;
use crate::chart::scene::Area;
use crate::export::font;

/// Free space around a label.
const CLEARANCE: f64 = 3.0;

/// The plane of one chart, and what is already drawn on it.
pub(super) struct FreeSpace<'a> {
    frame: Area,
    /// The curves, in page units.
    lines: &'a [Vec<[f64; 2]>],
    taken: Vec<Area>,
}

impl<'a> FreeSpace<'a> {
    /// A chart with its curves and no labels yet.
    pub fn new(frame: Area, lines: &'a [Vec<[f64; 2]>]) -> Self {
        Self { frame, lines, taken: Vec::new() }
    }

    /// Marks a place as taken.
    pub fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    /// Writes a small muted text with its top left corner at the first of the places that is free, or at the
    /// first inside the frame when none is.
    pub fn write(&mut self, page: &mut Page, text: &str, corners: impl IntoIterator<Item = [f64; 2]>) {
        let areas = self.areas(page, text, corners);
        if let Some(area) = areas.iter().find(|area| self.is_free(area)).or(areas.first()) {
            self.write_at(page, text, *area);
        }
    }

    /// Writes a small muted text with its top left corner at the first of the places that is free, if one is.
    pub fn write_if_free(
        &mut self,
        page: &mut Page,
        text: &str,
        corners: impl IntoIterator<Item = [f64; 2]>,
    ) {
        let areas = self.areas(page, text, corners);
        if let Some(area) = areas.iter().find(|area| self.is_free(area)) {
            self.write_at(page, text, *area);
        }
    }

    /// What a text covers at each of the places that are inside the frame.
    fn areas(&self, page: &Page, text: &str, corners: impl IntoIterator<Item = [f64; 2]>) -> Vec<Area> {
        let size = page.sizes.small;
        let width = font::width(text, size);
        let areas = corners.into_iter().map(|[x, y]| Area::new(x, y, width, size));
        areas
            .filter(|area| area.y >= self.frame.y - 1.0 && area.bottom() <= self.frame.bottom() + 1.0)
            .collect()
    }

    fn write_at(&mut self, page: &mut Page, text: &str, area: Area) {
        // The grid does not run through words.
        page.scene.rect(area.grown(1.0), 0.0, page.palette.page);
        let style = page.small(page.palette.muted);
        page.scene.text([area.x, area.y + 0.82 * page.sizes.small], text, style);
        self.taken.push(area);
    }

    fn is_free(&self, area: &Area) -> bool {
        let room = area.grown(CLEARANCE);
        let is_inside = room.x >= self.frame.x - CLEARANCE && room.right() <= self.frame.right() + CLEARANCE;
        is_inside
            && !self.taken.iter().any(|other| overlaps(&room, other))
            && !self.lines.iter().any(|line| runs_through(line, &room))
    }
}

fn overlaps(a: &Area, b: &Area) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

fn runs_through(line: &[[f64; 2]], room: &Area) -> bool {
    let parts = clip(line, room.y, room.bottom());
    let mut segments = parts.iter().flat_map(|part| part.windows(2));
    segments.any(|ends| {
        let (left, right) = (ends[0][0].min(ends[1][0]), ends[0][0].max(ends[1][0]));
        left <= room.right() && right >= room.x
    })
}

/// Ascending heights, moved so that neighbours keep a distance and stay inside as far as that goes.
pub(super) fn spread_apart(mut heights: Vec<f64>, distance: f64, [top, bottom]: [f64; 2]) -> Vec<f64> {
    // Neighbours that touch become a group around its own middle, so that no label is driven off on its own.
    let mut groups: Vec<(f64, usize)> = Vec::new();
    for height in &heights {
        groups.push((*height, 1));
        while let [.., (above, upper), (below, lower)] = groups[..] {
            if below - above >= (upper + lower) as f64 / 2.0 * distance {
                break;
            }
            let middle = (above * upper as f64 + below * lower as f64) / (upper + lower) as f64;
            groups.truncate(groups.len() - 2);
            groups.push((middle, upper + lower));
        }
    }
    let spread = groups.into_iter().flat_map(|(middle, count)| {
        let half = (count - 1) as f64 / 2.0 * distance;
        let middle = middle.min(bottom - half).max(top + half);
        (0..count).map(move |index| middle - half + index as f64 * distance)
    });
    for (height, placed) in heights.iter_mut().zip(spread) {
        *height = placed;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_distance() {
        assert_eq!(spread_apart(vec![10.0, 14.0, 50.0], 12.0, [0.0, 100.0]), [6.0, 18.0, 50.0]);
        assert_eq!(spread_apart(vec![95.0, 99.0], 12.0, [0.0, 100.0]), [88.0, 100.0]);
        assert_eq!(spread_apart(vec![1.0, 1.0, 1.0], 10.0, [0.0, 100.0]), [0.0, 10.0, 20.0]);
        assert!(spread_apart(Vec::new(), 10.0, [0.0, 100.0]).is_empty());
    }

    #[test]
    fn a_curve_through_a_place_takes_it() {
        let lines = [vec![[0.0, 50.0], [100.0, 50.0]]];
        let space = FreeSpace::new(Area::new(0.0, 0.0, 100.0, 100.0), &lines);
        assert!(!space.is_free(&Area::new(40.0, 45.0, 20.0, 10.0)));
        assert!(space.is_free(&Area::new(40.0, 20.0, 20.0, 10.0)));
        assert!(!space.is_free(&Area::new(90.0, 20.0, 20.0, 10.0)), "it would leave the frame");
    }
}
