//! The class of an image by the classes of those whose codes are nearest (k nearest neighbours).
//!
//! On the host, no tensors.

use faer::linalg::matmul;
use faer::{Accum, Mat, MatRef, Par};

/// How many neighbours vote.
pub const NEIGHBOURS: usize = 5;
/// Codes whose classes are asked for at once: their distances to 10,000 others are 10 MB.
const BLOCK: usize = 256;

/// Codes with known classes.
#[derive(Clone, Debug)]
pub struct Neighbours<'a> {
    codes: &'a [f32],
    labels: &'a [u8],
    dimensions: usize,
    /// Half the squared length of each code.
    half_lengths: Vec<f32>,
}

impl<'a> Neighbours<'a> {
    /// Codes of so many numbers each, and a class for every code.
    pub fn new(codes: &'a [f32], labels: &'a [u8], dimensions: usize) -> Self {
        let half_length = |code: &[f32]| 0.5 * code.iter().map(|z| z * z).sum::<f32>();
        let half_lengths = codes.chunks_exact(dimensions.max(1)).map(half_length).collect();
        Self { codes, labels, dimensions, half_lengths }
    }

    /// The class of each code: that of most of its nearest neighbours, the first of these classes where they are as many.
    pub fn classes(&self, codes: &[f32]) -> Vec<u8> {
        codes.chunks(BLOCK * self.dimensions.max(1)).flat_map(|block| self.classes_of_block(block)).collect()
    }

    /// The distance of each code from its nearest neighbours, on average.
    pub fn distances(&self, codes: &[f32]) -> Vec<f32> {
        let dimensions = self.dimensions.max(1);
        let distances = codes.chunks(BLOCK * dimensions).flat_map(|block| {
            let length = |code: &[f32]| code.iter().map(|z| z * z).sum::<f32>();
            let lengths: Vec<f32> = block.chunks_exact(dimensions).map(length).collect();
            let distance = |(near, length): (Vec<(f32, usize)>, f32)| {
                let sum: f32 = near.iter().map(|(near, _)| (length - 2.0 * near).max(0.0).sqrt()).sum();
                sum / near.len() as f32
            };
            self.nearest(block).into_iter().zip(lengths).map(distance).collect::<Vec<f32>>()
        });
        distances.collect()
    }

    fn classes_of_block(&self, block: &[f32]) -> Vec<u8> {
        self.nearest(block).iter().map(|near| self.vote(near)).collect()
    }

    /// The nearest codes of each code of a block, and a·b − ½‖b‖² for each of them.
    fn nearest(&self, block: &[f32]) -> Vec<Vec<(f32, usize)>> {
        let (count, known) = (block.len() / self.dimensions.max(1), self.half_lengths.len());
        let row_major = |rows, of| MatRef::from_row_major_slice(of, rows, self.dimensions);
        // ‖a − b‖² = ‖a‖² − 2 (a·b − ½‖b‖²): the same order, and a product of matrices.
        let mut products = Mat::<f32>::zeros(known, count);
        let (codes, block) = (row_major(known, self.codes), row_major(count, block));
        matmul::matmul(&mut products, Accum::Replace, codes, block.transpose(), 1.0, Par::Seq);
        let nearest_to =
            |column: usize| nearest(known, |row: usize| products[(row, column)] - self.half_lengths[row]);
        (0..count).map(nearest_to).collect()
    }

    fn vote(&self, near: &[(f32, usize)]) -> u8 {
        let mut votes = [0_usize; 256];
        let labels = near.iter().filter_map(|(_, row)| self.labels.get(*row));
        labels.for_each(|label| votes[usize::from(*label)] += 1);
        let most = votes.iter().copied().max().unwrap_or(0);
        votes.iter().position(|votes| *votes == most).and_then(|class| u8::try_from(class).ok()).unwrap_or(0)
    }
}

/// The share of the nearest neighbours of all codes that are of the class of the code, which is none of its own
/// neighbours.
pub fn nearest_of_same_class(codes: &[f32], labels: &[u8], dimensions: usize) -> f64 {
    let row = |at: usize| &codes[at * dimensions..(at + 1) * dimensions];
    let nearness = |a: usize, b: usize| -> f32 {
        if a == b { f32::NAN } else { row(a).iter().zip(row(b)).map(|(a, b)| -(a - b).powi(2)).sum() }
    };
    let (mut same, mut all) = (0_usize, 0_usize);
    for (at, label) in labels.iter().enumerate() {
        for (_, other) in nearest(labels.len(), |other| nearness(at, other)) {
            same += usize::from(labels[other] == *label);
            all += 1;
        }
    }
    same as f64 / all.max(1) as f64
}

/// The rows that are nearest, of so many, and how near they are.
fn nearest(rows: usize, nearness: impl Fn(usize) -> f32) -> Vec<(f32, usize)> {
    let mut best: Vec<(f32, usize)> = Vec::with_capacity(NEIGHBOURS + 1);
    for row in 0..rows {
        let near = nearness(row);
        let is_among = best.len() < NEIGHBOURS || best.last().is_some_and(|(last, _)| near > *last);
        if near.is_finite() && is_among {
            let place = best.partition_point(|(other, _)| *other >= near);
            best.insert(place, (near, row));
            best.truncate(NEIGHBOURS);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_majority_of_the_nearest_decides_and_the_first_class_where_there_is_none() {
        let codes = [0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 5.3, f32::NAN];
        let labels = [1, 1, 1, 0, 0, 2, 2, 3];
        let known = Neighbours::new(&codes, &labels, 1);
        assert_eq!(known.classes(&[0.1]), [1], "three of five");
        // Of 5.3, 5.2, 5.1, 5.0 and 0.2 two are of class 0 and two of class 2.
        assert_eq!(known.classes(&[9.0, f32::NAN]), [0, 0]);
        assert!(known.classes(&[]).is_empty());
        assert_eq!(Neighbours::new(&[], &[], 1).classes(&[1.0]), [0], "nothing is known");
    }

    #[test]
    fn neighbours_of_the_same_class_are_counted_without_the_code_itself() {
        let codes: Vec<f32> = (0..12).map(|k| k as f32 + if k < 6 { 0.0 } else { 100.0 }).collect();
        let apart: Vec<u8> = (0..12).map(|k| u8::from(k >= 6)).collect();
        assert!((nearest_of_same_class(&codes, &apart, 1) - 1.0).abs() < 1e-12, "five others of each class");
        let mixed: Vec<u8> = (0..12).map(|k| u8::from(k % 2 == 0)).collect();
        assert!((nearest_of_same_class(&codes, &mixed, 1) - 0.4).abs() < 1e-12, "two of five");
        assert_eq!(nearest_of_same_class(&[1.0], &[3], 1), 0.0, "no neighbour at all");
    }

    #[test]
    fn distances_are_those_to_the_nearest_five() {
        let codes = [0.0, 0.0, 3.0, 4.0, 3.0, 4.0, 0.0, 0.0, 6.0, 8.0, 600.0, 800.0];
        let got = Neighbours::new(&codes, &[], 2).distances(&[0.0, 0.0, 600.0, 800.0]);
        assert!((got[0] - 4.0).abs() < 1e-3, "{got:?}: 0, 0, 5, 5 and 10");
        assert!((got[1] - 796.0).abs() < 0.1, "{got:?}: 0, 990, 995, 995 and 1000");
        assert!(Neighbours::new(&[], &[], 2).distances(&[1.0, 1.0])[0].is_nan(), "nothing is known");
    }
}
