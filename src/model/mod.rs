//! The networks: dense layers, the code in the middle, and the terms of the objective, all on Burn.
//!
//! A model is a composition read off a recipe: an encoder, a code layer, a decoder. Every differentiable layer has
//! `tangent(x, v)` beside `forward`, the derivative along a direction, so that Jacobians need no second-order
//! autodiff.

pub mod autoencoder;
pub mod code;
pub mod dense;
pub mod init;
pub mod jacobian;
pub mod network;
pub mod objective;
pub mod pass;
pub mod recurrent;
pub mod rbm;

pub use autoencoder::{Autoencoder, Trace};
pub use code::{CodeLayer, Encoded};
pub use dense::{Dense, Mlp};
pub use jacobian::Method;
pub use network::{Decoder, DenseDecoder, Encoder, Skips};
pub use objective::{Penalty, PerImage};
pub use pass::{Drops, Pass, Traced};
pub use recurrent::{Reader, Writer};
pub use rbm::Rbm;
