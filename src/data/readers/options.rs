//! How images are read: what a person can choose beside the file.

use crate::data::limits::SizeLimits;
use crate::recipe::{ColorChoice, Fit, Invert};

/// How images are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// What a data set may be at most.
    pub limits: SizeLimits,
    /// The array with the images, of a file with several; without one, it is found by its shape.
    pub array: Option<&'a str>,
    /// The side that pictures are fitted to; without one, they keep their size where all have the same.
    pub side: Option<u32>,
    /// How a picture of another shape is fitted.
    pub fit: Fit,
    /// Whether pictures are grey or in colour.
    pub color: ColorChoice,
    /// Whether dark and light are exchanged.
    pub invert: Invert,
}
