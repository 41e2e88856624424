//! A card as a figure: the picture that makes a family's idea visible, with its sentence, on a page of its own.

use super::axes::{self, Axis};
use super::pixels::{ImageShape, atlas, broken, difference, images};
use super::sheet::{Layout, NOMINAL_WIDTH, Sheet, Sizes};
use super::{Caption, Figure};
use crate::engine::Card;
use crate::engine::card::{Bars, Content, Images, Ink, Lines};
use crate::export::font;
use crate::chart::scene::{Area, Scene, Stroke};
use crate::look::{ColorScheme, DataColor, Rgb, colormap, mixed, named_places, value_label};

/// Space between two pictures.
const GAP: f64 = 4.0;
/// Height of the plane of a chart.
const PLANE: f64 = 300.0;
/// The least distance of two marks below and beside a chart.
const MARKS_APART: [f64; 2] = [60.0, 36.0];

/// What a card is on paper.
#[derive(Clone, Debug, PartialEq)]
pub struct CardFigure {
    /// The card.
    pub card: Card,
}

impl Figure for CardFigure {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        let Card { title, meaning, content } = &self.card;
        let page = Page { title, meaning, caption, theme };
        let drawn = match content {
            Content::Images(images) => page.images(images),
            Content::Bars(bars) => page.bars(bars),
            Content::Lines(lines) => page.lines(lines),
        };
        drawn.unwrap_or_else(|| Sheet::nothing(title, caption, theme))
    }
}

/// What all cards have in common.
struct Page<'a> {
    title: &'a str,
    meaning: &'a str,
    caption: &'a Caption,
    theme: ColorScheme,
}

