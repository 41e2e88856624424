//! When to ask the trainer a question again: the view has moved, the network has learned, or the last answer never
//! came; and never so often that no answer could be finished. Pure.

/// Seconds to wait for an answer before asking over it.
const PATIENCE_SECS: f64 = 2.5;

/// A question that was asked, when, and which answer was on show then.
#[derive(Debug)]
pub struct Asked<T> {
    what: Option<T>,
    at_secs: f64,
    answer_before: Option<u64>,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { what: None, at_secs: f64::NEG_INFINITY, answer_before: None }
    }
}

/// Whether a question should be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    /// Ask.
    Now,
    /// Ask in so many seconds.
    Later(f64),
    /// The answer is there or on its way.
    No,
}

impl<T: PartialEq> Asked<T> {
    /// Whether to ask `wanted`, at most once in `every_secs`; an answer that is up to date asks for nothing. A new
    /// question drops the one being worked on, so a slow answer is waited for: else none would ever arrive.
    pub fn due(&self, wanted: &T, answer: &Answer, now_secs: f64, every_secs: f64) -> Due {
        if answer.is_fresh && self.what.as_ref() == Some(wanted) {
            return Due::No;
        }
        let is_answered = self.answer_before != answer.number;
        let wait = if is_answered { every_secs } else { every_secs.max(PATIENCE_SECS) };
        let left = wait - (now_secs - self.at_secs);
        if left <= 0.0 { Due::Now } else { Due::Later(left) }
    }

    /// Takes note that `what` is asked now, with this answer on show.
    pub fn set(&mut self, what: T, answer: &Answer, now_secs: f64) {
        *self = Self { what: Some(what), at_secs: now_secs, answer_before: answer.number };
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_again_only_when_it_changed_or_its_answer_is_old() {
        let mut asked = Asked::default();
        let [nothing, old, fresh] = [(None, false), (Some(7), false), (Some(7), true)]
            .map(|(number, is_fresh)| Answer { number, is_fresh });
        assert_eq!(asked.due(&1, &nothing, 10.0, 0.5), Due::Now);
        asked.set(1, &nothing, 10.0);
        assert_eq!(asked.due(&1, &fresh, 10.1, 0.5), Due::No);
        assert_eq!(asked.due(&2, &fresh, 10.25, 0.5), Due::Later(0.25));
        assert_eq!(asked.due(&1, &old, 10.25, 0.5), Due::Later(0.25));
        assert_eq!(asked.due(&2, &fresh, 10.5, 0.5), Due::Now);
        assert_eq!(asked.due(&1, &fresh, 99.0, 0.5), Due::No);
    }

    #[test]
    fn a_slow_answer_is_waited_for_but_not_for_ever() {
        let mut asked = Asked::default();
        let old = Answer { number: Some(3), is_fresh: false };
        asked.set(1, &old, 10.0);
        assert_eq!(asked.due(&2, &old, 11.0, 0.5), Due::Later(PATIENCE_SECS - 1.0));
        assert_eq!(asked.due(&2, &Answer { number: Some(4), ..old }, 11.0, 0.5), Due::Now);
        assert_eq!(asked.due(&2, &old, 10.0 + PATIENCE_SECS, 0.5), Due::Now);
    }
}
