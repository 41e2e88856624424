//! What waits for the trainer thread: commands in order, and slots where only the latest counts.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::message::{Command, Purpose, Request, RunId, Wanted};

/// Commands that may wait; a person gives one at a time.
const COMMANDS: usize = 64;

/// The trainer thread did not take its commands for a long while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the trainer is busy and has not taken the last commands yet; try again in a moment")]
pub struct EngineBusy;

/// The end that gives.
#[derive(Clone, Debug)]
pub(super) struct InboxSender {
    commands: SyncSender<Command>,
    shared: Arc<Shared>,
}

/// The end that takes, on the trainer thread.
#[derive(Debug)]
pub(super) struct Inbox {
    commands: Receiver<Command>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    slots: Mutex<Slots>,
    bell: Condvar,
}

/// The latest of everything that is not a command.
#[derive(Debug, Default)]
struct Slots {
    tuned: BTreeMap<(RunId, &'static str), f64>,
    requests: BTreeMap<(Purpose, RunId), Request>,
    wanted: BTreeMap<RunId, Wanted>,
    /// Something arrived since the thread last looked.
    is_ringing: bool,
}

/// An inbox and the way into it.
pub(super) fn inbox() -> (InboxSender, Inbox) {
    let (sender, commands) = sync_channel(COMMANDS);
    let shared = Arc::new(Shared::default());
    (InboxSender { commands: sender, shared: Arc::clone(&shared) }, Inbox { commands, shared })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        // Slots are plain values: a panic elsewhere leaves none of them half-written.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Slots)) {
        let mut slots = self.lock();
        change(&mut slots);
        slots.is_ringing = true;
        self.bell.notify_one();
    }
}

impl InboxSender {
    pub(super) fn send(&self, command: Command) -> Result<(), EngineBusy> {
        let sent = self.commands.try_send(command);
        self.shared.change(|_| ());
        match sent {
            // A thread that has ended needs no commands any more.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
            Err(TrySendError::Full(_)) => Err(EngineBusy),
        }
    }

    pub(super) fn tune(&self, run: RunId, key: &'static str, value: f64) {
        self.shared.change(|slots| {
            slots.tuned.insert((run, key), value);
        });
    }

    pub(super) fn ask(&self, run: RunId, request: Request) {
        self.shared.change(|slots| {
            slots.requests.insert((request.ask.purpose(), run), request);
        });
    }

    pub(super) fn watch(&self, run: RunId, wanted: Wanted) {
        self.shared.change(|slots| {
            slots.wanted.insert(run, wanted);
        });
    }
}

impl Inbox {
    /// The next command. When everybody who could give one is gone, that is [`Command::Close`].
    pub(super) fn command(&self) -> Option<Command> {
        match self.commands.try_recv() {
            Ok(command) => Some(command),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Command::Close),
        }
    }

    /// Takes the latest live values.
    pub(super) fn tuned(&self) -> BTreeMap<(RunId, &'static str), f64> {
        std::mem::take(&mut self.shared.lock().tuned)
    }

    /// Takes the latest requests, the pointers' first.
    pub(super) fn requests(&self) -> BTreeMap<(Purpose, RunId), Request> {
        std::mem::take(&mut self.shared.lock().requests)
    }

    /// Takes the latest requests of the pointers, which wait for nothing longer than a step.
    pub(super) fn drags(&self) -> Vec<(RunId, Request)> {
        let mut slots = self.shared.lock();
        let drags = slots.requests.extract_if(.., |(purpose, _), _| *purpose == Purpose::Pointer);
        drags.map(|((_, run), request)| (run, request)).collect()
    }

    /// Sleeps until a pointer asks for something, at most so long.
    pub(super) fn wait_for_drag(&self, at_most: Duration) {
        let is_still =
            |slots: &mut Slots| !slots.requests.keys().any(|(purpose, _)| *purpose == Purpose::Pointer);
        let slots = self.shared.lock();
        // Whoever panicked with the slots in hand left them whole.
        drop(self.shared.bell.wait_timeout_while(slots, at_most, is_still));
    }

    /// What is wanted of a run.
    pub(super) fn wanted(&self, run: RunId) -> Wanted {
        self.shared.lock().wanted.get(&run).copied().unwrap_or_default()
    }

    /// Forgets what was wanted of runs that are gone.
    pub(super) fn forget_others(&self, runs: &[RunId]) {
        self.shared.lock().wanted.retain(|run, _| runs.contains(run));
    }

    /// Sleeps until something arrives, at most so long.
    pub(super) fn wait(&self, at_most: Duration) {
        let slots = self.shared.lock();
        let waited = self.shared.bell.wait_timeout_while(slots, at_most, |slots| !slots.is_ringing);
        let (mut slots, _) = waited.unwrap_or_else(PoisonError::into_inner);
        slots.is_ringing = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::engine::message::{Ask, DecodeAsk, SheetAsk};

    fn request(ask: Ask) -> Request {
        Request { number: 1, ask }
    }

    #[test]
    fn only_a_pointer_ends_the_rest_of_a_trainer_that_makes_way() {
        let (sender, inbox) = inbox();
        let rest = |at_most: Duration| {
            let began = Instant::now();
            inbox.wait_for_drag(at_most);
            began.elapsed()
        };
        let short = Duration::from_millis(30);
        let points = [0.0; 2].into();
        let sheet = SheetAsk { sheet: crate::engine::Sheet::Pins, columns: 1, rows: 1, points };
        sender.ask(RunId(1), request(Ask::Sheet(sheet)));
        assert!(rest(short) >= short, "pins can wait");
        sender.ask(RunId(1), request(Ask::Decode(DecodeAsk::default())));
        let long = Duration::from_secs(60);
        assert!(rest(long) < long / 2, "what came before the rest ends it");
        assert_eq!(inbox.drags().len(), 1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(short);
                sender.ask(RunId(1), request(Ask::Decode(DecodeAsk::default())));
            });
            assert!(rest(long) < long / 2, "and what comes meanwhile");
        });
    }
}
