//! A network beside principal components, the best linear code of the same size: what they explain, what they rebuild,
//! what they look like, and how the space that a linear decoder spans is turned against theirs.

use faer::linalg::matmul;
use faer::{Accum, Mat, MatRef, Par};

use super::ablation::squared_error;
use super::{CardInputs, Pca, Topic};
use crate::chart::cards::{Bars, Card, Images, Level, Line, Lines, Values, signed_each};
use crate::recipe::{Activation, Network, Output, Recipe};
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// The line of explained variance ends where this share is explained.
const NEARLY_ALL: f64 = 0.95;
/// Images that are rebuilt, and components that are shown.
const SHOWN: usize = 10;

/// How much of the variance of the pixels the first components explain.
pub(super) fn explained(inputs: &CardInputs<'_>) -> Option<Card> {
    let pca = inputs.pca?;
    let shares = shares(&pca.variances, pca.total);
    let needed = |share: f64| shares.iter().position(|explained| *explained >= share).map_or(0, |at| at + 1);
    let shown = needed(NEARLY_ALL).max(2 * inputs.learner.code_size()).clamp(2, shares.len().max(2));
    let points = shares.iter().take(shown).enumerate();
    let points = points.map(|(at, share)| [(at + 1) as f32, 100.0 * *share as f32]).collect();
    let code = inputs.learner.code_size();
    let of_code = shares.get(code.checked_sub(1)?).copied().unwrap_or(1.0);
    let meaning = format!(
        "As many principal components as the code has numbers, {code}, explain {:.1}\u{a0}% of the variance of the pixels. \
         Half of it takes {} components, 90\u{a0}% {} and 95\u{a0}% {}.",
        100.0 * of_code,
        needed(0.5),
        needed(0.9),
        needed(NEARLY_ALL)
    );
    let lines = Lines {
        x: "principal components".to_owned(),
        y: "explained variance, %".to_owned(),
        are_ratios: false,
        series: vec![Line { points, ..Line::default() }],
        level: Some(Level { name: format!("{code} components"), value: 100.0 * of_code as f32 }),
    };
    Some(Card::new(Topic::Explained.title(), meaning, lines))
}

/// The share of all variance that the first 1, 2, 3 … components explain.
fn shares(variances: &[f32], all: f64) -> Vec<f64> {
    let sums = variances.iter().scan(0.0, |sum, variance| {
        *sum += f64::from(*variance);
        Some(*sum / all.max(f64::MIN_POSITIVE))
    });
    sums.collect()
}

/// Held-out images, their reconstructions, and the same images from as many principal components.
pub(super) fn rebuilt(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, sample, pca: Some(pca), .. } = inputs else { return Ok(None) };
    if matches!(learner.stage(), Stage::Layer(_)) || sample.is_empty() {
        return Ok(None);
    }
    let (pixels, code) = (learner.pixels(), learner.code_size());
    let pca = pca.first(code);
    let rebuild =
        |images: &[f32]| read(learner.model().reconstruct(learner.images(images, learner.device())));
    let own = squared_error(sample, &rebuild(sample)?, pixels);
    let of_pca = pca.squared_error(sample);
    let images = inputs.first_examples(SHOWN);
    let count = images.len() / pixels;
    let meaning = format!(
        "Squared error over {} held-out images: {own:.1} from the network's code, {of_pca:.1} from {} principal \
         components. PCA is the best that a linear code of this size can do.",
        sample.len() / pixels,
        pca.k
    );
    let content = Images {
        shape: learner.shape(),
        columns: count,
        pixels: [images, &rebuild(images)?, &rebuilt_by(&pca, images)].concat().into(),
        values: Values::Intensity,
        rows: vec!["image".to_owned(), "this network".to_owned(), format!("PCA {}", pca.k)],
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Rebuilt.title(), meaning, content)))
}

/// Images rebuilt from principal components, cut to 0 … 1.
fn rebuilt_by(pca: &Pca, images: &[f32]) -> Vec<f32> {
    pca.rebuild(&pca.project(images)).into_iter().map(|pixel| pixel.clamp(0.0, 1.0)).collect()
}

/// The first principal components as images, above what the numbers of the code add to the decoded image.
pub(super) fn components(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, sample, pca: Some(pca), .. } = inputs else { return Ok(None) };
    let (pixels, code) = (learner.pixels(), learner.code_size());
    if matches!(learner.stage(), Stage::Layer(_)) || sample.is_empty() {
        return Ok(None);
    }
    let codes = read(learner.model().encode(learner.images(sample, learner.device())).code)?;
    let added = added(inputs, &codes)?;
    let length = |image: &[f32]| image.iter().map(|x| x * x).sum::<f32>();
    let mut order: Vec<usize> = (0..code).collect();
    order.sort_by(|a, b| {
        let [a, b] = [a, b].map(|at| length(&added[at * pixels..(at + 1) * pixels]));
        b.total_cmp(&a)
    });
    let shown = SHOWN.min(code).min(pca.k);
    let of_code = order.iter().take(shown).flat_map(|at| &added[at * pixels..(at + 1) * pixels]).copied();
    let of_pca = pca.components[..shown * pixels].iter().copied();
    let numbers: Vec<f32> = of_pca.chain(of_code).collect();
    if numbers.iter().any(|x| !x.is_finite()) {
        return Ok(None);
    }
    let captions = (0..shown).map(|at| format!("component {}", at + 1));
    let captions = captions.chain(order.iter().take(shown).map(|at| format!("z{}", at + 1)));
    let content = Images {
        shape: learner.shape(),
        columns: shown,
        pixels: signed_each(&numbers, pixels).into(),
        values: Values::Signed,
        rows: vec!["principal components".to_owned(), "numbers of the code".to_owned()],
        captions: captions.collect(),
        ..Images::default()
    };
    let meaning = "Above, the principal components that explain most. Below, how the decoded image changes when a number of \
                   the code moves by a standard deviation from the mean code; those that change it most come first.";
    Ok(Some(Card::new(Topic::Components.title(), meaning, content)))
}

