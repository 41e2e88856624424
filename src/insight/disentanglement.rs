//! How well the numbers of a code agree with known factors of variation, one number for one factor.
//!
//! MIG is that of Chen et al. 2018 (the mutual information gap), the FactorVAE score that of Kim and Mnih 2018, and
//! disentanglement and completeness those of Eastwood and Williams 2018 (DCI) with a linear model and an L1 penalty.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use crate::recipe::random::{Purpose, stream};

/// Steps between the lowest and the highest value of a number, for mutual information.
const BINS: usize = 20;
/// A factor with more values than this is cut into levels with equally many images.
const MOST_VALUES: usize = 20;
/// Levels of such a factor.
const LEVELS: usize = 10;
/// Images of a vote of the FactorVAE score, and the votes that its table is made from; as many are then tried.
const IMAGES_PER_VOTE: usize = 64;
const VOTES: usize = 2_000;
/// A number whose standard deviation is smaller than this share of the largest takes no part in votes: what does not vary
/// is constant for every factor.
const LEAST_DEVIATION: f64 = 0.05;
/// The penalty of the linear model, for columns with a standard deviation of 1; as in the authors' program.
const PENALTY: f64 = 0.02;
/// Rounds of coordinate descent at most, and the change that ends them.
const ROUNDS: usize = 1_000;
const SETTLED: f64 = 1e-9;

/// Columns of numbers, one value per image: the numbers of a code, or factors.
pub type Columns = Vec<Vec<f64>>;

/// How well numbers of a code and factors agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// The mutual information gap of each factor, from 0 to 1.
    pub gaps: Vec<f64>,
    /// The FactorVAE score: the share of votes that are right.
    pub votes: f64,
    /// How far each number depends on a single factor, from 0 to 1.
    pub disentanglement: f64,
    /// How far each factor depends on a single number, from 0 to 1.
    pub completeness: f64,
    /// The share of the variance of each factor that a linear model of the code explains in other images.
    pub explained: Vec<f64>,
}

impl Scores {
    /// The scores of codes for factors of the same images; `None` where nothing varies or a number is not finite.
    pub fn new(codes: &[Vec<f64>], factors: &[Vec<f64>], seed: u64) -> Option<Self> {
        let are_finite = codes.iter().chain(factors).flatten().all(|value| value.is_finite());
        let standard: Columns = codes.iter().filter_map(|column| standardised(column)).collect();
        let wanted: Columns = factors.iter().filter_map(|column| standardised(column)).collect();
        if !are_finite || standard.is_empty() || wanted.len() < factors.len() || factors.is_empty() {
            return None;
        }
        let levels: Vec<Vec<usize>> = factors.iter().map(|factor| levels(factor)).collect();
        let linear = LinearModels::fit(&standard, &wanted);
        Some(Self {
            gaps: gaps(codes, &levels),
            votes: vote_score(codes, &levels, seed),
            disentanglement: linear.disentanglement(),
            completeness: linear.completeness(),
            explained: linear.explained,
        })
    }

    /// The mean gap over factors: MIG.
    pub fn gap(&self) -> f64 {
        mean(&self.gaps)
    }
}

/// A column less its mean, divided by its standard deviation; `None` where it is constant.
pub(super) fn standardised(column: &[f64]) -> Option<Vec<f64>> {
    let middle = mean(column);
    let deviation = deviation(column);
    (deviation > 1e-9).then(|| column.iter().map(|value| (value - middle) / deviation).collect())
}

/// The correlation of each of some columns with each of others, row by row; zero where one is constant.
pub(super) fn correlations(rows: &[Vec<f64>], columns: &[Vec<f64>]) -> Vec<f32> {
    let [rows, columns] =
        [rows, columns].map(|all| all.iter().map(|one| standardised(one)).collect::<Vec<_>>());
    let product = |a: &Option<Vec<f64>>, b: &Option<Vec<f64>>| match (a, b) {
        (Some(a), Some(b)) => dot(a, b) as f32,
        _ => 0.0,
    };
    rows.iter().flat_map(|row| columns.iter().map(move |column| product(row, column))).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

/// The mean product of two columns.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len().max(1) as f64
}

/// The level of each image: the values themselves where they are few, or parts with equally many images.
fn levels(factor: &[f64]) -> Vec<usize> {
    let mut sorted = factor.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut values = sorted.clone();
    values.dedup();
    let ends = if values.len() <= MOST_VALUES {
        values
    } else {
        (0..LEVELS).map(|level| sorted[level * sorted.len() / LEVELS]).collect()
    };
    factor.iter().map(|value| ends.partition_point(|end| end <= value).saturating_sub(1)).collect()
}

