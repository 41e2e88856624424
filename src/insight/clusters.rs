//! Groups of codes without classes: k-means, and how well its groups agree with the classes (adjusted Rand index).
//!
//! On the host, no tensors.

use std::collections::BTreeMap;

use rand::RngExt as _;

use crate::recipe::random::{Purpose, stream};

/// Beginnings that are tried, of which the best is kept.
const RESTARTS: u64 = 10;
/// Rounds of one beginning at most; it ends before where no code changes its group.
const ROUNDS: usize = 100;

/// Codes at most that are sorted into groups.
pub const SORTED: usize = 5_000;
/// The seed of the codes that groups begin with: the same for codes and for what they are compared with.
pub const SEED: u64 = 0;

/// Codes in groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// The mean of each group, one after the other.
    pub means: Vec<f32>,
    /// The group of each code.
    pub groups: Vec<u8>,
    /// The sum of the squared distances of all codes from the mean of their group.
    pub spread: f64,
}

/// The search for groups, round by round: several runs of k-means, each of which begins with codes far from each other
/// (k-means++), of which the best is kept.
#[derive(Clone, Debug)]
pub struct KMeans {
    dimensions: usize,
    count: u8,
    seed: u64,
    run: u64,
    round: usize,
    means: Vec<Vec<f32>>,
    groups: Vec<u8>,
    best: Option<Clusters>,
}

impl KMeans {
    /// Begins to sort codes of so many numbers into so many groups.
    pub fn new(codes: &[f32], dimensions: usize, count: u8, seed: u64) -> Self {
        let means = start(codes, dimensions, usize::from(count), seed, 0);
        Self { dimensions, count, seed, run: 0, round: 0, means, groups: Vec::new(), best: None }
    }

    /// Does a round on the codes that it was begun with. The groups once there is no more to do.
    pub fn advance(&mut self, codes: &[f32]) -> Option<Clusters> {
        let found: Vec<(u8, f64)> =
            codes.chunks_exact(self.dimensions.max(1)).map(|code| nearest(&self.means, code)).collect();
        let groups: Vec<u8> = found.iter().map(|(group, _)| *group).collect();
        self.round += 1;
        if groups != self.groups && self.round < ROUNDS {
            self.groups = groups;
            move_means(&mut self.means, codes, &self.groups);
            return None;
        }
        let spread = found.iter().map(|(_, distance)| distance).sum();
        if self.best.as_ref().is_none_or(|best| spread < best.spread) {
            self.best = Some(Clusters { means: self.means.concat(), groups, spread });
        }
        self.run += 1;
        if self.run == RESTARTS {
            return self.best.take();
        }
        self.means = start(codes, self.dimensions, usize::from(self.count), self.seed, self.run);
        (self.round, self.groups) = (0, Vec::new());
        None
    }
}

impl Clusters {
    /// Sorts codes into groups, however long it takes.
    pub fn find(codes: &[f32], dimensions: usize, count: u8, seed: u64) -> Self {
        let mut search = KMeans::new(codes, dimensions, count, seed);
        loop {
            if let Some(found) = search.advance(codes) {
                return found;
            }
        }
    }
}

/// The group of each code: that of the nearest mean.
pub fn sorted(means: &[f32], codes: &[f32], dimensions: usize) -> Vec<u8> {
    let means: Vec<Vec<f32>> = means.chunks_exact(dimensions.max(1)).map(<[f32]>::to_vec).collect();
    codes.chunks_exact(dimensions.max(1)).map(|code| nearest(&means, code).0).collect()
}

/// The same groups with other numbers: those that agree with `known` in as many places as a greedy choice finds.
pub fn aligned(groups: &[u8], known: &[u8]) -> Vec<u8> {
    let mut counts: BTreeMap<(u8, u8), usize> = BTreeMap::new();
    groups.iter().zip(known).for_each(|pair| *counts.entry((*pair.0, *pair.1)).or_default() += 1);
    let mut ranked: Vec<((u8, u8), usize)> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut numbers: BTreeMap<u8, u8> = BTreeMap::new();
    for ((group, number), _) in ranked {
        if !numbers.contains_key(&group) && !numbers.values().any(|taken| *taken == number) {
            numbers.insert(group, number);
        }
    }
    // Groups that are left take the numbers that are left.
    for group in groups {
        if !numbers.contains_key(group) {
            let free = (0..=u8::MAX).find(|number| !numbers.values().any(|taken| taken == number));
            numbers.insert(*group, free.unwrap_or(*group));
        }
    }
    groups.iter().map(|group| numbers[group]).collect()
}