/// What each number of the code adds to the image of the mean code when it moves by its standard deviation.
fn added(inputs: &CardInputs<'_>, codes: &[f32]) -> Result<Vec<f32>, ReadError> {
    let learner = inputs.learner;
    let (pixels, code) = (learner.pixels(), learner.code_size());
    let count = (codes.len() / code.max(1)).max(1) as f32;
    let mut mean = vec![0.0_f32; code];
    codes.chunks_exact(code).for_each(|z| mean.iter_mut().zip(z).for_each(|(sum, z)| *sum += z / count));
    let mut variance = vec![0.0_f32; code];
    for z in codes.chunks_exact(code) {
        let parts = variance.iter_mut().zip(z.iter().zip(&mean));
        parts.for_each(|(sum, (z, mean))| *sum += (z - mean).powi(2) / count);
    }
    let mut moved = mean.repeat(code + 1);
    (0..code).for_each(|at| moved[at * code + at] += variance[at].sqrt());
    let decoded = read(learner.model().decode(learner.codes(&moved)))?;
    let (moved, middle) = decoded.split_at(code * pixels);
    Ok(moved.chunks_exact(pixels).flat_map(|image| image.iter().zip(middle).map(|(x, y)| x - y)).collect())
}

/// Whether a network is a linear autoencoder: then training turns the space that its decoder spans into that of the
/// principal components.
pub(super) fn is_linear(recipe: &Recipe) -> bool {
    let model = &recipe.model;
    model.network == Network::Dense
        && model.widths.is_empty()
        && model.code_activation == Activation::Linear
        && model.output == Output::Linear
        && model.top_k == 0
}

/// The angles between the space that a linear decoder spans and that of as many principal components.
pub(super) fn angles(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, pca: Some(pca), .. } = inputs else { return Ok(None) };
    let (pixels, code) = (learner.pixels(), learner.code_size());
    let mut corners = vec![0.0_f32; (code + 1) * code];
    (0..code).for_each(|at| corners[at * code + at] = 1.0);
    let decoded = read(learner.model().decode(learner.codes(&corners)))?;
    let (moved, zero) = decoded.split_at(code * pixels);
    let columns: Vec<f32> =
        moved.chunks_exact(pixels).flat_map(|image| image.iter().zip(zero).map(|(x, y)| x - y)).collect();
    let angles = principal_angles(&columns, &pca.first(code).components, pixels);
    let Some(largest) = angles.last().copied() else { return Ok(None) };
    let meaning = format!(
        "The {} angles between the space that the decoder spans and that of as many principal components: 0 means the same \
         direction, 90° one that PCA does not have. The largest is {:.1}° ({largest:.2} rad). A linear autoencoder that is \
         trained on squared error ends at 0.",
        angles.len(),
        largest.to_degrees()
    );
    let bars = Bars {
        x: "angle, smallest first".to_owned(),
        y: "degrees".to_owned(),
        values: angles.iter().map(|angle| angle.to_degrees() as f32).collect(),
        level: Some(Level { name: "at a right angle".to_owned(), value: 90.0 }),
        ..Bars::default()
    };
    Ok(Some(Card::new(Topic::Angles.title(), meaning, bars)))
}

/// The angles between the spaces that two sets of rows span, in radians, the smallest first (Björck and Golub 1973).
pub fn principal_angles(one: &[f32], other: &[f32], dim: usize) -> Vec<f64> {
    let [one, other] = [one, other].map(|rows| {
        let rows = MatRef::from_row_major_slice(rows, rows.len() / dim.max(1), dim);
        let columns = Mat::<f64>::from_fn(dim, rows.nrows(), |row, column| f64::from(rows[(column, row)]));
        columns.qr().compute_thin_Q()
    });
    let mut products = Mat::<f64>::zeros(one.ncols(), other.ncols());
    matmul::matmul(&mut products, Accum::Replace, one.transpose(), &other, 1.0, Par::Seq);
    // The cosine of a small angle has lost its digits; its sine is what is left of a direction outside the other space.
    let mut rest = one.clone();
    matmul::matmul(&mut rest, Accum::Add, &other, products.transpose(), -1.0, Par::Seq);
    let (Ok(cosines), Ok(sines)) = (products.singular_values(), rest.singular_values()) else {
        return Vec::new();
    };
    let sines = sines.into_iter().rev();
    let angle = |(cosine, sine): (f64, f64)| sine.clamp(0.0, 1.0).atan2(cosine.clamp(0.0, 1.0));
    cosines.into_iter().zip(sines).map(angle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_between_planes_are_those_they_were_made_with() {
        let (small, large) = (1e-5_f64, 0.7_f64);
        let one = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        let turned = [small.cos(), 0.0, small.sin(), 0.0, 0.0, large.cos(), 0.0, large.sin()];
        // Other rows that span the same plane.
        let turned: Vec<f32> = turned.map(|x| x as f32).to_vec();
        let mixed: Vec<f32> = (0..4).map(|k| 3.0 * turned[k] - turned[4 + k]).collect();
        let mixed = [mixed, turned[4..].to_vec()].concat();
        let got = principal_angles(&one, &mixed, 4);
        assert!((got[0] - small).abs() < 1e-6 && (got[1] - large).abs() < 1e-6, "{got:?}");
    }

    #[test]
    fn shares_of_variance_grow_to_one() {
        assert_eq!(shares(&[6.0, 3.0, 1.0, 0.0], 10.0), [0.6, 0.9, 1.0, 1.0]);
    }
}
