//! Sparse codes: min over a of ½‖z − D·a‖² + λ‖a‖₁, by FISTA (Beck and Teboulle 2009), for many z at once.
//!
//! Contract: on the host, in f64, on one thread, so that the same input gives the same codes to the last bit. Rows are
//! stored one after the other: samples of `dim` values, codes of one value per atom. A sample that is not finite gives
//! a code that is not finite, never a panic.
//!
//! It runs on the host because a batch is small: 128 codes of 64 atoms take a few milliseconds, whereas a GPU would
//! have to launch hundreds of kernels, and the update of the dictionary proceeds atom by atom.

use std::sync::Arc;

use faer::Accum;

use super::atoms::Dictionary;
use super::matrix::{columns, product};

/// When the iteration stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// The largest number of iterations.
    pub iterations: usize,
    /// The iteration stops when no value changes by more than this.
    pub tolerance: f64,
}

impl Convergence {
    /// For learning dictionaries and for display: codes are accurate to about a thousandth.
    pub const DEFAULT: Self = Self { iterations: 200, tolerance: 1e-4 };
}

/// The iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShrinkageMethod {
    /// A gradient step, then soft thresholding.
    Ista,
    /// The same with Nesterov's momentum.
    Fista,
}

/// A dictionary prepared for coding: its Gram matrix and the step size.
#[derive(Clone, Debug)]
pub struct Coder<'a> {
    dictionary: &'a Dictionary,
    /// DᵀD, one row per atom. Shared between searches: for a thousand atoms it takes 8 MB.
    gram: Arc<Vec<f64>>,
    /// The largest eigenvalue of DᵀD, or a little more.
    lipschitz: f64,
}

/// Multiplications per slice of a search: a few milliseconds on one core, so that a drag is answered in time.
pub(super) const SLICE: usize = 1 << 25;
/// Iterations of the power method.
const POWER_STEPS: usize = 100;
/// The power method converges from below, and a step size that is too large would diverge.
const POWER_MARGIN: f64 = 1.01;

impl Dictionary {
    /// Prepares the dictionary for coding.
    pub fn coder(&self) -> Coder<'_> {
        Coder::new(self)
    }
}

impl<'a> Coder<'a> {
    /// Prepares a dictionary.
    pub fn new(dictionary: &'a Dictionary) -> Self {
        let (dim, count) = (dictionary.dim(), dictionary.count());
        let atoms = columns(dictionary.atoms(), dim, count);
        let mut gram = vec![0.0; count * count];
        product(&mut gram, count, count, atoms.transpose(), atoms, Accum::Replace, 1.0);
        let lipschitz = largest_eigenvalue(&gram, count);
        Self { dictionary, gram: Arc::new(gram), lipschitz }
    }

    /// Sparse codes of `samples`, starting from zero.
    pub fn code(&self, samples: &[f64], lambda: f64, patience: Convergence) -> Vec<f64> {
        self.search(samples, lambda, patience).finish()
    }

    /// Sparse codes of `samples`, starting from given codes.
    pub fn code_from(
        &self,
        codes: Vec<f64>,
        samples: &[f64],
        lambda: f64,
        patience: Convergence,
        method: ShrinkageMethod,
    ) -> Vec<f64> {
        self.search_from(codes, samples, lambda, patience, method).finish()
    }

    /// Starts a search for sparse codes of `samples` from zero, to be advanced in slices.
    pub fn search(&self, samples: &[f64], lambda: f64, patience: Convergence) -> SparseCodeSearch {
        let start = vec![0.0; samples.len() / self.dictionary.dim().max(1) * self.dictionary.count()];
        self.search_from(start, samples, lambda, patience, ShrinkageMethod::Fista)
    }

    fn search_from(
        &self,
        codes: Vec<f64>,
        samples: &[f64],
        lambda: f64,
        patience: Convergence,
        method: ShrinkageMethod,
    ) -> SparseCodeSearch {
        let (dim, atoms) = (self.dictionary.dim(), self.dictionary.count());
        let many = samples.len() / dim.max(1);
        // The gradient at a is DᵀD·a − Dᵀz.
        let mut correlations = vec![0.0; many * atoms];
        let d = columns(self.dictionary.atoms(), dim, atoms);
        product(
            &mut correlations,
            atoms,
            many,
            d.transpose(),
            columns(samples, dim, many),
            Accum::Replace,
            1.0,
        );
        let is_done = self.lipschitz <= 0.0 || many == 0;
        SparseCodeSearch {
            gram: Arc::clone(&self.gram),
            atoms,
            ahead: codes.clone(),
            codes,
            correlations,
            gradient: Vec::new(),
            step: 1.0 / self.lipschitz,
            lambda,
            momentum: 1.0,
            tolerance: patience.tolerance,
            method,
            left: if is_done { 0 } else { patience.iterations },
            row: 0,
            moved: 0.0,
        }
    }

