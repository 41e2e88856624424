//! The built-in digits: handwriting made from stroke skeletons, with no file and no network.
//!
//! Contract: image `i` depends on (seed, i, messiness) alone, so that any number of threads draws the same set.
//! At messiness 1 the set measures like MNIST: the same brightness, the same long tail of principal components,
//! the same confusion between classes (tests/data.rs holds the numbers). Slant and thickness alone give a toy that
//! a nearest neighbour solves; unsteady points, tremor and warped paper are what make it hard.
//!
//! Geometry is f64 and drawing f32, so that the last bit of a platform's sine cannot change a byte.

use super::pen::{Paper, SIDE, Segment};
use super::skeletons::{Path, Point, Stroke, skeleton};
use super::{Drawn, Factor, ImageShape};
use crate::recipe::random::{Purpose, stream};
use rand::{Rng, RngExt as _};
use rand_distr::{Distribution as _, StandardNormal};
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

pub(super) const SHAPE: ImageShape = ImageShape { height: SIDE, width: SIDE, channels: 1 };

const CLASSES: usize = 10;
const FACTORS: [&str; 5] = ["slant", "thickness", "aspect", "rotation", "variant"];

// How hands differ, calibrated against MNIST: means and standard deviations.
const ROTATION: f64 = 0.12; // radians
const SLANT: (f64, f64) = (0.15, 0.25); // shear, to the right
const ASPECT: f64 = 0.22; // logarithm of width over height
const WIDTH: f64 = 0.90; // of every digit, before its own aspect
const THICKNESS: (f64, f64) = (1.12, 0.30); // radius in pixels, and the spread of its logarithm
const THINNEST: f64 = 0.45;
const THICKEST: f64 = 2.6;
const PRESSURE: f64 = 0.22; // how far the radius swells along a stroke, as a logarithm

// How untidy a hand is at messiness 1, in units of the digit's height.
const UNSTEADY: f64 = 0.042; // each point of a skeleton
const TREMOR: f64 = 0.018; // along the stroke
const WARP: f64 = 0.055; // the paper
const WARP_WAVES: usize = 4;
const WARP_FREQUENCY: f64 = 1.1;

/// Pieces from one point of a skeleton to the next.
const STEPS: usize = 8;
/// Side of the square that MNIST scales its digits into.
const BOX: f64 = 20.0;

/// Draws `count` digits, the classes in turn.
pub(super) fn draw_all(count: usize, messiness: f64, seed: u64) -> Drawn {
    let mut images = vec![0; count * SHAPE.pixels()];
    let facts: Vec<[f32; FACTORS.len()]> = images
        .par_chunks_exact_mut(SHAPE.pixels())
        .enumerate()
        .map(|(i, image)| {
            let mut rng = stream(seed, Purpose::Digits, i as u64);
            let (pixels, facts) = draw(class_of(i), messiness, &mut rng);
            image.copy_from_slice(&pixels);
            facts
        })
        .collect();
    let factor = |(k, name)| Factor { name, values: facts.iter().map(|facts| facts[k]).collect() };
    Drawn {
        images,
        labels: (0..count).map(class_of).collect(),
        class_names: (0..CLASSES).map(|class| class.to_string()).collect(),
        factors: FACTORS.into_iter().enumerate().map(factor).collect(),
    }
}

/// Classes come in turn, so that a set of any size is balanced; the split and the feed mix them.
fn class_of(i: usize) -> u8 {
    (i % CLASSES) as u8
}

/// Draws one digit; returns its pixels and its factors.
fn draw(class: u8, messiness: f64, rng: &mut impl Rng) -> ([u8; SIDE * SIDE], [f32; FACTORS.len()]) {
    let skeleton = skeleton(class, rng);
    let hand = Hand::of_someone(messiness, rng);
    let lines: Vec<Vec<Point>> = skeleton.strokes.iter().map(|stroke| hand.write(stroke, rng)).collect();
    let mut paper = Paper::blank();
    for segment in fit_to_box(&lines, &hand, rng) {
        paper.ink(&segment);
    }
    let Hand { rotation, slant, aspect, radius, .. } = hand;
    let facts = [slant, radius, aspect, rotation, f64::from(skeleton.variant)];
    (paper.centred(), facts.map(|fact| fact as f32))
}

/// One writer on one day: what stays the same through all strokes of a digit.
struct Hand {
    rotation: f64,
    slant: f64,
    /// Width over height, relative to the skeleton.
    aspect: f64,
    /// Of the pen, in pixels.
    radius: f64,
    messiness: f64,
    warp: [Wave; WARP_WAVES],
}

/// A plane wave that shifts the paper.
struct Wave {
    frequency: Point,
    phase: f64,
    shift: Point,
}

impl Hand {
    fn of_someone(messiness: f64, rng: &mut impl Rng) -> Self {
        let rotation = ROTATION * normal(rng);
        let slant = SLANT.0 + SLANT.1 * normal(rng);
        let aspect = WIDTH * (ASPECT * normal(rng)).exp();
        let radius = (THICKNESS.0 * (THICKNESS.1 * normal(rng)).exp()).clamp(THINNEST, THICKEST);
        let shift = messiness * WARP / (WARP_WAVES as f64).sqrt();
        let warp = std::array::from_fn(|_| Wave {
            frequency: [WARP_FREQUENCY * normal(rng), WARP_FREQUENCY * normal(rng)],
            phase: TAU * rng.random::<f64>(),
            shift: [shift * normal(rng), shift * normal(rng)],
        });
        Self { rotation, slant, aspect, radius, messiness, warp }
    }

