//! What a panel is shown with: the state to read, the colours and the pictures. A panel changes none of them; it
//! returns actions.

use super::pictures::Pictures;
use super::state::AppState;
use super::theme::Theme;

/// Everything a panel may read.
pub struct PanelContext<'a> {
    /// What the window knows.
    pub state: &'a AppState,
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// Textures of the runs' pictures and of small images from the host.
    pub pictures: &'a Pictures,
}
