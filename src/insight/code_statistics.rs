//! How codes are spread: how the numbers of a code depend on each other, and how far the codes of all images together
//! (the aggregate posterior) are from the prior.

use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::quantile::normal_quantile;
use super::{CardInputs, Topic, disentanglement};
use crate::chart::cards::{Card, Line, Lines, Matrix};
use crate::recipe::random::{Purpose, stream};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Numbers of a code whose correlations are shown: those that vary most.
const CORRELATED: usize = 32;
/// Numbers of a code whose distribution is shown.
const SPREAD_SHOWN: usize = 5;
/// Steps of a histogram, and its ends.
const STEPS: usize = 40;
const ENDS: f32 = 4.0;
/// Quantiles that are shown.
const QUANTILES: usize = 49;

/// Codes of the sample, one after the other.
pub(super) struct Codes {
    pub(super) numbers: Vec<f32>,
    pub(super) size: usize,
}

impl Codes {
    /// The codes of the sample: means, or one drawn from each posterior. Nothing while layers are pretrained.
    fn of(inputs: &CardInputs<'_>, are_drawn: bool) -> Result<Option<Self>, ReadError> {
        let learner = inputs.learner;
        if matches!(learner.stage(), Stage::Layer(_)) || inputs.sample.is_empty() {
            return Ok(None);
        }
        let encoded = learner.model().encode(learner.images(inputs.sample, learner.device()));
        let mut numbers = read(encoded.code)?;
        if let Some(log_variance) = encoded.log_variance.filter(|_| are_drawn) {
            // The same draws each time.
            let mut rng = stream(inputs.recipe.seed, Purpose::Posterior, 0);
            for (z, log_variance) in numbers.iter_mut().zip(read(log_variance)?) {
                *z += (0.5 * log_variance).exp() * rng.sample::<f32, _>(StandardNormal);
            }
        }
        let is_finite = numbers.iter().all(|z| z.is_finite());
        Ok(is_finite.then_some(Self { numbers, size: learner.code_size() }))
    }

    fn count(&self) -> usize {
        self.numbers.len() / self.size.max(1)
    }

    pub(super) fn column(&self, number: usize) -> impl Iterator<Item = f64> + '_ {
        self.numbers.iter().skip(number).step_by(self.size.max(1)).copied().map(f64::from)
    }

    /// Every number less its mean, divided by its standard deviation; zero where it is constant. And that deviation.
    fn standard(&self, number: usize) -> (Vec<f64>, f64) {
        let count = self.count().max(1) as f64;
        let mean = self.column(number).sum::<f64>() / count;
        let deviation = (self.column(number).map(|z| (z - mean).powi(2)).sum::<f64>() / count).sqrt();
        let scale = if deviation > 1e-9 { 1.0 / deviation } else { 0.0 };
        (self.column(number).map(|z| (z - mean) * scale).collect(), deviation)
    }

    /// The numbers that vary most, most first.
    pub(super) fn most_varied(&self, most: usize) -> Vec<usize> {
        let deviations: Vec<f64> = (0..self.size).map(|number| self.standard(number).1).collect();
        let mut order: Vec<usize> = (0..self.size).collect();
        order.sort_by(|a, b| deviations[*b].total_cmp(&deviations[*a]));
        order.truncate(most);
        order
    }
}

/// The correlation of every two numbers of the code.
pub(super) fn correlations(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let Some(codes) = Codes::of(inputs, false)?.filter(|codes| codes.size > 1) else { return Ok(None) };
    let mut shown = codes.most_varied(CORRELATED);
    shown.sort_unstable();
    let columns: Vec<Vec<f64>> = shown.iter().map(|number| codes.column(*number).collect()).collect();
    let values = disentanglement::correlations(&columns, &columns);
    let count = shown.len();
    let pairs = || (0..count).flat_map(|row| (row + 1..count).map(move |column| (row, column)));
    let at = |(row, column): (usize, usize)| values[row * count + column];
    let most = pairs().max_by(|a, b| at(*a).abs().total_cmp(&at(*b).abs()));
    let mean = pairs().map(|pair| at(pair).abs()).sum::<f32>() / pairs().count().max(1) as f32;
    let most = most.map_or(String::new(), |pair| {
        format!(" z{} and z{} are correlated most, {:.2}.", shown[pair.0] + 1, shown[pair.1] + 1, at(pair))
    });
    let which = if count < codes.size {
        format!("the {count} numbers that vary most")
    } else {
        "all numbers".to_owned()
    };
    let meaning = format!(
        "The correlation of {which} of the code over {} held-out images; red is negative. Its size is {mean:.2} on average \
         over pairs.{most} PCA makes them all zero; the objective of an autoencoder does not ask for that.",
        codes.count()
    );
    let names: Vec<String> = shown.iter().map(|number| format!("z{}", number + 1)).collect();
    let matrix = Matrix {
        x: "number of the code".to_owned(),
        y: String::new(),
        rows: names.clone(),
        columns: names,
        values,
    };
    Ok(Some(Card::new(Topic::CodeCorrelations.title(), meaning, matrix)))
}

