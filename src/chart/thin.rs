//! A long curve in as few points as there are columns of pixels, so that a day of training costs no more to draw than a
//! minute: the mean and the extremes of each column, and a smooth line through the means.

use super::curves::{Chart, Curve, CurveKind, is_finite};
use crate::look::DataColor;

/// Batches differ by chance. The line drawn over them is their mean over this share of the axis on either side.
const SMOOTHING: f64 = 1.0 / 50.0;

/// What one column of pixels shows of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelColumn {
    /// The mean step.
    pub step: f64,
    /// The smallest value.
    pub low: f64,
    /// The mean value.
    pub mean: f64,
    /// The largest value.
    pub high: f64,
}

/// A curve as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ThinCurve {
    /// Its name in a legend.
    pub name: String,
    /// Where its values were measured.
    pub kind: CurveKind,
    /// Its colour, where that is not the chart's.
    pub color: Option<DataColor>,
    /// Its parts; no line leads from one to the next.
    pub parts: Vec<ThinPart>,
    /// Its latest value.
    pub latest: Option<f64>,
}

/// A part of a curve without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct ThinPart {
    /// Everything that was measured.
    pub columns: Vec<PixelColumn>,
    /// The line: smoothed where every value is one batch, else the values.
    pub line: Vec<[f64; 2]>,
}

/// How many columns there are to draw in, and the last step of the axis, which begins at zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Columns from the first step to the last.
    pub columns: usize,
    /// The last step.
    pub last_step: f64,
}

impl Resolution {
    /// Steps in one column.
    pub fn steps_per_column(&self) -> f64 {
        (self.last_step / self.columns.max(1) as f64).max(1e-9)
    }
}

impl Chart {
    /// The curves as they are drawn, as far as the axis goes.
    pub fn thinned(&self, resolution: Resolution) -> Vec<ThinCurve> {
        self.curves.iter().map(|curve| curve.thinned(resolution)).collect()
    }
}

impl Curve {
    fn thinned(&self, resolution: Resolution) -> ThinCurve {
        let parts = self.parts.iter().map(|points| {
            let end = points.partition_point(|[step, _]| *step <= resolution.last_step);
            let columns = columns(&points[..end], resolution.steps_per_column());
            let line = if self.kind.is_noisy() { smoothed(&columns) } else { means(&columns) };
            ThinPart { columns, line }
        });
        let parts = parts.filter(|part| !part.columns.is_empty()).collect();
        let Self { name, kind, color, .. } = self.clone();
        ThinCurve { name, kind, color, parts, latest: self.latest() }
    }
}

impl ThinCurve {
    /// How many steps a point of the line is the mean of, if it is one.
    pub fn averaged_steps(&self) -> Option<u64> {
        let longest = self.parts.iter().map(ThinPart::averaged_steps).fold(0.0, f64::max);
        (self.kind.is_noisy() && longest > 1.0).then_some(longest.round() as u64)
    }
}

impl ThinPart {
    /// Steps in as many columns as are averaged.
    fn averaged_steps(&self) -> f64 {
        let [Some(first), Some(last)] = [self.columns.first(), self.columns.last()] else { return 0.0 };
        let pitch = (last.step - first.step) / (self.columns.len() - 1).max(1) as f64;
        (2 * reach(self.columns.len()) + 1) as f64 * pitch
    }
}

/// How many columns on either side are averaged with one.
fn reach(columns: usize) -> usize {
    (SMOOTHING * columns as f64) as usize
}

/// Points in columns of this many steps. What is not finite is left out.
fn columns(points: &[[f64; 2]], width: f64) -> Vec<PixelColumn> {
    let mut columns: Vec<PixelColumn> = Vec::new();
    let (mut place, mut count) = (f64::NAN, 0.0);
    for [step, value] in points.iter().copied().filter(is_finite) {
        let column = (step / width).floor();
        match columns.last_mut() {
            Some(last) if column == place => {
                count += 1.0;
                last.step += (step - last.step) / count;
                last.mean += (value - last.mean) / count;
                last.low = last.low.min(value);
                last.high = last.high.max(value);
            }
            _ => {
                columns.push(PixelColumn { step, low: value, mean: value, high: value });
                (place, count) = (column, 1.0);
            }
        }
    }
    columns
}

