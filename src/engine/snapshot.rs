//! Everything a figure is drawn from, on the host, of one moment of one run.

use super::jobs::{MOST_TILES, all_cards};
use super::lattice::WantedLattice;
use super::target::Target;
use super::view::Snapshot;
use super::wants::WantedSheet;
use crate::insight::plane::LatentPlane;
use crate::train::evaluate::{CHUNK, corrupted};
use crate::train::read::{ReadError, read};

/// Tiles in a row and in a column of a figure's lattice, where nothing else is asked.
const TILES: usize = 20;
/// A lattice of a Gaussian code covers the prior out to this many σ.
const PRIOR_REACH: f32 = 2.5;
/// A lattice of a plain code leaves out this share of the codes at either end of an axis.
const STRAYS: f64 = 0.02;

/// What is decoded in a snapshot.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// A plane; without one, that of the two axes along which the codes vary most.
    pub(super) lattice: Option<WantedLattice>,
    /// A point; without one, the origin.
    pub(super) point: Option<Vec<f32>>,
    /// Points side by side, if any.
    pub(super) sheet: Option<WantedSheet>,
}

/// Computes a snapshot at once; it takes a fraction of a second, and somebody is waiting for it.
pub(super) fn take(target: &Target<'_>, contents: Contents) -> Result<Snapshot, ReadError> {
    let Contents { lattice, point, sheet } = contents;
    let Target { learner, gallery, recipe, .. } = target;
    let model = learner.model();
    let size = learner.code_size();
    let codes = in_chunks(&gallery.cloud, size, |chunk| {
        let mut images = Vec::new();
        gallery.dataset.write_f32(chunk, &mut images);
        read(model.encode(learner.images(&images, learner.device())).code)
    })?;
    let lattice = lattice.unwrap_or_else(|| plane(&codes, size, recipe.is_variational()));
    let tiles_of = |codes: Vec<f32>| {
        let points: Vec<&[f32]> = codes.chunks(size).take(MOST_TILES).collect();
        in_chunks(&points, learner.pixels(), |chunk| read(model.decode(learner.codes(&chunk.concat()))))
    };
    let tiles = tiles_of(lattice.codes(size))?;
    let sheet = tiles_of(sheet.map(|wanted| wanted.codes(size)).unwrap_or_default())?;
    let inputs = gallery.example_pixels.clone();
    let corrupted = corrupted(recipe, learner.dims(), &inputs, &gallery.examples);
    let given = learner.images(corrupted.as_ref().unwrap_or(&inputs), learner.device());
    let outputs = read(learner.so_far().reconstruct(given))?;
    let mut point = point.unwrap_or_default();
    point.resize(size, 0.0);
    let decoded = read(model.decode(learner.codes(&point)))?;
    let step = learner.step_number();
    let cards = all_cards(target)?;
    Ok(Snapshot {
        step,
        dimensions: size,
        codes,
        inputs,
        corrupted,
        outputs,
        lattice,
        tiles,
        point,
        decoded,
        sheet,
        cards,
    })
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

/// The plane worth showing: of the two axes along which the codes vary most, as far as the prior of a Gaussian code
/// reaches, or the middle of the cloud of a plain one. The other axes are held at their mean, or at the prior's.
fn plane(codes: &[f32], size: usize, is_variational: bool) -> WantedLattice {
    let axes: Vec<Vec<f32>> = (0..size).map(|axis| along(codes, size, axis)).collect();
    let moments: Vec<(f64, f64)> = axes.iter().map(|values| moments(values)).collect();
    let reach = |axis: usize| {
        if is_variational {
            return [-PRIOR_REACH, PRIOR_REACH];
        }
        let values = &axes[axis];
        let at = |share: f64| values.get((share * (values.len().saturating_sub(1)) as f64) as usize).copied();
        [at(STRAYS).unwrap_or(-1.0), at(1.0 - STRAYS).unwrap_or(1.0)]
    };
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| moments[*b].1.total_cmp(&moments[*a].1));
    let mut shown = [order[0], order[1.min(size - 1)]];
    shown.sort_unstable();
    let rest: Vec<f32> =
        moments.iter().map(|(mean, _)| if is_variational { 0.0 } else { *mean as f32 }).collect();
    let rows = if size == 1 { 1 } else { TILES };
    let plane = LatentPlane::of_axes(shown, size, &rest);
    WantedLattice { plane, x: reach(shown[0]), y: reach(shown[1]), columns: TILES, rows }
}

/// The codes' numbers along one axis, in order; what is no number is left out.
fn along(codes: &[f32], size: usize, axis: usize) -> Vec<f32> {
    let mut values: Vec<f32> =
        codes.iter().skip(axis).step_by(size).copied().filter(|x| x.is_finite()).collect();
    values.sort_by(f32::total_cmp);
    values
}

/// Mean and variance.
fn moments(values: &[f32]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().copied().map(f64::from).sum::<f64>() / n;
    let variance = values.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_runs_along_the_axes_that_vary_most() {
        // Four codes of three numbers: the second axis never moves, the third moves most.
        let codes = [0.0, 5.0, -4.0, 1.0, 5.0, 4.0, 0.0, 5.0, -4.0, 1.0, 5.0, 4.0];
        let wanted = plane(&codes, 3, false);
        assert_eq!(wanted.plane, LatentPlane::of_axes([0, 2], 3, &[0.0, 5.0]));
        assert_eq!((wanted.x, wanted.y), ([0.0, 1.0], [-4.0, 4.0]));
        let prior = plane(&codes, 3, true);
        assert_eq!((prior.x, prior.plane.origin), ([-2.5, 2.5], vec![0.0; 3]));
    }

    #[test]
    fn a_code_of_one_number_has_one_row_and_poison_leaves_a_plane() {
        let line = plane(&[0.0, 1.0, 2.0], 1, false);
        assert_eq!((line.plane.is_line(), line.rows), (true, 1));
        let poisoned = plane(&[f32::NAN; 6], 2, false);
        assert_eq!((poisoned.x, poisoned.y), ([-1.0, 1.0], [-1.0, 1.0]));
        assert_eq!(poisoned.plane, LatentPlane::of_axes([0, 1], 2, &[]));
    }
}
