//! Principal component analysis (PCA): the best linear code of a given size, with which networks are compared.
//!
//! Contract: on the host, no tensors. Rows are f32; the covariance is summed and decomposed in f64, block by block,
//! so that 60,000 images cost little more memory than one block. For images so large that their covariance would not fit,
//! only the first components are found, by subspace iteration from random directions. Signs are fixed: the largest entry
//! of every component is positive. Rows that are not finite give components that are not finite, never a panic.

use faer::linalg::matmul::{self, triangular::BlockStructure};
use faer::{Accum, Mat, MatRef, Par, Side};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::data::Dataset;
use crate::recipe::random::{Purpose, stream};

/// The largest images whose components are all computed: the time grows with the third power of their pixels. Of larger
/// ones the first [`MOST_COMPONENTS`] are.
const MOST_PIXELS: usize = 2048;
/// Components of larger images.
pub const MOST_COMPONENTS: usize = 256;
/// Directions beyond the components that are wanted, and rounds: the last components are exact to a thousandth of their
/// variance where the variances fall by a few percent from one to the next (Halko, Martinsson and Tropp 2011).
const SPARE: usize = 16;
const ROUNDS: usize = 6;
/// Numbers in a block of large rows, at most.
const BLOCK_NUMBERS: usize = 1 << 22;
/// Rows per block: large enough for fast matrix products, small enough to stay in the cache and for sums in f32.
const BLOCK: usize = 512;

/// The principal components of some rows.
#[derive(Clone, Debug)]
pub struct Pca {
    /// The mean row.
    pub mean: Vec<f32>,
    /// The first `k` components, one after the other, orthonormal, the one that explains most first.
    pub components: Vec<f32>,
    /// The variance along every component that was found, also along those that are not kept, largest first (divided by
    /// the number of rows).
    pub variances: Vec<f32>,
    /// The sum of the variances along all directions.
    pub total: f64,
    /// Components kept.
    pub k: usize,
}

/// The mean and the covariance of some rows.
#[derive(Clone, Debug)]
pub struct Covariance {
    /// The mean row.
    pub mean: Vec<f32>,
    /// The lower half of the covariance.
    pub lower: Mat<f64>,
}

impl Covariance {
    /// Those of `rows`, each of `dim` numbers.
    pub fn of_rows(rows: &[f32], dim: usize) -> Self {
        Self::of_blocks(dim, |each| blocks(rows, dim).for_each(each))
    }

    /// Those of images, of which a block at a time is in memory.
    pub fn of_images(dataset: &Dataset, images: &[u32]) -> Self {
        Self::of_blocks(dataset.shape.values(), |each| visit(dataset, images, each))
    }

    /// The same with every pixel multiplied by a number of its own.
    pub fn scaled(&self, factors: &[f64]) -> Self {
        let dim = factors.len();
        let lower =
            Mat::from_fn(dim, dim, |row, column| self.lower[(row, column)] * factors[row] * factors[column]);
        Self { mean: self.mean.clone(), lower }
    }

    /// Those of rows that come block by block, twice.
    fn of_blocks(dim: usize, mut visit: impl FnMut(&mut dyn FnMut(&[f32]))) -> Self {
        let (mean, count) = mean_of(dim, &mut visit);
        let mut lower = Mat::<f64>::zeros(dim, dim);
        visit(&mut |block| add_block(&mut lower, centred(block, &mean).as_ref(), count));
        Self { mean, lower }
    }
}

/// Hands out images block by block, in tensor order.
fn visit(dataset: &Dataset, images: &[u32], each: &mut dyn FnMut(&[f32])) {
    let rows = (BLOCK_NUMBERS / dataset.shape.values().max(1)).clamp(1, BLOCK);
    let mut pixels = Vec::new();
    for block in images.chunks(rows) {
        dataset.write_f32(block, &mut pixels);
        each(&pixels);
    }
}

/// The mean of rows that come block by block, and how many there are.
fn mean_of(dim: usize, visit: &mut impl FnMut(&mut dyn FnMut(&[f32]))) -> (Vec<f32>, f64) {
    let (mut sum, mut count) = (vec![0.0_f64; dim], 0);
    visit(&mut |block| {
        count += block.len() / dim.max(1);
        for row in block.chunks_exact(dim.max(1)) {
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
        }
    });
    let count = count.max(1) as f64;
    (sum.into_iter().map(|sum| (sum / count) as f32).collect(), count)
}

