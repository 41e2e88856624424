//! A convolutional network: stages that halve the image in the encoder, mirrored in the decoder.

use burn::module::Module;
use burn::tensor::Tensor;

use super::dense::Dense;
use super::init::Weights;
use super::pass::{Pass, Skips};
use super::stage::{ConvStage, Resampling};
use crate::recipe::{Down, ModelRecipe};

/// Convolutional stages from the image to flattened feature maps.
#[derive(Module, Debug)]
pub struct ConvEncoder {
    /// The stages, from input to output.
    pub stages: Vec<ConvStage>,
    #[module(skip)]
    image: [usize; 3],
    #[module(skip)]
    maps: [usize; 3],
    /// Whether the outputs of all stages but the last are skip connections.
    #[module(skip)]
    skips: bool,
}

/// From the code to the image.
#[derive(Module, Debug)]
pub struct ConvDecoder {
    /// From the code to the first feature maps.
    pub open: Dense,
    /// The stages, from input to output; the last one outputs the image.
    pub stages: Vec<ConvStage>,
    #[module(skip)]
    maps: [usize; 3],
}

/// Channels, height and width of an encoder's last feature maps, after `halvings` halvings.
pub(super) fn last_maps(
    recipe: &ModelRecipe,
    halvings: usize,
    [channels, height, width]: [usize; 3],
) -> [usize; 3] {
    let last = recipe.channels.last().copied().unwrap_or(channels);
    [last, height >> halvings, width >> halvings]
}

impl ConvEncoder {
    /// Initialises the stages, each of which halves the image.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        let (stride, resampling) = match recipe.down {
            Down::Strided => (2, Resampling::Keep),
            Down::Pooled => (1, Resampling::MaxPoolAfter),
        };
        let all: Vec<usize> = [dims[0]].iter().chain(&recipe.channels).copied().collect();
        let stage = |pair: &[usize]| ConvStage::new(weights, recipe, [pair[0], pair[1]], stride, resampling);
        let stages = all.windows(2).map(stage).collect();
        Self { stages, image: dims, maps: last_maps(recipe, recipe.channels.len(), dims), skips: false }
    }

    /// An encoder of given stages; `maps` is the shape of its last feature maps.
    pub(super) fn of(stages: Vec<ConvStage>, image: [usize; 3], maps: [usize; 3], skips: bool) -> Self {
        Self { stages, image, maps, skips }
    }

    /// Values of its output per image.
    pub fn outputs(&self) -> usize {
        self.maps.iter().product()
    }

    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, outputs]`, and the skip connections, largest first
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> (Tensor<2>, Skips) {
        let mut skips = Skips::new();
        let mut x = unflatten(x, self.image);
        for (k, stage) in self.stages.iter().enumerate() {
            x = stage.forward_in(x, pass);
            if self.skips && k + 1 < self.stages.len() {
                skips.push(x.clone());
            }
        }
        (x.flatten(1, 3), skips)
    }

    /// The output and its derivative along `v`; none with batch normalisation.
    ///
    /// # Shapes
    /// - x, v: `[batch, pixels]`
    /// - outputs: `[batch, outputs]` each
    pub fn tangent(&self, x: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        let start = (unflatten(x, self.image), unflatten(v, self.image));
        let (x, v) = self.stages.iter().try_fold(start, |(x, v), stage| stage.tangent(x, v))?;
        Some((x.flatten(1, 3), v.flatten(1, 3)))
    }
}

impl ConvDecoder {
    /// Initialises the mirror image of the encoder: each stage doubles the image, the last one has the image's
    /// channels.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        let maps = last_maps(recipe, recipe.channels.len(), dims);
        let open = Dense::new(weights, recipe.code, maps.iter().product(), recipe.activation);
        let back: Vec<usize> = recipe.channels.iter().rev().copied().collect();
        let mut stages: Vec<ConvStage> =
            back.windows(2).map(|pair| ConvStage::doubling(weights, recipe, [pair[0], pair[1]])).collect();
        let first = recipe.channels.first().copied().unwrap_or(dims[0]);
        stages.push(ConvStage::last(weights, recipe, [first, dims[0]], true));
        Self { open, stages, maps }
    }

    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn forward(&self, z: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let mut x = first_maps(&self.open, z, self.maps, pass);
        let (last, others) = match self.stages.split_last() {
            Some((last, others)) => (Some(last), others),
            None => (None, &[][..]),
        };
        for stage in others {
            x = stage.forward_in(x, pass);
        }
        // The output of the last stage is the image, which is recorded elsewhere.
        last.map_or_else(|| x.clone(), |last| last.forward(x.clone())).flatten(1, 3)
    }

    /// The output and its derivative along `v`; none with batch normalisation.
    ///
    /// # Shapes
    /// - z, v: `[batch, code]`
    /// - outputs: `[batch, pixels]` each
    pub fn tangent(&self, z: Tensor<2>, v: Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
        let (x, v) = self.open.tangent(z, v);
        let start = (unflatten(x, self.maps), unflatten(v, self.maps));
        let (x, v) = self.stages.iter().try_fold(start, |(x, v), stage| stage.tangent(x, v))?;
        Some((x.flatten(1, 3), v.flatten(1, 3)))
    }
}

/// The first feature maps of a decoder.
///
/// # Shapes
/// - z: `[batch, code]`
/// - output: `[batch, channels, height, width]`
pub(super) fn first_maps(open: &Dense, z: Tensor<2>, maps: [usize; 3], pass: &mut Pass) -> Tensor<4> {
    let x = open.forward(z);
    pass.record(&x, Some(maps), open.activation().label());
    unflatten(x, maps)
}

/// Flattened images as maps.
///
/// # Shapes
/// - x: `[batch, channels · height · width]`
/// - output: `[batch, channels, height, width]`
pub(super) fn unflatten(x: Tensor<2>, [channels, height, width]: [usize; 3]) -> Tensor<4> {
    let batch = x.dims()[0];
    x.reshape([batch, channels, height, width])
}
