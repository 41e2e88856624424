//! Which part of the shown plane a map shows: what fits a cloud, what includes some places, and how it moves. Pure.

use eframe::egui::Vec2;

use crate::document::MapView;

use super::geometry::{Latent, RADII, distance, is_near};

/// Space around a cloud that is fitted, as a fraction of its size.
const MARGIN: f32 = 1.12;
/// A cloud may grow or shrink by these factors before a view that follows it moves: a map that always moves cannot be read.
const SLACK: (f32, f32) = (0.72, 1.02);
/// How far a view can be panned away from one that shows everything, in radii.
const REACH: f32 = 3.0;
/// Room around a place that is to be seen, in points of the screen: for the flag of a pin or the ring of the point.
const EDGE: f32 = 30.0;
/// Seconds in which a moving view covers about two thirds of the distance.
const GLIDE_SECS: f32 = 0.35;

impl MapView {
    /// The view that contains nearly all of some places, for a map of this size. Outliers do not count: they would shrink the
    /// rest to a dot. `None` where no place is finite and near enough.
    pub fn fit(places: impl Iterator<Item = Latent>, size: Vec2) -> Option<Self> {
        let (mut xs, mut ys): (Vec<f32>, Vec<f32>) =
            places.filter(|place| is_near(*place)).map(|[x, y]| (x, y)).unzip();
        let (x, y) = (middle_range(&mut xs)?, middle_range(&mut ys)?);
        let near_edge = size.min_elem().max(1.0);
        let radius = f32::max(
            0.5 * (x[1] - x[0]) * near_edge / size.x.max(1.0),
            0.5 * (y[1] - y[0]) * near_edge / size.y.max(1.0),
        );
        let center = [0.5 * (x[0] + x[1]), 0.5 * (y[0] + y[1])];
        // One single place has no size; the view around it still needs one.
        let radius = if radius > 0.0 { radius * MARGIN } else { 1.0 };
        Some(Self { center, radius: radius.clamp(RADII.0, RADII.1) })
    }

    /// The view to move to when the best fit has become `fit`: this one, unless it is too far off.
    pub fn followed(self, fit: Self) -> Self {
        let size = fit.radius / self.radius;
        let shift = distance(self.center, fit.center) / self.radius;
        if size > SLACK.1 || size < SLACK.0 || shift > 0.12 { fit } else { self }
    }

    /// This view, large enough that these places are on a map of this size. One so far away that the codes would shrink to a
    /// dot is left out.
    pub fn including(self, places: &[Latent], size: Vec2) -> Self {
        let near_edge = size.min_elem().max(1.0);
        let unit = 2.0 * self.radius / near_edge;
        let is_in_reach = |place: &&Latent| distance(**place, self.center) <= REACH * self.radius;
        let halves = [0.5 * size.x * unit, 0.5 * size.y * unit];
        let ranges = [0, 1].map(|axis| {
            let range = [self.center[axis] - halves[axis], self.center[axis] + halves[axis]];
            // Where a map is hardly larger than a flag, there is no room around it.
            let edge = f32::min(EDGE * unit, 0.5 * halves[axis]);
            places
                .iter()
                .filter(is_in_reach)
                .fold(range, |[low, high], place| [low.min(place[axis] - edge), high.max(place[axis] + edge)])
        });
        let [x, y] = ranges.map(|[low, high]| 0.5 * (high - low));
        let radius = f32::max(x * near_edge / size.x.max(1.0), y * near_edge / size.y.max(1.0));
        Self { center: ranges.map(|[low, high]| 0.5 * (low + high)), radius: radius.max(self.radius) }
    }

    /// This view after it was moved from `before`, but within reach of one that shows everything: its middle not farther
    /// away than a few radii, unless it was that far before. Farther away there is nothing to see.
    pub fn within_reach(self, fit: Self, before: Latent) -> Self {
        let reach = (REACH * fit.radius.max(self.radius)).max(distance(before, fit.center));
        let away = distance(self.center, fit.center);
        if away <= reach {
            return self;
        }
        let back = |z: f32, middle: f32| middle + (z - middle) * (reach / away);
        let center = [0, 1].map(|axis| back(self.center[axis], fit.center[axis]));
        Self { center, ..self }
    }

    /// Moves a little towards another view, and onto it once the difference is too small to see.
    pub fn glided(self, goal: Self, seconds: f32) -> Self {
        let share = 1.0 - (-seconds.max(0.0) / GLIDE_SECS).exp();
        let mix = |from: f32, to: f32| from + (to - from) * share;
        let next = Self {
            center: [mix(self.center[0], goal.center[0]), mix(self.center[1], goal.center[1])],
            radius: mix(self.radius, goal.radius),
        };
        let left = distance(next.center, goal.center) + (next.radius - goal.radius).abs();
        // Far out, the last steps are smaller than the digits that f32 has there.
        let is_stuck = next == self && share > 0.0;
        if left < 2e-3 * goal.radius || is_stuck { goal } else { next }
    }
}

