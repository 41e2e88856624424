//! The codes of images, projected onto the shown plane, whatever the number of dimensions. Pure.

use std::sync::Arc;

use crate::engine::{CloudView, LatentPlane, PrincipalProjection};

use super::geometry::{self, Latent};
use super::statistics;

/// Height of the strip over which codes of one number are spread, as a fraction of half their range.
const STRIP: f32 = 0.26;
/// An axis with less than this fraction of the largest variance is not shown by default.
const LIVELY: f32 = 0.1;

/// The codes as places on the shown plane.
#[derive(Debug)]
pub struct Cloud {
    codes: Arc<[f32]>,
    plane: LatentPlane,
    /// The images, in the order of the places.
    pub images: Arc<[u32]>,
    /// The squared error of each image, where it was measured.
    pub errors: Option<Arc<[f32]>>,
    /// The group of each code, where they were sorted into groups.
    pub groups: Option<Arc<[u8]>>,
    spreads: Option<Arc<[f32]>>,
    /// One place per code; NaN where the code is not finite or too far away.
    pub places: Arc<[Latent]>,
    /// How many codes are not finite.
    pub broken: usize,
    /// How many codes are too far away to be shown.
    pub far: usize,
    /// Goes up with every new cloud.
    pub version: u64,
}

impl Cloud {
    /// Projects codes onto a plane.
    pub fn new(view: &CloudView, plane: &LatentPlane, version: u64) -> Self {
        let rows = view.codes.chunks_exact(view.dimensions.max(1));
        let reach = if view.dimensions == 1 { reach(&view.codes) } else { 0.0 };
        let projected = view.projection.as_deref().and_then(|projection| Projected::of(projection, plane));
        let directions = [&plane.right, &plane.up].map(|direction| steps(direction, &plane.origin));
        let (mut broken, mut far) = (0, 0);
        let place = |(i, row): (usize, &[f32])| {
            if view.summary.broken.get(i) != Some(&false) {
                broken += 1;
                return [f32::NAN; 2];
            }
            let place = match (row, &projected) {
                ([only], _) => [*only, reach * strip_height(i)],
                (_, Some(projected)) => projected.place(i),
                _ => [0, 1].map(|axis| along(row, &directions[axis])),
            };
            if geometry::is_near(place) {
                return place;
            }
            far += 1;
            [f32::NAN; 2]
        };
        let places = rows.enumerate().map(place).collect();
        Self {
            codes: Arc::clone(&view.codes),
            plane: plane.clone(),
            images: Arc::clone(&view.images),
            errors: view.errors.clone(),
            groups: view.groups.clone(),
            spreads: view.spreads.clone(),
            places,
            broken,
            far,
            version,
        }
    }

    /// Whether this is the projection of these very codes onto this plane. A plane that is only shifted along its normal
    /// gives the same projection.
    pub fn is_of(&self, view: &CloudView, plane: &LatentPlane) -> bool {
        let is_same = (&self.plane.right, &self.plane.up) == (&plane.right, &plane.up);
        let middle = |plane: &LatentPlane| {
            [&plane.right, &plane.up].map(|direction| along(&plane.origin, &steps(direction, &[])))
        };
        let is_near = |(a, b): (f32, f32)| (a - b).abs() <= 1e-5 * a.abs().max(1.0);
        let is_above = || middle(&self.plane).into_iter().zip(middle(plane)).all(is_near);
        Arc::ptr_eq(&self.codes, &view.codes) && is_same && is_above()
    }

    /// The row of an image.
    pub fn row_of(&self, image: u32) -> Option<usize> {
        self.images.iter().position(|other| *other == image)
    }

    /// Whether codes are Gaussian and have a σ.
    pub fn has_spread(&self) -> bool {
        self.spreads.is_some()
    }

    /// The covariance of a Gaussian code on the plane: the variance to the right, the covariance, and the variance up.
    /// `None` where codes have no σ.
    pub fn spread(&self, row: usize) -> Option<[f32; 3]> {
        let dimensions = self.plane.right.len();
        let sigma = self.spreads.as_ref()?.chunks_exact(dimensions.max(1)).nth(row)?;
        Some(covariance(&self.plane, sigma))
    }

