//! What can be measured on a model or a data set, apart from training it.
//!
//! An insight card is one file here that makes a [`Card`](crate::chart::cards::Card); a [`Topic`] in `topic.rs` with its
//! title and its question; a line in `offer.rs`, which says which recipes have it; and one in `card_table.rs`, which calls
//! the file.

mod ablation;
mod activity;
pub mod anomaly;
mod atoms;
mod attribution;
mod augmentation;
pub mod beside_pca;
mod card_inputs;
mod card_table;
mod card_work;
pub mod class_rivals;
pub mod classes;
pub mod cloud;
pub mod clusters;
pub mod code_statistics;
pub mod collapse;
mod compression;
mod contraction;
pub mod curves;
mod denoising;
mod depths;
pub mod dictionary;
pub mod dimensions;
pub mod disentanglement;
pub mod doctor;
mod drivers;
pub mod elbo_split;
mod encoding;
mod factors;
pub mod few_labels;
pub mod field;
mod filters;
pub mod forces;
mod health;
mod likelihood;
mod map_beside_pca;
mod maps;
pub mod neighbours;
mod noise;
mod offer;
pub mod pca;
pub mod plane;
pub mod principal;
mod prior;
pub mod probe;
pub mod quality;
pub mod quantile;
pub mod quantise;
pub mod ranking;
mod rbm_samples;
pub mod references;
mod rows;
mod sensitivity;
pub mod size;
mod skips;
mod steps;
mod topic;
mod unit_images;
mod weights;

pub use card_inputs::{Beside, CardInputs};
pub use card_work::CardWork;
pub use dictionary::{Measuring, SparseCoding};
pub use pca::Pca;
pub use topic::{Question, Topic};
