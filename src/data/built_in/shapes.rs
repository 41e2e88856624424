//! The built-in shapes: one square, ellipse or heart per image, with every factor of variation known.
//!
//! Contract: image `i` depends on (seed, i, messiness) alone. The factors are independent of each other, so that a
//! latent dimension that follows one of them can be told from one that mixes them. Positions vary more in x than in y
//! on purpose: with equal variances, nothing would determine the orientation of a network's latent axes.

use super::drawn::{Drawn, SHAPE, SIDE};
use crate::data::dataset::Factor;
use crate::recipe::random::{Purpose, stream};
use rand::{Rng, RngExt as _};
use rayon::prelude::*;
use std::f64::consts::{FRAC_PI_4, FRAC_PI_6};

const KINDS: [ShapeKind; 3] = [ShapeKind::Square, ShapeKind::Ellipse, ShapeKind::Heart];
const FACTORS: [&str; 5] = ["kind", "x", "y", "size", "angle"];

/// Radius in pixels of a shape of size 1; with `REACH` it keeps every shape inside the image.
const RADIUS: f64 = 6.0;
/// How far, in pixels, the centre of a shape may lie from the middle in x and in y: in the proportion 20 to 12.
const REACH: [f64; 2] = [7.5, 4.5];
const SMALLEST: f64 = 0.55;
/// Width in pixels of the soft edge.
const SOFT: f32 = 1.0;

#[derive(Clone, Copy)]
enum ShapeKind {
    Square,
    Ellipse,
    Heart,
}

/// Draws `count` shapes, the kinds in turn.
pub(super) fn draw_all(count: usize, messiness: f64, seed: u64) -> Drawn {
    let mut images = vec![0; count * SHAPE.values()];
    let factors: Vec<[f32; FACTORS.len()]> = images
        .par_chunks_exact_mut(SHAPE.values())
        .enumerate()
        .map(|(i, image)| {
            let mut rng = stream(seed, Purpose::Shapes, i as u64);
            let sprite = Sprite::random(messiness, &mut rng);
            sprite.draw(KINDS[i % KINDS.len()], image);
            let Sprite { x, y, size, angle } = sprite;
            [(i % KINDS.len()) as f64, x, y, size, angle].map(|factor| factor as f32)
        })
        .collect();
    let factor = |(k, name)| Factor { name, values: factors.iter().map(|factors| factors[k]).collect() };
    Drawn {
        images,
        labels: (0..count).map(|i| (i % KINDS.len()) as u8).collect(),
        class_names: ["square", "ellipse", "heart"].map(str::to_owned).to_vec(),
        factors: FACTORS.into_iter().enumerate().map(factor).collect(),
    }
}

/// The position, size and angle of a shape.
struct Sprite {
    /// Pixels right of the middle.
    x: f64,
    /// Pixels below the middle.
    y: f64,
    size: f64,
    /// Radians, clockwise.
    angle: f64,
}

impl Sprite {
    /// Messiness is how far shapes are rotated: at 0 not at all, at 1 up to 30° either way. Never beyond 45°, where a
    /// square would look like one rotated the other way.
    fn random(messiness: f64, rng: &mut impl Rng) -> Self {
        let mut within = |reach: f64| reach * (2.0 * rng.random::<f64>() - 1.0);
        let [x, y] = REACH.map(&mut within);
        let size = (1.0 + SMALLEST) / 2.0 + within((1.0 - SMALLEST) / 2.0);
        let angle = within((messiness * FRAC_PI_6).min(FRAC_PI_4));
        Self { x, y, size, angle }
    }

    /// Draws by the distance of each pixel from the outline. The sine is computed in f64 and everything else in f32
    /// without library functions, so that every machine draws the same bytes.
    fn draw(&self, kind: ShapeKind, image: &mut [u8]) {
        let (sin, cos) = self.angle.sin_cos();
        let (sin, cos) = (sin as f32, cos as f32);
        let middle = [self.x, self.y].map(|offset| (SIDE as f64 / 2.0 + offset) as f32);
        let radius = (RADIUS * self.size) as f32;
        for (i, byte) in image.iter_mut().enumerate() {
            let dx = (i % SIDE) as f32 + 0.5 - middle[0];
            let dy = (i / SIDE) as f32 + 0.5 - middle[1];
            let x = (cos * dx + sin * dy) / radius;
            let y = (cos * dy - sin * dx) / radius;
            let distance = radius * kind.distance(x, y);
            *byte = ((0.5 - distance / SOFT).clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    }
}

impl ShapeKind {
    /// Distance of a point from the outline of the shape of radius 1, below zero inside.
    fn distance(self, x: f32, y: f32) -> f32 {
        match self {
            Self::Square => square(x, y),
            Self::Ellipse => ellipse(x, y),
            Self::Heart => heart(x, y),
        }
    }
}

/// A square whose corners lie within radius 1.1, so that its area is about that of the others.
fn square(x: f32, y: f32) -> f32 {
    const HALF: f32 = 0.76;
    let (dx, dy) = (x.abs() - HALF, y.abs() - HALF);
    let (outside_x, outside_y) = (dx.max(0.0), dy.max(0.0));
    (outside_x * outside_x + outside_y * outside_y).sqrt() + dx.max(dy).min(0.0)
}

/// An ellipse wider than high. The distance is a first-order approximation, which is exact near the outline.
fn ellipse(x: f32, y: f32) -> f32 {
    const AXES: [f32; 2] = [1.0, 0.62];
    let (u, v) = (x / AXES[0], y / AXES[1]);
    let level = (u * u + v * v).sqrt();
    let (gx, gy) = (u / AXES[0], v / AXES[1]);
    let slope = (gx * gx + gy * gy).sqrt();
    // In the centre the slope is zero, and the distance is the short half-axis.
    if slope < 1e-6 { -AXES[1] } else { level * (level - 1.0) / slope }
}

/// A heart with its tip down: two round lobes on a rotated square.
fn heart(x: f32, y: f32) -> f32 {
    // In units where the tip is at (0, 0), the lobes are round (1/4, 3/4) and y points up.
    const SCALE: f32 = 1.75;
    let (x, y) = (x.abs() / SCALE, 0.52 - y / SCALE);
    let distance = if x + y > 1.0 {
        let (dx, dy) = (x - 0.25, y - 0.75);
        (dx * dx + dy * dy).sqrt() - 0.125_f32.sqrt()
    } else {
        let notch = x * x + (y - 1.0) * (y - 1.0);
        let along = (x + y).max(0.0) / 2.0;
        let flank = (x - along) * (x - along) + (y - along) * (y - along);
        notch.min(flank).sqrt() * if x < y { -1.0 } else { 1.0 }
    };
    SCALE * distance
}
