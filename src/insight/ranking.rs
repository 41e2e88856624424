//! How well a score tells two kinds of things apart: the ROC curve and the area under it (AUC).
//!
//! On the host, no tensors.

/// A curve is shown with about so many points.
const POINTS: usize = 100;

/// How well a score tells things of which something is wrong from the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// The area under the curve: the chance that one that is wrong has a higher score than one that is not; ties count
    /// half. 1 tells them apart, ½ does not, 0 has it the wrong way round.
    pub area: f64,
    /// The share of false alarms and the share of what is found, for every threshold from the highest score down.
    pub curve: Vec<[f64; 2]>,
}

impl Ranking {
    /// `None` without one of either kind, or where a score is not a number.
    pub fn new(scores: &[f32], is_wrong: &[bool]) -> Option<Self> {
        let mut ranked: Vec<(f32, bool)> = scores.iter().copied().zip(is_wrong.iter().copied()).collect();
        let wrong = ranked.iter().filter(|(_, is_wrong)| *is_wrong).count();
        let counts = [ranked.len() - wrong, wrong];
        if counts.contains(&0) || ranked.iter().any(|(score, _)| score.is_nan()) {
            return None;
        }
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let mut curve = vec![[0.0, 0.0]];
        let mut found = [0_usize; 2];
        for same in ranked.chunk_by(|(a, _), (b, _)| a == b) {
            same.iter().for_each(|(_, is_wrong)| found[usize::from(*is_wrong)] += 1);
            curve.push([0, 1].map(|kind| found[kind] as f64 / counts[kind] as f64));
        }
        let area = |pair: &[[f64; 2]]| (pair[1][0] - pair[0][0]) * 0.5 * (pair[1][1] + pair[0][1]);
        Some(Self { area: curve.windows(2).map(area).sum(), curve })
    }

    /// Points of the curve in percent, as many as a picture needs.
    pub(super) fn points(&self) -> Vec<[f32; 2]> {
        let apart = 1.0 / POINTS as f64;
        let mut last = [f64::NEG_INFINITY; 2];
        let is_far = |point: &&[f64; 2]| {
            let is_far = (0..2).any(|axis| point[axis] - last[axis] >= apart) || **point == [1.0, 1.0];
            if is_far {
                last = **point;
            }
            is_far
        };
        self.curve.iter().filter(is_far).map(|point| point.map(|share| 100.0 * share as f32)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_chance_of_the_right_order() {
        let is_wrong = [false, false, true, true];
        let area = |scores: &[f32], is_wrong: &[bool]| Some(Ranking::new(scores, is_wrong)?.area);
        assert_eq!(area(&[0.0, 1.0, 2.0, 3.0], &is_wrong), Some(1.0));
        assert_eq!(area(&[3.0, 2.0, 1.0, 0.0], &is_wrong), Some(0.0));
        assert_eq!(area(&[0.0, 2.0, 1.0, 3.0], &is_wrong), Some(0.75));
        assert_eq!(area(&[7.0; 4], &is_wrong), Some(0.5), "all tied");
        assert_eq!(area(&[0.0, 1.0], &[true, true]), None);
        assert_eq!(area(&[0.0, f32::NAN], &[true, false]), None);
        let ranking = Ranking::new(&[0.0, 2.0, 1.0, 3.0], &is_wrong).expect("two kinds");
        assert_eq!(ranking.curve[1], [0.0, 0.5]);
    }

    #[test]
    fn a_picture_has_the_ends_and_no_more_points_than_it_needs() {
        let scores: Vec<f32> = (0..5000).map(|i| (i as f32 * 1.7).sin()).collect();
        let is_wrong: Vec<bool> = (0..5000).map(|i| i % 3 == 0).collect();
        let points = Ranking::new(&scores, &is_wrong).expect("two kinds").points();
        assert_eq!((points.first(), points.last()), (Some(&[0.0, 0.0]), Some(&[100.0, 100.0])));
        assert!((90..=220).contains(&points.len()), "{}", points.len());
    }
}
