//! Draws the lines of a card.

use super::axes::{Axes, Plot, range};
use super::card::{Line, Lines, Style};
use crate::chart::scene::{Area, Scene, Stroke};
use crate::look::{DataColor, Rgb, value_label};

/// A line of at most this many points is a few measurements, and each is marked.
const FEW: usize = 24;
/// More places than this on an axis of ratios are not numbered one by one.
const MOST_PLACES: usize = 12;
/// Radius of such a mark.
const MARK: f64 = 3.0;

pub(super) fn draw(lines: &Lines, scene: &mut Scene, area: Area, style: &Style<'_>) {
    let ends = |[low, high]: [f64; 2], x: f64| [low.min(x), high.max(x)];
    let across = |x: f64| if lines.are_ratios { x.max(f64::MIN_POSITIVE).log10() } else { x };
    let [low, high] = lines.points().map(|[x, _]| across(x)).fold([f64::INFINITY, f64::NEG_INFINITY], ends);
    let level = lines.level.iter().map(|level| f64::from(level.value));
    let colors = || (0..).map(move |number| color(style, number));
    let plot = Plot {
        x: if low < high { [low, high] } else { [low - 1.0, high + 1.0] },
        y: range(heights(lines).chain(level), false),
        foot: None,
        names: [&lines.x, &lines.y],
        legend: lines.series.iter().map(|line| line.name.as_str()).zip(colors()).collect(),
    };
    if low > high {
        return;
    }
    let axes = Axes::draw(scene, area, plot, style);
    if lines.are_ratios {
        let marks = ratio_marks(lines, [low, high]);
        axes.labels(scene, marks.into_iter().map(|x| (axes.at([across(x), 0.0])[0], value_label(x))));
    } else {
        axes.numbers(scene);
    }
    for (line, color) in lines.series.iter().zip(colors()) {
        let path: Vec<[f64; 2]> = line.finite().map(|[x, y]| axes.at([across(x), y])).collect();
        if path.len() <= FEW {
            path.iter().for_each(|at| {
                scene.circle(*at, MARK, color);
            });
        }
        scene.polyline(path, Stroke::solid(color, 2.0));
        for [low, high] in line.bars().map(|ends| ends.map(|[x, y]| axes.at([across(x), y]))) {
            scene.line(low, high, Stroke::solid(color, 1.0));
            for [x, y] in [low, high] {
                scene.line([x - MARK, y], [x + MARK, y], Stroke::solid(color, 1.0));
            }
        }
    }
    axes.level(scene, lines.level.as_ref());
    hints(lines, scene, &axes, across);
}

/// Lines are told apart as runs and classes are.
fn color(style: &Style<'_>, number: usize) -> Rgb {
    style.palette.data(DataColor::of_line(number))
}

/// The values of all lines, and the ends of their bars.
fn heights(lines: &Lines) -> impl Iterator<Item = f64> + '_ {
    let ends = lines.series.iter().flat_map(|line| line.bars().flatten());
    lines.points().chain(ends).map(|[_, y]| y)
}

/// Where numbers are on an axis of ratios between these powers of ten: at the places that have a point, or at powers of ten
/// where these are many.
fn ratio_marks(lines: &Lines, [low, high]: [f64; 2]) -> Vec<f64> {
    let places: Vec<f64> = counts(lines).collect();
    let powers: Vec<f64> =
        (low.ceil() as i32..=high.floor() as i32).map(|power| 10_f64.powi(power)).collect();
    if places.len() > MOST_PLACES && powers.len() > 1 { powers } else { places }
}

/// The places that have a point, from left to right.
fn counts(lines: &Lines) -> impl Iterator<Item = f64> {
    let mut places: Vec<f64> = lines.points().map(|[x, _]| x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places.into_iter()
}

/// Around each place that has a point, the values of all lines at their nearest points.
fn hints(lines: &Lines, scene: &mut Scene, axes: &Axes<'_>, across: impl Fn(f64) -> f64) {
    let places: Vec<f64> = counts(lines).collect();
    let plane = axes.plane;
    for (k, x) in places.iter().enumerate() {
        let between =
            |other: Option<&f64>| other.map(|other| axes.at([0.5 * (across(*x) + across(*other)), 0.0])[0]);
        let left = between(k.checked_sub(1).and_then(|k| places.get(k))).unwrap_or(plane.x);
        let right = between(places.get(k + 1)).unwrap_or(plane.right());
        let values: Vec<String> = lines.series.iter().filter_map(|line| line.value_near(*x)).collect();
        scene.hint(Area::new(left, plane.y, right - left, plane.height), values.join("\n"));
    }
}

impl Line {
    /// `name 20 at 2`: the value at the point nearest to `x`.
    fn value_near(&self, x: f64) -> Option<String> {
        let off = |point: &[f64; 2]| (point[0] - x).abs();
        let [at, value] = self.finite().min_by(|a, b| off(a).total_cmp(&off(b)))?;
        let place = self.points.iter().position(|[x, _]| f64::from(*x) == at);
        let error = place.and_then(|place| self.errors.get(place));
        let error = error.map_or(String::new(), |error| format!(" ± {}", value_label(f64::from(*error))));
        Some(format!("{} {}{error} at {}", self.name, value_label(value), value_label(at)))
    }
}
