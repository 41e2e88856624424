//! Paths between two codes, and sums of codes.
//!
//! A path is a straight line, or an arc about the origin, which keeps the distance from the origin where both ends have
//! the same: the codes of a Gaussian prior lie on a shell, and a straight line cuts through its empty middle.

/// The code at a fraction of the straight line between two codes.
pub fn straight(from: &[f32], to: &[f32], fraction: f32) -> Vec<f32> {
    from.iter().zip(to).map(|(a, b)| a + (b - a) * fraction).collect()
}

/// The code at a fraction of the arc about the origin between two codes, at a steady angle (Shoemake's slerp). Falls
/// back to a straight line where the arc is not unique: an end is the origin, or the ends are opposite.
pub fn arc(from: &[f32], to: &[f32], fraction: f32) -> Vec<f32> {
    let length = |code: &[f32]| dot(code, code).sqrt();
    let lengths = length(from) * length(to);
    if lengths <= f64::MIN_POSITIVE {
        return straight(from, to, fraction);
    }
    let angle = (dot(from, to) / lengths).clamp(-1.0, 1.0).acos();
    let whole = angle.sin();
    if whole < 1e-4 {
        return straight(from, to, fraction);
    }
    let fraction = f64::from(fraction);
    let (a, b) = (((1.0 - fraction) * angle).sin() / whole, (fraction * angle).sin() / whole);
    from.iter().zip(to).map(|(from, to)| (a * f64::from(*from) + b * f64::from(*to)) as f32).collect()
}

/// a − b + c, element by element.
pub fn sum(a: &[f32], b: &[f32], c: &[f32]) -> Vec<f32> {
    a.iter().zip(b).zip(c).map(|((a, b), c)| a - b + c).collect()
}

/// The Euclidean distance of two codes.
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(got: &[f32], want: &[f32]) {
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {got}, want {want}, tolerance 1e-5");
        }
    }

    #[test]
    fn an_arc_keeps_its_distance_from_the_origin_and_a_steady_angle() {
        let (from, to) = ([2.0, 0.0, 0.0], [0.0, 0.0, 2.0]);
        for k in 0..=8 {
            let fraction = k as f32 / 8.0;
            let (sin, cos) = (fraction * std::f32::consts::FRAC_PI_2).sin_cos();
            assert_near(&arc(&from, &to, fraction), &[2.0 * cos, 0.0, 2.0 * sin]);
            assert_near(&straight(&from, &to, fraction), &[2.0 - 2.0 * fraction, 0.0, 2.0 * fraction]);
        }
        // With ends at other distances, the middle is their sum over √2.
        let got = arc(&[3.0, 0.0], &[0.0, 1.0], 0.5);
        assert_near(&got, &[3.0 / 2.0_f32.sqrt(), 1.0 / 2.0_f32.sqrt()]);
        assert_near(&arc(&[3.0, 0.0], &[0.0, 1.0], 1.0), &[0.0, 1.0]);
    }

    #[test]
    fn a_path_is_straight_where_the_arc_is_not_unique() {
        for (from, to) in [([0.0, 0.0], [2.0, 1.0]), ([1.0, 2.0], [2.0, 4.0]), ([1.0, 0.0], [-1.0, 0.0])] {
            assert_near(&arc(&from, &to, 0.25), &straight(&from, &to, 0.25));
        }
    }

    #[test]
    fn a_sum_of_codes_is_taken_element_by_element() {
        assert_eq!(sum(&[5.0, 1.0], &[2.0, 3.0], &[0.5, 0.5]), [3.5, -1.5]);
    }
}
