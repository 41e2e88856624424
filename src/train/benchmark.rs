//! Measures how fast a recipe trains and decodes on a device, after a warm-up.
//!
//! A step includes its batch, its noise, forward and backward pass, the optimiser, and reading the losses as often as
//! a run does. Results are medians, because other programs can only make a measurement slower.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use super::learner::Learner;
use super::read::{ReadError, read};
use crate::data::{DataError, Dataset, Feed};
use crate::recipe::Recipe;

/// Codes of a lattice: 20 × 20.
pub const LATTICE: usize = 400;
/// Measurements that the median is taken over.
const MEASUREMENTS: usize = 5;
/// The fewest steps of the warm-up: the first ones allocate memory and compile kernels.
const WARM_UP: usize = 10;
/// Steps between two reads of a loss, as in the engine.
const CADENCE: usize = 8;
/// The fewest decodes that the median is taken over.
const DECODES: usize = 5;

/// The speed of a recipe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Training images per second.
    pub images_per_second: f64,
    /// Milliseconds to decode one code and copy the image to the host.
    pub decode_one_ms: f64,
    /// Milliseconds to decode [`LATTICE`] codes and copy the images to the host.
    pub decode_lattice_ms: f64,
}

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    /// The images do not fit the recipe.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The device failed.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Measures a recipe for about `seconds` seconds.
pub fn measure(
    recipe: &Recipe,
    dataset: &Arc<Dataset>,
    device: &Device,
    seconds: f64,
) -> Result<Speed, BenchmarkError> {
    let mut feed = Feed::of(recipe, Arc::clone(dataset))?;
    let mut learner = Learner::new(recipe, dataset.shape.dims(), feed.steps_per_epoch(), device);
    // Warm-up and both kinds of decoding take as long as one measurement of training each.
    let time = Duration::from_secs_f64((seconds / (MEASUREMENTS + 3) as f64).max(0.0));
    train_for(&mut learner, recipe, &mut feed, WARM_UP, time)?;
    let mut rates = Vec::new();
    for _ in 0..MEASUREMENTS {
        rates.push(train_for(&mut learner, recipe, &mut feed, CADENCE, time)?);
    }
    Ok(Speed {
        images_per_second: median(rates),
        decode_one_ms: decode(&learner, 1, time)?,
        decode_lattice_ms: decode(&learner, LATTICE, time)?,
    })
}

/// Trains for `time`, but at least `least` steps. Returns images per second.
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

/// The median time to decode `codes` codes, in milliseconds.
fn decode(learner: &Learner, codes: usize, time: Duration) -> Result<f64, ReadError> {
    let model = learner.model();
    let size = learner.code_size();
    let points: Vec<f32> = (0..codes * size).map(|i| (i as f32 * 0.37).sin()).collect();
    read(model.decode(learner.codes(&points)))?;
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < DECODES || start.elapsed() < time {
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
    fn the_median_ignores_one_slow_measurement() {
        assert_eq!(median(vec![9.0, 10.0, 1.0, 11.0, 10.0]), 10.0);
    }
}
