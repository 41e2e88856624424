//! The two directions along which a cloud of codes reaches farthest. Pure.
//!
//! The covariance is never formed: a few directions are sent through the codes again and again, and grow towards the
//! principal axes. Each update begins with the axes of the one before, so that they turn with the cloud and the map
//! does not flip while the network learns.

use super::cloud::{Summary, some_rows};

/// Directions that are sent through the codes: two are wanted, the others take in what is nearly as long.
const BLOCK: usize = 4;
/// Rounds from scratch, and from the axes of the update before.
const ROUNDS: [usize; 2] = [40, 8];
/// So many numbers are looked at in a round at most: every code of twenty numbers, fewer of longer ones.
const NUMBERS: usize = 200_000;
/// Axes change places only when their variances differ by more than this factor.
const SWAP: f32 = 1.2;
/// Sums of so many parts side by side, which a processor adds at once.
const LANES: usize = 16;

/// The first two principal axes of a cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The mean of the codes.
    pub mean: Vec<f32>,
    /// The two directions, of length one and at a right angle.
    pub axes: [Vec<f32>; 2],
    /// The share of the whole variance along each.
    pub shares: [f32; 2],
    /// Everything that is sent through again at the next update.
    block: Vec<Vec<f32>>,
}

/// A search for the axes, a round at a time.
#[derive(Debug)]
pub struct Search {
    mean: Vec<f32>,
    centred: Vec<f32>,
    whole: f32,
    block: Vec<Vec<f32>>,
    lengths: Vec<f32>,
    rounds_left: usize,
    before: Option<Principal>,
}

impl Search {
    /// Begins with the axes found before, if any, which also give order and signs. `None` where the codes are fewer
    /// than two, or all the same.
    pub fn new(codes: &[f32], summary: &Summary, before: Option<&Principal>) -> Option<Self> {
        let mean = summary.mean.clone()?;
        let dimensions = mean.len();
        let centred = centred(codes, summary, &mean);
        let whole = centred.iter().map(|z| f64::from(*z).powi(2)).sum::<f64>() as f32;
        if dimensions < 2 || !(whole > 0.0 && whole.is_finite()) {
            return None;
        }
        let before = before.filter(|before| before.mean.len() == dimensions).cloned();
        let rounds_left = ROUNDS[usize::from(before.is_some())];
        let block =
            before.as_ref().map_or_else(|| first_block(&centred, dimensions), |before| before.block.clone());
        Some(Self { mean, centred, whole, block, lengths: Vec::new(), rounds_left, before })
    }

    /// Sends the directions through the codes once more; whether that was the last time.
    pub fn round(&mut self) -> bool {
        self.lengths = round(&self.centred, &mut self.block);
        self.rounds_left = self.rounds_left.saturating_sub(1);
        self.rounds_left == 0
    }

