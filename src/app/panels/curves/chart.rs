//! Draws one chart: a title line with the latest values, the curves, reference lines, stamps, and values under the
//! pointer.

use eframe::egui::{
    Align, Align2, Color32, CornerRadius, FontId, Layout, Painter, Pos2, Rangef, Rect, RichText, Sense,
    Shape, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use egui_plot::{
    AxisHints, FilledArea, GridMark, HPlacement, Line, Plot, PlotBounds, PlotPoint, PlotPoints,
    PlotTransform, PlotUi,
};

use crate::app::theme::Theme;
use crate::app::widgets::heading;
use crate::look::{DataColor, Tick, count_label, linear_ticks, log_ticks, value_label};

use super::model::{self, Boundary, Chart, Column, Stamp, Term};

/// Width of a column of pixels into which a long curve is thinned, in points.
const COLUMN_POINTS: f32 = 1.5;
/// Room for the numbers on the left, the same for all charts so that their steps stand below each other.
const AXIS_WIDTH: f32 = 40.0;
/// Chips of stamps at most; older ones keep their line.
const CHIPS: usize = 4;

/// What all charts of a panel share.
pub struct Frame<'a> {
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// Equal ratios are equal steps.
    pub is_log: bool,
    /// The last step of the axis.
    pub last_step: f64,
    /// Live changes.
    pub stamps: &'a [Stamp],
    /// Where the stages of the training begin.
    pub stages: &'a [Boundary],
    /// The step under the pointer, over any of the charts.
    pub hovered_step: Option<f64>,
    /// How wide everything is, in points.
    pub width: f32,
}

impl Frame<'_> {
    /// The colour of a term.
    fn color(&self, term: Term) -> Color32 {
        match term {
            Term::Reconstruction | Term::Layers | Term::SquaredError => self.theme.reconstruction,
            Term::Objective => self.theme.data(DataColor::Objective),
            Term::Penalty(penalty) => self.theme.parameter(penalty.weight_key()),
        }
    }

    fn thinned(&self, points: &[[f64; 2]]) -> Vec<Column> {
        let columns = ((self.width - AXIS_WIDTH) / COLUMN_POINTS).max(20.0);
        model::columns(points, (self.last_step / f64::from(columns)).max(1e-9))
    }

    /// The run before, no further than this one has come: what it cost at the same steps.
    fn past(&self, chart: &Chart) -> [Vec<[f64; 2]>; 2] {
        let [train, held_out] = chart.past.each_ref().map(|points| {
            let end = points.partition_point(|point| point[0] <= self.last_step);
            self.thinned(&points[..end])
        });
        [
            model::smoothed(&train, self.last_step),
            held_out.iter().map(|column| [column.x, column.mean]).collect(),
        ]
    }

    /// Where values stand on the axis.
    fn placed(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        points.iter().filter_map(|[x, y]| Some([*x, model::axis_value(*y, self.is_log)?])).collect()
    }
}

/// A chart's curves, thinned, and the axis they are drawn on.
struct Drawing {
    color: Color32,
    /// Stage by stage: no line leads over a stage in which nothing was measured.
    batches: Vec<Vec<Column>>,
    train: Vec<Vec<[f64; 2]>>,
    held_out: Vec<[f64; 2]>,
    /// The run before, as far as the axis goes: over training batches, and over held-out images.
    past: [Vec<[f64; 2]>; 2],
    low: f64,
    high: f64,
}

