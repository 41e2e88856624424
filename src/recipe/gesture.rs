//! Groups live changes into gestures: one drag of a slider is many changes and one gesture.

use super::parameter::short_number;
use super::schema::{Change, Recipe};
use super::table;

/// The most steps between two changes of one gesture.
const LONGEST_PAUSE: u64 = 150;

/// One gesture.
#[derive(Clone, Debug, PartialEq)]
pub struct Gesture {
    /// The update that first saw a new value.
    pub first_step: u64,
    /// The update that first saw the last value.
    pub last_step: u64,
    /// Key of the parameter.
    pub key: String,
    /// The value before.
    pub from: f64,
    /// The value after.
    pub to: f64,
}

/// The gestures in a list of changes, oldest first. `recipe` is the recipe that the run started with.
pub fn gestures(changes: &[Change], recipe: &Recipe) -> Vec<Gesture> {
    let mut gestures: Vec<Gesture> = Vec::new();
    for Change { step, key, value } in changes {
        if let Some(last) = gestures.last_mut()
            && last.key == *key
            && step.saturating_sub(last.last_step) <= LONGEST_PAUSE
        {
            last.last_step = *step;
            last.to = *value;
            continue;
        }
        let earlier = gestures.iter().rev().find(|gesture| gesture.key == *key).map(|gesture| gesture.to);
        let initial = || table::find(key).ok().and_then(|parameter| parameter.number(recipe));
        let from = earlier.or_else(initial).unwrap_or(*value);
        gestures.push(Gesture { first_step: *step, last_step: *step, key: key.clone(), from, to: *value });
    }
    gestures
}

impl Gesture {
    /// The name of the parameter: a letter for β, λ and ρ.
    pub fn name(&self) -> &'static str {
        match self.key.as_str() {
            "objective.beta" => "β",
            "objective.sparsity" => "λ",
            "objective.target_rate" => "ρ",
            key => table::find(key).map_or("a parameter", |parameter| parameter.label),
        }
    }

    /// Whether the value before and the value after differ in three figures.
    pub fn has_moved(&self) -> bool {
        three_figures(self.from) != three_figures(self.to)
    }

    /// The label of its mark on the curves: `β 1 → 2`.
    pub fn label(&self) -> String {
        format!("{} {} → {}", self.name(), three_figures(self.from), three_figures(self.to))
    }
}

/// A number to three significant figures.
pub fn three_figures(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return short_number(value);
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    // Rounding through the decimal text gives 0.3, where dividing by a power of ten gives 0.30000000000000004.
    let text = format!("{value:.*}", digits.clamp(0, 17) as usize);
    short_number(text.parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(step: u64, key: &str, value: f64) -> Change {
        Change { step, key: key.to_owned(), value }
    }

    #[test]
    fn a_drag_is_one_gesture_and_a_later_one_is_another() {
        let recipe = Recipe::open("vae-2d").expect("built in");
        let changes = [
            change(100, "objective.beta", 1.2),
            change(130, "objective.beta", 1.6),
            change(160, "objective.beta", 2.0),
            change(170, "training.learning_rate", 3e-4),
            change(900, "objective.beta", 4.0),
        ];
        let labels: Vec<String> = gestures(&changes, &recipe).iter().map(Gesture::label).collect();
        assert_eq!(labels, ["β 1 → 2", "learning rate 1e-3 → 3e-4", "β 2 → 4"]);
        assert_eq!(gestures(&changes, &recipe)[0].first_step, 100);
    }

    #[test]
    fn numbers_are_as_long_as_they_need_to_be() {
        let cases = [
            (0.0, "0"),
            (2.0, "2"),
            (0.30000000000000004, "0.3"),
            (1.23456, "1.23"),
            (12345.0, "12345"),
            (1e-3, "1e-3"),
        ];
        for (value, want) in cases {
            assert_eq!(three_figures(value), want);
        }
    }
}
