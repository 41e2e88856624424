//! One chart among the learning curves: its grid, its lines, and the names of the lines.

use super::NOTHING_YET;
use super::axes::Axis;
use super::curves::{Chart, Reference, Series};
use super::decimate::{clip, decimate, means};
use super::labels::{Ground, apart};
use super::range::{is_showable, range, start_above};
use super::sheet::{Sheet, Sizes};
use crate::export::font;
use crate::export::scene::{Area, Stroke};
use crate::look::{Tick, mixed, value_label};

/// Width of a column within which a curve is thinned: half a pixel, so that a picture at scale 2 loses
/// nothing.
const COLUMN: f64 = 0.5;
/// Width of a column over which a curve with far more values than pixels is averaged.
const MEAN_COLUMN: f64 = 4.0;
/// From so many values in such a column on, single values are a pale band and their mean is the line.
const CROWD: f64 = 6.0;
/// Length of a line in the legend.
const SAMPLE: f64 = 20.0;
/// Space between two entries of the legend, and between a line and its name.
const LEGEND_GAPS: [f64; 2] = [16.0, 6.0];
/// The least distance of two marks on the vertical axis.
const MARKS_APART: f64 = 26.0;

/// A chart and where it stands.
pub(super) struct Lane<'a> {
    /// What it shows.
    pub chart: &'a Chart,
    /// The plane of its data.
    pub frame: Area,
    /// Top of its name, above the frame and the labels of live changes.
    pub header_top: f64,
    /// Lowest and highest value shown; none when there is nothing to show.
    range: Option<[f64; 2]>,
}

/// A curve in page units.
struct Drawn {
    /// All values, pale, when there are far more than pixels.
    band: Vec<Vec<[f64; 2]>>,
    /// The line: the values themselves, or their means.
    line: Vec<Vec<[f64; 2]>>,
    /// The value the line ends on.
    last: Option<f64>,
}

impl<'a> Lane<'a> {
    /// A chart whose place is not known yet.
    pub fn new(chart: &'a Chart, steps: [f64; 2]) -> Self {
        let range = range(chart, steps);
        Self { chart, frame: Area::new(0.0, 0.0, 0.0, 0.0), header_top: 0.0, range }
    }

    /// Room for the numbers on the left, of a frame of a height.
    pub fn left_width(&self, height: f64, sizes: &Sizes) -> f64 {
        let Some([low, high]) = self.range else { return 0.0 };
        let axis = Axis { low, high, log: self.chart.log_y, start: height, end: 0.0 };
        let widths = marks(&axis).into_iter().map(|tick| font::width(&tick.label, sizes.small));
        widths.fold(0.0, f64::max) + 10.0
    }

    /// Room for the last values on the right.
    pub fn right_width(&self, sizes: &Sizes) -> f64 {
        let lasts = self.chart.series.iter().filter_map(|series| {
            series
                .points
                .iter()
                .rev()
                .find(|point| is_showable(self.chart, point))
                .map(|(_, value)| value_label(*value))
        });
        lasts.map(|label| font::width(&label, sizes.small) + 12.0).fold(0.0, f64::max)
    }

    /// Room for the name and the legend above; the legend takes a row of its own where both do not fit into
    /// one.
    pub fn header_height(&self, room: f64, sizes: &Sizes) -> f64 {
        let rows = if self.name_width(sizes) + self.legend_width(sizes) <= room { 1.0 } else { 2.0 };
        rows * 1.7 * sizes.label
    }

    /// Steps that one point of a line stands for, if it is a mean.
    pub fn averaged_steps(&self, x: &Axis) -> Option<u64> {
        let is_crowded = self.chart.series.iter().any(|series| is_crowded(series, x));
        let per_column = MEAN_COLUMN * (x.high - x.low) / (x.end - x.start);
        (is_crowded && self.range.is_some()).then_some(per_column.round() as u64)
    }

    fn name_width(&self, sizes: &Sizes) -> f64 {
        font::width(&self.chart.title, sizes.label) + font::width(&self.chart.y_label, sizes.small) + 32.0
    }

    fn legend_width(&self, sizes: &Sizes) -> f64 {
        let entry = SAMPLE + LEGEND_GAPS[0] + LEGEND_GAPS[1];
        self.named().map(|series| entry + font::width(&series.name, sizes.small)).sum()
    }

    fn named(&self) -> impl Iterator<Item = &'a Series> {
        self.chart.series.iter().filter(|series| !series.name.is_empty())
    }
}

fn is_crowded(series: &Series, x: &Axis) -> bool {
    series.points.len() as f64 * MEAN_COLUMN >= CROWD * (x.end - x.start).abs()
}