    /// ½‖z − D·a‖² + λ‖a‖₁ of every sample.
    pub fn objectives(&self, samples: &[f64], codes: &[f64], lambda: f64) -> Vec<f64> {
        self.dictionary.objectives(samples, codes, lambda)
    }

    /// How far each code is from the optimality conditions (Karush, Kuhn and Tucker): where a is zero, the product of
    /// the atom with the residual is at most λ in size; elsewhere it is λ with the sign of a. The largest excess per
    /// sample.
    pub fn violations(&self, samples: &[f64], codes: &[f64], lambda: f64) -> Vec<f64> {
        let (dim, atoms) = (self.dictionary.dim(), self.dictionary.count());
        let many = samples.len() / dim.max(1);
        let rebuilt = self.dictionary.rebuild(codes);
        let residual: Vec<f64> = samples.iter().zip(&rebuilt).map(|(z, near)| z - near).collect();
        let mut along = vec![0.0; many * atoms];
        let d = columns(self.dictionary.atoms(), dim, atoms);
        product(&mut along, atoms, many, d.transpose(), columns(&residual, dim, many), Accum::Replace, 1.0);
        let excess = |(along, a): (&f64, &f64)| match *a {
            0.0 => (along.abs() - lambda).max(0.0),
            a => (along - lambda * a.signum()).abs(),
        };
        let rows = along.chunks_exact(atoms.max(1)).zip(codes.chunks_exact(atoms.max(1)));
        rows.map(|(along, a)| along.iter().zip(a).map(excess).fold(0.0, f64::max)).collect()
    }

    /// The smallest λ at which every code of `samples` is zero: ‖Dᵀz‖_∞.
    pub fn silencing(&self, samples: &[f64]) -> f64 {
        let dim = self.dictionary.dim().max(1);
        let dot = |z: &[f64], d: &[f64]| z.iter().zip(d).map(|(x, y)| x * y).sum::<f64>().abs();
        let atoms = || self.dictionary.atoms().chunks_exact(dim);
        samples.chunks_exact(dim).flat_map(|z| atoms().map(move |d| dot(z, d))).fold(0.0, f64::max)
    }
}

/// A search for sparse codes in progress. It can be done in slices, and the codes are the same to the last bit as long
/// as an iteration over all samples fits into one.
#[derive(Clone, Debug)]
pub struct SparseCodeSearch {
    gram: Arc<Vec<f64>>,
    atoms: usize,
    codes: Vec<f64>,
    /// The point at which the next gradient is computed.
    ahead: Vec<f64>,
    /// Dᵀz.
    correlations: Vec<f64>,
    gradient: Vec<f64>,
    step: f64,
    lambda: f64,
    momentum: f64,
    tolerance: f64,
    method: ShrinkageMethod,
    /// The remaining iterations, the current one included.
    left: usize,
    /// The samples that the current iteration has updated.
    row: usize,
    /// The largest change of a value in it.
    moved: f64,
}

impl SparseCodeSearch {
    /// Runs to the end and returns the codes.
    fn finish(mut self) -> Vec<f64> {
        self.advance(usize::MAX);
        self.codes
    }

    /// Continues for about `work` multiplications, at least for one sample. Returns whether it is finished.
    pub fn advance(&mut self, work: usize) -> bool {
        let many = self.codes.len() / self.atoms.max(1);
        let each = (self.atoms * self.atoms).max(1);
        let mut rows_left = (work / each).max(1);
        // Iterations that fit are not split, because products of fewer samples may round differently.
        let least = if rows_left >= many { many } else { 1 };
        while self.left > 0 && rows_left >= least.min(many - self.row) {
            let rows = rows_left.min(many - self.row);
            self.move_rows(rows);
            rows_left -= rows;
            if self.row == many {
                self.end_iteration();
            }
        }
        self.left == 0
    }

    /// Whether it is finished.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The current codes.
    pub fn codes(&self) -> &[f64] {
        &self.codes
    }

    /// The momentum of the current iteration, and the momentum parameter of the next.
    fn momenta(&self) -> (f64, f64) {
        let next = (1.0 + (1.0 + 4.0 * self.momentum * self.momentum).sqrt()) / 2.0;
        let carried = if self.method == ShrinkageMethod::Fista { (self.momentum - 1.0) / next } else { 0.0 };
        (carried, next)
    }

    /// One step for the next samples.
    fn move_rows(&mut self, rows: usize) {
        let (carried, _) = self.momenta();
        let Self { gram, atoms, codes, ahead, correlations, gradient, step, lambda, row, moved, .. } = self;
        let place = *row * *atoms..(*row + rows) * *atoms;
        let ahead = &mut ahead[place.clone()];
        gradient.resize(place.len(), 0.0);
        let gram = columns(gram, *atoms, *atoms);
        product(gradient, *atoms, rows, gram, columns(ahead, *atoms, rows), Accum::Replace, 1.0);
        let places =
            codes[place.clone()].iter_mut().zip(ahead).zip(gradient.iter().zip(&correlations[place]));
        for ((code, ahead), (gradient, correlation)) in places {
            let new = soft_threshold(*ahead - (gradient - correlation) * *step, *lambda * *step);
            let change = new - *code;
            *ahead = new + carried * change;
            *code = new;
            *moved = moved.max(change.abs());
        }
        *row += rows;
    }

