//! What a job is, and how it is moved on: slice by slice, a few milliseconds a turn, so that neither training nor
//! somebody who drags the point waits for it.

use super::throttle::{Budget, Throttle};
use crate::engine::target::Target;
use crate::gpu::painter::PaintError;
use crate::train::evaluate::CHUNK;
use crate::train::read::ReadError;

/// Work that is too long for one turn. It sees the run through a [`Target`], which is the same in every slice but for
/// what has been learned meanwhile: a job that must not mix two networks keeps a copy of the one it began with.
pub(in crate::engine) trait Job {
    /// What comes of it.
    type Output;

    /// How much of it is done in a turn.
    fn share(target: &Target<'_>) -> Share;

    /// Does the next slice, of at most `many` images or passes through the network. The output once there is no more to
    /// do.
    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<Self::Output>, JobError>;
}

/// How much of a job is done in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Share {
    /// One full slice, however long it takes.
    Slice,
    /// As many slices as fit into a few milliseconds; beside training at most one part in so many of the time.
    OnePartIn(u32),
}

/// Why a job cannot go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(in crate::engine) enum JobError {
    /// What was asked for cannot be made; nothing is wrong with the run.
    #[error("{0}")]
    Refused(String),
    /// The device does not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The device does not paint.
    #[error(transparent)]
    Paint(#[from] PaintError),
}

/// A place for one job at a time.
#[derive(Debug)]
pub(in crate::engine) struct Running<J> {
    job: Option<J>,
    throttle: Throttle,
}

impl<J> Default for Running<J> {
    fn default() -> Self {
        Self { job: None, throttle: Throttle::default() }
    }
}

impl<J: Job> Running<J> {
    /// Starts a job in place of the one under way.
    pub(in crate::engine) fn start(&mut self, job: J) {
        self.job = Some(job);
    }

    /// Whether a job is under way.
    pub(in crate::engine) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Does what fits into a turn. The output once the job is done.
    pub(in crate::engine) fn turn(
        &mut self,
        target: &Target<'_>,
        trainers: u32,
    ) -> Result<Option<J::Output>, JobError> {
        advance(&mut self.job, &mut self.throttle, target, trainers)
    }
}

/// Does what fits into a turn of a job, if there is one, beside so many runs that train. A job that is done, or cannot
/// go on, is dropped.
pub(super) fn advance<J: Job>(
    place: &mut Option<J>,
    throttle: &mut Throttle,
    target: &Target<'_>,
    trainers: u32,
) -> Result<Option<J::Output>, JobError> {
    let Some(job) = place else { return Ok(None) };
    let done = match J::share(target) {
        Share::Slice => job.slice(target, CHUNK),
        Share::OnePartIn(_) if trainers > 0 && throttle.is_resting() => Ok(None),
        Share::OnePartIn(parts) => {
            let one_part_in = (trainers > 0).then_some(parts * trainers);
            let budget = Budget { has_full_slices: target.paint.wants_full_chunks(), one_part_in };
            throttle.turn(budget, |many| job.slice(target, many))
        }
    };
    if !matches!(done, Ok(None)) {
        *place = None;
    }
    done
}
