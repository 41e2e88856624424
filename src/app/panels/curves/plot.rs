//! Draws one chart with egui_plot: a title line with the latest values, the curves, reference lines, live changes, and
//! the values under the pointer.

use std::cell::RefCell;

use eframe::egui::{
    Align, Align2, Color32, CornerRadius, Layout, Painter, Pos2, Rangef, Rect, RichText, Sense, Shape,
    Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use egui_plot::{
    AxisHints, FilledArea, GridMark, HPlacement, Line, Plot, PlotBounds, PlotPoint, PlotPoints,
    PlotTransform, PlotUi, Points,
};

use crate::app::theme::Theme;
use crate::app::widgets::{heading, text_width};
use crate::chart::{Chart, CurveKind, Curves, PixelColumn, Resolution, ThinCurve, ValueAxis};
use crate::look::{DataColor, Tick, count_label, value_label};

/// Width of a column of pixels into which a long curve is thinned, in points.
const COLUMN_POINTS: f32 = 1.5;
/// Room for the numbers on the left, the same for all charts so that their steps are below each other.
const AXIS_WIDTH: f32 = 40.0;
/// The most letters of a number on the left.
const LONGEST: usize = 6;
/// Most labels of live changes; older ones keep their line.
const LABELS: usize = 4;

/// What all charts of a panel share.
pub struct Frame<'a> {
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// What is shown.
    pub curves: &'a Curves,
    /// The columns that curves are thinned to, and the last step of the axis.
    pub resolution: Resolution,
    /// The step under the pointer, over any of the charts.
    pub hovered_step: Option<f64>,
}

/// How many columns of pixels a panel of this width draws its curves in.
pub fn columns(width: f32) -> usize {
    ((width - AXIS_WIDTH) / COLUMN_POINTS).max(20.0) as usize
}

/// A chart's curves as they are drawn, and their axis.
struct Drawing<'a> {
    theme: &'a Theme,
    color: Color32,
    curves: &'a [ThinCurve],
    axis: ValueAxis,
}

impl Drawing<'_> {
    fn color(&self, kind: CurveKind, own: Option<DataColor>) -> Color32 {
        let color = own.map_or(self.color, |color| self.theme.data(color));
        match kind {
            CurveKind::Training | CurveKind::OtherTraining => color,
            // It stays back a little: the eye compares, and does not take one for the other.
            CurveKind::HeldOut | CurveKind::OtherHeldOut => color.lerp_to_gamma(self.theme.muted, 0.55),
        }
    }

    /// Where values are on the axis.
    fn placed(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        points.iter().filter_map(|[x, y]| Some([*x, self.axis.at(*y)?])).collect()
    }
}

/// The width of a curve's line, in points.
fn line_width(kind: CurveKind) -> f32 {
    match kind {
        CurveKind::Training => 2.0,
        CurveKind::HeldOut => 1.3,
        CurveKind::OtherTraining => 1.6,
        CurveKind::OtherHeldOut => 1.0,
    }
}

/// Draws a chart of this height, title line and all; the answer is the step under the pointer.
pub fn chart_ui(ui: &mut Ui, frame: &Frame<'_>, chart: &Chart, height: f32, is_first: bool) -> Option<f64> {
    let theme = frame.theme;
    let curves = chart.thinned(frame.resolution);
    let axis = chart.axis(&curves, frame.curves.is_log);
    // A chart whose values have no place, such as zeros on a logarithmic axis, is empty.
    let axis = axis.unwrap_or(ValueAxis { low: 0.0, high: 1.0, is_log: frame.curves.is_log });
    let drawing = Drawing { theme, color: theme.data(chart.color), curves: &curves, axis };
    let top = ui.cursor().top();
    title_line(ui, chart, &drawing);
    let plot_height = (height - (ui.cursor().top() - top)).max(24.0);
    let plot = empty_plot(&chart.title, &drawing, plot_height)
        .show(ui, |plot| draw_curves(plot, frame.resolution.last_step, &drawing));
    plot.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{} chart", chart.title)));
    let painter = ui.painter_at(plot.response.rect.expand(2.0));
    let over = Over { frame, drawing: &drawing, painter, to: plot.transform, taken: RefCell::default() };
    over.stages(ui, is_first);
    over.references(chart);
    over.changes(is_first);
    if let Some(step) = frame.hovered_step {
        over.values(chart, step);
    }
    let pointer = plot.response.hover_pos().filter(|at| plot.transform.frame().contains(*at));
    pointer.map(|at| plot.transform.value_from_position(at).x)
}

