//! One chart among the learning curves: its grid, its lines, and the names of the lines.

use super::NOTHING_YET;
use super::axes::Axis;
use super::clip::clip;
use super::labels::{FreeSpace, spread_apart};
use super::page::{NOMINAL_WIDTH, Page, Sizes};
use crate::chart::scene::{Area, Stroke};
use crate::chart::{Chart, CurveKind, PixelColumn, Resolution, ThinCurve, ValueAxis};
use crate::export::font;
use crate::look::{Rgb, Tick, mixed, value_label};

/// Width of a column within which a curve is thinned: one and a half pixels, three in a picture at scale 2.
const COLUMN: f64 = 1.5;
/// Length of a line in the legend.
const SAMPLE: f64 = 20.0;
/// Space between two entries of the legend, and between a line and its name.
const LEGEND_GAPS: [f64; 2] = [16.0, 6.0];
/// The least distance of two ticks of the vertical axis.
const TICKS_APART: f64 = 26.0;

/// A chart and where it is on the page.
pub(super) struct Lane<'a> {
    /// What it shows.
    pub chart: &'a Chart,
    /// The plane of its data.
    pub frame: Area,
    /// Top of its name, above the frame and the labels of live changes.
    pub header_top: f64,
    /// Its curves, thinned to columns of pixels; those of this run last.
    curves: Vec<ThinCurve>,
    /// Its vertical axis; none when there is nothing to show.
    axis: Option<ValueAxis>,
}

impl<'a> Lane<'a> {
    /// A chart whose place is not known yet.
    pub fn new(chart: &'a Chart, last_step: f64, is_log: bool) -> Self {
        let columns = (NOMINAL_WIDTH / COLUMN) as usize;
        let curves = chart.thinned(Resolution { columns, last_step });
        let axis = chart.axis(&curves, is_log);
        Self { chart, frame: Area::new(0.0, 0.0, 0.0, 0.0), header_top: 0.0, curves, axis }
    }

    /// Room for the numbers on the left, of a frame of a height.
    pub fn left_width(&self, height: f64, sizes: &Sizes) -> f64 {
        let Some(axis) = &self.axis else { return 0.0 };
        let widths = ticks(axis, height).into_iter().map(|tick| font::width(&tick.label, sizes.small));
        widths.fold(0.0, f64::max) + 10.0
    }

    /// Room for the latest values on the right.
    pub fn right_width(&self, sizes: &Sizes) -> f64 {
        let labels = self.ends().map(|(_, value)| value_label(value));
        labels.map(|label| font::width(&label, sizes.small) + 12.0).fold(0.0, f64::max)
    }

    /// The curves that say their latest value at their end: those of this run.
    fn ends(&self) -> impl Iterator<Item = (&ThinCurve, f64)> {
        let own = self.curves.iter().filter(|curve| !curve.kind.is_of_another());
        own.filter_map(|curve| Some((curve, curve.latest?)))
    }

    /// Room for the name and the legend above; the legend takes a row of its own where both do not fit into
    /// one.
    pub fn header_height(&self, room: f64, sizes: &Sizes) -> f64 {
        let rows = if self.name_width(sizes) + self.legend_width(sizes) <= room { 1.0 } else { 2.0 };
        rows * 1.7 * sizes.label
    }

    /// How many steps a point of a line is the mean of, if it is one.
    pub fn averaged_steps(&self) -> Option<u64> {
        self.curves.iter().filter(|curve| !curve.kind.is_of_another()).find_map(ThinCurve::averaged_steps)
    }

    fn name_width(&self, sizes: &Sizes) -> f64 {
        font::width(&self.chart.title, sizes.label) + font::width(&self.chart.unit, sizes.small) + 32.0
    }

    fn legend_width(&self, sizes: &Sizes) -> f64 {
        let entry = SAMPLE + LEGEND_GAPS[0] + LEGEND_GAPS[1];
        self.curves.iter().map(|curve| entry + font::width(&curve.name, sizes.small)).sum()
    }

    fn color(&self, page: &Page, curve: &ThinCurve) -> Rgb {
        page.palette.data(curve.color.unwrap_or(self.chart.color))
    }

    fn stroke(&self, page: &Page, curve: &ThinCurve) -> Stroke {
        let stroke = Stroke::solid(self.color(page, curve), 1.7 * page.sizes.unit);
        match curve.kind {
            CurveKind::Training | CurveKind::OtherTraining => stroke,
            CurveKind::HeldOut | CurveKind::OtherHeldOut => stroke.dashed(5.0, 3.0),
        }
    }
}

