//! The square of a plane that a map of points shows.

/// A square with sides along the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    /// Its middle.
    pub center: [f64; 2],
    /// Half its side.
    pub half: f64,
}

impl Square {
    /// A square around all finite points, or around all but the outermost hundredth where a few strays would shrink the
    /// rest to a blot. With `least` above zero it reaches at least that far from the origin. `None` without a finite point.
    pub fn around(points: &[[f64; 2]], least: f64) -> Option<Self> {
        let finite = |point: &&[f64; 2]| point.iter().all(|value| value.is_finite());
        let points: Vec<[f64; 2]> = points.iter().filter(finite).copied().collect();
        if points.is_empty() {
            return None;
        }
        let widest = |ends: [[f64; 2]; 2]| ends.iter().map(|[low, high]| high - low).fold(0.0, f64::max);
        let all = bounds(&points, 0);
        let most = bounds(&points, points.len() / 200);
        let mut ends = all;
        if widest(all) > 2.0 * widest(most) {
            // Only the strays go: who is near the others stays in the frame.
            let near = most.map(|[low, high]| [low - (high - low) / 4.0, high + (high - low) / 4.0]);
            let is_near = |point: &&[f64; 2]| {
                near.iter().zip(*point).all(|([low, high], value)| (low..=high).contains(&value))
            };
            let kept: Vec<[f64; 2]> = points.iter().filter(is_near).copied().collect();
            ends = if kept.is_empty() { most } else { bounds(&kept, 0) };
        }
        if least > 0.0 {
            ends = ends.map(|[low, high]| [low.min(-least), high.max(least)]);
        }
        let half = ends.iter().map(|[low, high]| (high - low) / 2.0).fold(0.0, f64::max);
        let center = ends.map(|[low, high]| low + (high - low) / 2.0);
        // A single point, or all on one spot, still gets a plane around it.
        let smallest = center[0].abs().max(center[1].abs()) * 1e-6 + if half > 0.0 { 0.0 } else { 1.0 };
        Some(Self { center, half: (half * 1.06).max(smallest) })
    }

    /// Whether a point is inside.
    pub fn holds(&self, point: [f64; 2]) -> bool {
        (0..2).all(|axis| (point[axis] - self.center[axis]).abs() <= self.half)
    }

    /// The ends of both axes.
    pub fn ranges(&self) -> [[f64; 2]; 2] {
        self.center.map(|center| [center - self.half, center + self.half])
    }
}

/// The lowest and highest value of both coordinates, leaving out so many strays at each end. There must be more than
/// twice as many points.
fn bounds(points: &[[f64; 2]], strays: usize) -> [[f64; 2]; 2] {
    [0, 1].map(|axis| {
        let mut values: Vec<f64> = points.iter().map(|point| point[axis]).collect();
        values.sort_by(f64::total_cmp);
        [values[strays], values[values.len() - 1 - strays]]
    })
}

/// A number that orders indices as if drawn by lot, and always the same: in the order of the data, classes that come last
/// would cover the others.
pub fn shuffled(index: usize) -> u64 {
    // Multiplying by an odd number near 2^64 divided by the golden ratio spreads neighbours far apart.
    (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays_are_left_out_and_one_point_has_a_plane_around_it() {
        let grid = |k: usize| [(k % 20) as f64 / 20.0, (k / 20) as f64 / 20.0];
        let mut points: Vec<[f64; 2]> = (0..400).map(grid).collect();
        let square = Square::around(&points, 0.0).expect("points");
        assert!(square.half < 0.6 && points.iter().all(|point| square.holds(*point)));
        points.extend([[1e3, 0.0], [f64::NAN, 0.0]]);
        let with_strays = Square::around(&points, 0.0).expect("points");
        assert!(with_strays.half < 1.0 && !with_strays.holds([1e3, 0.0]));
        assert!(Square::around(&points, 2.0).expect("points").holds([-2.0, 2.0]));
        assert!(Square::around(&[[3.0, 4.0]], 0.0).expect("a point").half > 0.0);
        assert_eq!(Square::around(&[[f64::NAN, 0.0]], 0.0), None);
    }
}