fn means(columns: &[PixelColumn]) -> Vec<[f64; 2]> {
    columns.iter().map(|column| [column.step, column.mean]).collect()
}

/// The means of columns, each averaged with its neighbours on both sides. The beginning, which is steep, is averaged
/// over as few on the right as there are on the left; the end over those on the left alone, so that it does not jitter.
fn smoothed(columns: &[PixelColumn]) -> Vec<[f64; 2]> {
    let mut sums = vec![0.0];
    for column in columns {
        sums.push(sums[sums.len() - 1] + column.mean);
    }
    let most = reach(columns.len());
    let mean = |i: usize| {
        let reach = most.min(i);
        let (from, to) = (i - reach, (i + reach + 1).min(columns.len()));
        (sums[to] - sums[from]) / (to - from) as f64
    };
    columns.iter().enumerate().map(|(i, column)| [column.step, mean(i)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_extremes_and_the_mean_of_every_column() {
        let points: Vec<[f64; 2]> = (0..100_000).map(|i| [f64::from(i), f64::from(i % 7)]).collect();
        let thin = columns(&points, 500.0);
        assert_eq!(thin.len(), 200);
        for (i, column) in thin.iter().enumerate() {
            assert_eq!((column.low, column.high), (0.0, 6.0), "column {i}");
            assert!((column.mean - 3.0).abs() < 0.02, "column {i}: mean {}", column.mean);
        }
        assert!(thin.is_sorted_by(|a, b| a.step < b.step));
    }

    #[test]
    fn thinning_leaves_out_what_is_not_finite() {
        let points = [[1.0, 5.0], [2.0, f64::NAN], [3.0, f64::INFINITY], [f64::NAN, 9.0], [4.0, 7.0]];
        let thin = columns(&points, 100.0);
        assert_eq!(thin.len(), 1);
        assert_eq!((thin[0].low, thin[0].mean, thin[0].high), (5.0, 6.0, 7.0));
    }

    #[test]
    fn a_short_curve_stays_as_it_is() {
        let points = vec![[1.0, 3.0], [2.0, 9.0], [3.0, 4.0]];
        let chart =
            Chart { curves: vec![Curve::whole("", CurveKind::Training, points.clone())], ..Chart::default() };
        let thin = chart.thinned(Resolution { columns: 300, last_step: 3.0 });
        assert_eq!(thin[0].parts[0].line, points);
        assert_eq!(thin[0].averaged_steps(), None);
        let long = Curve::whole("", CurveKind::Training, (1..=1000).map(|i| [f64::from(i), 3.0]).collect());
        let chart = Chart { curves: vec![long], ..Chart::default() };
        let thin = chart.thinned(Resolution { columns: 100, last_step: 1000.0 });
        assert_eq!(thin[0].averaged_steps(), Some(50), "five columns of ten steps");
    }

    #[test]
    fn a_run_before_is_drawn_as_far_as_this_one_has_come() {
        let past = vec![[1.0, 3.0], [2.0, 9.0], [30.0, 4.0]];
        let chart =
            Chart { curves: vec![Curve::whole("", CurveKind::OtherTraining, past)], ..Chart::default() };
        let thin = chart.thinned(Resolution { columns: 300, last_step: 3.0 });
        assert_eq!(thin[0].parts[0].line, [[1.0, 3.0], [2.0, 9.0]]);
    }

    #[test]
    fn smoothing_takes_out_chance_and_keeps_slopes_and_places() {
        let noisy: Vec<[f64; 2]> = (0..2000)
            .map(|i| [f64::from(i), 0.1 * f64::from(i) + if i % 2 == 0 { 5.0 } else { -5.0 }])
            .collect();
        let smooth = smoothed(&columns(&noisy, 1.0));
        assert_eq!(smooth.len(), 2000);
        for point in &smooth[100..1900] {
            let off = (point[1] - 0.1 * point[0]).abs();
            assert!(off < 0.5, "at step {}: off by {off}", point[0]);
        }
        assert_eq!(smooth[0][1], 5.0, "at the beginning there is nothing to average with");
        let off = (smooth[1999][1] - 199.9).abs();
        assert!(off < 2.5, "the end does not jitter: off by {off}");
        assert!(smoothed(&[]).is_empty());
    }
}
