//! The axes of a chart in a card: grid lines, numbers, names and a legend around the plane of its data, as far as there
//! is room for them.

use super::card::{Level, Style};
use crate::chart::scene::{Area, Scene, Stroke, TextStyle};
use crate::chart::text::elided;
use crate::look::{Rgb, linear_ticks, value_label};

/// Least distance of two numbers on the horizontal and the vertical axis, as a multiple of the type's size.
const TICKS_APART: [f64; 2] = [5.5, 3.0];
/// Height of a line of text, as a multiple of the type's size.
const LINE: f64 = 1.5;
/// From where the middle of a line of text is its baseline, as a multiple of the type's size.
const MIDDLE: f64 = 0.35;
/// Space between the plane and its numbers.
const GAP: f64 = 5.0;
/// Length of a line in the legend.
const SAMPLE: f64 = 16.0;
/// Space between two entries of the legend.
const ENTRIES_APART: f64 = 12.0;
/// A plane lower than this multiple of the type's size takes the place of the names of its axes, and a plane lower than
/// half of it that of the numbers as well.
const LEAST_HEIGHT: f64 = 4.0;
/// A plane is at most this multiple of its width high; a higher one is hard to read.
const STEEPEST: f64 = 0.75;
/// Width that the numbers on the left usually take, as a multiple of the type's size.
const USUAL_LEFT: f64 = 3.5;

/// What is to be drawn, before it has a place.
pub(super) struct Plot<'a> {
    /// Values at the ends of the horizontal axis.
    pub(super) x: [f64; 2],
    /// Values at the ends of the vertical axis; powers of ten above `foot`, where there is one.
    pub(super) y: [f64; 2],
    /// The value at the foot of a vertical axis on which equal distances are equal ratios.
    pub(super) foot: Option<f64>,
    /// The names of the axes.
    pub(super) names: [&'a str; 2],
    /// The names and colours of lines.
    pub(super) legend: Vec<(&'a str, Rgb)>,
}

impl Plot<'_> {
    /// Round values on the vertical axis with their labels, at most so many.
    fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let ticks = linear_ticks(self.y[0], self.y[1], most).into_iter();
        match self.foot {
            None => ticks.map(|tick| (tick.value, tick.label)).collect(),
            Some(foot) => {
                let whole = ticks.filter(|tick| tick.value.fract() == 0.0);
                let powers = whole.map(|tick| foot * 10_f64.powf(tick.value));
                powers.map(|value| (value, format!("{value:.0e}").replace('-', "−"))).collect()
            }
        }
    }
}

/// A value as the power of ten above the foot of an axis, where it has one; never below it.
pub(super) fn power(value: f64, foot: Option<f64>) -> f64 {
    foot.map_or(value, |foot| (value / foot).log10().max(0.0))
}

/// Axes in their place.
pub(super) struct Axes<'a> {
    /// The plane of its data.
    pub(super) plane: Area,
    /// All the room there is.
    area: Area,
    plot: Plot<'a>,
    style: &'a Style<'a>,
    has_numbers: bool,
}

impl<'a> Axes<'a> {
    /// Draws the axes into an area.
    pub(super) fn draw(scene: &mut Scene, area: Area, plot: Plot<'a>, style: &'a Style<'a>) -> Self {
        let size = style.type_size;
        let entries = entries(&plot, area.width, style);
        let above = entries.last().map_or(0, |entry| entry.line + 1) as f64 * LINE * size + GAP;
        let numbers = GAP + LINE * size;
        let height = |above: f64, below: f64| area.height - above - below;
        let has_names = height(above, numbers + LINE * size) >= LEAST_HEIGHT * size;
        let has_numbers = has_names || height(0.6 * size, numbers) >= 0.5 * LEAST_HEIGHT * size;
        let (top, bottom) = match (has_names, has_numbers) {
            (true, _) => (above, numbers + LINE * size),
            (false, true) => (0.6 * size, numbers),
            (false, false) => (2.0, 2.0),
        };
        let width = (area.width - USUAL_LEFT * size).max(1.0);
        let height = height(top, bottom).min(STEEPEST * width).max(1.0);
        let ticks = plot.ticks(most(height, TICKS_APART[1] * size));
        let widths = ticks.iter().map(|(_, label)| (style.text_width)(label, size));
        let left = (widths.fold(0.0, f64::max) + 2.0 * GAP).ceil();
        let has_numbers = has_numbers && left < 0.5 * area.width;
        let left = if has_numbers { left } else { 0.0 };
        let width = (area.width - left - GAP).max(1.0);
        let plane = Area::new(area.x + left, area.y + top, width, height);
        let axes = Self { plane, area, plot, style, has_numbers };
        for (value, label) in ticks {
            let y = axes.at([0.0, value])[1];
            scene.line([plane.x, y], [plane.right(), y], Stroke::solid(style.palette.line, 1.0));
            if has_numbers {
                let text = TextStyle::new(size, style.palette.muted).end();
                scene.text([plane.x - GAP, y + MIDDLE * size], label, text);
            }
        }
        axes.baseline(scene);
        if has_names {
            axes.names(scene, &entries);
        }
        axes
    }

