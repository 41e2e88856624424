//! Statistics of a cloud of codes: which of them are not finite, their mean, the variance of each number, and the KL of
//! each number of a Gaussian code. They are accumulated as the codes come, so that no single pass over all of them is
//! needed. Codes that are not finite are left out. Pure.

use serde::{Deserialize, Serialize};

/// Which images a cloud shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whose {
    /// Held-out images and training images in turn, while there are any of both.
    #[default]
    Both,
    /// Held-out images.
    HeldOut,
    /// Training images.
    TrainedOn,
}

/// The statistics use a sample of at most so many numbers: every code of ten thousand images with a hundred numbers each,
/// fewer of longer codes.
const NUMBERS: usize = 1_000_000;

/// Statistics of a cloud of codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// For every code whether it is not finite.
    pub broken: Vec<bool>,
    /// The mean code; `None` where no code is finite.
    pub mean: Option<Vec<f32>>,
    /// The variance of every number of the code.
    pub variances: Vec<f32>,
    /// The smallest and the largest value of every number; nothing where no code is finite.
    pub ranges: Vec<[f32; 2]>,
    /// The mean KL of every number of a Gaussian code from its prior, ½(μ² + σ² − ln σ² − 1) in nats; `None` for a
    /// plain code, which has no σ.
    pub divergences: Option<Vec<f32>>,
}

impl Summary {
    /// The statistics of codes that are all at hand, with their σ where they have any.
    pub fn of(codes: &[f32], dimensions: usize, spreads: Option<&[f32]>) -> Self {
        let size = dimensions.max(1);
        let mut summing = Summing::new(codes.len() / size, dimensions);
        for (row, code) in codes.chunks_exact(size).enumerate() {
            summing.add(code, spreads.and_then(|spreads| spreads.get(row * size..(row + 1) * size)));
        }
        summing.finish(codes)
    }
}

/// The distance of two codes of a sample that holds at most `numbers` of `all` numbers.
fn stride(all: usize, numbers: usize) -> usize {
    all.div_ceil(numbers.max(1)).max(1)
}

/// An evenly spaced sample of the codes that holds at most `numbers` numbers; the finite ones, each with its index in the
/// cloud.
pub fn some_rows<'a>(
    codes: &'a [f32],
    dimensions: usize,
    summary: &'a Summary,
    numbers: usize,
) -> impl Iterator<Item = (usize, &'a [f32])> + Clone {
    let rows = codes.chunks_exact(dimensions.max(1)).enumerate().step_by(stride(codes.len(), numbers));
    rows.filter(|(row, _)| summary.broken.get(*row) == Some(&false))
}

/// A summary in progress.
#[derive(Debug, Default)]
pub struct Summing {
    stride: usize,
    broken: Vec<bool>,
    /// Codes in the sums.
    count: f64,
    sums: Vec<f64>,
    ranges: Vec<[f32; 2]>,
    divergences: Option<Vec<f64>>,
}

impl Summing {
    /// Starts the summary of so many codes.
    pub fn new(count: usize, dimensions: usize) -> Self {
        let stride = stride(count * dimensions, NUMBERS);
        Self { stride, sums: vec![0.0; dimensions], ..Self::default() }
    }

    /// Adds the next code, with its σ if it is Gaussian.
    pub fn add(&mut self, code: &[f32], sigma: Option<&[f32]>) {
        let row = self.broken.len();
        // A loop without an early exit can be vectorised.
        let is_broken = code.iter().fold(false, |is_broken, z| is_broken | !z.is_finite());
        self.broken.push(is_broken);
        if is_broken {
            return;
        }
        self.ranges.resize(code.len(), [f32::INFINITY, f32::NEG_INFINITY]);
        for (range, z) in self.ranges.iter_mut().zip(code) {
            *range = [range[0].min(*z), range[1].max(*z)];
        }
        if !row.is_multiple_of(self.stride) {
            return;
        }
        self.count += 1.0;
        self.sums.iter_mut().zip(code).for_each(|(sum, z)| *sum += f64::from(*z));
        let Some(sigma) = sigma else { return };
        let sums = self.divergences.get_or_insert_with(|| vec![0.0; code.len()]);
        for ((sum, mu), sigma) in sums.iter_mut().zip(code).zip(sigma) {
            let (mu, variance) = (f64::from(*mu), f64::from(*sigma).powi(2).max(f64::MIN_POSITIVE));
            *sum += 0.5 * (mu * mu + variance - variance.ln() - 1.0);
        }
    }

