//! Units as images in several orders: by use, by norm, and by similarity.

use super::CardInputs;
use crate::chart::cards::{ImageOrder, Images, Values, signed_each};
use crate::look::short_label;

/// Units shown.
const SHOWN: usize = 60;
/// Images in a row.
const COLUMNS: usize = 12;

/// Units and an image of each.
pub(super) struct UnitImages<'a> {
    /// The weights of each unit, or what it adds to an image.
    pub(super) numbers: &'a [f32],
    /// The share of images for which each is active, and how strong it is.
    pub(super) shares: &'a [f32],
    pub(super) strengths: &'a [f32],
    /// How many units there are; of very many only the most active ones may be at hand.
    pub(super) all: usize,
}

impl UnitImages<'_> {
    /// The images in every order, the most used first at the beginning; `None` where a number is not finite.
    pub(super) fn card(&self, inputs: &CardInputs<'_>) -> Option<Images> {
        if self.numbers.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let pixels = inputs.learner.pixels();
        let image = |unit: usize| &self.numbers[unit * pixels..(unit + 1) * pixels];
        let used = most_used(self.shares, self.strengths);
        let norms: Vec<f32> =
            (0..self.shares.len()).map(|unit| dot(image(unit), image(unit)).sqrt()).collect();
        let mut long = by_use(self.shares, self.strengths);
        long.sort_by(|&a, &b| norms[b].total_cmp(&norms[a]));
        long.truncate(SHOWN);
        let cosine =
            |a: usize, b: usize| dot(image(a), image(b)) / (norms[a] * norms[b]).max(f32::MIN_POSITIVE);
        let (alike, cosines) = chained(&used, cosine);
        let share = |unit: &usize| match self.shares[*unit] {
            0.0 => "dead".to_owned(),
            share => format!("{:.0} %", share * 100.0),
        };
        let order = |name: &'static str, units: &[usize], captions: Vec<String>| {
            let numbers: Vec<f32> = units.iter().flat_map(|unit| image(*unit)).copied().collect();
            ImageOrder { name, pixels: signed_each(&numbers, pixels).into(), captions }
        };
        let by_use = order("use", &used, used.iter().map(share).collect());
        let by_norm = order("norm", &long, long.iter().map(|unit| short_label(norms[*unit])).collect());
        let by_likeness =
            order("similarity", &alike, cosines.iter().map(|cosine| format!("{cosine:.2}")).collect());
        Some(Images {
            shape: inputs.learner.shape(),
            columns: COLUMNS.min(used.len()),
            pixels: by_use.pixels.clone(),
            captions: by_use.captions.clone(),
            values: Values::Signed,
            orders: vec![by_use, by_norm, by_likeness],
            ..Images::default()
        })
    }

    /// `The 60 most active of 512 units`, or `All 16 units`.
    pub(super) fn which(&self) -> String {
        let all = self.all;
        if all > SHOWN {
            format!("The {SHOWN} most active of {all} units")
        } else {
            format!("All {all} units")
        }
    }
}

/// The units that are shown where the most used are: those that are active for most images, the strongest first among
/// equals.
pub(super) fn most_used(shares: &[f32], strengths: &[f32]) -> Vec<usize> {
    let mut used = by_use(shares, strengths);
    used.truncate(SHOWN);
    used
}

fn by_use(shares: &[f32], strengths: &[f32]) -> Vec<usize> {
    let mut used: Vec<usize> = (0..shares.len()).collect();
    used.sort_by(|&a, &b| {
        shares[b].total_cmp(&shares[a]).then(strengths[b].total_cmp(&strengths[a])).then(a.cmp(&b))
    });
    used
}

/// The units, beginning with the first, each followed by the one of the rest that is most like it; and how alike each is
/// with the one before.
fn chained(units: &[usize], likeness: impl Fn(usize, usize) -> f32) -> (Vec<usize>, Vec<f32>) {
    let mut left = units.to_vec();
    let (mut chain, mut alike) = (Vec::new(), Vec::new());
    while !left.is_empty() {
        let next = match chain.last() {
            None => 0,
            Some(last) => {
                let of = |at: &usize| likeness(*last, left[*at]);
                (0..left.len()).max_by(|a, b| of(a).total_cmp(&of(b))).unwrap_or(0)
            }
        };
        alike.push(chain.last().map_or(1.0, |last| likeness(*last, left[next])));
        chain.push(left.remove(next));
    }
    (chain, alike)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_follows_the_one_that_it_is_most_like() {
        let places = [0.0_f32, 9.0, 1.0, 8.0, 2.5];
        let (chain, alike) = chained(&[0, 1, 2, 3, 4], |a, b| -(places[a] - places[b]).abs());
        assert_eq!(chain, [0, 2, 4, 3, 1]);
        assert_eq!(alike, [1.0, -1.0, -1.5, -5.5, -1.0]);
        assert!(chained(&[], |_, _| 0.0).0.is_empty());
    }
}
