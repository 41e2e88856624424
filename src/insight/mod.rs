//! What can be read off a model or a data set, apart from training it.

pub mod exhibit;
mod maps;
mod noise;
pub mod pca;
pub mod plate;
mod skips;

pub use exhibit::{Studio, Subject};
pub use pca::Pca;
pub use plate::Plate;
