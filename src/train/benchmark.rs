//! How fast a recipe learns and decodes on a device: whole optimiser steps and decoded codes, after warming up.
//!
//! A step counts with everything it needs: its batch, its draws, forward, backward, the optimiser, and reading the
//! losses as often as a run does. Medians, since other programs only ever make things slower.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use super::learner::Learner;
use super::read::{ReadError, read};
use crate::data::{DataError, Dataset, Feed};
use crate::recipe::Recipe;

/// Codes of a lattice: 20 × 20.
pub const LATTICE: usize = 400;
/// Stretches of steps that the median is taken over.
const STRETCHES: usize = 5;
/// Steps before anything counts, on top of the time for it: the first ones prepare memory and kernels.
const WARM_UP: usize = 10;
/// Steps between two reads of a loss, as the engine reads them.
const CADENCE: usize = 8;
/// Fewest decodes that the median is taken over.
const DECODES: usize = 5;

/// How fast a recipe is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Training images per second.
    pub images_per_second: f64,
    /// Milliseconds to decode one code and bring the image to the host.
    pub decode_one_ms: f64,
    /// Milliseconds to decode [`LATTICE`] codes and bring the images to the host.
    pub decode_lattice_ms: f64,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    /// The images do not fit the recipe.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The device did not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Measures a recipe for about so many seconds.
pub fn measure(
    recipe: &Recipe,
    dataset: &Arc<Dataset>,
    device: &Device,
    seconds: f64,
) -> Result<Speed, BenchmarkError> {
    let mut feed = Feed::new(Arc::clone(dataset), recipe.training.batch, recipe.seed)?;
    let mut learner = Learner::new(recipe, dataset.shape.dims(), feed.steps_per_epoch(), device);
    // Training gets most of the time, warming up and each kind of decoding a share like one stretch of it.
    let stretch = Duration::from_secs_f64((seconds / (STRETCHES + 3) as f64).max(0.0));
    train_for(&mut learner, recipe, &mut feed, WARM_UP, stretch)?;
    let mut rates = Vec::new();
    for _ in 0..STRETCHES {
        rates.push(train_for(&mut learner, recipe, &mut feed, CADENCE, stretch)?);
    }
    Ok(Speed {
        images_per_second: median(rates),
        decode_one_ms: decode(&learner, 1, stretch)?,
        decode_lattice_ms: decode(&learner, LATTICE, stretch)?,
    })
}

/// Trains for a while, but at least so many steps; answers with images per second.
fn train_for(
    learner: &mut Learner,
    recipe: &Recipe,
    feed: &mut Feed,
    least: usize,
    time: Duration,
) -> Result<f64, ReadError> {
    let since = Instant::now();
    let mut steps = 0;
    while steps < least || since.elapsed() < time {
        for _ in 1..CADENCE {
            let step = learner.step_number();
            learner.step(feed.batch(step), recipe);
        }
        let step = learner.step_number();
        read(learner.step(feed.batch(step), recipe).terms)?;
        steps += CADENCE;
    }
    Ok((steps * feed.batch_size()) as f64 / since.elapsed().as_secs_f64())
}

/// The median time to decode so many codes, in milliseconds.
fn decode(learner: &Learner, codes: usize, time: Duration) -> Result<f64, ReadError> {
    let model = learner.model();
    let size = learner.code_size();
    let points: Vec<f32> = (0..codes * size).map(|i| (i as f32 * 0.37).sin()).collect();
    read(model.decode(learner.codes(&points)))?;
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.len() < DECODES || begun.elapsed() < time {
        let since = Instant::now();
        read(model.decode(learner.codes(&points)))?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_one_slow_stretch() {
        assert_eq!(median(vec![9.0, 10.0, 1.0, 11.0, 10.0]), 10.0);
    }
}
