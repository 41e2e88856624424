//! The motion of a cloud from one update to the next: points move to their new places instead of jumping. Pure.

use std::sync::Arc;

use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::Latent;

/// How long a cloud moves to its new places, in seconds; the next one comes a little later.
const MOVE_SECS: f64 = 0.25;

/// Where points come from and where they go.
#[derive(Debug, Default)]
pub struct Motion {
    version: u64,
    images: Arc<[u32]>,
    /// The places before, one per point of the cloud.
    pub before: Arc<[Latent]>,
    places: Arc<[Latent]>,
    began_secs: f64,
}

impl Motion {
    /// Starts to move to the places of a cloud, if they are new: from where the points are now, or at once where the
    /// cloud shows other images.
    pub fn go_to(&mut self, cloud: &Cloud, now_secs: f64) {
        if self.version == cloud.version {
            return;
        }
        let is_same = self.images == cloud.images;
        let fraction = self.fraction(now_secs);
        let before = match is_same {
            true => self
                .before
                .iter()
                .zip(&*self.places)
                .map(|(from, to)| between(*from, *to, fraction))
                .collect(),
            false => Arc::clone(&cloud.places),
        };
        *self = Self {
            version: cloud.version,
            images: Arc::clone(&cloud.images),
            before,
            places: Arc::clone(&cloud.places),
            began_secs: if is_same { now_secs } else { f64::NEG_INFINITY },
        };
    }

    /// Whether it moves to the places of this cloud.
    pub fn is_of(&self, cloud: &Cloud) -> bool {
        self.version == cloud.version
    }

    /// The fraction of the motion that is done, slow at both ends.
    pub fn fraction(&self, now_secs: f64) -> f32 {
        let t = ((now_secs - self.began_secs) / MOVE_SECS).clamp(0.0, 1.0) as f32;
        t * t * (3.0 - 2.0 * t)
    }
}

/// Points that move from one cloud to the next.
#[derive(Clone, Copy)]
pub struct Moving<'a> {
    /// The places they come from.
    pub before: &'a [Latent],
    /// The places they move to.
    pub places: &'a [Latent],
    /// The fraction of the motion that is done.
    pub fraction: f32,
}

impl Moving<'_> {
    /// Where the point in this row is by now.
    pub fn at(&self, row: usize) -> Option<Latent> {
        let to = *self.places.get(row)?;
        Some(self.before.get(row).map_or(to, |from| between(*from, to, self.fraction)))
    }
}

/// Interpolates between two places; the second where the first is not finite.
pub fn between(from: Latent, to: Latent, fraction: f32) -> Latent {
    if !from[0].is_finite() || fraction >= 1.0 {
        return to;
    }
    [0, 1].map(|k| from[k] + (to[k] - from[k]) * fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CloudView, LatentPlane};

    fn cloud(codes: &[f32], version: u64) -> Cloud {
        Cloud::new(&CloudView::of_codes(1, 2, codes.into()), &LatentPlane::of_axes([0, 1], 2, &[]), version)
    }

    #[test]
    fn a_first_cloud_is_there_at_once_and_the_next_moves() {
        let mut motion = Motion::default();
        motion.go_to(&cloud(&[1.0, 2.0], 1), 10.0);
        assert_eq!((motion.fraction(10.0), &*motion.before), (1.0, &[[1.0, 2.0]][..]));
        motion.go_to(&cloud(&[3.0, 2.0], 2), 20.0);
        assert_eq!((motion.fraction(20.0), &*motion.before), (0.0, &[[1.0, 2.0]][..]));
        let fractions: Vec<f32> = (0..=10).map(|k| motion.fraction(20.0 + 0.025 * f64::from(k))).collect();
        assert!(fractions.is_sorted() && fractions[10] == 1.0, "{fractions:?}");
    }

    #[test]
    fn a_cloud_that_arrives_during_the_motion_starts_from_where_the_points_are() {
        let mut motion = Motion::default();
        motion.go_to(&cloud(&[0.0, 0.0], 1), 0.0);
        motion.go_to(&cloud(&[4.0, -2.0], 2), 10.0);
        motion.go_to(&cloud(&[9.0, 9.0], 3), 10.0 + 0.5 * MOVE_SECS);
        let [x, y] = motion.before[0];
        assert!((x - 2.0).abs() < 1e-3 && (y + 1.0).abs() < 1e-3, "({x}, {y}), want (2, -1)");
    }

    #[test]
    fn other_images_do_not_move_and_neither_does_a_point_without_a_place_before() {
        let mut motion = Motion::default();
        motion.go_to(&cloud(&[0.0, 0.0, f32::NAN, 0.0], 1), 0.0);
        motion.go_to(&cloud(&[1.0, 1.0, 5.0, 5.0], 2), 10.0);
        motion.go_to(&cloud(&[1.0, 1.0, 5.0, 5.0], 3), 10.1);
        assert_eq!(motion.before[1], [5.0, 5.0]);
        motion.go_to(&cloud(&[7.0, 7.0], 4), 20.0);
        assert_eq!((motion.fraction(20.0), &*motion.before), (1.0, &[[7.0, 7.0]][..]));
    }
}