/// An empty chart with numbers on the left: it cannot be dragged or zoomed, and draws no chrome of its own.
fn empty_plot<'a>(name: &str, drawing: &Drawing<'a>, height: f32) -> Plot<'a> {
    let Drawing { theme, axis: ValueAxis { low, high, .. }, .. } = *drawing;
    let most = ((height / (30.0 * theme.scale)) as usize).clamp(2, 7);
    let ticks = drawing.axis.ticks(most);
    let labelled = ticks.clone();
    let nearest_label = move |at: f64| {
        let off = |tick: &&Tick| (tick.value - at).abs();
        let nearest = labelled.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        let label = nearest.map(|tick| (tick.label.clone(), value_label(tick.value)));
        // Between two values that are nearly the same, ticks have more digits than there is room for.
        label.map(|(label, short)| if label.len() > LONGEST { short } else { label }).unwrap_or_default()
    };
    let hints = AxisHints::new_y()
        .placement(HPlacement::Left)
        .min_thickness(AXIS_WIDTH * theme.scale)
        .label_spacing(Rangef::new(1.0, 2.0))
        .tick_label_color(theme.muted)
        .tick_label_font(theme.small())
        .formatter(move |mark, _| nearest_label(mark.value));
    Plot::new(name.to_owned())
        .height(height)
        .sense(Sense::hover())
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_background(false)
        .show_axes([false, true])
        .show_grid([false, true])
        .show_x(false)
        .show_y(false)
        .label_formatter(|_| None)
        .grid_color(theme.line)
        .grid_fade(0.0)
        // One step size for all ticks, so that all lines are equally strong.
        .y_grid_spacer(move |_| {
            ticks.iter().map(|tick| GridMark { value: tick.value, step_size: high - low }).collect()
        })
        .custom_y_axes(vec![hints])
}

/// Single batches, pale; and every curve over them.
fn draw_curves(plot: &mut PlotUi<'_>, last_step: f64, drawing: &Drawing<'_>) {
    let ValueAxis { low, high, .. } = drawing.axis;
    plot.set_plot_bounds(PlotBounds::from_min_max([0.0, low], [last_step.max(1.0), high]));
    let training = drawing.curves.iter().filter(|curve| curve.kind == CurveKind::Training);
    for curve in training {
        let color = drawing.color(curve.kind, curve.color);
        curve.parts.iter().for_each(|part| draw_batches(plot, drawing, &part.columns, color));
    }
    for curve in drawing.curves {
        let (color, width) = (drawing.color(curve.kind, curve.color), line_width(curve.kind));
        for part in &curve.parts {
            let placed = drawing.placed(&part.line);
            if let [point] = placed.as_slice() {
                plot.points(
                    Points::new(curve.name.clone(), *point).color(color).radius(width).allow_hover(false),
                );
            } else {
                let line = Line::new(curve.name.clone(), PlotPoints::from(placed));
                plot.line(line.color(color).width(width).allow_hover(false));
            }
        }
    }
}

/// What single batches cover, and the mean of each column.
fn draw_batches(plot: &mut PlotUi<'_>, drawing: &Drawing<'_>, columns: &[PixelColumn], color: Color32) {
    if columns.iter().any(|column| column.high > column.low) {
        let at = |value: f64| drawing.axis.at(value).unwrap_or(drawing.axis.low);
        let edge = |value: fn(&PixelColumn) -> f64| columns.iter().map(value).map(at).collect::<Vec<f64>>();
        let steps: Vec<f64> = columns.iter().map(|column| column.step).collect();
        let band = FilledArea::new("batches", &steps, &edge(|c| c.low), &edge(|c| c.high));
        plot.add(band.fill_color(drawing.theme.faded(color, 0.14)).allow_hover(false));
    }
    let means: Vec<[f64; 2]> = columns.iter().map(|column| [column.step, column.mean]).collect();
    let line = Line::new("batch means", PlotPoints::from(drawing.placed(&means)));
    plot.line(line.color(drawing.theme.faded(color, 0.3)).width(1.0).allow_hover(false));
}

/// What is measured, and the latest of it.
fn title_line(ui: &mut Ui, chart: &Chart, drawing: &Drawing<'_>) {
    let theme = drawing.theme;
    let small = |text: String, color: Color32| RichText::new(text).font(theme.small()).color(color);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        heading(ui, theme, &chart.title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for curve in drawing.curves.iter().filter(|curve| !curve.kind.is_of_another()) {
                if let Some(latest) = curve.latest {
                    let text = format!("{} {}", curve.name, value_label(latest));
                    if text_width(ui, theme, &text) > ui.available_width() {
                        continue;
                    }
                    ui.label(small(text, drawing.color(curve.kind, curve.color)));
                }
            }
            if let Some(unit) = unit_that_fits(ui, theme, &chart.unit) {
                ui.label(small(unit.to_owned(), theme.muted));
            }
        });
    });
}

