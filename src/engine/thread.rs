//! A worker in a thread of its own.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::handle::{EngineOptions, Handle};
use super::message::Command;
use super::worker::{Turn, Worker};

/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(1);
/// How long the thread sleeps when there is nothing to do and nothing arrives.
const NAP: Duration = Duration::from_millis(200);

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
