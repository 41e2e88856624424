//! Which values a chart of curves shows.

use super::axis::{ValueAxis, axis_value};
use super::curves::Chart;
use super::thin::ThinCurve;

/// The beginning of a curve, which does not decide the range of the axis: this share of it, and so many steps, but
/// never more than half of what there is.
const BEGINNING: f64 = 0.04;
const BEGINNING_STEPS: f64 = 15.0;
/// How much of the axis stays free above and below.
const ROOM: f64 = 0.07;
/// The beginning and reference lines are brought into the picture when that makes the axis at most so many times as
/// long.
const REACH: f64 = 1.7;
/// A share of the values that may be above the picture: single spikes.
const SPIKES: f64 = 0.015;

impl Chart {
    /// The vertical axis for curves as they are drawn; none where nothing can be shown. The first steps cost ten times
    /// what the rest does; they may leave the picture, so that the rest can be read.
    pub fn axis(&self, curves: &[ThinCurve], is_log: bool) -> Option<ValueAxis> {
        let points = || curves.iter().flat_map(|curve| &curve.parts).flat_map(|part| &part.line);
        let end = points().map(|[step, _]| *step).fold(0.0, f64::max);
        let beginning = (BEGINNING * end).max(BEGINNING_STEPS).min(0.5 * end);
        let between = |from: f64| -> Option<[f64; 2]> {
            let later = points().filter(|[step, _]| *step >= from);
            let mut values: Vec<f64> = later.filter_map(|[_, value]| axis_value(*value, is_log)).collect();
            values.sort_unstable_by(f64::total_cmp);
            let almost_all = (values.len().saturating_sub(1) as f64 * (1.0 - SPIKES)).round() as usize;
            Some([*values.first()?, *values.get(almost_all)?])
        };
        let [lowest, highest] = between(0.0)?;
        let [mut low, mut high] = between(beginning).unwrap_or([lowest, highest]);
        if highest - lowest <= REACH * (high - low) {
            (low, high) = (lowest, highest);
        }
        if low == 0.0 && high == 0.0 && !is_log {
            high = 1.0;
        }
        let least = if is_log { 0.02 } else { 1e-6 * high.abs().max(1e-6) };
        if high - low < least {
            (low, high) = (low - 0.5 * least, high + 0.5 * least);
        }
        let span = high - low;
        for reference in self.references.iter().filter_map(|line| axis_value(line.value, is_log)) {
            let (lower, higher) = (low.min(reference), high.max(reference));
            if higher - lower <= REACH * span {
                (low, high) = (lower, higher);
            }
        }
        let room = ROOM * (high - low);
        let is_from_zero = self.is_from_zero || low < 0.3 * high;
        let floor = if !is_log && low >= 0.0 && is_from_zero { 0.0 } else { low - room };
        // An axis of values near the largest f64 has no room left.
        let [low, high] = [floor, high + 1.5 * room].map(|end| end.clamp(f64::MIN / 4.0, f64::MAX / 4.0));
        (low < high).then_some(ValueAxis { low, high, is_log })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Curve, CurveKind, Reference, Resolution};

    fn chart(points: &[[f64; 2]], references: &[f64]) -> Chart {
        let reference = |value: &f64| Reference { label: String::new(), value: *value };
        Chart {
            curves: vec![Curve::whole("", CurveKind::Training, points.to_vec())],
            references: references.iter().map(reference).collect(),
            ..Chart::default()
        }
    }

    /// 540 nats at first, then down to 140, as a fresh network does.
    fn falling() -> Vec<[f64; 2]> {
        let cost = |i: f64| 140.0 + 60.0 * (-i / 900.0).exp() + 340.0 * (-i / 15.0).exp();
        (1..=4000).map(|i| [f64::from(i), cost(f64::from(i))]).collect()
    }

    fn axis_of(chart: &Chart, is_log: bool) -> Option<ValueAxis> {
        let last_step = chart.curves[0].points().map(|[step, _]| step).fold(0.0, f64::max);
        chart.axis(&chart.thinned(Resolution { columns: 400, last_step }), is_log)
    }

    fn range_of(chart: &Chart, is_log: bool) -> [f64; 2] {
        let axis = axis_of(chart, is_log).expect("there are values");
        [axis.low, axis.high]
    }

    #[test]
    fn the_first_steps_do_not_decide_the_axis() {
        for is_log in [false, true] {
            let [low, high] = range_of(&chart(&falling(), &[]), is_log);
            let top = axis_value(215.0, is_log).expect("positive");
            assert!(high < top, "log {is_log}: the axis reaches {high}, the start would be at {top}");
            assert!(low < axis_value(140.8, is_log).expect("positive"));
        }
    }

    #[test]
    fn near_reference_lines_are_in_the_picture_and_far_ones_do_not_flatten_it() {
        let [low, high] = range_of(&chart(&falling(), &[206.0, 45.0]), false);
        assert!(high > 206.0, "the mean image at 206 is within reach of {high}");
        assert!(low > 45.0, "the floor at 45 would flatten the curve; the axis begins at {low}");
    }

    #[test]
    fn a_flat_curve_has_a_range_and_an_empty_one_has_none() {
        for points in [&[[1.0, 3.0]][..], &[[1.0, 0.0], [2.0, 0.0]]] {
            let [low, high] = range_of(&chart(points, &[]), false);
            assert!(low < high && low.is_finite() && high.is_finite(), "{points:?}: {low} to {high}");
        }
        assert!(range_of(&chart(&[[1.0, 0.0]], &[]), false)[1] > 1.0, "zeros are at the foot of an axis");
        let [low, high] = range_of(&chart(&[[1.0, 3.0]], &[]), true);
        assert!(low < high, "{low} to {high}");
        assert_eq!(axis_of(&chart(&[], &[5.0]), false), None);
        assert_eq!(axis_of(&chart(&[[1.0, f64::NAN]], &[]), false), None);
        assert_eq!(axis_of(&chart(&[[1.0, -2.0]], &[]), true), None, "no logarithm");
    }

    #[test]
    fn huge_values_leave_a_finite_axis() {
        for value in [f64::MAX, 1e300, -1e300] {
            let [low, high] = range_of(&chart(&[[1.0, 0.0], [2.0, value]], &[]), false);
            assert!(low < high && (high - low).is_finite(), "{value}: {low} to {high}");
        }
    }

    #[test]
    fn a_penalty_is_shown_from_zero() {
        let points: Vec<[f64; 2]> = (1..500).map(|i| [f64::from(i), 5.0]).collect();
        let penalty = Chart { is_from_zero: true, ..chart(&points, &[]) };
        assert_eq!(range_of(&penalty, false)[0], 0.0);
    }
}
