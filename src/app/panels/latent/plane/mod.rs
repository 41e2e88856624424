//! The shown plane of latent space: its directions, the codes projected onto it, and its transform to the screen. Pure, but
//! for the clock of a movement.

pub mod cache;
pub mod codes;
pub mod geometry;
pub mod range;
pub mod statistics;
mod view;
