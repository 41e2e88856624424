//! How the points and pins of runs that train side by side belong together.
//!
//! The same numbers mean nothing in another network: each has its own codes. So by default the runs follow the same
//! *image*: each shows the code that it gives that image. Following the same *code* is a choice.

use serde::{Deserialize, Serialize};

use crate::recipe::RunId;

/// What the points of several runs have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// Each run's point is its own code of the same image.
    #[default]
    Image,
    /// All points are the same numbers; those that a code lacks are left out, and those that it has more are zero.
    Code,
}

/// Which run's point was moved last, and what the points of the others follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cursor {
    /// The run whose point was moved last.
    pub leader: Option<RunId>,
    /// The image that it belongs to; none before that is known.
    pub image: Option<u32>,
    /// What put it where it is.
    pub origin: PointOrigin,
}

/// What put a point where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointOrigin {
    /// It was moved there: it belongs to the nearest image, which changes while the codes do.
    #[default]
    Moved,
    /// It was sent to an image: it stays at the code of the image, however that changes.
    Image,
    /// It is a sample around the code of an image.
    Sample,
    /// It was moved along the path between two pins.
    Path,
}
