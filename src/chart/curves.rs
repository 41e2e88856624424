//! Learning curves as plain data: which charts there are, which curves each of them has, what they are compared with,
//! and what is marked along the steps. The window's panel and the exported figure draw the same value.
//!
//! Values that are not finite are never drawn; [`Curves::not_finite`] counts them.

use crate::look::{DataColor, value_label};

use super::axis::{ValueAxis, axis_value};

/// Updates whose mean is the latest value of a training curve: one batch says little.
const LATEST: usize = 20;

/// The learning curves of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// The charts from top to bottom; the first is the largest. All have the same horizontal axis.
    pub charts: Vec<Chart>,
    /// Live changes, marked through all charts.
    pub changes: Vec<Stamp>,
    /// Where each stage of the training begins; none where there is only one.
    pub stages: Vec<Stamp>,
    /// Whether the vertical axes are logarithmic.
    pub is_log: bool,
}

/// One quantity over the steps of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What is measured, such as Reconstruction.
    pub title: String,
    /// Its unit, such as nats per image.
    pub unit: String,
    /// Its colour.
    pub color: DataColor,
    /// Whether its axis begins at zero, unless it is logarithmic.
    pub is_from_zero: bool,
    /// The curves, those in front last.
    pub curves: Vec<Curve>,
    /// Values to compare with.
    pub references: Vec<Reference>,
}

/// Where the values of a curve were measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveKind {
    /// On the batches of the training.
    Training,
    /// On held-out images.
    HeldOut,
    /// On the batches of another run, which is shown for comparison.
    OtherTraining,
    /// On held-out images, by another run.
    OtherHeldOut,
}

impl CurveKind {
    /// Whether the values are those of another run.
    pub fn is_of_another(self) -> bool {
        matches!(self, Self::OtherTraining | Self::OtherHeldOut)
    }

    /// Whether every value is one batch, so that neighbours differ by chance.
    pub fn is_noisy(self) -> bool {
        matches!(self, Self::Training | Self::OtherTraining)
    }
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its name in a legend.
    pub name: String,
    /// Where its values were measured.
    pub kind: CurveKind,
    /// Its colour, where that is not the chart's.
    pub color: Option<DataColor>,
    /// Step and value in the order of the steps. No line leads from one part to the next.
    pub parts: Vec<Vec<[f64; 2]>>,
}

/// A value that curves are compared with, such as the cost of predicting the mean image.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: f64,
}

/// The start of a curve that is above the top of its chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// Its highest value.
    pub value: f64,
    /// The step at which it comes into view.
    pub enters: f64,
}

/// Something that happened at a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The first step that it acted on.
    pub step: f64,
    /// What it was, such as `β 1 → 2` or `fine-tuning`.
    pub label: String,
}

impl Curves {
    /// The last step that has a finite value on this run's curves, which is where the horizontal axis ends; none where
    /// there are no values. The axis begins at zero.
    pub fn last_step(&self) -> Option<f64> {
        let own = self.curves().filter(|curve| !curve.kind.is_of_another());
        own.flat_map(Curve::points).filter(is_finite).map(|[step, _]| step).reduce(f64::max)
    }

    /// How many values are not drawn because they are not finite.
    pub fn not_finite(&self) -> usize {
        self.curves().flat_map(Curve::points).filter(|point| !is_finite(point)).count()
    }

    /// How many finite values are not drawn because they have no place on a logarithmic axis.
    pub fn without_logarithm(&self) -> usize {
        let has_none = |point: &[f64; 2]| is_finite(point) && axis_value(point[1], self.is_log).is_none();
        self.curves().flat_map(Curve::points).filter(has_none).count()
    }

    fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.charts.iter().flat_map(|chart| &chart.curves)
    }
}

impl Chart {
    /// Shows costs per pixel in place of costs per image.
    pub fn divide_by_pixels(&mut self, pixels: f64) {
        let points = self.curves.iter_mut().flat_map(|curve| &mut curve.parts).flatten();
        points.for_each(|[_, value]| *value /= pixels);
        self.references.iter_mut().for_each(|reference| reference.value /= pixels);
        self.unit = self.unit.replace("per image", "per pixel");
    }

    /// The curve of this kind.
    pub fn curve(&self, kind: CurveKind) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.kind == kind)
    }

    /// The highest value of this run above the top of the axis, and the step at which that curve comes into view.
    pub fn start_above(&self, axis: &ValueAxis) -> Option<Start> {
        let is_above = |value: f64| axis.at(value).is_some_and(|at| at > axis.high);
        let starts = self.curves.iter().filter(|curve| !curve.kind.is_of_another()).filter_map(|curve| {
            let points = || curve.points().filter(is_finite);
            let [highest, value] = points().max_by(|a, b| a[1].total_cmp(&b[1]))?;
            let [enters, _] = points().find(|[step, value]| *step > highest && !is_above(*value))?;
            is_above(value).then_some(Start { value, enters })
        });
        // Several curves start alike: one remark is enough.
        starts.max_by(|a, b| a.value.total_cmp(&b.value))
    }
}

impl Curve {
    /// A curve without gaps.
    pub fn whole(name: &str, kind: CurveKind, points: Vec<[f64; 2]>) -> Self {
        Self { name: name.to_owned(), kind, color: None, parts: vec![points] }
    }

