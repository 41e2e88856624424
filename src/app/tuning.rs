//! Taking back live changes: what every gesture began with.

use std::collections::VecDeque;

/// Gestures that can be taken back; a lesson has fewer.
const MOST: usize = 200;

/// The gestures of a run, for taking them back.
#[derive(Debug, Default)]
pub struct Tuning {
    /// The slider that is held, and the value it was taken at.
    held: Option<(&'static str, f64)>,
    past: VecDeque<(&'static str, f64)>,
}

impl Tuning {
    /// Notes a change. `before` is the value that was in force when it was made.
    pub fn note(&mut self, key: &'static str, before: f64, value: f64, done: bool) {
        if self.held.is_some_and(|(held, _)| held != key) {
            self.let_go();
        }
        self.held.get_or_insert((key, before));
        if !done {
            return;
        }
        // A slider that was put back where it was taken is no change.
        if self.held.is_some_and(|(_, start)| start == value) {
            self.held = None;
        }
        self.let_go();
    }

    /// Where the last gesture began, which it is now taken back to.
    pub fn take_back(&mut self) -> Option<(&'static str, f64)> {
        self.let_go();
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

    const BETA: &str = "objective.beta";
    const RATE: &str = "training.learning_rate";

    #[test]
    fn a_drag_is_taken_back_whole() {
        let mut tuning = Tuning::default();
        // The value in force lags behind the finger.
        tuning.note(BETA, 1.0, 1.3, false);
        tuning.note(BETA, 1.3, 1.8, false);
        tuning.note(BETA, 1.8, 2.0, true);
        tuning.note(RATE, 1e-3, 1e-4, true);
        assert_eq!(tuning.take_back(), Some((RATE, 1e-3)));
        assert_eq!(tuning.take_back(), Some((BETA, 1.0)));
        assert_eq!(tuning.take_back(), None);
    }

    #[test]
    fn a_slider_put_back_in_its_place_is_no_change() {
        let mut tuning = Tuning::default();
        tuning.note(BETA, 1.0, 3.0, false);
        tuning.note(BETA, 3.0, 1.0, true);
        assert_eq!(tuning.take_back(), None);
    }

    #[test]
    fn a_slider_that_is_still_held_can_be_taken_back() {
        let mut tuning = Tuning::default();
        tuning.note(BETA, 1.0, 3.0, false);
        assert_eq!(tuning.take_back(), Some((BETA, 1.0)));
    }
}