impl Pca {
    /// The components of images, block by block: all of them, or the first [`MOST_COMPONENTS`] of large images. `None` where
    /// it was cancelled.
    pub fn of_images(dataset: &Dataset, images: &[u32], is_cancelled: &dyn Fn() -> bool) -> Option<Self> {
        let pixels = dataset.shape.values();
        if pixels <= MOST_PIXELS {
            let covariance = Covariance::of_images(dataset, images);
            return (!is_cancelled()).then(|| Self::of(covariance, pixels));
        }
        Self::of_large_images(dataset, images, MOST_COMPONENTS, None, is_cancelled)
    }

    /// Whether all components of images of this size are found.
    pub fn finds_all(pixels: usize) -> bool {
        pixels <= MOST_PIXELS
    }

    /// The first components of images whose covariance would be too large: random directions are multiplied by the
    /// covariance again and again, block by block, until they span what varies most. With `factors`, every pixel less its
    /// mean is multiplied by a number of its own first.
    pub fn of_large_images(
        dataset: &Dataset,
        images: &[u32],
        k: usize,
        factors: Option<&[f64]>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let dim = dataset.shape.values();
        let k = k.min(dim).min(images.len());
        let width = (k + SPARE).min(dim);
        let (mean, count) = mean_of(dim, &mut |each| visit(dataset, images, each));
        let mut rng = stream(0, Purpose::Components, dim as u64);
        let mut directions = Mat::from_fn(dim, width, |_, _| rng.sample::<f32, _>(StandardNormal));
        let (mut total, mut small) = (0.0, Mat::<f64>::zeros(width, width));
        for round in 0..ROUNDS {
            let mut product = Mat::<f64>::zeros(dim, width);
            total = 0.0;
            visit(dataset, images, &mut |block| {
                if is_cancelled() {
                    return;
                }
                let mut rows = centred(block, &mean);
                for (column, factor) in rows.col_iter_mut().zip(factors.into_iter().flatten()) {
                    column.iter_mut().for_each(|x| *x *= *factor as f32);
                }
                total += rows
                    .col_iter()
                    .flat_map(|column| column.iter())
                    .map(|x| f64::from(*x).powi(2))
                    .sum::<f64>();
                let mut along = Mat::<f32>::zeros(rows.nrows(), width);
                matmul::matmul(&mut along, Accum::Replace, &rows, &directions, 1.0, threads());
                let mut part = Mat::<f32>::zeros(dim, width);
                matmul::matmul(&mut part, Accum::Replace, rows.transpose(), &along, 1.0, threads());
                for (sum, part) in product.col_iter_mut().zip(part.col_iter()) {
                    sum.iter_mut().zip(part.iter()).for_each(|(sum, part)| *sum += f64::from(*part) / count);
                }
            });
            if is_cancelled() {
                return None;
            }
            if round + 1 == ROUNDS {
                let basis = Mat::from_fn(dim, width, |row, column| f64::from(directions[(row, column)]));
                matmul::matmul(&mut small, Accum::Replace, basis.transpose(), &product, 1.0, threads());
            } else {
                let basis = product.qr().compute_thin_Q();
                directions = Mat::from_fn(dim, width, |row, column| basis[(row, column)] as f32);
            }
        }
        // Within the space that was found, the components are those of a small matrix.
        let Self { components: turns, variances, .. } =
            Self::of(Covariance { mean: vec![0.0; width], lower: small }, k);
        let turns = MatRef::from_row_major_slice(&turns, k, width);
        let mut found = Mat::<f32>::zeros(k, dim);
        matmul::matmul(&mut found, Accum::Replace, turns, directions.transpose(), 1.0, threads());
        let components = found.row_iter().flat_map(|row| signed(row.iter().copied().collect())).collect();
        Some(Self { mean, components, variances: variances[..k].to_vec(), total: total / count, k })
    }

    /// Finds the components of `rows`, each of `dim` numbers, and keeps the first `k` (at most `dim`).
    pub fn fit(rows: &[f32], dim: usize, k: usize) -> Self {
        Self::of(Covariance::of_rows(rows, dim), k)
    }