/// As much of a unit as there is room for: all of it, the part before "per", or nothing.
fn unit_that_fits<'a>(ui: &Ui, theme: &Theme, unit: &'a str) -> Option<&'a str> {
    let room = ui.available_width() - 8.0;
    let width =
        |words: &str| ui.painter().layout_no_wrap(words.to_owned(), theme.small(), theme.muted).size().x;
    [Some(unit), unit.split(" per ").next()].into_iter().flatten().find(|words| width(words) < room)
}

/// Draws over a chart.
struct Over<'a> {
    frame: &'a Frame<'a>,
    drawing: &'a Drawing<'a>,
    painter: Painter,
    to: PlotTransform,
    /// Where there are words already.
    taken: RefCell<Vec<Rect>>,
}

impl Over<'_> {
    fn x(&self, step: f64) -> f32 {
        self.to.position_from_point(&PlotPoint::new(step, 0.0)).x
    }

    fn y(&self, value: f64) -> Option<f32> {
        let at = self.drawing.axis.at(value)?;
        Some(self.to.position_from_point(&PlotPoint::new(0.0, at)).y)
    }

    /// Thin lines to compare with; one that is out of the picture is named at the edge it is behind.
    fn references(&self, chart: &Chart) {
        let theme = self.frame.theme;
        let (area, axis) = (*self.to.frame(), &self.drawing.axis);
        for reference in &chart.references {
            let (Some(at), Some(y)) = (axis.at(reference.value), self.y(reference.value)) else {
                continue;
            };
            let (place, anchor) = if at < axis.low {
                // Costs fall to the right, so there is room at the left.
                (area.left_bottom() + vec2(4.0, -1.0), Align2::LEFT_BOTTOM)
            } else if at > axis.high {
                (area.right_top() + vec2(-2.0, 1.0), Align2::RIGHT_TOP)
            } else {
                let path = [pos2(area.left(), y), pos2(area.right(), y)];
                let stroke = Stroke::new(1.0, theme.muted);
                self.painter.extend(Shape::dashed_line(&path, stroke, 2.0, 3.0));
                let is_high = y - area.top() < 14.0 * theme.scale;
                if is_high {
                    (pos2(area.right() - 2.0, y + 1.0), Align2::RIGHT_TOP)
                } else {
                    (pos2(area.right() - 2.0, y - 1.0), Align2::RIGHT_BOTTOM)
                }
            };
            let short = format!("{} {}", reference.label, value_label(reference.value));
            self.words(place, anchor, [&reference.text(axis), &short]);
        }
    }

    /// A thin line where a stage begins, and over the first chart what is trained from there on.
    fn stages(&self, ui: &Ui, has_names: bool) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        for (number, stage) in self.frame.curves.stages.iter().enumerate() {
            let x = self.x(stage.step);
            if stage.step > 0.0 {
                self.painter.vline(x, area.y_range(), Stroke::new(1.0, theme.muted));
            }
            if !has_names {
                continue;
            }
            let end = self.frame.curves.stages.get(number + 1).map_or(area.right(), |next| self.x(next.step));
            let galley = self.painter.layout_no_wrap(stage.label.clone(), theme.small(), theme.text);
            let rect = Rect::from_min_size(pos2(x + 4.0, area.top()), galley.size());
            let id = ui.scope_id().with(("stage", number));
            let response = ui.interact(rect.intersect(area), id, Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &stage.label));
            if rect.right() <= end + 1.0 {
                self.painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 3, theme.faded(theme.panel, 0.7));
                self.painter.galley(rect.min, galley, theme.text);
                self.taken.borrow_mut().push(rect);
            }
        }
    }

    /// A line through every chart where something was changed, and over the first one what it was.
    fn changes(&self, has_labels: bool) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        for stamp in &self.frame.curves.changes {
            let stroke = Stroke::new(1.2, theme.faded(theme.accent, 0.85));
            self.painter.vline(self.x(stamp.step), area.y_range(), stroke);
        }
        if !has_labels {
            return;
        }
        let mut taken = self.taken.borrow_mut();
        for stamp in self.frame.curves.changes.iter().rev().take(LABELS) {
            let galley = self.painter.layout_no_wrap(stamp.label.clone(), theme.small(), theme.on_accent);
            let size = galley.size() + vec2(10.0, 3.0);
            let x = self.x(stamp.step);
            // To the left of its line, unless it would stick out there; below labels that are in the way.
            let left = if x - size.x - 2.0 >= area.left() { x - size.x - 2.0 } else { x + 2.0 };
            let mut rect = Rect::from_min_size(pos2(left, area.top() + 16.0 * theme.scale), size);
            while taken.iter().any(|other| other.intersects(rect)) {
                rect = rect.translate(vec2(0.0, size.y + 2.0));
            }
            if rect.bottom() > area.bottom() {
                continue;
            }
            self.painter.rect_filled(rect, CornerRadius::same(6), theme.accent);
            self.painter.galley(rect.min + vec2(5.0, 1.5), galley, theme.on_accent);
            taken.push(rect);
        }
    }

    /// A thin line through the charts at the pointer, and the values there.
    fn values(&self, chart: &Chart, step: f64) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        let x = self.x(step).clamp(area.left(), area.right());
        self.painter.vline(x, area.y_range(), Stroke::new(1.0, theme.faded(theme.muted, 0.7)));
        let mut lines = Vec::new();
        let mut nearest_step = None;
        for kind in [CurveKind::Training, CurveKind::HeldOut] {
            let Some((curve, [at, value])) =
                chart.curve(kind).and_then(|curve| Some((curve, curve.nearest(step)?)))
            else {
                continue;
            };
            let color = self.drawing.color(kind, curve.color);
            if let Some(y) = self.y(value) {
                self.painter.circle_filled(pos2(self.x(at), y), 3.0, color);
            }
            lines.push((format!("{} {}", curve.name, value_label(value)), color));
            nearest_step = nearest_step.or(Some(at));
        }
        // Of another run its training, or its evaluations where only these are drawn.
        let shown = match chart.curve(CurveKind::OtherTraining) {
            Some(_) => CurveKind::OtherTraining,
            None => CurveKind::OtherHeldOut,
        };
        for curve in chart.curves.iter().filter(|curve| curve.kind == shown) {
            let Some([_, value]) = curve.nearest(step) else { continue };
            let color = self.drawing.color(CurveKind::Training, curve.color);
            lines.push((format!("{} {}", curve.name, value_label(value)), color));
        }
        let step = nearest_step.unwrap_or(step);
        lines.insert(0, (format!("step {}", count_label(step.max(0.0) as u64)), theme.muted));
        self.note(pos2(x, area.top()), &lines);
    }

    /// Lines of words in a box beside a place, on the side with more room.
    fn note(&self, at: Pos2, lines: &[(String, Color32)]) {
        let theme = self.frame.theme;
        let galleys: Vec<_> = lines
            .iter()
            .map(|(text, color)| self.painter.layout_no_wrap(text.clone(), theme.small(), *color))
            .collect();
        let width = galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max) + 12.0;
        let height = galleys.iter().map(|galley| galley.size().y).sum::<f32>() + 8.0;
        let left = if at.x > self.to.frame().center().x { at.x - width - 6.0 } else { at.x + 6.0 };
        let rect = Rect::from_min_size(pos2(left, at.y + 2.0), vec2(width, height));
        self.painter.rect(
            rect,
            CornerRadius::same(4),
            theme.raised,
            theme.line_stroke(),
            StrokeKind::Outside,
        );
        let mut cursor = rect.min + vec2(6.0, 4.0);
        for galley in galleys {
            let next = cursor + vec2(0.0, galley.size().y);
            self.painter.galley(cursor, galley, theme.text);
            cursor = next;
        }
    }

    /// The first of these words that has room at a place, or else above or below it; nothing where there is no room.
    fn words(&self, at: Pos2, anchor: Align2, words: [&str; 2]) {
        let theme = self.frame.theme;
        let area = self.to.frame().expand(2.0);
        let upwards = if anchor.y() == Align::Max { -1.0 } else { 1.0 };
        let mut taken = self.taken.borrow_mut();
        for words in words {
            let galley = self.painter.layout_no_wrap(words.to_owned(), theme.small(), theme.muted);
            let first = anchor.anchor_size(at, galley.size());
            let places =
                (0..4).map(|line| first.translate(vec2(0.0, upwards * line as f32 * first.height())));
            let is_free =
                |rect: &Rect| area.contains_rect(*rect) && !taken.iter().any(|other| other.intersects(*rect));
            let Some(rect) = places.into_iter().find(is_free) else { continue };
            // Curves may pass behind the words; a little of the panel's ground keeps them readable.
            self.painter.rect_filled(rect, CornerRadius::same(3), theme.faded(theme.panel, 0.7));
            self.painter.galley(rect.min, galley, theme.muted);
            taken.push(rect);
            return;
        }
    }
}

/// The steps below the lowest chart: where it begins, and where it is. The answer is the room between.
pub fn steps_line(ui: &mut Ui, frame: &Frame<'_>) -> Rect {
    let theme = frame.theme;
    let size = vec2(ui.available_width(), 14.0 * theme.scale);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let left = rect.left_center() + vec2(AXIS_WIDTH * theme.scale, 0.0);
    let first = ui.painter().text(left, Align2::LEFT_CENTER, "step 0", theme.small(), theme.muted);
    let last = count_label(frame.resolution.last_step as u64);
    let last = ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, last, theme.small(), theme.muted);
    Rect::from_x_y_ranges(first.right() + 8.0..=last.left() - 8.0, rect.y_range())
}
