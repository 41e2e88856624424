//! Learning curves as a figure: one chart below another over the same steps, with the live changes marked through all
//! of them. What is shown is decided in [`crate::chart`]; this file lays it out on a page.

use super::axes::{self, Axis};
use super::chart::{Lane, Marks, draw_lane};
use super::page::{Layout, NOMINAL_WIDTH, Page, Sizes};
use super::{Caption, Figure};
use crate::chart::scene::{Area, Scene, TextStyle};
use crate::chart::{Curves, Stamp};
use crate::export::font;
use crate::look::{ColorScheme, count_label};

/// The learning curves of a run on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurvesFigure {
    /// Its title; none is drawn when empty.
    pub title: String,
    /// The curves.
    pub curves: Curves,
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

/// The name of the horizontal axis.
const STEPS: &str = "step";

impl Figure for CurvesFigure {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        let Some(last_step) = self.curves.last_step() else {
            return Page::nothing(&self.title, caption, theme);
        };
        let steps = [0.0, last_step.max(1.0)];
        let sizes = Sizes::for_width(NOMINAL_WIDTH);
        let lane = |chart| Lane::new(chart, steps[1], self.curves.is_log);
        let mut lanes: Vec<Lane<'_>> = self.curves.charts.iter().map(lane).collect();
        let heights = heights(lanes.len());
        let lefts =
            lanes.iter().enumerate().map(|(index, lane)| lane.left_width(heights[index.min(1)], &sizes));
        let left = lefts.fold(0.0, f64::max).ceil();
        let right = lanes.iter().map(|lane| lane.right_width(&sizes)).fold(0.0, f64::max).ceil();
        let axis = Axis::linear(steps, [left, NOMINAL_WIDTH - right]);
        let (stamps, rows) = self.place_stamps(&axis, &sizes);
        let height = stack(&mut lanes, &axis, rows as f64 * stamp_height(&sizes), &sizes);

        let content = [NOMINAL_WIDTH, height + axes::height_below(&sizes)];
        let notes = self.notes(lanes.iter().find_map(Lane::averaged_steps));
        let mut page =
            Page::new(&Layout { title: &self.title, caption, notes: &notes, content, sizes, theme });
        let corner = [page.content.x, page.content.y];
        let axis = Axis::linear(steps, [axis.start + corner[0], axis.end + corner[0]]);
        for lane in &mut lanes {
            lane.frame = Area { x: lane.frame.x + corner[0], y: lane.frame.y + corner[1], ..lane.frame };
            lane.header_top += corner[1];
        }
        let changes = stamps.iter().map(|stamp| stamp.x + corner[0]).collect();
        let names = draw_stages(&mut page, &lanes, &axis, &self.curves.stages);
        let mut marks = Marks { changes, names };
        draw_stamps(&mut page, &lanes, &stamps);
        for lane in &lanes {
            draw_lane(&mut page, lane, &axis, &marks);
            // Only the first chart has the names of stages.
            marks.names.clear();
        }
        if let Some(last) = lanes.last() {
            axes::draw_below(&mut page, last.frame, &axis, 80.0);
            axes::draw_name_below(&mut page, last.frame, STEPS);
        }
        page.scene
    }
}

impl CurvesFigure {
    fn notes(&self, averaged_steps: Option<u64>) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(steps) = averaged_steps {
            let steps = count_label(steps);
            notes.push(format!("pale: single batches; solid: their mean over {steps} steps"));
        }
        let left_out = [
            (self.curves.not_finite(), "left out as not finite"),
            (self.curves.without_logarithm(), "left out as not above zero on a logarithmic axis"),
        ];
        let said = left_out.into_iter().filter(|(count, _)| *count > 0);
        notes.extend(said.map(|(count, why)| format!("{why}: {}", values_label(count))));
        notes
    }

    /// Where the live changes are, and in how many rows their labels fit without touching.
    fn place_stamps(&self, axis: &Axis, sizes: &Sizes) -> (Vec<PlacedStamp<'_>>, usize) {
        let mut ends = [f64::NEG_INFINITY; STAMP_ROWS];
        let mut used = 0;
        let inside = self.curves.changes.iter().filter(|stamp| (axis.low..=axis.high).contains(&stamp.step));
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

/// A thin line where each stage begins, and its name in the first chart if it fits before the next. Returns where the
/// names are.
fn draw_stages(page: &mut Page, lanes: &[Lane<'_>], axis: &Axis, stages: &[Stamp]) -> Vec<Area> {
    let small = page.sizes.small;
    let mut names = Vec::new();
    let inside: Vec<&Stamp> =
        stages.iter().filter(|stage| (axis.low..axis.high).contains(&stage.step)).collect();
    for (number, stage) in inside.iter().enumerate() {
        let x = axis.place(stage.step).round() + 0.5;
        let end = inside.get(number + 1).map_or(axis.end, |next| axis.place(next.step));
        if stage.step > axis.low {
            let stroke = page.hairline(page.palette.axis);
            for lane in lanes {
                page.scene.line([x, lane.frame.y], [x, lane.frame.bottom()], stroke);
            }
        }
        let width = font::width(&stage.label, small);
        if let Some(first) = lanes.first()
            && width + 8.0 <= end - x
        {
            let style = page.small(page.palette.muted);
            page.scene.text([x + 4.0, first.frame.y + 1.1 * small], stage.label.as_str(), style);
            names.push(Area::new(x + 4.0, first.frame.y + 0.2 * small, width, small));
        }
    }
    names
}

/// A line through all charts for each live change, its label above the first chart where it hides no data.
fn draw_stamps(page: &mut Page, lanes: &[Lane<'_>], stamps: &[PlacedStamp<'_>]) {
    let Some(first) = lanes.first() else { return };
    let (sizes, palette) = (page.sizes, page.palette);
    let (row_height, left) = (stamp_height(&sizes), page.content.x);
    for stamp in stamps {
        let x = left + stamp.x;
        let stroke = page.hairline(palette.accent);
        for lane in lanes {
            page.scene.line([x, lane.frame.y], [x, lane.frame.bottom()], stroke);
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
        page.scene.line([x, area.bottom()], [x, first.frame.y], stroke);
        page.scene.rect(area, 4.0, palette.accent);
        let at = [(area.x + area.right()) / 2.0, area.y + area.height / 2.0 + 0.35 * sizes.small];
        page.scene.text(at, stamp.text, TextStyle::new(sizes.small, palette.on_accent).strong().middle());
    }
}