impl Page<'_> {
    /// A sheet with the sentence at the top of its content; the answer is what is left below.
    fn sheet(&self, content: [f64; 2], sizes: Sizes, notes: &[String]) -> (Sheet, Area) {
        let sentence = font::wrap(self.meaning, sizes.label, content[0]);
        let line = 1.4 * sizes.label;
        let above =
            if sentence.is_empty() { 0.0 } else { (sentence.len() as f64 * line + sizes.label).round() };
        let layout = Layout {
            title: self.title,
            caption: self.caption,
            notes,
            content: [content[0], content[1] + above],
            sizes,
            theme: self.theme,
        };
        let mut sheet = Sheet::new(&layout);
        let style = sheet.label(sheet.palette.text);
        for (number, words) in sentence.into_iter().enumerate() {
            let at = [sheet.content.x, sheet.content.y + (number as f64 + 0.7) * line];
            sheet.scene.text(at, words, style);
        }
        let rest = Area { y: sheet.content.y + above, height: content[1], ..sheet.content };
        (sheet, rest)
    }

    fn images(&self, card: &Images) -> Option<Scene> {
        let [channels, height, width] = card.dims;
        let shape = ImageShape { height, width, channels };
        let count = shape.images_in(card.pixels.len());
        if count == 0 {
            return None;
        }
        let columns = card.columns.clamp(1, count);
        let room = NOMINAL_WIDTH / columns as f64 - GAP;
        let zoom = (room / width as f64).round().clamp(1.0, (160 / width.max(height)).max(1) as f64);
        let tile = [width, height].map(|side| side as f64 * zoom);
        let sizes = Sizes::for_width(columns as f64 * (tile[0] + GAP));
        let gap = (GAP * sizes.unit).round();
        let widest = card.rows.iter().map(|name| font::width(name, sizes.label)).fold(0.0, f64::max);
        let names = if widest > 0.0 { (widest + sizes.label).ceil() } else { 0.0 };
        let words = if card.captions.is_empty() { 0.0 } else { (1.4 * sizes.small).ceil() };
        let lines = count.div_ceil(columns) as f64;
        let used = names + columns as f64 * (tile[0] + gap) - gap;
        // A sentence needs some width, however few the pictures.
        let content = [used.max(0.6 * NOMINAL_WIDTH), lines * (tile[1] + gap + words) - gap];
        let mut notes: Vec<String> = broken(&card.pixels).into_iter().collect();
        if card.ink == Ink::Signed {
            notes.push("red: above zero, blue: below".to_owned());
        }
        let (mut sheet, area) = self.sheet(content, sizes, &notes);
        for (index, image) in images(&card.pixels, shape).enumerate() {
            let (row, column) = (index / columns, index % columns);
            let x = area.x + names + column as f64 * (tile[0] + gap);
            let place = Area::new(x, area.y + row as f64 * (tile[1] + gap + words), tile[0], tile[1]);
            let edge = sheet.hairline(sheet.palette.line);
            sheet.scene.outline(place.grown(0.5 * edge.width), 0.0, edge);
            sheet.scene.image(place, self.pixels(card.ink, image, shape));
            if let Some(caption) = card.captions.get(index) {
                let middle = [place.x + 0.5 * tile[0], place.bottom() + 1.1 * sizes.small];
                sheet.scene.text(middle, caption.as_str(), sheet.small(sheet.palette.muted).middle());
            }
            if let Some(name) = card.rows.get(row).filter(|_| column == 0) {
                let at = [area.x, place.y + 0.5 * tile[1] + 0.35 * sizes.label];
                sheet.scene.text(at, name.as_str(), sheet.label(sheet.palette.text));
            }
        }
        Some(sheet.scene)
    }

    fn pixels(&self, ink: Ink, image: &[f32], shape: ImageShape) -> crate::chart::scene::Pixels {
        match ink {
            Ink::Grey => atlas(image, shape, 1),
            Ink::Signed => difference(image, shape, |value| colormap::difference(value, self.theme)),
        }
    }

    fn bars(&self, bars: &Bars) -> Option<Scene> {
        let count = bars.values.len();
        let level = bars.level.as_ref().map(|(_, value)| *value);
        let [low, high] = ends(bars.values.iter().copied().chain(level).chain([0.0]))?;
        if !bars.values.iter().any(|value| value.is_finite()) {
            return None;
        }
        let mut chart = self.chart([0.0, count as f64], [low, high], [&bars.x, &bars.y], 0);
        let pitch = chart.frame.width / count as f64;
        let gap = if pitch > 6.0 { 0.18 * pitch } else { 0.0 };
        for (place, value) in bars.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let palette = chart.sheet.palette;
            let counts = bars.counted.get(place).copied().unwrap_or(true);
            let fill = if counts { palette.accent } else { mixed(palette.page, palette.muted, 0.55) };
            let (foot, head) = (chart.y.place(0.0), chart.y.place(f64::from(*value)));
            let x = chart.frame.x + place as f64 * pitch + 0.5 * gap;
            let area = Area::new(x, foot.min(head), pitch - gap, (foot - head).abs());
            chart.sheet.scene.rect(area, 0.0, fill);
        }
        chart.level(bars.level.as_ref());
        chart.places(bars, pitch);
        Some(chart.sheet.scene)
    }

    fn lines(&self, lines: &Lines) -> Option<Scene> {
        let points = || lines.series.iter().flat_map(|(_, points)| points.iter());
        let level = lines.level.as_ref().map(|(_, value)| *value);
        let y = ends(points().map(|point| point[1]).chain(level))?;
        let x = bounds(points().map(|point| point[0]))?;
        let from_zero = if y[0] > 0.0 && y[0] < 0.4 * y[1] { 0.0 } else { y[0] };
        let mut chart = self.chart(x, [from_zero, y[1]], [&lines.x, &lines.y], lines.series.len());
        axes::draw_below(&mut chart.sheet, chart.frame, &chart.x, MARKS_APART[0]);
        for (number, (_, points)) in lines.series.iter().enumerate() {
            let color = series_color(&chart.sheet, number);
            let path: Vec<[f64; 2]> = points
                .iter()
                .filter(|point| point.iter().all(|value| value.is_finite()))
                .map(|[x, y]| [chart.x.place(f64::from(*x)), chart.y.place(f64::from(*y))])
                .collect();
            if path.len() <= 24 {
                path.iter().for_each(|at| {
                    chart.sheet.scene.circle(*at, 3.0, color);
                });
            }
            chart.sheet.scene.polyline(path, Stroke::solid(color, 2.0));
        }
        chart.level(lines.level.as_ref());
        chart.legend(lines);
        Some(chart.sheet.scene)
    }

    /// An empty chart: marks and numbers on the left, the names of both axes.
    fn chart(&self, x: [f64; 2], y: [f64; 2], names: [&str; 2], entries: usize) -> ChartPage {
        let sizes = Sizes::for_width(NOMINAL_WIDTH);
        let above = if entries > 0 || !names[1].is_empty() { 2.0 * sizes.label } else { 0.0 };
        let content = [NOMINAL_WIDTH, above + PLANE + axes::height_below(&sizes) + sizes.label];
        let (mut sheet, area) = self.sheet(content, sizes, &[]);
        let span = if y[1] > y[0] { y[1] - y[0] } else { y[1].abs().max(1e-6) };
        let below = if y[0] == 0.0 { 0.0 } else { 0.05 * span };
        let [low, high] = [y[0] - below, y[1] + 0.06 * span];
        let top = area.y + above;
        let y = Axis { low, high, start: top + PLANE, end: top };
        let ticks = y.ticks(MARKS_APART[1]);
        let left = ticks.iter().map(|tick| font::width(&tick.label, sizes.small)).fold(0.0, f64::max) + 12.0;
        let frame = Area::new(area.x + left.ceil(), top, area.width - left.ceil(), PLANE);
        for tick in &ticks {
            let at = y.place(tick.value);
            sheet.scene.line([frame.x, at], [frame.right(), at], sheet.hairline(sheet.palette.line));
        }
        axes::draw_left(&mut sheet, frame, &y, MARKS_APART[1]);
        axes::draw_names(&mut sheet, frame, &names.map(str::to_owned));
        let x = Axis::linear(x, [frame.x, frame.right()]);
        ChartPage { sheet, frame, x, y }
    }
}

