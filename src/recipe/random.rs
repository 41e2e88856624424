//! Independent streams of random numbers from the seed of an experiment.
//!
//! All random numbers of the program come from here: weights, the order of the images, ε, corruption. A stream is
//! determined by (seed, purpose, step) and not by what was drawn before, so that a run can be resumed, replayed or run
//! beside others and still gets the same numbers on every device. Burn's own generators are not used: they are global
//! to the process and differ between backends.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// What a stream of random numbers is for. The numbers are part of every saved experiment: never reuse or change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights; the step is the number of the layer.
    Weights = 1,
    /// The order of the training images; the step is the epoch.
    Order = 2,
    /// ε of a Gaussian code while training; the step is the training step.
    Epsilon = 3,
    /// ε of a Gaussian code while evaluating; the step is the index of the image.
    EvaluationEpsilon = 4,
    /// Which images are held out.
    Split = 5,
    /// The built-in digits; the step is the index of the image.
    Digits = 6,
    /// The built-in shapes; the step is the index of the image.
    Shapes = 7,
    /// The corruption of the images of a training step; the step is the training step.
    Corruption = 8,
    /// The corruption of an image while evaluating; the step is the index of the image.
    EvaluationCorruption = 9,
    /// Which units and connections are dropped; the step is the training step.
    Drops = 10,
    /// Random directions of a Jacobian; the step is the training step.
    Probes = 11,
    /// Random directions of a Jacobian while evaluating; the step is the index of the image.
    EvaluationProbes = 12,
    /// Hidden states of a Boltzmann machine; the step is the training step.
    Gibbs = 13,
    /// Samples drawn from a Boltzmann machine; the step is the training step.
    Dream = 14,
    /// The first atoms of a dictionary, and those that replace unused ones; the step is the training step.
    Atoms = 15,
    /// Codes drawn from the prior for display; the step is the number of the draw.
    Prior = 16,
    /// Units removed to measure their importance; the step is the number of the draw.
    Ablation = 17,
    /// Directions in latent space along which the change of the image is measured; the step is always zero.
    Directions = 18,
    /// Codes drawn from the posterior of an image for display; the step is the number of the draw.
    Posterior = 19,
    /// Which connections are deleted; the step is the number of the layer.
    Pruning = 20,
    /// The codes that k-means begins with; the step is the number of the beginning.
    Clusters = 21,
    /// Importance samples of the code of an image; the step is the index of the image.
    Importance = 22,
    /// Which images are labelled where there are few labels; the step is the number of the draw.
    FewLabels = 23,
    /// Images with a factor in common that vote for a number of the code; the step is always zero.
    Votes = 24,
    /// Images made for a classifier with few labels; the step is the number of the draw.
    Augmentation = 25,
    /// Directions from which the principal components of large images are found; the step is the number of pixels.
    Components = 26,
}

/// The stream of random numbers for one purpose at one step.
pub fn stream(seed: u64, purpose: Purpose, step: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (place, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, step, NAMESPACE]) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// Separates these streams from other uses of the same generator with small keys.
const NAMESPACE: u64 = u64::from_le_bytes(*b"hourglas");
