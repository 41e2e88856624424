//! The autoencoder: encoder, code, decoder, as a recipe describes them.

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation};

use super::code::{CodeLayer, Encoded};
use super::dense::Mlp;
use super::init::Weights;
use super::network::{Decoder, DenseDecoder, Encoder};
use super::pass::{LayerOutput, Pass};
use crate::recipe::{Output, PixelRange, Recipe, Reconstruction};

/// An encoder, a code layer and a decoder.
#[derive(Module, Debug)]
pub struct Autoencoder {
    /// From the image to the features that the code is computed from.
    pub encoder: Encoder,
    /// The code layer.
    pub code: CodeLayer,
    /// From the code to the image before the output activation, which [`Autoencoder::pixels`] applies.
    pub decoder: Decoder,
    #[module(skip)]
    output: Output,
    #[module(skip)]
    pub(super) range: PixelRange,
    #[module(skip)]
    unit_columns: bool,
    #[module(skip)]
    pub(super) tied: bool,
}

/// The output of every layer for a batch, for the hourglass diagram.
#[derive(Debug)]
pub struct Activations {
    /// The outputs of the encoder's layers.
    pub encoder: Vec<LayerOutput>,
    /// The code.
    pub encoded: Encoded,
    /// The outputs of the decoder's layers.
    pub decoder: Vec<LayerOutput>,
    /// The reconstruction, in [0, 1]. `[batch, pixels]`
    pub pixels: Tensor<2>,
}

impl Autoencoder {
    /// Initialises the network of a recipe for images of `[channels, height, width]`. `device` decides whether
    /// autodiff is on.
    pub fn new(recipe: &Recipe, dims: [usize; 3], device: &Device) -> Self {
        let model = &recipe.model;
        let mut weights = Weights::new(recipe.seed, model.init, model.init_spread, device);
        let encoder = Encoder::new(&mut weights, model, dims);
        let code = CodeLayer::new(&mut weights, encoder.outputs(dims), model);
        let decoder = Decoder::new(&mut weights, model, dims);
        // Cross-entropy is computed from logits, so the pixels are their sigmoid.
        let output = match recipe.objective.reconstruction {
            Reconstruction::CrossEntropy => Output::Sigmoid,
            Reconstruction::SquaredError => model.output,
        };
        let (range, unit_columns, tied) = (recipe.data.range, model.unit_columns, model.tied);
        Self { encoder, code, decoder, output, range, unit_columns, tied }
            .with_tied_weights()
            .with_unit_columns()
    }

    /// Images scaled to the pixel range of the network.
    ///
    /// # Shapes
    /// - x: any, from 0 to 1
    pub fn scaled(&self, x: Tensor<2>) -> Tensor<2> {
        match self.range {
            PixelRange::Unit => x,
            PixelRange::Signed => x * 2.0 - 1.0,
        }
    }

    /// Outputs of the network scaled back to [0, 1].
    ///
    /// # Shapes
    /// - y: any
    fn unscaled(&self, y: Tensor<2>) -> Tensor<2> {
        match self.range {
            PixelRange::Unit => y,
            PixelRange::Signed => (y + 1.0) * 0.5,
        }
    }

    /// Encodes images.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`, from 0 to 1
    /// - output: `[batch, code]`
    pub fn encode(&self, x: Tensor<2>) -> Encoded {
        self.encode_in(x, &mut Pass::default())
    }

    /// Encodes images in a pass that may drop units or record outputs.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`, from 0 to 1
    /// - output: `[batch, code]`
    pub fn encode_in(&self, x: Tensor<2>, pass: &mut Pass) -> Encoded {
        let (features, skips) = self.encoder.forward(self.scaled(x), pass);
        Encoded { skips, ..self.code.forward(features, pass) }
    }

    /// The code if the encoder stopped after each row; `None` if it does not read rows.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`, from 0 to 1
    /// - output: `[batch, code]` each, one per row
    pub fn encode_by_row(&self, x: Tensor<2>) -> Option<Vec<Tensor<2>>> {
        let states = self.encoder.by_row(self.scaled(x))?;
        Some(states.into_iter().map(|state| self.code.forward(state, &mut Pass::default()).code).collect())
    }

    /// The output of the decoder's last linear layer: logits, or pixels before the output activation.
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - skips: the skip connections of the encoder; empty if only a code is known
    /// - output: `[batch, pixels]`
    pub fn decode_raw(&self, z: Tensor<2>, skips: &[Tensor<4>], pass: &mut Pass) -> Tensor<2> {
        self.decoder.forward(z, skips, pass)
    }

    /// Applies the output activation. The result is in the pixel range of [`Autoencoder::scaled`].
    ///
    /// # Shapes
    /// - raw: `[batch, pixels]`
    /// - output: `[batch, pixels]`
    pub fn pixels(&self, raw: Tensor<2>) -> Tensor<2> {
        match self.output {
            Output::Sigmoid => activation::sigmoid(raw),
            Output::Linear => raw,
            Output::Tanh => activation::tanh(raw),
        }
    }

