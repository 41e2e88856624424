//! What a panel is shown with: the state to read, the colours and the pictures. A panel changes none of them; it
//! returns actions, and says what it wants to see of the runs.

use std::cell::RefCell;

use super::pictures::Pictures;
use super::state::AppState;
use super::theme::Theme;
use crate::engine::{RunId, RunWants, Wants};

/// Everything a panel may read, and where it says what it wants to see.
pub struct PanelContext<'a> {
    /// What the window knows.
    pub state: &'a AppState,
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// Textures of the runs' pictures and of small images from the host.
    pub pictures: &'a Pictures,
    /// What the panels of this frame want to see; a panel that is not drawn wants nothing.
    pub wants: &'a RefCell<Wants>,
}

impl PanelContext<'_> {
    /// Adds to what is wanted of a run.
    pub fn want(&self, run: RunId, add: impl FnOnce(&mut RunWants)) {
        add(self.wants.borrow_mut().run_mut(run));
    }
}
