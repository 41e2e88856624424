//! What tests of gradients share: every parameter's gradient by its path, and one number of one parameter moved.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use hourglass::train::read::read;

/// The path of every parameter with its gradient where it has one, in the order of the walk.
pub fn gradients_of(model: &impl Module, gradients: &GradientsParams) -> Vec<(String, Option<Vec<f32>>)> {
    let mut walk = Gradients { gradients, found: Vec::new(), path: Vec::new() };
    model.visit(&mut walk);
    walk.found
}

/// The model with one number of one parameter moved.
pub fn nudged<M: Module>(model: &M, name: &str, index: usize, by: f32) -> M {
    model.clone().map(&mut Nudge { name, index, by, path: Vec::new() })
}

struct Gradients<'a> {
    gradients: &'a GradientsParams,
    found: Vec<(String, Option<Vec<f32>>)>,
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
        let gradient = self.gradients.get::<D>(param.id);
        let gradient = gradient.map(|gradient| read(gradient).expect("the CPU answers"));
        self.found.push((self.path.join("."), gradient));
    }
}

struct Nudge<'a> {
    name: &'a str,
    index: usize,
    by: f32,
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
        let mut numbers = read(value.inner()).expect("the CPU answers");
        numbers[self.index] += self.by;
        let value =
            Tensor::from_inner(Tensor::from_data(TensorData::new(numbers, shape), &device)).require_grad();
        Param::from_mapped_value(id, value, mapper)
    }
}
