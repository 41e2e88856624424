//! The way of a cloud from one update to the next: points move there instead of jumping. Pure.

use std::sync::Arc;

use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::Latent;

/// Seconds a cloud takes to its new places; the next one comes a little later.
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
    /// Sets out for a cloud's places, if they are new: from where the points are now, or at once where the cloud shows
    /// other images.
    pub fn go_to(&mut self, cloud: &Cloud, now_secs: f64) {
        if self.version == cloud.version {
            return;
        }
        let is_same = self.images == cloud.images;
        let share = self.share(now_secs);
        let before = match is_same {
            true => {
                self.before.iter().zip(&*self.places).map(|(from, to)| between(*from, *to, share)).collect()
            }
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

    /// Whether it has set out for this cloud's places.
    pub fn is_of(&self, cloud: &Cloud) -> bool {
        self.version == cloud.version
    }

    /// How much of the way is done, 0 to 1, slow at both ends.
    pub fn share(&self, now_secs: f64) -> f32 {
        let t = ((now_secs - self.began_secs) / MOVE_SECS).clamp(0.0, 1.0) as f32;
        t * t * (3.0 - 2.0 * t)
    }
}

/// A place between two; where the first is none, the second.
pub fn between(from: Latent, to: Latent, share: f32) -> Latent {
    if !from[0].is_finite() || share >= 1.0 {
        return to;
    }
    [0, 1].map(|k| from[k] + (to[k] - from[k]) * share)
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
        assert_eq!((motion.share(10.0), &*motion.before), (1.0, &[[1.0, 2.0]][..]));
        motion.go_to(&cloud(&[3.0, 2.0], 2), 20.0);
        assert_eq!((motion.share(20.0), &*motion.before), (0.0, &[[1.0, 2.0]][..]));
        let shares: Vec<f32> = (0..=10).map(|k| motion.share(20.0 + 0.025 * f64::from(k))).collect();
        assert!(shares.is_sorted() && shares[10] == 1.0, "{shares:?}");
    }

    #[test]
    fn a_cloud_that_comes_too_early_is_met_half_way() {
        let mut motion = Motion::default();
        motion.go_to(&cloud(&[0.0, 0.0], 1), 0.0);
        motion.go_to(&cloud(&[4.0, -2.0], 2), 10.0);
        motion.go_to(&cloud(&[9.0, 9.0], 3), 10.0 + 0.5 * MOVE_SECS);
        let [x, y] = motion.before[0];
        assert!((x - 2.0).abs() < 1e-3 && (y + 1.0).abs() < 1e-3, "({x}, {y}), want (2, -1)");
    }

    #[test]
    fn other_images_do_not_move_and_neither_does_what_was_nowhere() {
        let mut motion = Motion::default();
        motion.go_to(&cloud(&[0.0, 0.0, f32::NAN, 0.0], 1), 0.0);
        motion.go_to(&cloud(&[1.0, 1.0, 5.0, 5.0], 2), 10.0);
        motion.go_to(&cloud(&[1.0, 1.0, 5.0, 5.0], 3), 10.1);
        assert_eq!(motion.before[1], [5.0, 5.0]);
        motion.go_to(&cloud(&[7.0, 7.0], 4), 20.0);
        assert_eq!((motion.share(20.0), &*motion.before), (1.0, &[[7.0, 7.0]][..]));
    }
}
