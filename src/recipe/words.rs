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
