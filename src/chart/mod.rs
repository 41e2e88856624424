//! What a chart shows, as plain data.
//!
//! Nothing here knows where the numbers come from, nor egui or SVG: the window draws a chart with its own widgets, the
//! figures write it.

mod axis;
mod curves;
mod range;
mod thin;

pub use axis::ValueAxis;
pub use curves::{Chart, Curve, Curves, Reference, Source, Stamp, Start};
pub use thin::{Column, Resolution, ThinCurve, ThinPart};
