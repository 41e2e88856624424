//! Images in: the built-in sets, one reader per file format, the split into training, validation and test images, and
//! batches.

mod built_in;
pub mod classes;
pub mod corrupt;
mod dataset;
mod error;
mod feed;
mod limits;
mod load;
mod pixels;
pub mod readers;
mod shape;

pub use dataset::{Dataset, Factor, LeftOut, MeanImageCost, Split};
pub use error::DataError;
pub use feed::Feed;
pub use limits::SizeLimits;
pub use load::{Source, accepted, accepted_paths, load, problem_of};
pub use pixels::PixelData;
pub use shape::ImageShape;
