//! One stage of a convolutional network: a convolution, what keeps its numbers in range, what follows it, and how it
//! changes the size of the image.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{BatchNorm, GroupNorm, PaddingConfig2d};
use burn::tensor::module::{interpolate, max_pool2d, max_pool2d_with_indices};
use burn::tensor::ops::{InterpolateMode, InterpolateOptions, MaxPoolOptions};
use burn::tensor::{Tensor, TensorData};

use super::dense::{activate, slope};
use super::init::Weights;
use super::pass::Pass;
use crate::recipe::{Activation, ModelRecipe, Norm, Up};

/// What keeps a division from zero, and how much of the newest batch goes into the running statistics (as PyTorch has
/// them).
const EPSILON: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;
/// Channels are normalised in this many groups, or in as many as divide them.
const GROUPS: usize = 4;

/// A convolution with what comes before and after it.
#[derive(Module, Debug)]
pub struct ConvStage {
    /// The convolution.
    pub kernel: Kernel,
    /// What keeps its numbers in range.
    pub norm: Option<Normalised>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    resampling: Resampling,
}

/// A convolution, one way or the other.
#[derive(Module, Debug)]
pub enum Kernel {
    /// Every output is a sum over its surroundings.
    Conv(Conv2d),
    /// Every input is spread over its surroundings, which doubles the image.
    Transposed(ConvTranspose2d),
}

/// Mean and spread taken out, and put back as learned.
#[derive(Module, Debug)]
pub enum Normalised {
    /// Of a channel over the batch; of all batches so far where nothing is learned.
    Batch(BatchNorm),
    /// Of a group of channels, image by image.
    Group(GroupNorm),
}

/// What else changes the size of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// Nothing.
    Keep,
    /// The largest of every two by two, before the convolution.
    LargestBefore,
    /// The largest of every two by two, after all else.
    LargestAfter,
    /// Every place repeated two by two, before the convolution.
    RepeatBefore,
}

impl Kernel {
    /// Draws a convolution of `size` by `size`; the image keeps its size, but for the stride.
    pub fn conv(
        weights: &mut Weights<'_>,
        [inputs, outputs]: [usize; 2],
        size: usize,
        stride: usize,
        follows: Activation,
    ) -> Self {
        let (shape, area) = ([outputs, inputs, size, size], size * size);
        let (weight, bias) = weights.kernel(shape, outputs, (inputs * area, outputs * area), follows);
        Self::Conv(Conv2d {
            weight,
            bias: Some(bias),
            stride: [stride; 2],
            kernel_size: [size; 2],
            dilation: [1; 2],
            groups: 1,
            padding: PaddingConfig2d::Explicit(size / 2, size / 2, size / 2, size / 2),
        })
    }

    /// Draws a transposed convolution that doubles the image: 4 by 4 with stride two, so that every output is a sum
    /// over two by two places and none over more than its neighbours.
    pub fn transposed(weights: &mut Weights<'_>, [inputs, outputs]: [usize; 2], follows: Activation) -> Self {
        let (weight, bias) =
            weights.kernel([inputs, outputs, 4, 4], outputs, (inputs * 4, outputs * 16), follows);
        Self::Transposed(ConvTranspose2d {
            weight,
            bias: Some(bias),
            stride: [2; 2],
            kernel_size: [4; 2],
            dilation: [1; 2],
            groups: 1,
            padding: [1; 2],
            padding_out: [0; 2],
            channels: [inputs, outputs],
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Conv(kernel) => kernel.forward(x),
            Self::Transposed(kernel) => kernel.forward(x),
        }
    }

    /// The convolution of a direction: the same sum without the bias.
    fn along(&self, v: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Conv(kernel) => Conv2d { bias: None, ..kernel.clone() }.forward(v),
            Self::Transposed(kernel) => ConvTranspose2d { bias: None, ..kernel.clone() }.forward(v),
        }
    }

