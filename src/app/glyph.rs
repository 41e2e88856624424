//! Shapes for egui: the glyphs of classes, the few signs on buttons and the logo, painted so that no font needs to have
//! them.

use std::f32::consts::TAU;

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use crate::look::Glyph;

/// The shape of a data point around a centre; the radius is that of a disc that looks as large.
pub fn glyph_shape(glyph: Glyph, center: Pos2, radius: f32, color: Color32) -> Shape {
    if glyph == Glyph::Circle {
        return Shape::circle_filled(center, radius, color);
    }
    // egui fills convex polygons only.
    let corner = |[x, y]: [f64; 2]| center + radius * vec2(x as f32, y as f32);
    let part = |part: Vec<[f64; 2]>| {
        Shape::convex_polygon(part.into_iter().map(corner).collect(), color, Stroke::NONE)
    };
    Shape::Vec(glyph.convex_parts().into_iter().map(part).collect())
}

/// A sign on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A triangle to the right.
    Play,
    /// Two bars.
    Pause,
    /// A triangle and a bar.
    Step,
    /// Two triangles and a bar.
    StepEpoch,
    /// An arrow in a circle.
    Reset,
    /// A die.
    Seed,
    /// An arrow downwards into a tray.
    Export,
}

impl Sign {
    /// Paints the sign into a square around a centre.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let at = |x: f32, y: f32| center + size * 0.5 * vec2(x, y);
        let bar = |x: f32| Shape::rect_filled(Rect::from_two_pos(at(x, -0.8), at(x + 0.4, 0.8)), 1.0, color);
        let arrow = |x: f32, width: f32| {
            let points = vec![at(x, -0.8), at(x + width, 0.0), at(x, 0.8)];
            Shape::convex_polygon(points, color, Stroke::NONE)
        };
        let thin = Stroke::new((size * 0.11).max(1.2), color);
        let shapes = match self {
            Self::Play => vec![arrow(-0.6, 1.4)],
            Self::Pause => vec![bar(-0.65), bar(0.25)],
            Self::Step => vec![
                arrow(-0.75, 1.0),
                Shape::rect_filled(Rect::from_two_pos(at(0.4, -0.8), at(0.65, 0.8)), 0.0, color),
            ],
            Self::StepEpoch => vec![
                arrow(-0.95, 0.8),
                arrow(-0.2, 0.8),
                Shape::rect_filled(Rect::from_two_pos(at(0.7, -0.8), at(0.93, 0.8)), 0.0, color),
            ],
            Self::Reset => circle_arrow(center, size * 0.38, thin),
            Self::Seed => die(center, size, thin),
            Self::Export => vec![
                Shape::line_segment([at(0.0, -0.9), at(0.0, 0.3)], thin),
                Shape::line(vec![at(-0.45, -0.15), at(0.0, 0.35), at(0.45, -0.15)], thin),
                Shape::line(vec![at(-0.8, 0.35), at(-0.8, 0.85), at(0.8, 0.85), at(0.8, 0.35)], thin),
            ],
        };
        painter.extend(shapes);
    }
}

fn circle_arrow(center: Pos2, radius: f32, stroke: Stroke) -> Vec<Shape> {
    // The gap is at the top right, where the head points into it.
    let point = |turn: f32| center + radius * Vec2::angled(turn * TAU);
    let arc = (0..=24).map(|i| point(-0.05 + 0.82 * i as f32 / 24.0)).collect();
    let tip = point(-0.23);
    let head = vec![
        tip + vec2(-0.15, -0.55) * radius,
        tip + vec2(0.6, 0.1) * radius,
        tip + vec2(-0.2, 0.65) * radius,
    ];
    vec![Shape::line(arc, stroke), Shape::convex_polygon(head, stroke.color, Stroke::NONE)]
}

fn die(center: Pos2, size: f32, stroke: Stroke) -> Vec<Shape> {
    let rect = Rect::from_center_size(center, Vec2::splat(size * 0.8));
    let spot = |x: f32, y: f32| Shape::circle_filled(center + size * vec2(x, y), size * 0.075, stroke.color);
    let edge = Shape::rect_stroke(rect, size * 0.16, stroke, eframe::egui::StrokeKind::Middle);
    vec![edge, spot(-0.18, -0.18), spot(0.0, 0.0), spot(0.18, 0.18)]
}

/// The hourglass of the name: two triangles that meet in a narrow waist, a grain of sand in it.
pub fn paint_logo(painter: &Painter, rect: Rect, glass: Color32, sand: Color32) {
    let at = |x: f32, y: f32| pos2(rect.left() + x * rect.width(), rect.top() + y * rect.height());
    let stroke = Stroke::new(rect.height() * 0.08, glass);
    let outline = [(0.14, 0.04), (0.86, 0.04), (0.56, 0.5), (0.86, 0.96), (0.14, 0.96), (0.44, 0.5)];
    painter.add(Shape::closed_line(outline.map(|(x, y)| at(x, y)).to_vec(), stroke));
    painter.line_segment([at(0.06, 0.04), at(0.94, 0.04)], stroke);
    painter.line_segment([at(0.06, 0.96), at(0.94, 0.96)], stroke);
    painter.circle_filled(at(0.5, 0.5), rect.height() * 0.09, sand);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The corners of a shape relative to a centre, in radii.
    fn corners(shape: &Shape, center: Pos2, radius: f32) -> Vec<[f32; 2]> {
        match shape {
            Shape::Vec(parts) => parts.iter().flat_map(|part| corners(part, center, radius)).collect(),
            Shape::Path(path) => path.points.iter().map(|p| ((*p - center) / radius).into()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn the_window_draws_the_outlines_of_the_figures() {
        let (center, radius) = (pos2(30.0, 20.0), 4.0);
        for glyph in Glyph::ALL {
            let drawn = corners(&glyph_shape(glyph, center, radius, Color32::WHITE), center, radius);
            for [x, y] in glyph.outline() {
                let is_drawn = |[u, v]: &[f32; 2]| (f64::from(*u) - x).hypot(f64::from(*v) - y) < 1e-5;
                // The corners where the arms of a cross meet lie on the edges of its bars.
                let is_inner = matches!(glyph, Glyph::Plus | Glyph::Cross) && x.hypot(y) < 1.0;
                assert!(is_inner || drawn.iter().any(is_drawn), "{glyph:?}: no corner at {x}, {y}");
            }
        }
    }
}
