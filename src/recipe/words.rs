//! The choices of a recipe, each with its word in files and its label in the window.

use serde::{Deserialize, Serialize};

/// Declares an enumeration with a word per variant for files, a label for the window, and the list of all words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in the order in which they are offered.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in files and on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The name shown in the window.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The variant with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// The image sets that are built in, drawn from a seed. This is the one list of them.
    BuiltInSet {
        /// Handwritten digits.
        #[default]
        Digits = "digits", "digits";
        /// Squares, ellipses and hearts.
        Shapes = "shapes", "shapes";
    }
}

words! {
    /// An activation function.
    Activation {
        /// max(0, x)
        #[default]
        Relu = "relu", "ReLU";
        /// the hyperbolic tangent
        Tanh = "tanh", "tanh";
        /// 1 / (1 + e⁻ˣ)
        Sigmoid = "sigmoid", "sigmoid";
        /// x · Φ(x)
        Gelu = "gelu", "GELU";
        /// x · sigmoid(x)
        Silu = "silu", "SiLU";
        /// x, or 0.01·x below zero
        LeakyRelu = "leaky-relu", "leaky ReLU";
        /// x
        Linear = "linear", "linear";
    }
}

impl Activation {
    /// The smallest and the largest value, infinite where only the other end is bounded; `None` where both ends are
    /// unbounded.
    pub fn range(self) -> Option<[f32; 2]> {
        match self {
            Self::Relu => Some([0.0, f32::INFINITY]),
            Self::Tanh => Some([-1.0, 1.0]),
            Self::Sigmoid => Some([0.0, 1.0]),
            // The minimum of x · Φ(x) is at −0.7518, that of x · sigmoid(x) at −1.2785.
            Self::Gelu => Some([-0.169_971, f32::INFINITY]),
            Self::Silu => Some([-0.278_465, f32::INFINITY]),
            Self::LeakyRelu | Self::Linear => None,
        }
    }
}

words! {
    /// The kind of code.
    CodeKind {
        /// The encoder's output is the code.
        #[default]
        Plain = "plain", "plain";
        /// The encoder's output is a mean and a variance, and the code is sampled from them.
        Gaussian = "gaussian", "Gaussian";
    }
}

words! {
    /// How a picture that is no square is fitted to one.
    Fit {
        /// The middle of it.
        #[default]
        Crop = "crop", "crop";
        /// All of it, with the colour of its edge around it.
        Pad = "pad", "pad";
        /// All of it, pressed into the square.
        Squash = "squash", "squash";
    }
}

words! {
    /// Whether pictures are read as grey or in colour.
    ColorChoice {
        /// Grey where all pictures are.
        #[default]
        Auto = "auto", "auto";
        /// Grey.
        Grey = "grey", "grey";
        /// In colour.
        Color = "colour", "colour";
    }
}

words! {
    /// Whether dark and light are exchanged in pictures.
    Invert {
        /// Where grey pictures are dark on light.
        #[default]
        Auto = "auto", "auto";
        /// Always.
        Yes = "yes", "yes";
        /// Never.
        No = "no", "no";
    }
}

words! {
    /// How images are divided into those to train on and those held out.
    Splitting {
        /// At random.
        #[default]
        Random = "random", "random";
        /// At random, with every class in its share.
        Stratified = "stratified", "by class";
        /// The same, and trained on equally many images of every class.
        Balanced = "balanced", "balanced";
    }
}

words! {
    /// The distribution of the initial weights.
    Init {
        /// He for ReLU and its relatives, Xavier for the others.
        #[default]
        Auto = "auto", "auto";
        /// Variance 2 / fan-in.
        He = "he", "He";
        /// Variance 2 / (fan-in + fan-out).
        Xavier = "xavier", "Xavier";
        /// PyTorch's default: weights and biases uniform between ±1/√fan-in.
        PyTorch = "pytorch", "PyTorch's default";
        /// Normal with a given standard deviation, biases zero.
        Normal = "normal", "normal";
    }
}

words! {
    /// A part of a network.
    NetworkPart {
        /// Encoder, code and decoder.
        #[default]
        Whole = "all", "all";
        /// The layers from the image to the code.
        Encoder = "encoder", "encoder";
        /// The layers from the code to the image.
        Decoder = "decoder", "decoder";
    }
}

words! {
    /// The part of a network that does not learn.
    Frozen {
        /// Everything learns.
        #[default]
        Nothing = "none", "none";
        /// The layers from the image to the code.
        Encoder = "encoder", "encoder";
        /// The layers from the code to the image.
        Decoder = "decoder", "decoder";
    }
}

words! {
    /// The activation of the decoder's last layer under squared error.
    Output {
        /// From 0 to 1, as pixels are.
        #[default]
        Sigmoid = "sigmoid", "sigmoid";
        /// Any number.
        Linear = "linear", "linear";
        /// From −1 to 1, as signed pixels are.
        Tanh = "tanh", "tanh";
    }
}

