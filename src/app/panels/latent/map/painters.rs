//! What draws the points of the cloud on the map.

use super::thumbnails::Thumbnails;
use crate::app::panels::latent::cloud::CloudPainter;

/// The two ways to draw the points of the cloud.
pub struct MapPainters<'a> {
    /// As glyphs or dots.
    pub points: &'a mut CloudPainter,
    /// As the images they stand for.
    pub thumbnails: &'a mut Thumbnails,
}
