//! The panels that a layout arranges, and the sizes that all of them share.

use eframe::egui::{Vec2, vec2};
use serde::{Deserialize, Serialize};

use crate::app::action::Figure;
use crate::app::theme::PANEL_PADDING;

/// Space between a panel's edge and what it holds; the title line has room of its own above and below.
pub(super) const PADDING: Vec2 = vec2(PANEL_PADDING, 7.0);
/// Height of a line of tabs.
pub(super) const TAB_HEIGHT: f32 = 30.0;

/// A panel of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// Sliders that act at once.
    Live,
    /// The recipe as a form.
    Recipe,
    /// The network and what goes through it.
    Hourglass,
    /// The latent explorer.
    Latent,
    /// The pictures that make the family's idea visible.
    #[serde(alias = "Exhibits", alias = "Cards")]
    Insight,
    /// Every number of the code as a row of decoded images.
    Dimensions,
    /// Images decoded from codes that were drawn.
    Samples,
    /// The runs that were set aside.
    Kept,
    /// The learning curves.
    Curves,
    /// Held-out images and their reconstructions.
    HeldOut,
    /// The objective as an equation.
    Objective,
}

impl Pane {
    /// Its name on a tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Recipe => "Recipe",
            Self::Hourglass => "Hourglass",
            Self::Latent => "Latent space",
            Self::Insight => "Insight",
            Self::Dimensions => "Dimensions",
            Self::Samples => "Samples",
            Self::Kept => "Kept runs",
            Self::Curves => "Curves",
            Self::HeldOut => "Held-out images",
            Self::Objective => "Objective",
        }
    }

    /// A shorter name, for a narrow window.
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Latent => "Latent",
            Self::Insight => "Insight",
            Self::Dimensions => "Dims",
            Self::Kept => "Kept",
            other => other.title(),
        }
    }

    /// Whether a figure is drawn in it.
    pub fn shows(self, figure: Figure) -> bool {
        let is_of_the_map = matches!(figure, Figure::Lattice | Figure::Decoded | Figure::Path);
        (self.figure() == Some(figure) && self != Self::Objective) || (self == Self::Latent && is_of_the_map)
    }

    /// What E exports while the pointer is over it.
    pub fn figure(self) -> Option<Figure> {
        match self {
            Self::Latent => Some(Figure::Cloud),
            Self::Curves | Self::Objective => Some(Figure::Curves),
            Self::HeldOut => Some(Figure::Reconstructions),
            Self::Insight => Some(Figure::Card),
            Self::Dimensions => Some(Figure::Dimensions),
            Self::Samples => Some(Figure::Samples),
            Self::Live | Self::Recipe | Self::Hourglass | Self::Kept => None,
        }
    }
}
