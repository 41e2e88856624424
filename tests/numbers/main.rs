//! Promises of the numbers, on the CPU: they agree with closed forms, finite differences and independent programs.
//!
//! One file per kind of promise: `cargo test --release --test numbers objective` runs one of them.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;

mod dictionary;
mod jacobian;
mod linear;
mod model;
mod noise;
mod objective;
mod rbm;
mod recurrent;
mod sparse;
mod train;
