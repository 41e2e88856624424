//! What can be read off a model or a data set, apart from training it.

mod ablation;
mod activity;
mod atoms;
pub mod cloud;
mod contraction;
mod depths;
pub mod dictionary;
pub mod dimensions;
mod dream;
pub mod exhibit;
pub mod field;
mod filters;
pub mod forces;
mod gradients;
mod maps;
mod noise;
pub mod pca;
pub mod plate;
pub mod principal;
mod prior;
mod rows;
pub mod size;
mod skips;

pub use dictionary::{Measuring, SparseCoding};
pub use exhibit::{Studio, Subject};
pub use pca::Pca;
pub use plate::Plate;
