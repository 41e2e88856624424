//! The way to a worker, for whoever drives an experiment: it never waits.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::inbox::{EngineBusy, InboxSender};
use super::message::{Command, Event};
use super::wants::{RunId, Wants};
use crate::gpu::{DeviceChoice, Graphics};

/// What an engine is started with.
#[derive(Clone, Debug, Default)]
pub struct EngineOptions {
    /// Where to train.
    pub device: DeviceChoice,
    /// The window's device, where there is a window.
    pub graphics: Option<Arc<Graphics>>,
}

/// The way to a worker: give commands, take events. It never waits.
#[derive(Debug)]
pub struct Handle {
    inbox: InboxSender,
    events: Receiver<Event>,
}

impl Handle {
    pub(super) fn new(inbox: InboxSender, events: Receiver<Event>) -> Self {
        Self { inbox, events }
    }

    /// Gives a command.
    pub fn send(&self, command: Command) -> Result<(), EngineBusy> {
        self.inbox.send(command)
    }

    /// Moves a live parameter; of several values before the next step, the latest counts.
    pub fn tune(&self, run: RunId, key: &'static str, value: f64) {
        self.inbox.tune(run, key, value);
    }

    /// Declares everything that is wanted of the runs, in place of what was wanted before.
    pub fn want(&self, wants: Wants) {
        self.inbox.want(wants);
    }

    /// The next fact, if there is one.
    pub fn poll(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The next fact, waiting for it at most so long: for programs without a window.
    pub fn wait(&self, at_most: Duration) -> Option<Event> {
        self.events.recv_timeout(at_most).ok()
    }
}
