//! Numbers for tests: drawn the same every time, as tensors, and compared with a message that says enough.

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::recipe::random::{Purpose, stream};
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

/// Asserts that every number is within `tolerance` of the one wanted.
#[track_caller]
pub fn assert_close<T: Copy + Into<f64>>(what: &str, got: &[T], want: &[T], tolerance: f64) {
    assert_each_close(what, got, want, |_| tolerance);
}

/// Asserts that every number is as close to the one wanted as `tolerance` of that one says.
#[track_caller]
pub fn assert_each_close<T>(what: &str, got: &[T], want: &[T], tolerance: impl Fn(f64) -> f64)
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
