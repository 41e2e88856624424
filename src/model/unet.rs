//! A U-Net (Ronneberger et al. 2015): stages that halve the image, and stages that double it and also get the encoder's
//! feature maps of the same size. With a code in the middle it is an autoencoder that hardly needs its code.

use burn::module::Module;
use burn::tensor::Tensor;

use super::conv::{ConvEncoder, first_maps, last_maps, unflatten};
use super::dense::Dense;
use super::init::Weights;
use super::pass::Pass;
use super::stage::{ConvStage, Resampling};
use crate::recipe::ModelRecipe;

/// From the code to the image, with skip connections.
#[derive(Module, Debug)]
pub struct UNetDecoder {
    /// From the code to the smallest feature maps.
    pub open: Dense,
    /// The stages that double the image, from input to output.
    pub ups: Vec<ConvStage>,
    /// The stage after each doubling, which merges its maps with those of the skip connection.
    pub merges: Vec<ConvStage>,
    /// A 1×1 convolution to the image's channels.
    pub output: ConvStage,
    #[module(skip)]
    maps: [usize; 3],
    #[module(skip)]
    skips: bool,
}

/// Initialises the encoder: every stage but the first halves the image first.
pub fn encoder(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> ConvEncoder {
    let all: Vec<usize> = [dims[0]].iter().chain(&recipe.channels).copied().collect();
    let stages = all.windows(2).enumerate().map(|(k, pair)| {
        let resampling = if k == 0 { Resampling::Keep } else { Resampling::MaxPoolBefore };
        ConvStage::new(weights, recipe, [pair[0], pair[1]], 1, resampling)
    });
    let stages = stages.collect();
    ConvEncoder::of(stages, dims, last_maps(recipe, halvings(recipe), dims), recipe.skips)
}

fn halvings(recipe: &ModelRecipe) -> usize {
    recipe.channels.len().saturating_sub(1)
}

impl UNetDecoder {
    /// Initialises the decoder.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        let maps = last_maps(recipe, halvings(recipe), dims);
        let open = Dense::new(weights, recipe.code, maps.iter().product(), recipe.activation);
        let back: Vec<usize> = recipe.channels.iter().rev().copied().collect();
        let (mut ups, mut merges) = (Vec::new(), Vec::new());
        for pair in back.windows(2) {
            let beside = if recipe.skips { 2 * pair[1] } else { pair[1] };
            ups.push(ConvStage::doubling(weights, recipe, [pair[0], pair[1]]));
            merges.push(ConvStage::new(weights, recipe, [beside, pair[1]], 1, Resampling::Keep));
        }
        let first = recipe.channels.first().copied().unwrap_or(dims[0]);
        let output = ConvStage::last(weights, recipe, [first, dims[0]], false);
        Self { open, ups, merges, output, maps, skips: recipe.skips }
    }

    /// # Shapes
    /// - z: `[batch, code]`
    /// - skips: largest first; missing ones count as zeros
    /// - output: `[batch, pixels]`
    pub fn forward(&self, z: Tensor<2>, skips: &[Tensor<4>], pass: &mut Pass) -> Tensor<2> {
        let mut x = first_maps(&self.open, z, self.maps, pass);
        for (k, (up, merge)) in self.ups.iter().zip(&self.merges).enumerate() {
            let doubled = up.forward(x);
            let skip = skips.len().checked_sub(k + 1).map(|at| skips[at].clone());
            x = merge.forward_in(self.concat_skip(doubled, skip), pass);
        }
        self.output.forward(x).flatten(1, 3)
    }

    /// The output and its derivative along `v`, with zeros as skip connections; none with batch normalisation.
    ///
    /// # Shapes
    /// - z, v: `[batch, code]`
    /// - outputs: `[batch, pixels]` each
    pub fn tangent(&self, z: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        let (x, v) = self.open.tangent(z, v);
        let (mut x, mut v) = (unflatten(x, self.maps), unflatten(v, self.maps));
        for (up, merge) in self.ups.iter().zip(&self.merges) {
            let (y, along) = up.tangent(x, v)?;
            (x, v) = merge.tangent(self.concat_skip(y, None), self.concat_skip(along, None))?;
        }
        let (x, v) = self.output.tangent(x, v)?;
        Some((x.flatten(1, 3), v.flatten(1, 3)))
    }

    /// Maps with those of the skip connection as further channels, or with zeros.
    fn concat_skip(&self, x: Tensor<4>, skip: Option<Tensor<4>>) -> Tensor<4> {
        if !self.skips {
            return x;
        }
        let skip = skip.unwrap_or_else(|| x.zeros_like());
        Tensor::cat(vec![x, skip], 1)
    }
}
