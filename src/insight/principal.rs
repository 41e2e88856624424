//! The first two principal axes of a cloud of codes: the two orthogonal directions along which the codes vary most.
//!
//! Up to `LONGEST_EXACT` numbers per code the covariance matrix is formed and decomposed, a slice of the codes at a
//! time. For longer codes that costs too much, and a block power iteration takes its place: a few directions are
//! multiplied by the covariance again and again, without forming it, and turn towards the principal axes. The axes of
//! the previous update give the order and the signs (and, for long codes, the starting directions), so that the map
//! turns with the cloud and does not flip while the network learns.
//!
//! Codes that are not finite are left out. Pure.

use faer::{Mat, Side};

use super::cloud::{Summary, some_rows};
use super::pca::add_products;

/// Longest code whose covariance is decomposed: at 128 numbers that takes a few milliseconds and grows with the third
/// power.
const LONGEST_EXACT: usize = 128;
/// Multiplications in one slice of the covariance: a fraction of a millisecond's work.
const SLICE: usize = 1 << 20;
/// Directions in the block of the power iteration: two are wanted, the others speed up convergence.
const BLOCK: usize = 4;
/// Iterations from scratch, and from the axes of the previous update.
const ITERATIONS: [usize; 2] = [40, 8];
/// Most numbers that are used: every code of twenty numbers, a sample of longer ones.
const NUMBERS: usize = 200_000;
/// Axes change places only when their variances differ by more than this factor.
const SWAP: f32 = 1.2;
/// Partial sums in a dot product, which the processor adds at once.
const LANES: usize = 16;

/// The first two principal axes of a cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The mean of the codes.
    pub mean: Vec<f32>,
    /// The two directions, of length one and orthogonal.
    pub axes: [Vec<f32>; 2],
    /// The share of the total variance along each.
    pub shares: [f32; 2],
    /// The directions with which the next power iteration starts; none for short codes.
    block: Vec<Vec<f32>>,
}

/// A search for the axes, a slice at a time.
#[derive(Debug)]
pub struct Search {
    mean: Vec<f32>,
    centred: Vec<f32>,
    /// The sum of the squares of all numbers of the centred codes.
    total: f32,
    method: Method,
    before: Option<Principal>,
}

/// How the axes are found.
#[derive(Debug)]
enum Method {
    /// By decomposing the covariance matrix, for short codes.
    Exact {
        /// The lower half of the sum of the outer products of the codes added so far.
        products: Mat<f64>,
        /// How many codes those are.
        rows: usize,
    },
    /// By block power iteration, for long codes.
    Iterated {
        block: Vec<Vec<f32>>,
        /// The sums of the squares of the codes along the directions.
        squares: Vec<f32>,
        left: usize,
    },
}

impl Search {
    /// Starts a search. `before` gives order and signs, if there is one. `None` for fewer than two dimensions, and for
    /// codes that are all the same.
    pub fn new(codes: &[f32], summary: &Summary, before: Option<&Principal>) -> Option<Self> {
        let mean = summary.mean.clone()?;
        let dimensions = mean.len();
        let centred = centred(codes, summary, &mean);
        let total = centred.iter().map(|z| f64::from(*z).powi(2)).sum::<f64>() as f32;
        if dimensions < 2 || !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let before = before.filter(|before| before.mean.len() == dimensions).cloned();
        let method = if dimensions <= LONGEST_EXACT {
            Method::Exact { products: Mat::zeros(dimensions, dimensions), rows: 0 }
        } else {
            let left = ITERATIONS[usize::from(before.is_some())];
            let first = || first_block(&centred, dimensions);
            let block = before.as_ref().map_or_else(first, |before| before.block.clone());
            Method::Iterated { block, squares: Vec::new(), left }
        };
        Some(Self { mean, centred, total, method, before })
    }

