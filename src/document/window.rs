//! How the window is arranged and how it looks.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::look::{ColorMap, ColorScheme};

/// How many times their size on paper exported pictures are, by default and at most.
const EXPORT_SCALE: u32 = 2;
const EXPORT_SCALE_MOST: u32 = 8;

/// How much smaller than usual everything in the window can be.
pub const LEAST_ZOOM: f32 = 0.5;
/// How much larger.
pub const MOST_ZOOM: f32 = 3.0;

/// How images look, everywhere in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageLook {
    /// How their pixels are magnified.
    pub magnify: Magnify,
    /// The colours of those that have one number per pixel.
    pub tint: ColorMap,
}

/// How the pixels of an image are drawn when it is larger than it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Magnify {
    /// As squares, as the network sees them.
    #[default]
    Squares,
    /// Interpolated.
    Smoothly,
}

/// What an exported figure looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportStyle {
    /// Drawn anew for paper, with a title and a caption.
    #[default]
    Clean,
    /// The panel as it is on the screen.
    Screen,
}

/// What a person has set up in the window. `Layout` is the arrangement of the panels, in a type of the window's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Window<Layout> {
    /// Light or dark.
    #[serde(rename = "look")]
    pub scheme: ColorScheme,
    /// Few controls and large type, or everything.
    pub simple: bool,
    /// How images look.
    pub images: ImageLook,
    /// The arrangement of the panels.
    pub layout: Layout,
    /// The folder of the last file.
    pub folder: Option<PathBuf>,
    /// How many times their size on paper exported pictures are; see [`Self::export_scale`].
    pub export_scale: u32,
    /// What exported figures look like.
    pub export_style: ExportStyle,
    /// Whether exported figures are white, whatever the window is.
    pub is_paper_white: bool,
    /// Whether the tour was shown, so that it does not come back by itself.
    pub has_seen_tour: bool,
    /// How many times their usual size everything in the window is; see [`Self::zoom`].
    pub zoom: f32,
}

impl<Layout: Default> Default for Window<Layout> {
    fn default() -> Self {
        Self {
            scheme: ColorScheme::default(),
            simple: false,
            images: ImageLook::default(),
            layout: Layout::default(),
            folder: None,
            export_scale: EXPORT_SCALE,
            export_style: ExportStyle::default(),
            is_paper_white: false,
            has_seen_tour: false,
            zoom: 1.0,
        }
    }
}

impl<Layout> Window<Layout> {
    /// How many times their size on paper exported pictures are; the default where the file says what is not offered.
    pub fn export_scale(&self) -> u32 {
        let is_allowed = (1..=EXPORT_SCALE_MOST).contains(&self.export_scale);
        if is_allowed { self.export_scale } else { EXPORT_SCALE }
    }

    /// How many times their usual size everything is; once where the file says what is not offered.
    pub fn zoom(&self) -> f32 {
        let is_allowed = (LEAST_ZOOM..=MOST_ZOOM).contains(&self.zoom);
        if is_allowed { self.zoom } else { 1.0 }
    }

    /// The scales that can be chosen.
    pub fn export_scales() -> impl Iterator<Item = u32> {
        1..=EXPORT_SCALE_MOST
    }
}
