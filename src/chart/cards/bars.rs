//! Draws the bars of a card.

use super::axes::{Axes, Plot, power, range};
use super::card::{Bars, Style};
use crate::chart::scene::{Area, Scene};
use crate::look::{mixed, named_places, value_label};

/// Between bars wider than this there are gaps; thinner ones touch, or there would be more gap than bar.
const WIDE: f64 = 6.0;
/// Width of a gap, as a share of the distance of two bars.
const GAP: f64 = 0.18;
/// How far a bar that is not highlighted is from the background towards muted text.
const MUTED: f64 = 0.55;
/// Names of which the widths are measured, to see how many there is room for.
const MEASURED: usize = 64;

pub(super) fn draw(bars: &Bars, scene: &mut Scene, area: Area, style: &Style<'_>) {
    let count = bars.values.len();
    let foot = bars.foot.map(f64::from);
    let level = bars.level.iter().map(|level| level.value);
    let plot = Plot {
        x: [0.0, count.max(1) as f64],
        y: range(bars.values.iter().copied().chain(level).map(|value| power(f64::from(value), foot)), true),
        foot,
        names: [&bars.x, &bars.y],
        legend: Vec::new(),
    };
    let axes = Axes::draw(scene, area, plot, style);
    let pitch = axes.plane.width / count.max(1) as f64;
    let gap = if pitch > WIDE { GAP * pitch } else { 0.0 };
    let muted = mixed(scene.background, style.palette.muted, MUTED);
    for (item, value) in bars.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let [x, head] = axes.at([item as f64, f64::from(*value)]);
        let foot = axes.at([0.0, foot.unwrap_or(0.0)])[1];
        let is_highlighted = bars.highlighted.get(item).copied().unwrap_or(true);
        let color = if is_highlighted { style.palette.accent } else { muted };
        let bar = Area::new(x + 0.5 * gap, foot.min(head), pitch - gap, (foot - head).abs());
        scene.rect(bar, 0.0, color);
        let column = Area::new(x, axes.plane.y, pitch, axes.plane.height);
        scene.hint(column, format!("{}: {}", bars.name(item), value_label(f64::from(*value))));
    }
    axes.level(scene, bars.level.as_ref());
    let shown = (0..count.min(MEASURED)).chain(count.checked_sub(1));
    let widths = shown.map(|item| (style.text_width)(&bars.name(item), style.type_size));
    let widest = widths.fold(1.0, f64::max) + style.type_size;
    let least = (widest / pitch).ceil().max(1.0) as usize;
    let named = named_places(count, least, bars.names.is_empty());
    let marks = named.map(|item| (axes.plane.x + (item as f64 + 0.5) * pitch, bars.name(item)));
    axes.labels(scene, marks);
}

impl Bars {
    /// The name of an item.
    fn name(&self, item: usize) -> String {
        self.names.get(item).cloned().unwrap_or_else(|| (item + 1).to_string())
    }
}
