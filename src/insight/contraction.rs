//! What a contractive network answers to: the singular values of its Jacobian ∂h/∂x, and the changes of an image that
//! go with the largest ones. All other changes leave the code almost where it is.

use faer::{Mat, Side};

use super::card::{Bars, Card, Content, Images, Ink, signed_each};
use super::topic::CardInputs;
use crate::model::JacobianMethod;
use crate::recipe::gesture::three_figures;
use crate::train::read::{ReadError, read};

/// Images whose singular values are averaged.
const IMAGES: usize = 6;
/// Images whose directions are drawn.
const ROWS: usize = 3;
/// Directions drawn of each.
const DIRECTIONS: usize = 7;
/// Numbers in the Jacobians of a card, at most: larger ones get fewer images.
const MOST: usize = 1 << 20;
/// A direction matters if the code answers to it by this share of its strongest answer.
const SHARE: f64 = 0.1;

/// A Jacobian taken apart.
struct Parts {
    /// Singular values, largest first.
    values: Vec<f64>,
    /// The directions in the image that go with the first of them, of length one.
    directions: Vec<Vec<f64>>,
}

/// Singular values, averaged over images; `None` where the network has no short Jacobian.
pub(super) fn spectrum(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let all = taken_apart(inputs, IMAGES, 0)?;
    let images = all.len();
    let Some(places) = all.first().map(|parts| parts.values.len()) else { return Ok(None) };
    let mean = |place: usize| all.iter().map(|parts| parts.values[place]).sum::<f64>() / images as f64;
    let values: Vec<f64> = (0..places).map(mean).collect();
    let size = all.iter().flat_map(|parts| &parts.values).map(|s| s * s).sum::<f64>() / images as f64;
    let least = SHARE * values.first().copied().unwrap_or(0.0);
    let counted: Vec<bool> = values.iter().map(|s| *s > least).collect();
    let few = counted.iter().filter(|matters| **matters).count();
    let meaning = format!(
        "‖∂h/∂x‖² is {} per image: the code answers to {few} of {places} directions by more than a tenth of its \
         strongest answer, {}. The penalty is {}.",
        three_figures(size),
        three_figures(values.first().copied().unwrap_or(0.0)),
        inputs.learner.model().jacobian_method().words()
    );
    let bars = Bars {
        x: "direction, strongest first".to_owned(),
        y: "singular value of ∂h/∂x".to_owned(),
        values: values.iter().map(|s| *s as f32).collect(),
        names: Vec::new(),
        counted,
        level: None,
    };
    Ok(Some(Card { title: "What the code answers to".to_owned(), meaning, content: Content::Bars(bars) }))
}

/// Images, each before the directions that its code answers to most.
pub(super) fn directions(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, examples, .. } = inputs;
    let pixels = learner.pixels();
    let all = taken_apart(inputs, ROWS, DIRECTIONS)?;
    let Some(drawn) = all.first().map(|parts| parts.directions.len()) else { return Ok(None) };
    let (mut pictures, mut captions) = (Vec::new(), Vec::new());
    for (parts, image) in all.iter().zip(examples.chunks_exact(pixels)) {
        pictures.extend_from_slice(image);
        captions.push("image".to_owned());
        for (direction, value) in parts.directions.iter().zip(&parts.values) {
            let direction: Vec<f32> = direction.iter().map(|x| *x as f32).collect();
            pictures.extend(signed_each(&direction, pixels));
            captions.push(three_figures(*value));
        }
    }
    let share = all.iter().map(|parts| share_of_first(&parts.values, drawn)).sum::<f64>() / all.len() as f64;
    let meaning = format!(
        "Adding one of these pictures to the image, or taking it away, moves the code most; the number says how far. \
         These {drawn} make up {:.0} % of ‖∂h/∂x‖²; what is like none of them goes almost unnoticed.",
        100.0 * share
    );
    let images = Images {
        dims: learner.dims(),
        columns: drawn + 1,
        pixels: pictures.into(),
        ink: Ink::Signed,
        rows: Vec::new(),
        captions,
    };
    let title = "Directions that matter".to_owned();
    Ok(Some(Card { title, meaning, content: Content::Images(images) }))
}

