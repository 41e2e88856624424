//! Taking back live changes: what every gesture began with.

use std::collections::VecDeque;

use crate::engine::RunId;

/// Gestures that can be taken back; a lesson has fewer.
const MOST: usize = 200;

/// What a gesture moved: a parameter of one of the runs.
type Moved = (RunId, &'static str);

/// The gestures on a bench, for taking them back.
#[derive(Debug, Default)]
pub struct Tuning {
    /// The slider that is held, and the value it was taken at.
    held: Option<(Moved, f64)>,
    past: VecDeque<(Moved, f64)>,
}

impl Tuning {
    /// Notes a change. `before` is the value that was in force when it was made.
    pub fn note(&mut self, moved: Moved, before: f64, value: f64, done: bool) {
        if self.held.is_some_and(|(held, _)| held != moved) {
            self.let_go();
        }
        self.held.get_or_insert((moved, before));
        if !done {
            return;
        }
        // A slider that was put back where it was taken is no change.
        if self.held.is_some_and(|(_, start)| start == value) {
            self.held = None;
        }
        self.let_go();
    }

    /// The last gesture on a run that is still there: what it moved, and where it began, which it is now taken back to.
    pub fn take_back(&mut self, is_there: impl Fn(RunId) -> bool) -> Option<(Moved, f64)> {
        self.let_go();
        self.past.retain(|((run, _), _)| is_there(*run));
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

    const BETA: Moved = (RunId(1), "objective.beta");
    const RATE: Moved = (RunId(1), "training.learning_rate");

    #[test]
    fn a_drag_is_taken_back_whole() {
        let mut tuning = Tuning::default();
        // The value in force lags behind the finger.
        tuning.note(BETA, 1.0, 1.3, false);
        tuning.note(BETA, 1.3, 1.8, false);
        tuning.note(BETA, 1.8, 2.0, true);
        tuning.note(RATE, 1e-3, 1e-4, true);
        assert_eq!(tuning.take_back(|_| true), Some((RATE, 1e-3)));
        assert_eq!(tuning.take_back(|_| true), Some((BETA, 1.0)));
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
        assert_eq!(tuning.take_back(|_| true), Some((BETA, 1.0)));
    }

    #[test]
    fn a_gesture_is_taken_back_from_the_run_it_was_made_on() {
        const OTHER: Moved = (RunId(2), "objective.beta");
        let mut tuning = Tuning::default();
        tuning.note(BETA, 1.0, 4.0, true);
        tuning.note(OTHER, 0.5, 8.0, true);
        assert_eq!(tuning.take_back(|_| true), Some((OTHER, 0.5)));
        tuning.note(OTHER, 0.5, 8.0, true);
        assert_eq!(tuning.take_back(|run| run == RunId(1)), Some((BETA, 1.0)), "run 2 has ended");
    }
}
