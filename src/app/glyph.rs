//! The ten shapes that tell classes apart where colours cannot, and the few signs on buttons, painted by hand so that
//! no font needs to have them.

use std::f32::consts::TAU;

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

/// One shape per class, in the order of the class colours; figures draw the same.
pub const CLASS_GLYPHS: [Glyph; 10] = [
    Glyph::Disc,
    Glyph::Square,
    Glyph::Triangle,
    Glyph::Diamond,
    Glyph::Wedge,
    Glyph::Plus,
    Glyph::Cross,
    Glyph::Star,
    Glyph::Pentagon,
    Glyph::Hexagon,
];

/// A shape for the points of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// ●
    Disc,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    Wedge,
    /// +
    Plus,
    /// ×
    Cross,
    /// ★
    Star,
    /// ⬟
    Pentagon,
    /// ⬢
    Hexagon,
}

impl Glyph {
    /// The shape of a class. After ten classes the shapes shift against the colours, so that both together still
    /// tell a hundred apart.
    pub fn of_class(class: usize) -> Self {
        CLASS_GLYPHS[(class + class / CLASS_GLYPHS.len()) % CLASS_GLYPHS.len()]
    }

    /// The shape around a centre; the radius is that of a disc that looks as large.
    pub fn shape(self, center: Pos2, radius: f32, color: Color32) -> Shape {
        let stroke = Stroke::new((radius * 0.6).max(1.0), color);
        match self {
            Self::Disc => Shape::circle_filled(center, radius, color),
            Self::Square => {
                Shape::rect_filled(Rect::from_center_size(center, Vec2::splat(radius * 1.8)), 0.0, color)
            }
            Self::Diamond => polygon(center, radius * 1.25, 4, 0.0, color),
            Self::Triangle => polygon(center, radius * 1.35, 3, -0.25, color),
            Self::Wedge => polygon(center, radius * 1.35, 3, 0.25, color),
            Self::Hexagon => polygon(center, radius * 1.15, 6, 0.0, color),
            Self::Plus => bars(center, radius * 1.2, 0.0, stroke),
            Self::Cross => bars(center, radius * 1.2, 0.125, stroke),
            Self::Pentagon => polygon(center, radius * 1.2, 5, -0.25, color),
            Self::Star => star(center, radius * 1.35, color),
        }
    }
}

fn polygon(center: Pos2, radius: f32, corners: usize, turn: f32, color: Color32) -> Shape {
    let corner = |i: usize| center + radius * Vec2::angled((i as f32 / corners as f32 + turn) * TAU);
    Shape::convex_polygon((0..corners).map(corner).collect(), color, Stroke::NONE)
}

/// Five kites around the centre: the outline of a star has dents, and only convex shapes are filled.
fn star(center: Pos2, radius: f32, color: Color32) -> Shape {
    let at = |turn: f32, radius: f32| center + radius * Vec2::angled((turn / 5.0 - 0.25) * TAU);
    let kite = |k: f32| vec![center, at(k - 0.5, 0.45 * radius), at(k, radius), at(k + 0.5, 0.45 * radius)];
    let kites = (0..5).map(|k| Shape::convex_polygon(kite(k as f32), color, Stroke::NONE));
    Shape::Vec(kites.collect())
}

fn bars(center: Pos2, radius: f32, turn: f32, stroke: Stroke) -> Shape {
    let bar = |turn: f32| {
        let arm = radius * Vec2::angled(turn * TAU);
        Shape::line_segment([center - arm, center + arm], stroke)
    };
    Shape::Vec(vec![bar(turn), bar(turn + 0.25)])
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
    /// A disc, half of it filled.
    Look,
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
            Self::Look => half_disc(center, size * 0.42, thin),
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

fn half_disc(center: Pos2, radius: f32, stroke: Stroke) -> Vec<Shape> {
    let half =
        (0..=16).map(|i| center + radius * Vec2::angled((-0.25 + 0.5 * i as f32 / 16.0) * TAU)).collect();
    vec![
        Shape::circle_stroke(center, radius, stroke),
        Shape::convex_polygon(half, stroke.color, Stroke::NONE),
    ]
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