/// Draws a chart of this height, title line and all; the answer is the step under the pointer.
pub fn chart_ui(ui: &mut Ui, frame: &Frame<'_>, chart: &Chart, height: f32, is_first: bool) -> Option<f64> {
    let color = frame.color(chart.term);
    let top = ui.cursor().top();
    title_line(ui, frame.theme, chart, color);
    let plot_height = (height - (ui.cursor().top() - top)).max(24.0);
    let batches = model::by_stage(&frame.thinned(&chart.train), frame.stages);
    let train: Vec<_> = batches.iter().map(|stage| model::smoothed(stage, frame.last_step)).collect();
    let held_out: Vec<[f64; 2]> =
        frame.thinned(&chart.held_out).iter().map(|column| [column.x, column.mean]).collect();
    let past = frame.past(chart);
    let curves: Vec<&[[f64; 2]]> = train.iter().chain([&held_out, &past[0]]).map(Vec::as_slice).collect();
    let [low, high] = model::range(chart, &curves, frame.is_log);
    let drawing = Drawing { color, batches, train, held_out, past, low, high };
    let plot =
        plot(chart.title, frame, &drawing, plot_height).show(ui, |plot| draw_curves(plot, frame, &drawing));
    plot.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{} chart", chart.title)));
    let over = Over { frame, painter: ui.painter_at(plot.response.rect.expand(2.0)), to: plot.transform };
    over.references(chart, [low, high]);
    over.stages(ui, is_first);
    over.stamps(is_first);
    if let Some(step) = frame.hovered_step {
        over.values(chart, color, step);
    }
    let pointer = plot.response.hover_pos().filter(|at| plot.transform.frame().contains(*at));
    pointer.map(|at| plot.transform.value_from_position(at).x)
}

/// An empty chart with numbers on the left: it cannot be dragged or zoomed, and draws no chrome of its own.
fn plot<'a>(name: &'static str, frame: &Frame<'a>, drawing: &Drawing, height: f32) -> Plot<'a> {
    let theme = frame.theme;
    let Drawing { low, high, .. } = *drawing;
    let marks = marks(low, high, frame.is_log, height, theme.scale);
    let labels = marks.clone();
    let nearest_label = move |at: f64| {
        let off = |mark: &(f64, String)| (mark.0 - at).abs();
        labels
            .iter()
            .min_by(|a, b| off(a).total_cmp(&off(b)))
            .map(|(_, label)| label.clone())
            .unwrap_or_default()
    };
    let axis = AxisHints::new_y()
        .placement(HPlacement::Left)
        .min_thickness(AXIS_WIDTH * theme.scale)
        .label_spacing(Rangef::new(1.0, 2.0))
        .tick_label_color(theme.muted)
        .tick_label_font(theme.small())
        .formatter(move |mark, _| nearest_label(mark.value));
    Plot::new(name)
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
        // One step size for all marks, so that all lines are equally strong.
        .y_grid_spacer(move |_| {
            marks.iter().map(|(at, _)| GridMark { value: *at, step_size: high - low }).collect()
        })
        .custom_y_axes(vec![axis])
}

/// The batches as they come, pale; the held-out curve; and the mean of the batches on top.
fn draw_curves(plot: &mut PlotUi<'_>, frame: &Frame<'_>, drawing: &Drawing) {
    let Drawing { color, batches, train, held_out, past, low, high } = drawing;
    plot.set_plot_bounds(PlotBounds::from_min_max([0.0, *low], [frame.last_step.max(1.0), *high]));
    for batches in batches.iter().filter(|stage| stage.iter().any(|column| column.high > column.low)) {
        let at = |value: f64| model::axis_value(value, frame.is_log).unwrap_or(*low);
        let edge = |value: fn(&Column) -> f64| batches.iter().map(value).map(at).collect::<Vec<f64>>();
        let steps: Vec<f64> = batches.iter().map(|column| column.x).collect();
        let band = FilledArea::new("batches", &steps, &edge(|c| c.low), &edge(|c| c.high));
        plot.add(band.fill_color(frame.theme.faded(*color, 0.14)).allow_hover(false));
    }
    let means: Vec<Vec<[f64; 2]>> =
        batches.iter().map(|stage| stage.iter().map(|column| [column.x, column.mean]).collect()).collect();
    let [past_train, past_held_out] = past;
    let grey = frame.theme.muted;
    let faded = frame.theme.faded(*color, 0.3);
    let mut lines = vec![
        ("held out, before", past_held_out, frame.theme.faded(grey, 0.5), 1.0),
        ("train, before", past_train, frame.theme.faded(grey, 0.9), 1.6),
    ];
    lines.extend(means.iter().map(|stage| ("batch means", stage, faded, 1.0)));
    lines.push(("held out", held_out, held_out_color(frame.theme, *color), 1.3));
    lines.extend(train.iter().map(|stage| ("train", stage, *color, 2.0)));
    for (name, points, color, width) in lines {
        let points = PlotPoints::from(frame.placed(points));
        plot.line(Line::new(name, points).color(color).width(width).allow_hover(false));
    }
}