/// The part of each value between the lowest and the highest, cut into equal steps.
fn bins(column: &[f64]) -> Vec<usize> {
    let (low, high) =
        column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    let step = (high - low) / BINS as f64;
    let starts: Vec<f64> = (0..BINS).map(|bin| low + bin as f64 * step).collect();
    column.iter().map(|value| starts.partition_point(|start| start <= value).saturating_sub(1)).collect()
}

/// The mutual information of two columns of levels, in nats.
fn mutual_information(a: &[usize], b: &[usize]) -> f64 {
    let size = |levels: &[usize]| levels.iter().max().map_or(0, |most| most + 1);
    let (rows, columns) = (size(a), size(b));
    let mut table = vec![0.0; rows * columns];
    a.iter().zip(b).for_each(|(a, b)| table[a * columns + b] += 1.0);
    let all = a.len().max(1) as f64;
    let of_row = |row: usize| table[row * columns..(row + 1) * columns].iter().sum::<f64>();
    let of_column = |column: usize| table.iter().skip(column).step_by(columns).sum::<f64>();
    let [in_rows, in_columns] =
        [(0..rows).map(of_row).collect::<Vec<_>>(), (0..columns).map(of_column).collect()];
    let cells = table.iter().enumerate().filter(|(_, count)| **count > 0.0);
    cells
        .map(|(at, count)| {
            count / all * (count * all / (in_rows[at / columns] * in_columns[at % columns])).ln()
        })
        .sum()
}

/// For each factor, by how much the number that tells most about it tells more than the next, as a share of the factor's
/// entropy.
fn gaps(codes: &[Vec<f64>], levels: &[Vec<usize>]) -> Vec<f64> {
    let bins: Vec<Vec<usize>> = codes.iter().map(|column| bins(column)).collect();
    let gap = |factor: &Vec<usize>| {
        let mut shared: Vec<f64> = bins.iter().map(|bins| mutual_information(bins, factor)).collect();
        shared.sort_unstable_by(|a, b| b.total_cmp(a));
        let entropy = mutual_information(factor, factor);
        (shared[0] - shared.get(1).copied().unwrap_or(0.0)) / entropy
    };
    levels.iter().map(gap).collect()
}

/// A factor is fixed at one of its levels, and the number that varies least over such images votes for it. The score is
/// the share of votes that are right, once it is known which factor each number votes for most.
fn vote_score(codes: &[Vec<f64>], levels: &[Vec<usize>], seed: u64) -> f64 {
    let deviations: Vec<f64> = codes.iter().map(|column| deviation(column)).collect();
    let most = deviations.iter().copied().fold(0.0, f64::max);
    let voters: Vec<(&Vec<f64>, f64)> = codes
        .iter()
        .zip(deviations)
        .filter(|(_, deviation)| *deviation >= LEAST_DEVIATION * most && *deviation > 0.0)
        .collect();
    let places: Vec<Vec<Vec<usize>>> = levels.iter().map(|levels| places(levels)).collect();
    let mut rng = stream(seed, Purpose::Votes, 0);
    let mut table = vec![0_usize; voters.len() * levels.len()];
    for _ in 0..VOTES {
        let (factor, voter) = vote(&voters, &places, &mut rng);
        table[voter * levels.len() + factor] += 1;
    }
    let meant: Vec<Option<usize>> = table
        .chunks_exact(levels.len())
        // The first of equals, as in the published program.
        .map(|row| (0..row.len()).rev().max_by_key(|factor| row[*factor]))
        .collect();
    let right = (0..VOTES).filter(|_| {
        let (factor, voter) = vote(&voters, &places, &mut rng);
        meant[voter] == Some(factor)
    });
    right.count() as f64 / VOTES as f64
}

/// The images of each level.
fn places(levels: &[usize]) -> Vec<Vec<usize>> {
    let count = levels.iter().max().map_or(0, |most| most + 1);
    let mut places = vec![Vec::new(); count];
    levels.iter().enumerate().for_each(|(image, level)| places[*level].push(image));
    places.retain(|images| !images.is_empty());
    places
}

/// A factor, and the number that varies least while it is fixed.
fn vote(voters: &[(&Vec<f64>, f64)], places: &[Vec<Vec<usize>>], rng: &mut ChaCha8Rng) -> (usize, usize) {
    let factor = rng.random_range(0..places.len());
    let images = &places[factor][rng.random_range(0..places[factor].len())];
    let drawn: [usize; IMAGES_PER_VOTE] = std::array::from_fn(|_| images[rng.random_range(0..images.len())]);
    let relative = |(column, all): &(&Vec<f64>, f64)| deviation(&drawn.map(|image| column[image])) / all;
    let least = voters.iter().map(relative).enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
    (factor, least.map_or(0, |(voter, _)| voter))
}