    /// All its points in order.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = [f64; 2]> + '_ {
        self.parts.iter().flatten().copied()
    }

    /// Its latest value: the mean of the last few batches, or the last evaluation. That of the untrained network is
    /// none: it would be read as what the network has come to.
    pub fn latest(&self) -> Option<f64> {
        let count = if self.kind.is_noisy() { LATEST } else { 1 };
        let trained = self.points().rev().filter(|point| is_finite(point) && point[0] > 0.0);
        let last: Vec<f64> = trained.map(|[_, value]| value).take(count).collect();
        (!last.is_empty()).then(|| last.iter().sum::<f64>() / last.len() as f64)
    }

    /// The point nearest to a step.
    pub fn nearest(&self, step: f64) -> Option<[f64; 2]> {
        self.points().filter(is_finite).min_by(|a, b| (a[0] - step).abs().total_cmp(&(b[0] - step).abs()))
    }
}

impl Reference {
    /// Its label and value, and on which side it is where the axis does not reach it.
    pub fn text(&self, axis: &ValueAxis) -> String {
        let text = format!("{} {}", self.label, value_label(self.value));
        match axis.at(self.value) {
            Some(at) if at > axis.high => format!("{text}, above this chart"),
            Some(at) if at < axis.low => format!("{text}, below this chart"),
            _ => text,
        }
    }
}

/// Whether a point has a place.
pub(super) fn is_finite(point: &[f64; 2]) -> bool {
    point.iter().all(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: &[[f64; 2]]) -> Chart {
        let curve = Curve::whole("training", CurveKind::Training, points.to_vec());
        Chart { unit: "nats per image".to_owned(), curves: vec![curve], ..Chart::default() }
    }

    #[test]
    fn values_are_read_at_the_nearest_step_that_has_one() {
        let chart = chart(&[[10.0, 1.0], [20.0, 2.0], [40.0, 4.0]]);
        let curve = chart.curve(CurveKind::Training).expect("a curve");
        for (step, want) in [(0.0, 1.0), (14.0, 1.0), (16.0, 2.0), (31.0, 4.0), (99.0, 4.0)] {
            assert_eq!(curve.nearest(step).map(|point| point[1]), Some(want), "at step {step}");
        }
        assert_eq!(chart.curve(CurveKind::HeldOut), None);
    }

    #[test]
    fn the_latest_value_is_the_mean_of_the_last_batches_or_the_last_evaluation() {
        let points: Vec<[f64; 2]> = (0..100).map(|i| [f64::from(i), f64::from(i)]).collect();
        let training = Curve::whole("", CurveKind::Training, points.clone());
        assert_eq!(training.latest(), Some(89.5), "the mean of 80 to 99");
        assert_eq!(Curve::whole("", CurveKind::HeldOut, points).latest(), Some(99.0));
        assert_eq!(Curve::whole("", CurveKind::HeldOut, vec![[0.0, 617.5], [1.0, f64::NAN]]).latest(), None);
    }

    #[test]
    fn costs_per_pixel_are_costs_divided_by_pixels() {
        let mut chart = chart(&[[1.0, 784.0]]);
        chart.references.push(Reference { label: String::new(), value: 1568.0 });
        chart.divide_by_pixels(784.0);
        assert_eq!(chart.curves[0].parts, [[[1.0, 1.0]]]);
        assert_eq!((chart.references[0].value, chart.unit.as_str()), (2.0, "nats per pixel"));
    }

    #[test]
    fn the_axis_ends_at_the_last_finite_value_of_this_run() {
        let mut curves = Curves { charts: vec![chart(&[[1.0, 5.0], [7.0, f64::NAN]])], ..Curves::default() };
        let past = Curve::whole("before", CurveKind::OtherTraining, vec![[90.0, 1.0]]);
        curves.charts[0].curves.push(past);
        assert_eq!(curves.last_step(), Some(1.0));
        assert_eq!((curves.not_finite(), curves.without_logarithm()), (1, 0));
        curves.is_log = true;
        curves.charts[0].curves[0].parts[0].push([8.0, -1.0]);
        assert_eq!((curves.not_finite(), curves.without_logarithm()), (1, 1));
        assert_eq!(Curves::default().last_step(), None);
    }

    #[test]
    fn a_reference_out_of_range_says_on_which_side_it_is() {
        let reference = Reference { label: "mean image".to_owned(), value: 206.0 };
        let text = |low, high, is_log| reference.text(&ValueAxis { low, high, is_log });
        assert_eq!(text(100.0, 300.0, false), "mean image 206");
        assert_eq!(text(100.0, 200.0, false), "mean image 206, above this chart");
        assert_eq!(text(2.5, 3.0, true), "mean image 206, below this chart");
    }

    #[test]
    fn the_start_is_named_where_it_is_above_the_axis() {
        let chart = chart(&[[0.0, 540.0], [1.0, 300.0], [2.0, 150.0], [3.0, 140.0]]);
        let start = |high| chart.start_above(&ValueAxis { low: 100.0, high, is_log: false });
        assert_eq!(start(200.0), Some(Start { value: 540.0, enters: 2.0 }));
        assert_eq!(start(600.0), None);
    }
}
