//! Numbers as text, the same in the window, on figures and on the command line.
//!
//! Nothing here panics: a value that is not finite is written in words. A minus sign is the true one (−).

/// From this size on numbers are written with an exponent.
pub(super) const LARGE: f64 = 1e6;
/// Below this size numbers are written with an exponent.
pub(super) const SMALL: f64 = 1e-4;

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
    let text = decimal_label(value, decimals.max(0) as usize);
    // A power of ten below one needs no more digits than it has, and 0.9999 is shown as one.
    if size < 1.0 { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number in about three digits, for where there is little room: 138, 4.80, 1.2e−3.
pub fn short_label(value: f32) -> String {
    let decimals = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        size if size >= 0.1 || size == 0.0 => 2,
        _ => return format!("{value:.1e}").replace('-', "−"),
    };
    decimal_label(f64::from(value), decimals)
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

/// `mantissa` times ten to the power `decade`, as the number nearest to it that can be written.
pub(super) fn power(mantissa: f64, decade: i32) -> f64 {
    format!("{mantissa}e{decade}").parse().unwrap_or(mantissa * 10f64.powi(decade))
}

/// A number with so many decimals, with commas between thousands.
pub fn decimal_label(value: f64, decimals: usize) -> String {
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

/// A number with an exponent and just the digits that tell it from the values one `step` away.
pub(super) fn scientific_label(value: f64, step: f64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_have_three_digits() {
        let cases = [(138.24, "138"), (-48.0, "−48.0"), (4.8, "4.80"), (0.0, "0.00"), (0.0123, "1.2e−2")];
        for (value, text) in cases {
            assert_eq!(short_label(value), text, "{value}");
        }
        assert_eq!(short_label(f32::NAN), "NaN");
    }

    #[test]
    fn values_are_short() {
        let cases =
            [(138.24, "138.2"), (4.8, "4.80"), (0.01234, "0.0123"), (0.5, "0.5"), (-12.0, "−12"), (0.0, "0")];
        for (value, text) in cases {
            assert_eq!(value_label(value), text, "{value}");
        }
        assert_eq!(
            (decimal_label(-1234.567, 2), decimal_label(-0.001, 2)),
            ("−1,234.57".to_owned(), "0.00".to_owned())
        );
        // Rounded up to one, nothing is left behind the point.
        assert_eq!((value_label(0.9999), value_label(-0.99999)), ("1".to_owned(), "−1".to_owned()));
        assert_eq!(value_label(2.54e-6), "2.5e−6");
        assert_eq!(value_label(12_345_678.0), "1.2e7");
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (n, want) in cases {
            assert_eq!(count_label(n), want);
        }
    }
}