    /// Does the next slice; whether that was the last one.
    pub fn round(&mut self) -> bool {
        let dimensions = self.mean.len();
        match &mut self.method {
            Method::Exact { products, rows } => {
                let slice = (SLICE / (dimensions * dimensions)).max(1);
                let left = &self.centred[*rows * dimensions..];
                let now = slice.min(left.len() / dimensions);
                add_products(products, &left[..now * dimensions]);
                *rows += now;
                *rows * dimensions >= self.centred.len()
            }
            Method::Iterated { block, squares, left } => {
                *squares = iterate(&self.centred, block);
                *left = left.saturating_sub(1);
                *left == 0
            }
        }
    }

    /// The axes, once the last slice is done.
    pub fn found(self) -> Option<Principal> {
        let Self { mean, total, method, before, .. } = self;
        let (axes, squares, block) = match method {
            Method::Exact { products, .. } => {
                let mut falling = decomposed(&products)?.into_iter();
                let ((a, first), (b, second)) = (falling.next()?, falling.next()?);
                ([a, b], [first, second], Vec::new())
            }
            Method::Iterated { block, squares, .. } => (
                [block.first()?.clone(), block.get(1)?.clone()],
                [*squares.first()?, *squares.get(1)?],
                block,
            ),
        };
        let found = Principal { mean, axes, shares: squares.map(|square| square / total), block };
        Some(found.like(before.as_ref()))
    }
}

impl Principal {
    /// Finds the axes of a cloud at once.
    pub fn of(codes: &[f32], summary: &Summary, before: Option<&Self>) -> Option<Self> {
        let mut search = Search::new(codes, summary, before)?;
        while !search.round() {}
        search.found()
    }

    /// The coordinates of a code along the two axes, from the mean.
    pub fn place(&self, code: &[f32]) -> [f32; 2] {
        [0, 1].map(|axis| difference_dot(code, &self.mean, &self.axes[axis]))
    }

    /// The same axes, in the order and with the signs of those before as far as that stays true.
    pub fn like(mut self, before: Option<&Self>) -> Self {
        let Some(before) = before else {
            for axis in &mut self.axes {
                let largest = axis.iter().fold(0.0_f32, |a, z| if z.abs() > a.abs() { *z } else { a });
                flip_if_negative(axis, largest);
            }
            return self;
        };
        let alike = |a: &[f32], b: &[f32]| dot(a, b).abs();
        let [a, b] = &self.axes;
        let in_order = alike(a, &before.axes[0]) + alike(b, &before.axes[1]);
        let swapped = alike(b, &before.axes[0]) + alike(a, &before.axes[1]);
        if swapped > in_order && self.shares[0] < SWAP * self.shares[1] {
            self.axes.swap(0, 1);
            self.shares.swap(0, 1);
        }
        for (axis, old) in self.axes.iter_mut().zip(&before.axes) {
            let cosine = dot(axis, old);
            flip_if_negative(axis, cosine);
        }
        self
    }

    /// The names of the axes: the one that explains more is the first, whichever coordinate it is.
    pub fn names(&self) -> [String; 2] {
        let [a, b] = self.shares;
        let ranks = if a >= b { ["1st", "2nd"] } else { ["2nd", "1st"] };
        [0, 1].map(|k| format!("{} principal axis ({:.0} %)", ranks[k], 100.0 * self.shares[k]))
    }
}

/// Reverses a direction where `sign` is negative.
fn flip_if_negative(axis: &mut [f32], sign: f32) {
    if sign < 0.0 {
        axis.iter_mut().for_each(|z| *z = -*z);
    }
}

/// The codes minus their mean; a sample of them where they hold very many numbers.
fn centred(codes: &[f32], summary: &Summary, mean: &[f32]) -> Vec<f32> {
    let rows = some_rows(codes, mean.len(), summary, NUMBERS);
    rows.flat_map(|(_, row)| row.iter().zip(mean).map(|(z, mean)| z - mean)).collect()
}

