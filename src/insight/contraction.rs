//! What a code is sensitive to: the singular values of its Jacobian ∂h/∂x, and the right
//! singular vectors of the largest ones, which are changes of the image. Other changes leave the code almost unchanged.

use faer::{Mat, Side};

use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Images, Values, signed_each};
use crate::model::JacobianMethod;
use crate::recipe::gesture::three_figures;
use crate::train::read::{ReadError, read};

/// Images over which singular values are averaged.
const IMAGES: usize = 6;
/// Images whose directions are drawn.
const ROWS: usize = 3;
/// Directions drawn of each.
const DIRECTIONS: usize = 7;
/// Most numbers in the Jacobians of a card: larger Jacobians get fewer images.
const MOST: usize = 1 << 20;
/// A singular value counts if it is above this share of the largest one.
const SHARE: f64 = 0.1;

/// The singular value decomposition of a Jacobian.
struct Decomposition {
    /// Singular values, largest first.
    values: Vec<f64>,
    /// The right singular vectors of the first of them: unit directions in the image.
    directions: Vec<Vec<f64>>,
}

/// Singular values, averaged over images; `None` where the network has no cheap Jacobian.
pub(super) fn spectrum(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let all = decompositions(inputs, IMAGES, 0)?;
    let images = all.len();
    let Some(count) = all.first().map(|first| first.values.len()) else { return Ok(None) };
    let mean = |k: usize| all.iter().map(|one| one.values[k]).sum::<f64>() / images as f64;
    let values: Vec<f64> = (0..count).map(mean).collect();
    let norm = all.iter().flat_map(|one| &one.values).map(|s| s * s).sum::<f64>() / images as f64;
    let largest = values.first().copied().unwrap_or(0.0);
    let highlighted: Vec<bool> = values.iter().map(|s| *s > SHARE * largest).collect();
    let few = highlighted.iter().filter(|counts| **counts).count();
    let mut meaning = format!(
        "‖∂h/∂x‖² is {} per image. In {few} of {count} directions the code changes by more than a tenth of its largest \
         response, {}.",
        three_figures(norm),
        three_figures(largest)
    );
    let topic = if inputs.recipe.objective.contractive > 0.0 { Topic::Contraction } else { Topic::Jacobian };
    meaning.push_str(&match topic {
        Topic::Contraction => format!(" The penalty is {}.", inputs.learner.model().jacobian_method().words()),
        _ => format!(
            " Any other change of the {} values of an image hardly moves the code. A contractive penalty makes fewer \
             directions count.",
            inputs.learner.pixels()
        ),
    });
    let bars = Bars {
        x: "direction, largest response first".to_owned(),
        y: "singular value of ∂h/∂x".to_owned(),
        values: values.iter().map(|s| *s as f32).collect(),
        highlighted,
        ..Bars::default()
    };
    Ok(Some(Card::new(topic.title(), meaning, bars)))
}

/// Images, each followed by the directions to which its code is most sensitive.
pub(super) fn directions(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, examples, .. } = inputs;
    let pixels = learner.pixels();
    let all = decompositions(inputs, ROWS, DIRECTIONS)?;
    let Some(drawn) = all.first().map(|first| first.directions.len()) else { return Ok(None) };
    let (mut shown, mut captions) = (Vec::new(), Vec::new());
    for (one, image) in all.iter().zip(examples.chunks_exact(pixels)) {
        shown.extend_from_slice(image);
        captions.push("image".to_owned());
        for (direction, value) in one.directions.iter().zip(&one.values) {
            let direction: Vec<f32> = direction.iter().map(|x| *x as f32).collect();
            shown.extend(signed_each(&direction, pixels));
            captions.push(three_figures(*value));
        }
    }
    let share = all.iter().map(|one| share_of_first(&one.values, drawn)).sum::<f64>() / all.len() as f64;
    let meaning = format!(
        "The changes of an image that move its code most, with the singular value of each: how far the code moves per \
         unit of change. Each picture is scaled to its own largest value. These {drawn} make up {:.0} % of ‖∂h/∂x‖².",
        100.0 * share
    );
    let images = Images {
        shape: learner.shape(),
        columns: drawn + 1,
        pixels: shown.into(),
        values: Values::Signed,
        captions,
        keeps_rows: true,
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Directions.title(), meaning, images)))
}

/// The share of ‖∂h/∂x‖² in the first singular values.
fn share_of_first(values: &[f64], first: usize) -> f64 {
    let squares = |values: &[f64]| values.iter().map(|s| s * s).sum::<f64>();
    squares(&values[..first.min(values.len())]) / squares(values).max(f64::MIN_POSITIVE)
}

/// The decomposed Jacobians at the first examples.
fn decompositions(
    inputs: &CardInputs<'_>,
    images: usize,
    directions: usize,
) -> Result<Vec<Decomposition>, ReadError> {
    let CardInputs { learner, examples, .. } = inputs;
    let (pixels, code, model) = (learner.pixels(), learner.code_size(), learner.model());
    // Without a closed form, a Jacobian takes a forward pass for every pixel.
    let most = if model.jacobian_method() == JacobianMethod::Estimated {
        1
    } else {
        (MOST / (pixels * code)).max(1)
    };
    let images = images.min(most).min(examples.len() / pixels);
    let x = learner.images(&examples[..images * pixels], learner.device());
    let Some(jacobians) = model.jacobian(x) else { return Ok(Vec::new()) };
    let numbers = read(jacobians)?;
    Ok(numbers.chunks_exact(code * pixels).filter_map(|j| decomposed(j, code, directions)).collect())
}

/// The singular values and the first right singular vectors of a matrix with so many rows, from the eigenvalues of
/// J·Jᵀ or Jᵀ·J, whichever is smaller.
fn decomposed(numbers: &[f32], rows: usize, directions: usize) -> Option<Decomposition> {
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
    Some(Decomposition { values, directions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jacobian_is_decomposed_into_its_singular_values_and_directions() {
        // 3·u₁v₁ᵀ + 2·u₂v₂ᵀ with v₁ = (0.6, 0.8, 0), v₂ = (0, 0, 1), u = the unit vectors; then a tall matrix.
        let wide = [1.8f32, 2.4, 0.0, 0.0, 0.0, 2.0];
        let found = decomposed(&wide, 2, 2).unwrap();
        assert!((found.values[0] - 3.0).abs() < 1e-6 && (found.values[1] - 2.0).abs() < 1e-6);
        let cosine: f64 = found.directions[0].iter().zip([0.6, 0.8, 0.0]).map(|(a, b)| a * b).sum();
        assert!((cosine.abs() - 1.0).abs() < 1e-6, "direction {:?}", found.directions[0]);
        let tall = [1.8f32, 0.0, 2.4, 0.0, 0.0, 2.0];
        let found = decomposed(&tall, 3, 2).unwrap();
        assert!((found.values[0] - 3.0).abs() < 1e-6 && (found.values[1] - 2.0).abs() < 1e-6);
        assert!((found.directions[0][0].abs() - 1.0).abs() < 1e-6, "direction {:?}", found.directions[0]);
        assert!((share_of_first(&found.values, 1) - 9.0 / 13.0).abs() < 1e-6);
    }
}
