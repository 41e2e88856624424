//! The effect of a live change on the curves: the terms a little after a gesture are compared with those just before it.

use super::state::RunState;
use crate::engine::{History, Penalty, Point};
use crate::look::capital;
use crate::recipe::Recipe;
use crate::recipe::gesture::{Gesture, gestures, three_figures};

/// Steps averaged before and after: a single batch is noisy.
const WINDOW: usize = 60;
/// Steps after a change before its effect is measured.
const SETTLING: u64 = 60;
/// Steps after which the effect is no longer reported.
const OLD: u64 = 2000;
/// A relative difference below this counts as none.
const NOTICEABLE: f64 = 0.015;

/// The effect of the last gesture.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Whether there have been enough steps since.
    pub is_settled: bool,
    /// The gesture.
    pub gesture: Gesture,
    /// The penalty that it is about, if there is one.
    watched: Option<&'static str>,
    /// Relative difference of the reconstruction term.
    reconstruction: Option<f64>,
    /// Name and relative difference of the penalty, if there is one.
    penalty: Option<(&'static str, f64)>,
}

/// The effect of the last gesture of a run, while it is recent.
pub fn last_effect(history: &History, run: &RunState) -> Option<Effect> {
    let gesture = gestures(&run.changes, &run.info.recipe).pop()?;
    if run.progress.step.saturating_sub(gesture.last_step) > OLD || gesture.from == gesture.to {
        return None;
    }
    let before: Vec<Point> =
        history.recent().rev().filter(|p| p.step < gesture.first_step).take(WINDOW).collect();
    let after: Vec<Point> =
        history.recent().rev().take(WINDOW).filter(|p| p.step >= gesture.last_step + SETTLING).collect();
    let reconstruction = difference(&before, &after, |p| Some(p.metrics.reconstruction));
    let watched = history.recent().last().and_then(|point| penalty_of(&gesture, &run.recipe, &point));
    let penalty = after.last().and_then(|point| {
        let penalty = penalty_of(&gesture, &run.recipe, point)?;
        Some((penalty.label(), difference(&before, &after, |p| p.metrics.penalty(penalty))?))
    });
    let is_settled = after.len() >= WINDOW / 2 && !before.is_empty();
    Some(Effect { is_settled, gesture, watched: watched.map(Penalty::label), reconstruction, penalty })
}

/// The penalty that a gesture is about: the one whose weight it changed. For any other gesture, the first penalty with a
/// weight, where there is one.
fn penalty_of(gesture: &Gesture, recipe: &Recipe, point: &Point) -> Option<Penalty> {
    let measured = || point.metrics.penalties().map(|(penalty, _)| penalty);
    let own = measured().find(|penalty| penalty.weight_key() == gesture.key);
    own.or_else(|| measured().find(|penalty| penalty.weight(&recipe.objective, point.step) > 0.0))
}

/// The relative difference of the mean of a figure; `None` where it is not known.
fn difference(before: &[Point], after: &[Point], figure: impl Fn(&Point) -> Option<f64>) -> Option<f64> {
    let mean = |points: &[Point]| {
        let values: Vec<f64> = points.iter().filter_map(&figure).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let (before, after) = (mean(before)?, mean(after)?);
    (before.abs() > f64::EPSILON).then(|| after / before - 1.0)
}

impl Effect {
    /// The effect, in one sentence.
    pub fn sentence(&self) -> String {
        let Gesture { from, to, .. } = &self.gesture;
        let name = self.gesture.name();
        let what = format!("{name} changed from {} to {}", three_figures(*from), three_figures(*to));
        if !self.is_settled {
            let watched = self.watched.map_or(String::new(), |penalty| format!("{penalty} and "));
            return format!("{}. Watch {watched}reconstruction.", capital(&what));
        }
        let noticed = |by: f64| by.abs() >= NOTICEABLE;
        let first =
            self.reconstruction.filter(|by| noticed(*by)).map(|by| if by > 0.0 { "worse" } else { "better" });
        let second = self.penalty.filter(|(_, by)| noticed(*by));
        let second = second.map(|(name, by)| format!("{name} {}", if by > 0.0 { "rose" } else { "fell" }));
        let trade =
            if self.is_trade() { format!(": that is the trade-off that {name} sets") } else { String::new() };
        match (first, second) {
            (Some(first), Some(second)) => {
                format!("Reconstruction got {first} and {second} right after {what}{trade}.")
            }
            (Some(first), None) => format!("Reconstruction got {first} right after {what}."),
            (None, Some(second)) => format!("{second} right after {what}; reconstruction stayed as it was."),
            (None, None) => format!("{}, and nothing much has changed.", capital(&what)),
        }
    }

    /// Whether one term got better and the other worse.
    fn is_trade(&self) -> bool {
        let by = self.penalty.map_or(0.0, |(_, by)| by) * self.reconstruction.unwrap_or(0.0);
        self.gesture.key.starts_with("objective.") && by < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Metrics;
    use crate::recipe::Change;

    #[test]
    fn the_penalty_that_is_named_is_the_one_whose_weight_moved() {
        let mut state = crate::app::testing::state_of("ae-contractive", |_| ());
        let run = &mut state.bench.as_mut().expect("a bench").runs[0];
        let key = "objective.contractive".to_owned();
        run.changes.push(Change { step: 101, key, value: 10.0 });
        run.progress.step = 300;
        for step in 1..=300 {
            let mut metrics = Metrics { reconstruction: 20.0, ..Metrics::default() };
            metrics.set_penalty(Penalty::Sparsity, if step <= 100 { 8.0 } else { 4.0 });
            metrics.set_penalty(Penalty::Contractive, if step <= 100 { 1.0 } else { 2.0 });
            run.info.history.lock().push_step(Point { step, metrics });
        }
        let run = state.run().expect("a run");
        let sentence = last_effect(&run.info.history.lock(), run).expect("an effect").sentence();
        assert!(sentence.starts_with("‖∂h/∂x‖² rose"), "{sentence}");
    }
}