    /// The line this hand makes of a stroke, about the origin.
    fn write(&self, stroke: &Stroke, rng: &mut impl Rng) -> Vec<Point> {
        let unsteady = self.messiness * UNSTEADY;
        let place = |&[x, y]: &Point| [x - 0.5 + unsteady * normal(rng), y - 0.5 + unsteady * normal(rng)];
        let points: Vec<Point> = stroke.points.iter().map(place).collect();
        let mut line = trace(&points, stroke.path);
        shake(&mut line, self.messiness * TREMOR, rng);
        for point in &mut line {
            *point = self.lean(self.warped(*point));
        }
        line
    }

    /// The point on the warped paper.
    fn warped(&self, [x, y]: Point) -> Point {
        self.warp.iter().fold([x, y], |[to_x, to_y], wave| {
            let height = (TAU * (wave.frequency[0] * x + wave.frequency[1] * y) + wave.phase).sin();
            [to_x + wave.shift[0] * height, to_y + wave.shift[1] * height]
        })
    }

    /// The point made wider, slanted, then turned.
    fn lean(&self, [x, y]: Point) -> Point {
        let (sin, cos) = self.rotation.sin_cos();
        // y points down, so that a slant to the right moves the top right.
        let x = self.aspect * x - self.slant * y;
        [cos * x - sin * y, sin * x + cos * y]
    }
}

/// The fine line through the points of a stroke.
fn trace(points: &[Point], path: Path) -> Vec<Point> {
    let spans = if path == Path::Ring { points.len() } else { points.len() - 1 };
    let mut line = Vec::with_capacity(spans * STEPS + 1);
    for span in 0..spans {
        let ends = [-1, 0, 1, 2].map(|offset| neighbour(points, path, span as isize + offset));
        for step in 0..STEPS {
            let t = step as f64 / STEPS as f64;
            line.push(std::array::from_fn(|axis| {
                let along = ends.map(|end| end[axis]);
                if path == Path::Lines { along[1] + (along[2] - along[1]) * t } else { catmull_rom(along, t) }
            }));
        }
    }
    line.push(neighbour(points, path, spans as isize));
    line
}

/// Point `i` of a path. A ring goes round; an open path goes on beyond its ends as it came.
fn neighbour(points: &[Point], path: Path, i: isize) -> Point {
    let n = points.len() as isize;
    let at = |i: isize| points[i as usize];
    let mirrored = |end: Point, before: Point| std::array::from_fn(|axis| 2.0 * end[axis] - before[axis]);
    match i {
        _ if path == Path::Ring => at(i.rem_euclid(n)),
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

/// Adds a tremor: noise smoothed along the line, of standard deviation `amount` everywhere.
fn shake(line: &mut [Point], amount: f64, rng: &mut impl Rng) {
    const REACH: usize = 3;
    const SPREAD: f64 = 1.5; // in steps of the line
    let bell = |i: usize| (-0.5 * ((i as f64 - REACH as f64) / SPREAD).powi(2)).exp();
    let kernel: [f64; 2 * REACH + 1] = std::array::from_fn(bell);
    let scale = amount / kernel.iter().map(|k| k * k).sum::<f64>().sqrt();
    let noise: Vec<Point> = (0..line.len() + 2 * REACH).map(|_| [normal(rng), normal(rng)]).collect();
    for (point, near) in line.iter_mut().zip(noise.windows(kernel.len())) {
        for (k, bump) in kernel.iter().zip(near) {
            point[0] += scale * k * bump[0];
            point[1] += scale * k * bump[1];
        }
    }
}

/// Scales the lines so that their ink fits MNIST's box in the middle of the paper, and gives them the pen's width,
/// which swells and fades along each stroke.
fn fit_to_box(lines: &[Vec<Point>], hand: &Hand, rng: &mut impl Rng) -> Vec<Segment> {
    let (low, high) = bounds(lines);
    let scale = (BOX - 2.0 * hand.radius) / (high[0] - low[0]).max(high[1] - low[1]);
    let on_paper = |point: &Point| {
        std::array::from_fn(|axis| {
            ((point[axis] - (low[axis] + high[axis]) / 2.0) * scale + SIDE as f64 / 2.0) as f32
        })
    };
    let mut segments = Vec::new();
    for line in lines {
        let swell = PRESSURE * normal(rng);
        let pace = PI * (0.5 + 1.5 * rng.random::<f64>());
        let phase = TAU * rng.random::<f64>();
        let last = (line.len() - 2).max(1) as f64;
        segments.extend(line.windows(2).enumerate().map(|(i, ends)| {
            let pressure = swell * (pace * i as f64 / last + phase).cos();
            Segment {
                from: on_paper(&ends[0]),
                to: on_paper(&ends[1]),
                radius: (hand.radius * pressure.exp()) as f32,
            }
        }));
    }
    segments
}

/// The corners of the box round all lines.
fn bounds(lines: &[Vec<Point>]) -> (Point, Point) {
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
