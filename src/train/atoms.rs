//! A dictionary that learns online (Mairal, Bach, Ponce and Sapiro 2009): what past codes said is kept in two sums,
//! and every batch moves each atom to the best place for them, no longer than one.

use faer::Accum;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::sparse::{Coder, columns, product};

/// An atom whose share of all squared code numbers is below this part of an equal share is unused. Small enough that
/// an atom of which one image in a thousand makes use stays.
const UNUSED: f64 = 1e-3;

/// Atoms, and what they learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionary {
    dim: usize,
    count: usize,
    /// One atom after the other.
    atoms: Vec<f64>,
    /// Σ a·aᵀ over the samples that count, one row per atom.
    together: Vec<f64>,
    /// Σ a_k·z over the samples that count, one row per atom.
    pulls: Vec<f64>,
    updates: u64,
}

impl Dictionary {
    /// Atoms of `dim` numbers, one after the other, that have learned nothing yet.
    pub fn new(atoms: Vec<f64>, dim: usize) -> Self {
        let count = atoms.len() / dim.max(1);
        let (together, pulls) = (vec![0.0; count * count], vec![0.0; count * dim]);
        Self { dim, count, atoms, together, pulls, updates: 0 }
    }

    /// First atoms: samples in a drawn order, at length one, and drawn directions where there are not enough.
    pub fn from_samples(samples: &[f64], dim: usize, count: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut order: Vec<usize> = (0..samples.len() / dim.max(1)).collect();
        order.shuffle(rng);
        let mut atoms = Vec::with_capacity(count * dim);
        for k in 0..count {
            let sample = order.get(k).map(|&row| samples[row * dim..(row + 1) * dim].to_vec());
            atoms.extend(sample.and_then(unit).unwrap_or_else(|| direction(dim, rng)));
        }
        Self::new(atoms, dim)
    }

    /// Numbers in an atom.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many atoms there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The atoms, one after the other.
    pub fn atoms(&self) -> &[f64] {
        &self.atoms
    }

    /// Updates made.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Whether every number in it is a number.
    pub fn is_finite(&self) -> bool {
        [&self.atoms, &self.together, &self.pulls].into_iter().flatten().all(|x| x.is_finite())
    }

    /// How much every atom was used lately: its squared code numbers, summed over the samples that count.
    pub fn usage(&self) -> Vec<f64> {
        (0..self.count).map(|k| self.together[k * self.count + k]).collect()
    }

    /// D·a of every code.
    pub fn rebuild(&self, codes: &[f64]) -> Vec<f64> {
        let many = codes.len() / self.count.max(1);
        let mut samples = vec![0.0; many * self.dim];
        let atoms = columns(&self.atoms, self.dim, self.count);
        product(&mut samples, self.dim, many, atoms, columns(codes, self.count, many), Accum::Replace, 1.0);
        samples
    }

    /// ½‖z − D·a‖² + λ‖a‖₁ of every sample.
    pub fn objectives(&self, samples: &[f64], codes: &[f64], lambda: f64) -> Vec<f64> {
        let (dim, atoms) = (self.dim.max(1), self.count.max(1));
        let rebuilt = self.rebuild(codes);
        let rows = samples.chunks_exact(dim).zip(rebuilt.chunks_exact(dim)).zip(codes.chunks_exact(atoms));
        rows.map(|((z, near), a)| {
            let squared: f64 = z.iter().zip(near).map(|(x, y)| (x - y).powi(2)).sum();
            0.5 * squared + lambda * a.iter().map(|x| x.abs()).sum::<f64>()
        })
        .collect()
    }

    /// Makes the dictionary ready for coding.
    pub fn coder(&self) -> Coder<'_> {
        Coder::new(self)
    }

    /// Learns from samples and their codes; `keep` is the share of what earlier ones said that still counts. Unused
    /// atoms become what the codes explain worst among some drawn samples.
    pub fn learn(&mut self, samples: &[f64], codes: &[f64], keep: f64, rng: &mut ChaCha8Rng) {
        let many = samples.len() / self.dim.max(1);
        self.together.iter_mut().chain(&mut self.pulls).for_each(|x| *x *= keep);
        let (a, z) = (columns(codes, self.count, many), columns(samples, self.dim, many));
        product(&mut self.together, self.count, self.count, a, a.transpose(), Accum::Add, 1.0);
        product(&mut self.pulls, self.dim, self.count, z, a.transpose(), Accum::Add, 1.0);
        let unused = self.move_atoms();
        self.replace(&unused, samples, codes, rng);
        self.updates += 1;
    }

    /// One round of block-coordinate descent over the atoms: each goes to its best place given the others, and back
    /// to length one where it is longer. Answers with the atoms that nothing was said of.
    fn move_atoms(&mut self) -> Vec<usize> {
        let total: f64 = self.usage().iter().sum();
        let floor = UNUSED * total / self.count.max(1) as f64;
        let mut unused = Vec::new();
        for k in 0..self.count {
            let row = &self.together[k * self.count..(k + 1) * self.count];
            let used = row[k];
            // What is no number is moved, so that the run can tell.
            if used <= floor {
                unused.push(k);
                continue;
            }
            let mut explained = vec![0.0; self.dim];
            let atoms = columns(&self.atoms, self.dim, self.count);
            product(&mut explained, self.dim, 1, atoms, columns(row, self.count, 1), Accum::Replace, 1.0);
            let place = k * self.dim..(k + 1) * self.dim;
            let pull = &self.pulls[place.clone()];
            let atom = &mut self.atoms[place];
            for ((x, pull), explained) in atom.iter_mut().zip(pull).zip(&explained) {
                *x += (pull - explained) / used;
            }
            let length = atom.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length > 1.0 {
                atom.iter_mut().for_each(|x| *x /= length);
            }
        }
        unused
    }

    /// Gives unused atoms a new beginning.
    fn replace(&mut self, unused: &[usize], samples: &[f64], codes: &[f64], rng: &mut ChaCha8Rng) {
        if unused.is_empty() {
            return;
        }
        let rebuilt = self.rebuild(codes);
        let rows = samples.chunks_exact(self.dim).zip(rebuilt.chunks_exact(self.dim));
        let residual: Vec<Vec<f64>> =
            rows.map(|(z, near)| z.iter().zip(near).map(|(x, y)| x - y).collect()).collect();
        let mut order: Vec<usize> = (0..residual.len()).collect();
        order.shuffle(rng);
        for (place, &k) in unused.iter().enumerate() {
            let drawn = order.get(place).and_then(|&row| unit(residual[row].clone()));
            let atom = drawn.unwrap_or_else(|| direction(self.dim, rng));
            self.atoms[k * self.dim..(k + 1) * self.dim].copy_from_slice(&atom);
            self.pulls[k * self.dim..(k + 1) * self.dim].fill(0.0);
            for other in 0..self.count {
                self.together[k * self.count + other] = 0.0;
                self.together[other * self.count + k] = 0.0;
            }
        }
    }
}

/// A row at length one; `None` of a row without a direction.
fn unit(row: Vec<f64>) -> Option<Vec<f64>> {
    let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length > 1e-9 && length.is_finite()).then(|| row.into_iter().map(|x| x / length).collect())
}

/// A drawn direction.
fn direction(dim: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let drawn: Vec<f64> = (0..dim).map(|_| rng.sample(StandardNormal)).collect();
    unit(drawn).unwrap_or_else(|| vec![1.0 / (dim.max(1) as f64).sqrt(); dim])
}
