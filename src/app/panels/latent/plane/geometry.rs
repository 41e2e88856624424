//! From latent space to the screen: one transform, what fits into it, and where its tiles are.
//!
//! Pure: no drawing, no state, tested without a window. The map is in latent coordinates, y upwards; a [`MapView`] says
//! which part of it is shown, and a [`MapTransform`] fits that view into a rectangle of the screen, with one scale on both axes.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::document::MapView;

/// A place on the shown plane, in latent coordinates: to the right, and up.
pub type Latent = [f32; 2];

/// The smallest and the largest radius of a view: beyond them neighbouring places are the same in f32.
pub const RADII: (f32, f32) = (1e-4, 1e5);
/// Places farther than this from zero on either axis are left out: they could not be resolved, and their sums may not be
/// finite.
pub const FAR: f32 = 1e6;
/// A map that moves to a place shows it within this fraction of its size.
const INNER: f32 = 0.9;
/// The usual width of tiles in points: far below it a 4 looks like a 9.
const TILE: f32 = 24.0;
/// About this many tiles at most, so that one lattice stays a fraction of a second of decoding on a laptop.
const TILES_MOST: f32 = 560.0;

/// A view fitted into a rectangle of the screen: the one transform between the two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapTransform {
    /// Where on the screen, in points.
    pub rect: Rect,
    /// The place in the middle.
    pub center: Latent,
    /// Points of the screen per latent unit, the same on both axes.
    pub scale: f32,
}

impl MapTransform {
    /// Fits a view into a rectangle.
    pub fn new(view: MapView, rect: Rect) -> Self {
        let radius = view.radius.clamp(RADII.0, RADII.1);
        Self { rect, center: view.center, scale: 0.5 * rect.size().min_elem().max(1.0) / radius }
    }

    /// The view that was fitted.
    pub fn view(&self) -> MapView {
        MapView { center: self.center, radius: 0.5 * self.rect.size().min_elem().max(1.0) / self.scale }
    }

    /// From latent space to the screen.
    pub fn screen_from_latent(&self, [x, y]: Latent) -> Pos2 {
        self.rect.center() + vec2(x - self.center[0], self.center[1] - y) * self.scale
    }

    /// From the screen to latent space.
    pub fn latent_from_screen(&self, position: Pos2) -> Latent {
        let offset = (position - self.rect.center()) / self.scale;
        [self.center[0] + offset.x, self.center[1] - offset.y]
    }

    /// The first and last coordinate shown on each axis.
    pub fn bounds(&self) -> [[f32; 2]; 2] {
        let half = 0.5 * self.rect.size() / self.scale;
        [
            [self.center[0] - half.x, self.center[0] + half.x],
            [self.center[1] - half.y, self.center[1] + half.y],
        ]
    }

    /// The nearest place that is shown.
    pub fn clamp(&self, place: Latent) -> Latent {
        let [x, y] = self.bounds();
        // Not `f32::clamp`, which panics where a bound is NaN.
        [place[0].max(x[0]).min(x[1]), place[1].max(y[0]).min(y[1])]
    }

    /// The rectangle of the screen between two pairs of latent coordinates.
    pub fn screen_rect(&self, x: [f32; 2], y: [f32; 2]) -> Rect {
        Rect::from_two_pos(self.screen_from_latent([x[0], y[0]]), self.screen_from_latent([x[1], y[1]]))
    }

    /// The view after zooming by `factor`; what is under the pointer stays there.
    pub fn zoomed(&self, pointer: Pos2, factor: f32) -> MapView {
        let held = self.latent_from_screen(pointer);
        let radius = (self.view().radius / factor.max(1e-3)).clamp(RADII.0, RADII.1);
        let scale = 0.5 * self.rect.size().min_elem().max(1.0) / radius;
        let offset = (pointer - self.rect.center()) / scale;
        MapView { center: [held[0] - offset.x, held[1] + offset.y], radius }
    }