fn marks(axis: &Axis) -> Vec<Tick> {
    axis.ticks(MARKS_APART)
}

/// Draws a chart into its frame; `stamped` are the places of the live changes, which are drawn already.
pub(super) fn draw_lane(sheet: &mut Sheet, lane: &Lane<'_>, x: &Axis, stamped: &[f64]) {
    draw_header(sheet, lane);
    let Some([low, high]) = lane.range else {
        let middle = [lane.frame.x + lane.frame.width / 2.0, lane.frame.y + lane.frame.height / 2.0];
        let style = sheet.small(sheet.palette.muted).middle();
        sheet.scene.text(middle, NOTHING_YET, style);
        return;
    };
    let y = Axis { low, high, log: lane.chart.log_y, start: lane.frame.bottom(), end: lane.frame.y };
    let drawn: Vec<Drawn> = lane.chart.series.iter().map(|series| drawn(lane, series, x, &y)).collect();
    draw_grid(sheet, lane.frame, &y);
    for (series, drawn) in lane.chart.series.iter().zip(&drawn) {
        let stroke = stroke(sheet, series);
        let pale = Stroke {
            color: mixed(stroke.color, sheet.palette.page, 0.72),
            width: sheet.sizes.unit,
            dash: None,
        };
        draw_parts(sheet, &drawn.band, pale);
    }
    let curves = drawn.iter().flat_map(|drawn| drawn.band.iter().chain(&drawn.line)).cloned();
    let stamps = stamped.iter().map(|x| vec![[*x, lane.frame.y], [*x, lane.frame.bottom()]]);
    let obstacles: Vec<Vec<[f64; 2]>> = curves.chain(stamps).collect();
    draw_remarks(sheet, lane, &obstacles, [x, &y]);
    for (series, drawn) in lane.chart.series.iter().zip(&drawn) {
        draw_parts(sheet, &drawn.line, stroke(sheet, series));
    }
    draw_ends(sheet, lane, &drawn, &y);
}

/// A curve in page units: broken where values are missing, thinned or averaged, and cut at the frame.
fn drawn(lane: &Lane<'_>, series: &Series, x: &Axis, y: &Axis) -> Drawn {
    let is_crowded = is_crowded(series, x);
    let mut drawn = Drawn { band: Vec::new(), line: Vec::new(), last: None };
    let cut = |points: Vec<[f64; 2]>| match points.as_slice() {
        // A value alone is a dot.
        [_] => vec![points],
        _ => clip(&points, lane.frame.y, lane.frame.bottom()),
    };
    for run in series.points.split(|point| !is_showable(lane.chart, point)).filter(|run| !run.is_empty()) {
        let placed: Vec<[f64; 2]> =
            run.iter().map(|(step, value)| [x.place(*step), y.place(*value)]).collect();
        let thinned = cut(decimate(&placed, COLUMN));
        if is_crowded {
            let averaged = means(run.iter().map(|(step, value)| [x.place(*step), *value]), MEAN_COLUMN);
            drawn.last = averaged.last().map(|[_, value]| *value);
            drawn.line.extend(cut(averaged.into_iter().map(|[at, value]| [at, y.place(value)]).collect()));
            drawn.band.extend(thinned);
        } else {
            drawn.last = run.last().map(|(_, value)| *value);
            drawn.line.extend(thinned);
        }
    }
    drawn
}

fn draw_header(sheet: &mut Sheet, lane: &Lane<'_>) {
    let (sizes, palette, frame) = (sheet.sizes, sheet.palette, lane.frame);
    let baseline = lane.header_top + sizes.label;
    let style = sheet.label(palette.text).strong();
    sheet.scene.text([frame.x, baseline], lane.chart.title.as_str(), style);
    let after =
        if lane.chart.title.is_empty() { 0.0 } else { font::width(&lane.chart.title, sizes.label) + 10.0 };
    let style = sheet.small(palette.muted);
    sheet.scene.text([frame.x + after, baseline], lane.chart.y_label.as_str(), style);

    let is_one_row = lane.header_height(frame.width, &sizes) < 2.0 * sizes.label;
    let row = if is_one_row { baseline } else { baseline + 1.7 * sizes.label };
    let mut x = frame.right() - lane.legend_width(&sizes) + LEGEND_GAPS[0];
    for series in lane.named() {
        let stroke = stroke(sheet, series);
        let middle = row - 0.33 * sizes.small;
        sheet.scene.line([x, middle], [x + SAMPLE, middle], stroke);
        x += SAMPLE + LEGEND_GAPS[1];
        sheet.scene.text([x, row], series.name.as_str(), style);
        x += font::width(&series.name, sizes.small) + LEGEND_GAPS[0];
    }
}

