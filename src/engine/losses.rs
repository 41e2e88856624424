//! What training reports while it runs: losses on their way from the device, and its speed.

use burn::tensor::Tensor;

use crate::train::read::{Pending, ReadError};

/// Steps whose losses are read together: one read for all of them.
const CADENCE: usize = 8;
/// Steps that may be unread before training waits for the device.
const CLOGGED: usize = 4 * CADENCE;

/// Losses on their way from the device.
#[derive(Debug, Default)]
pub(super) struct Losses {
    unread: Vec<(u64, Tensor<1>)>,
    pending: Option<(Vec<u64>, Pending)>,
}

impl Losses {
    pub(super) fn push(&mut self, step: u64, terms: Tensor<1>) {
        self.unread.push((step, terms));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.pending.is_none()
    }

    pub(super) fn is_clogged(&self) -> bool {
        self.unread.len() >= CLOGGED
    }

    /// The losses that have arrived, by step. A read begins when there are enough of them, or at once when eager.
    pub(super) fn read(&mut self, eager: bool) -> Result<Vec<(u64, Vec<f32>)>, ReadError> {
        let enough = self.unread.len() >= CADENCE || (eager && !self.unread.is_empty());
        if self.pending.is_none() && enough {
            let (steps, terms): (Vec<u64>, Vec<Tensor<1>>) = self.unread.drain(..).unzip();
            self.pending = Some((steps, Pending::new(Tensor::cat(terms, 0))));
        }
        let Some((steps, pending)) = &mut self.pending else {
            return Ok(Vec::new());
        };
        let Some(numbers) = pending.poll() else {
            return Ok(Vec::new());
        };
        let numbers = numbers?;
        let width = (numbers.len() / steps.len()).max(1);
        let read = steps.iter().copied().zip(numbers.chunks(width).map(<[f32]>::to_vec)).collect();
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
