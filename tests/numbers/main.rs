//! Promises of the numbers, on the CPU: they agree with closed forms, finite differences and independent programs.
//!
//! One file per kind of promise: `cargo test --release --test numbers objective` runs one of them.

#![cfg(test)]

#[path = "../common/cards.rs"]
mod cards;
mod dictionary;
mod downstream;
mod evaluation;
mod jacobian;
mod likelihood;
mod linear;
mod model;
mod noise;
mod objective;
#[path = "../common/objectives.rs"]
mod objectives;
mod pruning;
mod range_coder;
mod rbm;
#[path = "../common/read.rs"]
mod read;
mod recurrent;
mod sparse;
#[path = "../common/spectra.rs"]
mod spectra;
#[path = "../common/tensors.rs"]
mod tensors;
mod train;
#[path = "../common/training.rs"]
mod training;
mod weights;
