//! Taking back live changes: what every gesture began with.

use std::collections::VecDeque;

use crate::engine::RunId;

/// Gestures that can be taken back; a lesson has fewer.
const MOST: usize = 200;

/// A live parameter of one of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveParameter {
    /// Which run.
    pub run: RunId,
    /// Its key.
    pub key: &'static str,
}

/// One press of a slider: what it moved, and the value that this had before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gesture {
    /// What it moved.
    pub parameter: LiveParameter,
    /// The value before.
    pub before: f64,
}

/// The gestures on a bench, for taking them back.
#[derive(Debug, Default)]
pub struct Tuning {
    /// The gesture of a slider that is still pressed.
    held: Option<Gesture>,
    past: VecDeque<Gesture>,
}

impl Tuning {
    /// Notes a change to a value. `before` is the value that was in force when it was made.
    pub fn note(&mut self, parameter: LiveParameter, before: f64, value: f64, done: bool) {
        if self.held.is_some_and(|held| held.parameter != parameter) {
            self.let_go();
        }
        self.held.get_or_insert(Gesture { parameter, before });
        if !done {
            return;
        }
        // A slider that was put back to where it was pressed is no change.
        if self.held.is_some_and(|held| held.before == value) {
            self.held = None;
        }
        self.let_go();
    }

    /// Removes the last gesture on a run that is still there, and gives it out to be undone.
    pub fn take_back(&mut self, is_there: impl Fn(RunId) -> bool) -> Option<Gesture> {
        self.let_go();
        self.past.retain(|gesture| is_there(gesture.parameter.run));
        self.past.pop_back()
    }

    fn let_go(&mut self) {
        if let Some(gesture) = self.held.take() {
            if self.past.len() == MOST {
                self.past.pop_front();
            }
            self.past.push_back(gesture);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BETA: LiveParameter = LiveParameter { run: RunId(1), key: "objective.beta" };
    const RATE: LiveParameter = LiveParameter { run: RunId(1), key: "training.learning_rate" };

    fn gesture(parameter: LiveParameter, before: f64) -> Gesture {
        Gesture { parameter, before }
    }

    #[test]
    fn a_drag_is_taken_back_whole() {
        let mut tuning = Tuning::default();
        // The value in force lags behind the finger.
        tuning.note(BETA, 1.0, 1.3, false);
        tuning.note(BETA, 1.3, 1.8, false);
        tuning.note(BETA, 1.8, 2.0, true);
        tuning.note(RATE, 1e-3, 1e-4, true);
        assert_eq!(tuning.take_back(|_| true), Some(gesture(RATE, 1e-3)));
        assert_eq!(tuning.take_back(|_| true), Some(gesture(BETA, 1.0)));
        assert_eq!(tuning.take_back(|_| true), None);
    }

    #[test]
    fn a_slider_put_back_in_its_place_is_no_change() {
        let mut tuning = Tuning::default();
        tuning.note(BETA, 1.0, 3.0, false);
        tuning.note(BETA, 3.0, 1.0, true);
        assert_eq!(tuning.take_back(|_| true), None);
    }

    #[test]
    fn a_slider_that_is_still_held_can_be_taken_back() {
        let mut tuning = Tuning::default();
        tuning.note(BETA, 1.0, 3.0, false);
        assert_eq!(tuning.take_back(|_| true), Some(gesture(BETA, 1.0)));
    }

    #[test]
    fn a_gesture_is_taken_back_from_the_run_it_was_made_on() {
        const OTHER: LiveParameter = LiveParameter { run: RunId(2), ..BETA };
        let mut tuning = Tuning::default();
        tuning.note(BETA, 1.0, 4.0, true);
        tuning.note(OTHER, 0.5, 8.0, true);
        assert_eq!(tuning.take_back(|_| true), Some(gesture(OTHER, 0.5)));
        tuning.note(OTHER, 0.5, 8.0, true);
        assert_eq!(tuning.take_back(|run| run == RunId(1)), Some(gesture(BETA, 1.0)), "run 2 has ended");
    }
}
