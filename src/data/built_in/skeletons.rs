//! The stroke skeletons of the ten digits: their control points before any variation of style.
//!
//! Contract: control points lie in a box from (0, 0), top left, to (1, 1), bottom right. Each digit has one to three
//! variants with the probabilities given here, and some control points vary within a variant. Probabilities and places
//! were chosen by hand so that the digits look and measure like common handwriting.

use rand::{Rng, RngExt as _};
use rand_distr::{Distribution as _, StandardNormal};
use std::f64::consts::TAU;

/// A place in the image: x to the right, y down.
pub(super) type Position = [f64; 2];

/// How the pen moves between control points.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StrokePath {
    /// Along a spline.
    Spline,
    /// Along a spline that returns to its first point.
    ClosedSpline,
    /// Along straight lines.
    Straight,
}

/// One stroke of the pen.
pub(super) struct PenStroke {
    pub path: StrokePath,
    pub points: Vec<Position>,
}

/// The strokes of one digit, and the number of its variant.
pub(super) struct Skeleton {
    pub variant: u8,
    pub strokes: Vec<PenStroke>,
}

/// A skeleton of the digit `class`, 0 to 9, with a random variant.
pub(super) fn skeleton(class: u8, rng: &mut impl Rng) -> Skeleton {
    match class {
        0 => zero(rng),
        1 => one(rng),
        2 => two(rng),
        3 => three(rng),
        4 => four(rng),
        5 => five(rng),
        6 => six(rng),
        7 => seven(rng),
        8 => eight(rng),
        _ => nine(rng),
    }
}

/// An oval drawn anticlockwise from near the top, that may end before its start or overlap it.
fn zero(rng: &mut impl Rng) -> Skeleton {
    const POINTS: usize = 8;
    let start = between(rng, -2.4, -0.8);
    let turn = TAU + 0.12 * normal(rng);
    let half_width = between(rng, 0.24, 0.42);
    let lean = 0.05 * normal(rng);
    let at = |i: usize| {
        let angle = start - turn * i as f64 / (POINTS - 1) as f64;
        [0.5 + half_width * angle.cos() + lean * (2.0 * angle).sin(), 0.5 + 0.5 * angle.sin()]
    };
    variant(0, [PenStroke { path: StrokePath::Spline, points: (0..POINTS).map(at).collect() }])
}

/// A stem; with a flag; with a flag and a foot.
fn one(rng: &mut impl Rng) -> Skeleton {
    let bend = 0.5 + 0.03 * normal(rng);
    let stem = curve(&[[0.5, 0.0], [bend, 0.5], [0.5, 1.0]]);
    match choose(rng, &[0.80, 0.12]) {
        0 => variant(0, [stem]),
        1 => {
            let tip = [0.5 - between(rng, 0.1, 0.28), between(rng, 0.1, 0.28)];
            variant(1, [curve(&[tip, [0.44, 0.08], [0.5, 0.0]]), stem])
        }
        _ => {
            let tip = [0.5 - between(rng, 0.1, 0.25), between(rng, 0.12, 0.25)];
            let flag = lines(&[tip, [0.5, 0.0]]);
            variant(2, [flag, lines(&[[0.5, 0.0], [0.5, 1.0]]), lines(&[[0.25, 1.0], [0.75, 1.0]])])
        }
    }
}

/// With a straight foot; with a loop at the foot.
fn two(rng: &mut impl Rng) -> Skeleton {
    if choose(rng, &[0.5]) == 0 {
        let head =
            [[0.14, 0.24], [0.3, 0.05], [0.58, 0.0], [0.8, 0.2], [0.7, 0.46], [0.42, 0.74], [0.1, 0.97]];
        let foot = [[0.1, 0.97], [0.5, 0.95], [0.92, between(rng, 0.9, 1.0)]];
        return variant(0, [curve(&head), curve(&foot)]);
    }
    let head = [[0.16, 0.26], [0.32, 0.05], [0.58, 0.0], [0.78, 0.2], [0.68, 0.48], [0.42, 0.78]];
    let foot = [[0.2, 0.96], [0.06, 0.9], [0.18, 0.77], [0.42, 0.84], [0.66, 0.97], [0.95, 0.9]];
    variant(1, [curve(&[head, foot].concat())])
}

/// Two arcs that meet at an angle; one curve.
fn three(rng: &mut impl Rng) -> Skeleton {
    if choose(rng, &[0.8]) == 0 {
        let upper = [[0.14, 0.14], [0.42, 0.0], [0.75, 0.12], [0.72, 0.34], [0.42, 0.47]];
        let lower = [[0.42, 0.47], [0.76, 0.56], [0.82, 0.8], [0.5, 1.0], [0.1, 0.88]];
        return variant(0, [curve(&upper), curve(&lower)]);
    }
    let upper = [[0.14, 0.14], [0.45, 0.0], [0.75, 0.16], [0.6, 0.4], [0.4, 0.5]];
    let lower = [[0.5, 0.44], [0.78, 0.6], [0.74, 0.88], [0.42, 1.0], [0.1, 0.9]];
    variant(1, [curve(&[upper, lower].concat())])
}

