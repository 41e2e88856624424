//! The choices a recipe can make, each with the word it has in files and the one people read.

use serde::{Deserialize, Serialize};

/// Declares an enumeration whose values are words: `word()` for files, `label()` for people, and the list of all.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The words this choice can take in a file, in the order they are offered.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in files and on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The name shown to people.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The choice a word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What follows a linear layer.
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
        /// nothing
        Linear = "linear", "linear";
    }
}

impl Activation {
    /// The least and the largest number that comes out, infinite where only the other end is bounded; `None` where any
    /// number can.
    pub fn range(self) -> Option<[f32; 2]> {
        match self {
            Self::Relu => Some([0.0, f32::INFINITY]),
            Self::Tanh => Some([-1.0, 1.0]),
            Self::Sigmoid => Some([0.0, 1.0]),
            // x · Φ(x) is least at −0.7518, x · sigmoid(x) at −1.2785.
            Self::Gelu => Some([-0.169_971, f32::INFINITY]),
            Self::Silu => Some([-0.278_465, f32::INFINITY]),
            Self::LeakyRelu | Self::Linear => None,
        }
    }
}

words! {
    /// The kind of code in the middle.
    CodeKind {
        /// The encoder's numbers are the code.
        #[default]
        Plain = "plain", "plain";
        /// The encoder gives a mean and a variance, and the code is drawn from them.
        Gaussian = "gaussian", "Gaussian";
    }
}

words! {
    /// How the first weights are drawn. Biases begin at zero in every case.
    Init {
        /// He for ReLU and its relatives, Xavier for the others.
        #[default]
        Auto = "auto", "auto";
        /// Variance 2 / fan-in.
        He = "he", "He";
        /// Variance 2 / (fan-in + fan-out).
        Xavier = "xavier", "Xavier";
    }
}

words! {
    /// What follows the decoder's last layer when the squared error is used.
    Output {
        /// Between 0 and 1, as pixels are.
        #[default]
        Sigmoid = "sigmoid", "sigmoid";
        /// Any number.
        Linear = "linear", "linear";
    }
}

words! {
    /// How an image and its reconstruction are compared, summed over pixels.
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
    /// The rule that turns gradients into steps, with the textbook constants.
    OptimizerKind {
        /// Adam: β₁ 0.9, β₂ 0.999, ε 1e-8.
        #[default]
        Adam = "adam", "Adam";
        /// Adam with decoupled weight decay.
        AdamW = "adamw", "AdamW";
        /// Stochastic gradient descent with momentum.
        Sgd = "sgd", "SGD";
        /// RMSprop: α 0.99, ε 1e-8.
        RmsProp = "rmsprop", "RMSprop";
    }
}

words! {
    /// What the images go through on the way to the code and back.
    Network {
        /// Fully connected layers.
        #[default]
        Dense = "dense", "dense";
        /// Convolutions that halve the image stage by stage, and their mirror image.
        Conv = "conv", "convolutional";
        /// Convolutions whose feature maps also skip past the code.
        UNet = "u-net", "U-Net";
        /// The image read row by row, and written row by row.
        Recurrent = "recurrent", "recurrent";
    }
}

words! {
    /// How a convolutional stage halves its image.
    Down {
        /// A convolution that takes every second place.
        #[default]
        Strided = "strided", "strided convolution";
        /// A convolution, then the largest of every two by two.
        Pooled = "pooled", "largest of 2 by 2";
    }
}

words! {
    /// How a convolutional stage doubles its image.
    Up {
        /// Every place repeated two by two, then a convolution.
        #[default]
        Resize = "resize", "repeat, then convolve";
        /// A transposed convolution whose kernel its stride divides, so that no checkerboard appears.
        Transposed = "transposed", "transposed convolution";
    }
}

words! {
    /// What keeps the numbers of a convolutional stage in range.
    Norm {
        /// Nothing.
        #[default]
        None = "none", "none";
        /// Mean and spread of a channel over the batch.
        Batch = "batch", "batch";
        /// Mean and spread of a group of channels, image by image.
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
    /// What happens to an image before the network sees it. It is always compared with the clean one.
    Corruption {
        /// Nothing.
        #[default]
        None = "none", "none";
        /// A normal number added to every pixel.
        Gaussian = "gaussian", "Gaussian";
        /// Pixels turned off.
        Masking = "masking", "masking";
        /// Pixels turned fully off or fully on, half and half.
        SaltAndPepper = "salt-and-pepper", "salt and pepper";
        /// A square block turned off.
        Blocks = "blocks", "blocks";
    }
}

words! {
    /// What comes before the network is trained as a whole.
    Pretraining {
        /// Nothing: it begins with its first weights.
        #[default]
        None = "none", "none";
        /// Every layer as a restricted Boltzmann machine on the layer before, then unrolled.
        Rbm = "rbm", "RBM by RBM";
    }
}

words! {
    /// How the numbers of a pixel are scaled for the network.
    PixelRange {
        /// From 0 to 1, what a sigmoid output can give.
        #[default]
        Unit = "unit", "0 to 1";
        /// From −1 to 1, half of which no sigmoid output can give: a mistake to be found.
        Signed = "signed", "−1 to 1";
    }
}

words! {
    /// What the objective counts as the reconstruction.
    Scale {
        /// The sum over the pixels, in the unit of the penalties.
        #[default]
        Sum = "sum", "sum over pixels";
        /// The mean over the pixels, beside penalties that are sums: a mistake to be found.
        Mean = "mean", "mean over pixels";
    }
}

words! {
    /// What a sparse code's sum of atoms is taken for.
    Rebuild {
        /// A code, which the decoder turns into an image.
        #[default]
        Decoder = "decoder", "by the decoder";
        /// An image, which it is not: x ≈ D·a does not fit in its dimensions.
        Straight = "straight", "straight from the atoms";
    }
}
