//! Reconstruction error against the size of the code: a network compared with principal components, the best linear
//! code.

use super::ablation::squared_error;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Level, Line, Lines};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// The curve is drawn up to this multiple of the code's size, so that it can be seen what the code is worth.
const BEYOND: usize = 6;

/// The network's error at the size of its code, and the curve of principal components.
pub(super) fn line(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, sample, pca_errors, .. } = inputs;
    let (size, pixels) = (learner.code_size(), learner.pixels());
    let shown = (BEYOND * size).max(8);
    let points = pca_errors.iter().enumerate().skip(1).take(shown);
    let curve: Vec<[f32; 2]> = points.map(|(count, error)| [count as f32, *error as f32]).collect();
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
    let of_pca = pca_errors[size.min(pca_errors.len() - 1)] as f32;
    let needed = needed(pca_errors, error);
    let numbers = if size == 1 { "1 number".to_owned() } else { format!("{size} numbers") };
    let meaning =
        format!("Squared error {error:.1} with {numbers}: {needed}; with {size} its error is {of_pca:.1}.");
    let own = vec![[size as f32, of_pca], [size as f32, error]];
    let lines = Lines {
        x: "numbers in the code".to_owned(),
        y: "squared error per image".to_owned(),
        are_ratios: false,
        series: vec![
            Line { name: "principal components".to_owned(), points: curve, ..Line::default() },
            Line { name: format!("this network, {numbers}"), points: own, ..Line::default() },
        ],
        level: Some(Level { name: "this network".to_owned(), value: error }),
    };
    Ok(Some(Card::new(Topic::Size.title(), meaning, lines)))
}

/// How many components have an error as small as the network's.
fn needed(pca_errors: &[f64], error: f32) -> String {
    match pca_errors.iter().position(|pca| *pca <= f64::from(error)) {
        Some(0) => "the mean image is as good".to_owned(),
        Some(1) => "one principal component is as good".to_owned(),
        Some(enough) => format!("PCA needs {enough} components to be as good"),
        None => format!("PCA with {} components is not as good", pca_errors.len().saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_components_needed_are_counted_exactly() {
        let errors = [60.0, 40.0, 30.0, 20.0, 10.0];
        for (error, want) in [
            (61.0, "the mean image is as good"),
            (41.0, "one principal component is as good"),
            (35.0, "PCA needs 2 components to be as good"),
            (20.0, "PCA needs 3 components to be as good"),
            (5.0, "PCA with 4 components is not as good"),
        ] {
            assert_eq!(needed(&errors, error), want, "error {error}");
        }
    }
}
