//! Everything a figure is drawn from, on the host, of one moment of one run.

use super::bench::WorkBench;
use super::jobs::{MOST_TILES, lattice_codes};
use super::message::LatticeAsk;
use super::run::Run;
use crate::train::evaluate::CHUNK;
use crate::train::read::{ReadError, read};

/// Tiles in a row and in a column of a figure's lattice, where nothing else is asked.
const TILES: usize = 20;
/// A lattice of a Gaussian code covers the prior out to this many σ.
const PRIOR_REACH: f32 = 2.5;

/// What figures are drawn from.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The run's step.
    pub step: u64,
    /// Numbers per code.
    pub dimensions: usize,
    /// The codes of the cloud's images, one after the other.
    pub codes: Vec<f32>,
    /// The examples.
    pub inputs: Vec<f32>,
    /// Their reconstructions.
    pub outputs: Vec<f32>,
    /// The plane that was decoded.
    pub lattice: LatticeAsk,
    /// Its tiles, row by row from the top.
    pub tiles: Vec<f32>,
    /// The point that was decoded.
    pub point: Vec<f32>,
    /// The image decoded there.
    pub decoded: Vec<f32>,
}

/// Computes a snapshot at once; it takes a fraction of a second, and somebody is waiting for it.
pub(super) fn take(
    run: &Run,
    bench: &WorkBench,
    lattice: Option<LatticeAsk>,
    point: Option<Vec<f32>>,
) -> Result<Snapshot, ReadError> {
    let learner = &run.learner;
    let model = learner.model();
    let size = learner.code_size();
    let codes = in_chunks(&bench.cloud, size, |chunk| {
        let mut images = Vec::new();
        bench.dataset.write_f32(chunk, &mut images);
        read(model.encode(learner.images(&images, learner.device())).code)
    })?;
    let lattice = lattice.unwrap_or_else(|| plane(&codes, size, run.recipe.is_variational()));
    let wanted = lattice_codes(&lattice, size);
    let points: Vec<&[f32]> = wanted.chunks(size).take(MOST_TILES).collect();
    let tiles =
        in_chunks(&points, learner.pixels(), |chunk| read(model.decode(learner.codes(&chunk.concat()))))?;
    let x = learner.images(&bench.example_pixels, learner.device());
    let outputs = read(model.decode(model.encode(x).code))?;
    let mut point = point.unwrap_or_default();
    point.resize(size, 0.0);
    let decoded = read(model.decode(learner.codes(&point)))?;
    let (step, inputs) = (learner.step_number(), bench.example_pixels.clone());
    Ok(Snapshot { step, dimensions: size, codes, inputs, outputs, lattice, tiles, point, decoded })
}

/// Works on full chunks only, so that a GPU meets one shape; what was added is cut off again.
fn in_chunks<T: Copy>(
    items: &[T],
    width: usize,
    mut work: impl FnMut(&[T]) -> Result<Vec<f32>, ReadError>,
) -> Result<Vec<f32>, ReadError> {
    let mut all = Vec::with_capacity(items.len() * width);
    for chunk in items.chunks(CHUNK) {
        let mut padded = chunk.to_vec();
        padded.resize(CHUNK, chunk[0]);
        let numbers = work(&padded)?;
        all.extend_from_slice(&numbers[..chunk.len() * width]);
    }
    Ok(all)
}

/// The plane worth showing: the prior of a Gaussian code, the middle of the cloud of a plain one.
fn plane(codes: &[f32], size: usize, is_variational: bool) -> LatticeAsk {
    let axes = [0, 1.min(size - 1)];
    let reach = |axis: usize| {
        if is_variational {
            return [-PRIOR_REACH, PRIOR_REACH];
        }
        let mut values: Vec<f32> =
            codes.chunks(size).map(|code| code[axis]).filter(|x| x.is_finite()).collect();
        values.sort_by(f32::total_cmp);
        let at = |share: f64| values.get((share * (values.len().saturating_sub(1)) as f64) as usize).copied();
        [at(0.02).unwrap_or(-1.0), at(0.98).unwrap_or(1.0)]
    };
    let rows = if size == 1 { 1 } else { TILES };
    LatticeAsk { axes, x: reach(axes[0]), y: reach(axes[1]), columns: TILES, rows, rest: Vec::new() }
}