/// The eigenvectors and eigenvalues of a symmetric matrix given by its lower half, largest first; `None` where it is
/// not finite.
fn decomposed(matrix: &Mat<f64>) -> Option<Vec<(Vec<f32>, f32)>> {
    let eigen = matrix.self_adjoint_eigen(Side::Lower).ok()?;
    let vector = |k: usize| eigen.U().col(k).iter().map(|z| *z as f32).collect();
    // Rounding can push an eigenvalue of zero below it.
    Some((0..matrix.nrows()).rev().map(|k| (vector(k), eigen.S()[k].max(0.0) as f32)).collect())
}

/// Starting directions: codes spread over the cloud, which span what the cloud spans.
fn first_block(centred: &[f32], dimensions: usize) -> Vec<Vec<f32>> {
    let count = centred.len() / dimensions;
    let code = |k: usize| &centred[k * count / BLOCK * dimensions..][..dimensions];
    // A little of each axis keeps the directions apart where codes coincide.
    let largest = centred.iter().fold(0.0_f32, |most, z| most.max(z.abs()));
    let start = |k: usize| {
        let mut direction = code(k).to_vec();
        direction[k] += 0.1 * largest;
        direction
    };
    (0..BLOCK).map(start).collect()
}

/// One power iteration with a Rayleigh–Ritz step: multiplies the directions by the covariance and rotates them into
/// the order of their variances. Returns the sums of the squares of the codes along them, largest first.
fn iterate(centred: &[f32], block: &mut Vec<Vec<f32>>) -> Vec<f32> {
    let dimensions = block.first().map_or(1, Vec::len);
    orthonormalise(block);
    let mut multiplied = vec![vec![0.0_f32; dimensions]; block.len()];
    let mut gram = Mat::<f64>::zeros(block.len(), block.len());
    for code in centred.chunks_exact(dimensions) {
        let coordinates: Vec<f32> = block.iter().map(|direction| dot(direction, code)).collect();
        for (i, weight) in coordinates.iter().enumerate() {
            multiplied[i].iter_mut().zip(code).for_each(|(sum, z)| *sum += weight * z);
            for (j, other) in coordinates.iter().enumerate() {
                gram[(i, j)] += f64::from(*weight) * f64::from(*other);
            }
        }
    }
    let Some(rotation) = decomposed(&gram) else { return vec![f32::NAN; block.len()] };
    let mix = |weights: &[f32]| -> Vec<f32> {
        let at = |z: usize| multiplied.iter().zip(weights).map(|(v, w)| v[z] * w).sum();
        (0..dimensions).map(at).collect()
    };
    *block = rotation.iter().map(|(weights, _)| mix(weights)).collect();
    orthonormalise(block);
    rotation.into_iter().map(|(_, square)| square).collect()
}

/// Makes directions orthonormal in their order (Gram–Schmidt); one that depends on those before it is replaced by a
/// coordinate axis that does not.
fn orthonormalise(block: &mut [Vec<f32>]) {
    for k in 0..block.len() {
        let (done, rest) = block.split_at_mut(k);
        let Some(direction) = rest.first_mut() else { return };
        let whole = dot(direction, direction).sqrt();
        let mut left = project_out(direction, done);
        let mut least = 1e-5 * whole;
        let mut axes = 0..direction.len();
        while left <= least
            && let Some(axis) = axes.next()
        {
            direction.iter_mut().enumerate().for_each(|(z, value)| *value = f32::from(z == axis));
            left = project_out(direction, done);
            least = 1e-2;
        }
        direction.iter_mut().for_each(|z| *z /= left.max(f32::MIN_POSITIVE));
    }
}