words! {
    /// The reconstruction cost, summed over pixels.
    Reconstruction {
        /// Σ(x − x̂)²
        #[default]
        SquaredError = "squared-error", "squared error";
        /// Bernoulli cross-entropy in nats, from logits.
        CrossEntropy = "cross-entropy", "cross-entropy";
    }
}

impl Reconstruction {
    /// The unit of the cost.
    pub fn unit(self) -> &'static str {
        match self {
            Self::SquaredError => "squared error per image",
            Self::CrossEntropy => "nats per image",
        }
    }
}

words! {
    /// The optimiser, with the usual constants.
    OptimizerKind {
        /// Adam: β₁ 0.9, β₂ 0.999, ε 1e-8.
        #[default]
        Adam = "adam", "Adam";
        /// Adam with decoupled weight decay.
        AdamW = "adamw", "AdamW";
        /// Stochastic gradient descent with momentum.
        Sgd = "sgd", "SGD";
        /// RMSprop without momentum: α 0.99, ε 1e-8, as in PyTorch.
        RmsProp = "rmsprop", "RMSprop";
    }
}

words! {
    /// The kind of encoder and decoder.
    Network {
        /// Fully connected layers.
        #[default]
        Dense = "dense", "dense";
        /// Convolutions that halve the image stage by stage, mirrored in the decoder.
        Conv = "conv", "convolutional";
        /// Convolutions with skip connections past the code.
        UNet = "u-net", "U-Net";
        /// The image read row by row, and written row by row.
        Recurrent = "recurrent", "recurrent";
    }
}

words! {
    /// How a convolutional stage halves its image.
    Down {
        /// A convolution with stride two.
        #[default]
        Strided = "strided", "strided convolution";
        /// A convolution, then max pooling of two by two.
        Pooled = "pooled", "max pooling";
    }
}

words! {
    /// How a convolutional stage doubles its image.
    Up {
        /// Nearest-neighbour upsampling, then a convolution.
        #[default]
        Resize = "resize", "resize and convolve";
        /// A transposed convolution. Its stride divides its kernel size, which avoids checkerboard artefacts.
        Transposed = "transposed", "transposed convolution";
    }
}

words! {
    /// The normalisation of a convolutional stage.
    Norm {
        /// Nothing.
        #[default]
        None = "none", "none";
        /// By the mean and variance of a channel over the batch.
        Batch = "batch", "batch";
        /// By the mean and variance of a group of channels, for each image.
        Group = "group", "group";
    }
}

words! {
    /// The cell of a recurrent network.
    Cell {
        /// Two gates, one state.
        #[default]
        Gru = "gru", "GRU";
        /// Three gates, two states.
        Lstm = "lstm", "LSTM";
    }
}

words! {
    /// The corruption of the input. The target is always the clean image.
    Corruption {
        /// Nothing.
        #[default]
        None = "none", "none";
        /// Gaussian noise added to every pixel.
        Gaussian = "gaussian", "Gaussian";
        /// Pixels set to 0.
        Masking = "masking", "masking";
        /// Pixels set to 0 or 1 with equal probability.
        SaltAndPepper = "salt-and-pepper", "salt and pepper";
        /// A block of pixels set to 0.
        Blocks = "blocks", "blocks";
    }
}

words! {
    /// The procedure before the network is trained as a whole.
    Pretraining {
        /// None: training starts from the initial weights.
        #[default]
        None = "none", "none";
        /// Each layer as a restricted Boltzmann machine on the output of the layer below, then unrolled.
        Rbm = "rbm", "RBM";
    }
}

words! {
    /// Which connections are deleted for good.
    Pruning {
        /// None.
        #[default]
        None = "none", "none";
        /// Those with the smallest weights in each layer.
        Smallest = "smallest", "smallest weights";
        /// A random choice in each layer.
        Random = "random", "at random";
    }
}

words! {
    /// The range that pixels are scaled to for the network.
    PixelRange {
        /// From 0 to 1, the range of a sigmoid.
        #[default]
        Unit = "unit", "0 to 1";
        /// From −1 to 1. Half of it is out of reach of a sigmoid output.
        Signed = "signed", "−1 to 1";
    }
}

impl PixelRange {
    /// The squared error of images in this range, as a multiple of that of the same images from 0 to 1.
    pub fn squared_error_scale(self) -> f64 {
        match self {
            Self::Unit => 1.0,
            Self::Signed => 4.0,
        }
    }
}

words! {
    /// How the reconstruction cost is reduced over the pixels.
    ReconstructionScale {
        /// The sum over the pixels, in the unit of the penalties.
        #[default]
        Sum = "sum", "sum over pixels";
        /// The mean over the pixels. With penalties that are sums, this makes the penalties far too strong.
        Mean = "mean", "mean over pixels";
    }
}

words! {
    /// How an image is reconstructed from a sum of atoms.
    Rebuild {
        /// The sum is a code, and the decoder turns it into an image.
        #[default]
        Decoder = "decoder", "by the decoder";
        /// The sum is taken for an image, which is refused: x ≈ D·a does not match in its dimensions.
        Straight = "straight", "directly from the atoms";
    }
}
