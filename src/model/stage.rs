//! One stage of a convolutional network: a convolution, a normalisation, an activation, and a change of the image size.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{BatchNorm, GroupNorm, PaddingConfig2d};
use burn::tensor::module::{interpolate, max_pool2d, max_pool2d_with_indices};
use burn::tensor::ops::{InterpolateMode, InterpolateOptions, MaxPoolOptions};
use burn::tensor::{Tensor, TensorData};

use super::dense::{activate, slope};
use super::init::{Fan, Weights};
use super::pass::Pass;
use crate::recipe::{Activation, ModelRecipe, Norm, Up};

/// ε, which avoids a division by zero, and the weight of the newest batch in the running statistics, as in PyTorch.
const EPSILON: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;
/// The number of groups of channels for group normalisation, or the largest smaller number that divides the channels.
const GROUPS: usize = 4;

/// A convolution with normalisation, activation and resampling.
#[derive(Module, Debug)]
pub struct ConvStage {
    /// The convolution.
    pub kernel: Kernel,
    /// The normalisation.
    pub norm: Option<Normalised>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    resampling: Resampling,
}

/// A convolution or a transposed convolution.
#[derive(Module, Debug)]
pub enum Kernel {
    /// A convolution.
    Conv(Conv2d),
    /// A transposed convolution, which doubles the image.
    Transposed(ConvTranspose2d),
}

/// A normalisation by mean and variance, with a learned scale and offset.
#[derive(Module, Debug)]
pub enum Normalised {
    /// Of a channel over the batch; outside of training, with running statistics.
    Batch(BatchNorm),
    /// Of a group of channels for each image.
    Group(GroupNorm),
}

/// The resampling of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// None.
    Keep,
    /// Max pooling of two by two before the convolution.
    MaxPoolBefore,
    /// Max pooling of two by two after the activation.
    MaxPoolAfter,
    /// Nearest-neighbour upsampling by two before the convolution.
    UpsampleBefore,
}

impl Kernel {
    /// Initialises a convolution of `size` by `size`, padded so that only the stride changes the image size.
    pub fn conv(
        weights: &mut Weights<'_>,
        [inputs, outputs]: [usize; 2],
        size: usize,
        stride: usize,
        follows: Activation,
    ) -> Self {
        let (shape, area) = ([outputs, inputs, size, size], size * size);
        let (weight, bias) =
            weights.kernel(shape, outputs, Fan { inputs: inputs * area, outputs: outputs * area }, follows);
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

    /// Initialises a transposed convolution of 4 by 4 with stride two, which doubles the image. Every output is a sum
    /// over the same number of inputs, which avoids checkerboard artefacts.
    pub fn transposed(weights: &mut Weights<'_>, [inputs, outputs]: [usize; 2], follows: Activation) -> Self {
        let (weight, bias) = weights.kernel(
            [inputs, outputs, 4, 4],
            outputs,
            Fan { inputs: inputs * 4, outputs: outputs * 16 },
            follows,
        );
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

    /// The derivative along a direction: the same convolution without the bias.
    fn tangent(&self, v: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Conv(kernel) => Conv2d { bias: None, ..kernel.clone() }.forward(v),
            Self::Transposed(kernel) => ConvTranspose2d { bias: None, ..kernel.clone() }.forward(v),
        }
    }

    /// The bias of each channel.
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
    /// Initialises with an offset of 0 and a scale of 1.
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

    /// The output and its derivative along `v`; `None` for batch normalisation, where the output for an image depends
    /// on the other images.
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
            Self::Keep | Self::MaxPoolAfter => x,
            Self::MaxPoolBefore => max_pool2d(x, two_by_two()),
            Self::UpsampleBefore => upsample(x),
        }
    }

    fn after(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::MaxPoolAfter => max_pool2d(x, two_by_two()),
            _ => x,
        }
    }
}

impl ConvStage {
    /// Initialises a stage with a 3 by 3 convolution. Only stride and resampling change the image size.
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

    /// Initialises a stage that doubles the image in the way of the recipe.
    pub fn doubling(weights: &mut Weights<'_>, recipe: &ModelRecipe, channels: [usize; 2]) -> Self {
        match recipe.up {
            Up::Resize => Self::new(weights, recipe, channels, 1, Resampling::UpsampleBefore),
            Up::Transposed => {
                let kernel = Kernel::transposed(weights, channels, recipe.activation);
                let norm = Normalised::new(weights, recipe.norm, channels[1]);
                Self { kernel, norm, activation: recipe.activation, resampling: Resampling::Keep }
            }
        }
    }

    /// Initialises a last stage, which is linear. `doubles` says whether it doubles the image.
    pub fn last(
        weights: &mut Weights<'_>,
        recipe: &ModelRecipe,
        channels: [usize; 2],
        doubles: bool,
    ) -> Self {
        let linear = Activation::Linear;
        let (kernel, resampling) = match (doubles, recipe.up) {
            (false, _) => (Kernel::conv(weights, channels, 1, 1, linear), Resampling::Keep),
            (true, Up::Resize) => (Kernel::conv(weights, channels, 3, 1, linear), Resampling::UpsampleBefore),
            (true, Up::Transposed) => (Kernel::transposed(weights, channels, linear), Resampling::Keep),
        };
        Self { kernel, norm: None, activation: linear, resampling }
    }

    /// Sets the bias of each channel.
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

    /// Channels of its output.
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

    /// Applies the stage, and records its output if the pass records outputs.
    ///
    /// # Shapes
    /// - x: `[batch, channels in, height, width]`
    /// - output: `[batch, channels out, height, width]`
    pub fn forward_in(&self, x: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let y = self.forward(x);
        let [_, channels, height, width] = y.dims();
        pass.record_with(
            || y.clone().flatten(1, 3),
            Some([channels, height, width]),
            self.activation.label(),
        );
        y
    }

    /// The output and its derivative along `v`; `None` with batch normalisation.
    ///
    /// # Shapes
    /// - x, v: `[batch, channels in, height, width]`
    /// - outputs: `[batch, channels out, height, width]` each
    pub fn tangent(&self, x: Tensor<4>, v: Tensor<4>) -> Option<(Tensor<4>, Tensor<4>)> {
        let (x, v) = match self.resampling {
            Resampling::MaxPoolBefore => max_pool_tangent(x, v),
            other => (other.before(x), other.before(v)),
        };
        let (y, along) = (self.kernel.forward(x), self.kernel.tangent(v));
        let (y, along) = match &self.norm {
            Some(norm) => norm.tangent(y, along)?,
            None => (y, along),
        };
        let along = along * slope(self.activation, y.clone());
        let y = activate(self.activation, y);
        Some(match self.resampling {
            Resampling::MaxPoolAfter => max_pool_tangent(y, along),
            _ => (y, along),
        })
    }
}

fn two_by_two() -> MaxPoolOptions<2> {
    MaxPoolOptions::new([2, 2])
}

/// Nearest-neighbour upsampling by two.
fn upsample(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let mut options = InterpolateOptions::new(InterpolateMode::Nearest);
    options.output_size = Some([2 * height, 2 * width]);
    interpolate(x, options)
}

/// Max pooling of two by two, and the direction at the position of each maximum.
fn max_pool_tangent(x: Tensor<4>, v: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let (largest, places) = max_pool2d_with_indices(x, two_by_two());
    let shape = largest.dims();
    let v = v.flatten::<3>(2, 3).gather(2, places.flatten::<3>(2, 3)).reshape(shape);
    (largest, v)
}