    /// What was found.
    pub fn found(self) -> Option<Principal> {
        let Self { mean, whole, block, lengths, before, .. } = self;
        let [first, second] = [0, 1].map(|k| (block.get(k).cloned(), lengths.get(k).copied()));
        let (Some(a), Some(b)) = (first.0, second.0) else { return None };
        let share = |length: Option<f32>| length.unwrap_or(0.0) / whole;
        let found = Principal { mean, axes: [a, b], shares: [share(first.1), share(second.1)], block };
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

    /// Where a code lies along the two axes, seen from the mean.
    pub fn place(&self, code: &[f32]) -> [f32; 2] {
        [0, 1].map(|way| apart(code, &self.mean, &self.axes[way]))
    }

    /// The same axes, in the order and with the signs of those before as far as that is true.
    pub fn like(mut self, before: Option<&Self>) -> Self {
        let Some(before) = before else {
            for axis in &mut self.axes {
                let largest = axis.iter().fold(0.0_f32, |a, z| if z.abs() > a.abs() { *z } else { a });
                point_to(axis, largest);
            }
            return self;
        };
        let alike = |a: &[f32], b: &[f32]| dot(a, b).abs();
        let [a, b] = &self.axes;
        let kept = alike(a, &before.axes[0]) + alike(b, &before.axes[1]);
        let swapped = alike(b, &before.axes[0]) + alike(a, &before.axes[1]);
        if swapped > kept && self.shares[0] < SWAP * self.shares[1] {
            self.axes.swap(0, 1);
            self.shares.swap(0, 1);
        }
        for (axis, old) in self.axes.iter_mut().zip(&before.axes) {
            let along = dot(axis, old);
            point_to(axis, along);
        }
        self
    }

    /// What the axes are called: the one that explains more is the first, wherever it runs.
    pub fn names(&self) -> [String; 2] {
        let [a, b] = self.shares;
        let ranks = if a >= b { ["1st", "2nd"] } else { ["2nd", "1st"] };
        [0, 1].map(|k| format!("{} principal axis ({:.0} %)", ranks[k], 100.0 * self.shares[k]))
    }
}

/// Turns a direction round where `along` is negative.
fn point_to(axis: &mut [f32], along: f32) {
    if along < 0.0 {
        axis.iter_mut().for_each(|z| *z = -*z);
    }
}

/// The codes minus their mean; of very many numbers only every so many-th code.
fn centred(codes: &[f32], summary: &Summary, mean: &[f32]) -> Vec<f32> {
    let rows = some_rows(codes, mean.len(), summary, NUMBERS);
    rows.flat_map(|(_, row)| row.iter().zip(mean).map(|(z, mean)| z - mean)).collect()
}

/// Directions to begin with: codes spread over the cloud, which surely reach where the cloud does.
fn first_block(centred: &[f32], dimensions: usize) -> Vec<Vec<f32>> {
    let count = centred.len() / dimensions;
    let wanted = BLOCK.min(dimensions);
    let unit = |k: usize| (0..dimensions).map(move |z| f32::from(z == k));
    let code = |k: usize| &centred[k * count / wanted * dimensions..][..dimensions];
    // A little of each axis keeps the directions apart where codes coincide.
    let longest = centred.iter().fold(0.0_f32, |most, z| most.max(z.abs()));
    (0..wanted).map(|k| code(k).iter().zip(unit(k)).map(|(z, e)| z + 0.1 * longest * e).collect()).collect()
}

/// Sends the directions through the codes once and sorts out what comes back; the squared lengths of the cloud along
/// them, the longest first.
fn round(centred: &[f32], block: &mut Vec<Vec<f32>>) -> Vec<f32> {
    let dimensions = block.first().map_or(1, Vec::len);
    orthonormal(block);
    let mut through = vec![vec![0.0_f32; dimensions]; block.len()];
    let mut square = vec![vec![0.0_f64; block.len()]; block.len()];
    for code in centred.chunks_exact(dimensions) {
        let along: Vec<f32> = block.iter().map(|direction| dot(direction, code)).collect();
        for (i, weight) in along.iter().enumerate() {
            through[i].iter_mut().zip(code).for_each(|(sum, z)| *sum += weight * z);
            for (j, other) in along.iter().enumerate() {
                square[i][j] += f64::from(*weight) * f64::from(*other);
            }
        }
    }
    let turned = turn(square);
    let mix = |vectors: &[Vec<f32>], weights: &[f64]| -> Vec<f32> {
        let at = |z: usize| vectors.iter().zip(weights).map(|(v, w)| f64::from(v[z]) * w).sum::<f64>() as f32;
        (0..dimensions).map(at).collect()
    };
    *block = turned.iter().map(|(_, weights)| mix(&through, weights)).collect();
    orthonormal(block);
    turned.into_iter().map(|(length, _)| length as f32).collect()
}

/// Makes directions orthonormal in their order; one that adds nothing to those before it becomes a free axis.
fn orthonormal(block: &mut [Vec<f32>]) {
    for k in 0..block.len() {
        let (done, rest) = block.split_at_mut(k);
        let Some(direction) = rest.first_mut() else { return };
        let whole = dot(direction, direction).sqrt();
        let mut left = clear(direction, done);
        let mut least = 1e-5 * whole;
        let mut axes = 0..direction.len();
        while left <= least
            && let Some(axis) = axes.next()
        {
            direction.iter_mut().enumerate().for_each(|(z, value)| *value = f32::from(z == axis));
            left = clear(direction, done);
            least = 1e-2;
        }
        direction.iter_mut().for_each(|z| *z /= left.max(f32::MIN_POSITIVE));
    }
}

/// Takes out of a direction what others have of it, twice for the sake of rounding; the length that is left.
fn clear(direction: &mut [f32], others: &[Vec<f32>]) -> f32 {
    for other in others.iter().chain(others) {
        let share = dot(direction, other);
        direction.iter_mut().zip(other).for_each(|(z, o)| *z -= share * o);
    }
    dot(direction, direction).sqrt()
}

/// The eigenvalues and eigenvectors of a small symmetric matrix, the largest first (Jacobi's rotations).
fn turn(mut square: Vec<Vec<f64>>) -> Vec<(f64, Vec<f64>)> {
    let n = square.len();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(i == j)).collect()).collect();
    for _ in 0..12 {
        for p in 0..n {
            for q in p + 1..n {
                let off = square[p][q];
                if off == 0.0 {
                    continue;
                }
                let theta = 0.5 * (2.0 * off).atan2(square[q][q] - square[p][p]);
                let (s, c) = theta.sin_cos();
                for row in &mut square {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                rotate(&mut square, (p, q), (s, c));
                rotate(&mut vectors, (p, q), (s, c));
            }
        }
    }
    let mut sorted: Vec<_> = vectors.into_iter().enumerate().map(|(k, v)| (square[k][k], v)).collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    sorted
}

/// Turns two rows into each other, the first before the second.
fn rotate(rows: &mut [Vec<f64>], (p, q): (usize, usize), (s, c): (f64, f64)) {
    let (above, below) = rows.split_at_mut(q);
    for (a, b) in above[p].iter_mut().zip(&mut below[0]) {
        (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
    }
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
fn apart(a: &[f32], b: &[f32], c: &[f32]) -> f32 {
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
    fn the_axes_are_those_the_cloud_was_made_with() {
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
    fn the_axes_turn_with_the_cloud_and_neither_flip_nor_change_places() {
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
    fn an_axis_that_becomes_far_longer_becomes_the_first() {
        let before = axes(&slanted([3.0, 2.0, 0.5], 0.0), 3, None);
        let found = axes(&slanted([1.0, 4.0, 0.5], 0.0), 3, before.as_ref()).expect("a cloud");
        assert!(found.axes[0][1].abs() > 0.99 && found.shares[0] > found.shares[1], "{found:?}");
    }

    #[test]
    fn clouds_without_two_directions_are_no_trouble() {
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
    fn a_place_along_the_axes_is_seen_from_the_mean() {
        // 21 numbers: more than are added at once, and a rest.
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
}
