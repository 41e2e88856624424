//! What the trainer thread reports. Rare facts are never lost; progress coalesces while nobody listens.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::message::Event;

/// Facts that may wait in the channel.
const EVENTS: usize = 256;
/// Facts kept on our side while the channel is full; beyond that the oldest progress goes first.
const KEPT: usize = 1024;

/// Called whenever there is something new to look at.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// The end that reports.
pub(super) struct Outbox {
    events: SyncSender<Event>,
    waiting: VecDeque<Event>,
    wake: Arc<Wake>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

/// An outbox and where its events appear.
pub(super) fn outbox(wake: Wake) -> (Outbox, Receiver<Event>) {
    let (events, receiver) = sync_channel(EVENTS);
    (Outbox { events, waiting: VecDeque::new(), wake: Arc::new(wake) }, receiver)
}

impl Outbox {
    /// Reports a fact.
    pub(super) fn report(&mut self, event: Event) {
        if let Event::Progress(id, _) = &event {
            self.waiting.retain(|old| !matches!(old, Event::Progress(other, _) if other == id));
        }
        self.waiting.push_back(event);
        if self.waiting.len() > KEPT {
            self.waiting.pop_front();
        }
        self.flush();
    }

    /// Hands over what waits, as far as there is room, and wakes whoever listens.
    pub(super) fn flush(&mut self) {
        let mut any = false;
        while let Some(event) = self.waiting.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => any = true,
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => return,
            }
        }
        if any {
            self.wake();
        }
    }

    /// The way to wake whoever listens, for a thread of its own.
    pub(super) fn waker(&self) -> Arc<Wake> {
        Arc::clone(&self.wake)
    }

    /// Wakes whoever listens: a view is ready.
    pub(super) fn wake(&self) {
        (self.wake)();
    }
}