/// A chart on its page.
struct ChartPage {
    sheet: Sheet,
    frame: Area,
    x: Axis,
    y: Axis,
}

impl ChartPage {
    /// A dashed line across, and its name on a ground that keeps it readable.
    fn level(&mut self, level: Option<&(String, f32)>) {
        let Some((name, value)) = level.filter(|(_, value)| value.is_finite()) else { return };
        let (frame, small) = (self.frame, self.sheet.sizes.small);
        let y = self.y.place(f64::from(*value));
        let stroke = Stroke::solid(self.sheet.palette.text, 1.3).dashed(5.0, 4.0);
        self.sheet.scene.line([frame.x, y], [frame.right(), y], stroke);
        let words = format!("{name} {}", value_label(f64::from(*value)));
        let width = font::width(&words, small) + 8.0;
        let is_high = y - frame.y < 2.0 * small;
        let top = if is_high { y + 2.0 } else { y - 1.5 * small };
        let ground = self.sheet.palette.page;
        self.sheet.scene.rect(Area::new(frame.right() - width, top, width, 1.4 * small), 3.0, ground);
        let style = self.sheet.small(self.sheet.palette.text).end();
        self.sheet.scene.text([frame.right() - 4.0, top + 1.05 * small], words, style);
    }

    /// As many names under the bars as there is room for.
    fn places(&mut self, bars: &Bars, pitch: f64) {
        let small = self.sheet.sizes.small;
        let name = |place: usize| bars.names.get(place).cloned().unwrap_or_else(|| (place + 1).to_string());
        let count = bars.values.len();
        let shown = (0..count.min(64)).chain(count.checked_sub(1));
        let widest = shown.map(|place| font::width(&name(place), small) + 8.0).fold(1.0, f64::max);
        let least = (widest / pitch).ceil().max(1.0) as usize;
        for place in named_places(count, least, bars.names.is_empty()) {
            let x = self.frame.x + (place as f64 + 0.5) * pitch;
            let style = self.sheet.small(self.sheet.palette.muted).middle();
            self.sheet.scene.text([x, self.frame.bottom() + 6.0 + small], name(place), style);
        }
    }

    /// The names of the lines above the plane, from the right.
    fn legend(&mut self, lines: &Lines) {
        let small = self.sheet.sizes.small;
        let mut right = self.frame.right();
        for (number, (name, _)) in lines.series.iter().enumerate().rev().filter(|(_, (n, _))| !n.is_empty()) {
            let baseline = self.frame.y - 8.0;
            let style = self.sheet.small(self.sheet.palette.text).end();
            self.sheet.scene.text([right, baseline], name.as_str(), style);
            let end = right - font::width(name, small) - 6.0;
            let color = series_color(&self.sheet, number);
            let y = baseline - 0.35 * small;
            self.sheet.scene.line([end - 18.0, y], [end, y], Stroke::solid(color, 2.5));
            right = end - 18.0 - 14.0;
        }
    }
}

/// Lines are told apart as runs and classes are.
fn series_color(sheet: &Sheet, number: usize) -> Rgb {
    sheet.palette.data(DataColor::of_line(number))
}

/// The least and the largest number that is finite.
fn ends(values: impl Iterator<Item = f32>) -> Option<[f64; 2]> {
    let finite = values.filter(|value| value.is_finite()).map(f64::from);
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    (low <= high).then_some([low, high])
}

/// The same for an axis, which needs two ends.
fn bounds(values: impl Iterator<Item = f32>) -> Option<[f64; 2]> {
    let [low, high] = ends(values)?;
    Some(if low < high { [low, high] } else { [low - 1.0, high + 1.0] })
}
