//! What can be said of a cloud of codes as a whole: its mean, its spread, the means of its classes, what each number of
//! a Gaussian code costs. Pure; codes that are no numbers are left out.

use crate::engine::CloudView;

/// The codes that are numbers, each with its place in the cloud.
pub fn rows(view: &CloudView) -> impl Iterator<Item = (usize, &[f32])> + Clone {
    let rows = view.codes.chunks_exact(view.dimensions.max(1)).enumerate();
    rows.filter(|(_, row)| row.iter().all(|z| z.is_finite()))
}

/// So many numbers speak for all of a cloud: every code of a hundred numbers of ten thousand images, fewer of longer
/// ones. The window waits while they are gone through.
const NUMBERS: usize = 1_000_000;

/// Of very many codes every so many-th, so that they hold so many numbers at most; as far as they are numbers, each with
/// its place in the cloud.
pub fn some_rows(view: &CloudView, numbers: usize) -> impl Iterator<Item = (usize, &[f32])> + Clone {
    let stride = view.codes.len().div_ceil(numbers.max(1)).max(1);
    let rows = view.codes.chunks_exact(view.dimensions.max(1)).enumerate().step_by(stride);
    rows.filter(|(_, row)| row.iter().all(|z| z.is_finite()))
}

/// The mean of some codes; `None` where there is none.
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
    mean(some_rows(view, NUMBERS).map(|(_, row)| row), view.dimensions)
}

/// The mean of the codes of one class, where `class` says which class a row of the cloud has.
pub fn class_mean(view: &CloudView, class: impl Fn(usize) -> Option<u8>, wanted: u8) -> Option<Vec<f32>> {
    let of_class = rows(view).filter(|(row, _)| class(*row) == Some(wanted));
    mean(of_class.map(|(_, row)| row), view.dimensions)
}

/// The variance of every number of the code.
pub fn variances(view: &CloudView) -> Vec<f32> {
    let Some(mean) = mean_of(view) else { return vec![0.0; view.dimensions] };
    let mut sum = vec![0.0_f64; view.dimensions];
    let mut count = 0.0_f64;
    for (_, row) in some_rows(view, NUMBERS) {
        count += 1.0;
        for ((sum, z), mean) in sum.iter_mut().zip(row).zip(&mean) {
            *sum += f64::from(z - mean).powi(2);
        }
    }
    sum.into_iter().map(|sum| (sum / count.max(1.0)) as f32).collect()
}

/// The mean KL of every number of a Gaussian code from its prior, ½(μ² + σ² − ln σ² − 1) in nats; `None` for a plain
/// code, which has no σ.
pub fn divergences(view: &CloudView) -> Option<Vec<f32>> {
    let spreads = view.spreads.as_ref()?;
    let mut sum = vec![0.0_f64; view.dimensions];
    let mut count = 0.0_f64;
    for (row, code) in some_rows(view, NUMBERS) {
        let at = row * view.dimensions;
        let Some(sigma) = spreads.get(at..at + view.dimensions) else { break };
        count += 1.0;
        for ((sum, mu), sigma) in sum.iter_mut().zip(code).zip(sigma) {
            let (mu, variance) = (f64::from(*mu), f64::from(*sigma).powi(2).max(f64::MIN_POSITIVE));
            *sum += 0.5 * (mu * mu + variance - variance.ln() - 1.0);
        }
    }
    Some(sum.into_iter().map(|sum| (sum / count.max(1.0)) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> CloudView {
        CloudView::of_codes(1, 2, [1.0, 2.0, f32::NAN, 9.0, 3.0, 6.0].into())
    }

    #[test]
    fn means_leave_out_what_is_no_number() {
        assert_eq!(mean_of(&view()), Some(vec![2.0, 4.0]));
        assert_eq!(class_mean(&view(), |row| Some(row as u8), 2), Some(vec![3.0, 6.0]));
        assert_eq!(class_mean(&view(), |row| Some(row as u8), 1), None, "its only code is no number");
        assert_eq!(variances(&view()), [1.0, 4.0]);
    }

    #[test]
    fn of_very_many_codes_only_some_are_gone_through() {
        let dimensions = 100;
        let codes: Vec<f32> = (0..3000 * dimensions).map(|i| (i / dimensions) as f32).collect();
        let view = CloudView::of_codes(1, dimensions, codes.into());
        let count = |numbers: usize| some_rows(&view, numbers).count();
        assert_eq!((count(300_000), count(299_999), count(10_000)), (3000, 1500, 100));
        let rows: Vec<usize> = some_rows(&view, 10_000).map(|(row, _)| row).collect();
        assert_eq!((rows[0], rows[1], rows[99]), (0, 30, 2970), "spread over all of them");
        // A mean over some of them is near that of all.
        let some = mean(some_rows(&view, 10_000).map(|(_, row)| row), dimensions).expect("codes");
        assert!((some[0] - 1499.5).abs() < 20.0, "got {}, want 1499.5, tolerance 20", some[0]);
    }

    #[test]
    fn what_a_number_costs_is_the_closed_form() {
        let sigma = [1.0, 0.5, 1.0, 1.0, 1.0, 2.0];
        let view = CloudView { spreads: Some(sigma.into()), ..view() };
        // Means of ½(1 + 1 − 0 − 1) and ½(9 + 1 − 0 − 1); and of those with σ = ½ at μ = 2 and σ = 2 at μ = 6.
        let want = [0.5 * (0.5 + 4.5), 0.25 * ((4.25 - 0.25_f32.ln() - 1.0) + (40.0 - 4.0_f32.ln() - 1.0))];
        let got = divergences(&view).expect("a Gaussian code");
        for (got, want) in got.into_iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {got}, want {want}, tolerance 1e-5");
        }
        assert_eq!(divergences(&super::tests::view()), None);
    }
}
