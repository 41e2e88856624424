//! The plane of latent space that is shown: which directions it has, what codes are on it, and how its places become
//! points of the screen. Pure, but for the clock of a glide.

pub mod codes;
pub mod geometry;
pub mod quantile;
pub mod range;
pub mod slice;
pub mod statistics;
