//! The built-in digits: synthetic handwriting made from stroke skeletons.
//!
//! Contract: image `i` depends on (seed, i, messiness) alone, so that any number of threads draws the same set. At
//! messiness 1 the statistics of the set are those of MNIST: brightness, the long tail of principal components, and
//! confusion between classes (tests/data.rs holds the numbers). With slant and thickness alone a nearest neighbour
//! classifies almost every digit; displaced control points, tremor and elastic deformation make the set hard.
//!
//! Geometry is f64 and drawing f32, so that the last bit of a platform's sine cannot change a byte.

use super::drawn::{Drawn, SHAPE, SIDE};
use super::pen::{Canvas, Segment};
use super::skeletons::{PenStroke, Position, StrokePath, skeleton};
use crate::data::dataset::Factor;
use crate::recipe::random::{Purpose, stream};
use rand::{Rng, RngExt as _};
use rand_distr::{Distribution as _, StandardNormal};
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

const CLASSES: usize = 10;
const FACTORS: [&str; 5] = ["slant", "thickness", "aspect", "rotation", "variant"];

// How handwriting differs from writer to writer, calibrated against MNIST: means and standard deviations.
const ROTATION: f64 = 0.12; // radians
const SLANT: Spread = Spread { mean: 0.15, deviation: 0.25 }; // shear, to the right
const ASPECT: f64 = 0.22; // logarithm of width over height
const WIDTH: f64 = 0.90; // of every digit, before its own aspect
const THICKNESS: Spread = Spread { mean: 1.12, deviation: 0.30 }; // radius in pixels, and the deviation of its logarithm
const THINNEST: f64 = 0.45;
const THICKEST: f64 = 2.6;
const PRESSURE: f64 = 0.22; // how far the radius varies along a stroke, as a logarithm

// Standard deviations at messiness 1, in units of the digit's height.
const JITTER: f64 = 0.042; // of each control point of a skeleton
const TREMOR: f64 = 0.018; // along the stroke
const WARP: f64 = 0.055; // of the elastic deformation
const WARP_WAVES: usize = 4;
const WARP_FREQUENCY: f64 = 1.1;

/// The mean and the standard deviation of a quantity.
struct Spread {
    mean: f64,
    deviation: f64,
}

/// Line segments from one control point of a skeleton to the next.
const STEPS: usize = 8;
/// Side of the square that MNIST scales its digits into.
const BOX: f64 = 20.0;

/// Draws `count` digits, 0 to 9 in turn.
pub(super) fn draw_all(count: usize, messiness: f64, seed: u64) -> Drawn {
    let mut images = vec![0; count * SHAPE.values()];
    let factors: Vec<[f32; FACTORS.len()]> = images
        .par_chunks_exact_mut(SHAPE.values())
        .enumerate()
        .map(|(i, image)| {
            let mut rng = stream(seed, Purpose::Digits, i as u64);
            let (pixels, factors) = draw(class_of(i), messiness, &mut rng);
            image.copy_from_slice(&pixels);
            factors
        })
        .collect();
    let factor = |(k, name)| Factor { name, values: factors.iter().map(|factors| factors[k]).collect() };
    Drawn {
        images,
        labels: (0..count).map(class_of).collect(),
        class_names: (0..CLASSES).map(|class| class.to_string()).collect(),
        factors: FACTORS.into_iter().enumerate().map(factor).collect(),
    }
}

/// Classes alternate, so that a set of any size is balanced; the split and the batches shuffle them.
fn class_of(i: usize) -> u8 {
    (i % CLASSES) as u8
}

/// Draws one digit. Returns its pixels and its factors.
fn draw(class: u8, messiness: f64, rng: &mut impl Rng) -> ([u8; SIDE * SIDE], [f32; FACTORS.len()]) {
    let skeleton = skeleton(class, rng);
    let handwriting = Handwriting::random(messiness, rng);
    let lines: Vec<Vec<Position>> =
        skeleton.strokes.iter().map(|stroke| handwriting.write(stroke, rng)).collect();
    let mut canvas = Canvas::blank();
    for segment in fit_to_box(&lines, &handwriting, rng) {
        canvas.draw(&segment);
    }
    let Handwriting { rotation, slant, aspect, radius, .. } = handwriting;
    let factors = [slant, radius, aspect, rotation, f64::from(skeleton.variant)];
    (canvas.centred(), factors.map(|factor| factor as f32))
}

/// The style of one digit, the same for all of its strokes.
struct Handwriting {
    rotation: f64,
    slant: f64,
    /// Width over height, relative to the skeleton.
    aspect: f64,
    /// Radius of the pen, in pixels.
    radius: f64,
    messiness: f64,
    warp: [Wave; WARP_WAVES],
}

/// A plane wave of displacements; a few of them are an elastic deformation.
struct Wave {
    frequency: Position,
    phase: f64,
    shift: Position,
}

impl Handwriting {
    fn random(messiness: f64, rng: &mut impl Rng) -> Self {
        let rotation = ROTATION * normal(rng);
        let slant = SLANT.mean + SLANT.deviation * normal(rng);
        let aspect = WIDTH * (ASPECT * normal(rng)).exp();
        let radius = (THICKNESS.mean * (THICKNESS.deviation * normal(rng)).exp()).clamp(THINNEST, THICKEST);
        let shift = messiness * WARP / (WARP_WAVES as f64).sqrt();
        let warp = std::array::from_fn(|_| Wave {
            frequency: [WARP_FREQUENCY * normal(rng), WARP_FREQUENCY * normal(rng)],
            phase: TAU * rng.random::<f64>(),
            shift: [shift * normal(rng), shift * normal(rng)],
        });
        Self { rotation, slant, aspect, radius, messiness, warp }
    }

