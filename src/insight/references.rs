//! Costs that a network is compared with.

/// Costs of simple rivals on the same images, per image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct References {
    /// Squared error of predicting the mean training image.
    pub mean_squared_error: f64,
    /// Cross-entropy of predicting the mean training image.
    pub mean_cross_entropy: f64,
    /// The cross-entropy no model can go below, the images' own entropy.
    pub cross_entropy_floor: f64,
    /// Held-out squared error of principal components, as many as the first run's code has numbers.
    pub pca_squared_error: f64,
    /// How many principal components those were.
    pub pca_components: usize,
}