/// A linear model of every factor.
struct LinearModels {
    numbers: usize,
    /// How much each number (a row) matters for each factor (a column).
    importance: Vec<f64>,
    explained: Vec<f64>,
}

impl LinearModels {
    /// Fits them to the first half of the images, and tries them on the other.
    fn fit(codes: &[Vec<f64>], factors: &[Vec<f64>]) -> Self {
        let (numbers, half) = (codes.len(), codes.first().map_or(0, Vec::len) / 2);
        let products: Vec<f64> =
            codes.iter().flat_map(|a| codes.iter().map(|b| dot(&a[..half], &b[..half]))).collect();
        let mut importance = vec![0.0; numbers * factors.len()];
        let mut explained = Vec::new();
        for (place, factor) in factors.iter().enumerate() {
            let with: Vec<f64> = codes.iter().map(|a| dot(&a[..half], &factor[..half])).collect();
            let weights = lasso(&products, &with);
            let told = |image: usize| weights.iter().zip(codes).map(|(w, a)| w * a[image]).sum::<f64>();
            let left: Vec<f64> = (half..factor.len()).map(|image| factor[image] - told(image)).collect();
            let spread = deviation(&factor[half..]).powi(2).max(f64::MIN_POSITIVE);
            explained.push(
                (1.0 - left.iter().map(|x| x * x).sum::<f64>() / left.len().max(1) as f64 / spread).max(0.0),
            );
            weights.iter().enumerate().for_each(|(row, w)| importance[row * factors.len() + place] = w.abs());
        }
        Self { numbers, importance, explained }
    }

    /// The mean over numbers, weighted by how much each matters, of 1 less the entropy of the factors it matters for.
    fn disentanglement(&self) -> f64 {
        weighted(self.importance.chunks_exact(self.explained.len()).map(<[f64]>::to_vec))
    }

    /// The same for factors, of the numbers that matter for each.
    fn completeness(&self) -> f64 {
        let factors = self.explained.len();
        let column = |factor| self.importance.iter().skip(factor).step_by(factors).copied().collect();
        if self.numbers < 2 { 1.0 } else { weighted((0..factors).map(column)) }
    }
}

/// The mean of 1 less the entropy of each row, in units of the largest entropy, weighted by the sums of the rows.
fn weighted(rows: impl Iterator<Item = Vec<f64>>) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for row in rows {
        let total: f64 = row.iter().sum();
        let shares = row.iter().filter(|x| **x > 0.0).map(|x| x / total);
        let entropy: f64 = shares.map(|share| -share * share.ln()).sum();
        let most = (row.len() as f64).ln();
        sum += total * if most > 0.0 { 1.0 - entropy / most } else { 1.0 };
        all += total;
    }
    if all > 0.0 { sum / all } else { 0.0 }
}

/// The weights of least squares with an L1 penalty, by coordinate descent. `products` are the mean products of the columns
/// with each other, `with` those with what is to be told.
fn lasso(products: &[f64], with: &[f64]) -> Vec<f64> {
    let count = with.len();
    let mut weights = vec![0.0; count];
    for _ in 0..ROUNDS {
        let mut most: f64 = 0.0;
        for place in 0..count {
            let row = &products[place * count..(place + 1) * count];
            let rest = with[place] - row.iter().zip(&weights).map(|(a, w)| a * w).sum::<f64>()
                + row[place] * weights[place];
            let new = rest.signum() * (rest.abs() - PENALTY).max(0.0) / row[place].max(f64::MIN_POSITIVE);
            most = most.max((new - weights[place]).abs());
            weights[place] = new;
        }
        if most < SETTLED {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_levels_and_many_are_cut_into_equal_parts() {
        assert_eq!(levels(&[3.0, 1.0, 3.0, 2.0]), [2, 0, 2, 1]);
        let many: Vec<f64> = (0..100).map(|i| f64::from(i).powi(3)).collect();
        let levels = levels(&many);
        assert!(
            (0..LEVELS).all(|level| levels.iter().filter(|of| **of == level).count() == 10),
            "{levels:?}"
        );
    }

    #[test]
    fn what_says_nothing_has_no_scores() {
        let factor = vec![0.0, 1.0, 2.0, 0.0];
        let scores = |codes: Columns| Scores::new(&codes, std::slice::from_ref(&factor), 1);
        assert_eq!(scores(vec![vec![1.0; 4]]), None, "constant");
        assert_eq!(scores(vec![vec![1.0, f64::NAN, 0.0, 2.0]]), None, "not finite");
        assert_eq!(scores(Vec::new()), None, "no numbers");
        assert!(scores(vec![factor.clone()]).is_some_and(|scores| scores.gap() > 0.999));
    }
}
