//! The weights of a network as a whole: matrices and kernels, not biases.

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::autoencoder::Autoencoder;
use crate::recipe::Frozen;

impl Autoencoder {
    /// ½‖W‖², half the sum of all squared weights. Biases are left out, and tied weights counted once.
    ///
    /// # Shapes
    /// - output: `[1]`
    pub fn half_squared_weights(&self) -> Tensor<1> {
        let mut squares = Squares { model: self, sum: None, path: Vec::new() };
        self.visit(&mut squares);
        let device = self.code.head.weight.device();
        squares.sum.map_or_else(|| Tensor::zeros([1], &device), |sum| sum * 0.5)
    }

    /// Whether a parameter of so many dimensions, at a path, holds weights of the network's own: biases have one dimension,
    /// and a tied decoder has the encoder's weights.
    pub fn has_own_weights(&self, dimensions: usize, path: &[String]) -> bool {
        dimensions > 1 && !(self.tied && is_of_decoder(path))
    }
}

/// Whether the parameter at a path belongs to the part of a network that does not learn.
pub fn is_frozen(part: Frozen, path: &[String]) -> bool {
    match part {
        Frozen::Nothing => false,
        Frozen::Encoder => !is_of_decoder(path),
        Frozen::Decoder => is_of_decoder(path),
    }
}

/// Whether the parameter at a path belongs to the decoder.
fn is_of_decoder(path: &[String]) -> bool {
    path.first().is_some_and(|name| name == "decoder")
}

struct Squares<'a> {
    model: &'a Autoencoder,
    sum: Option<Tensor<1>>,
    path: Vec<String>,
}

impl ModuleVisitor for Squares<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.model.has_own_weights(D, &self.path) {
            let square = param.val().square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + square,
                None => square,
            });
        }
    }
}
