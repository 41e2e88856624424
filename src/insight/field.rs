//! Measurements at points of the latent space that tell where the map can be trusted: the density of codes, the round-trip
//! error (how far a point is from the code of the image decoded there), and the stretch (how much that image changes with
//! a small step).
//!
//! Each is one number per point. The last two run the network, a batch at a time; the first needs only codes.

use burn::tensor::Tensor;
use rand::RngExt as _;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::model::Autoencoder;
use crate::recipe::random::{Purpose, stream};

/// The stretch of codes up to this size is measured along every number, that of longer ones along as many random
/// directions.
const MOST_DIRECTIONS: usize = 32;
/// Half the distance of the two points of a central difference: far above the rounding error of an f32 in [0, 1], and
/// small compared with the distances over which a decoder is nonlinear.
const STEP: f64 = 1e-2;
/// A kernel is no narrower than this, however close together the codes lie.
const NARROWEST: f64 = 1e-6;

/// What is measured at a point of the latent space, to tell where the map can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FieldKind {
    /// The density of the codes of images.
    Density,
    /// The round-trip error ‖encode(decode(z)) − z‖.
    RoundTrip,
    /// The norm of the decoder's derivative, ‖∂decode/∂z‖, over the whole code: how much the image changes with a
    /// small step in any direction.
    Stretch,
}

/// The round-trip error ‖encode(decode(z)) − z‖ over the whole code, with μ for a Gaussian code. A U-Net's skip
/// connections are zero, as wherever only a code is known.
///
/// # Shapes
/// - z: `[batch, code]`
/// - output: `[batch]`
pub fn round_trip(model: &Autoencoder, z: Tensor<2>) -> Tensor<1> {
    let back = model.encode(model.decode(z.clone())).code;
    (back - z).square().sum_dim(1).sqrt().squeeze_dim::<1>(1)
}

/// ‖∂decode/∂z · v‖² along a direction at every point: exact where the decoder has a tangent, and by a central difference
/// where it has none (recurrent cells, batch normalisation).
///
/// # Shapes
/// - z, v: `[batch, code]`
/// - output: `[batch]`
pub fn stretch_along(model: &Autoencoder, z: Tensor<2>, v: Tensor<2>) -> Tensor<1> {
    let squares = |along: Tensor<2>| along.square().sum_dim(1);
    let all = match model.decode_tangent(z.clone(), v.clone()) {
        Some((_, along)) => squares(along),
        None => {
            let length = squares(v.clone());
            let step = v / length.clone().sqrt() * STEP;
            let change = model.decode(z.clone() + step.clone()) - model.decode(z - step);
            squares(change / (2.0 * STEP)) * length
        }
    };
    all.squeeze_dim::<1>(1)
}

/// The directions along which a decoder's stretch is measured. ‖∂decode/∂z‖²_F is the sum of the squares along every
/// number of the code; for a long code it is estimated by the mean of the squares along random directions of independent
/// N(0, 1) numbers, which is unbiased. They are the same at every point, so that a map of it is smooth.
#[derive(Clone, Debug)]
pub struct Directions {
    numbers: Vec<f32>,
    size: usize,
    /// The weight of each square.
    weight: f32,
}

impl Directions {
    /// The directions for codes of this size.
    pub fn of(size: usize, seed: u64) -> Self {
        let count = size.min(MOST_DIRECTIONS);
        let is_exact = size == count;
        let (numbers, weight) = if is_exact {
            ((0..size * size).map(|i| f32::from(i / size == i % size)).collect(), 1.0)
        } else {
            let mut rng = stream(seed, Purpose::Directions, 0);
            ((0..count * size).map(|_| rng.sample(StandardNormal)).collect(), 1.0 / count as f32)
        };
        Self { numbers, size, weight }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.numbers.len() / self.size.max(1)
    }

    /// One of them.
    pub fn direction(&self, number: usize) -> &[f32] {
        &self.numbers[number * self.size..][..self.size]
    }

