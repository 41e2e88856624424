//! How things look, as plain data: colours, colour maps, the glyphs of classes, axis ticks and number formats.
//!
//! The window, the exported figures, the shaders and the command line all draw from here, so that the same thing
//! looks the same everywhere. This module knows neither egui nor SVG: whoever draws converts.

pub mod colormap;
mod glyph;
mod number;
mod palette;
mod ticks;
mod words;

pub use colormap::{ColorMap, ColorStops};
pub use glyph::Glyph;
pub use number::{count_label, decimal_label, short_label, value_label};
pub use palette::{ColorScheme, DataColor, Palette, Rgb, mixed};
pub use ticks::{Tick, linear_ticks, log_ticks, named_places};
pub use words::{as_sentence, capital};
