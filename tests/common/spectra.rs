//! Data with an exact spectrum, for networks whose best solutions are known.

use std::f64::consts::PI;

use hourglass::recipe::random::{Purpose, stream};
use rand::RngExt as _;
use rand_distr::StandardNormal;

/// Variances along the axes of the data of the variational tests.
pub const SPECTRUM: [f64; 8] = [6.0, 4.0, 2.5, 1.2, 0.6, 0.3, 0.15, 0.05];

pub fn normal(step: u64, count: usize) -> Vec<f64> {
    let mut rng = stream(11, Purpose::Epsilon, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Makes vectors orthonormal, one after the other (Gram and Schmidt, twice for the sake of rounding).
pub fn orthonormal(mut vectors: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for i in 0..vectors.len() {
        for _ in 0..2 {
            let (before, rest) = vectors.split_at_mut(i);
            for other in before.iter() {
                let along = dot(other, &rest[0]);
                rest[0].iter_mut().zip(other).for_each(|(x, o)| *x -= along * o);
            }
            let length = dot(&rest[0], &rest[0]).sqrt();
            rest[0].iter_mut().for_each(|x| *x /= length);
        }
    }
    vectors
}

/// Rows whose mean is exactly zero and whose covariance has exactly these eigenvalues, in a rotated frame.
pub fn coloured(spectrum: &[f64], count: usize) -> Vec<f32> {
    let dim = spectrum.len();
    // A column of ones first, so that the others sum to zero.
    let mut columns = vec![vec![1.0; count]];
    columns.extend((0..dim).map(|i| normal(i as u64, count)));
    let white = orthonormal(columns);
    let frame = orthonormal((0..dim).map(|i| normal(100 + i as u64, dim)).collect());
    let scale = (count as f64).sqrt();
    let number = |row: usize, pixel: usize| -> f64 {
        (0..dim).map(|i| white[i + 1][row] * scale * spectrum[i].sqrt() * frame[i][pixel]).sum()
    };
    (0..count * dim).map(|k| number(k / dim, k % dim) as f32).collect()
}

/// A learning rate that falls to zero like a cosine.
pub fn cosine(rate: f64, step: usize, steps: usize) -> f64 {
    rate * 0.5 * (1.0 + (PI * step as f64 / steps as f64).cos())
}
