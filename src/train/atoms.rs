//! Online dictionary learning (Mairal, Bach, Ponce and Sapiro 2009): two sums over past samples and codes are kept, and
//! every batch moves each atom to the optimum for them, with a length of at most one.

use faer::Accum;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::matrix::{columns, product};

/// An atom is unused if its part of all squared code values is below this fraction of an equal part. It is small
/// enough to keep an atom that one image in a thousand uses.
const UNUSED: f64 = 1e-3;

/// A dictionary with the statistics it is learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionary {
    dim: usize,
    count: usize,
    /// One atom after the other.
    atoms: Vec<f64>,
    /// Σ a·aᵀ over past samples, one row per atom.
    code_products: Vec<f64>,
    /// Σ a_k·z over past samples, one row per atom.
    sample_products: Vec<f64>,
    updates: u64,
}

impl Dictionary {
    /// A dictionary of atoms of `dim` values, one after the other, with empty statistics.
    pub fn new(atoms: Vec<f64>, dim: usize) -> Self {
        let count = atoms.len() / dim.max(1);
        let (code_products, sample_products) = (vec![0.0; count * count], vec![0.0; count * dim]);
        Self { dim, count, atoms, code_products, sample_products, updates: 0 }
    }

    /// Initial atoms: samples in random order, scaled to length one, then random directions if there are too few.
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

    /// Values per atom.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The number of atoms.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The atoms, one after the other.
    pub fn atoms(&self) -> &[f64] {
        &self.atoms
    }

    /// The number of updates.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        [&self.atoms, &self.code_products, &self.sample_products].into_iter().flatten().all(|x| x.is_finite())
    }

    /// The sum of the squared code values of each atom over past samples.
    pub fn usage(&self) -> Vec<f64> {
        (0..self.count).map(|k| self.code_products[k * self.count + k]).collect()
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

    /// Updates the atoms from samples and their codes. `keep` is the factor that past statistics are scaled by. Unused
    /// atoms are replaced by the residuals of random samples.
    pub fn learn(&mut self, samples: &[f64], codes: &[f64], keep: f64, rng: &mut ChaCha8Rng) {
        let many = samples.len() / self.dim.max(1);
        self.code_products.iter_mut().chain(&mut self.sample_products).for_each(|x| *x *= keep);
        let (a, z) = (columns(codes, self.count, many), columns(samples, self.dim, many));
        product(&mut self.code_products, self.count, self.count, a, a.transpose(), Accum::Add, 1.0);
        product(&mut self.sample_products, self.dim, self.count, z, a.transpose(), Accum::Add, 1.0);
        let unused = self.update_atoms();
        self.replace(&unused, samples, codes, rng);
        self.updates += 1;
    }

    /// One round of block-coordinate descent over the atoms: each moves to its optimum given the others, and is scaled
    /// back to length one if it is longer. Returns the unused atoms.
    fn update_atoms(&mut self) -> Vec<usize> {
        let total: f64 = self.usage().iter().sum();
        let floor = UNUSED * total / self.count.max(1) as f64;
        let mut unused = Vec::new();
        for k in 0..self.count {
            let row = &self.code_products[k * self.count..(k + 1) * self.count];
            let used = row[k];
            // NaN is not unused: the atom becomes NaN, and the run reports it.
            if used <= floor {
                unused.push(k);
                continue;
            }
            let mut explained = vec![0.0; self.dim];
            let atoms = columns(&self.atoms, self.dim, self.count);
            product(&mut explained, self.dim, 1, atoms, columns(row, self.count, 1), Accum::Replace, 1.0);
            let place = k * self.dim..(k + 1) * self.dim;
            let target = &self.sample_products[place.clone()];
            let atom = &mut self.atoms[place];
            for ((x, target), explained) in atom.iter_mut().zip(target).zip(&explained) {
                *x += (target - explained) / used;
            }
            let length = atom.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length > 1.0 {
                atom.iter_mut().for_each(|x| *x /= length);
            }
        }
        unused
    }

    /// Replaces unused atoms by the residuals of random samples.
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
            self.sample_products[k * self.dim..(k + 1) * self.dim].fill(0.0);
            for other in 0..self.count {
                self.code_products[k * self.count + other] = 0.0;
                self.code_products[other * self.count + k] = 0.0;
            }
        }
    }
}

/// A row scaled to length one; `None` for a row of zeros.
fn unit(row: Vec<f64>) -> Option<Vec<f64>> {
    let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length > 1e-9 && length.is_finite()).then(|| row.into_iter().map(|x| x / length).collect())
}

/// A random direction.
fn direction(dim: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let drawn: Vec<f64> = (0..dim).map(|_| rng.sample(StandardNormal)).collect();
    unit(drawn).unwrap_or_else(|| vec![1.0 / (dim.max(1) as f64).sqrt(); dim])
}