    /// What is added to every output of a channel.
    pub fn bias(&self) -> Option<&Param<Tensor<1>>> {
        match self {
            Self::Conv(kernel) => kernel.bias.as_ref(),
            Self::Transposed(kernel) => kernel.bias.as_ref(),
        }
    }

    fn bias_mut(&mut self) -> &mut Option<Param<Tensor<1>>> {
        match self {
            Self::Conv(kernel) => &mut kernel.bias,
            Self::Transposed(kernel) => &mut kernel.bias,
        }
    }

    fn outputs(&self) -> usize {
        match self {
            Self::Conv(kernel) => kernel.weight.dims()[0],
            Self::Transposed(kernel) => kernel.weight.dims()[1],
        }
    }
}

impl Normalised {
    /// Begins with nothing learned: mean 0, spread 1.
    fn new(weights: &Weights<'_>, kind: Norm, channels: usize) -> Option<Self> {
        let (gamma, beta) = (weights.constant(1.0, channels), weights.constant(0.0, channels));
        match kind {
            Norm::None => None,
            Norm::Batch => Some(Self::Batch(BatchNorm {
                gamma,
                beta,
                training: Param::from_bool(true),
                running_mean: weights.running(0.0, channels),
                running_var: weights.running(1.0, channels),
                momentum: MOMENTUM,
                epsilon: EPSILON,
            })),
            Norm::Group => Some(Self::Group(GroupNorm {
                gamma: Some(gamma),
                beta: Some(beta),
                num_groups: (1..=GROUPS).rev().find(|n| channels.is_multiple_of(*n)).unwrap_or(1),
                num_channels: channels,
                epsilon: EPSILON,
                affine: true,
            })),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Batch(norm) => norm.forward(x),
            Self::Group(norm) => norm.forward(x),
        }
    }

    /// The output and its derivative along `v`. Over a batch an image's numbers depend on the other images, so there
    /// is none.
    fn tangent(&self, x: Tensor<4>, v: Tensor<4>) -> Option<(Tensor<4>, Tensor<4>)> {
        let Self::Group(norm) = self else { return None };
        let [batch, channels, height, width] = x.dims();
        let grouped = [batch, norm.num_groups, channels / norm.num_groups * height * width];
        let (flat, along) = (x.clone().reshape(grouped), v.reshape(grouped));
        let centred = flat.clone() - flat.mean_dim(2);
        let spread = (centred.clone().square().mean_dim(2) + norm.epsilon).sqrt();
        let unit = centred / spread.clone();
        let share = (unit.clone() * along.clone()).mean_dim(2);
        let along = ((along.clone() - along.mean_dim(2) - unit * share) / spread)
            .reshape([batch, channels, height, width]);
        let along = match &norm.gamma {
            Some(gamma) => along * gamma.val().reshape([1, channels, 1, 1]),
            None => along,
        };
        Some((norm.forward(x), along))
    }
}

impl Resampling {
    fn before(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Keep | Self::LargestAfter => x,
            Self::LargestBefore => max_pool2d(x, two_by_two()),
            Self::RepeatBefore => repeat(x),
        }
    }

    fn after(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::LargestAfter => max_pool2d(x, two_by_two()),
            _ => x,
        }
    }
}

impl ConvStage {
    /// Draws a stage of 3 by 3 that keeps the image's size, but for the stride and the resampling.
    pub fn new(
        weights: &mut Weights<'_>,
        recipe: &ModelRecipe,
        channels: [usize; 2],
        stride: usize,
        resampling: Resampling,
    ) -> Self {
        let kernel = Kernel::conv(weights, channels, 3, stride, recipe.activation);
        let norm = Normalised::new(weights, recipe.norm, channels[1]);
        Self { kernel, norm, activation: recipe.activation, resampling }
    }

    /// Draws a stage that doubles the image as the recipe wants it.
    pub fn doubling(weights: &mut Weights<'_>, recipe: &ModelRecipe, channels: [usize; 2]) -> Self {
        match recipe.up {
            Up::Resize => Self::new(weights, recipe, channels, 1, Resampling::RepeatBefore),
            Up::Transposed => {
                let kernel = Kernel::transposed(weights, channels, recipe.activation);
                let norm = Normalised::new(weights, recipe.norm, channels[1]);
                Self { kernel, norm, activation: recipe.activation, resampling: Resampling::Keep }
            }
        }
    }

