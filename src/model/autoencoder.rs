//! The autoencoder: encoder, code, decoder, as a recipe describes them.

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation};

use super::code::{CodeLayer, Encoded};
use super::dense::{Dense, Mlp};
use super::init::Weights;
use crate::recipe::{Activation, Output, Recipe, Reconstruction};

/// An image squeezed to a code and opened again.
#[derive(Module, Debug)]
pub struct Autoencoder {
    /// From the image towards the code.
    pub encoder: Mlp,
    /// The waist.
    pub code: CodeLayer,
    /// From the code towards the image.
    pub decoder: Mlp,
    /// The last layer; what it gives is squashed to pixels by [`Autoencoder::pixels`].
    pub output: Dense,
    #[module(skip)]
    squash: Output,
    #[module(skip)]
    unit_columns: bool,
}

/// Everything a batch becomes on its way through, for the picture of the hourglass.
#[derive(Debug)]
pub struct Trace {
    /// Outputs of the encoder's layers. `[batch, width]` each
    pub encoder: Vec<Tensor<2>>,
    /// The code.
    pub encoded: Encoded,
    /// Outputs of the decoder's layers. `[batch, width]` each
    pub decoder: Vec<Tensor<2>>,
    /// The reconstruction. `[batch, pixels]`
    pub pixels: Tensor<2>,
}

impl Autoencoder {
    /// Draws the network of a recipe for images of so many numbers. `device` decides whether gradients are kept.
    pub fn new(recipe: &Recipe, pixels: usize, device: &Device) -> Self {
        let model = &recipe.model;
        let mut weights = Weights::new(recipe.seed, model.init, device);
        let mut widths = vec![pixels];
        widths.extend(&model.widths);
        let encoder = Mlp::new(&mut weights, &widths, model.activation);
        let code = CodeLayer::new(&mut weights, widths[widths.len() - 1], model);
        widths[0] = model.code;
        widths[1..].reverse();
        let decoder = Mlp::new(&mut weights, &widths, model.activation);
        let output = Dense::new(&mut weights, widths[widths.len() - 1], pixels, Activation::Linear);
        // Cross-entropy is taken from logits, so what is drawn is their sigmoid.
        let squash = match recipe.objective.reconstruction {
            Reconstruction::CrossEntropy => Output::Sigmoid,
            Reconstruction::SquaredError => model.output,
        };
        Self { encoder, code, decoder, output, squash, unit_columns: model.unit_columns }.with_unit_columns()
    }

    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, code]`
    pub fn encode(&self, x: Tensor<2>) -> Encoded {
        self.code.forward(self.encoder.forward(x))
    }

    /// The decoder's last linear layer: logits, or pixels before they are squashed.
    ///
    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn decode_raw(&self, z: Tensor<2>) -> Tensor<2> {
        self.output.forward(self.decoder.forward(z))
    }

    /// What the decoder's last layer means as an image.
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

    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        self.pixels(self.decode_raw(z))
    }

    /// The code and its derivative along `v`.
    ///
    /// # Shapes
    /// - x, v: `[batch, pixels]`
    /// - outputs: `[batch, code]` each
    pub fn encode_tangent(&self, x: Tensor<2>, v: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let (x, v) = self.encoder.tangent(x, v);
        self.code.tangent(x, v)
    }

    /// The decoded image and its derivative along `v`.
    ///
    /// # Shapes
    /// - z, v: `[batch, code]`
    /// - outputs: `[batch, pixels]` each
    pub fn decode_tangent(&self, z: Tensor<2>, v: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let (z, v) = self.decoder.tangent(z, v);
        let (raw, along) = self.output.tangent(z, v);
        match self.squash {
            Output::Sigmoid => {
                let y = activation::sigmoid(raw);
                (y.clone(), along * y.clone() * (-y + 1.0))
            }
            Output::Linear => (raw, along),
        }
    }

    /// Everything a batch becomes on its way through; a Gaussian code is decoded from μ.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    pub fn trace(&self, x: Tensor<2>) -> Trace {
        let (mut encoder, mut decoder) = (Vec::new(), Vec::new());
        let encoded = self.code.forward(self.encoder.traced(x, &mut encoder));
        let raw = self.output.forward(self.decoder.traced(encoded.sample(None), &mut decoder));
        Trace { encoder, encoded, decoder, pixels: self.pixels(raw) }
    }

    /// Brings the columns of the layer after the code back to length one, where the recipe asks for it. Burn keeps a
    /// linear map as `[inputs, outputs]`, so a column of the decoder is a row here.
    pub fn with_unit_columns(mut self) -> Self {
        if !self.unit_columns {
            return self;
        }
        let first = self.decoder.layers.first_mut().unwrap_or(&mut self.output);
        let weight = first.linear.weight.clone();
        first.linear.weight = weight.map(normalised_rows);
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
