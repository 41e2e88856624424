//! Tied weights: the decoder of a dense network is the transpose of its encoder, with biases of its own.
//!
//! The decoder keeps its parameters, so everything that reads them needs to know nothing of this: after every change they
//! are copied from the encoder, and their gradients are added to the encoder's.

use burn::module::ParamId;
use burn::nn::Linear;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::autoencoder::Autoencoder;
use super::network::{Decoder, Encoder};

impl Autoencoder {
    /// Copies the weights of the encoder, transposed, into the decoder, if the recipe ties them.
    pub fn with_tied_weights(mut self) -> Self {
        if !self.tied {
            return self;
        }
        let weights: Vec<Tensor<2>> = self.encoder_linears().map(detached).collect();
        if let Decoder::Dense(decoder) = &mut self.decoder {
            let layers = decoder.hidden.layers.iter_mut().chain([&mut decoder.output]);
            for (layer, weight) in layers.zip(weights.into_iter().rev()) {
                let mirrored = weight.transpose();
                let own = layer.linear.weight.clone();
                layer.linear.weight = own.map(|own| {
                    let learns = own.device().is_autodiff();
                    if learns { Tensor::from_inner(mirrored).require_grad() } else { mirrored }
                });
            }
        }
        self
    }

    /// Adds the gradients of tied decoder weights to those of the encoder's, whose transposes they are.
    pub fn tie_gradients(&self, gradients: &mut GradientsParams) {
        for [encoder, decoder] in self.tied_pairs() {
            let Some(mirrored) = gradients.remove::<2>(decoder) else { continue };
            let mirrored = mirrored.transpose();
            let sum = match gradients.remove::<2>(encoder) {
                Some(own) => own + mirrored,
                None => mirrored,
            };
            gradients.register::<2>(encoder, sum);
        }
    }

    /// The number of decoder weights that are the encoder's.
    pub fn tied_parameters(&self) -> usize {
        let weights = self.encoder_linears().map(|linear| linear.weight.dims().iter().product::<usize>());
        if self.tied { weights.sum() } else { 0 }
    }

    /// The weights of the encoder, and those of the decoder that mirror them.
    fn tied_pairs(&self) -> Vec<[ParamId; 2]> {
        let Decoder::Dense(decoder) = &self.decoder else { return Vec::new() };
        if !self.tied {
            return Vec::new();
        }
        let layers = decoder.hidden.layers.iter().chain([&decoder.output]);
        let mirrored: Vec<ParamId> = layers.map(|layer| layer.linear.weight.id).collect();
        self.encoder_linears().zip(mirrored.into_iter().rev()).map(|(own, id)| [own.weight.id, id]).collect()
    }

    /// The linear maps from the image to the code.
    fn encoder_linears(&self) -> impl Iterator<Item = &Linear> {
        let hidden = match &self.encoder {
            Encoder::Dense(encoder) => encoder.layers.as_slice(),
            _ => &[],
        };
        hidden.iter().map(|layer| &layer.linear).chain([&self.code.head])
    }
}

/// The weights outside of the autodiff graph.
fn detached(linear: &Linear) -> Tensor<2> {
    let weight = linear.weight.val();
    if weight.device().is_autodiff() { weight.inner() } else { weight }
}
