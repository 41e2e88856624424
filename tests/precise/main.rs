//! Promises of the numbers in double precision, where rounding hides nothing: gradients and tangents of every term and
//! every kind of network agree with finite differences, and linear networks with their theory.
//!
//! It is a program of its own, because all tensors of a device have one precision.

#![cfg(test)]

#[path = "../common/differences.rs"]
mod differences;
mod gradients;
mod jacobian;
mod linear;
mod networks;
mod objective;
#[path = "../common/objectives.rs"]
mod objectives;
#[path = "../common/spectra.rs"]
mod spectra;
#[path = "../common/tensors.rs"]
mod tensors;

use std::sync::Once;

use burn::tensor::{Device, FloatDType, Tensor};

/// The CPU, computing with 64 bits.
pub fn device() -> Device {
    static CONFIGURED: Once = Once::new();
    let mut device = Device::flex();
    CONFIGURED.call_once(|| {
        device.configure(FloatDType::F64).expect("no tensor was made before");
    });
    device
}

/// The numbers of a tensor with all their digits.
pub fn exact<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    #[expect(clippy::disallowed_methods, reason = "the program's own reader returns 32 bits")]
    let data = tensor.into_data();
    data.try_into_vec_as::<f64>().expect("real numbers")
}
