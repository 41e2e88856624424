//! How a plain code is used: how strongly its units speak, how many of them for one image, and which never do.

use super::card::{Bars, Card, Content};
use super::topic::CardInputs;
use crate::recipe::Activation;
use crate::train::read::{ReadError, read};

/// A unit speaks for an image where its activity is further from zero than this.
const SPEAKS: f32 = 0.01;
/// A sigmoid unit is never quite off: it speaks from here on.
const SIGMOID_SPEAKS: f32 = 0.1;
/// Bars of the histogram.
const BINS: usize = 24;

/// The codes of the sample, and what is counted on them.
#[derive(Debug)]
pub(super) struct Activity {
    /// One code after the other.
    pub(super) codes: Vec<f32>,
    /// Numbers in a code.
    pub(super) units: usize,
    /// From where on a unit speaks.
    threshold: f32,
}

impl Activity {
    /// Encodes the sample.
    pub(super) fn of(inputs: &CardInputs<'_>) -> Result<Self, ReadError> {
        let CardInputs { learner, recipe, sample, .. } = inputs;
        let codes = read(learner.model().encode(learner.images(sample, learner.device())).code)?;
        let is_sigmoid = recipe.model.code_activation == Activation::Sigmoid;
        let threshold = if is_sigmoid { SIGMOID_SPEAKS } else { SPEAKS };
        Ok(Self { codes, units: learner.code_size(), threshold })
    }

    /// How many images were encoded.
    pub(super) fn images(&self) -> usize {
        self.codes.len() / self.units.max(1)
    }

    /// The share of images for which each unit speaks.
    pub(super) fn shares(&self) -> Vec<f32> {
        let mut counts = vec![0u32; self.units];
        for code in self.codes.chunks_exact(self.units) {
            counts.iter_mut().zip(code).for_each(|(count, &h)| *count += u32::from(self.speaks(h)));
        }
        counts.iter().map(|&count| count as f32 / self.images().max(1) as f32).collect()
    }

    /// The root of the mean square of each unit.
    pub(super) fn strengths(&self) -> Vec<f32> {
        let mut sums = vec![0.0f64; self.units];
        for code in self.codes.chunks_exact(self.units) {
            sums.iter_mut().zip(code).for_each(|(sum, &h)| *sum += f64::from(h).powi(2));
        }
        sums.iter().map(|sum| (sum / self.images().max(1) as f64).sqrt() as f32).collect()
    }

    fn speaks(&self, h: f32) -> bool {
        h.abs() > self.threshold
    }

    /// `48 of 256 units speak for an image, 143 never do`.
    fn sentence(&self) -> String {
        let shares = self.shares();
        let speaking: f32 = shares.iter().sum();
        let never = shares.iter().filter(|share| **share == 0.0).count();
        let units = self.units;
        let mean = format!("{speaking:.0} of {units} units speak for an image");
        match never {
            0 => format!("{mean}, and each speaks for some of {} images.", self.images()),
            1 => format!("{mean}, 1 never does in {} images.", self.images()),
            never => format!("{mean}, {never} never do in {} images.", self.images()),
        }
    }
}

/// How strong activities are: the share of all activities in every interval, the silent ones left out, since they
/// would dwarf the others.
pub(super) fn histogram(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let activity = Activity::of(inputs)?;
    let speaking: Vec<f32> =
        activity.codes.iter().copied().filter(|h| h.is_finite() && activity.speaks(*h)).collect();
    let (low, high) = speaking.iter().fold((0.0f32, 0.0f32), |(low, high), h| (low.min(*h), high.max(*h)));
    if high <= low {
        return Ok(None);
    }
    let width = (high - low) / BINS as f32;
    let mut values = vec![0.0f32; BINS];
    let each = 100.0 / activity.codes.len() as f32;
    for h in &speaking {
        values[(((h - low) / width) as usize).min(BINS - 1)] += each;
    }
    let silent = 100.0 - each * speaking.len() as f32;
    let mut meaning = activity.sentence();
    if inputs.recipe.objective.rate > 0.0 {
        let mean = activity.codes.iter().sum::<f32>() / activity.codes.len().max(1) as f32;
        let target = inputs.recipe.objective.target_rate;
        meaning = format!("A unit is active at {mean:.3} on average, {target} is asked. {meaning}");
    }
    let bars = Bars {
        x: format!("activity; the {silent:.0} % that are silent are left out"),
        y: "share of all activities, %".to_owned(),
        names: (0..BINS).map(|bin| format!("{:.1}", low + (bin as f32 + 0.5) * width)).collect(),
        values,
        counted: Vec::new(),
        level: None,
    };
    Ok(Some(Card { title: "How loudly units speak".to_owned(), meaning, content: Content::Bars(bars) }))
}

/// How often every unit speaks, the most used first: the dead ones are at the end.
pub(super) fn units(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let activity = Activity::of(inputs)?;
    let mut values: Vec<f32> = activity.shares().iter().map(|share| share * 100.0).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    let bars = Bars {
        x: "units of the code, the most used first".to_owned(),
        y: "images it speaks for, %".to_owned(),
        values,
        names: Vec::new(),
        counted: Vec::new(),
        level: Some(("on average".to_owned(), mean)),
    };
    let (title, meaning) = ("Which units speak".to_owned(), activity.sentence());
    Ok(Some(Card { title, meaning, content: Content::Bars(bars) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_speaks_where_it_is_further_from_zero_than_the_threshold() {
        let codes = vec![0.0, 0.5, -0.02, 0.0, 0.009, 0.0, 0.0, 0.02, 0.0, 0.0, 1.0, 0.0];
        let activity = Activity { codes, units: 4, threshold: SPEAKS };
        assert_eq!(activity.images(), 3);
        let third = 1.0 / 3.0;
        assert_eq!(activity.shares(), [0.0, third, 2.0 * third, third]);
        assert_eq!(activity.sentence(), "1 of 4 units speak for an image, 1 never does in 3 images.");
        let want = [(0.009f32.powi(2) / 3.0).sqrt(), (0.25f32 / 3.0).sqrt()];
        for (got, want) in activity.strengths().iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "got {got}, want {want}");
        }
    }
}