/// Open at the top; closed like a printed one.
fn four(rng: &mut impl Rng) -> Skeleton {
    if choose(rng, &[0.65]) == 0 {
        let x = between(rng, 0.66, 0.8);
        let bowl = curve(&[[0.2, 0.05], [0.12, 0.35], [0.16, 0.52], [0.45, 0.54], [x, 0.48]]);
        let stem = curve(&[[x, between(rng, 0.0, 0.12)], [x - 0.03, 0.5], [x - 0.06, 1.0]]);
        return variant(0, [bowl, stem]);
    }
    let x = between(rng, 0.6, 0.7);
    let hook = lines(&[[x, 0.0], [0.08, 0.62], [0.95, 0.6]]);
    variant(1, [hook, curve(&[[x, 0.0], [x - 0.01, 0.5], [x - 0.03, 1.0]])])
}

/// A bar, a neck and a bowl; one curve.
fn five(rng: &mut impl Rng) -> Skeleton {
    if choose(rng, &[0.75]) == 0 {
        let bar = [[0.88, between(rng, 0.0, 0.06)], [0.6, 0.02], [0.32, 0.05]];
        let neck = [[0.32, 0.05], [0.26, 0.22], [0.22, 0.42]];
        let bowl = [[0.22, 0.42], [0.5, 0.35], [0.8, 0.55], [0.72, 0.86], [0.4, 1.0], [0.08, 0.9]];
        return variant(0, [curve(&bar), curve(&neck), curve(&bowl)]);
    }
    let top = [[0.85, 0.0], [0.4, 0.05], [0.27, 0.3], [0.45, 0.45]];
    let bowl = [[0.75, 0.62], [0.66, 0.92], [0.32, 1.0], [0.1, 0.9]];
    variant(1, [curve(&[top, bowl].concat())])
}

/// One curve from the top into the loop.
fn six(rng: &mut impl Rng) -> Skeleton {
    let top = between(rng, 0.42, 0.58);
    let back = [[between(rng, 0.5, 0.8), 0.0], [0.34, 0.26], [0.16, 0.62], [0.26, 0.93], [0.56, 1.0]];
    let bowl = [[0.78, 0.78], [0.62, top], [0.34, top + 0.08], [0.2, 0.76]];
    variant(0, [curve(&[&back[..], &bowl[..]].concat())])
}

/// Without and with a bar across the stem.
fn seven(rng: &mut impl Rng) -> Skeleton {
    let bar = curve(&[[0.08, between(rng, 0.02, 0.16)], [0.2, 0.05], [0.55, 0.05], [0.9, 0.03]]);
    let stem = curve(&[[0.9, 0.03], [0.68, 0.38], [0.5, 0.7], [between(rng, 0.3, 0.5), 1.0]]);
    match choose(rng, &[0.82]) {
        0 => variant(0, [bar, stem]),
        _ => variant(1, [bar, stem, lines(&[[0.3, 0.52], [0.82, 0.47]])]),
    }
}

/// One stroke that crosses itself; two loops.
fn eight(rng: &mut impl Rng) -> Skeleton {
    if choose(rng, &[0.75]) == 0 {
        let wide = between(rng, 0.85, 1.1);
        let down = [[0.62, 0.03], [0.36, 0.02], [0.24, 0.18], [0.38, 0.38], [0.6, 0.55], [0.74, 0.76]];
        let up = [[0.56, 0.98], [0.3, 0.96], [0.2, 0.76], [0.4, 0.52], [0.64, 0.34], [0.76, 0.16]];
        let points = [down, up].concat().into_iter().map(|[x, y]| [0.5 + (x - 0.5) * wide, y]);
        return variant(0, [PenStroke { path: StrokePath::ClosedSpline, points: points.collect() }]);
    }
    let upper = [[0.5, 0.0], [0.25, 0.12], [0.3, 0.38], [0.52, 0.46], [0.72, 0.36], [0.75, 0.12]];
    let lower = [[0.52, 0.46], [0.22, 0.62], [0.22, 0.9], [0.5, 1.0], [0.8, 0.88], [0.76, 0.6]];
    let closed =
        |points: [Position; 6]| PenStroke { path: StrokePath::ClosedSpline, points: points.to_vec() };
    variant(1, [closed(upper), closed(lower)])
}

/// A loop with a straight leg; a loop with a curled tail.
fn nine(rng: &mut impl Rng) -> Skeleton {
    let loop_points =
        [[0.76, 0.16], [0.5, 0.0], [0.22, 0.14], [0.2, 0.38], [0.44, 0.48], [0.7, 0.34], [0.78, 0.12]];
    let head = curve(&loop_points);
    if choose(rng, &[0.65]) == 0 {
        let leg = curve(&[[0.78, 0.12], [0.76, 0.4], [0.7, 0.7], [between(rng, 0.5, 0.72), 1.0]]);
        return variant(0, [head, leg]);
    }
    variant(1, [head, curve(&[[0.78, 0.12], [0.8, 0.45], [0.74, 0.8], [0.5, 1.0], [0.22, 0.92]])])
}

fn variant<const N: usize>(variant: u8, strokes: [PenStroke; N]) -> Skeleton {
    Skeleton { variant, strokes: strokes.into() }
}

fn curve(points: &[Position]) -> PenStroke {
    PenStroke { path: StrokePath::Spline, points: points.to_vec() }
}

fn lines(points: &[Position]) -> PenStroke {
    PenStroke { path: StrokePath::Straight, points: points.to_vec() }
}

/// Chooses a variant by the probabilities of all but the last.
fn choose(rng: &mut impl Rng, probabilities: &[f64]) -> usize {
    let mut left: f64 = rng.random();
    for (variant, probability) in probabilities.iter().enumerate() {
        if left < *probability {
            return variant;
        }
        left -= probability;
    }
    probabilities.len()
}

fn between(rng: &mut impl Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}