    /// The view after panning by `delta` points.
    pub fn panned(&self, delta: Vec2) -> MapView {
        let [x, y] = self.center;
        MapView { center: [x - delta.x / self.scale, y + delta.y / self.scale], ..self.view() }
    }

    /// The nearest view that shows a place, a little inside the edge. `None` where the map shows it already, or where it is
    /// not finite.
    pub fn showing(&self, place: Latent) -> Option<MapView> {
        if self.clamp(place) == place || place.iter().any(|z| !z.is_finite()) {
            return None;
        }
        let half = 0.5 * self.rect.size() / self.scale * INNER;
        let near = |center: f32, z: f32, half: f32| center.max(z - half).min(z + half);
        let center = [near(self.center[0], place[0], half.x), near(self.center[1], place[1], half.y)];
        Some(MapView { center, ..self.view() })
    }

    /// How many tiles of images with this aspect (width over height) cover the plane, about `across` times `across` of
    /// them where that is asked, else as many as can be read well: columns and rows.
    pub fn tiles(&self, aspect: f32, across: Option<usize>) -> (usize, usize) {
        let size = self.rect.size();
        let wide = |count: f32| (size.x * size.y / count * aspect).sqrt();
        let width = match across {
            Some(across) => wide((across * across).max(1) as f32).max(1.0),
            None => TILE.max(wide(TILES_MOST)),
        };
        let columns = (size.x / width).round().max(1.0);
        let rows = (size.y * aspect * columns / size.x.max(1.0)).round().max(1.0);
        (columns as usize, rows as usize)
    }
}

/// The middles of the first and the last of `count` equal parts of a range.
pub fn part_centers([from, to]: [f32; 2], count: usize) -> [f32; 2] {
    let half = 0.5 * (to - from) / count.max(1) as f32;
    [from + half, to - half]
}

/// The whole range, from the middles of the first and the last of its `count` equal parts.
pub fn whole_range([first, last]: [f32; 2], count: usize) -> [f32; 2] {
    let half = if count > 1 { 0.5 * (last - first) / (count - 1) as f32 } else { 0.0 };
    [first - half, last + half]
}

/// The row nearest to a point by Euclidean distance, among those that count; rows that are not finite are left out.
pub fn nearest(rows: &[f32], point: &[f32], counts: impl Fn(usize) -> bool) -> Option<usize> {
    rows.chunks_exact(point.len().max(1))
        .enumerate()
        .filter(|(row, _)| counts(*row))
        .map(|(row, numbers)| (row, distance_sq(numbers, point)))
        .filter(|(_, distance)| distance.is_finite())
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(row, _)| row)
}

/// The squared distance of two rows, in sixteen partial sums, which a processor adds at once.
pub fn distance_sq(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.iter().zip(b) {
        (0..16).for_each(|k| sums[k] += (a[k] - b[k]) * (a[k] - b[k]));
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum::<f32>()
}

/// Where the map and the column beside it go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Places {
    /// The map.
    pub map: Rect,
    /// The decoded image, words and the nearest image.
    pub side: Rect,
}

/// Cuts a strip of this height off the foot of the map; `None` where it has no height or would leave less than about half
/// of the map.
pub fn cut_strip(map: &mut Rect, height: f32, gap: f32) -> Option<Rect> {
    if height <= 0.0 || height + gap > 0.48 * map.height() {
        return None;
    }
    let cut = map.bottom() - height;
    let strip = map.with_min_y(cut);
    *map = map.with_max_y(cut - gap);
    Some(strip)
}

/// Divides the panel: the side column takes a fifth, but is wide enough to read and leaves most to the map.
pub fn places(space: Rect, scale: f32, gap: f32) -> Places {
    let least = 120.0 * scale;
    let side =
        (0.2 * space.width()).clamp(least, (0.34 * space.height()).max(least)).min(0.45 * space.width());
    let cut = space.right() - side;
    Places {
        map: Rect::from_min_max(space.min, pos2(cut - gap, space.bottom())),
        side: Rect::from_min_max(pos2(cut, space.top()), space.max),
    }
}

/// Whether a place is near enough to be shown.
pub fn is_near(place: Latent) -> bool {
    place.iter().all(|z| z.abs() <= FAR)
}