/// The ticks of an axis so many pixels long.
fn ticks(axis: &ValueAxis, length: f64) -> Vec<Tick> {
    axis.ticks((length / TICKS_APART) as usize)
}

/// From steps and values to places on the page.
struct PageAxes<'a> {
    x: &'a Axis,
    y: Axis,
    values: &'a ValueAxis,
}

impl PageAxes<'_> {
    /// The height of a value; none where it has no place on the axis.
    fn height(&self, value: f64) -> Option<f64> {
        Some(self.y.place(self.values.at(value)?))
    }

    /// A line on the page, cut at the frame. A point alone stays.
    fn line(&self, points: &[[f64; 2]], frame: &Area) -> Vec<Vec<[f64; 2]>> {
        let place = |[step, value]: &[f64; 2]| Some([self.x.place(*step), self.height(*value)?]);
        let placed: Vec<[f64; 2]> = points.iter().filter_map(place).collect();
        match placed.as_slice() {
            [[_, y]] => {
                if (frame.y..=frame.bottom()).contains(y) {
                    vec![placed]
                } else {
                    Vec::new()
                }
            }
            _ => clip(&placed, frame.y, frame.bottom()),
        }
    }
}

/// What is drawn in a frame before its curves.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// Where the lines of live changes are.
    pub changes: Vec<f64>,
    /// Where the names of stages are.
    pub names: Vec<Area>,
}

/// Draws a chart into its frame, in which the marks are drawn already.
pub(super) fn draw_lane(page: &mut Page, lane: &Lane<'_>, x: &Axis, marks: &Marks) {
    draw_header(page, lane);
    let Some(values) = &lane.axis else {
        let middle = [lane.frame.x + lane.frame.width / 2.0, lane.frame.y + lane.frame.height / 2.0];
        let style = page.small(page.palette.muted).middle();
        page.scene.text(middle, NOTHING_YET, style);
        return;
    };
    let y = Axis::linear([values.low, values.high], [lane.frame.bottom(), lane.frame.y]);
    let places = PageAxes { x, y, values };
    draw_grid(page, lane.frame, &places);
    let mut drawn: Vec<Vec<[f64; 2]>> = Vec::new();
    let noisy = lane.curves.iter().filter(|curve| curve.kind == CurveKind::Training);
    for (curve, part) in noisy.flat_map(|curve| curve.parts.iter().map(move |part| (curve, part))) {
        let color = mixed(lane.color(page, curve), page.palette.page, 0.72);
        let band = places.line(&band(&part.columns), &lane.frame);
        draw_parts(page, &band, Stroke::solid(color, page.sizes.unit));
        drawn.extend(band);
    }
    let lines: Vec<(Stroke, Vec<Vec<[f64; 2]>>)> = lane
        .curves
        .iter()
        .map(|curve| (lane.stroke(page, curve), &curve.parts))
        .flat_map(|(stroke, parts)| parts.iter().map(move |part| (stroke, part)))
        .map(|(stroke, part)| (stroke, places.line(&part.line, &lane.frame)))
        .collect();
    drawn.extend(lines.iter().flat_map(|(_, parts)| parts).cloned());
    drawn.extend(marks.changes.iter().map(|x| vec![[*x, lane.frame.y], [*x, lane.frame.bottom()]]));
    let mut space = FreeSpace::new(lane.frame, &drawn);
    marks.names.iter().for_each(|name| space.take(*name));
    draw_remarks(page, lane, space, &places);
    for (stroke, parts) in lines {
        draw_parts(page, &parts, stroke);
    }
    draw_ends(page, lane, &places);
}

/// Up and down through the extremes of every column: what single batches cover.
fn band(columns: &[PixelColumn]) -> Vec<[f64; 2]> {
    if columns.iter().all(|column| column.low == column.high) {
        return columns.iter().map(|column| [column.step, column.mean]).collect();
    }
    columns.iter().flat_map(|column| [[column.step, column.low], [column.step, column.high]]).collect()
}

