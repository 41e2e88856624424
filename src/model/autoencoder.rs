//! The autoencoder: encoder, code, decoder, as a recipe describes them.

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation};

use super::code::{CodeLayer, Encoded};
use super::dense::Mlp;
use super::init::Weights;
use super::network::{Decoder, DenseDecoder, Encoder};
use super::pass::{Pass, Traced};
use crate::recipe::{Output, PixelRange, Recipe, Reconstruction};

/// An image squeezed to a code and opened again.
#[derive(Module, Debug)]
pub struct Autoencoder {
    /// From the image towards the code.
    pub encoder: Encoder,
    /// The waist.
    pub code: CodeLayer,
    /// From the code towards the image; what it gives is squashed to pixels by [`Autoencoder::pixels`].
    pub decoder: Decoder,
    #[module(skip)]
    squash: Output,
    #[module(skip)]
    pub(super) range: PixelRange,
    #[module(skip)]
    unit_columns: bool,
}

/// Everything a batch becomes on its way through, for the picture of the hourglass.
#[derive(Debug)]
pub struct Trace {
    /// Outputs of the encoder's layers.
    pub encoder: Vec<Traced>,
    /// The code.
    pub encoded: Encoded,
    /// Outputs of the decoder's layers.
    pub decoder: Vec<Traced>,
    /// The reconstruction, as it is shown. `[batch, pixels]`
    pub pixels: Tensor<2>,
}

impl Autoencoder {
    /// Draws the network of a recipe for images of `[channels, height, width]`. `device` decides whether gradients
    /// are kept.
    pub fn new(recipe: &Recipe, dims: [usize; 3], device: &Device) -> Self {
        let model = &recipe.model;
        let mut weights = Weights::new(recipe.seed, model.init, device);
        let encoder = Encoder::new(&mut weights, model, dims);
        let code = CodeLayer::new(&mut weights, encoder.outputs(dims), model);
        let decoder = Decoder::new(&mut weights, model, dims);
        // Cross-entropy is taken from logits, so what is drawn is their sigmoid.
        let squash = match recipe.objective.reconstruction {
            Reconstruction::CrossEntropy => Output::Sigmoid,
            Reconstruction::SquaredError => model.output,
        };
        let (range, unit_columns) = (recipe.data.range, model.unit_columns);
        Self { encoder, code, decoder, squash, range, unit_columns }.with_unit_columns()
    }

    /// Images in the scale that the network sees and is compared in.
    ///
    /// # Shapes
    /// - x: any, from 0 to 1
    pub fn scaled(&self, x: Tensor<2>) -> Tensor<2> {
        match self.range {
            PixelRange::Unit => x,
            PixelRange::Signed => x * 2.0 - 1.0,
        }
    }

    /// What the network gives, in the scale in which images are shown.
    ///
    /// # Shapes
    /// - y: any
    fn shown(&self, y: Tensor<2>) -> Tensor<2> {
        match self.range {
            PixelRange::Unit => y,
            PixelRange::Signed => (y + 1.0) * 0.5,
        }
    }

    /// # Shapes
    /// - x: `[batch, pixels]`, from 0 to 1
    /// - output: `[batch, code]`
    pub fn encode(&self, x: Tensor<2>) -> Encoded {
        self.encode_in(x, &mut Pass::default())
    }

    /// The same, on a way through that drops units or keeps outputs.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`, from 0 to 1
    /// - output: `[batch, code]`
    pub fn encode_in(&self, x: Tensor<2>, pass: &mut Pass) -> Encoded {
        let (features, skips) = self.encoder.forward(self.scaled(x), pass);
        Encoded { skips, ..self.code.forward(features, pass) }
    }

    /// The code as it would be if the encoder stopped after each row; `None` where it does not read rows.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`, from 0 to 1
    /// - output: `[batch, code]` each, one per row
    pub fn encode_by_row(&self, x: Tensor<2>) -> Option<Vec<Tensor<2>>> {
        let states = self.encoder.by_row(self.scaled(x))?;
        Some(states.into_iter().map(|state| self.code.forward(state, &mut Pass::default()).code).collect())
    }

    /// The decoder's last linear layer: logits, or pixels before they are squashed.
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - skips: what the encoder gave beside the code; nothing where only a code is known
    /// - output: `[batch, pixels]`
    pub fn decode_raw(&self, z: Tensor<2>, skips: &[Tensor<4>], pass: &mut Pass) -> Tensor<2> {
        self.decoder.forward(z, skips, pass)
    }

