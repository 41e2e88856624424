//! Derivatives by differences, and comparison by share.

use crate::tensors::assert_each_close;

/// The derivative at zero by five points: its error falls with the fourth power of the step.
pub fn slope(step: f64, value: impl Fn(f64) -> f64) -> f64 {
    (8.0 * (value(step) - value(-step)) - (value(2.0 * step) - value(-2.0 * step))) / (12.0 * step)
}

/// Asserts that every number is within a share of the one wanted, which counts as at least `least`.
#[track_caller]
pub fn assert_close_by_share<T: Copy + Into<f64>>(what: &str, got: &[T], want: &[T], share: f64, least: f64) {
    assert_each_close(what, got, want, |want| share * want.abs().max(least));
}
