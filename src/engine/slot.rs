//! A place for one value where the latest wins: dragging never builds a queue.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Holds the latest value put into it until somebody takes it.
#[derive(Debug)]
pub struct Slot<T>(Mutex<Option<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Slot<T> {
    /// Puts a value in, in place of one that nobody took.
    pub fn put(&self, value: T) {
        *self.lock() = Some(value);
    }

    /// Takes the value out.
    pub fn take(&self) -> Option<T> {
        self.lock().take()
    }

    /// Whether nobody has taken the last value yet.
    pub fn is_full(&self) -> bool {
        self.lock().is_some()
    }

    /// A value is whole or absent at every moment, so a panic elsewhere leaves nothing broken here.
    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
