//! How often the trainer's news make the window draw.
//!
//! A real GPU draws whenever there is something new. Where the processor draws, a frame costs as much as several
//! training steps, so news are gathered for a moment; what a person does is drawn at once in either case.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui::Context;

/// Ten frames a second are enough to see something learn, and leave the processor to the learning.
const SOFTWARE: Duration = Duration::from_millis(100);
/// While frames are logged, a window with a GPU draws this often, playing or not.
const LOGGED: Duration = Duration::from_millis(33);

/// When the window draws again.
#[derive(Clone, Debug)]
pub struct Pace {
    least: Duration,
    drawn: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// The pace of a window that is drawn by the processor, or by a GPU.
    pub fn new(is_software: bool) -> Self {
        let least = if is_software { SOFTWARE } else { Duration::ZERO };
        Self { least, drawn: Arc::default() }
    }

    /// Notes that a frame begins.
    pub fn begin_frame(&self) {
        *self.drawn.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// There is something new: draws as soon as the pace allows. Called from the trainer's thread.
    pub fn wake(&self, ctx: &Context) {
        let drawn = *self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        ctx.request_repaint_after(self.wait(drawn.map(|at| at.elapsed())));
    }

    /// The rate at which a window that logs its frames draws, so that playing and resting can be compared.
    pub fn logged(&self) -> Duration {
        self.least.max(LOGGED)
    }

    fn wait(&self, since_drawn: Option<Duration>) -> Duration {
        since_drawn.map_or(Duration::ZERO, |since| self.least.saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_draws_at_once_and_a_processor_takes_its_time() {
        let since = Some(Duration::from_millis(30));
        assert_eq!(Pace::new(false).wait(since), Duration::ZERO);
        assert_eq!(Pace::new(true).wait(since), SOFTWARE - Duration::from_millis(30));
        assert_eq!(Pace::new(true).wait(Some(Duration::from_secs(3))), Duration::ZERO);
        assert_eq!(Pace::new(true).wait(None), Duration::ZERO, "the first picture never waits");
    }
}