/// The range that holds all but the outermost half percent on either side.
fn middle_range(values: &mut [f32]) -> Option<[f32; 2]> {
    values.sort_unstable_by(f32::total_cmp);
    let out = values.len() / 200;
    Some([*values.get(out)?, *values.get(values.len().checked_sub(1 + out)?)?])
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Pos2, Rect, pos2, vec2};

    use super::super::geometry::MapTransform;
    use super::*;

    fn transform() -> MapTransform {
        let rect = Rect::from_min_size(pos2(100.0, 40.0), vec2(520.0, 480.0));
        MapTransform::new(MapView { center: [0.3, -0.7], radius: 2.5 }, rect)
    }

    fn assert_near(got: Latent, want: Latent, tolerance: f32) {
        assert!(distance(got, want) <= tolerance, "got {got:?}, want {want:?}, tolerance {tolerance}");
    }

    #[test]
    fn a_map_cannot_be_panned_out_of_reach() {
        let fit = MapView { center: [5.0, 0.0], radius: 2.0 };
        let panned = |view: MapView| {
            let transform = MapTransform::new(view, transform().rect);
            transform.panned(vec2(0.0, -90.0)).within_reach(fit, transform.center)
        };
        assert_eq!(panned(fit).center[0], 5.0);
        assert!(panned(fit).center[1] < -0.5, "near the cloud it is panned freely: {:?}", panned(fit));
        let far = (0..500).fold(fit, |view, _| panned(view));
        assert_near(far.center, [5.0, -REACH * fit.radius], 1e-3);
        let stray = MapView { center: [5.0, -60.0], radius: 0.5 };
        assert_near(panned(stray).center, stray.center, 1e-3);
        let back = MapTransform::new(stray, transform().rect)
            .panned(vec2(0.0, 90.0))
            .within_reach(fit, stray.center);
        assert!(back.center[1] > -60.0, "moving back is allowed");
    }

    #[test]
    fn a_fit_shows_the_cloud_without_outliers_and_places_that_are_not_finite() {
        let size = vec2(800.0, 400.0);
        let mut cloud: Vec<Latent> =
            (0..1000).map(|i| [(i % 100) as f32 / 10.0, (i / 100) as f32 / 10.0]).collect();
        cloud.extend([[1e6, 0.0], [f32::NAN, 1.0], [0.0, f32::INFINITY]]);
        let view = MapView::fit(cloud.iter().copied(), size).unwrap();
        let transform = MapTransform::new(view, Rect::from_min_size(Pos2::ZERO, size));
        let shown = cloud[..1000]
            .iter()
            .filter(|z| transform.rect.contains(transform.screen_from_latent(**z)))
            .count();
        assert!(shown >= 980, "{shown} of 1000 shown");
        assert!(transform.bounds()[0][1] < 20.0, "{:?}", transform.bounds());
        assert_eq!(MapView::fit([[f32::NAN, 0.0]].into_iter(), size), None);
        assert_eq!(
            MapView::fit([[2.0, 3.0]].into_iter(), size),
            Some(MapView { center: [2.0, 3.0], radius: 1.0 })
        );
    }

    #[test]
    fn codes_that_diverge_neither_break_the_map_nor_keep_it_moving() {
        let size = vec2(400.0, 300.0);
        let runaway = [[3e38, -3e38], [3e38, 2e38], [-2e7, 0.0]];
        assert_eq!(MapView::fit(runaway.into_iter(), size), None);
        let some = runaway.into_iter().chain([[1.0, 1.0], [3.0, 1.0]]);
        assert_eq!(MapView::fit(some, size).map(|view| view.center), Some([2.0, 1.0]));
        for place in [f32::NAN, f32::INFINITY] {
            let broken = MapTransform { center: [place, 0.0], ..transform() };
            broken.clamp([0.0, 0.0]);
        }
        for far in [9.9e5, 1e12] {
            let goal = MapView { center: [far, 0.3 * far], radius: 0.01 };
            let start = MapView { center: [0.0, -0.1 * far], radius: 2.0 };
            let arrived = (0..2000).fold(start, |view, _| view.glided(goal, 1.0 / 60.0));
            assert_eq!(arrived, goal, "a view moving to {far}");
        }
    }

    #[test]
    fn a_view_moves_only_when_it_is_too_far_from_the_fit() {
        let view = MapView::default();
        let fit = |x: f32, radius: f32| MapView { center: [x, 0.0], radius };
        assert_eq!(view.followed(fit(0.1, 2.7)), view);
        for fit in [fit(0.0, 3.5), fit(0.0, 1.5), fit(1.0, 2.7)] {
            assert_eq!(view.followed(fit), fit);
        }
        let goal = fit(1.0, 5.0);
        let arrived = (0..240).fold(view, |v, _| v.glided(goal, 1.0 / 60.0));
        assert_eq!(arrived, goal);
    }
}
