//! Reconstruction error against the size of the code: a network compared with principal components, the best linear
//! code.

use super::CardInputs;
use super::ablation::squared_error;
use super::pca::Pca;
use crate::chart::cards::{Card, Level, Line, Lines};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Numbers of components at which the error is computed.
const COUNTS: [usize; 15] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];
/// The curve is drawn up to this multiple of the code's size, so that it can be seen what the code is worth.
const BEYOND: usize = 6;

/// The squared error of PCA on some rows for several numbers of components: `[components, error]`. Components are
/// nested, so one fit serves all of them.
pub fn pca_errors(pca: &Pca, rows: &[f32]) -> Vec<[f32; 2]> {
    let dim = pca.mean.len();
    let count = (rows.len() / dim.max(1)).max(1) as f64;
    let all = pca.squared_error(rows);
    let codes = pca.project(rows);
    // What component j explains of these rows, on average.
    let explained =
        |j: usize| codes.iter().skip(j).step_by(pca.k).map(|&c| f64::from(c).powi(2)).sum::<f64>();
    let mut left = all;
    let mut errors = vec![left];
    for j in (0..pca.k).rev() {
        left += explained(j) / count;
        errors.push(left);
    }
    errors.reverse();
    COUNTS.iter().filter(|&&k| k <= pca.k).map(|&k| [k as f32, errors[k] as f32]).collect()
}

/// The largest number of components at which the error is computed.
pub const MOST: usize = COUNTS[COUNTS.len() - 1];

/// The network's error at the size of its code, and the curve of principal components.
pub(super) fn line(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, sample, pca_errors, .. } = inputs;
    let (size, pixels) = (learner.code_size(), learner.pixels());
    let is_shown = |point: &&[f32; 2]| point[0] <= (BEYOND * size).max(8) as f32;
    let curve: Vec<[f32; 2]> = pca_errors.iter().filter(is_shown).copied().collect();
    // While layers are pretrained there is no code yet.
    let has_code = !matches!(learner.stage(), Stage::Layer(_));
    if curve.len() < 2 || sample.is_empty() || !has_code {
        return Ok(None);
    }
    let error = squared_error(
        sample,
        &read(learner.model().reconstruct(learner.images(sample, learner.device())))?,
        pixels,
    );
    let of_pca = at(&curve, size as f32);
    let needed = needed(&curve, error);
    let numbers = if size == 1 { "1 number".to_owned() } else { format!("{size} numbers") };
    let meaning =
        format!("Squared error {error:.1} with {numbers}: {needed}; with {size} its error is {of_pca:.1}.");
    let own = vec![[size as f32, of_pca], [size as f32, error]];
    let lines = Lines {
        x: "numbers in the code".to_owned(),
        y: "squared error per image".to_owned(),
        series: vec![
            Line { name: "principal components".to_owned(), points: curve },
            Line { name: format!("this network, {numbers}"), points: own },
        ],
        level: Some(Level { name: "this network".to_owned(), value: error }),
    };
    Ok(Some(Card::new("What a number is worth", meaning, lines)))
}

/// How many components have an error as small as the network's, as far as the curve says.
fn needed(curve: &[[f32; 2]], error: f32) -> String {
    let too_few = curve.iter().take_while(|point| point[1] > error).last().map_or(0.0, |point| point[0]);
    let enough = curve.iter().find(|point| point[1] <= error).map(|point| point[0]);
    match enough {
        Some(1.0) => "one principal component is as good".to_owned(),
        Some(enough) if too_few + 1.0 < enough => {
            format!("PCA needs {} to {enough} components to be as good", too_few + 1.0)
        }
        Some(enough) => format!("PCA needs {enough} components to be as good"),
        None => format!("PCA with {too_few} components is not as good"),
    }
}

/// A curve's value between its points, by linear interpolation.
fn at(curve: &[[f32; 2]], size: f32) -> f32 {
    let above = curve.iter().position(|point| point[0] >= size).unwrap_or(curve.len() - 1);
    let ([x0, y0], [x1, y1]) = (curve[above.saturating_sub(1)], curve[above]);
    if x1 <= x0 { y1 } else { y0 + (y1 - y0) * ((size - x0) / (x1 - x0)).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_that_of_a_fit_with_so_many_components() {
        let mut rng = crate::recipe::random::stream(1, crate::recipe::random::Purpose::Prior, 0);
        let rows: Vec<f32> =
            (0..60 * 9).map(|k| rand::RngExt::random::<f32>(&mut rng) * (1.0 + (k % 9) as f32)).collect();
        let (train, test) = rows.split_at(40 * 9);
        let curve = pca_errors(&Pca::fit(train, 9, 9), test);
        assert_eq!(curve.iter().map(|point| point[0] as usize).collect::<Vec<_>>(), [1, 2, 3, 4, 6, 8]);
        for [k, got] in curve {
            let want = Pca::fit(train, 9, k as usize).squared_error(test) as f32;
            assert!((got - want).abs() < 1e-3 * want.max(1.0), "{k} components: got {got}, want {want}");
        }
    }

    #[test]
    fn between_its_points_a_curve_is_straight() {
        let curve = [[1.0, 10.0], [3.0, 4.0]];
        assert_eq!([1.0, 2.0, 3.0, 9.0].map(|size| at(&curve, size)), [10.0, 7.0, 4.0, 4.0]);
    }

    #[test]
    fn the_components_needed_lie_between_two_points_of_the_curve() {
        let curve = [[1.0, 40.0], [2.0, 30.0], [4.0, 20.0], [8.0, 10.0]];
        for (error, want) in [
            (41.0, "one principal component is as good"),
            (35.0, "PCA needs 2 components to be as good"),
            (15.0, "PCA needs 5 to 8 components to be as good"),
            (5.0, "PCA with 8 components is not as good"),
        ] {
            assert_eq!(needed(&curve, error), want, "error {error}");
        }
    }
}
