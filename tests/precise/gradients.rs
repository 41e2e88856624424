//! Gradients and tangents of networks against differences, in double precision.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use hourglass::model::Autoencoder;

use super::differences::{assert_close_by_share, slope};
use super::exact;

/// How a gradient is compared with differences: by how far a number is moved, and by which share both may differ.
#[derive(Clone, Copy)]
pub struct Differences {
    pub step: f64,
    pub share: f64,
}

/// Asserts that the gradient of every parameter, at its first, middle and last number, is the difference of the loss.
/// Only running statistics may have none. Returns how many parameters there are.
#[track_caller]
pub fn assert_gradients(
    what: &str,
    model: &Autoencoder,
    by: Differences,
    loss: impl Fn(&Autoencoder) -> Tensor<1>,
) -> usize {
    let gradients = GradientsParams::from_grads(loss(model).backward(), model);
    let found = gradients_of(model, &gradients);
    let largest = found.iter().flat_map(|(_, g)| g.iter().flatten()).fold(0.0f64, |m, g| m.max(g.abs()));
    assert!(largest > 0.0, "{what}: all gradients are zero");
    for (name, gradient) in &found {
        let Some(gradient) = gradient else {
            assert!(name.contains("running_"), "{what}: {name} has no gradient");
            continue;
        };
        for index in [0, gradient.len() / 2, gradient.len() - 1] {
            let at = |by: f64| exact(loss(&nudged(model, name, index, by)).inner())[0];
            let (got, want) = (gradient[index], slope(by.step, at));
            let tolerance = by.share * want.abs().max(2e-2 * largest);
            assert!(
                (got - want).abs() <= tolerance,
                "{what} {name}[{index}]: got {got}, want {want} ± {tolerance}"
            );
        }
    }
    found.len()
}

/// Asserts that a tangent is the difference of `at` two points, a step to either side. Differences count as at least
/// `least`.
#[track_caller]
pub fn assert_tangent(
    what: &str,
    tangent: Tensor<2>,
    by: Differences,
    least: f64,
    at: impl Fn(f64) -> Tensor<2>,
) {
    let [high, low] = [by.step, -by.step].map(|by| exact(at(by)));
    let want: Vec<f64> = high.iter().zip(&low).map(|(high, low)| (high - low) / (2.0 * by.step)).collect();
    assert_close_by_share(what, &exact(tangent), &want, by.share, least);
}

/// The path of every parameter with its gradient where it has one, in the order of the walk.
fn gradients_of(model: &Autoencoder, gradients: &GradientsParams) -> Vec<(String, Option<Vec<f64>>)> {
    let mut walk = Gradients { gradients, found: Vec::new(), path: Vec::new() };
    model.visit(&mut walk);
    walk.found
}

struct Gradients<'a> {
    gradients: &'a GradientsParams,
    found: Vec<(String, Option<Vec<f64>>)>,
    path: Vec<String>,
}

impl ModuleVisitor for Gradients<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id).map(exact);
        self.found.push((self.path.join("."), gradient));
    }
}

/// The network with one number of one parameter moved.
fn nudged(model: &Autoencoder, name: &str, index: usize, by: f64) -> Autoencoder {
    model.clone().map(&mut Nudge { name, index, by, path: Vec::new() })
}

struct Nudge<'a> {
    name: &'a str,
    index: usize,
    by: f64,
    path: Vec<String>,
}

impl ModuleMapper for Nudge<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.path.join(".") != self.name {
            return param;
        }
        let (id, value, mapper) = param.consume();
        let (shape, device) = (value.dims(), value.device().inner());
        let mut moved = exact(value.inner());
        moved[self.index] += self.by;
        let value =
            Tensor::from_inner(Tensor::from_data(TensorData::new(moved, shape), &device)).require_grad();
        Param::from_mapped_value(id, value, mapper)
    }
}
