//! What can be read off a model or a data set, apart from training it.

mod contraction;
pub mod dimensions;
mod ablation;
mod activity;
mod atoms;
pub mod exhibit;
mod noise;
pub mod pca;
pub mod plate;
mod rows;
mod prior;
pub mod size;

pub use exhibit::{Studio, Subject};
pub use pca::Pca;
pub use plate::Plate;
