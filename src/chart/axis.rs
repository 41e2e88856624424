//! The vertical axis of a chart of curves.

use crate::look::{Tick, linear_ticks, log_ticks};

/// A vertical axis. Its ends are in axis units: values, or decimal logarithms of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueAxis {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Whether equal ratios, not equal differences, are equal distances.
    pub is_log: bool,
}

impl ValueAxis {
    /// Where a value is, in axis units; none where it is not finite or has no logarithm.
    pub fn at(&self, value: f64) -> Option<f64> {
        axis_value(value, self.is_log)
    }

    /// At most `most` ticks, at their places in axis units.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let Self { low, high, is_log } = *self;
        if !is_log {
            return linear_ticks(low, high, most);
        }
        let ticks = log_ticks(10_f64.powf(low), 10_f64.powf(high), most);
        ticks.into_iter().map(|tick| Tick { value: tick.value.log10(), label: tick.label }).collect()
    }
}

/// Where a value is on an axis; none where it is not finite or has no logarithm.
pub(super) fn axis_value(value: f64, is_log: bool) -> Option<f64> {
    let at = if is_log { value.log10() } else { value };
    at.is_finite().then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_a_logarithmic_axis_are_at_logarithms() {
        let ticks = ValueAxis { low: 1.0, high: 3.0, is_log: true }.ticks(3);
        let marks: Vec<(f64, &str)> = ticks.iter().map(|tick| (tick.value, tick.label.as_str())).collect();
        assert_eq!(marks, [(1.0, "10"), (2.0, "100"), (3.0, "1,000")]);
    }
}
