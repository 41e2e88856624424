//! When a view is due: what is wanted has changed, or the network has learned since it was made; and never more often
//! than its cadence allows.

use std::time::Instant;

use super::cadence::Cadence;

/// What was made last of one view, and when.
#[derive(Debug)]
pub(super) struct Clock<W> {
    last: Option<Last<W>>,
}

#[derive(Debug)]
struct Last<W> {
    want: W,
    /// The step of the network; none where the want was refused, which no step changes.
    step: Option<u64>,
    at: Instant,
}

/// When a view is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// At once.
    Now,
    /// At this time.
    At(Instant),
    /// Not before something changes.
    Never,
}

impl<W> Default for Clock<W> {
    fn default() -> Self {
        Self { last: None }
    }
}

impl<W: PartialEq> Clock<W> {
    /// When this is to be made of the network at this step.
    pub(super) fn due(&self, want: &W, step: u64, cadence: Cadence, now: Instant) -> Due {
        let Some(last) = &self.last else { return Due::Now };
        let wait = match last.step {
            _ if last.want != *want => cadence.changed,
            Some(made) if made != step => cadence.learned,
            _ => return Due::Never,
        };
        let at = last.at + wait;
        if now >= at { Due::Now } else { Due::At(at) }
    }

    /// Notes that this was made, and the time from which the cadence counts.
    pub(super) fn made(&mut self, want: W, step: u64, at: Instant) {
        self.last = Some(Last { want, step: Some(step), at });
    }

    /// Notes that this cannot be made, so that it is not tried in every turn.
    pub(super) fn refused(&mut self, want: W) {
        self.last = Some(Last { want, step: None, at: Instant::now() });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const CADENCE: Cadence = Cadence {
        learned: Duration::from_millis(300),
        changed: Duration::from_millis(100),
        counts_from_end: false,
    };

    #[test]
    fn a_view_is_due_when_its_want_or_the_network_has_changed_and_its_time_has_come() {
        let mut clock = Clock::default();
        let start = Instant::now();
        let after = |ms: u64| start + Duration::from_millis(ms);
        assert_eq!(clock.due(&'a', 7, CADENCE, start), Due::Now, "there is none yet");
        clock.made('a', 7, start);
        assert_eq!(clock.due(&'a', 7, CADENCE, after(9000)), Due::Never, "nothing has changed");
        assert_eq!(clock.due(&'a', 8, CADENCE, after(200)), Due::At(after(300)));
        assert_eq!(clock.due(&'a', 8, CADENCE, after(300)), Due::Now);
        assert_eq!(clock.due(&'b', 7, CADENCE, after(50)), Due::At(after(100)));
        assert_eq!(clock.due(&'b', 7, CADENCE, after(100)), Due::Now);
        assert_eq!(clock.due(&'a', 6, CADENCE, after(300)), Due::Now, "the run went back to other weights");
    }

    #[test]
    fn what_was_refused_is_not_tried_again_before_something_else_is_wanted() {
        let mut clock = Clock::default();
        clock.refused('a');
        let later = Instant::now() + Duration::from_secs(9);
        assert_eq!(clock.due(&'a', 7, CADENCE, later), Due::Never);
        assert_eq!(clock.due(&'b', 7, CADENCE, later), Due::Now);
    }
}