    /// Draws a last stage, linear: a convolution and nothing after it. `doubles` says whether it doubles the image.
    pub fn last(
        weights: &mut Weights<'_>,
        recipe: &ModelRecipe,
        channels: [usize; 2],
        doubles: bool,
    ) -> Self {
        let linear = Activation::Linear;
        let (kernel, resampling) = match (doubles, recipe.up) {
            (false, _) => (Kernel::conv(weights, channels, 1, 1, linear), Resampling::Keep),
            (true, Up::Resize) => (Kernel::conv(weights, channels, 3, 1, linear), Resampling::RepeatBefore),
            (true, Up::Transposed) => (Kernel::transposed(weights, channels, linear), Resampling::Keep),
        };
        Self { kernel, norm: None, activation: linear, resampling }
    }

    /// Sets what is added to every output, one number per channel.
    pub(super) fn set_bias(&mut self, numbers: Vec<f32>) {
        let bias = self.kernel.bias_mut();
        *bias = bias.take().map(|bias| {
            bias.map(|old| {
                let learns = old.is_require_grad();
                let new = Tensor::from_data(TensorData::new(numbers, old.dims()), &old.device());
                if learns { new.require_grad() } else { new }
            })
        });
    }

    /// Channels it gives.
    pub fn outputs(&self) -> usize {
        self.kernel.outputs()
    }

    /// # Shapes
    /// - x: `[batch, channels in, height, width]`
    /// - output: `[batch, channels out, height, width]`, each of the two sides halved, kept or doubled
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.kernel.forward(self.resampling.before(x));
        let y = match &self.norm {
            Some(norm) => norm.forward(y),
            None => y,
        };
        self.resampling.after(activate(self.activation, y))
    }

    /// The same, and its output kept where the pass keeps outputs.
    ///
    /// # Shapes
    /// - x: `[batch, channels in, height, width]`
    /// - output: `[batch, channels out, height, width]`
    pub fn forward_in(&self, x: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let y = self.forward(x);
        let [_, channels, height, width] = y.dims();
        pass.keep_with(|| y.clone().flatten(1, 3), Some([channels, height, width]), self.activation.label());
        y
    }

    /// The output and its derivative along `v`; none where images are normalised by each other.
    ///
    /// # Shapes
    /// - x, v: `[batch, channels in, height, width]`
    /// - outputs: `[batch, channels out, height, width]` each
    pub fn tangent(&self, x: Tensor<4>, v: Tensor<4>) -> Option<(Tensor<4>, Tensor<4>)> {
        let (x, v) = match self.resampling {
            Resampling::LargestBefore => winners(x, v),
            other => (other.before(x), other.before(v)),
        };
        let (y, along) = (self.kernel.forward(x), self.kernel.along(v));
        let (y, along) = match &self.norm {
            Some(norm) => norm.tangent(y, along)?,
            None => (y, along),
        };
        let along = along * slope(self.activation, y.clone());
        let y = activate(self.activation, y);
        Some(match self.resampling {
            Resampling::LargestAfter => winners(y, along),
            _ => (y, along),
        })
    }
}

fn two_by_two() -> MaxPoolOptions<2> {
    MaxPoolOptions::new([2, 2])
}

/// Every place repeated two by two.
fn repeat(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let mut options = InterpolateOptions::new(InterpolateMode::Nearest);
    options.output_size = Some([2 * height, 2 * width]);
    interpolate(x, options)
}

/// The largest of every two by two, and the direction at the place where it was.
fn winners(x: Tensor<4>, v: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let (largest, places) = max_pool2d_with_indices(x, two_by_two());
    let shape = largest.dims();
    let v = v.flatten::<3>(2, 3).gather(2, places.flatten::<3>(2, 3)).reshape(shape);
    (largest, v)
}