/// The histograms of codes that are drawn from the posteriors, beside the density of the prior.
pub(super) fn spread(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let Some(codes) = Codes::of(inputs, true)? else { return Ok(None) };
    let step = 2.0 * ENDS / STEPS as f32;
    let middle = |bar: usize| -ENDS + (bar as f32 + 0.5) * step;
    let histogram = |number: usize| -> Vec<[f32; 2]> {
        let mut counts = [0_u32; STEPS];
        let bars = codes.column(number).map(|z| ((z as f32 + ENDS) / step).floor());
        bars.filter(|bar| (0.0..STEPS as f32).contains(bar)).for_each(|bar| counts[bar as usize] += 1);
        let density =
            |(bar, count): (usize, &u32)| [middle(bar), *count as f32 / (codes.count() as f32 * step)];
        counts.iter().enumerate().map(density).collect()
    };
    let normal =
        |bar: usize| [middle(bar), (-0.5 * middle(bar).powi(2)).exp() / std::f32::consts::TAU.sqrt()];
    let prior =
        Line { name: "N(0, 1)".to_owned(), points: (0..STEPS).map(normal).collect(), ..Line::default() };
    let shown = codes.most_varied(SPREAD_SHOWN);
    let of_codes = shown.iter().map(|number| Line {
        name: format!("z{}", number + 1),
        points: histogram(*number),
        ..Line::default()
    });
    let Discrepancy { value, noise } = discrepancy(&codes, inputs.recipe.seed);
    let verdict = match value {
        _ if value <= noise => "that cannot be told from the prior with so few",
        _ if value <= 3.0 * noise => "close to the prior",
        _ => "away from the prior",
    };
    let meaning = format!(
        "The codes of {} held-out images, one drawn from each posterior, and the prior. Their squared maximum mean \
         discrepancy (MMD²) from N(0, I) over all numbers is {value:.4}, {verdict}: two samples of the prior differ by up \
         to {noise:.4}.",
        codes.count()
    );
    let lines = Lines {
        x: "value".to_owned(),
        y: "density".to_owned(),
        are_ratios: false,
        series: std::iter::once(prior).chain(of_codes).collect(),
        level: None,
    };
    Ok(Some(Card::new(Topic::CodeSpread.title(), meaning, lines)))
}

/// Quantiles of the codes against those of the prior.
pub(super) fn quantiles(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let Some(codes) = Codes::of(inputs, true)? else { return Ok(None) };
    let shares: Vec<f64> = (1..=QUANTILES).map(|k| k as f64 / (QUANTILES + 1) as f64).collect();
    let line = |number: usize| {
        let mut sorted: Vec<f64> = codes.column(number).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: &f64| sorted[(share * sorted.len() as f64) as usize];
        shares.iter().map(|share| [normal_quantile(*share) as f32, at(share) as f32]).collect::<Vec<_>>()
    };
    let shown = codes.most_varied(SPREAD_SHOWN);
    let prior = shares.iter().map(|share| [normal_quantile(*share) as f32; 2]).collect();
    let prior = Line { name: "N(0, 1)".to_owned(), points: prior, ..Line::default() };
    let of_codes = shown.iter().map(|number| Line {
        name: format!("z{}", number + 1),
        points: line(*number),
        ..Line::default()
    });
    let meaning = format!(
        "Quantiles of the numbers that vary most, over {} held-out images with one code drawn from each posterior, against \
         those of the prior. On the straight line a number is N(0, 1); a steeper line is wider, a step is a gap between \
         groups.",
        codes.count()
    );
    let lines = Lines {
        x: "quantile of N(0, 1)".to_owned(),
        y: "quantile of the code".to_owned(),
        are_ratios: false,
        series: std::iter::once(prior).chain(of_codes).collect(),
        level: None,
    };
    Ok(Some(Card::new(Topic::CodeQuantiles.title(), meaning, lines)))
}