fn draw_header(page: &mut Page, lane: &Lane<'_>) {
    let (sizes, palette, frame) = (page.sizes, page.palette, lane.frame);
    let baseline = lane.header_top + sizes.label;
    let style = page.label(palette.text).strong();
    page.scene.text([frame.x, baseline], lane.chart.title.as_str(), style);
    let after =
        if lane.chart.title.is_empty() { 0.0 } else { font::width(&lane.chart.title, sizes.label) + 10.0 };
    let style = page.small(palette.muted);
    page.scene.text([frame.x + after, baseline], lane.chart.unit.as_str(), style);

    let is_one_row = lane.header_height(frame.width, &sizes) < 2.0 * sizes.label;
    let row = if is_one_row { baseline } else { baseline + 1.7 * sizes.label };
    let mut x = frame.right() - lane.legend_width(&sizes) + LEGEND_GAPS[0];
    for curve in lane.curves.iter().rev() {
        let stroke = lane.stroke(page, curve);
        let middle = row - 0.33 * sizes.small;
        page.scene.line([x, middle], [x + SAMPLE, middle], stroke);
        x += SAMPLE + LEGEND_GAPS[1];
        page.scene.text([x, row], curve.name.as_str(), style);
        x += font::width(&curve.name, sizes.small) + LEGEND_GAPS[0];
    }
}

fn draw_grid(page: &mut Page, frame: Area, places: &PageAxes<'_>) {
    let (sizes, palette) = (page.sizes, page.palette);
    let line = page.hairline(palette.line);
    let style = page.small(palette.muted).end();
    for tick in ticks(places.values, frame.height) {
        // On whole pixels, so that all lines of the grid look alike.
        let height = places.y.place(tick.value).round() + 0.5;
        page.scene.line([frame.x, height], [frame.right(), height], line);
        page.scene.text([frame.x - 8.0, height + 0.35 * sizes.small], tick.label, style);
    }
    let floor = frame.bottom() + 0.5;
    page.scene.line([frame.x, floor], [frame.right(), floor], page.hairline(palette.axis));
}

fn draw_parts(page: &mut Page, parts: &[Vec<[f64; 2]>], stroke: Stroke) {
    for part in parts {
        match part.as_slice() {
            [point] => page.scene.circle(*point, 1.5 * stroke.width, stroke.color),
            _ => page.scene.polyline(part.clone(), stroke),
        };
    }
}

/// Thin lines to compare with and their names, and where a curve starts that enters the frame through its
/// top.
fn draw_remarks(page: &mut Page, lane: &Lane<'_>, mut space: FreeSpace<'_>, places: &PageAxes<'_>) {
    let (sizes, frame) = (page.sizes, lane.frame);
    let references =
        || lane.chart.references.iter().filter_map(|line| Some((line, places.height(line.value)?)));
    for (_, height) in references().filter(|(_, height)| (frame.y..=frame.bottom()).contains(height)) {
        let dashed = page.hairline(page.palette.muted).dashed(2.0, 3.0);
        page.scene.line([frame.x, height], [frame.right(), height], dashed);
        space.take(Area::new(frame.x, height - 0.5, frame.width, 1.0));
    }
    for (reference, height) in references() {
        let text = reference.text(places.values);
        let width = font::width(&text, sizes.small);
        let height = height.clamp(frame.y, frame.bottom());
        let tops = [height - sizes.small - 4.0, height + 4.0];
        let lefts = [frame.right() - width - 4.0, frame.x + 6.0, frame.x + 0.5 * (frame.width - width)];
        space.write(page, &text, tops.into_iter().flat_map(|top| lefts.map(|left| [left, top])));
    }
    if let Some(start) = lane.chart.start_above(places.values) {
        let left = places.x.place(start.enters) + 8.0;
        let rows = (0..6).map(|row| frame.y + f64::from(row) * sizes.small);
        let corners = rows.flat_map(|top| [0.0, 16.0, 32.0, 96.0].map(|by| [left + by, top]));
        space.write_if_free(page, &format!("starts at {}", value_label(start.value)), corners);
    }
}

/// The latest value of each curve, at its end and in its colour, moved apart where they would touch.
fn draw_ends(page: &mut Page, lane: &Lane<'_>, places: &PageAxes<'_>) {
    let (small, frame) = (page.sizes.small, lane.frame);
    let end = |(curve, value): (&ThinCurve, f64)| {
        let height = places.height(value)?.clamp(frame.y, frame.bottom());
        Some((height, value, lane.color(page, curve)))
    };
    let mut ends: Vec<(f64, f64, Rgb)> = lane.ends().filter_map(end).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let heights =
        spread_apart(ends.iter().map(|end| end.0).collect(), 1.2 * small, [frame.y, frame.bottom()]);
    for ((_, value, color), height) in ends.into_iter().zip(heights) {
        let style = page.small(color).strong();
        page.scene.text([frame.right() + 8.0, height + 0.35 * small], value_label(value), style);
    }
}
