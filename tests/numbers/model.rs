//! Promises of the networks: shapes for every size, gradients and tangents against differences, forward passes that
//! PyTorch made with the same weights, and what skips do to a code.

mod cards;
mod gradients;
mod pytorch;
mod shapes;
mod skips;
mod statistics;

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::recipe::Recipe;
use hourglass::recipe::random::{Purpose, stream};
use hourglass::train::read::read;
use rand::RngExt as _;
use rand_distr::StandardNormal;

fn recipe(settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::default();
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe.validate().expect("settings that fit together");
    recipe
}

fn normal(step: u64, count: usize) -> Vec<f32> {
    let mut rng = stream(3, Purpose::Epsilon, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

fn matrix(numbers: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = numbers.len() / columns;
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), device)
}

/// Images of grey noise.
fn images(count: usize, dims: [usize; 3], device: &Device) -> Tensor<2> {
    let pixels = dims.iter().product();
    let grey = normal(1, count * pixels).iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
    matrix(grey, pixels, device)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    read(tensor).expect("the CPU answers")
}
