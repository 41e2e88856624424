//! What can be read off a model or a data set, apart from training it.

mod depths;
mod dream;
pub mod exhibit;
mod filters;
mod gradients;
mod noise;
pub mod pca;
pub mod plate;

pub use exhibit::{Studio, Subject};
pub use pca::Pca;
pub use plate::Plate;