    /// The line of a stroke in this style, around the origin.
    fn write(&self, stroke: &PenStroke, rng: &mut impl Rng) -> Vec<Position> {
        let jitter = self.messiness * JITTER;
        let place = |&[x, y]: &Position| [x - 0.5 + jitter * normal(rng), y - 0.5 + jitter * normal(rng)];
        let points: Vec<Position> = stroke.points.iter().map(place).collect();
        let mut line = polyline(&points, stroke.path);
        add_tremor(&mut line, self.messiness * TREMOR, rng);
        for point in &mut line {
            *point = self.transformed(self.deformed(*point));
        }
        line
    }

    /// The point after the elastic deformation.
    fn deformed(&self, [x, y]: Position) -> Position {
        self.warp.iter().fold([x, y], |[to_x, to_y], wave| {
            let height = (TAU * (wave.frequency[0] * x + wave.frequency[1] * y) + wave.phase).sin();
            [to_x + wave.shift[0] * height, to_y + wave.shift[1] * height]
        })
    }

    /// The point stretched, sheared, then rotated.
    fn transformed(&self, [x, y]: Position) -> Position {
        let (sin, cos) = self.rotation.sin_cos();
        // y points down, so that a slant to the right moves the top right.
        let x = self.aspect * x - self.slant * y;
        [cos * x - sin * y, sin * x + cos * y]
    }
}

/// A fine polyline through the control points of a stroke.
fn polyline(points: &[Position], path: StrokePath) -> Vec<Position> {
    let spans = if path == StrokePath::ClosedSpline { points.len() } else { points.len() - 1 };
    let mut line = Vec::with_capacity(spans * STEPS + 1);
    for span in 0..spans {
        let ends = [-1, 0, 1, 2].map(|offset| neighbour(points, path, span as isize + offset));
        for step in 0..STEPS {
            let t = step as f64 / STEPS as f64;
            line.push(std::array::from_fn(|axis| {
                let x = ends.map(|end| end[axis]);
                if path == StrokePath::Straight { x[1] + (x[2] - x[1]) * t } else { catmull_rom(x, t) }
            }));
        }
    }
    line.push(neighbour(points, path, spans as isize));
    line
}

/// Control point `i` of a path. A closed path wraps around; an open one is mirrored at its ends.
fn neighbour(points: &[Position], path: StrokePath, i: isize) -> Position {
    let n = points.len() as isize;
    let at = |i: isize| points[i as usize];
    let mirrored =
        |end: Position, before: Position| std::array::from_fn(|axis| 2.0 * end[axis] - before[axis]);
    match i {
        _ if path == StrokePath::ClosedSpline => at(i.rem_euclid(n)),
        _ if i < 0 => mirrored(at(0), at(1)),
        _ if i >= n => mirrored(at(n - 1), at(n - 2)),
        _ => at(i),
    }
}

/// The Catmull–Rom spline from `b` (t = 0) to `c` (t = 1) on one axis.
fn catmull_rom([a, b, c, d]: [f64; 4], t: f64) -> f64 {
    let linear = c - a;
    let square = 2.0 * a - 5.0 * b + 4.0 * c - d;
    let cube = 3.0 * b - a - 3.0 * c + d;
    0.5 * (2.0 * b + t * (linear + t * (square + t * cube)))
}

/// Adds noise that is smoothed along the line, of standard deviation `amount` everywhere.
fn add_tremor(line: &mut [Position], amount: f64, rng: &mut impl Rng) {
    const REACH: usize = 3;
    const SPREAD: f64 = 1.5; // in steps of the line
    let bell = |i: usize| (-0.5 * ((i as f64 - REACH as f64) / SPREAD).powi(2)).exp();
    let kernel: [f64; 2 * REACH + 1] = std::array::from_fn(bell);
    let scale = amount / kernel.iter().map(|k| k * k).sum::<f64>().sqrt();
    let noise: Vec<Position> = (0..line.len() + 2 * REACH).map(|_| [normal(rng), normal(rng)]).collect();
    for (point, near) in line.iter_mut().zip(noise.windows(kernel.len())) {
        for (k, bump) in kernel.iter().zip(near) {
            point[0] += scale * k * bump[0];
            point[1] += scale * k * bump[1];
        }
    }
}

/// Scales the lines so that they fit MNIST's box in the middle of the image, and gives them the pen's radius, which
/// varies along each stroke.
fn fit_to_box(lines: &[Vec<Position>], handwriting: &Handwriting, rng: &mut impl Rng) -> Vec<Segment> {
    let (low, high) = bounds(lines);
    let scale = (BOX - 2.0 * handwriting.radius) / (high[0] - low[0]).max(high[1] - low[1]);
    let in_pixels = |point: &Position| {
        std::array::from_fn(|axis| {
            ((point[axis] - (low[axis] + high[axis]) / 2.0) * scale + SIDE as f64 / 2.0) as f32
        })
    };
    let mut segments = Vec::new();
    for line in lines {
        let amplitude = PRESSURE * normal(rng);
        let frequency = PI * (0.5 + 1.5 * rng.random::<f64>());
        let phase = TAU * rng.random::<f64>();
        let last = (line.len() - 2).max(1) as f64;
        segments.extend(line.windows(2).enumerate().map(|(i, ends)| {
            let pressure = amplitude * (frequency * i as f64 / last + phase).cos();
            Segment {
                from: in_pixels(&ends[0]),
                to: in_pixels(&ends[1]),
                radius: (handwriting.radius * pressure.exp()) as f32,
            }
        }));
    }
    segments
}

/// The corners of the bounding box of all lines.
fn bounds(lines: &[Vec<Position>]) -> (Position, Position) {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for point in lines.iter().flatten() {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    (low, high)
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}