/// How much of ‖∂h/∂x‖² the first singular values are.
fn share_of_first(values: &[f64], first: usize) -> f64 {
    let squares = |values: &[f64]| values.iter().map(|s| s * s).sum::<f64>();
    squares(&values[..first.min(values.len())]) / squares(values).max(f64::MIN_POSITIVE)
}

/// The Jacobians at the first examples, taken apart.
fn taken_apart(inputs: &CardInputs<'_>, images: usize, directions: usize) -> Result<Vec<Parts>, ReadError> {
    let CardInputs { learner, examples, .. } = inputs;
    let (pixels, code, model) = (learner.pixels(), learner.code_size(), learner.model());
    // A Jacobian without a short cut takes a way forward for every pixel.
    let most = if model.jacobian_method() == JacobianMethod::Estimated {
        1
    } else {
        (MOST / (pixels * code)).max(1)
    };
    let images = images.min(most).min(examples.len() / pixels);
    let x = learner.images(&examples[..images * pixels], learner.device());
    let Some(jacobians) = model.jacobian(x) else { return Ok(Vec::new()) };
    let numbers = read(jacobians)?;
    Ok(numbers.chunks_exact(code * pixels).filter_map(|j| take_apart(j, code, directions)).collect())
}

/// The singular values of a matrix of so many rows, and the first directions of its rows. The eigenvalues of J·Jᵀ are
/// the squares of the values, and its few rows make it a small problem.
fn take_apart(numbers: &[f32], rows: usize, directions: usize) -> Option<Parts> {
    let columns = numbers.len() / rows;
    let jacobian = Mat::<f64>::from_fn(rows, columns, |i, j| f64::from(numbers[i * columns + j]));
    let is_wide = rows <= columns;
    let gram = if is_wide { &jacobian * jacobian.transpose() } else { jacobian.transpose() * &jacobian };
    // Only numbers that are not finite keep the decomposition from converging.
    let eigen = gram.self_adjoint_eigen(Side::Lower).ok()?;
    let falling: Vec<usize> = (0..gram.nrows()).rev().collect();
    let values: Vec<f64> = falling.iter().map(|&i| eigen.S()[i].max(0.0).sqrt()).collect();
    let direction = |&i: &usize| {
        let vector = eigen.U().col(i);
        let direction = if is_wide { jacobian.transpose() * vector } else { vector.to_owned() };
        let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        direction.iter().map(|x| x / length).collect()
    };
    let directions = falling.iter().take(directions).map(direction).collect();
    Some(Parts { values, directions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jacobian_is_taken_apart_into_its_singular_values_and_directions() {
        // 3·u₁v₁ᵀ + 2·u₂v₂ᵀ with v₁ = (0.6, 0.8, 0), v₂ = (0, 0, 1), u = the unit vectors; then the same upright.
        let wide = [1.8f32, 2.4, 0.0, 0.0, 0.0, 2.0];
        let parts = take_apart(&wide, 2, 2).unwrap();
        assert!((parts.values[0] - 3.0).abs() < 1e-6 && (parts.values[1] - 2.0).abs() < 1e-6);
        let cosine: f64 = parts.directions[0].iter().zip([0.6, 0.8, 0.0]).map(|(a, b)| a * b).sum();
        assert!((cosine.abs() - 1.0).abs() < 1e-6, "direction {:?}", parts.directions[0]);
        let tall = [1.8f32, 0.0, 2.4, 0.0, 0.0, 2.0];
        let parts = take_apart(&tall, 3, 2).unwrap();
        assert!((parts.values[0] - 3.0).abs() < 1e-6 && (parts.values[1] - 2.0).abs() < 1e-6);
        assert!((parts.directions[0][0].abs() - 1.0).abs() < 1e-6, "direction {:?}", parts.directions[0]);
        assert!((share_of_first(&parts.values, 1) - 9.0 / 13.0).abs() < 1e-6);
    }
}
