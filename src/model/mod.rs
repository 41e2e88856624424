//! The networks: dense layers and convolutions, the code in the middle, and the terms of the objective, all on Burn.
//!
//! A model is a composition read off a recipe: an encoder, a code layer, a decoder. Every differentiable layer has
//! `tangent(x, v)` beside `forward`, the derivative along a direction, so that Jacobians need no second-order
//! autodiff.

pub mod autoencoder;
pub mod code;
pub mod conv;
pub mod dense;
pub mod fits;
pub mod init;
pub mod jacobian;
pub mod network;
pub mod objective;
pub mod pass;
pub mod rbm;
pub mod recurrent;
pub mod stage;
pub mod unet;

pub use autoencoder::{Autoencoder, Trace};
pub use code::{CodeLayer, Encoded};
pub use conv::{ConvDecoder, ConvEncoder};
pub use dense::{Dense, Mlp};
pub use fits::fits;
pub use jacobian::Method;
pub use network::{Decoder, DenseDecoder, Encoder, Skips};
pub use objective::{Penalty, PerImage};
pub use pass::{Drops, Pass, Traced};
pub use rbm::Rbm;
pub use recurrent::{Reader, Writer};
pub use stage::ConvStage;
pub use unet::UNetDecoder;
