//! The images of a built-in set, and their size.

use crate::data::dataset::Factor;
use crate::data::shape::ImageShape;

/// Rows and columns of every built-in image.
pub(super) const SIDE: usize = 28;
/// The size of every built-in image.
pub(in crate::data) const SHAPE: ImageShape = ImageShape { height: SIDE, width: SIDE, channels: 1 };

/// Images of a built-in set, with all that is known of them.
pub(in crate::data) struct Drawn {
    pub images: Vec<u8>,
    pub labels: Vec<u8>,
    pub class_names: Vec<String>,
    pub factors: Vec<Factor>,
}
