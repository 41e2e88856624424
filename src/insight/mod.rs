//! What can be read off a model or a data set, apart from training it.

mod ablation;
mod activity;
mod atoms;
pub mod card;
pub mod card;
pub mod cloud;
mod contraction;
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
pub mod principal;
mod prior;
mod rows;
pub mod size;
mod skips;

pub use card::Card;
pub use card::{CardInputs, Topic};
pub use dictionary::{Measuring, SparseCoding};
pub use pca::Pca;