    /// Where a point is in the scene.
    pub(super) fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let share = |value: f64, [low, high]: [f64; 2]| (value - low) / (high - low).max(1e-12);
        [
            self.plane.x + share(x, self.plot.x) * self.plane.width,
            self.plane.bottom() - share(power(y, self.plot.foot), self.plot.y) * self.plane.height,
        ]
    }

    /// The line at zero, or the lower edge.
    fn baseline(&self, scene: &mut Scene) {
        let y = self.at([0.0, self.plot.foot.unwrap_or(self.plot.y[0].max(0.0))])[1];
        let stroke = Stroke::solid(self.style.palette.muted, 1.0);
        scene.line([self.plane.x, y], [self.plane.right(), y], stroke);
    }

    /// The name of the vertical axis and the legend above the plane, that of the horizontal axis below its numbers.
    fn names(&self, scene: &mut Scene, entries: &[Entry]) {
        let (size, palette) = (self.style.type_size, self.style.palette);
        let text = TextStyle::new(size, palette.text);
        let baseline = |line: usize| self.area.y + (line as f64 * LINE + 1.0) * size;
        for entry in entries {
            let (left, y) = (self.area.x + entry.left, baseline(entry.line));
            let sample = if entry.color.is_some() { SAMPLE + GAP } else { 0.0 };
            scene.text([left + sample, y], entry.name.as_str(), text);
            if let Some(color) = entry.color {
                let y = y - MIDDLE * size;
                scene.line([left, y], [left + SAMPLE, y], Stroke::solid(color, 2.5));
            }
        }
        let room = self.plane.right() - self.area.x;
        if let Some(name) = elided(self.plot.names[0], size, room, self.style.text_width) {
            let y = self.plane.bottom() + GAP + (LINE + 1.1) * size;
            scene.text([self.plane.right(), y], name, text.end());
        }
    }

    /// Numbers below the plane at round values.
    pub(super) fn numbers(&self, scene: &mut Scene) {
        let most = most(self.plane.width, TICKS_APART[0] * self.style.type_size);
        let ticks = linear_ticks(self.plot.x[0], self.plot.x[1], most);
        let marks = ticks.into_iter().map(|tick| (self.at([tick.value, 0.0])[0], tick.label));
        for x in self.labels(scene, marks) {
            let foot = self.plane.bottom();
            scene.line([x, foot], [x, foot + 3.0], Stroke::solid(self.style.palette.line, 1.0));
        }
    }

    /// Labels below the plane, each as near to its place as the area allows; one that would touch the last is left out.
    /// Returns the places of those that are drawn.
    pub(super) fn labels(&self, scene: &mut Scene, marks: impl Iterator<Item = (f64, String)>) -> Vec<f64> {
        let size = self.style.type_size;
        let style = TextStyle::new(size, self.style.palette.muted).middle();
        let baseline = self.plane.bottom() + GAP + 1.1 * size;
        // Left of the plane is the last number of the vertical axis.
        let left = self.plane.x - GAP;
        let (mut end, mut places) = (f64::NEG_INFINITY, Vec::new());
        if !self.has_numbers {
            return places;
        }
        for (x, label) in marks {
            let half = 0.5 * (self.style.text_width)(&label, size);
            let middle = x.min(self.area.right() - half).max(left + half);
            if middle - half >= end && middle + half <= self.area.right() + 0.5 {
                scene.text([middle, baseline], label, style);
                end = middle + half + GAP;
                places.push(x);
            }
        }
        places
    }

    /// A dashed line across with its name, which hides what is behind it.
    pub(super) fn level(&self, scene: &mut Scene, level: Option<&Level>) {
        let Some(Level { name, value }) = level.filter(|level| level.value.is_finite()) else { return };
        let (plane, size, value) = (self.plane, self.style.type_size, f64::from(*value));
        let y = self.at([0.0, value])[1];
        let stroke = Stroke::solid(self.style.palette.text, 1.3).dashed(4.0, 3.0);
        scene.line([plane.x, y], [plane.right(), y], stroke);
        let label = format!("{name} {}", value_label(value));
        let Some(label) = elided(&label, size, plane.width - 2.0 * GAP, self.style.text_width) else {
            return;
        };
        let height = 1.4 * size;
        if plane.height < height + 2.0 {
            return;
        }
        let width = (self.style.text_width)(&label, size) + 8.0;
        let is_high = y - plane.y < height + 2.0;
        let top = if is_high { y + 2.0 } else { y - height - 1.0 };
        scene.rect(Area::new(plane.right() - width, top, width, height), 3.0, scene.background);
        let style = TextStyle::new(size, self.style.palette.text).end();
        scene.text([plane.right() - 4.0, top + 1.05 * size], label, style);
    }
}