/// Subtracts from a direction its projections on others, twice because of rounding; the length that is left.
fn project_out(direction: &mut [f32], others: &[Vec<f32>]) -> f32 {
    for other in others.iter().chain(others) {
        let share = dot(direction, other);
        direction.iter_mut().zip(other).for_each(|(z, o)| *z -= share * o);
    }
    dot(direction, direction).sqrt()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        (0..LANES).for_each(|k| sums[k] += a[k] * b[k]);
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// (a − b) · c.
fn difference_dot(a: &[f32], b: &[f32], c: &[f32]) -> f32 {
    let [(a, a_rest), (b, b_rest), (c, c_rest)] = [a, b, c].map(|numbers| numbers.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        (0..LANES).for_each(|k| sums[k] += (a[k] - b[k]) * c[k]);
    }
    let rest = a_rest.iter().zip(b_rest).zip(c_rest).map(|((a, b), c)| (a - b) * c);
    sums.iter().sum::<f32>() + rest.sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The axes of codes of so many numbers.
    fn axes(codes: &[f32], dimensions: usize, before: Option<&Principal>) -> Option<Principal> {
        Principal::of(codes, &Summary::of(codes, dimensions, None), before)
    }

    /// A cloud with these variances along slanted, known directions.
    fn slanted(spreads: [f32; 3], tilt: f32) -> Vec<f32> {
        let (s, c) = tilt.sin_cos();
        let directions = [[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]];
        let wave = |i: usize, k: f32| (std::f32::consts::TAU * k * i as f32 / 600.0).sin() * 2.0_f32.sqrt();
        let code = |i: usize| {
            let along = [1.0, 2.0, 3.0].map(|k| wave(i, k));
            let at = |z: usize| (0..3).map(|k| spreads[k] * along[k] * directions[k][z]).sum::<f32>() + 5.0;
            [at(0), at(1), at(2)]
        };
        (0..600).flat_map(code).collect()
    }

    #[test]
    fn axes_and_shares_agree_with_the_closed_form() {
        let codes = slanted([3.0, 2.0, 1.0], 0.4);
        let found = axes(&codes, 3, None).expect("a cloud");
        let (s, c) = 0.4_f32.sin_cos();
        for (axis, want) in found.axes.iter().zip([[c, s, 0.0], [-s, c, 0.0]]) {
            let got = dot(axis, &want).abs();
            assert!((got - 1.0).abs() < 1e-4, "got {axis:?}, want {want:?} up to its sign, tolerance 1e-4");
        }
        for (got, want) in found.shares.into_iter().zip([9.0 / 14.0, 4.0 / 14.0]) {
            assert!((got - want).abs() < 1e-3, "got {got}, want {want}, tolerance 1e-3");
        }
        for (got, want) in found.mean.iter().zip([5.0; 3]) {
            assert!((got - want).abs() < 1e-3, "got {got}, want {want}, tolerance 1e-3");
        }
        assert_eq!(found.names()[0], "1st principal axis (64 %)");
    }

    #[test]
    fn axes_turn_with_the_cloud_without_flipping_or_changing_places() {
        let mut before = axes(&slanted([3.0, 2.9, 0.5], 0.0), 3, None).expect("a cloud");
        for step in 1..=60 {
            let tilt = step as f32 * 0.1;
            // Which of the two is longer changes from update to update.
            let spreads = if step % 2 == 0 { [3.0, 2.9, 0.5] } else { [2.9, 3.0, 0.5] };
            let found = axes(&slanted(spreads, tilt), 3, Some(&before)).expect("a cloud");
            for (axis, old) in found.axes.iter().zip(&before.axes) {
                assert!(dot(axis, old) > 0.9, "step {step}: {axis:?} after {old:?}");
            }
            before = found;
        }
    }

    #[test]
    fn an_axis_whose_variance_becomes_much_larger_becomes_the_first() {
        let before = axes(&slanted([3.0, 2.0, 0.5], 0.0), 3, None);
        let found = axes(&slanted([1.0, 4.0, 0.5], 0.0), 3, before.as_ref()).expect("a cloud");
        assert!(found.axes[0][1].abs() > 0.99 && found.shares[0] > found.shares[1], "{found:?}");
    }

    #[test]
    fn clouds_without_two_directions_give_no_axes_or_a_line() {
        assert_eq!(axes(&[1.0; 30], 3, None), None);
        assert_eq!(axes(&[f32::NAN; 9], 3, None), None);
        let line: Vec<f32> = (0..50).flat_map(|i| [i as f32, 0.0, 0.0]).collect();
        let found = axes(&line, 3, None).expect("a line");
        assert!(found.axes[0][0].abs() > 0.999 && found.shares[1] < 1e-6, "{found:?}");
        assert!(dot(&found.axes[1], &found.axes[0]).abs() < 1e-4);
        let long: Vec<f32> = (0..40_000).map(|i| (i as f32 * 0.37).sin()).collect();
        assert!(axes(&long, 1000, None).is_some());
    }

    #[test]
    fn coordinates_along_the_axes_are_measured_from_the_mean() {
        // 21 numbers: more than there are lanes, and a rest.
        let codes: Vec<f32> = (0..21 * 50).map(|i| (i as f32 * 0.73).sin() * (1 + i % 21) as f32).collect();
        let found = axes(&codes, 21, None).expect("a cloud");
        for code in codes.chunks(21).take(5) {
            let got = found.place(code);
            for (got, axis) in got.into_iter().zip(&found.axes) {
                let parts = code.iter().zip(&found.mean).zip(axis);
                let want: f64 = parts.map(|((z, mean), a)| f64::from(z - mean) * f64::from(*a)).sum();
                assert!((f64::from(got) - want).abs() < 1e-3, "got {got}, want {want}, tolerance 1e-3");
            }
        }
    }

    #[test]
    fn short_codes_are_exact_and_long_ones_agree_with_them() {
        // Three waves of known variance in many dimensions, seen once as they are and once with numbers that stay
        // at zero, which make the codes too long to be decomposed.
        let short = slanted([3.0, 2.0, 1.0], 0.7);
        let padded = 2 * LONGEST_EXACT;
        let long: Vec<f32> = short
            .chunks(3)
            .flat_map(|code| code.iter().copied().chain(std::iter::repeat_n(0.0, padded - 3)))
            .collect();
        let [exact, iterated] =
            [(&short, 3), (&long, padded)].map(|(codes, n)| axes(codes, n, None).unwrap());
        assert!(exact.block.is_empty() && iterated.block.len() == BLOCK);
        for k in 0..2 {
            let [a, b] = [exact.shares[k], iterated.shares[k]];
            assert!((a - b).abs() < 1e-3, "share {k}: {a} exactly, {b} by iteration, tolerance 1e-3");
            let cosine = dot(&exact.axes[k], &iterated.axes[k][..3]);
            assert!((cosine.abs() - 1.0).abs() < 1e-3, "axis {k}: cosine {cosine}, tolerance 1e-3");
        }
    }

    #[test]
    fn a_covariance_in_slices_is_the_covariance_at_once() {
        // 128 numbers: many slices, the last of them short.
        let dimensions = LONGEST_EXACT;
        let codes: Vec<f32> =
            (0..1000 * dimensions).map(|i| (i as f32 * 0.913).sin() * (1 + i % 7) as f32).collect();
        let summary = Summary::of(&codes, dimensions, None);
        let mut search = Search::new(&codes, &summary, None).unwrap();
        let mut slices = 1;
        while !search.round() {
            slices += 1;
        }
        assert!(slices > 5, "{slices} slices");
        let found = search.found().unwrap();
        let want = crate::insight::pca::Pca::fit(&codes, dimensions, 2);
        for (k, axis) in found.axes.iter().enumerate() {
            let cosine = dot(axis, &want.components[k * dimensions..(k + 1) * dimensions]);
            assert!((cosine.abs() - 1.0).abs() < 1e-3, "axis {k}: cosine {cosine}, tolerance 1e-3");
        }
    }
}
