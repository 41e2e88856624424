//! A flat plane through latent space: what a map of a code of many numbers shows. Pure arithmetic.

/// A plane through latent space, with coordinates to the right and up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatentPlane {
    /// The code at the place (0, 0); numbers that are missing are zero.
    pub origin: Vec<f32>,
    /// The direction to the right, of length one.
    pub right: Vec<f32>,
    /// The direction up, of length one and at a right angle to the other; all zero for a code of one number.
    pub up: Vec<f32>,
    /// What the two directions are called: `z1`, or `1st principal axis`.
    pub names: [String; 2],
}

impl LatentPlane {
    /// The plane of two numbers of the code; the others are held where `rest` says, which is zero where it is shorter.
    /// The same number twice is a line.
    pub fn of_axes([right, up]: [usize; 2], dimensions: usize, rest: &[f32]) -> Self {
        let along = |axis: usize| -> Vec<f32> { (0..dimensions).map(|k| f32::from(k == axis)).collect() };
        let name = |axis: usize| format!("z{}", axis + 1);
        let is_shown = |k: usize| k == right || k == up;
        let held = |k: usize| if is_shown(k) { 0.0 } else { rest.get(k).copied().unwrap_or(0.0) };
        let is_line = right == up || dimensions < 2;
        Self {
            origin: (0..dimensions).map(held).collect(),
            right: along(right),
            up: if is_line { vec![0.0; dimensions] } else { along(up) },
            names: [name(right), if is_line { String::new() } else { name(up) }],
        }
    }

    /// The code at a place.
    pub fn at(&self, [x, y]: [f32; 2]) -> Vec<f32> {
        let directions = self.right.iter().zip(&self.up);
        let steps = directions.map(|(right, up)| x * right + y * up).enumerate();
        steps.map(|(k, step)| step + self.origin.get(k).copied().unwrap_or(0.0)).collect()
    }

    /// Where a code lies when looked at straight from above.
    pub fn place(&self, code: &[f32]) -> [f32; 2] {
        let along = |direction: &[f32]| {
            let parts = code.iter().zip(direction).enumerate();
            parts.map(|(k, (z, d))| (z - self.origin.get(k).copied().unwrap_or(0.0)) * d).sum()
        };
        [along(&self.right), along(&self.up)]
    }

    /// Whether it has no second direction.
    pub fn is_line(&self) -> bool {
        self.up.iter().all(|step| *step == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_on_two_numbers_holds_the_others() {
        let plane = LatentPlane::of_axes([2, 0], 4, &[9.0, 5.0, 9.0]);
        assert_eq!(plane.at([1.0, -2.0]), [-2.0, 5.0, 1.0, 0.0]);
        assert_eq!(plane.place(&[-2.0, 5.0, 1.0, 0.0]), [1.0, -2.0]);
        assert_eq!(plane.place(&[-2.0, 77.0, 1.0, 0.3]), [1.0, -2.0], "seen from above");
        assert_eq!(plane.names, ["z3", "z1"].map(str::to_owned));
    }

    #[test]
    fn slanted_directions_go_there_and_back() {
        let (c, s) = (0.6, 0.8);
        let plane = LatentPlane {
            origin: vec![1.0, 2.0, 3.0],
            right: vec![c, s, 0.0],
            up: vec![0.0, 0.0, 1.0],
            names: Default::default(),
        };
        let there = plane.at([2.0, -1.0]);
        let back = plane.place(&there);
        for (got, want) in back.into_iter().chain(there).zip([2.0, -1.0, 2.2, 3.6, 2.0]) {
            assert!((got - want).abs() < 1e-6, "got {got}, want {want}");
        }
    }

    #[test]
    fn a_code_of_one_number_is_a_line() {
        let line = LatentPlane::of_axes([0, 1], 1, &[]);
        assert!(line.is_line() && !LatentPlane::of_axes([0, 1], 2, &[]).is_line());
        assert_eq!(line.at([1.5, 9.0]), [1.5]);
        assert_eq!(line.names, ["z1".to_owned(), String::new()]);
    }
}
