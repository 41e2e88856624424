//! A grid of places on a plane of latent space: where its tiles lie and which codes they are. Pure arithmetic.

use crate::insight::plane::LatentPlane;

/// Which plane of latent space to decode, and how finely.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedLattice {
    /// The plane.
    pub plane: LatentPlane,
    /// Places on it, at the centres of the leftmost and rightmost tiles.
    pub x: [f32; 2],
    /// Places on it, at the centres of the lowest and highest tiles.
    pub y: [f32; 2],
    /// Tiles to the right.
    pub columns: usize,
    /// Tiles upwards.
    pub rows: usize,
}

impl WantedLattice {
    /// Where the columns and the rows lie on the plane, from the left and from the top.
    pub(super) fn places(&self) -> [Vec<f32>; 2] {
        let at = |[from, to]: [f32; 2], i: usize, n: usize| match n {
            0 | 1 => (from + to) / 2.0,
            n => from + (to - from) * i as f32 / (n - 1) as f32,
        };
        let along = |range: [f32; 2], n: usize| (0..n).map(|i| at(range, i, n)).collect();
        [along(self.x, self.columns), along([self.y[1], self.y[0]], self.rows)]
    }

    /// The code at a place of the plane, as long as the network's.
    pub(super) fn code_at(&self, place: [f32; 2], size: usize) -> Vec<f32> {
        let mut code = self.plane.at(place);
        code.resize(size, 0.0);
        code
    }

    /// The codes of the tiles, row by row from the top.
    pub(super) fn codes(&self, size: usize) -> Vec<f32> {
        let [columns, rows] = self.places();
        let mut codes = Vec::with_capacity(self.columns * self.rows * size);
        for y in rows {
            for x in &columns {
                codes.extend(self.code_at([*x, y], size));
            }
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_begins_at_the_top_left_and_holds_the_other_axes() {
        let plane = LatentPlane::of_axes([2, 0], 3, &[9.0, 5.0]);
        let lattice = WantedLattice { plane, x: [-1.0, 1.0], y: [-2.0, 2.0], columns: 3, rows: 2 };
        let codes = lattice.codes(3);
        assert_eq!(codes.len(), 18);
        assert_eq!(codes[..6], [2.0, 5.0, -1.0, 2.0, 5.0, 0.0]);
        assert_eq!(codes[15..], [-2.0, 5.0, 1.0]);
    }

    #[test]
    fn a_code_of_one_number_has_a_line() {
        let plane = LatentPlane::of_axes([0, 1], 1, &[]);
        let lattice = WantedLattice { plane, x: [0.0, 4.0], y: [0.0, 1.0], columns: 5, rows: 1 };
        assert_eq!(lattice.codes(1), [0.0, 1.0, 2.0, 3.0, 4.0]);
    }
}
