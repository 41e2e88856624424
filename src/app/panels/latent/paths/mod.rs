//! Pins and paths through latent space, and sums of codes.

pub mod pin_images;
pub mod pins;
pub mod strip;
pub mod sum;
#[cfg(test)]
mod tests;
