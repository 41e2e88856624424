//! Draws images of two kinds by a score: a histogram of both kinds with the threshold, and below it the images on either
//! side of the threshold.

use super::axes::{Axes, Plot, range};
use super::card::{Scored, Style};
use crate::chart::pixels::{atlas, images};
use crate::chart::scene::{Area, Scene, Stroke, TextStyle};
use crate::chart::text::elided;
use crate::look::{DataColor, Rgb, value_label};

/// Bars of the histogram.
const BARS: usize = 40;
/// The histogram ends where this share of all scores is below: a few far outliers would leave it empty.
const SHOWN_SHARE: f64 = 0.995;
/// The part of the height that the histogram takes.
const HISTOGRAM: f64 = 0.5;
/// Rows of images on either side.
const ROWS: usize = 2;
/// Space between the images, and around them.
const GAP: f64 = 4.0;
/// The smallest image worth drawing, in points.
const SMALLEST: f64 = 10.0;
/// The largest image, as a multiple of the type's size.
const LARGEST: f64 = 6.0;
/// Height of a line of text, as a multiple of the type's size.
const LINE: f64 = 1.5;

impl Scored {
    /// The score above which the chosen share of the first kind lies.
    pub fn threshold(&self) -> f32 {
        let familiar = self.scores.iter().zip(&self.is_second).filter(|(_, is_second)| !**is_second);
        let familiar: Vec<f32> = familiar.map(|(score, _)| *score).collect();
        let below = ((1.0 - self.alarms) * familiar.len() as f64).round() as usize;
        match familiar.get(below.wrapping_sub(1)) {
            Some(score) => *score,
            None => familiar.first().map_or(0.0, |score| score - score.abs() * f32::EPSILON),
        }
    }

    /// The shares of the first and of the second kind that are above the threshold.
    pub fn shares_above(&self) -> [f64; 2] {
        let threshold = self.threshold();
        [false, true].map(|kind| {
            let of_kind =
                || self.scores.iter().zip(&self.is_second).filter(move |(_, second)| **second == kind);
            of_kind().filter(|(score, _)| **score > threshold).count() as f64
                / of_kind().count().max(1) as f64
        })
    }
}

pub(super) fn draw(scored: &Scored, scene: &mut Scene, area: Area, style: &Style<'_>) {
    let colors = [4, 1].map(|class| style.palette.data(DataColor::Class(class)));
    let top = Area { height: HISTOGRAM * area.height, ..area };
    histogram(scored, scene, top, colors, style);
    let below = Area::new(area.x, top.bottom(), area.width, area.height - top.height);
    sides(scored, scene, below, colors, style);
}

/// How the scores of both kinds are spread, and where the threshold is.
fn histogram(scored: &Scored, scene: &mut Scene, area: Area, colors: [Rgb; 2], style: &Style<'_>) {
    let finite: Vec<f64> =
        scored.scores.iter().copied().filter(|score| score.is_finite()).map(f64::from).collect();
    let (Some(low), Some(most)) = (finite.first(), finite.last()) else { return };
    let high = finite.get((SHOWN_SHARE * finite.len() as f64) as usize).unwrap_or(most);
    let span = (high - low).max(1e-9);
    let mut shares = [[0.0; BARS]; 2];
    let all =
        [false, true].map(|kind| scored.is_second.iter().filter(|is_second| **is_second == kind).count());
    for (score, is_second) in scored.scores.iter().zip(&scored.is_second) {
        let bar = ((f64::from(*score) - low) / span * BARS as f64).clamp(0.0, BARS as f64 - 1.0) as usize;
        let kind = usize::from(*is_second);
        shares[kind][bar] += 100.0 / all[kind].max(1) as f64;
    }
    let plot = Plot {
        x: [*low, low + span],
        y: range(shares.as_flattened().iter().copied(), true),
        foot: None,
        names: [&scored.score, "images, %"],
        legend: scored.kinds.iter().map(String::as_str).zip(colors).collect(),
    };
    let axes = Axes::draw(scene, area, plot, style);
    axes.numbers(scene);
    for (shares, color) in shares.iter().zip(colors) {
        let edge = |bar: usize| low + bar as f64 / BARS as f64 * span;
        let steps =
            shares.iter().enumerate().flat_map(|(bar, share)| [[edge(bar), *share], [edge(bar + 1), *share]]);
        let path: Vec<[f64; 2]> = steps.map(|at| axes.at(at)).collect();
        scene.polyline(path, Stroke::solid(color, 2.0));
    }
    let threshold = f64::from(scored.threshold()).clamp(*low, low + span);
    let x = axes.at([threshold, 0.0])[0];
    let stroke = Stroke::solid(style.palette.text, 1.3).dashed(4.0, 3.0);
    scene.line([x, axes.plane.y], [x, axes.plane.bottom()], stroke);
}

