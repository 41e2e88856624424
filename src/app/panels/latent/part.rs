//! What a part of the explorer shows, and where.

use eframe::egui::Rect;

use super::nearest::Nearest;
use crate::app::state::ShownRun;

/// A part of the explorer: the map, or the column beside it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The shown run.
    pub shown: ShownRun<'a>,
    /// Where the part is.
    pub rect: Rect,
    /// The image whose code is nearest to the point.
    pub nearest: Option<Nearest>,
}
