//! What waits for the trainer thread: commands in order, and values of which only the latest counts.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::message::Command;
use super::wants::{RunId, Wants};

/// Commands that may wait; a person gives one at a time.
const COMMANDS: usize = 64;

/// The trainer thread did not take its commands for a long while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the trainer is busy and has not taken the last commands yet; try again in a moment")]
pub struct EngineBusy;

/// The sending end.
#[derive(Clone, Debug)]
pub(super) struct InboxSender {
    commands: SyncSender<Command>,
    shared: Arc<InboxState>,
}

/// The receiving end, on the trainer thread.
#[derive(Debug)]
pub(super) struct Inbox {
    commands: Receiver<Command>,
    shared: Arc<InboxState>,
}

#[derive(Debug, Default)]
struct InboxState {
    latest: Mutex<Latest>,
    bell: Condvar,
}

/// The latest of everything that is not a command.
#[derive(Debug, Default)]
struct Latest {
    tuned: BTreeMap<(RunId, &'static str), f64>,
    wants: Arc<Wants>,
    /// A point was moved since the wants were last read.
    is_dragged: bool,
    /// Something arrived since the thread last waited.
    has_news: bool,
}

/// An inbox and the way into it.
pub(super) fn inbox() -> (InboxSender, Inbox) {
    let (sender, commands) = sync_channel(COMMANDS);
    let shared = Arc::new(InboxState::default());
    (InboxSender { commands: sender, shared: Arc::clone(&shared) }, Inbox { commands, shared })
}

impl InboxState {
    fn lock(&self) -> MutexGuard<'_, Latest> {
        // These are plain values: a panic elsewhere leaves none of them half-written.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Latest)) {
        let mut latest = self.lock();
        change(&mut latest);
        latest.has_news = true;
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
        self.shared.change(|latest| {
            latest.tuned.insert((run, key), value);
        });
    }

    /// Replaces what is wanted. The same set again, as in most frames, does not wake the trainer.
    pub(super) fn want(&self, wants: Wants) {
        let before = Arc::clone(&self.shared.lock().wants);
        if *before == wants {
            return;
        }
        let is_dragged = wants.has_other_points(&before);
        self.shared.change(|latest| {
            latest.wants = Arc::new(wants);
            latest.is_dragged |= is_dragged;
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

    /// What is wanted now. Whoever reads it decodes the points in it.
    pub(super) fn wants(&self) -> Arc<Wants> {
        let mut latest = self.shared.lock();
        latest.is_dragged = false;
        Arc::clone(&latest.wants)
    }

    /// Sleeps until a point is moved, at most so long.
    pub(super) fn wait_for_drag(&self, at_most: Duration) {
        let latest = self.shared.lock();
        // A panic elsewhere leaves the values whole.
        drop(self.shared.bell.wait_timeout_while(latest, at_most, |latest| !latest.is_dragged));
    }

    /// Sleeps until something arrives, at most so long.
    pub(super) fn wait(&self, at_most: Duration) {
        let latest = self.shared.lock();
        let waited = self.shared.bell.wait_timeout_while(latest, at_most, |latest| !latest.has_news);
        let (mut latest, _) = waited.unwrap_or_else(PoisonError::into_inner);
        latest.has_news = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::wants::RunWants;
    use crate::insight::Topic;

    /// How long it takes.
    fn time(act: impl FnOnce()) -> Duration {
        let began = Instant::now();
        act();
        began.elapsed()
    }

    #[test]
    fn only_a_moved_point_ends_the_rest_that_training_takes_for_a_drag() {
        let (sender, inbox) = inbox();
        let (short, long) = (Duration::from_millis(30), Duration::from_secs(60));
        let rest = |at_most: Duration| time(|| inbox.wait_for_drag(at_most));
        let want = |wants: RunWants| sender.want(Wants::of(RunId(1), wants));
        let at = |z: f32| RunWants { point: Some(vec![z].into()), ..RunWants::default() };
        want(RunWants { cards: BTreeSet::from([Topic::Size]), ..RunWants::default() });
        assert!(rest(short) >= short, "cards can wait");
        want(at(1.0));
        assert!(rest(long) < long / 2, "what came before the rest ends it");
        inbox.wants();
        want(RunWants { cards: BTreeSet::from([Topic::Size]), ..at(1.0) });
        assert!(rest(short) >= short, "the point is where it was");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(short);
                want(at(2.0));
            });
            assert!(rest(long) < long / 2, "and what comes meanwhile");
        });
    }

    #[test]
    fn the_same_wants_again_do_not_wake_the_trainer() {
        let (sender, inbox) = inbox();
        let (short, long) = (Duration::from_millis(30), Duration::from_secs(60));
        let wants =
            || Wants::of(RunId(1), RunWants { cards: BTreeSet::from([Topic::Size]), ..RunWants::default() });
        sender.want(wants());
        assert!(time(|| inbox.wait(long)) < long / 2);
        sender.want(wants());
        assert!(time(|| inbox.wait(short)) >= short);
    }
}