    /// Decodes codes without skip connections, to [0, 1].
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        self.decode_beside(z, &[])
    }

    /// Decodes codes with skip connections, to [0, 1].
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn decode_beside(&self, z: Tensor<2>, skips: &[Tensor<4>]) -> Tensor<2> {
        self.unscaled(self.pixels(self.decode_raw(z, skips, &mut Pass::default())))
    }

    /// Encodes and decodes images. A Gaussian code is decoded from μ.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, pixels]`
    pub fn reconstruct(&self, x: Tensor<2>) -> Tensor<2> {
        let encoded = self.encode(x);
        self.decode_beside(encoded.code, &encoded.skips)
    }

    /// The code and its derivative along `v`; `None` for networks without tangents.
    ///
    /// # Shapes
    /// - x, v: `[batch, pixels]`
    /// - outputs: `[batch, code]` each
    pub fn encode_tangent(&self, x: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        let v = match self.range {
            PixelRange::Unit => v,
            PixelRange::Signed => v * 2.0,
        };
        let (x, v) = self.encoder.tangent(self.scaled(x), v)?;
        Some(self.code.tangent(x, v))
    }

    /// The decoded image and its derivative along `v`; `None` for networks without tangents.
    ///
    /// # Shapes
    /// - z, v: `[batch, code]`
    /// - outputs: `[batch, pixels]` each
    pub fn decode_tangent(&self, z: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        let (raw, along) = self.decoder.tangent(z, v)?;
        let (y, along) = match self.output {
            Output::Sigmoid => {
                let y = activation::sigmoid(raw);
                (y.clone(), along * y.clone() * (-y + 1.0))
            }
            Output::Linear => (raw, along),
            Output::Tanh => {
                let y = activation::tanh(raw);
                (y.clone(), along * (-y.square() + 1.0))
            }
        };
        Some(match self.range {
            PixelRange::Unit => (y, along),
            PixelRange::Signed => (self.unscaled(y), along * 0.5),
        })
    }

    /// The network that consists of the first `layers` layers and their mirror images, the last of them being its code.
    /// `None` for all layers, and for networks that are not dense.
    pub fn shallow(&self, layers: usize) -> Option<Self> {
        let (encoder, decoder) = (self.encoder.dense()?, self.decoder.dense()?);
        let code = encoder.layers.get(layers.checked_sub(1)?)?;
        let down = encoder.layers[..layers - 1].to_vec();
        let up = decoder.hidden.layers[decoder.hidden.layers.len() - (layers - 1)..].to_vec();
        let decoder = DenseDecoder { hidden: Mlp { layers: up }, output: decoder.output.clone() };
        Some(Self {
            encoder: Encoder::Dense(Mlp { layers: down }),
            code: CodeLayer::of_layer(code),
            decoder: Decoder::Dense(decoder),
            ..self.clone()
        })
    }

    /// The output of every layer for a batch. A Gaussian code is decoded from μ.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    pub fn activations(&self, x: Tensor<2>) -> Activations {
        let mut pass = Pass::recording();
        let encoded = self.encode_in(x, &mut pass);
        let encoder = pass.take_outputs();
        let raw = self.decode_raw(encoded.code.clone(), &encoded.skips, &mut pass);
        let pixels = self.unscaled(self.pixels(raw));
        Activations { encoder, encoded, decoder: pass.take_outputs(), pixels }
    }

    /// Initialises the output bias of a convolutional network so that its first images have this mean in each channel,
    /// from 0 to 1. Other networks are not changed.
    ///
    /// The last convolution has one bias per channel for all positions. With a bias of zero the first images are grey,
    /// and the gradients of all pixels have the same sign. All layers follow it at once, overshoot, and saturate the
    /// sigmoid, after which nothing is learned.
    pub fn with_mean_output(mut self, means: &[f32]) -> Self {
        let raw = means.iter().map(|mean| self.raw(*mean)).collect();
        let last = match &mut self.decoder {
            Decoder::Conv(decoder) => decoder.stages.last_mut(),
            Decoder::UNet(decoder) => Some(&mut decoder.output),
            Decoder::Dense(_) | Decoder::Recurrent(_) => None,
        };
        if let Some(last) = last {
            last.set_bias(raw);
        }
        self
    }

    /// The output before the activation for a pixel from 0 to 1. Pixels are clamped, so that a sigmoid can reach them.
    fn raw(&self, pixel: f32) -> f32 {
        let logit = |p: f32| (p / (1.0 - p)).ln();
        let scaled = match self.range {
            PixelRange::Unit => pixel,
            PixelRange::Signed => pixel * 2.0 - 1.0,
        };
        match self.output {
            Output::Sigmoid => logit(pixel.clamp(0.01, 0.99)),
            Output::Linear => scaled,
            Output::Tanh => scaled.clamp(-0.98, 0.98).atanh(),
        }
    }

    /// Normalises the columns of the layer after the code to length one, if the recipe asks for it. Burn stores a
    /// linear layer as `[inputs, outputs]`, so a column of the decoder is a row here.
    pub fn with_unit_columns(mut self) -> Self {
        if self.unit_columns
            && let Decoder::Dense(decoder) = &mut self.decoder
        {
            let first = decoder.first_mut();
            let weight = first.linear.weight.clone();
            first.linear.weight = weight.map(normalised_rows);
        }
        self
    }
}

/// Every row divided by its length, outside of the autodiff graph.
fn normalised_rows(weight: Tensor<2>) -> Tensor<2> {
    let learns = weight.device().is_autodiff();
    let weight = if learns { weight.inner() } else { weight };
    let length = weight.clone().square().sum_dim(1).sqrt().clamp_min(1e-12);
    let unit = weight / length;
    if learns { Tensor::from_inner(unit).require_grad() } else { unit }
}
