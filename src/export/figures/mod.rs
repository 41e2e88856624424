//! The figures themselves: plain numbers in, a scene out.
//!
//! Every figure is a struct of plain values that knows nothing of models, engines or windows. Numbers that
//! are not finite are left out and counted in the caption. A figure without data
//! says so.

mod axes;
mod card;
mod chart;
mod clip;
mod cloud;
mod curves;
mod labels;
mod lattice;
mod page;
mod reconstructions;
mod single;

pub use card::CardFigure;
pub use cloud::Cloud;
pub use curves::CurvesFigure;
pub use lattice::Lattice;
pub use reconstructions::Reconstructions;
pub use single::SingleImage;

use crate::chart::scene::Scene;
use crate::look::ColorScheme;

/// The muted line at the foot of a figure: the key settings of the recipe and the seed, so that a picture in
/// a paper can be traced to the run that made it. It is wrapped to the width of the figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// What it says; nothing is drawn when it is empty.
    pub text: String,
}

/// Anything that can be drawn as a figure.
pub trait Figure {
    /// The figure on a page of its own.
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene;
}

/// What a figure says when it has no data.
pub const NOTHING_YET: &str = "nothing to show yet";