    /// The components of rows with this mean and covariance, of which the first `k` are kept (at most all).
    pub fn of(Covariance { mean, lower }: Covariance, k: usize) -> Self {
        let dim = mean.len();
        let k = k.min(dim);
        let Ok(eigen) = lower.self_adjoint_eigen(Side::Lower) else {
            // Only numbers that are not finite keep the decomposition from converging.
            return Self {
                mean,
                components: vec![f32::NAN; k * dim],
                variances: vec![f32::NAN; dim],
                total: f64::NAN,
                k,
            };
        };
        let falling = (0..dim).rev();
        let mut components = Vec::with_capacity(k * dim);
        for column in falling.clone().take(k) {
            components.extend(signed(eigen.U().col(column).iter().map(|&entry| entry as f32).collect()));
        }
        // Rounding can push a variance of nothing below zero.
        let variances: Vec<f32> = falling.map(|i| eigen.S()[i].max(0.0) as f32).collect();
        let total = variances.iter().map(|variance| f64::from(*variance)).sum();
        Self { mean, components, variances, total, k }
    }

    /// The first components alone, at most so many.
    pub fn first(&self, k: usize) -> Self {
        let k = k.min(self.k);
        let components = self.components[..k * self.mean.len()].to_vec();
        Self { mean: self.mean.clone(), components, variances: self.variances.clone(), total: self.total, k }
    }

    /// The coordinates of `rows` along the components, `k` per row.
    pub fn project(&self, rows: &[f32]) -> Vec<f32> {
        let dim = self.mean.len();
        let mut codes = Vec::with_capacity(rows.len() / dim.max(1) * self.k);
        for block in blocks(rows, dim) {
            let code = self.code(&centred(block, &self.mean));
            codes.extend(code.row_iter().flat_map(|row| row.iter().copied()));
        }
        codes
    }

    /// The rows that have these coordinates along the components.
    pub fn rebuild(&self, codes: &[f32]) -> Vec<f32> {
        let dim = self.mean.len();
        let count = codes.len() / self.k.max(1);
        let mut rows = Mat::from_fn(count, dim, |_, column| self.mean[column]);
        let codes = MatRef::from_row_major_slice(codes, count, self.k);
        matmul::matmul(&mut rows, Accum::Add, codes, self.basis(), 1.0, threads());
        rows.row_iter().flat_map(|row| row.iter().copied()).collect()
    }

    /// The squared error of rebuilding `rows` from the components: summed over a row, averaged over rows.
    pub fn squared_error(&self, rows: &[f32]) -> f64 {
        let errors = self.each_squared_error(rows);
        errors.iter().sum::<f64>() / errors.len().max(1) as f64
    }

    /// The same of each row.
    pub fn each_squared_error(&self, rows: &[f32]) -> Vec<f64> {
        let dim = self.mean.len();
        let mut errors = Vec::with_capacity(rows.len() / dim.max(1));
        for block in blocks(rows, dim) {
            let mut rest = centred(block, &self.mean);
            let code = self.code(&rest);
            matmul::matmul(&mut rest, Accum::Add, &code, self.basis(), -1.0, threads());
            let of_row = |row: faer::RowRef<'_, f32>| row.iter().map(|&r| f64::from(r).powi(2)).sum::<f64>();
            errors.extend(rest.row_iter().map(of_row));
        }
        errors
    }

    /// The squared error of reconstructing `rows` from the first 0, 1, 2 … `k` components: summed over a row, averaged
    /// over rows. Components are nested, so one projection serves all of them.
    pub fn squared_errors(&self, rows: &[f32]) -> Vec<f64> {
        let count = (rows.len() / self.mean.len().max(1)).max(1) as f64;
        let mut explained = vec![0.0_f64; self.k];
        for code in self.project(rows).chunks_exact(self.k.max(1)) {
            explained.iter_mut().zip(code).for_each(|(sum, &c)| *sum += f64::from(c).powi(2) / count);
        }
        // From the last component to the first: a sum of small numbers keeps its digits, a difference does not.
        let mut errors = vec![self.squared_error(rows)];
        errors.extend(explained.iter().rev().scan(errors[0], |error, part| {
            *error += part;
            Some(*error)
        }));
        errors.reverse();
        errors
    }

    /// The components as the rows of a matrix.
    fn basis(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.components, self.k, self.mean.len())
    }

    fn code(&self, centred: &Mat<f32>) -> Mat<f32> {
        let mut code = Mat::zeros(centred.nrows(), self.k);
        matmul::matmul(&mut code, Accum::Replace, centred, self.basis().transpose(), 1.0, threads());
        code
    }
}

/// A direction, turned so that its largest entry is positive.
fn signed(mut direction: Vec<f32>) -> Vec<f32> {
    let largest = direction.iter().copied().fold(0.0, |a: f32, b| if b.abs() > a.abs() { b } else { a });
    direction.iter_mut().for_each(|entry| *entry *= largest.signum());
    direction
}

