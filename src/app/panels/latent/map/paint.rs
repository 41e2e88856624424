//! Draws the map: tiles, axes, rings, the cloud, the nearest image's place and the point.

use eframe::egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2,
};
use std::f32::consts::TAU;

use crate::app::panels::{WHOLE, words_over};
use crate::app::pictures::Shown;
use crate::app::theme::{RADIUS_SMALL, Theme};
use crate::engine::WantedLattice;
use crate::look::{Tick, linear_ticks};

use crate::app::panels::latent::plane::geometry::{self, Latent, MapTransform};

/// The brightness of tiles beneath a cloud: the points come first.
const UNDER_CLOUD: f32 = 0.62;
/// How far apart ticks are, in points.
const TICK_POINTS: f32 = 84.0;
/// Radius of the point's ring.
pub const POINT_RADIUS: f32 = 8.5;

/// Tick labels for an edge of this length.
fn ticks([from, to]: [f32; 2], length: f32) -> Vec<Tick> {
    linear_ticks(f64::from(from), f64::from(to), (length / TICK_POINTS) as usize + 1)
}

/// A painter for the map, clipped to it.
pub struct Map<'a> {
    ui: &'a Ui,
    painter: Painter,
    theme: &'a Theme,
    transform: MapTransform,
}

impl<'a> Map<'a> {
    /// A painter for this plane.
    pub fn new(ui: &'a Ui, theme: &'a Theme, transform: MapTransform) -> Self {
        Self { ui, painter: ui.painter_at(transform.rect), theme, transform }
    }

    /// The background of the map.
    pub fn ground(&self) {
        self.painter.rect_filled(self.transform.rect, CornerRadius::same(RADIUS_SMALL), self.theme.picture);
    }

    /// The decoded tiles at the places they were decoded for, even if the view has changed since.
    pub fn tiles(&self, wanted: &WantedLattice, shown: Shown, is_line: bool, has_cloud: bool) {
        let x = geometry::whole_range(wanted.x, wanted.columns);
        let rect = if is_line {
            self.line_of_tiles(x, wanted.columns, shown)
        } else {
            self.transform.screen_rect(x, geometry::whole_range(wanted.y, wanted.rows))
        };
        let tint = Color32::WHITE.gamma_multiply(if has_cloud && !is_line { UNDER_CLOUD } else { 1.0 });
        self.painter.image(shown.id, rect, WHOLE, tint);
    }

    /// The single row of tiles of a code of one number, at the foot of the map.
    fn line_of_tiles(&self, x: [f32; 2], columns: usize, shown: Shown) -> Rect {
        let rect = self.transform.screen_rect(x, [0.0, 0.0]);
        let [width, height] = shown.size_px.map(|n| n as f32);
        let tile_height = rect.width() / columns.max(1) as f32 * height * columns as f32 / width.max(1.0);
        let foot = self.transform.rect.bottom() - 22.0 * self.theme.scale;
        Rect::from_x_y_ranges(rect.x_range(), foot - tile_height..=foot)
    }

    /// Lines through the origin, tick labels along the edges, and the names of the axes. No tick labels are drawn over the
    /// words at the foot of the map, which are `foot` high.
    pub fn axes(&self, names: [&str; 2], is_line: bool, foot: f32) {
        let MapTransform { rect, .. } = self.transform;
        let origin = self.transform.screen_from_latent([0.0, 0.0]);
        let stroke = Stroke::new(1.0, self.theme.faded(self.theme.over_picture, 0.4));
        self.painter.vline(origin.x, rect.y_range(), stroke);
        self.painter.hline(rect.x_range(), origin.y, stroke);
        let [x, y] = self.transform.bounds();
        let pad = 5.0;
        let name =
            self.painter.layout_no_wrap(names[0].to_owned(), self.theme.small(), self.theme.over_picture);
        let end = rect.right() - 28.0 - name.size().x;
        for tick in ticks(x, rect.width()) {
            let at = pos2(self.transform.screen_from_latent([tick.value as f32, 0.0]).x, rect.bottom() - pad);
            if at.x > rect.left() + 30.0 && at.x < end {
                self.words(at, Align2::CENTER_BOTTOM, &tick.label);
            }
        }
        self.words(rect.right_bottom() - vec2(2.0 * pad, pad), Align2::RIGHT_BOTTOM, names[0]);
        if is_line {
            return;
        }
        for tick in ticks(y, rect.height()) {
            let at =
                pos2(rect.left() + 2.0 * pad, self.transform.screen_from_latent([0.0, tick.value as f32]).y);
            if at.y > rect.top() + 30.0 && at.y < rect.bottom() - foot.max(24.0) {
                self.words(at, Align2::LEFT_CENTER, &tick.label);
            }
        }
        self.words(rect.left_top() + vec2(2.0 * pad, pad), Align2::LEFT_TOP, names[1]);
    }