    /// What the decoder's last layer means as an image, in the scale of [`Autoencoder::scaled`].
    ///
    /// # Shapes
    /// - raw: `[batch, pixels]`
    /// - output: `[batch, pixels]`
    pub fn pixels(&self, raw: Tensor<2>) -> Tensor<2> {
        match self.squash {
            Output::Sigmoid => activation::sigmoid(raw),
            Output::Linear => raw,
        }
    }

    /// The image of a code alone, as it is shown.
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        self.decode_beside(z, &[])
    }

    /// The image of a code and what skips past it, as it is shown.
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn decode_beside(&self, z: Tensor<2>, skips: &[Tensor<4>]) -> Tensor<2> {
        self.shown(self.pixels(self.decode_raw(z, skips, &mut Pass::default())))
    }

    /// Images through the waist and back; a Gaussian code is decoded from μ.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, pixels]`
    pub fn reconstruct(&self, x: Tensor<2>) -> Tensor<2> {
        let encoded = self.encode(x);
        self.decode_beside(encoded.code, &encoded.skips)
    }

    /// The code and its derivative along `v`, for networks that have a short one.
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

    /// The decoded image and its derivative along `v`, for networks that have a short one.
    ///
    /// # Shapes
    /// - z, v: `[batch, code]`
    /// - outputs: `[batch, pixels]` each
    pub fn decode_tangent(&self, z: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        let (raw, along) = self.decoder.tangent(z, v)?;
        let (y, along) = match self.squash {
            Output::Sigmoid => {
                let y = activation::sigmoid(raw);
                (y.clone(), along * y.clone() * (-y + 1.0))
            }
            Output::Linear => (raw, along),
        };
        Some(match self.range {
            PixelRange::Unit => (y, along),
            PixelRange::Signed => (self.shown(y), along * 0.5),
        })
    }

    /// The network of only its first layers and their mirror images: the last of them is its code. `None` for as many
    /// layers as there are, and where the layers are not dense.
    pub fn shallow(&self, layers: usize) -> Option<Self> {
        let (encoder, decoder) = (self.encoder.dense()?, self.decoder.dense()?);
        let waist = encoder.layers.get(layers.checked_sub(1)?)?;
        let down = encoder.layers[..layers - 1].to_vec();
        let up = decoder.hidden.layers[decoder.hidden.layers.len() - (layers - 1)..].to_vec();
        let decoder = DenseDecoder { hidden: Mlp { layers: up }, output: decoder.output.clone() };
        Some(Self {
            encoder: Encoder::Dense(Mlp { layers: down }),
            code: CodeLayer::of_layer(waist),
            decoder: Decoder::Dense(decoder),
            ..self.clone()
        })
    }

    /// Everything a batch becomes on its way through; a Gaussian code is decoded from μ.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    pub fn trace(&self, x: Tensor<2>) -> Trace {
        let mut pass = Pass::tracing();
        let encoded = self.encode_in(x, &mut pass);
        let encoder = pass.take_trace();
        let raw = self.decode_raw(encoded.code.clone(), &encoded.skips, &mut pass);
        let pixels = self.shown(self.pixels(raw));
        Trace { encoder, encoded, decoder: pass.take_trace(), pixels }
    }

    /// Lets convolutions begin with images of this mean in each channel, from 0 to 1; other networks stay as they are.
    ///
    /// The last convolution has one bias for all places of a channel. Were it zero, the images would begin grey, and
    /// every pixel would ask for the same: darker, or brighter. All layers before it would answer at once, each by a
    /// larger feature, overshoot, and leave the sigmoid where nothing is learned any more.
    pub fn beginning_at(mut self, means: &[f32]) -> Self {
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

    /// What the decoder has to give for a pixel from 0 to 1; neither black nor white is out of a sigmoid's reach.
    fn raw(&self, pixel: f32) -> f32 {
        let logit = |p: f32| (p / (1.0 - p)).ln();
        match (self.squash, self.range) {
            (Output::Sigmoid, _) => logit(pixel.clamp(0.01, 0.99)),
            (Output::Linear, PixelRange::Unit) => pixel,
            (Output::Linear, PixelRange::Signed) => pixel * 2.0 - 1.0,
        }
    }

    /// Brings the columns of the layer after the code back to length one, where the recipe asks for it. Burn keeps a
    /// linear map as `[inputs, outputs]`, so a column of the decoder is a row here.
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

/// Every row divided by its length, apart from the graph of gradients.
fn normalised_rows(weight: Tensor<2>) -> Tensor<2> {
    let learns = weight.device().is_autodiff();
    let weight = if learns { weight.inner() } else { weight };
    let length = weight.clone().square().sum_dim(1).sqrt().clamp_min(1e-12);
    let unit = weight / length;
    if learns { Tensor::from_inner(unit).require_grad() } else { unit }
}
