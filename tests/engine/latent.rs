//! Promises of the latent explorer's numbers: fields, forces and clouds are what their formulas say, what is decoded is
//! what the network decodes, and what was asked last is answered.

mod clouds;
mod fields;
mod forces;
mod images;
mod sheets;

use burn::tensor::{Device, Tensor};
use hourglass::engine::{LatentPlane, WantedLattice};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;

use crate::tensors::{self, grey};

/// Small images that two halvings fit.
const DIMS: [usize; 3] = [1, 8, 8];
const PIXELS: usize = 64;

/// A small smooth network: differences mean nothing across the bend of a ReLU.
fn recipe(settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::default();
    let first = ["model.widths=14-9", "model.code=3", "model.activation=tanh", "model.channels=4-6"];
    for setting in first.iter().chain(settings) {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

/// Some images between black and white.
fn grey_images(count: usize) -> Vec<f32> {
    grey(7, count * PIXELS)
}

fn matrix(numbers: Vec<f32>, columns: usize) -> Tensor<2> {
    tensors::matrix(numbers, columns, &Device::flex())
}

/// A network after a few steps, so that nothing is zero by chance.
fn learned(recipe: &Recipe, dims: [usize; 3], images: &[f32]) -> Learner {
    let mut learner = Learner::new(recipe, dims, 10, &Device::flex());
    (0..20).for_each(|_| drop(learner.step(images, recipe)));
    learner
}

/// A lattice on the first two numbers of a code.
fn lattice(dimensions: usize, columns: usize, rows: usize) -> WantedLattice {
    let plane = LatentPlane::of_axes([0, 1], dimensions, &[]);
    WantedLattice { plane, x: [-2.0, 2.0], y: [-1.5, 1.5], columns, rows }
}
