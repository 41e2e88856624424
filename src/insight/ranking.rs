//! How well a score tells two kinds of things apart: the ROC curve and the area under it (AUC).
//!
//! On the host, no tensors.

/// The chance that one that is wrong has a higher score than one that is not; ties count half. 1 tells them apart, ½ does
/// not, 0 has it the wrong way round. `None` without one of either kind, or where a score is not a number.
pub fn area_under_curve(scores: &[f32], is_wrong: &[bool]) -> Option<f64> {
    let curve = roc_curve(scores, is_wrong)?;
    let area = |pair: &[[f64; 2]]| (pair[1][0] - pair[0][0]) * 0.5 * (pair[1][1] + pair[0][1]);
    Some(curve.windows(2).map(area).sum())
}

/// The share of false alarms and the share of what is found, for every threshold from the highest score down.
pub fn roc_curve(scores: &[f32], is_wrong: &[bool]) -> Option<Vec<[f64; 2]>> {
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
    Some(curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_chance_of_the_right_order() {
        let is_wrong = [false, false, true, true];
        assert_eq!(area_under_curve(&[0.0, 1.0, 2.0, 3.0], &is_wrong), Some(1.0));
        assert_eq!(area_under_curve(&[3.0, 2.0, 1.0, 0.0], &is_wrong), Some(0.0));
        assert_eq!(area_under_curve(&[0.0, 2.0, 1.0, 3.0], &is_wrong), Some(0.75));
        assert_eq!(area_under_curve(&[7.0; 4], &is_wrong), Some(0.5), "all tied");
        assert_eq!(area_under_curve(&[0.0, 1.0], &[true, true]), None);
        assert_eq!(area_under_curve(&[0.0, f32::NAN], &[true, false]), None);
        assert_eq!(roc_curve(&[0.0, 2.0, 1.0, 3.0], &is_wrong).map(|curve| curve[1]), Some([0.0, 0.5]));
    }
}