/// A text above the plane: the name of the vertical axis, or of a line.
struct Entry {
    name: String,
    /// The colour of a line; the name of the axis has none.
    color: Option<Rgb>,
    /// Which line of text, from the top.
    line: usize,
    /// Where it begins, from the left of the area.
    left: f64,
    width: f64,
}

impl Entry {
    /// An entry in its line, cut to a width.
    fn new(name: &str, color: Option<Rgb>, room: f64, style: &Style<'_>) -> Option<Self> {
        let sample = if color.is_some() { SAMPLE + GAP } else { 0.0 };
        let name = elided(name, style.type_size, room - sample, style.text_width)?;
        let width = sample + (style.text_width)(&name, style.type_size);
        Some(Self { name, color, line: 0, left: 0.0, width })
    }
}

/// The name of the vertical axis and the legend: on one line, the legend at its end, where both fit; otherwise the
/// legend begins a line of its own, and more where it is long.
fn entries(plot: &Plot<'_>, room: f64, style: &Style<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let name = Entry::new(plot.names[1], None, room, style).filter(|entry| !entry.name.is_empty());
    let legend = plot.legend.iter().filter(|(name, _)| !name.is_empty());
    let mut legend: Vec<Entry> =
        legend.filter_map(|(name, color)| Entry::new(name, Some(*color), room, style)).collect();
    let total: f64 = legend.iter().map(|entry| entry.width + ENTRIES_APART).sum();
    let taken = name.as_ref().map_or(0.0, |name| name.width);
    let fits = taken + total <= room;
    let mut left = if fits { room - total + ENTRIES_APART } else { 0.0 };
    let mut line = usize::from(!fits && name.is_some());
    for entry in &mut legend {
        if !fits && left > 0.0 && left + entry.width > room {
            (left, line) = (0.0, line + 1);
        }
        (entry.left, entry.line) = (left, line);
        left += entry.width + ENTRIES_APART;
    }
    entries.extend(name);
    entries.extend(legend);
    entries
}

/// How many marks there is room for.
fn most(length: f64, apart: f64) -> usize {
    ((length / apart) as usize).clamp(2, 12)
}

/// The ends of an axis that shows these values: from zero where that costs little, with some room above.
pub(super) fn range(values: impl Iterator<Item = f64>, from_zero: bool) -> [f64; 2] {
    let (low, high) = values
        .filter(|value| value.is_finite())
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

    #[test]
    fn a_range_begins_at_zero_where_that_costs_little() {
        assert_eq!(range([f64::NAN].into_iter(), true), [0.0, 1.0]);
        let [low, high] = range([1.0, 10.0].into_iter(), false);
        assert!(low == 0.0 && high > 10.0);
        let [low, high] = range([100.0, 101.0].into_iter(), false);
        assert!(low > 99.0 && high < 102.0, "{low} to {high}");
        let [low, high] = range([3.0; 4].into_iter(), true);
        assert!(low == 0.0 && high > 3.0);
    }
}
