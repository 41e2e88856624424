//! The engine: one thread that owns the tensors. Commands in; events, views and decoded images out.
//!
//! CubeCL orders GPU work by the thread that issued it, and a window that called Burn could freeze behind kernel
//! tuning for seconds. So one named thread issues all of it. [`Worker::turn`] does one bounded slice and never
//! waits; the thread is a loop around it, and tests drive it directly.

mod bench;
mod cards;
mod clouds;
mod components;
mod fields;
mod final_evaluation;
mod gallery;
mod inbox;
mod jobs;
mod last_good;
mod losses;
mod message;
mod opening;
mod outbox;
mod painter_thread;
mod pictures;
mod projection;
mod run;
mod self_test;
mod sheets;
mod slot;
mod snapshot;
mod throttle;
mod view;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub use inbox::EngineBusy;
pub use message::{
    Ask, BenchInfo, CloudWish, Command, DecodeAsk, Event, FieldAsk, FieldKind, FinalFigures, ForcesAsk,
    LatticeAsk, Phase, Picture, Progress, Purpose, Request, RunId, RunInfo, Sheet, SheetAsk, Wanted, Whose,
};
pub use opening::MOST_RUNS;
pub use outbox::Wake;
pub use slot::Slot;
pub use view::{
    CardsView, CloudView, Decoded, Encoded, FieldView, ForcesView, LatticeView, LayerActivity, LayerRole,
    LayersView, Pixels, PrincipalProjection, ReconstructionsView, RunViews, SheetView, Snapshot,
};
pub use worker::{Turn, Worker};

pub use crate::insight::curves;
pub use crate::insight::plane::LatentPlane;
pub use crate::insight::principal::Principal;
pub use crate::insight::references::References;
pub use crate::train::history::{Evaluation, History, Point, SharedHistory};
pub use crate::train::{Figures, Penalty, Stage, StagePlan, StageSpan};

use crate::gpu::{DeviceChoice, Graphics};
use inbox::InboxSender;

/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(1);
/// How long the thread sleeps when there is nothing to do and nothing arrives.
const NAP: Duration = Duration::from_millis(200);

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
    /// Gives a command.
    pub fn send(&self, command: Command) -> Result<(), EngineBusy> {
        self.inbox.send(command)
    }

    /// Moves a live parameter; of several values before the next step, the latest counts.
    pub fn tune(&self, run: RunId, key: &'static str, value: f64) {
        self.inbox.tune(run, key, value);
    }

    /// Asks a run a question; of several with the same purpose, the latest is answered.
    pub fn ask(&self, run: RunId, request: Request) {
        self.inbox.ask(run, request);
    }

    /// Says which views of a run to keep fresh.
    pub fn watch(&self, run: RunId, wanted: Wanted) {
        self.inbox.watch(run, wanted);
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

/// A worker in a thread of its own. Dropping it ends the thread, after at most a second.
#[derive(Debug)]
pub struct Engine {
    handle: Handle,
    ended: Receiver<()>,
    /// Taken when the thread was told to end.
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the trainer thread. `wake` is called from it whenever there is something new to look at.
    pub fn start(options: EngineOptions, wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let (worker, handle) = Worker::new(options, Box::new(wake));
        let (end, ended) = sync_channel(1);
        let thread = std::thread::Builder::new().name("trainer".to_owned()).spawn(move || {
            run_to_the_end(worker);
            end.try_send(()).ok();
        })?;
        Ok(Self { handle, ended, thread: Some(thread) })
    }

    /// Ends the thread, waiting at most a second; a thread that takes longer ends by itself.
    pub fn close(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        // A full inbox means the thread is far behind; it will find the channel closed.
        self.handle.send(Command::Close).ok();
        if self.ended.recv_timeout(CLOSING).is_ok() {
            // It has nothing left to do but to put its tools away, and a process that ends meanwhile takes the
            // graphics driver from under it. Its panics were told as they came.
            thread.join().ok();
        }
    }
}

impl std::ops::Deref for Engine {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

fn run_to_the_end(mut worker: Worker) {
    loop {
        match worker.guarded_turn() {
            Turn::Busy => {}
            Turn::Idle => worker.wait(NAP),
            Turn::Closed => return,
        }
    }
}
