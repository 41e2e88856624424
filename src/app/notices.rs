//! How long the bottom line says something before it goes back to what is happening.

use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::state::Notice;

/// How long it says what was just done.
const NOTICE: Duration = Duration::from_secs(7);
/// How long it says what went wrong.
const PROBLEM: Duration = Duration::from_secs(20);

/// The notice that is shown, and since when.
#[derive(Debug, Default)]
pub struct Notices {
    since: Option<(Notice, Instant)>,
}

impl Notices {
    /// Removes a notice that was shown long enough; the window is drawn again when that is due.
    pub fn expire(&mut self, ctx: &Context, shown: &mut Option<Notice>) {
        let Some(notice) = shown else {
            self.since = None;
            return;
        };
        let lasts = if notice.is_problem { PROBLEM } else { NOTICE };
        match &self.since {
            Some((known, since)) if known == notice => {
                let left = lasts.saturating_sub(since.elapsed());
                if left.is_zero() {
                    *shown = None;
                } else {
                    ctx.request_repaint_after(left);
                }
            }
            _ => {
                self.since = Some((notice.clone(), Instant::now()));
                ctx.request_repaint_after(lasts);
            }
        }
    }
}