/// Codes to begin with: each is drawn with a chance proportional to its squared distance from those drawn before.
fn start(codes: &[f32], dimensions: usize, count: usize, seed: u64, run: u64) -> Vec<Vec<f32>> {
    let mut rng = stream(seed, Purpose::Clusters, run);
    let rows: Vec<&[f32]> = codes.chunks_exact(dimensions.max(1)).collect();
    let mut means: Vec<Vec<f32>> = Vec::new();
    let mut distances = vec![1.0_f64; rows.len()];
    while means.len() < count.min(rows.len()) {
        let sum: f64 = distances.iter().sum();
        let mut left = rng.random::<f64>() * sum;
        let drawn = distances.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        let Some(mean) = drawn.or(rows.len().checked_sub(1)).map(|row| rows[row].to_vec()) else { break };
        means.push(mean);
        distances = rows.iter().map(|code| nearest(&means, code).1).collect();
    }
    means
}

/// The nearest of some means, and the squared distance from it.
fn nearest(means: &[Vec<f32>], code: &[f32]) -> (u8, f64) {
    let distance = |mean: &Vec<f32>| {
        mean.iter().zip(code).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>()
    };
    let all = means.iter().map(distance).enumerate().filter(|(_, distance)| distance.is_finite());
    let best = all.min_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map_or((0, 0.0), |(group, distance)| (u8::try_from(group).unwrap_or(u8::MAX), distance))
}

/// Moves each mean to the middle of its group; that of an empty group stays.
fn move_means(means: &mut [Vec<f32>], codes: &[f32], groups: &[u8]) {
    for (group, mean) in means.iter_mut().enumerate() {
        let mut sum = vec![0.0_f64; mean.len()];
        let mut count = 0.0;
        let rows = codes.chunks_exact(mean.len().max(1)).zip(groups);
        for (code, _) in
            rows.filter(|(code, of)| usize::from(**of) == group && code.iter().all(|z| z.is_finite()))
        {
            sum.iter_mut().zip(code).for_each(|(sum, z)| *sum += f64::from(*z));
            count += 1.0;
        }
        if count > 0.0 {
            *mean = sum.into_iter().map(|sum| (sum / count) as f32).collect();
        }
    }
}

/// How well two ways to sort the same things into groups agree: 1 where they are the same, about 0 where they have nothing
/// to do with each other (Hubert and Arabie 1985).
pub fn adjusted_rand_index(one: &[u8], other: &[u8]) -> f64 {
    let both = pairs_in_groups(one.iter().zip(other));
    let [of_one, of_other] = [one, other].map(|groups| pairs_in_groups(groups.iter()));
    let all = pairs(one.len().min(other.len()));
    let expected = of_one * of_other / all.max(1.0);
    let most = 0.5 * (of_one + of_other);
    if (most - expected).abs() < 1e-12 { 1.0 } else { (both - expected) / (most - expected) }
}

/// How many pairs of things are in the same group.
fn pairs_in_groups<G: Ord>(groups: impl Iterator<Item = G>) -> f64 {
    let mut sizes = BTreeMap::new();
    groups.for_each(|group| *sizes.entry(group).or_insert(0) += 1);
    sizes.into_values().map(pairs).sum()
}

fn pairs(count: usize) -> f64 {
    0.5 * count as f64 * (count as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_far_apart_are_found_and_agree_with_their_classes() {
        let classes: Vec<u8> = (0..60).map(|i| i % 3).collect();
        let codes: Vec<f32> = classes
            .iter()
            .enumerate()
            .flat_map(|(i, class)| [10.0 * f32::from(*class), (i % 7) as f32 * 0.1])
            .collect();
        let found = Clusters::find(&codes, 2, 3, 1);
        assert!((adjusted_rand_index(&found.groups, &classes) - 1.0).abs() < 1e-12, "{found:?}");
        let mut means: Vec<f32> = found.means.iter().step_by(2).copied().collect();
        means.sort_by(f32::total_cmp);
        assert_eq!(means, [0.0, 10.0, 20.0]);
        assert_eq!(Clusters::find(&codes, 2, 3, 1), found, "the same seed, the same groups");
    }

    #[test]
    fn few_codes_and_codes_that_are_not_finite_are_no_trouble() {
        assert!(Clusters::find(&[], 2, 3, 1).groups.is_empty());
        assert_eq!(Clusters::find(&[1.0, 2.0], 2, 3, 1).groups, [0], "fewer codes than groups");
        let found = Clusters::find(&[0.0, f32::NAN, 9.0, 9.5], 1, 2, 1);
        assert!(found.spread.is_finite() && found.groups[2] == found.groups[3], "{found:?}");
        assert!((adjusted_rand_index(&[1, 1], &[0, 0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn groups_are_numbered_like_what_they_agree_with() {
        assert_eq!(
            aligned(&[2, 2, 2, 0, 0, 1], &[7, 7, 5, 5, 5, 5]),
            [7, 7, 7, 5, 5, 0],
            "1 has no class left"
        );
        assert_eq!(aligned(&[1, 0], &[1]), [1, 0], "one of them is known");
        assert!(aligned(&[], &[]).is_empty());
        assert_eq!(sorted(&[0.0, 0.0, 9.0, 9.0], &[1.0, 1.0, 8.0, 7.0, 0.0, 2.0], 2), [0, 1, 0]);
    }
}
