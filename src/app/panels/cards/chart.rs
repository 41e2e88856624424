//! Draws bars and lines over quiet axes.

use eframe::egui::epaint::Mesh;
use eframe::egui::{Align2, Color32, Pos2, Rect, Response, Shape, Stroke, Ui, pos2, vec2};

use super::layout::{plane, range};
use crate::app::theme::{GRID, Theme};
use crate::engine::card::{Bars, Lines};
use crate::look::{DataColor, linear_ticks, named_places, value_label};

/// The least distance of two numbers on an axis, in points.
const APART: Pos2 = pos2(64.0, 34.0);

/// The plane of a chart and the values at its edges.
struct Axes<'a> {
    ui: &'a Ui,
    theme: &'a Theme,
    rect: Rect,
    x: [f64; 2],
    y: [f64; 2],
}

impl Axes<'_> {
    fn at(&self, x: f64, y: f64) -> Pos2 {
        let share = |value: f64, [low, high]: [f64; 2]| ((value - low) / (high - low).max(1e-12)) as f32;
        pos2(
            self.rect.left() + share(x, self.x) * self.rect.width(),
            self.rect.bottom() - share(y, self.y) * self.rect.height(),
        )
    }

    fn words(&self, at: Pos2, anchor: Align2, words: &str, color: Color32) -> Rect {
        self.ui.painter().text(at, anchor, words, self.theme.small(), color)
    }

    /// Lines across with their numbers, and the names of both axes.
    fn frame(&self, x: &str, y: &str) {
        let most = (self.rect.height() / (APART.y * self.theme.scale)) as usize;
        for tick in linear_ticks(self.y[0], self.y[1], most.clamp(2, 8)) {
            let at = self.at(self.x[0], tick.value).y;
            self.ui.painter().hline(self.rect.x_range(), at, self.theme.line_stroke());
            let place = pos2(self.rect.left() - 6.0, at);
            self.words(place, Align2::RIGHT_CENTER, &tick.label, self.theme.muted);
        }
        let stroke = Stroke::new(1.0, self.theme.muted);
        if self.y[0] <= 0.0 {
            self.ui.painter().hline(self.rect.x_range(), self.at(self.x[0], 0.0).y, stroke);
        }
        let above = pos2(self.rect.left() - 38.0 * self.theme.scale, self.rect.top() - 5.0);
        self.words(above, Align2::LEFT_BOTTOM, y, self.theme.text);
        let below = self.rect.right_bottom() + vec2(0.0, 19.0 * self.theme.scale);
        self.words(below, Align2::RIGHT_TOP, x, self.theme.text);
    }

    /// Numbers below.
    fn numbers(&self) {
        let most = (self.rect.width() / (APART.x * self.theme.scale)) as usize;
        for tick in linear_ticks(self.x[0], self.x[1], most.clamp(2, 12)) {
            let at = self.at(tick.value, self.y[0]);
            let foot = pos2(at.x, self.rect.bottom());
            self.ui.painter().vline(foot.x, foot.y..=foot.y + 3.0, self.theme.line_stroke());
            self.words(foot + vec2(0.0, 5.0), Align2::CENTER_TOP, &tick.label, self.theme.muted);
        }
    }

    /// A dashed line across with its name.
    fn level(&self, level: Option<&(String, f32)>) {
        let Some((name, value)) = level.filter(|(_, value)| value.is_finite()) else { return };
        let y = self.at(self.x[0], f64::from(*value)).y;
        let path = [pos2(self.rect.left(), y), pos2(self.rect.right(), y)];
        let stroke = Stroke::new(1.3, self.theme.text);
        self.ui.painter().extend(Shape::dashed_line(&path, stroke, 4.0, 3.0));
        let words = format!("{name} {}", value_label(f64::from(*value)));
        let anchor = if y - self.rect.top() < 16.0 { Align2::RIGHT_TOP } else { Align2::RIGHT_BOTTOM };
        let galley = self.ui.painter().layout_no_wrap(words, self.theme.small(), self.theme.text);
        let rect = anchor.anchor_size(pos2(self.rect.right() - 3.0, y), galley.size());
        self.ui.painter().rect_filled(
            rect.expand2(vec2(3.0, 0.0)),
            3,
            self.theme.faded(self.theme.panel, 0.8),
        );
        self.ui.painter().galley(rect.min, galley, self.theme.text);
    }
}

/// One bar per place.
pub fn bars(ui: &Ui, theme: &Theme, bars: &Bars, space: Rect, response: &Response) {
    let count = bars.values.len();
    let level = bars.level.iter().map(|(_, value)| *value);
    let axes = Axes {
        ui,
        theme,
        rect: plane(space, theme.scale),
        x: [0.0, count.max(1) as f64],
        y: range(bars.values.iter().copied().chain(level), true),
    };
    axes.frame(&bars.x, &bars.y);
    let pitch = axes.rect.width() / count.max(1) as f32;
    // Thin bars stand close, or there would be more gap than bar.
    let gap = if pitch > 6.0 { 0.18 * pitch } else { 0.0 };
    let mut mesh = Mesh::default();
    for (place, value) in bars.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let counts = bars.counted.get(place).copied().unwrap_or(true);
        let color = if counts { theme.accent } else { theme.faded(theme.muted, 0.55) };
        let foot = axes.at(place as f64, 0.0);
        let head = axes.at(place as f64 + 1.0, f64::from(*value));
        let rect = Rect::from_two_pos(foot, head);
        mesh.add_colored_rect(
            Rect::from_x_y_ranges(rect.left() + 0.5 * gap..=rect.right() - 0.5 * gap, rect.y_range()),
            color,
        );
    }
    ui.painter().add(Shape::mesh(mesh));
    axes.level(bars.level.as_ref());
    places(&axes, bars, pitch);
    if let Some(at) = response.hover_pos().filter(|at| axes.rect.contains(*at)) {
        let place = ((at.x - axes.rect.left()) / pitch) as usize;
        if let Some(value) = bars.values.get(place) {
            let words = format!("{}: {}", name_of(bars, place), value_label(f64::from(*value)));
            response.clone().on_hover_text_at_pointer(words);
        }
    }
}

