//! What was chosen for the panel of samples.

use serde::{Deserialize, Serialize};

/// How codes are sampled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SampleChoice {
    /// Which draw is shown, counted from 1; with the seed of the run it gives the same codes again.
    pub draw: u64,
    /// The standard deviation, relative to that of the prior.
    pub temperature: f32,
    /// Whether codes lie at equally likely steps along the axes of the map, in place of random ones.
    pub are_quantiles: bool,
    /// Samples across and down, where a number was chosen; without it as many as fit.
    pub across: Option<usize>,
}

impl Default for SampleChoice {
    fn default() -> Self {
        Self { draw: 1, temperature: 1.0, are_quantiles: false, across: None }
    }
}
