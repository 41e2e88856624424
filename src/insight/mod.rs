//! What can be read off a model or a data set, apart from training it.

mod ablation;
mod activity;
mod atoms;
pub mod card;
pub mod cloud;
mod contraction;
pub mod curves;
mod depths;
pub mod dictionary;
pub mod dimensions;
mod dream;
pub mod field;
mod filters;
pub mod forces;
mod gradients;
mod maps;
mod noise;
pub mod pca;
pub mod plane;
pub mod principal;
mod prior;
pub mod references;
mod rows;
pub mod size;
mod skips;
mod topic;

pub use card::Card;
pub use dictionary::{Measuring, SparseCoding};
pub use pca::Pca;
pub use topic::{CardInputs, Topic};
