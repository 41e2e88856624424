//! What the trainer thread reports. Rare facts are never lost; progress coalesces while nobody listens.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::message::Event;
use super::wants::RunId;

/// Facts that may wait in the channel.
const EVENTS: usize = 256;
/// Reports kept on our side while the channel is full; beyond that progress is forgotten, the oldest first.
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
            self.forget_progress(*id);
        }
        self.waiting.push_back(event);
        if self.waiting.len() > KEPT {
            let oldest = self.waiting.iter().position(|old| matches!(old, Event::Progress(..)));
            oldest.and_then(|place| self.waiting.remove(place));
        }
        self.flush();
    }

    /// Forgets the waiting progress of a run that newer progress replaces. What a phase was reported after stays before
    /// it.
    fn forget_progress(&mut self, id: RunId) {
        let of_run =
            |old: &Event| matches!(old, Event::Progress(run, _) | Event::Phase(run, _) if *run == id);
        let newest = self.waiting.iter().rposition(of_run);
        if let Some(place) = newest.filter(|place| matches!(self.waiting[*place], Event::Progress(..))) {
            self.waiting.remove(place);
        }
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

#[cfg(test)]
mod tests {
    use super::super::message::{Phase, Progress};
    use super::*;

    fn progress(step: u64) -> Event {
        Event::Progress(RunId(0), Box::new(Progress { step, ..Progress::default() }))
    }

    /// What comes out once somebody listens.
    fn received(outbox: &mut Outbox, events: &Receiver<Event>) -> Vec<Event> {
        let mut received = Vec::new();
        loop {
            let before = received.len();
            received.extend(events.try_iter());
            outbox.flush();
            if received.len() == before {
                return received;
            }
        }
    }

    #[test]
    fn no_rare_fact_is_lost_while_nobody_listens() {
        let (mut outbox, events) = outbox(Box::new(|| ()));
        let many = EVENTS + 2 * KEPT;
        for k in 0..many {
            outbox.report(Event::Notice(k.to_string()));
            outbox.report(progress(k as u64));
        }
        let received = received(&mut outbox, &events);
        let notices = received.iter().filter_map(|event| match event {
            Event::Notice(text) => Some(text.clone()),
            _ => None,
        });
        assert!(notices.eq((0..many).map(|k| k.to_string())), "some of {many} notices were lost");
        let waiting =
            received.iter().skip(EVENTS).filter(|event| matches!(event, Event::Progress(..))).count();
        assert!(waiting <= 1, "progress did not coalesce: {waiting} reports of it");
    }

    #[test]
    fn progress_that_a_phase_followed_stays_before_it() {
        let (mut outbox, events) = outbox(Box::new(|| ()));
        (0..EVENTS).for_each(|k| outbox.report(Event::Notice(k.to_string())));
        for event in
            [progress(1), progress(2), Event::Phase(RunId(0), Phase::Paused), progress(3), progress(4)]
        {
            outbox.report(event);
        }
        let told: Vec<Option<u64>> = received(&mut outbox, &events)[EVENTS..]
            .iter()
            .map(|event| if let Event::Progress(_, progress) = event { Some(progress.step) } else { None })
            .collect();
        assert_eq!(told, [Some(2), None, Some(4)]);
    }
}
