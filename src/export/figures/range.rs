//! Which values a chart of curves shows, and which of them it can show at all.

use super::curves::Chart;

/// Whether a point has a place: both numbers finite, and above zero where the axis is logarithmic.
pub(super) fn is_showable(chart: &Chart, (step, value): &(f64, f64)) -> bool {
    step.is_finite() && value.is_finite() && (!chart.log_y || *value > 0.0)
}

/// The values a chart shows. A curve that starts far above where it settles within a fiftieth of the run
/// would be a flat line with a spike: then the range is that of the rest, the line leaves through the top,
/// and the chart says where it starts.
pub(super) fn range(chart: &Chart, [first, last]: [f64; 2]) -> Option<[f64; 2]> {
    let bounds = |from: f64| {
        let points = chart.series.iter().flat_map(|series| &series.points);
        let values =
            points.filter(|point| is_showable(chart, point) && point.0 >= from).map(|(_, value)| *value);
        values
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)])
    };
    let (all, settled) = (bounds(f64::NEG_INFINITY), bounds(first + 0.02 * (last - first)));
    if all[0] > all[1] {
        return None;
    }
    let has_spike = settled[1] > settled[0] && all[1] - settled[1] > 1.5 * (settled[1] - settled[0]);
    let mut shown = if has_spike && !chart.log_y { [all[0], settled[1]] } else { all };
    // References near the curve belong into the picture; one far away would flatten the curve and is named
    // instead.
    let reach = if chart.log_y {
        [shown[0] / 3.0, shown[1] * 3.0]
    } else {
        let span = shown[1] - shown[0];
        [shown[0] - 0.6 * span, shown[1] + 1.2 * span]
    };
    for value in chart.reference_lines.iter().map(|line| line.value) {
        if (reach[0]..=reach[1]).contains(&value) {
            shown = [shown[0].min(value), shown[1].max(value)];
        }
    }
    Some(padded(shown, chart.log_y))
}

/// A little more than a range, so that no curve runs along the frame.
fn padded([low, high]: [f64; 2], log: bool) -> [f64; 2] {
    if log {
        let pad = if low < high { (high / low).powf(0.05) } else { 1.5 };
        return [(low / pad).max(f64::MIN_POSITIVE), (high * pad).min(f64::MAX)];
    }
    let span = high - low;
    let pad = if span > 0.0 { 0.06 * span } else { (0.05 * low.abs()).max(0.5) };
    // What cannot be negative does not get a negative axis.
    let least = if low >= 0.0 { 0.0 } else { f64::MIN };
    [(low - pad).max(least), (high + pad).min(f64::MAX)]
}

/// The highest value above the top of a chart and the step at which that curve comes in.
pub(super) fn start_above(chart: &Chart, top: f64) -> Option<(f64, f64)> {
    let starts = chart.series.iter().filter_map(|series| {
        let points = || series.points.iter().filter(|point| is_showable(chart, point));
        let (first, value) = *points().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let (enters, _) = points().find(|(step, value)| *step > first && *value <= top)?;
        (value > top).then_some((value, *enters))
    });
    // Several curves start alike: one remark is enough.
    starts.max_by(|a, b| a.0.total_cmp(&b.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::figures::{Reference, Series};
    use crate::look::DataColor;

    fn chart(points: Vec<(f64, f64)>, log_y: bool) -> Chart {
        let series = Series { name: String::new(), color: DataColor::Accent, held_out: false, points };
        Chart { series: vec![series], log_y, ..Chart::default() }
    }

    #[test]
    fn an_initial_spike_does_not_flatten_the_curve() {
        let points =
            (0..1000).map(|step| (f64::from(step), 140.0 + 400.0 * (-f64::from(step) / 4.0).exp())).collect();
        let [low, high] = range(&chart(points, false), [0.0, 1000.0]).expect("there are points");
        assert!(low <= 140.0 && (140.1..200.0).contains(&high), "{low} to {high}");
    }

    #[test]
    fn a_range_holds_what_it_must() {
        let [low, high] = range(&chart(vec![(0.0, 3.0), (9.0, 5.0)], false), [0.0, 9.0]).expect("two points");
        assert!(low < 3.0 && high > 5.0);
        let [low, high] = range(&chart(vec![(0.0, 3.0)], false), [-1.0, 1.0]).expect("one point");
        assert!(low < 3.0 && high > 3.0);
        let mixed = chart(vec![(0.0, 0.0), (9.0, -5.0), (10.0, 2.0)], true);
        let [low, high] = range(&mixed, [0.0, 10.0]).expect("one is positive");
        assert!(low > 0.0 && low < 2.0 && high > 2.0);
        assert_eq!(range(&chart(vec![(0.0, f64::NAN)], false), [0.0, 1.0]), None);
    }

    #[test]
    fn a_reference_near_the_curve_is_shown_and_a_far_one_is_not() {
        let mut chart =
            chart((0..100).map(|step| (f64::from(step), f64::from(150 - step % 50))).collect(), false);
        chart.reference_lines = [170.0, 10.0].map(|value| Reference { label: String::new(), value }).to_vec();
        let [low, high] = range(&chart, [0.0, 99.0]).expect("there are points");
        assert!(high > 170.0 && low > 10.0, "{low} to {high}");
    }
}