    /// How many codes are left out, in words; `None` where none is.
    pub fn complaint(&self) -> Option<String> {
        let broken = match self.broken {
            0 => None,
            1 => Some("1 code is not a number and is left out".to_owned()),
            n => Some(format!("{n} codes are not numbers and are left out")),
        };
        let far = match self.far {
            0 => None,
            1 => Some("1 code is more than a million from zero and is left out".to_owned()),
            n => Some(format!("{n} codes are more than a million from zero and are left out")),
        };
        let complaints: Vec<String> = broken.into_iter().chain(far).collect();
        (!complaints.is_empty()).then(|| complaints.join("; "))
    }
}

/// The axes to show of a longer code by default: those given, unless the codes hardly vary along one of them; then the two
/// along which they vary most.
pub fn lively_axes(view: &CloudView, axes: [usize; 2]) -> [usize; 2] {
    if view.dimensions < 3 {
        return axes;
    }
    let variances = statistics::variances(view).into_iter();
    let mut spreads: Vec<(f32, usize)> = variances.enumerate().map(|(axis, spread)| (spread, axis)).collect();
    let least = axes.map(|axis| spreads[axis].0).into_iter().fold(f32::INFINITY, f32::min);
    spreads.sort_by(|a, b| b.0.total_cmp(&a.0));
    if least > LIVELY * spreads[0].0 { axes } else { [spreads[0].1, spreads[1].1] }
}

/// The covariance on a plane of independent numbers with these standard deviations: Σσ²r², Σσ²ru, Σσ²u².
fn covariance(plane: &LatentPlane, sigma: &[f32]) -> [f32; 3] {
    let directions = plane.right.iter().zip(&plane.up).zip(sigma);
    directions.fold([0.0; 3], |[a, b, c], ((r, u), s)| {
        let variance = s * s;
        [a + variance * r * r, b + variance * r * u, c + variance * u * u]
    })
}

/// A plane along the principal axes that the trainer has projected the codes onto already: projecting codes of a thousand
/// numbers once more would take the window several frames.
struct Projected<'a> {
    places: &'a [Latent],
    /// For each direction of the plane: its principal axis, its sign, and the origin of the plane on that axis.
    axes: [(usize, f32, f32); 2],
}

impl<'a> Projected<'a> {
    /// `None` where the plane has other directions.
    fn of(projection: &'a PrincipalProjection, plane: &LatentPlane) -> Option<Self> {
        let axes = &projection.axes;
        let zero = axes.place(&plane.origin);
        let axis_along = |direction: &[f32]| {
            [(0, 1.0), (1, 1.0), (0, -1.0), (1, -1.0)].into_iter().find_map(|(axis, sign)| {
                let is_it = direction.len() == axes.axes[axis].len()
                    && direction.iter().zip(&axes.axes[axis]).all(|(a, b)| *a == sign * b);
                is_it.then_some((axis, sign, zero[axis]))
            })
        };
        Some(Self { places: &projection.places, axes: [axis_along(&plane.right)?, axis_along(&plane.up)?] })
    }

    fn place(&self, row: usize) -> Latent {
        let place = self.places.get(row).copied().unwrap_or([f32::NAN; 2]);
        self.axes.map(|(axis, sign, zero)| sign * (place[axis] - zero))
    }
}

/// The nonzero elements of a direction: index, origin of the plane there, and value. A plane of two numbers of a thousand
/// need not go through the others.
fn steps(direction: &[f32], origin: &[f32]) -> Vec<(usize, f32, f32)> {
    let steps = direction.iter().copied().enumerate().filter(|(_, step)| *step != 0.0);
    steps.map(|(number, step)| (number, origin.get(number).copied().unwrap_or(0.0), step)).collect()
}

/// The coordinate of a code along a direction, as in [`LatentPlane::place`].
fn along(code: &[f32], steps: &[(usize, f32, f32)]) -> f32 {
    let part = |(number, origin, step): &(usize, f32, f32)| Some((code.get(*number)? - origin) * step);
    steps.iter().filter_map(part).sum()
}