    /// The summary of the codes that were added. They are passed once more, since variances are measured from the mean.
    pub fn finish(self, codes: &[f32]) -> Summary {
        let Self { broken, count, sums, ranges, divergences, .. } = self;
        let dimensions = sums.len();
        let mean_of = |sums: Vec<f64>| sums.into_iter().map(|sum| (sum / count.max(1.0)) as f32).collect();
        let mean: Option<Vec<f32>> = (count > 0.0).then(|| mean_of(sums));
        let mut summary =
            Summary { broken, mean, variances: Vec::new(), ranges, divergences: divergences.map(mean_of) };
        let mut squares = vec![0.0_f64; dimensions];
        if let Some(mean) = &summary.mean {
            for (_, row) in some_rows(codes, dimensions, &summary, NUMBERS) {
                for ((sum, z), mean) in squares.iter_mut().zip(row).zip(mean) {
                    *sum += f64::from(z - mean).powi(2);
                }
            }
        }
        summary.variances = mean_of(squares);
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [f32; 6] = [1.0, 2.0, f32::NAN, 9.0, 3.0, 6.0];

    #[test]
    fn statistics_leave_out_codes_that_are_not_finite() {
        let summary = Summary::of(&CODES, 2, None);
        assert_eq!(summary.broken, [false, true, false]);
        assert_eq!(summary.mean, Some(vec![2.0, 4.0]));
        assert_eq!(summary.variances, [1.0, 4.0]);
        assert_eq!(summary.ranges, [[1.0, 3.0], [2.0, 6.0]]);
        let none = Summary::of(&[f32::NAN; 4], 2, None);
        assert_eq!((none.mean, none.variances, none.ranges), (None, vec![0.0, 0.0], Vec::new()));
    }

    #[test]
    fn statistics_of_very_many_codes_use_a_sample() {
        let dimensions = 100;
        let codes: Vec<f32> = (0..30_000 * dimensions).map(|i| (i / dimensions) as f32).collect();
        let summary = Summary::of(&codes, dimensions, None);
        let few = &codes[..3000 * dimensions];
        let count = |numbers: usize| some_rows(few, dimensions, &summary, numbers).count();
        assert_eq!((count(300_000), count(299_999), count(10_000)), (3000, 1500, 100));
        let rows: Vec<usize> = some_rows(few, dimensions, &summary, 10_000).map(|(row, _)| row).collect();
        assert_eq!((rows[0], rows[1], rows[99]), (0, 30, 2970), "spread over all of them");
        // A mean over every third of them is near that of all.
        let some = summary.mean.expect("codes");
        assert!((some[0] - 14_999.5).abs() < 20.0, "got {}, want 14999.5, tolerance 20", some[0]);
    }

    #[test]
    fn the_kl_of_each_number_is_the_closed_form() {
        let sigma = [1.0, 0.5, 1.0, 1.0, 1.0, 2.0];
        // Means of ½(1 + 1 − 0 − 1) and ½(9 + 1 − 0 − 1); and of those with σ = ½ at μ = 2 and σ = 2 at μ = 6.
        let want = [0.5 * (0.5 + 4.5), 0.25 * ((4.25 - 0.25_f32.ln() - 1.0) + (40.0 - 4.0_f32.ln() - 1.0))];
        let got = Summary::of(&CODES, 2, Some(&sigma)).divergences.expect("a Gaussian code");
        for (got, want) in got.into_iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {got}, want {want}, tolerance 1e-5");
        }
        assert_eq!(Summary::of(&CODES, 2, None).divergences, None);
    }
}
