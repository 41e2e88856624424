//! Figures for slides and papers, the same for the window and the command line.
//!
//! A figure is drawn by our own renderer, never cropped from the screen: [`figures`] turn plain numbers into
//! a [`Scene`], the scene is written as SVG, and a PNG is that very SVG rasterised with a font that travels with the
//! program. Files appear whole or not at all.
//!
//! ```
//! use hourglass::data::ImageShape;
//! use hourglass::export::figures::{Caption, Figure as _, SingleImage};
//! use hourglass::look::ColorScheme;
//!
//! let shape = ImageShape { height: 2, width: 2, channels: 1 };
//! let figure = SingleImage { pixels: vec![0.0, 0.5, 1.0, 0.25], shape, title: "Four pixels".into() };
//! let scene = figure.scene(&Caption { text: "seed 1".into() }, ColorScheme::Light);
//! assert!(scene.to_svg().contains("Four pixels"));
//! ```

pub mod figures;
mod font;
mod raster;
pub mod run;
mod svg;

use std::path::{Path, PathBuf};

use crate::chart::scene::Scene;
pub use crate::train::file::{FileError, write_atomically};

/// Why a figure or a file was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A scale that is not offered.
    #[error("a picture can be drawn 1 to 8 times as large, not {scale} times: choose a scale from 1 to 8")]
    Scale {
        /// What was asked for.
        scale: u32,
    },
    /// A picture beyond what viewers open.
    #[error(
        "a picture of {width} by {height} pixels is too large: choose a smaller scale or show fewer images"
    )]
    TooLarge {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
    },
    /// The renderer refused the scene.
    #[error("the figure could not be drawn ({reason}): please report this with the recipe that led to it")]
    Drawing {
        /// What the renderer said.
        reason: String,
    },
    /// A file name that says neither PNG nor SVG.
    #[error("\"{}\" does not say what to write: end its name in .png or .svg", path.display())]
    Extension {
        /// The file asked for.
        path: PathBuf,
    },
    /// The figure could not be put where it should go.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Draws a scene into a file: `.png` at a scale of 1 to 8, or `.svg`, which has no scale of its own.
pub fn save_figure(scene: &Scene, path: &Path, scale: u32) -> Result<(), ExportError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let bytes = match extension.as_deref() {
        Some("png") => scene.to_png(scale)?,
        Some("svg") => scene.to_svg().into_bytes(),
        _ => {
            return Err(ExportError::Extension { path: path.to_owned() });
        }
    };
    Ok(write_atomically(path, &bytes)?)
}
