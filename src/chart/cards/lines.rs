//! Draws the lines of a card.

use super::axes::{Axes, Plot, range};
use super::card::{Line, Lines, Style};
use crate::chart::scene::{Area, Scene, Stroke};
use crate::look::{DataColor, Rgb, value_label};

/// A line of at most this many points is a few measurements, and each is marked.
const FEW: usize = 24;
/// Radius of such a mark.
const MARK: f64 = 3.0;

pub(super) fn draw(lines: &Lines, scene: &mut Scene, area: Area, style: &Style<'_>) {
    let ends = |[low, high]: [f64; 2], x: f64| [low.min(x), high.max(x)];
    let [low, high] = lines.points().map(|[x, _]| x).fold([f64::INFINITY, f64::NEG_INFINITY], ends);
    let level = lines.level.iter().map(|level| f64::from(level.value));
    let colors = || (0..).map(move |number| color(style, number));
    let plot = Plot {
        x: if low < high { [low, high] } else { [low - 1.0, high + 1.0] },
        y: range(lines.points().map(|[_, y]| y).chain(level), false),
        names: [&lines.x, &lines.y],
        legend: lines.series.iter().map(|line| line.name.as_str()).zip(colors()).collect(),
    };
    if low > high {
        return;
    }
    let axes = Axes::draw(scene, area, plot, style);
    axes.numbers(scene);
    for (line, color) in lines.series.iter().zip(colors()) {
        let path: Vec<[f64; 2]> = line.finite().map(|point| axes.at(point)).collect();
        if path.len() <= FEW {
            path.iter().for_each(|at| {
                scene.circle(*at, MARK, color);
            });
        }
        scene.polyline(path, Stroke::solid(color, 2.0));
    }
    axes.level(scene, lines.level.as_ref());
    hints(lines, scene, &axes);
}

/// Lines are told apart as runs and classes are.
fn color(style: &Style<'_>, number: usize) -> Rgb {
    style.palette.data(DataColor::of_line(number))
}

/// Around each place that has a point, the values of all lines at their nearest points.
fn hints(lines: &Lines, scene: &mut Scene, axes: &Axes<'_>) {
    let mut places: Vec<f64> = lines.points().map(|[x, _]| x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let plane = axes.plane;
    for (k, x) in places.iter().enumerate() {
        let between = |other: Option<&f64>| other.map(|other| axes.at([0.5 * (x + other), 0.0])[0]);
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
        Some(format!("{} {} at {}", self.name, value_label(value), value_label(at)))
    }
}
