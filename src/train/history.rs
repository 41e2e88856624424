//! The curves of a run: bounded, shared, never a queue.
//!
//! Training metrics are kept twice: the recent past exactly, the whole past at a resolution that is halved whenever
//! it fills up. Halving averages neighbours, so the curve of a day is as long as the curve of a minute.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::metrics::Metrics;

/// Points kept of the whole past; twice the pixels of a wide chart.
const WHOLE: usize = 4096;
/// What is said at most about a run.
const MOST_REMARKS: usize = 1000;
/// Training steps kept exactly.
const RECENT: usize = 2048;

/// The metrics of a run up to one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Updates made when the metrics were taken.
    pub step: u64,
    /// The metrics.
    pub metrics: Metrics,
}

/// A held-out evaluation, with what training cost since the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// Updates made.
    pub step: u64,
    /// Passes over the training images completed.
    pub epoch: u64,
    /// Mean training metrics since the evaluation before; absent before the first step.
    pub train: Option<Metrics>,
    /// Held-out metrics.
    pub held_out: Metrics,
}

/// Something that was said about a run at a step.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Remark {
    /// Updates made.
    pub step: u64,
    /// What it is about, in a word.
    #[serde(rename = "trouble")]
    pub name: &'static str,
    /// The sentence.
    pub sentence: String,
    /// Whether something should be done.
    pub is_serious: bool,
    /// Whether it says that something is over.
    pub is_over: bool,
}

/// The curves of one run so far, and what was said about it.
#[derive(Clone, Debug, Default)]
pub struct History {
    whole: AveragedCurve,
    recent: VecDeque<Point>,
    evaluations: Vec<Evaluation>,
    remarks: Vec<Remark>,
}

impl History {
    /// Adds the training metrics of one step.
    pub fn push_step(&mut self, point: Point) {
        self.whole.push(point);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(point);
    }

    /// Adds a held-out evaluation; when there are very many, every second old one is dropped.
    pub fn push_evaluation(&mut self, evaluation: Evaluation) {
        self.evaluations.push(evaluation);
        if self.evaluations.len() >= 2 * WHOLE {
            let mut keep = false;
            self.evaluations.retain(|_| {
                keep = !keep;
                keep
            });
        }
    }

    /// Keeps what was said.
    pub fn push_remark(&mut self, remark: Remark) {
        if self.remarks.len() < MOST_REMARKS {
            self.remarks.push(remark);
        }
    }

    /// What was said about the run, oldest first.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Forgets everything after a step but what was said: a run went back to a checkpoint.
    pub fn truncate(&mut self, step: u64) {
        self.whole.points.retain(|p| p.step <= step);
        self.whole.bin.clear();
        self.recent.retain(|p| p.step <= step);
        self.evaluations.retain(|e| e.step <= step);
    }

    /// The whole past at its present resolution, oldest first.
    pub fn train(&self) -> impl Iterator<Item = Point> + '_ {
        self.whole.points.iter().copied()
    }

    /// The recent past, every step.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = Point> + '_ {
        self.recent.iter().copied()
    }

    /// The held-out evaluations, oldest first.
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.evaluations
    }
}

/// A curve that never grows beyond [`WHOLE`] points.
#[derive(Clone, Debug)]
struct AveragedCurve {
    points: Vec<Point>,
    /// Steps averaged into one point.
    stride: usize,
    bin: Vec<Point>,
}

impl Default for AveragedCurve {
    fn default() -> Self {
        Self { points: Vec::new(), stride: 1, bin: Vec::new() }
    }
}

impl AveragedCurve {
    fn push(&mut self, point: Point) {
        self.bin.push(point);
        if self.bin.len() < self.stride {
            return;
        }
        self.points.extend(average(&self.bin));
        self.bin.clear();
        if self.points.len() >= WHOLE {
            self.points = self.points.chunks(2).filter_map(average).collect();
            self.stride *= 2;
        }
    }
}

/// The mean of neighbouring points, at the last one's step.
fn average(points: &[Point]) -> Option<Point> {
    let step = points.last()?.step;
    Some(Point { step, metrics: Metrics::mean(points.iter().map(|p| &p.metrics))? })
}

/// A history that the trainer writes and others read.
#[derive(Clone, Debug, Default)]
pub struct SharedHistory(Arc<Mutex<History>>);

impl SharedHistory {
    /// Another history with the same contents.
    pub fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.lock().clone())))
    }

    /// Holds the history for as long as the guard lives: copy what is needed and let go.
    pub fn lock(&self) -> MutexGuard<'_, History> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u64) -> Point {
        Point { step, metrics: Metrics { objective: step as f64, ..Metrics::default() } }
    }

    #[test]
    fn a_long_history_stays_bounded_and_keeps_its_ends() {
        let mut history = History::default();
        for step in 1..=100_000 {
            history.push_step(point(step));
        }
        let points: Vec<Point> = history.train().collect();
        assert!(points.len() <= WHOLE && points.len() > WHOLE / 4, "{} points", points.len());
        assert!(points.is_sorted_by_key(|p| p.step));
        assert!(points[0].metrics.objective < 64.0 && points[points.len() - 1].step > 99_900);
        assert_eq!(history.recent().count(), RECENT);
        assert_eq!(history.recent().next_back().map(|p| p.step), Some(100_000));
    }

    #[test]
    fn halving_averages_neighbours() {
        let mut curve = AveragedCurve::default();
        (1..=WHOLE as u64).for_each(|step| curve.push(point(step)));
        assert_eq!(curve.points.len(), WHOLE / 2);
        assert_eq!(curve.points[0].metrics.objective, 1.5);
        assert_eq!(curve.points[0].step, 2);
    }

    #[test]
    fn going_back_forgets_what_came_after() {
        let mut history = History::default();
        (1..=10).for_each(|step| history.push_step(point(step)));
        history.truncate(4);
        assert_eq!(history.train().last().map(|p| p.step), Some(4));
    }
}
