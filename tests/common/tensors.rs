//! Numbers for tests: drawn the same every time, as tensors and back, and compared with a message that says enough.

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::recipe::random::{Purpose, stream};
use hourglass::train::read::read;
use rand::RngExt as _;
use rand_distr::StandardNormal;

/// Draws from a standard normal; the same number of a draw gives the same numbers.
pub fn normal(draw: u64, count: usize) -> Vec<f32> {
    let mut rng = stream(3, Purpose::Epsilon, draw);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

/// Pixels between black and white, drawn likewise.
pub fn grey(draw: u64, count: usize) -> Vec<f32> {
    normal(draw, count).iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect()
}

/// Numbers as rows of a matrix.
pub fn matrix(numbers: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = numbers.len() / columns;
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), device)
}

/// The numbers of a tensor.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    read(tensor).expect("the CPU answers")
}

/// The derivative at zero by five points: its error falls with the fourth power of the step.
pub fn slope(step: f64, value: impl Fn(f64) -> f64) -> f64 {
    (8.0 * (value(step) - value(-step)) - (value(2.0 * step) - value(-2.0 * step))) / (12.0 * step)
}

/// Asserts that every number is within `tolerance` of the one wanted.
#[track_caller]
pub fn assert_close<T: Copy + Into<f64>>(what: &str, got: &[T], want: &[T], tolerance: f64) {
    assert_each_close(what, got, want, |_| tolerance);
}

/// Asserts that every number is within a share of the one wanted, which counts as at least `least`.
#[track_caller]
pub fn assert_close_by_share<T: Copy + Into<f64>>(what: &str, got: &[T], want: &[T], share: f64, least: f64) {
    assert_each_close(what, got, want, |want| share * want.abs().max(least));
}

#[track_caller]
fn assert_each_close<T>(what: &str, got: &[T], want: &[T], tolerance: impl Fn(f64) -> f64)
where
    T: Copy + Into<f64>,
{
    assert_eq!(got.len(), want.len(), "{what}: {} numbers, want {}", got.len(), want.len());
    for (k, (got, want)) in got.iter().zip(want).enumerate() {
        let (got, want): (f64, f64) = ((*got).into(), (*want).into());
        let tolerance = tolerance(want);
        assert!((got - want).abs() <= tolerance, "{what}[{k}]: got {got}, want {want} ± {tolerance}");
    }
}
