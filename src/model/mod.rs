//! The networks, the code layer and the terms of the objective, on Burn.
//!
//! A model is an encoder, a code layer and a decoder, as a recipe describes them. Differentiable layers have
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
pub mod tied;
pub mod unet;
pub mod weights;

pub use autoencoder::{Activations, Autoencoder};
pub use code::{CodeLayer, Encoded};
pub use conv::{ConvDecoder, ConvEncoder};
pub use dense::{Dense, Mlp};
pub use fits::fits;
pub use jacobian::JacobianMethod;
pub use network::{Decoder, DenseDecoder, Encoder};
pub use objective::{Penalty, PerImage};
pub use pass::{Drops, LayerOutput, Pass, Skips};
pub use rbm::Rbm;
pub use recurrent::{RowDecoder, RowEncoder};
pub use stage::ConvStage;
pub use unet::UNetDecoder;