fn stroke(sheet: &Sheet, series: &Series) -> Stroke {
    let stroke = Stroke::solid(sheet.palette.data(series.color), 1.7 * sheet.sizes.unit);
    if series.held_out { stroke.dashed(5.0, 3.0) } else { stroke }
}

fn draw_grid(sheet: &mut Sheet, frame: Area, y: &Axis) {
    let (sizes, palette) = (sheet.sizes, sheet.palette);
    let line = sheet.hairline(palette.line);
    let style = sheet.small(palette.muted).end();
    for tick in marks(y) {
        // On whole pixels, so that all lines of the grid look alike.
        let height = y.place(tick.value).round() + 0.5;
        sheet.scene.line([frame.x, height], [frame.right(), height], line);
        sheet.scene.text([frame.x - 8.0, height + 0.35 * sizes.small], tick.label, style);
    }
    let floor = frame.bottom() + 0.5;
    sheet.scene.line([frame.x, floor], [frame.right(), floor], sheet.hairline(palette.axis));
}

fn draw_parts(sheet: &mut Sheet, parts: &[Vec<[f64; 2]>], stroke: Stroke) {
    for part in parts {
        match part.as_slice() {
            [point] => sheet.scene.circle(*point, 1.5 * stroke.width, stroke.color),
            _ => sheet.scene.polyline(part.clone(), stroke),
        };
    }
}

/// Thin lines to compare with and their names, and where a curve starts that enters the frame through its
/// top.
fn draw_remarks(sheet: &mut Sheet, lane: &Lane<'_>, lines: &[Vec<[f64; 2]>], [x, y]: [&Axis; 2]) {
    let (sizes, frame) = (sheet.sizes, lane.frame);
    let mut ground = Ground::new(frame, lines);
    let references = || lane.chart.reference_lines.iter().filter(|line| line.value.is_finite());
    for value in references().map(|line| line.value).filter(|value| (y.low..=y.high).contains(value)) {
        let height = y.place(value);
        let dashed = sheet.hairline(sheet.palette.muted).dashed(2.0, 3.0);
        sheet.scene.line([frame.x, height], [frame.right(), height], dashed);
        ground.take(Area::new(frame.x, height - 0.5, frame.width, 1.0));
    }
    for reference in references() {
        let text = reference_text(reference, y);
        let width = font::width(&text, sizes.small);
        let height = y.place(reference.value.clamp(y.low, y.high));
        let tops = [height - sizes.small - 4.0, height + 4.0];
        let lefts = [frame.right() - width - 4.0, frame.x + 6.0, frame.x + 0.5 * (frame.width - width)];
        ground.write(sheet, &text, tops.into_iter().flat_map(|top| lefts.map(|left| [left, top])));
    }
    if let Some((value, enters)) = start_above(lane.chart, y.high) {
        let left = x.place(enters) + 8.0;
        let places = (0..6)
            .flat_map(|row| [0.0, 16.0, 32.0].map(|by| [left + by, frame.y + f64::from(row) * sizes.small]));
        ground.write(sheet, &format!("starts at {}", value_label(value)), places);
    }
}

fn reference_text(reference: &Reference, y: &Axis) -> String {
    let value = value_label(reference.value);
    match reference.value {
        above if above > y.high => format!("{} {value}, above this chart", reference.label),
        below if below < y.low => format!("{} {value}, below this chart", reference.label),
        _ => format!("{} {value}", reference.label),
    }
}

/// The last value of each curve, at its end and in its colour, moved apart where they would touch.
fn draw_ends(sheet: &mut Sheet, lane: &Lane<'_>, drawn: &[Drawn], y: &Axis) {
    let small = sheet.sizes.small;
    let lasts = lane.chart.series.iter().zip(drawn).filter_map(|(series, drawn)| Some((series, drawn.last?)));
    let mut ends: Vec<(f64, f64, [u8; 3])> =
        lasts.map(|(series, value)| (y.place(value), value, sheet.palette.data(series.color))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let heights =
        apart(ends.iter().map(|end| end.0).collect(), 1.2 * small, [lane.frame.y, lane.frame.bottom()]);
    for ((_, value, color), height) in ends.into_iter().zip(heights) {
        let style = sheet.small(color).strong();
        sheet.scene.text([lane.frame.right() + 8.0, height + 0.35 * small], value_label(value), style);
    }
}
