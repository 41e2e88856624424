//! Promises of the latent explorer's numbers: fields, forces and clouds are what their formulas say, what is decoded is
//! what the network decodes, and what was asked last is answered.

mod clouds;
mod fields;
mod forces;
mod images;
mod sheets;

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::engine::{LatentPlane, LatticeAsk};
use hourglass::recipe::Recipe;
use hourglass::recipe::random::{Purpose, stream};
use hourglass::train::Learner;
use hourglass::train::read::read;
use rand::RngExt as _;
use rand_distr::StandardNormal;

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

fn normal(step: u64, count: usize) -> Vec<f32> {
    let mut rng = stream(5, Purpose::Epsilon, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

/// Some images between black and white.
fn grey(count: usize) -> Vec<f32> {
    normal(7, count * PIXELS).iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect()
}

fn matrix(numbers: Vec<f32>, columns: usize) -> Tensor<2> {
    let rows = numbers.len() / columns;
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), &Device::flex())
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    read(tensor).expect("the CPU answers")
}

/// A network after a few steps, so that nothing is zero by chance.
fn learned(recipe: &Recipe, dims: [usize; 3], images: &[f32]) -> Learner {
    let mut learner = Learner::new(recipe, dims, 10, &Device::flex());
    (0..20).for_each(|_| drop(learner.step(images, recipe)));
    learner
}

/// The derivative at zero by five points.
fn slope(step: f64, value: impl Fn(f64) -> f64) -> f64 {
    (8.0 * (value(step) - value(-step)) - (value(2.0 * step) - value(-2.0 * step))) / (12.0 * step)
}

/// A lattice on the first two numbers of a code.
fn lattice(dimensions: usize, columns: usize, rows: usize) -> LatticeAsk {
    let plane = LatentPlane::of_axes([0, 1], dimensions, &[]);
    LatticeAsk { plane, x: [-2.0, 2.0], y: [-1.5, 1.5], columns, rows }
}
