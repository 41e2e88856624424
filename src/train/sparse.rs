//! Sparse codes: min over a of ½‖z − D·a‖² + λ‖a‖₁, by FISTA (Beck and Teboulle 2009), for many z at once.
//!
//! Contract: on the host, in f64, on one thread, so that the same numbers give the same codes to the last bit. Rows
//! lie one after the other: samples of `dim` numbers, codes of one number per atom. A sample that is not finite gives
//! a code that is not finite, never a panic.
//!
//! The host, because a batch of codes is small: 128 codes of 64 atoms take a few milliseconds here, while a device
//! would be asked for hundreds of kernels, and the dictionary's own update goes atom by atom.

use std::sync::Arc;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::atoms::Dictionary;

/// When to be content with the codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Most steps.
    pub iterations: usize,
    /// Enough when no number moved further than this in a step.
    pub tolerance: f64,
}

impl Patience {
    /// For a dictionary that learns, and for pictures: codes right to about a thousandth.
    pub const USUAL: Self = Self { iterations: 200, tolerance: 1e-4 };
}

/// Which way to the optimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A gradient step, then every number shrinks towards zero.
    Ista,
    /// The same from a point beyond the last one, with Nesterov's momentum.
    Fista,
}

/// A dictionary made ready for coding: its Gram matrix, and how long a step may be.
#[derive(Clone, Debug)]
pub struct Coder<'a> {
    dictionary: &'a Dictionary,
    /// DᵀD, one row per atom. Searches share it: for a thousand atoms it has eight megabytes.
    gram: Arc<Vec<f64>>,
    /// The largest eigenvalue of DᵀD, or a little more.
    lipschitz: f64,
}

/// Multiplications in a slice of a longer search: a few milliseconds on one core, so that a drag waits no longer.
pub(super) const SLICE: usize = 1 << 25;
/// Steps of the power iteration.
const POWER_STEPS: usize = 100;
/// The power iteration comes from below; steps must not be too long.
const POWER_MARGIN: f64 = 1.01;

impl<'a> Coder<'a> {
    /// Makes a dictionary ready.
    pub fn new(dictionary: &'a Dictionary) -> Self {
        let (dim, count) = (dictionary.dim(), dictionary.count());
        let atoms = columns(dictionary.atoms(), dim, count);
        let mut gram = vec![0.0; count * count];
        product(&mut gram, count, count, atoms.transpose(), atoms, Accum::Replace, 1.0);
        let lipschitz = largest_eigenvalue(&gram, count);
        Self { dictionary, gram: Arc::new(gram), lipschitz }
    }

    /// Sparse codes of `samples`, from zero.
    pub fn code(&self, samples: &[f64], lambda: f64, patience: Patience) -> Vec<f64> {
        self.search(samples, lambda, patience).finish()
    }

    /// Sparse codes of `samples`, beginning with codes that may be near.
    pub fn code_from(
        &self,
        codes: Vec<f64>,
        samples: &[f64],
        lambda: f64,
        patience: Patience,
        method: Method,
    ) -> Vec<f64> {
        self.search_from(codes, samples, lambda, patience, method).finish()
    }

    /// Begins a search for sparse codes of `samples` from zero, to be advanced in slices.
    pub fn search(&self, samples: &[f64], lambda: f64, patience: Patience) -> Search {
        let start = vec![0.0; samples.len() / self.dictionary.dim().max(1) * self.dictionary.count()];
        self.search_from(start, samples, lambda, patience, Method::Fista)
    }

