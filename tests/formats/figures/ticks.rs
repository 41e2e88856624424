//! Marks of axes: few, round, inside, and never a panic.

use hourglass::look::{linear_ticks, log_ticks};
use proptest::prelude::*;

proptest! {
    #[test]
    fn linear_marks_keep_their_promises(low in -1e9f64..1e9, span in 1e-6f64..1e9, most in 2usize..12) {
        let high = low + span;
        let ticks = linear_ticks(low, high, most);
        prop_assert!(ticks.len() <= most, "{} marks of at most {most}", ticks.len());
        prop_assert!(ticks.iter().all(|tick| (low..=high).contains(&tick.value)), "{ticks:?} in {low}..{high}");
        prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value), "{ticks:?}");
        if span > 1e-3 * low.abs() {
            // Any range of two steps holds at least one mark, and no two say the same.
            prop_assert!(!ticks.is_empty() || most < 4, "no mark in {low}..{high}");
            prop_assert!(ticks.windows(2).all(|pair| pair[0].label != pair[1].label), "{ticks:?}");
        }
        if let [first, second, ..] = &ticks[..] {
            let step = second.value - first.value;
            let mantissa = step / 10f64.powf(step.log10().floor());
            let round = [1.0, 2.0, 5.0, 10.0].iter().any(|want| (mantissa - want).abs() < 1e-3 * want);
            prop_assert!(round || span < 1e-3 * low.abs(), "a step of {step}");
        }
    }

    #[test]
    fn log_marks_keep_their_promises(low in -300i32..290, decades in 0.001f64..300.0, most in 2usize..12) {
        let low = 10f64.powi(low);
        let high = (low * 10f64.powf(decades)).min(1e300);
        prop_assume!(low < high);
        let ticks = log_ticks(low, high, most);
        prop_assert!(ticks.len() <= most, "{} marks of at most {most}", ticks.len());
        prop_assert!(ticks.iter().all(|tick| (low..=high).contains(&tick.value)), "{ticks:?} in {low}..{high}");
        prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value), "{ticks:?}");
        prop_assert!(ticks.windows(2).all(|pair| pair[0].label != pair[1].label), "{ticks:?}");
    }

    #[test]
    fn marks_never_panic(low in any::<f64>(), high in any::<f64>(), most in 0usize..40) {
        for ticks in [linear_ticks(low, high, most), log_ticks(low, high, most)] {
            prop_assert!(ticks.len() <= most.max(2));
            prop_assert!(ticks.iter().all(|tick| tick.value.is_finite()));
        }
    }
}
