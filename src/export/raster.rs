//! A scene as a PNG: its own SVG text, rasterised.

use resvg::{tiny_skia, usvg};

use super::{ExportError, font};
use crate::chart::scene::Scene;

/// The longest side of a PNG. Beyond it, common viewers refuse the file.
const LONGEST_SIDE: u64 = 32_768;
/// The most pixels of a PNG: a gigabyte while it is drawn.
const MOST_PIXELS: u64 = 1 << 28;

impl Scene {
    /// The figure as the bytes of a PNG file, `scale` (1 to 8) times as large as the page.
    pub fn to_png(&self, scale: u32) -> Result<Vec<u8>, ExportError> {
        png(self, scale)
    }
}

fn png(scene: &Scene, scale: u32) -> Result<Vec<u8>, ExportError> {
    if !(1..=8).contains(&scale) {
        return Err(ExportError::Scale { scale });
    }
    let (width, height) =
        (u64::from(scene.width) * u64::from(scale), u64::from(scene.height) * u64::from(scale));
    if width.max(height) > LONGEST_SIDE || width * height > MOST_PIXELS {
        return Err(ExportError::TooLarge { width, height });
    }
    let tree = usvg::Tree::from_str(&scene.to_svg(), &font::options())
        .map_err(|error| ExportError::Drawing { reason: error.to_string() })?;
    // Both sides are at most `LONGEST_SIDE`, so they fit.
    let mut page =
        tiny_skia::Pixmap::new(width as u32, height as u32).ok_or(ExportError::TooLarge { width, height })?;
    let transform = tiny_skia::Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, transform, &mut page.as_mut());
    page.encode_png().map_err(|error| ExportError::Drawing { reason: error.to_string() })
}