    fn search_from(
        &self,
        codes: Vec<f64>,
        samples: &[f64],
        lambda: f64,
        patience: Patience,
        method: Method,
    ) -> Search {
        let (dim, atoms) = (self.dictionary.dim(), self.dictionary.count());
        let many = samples.len() / dim.max(1);
        // The gradient at a is DᵀD·a − Dᵀz.
        let mut pull = vec![0.0; many * atoms];
        let d = columns(self.dictionary.atoms(), dim, atoms);
        product(&mut pull, atoms, many, d.transpose(), columns(samples, dim, many), Accum::Replace, 1.0);
        let is_done = self.lipschitz <= 0.0 || many == 0;
        Search {
            gram: Arc::clone(&self.gram),
            atoms,
            ahead: codes.clone(),
            codes,
            pull,
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

    /// How far every code is from the conditions of an optimum (Karush, Kuhn and Tucker): where a is zero the atom's
    /// product with the residual is at most λ, elsewhere it is λ with a's sign. The largest excess of each sample.
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

/// A search for sparse codes under way. It can be done in slices, and the codes are the same to the last bit as long
/// as an iteration over all samples fits into one.
#[derive(Clone, Debug)]
pub struct Search {
    gram: Arc<Vec<f64>>,
    atoms: usize,
    codes: Vec<f64>,
    /// The point that the next gradient is taken at.
    ahead: Vec<f64>,
    pull: Vec<f64>,
    gradient: Vec<f64>,
    step: f64,
    lambda: f64,
    momentum: f64,
    tolerance: f64,
    method: Method,
    /// Iterations that may still be made, the one under way among them.
    left: usize,
    /// Samples that the iteration under way has moved already.
    row: usize,
    /// The longest way that a number has moved in it.
    moved: f64,
}

impl Search {
    /// Goes on to the end; the codes.
    fn finish(mut self) -> Vec<f64> {
        self.advance(usize::MAX);
        self.codes
    }

    /// Goes on for about so many multiplications, at least for one sample; whether it is over.
    pub fn advance(&mut self, work: usize) -> bool {
        let many = self.codes.len() / self.atoms.max(1);
        let each = (self.atoms * self.atoms).max(1);
        let mut rows_left = (work / each).max(1);
        // Where whole iterations fit, none is cut: products of fewer samples may round differently.
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

    /// Whether the codes are found.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The codes as they are.
    pub fn codes(&self) -> &[f64] {
        &self.codes
    }

    /// The factors of momentum: of the iteration under way, and of the next.
    fn momenta(&self) -> (f64, f64) {
        let next = (1.0 + (1.0 + 4.0 * self.momentum * self.momentum).sqrt()) / 2.0;
        let carried = if self.method == Method::Fista { (self.momentum - 1.0) / next } else { 0.0 };
        (carried, next)
    }

    /// Moves the codes of the next samples by one step.
    fn move_rows(&mut self, rows: usize) {
        let (carried, _) = self.momenta();
        let Self { gram, atoms, codes, ahead, pull, gradient, step, lambda, row, moved, .. } = self;
        let place = *row * *atoms..(*row + rows) * *atoms;
        let ahead = &mut ahead[place.clone()];
        gradient.resize(place.len(), 0.0);
        let gram = columns(gram, *atoms, *atoms);
        product(gradient, *atoms, rows, gram, columns(ahead, *atoms, rows), Accum::Replace, 1.0);
        let places = codes[place.clone()].iter_mut().zip(ahead).zip(gradient.iter().zip(&pull[place]));
        for ((code, ahead), (gradient, pull)) in places {
            let new = shrunk(*ahead - (gradient - pull) * *step, *lambda * *step);
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

/// How many numbers of the codes are not zero, on average over the samples.
pub fn nonzeros(codes: &[f64], atoms: usize) -> f64 {
    let samples = codes.len() / atoms.max(1);
    codes.iter().filter(|x| **x != 0.0).count() as f64 / samples.max(1) as f64
}

/// The number nearer to zero by `by`, or zero.
fn shrunk(x: f64, by: f64) -> f64 {
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

/// Rows that lie one after the other are the columns of a matrix in memory's own order.
pub(super) fn columns(rows: &[f64], length: usize, count: usize) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(&rows[..length * count], length, count)
}

/// `out` becomes (or grows by) `scale`·left·right.
pub(super) fn product(
    out: &mut [f64],
    rows: usize,
    count: usize,
    left: MatRef<'_, f64>,
    right: MatRef<'_, f64>,
    accum: Accum,
    scale: f64,
) {
    let out = MatMut::from_column_major_slice_mut(out, rows, count);
    matmul(out, accum, left, right, scale, Par::Seq);
}

/// At least the largest eigenvalue of a Gram matrix, by power iteration from a fixed start.
fn largest_eigenvalue(gram: &[f64], count: usize) -> f64 {
    // Unequal entries, so that no symmetry of the atoms hides the direction that is looked for.
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
    // No eigenvalue is larger than the largest sum of a row.
    let row = |row: &[f64]| row.iter().map(|x| x.abs()).sum::<f64>();
    let bound = gram.chunks_exact(count.max(1)).map(row).fold(0.0, f64::max);
    (found * POWER_MARGIN).min(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_eigenvalue_is_met_and_not_undercut() {
        // Eigenvalues 3 and 1; the iteration gives at least 3.
        let found = largest_eigenvalue(&[2.0, 1.0, 1.0, 2.0], 2);
        assert!((3.0..=3.0 * POWER_MARGIN + 1e-9).contains(&found), "got {found}, want 3");
    }

    #[test]
    fn shrinking_is_towards_zero_and_keeps_what_is_no_number() {
        assert_eq!([shrunk(2.0, 0.5), shrunk(-2.0, 0.5), shrunk(0.5, 0.5)], [1.5, -1.5, 0.0]);
        assert!(shrunk(f64::NAN, 0.5).is_nan());
    }

    #[test]
    fn slices_find_the_codes_that_one_go_finds() {
        let wave =
            |count: usize, pace: f64| (0..count).map(|k| (k as f64 * pace).sin()).collect::<Vec<f64>>();
        let dictionary = Dictionary::new(wave(6 * 9, 0.7), 6);
        let (coder, samples) = (dictionary.coder(), wave(5 * 6, 1.3));
        let want = coder.code(&samples, 0.1, Patience::USUAL);
        // All samples in a slice, some of them, and a single one.
        for (rows, exact) in [(7, true), (3, false), (1, false)] {
            let mut search = coder.search(&samples, 0.1, Patience::USUAL);
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
        let codes = Coder::new(&dictionary).code(&[1.0, 2.0], 0.3, Patience::USUAL);
        for (got, want) in codes.iter().zip([0.6 + 1.6 - 0.3, -0.8 + 1.2 - 0.3]) {
            assert!((got - want).abs() < 1e-4, "got {got}, want {want}");
        }
    }
}
