//! What a chart shows, as plain data: learning curves, and insight cards laid out as scenes of shapes.
//!
//! Nothing here knows where the numbers come from, nor egui or SVG: the window draws curves with its own widgets and
//! paints a [`scene::Scene`], the figures write both.

mod axis;
pub mod cards;
mod curves;
pub mod pixels;
mod range;
pub mod scene;
pub mod square;
pub mod text;
mod thin;

pub use axis::ValueAxis;
pub use curves::{Chart, Curve, CurveKind, Curves, Reference, Stamp, Start};
pub use thin::{PixelColumn, Resolution, ThinCurve, ThinPart};