    /// One and two standard deviations of the prior around its middle: circles, or marks on a line.
    pub fn rings(&self, [across, up]: Latent, is_line: bool) {
        let stroke = Stroke::new(1.2, self.theme.faded(self.theme.over_picture, 0.8));
        for sigma in [1.0, 2.0] {
            let name = format!("{sigma:.0}σ");
            if is_line {
                for side in [-sigma, sigma] {
                    let x = self.transform.screen_from_latent([side, 0.0]).x;
                    let path = [pos2(x, self.transform.rect.top()), pos2(x, self.transform.rect.bottom())];
                    self.painter.extend(Shape::dashed_line(&path, stroke, 4.0, 5.0));
                }
                let at =
                    pos2(self.transform.screen_from_latent([sigma, 0.0]).x, self.transform.rect.top() + 14.0);
                self.words(at, Align2::CENTER_CENTER, &name);
                continue;
            }
            let at = |turn: f32| {
                let (sin, cos) = (turn * TAU).sin_cos();
                self.transform.screen_from_latent([across + sigma * cos, up + sigma * sin])
            };
            let circle: Vec<Pos2> = (0..=96).map(|i| at(i as f32 / 96.0)).collect();
            self.painter.extend(Shape::dashed_line(&circle, stroke, 4.0, 5.0));
            self.words(at(0.125), Align2::CENTER_CENTER, &name);
        }
    }

    /// The painter, clipped to the map.
    pub fn painter(&self) -> &Painter {
        &self.painter
    }

    /// The transform to the screen.
    pub fn transform(&self) -> &MapTransform {
        &self.transform
    }

    /// A small ring at the place of the nearest image, and a thin line there from the point. Nothing where
    /// the point covers it.
    pub fn nearest(&self, point: Pos2, place: Latent) {
        let at = self.transform.screen_from_latent(place);
        let away = at - point;
        let ring = 5.0;
        if away.length() < POINT_RADIUS + ring {
            return;
        }
        let (marker, picture) = (self.theme.marker, self.theme.picture);
        self.painter.circle_stroke(at, ring, Stroke::new(3.0, self.theme.faded(picture, 0.6)));
        self.painter.circle_stroke(at, ring, Stroke::new(1.4, marker));
        let along = away.normalized();
        let ends = [point + along * POINT_RADIUS, at - along * ring];
        self.painter.line_segment(ends, Stroke::new(1.0, self.theme.faded(marker, 0.55)));
    }

    /// The point: a white ring, unlike the glyph of any class.
    pub fn point(&self, at: Pos2, has_focus: bool, is_inside: bool) {
        let (marker, picture, accent) = (self.theme.marker, self.theme.picture, self.theme.accent);
        let dark = Stroke::new(5.0, self.theme.faded(picture, 0.7));
        self.painter.circle_stroke(at, POINT_RADIUS, dark);
        if has_focus {
            self.painter.circle_stroke(at, POINT_RADIUS + 3.5, Stroke::new(1.5, accent));
        }
        let bright = self.theme.faded(marker, if is_inside { 1.0 } else { 0.6 });
        self.painter.circle_stroke(at, POINT_RADIUS, Stroke::new(2.6, bright));
        self.painter.circle_filled(at, 2.0, bright);
    }

    /// A thin edge around the map, so that a dark map ends visibly in a dark panel.
    pub fn edge(&self) {
        let corner = CornerRadius::same(RADIUS_SMALL);
        self.ui.painter().rect_stroke(
            self.transform.rect,
            corner,
            self.theme.line_stroke(),
            StrokeKind::Outside,
        );
    }

    /// A sentence at the top of the map, below the other words there.
    pub fn note(&self, words: &str, below: f32) {
        // Names and numbers of the axes are along the edges.
        let edges = vec2(40.0, 0.0) * self.theme.scale;
        let inside = self.transform.rect.shrink2(edges);
        let at = pos2(inside.center().x, below + 8.0);
        let painter = self.painter.with_clip_rect(inside);
        words_over(&painter, self.theme, at, Align2::CENTER_TOP, words, self.theme.small());
    }

    fn words(&self, at: Pos2, anchor: Align2, words: &str) {
        words_over(&self.painter, self.theme, at, anchor, words, self.theme.small());
    }
}
