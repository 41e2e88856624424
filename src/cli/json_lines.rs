//! The JSON lines of `train --json`: the terms of the objective, and progress.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::{Progress, StagePlan};
use crate::train::Metrics;

/// The terms of the objective, per image.
#[derive(Debug, Serialize)]
pub(super) struct Terms {
    pub(super) objective: f64,
    pub(super) reconstruction: f64,
    /// Every penalty by its word, unweighted.
    #[serde(flatten)]
    pub(super) penalties: BTreeMap<&'static str, f64>,
    /// Squared error of the reconstruction from the code itself, per pixel; measured by evaluations only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mse_per_pixel: Option<f64>,
}

impl Terms {
    pub(super) fn new(metrics: &Metrics, pixels: usize) -> Self {
        Self {
            objective: metrics.objective,
            reconstruction: metrics.reconstruction,
            penalties: metrics.penalties().map(|(penalty, value)| (penalty.word(), value)).collect(),
            mse_per_pixel: metrics.squared_error.map(|error| error / pixels as f64),
        }
    }
}

/// One line of progress.
#[derive(Debug, Serialize)]
pub(super) struct ProgressLine {
    event: &'static str,
    /// The stage in words, such as `layer 2 of 4`.
    stage: String,
    epoch: u64,
    step: u64,
    seconds: f64,
    images_per_second: f64,
    train: Option<Terms>,
    held_out: Option<Terms>,
}

impl ProgressLine {
    /// The progress of a run with these stages.
    pub(super) fn new(progress: &Progress, plan: &StagePlan, pixels: usize) -> Self {
        let Progress { step, epoch, stage, images_per_second, seconds, train, held_out } = progress;
        let terms = |metrics: &Option<Metrics>| metrics.as_ref().map(|metrics| Terms::new(metrics, pixels));
        Self {
            event: "progress",
            stage: plan.name(*stage),
            epoch: *epoch,
            step: *step,
            seconds: *seconds,
            images_per_second: *images_per_second,
            train: terms(train),
            held_out: terms(held_out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Penalty;

    #[test]
    fn terms_name_every_penalty_and_give_the_error_per_pixel() {
        let mut metrics =
            Metrics { objective: 3.0, reconstruction: 2.0, squared_error: Some(7.84), ..Metrics::default() };
        metrics.set_penalty(Penalty::Kl, 1.0);
        let terms = serde_json::to_string(&Terms::new(&metrics, 784)).unwrap();
        assert_eq!(terms, r#"{"objective":3.0,"reconstruction":2.0,"kl":1.0,"mse_per_pixel":0.01}"#);
    }
}