/// The images nearest to the threshold, those below it on the left and those above it on the right, in the order of
/// their scores; the frame of an image says of which kind it is.
fn sides(scored: &Scored, scene: &mut Scene, area: Area, colors: [Rgb; 2], style: &Style<'_>) {
    let size = style.type_size;
    let [alarms, found] = scored.shares_above().map(|share| value_label((1000.0 * share).round() / 10.0));
    let [first, second] = &scored.kinds;
    let words = format!(
        "Above {}: {alarms}\u{a0}% of the {first} images (false alarms), {found}\u{a0}% of the {second} ones",
        value_label(f64::from(scored.threshold()))
    );
    let head = 2.0 * LINE * size + GAP;
    let room = area.height - head;
    let side = ((room - GAP * (ROWS + 1) as f64) / ROWS as f64).min(LARGEST * size);
    if side < SMALLEST || area.width < 4.0 * side {
        return;
    }
    let mut line = |text: &str, at: [f64; 2], style: TextStyle, room: f64, width: &Style<'_>| {
        if let Some(text) = elided(text, size, room, width.text_width) {
            scene.text(at, text, style);
        }
    };
    let longest = scored.shape.width.max(scored.shape.height).max(1) as f64;
    let [width, height] =
        [scored.shape.width, scored.shape.height].map(|pixels| side * pixels as f64 / longest);
    let half = 0.5 * area.width;
    line(&words, [area.x, area.y + size], TextStyle::new(size, style.palette.text), area.width, style);
    let muted = TextStyle::new(size, style.palette.muted);
    let second_line = area.y + (LINE + 1.0) * size;
    line("just below the threshold", [area.x, second_line], muted, half - GAP, style);
    line("just above", [area.x + half + GAP, second_line], muted, half - GAP, style);
    let threshold = scored.threshold();
    let split = scored
        .shown
        .partition_point(|place| scored.scores.get(*place).is_none_or(|score| *score <= threshold));
    let pitch = side + GAP;
    let columns = ((half - GAP) / pitch).floor().max(1.0) as usize;
    let many = columns * ROWS;
    let left = split.saturating_sub(many)..split;
    let right = split..(split + many).min(scored.shown.len());
    for (part, from) in [(left, area.x), (right, area.x + half + GAP)] {
        for (number, at) in part.enumerate() {
            let x = from + (number % columns) as f64 * pitch + 0.5 * GAP;
            let y = area.y + head + (number / columns) as f64 * pitch + 0.5 * GAP;
            let tile = Area::new(x, y, width, height);
            let place = scored.shown[at];
            let Some(pixels) = images(&scored.pixels, scored.shape).nth(at) else { continue };
            scene.image(tile, atlas(pixels, scored.shape, 1));
            let kind = usize::from(scored.is_second[place]);
            scene.outline(tile.grown(1.0), 0.0, Stroke::solid(colors[kind], 2.0));
            let score = value_label(f64::from(scored.scores[place]));
            scene.hint(tile, format!("{}: {} {score}", scored.kinds[kind], scored.score));
        }
    }
    let x = area.x + half;
    let stroke = Stroke::solid(style.palette.text, 1.3).dashed(4.0, 3.0);
    scene.line([x, area.y + head], [x, area.y + head + ROWS as f64 * pitch], stroke);
}
