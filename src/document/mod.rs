//! What a person makes and can save, as plain data: recipes, live changes, what is set up in the latent explorer, and
//! how the window is arranged.
//!
//! Nothing here names a tensor or a window. A panel reads the document and changes it; whatever can be computed again
//! from it and from the trainer's views is a cache of the panel's. The rules of what a reset, a restart or a look at
//! another run keeps are pure functions of [`Exploration`]. Every field has a default, and fields that are not known
//! are ignored, so files of other versions can be read.

mod bench;
mod exploration;
mod follow;
pub mod interpolation;
mod layers;
mod link;
mod pins;
mod plane;
pub mod run_folder;
mod samples;
mod sum;
#[cfg(test)]
mod tests;
mod window;

use serde::{Deserialize, Serialize};

pub use bench::{Bench, Run};
pub use exploration::{CodeTraits, Exploration, MapSettings, RunExploration};
pub use layers::{Background, ColorBy, Layers, MapView, PointStyle};
pub use link::{Cursor, Link, PointOrigin};
pub use pins::{MOST_PINS, Pin, Pins};
pub use plane::{Axes, CodeAxes, PlaneChoice, Rest};
pub use samples::SampleChoice;
pub use sum::{CodeSum, SumTerm};
pub use window::{ExportStyle, ImageLook, LEAST_ZOOM, MOST_ZOOM, Magnify, Window};

/// Everything that can be saved. `Layout` is the arrangement of the panels, in a type of the window's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "Layout: Default + Deserialize<'de>"))]
pub struct Document<Layout> {
    /// The window.
    pub window: Window<Layout>,
    /// The bench.
    pub bench: Bench,
}
