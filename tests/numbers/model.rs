//! Promises of the networks: shapes for every size, forward passes that PyTorch made with the same weights, and what skips
//! do to a code.

mod cards;
mod initial;
mod pytorch;
mod shapes;
mod skips;
mod statistics;
mod tied;

use burn::tensor::{Device, Tensor};
use hourglass::recipe::Recipe;

use crate::objectives::with;
use crate::tensors::{grey, matrix};

fn recipe(settings: &[&str]) -> Recipe {
    let recipe = with(Recipe::default(), settings);
    recipe.validate().expect("settings that fit together");
    recipe
}

/// Images of grey noise.
fn images(count: usize, dims: [usize; 3], device: &Device) -> Tensor<2> {
    let pixels = dims.iter().product();
    matrix(grey(1, count * pixels), pixels, device)
}