    /// ‖∂decode/∂z‖ from the squares along all of them.
    pub fn norm(&self, squares: &[f32]) -> f32 {
        (squares.iter().sum::<f32>() * self.weight).sqrt()
    }
}

/// A kernel density estimate of codes on a plane or a line: one Gaussian kernel per code; the estimate integrates to 1.
/// The bandwidth follows Scott's rule in each direction, σ·n^(−1/6) on a plane and σ·n^(−1/5) on a line, but is at least
/// half the distance of two grid points, or a kernel could fall between them.
///
/// A kernel is the product of a horizontal and a vertical Gaussian, so a grid costs one exponential per code and column
/// and one per code and row, and is exact.
#[derive(Debug)]
pub struct Density {
    /// The horizontal kernels: for every code, its value in every column.
    columns: Vec<f32>,
    width: usize,
    /// The vertical coordinates of the codes; none for a line.
    heights: Option<Vec<f32>>,
    bandwidth: f32,
    /// The factor from a sum of products to a density.
    scale: f32,
}

impl Density {
    /// The estimate from the coordinates of codes on the plane; those that are not finite are left out. `columns` and
    /// `rows` are the horizontal and vertical coordinates of the grid; a line has no rows.
    pub fn new(codes: &[[f32; 2]], columns: &[f32], rows: Option<&[f32]>) -> Self {
        let finite: Vec<[f32; 2]> = codes.iter().filter(|[x, y]| (x + y).is_finite()).copied().collect();
        let power = if rows.is_some() { 1.0 / 6.0 } else { 1.0 / 5.0 };
        let shrink = (finite.len().max(1) as f64).powf(-power);
        let width = |axis: usize, places: &[f32]| {
            let least = 0.5 * f64::from(spacing(places));
            (spread(finite.iter().map(|place| place[axis])) * shrink).max(least).max(NARROWEST)
        };
        let across = width(0, columns);
        let upwards = rows.map(|rows| width(1, rows));
        let root = std::f64::consts::TAU.sqrt();
        let area = root * across * upwards.map_or(1.0, |upwards| root * upwards);
        let bells =
            finite.iter().flat_map(|[x, _]| columns.iter().map(move |at| bell(at - x, across as f32)));
        Self {
            columns: bells.collect(),
            width: columns.len(),
            heights: rows.map(|_| finite.iter().map(|[_, y]| *y).collect()),
            bandwidth: upwards.unwrap_or(1.0) as f32,
            scale: (1.0 / (area * finite.len().max(1) as f64)) as f32,
        }
    }

    /// The density at every column of one row.
    pub fn row(&self, y: f32) -> Vec<f32> {
        let mut sums = vec![0.0f32; self.width];
        for (code, bells) in self.columns.chunks_exact(self.width.max(1)).enumerate() {
            let height = self.heights.as_ref().map_or(1.0, |heights| bell(y - heights[code], self.bandwidth));
            // Most codes are far from a row; what they would add is below the rounding error of the others.
            if height > f32::EPSILON * f32::EPSILON {
                sums.iter_mut().zip(bells).for_each(|(sum, bell)| *sum += height * bell);
            }
        }
        sums.iter_mut().for_each(|sum| *sum *= self.scale);
        sums
    }
}

/// A Gaussian with a peak of 1.
fn bell(distance: f32, width: f32) -> f32 {
    (-0.5 * (distance / width).powi(2)).exp()
}

/// The distance of two neighbouring grid points; zero for a single one, or where they are not finite.
fn spacing(places: &[f32]) -> f32 {
    let step = places.get(1).zip(places.first()).map_or(0.0, |(second, first)| (second - first).abs());
    if step.is_finite() { step } else { 0.0 }
}