/// How far codes are from the prior.
struct Discrepancy {
    /// The squared maximum mean discrepancy, without bias: about zero where there is no difference.
    value: f64,
    /// Up to how much two samples of the prior of this size differ.
    noise: f64,
}

/// Samples of the prior that codes, and other such samples, are compared with.
const SAMPLES: u64 = 3;

fn discrepancy(codes: &Codes, seed: u64) -> Discrepancy {
    let count = codes.count();
    let sample = |draw: u64| -> Vec<f32> {
        let mut rng = stream(seed, Purpose::Prior, 1 + draw);
        (0..count * codes.size).map(|_| rng.sample(StandardNormal)).collect()
    };
    let samples: Vec<Vec<f32>> = (0..2 * SAMPLES).map(sample).collect();
    let (first, second) = samples.split_at(SAMPLES as usize);
    let value =
        first.iter().map(|sample| squared_discrepancy(&codes.numbers, sample, codes.size)).sum::<f64>();
    let noise =
        first.iter().zip(second).map(|(one, other)| squared_discrepancy(one, other, codes.size).abs());
    Discrepancy { value: value / SAMPLES as f64, noise: noise.fold(0.0, f64::max) }
}

/// The squared maximum mean discrepancy of two samples, without bias, with the kernel exp(−‖a − b‖² / 2d).
pub fn squared_discrepancy(one: &[f32], other: &[f32], size: usize) -> f64 {
    let size = size.max(1);
    let kernel = |a: &[f32], b: &[f32]| {
        let squares: f32 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
        f64::from(-squares / (2.0 * size as f32)).exp()
    };
    let rows = |of: &[f32]| of.len() / size;
    let within = |of: &[f32]| {
        let all: Vec<&[f32]> = of.chunks_exact(size).collect();
        let pairs = all.iter().enumerate().flat_map(|(at, a)| all[..at].iter().map(move |b| (*a, *b)));
        let sum: f64 = pairs.map(|(a, b)| kernel(a, b)).sum();
        2.0 * sum / (rows(of) * rows(of).saturating_sub(1)).max(1) as f64
    };
    let across = one.chunks_exact(size).flat_map(|a| other.chunks_exact(size).map(move |b| kernel(a, b)));
    within(one) + within(other) - 2.0 * across.sum::<f64>() / (rows(one) * rows(other)).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_discrepancy_is_about_zero_for_equal_distributions_and_the_known_value_for_shifted_ones() {
        let mut rng = stream(1, Purpose::Prior, 0);
        let mut sample = |shift: f32| -> Vec<f32> {
            (0..1500).map(|_| shift + rng.sample::<f32, _>(StandardNormal)).collect()
        };
        let (one, other, shifted) = (sample(0.0), sample(0.0), sample(1.0));
        assert!(squared_discrepancy(&one, &other, 1).abs() < 4e-3);
        // E k(a, b) for a − b ~ N(m, 2) is exp(−m²/6)/√3 with this kernel in one dimension.
        let want = 2.0 * (1.0 - (-1.0_f64 / 6.0).exp()) / 3.0_f64.sqrt();
        let got = squared_discrepancy(&one, &shifted, 1);
        assert!((got - want).abs() < 0.02, "{got}, not {want}");
    }

    #[test]
    fn equal_and_opposite_numbers_are_correlated_fully() {
        let codes = Codes { numbers: vec![1.0, -1.0, 5.0, 2.0, -2.0, 5.0, 4.0, -4.0, 5.0], size: 3 };
        let columns: Vec<Vec<f64>> = (0..3).map(|number| codes.standard(number).0).collect();
        let table = disentanglement::correlations(&columns, &columns);
        for (got, want) in table.iter().zip([1.0, -1.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0]) {
            assert!((got - want).abs() < 1e-6, "{table:?}");
        }
        assert_eq!(codes.most_varied(2), [0, 1]);
    }
}
