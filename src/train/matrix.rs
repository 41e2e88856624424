//! Matrix products over plain slices in f64, on one thread, so that the same numbers give the same result to the last
//! bit.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// Rows in a slice as the columns of a column-major matrix.
pub(super) fn columns(rows: &[f64], length: usize, count: usize) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(&rows[..length * count], length, count)
}

/// Sets `out` to `scale`·left·right, or adds it.
pub(super) fn product(
    out: &mut [f64],
    rows: usize,
    count: usize,
    left: MatRef<'_, f64>,
    right: MatRef<'_, f64>,
    accum: Accum,
    scale: f64,
) {
    let out = MatMut::from_column_major_slice_mut(out, rows, count);
    matmul(out, accum, left, right, scale, Par::Seq);
}
