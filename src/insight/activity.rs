//! How a plain code is used: how strong its activations are, how many units are active for an image, and which never
//! are.

use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Level};
use crate::recipe::Activation;
use crate::train::read::{ReadError, read};

/// A unit is active for an image where its activation is further from zero than this.
const ACTIVE: f32 = 0.01;
/// A sigmoid unit is never exactly zero: it is active from here on.
const SIGMOID_ACTIVE: f32 = 0.1;
/// Bars of the histogram.
const BINS: usize = 24;

/// The codes of the sample, and statistics of them.
#[derive(Debug)]
pub(super) struct Activity {
    /// One code after the other.
    pub(super) codes: Vec<f32>,
    /// Numbers in a code.
    pub(super) units: usize,
    /// From where on a unit is active.
    threshold: f32,
}

impl Activity {
    /// Encodes the sample.
    pub(super) fn of(inputs: &CardInputs<'_>) -> Result<Self, ReadError> {
        let CardInputs { learner, recipe, sample, .. } = inputs;
        let codes = read(learner.model().encode(learner.images(sample, learner.device())).code)?;
        Ok(Self::new(codes, learner.code_size(), recipe.model.code_activation))
    }

    /// The activity of units of this kind, one image after the other.
    pub(super) fn new(codes: Vec<f32>, units: usize, activation: Activation) -> Self {
        let threshold = if activation == Activation::Sigmoid { SIGMOID_ACTIVE } else { ACTIVE };
        Self { codes, units, threshold }
    }

    /// How many images were encoded.
    pub(super) fn images(&self) -> usize {
        self.codes.len() / self.units.max(1)
    }

    /// The share of images for which each unit is active.
    pub(super) fn shares(&self) -> Vec<f32> {
        let mut counts = vec![0u32; self.units];
        for code in self.codes.chunks_exact(self.units) {
            counts.iter_mut().zip(code).for_each(|(count, &h)| *count += u32::from(self.is_active(h)));
        }
        counts.iter().map(|&count| count as f32 / self.images().max(1) as f32).collect()
    }

    /// The root mean square of each unit.
    pub(super) fn strengths(&self) -> Vec<f32> {
        let mut sums = vec![0.0f64; self.units];
        for code in self.codes.chunks_exact(self.units) {
            sums.iter_mut().zip(code).for_each(|(sum, &h)| *sum += f64::from(h).powi(2));
        }
        sums.iter().map(|sum| (sum / self.images().max(1) as f64).sqrt() as f32).collect()
    }

    fn is_active(&self, h: f32) -> bool {
        h.abs() > self.threshold
    }

    /// `48 of 256 units are active per image; 143 never are in 512 images.`
    fn sentence(&self) -> String {
        let shares = self.shares();
        let active: f32 = shares.iter().sum();
        let never = shares.iter().filter(|share| **share == 0.0).count();
        let (units, images) = (self.units, self.images());
        let mean = format!("{active:.0} of {units} units are active per image");
        match never {
            0 => format!("{mean}, and each unit is active for some of {images} images."),
            1 => format!("{mean}; 1 never is in {images} images."),
            never => format!("{mean}; {never} never are in {images} images."),
        }
    }
}

/// How strong activations are: the share of all activations in every interval. Inactive units are left out, since they
/// would dwarf the others.
pub(super) fn histogram(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let activity = Activity::of(inputs)?;
    let active: Vec<f32> =
        activity.codes.iter().copied().filter(|h| h.is_finite() && activity.is_active(*h)).collect();
    let (low, high) = active.iter().fold((0.0f32, 0.0f32), |(low, high), h| (low.min(*h), high.max(*h)));
    if high <= low {
        return Ok(None);
    }
    let width = (high - low) / BINS as f32;
    let mut values = vec![0.0f32; BINS];
    let each = 100.0 / activity.codes.len() as f32;
    for h in &active {
        values[(((h - low) / width) as usize).min(BINS - 1)] += each;
    }
    let inactive = 100.0 - each * active.len() as f32;
    let mut meaning = activity.sentence();
    if inputs.recipe.objective.rate > 0.0 {
        let mean = activity.codes.iter().sum::<f32>() / activity.codes.len().max(1) as f32;
        let target = inputs.recipe.objective.target_rate;
        meaning = format!("The mean activation is {mean:.3}, its target {target}. {meaning}");
    }
    let bars = Bars {
        x: format!("activation, without the {inactive:.0} % that are near zero"),
        y: "share of all activations, %".to_owned(),
        names: (0..BINS).map(|bin| format!("{:.1}", low + (bin as f32 + 0.5) * width)).collect(),
        values,
        ..Bars::default()
    };
    Ok(Some(Card::new(Topic::Activity.title(), meaning, bars)))
}

/// How often every unit is active, the most active first: dead units are at the end.
pub(super) fn units(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let activity = Activity::of(inputs)?;
    let mut values: Vec<f32> = activity.shares().iter().map(|share| share * 100.0).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    let bars = Bars {
        x: "units of the code, most active first".to_owned(),
        y: "images for which it is active, %".to_owned(),
        values,
        level: Some(Level { name: "mean".to_owned(), value: mean }),
        ..Bars::default()
    };
    Ok(Some(Card::new(Topic::Units.title(), activity.sentence(), bars)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_active_where_it_is_further_from_zero_than_the_threshold() {
        let codes = vec![0.0, 0.5, -0.02, 0.0, 0.009, 0.0, 0.0, 0.02, 0.0, 0.0, 1.0, 0.0];
        let activity = Activity { codes, units: 4, threshold: ACTIVE };
        assert_eq!(activity.images(), 3);
        let third = 1.0 / 3.0;
        assert_eq!(activity.shares(), [0.0, third, 2.0 * third, third]);
        assert_eq!(activity.sentence(), "1 of 4 units are active per image; 1 never is in 3 images.");
        let want = [(0.009f32.powi(2) / 3.0).sqrt(), (0.25f32 / 3.0).sqrt()];
        for (got, want) in activity.strengths().iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "got {got}, want {want}");
        }
    }
}