/// Held-out curves stand back a little: the eye compares, and does not take one for the other.
fn held_out_color(theme: &Theme, color: Color32) -> Color32 {
    color.lerp_to_gamma(theme.muted, 0.55)
}

/// What is measured, and the latest of it.
fn title_line(ui: &mut Ui, theme: &Theme, chart: &Chart, color: Color32) {
    let [train, held_out] = chart.latest();
    let small = |text: String, color: Color32| RichText::new(text).font(theme.small()).color(color);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        heading(ui, theme, chart.title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(held_out) = held_out {
                let text = format!("held out {}", value_label(held_out));
                ui.label(small(text, held_out_color(theme, color)));
            }
            if let Some(train) = train {
                ui.label(small(format!("train {}", value_label(train)), color));
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

/// Where the axis has marks, and what they say.
fn marks(low: f64, high: f64, is_log: bool, height: f32, scale: f32) -> Vec<(f64, String)> {
    let most = ((height / (30.0 * scale)) as usize).clamp(2, 7);
    let at = |tick: Tick| {
        let value = if is_log { tick.value.log10() } else { tick.value };
        (value, tick.label)
    };
    let ticks = if is_log {
        log_ticks(10_f64.powf(low), 10_f64.powf(high), most)
    } else {
        linear_ticks(low, high, most)
    };
    ticks.into_iter().map(at).collect()
}

/// Draws over a chart.
struct Over<'a> {
    frame: &'a Frame<'a>,
    painter: Painter,
    to: PlotTransform,
}

impl Over<'_> {
    fn x(&self, step: f64) -> f32 {
        self.to.position_from_point(&PlotPoint::new(step, 0.0)).x
    }

    fn y(&self, value: f64) -> Option<f32> {
        let at = model::axis_value(value, self.frame.is_log)?;
        Some(self.to.position_from_point(&PlotPoint::new(0.0, at)).y)
    }

    /// Thin lines to compare with; one that is out of the picture is named at the edge it lies behind.
    fn references(&self, chart: &Chart, [low, high]: [f64; 2]) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        for reference in &chart.references {
            let Some(at) = model::axis_value(reference.value, self.frame.is_log) else {
                continue;
            };
            let value = value_label(reference.value);
            if at < low || at > high {
                let (edge, anchor, arrow) = match at < low {
                    // Costs fall to the right, so there is room at the left.
                    true => (area.left_bottom() + vec2(4.0, -1.0), Align2::LEFT_BOTTOM, "↓"),
                    false => (area.right_top() + vec2(-2.0, 1.0), Align2::RIGHT_TOP, "↑"),
                };
                self.words(edge, anchor, &format!("{} {value} {arrow}", reference.label), theme.muted);
                continue;
            }
            let y = self.to.position_from_point(&PlotPoint::new(0.0, at)).y;
            let path = [pos2(area.left(), y), pos2(area.right(), y)];
            let stroke = Stroke::new(1.0, theme.muted);
            self.painter.extend(Shape::dashed_line(&path, stroke, 2.0, 3.0));
            let below = y - area.top() < 14.0 * theme.scale;
            let (at, anchor) = match below {
                true => (pos2(area.right() - 2.0, y + 1.0), Align2::RIGHT_TOP),
                false => (pos2(area.right() - 2.0, y - 1.0), Align2::RIGHT_BOTTOM),
            };
            self.words(at, anchor, &format!("{} {value}", reference.label), theme.muted);
        }
    }

    /// A thin line where a stage begins, and over the first chart what is trained from there on.
    fn stages(&self, ui: &Ui, has_names: bool) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        for (number, stage) in self.frame.stages.iter().enumerate() {
            let x = self.x(stage.step);
            if stage.step > 0.0 {
                self.painter.vline(x, area.y_range(), Stroke::new(1.0, theme.muted));
            }
            if !has_names {
                continue;
            }
            let end = self.frame.stages.get(number + 1).map_or(area.right(), |next| self.x(next.step));
            let galley = self.painter.layout_no_wrap(stage.label.clone(), theme.small(), theme.text);
            let rect = Rect::from_min_size(pos2(x + 4.0, area.top()), galley.size());
            let id = ui.scope_id().with(("stage", number));
            let response = ui.interact(rect.intersect(area), id, Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &stage.label));
            if rect.right() <= end + 1.0 {
                self.painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 3, theme.faded(theme.panel, 0.7));
                self.painter.galley(rect.min, galley, theme.text);
            }
        }
    }

    /// A line through every chart where something was changed, and over the first one what it was.
    fn stamps(&self, has_chips: bool) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        for stamp in self.frame.stamps {
            let stroke = Stroke::new(1.2, theme.faded(theme.accent, 0.85));
            self.painter.vline(self.x(stamp.step), area.y_range(), stroke);
        }
        if !has_chips {
            return;
        }
        let mut taken: Vec<Rect> = Vec::new();
        for stamp in self.frame.stamps.iter().rev().take(CHIPS) {
            let galley = self.painter.layout_no_wrap(stamp.label.clone(), theme.small(), theme.on_accent);
            let size = galley.size() + vec2(10.0, 3.0);
            let x = self.x(stamp.step);
            // To the left of its line, unless it would stick out there; below chips that are in the way.
            let left = if x - size.x - 2.0 >= area.left() { x - size.x - 2.0 } else { x + 2.0 };
            let mut chip = Rect::from_min_size(pos2(left, area.top() + 16.0 * theme.scale), size);
            while taken.iter().any(|other| other.intersects(chip)) {
                chip = chip.translate(vec2(0.0, size.y + 2.0));
            }
            if chip.bottom() > area.bottom() {
                continue;
            }
            self.painter.rect_filled(chip, CornerRadius::same(6), theme.accent);
            self.painter.galley(chip.min + vec2(5.0, 1.5), galley, theme.on_accent);
            taken.push(chip);
        }
    }

    /// A hair through the charts at the pointer, and the values there.
    fn values(&self, chart: &Chart, color: Color32, step: f64) {
        let theme = self.frame.theme;
        let area = *self.to.frame();
        let x = self.x(step).clamp(area.left(), area.right());
        self.painter.vline(x, area.y_range(), Stroke::new(1.0, theme.faded(theme.muted, 0.7)));
        let [train, held_out] = chart.at(step);
        let mut lines = Vec::new();
        for (point, name, color) in
            [(train, "train", color), (held_out, "held out", held_out_color(theme, color))]
        {
            let Some([at, value]) = point else { continue };
            if let Some(y) = self.y(value) {
                self.painter.circle_filled(pos2(self.x(at), y), 3.0, color);
            }
            lines.push((format!("{name} {}", value_label(value)), color));
        }
        let step = train.or(held_out).map_or(step, |point| point[0]);
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

    fn words(&self, at: Pos2, anchor: Align2, words: &str, color: Color32) {
        let font: FontId = self.frame.theme.small();
        let galley = self.painter.layout_no_wrap(words.to_owned(), font, color);
        let rect = anchor.anchor_size(at, galley.size());
        // Curves may pass behind the words; a little of the panel's ground keeps them readable.
        self.painter.rect_filled(
            rect,
            CornerRadius::same(3),
            self.frame.theme.faded(self.frame.theme.panel, 0.7),
        );
        self.painter.galley(rect.min, galley, color);
    }
}

/// The steps below the lowest chart: where it begins, and where it is. The answer is the room between.
pub fn steps_line(ui: &mut Ui, frame: &Frame<'_>) -> Rect {
    let theme = frame.theme;
    let size = vec2(ui.available_width(), 14.0 * theme.scale);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let left = rect.left_center() + vec2(AXIS_WIDTH * theme.scale, 0.0);
    let first = ui.painter().text(left, Align2::LEFT_CENTER, "step 0", theme.small(), theme.muted);
    let last = count_label(frame.last_step as u64);
    let last = ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, last, theme.small(), theme.muted);
    Rect::from_x_y_ranges(first.right() + 8.0..=last.left() - 8.0, rect.y_range())
}