/// Half of the range between the first and the last percentile.
fn reach(numbers: &[f32]) -> f32 {
    let mut sorted: Vec<f32> = numbers.iter().copied().filter(|z| z.is_finite()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let out = sorted.len() / 100;
    match sorted.get(out..sorted.len() - out) {
        Some([low, .., high]) => 0.5 * (high - low),
        _ => 0.0,
    }
}

/// Codes of one number are on a line; spread over a strip, they do not hide each other. Multiples of the golden ratio are
/// spread evenly, however many there are.
fn strip_height(i: usize) -> f32 {
    STRIP * (2.0 * (i as f32 * 0.618_034).fract() - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Principal;

    fn view(dimensions: usize, codes: &[f32]) -> CloudView {
        CloudView::of_codes(1, dimensions, codes.into())
    }

    #[test]
    fn codes_that_are_not_finite_are_counted_and_left_out() {
        let view = view(2, &[1.0, 2.0, f32::NAN, 0.0, 3.0, f32::INFINITY, -1.0, 0.5]);
        let plane = LatentPlane::of_axes([0, 1], 2, &[]);
        let cloud = Cloud::new(&view, &plane, 1);
        assert_eq!(cloud.broken, 2);
        assert_eq!(cloud.complaint().as_deref(), Some("2 codes are not numbers and are left out"));
        assert_eq!(cloud.places.iter().filter(|place| place[0].is_finite()).count(), 2);
        assert!(cloud.is_of(&view, &plane) && !cloud.is_of(&view, &LatentPlane::of_axes([1, 0], 2, &[])));
    }

    #[test]
    fn shifting_the_plane_along_its_normal_moves_no_code_on_the_map() {
        let view = CloudView::of_codes(1, 3, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].into());
        let plane = LatentPlane::of_axes([0, 1], 3, &[0.0, 0.0, 7.0]);
        let cloud = Cloud::new(&view, &plane, 1);
        let moved = |origin: [f32; 3]| LatentPlane { origin: origin.to_vec(), ..plane.clone() };
        assert!(cloud.is_of(&view, &moved([0.0, 0.0, -50.0])), "it is shifted along its normal");
        assert!(!cloud.is_of(&view, &moved([0.5, 0.0, 7.0])), "its origin is elsewhere");
    }

    #[test]
    fn places_are_those_of_the_plane() {
        let codes: Vec<f32> = (0..80).map(|i| (i as f32 * 1.3).sin()).collect();
        let slanted = LatentPlane {
            origin: vec![0.5, -1.0, 0.0, 2.0],
            right: vec![0.5, 0.5, 0.5, 0.5],
            up: vec![0.6, -0.8, 0.0, 0.0],
            ..LatentPlane::default()
        };
        for plane in [LatentPlane::of_axes([3, 1], 4, &[1.0, 2.0, 3.0, 4.0]), slanted] {
            let cloud = Cloud::new(&view(4, &codes), &plane, 1);
            for (got, code) in cloud.places.iter().zip(codes.chunks(4)) {
                assert_eq!(*got, plane.place(code));
            }
        }
    }

    #[test]
    fn codes_projected_by_the_trainer_are_where_the_plane_projects_them() {
        let mut codes: Vec<f32> = (0..5 * 60).map(|i| (i as f32 * 1.3).sin() * (1 + i % 5) as f32).collect();
        codes[7] = f32::NAN;
        let plain = view(5, &codes);
        let axes = Principal::of(&codes, &plain.summary, None).expect("a cloud");
        let places = codes.chunks(5).map(|code| axes.place(code)).collect();
        let [a, b] = axes.axes.clone();
        let turned: Vec<f32> = a.iter().map(|z| -z).collect();
        let laid =
            CloudView { projection: Some(Arc::new(PrincipalProjection { axes, places })), ..plain.clone() };
        let origin = vec![0.5, -1.0, 2.0, 0.25, 3.0];
        // The second axis to the right and the first, reversed, upwards; and a direction that is not a principal axis.
        for up in [turned, vec![1.0, 0.0, 0.0, 0.0, 0.0]] {
            let plane =
                LatentPlane { origin: origin.clone(), right: b.clone(), up, ..LatentPlane::default() };
            let [got, want] = [&laid, &plain].map(|view| Cloud::new(view, &plane, 1));
            assert_eq!((got.broken, want.broken), (1, 1));
            for (got, want) in
                got.places.iter().zip(want.places.iter()).filter(|(_, want)| want[0].is_finite())
            {
                let apart = (got[0] - want[0]).abs().max((got[1] - want[1]).abs());
                assert!(apart < 1e-4, "got {got:?}, want {want:?}, tolerance 1e-4");
            }
        }
    }

    #[test]
    fn codes_that_are_too_far_away_are_counted_and_left_out() {
        let complaint = |codes: &[f32]| {
            let cloud = Cloud::new(&view(2, codes), &LatentPlane::of_axes([0, 1], 2, &[]), 1);
            assert_eq!(cloud.places.iter().filter(|place| place[0].is_finite()).count(), 1, "{codes:?}");
            cloud.complaint().unwrap_or_default()
        };
        let one = complaint(&[1.0, 2.0, 3e38, 0.0]);
        assert_eq!(one, "1 code is more than a million from zero and is left out");
        let both = complaint(&[1.0, 2.0, 2e6, 0.0, 0.0, -1e30, f32::NAN, 0.0]);
        assert_eq!(
            both,
            "1 code is not a number and is left out; 2 codes are more than a million from zero and are left out"
        );
    }

    #[test]
    fn codes_of_one_number_are_spread_over_a_strip() {
        let codes: Vec<f32> = (0..500).map(|i| i as f32 / 100.0).collect();
        let cloud = Cloud::new(&view(1, &codes), &LatentPlane::of_axes([0, 0], 1, &[]), 1);
        for (place, code) in cloud.places.iter().zip(&codes) {
            assert!(place[0] == *code && place[1].abs() <= 2.5 * STRIP, "{place:?} for {code}");
        }
        // Neither an offset nor outliers change the height of the strip.
        let far: Vec<f32> = codes.iter().map(|z| z + 100.0).chain([9e5, -9e5]).collect();
        let there = Cloud::new(&view(1, &far), &LatentPlane::of_axes([0, 0], 1, &[]), 1);
        for ([_, here], [_, there]) in cloud.places.iter().zip(there.places.iter()) {
            assert!((here - there).abs() < 0.01, "got {there}, want {here}, tolerance 0.01");
        }
        let highest = cloud.places.iter().map(|[_, y]| y.abs()).fold(0.0, f32::max);
        assert!(highest > 2.3 * STRIP, "a strip of ±{highest}");
    }

    #[test]
    fn the_covariance_of_a_code_is_projected_onto_the_plane() {
        let sigma = [2.0, 0.5, 7.0];
        let straight = LatentPlane::of_axes([1, 0], 3, &[]);
        assert_eq!(covariance(&straight, &sigma), [0.25, 0.0, 4.0]);
        // Turned by a known angle between two numbers: R diag(σ²) Rᵀ.
        let (c, s) = (0.6_f32, 0.8_f32);
        let turned = LatentPlane { right: vec![c, s, 0.0], up: vec![-s, c, 0.0], ..LatentPlane::default() };
        let got = covariance(&turned, &sigma);
        let want = [4.0 * c * c + 0.25 * s * s, (0.25 - 4.0) * c * s, 4.0 * s * s + 0.25 * c * c];
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {got}, want {want}");
        }
    }

    #[test]
    fn axes_along_which_codes_do_not_vary_are_not_shown_by_default() {
        // The first unit is dead, the third hardly varies, the last varies most.
        let codes: Vec<f32> =
            (0..100).flat_map(|i| [0.0, i as f32, 0.01 * i as f32, 2.0 * i as f32]).collect();
        assert_eq!(lively_axes(&view(4, &codes), [0, 1]), [3, 1]);
        assert_eq!(lively_axes(&view(4, &codes), [1, 3]), [1, 3], "codes vary along both");
        assert_eq!(lively_axes(&view(2, &[0.0; 8]), [0, 1]), [0, 1]);
        assert_eq!(lively_axes(&view(3, &[f32::NAN; 9]), [0, 1]).len(), 2);
    }
}
