//! What training reports while it runs: losses on their way from the device, and its speed.

use std::sync::Arc;

use burn::tensor::Tensor;

use crate::train::read::{Pending, ReadError};
use crate::train::{Metrics, Penalty, StepCost, metrics};

/// Steps whose losses are read together: one read for all of them.
const CADENCE: usize = 8;
/// The most steps with unread losses: at so many, training waits for the device.
const MOST_UNREAD: usize = 4 * CADENCE;

/// Losses on their way from the device.
#[derive(Debug, Default)]
pub(super) struct Losses {
    unread: Vec<(u64, StepCost)>,
    pending: Option<(Vec<Unread>, Pending)>,
}

/// A step whose terms are on their way: its number, which penalties, how many terms.
type Unread = (u64, Arc<[Penalty]>, usize);

impl Losses {
    pub(super) fn push(&mut self, step: u64, cost: StepCost) {
        self.unread.push((step, cost));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.pending.is_none()
    }

    /// Whether training has to wait until losses have been read.
    pub(super) fn is_full(&self) -> bool {
        self.unread.len() >= MOST_UNREAD
    }

    /// The losses that have arrived, by step. A read begins when there are enough of them, or at once when eager.
    pub(super) fn read(&mut self, eager: bool) -> Result<Vec<(u64, Metrics)>, ReadError> {
        let enough = self.unread.len() >= CADENCE || (eager && !self.unread.is_empty());
        if self.pending.is_none() && enough {
            let terms = self.unread.iter().map(|(_, cost)| cost.terms.clone()).collect();
            let terms = Pending::new(Tensor::cat(terms, 0));
            let steps = self.unread.drain(..);
            let steps = steps.map(|(step, cost)| (step, cost.penalties, cost.terms.dims()[0]));
            self.pending = Some((steps.collect(), terms));
        }
        let Some((steps, pending)) = &mut self.pending else {
            return Ok(Vec::new());
        };
        let Some(numbers) = pending.poll() else {
            return Ok(Vec::new());
        };
        let numbers = numbers?;
        let mut rest = numbers.as_slice();
        let read = steps.iter().map(|(step, penalties, terms)| {
            let (these, after) = rest.split_at((*terms).min(rest.len()));
            rest = after;
            (*step, metrics(penalties, these))
        });
        let read = read.collect();
        self.pending = None;
        Ok(read)
    }
}

/// Images per second, lately.
#[derive(Debug, Default)]
pub(super) struct Meter {
    images: f64,
    seconds: f64,
}

impl Meter {
    /// What happened longer ago than this many seconds counts less and less.
    const MEMORY_SECS: f64 = 1.5;

    pub(super) fn count(&mut self, images: usize) {
        self.images += images as f64;
    }

    pub(super) fn pass(&mut self, seconds: f64) {
        let fade = (-seconds / Self::MEMORY_SECS).exp();
        self.images *= fade;
        self.seconds = self.seconds * fade + seconds;
    }

    pub(super) fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.images / self.seconds } else { 0.0 }
    }
}
