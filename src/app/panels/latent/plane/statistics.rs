//! Statistics of a cloud of codes: mean, variances, class means, and the KL of each number of a Gaussian code. Most of them
//! were computed by the trainer as it encoded the images. Codes that are not finite are left out.

use crate::engine::CloudView;

/// The finite codes, each with its row in the cloud.
pub fn rows(view: &CloudView) -> impl Iterator<Item = (usize, &[f32])> + Clone {
    let rows = view.codes.chunks_exact(view.dimensions.max(1)).enumerate();
    rows.filter(|(row, _)| view.summary.broken.get(*row) == Some(&false))
}

/// The mean of some codes; `None` without codes.
pub fn mean<'a>(codes: impl Iterator<Item = &'a [f32]>, dimensions: usize) -> Option<Vec<f32>> {
    let mut sum = vec![0.0_f64; dimensions];
    let mut count = 0.0_f64;
    for code in codes {
        count += 1.0;
        sum.iter_mut().zip(code).for_each(|(sum, z)| *sum += f64::from(*z));
    }
    (count > 0.0).then(|| sum.into_iter().map(|sum| (sum / count) as f32).collect())
}

/// The mean of the whole cloud, or of a large part of it.
pub fn mean_of(view: &CloudView) -> Option<Vec<f32>> {
    view.summary.mean.clone()
}

/// The mean of the codes of one class, where `class` says which class a row of the cloud has.
pub fn class_mean(view: &CloudView, class: impl Fn(usize) -> Option<u8>, wanted: u8) -> Option<Vec<f32>> {
    let of_class = rows(view).filter(|(row, _)| class(*row) == Some(wanted));
    mean(of_class.map(|(_, row)| row), view.dimensions)
}

/// The variance of every number of the code.
pub fn variances(view: &CloudView) -> Vec<f32> {
    view.summary.variances.clone()
}

/// The mean KL divergence of every number of a Gaussian code from its prior, in nats; `None` for a plain code, which has no σ.
pub fn divergences(view: &CloudView) -> Option<Vec<f32>> {
    view.summary.divergences.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_leave_out_codes_that_are_not_finite() {
        let view = CloudView::of_codes(1, 2, [1.0, 2.0, f32::NAN, 9.0, 3.0, 6.0].into());
        assert_eq!(mean_of(&view), Some(vec![2.0, 4.0]));
        assert_eq!(class_mean(&view, |row| Some(row as u8), 2), Some(vec![3.0, 6.0]));
        assert_eq!(class_mean(&view, |row| Some(row as u8), 1), None, "its only code is not finite");
        assert_eq!((variances(&view), divergences(&view)), (vec![1.0, 4.0], None));
    }
}
