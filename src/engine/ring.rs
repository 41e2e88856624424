//! The checkpoints of a run within a memory budget: where it goes back to after a failure, and the time machine.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::train::Checkpoint;

/// Memory for the checkpoints of one run, in bytes.
const BUDGET: usize = 256 << 20;
/// Training time between two checkpoints: copying a million weights costs a few milliseconds.
const INTERVAL: Duration = Duration::from_secs(3);

/// Checkpoints, oldest first; the first ever is always kept.
#[derive(Debug)]
pub(super) struct Ring {
    kept: VecDeque<Checkpoint>,
    bytes: usize,
    last: Instant,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self { kept: VecDeque::new(), bytes: 0, last: Instant::now() }
    }

    /// Whether it is time for the next one.
    pub(super) fn is_due(&self, step: u64) -> bool {
        let newest = self.kept.back().map(|checkpoint| checkpoint.step);
        newest.is_none() || (newest != Some(step) && self.last.elapsed() >= INTERVAL)
    }

    /// Keeps a checkpoint, if every number in it is one. To stay within the budget the second oldest goes.
    pub(super) fn keep(&mut self, checkpoint: Checkpoint) {
        self.last = Instant::now();
        if !checkpoint.is_finite() {
            return;
        }
        self.bytes += checkpoint.bytes();
        self.kept.push_back(checkpoint);
        while self.bytes > BUDGET && self.kept.len() > 2 {
            self.bytes -= self.kept.remove(1).map_or(0, |old| old.bytes());
        }
    }

    /// The newest good checkpoint.
    pub(super) fn newest(&self) -> Option<&Checkpoint> {
        self.kept.back()
    }
}
