//! Which dimensions of a Gaussian code the data allow to stay, foretold before training.
//!
//! In a linear VAE with squared error, which is −log p(x|z) for σ² = ½, a dimension stays exactly where the variance λ of
//! the data along its principal component is larger than β·σ² (Lucas and others 2019). For cross-entropy the same follows
//! near the mean image p with pixels divided by the root of p(1 − p), for which σ² is 1.

use super::dimensions::dimensions;
use super::pca::{Covariance, MOST_COMPONENTS, Pca};
use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Level};
use crate::data::Dataset;
use crate::recipe::{Recipe, Reconstruction, ReconstructionScale};
use crate::train::read::ReadError;

/// Variances that are shown at least.
const LEAST: usize = 16;
/// A pixel whose mean is nearer to 0 or 1 counts as one of this mean: dividing by less would make noise of it.
const DARKEST: f32 = 0.01;

/// The variances of the data with the line that β draws, and how many dimensions are in use.
pub(super) fn bars(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, sample, .. } = inputs;
    let is_squared = recipe.objective.reconstruction == Reconstruction::SquaredError;
    let variances = match (inputs.pca, is_squared) {
        (Some(pca), true) => &pca.variances[..],
        (Some(_), false) => inputs.whitened,
        (None, _) => return Ok(None),
    };
    let line = threshold(recipe, learner.pixels());
    let stay = variances.iter().filter(|variance| f64::from(**variance) > line).count();
    let code = learner.code_size();
    let foretold = stay.min(code);
    let all = dimensions(&learner.model(), learner.images(sample, learner.device()))?;
    let found = all.iter().filter(|dimension| dimension.is_active()).count();
    let exact = match is_squared {
        true => "This is exact for a linear VAE and a guide for deeper networks.",
        false => {
            "This is a guide: it is exact only for a linear decoder near the mean image. Pixels are divided by the root of \
             p(1 − p)."
        }
    };
    let can_stay = match stay {
        0 => "every dimension collapses".to_owned(),
        _ if foretold == code => format!("all {code} dimensions can stay"),
        1 => format!("one of the {code} dimensions can stay and the others collapse"),
        _ => format!("{foretold} of the {code} dimensions can stay and the others collapse"),
    };
    let meaning = format!(
        "β draws the line at a variance of {line:.3}. The data vary by more than that along {stay} principal components, so \
         {can_stay}. In use now: {found}. {exact}"
    );
    let shown = (code + code / 2).max(stay + 4).max(LEAST).min(variances.len());
    let bars = Bars {
        x: "principal component of the data".to_owned(),
        y: "variance along it".to_owned(),
        values: variances[..shown].to_vec(),
        highlighted: variances[..shown].iter().map(|variance| f64::from(*variance) > line).collect(),
        level: Some(Level { name: format!("β = {}, variance", recipe.objective.beta), value: line as f32 }),
        ..Bars::default()
    };
    Ok(Some(Card::new(Topic::Collapse.title(), meaning, bars)))
}

/// The variance below which a dimension collapses.
pub fn threshold(recipe: &Recipe, pixels: usize) -> f64 {
    let objective = &recipe.objective;
    let noise = match objective.reconstruction {
        // In signed pixels, which are from −1 to 1, the same variance counts four times.
        Reconstruction::SquaredError => 0.5 / recipe.data.range.squared_error_scale(),
        Reconstruction::CrossEntropy => 1.0,
    };
    let divided = match objective.scale {
        ReconstructionScale::Mean => pixels as f64,
        ReconstructionScale::Sum => 1.0,
    };
    objective.beta * noise * divided
}

/// What pixels of this mean p are multiplied by for cross-entropy: one over the root of p(1 − p).
fn factors(mean: &[f32]) -> Vec<f64> {
    let factor = |p: &f32| {
        let p = f64::from(p.clamp(DARKEST, 1.0 - DARKEST));
        1.0 / (p * (1.0 - p)).sqrt()
    };
    mean.iter().map(factor).collect()
}

/// The variances of images whose pixels are divided by the root of p(1 − p), with p their mean; largest first.
pub fn whitened(covariance: &Covariance) -> Vec<f32> {
    Pca::of(covariance.scaled(&factors(&covariance.mean)), 0).variances
}

/// The principal components of images, and the variances of [`whitened`]; `None` where it was cancelled.
pub fn spectra(
    dataset: &Dataset,
    images: &[u32],
    is_cancelled: &dyn Fn() -> bool,
) -> Option<(Pca, Vec<f32>)> {
    let pixels = dataset.shape.values();
    if Pca::finds_all(pixels) {
        let covariance = Covariance::of_images(dataset, images);
        let whitened = whitened(&covariance);
        return (!is_cancelled()).then(|| (Pca::of(covariance, pixels), whitened));
    }
    let find = |factors: Option<&[f64]>| {
        Pca::of_large_images(dataset, images, MOST_COMPONENTS, factors, is_cancelled)
    };
    let pca = find(None)?;
    let whitened = find(Some(&factors(&pca.mean)))?.variances;
    Some((pca, whitened))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_follows_beta_the_scale_and_the_range_of_pixels() {
        let mut recipe = Recipe::open("vae-2d").expect("built in");
        let mut line = |settings: &[&str]| {
            settings.iter().for_each(|setting| recipe.set_from_text(setting).expect("a setting"));
            threshold(&recipe, 784)
        };
        assert_eq!(line(&["objective.beta=3"]), 3.0, "cross-entropy");
        assert_eq!(line(&["objective.reconstruction=squared-error"]), 1.5);
        assert_eq!(line(&["objective.scale=mean"]), 1.5 * 784.0);
        assert_eq!(line(&["objective.scale=sum", "data.range=signed"]), 0.375);
    }

    #[test]
    fn binary_pixels_are_divided_by_their_standard_deviation() {
        // Two pixels that are always equal, and one that has nothing to do with them.
        let images: Vec<f32> = [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]].concat();
        let got = whitened(&Covariance::of_rows(&images, 3));
        for (variance, want) in got.iter().zip([2.0, 1.0, 0.0]) {
            assert!((variance - want).abs() < 1e-5, "{got:?}");
        }
    }
}
