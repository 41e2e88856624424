//! Where the marks of an axis stand and what they say: round numbers, few of them.
//!
//! Steps are 1, 2 or 5 times a power of ten. The functions never panic and never return a mark outside the
//! range; for a range that is empty or not finite they return none.

/// One mark of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands.
    pub value: f64,
    /// What it says.
    pub label: String,
}

/// From this size on numbers are written with an exponent.
const LARGE: f64 = 1e6;
/// Below this size numbers are written with an exponent.
const SMALL: f64 = 1e-4;

/// At most `most` (two or more) evenly spaced marks between `low` and `high`.
pub fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let span = high - low;
    // A step below the spacing of f64 around the ends would give the same mark twice.
    if !span.is_finite() || span <= low.abs().max(high.abs()) * 1e-12 {
        return Vec::new();
    }
    let most = most.max(2);
    let Some((step, first, last)) = round_steps(span / most as f64).find_map(|step| {
        // A mark exactly on an end must survive the rounding of the division.
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
                fixed(value, digits.max(0.0) as usize)
            };
            Tick { value, label }
        })
        .collect()
}

/// At most `most` (two or more) marks between two positive numbers, for an axis on which ratios are equal
/// steps.
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

/// A measured value in about four digits: 138.2, 4.80, 0.0123, 2.5e−6.
pub fn value_label(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(SMALL..LARGE).contains(&size) {
        return scientific_label(value, power(1.0, size.log10().floor() as i32 - 1));
    }
    let is_whole = (value - value.round()).abs() < 1e-9 * size;
    let decimals = match size {
        _ if is_whole => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 2 - size.log10().floor() as i32,
    };
    let text = fixed(value, decimals.max(0) as usize);
    // A power of ten below one needs no more digits than it has, and 0.9999 is shown as one.
    if size < 1.0 { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A whole number, with commas between thousands.
pub fn count_label(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The steps of 1, 2 or 5 times a power of ten that are at least `raw`, the smallest first.
fn round_steps(raw: f64) -> impl Iterator<Item = f64> {
    let decade = raw.log10().floor() as i32;
    let steps =
        (decade..=decade + 2).flat_map(|decade| [1.0, 2.0, 5.0].map(|mantissa| power(mantissa, decade)));
    steps.filter(move |step| *step >= raw * (1.0 - 1e-9))
}

/// `mantissa` times ten to the power `decade`, as the number nearest to it that can be written.
fn power(mantissa: f64, decade: i32) -> f64 {
    format!("{mantissa}e{decade}").parse().unwrap_or(mantissa * 10f64.powi(decade))
}

/// The value without the dust that multiplying a decimal step leaves.
fn clean(value: f64, digits: f64) -> f64 {
    let scale = 10f64.powf(digits);
    let cleaned = (value * scale).round() / scale;
    if cleaned.is_finite() { cleaned + 0.0 } else { value }
}

/// A number with fixed decimals, thousands marked and a true minus sign.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), count_label);
    match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    }
}

/// A number with an exponent and just the digits that tell it from its neighbours one `step` away.
fn scientific_label(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (value.abs().log10().floor() - step.log10().floor()).clamp(0.0, 15.0) as usize;
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text.as_str(), "0"));
    let mantissa =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    format!("{mantissa}e{exponent}").replace('-', "−")
}

/// Which of so many places below bars are named, at least so many apart. Numbers count from one and stand at round
/// places, so that 10 and 20 are shown and not 11 and 21; names begin with the first.
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
    fn values_are_short() {
        let cases =
            [(138.24, "138.2"), (4.8, "4.80"), (0.01234, "0.0123"), (0.5, "0.5"), (-12.0, "−12"), (0.0, "0")];
        for (value, text) in cases {
            assert_eq!(value_label(value), text, "{value}");
        }
        // Rounded up to one, nothing is left behind the point.
        assert_eq!((value_label(0.9999), value_label(-0.99999)), ("1".to_owned(), "−1".to_owned()));
        assert_eq!(value_label(2.54e-6), "2.5e−6");
        assert_eq!(value_label(12_345_678.0), "1.2e7");
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (n, want) in cases {
            assert_eq!(count_label(n), want);
        }
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
