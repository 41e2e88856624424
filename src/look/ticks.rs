//! Where an axis has ticks and what they say: few of them, at round numbers.
//!
//! Steps are 1, 2 or 5 times a power of ten. The functions never panic and never return a tick outside the
//! range; for a range that is empty or not finite they return none.

use super::number::{LARGE, SMALL, decimal_label, power, scientific_label, value_label};

/// One tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value it marks.
    pub value: f64,
    /// Its label.
    pub label: String,
}

/// At most `most` (two or more) evenly spaced ticks between `low` and `high`.
pub fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let span = high - low;
    // A step below the spacing of f64 around the ends would give the same tick twice.
    if !span.is_finite() || span <= low.abs().max(high.abs()) * 1e-12 {
        return Vec::new();
    }
    let most = most.max(2);
    let Some((step, first, last)) = round_steps(span / most as f64).find_map(|step| {
        // A tick exactly on an end must survive the rounding of the division.
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        (last - first < most as f64).then_some((step, first, last))
    }) else {
        return Vec::new();
    };
    let digits = -step.log10().floor();
    let scientific = low.abs().max(high.abs()) >= LARGE || step < SMALL;
    let count = (last - first).max(-1.0) as usize + 1;
    (0..count)
        .map(|index| {
            let value = clean((first + index as f64) * step, digits).clamp(low, high);
            let label = if scientific {
                scientific_label(value, step)
            } else {
                decimal_label(value, digits.max(0.0) as usize)
            };
            Tick { value, label }
        })
        .collect()
}

/// At most `most` (two or more) ticks between two positive numbers, for a logarithmic axis.
pub fn log_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let most = most.max(2);
    if !(low > 0.0 && low < high && high.is_finite()) {
        return Vec::new();
    }
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let marks = |mantissas: &[f64], stride: i32| -> Vec<Tick> {
        let decades = (first..=last).filter(|decade| decade.rem_euclid(stride) == 0);
        let values =
            decades.flat_map(|decade| mantissas.iter().map(move |mantissa| power(*mantissa, decade)));
        let inside = values.filter(|value| (low..=high).contains(value));
        inside.map(|value| Tick { value, label: value_label(value) }).collect()
    };
    let fine = marks(&[1.0, 2.0, 5.0], 1);
    if fine.len() < 3 {
        // Less than a decade: round numbers say more than powers.
        return linear_ticks(low, high, most.min(5));
    }
    if fine.len() <= most {
        return fine;
    }
    (1..=last - first + 1)
        .map(|stride| marks(&[1.0], stride))
        .find(|ticks| ticks.len() <= most)
        .unwrap_or_default()
}

/// The steps of 1, 2 or 5 times a power of ten that are at least `raw`, the smallest first.
fn round_steps(raw: f64) -> impl Iterator<Item = f64> {
    let decade = raw.log10().floor() as i32;
    let steps =
        (decade..=decade + 2).flat_map(|decade| [1.0, 2.0, 5.0].map(|mantissa| power(mantissa, decade)));
    steps.filter(move |step| *step >= raw * (1.0 - 1e-9))
}

/// The value without the rounding error that multiplying a decimal step leaves.
fn clean(value: f64, digits: f64) -> f64 {
    let scale = 10f64.powf(digits);
    let cleaned = (value * scale).round() / scale;
    if cleaned.is_finite() { cleaned + 0.0 } else { value }
}

/// Which of `count` bars get a label, at least `least` apart. Bars that are numbered from one get round numbers, so that
/// 10 and 20 are shown and not 11 and 21; bars with names begin with the first.
pub fn named_places(count: usize, least: usize, are_numbers: bool) -> impl Iterator<Item = usize> {
    let rounds = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    let round = rounds.into_iter().find(|step| *step >= least).unwrap_or(1000);
    let stride = if are_numbers { round } else { least.max(1) };
    let first = if are_numbers { stride - 1 } else { 0 };
    (first..count).step_by(stride)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn linear_marks_are_round() {
        assert_eq!(labels(&linear_ticks(0.0, 5640.0, 7)), ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]);
        assert_eq!(
            labels(&linear_ticks(-0.31, 0.32, 8)),
            ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"]
        );
        assert_eq!(labels(&linear_ticks(120.0, 206.0, 5)), ["120", "140", "160", "180", "200"]);
        assert_eq!(labels(&linear_ticks(0.0, 4e6, 5)), ["0", "1e6", "2e6", "3e6", "4e6"]);
        assert_eq!(labels(&linear_ticks(0.0, 2e-5, 3)), ["0", "1e−5", "2e−5"]);
    }

    #[test]
    fn log_marks_are_powers_or_one_two_five() {
        assert_eq!(labels(&log_ticks(0.001, 1000.0, 8)), ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"]);
        assert_eq!(labels(&log_ticks(10.0, 220.0, 8)), ["10", "20", "50", "100", "200"]);
        assert_eq!(labels(&log_ticks(118.0, 162.0, 6)), ["120", "130", "140", "150", "160"]);
        assert!(log_ticks(0.0, 10.0, 5).is_empty() && log_ticks(-1.0, 10.0, 5).is_empty());
    }

    #[test]
    fn numbers_under_bars_are_round_and_names_begin_with_the_first() {
        let shown =
            |count, least, are_numbers| named_places(count, least, are_numbers).collect::<Vec<usize>>();
        assert_eq!(shown(3, 1, true), [0, 1, 2]);
        assert_eq!(shown(16, 3, true), [4, 9, 14], "the numbers 5, 10 and 15");
        assert_eq!(shown(45, 11, true), [19, 39]);
        assert_eq!(shown(7, 3, false), [0, 3, 6]);
        assert!(shown(0, 3, false).is_empty());
    }
}