/// The standard deviation.
fn spread(values: impl Iterator<Item = f32> + Clone) -> f64 {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / n;
    (values.map(|x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(from: f32, to: f32, count: usize) -> Vec<f32> {
        (0..count).map(|i| from + (to - from) * i as f32 / (count - 1) as f32).collect()
    }

    #[test]
    fn two_codes_have_kernels_of_scotts_bandwidth() {
        let (columns, rows) = (steps(-8.0, 8.0, 321), steps(-8.0, 8.0, 321));
        // Two codes at x = ±1, y = ±2: σ is 1 and 2, and 2^(−1/6) is 0.8909.
        let density = Density::new(&[[-1.0, -2.0], [1.0, 2.0]], &columns, Some(&rows));
        let (h, k) = (0.890_898_7_f64, 1.781_797_4_f64);
        let want = |x: f64, y: f64| {
            let kernel = |x: f64, y: f64| (-0.5 * ((x / h).powi(2) + (y / k).powi(2))).exp();
            (kernel(x + 1.0, y + 2.0) + kernel(x - 1.0, y - 2.0)) / (2.0 * std::f64::consts::TAU * h * k)
        };
        for (column, row) in [(160, 160), (180, 200), (100, 120), (0, 320)] {
            let (x, y) = (columns[column], rows[row]);
            let (got, want) = (f64::from(density.row(y)[column]), want(f64::from(x), f64::from(y)));
            assert!((got - want).abs() < 1e-6 + 1e-4 * want, "at ({x}, {y}): got {got}, want {want}");
        }
        let total: f64 = rows.iter().flat_map(|y| density.row(*y)).map(f64::from).sum::<f64>() * 0.05 * 0.05;
        assert!((total - 1.0).abs() < 1e-3, "it integrates to {total}, not to 1 ± 1e-3");
    }

    #[test]
    fn a_density_on_a_line_integrates_to_one_in_every_row() {
        let columns = steps(-6.0, 6.0, 241);
        let density = Density::new(&[[0.5, 0.0], [-1.0, 0.0], [2.0, 0.0]], &columns, None);
        let total: f64 = density.row(0.0).into_iter().map(f64::from).sum::<f64>() * 0.05;
        assert!((total - 1.0).abs() < 1e-3, "it integrates to {total}");
        assert_eq!(density.row(0.0), density.row(9.0));
    }

    #[test]
    fn a_density_of_equal_no_or_broken_codes_is_finite() {
        let (columns, rows) = (steps(-1.0, 1.0, 41), steps(-1.0, 1.0, 41));
        let total = |codes: &[[f32; 2]]| {
            let density = Density::new(codes, &columns, Some(&rows));
            rows.iter().flat_map(|y| density.row(*y)).map(f64::from).sum::<f64>() * 0.05 * 0.05
        };
        let broken = [[f32::NAN, 0.0], [0.0, f32::INFINITY], [0.01, 0.0], [0.01, 0.0]];
        let same = total(&broken);
        assert!((same - 1.0).abs() < 0.05, "equal codes integrate to {same}");
        assert_eq!(total(&[]), 0.0);
        assert_eq!(total(&[[f32::NAN; 2]]), 0.0);
        let single = Density::new(&[[0.0, 0.0]], &[0.0], Some(&[0.0])).row(0.0);
        assert!(single[0].is_finite(), "{single:?}");
    }

    #[test]
    fn short_codes_are_measured_along_axes_and_long_ones_along_random_directions() {
        let short = Directions::of(3, 1);
        assert_eq!((short.count(), short.direction(1)), (3, &[0.0, 1.0, 0.0][..]));
        assert_eq!(short.norm(&[9.0, 0.0, 16.0]), 5.0);
        let long = Directions::of(1000, 1);
        assert_eq!((long.count(), long.direction(31).len()), (MOST_DIRECTIONS, 1000));
        // Of a decoder that only scales by s, the norm is s·√1000; each square is s²·‖v‖².
        let squares: Vec<f32> =
            (0..32).map(|k| long.direction(k).iter().map(|v| (2.0 * v).powi(2)).sum()).collect();
        let (got, want) = (long.norm(&squares), 2.0 * 1000.0f32.sqrt());
        assert!((got / want - 1.0).abs() < 0.05, "got {got}, want {want} ± 5 %");
    }
}
