//! When to ask the trainer a question again: the view has moved, the network has learned, or the last answer never
//! came; and never so often that no answer could be finished.

use std::time::Duration;

use eframe::egui::Ui;

use crate::app::action::Action;
use crate::app::state::RunState;
use crate::engine::Phase;

/// Seconds to wait for an answer before asking over it.
const PATIENCE_SECS: f64 = 2.5;

/// A question that was asked, when, and which answer was on show then.
#[derive(Debug)]
pub struct Asked<T> {
    what: Option<T>,
    at_secs: f64,
    answer_before: Option<u64>,
    /// Whether it was put to runs of which nothing more is to be expected.
    was_over: bool,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { what: None, at_secs: f64::NEG_INFINITY, answer_before: None, was_over: false }
    }
}

/// What to do about questions: ask them now, or look again in so many seconds.
#[derive(Debug, Default)]
pub struct Wish {
    /// Questions to ask.
    pub actions: Vec<Action>,
    /// In how many seconds to look again.
    pub wait_secs: Option<f64>,
}

impl Wish {
    /// Looks again after so long at the latest.
    pub fn within(&mut self, secs: f64) {
        self.wait_secs = Some(self.wait_secs.map_or(secs, |known| known.min(secs)));
    }
}

/// What is to be asked now; the window looks again when more is due.
pub fn carry(ui: &Ui, wish: Wish) -> Vec<Action> {
    if let Some(wait_secs) = wish.wait_secs {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(wait_secs.max(0.0)));
    }
    wish.actions
}

/// Whether a question should be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Due {
    /// Ask.
    Now,
    /// Ask in so many seconds.
    Later(f64),
    /// The answer is there or on its way.
    No,
}

/// When a question may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time.
    pub now_secs: f64,
    /// Seconds between two questions at least.
    pub every_secs: f64,
}

impl<T: Clone + PartialEq> Asked<T> {
    /// Asks for `wanted` where its answer is missing or out of date, in the form of an action.
    pub fn ask(
        &mut self,
        wanted: &T,
        answer: &Answer,
        pace: Pace,
        wish: &mut Wish,
        action: impl FnOnce(T) -> Action,
    ) {
        match self.due(wanted, answer, pace) {
            Due::Now => {
                let (what, at_secs) = (Some(wanted.clone()), pace.now_secs);
                *self = Self { what, at_secs, answer_before: answer.number, was_over: answer.is_over };
                wish.actions.push(action(wanted.clone()));
            }
            Due::Later(wait) => wish.within(wait),
            Due::No => {}
        }
    }

    /// Whether to ask `wanted`, at most once in `every_secs`; an answer that is up to date asks for nothing. A new
    /// question drops the one being worked on, so a slow answer is waited for: else none would ever arrive.
    fn due(&self, wanted: &T, answer: &Answer, Pace { now_secs, every_secs }: Pace) -> Due {
        let is_enough = answer.is_fresh || (answer.is_over && self.was_over);
        if is_enough && self.what.as_ref() == Some(wanted) {
            return Due::No;
        }
        let is_answered = self.answer_before != answer.number;
        let wait = if is_answered { every_secs } else { every_secs.max(PATIENCE_SECS) };
        let left = wait - (now_secs - self.at_secs);
        if left <= 0.0 { Due::Now } else { Due::Later(left) }
    }

    /// Takes note that `what` is asked now without waiting for what was asked before.
    pub fn ask_over(&mut self, what: T, now_secs: f64) {
        self.what = Some(what);
        self.at_secs = now_secs;
    }
}

/// The answer on show.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// Its request's number; none where there is no answer yet.
    pub number: Option<u64>,
    /// Whether the network is still the one that gave it.
    pub is_fresh: bool,
    /// Whether it was given by a run that has failed: it went back to its last good weights and is asked what they say,
    /// once, for it may be unable to answer at all.
    pub is_over: bool,
}

impl Answer {
    /// The answer of a run that has this request's number and was given at this step.
    pub fn of(run: &RunState, seen: Option<(u64, u64)>) -> Self {
        Self {
            number: seen.map(|(request, _)| request),
            is_fresh: seen.is_some_and(|(_, step)| step == run.progress.step),
            is_over: matches!(run.phase, Phase::Failed(_)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a question at this time, asked twice a second at most.
    fn ask(asked: &mut Asked<u8>, what: u8, answer: &Answer, now_secs: f64) -> Option<f64> {
        let mut wish = Wish::default();
        let pace = Pace { now_secs, every_secs: 0.5 };
        asked.ask(&what, answer, pace, &mut wish, |what| Action::Say(what.to_string()));
        assert!(wish.actions.is_empty() || wish.actions == [Action::Say(what.to_string())]);
        if wish.actions.is_empty() { wish.wait_secs } else { Some(0.0) }
    }

    #[test]
    fn a_question_is_asked_again_only_when_it_changed_or_its_answer_is_old() {
        let mut asked = Asked::default();
        let [nothing, old, fresh] = [(None, false), (Some(7), false), (Some(7), true)]
            .map(|(number, is_fresh)| Answer { number, is_fresh, is_over: false });
        assert_eq!(ask(&mut asked, 1, &nothing, 10.0), Some(0.0));
        assert_eq!(ask(&mut asked, 1, &fresh, 10.1), None);
        assert_eq!(ask(&mut asked, 2, &fresh, 10.25), Some(0.25));
        assert_eq!(ask(&mut asked, 1, &old, 10.25), Some(0.25));
        assert_eq!(ask(&mut asked, 1, &fresh, 99.0), None);
        assert_eq!(ask(&mut asked, 2, &fresh, 99.0), Some(0.0));
    }

    #[test]
    fn a_slow_answer_is_waited_for_but_not_for_ever() {
        let old = Answer { number: Some(3), ..Answer::default() };
        let asked = || {
            let mut asked = Asked::default();
            assert_eq!(ask(&mut asked, 1, &old, 10.0), Some(0.0));
            asked
        };
        assert_eq!(ask(&mut asked(), 2, &old, 11.0), Some(PATIENCE_SECS - 1.0));
        assert_eq!(ask(&mut asked(), 2, &Answer { number: Some(4), ..old }, 11.0), Some(0.0));
        assert_eq!(ask(&mut asked(), 2, &old, 10.0 + PATIENCE_SECS), Some(0.0));
    }

    #[test]
    fn a_run_that_failed_is_asked_once_what_its_old_weights_say() {
        let mut asked = Asked::default();
        let before = Answer { number: Some(7), is_fresh: true, is_over: false };
        assert_eq!(ask(&mut asked, 1, &before, 10.0), Some(0.0));
        assert_eq!(ask(&mut asked, 1, &before, 20.0), None);
        let failed = Answer { number: Some(7), is_fresh: false, is_over: true };
        assert_eq!(ask(&mut asked, 1, &failed, 30.0), Some(0.0), "it has other weights now");
        assert_eq!(ask(&mut asked, 1, &failed, 99.0), None, "it cannot answer");
        assert_eq!(ask(&mut asked, 2, &failed, 99.0), Some(0.0), "another question");
    }
}
