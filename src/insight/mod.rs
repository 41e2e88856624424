//! What can be read off images and models: for now, principal components, which every autoencoder is measured by.

pub mod pca;

pub use pca::Pca;