fn name_of(bars: &Bars, place: usize) -> String {
    bars.names.get(place).cloned().unwrap_or_else(|| (place + 1).to_string())
}

/// As many names under the bars as there is room for.
fn places(axes: &Axes<'_>, bars: &Bars, pitch: f32) {
    let width = |place: usize| {
        let galley =
            axes.ui.painter().layout_no_wrap(name_of(bars, place), axes.theme.small(), axes.theme.muted);
        galley.size().x + GRID
    };
    let count = bars.values.len();
    let widest = (0..count.min(64)).map(width).chain(count.checked_sub(1).map(width)).fold(1.0, f32::max);
    let least = (widest / pitch.max(1e-3)).ceil().max(1.0) as usize;
    for place in named_places(count, least, bars.names.is_empty()) {
        let x = axes.rect.left() + (place as f32 + 0.5) * pitch;
        let at = pos2(x, axes.rect.bottom() + 5.0);
        axes.words(at, Align2::CENTER_TOP, &name_of(bars, place), axes.theme.muted);
    }
}

/// Lines with their names.
pub fn lines(ui: &Ui, theme: &Theme, lines: &Lines, space: Rect, response: &Response) {
    let points = || lines.series.iter().flat_map(|(_, points)| points.iter());
    let level = lines.level.iter().map(|(_, value)| *value);
    let [low, high] = points()
        .filter(|point| point[0].is_finite())
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], point| {
            [low.min(f64::from(point[0])), high.max(f64::from(point[0]))]
        });
    let x = if low < high { [low, high] } else { [0.0, 1.0] };
    let y = range(points().map(|point| point[1]).chain(level), false);
    let axes = Axes { ui, theme, rect: plane(space, theme.scale), x, y };
    axes.frame(&lines.x, &lines.y);
    axes.numbers();
    for (number, (_, points)) in lines.series.iter().enumerate() {
        let is_finite = |point: &&[f32; 2]| point.iter().all(|value| value.is_finite());
        let path: Vec<Pos2> = points
            .iter()
            .filter(is_finite)
            .map(|point| axes.at(f64::from(point[0]), f64::from(point[1])))
            .collect();
        // Few points are measurements and are seen as such.
        if path.len() <= 24 {
            path.iter().for_each(|at| {
                ui.painter().circle_filled(*at, 3.0, series_color(theme, number));
            });
        }
        ui.painter().add(Shape::line(path, Stroke::new(2.0, series_color(theme, number))));
    }
    axes.level(lines.level.as_ref());
    legend(&axes, lines);
    if let Some(at) = response.hover_pos().filter(|at| axes.rect.contains(*at)) {
        let share = f64::from((at.x - axes.rect.left()) / axes.rect.width());
        response.clone().on_hover_text_at_pointer(told(lines, x[0] + share * (x[1] - x[0])));
    }
}

/// One line has the colour of what can be acted upon; several are told apart as runs and classes are.
fn series_color(theme: &Theme, number: usize) -> Color32 {
    theme.data(DataColor::of_line(number))
}

/// The names of the lines, above the plane at its right end.
fn legend(axes: &Axes<'_>, lines: &Lines) {
    let mut right = axes.rect.right();
    for (number, (name, _)) in lines.series.iter().enumerate().rev().filter(|(_, (name, _))| !name.is_empty())
    {
        let at = pos2(right, axes.rect.top() - 5.0);
        let words = axes.words(at, Align2::RIGHT_BOTTOM, name, axes.theme.text);
        let (end, y) = (words.left() - 5.0, words.center().y);
        let stroke = Stroke::new(2.5, series_color(axes.theme, number));
        axes.ui.painter().hline(end - 16.0..=end, y, stroke);
        right = end - 16.0 - 12.0;
    }
}

/// The values of all lines where they pass a place.
fn told(lines: &Lines, x: f64) -> String {
    let nearest = |points: &[[f32; 2]]| {
        let off = |point: &[f32; 2]| (f64::from(point[0]) - x).abs();
        points.iter().copied().min_by(|a, b| off(a).total_cmp(&off(b)))
    };
    let said = lines.series.iter().filter_map(|(name, points)| {
        let [at, value] = nearest(points)?;
        let (at, value) = (value_label(f64::from(at)), value_label(f64::from(value)));
        Some(format!("{name} {value} at {at}"))
    });
    said.collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lines_say_at_a_place_names_each() {
        let lines = Lines {
            x: "atoms".to_owned(),
            y: "error".to_owned(),
            series: vec![
                ("codes".to_owned(), vec![[1.0, 30.0], [2.0, 20.0]]),
                ("pixels".to_owned(), vec![[2.0, 25.0]]),
            ],
            level: None,
        };
        assert_eq!(told(&lines, 1.9), "codes 20 at 2\npixels 25 at 2");
    }
}
