//! Keeps a view fresh: begins it when it is due, and moves it on until it is there.

use std::time::Instant;

use super::cadence::Cadence;
use super::clock::{Clock, Due};
use super::job::{Job, JobError, advance};
use super::throttle::Throttle;
use crate::engine::target::Target;

/// What is known in one turn of a run.
#[derive(Debug)]
pub(in crate::engine) struct RunTurn<'a> {
    pub(in crate::engine) target: &'a Target<'a>,
    /// How many runs of the bench train.
    pub(in crate::engine) trainers: u32,
    /// When the first view is due of those that only wait for their time.
    pub(in crate::engine) next_due: Option<Instant>,
}

impl RunTurn<'_> {
    /// Whether to make a view now; the time of one that is due later is noted.
    fn is_due<W: PartialEq>(&mut self, clock: &Clock<W>, want: &W, cadence: Cadence) -> bool {
        match clock.due(want, self.target.step(), cadence, Instant::now()) {
            Due::Now => true,
            Due::Never => false,
            Due::At(at) => {
                self.next_due = Some(self.next_due.map_or(at, |known| known.min(at)));
                false
            }
        }
    }

    /// Makes a view that takes one slice, where it is wanted and due; whether it did.
    pub(super) fn make<W: Clone + PartialEq>(
        &mut self,
        clock: &mut Clock<W>,
        want: Option<&W>,
        cadence: Cadence,
        make: impl FnOnce(&Target<'_>, &W) -> Result<(), JobError>,
    ) -> Result<bool, JobError> {
        let Some(want) = want.filter(|want| self.is_due(clock, want, cadence)) else { return Ok(false) };
        let begun = Instant::now();
        let made = make(self.target, want);
        match made {
            Ok(()) => clock.made(want.clone(), self.target.step(), begun),
            Err(_) => clock.refused(want.clone()),
        }
        made.map(|()| true)
    }
}

/// One view that is made by jobs, and its clock.
#[derive(Debug)]
pub(super) struct Fresh<W, J> {
    clock: Clock<W>,
    job: Option<J>,
    begun: Option<Begun<W>>,
}

/// What the job under way was begun for.
#[derive(Debug)]
struct Begun<W> {
    want: W,
    step: u64,
    at: Instant,
}

impl<W, J> Default for Fresh<W, J> {
    fn default() -> Self {
        Self { clock: Clock::default(), job: None, begun: None }
    }
}

impl<W: Clone + PartialEq, J: Job> Fresh<W, J> {
    /// Whether a job is under way.
    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Drops the job under way where nothing is wanted any more.
    pub(super) fn drop_unwanted(&mut self, want: Option<&W>) {
        if want.is_none() {
            self.job = None;
        }
    }

    /// Drops the job under way where something else is wanted. Without this it is finished first: the map can be moved
    /// faster than it can be decoded, and no lattice would ever be finished.
    pub(super) fn drop_other(&mut self, want: Option<&W>) {
        if self.begun.as_ref().map(|begun| &begun.want) != want {
            self.job = None;
        }
    }

    /// Whether a job is under way or due.
    pub(super) fn has_work(&self, want: &W, cadence: Cadence, turn: &mut RunTurn<'_>) -> bool {
        self.is_busy() || turn.is_due(&self.clock, want, cadence)
    }

    /// Does what fits into a turn; the output once the view is made.
    pub(super) fn turn(
        &mut self,
        want: Option<&W>,
        cadence: Cadence,
        turn: &mut RunTurn<'_>,
        throttle: &mut Throttle,
        begin: impl FnOnce(&Target<'_>, &W) -> Result<J, JobError>,
    ) -> Result<Option<J::Output>, JobError> {
        self.drop_unwanted(want);
        let Some(want) = want.filter(|want| self.has_work(want, cadence, turn)) else { return Ok(None) };
        if self.job.is_none() {
            let job = begin(turn.target, want).inspect_err(|_| self.clock.refused(want.clone()))?;
            self.job = Some(job);
            self.begun = Some(Begun { want: want.clone(), step: turn.target.step(), at: Instant::now() });
        }
        let output = advance(&mut self.job, throttle, turn.target, turn.trainers)?;
        if output.is_some()
            && let Some(Begun { want, step, at }) = self.begun.take()
        {
            self.clock.made(want, step, if cadence.counts_from_end { Instant::now() } else { at });
        }
        Ok(output)
    }
}