fn threads() -> Par {
    Par::rayon(0)
}

/// The rows in blocks; a last row that is cut short is left out.
fn blocks(rows: &[f32], dim: usize) -> impl Iterator<Item = &[f32]> {
    let dim = dim.max(1);
    rows[..rows.len() / dim * dim].chunks(BLOCK * dim)
}

/// A block of rows minus the mean.
fn centred(block: &[f32], mean: &[f32]) -> Mat<f32> {
    let dim = mean.len();
    Mat::from_fn(block.len() / dim, dim, |row, column| block[row * dim + column] - mean[column])
}

/// Adds the outer products of centred rows to the lower half of a matrix.
pub(super) fn add_products(total: &mut Mat<f64>, rows: &[f32]) {
    let dim = total.nrows();
    for block in blocks(rows, dim) {
        add_block(total, MatRef::from_row_major_slice(block, block.len() / dim, dim), 1.0);
    }
}

/// The same for one block, whose sums are precise enough in f32; all divided by `count`.
fn add_block(total: &mut Mat<f64>, rows: MatRef<'_, f32>, count: f64) {
    let mut product = Mat::<f32>::zeros(total.nrows(), total.ncols());
    matmul::triangular::matmul(
        &mut product,
        BlockStructure::TriangularLower,
        Accum::Replace,
        rows.transpose(),
        BlockStructure::Rectangular,
        rows,
        BlockStructure::Rectangular,
        1.0,
        threads(),
    );
    for (total, product) in total.col_iter_mut().zip(product.col_iter()) {
        for (total, &product) in total.iter_mut().zip(product.iter()) {
            *total += f64::from(product) / count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::load;
    use crate::recipe::Recipe;

    #[test]
    fn components_from_random_directions_are_those_of_the_covariance() {
        let mut recipe = Recipe::default();
        recipe.data.count = 1300;
        let dataset = load(&(&recipe.data).into()).expect("digits");
        let train = &dataset.split.train;
        let all = Pca::of(Covariance::of_images(&dataset, train), 784);
        let found = Pca::of_large_images(&dataset, train, 32, None, &|| false).expect("not cancelled");
        assert!((found.total / all.total - 1.0).abs() < 1e-4, "{} and {}", found.total, all.total);
        for k in 0..32 {
            let ratio = found.variances[k] / all.variances[k];
            assert!((ratio - 1.0).abs() < 2e-3, "component {k}: {ratio}");
        }
        let mut pixels = Vec::new();
        dataset.write_f32(&dataset.split.validation, &mut pixels);
        for k in [2, 8, 32] {
            let [got, want] = [&found, &all].map(|pca| pca.first(k).squared_error(&pixels));
            assert!((got / want - 1.0).abs() < 2e-3, "{k} components: {got}, want {want}");
        }
        let cosine: f32 = found.components[..784].iter().zip(&all.components).map(|(a, b)| a * b).sum();
        assert!((cosine - 1.0).abs() < 1e-4, "the first component, with its sign: {cosine}");
        assert!(Pca::of_large_images(&dataset, train, 32, None, &|| true).is_none(), "cancelled");
    }

    #[test]
    fn images_that_come_block_by_block_have_the_covariance_of_all_at_once() {
        let mut recipe = Recipe::default();
        recipe.data.count = 1300;
        let dataset = load(&(&recipe.data).into()).expect("digits");
        let mut pixels = Vec::new();
        dataset.write_f32(&dataset.split.train, &mut pixels);
        assert!(dataset.split.train.len() > 2 * BLOCK, "several blocks");
        let blockwise = Covariance::of_images(&dataset, &dataset.split.train);
        let dim = dataset.shape.values();
        // In double precision, number by number.
        let count = dataset.split.train.len() as f64;
        let column = |at: usize| pixels.iter().skip(at).step_by(dim).map(|x| f64::from(*x));
        let mean = |at: usize| column(at).sum::<f64>() / count;
        for (a, b) in [(300, 300), (407, 406), (500, 210), (783, 0)] {
            assert!((f64::from(blockwise.mean[a]) - mean(a)).abs() < 1e-6);
            let products = column(a).zip(column(b)).map(|(x, y)| (x - mean(a)) * (y - mean(b)));
            let want = products.sum::<f64>() / count;
            assert!((blockwise.lower[(a, b)] - want).abs() < 1e-6, "{a} and {b}: want {want}");
        }
    }
}
