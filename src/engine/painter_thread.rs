//! Paints pixels of the host into the window's textures, in a thread of its own.
//!
//! Where the processor draws, submitting to the graphics queue waits for the frame that is being drawn, which takes as
//! long as several training steps. So the trainer queues its pixels here and goes on; of several pictures for the same
//! canvas the latest is painted. Only then is its view published, so that no view shows a picture that is not there yet.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::outbox::Wake;
use super::wants::{Picture, PictureId, RunId};
use crate::gpu::painter::Placement;
use crate::gpu::{Canvas, Painter};

/// Layers that belong together, and what to do once all are painted.
pub(super) struct PaintJob {
    pub(super) layers: Vec<Layer>,
    pub(super) publish: Box<dyn FnOnce() + Send>,
}

/// Pixels to be painted on a canvas.
pub(super) struct Layer {
    pub(super) canvas: Canvas,
    pub(super) place: Placement,
    pub(super) pixels: Arc<[f32]>,
}

/// The painter thread; dropping this ends it.
pub(super) struct PainterThread {
    queue: Arc<Queue>,
    /// Taken when the thread is to end.
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    queued: Mutex<Queued>,
    bell: Condvar,
}

#[derive(Default)]
struct Queued {
    jobs: BTreeMap<PictureId, PaintJob>,
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
        let queue = Arc::new(Queue::default());
        let theirs = Arc::clone(&queue);
        let thread = std::thread::Builder::new()
            .name("painter".to_owned())
            .spawn(move || theirs.paint_all(painter, &wake))?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Queues a picture of a run, in place of an older one that is not painted yet.
    pub(super) fn paint(&self, run: RunId, picture: Picture, job: PaintJob) {
        self.queue.lock().jobs.insert(PictureId { run, picture }, job);
        self.queue.bell.notify_one();
    }
}

impl Drop for PainterThread {
    fn drop(&mut self) {
        self.queue.lock().is_closed = true;
        self.queue.bell.notify_one();
        // A process that ends while a picture is being painted takes the graphics driver from under it.
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Queued> {
        // Jobs are inserted and removed whole, so a panic elsewhere leaves none of them half-written.
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next job: the image at the point before all others, for it may be being dragged. `None` once the
    /// queue is closed.
    fn next(&self) -> Option<PaintJob> {
        let is_idle = |queued: &mut Queued| queued.jobs.is_empty() && !queued.is_closed;
        let queued = self.bell.wait_while(self.lock(), is_idle);
        let mut queued = queued.unwrap_or_else(PoisonError::into_inner);
        if queued.is_closed {
            return None;
        }
        let first = queued.jobs.keys().min_by_key(|id| (id.picture, id.run)).copied()?;
        queued.jobs.remove(&first)
    }

    fn paint_all(&self, mut painter: Painter, wake: &Wake) {
        while let Some(PaintJob { layers, publish }) = self.next() {
            // A picture that cannot be painted must not stop the later ones.
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
