//! The range of a number of the code: the last activation of some encoders has no output below zero, or above one.

use crate::recipe::ModelRecipe;

/// The smallest and the largest output of the encoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range([f32; 2]);

impl Default for Range {
    /// Any number.
    fn default() -> Self {
        Self([f32::NEG_INFINITY, f32::INFINITY])
    }
}

impl Range {
    /// The range of a network's code.
    pub fn of(model: &ModelRecipe) -> Self {
        model.code_range().map_or_else(Self::default, Self)
    }

    /// Both ends; infinite where there is none.
    pub fn ends(self) -> [f32; 2] {
        self.0
    }

    /// The nearest output of the encoder.
    pub fn clamp(self, z: f32) -> f32 {
        let [low, high] = self.0;
        z.max(low).min(high)
    }

    /// The range in words, to follow what is clamped to it; `None` where it is unbounded.
    pub fn words(self) -> Option<String> {
        let [low, high] = self.0;
        match (low.is_finite(), high.is_finite()) {
            (true, true) => {
                Some(format!("within what this encoder can give, {} to {}", number(low), number(high)))
            }
            (true, false) => Some(format!("within what this encoder can give, {} or more", number(low))),
            (false, true) => Some(format!("within what this encoder can give, {} or less", number(high))),
            (false, false) => None,
        }
    }
}

/// An end of the range in two decimals, with a real minus.
pub fn number(end: f32) -> String {
    format!("{}", (f64::from(end) * 100.0).round() / 100.0).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Recipe;

    #[test]
    fn numbers_are_clamped_to_the_range_of_the_encoder() {
        for (name, want, words) in [
            ("ae-sparse", [0.0, 0.5, 7.0], Some("0 or more")),
            ("ae-rate", [0.0, 0.5, 1.0], Some("0 to 1")),
            ("ae-2d", [-7.0, 0.5, 7.0], None),
            ("vae-2d", [-7.0, 0.5, 7.0], None),
        ] {
            let range = Range::of(&Recipe::open(name).expect("built in").model);
            assert_eq!([-7.0, 0.5, 7.0].map(|z| range.clamp(z)), want, "{name}");
            let got = range.words();
            assert!(got.as_ref().map(|got| got.rsplit(", ").next()) == words.map(Some), "{name}: {got:?}");
        }
        assert_eq!([-0.278_465, 1.0, -1.0].map(number), ["−0.28", "1", "−1"]);
    }
}