pub fn distance(a: Latent, b: Latent) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transform() -> MapTransform {
        let rect = Rect::from_min_size(pos2(100.0, 40.0), vec2(520.0, 480.0));
        MapTransform::new(MapView { center: [0.3, -0.7], radius: 2.5 }, rect)
    }

    fn assert_near(got: Latent, want: Latent, tolerance: f32) {
        assert!(distance(got, want) <= tolerance, "got {got:?}, want {want:?}, tolerance {tolerance}");
    }

    #[test]
    fn the_transform_and_its_inverse_give_the_same_place() {
        let transform = transform();
        for place in [[0.0, 0.0], [-3.1, 2.2], [5.0, -4.0]] {
            assert_near(transform.latent_from_screen(transform.screen_from_latent(place)), place, 1e-5);
        }
    }

    #[test]
    fn up_is_up_and_both_axes_are_equally_long() {
        let transform = transform();
        let origin = transform.screen_from_latent([0.0, 0.0]);
        let right = transform.screen_from_latent([1.0, 0.0]) - origin;
        let up = transform.screen_from_latent([0.0, 1.0]) - origin;
        assert!(right.x > 0.0 && right.y == 0.0 && up.y < 0.0 && up.x == 0.0, "right {right:?}, up {up:?}");
        assert!((right.length() - up.length()).abs() < 1e-3, "right {right:?}, up {up:?}");
        // The radius reaches exactly to the nearer pair of edges.
        assert!((transform.screen_from_latent([0.3, 1.8]).y - transform.rect.top()).abs() < 1e-3);
    }

    #[test]
    fn a_plane_returns_the_view_it_was_made_of() {
        let view = MapView { center: [1.5, -2.0], radius: 0.75 };
        let kept = MapTransform::new(view, transform().rect).view();
        assert_near(kept.center, view.center, 1e-6);
        assert!((kept.radius - view.radius).abs() < 1e-6);
    }

    #[test]
    fn a_place_outside_is_clamped_to_the_edge() {
        let transform = transform();
        let [x, y] = transform.bounds();
        assert_near(transform.clamp([99.0, -99.0]), [x[1], y[0]], 0.0);
        assert_near(transform.clamp([0.1, 0.2]), [0.1, 0.2], 0.0);
        let corner = transform.screen_from_latent(transform.clamp([99.0, -99.0]));
        assert!((corner - transform.rect.right_bottom()).length() < 1e-2, "{corner:?}");
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let transform = transform();
        let pointer = pos2(180.0, 400.0);
        for factor in [0.5, 1.3, 4.0] {
            let zoomed = MapTransform::new(transform.zoomed(pointer, factor), transform.rect);
            assert_near(zoomed.latent_from_screen(pointer), transform.latent_from_screen(pointer), 1e-4);
            assert!((zoomed.scale / transform.scale - factor).abs() < 1e-3, "factor {factor}");
        }
        let endless = (0..200).fold(transform, |p, _| MapTransform::new(p.zoomed(pointer, 3.0), p.rect));
        assert!(endless.scale.is_finite() && endless.view().radius >= 0.99 * RADII.0);
    }

    #[test]
    fn panning_moves_what_is_under_the_pointer() {
        let transform = transform();
        let place = transform.latent_from_screen(pos2(300.0, 300.0));
        let panned = MapTransform::new(transform.panned(vec2(25.0, -10.0)), transform.rect);
        assert!((panned.screen_from_latent(place) - pos2(325.0, 290.0)).length() < 1e-2);
    }

    #[test]
    fn a_map_moves_no_farther_than_it_must_to_show_a_place() {
        let transform = transform();
        assert_eq!(transform.showing([0.1, 0.2]), None, "it is there");
        assert_eq!(transform.showing([f32::INFINITY, 0.2]), None, "it is nowhere");
        for place in [[9.0, -0.7], [0.3, 40.0], [-1e5, 1e5]] {
            let view = transform.showing(place).expect("it is not on the map");
            let moved = MapTransform::new(view, transform.rect);
            let at = moved.screen_from_latent(place);
            assert!(transform.rect.shrink(20.0).contains(at), "{place:?} is shown at {at:?}");
            assert!((view.radius - transform.view().radius).abs() < 1e-5);
        }
        assert_eq!(
            transform.showing([9.0, -0.7]).map(|view| view.center[1]),
            Some(-0.7),
            "only to the right"
        );
    }

    #[test]
    fn tiles_cover_the_plane_and_are_never_too_small_to_read() {
        for (width, height) in [(520.0, 480.0), (1100.0, 800.0), (200.0, 900.0), (30.0, 30.0)] {
            let rect = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
            for aspect in [1.0, 0.5, 2.0] {
                let (columns, rows) = MapTransform::new(MapView::default(), rect).tiles(aspect, None);
                assert!(columns >= 1 && rows >= 1);
                assert!(width / columns as f32 >= 0.75 * TILE, "{columns} columns in {width}");
                assert!((columns * rows) as f32 <= 1.2 * TILES_MOST, "{columns} x {rows}");
            }
        }
    }

    #[test]
    fn the_chosen_number_of_tiles_covers_the_plane() {
        for (width, height) in [(500.0, 500.0), (1100.0, 800.0), (420.0, 900.0)] {
            let transform =
                MapTransform::new(MapView::default(), Rect::from_min_size(Pos2::ZERO, vec2(width, height)));
            for across in [8, 20, 40] {
                for aspect in [1.0, 0.5] {
                    let (columns, rows) = transform.tiles(aspect, Some(across));
                    let share = (columns * rows) as f32 / (across * across) as f32;
                    assert!((share - 1.0).abs() < 0.15, "{columns} x {rows} for {across} x {across}");
                    let got = (width / columns as f32) / (height / rows as f32);
                    assert!((got / aspect - 1.0).abs() < 0.2, "a tile's aspect is {got}, not {aspect}");
                }
            }
        }
    }

    #[test]
    fn a_range_is_restored_from_the_centres_of_its_parts() {
        let [first, last] = part_centers([-2.0, 4.0], 12);
        assert_eq!([first, last], [-1.75, 3.75]);
        assert_eq!(whole_range([first, last], 12), [-2.0, 4.0]);
    }

    #[test]
    fn the_nearest_row_is_found_in_all_dimensions() {
        let rows = [0.0, 0.0, 0.0, 1.0, 1.0, f32::NAN, 1.0, 1.0, 1.0];
        let all = |_: usize| true;
        assert_eq!(nearest(&rows, &[0.9, 0.9, 0.9], all), Some(2));
        assert_eq!(nearest(&rows, &[0.2, 0.0, 0.0], all), Some(0));
        assert_eq!(nearest(&rows, &[0.2, 0.0, 0.0], |row| row > 0), Some(2), "the first does not count");
        assert_eq!(nearest(&[f32::NAN], &[0.0], all), None);
        assert_eq!(nearest(&[], &[0.0, 0.0], all), None);
    }

    #[test]
    fn a_strip_below_leaves_the_map_more_than_half() {
        let space = Rect::from_min_size(pos2(10.0, 20.0), vec2(600.0, 400.0));
        let mut map = space;
        assert_eq!(
            (cut_strip(&mut map, 0.0, 8.0), cut_strip(&mut map, 300.0, 8.0), map),
            (None, None, space)
        );
        let strip = cut_strip(&mut map, 100.0, 8.0).expect("there is room");
        assert_eq!((map.bottom(), strip.top(), strip.bottom()), (312.0, 320.0, 420.0));
    }

    #[test]
    fn the_map_gets_most_of_the_panel() {
        let space = Rect::from_min_size(Pos2::ZERO, vec2(660.0, 500.0));
        let Places { map, side } = places(space, 1.0, 8.0);
        assert!(map.width() > 3.0 * side.width() && side.width() >= 120.0, "map {map}, side {side}");
        assert!(map.right() < side.left() && side.right() == space.right());
    }
}
