//! Learning curves: one chart below another over the same steps, with the live changes marked through all of
//! them.

use super::axes::{self, Axis};
use super::chart::{Lane, draw_lane};
use super::sheet::{Layout, NOMINAL_WIDTH, Sheet, Sizes};
use super::{Caption, Figure};
use crate::export::font;
use crate::export::scene::{Area, Scene, TextStyle};
use crate::look::{ColorScheme, DataColor, count_label};

/// Curves over the steps of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// What it is; none is drawn when empty.
    pub title: String,
    /// The charts from top to bottom; the first is the largest.
    pub charts: Vec<Chart>,
    /// Live changes, marked through all charts.
    pub stamps: Vec<Stamp>,
    /// Where stages of the training begin, marked by thin lines and named in the first chart.
    pub stages: Vec<Stamp>,
    /// Name of the common axis, such as step.
    pub x_label: String,
}

/// One chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What is measured, such as Reconstruction.
    pub title: String,
    /// Its unit, such as nats per image.
    pub y_label: String,
    /// The curves.
    pub series: Vec<Series>,
    /// Values to compare with.
    pub reference_lines: Vec<Reference>,
    /// Whether equal ratios are equal steps.
    pub log_y: bool,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend, such as train.
    pub name: String,
    /// What it is drawn with.
    pub color: DataColor,
    /// Whether it was measured on held-out images: such curves are dashed.
    pub held_out: bool,
    /// Step and value, in the order of the steps.
    pub points: Vec<(f64, f64)>,
}

/// A value that a curve is compared with, such as the cost of predicting the mean image.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: f64,
}

/// A live change.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The step it acted on.
    pub step: f64,
    /// What changed, such as `β 1 → 2`.
    pub label: String,
}

/// A stamp and the row and place of its label.
struct PlacedStamp<'a> {
    x: f64,
    text: &'a str,
    /// Left and right edge of the label, and its row; none when no row had room.
    label: Option<([f64; 2], usize)>,
}

/// The most rows of labels above the first chart.
const STAMP_ROWS: usize = 3;

impl Figure for Curves {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        let Some(steps) = self.steps() else {
            return Sheet::nothing(&self.title, caption, theme);
        };
        let sizes = Sizes::for_width(NOMINAL_WIDTH);
        let mut lanes: Vec<Lane<'_>> = self.charts.iter().map(|chart| Lane::new(chart, steps)).collect();
        let heights = heights(lanes.len());
        let lefts =
            lanes.iter().enumerate().map(|(index, lane)| lane.left_width(heights[index.min(1)], &sizes));
        let left = lefts.fold(0.0, f64::max).ceil();
        let right = lanes.iter().map(|lane| lane.right_width(&sizes)).fold(0.0, f64::max).ceil();
        let axis = Axis::linear(steps, [left, NOMINAL_WIDTH - right]);
        let (stamps, rows) = self.place_stamps(&axis, &sizes);
        let height = stack(&mut lanes, &axis, rows as f64 * stamp_height(&sizes), &sizes);

        let content = [NOMINAL_WIDTH, height + axes::height_below(&sizes)];
        let averaged = lanes.iter().find_map(|lane| lane.averaged_steps(&axis));
        let notes = self.notes(averaged);
        let mut sheet =
            Sheet::new(&Layout { title: &self.title, caption, notes: &notes, content, sizes, theme });
        let corner = [sheet.content.x, sheet.content.y];
        let axis = Axis::linear(steps, [axis.start + corner[0], axis.end + corner[0]]);
        for lane in &mut lanes {
            lane.frame = Area { x: lane.frame.x + corner[0], y: lane.frame.y + corner[1], ..lane.frame };
            lane.header_top += corner[1];
        }
        let stamped: Vec<f64> = stamps.iter().map(|stamp| stamp.x + corner[0]).collect();
        draw_stages(&mut sheet, &lanes, &axis, &self.stages);
        draw_stamps(&mut sheet, &lanes, &stamps);
        for lane in &lanes {
            draw_lane(&mut sheet, lane, &axis, &stamped);
        }
        if let Some(last) = lanes.last() {
            axes::draw_below(&mut sheet, last.frame, &axis, 80.0);
            axes::draw_name_below(&mut sheet, last.frame, &self.x_label);
        }
        sheet.scene
    }
}

