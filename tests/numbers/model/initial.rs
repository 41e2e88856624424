//! Initial weights that a recipe gives: PyTorch's default and a normal distribution, for every kind of layer.

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use hourglass::model::Autoencoder;

use super::recipe;
use crate::read::numbers;

/// The parameters of a network: path, number of dimensions, shape and values.
struct Parameters {
    path: Vec<String>,
    found: Vec<(String, Vec<usize>, Vec<f32>)>,
}

impl ModuleVisitor for Parameters {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.dims().to_vec();
        self.found.push((self.path.join("."), shape, numbers(param.val().flatten::<1>(0, D - 1))));
    }
}

fn parameters(settings: &[&str]) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let model = Autoencoder::new(&recipe(settings), [1, 28, 28], &Device::flex());
    let mut parameters = Parameters { path: Vec::new(), found: Vec::new() };
    model.visit(&mut parameters);
    parameters.found
}

fn deviation(values: &[f32]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    (values.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// Weights and biases of PyTorch's layers are uniform between ±1/√fan-in, so their deviation is 1/√(3·fan-in).
#[test]
fn pytorchs_default_is_uniform_with_biases_in_every_layer() {
    let dense = parameters(&["model.init=pytorch", "model.widths=400-100", "model.code=50"]);
    for (path, shape, values) in &dense {
        // A linear layer is stored as [inputs, outputs]; its bias has the same bound.
        let fan_in = match (path.as_str(), shape.len()) {
            (_, 2) => shape[0],
            ("encoder.Dense.layers.0.linear.bias", _) => 784,
            _ => continue,
        };
        let bound = 1.0 / (fan_in as f32).sqrt();
        let largest = values.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(largest <= bound && largest > 0.95 * bound, "{path}: {largest}, bound {bound}");
        let (got, want) = (deviation(values), f64::from(bound) / 3f64.sqrt());
        assert!((got / want - 1.0).abs() < 0.1, "{path}: a deviation of {got}, want {want} within 10 %");
    }
    for network in ["conv", "recurrent"] {
        let settings = ["model.init=pytorch", &format!("model.network={network}")];
        let biases: Vec<_> =
            parameters(&settings).into_iter().filter(|(path, ..)| path.ends_with("bias")).collect();
        assert!(!biases.is_empty(), "{network} has biases");
        for (path, _, values) in biases {
            assert!(values.iter().any(|x| *x != 0.0), "{network}: the bias {path} is zero");
            assert!(values.iter().all(|x| x.abs() < 1.0), "{network}: the bias {path} is not small");
        }
    }
}

#[test]
fn normal_weights_have_the_given_deviation_and_biases_of_zero() {
    for (path, shape, values) in parameters(&["model.init=normal", "model.init_spread=0.02"]) {
        if shape.len() == 2 {
            let got = deviation(&values);
            assert!((got / 0.02 - 1.0).abs() < 0.1, "{path}: a deviation of {got}, want 0.02 within 10 %");
        } else {
            assert!(values.iter().all(|x| *x == 0.0), "{path}");
        }
    }
}
