//! Ways through latent space: pins, the paths between them, and sums of codes.

pub mod beside;
pub mod formula;
pub mod pins;
pub mod strip;
#[cfg(test)]
mod tests;
pub mod walk;
