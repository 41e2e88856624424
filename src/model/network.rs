//! Encoders and decoders of every kind.

use burn::module::Module;
use burn::tensor::Tensor;

use super::conv::{ConvDecoder, ConvEncoder};
use super::dense::{Dense, Mlp};
use super::init::Weights;
use super::pass::{Pass, Skips};
use super::recurrent::{RowDecoder, RowEncoder};
use super::unet::{self, UNetDecoder};
use crate::recipe::{Activation, ModelRecipe, Network};

/// From the image to the features that the code is computed from.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per model, and its weights weigh far more")]
pub enum Encoder {
    /// Fully connected layers.
    Dense(Mlp),
    /// A recurrent network that reads rows.
    Recurrent(RowEncoder),
    /// Convolutions that halve the image, of a convolutional network or of a U-Net.
    Conv(ConvEncoder),
}

/// From the code to the image.
#[derive(Module, Debug)]
pub enum Decoder {
    /// Fully connected layers.
    Dense(DenseDecoder),
    /// A recurrent network that writes rows.
    Recurrent(RowDecoder),
    /// Convolutions that double the image.
    Conv(ConvDecoder),
    /// Convolutions that double the image, with skip connections.
    UNet(UNetDecoder),
}

impl Encoder {
    /// Initialises the encoder of a recipe for images of `[channels, height, width]`.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        match recipe.network {
            Network::Conv => Self::Conv(ConvEncoder::new(weights, recipe, dims)),
            Network::UNet => Self::Conv(unet::encoder(weights, recipe, dims)),
            Network::Dense => {
                let mut widths = vec![dims.iter().product()];
                widths.extend(&recipe.widths);
                Self::Dense(Mlp::new(weights, &widths, recipe.activation))
            }
            Network::Recurrent => Self::Recurrent(RowEncoder::new(weights, recipe, dims)),
        }
    }

    /// The layers of a dense encoder.
    pub fn dense(&self) -> Option<&Mlp> {
        let Self::Dense(mlp) = self else { return None };
        Some(mlp)
    }

    /// The layers of a dense encoder, to be changed.
    pub fn dense_mut(&mut self) -> Option<&mut Mlp> {
        let Self::Dense(mlp) = self else { return None };
        Some(mlp)
    }

    /// Values of its output per image of `[channels, height, width]`.
    pub fn outputs(&self, dims: [usize; 3]) -> usize {
        match self {
            Self::Dense(mlp) => mlp.outputs().unwrap_or_else(|| dims.iter().product()),
            Self::Recurrent(reader) => reader.cell.size(),
            Self::Conv(encoder) => encoder.outputs(),
        }
    }

    /// Applies the encoder.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, outputs]`, and the skip connections
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> (Tensor<2>, Skips) {
        match self {
            Self::Dense(mlp) => (mlp.forward(x, pass), Skips::new()),
            Self::Recurrent(reader) => (reader.forward(x, pass), Skips::new()),
            Self::Conv(encoder) => encoder.forward(x, pass),
        }
    }

    /// The output and its derivative along `v`; `None` for networks without tangents.
    ///
    /// # Shapes
    /// - x, v: `[batch, pixels]`
    /// - outputs: `[batch, outputs]` each
    pub fn tangent(&self, x: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        match self {
            Self::Dense(mlp) => Some(mlp.tangent(x, v)),
            Self::Conv(encoder) => encoder.tangent(x, v),
            Self::Recurrent(_) => None,
        }
    }

    /// The output if it stopped after each row; `None` if it does not read rows.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, outputs]` each, one per row
    pub fn by_row(&self, x: Tensor<2>) -> Option<Vec<Tensor<2>>> {
        match self {
            Self::Recurrent(reader) => Some(reader.states(x)),
            Self::Dense(_) | Self::Conv(_) => None,
        }
    }
}

impl Decoder {
    /// Initialises the mirror image of an encoder.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        match recipe.network {
            Network::Dense => Self::Dense(DenseDecoder::new(weights, recipe, dims)),
            Network::Recurrent => Self::Recurrent(RowDecoder::new(weights, recipe, dims)),
            Network::Conv => Self::Conv(ConvDecoder::new(weights, recipe, dims)),
            Network::UNet => Self::UNet(UNetDecoder::new(weights, recipe, dims)),
        }
    }

    /// The layers of a dense decoder.
    pub fn dense(&self) -> Option<&DenseDecoder> {
        let Self::Dense(decoder) = self else { return None };
        Some(decoder)
    }

    /// The layers of a dense decoder, to be changed.
    pub fn dense_mut(&mut self) -> Option<&mut DenseDecoder> {
        let Self::Dense(decoder) = self else { return None };
        Some(decoder)
    }

    /// The output of the last linear layer: logits, or pixels before the output activation.
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - skips: the skip connections of the encoder; missing ones count as zeros
    /// - output: `[batch, pixels]`
    pub fn forward(&self, z: Tensor<2>, skips: &[Tensor<4>], pass: &mut Pass) -> Tensor<2> {
        match self {
            Self::Dense(decoder) => decoder.output.forward(decoder.hidden.forward(z, pass)),
            Self::Recurrent(writer) => writer.forward(z, pass),
            Self::Conv(decoder) => decoder.forward(z, pass),
            Self::UNet(decoder) => decoder.forward(z, skips, pass),
        }
    }

    /// The output and its derivative along `v`; `None` for networks without tangents.
    ///
    /// # Shapes
    /// - z, v: `[batch, code]`
    /// - outputs: `[batch, pixels]` each
    pub fn tangent(&self, z: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        match self {
            Self::Dense(decoder) => {
                let (z, v) = decoder.hidden.tangent(z, v);
                Some(decoder.output.tangent(z, v))
            }
            Self::Recurrent(_) => None,
            Self::Conv(decoder) => decoder.tangent(z, v),
            Self::UNet(decoder) => decoder.tangent(z, v),
        }
    }
}

/// Fully connected layers from the code to the image.
#[derive(Module, Debug)]
pub struct DenseDecoder {
    /// Mirrors the encoder's hidden layers.
    pub hidden: Mlp,
    /// The last layer, linear.
    pub output: Dense,
}

impl DenseDecoder {
    fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        let pixels = dims.iter().product();
        let mut widths = vec![recipe.code];
        widths.extend(recipe.widths.iter().rev());
        let hidden = Mlp::new(weights, &widths, recipe.activation);
        let output = Dense::new(weights, widths[widths.len() - 1], pixels, Activation::Linear);
        Self { hidden, output }
    }

    /// The first layer.
    pub fn first_mut(&mut self) -> &mut Dense {
        self.hidden.layers.first_mut().unwrap_or(&mut self.output)
    }
}
