//! What can be read off a model or a data set, apart from training it.

pub mod dictionary;
pub mod exhibit;
mod noise;
pub mod pca;
pub mod plate;

pub use dictionary::SparseCoding;
pub use exhibit::{Studio, Subject};
pub use pca::Pca;
pub use plate::Plate;
