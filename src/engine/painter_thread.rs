//! Paints pixels of the host into the window's textures, in a thread of its own.
//!
//! Where the processor draws, handing work to the graphics queue waits for the frame that is being drawn, which takes
//! as long as several training steps. So the trainer leaves its pixels here and goes on; of several pictures for the
//! same place the latest is painted. Only then is its view handed out, so that a view never names a picture that is
//! not there yet.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::message::{Picture, RunId};
use super::outbox::Wake;
use crate::gpu::painter::Placement;
use crate::gpu::{Canvas, Painter};

/// What belongs together on one canvas or several, and what to do when it is there.
pub(super) struct PaintJob {
    pub(super) layers: Vec<Layer>,
    pub(super) publish: Box<dyn FnOnce() + Send>,
}

/// What goes on a canvas.
pub(super) struct Layer {
    pub(super) canvas: Canvas,
    pub(super) place: Placement,
    pub(super) pixels: Arc<[f32]>,
}

/// The way to the painting thread, which ends with it.
pub(super) struct PainterThread {
    shared: Arc<Shared>,
    /// Taken when it was told to end.
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

#[derive(Default)]
struct Waiting {
    sheets: BTreeMap<(RunId, Picture), PaintJob>,
    is_closed: bool,
}

impl fmt::Debug for PainterThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PainterThread")
    }
}

impl PainterThread {
    /// Starts the thread. `wake` is called from it after every picture.
    pub(super) fn start(painter: Painter, wake: Arc<Wake>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("painter".to_owned())
            .spawn(move || theirs.paint_all(painter, &wake))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Leaves a sheet to be painted, in place of one for the same picture that nobody got to.
    pub(super) fn paint(&self, picture: (RunId, Picture), sheet: PaintJob) {
        self.shared.lock().sheets.insert(picture, sheet);
        self.shared.bell.notify_one();
    }
}

impl Drop for PainterThread {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.bell.notify_one();
        // A process that ends while a picture is being painted takes the graphics driver from under it.
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Sheets are put in whole and taken out whole, so a panic elsewhere leaves nothing broken here.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The image at the pointer before all else: somebody is dragging it.
    fn next(&self) -> Option<PaintJob> {
        let waiting = self.lock();
        let idle = |waiting: &mut Waiting| waiting.sheets.is_empty() && !waiting.is_closed;
        let mut waiting = self.bell.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        if waiting.is_closed {
            return None;
        }
        let first = waiting.sheets.keys().min_by_key(|(run, picture)| (*picture, *run)).copied()?;
        waiting.sheets.remove(&first)
    }

    fn paint_all(&self, mut painter: Painter, wake: &Wake) {
        while let Some(PaintJob { layers, publish }) = self.next() {
            // A picture that cannot be painted must not keep all later ones from being seen.
            let painted = catch_unwind(AssertUnwindSafe(|| {
                for Layer { canvas, place, pixels } in layers {
                    painter.paint_pixels(&canvas, place, &pixels);
                }
            }));
            if painted.is_err() {
                log::error!("a picture could not be painted");
            }
            publish();
            wake();
        }
    }
}