    fn end_iteration(&mut self) {
        (_, self.momentum) = self.momenta();
        self.left = if self.moved <= self.tolerance { 0 } else { self.left - 1 };
        (self.row, self.moved) = (0, 0.0);
    }
}

/// The mean number of nonzero values per code.
pub fn nonzeros(codes: &[f64], atoms: usize) -> f64 {
    let samples = codes.len() / atoms.max(1);
    codes.iter().filter(|x| **x != 0.0).count() as f64 / samples.max(1) as f64
}

/// Soft thresholding: `x` moved towards zero by `by`.
fn soft_threshold(x: f64, by: f64) -> f64 {
    if x > by {
        x - by
    } else if x < -by {
        x + by
    } else if x.is_nan() {
        x
    } else {
        0.0
    }
}

/// An upper bound close to the largest eigenvalue of a Gram matrix, by the power method from a fixed start.
fn largest_eigenvalue(gram: &[f64], count: usize) -> f64 {
    // Unequal entries, so that the start is not orthogonal to the eigenvector because of a symmetry of the atoms.
    let mut vector: Vec<f64> = (0..count).map(|k| 1.0 + 0.5 * (k as f64 * 1.7).sin()).collect();
    let mut found = 0.0;
    for _ in 0..POWER_STEPS {
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        if !(length > 0.0 && length.is_finite()) {
            return 0.0;
        }
        vector.iter_mut().for_each(|x| *x /= length);
        let mut next = vec![0.0; count];
        product(
            &mut next,
            count,
            1,
            columns(gram, count, count),
            columns(&vector, count, 1),
            Accum::Replace,
            1.0,
        );
        found = next.iter().zip(&vector).map(|(x, y)| x * y).sum::<f64>();
        vector = next;
    }
    // The largest row sum bounds all eigenvalues.
    let row = |row: &[f64]| row.iter().map(|x| x.abs()).sum::<f64>();
    let bound = gram.chunks_exact(count.max(1)).map(row).fold(0.0, f64::max);
    (found * POWER_MARGIN).min(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_at_least_the_largest_eigenvalue() {
        // Eigenvalues 3 and 1; the iteration gives at least 3.
        let found = largest_eigenvalue(&[2.0, 1.0, 1.0, 2.0], 2);
        assert!((3.0..=3.0 * POWER_MARGIN + 1e-9).contains(&found), "got {found}, want 3");
    }

    #[test]
    fn soft_thresholding_moves_towards_zero_and_keeps_nan() {
        assert_eq!(
            [soft_threshold(2.0, 0.5), soft_threshold(-2.0, 0.5), soft_threshold(0.5, 0.5)],
            [1.5, -1.5, 0.0]
        );
        assert!(soft_threshold(f64::NAN, 0.5).is_nan());
    }

    #[test]
    fn a_search_in_slices_finds_the_same_codes() {
        let wave =
            |count: usize, pace: f64| (0..count).map(|k| (k as f64 * pace).sin()).collect::<Vec<f64>>();
        let dictionary = Dictionary::new(wave(6 * 9, 0.7), 6);
        let (coder, samples) = (dictionary.coder(), wave(5 * 6, 1.3));
        let want = coder.code(&samples, 0.1, Convergence::DEFAULT);
        // All samples in a slice, some of them, and a single one.
        for (rows, exact) in [(7, true), (3, false), (1, false)] {
            let mut search = coder.search(&samples, 0.1, Convergence::DEFAULT);
            let mut slices = 1;
            while !search.advance(rows * 81) {
                slices += 1;
            }
            assert!(slices > 5, "{slices} slices of {rows} samples");
            for (got, want) in search.codes().iter().zip(&want) {
                let most = if exact { 0.0 } else { 1e-12 };
                assert!((got - want).abs() <= most, "slices of {rows}: got {got}, want {want} ± {most}");
            }
        }
    }

    #[test]
    fn orthonormal_atoms_give_the_closed_form() {
        // With DᵀD = 1 the optimum is Dᵀz, shrunk by λ.
        let dictionary = Dictionary::new(vec![0.6, 0.8, -0.8, 0.6], 2);
        let codes = Coder::new(&dictionary).code(&[1.0, 2.0], 0.3, Convergence::DEFAULT);
        for (got, want) in codes.iter().zip([0.6 + 1.6 - 0.3, -0.8 + 1.2 - 0.3]) {
            assert!((got - want).abs() < 1e-4, "got {got}, want {want}");
        }
    }
}