impl Curves {
    /// The first and the last step of all charts; from zero if the first is near it.
    fn steps(&self) -> Option<[f64; 2]> {
        let points = self.charts.iter().flat_map(|chart| &chart.series).flat_map(|series| &series.points);
        let steps =
            points.filter(|(step, value)| step.is_finite() && value.is_finite()).map(|(step, _)| *step);
        let (low, high) =
            steps.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), step| (l.min(step), h.max(step)));
        if low > high {
            return None;
        }
        let low = if (0.0..=0.1 * high).contains(&low) { 0.0 } else { low };
        // A single step still gets an axis.
        Some(if low < high { [low, high] } else { [low - 1.0, high + 1.0] })
    }

    fn notes(&self, averaged_steps: Option<u64>) -> Vec<String> {
        let values = || self.charts.iter().flat_map(|c| c.series.iter().map(move |s| (c, s)));
        let broken: usize = values()
            .map(|(_, series)| series.points.iter().filter(|(x, y)| !x.is_finite() || !y.is_finite()).count())
            .sum();
        let unloggable: usize = values()
            .filter(|(chart, _)| chart.log_y)
            .map(|(_, series)| series.points.iter().filter(|(_, y)| *y <= 0.0 && y.is_finite()).count())
            .sum();
        let mut notes = Vec::new();
        if let Some(steps) = averaged_steps {
            notes.push(format!("pale: single batches; solid: their mean over {steps} steps"));
        }
        if broken > 0 {
            notes.push(format!("left out as not finite: {}", values_label(broken)));
        }
        if unloggable > 0 {
            notes.push(format!(
                "left out as not above zero on a logarithmic axis: {}",
                values_label(unloggable)
            ));
        }
        notes
    }

    /// Where the stamps stand, and in how many rows their labels fit without touching.
    fn place_stamps(&self, axis: &Axis, sizes: &Sizes) -> (Vec<PlacedStamp<'_>>, usize) {
        let mut ends = [f64::NEG_INFINITY; STAMP_ROWS];
        let mut used = 0;
        let inside = self.stamps.iter().filter(|stamp| (axis.low..=axis.high).contains(&stamp.step));
        let placed = inside
            .map(|stamp| {
                // On whole pixels, so that all marks look alike.
                let x = axis.place(stamp.step).round() + 0.5;
                let width = font::width(&stamp.label, sizes.small) + sizes.small;
                let left = (x - width / 2.0).clamp(axis.start, (axis.end - width).max(axis.start));
                let row = ends.iter().position(|end| left >= end + 4.0);
                if let Some(row) = row {
                    ends[row] = left + width;
                    used = used.max(row + 1);
                }
                PlacedStamp { x, text: &stamp.label, label: row.map(|row| ([left, left + width], row)) }
            })
            .collect();
        (placed, used)
    }
}

fn values_label(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{} values", count_label(count as u64)) }
}

fn stamp_height(sizes: &Sizes) -> f64 {
    1.7 * sizes.small
}

/// Heights of the first frame and of each further one.
fn heights(lanes: usize) -> [f64; 2] {
    if lanes == 1 { [280.0, 0.0] } else { [200.0, 110.0] }
}

/// Gives each lane its frame, from the top of the content, and returns the height of all.
fn stack(lanes: &mut [Lane<'_>], axis: &Axis, stamps: f64, sizes: &Sizes) -> f64 {
    let heights = if lanes.len() == 1 { [280.0, 0.0] } else { [200.0, 110.0] };
    let mut y = 0.0;
    for (index, lane) in lanes.iter_mut().enumerate() {
        let height = heights[index.min(1)];
        lane.header_top = y;
        y += lane.header_height(axis.end - axis.start, sizes) + if index == 0 { stamps } else { 0.0 };
        lane.frame = Area::new(axis.start, y.round(), axis.end - axis.start, height);
        y = lane.frame.bottom() + 20.0;
    }
    y - 20.0
}

/// A thin line where each stage begins, and its name in the first chart as far as it fits before the next.
fn draw_stages(sheet: &mut Sheet, lanes: &[Lane<'_>], axis: &Axis, stages: &[Stamp]) {
    let small = sheet.sizes.small;
    let inside: Vec<&Stamp> =
        stages.iter().filter(|stage| (axis.low..axis.high).contains(&stage.step)).collect();
    for (number, stage) in inside.iter().enumerate() {
        let x = axis.place(stage.step).round() + 0.5;
        let end = inside.get(number + 1).map_or(axis.end, |next| axis.place(next.step));
        if stage.step > axis.low {
            let stroke = sheet.hairline(sheet.palette.axis);
            for lane in lanes {
                sheet.scene.line([x, lane.frame.y], [x, lane.frame.bottom()], stroke);
            }
        }
        if let Some(first) = lanes.first()
            && font::width(&stage.label, small) + 8.0 <= end - x
        {
            let style = sheet.small(sheet.palette.muted);
            sheet.scene.text([x + 4.0, first.frame.y + 1.1 * small], stage.label.as_str(), style);
        }
    }
}

/// A line through all charts for each live change, its label above the first chart where it hides no data.
fn draw_stamps(sheet: &mut Sheet, lanes: &[Lane<'_>], stamps: &[PlacedStamp<'_>]) {
    let Some(first) = lanes.first() else { return };
    let (sizes, palette) = (sheet.sizes, sheet.palette);
    let (row_height, left) = (stamp_height(&sizes), sheet.content.x);
    for stamp in stamps {
        let x = left + stamp.x;
        let stroke = sheet.hairline(palette.accent);
        for lane in lanes {
            sheet.scene.line([x, lane.frame.y], [x, lane.frame.bottom()], stroke);
        }
        let Some(([start, end], row)) = stamp.label else {
            continue;
        };
        let area = Area::new(
            left + start,
            first.frame.y - row_height * (row as f64 + 1.0),
            end - start,
            row_height - 3.0,
        );
        sheet.scene.line([x, area.bottom()], [x, first.frame.y], stroke);
        sheet.scene.rect(area, 4.0, palette.accent);
        let at = [(area.x + area.right()) / 2.0, area.y + area.height / 2.0 + 0.35 * sizes.small];
        sheet.scene.text(at, stamp.text, TextStyle::new(sizes.small, palette.on_accent).strong().middle());
    }
}
