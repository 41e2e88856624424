//! Tensors as numbers.

use burn::tensor::Tensor;
use hourglass::train::read::read;

/// The numbers of a tensor.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    read(tensor).expect("the CPU answers")
}
