//! The declaration of every parameter, once. The form, `--set`, recipe files and validation are read off it.

use super::parameter::{Kind, Parameter, Preset, Scale, Value};
use super::words::{self, Activation, CodeKind, Init, OptimizerKind, Output, Reconstruction};
use super::words::{Cell, Corruption, Down, Network, Norm, PixelRange, Pretraining, Rebuild, Up};
use super::{Recipe, RecipeError};

/// A type that a recipe's field can have.
trait Field: Sized {
    fn to_value(&self) -> Value;
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! field_of {
    ($type:ty, $variant:ident, $to:expr, $from:expr) => {
        impl Field for $type {
            fn to_value(&self) -> Value {
                let to: fn(&$type) -> _ = $to;
                Value::$variant(to(self))
            }
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(inner) => ($from)(inner),
                    _ => None,
                }
            }
        }
    };
}

field_of!(f64, Number, |x| *x, |x: &f64| Some(*x));
field_of!(u64, Integer, |n| *n, |n: &u64| Some(*n));
field_of!(usize, Integer, |n| *n as u64, |n: &u64| usize::try_from(*n).ok());
field_of!(bool, Flag, |b| *b, |b: &bool| Some(*b));
field_of!(String, Word, Clone::clone, |s: &String| Some(s.clone()));
field_of!(Vec<usize>, Widths, Clone::clone, |w: &Vec<usize>| Some(w.clone()));

macro_rules! words_of {
    ($($type:ty),+ $(,)?) => {
        $(field_of!($type, Word, |choice| choice.word().to_owned(), |word: &String| <$type>::from_word(word));)+
    };
}

words_of!(
    Activation,
    Cell,
    CodeKind,
    Corruption,
    Down,
    Init,
    Network,
    Norm,
    OptimizerKind,
    Output,
    PixelRange,
    Pretraining,
    Rebuild,
    Reconstruction,
    Up,
    words::Scale,
);

/// One line of the table.
macro_rules! parameter {
    ($key:literal at $($field:ident).+, $label:literal, $kind:expr, default $preset:expr, unit $unit:literal,
     $live:ident, when $applies:expr, $help:literal) => {
        Parameter {
            key: $key,
            label: $label,
            kind: $kind,
            unit: $unit,
            live: $live,
            help: $help,
            applies: $applies,
            preset: $preset,
            read: |recipe| recipe.$($field).+.to_value(),
            write: |recipe, value| match Field::from_value(value) {
                Some(inner) => { recipe.$($field).+ = inner; true }
                None => false,
            },
        }
    };
}

const LIVE: bool = true;
const RESTART: bool = false;
const ALWAYS: fn(&Recipe) -> bool = |_| true;
const BUILT_IN: fn(&Recipe) -> bool = |r| matches!(r.data.set.as_str(), "digits" | "shapes");
const DIGITS: fn(&Recipe) -> bool = |r| r.data.set == "digits";
const GAUSSIAN: fn(&Recipe) -> bool = Recipe::is_variational;
const PLAIN: fn(&Recipe) -> bool = |r| !r.is_variational();
const DENSE: fn(&Recipe) -> bool = |r| r.model.network == Network::Dense;
const PLAIN_DENSE: fn(&Recipe) -> bool = |r| PLAIN(r) && DENSE(r);
const CONVOLUTIONAL: fn(&Recipe) -> bool = |r| matches!(r.model.network, Network::Conv | Network::UNet);
const CONV: fn(&Recipe) -> bool = |r| r.model.network == Network::Conv;
const U_NET: fn(&Recipe) -> bool = |r| r.model.network == Network::UNet;
const RECURRENT: fn(&Recipe) -> bool = |r| r.model.network == Network::Recurrent;
const NOISY: fn(&Recipe) -> bool = |r| r.noise.kind != Corruption::None;
const RATED: fn(&Recipe) -> bool = |r| PLAIN(r) && r.model.code_activation == Activation::Sigmoid;
const CONTRACTIBLE: fn(&Recipe) -> bool = |r| !RECURRENT(r) && r.model.norm != Norm::Batch;
const PRETRAINED: fn(&Recipe) -> bool = Recipe::is_pretrained;
const DICTIONARY: fn(&Recipe) -> bool = Recipe::has_dictionary;
const SQUARED: fn(&Recipe) -> bool = |r| r.objective.reconstruction == Reconstruction::SquaredError;
const MOMENTUM: fn(&Recipe) -> bool =
    |r| matches!(r.training.optimizer, OptimizerKind::Sgd | OptimizerKind::RmsProp);

const fn number(min: f64, max: f64) -> Kind {
    Kind::Number { min, max, slider: (min, max), scale: Scale::Linear }
}

const fn logarithmic(min: f64, max: f64, slider: (f64, f64)) -> Kind {
    Kind::Number { min, max, slider, scale: Scale::Log }
}

const fn limit() -> Kind {
    Kind::Integer { min: 0, max: 100_000_000 }
}

/// Every parameter of a recipe, in the order in which the form shows them.
pub static PARAMETERS: &[Parameter] = &[
    parameter!("data.set" at data.set, "images", Kind::Text, default Preset::Word("digits"), unit "",
        RESTART, when ALWAYS,
        "digits and shapes are built in; a folder with MNIST's four files, or one file of images in IDX format, is read from disk."),
    parameter!("data.count" at data.count, "how many", Kind::Integer { min: 200, max: 200_000 }, default Preset::Integer(12_000), unit "images",
        RESTART, when BUILT_IN, "How many images a built-in set draws."),
    parameter!("data.messiness" at data.messiness, "messiness", number(0.0, 2.0), default Preset::Number(0.8), unit "",
        RESTART, when DIGITS, "How untidy the built-in digits are: 0 is printed, 1 is like real handwriting."),
    parameter!("data.held_out" at data.held_out, "held out", number(0.01, 0.45), default Preset::Number(0.1), unit "share",
        RESTART, when ALWAYS,
        "Share of the images never trained on, and the same share again for the final test. A set with its own test images uses those."),
    parameter!("data.seed" at data.seed, "data seed", Kind::Integer { min: 0, max: u32::MAX as u64 }, default Preset::Integer(0), unit "",
        RESTART, when ALWAYS, "Which built-in images are drawn and which are held out; apart from the run's own seed."),
    parameter!("data.range" at data.range, "pixel range", Kind::Choice(PixelRange::WORDS), default Preset::Word("unit"), unit "",
        RESTART, when SQUARED, "signed scales pixels to −1 to 1. Beside a sigmoid output that is a mistake worth finding: half of the range is out of reach."),
    parameter!("model.network" at model.network, "network", Kind::Choice(Network::WORDS), default Preset::Word("dense"), unit "",
        RESTART, when ALWAYS, "What images go through on their way to the code and back: dense layers, convolutions, a U-Net, or a recurrent net that reads rows, for which there is no contractive penalty."),
    parameter!("model.widths" at model.widths, "hidden layers", Kind::Widths { max: 4096 }, default Preset::Widths(&[512, 256]), unit "units",
        RESTART, when DENSE, "Widths of the encoder's hidden layers, from the image to the code; the decoder is their mirror image."),
    parameter!("model.channels" at model.channels, "channels", Kind::Widths { max: 256 }, default Preset::Widths(&[16, 32]), unit "channels",
        RESTART, when CONVOLUTIONAL, "Channels of the stages, from the image to the code. Every stage halves the image; of a U-Net, every stage but the first."),
    parameter!("model.down" at model.down, "halving", Kind::Choice(Down::WORDS), default Preset::Word("strided"), unit "",
        RESTART, when CONV, "How a stage halves the image: a convolution with stride two, or a convolution and the largest of every two by two."),
    parameter!("model.up" at model.up, "doubling", Kind::Choice(Up::WORDS), default Preset::Word("resize"), unit "",
        RESTART, when CONVOLUTIONAL, "How a stage doubles the image. Neither way leaves a checkerboard."),
    parameter!("model.norm" at model.norm, "normalisation", Kind::Choice(Norm::WORDS), default Preset::Word("none"), unit "",
        RESTART, when CONVOLUTIONAL, "Keeps the numbers of a stage in range: batch over all images of a step, group image by image. With batch there is no contractive penalty, as an image's code depends on the others."),
    parameter!("model.skips" at model.skips, "skips", Kind::Flag, default Preset::Flag(true), unit "",
        RESTART, when U_NET, "Feature maps go past the code to the decoder. Reconstruction becomes trivial, and the code idle."),
    parameter!("model.cell" at model.cell, "cell", Kind::Choice(Cell::WORDS), default Preset::Word("gru"), unit "",
        RESTART, when RECURRENT, "What remembers from row to row: a GRU has two gates, an LSTM three and a second state."),
    parameter!("model.hidden" at model.hidden, "memory", Kind::Integer { min: 1, max: 1024 }, default Preset::Integer(128), unit "units",
        RESTART, when RECURRENT, "How many numbers are carried from row to row."),
    parameter!("model.code" at model.code, "code size", Kind::Integer { min: 1, max: 1024 }, default Preset::Integer(2), unit "numbers",
        RESTART, when ALWAYS, "How many numbers the waist of the hourglass lets through. Two can be drawn as a map."),
    parameter!("model.code_kind" at model.code_kind, "code", Kind::Choice(CodeKind::WORDS), default Preset::Word("plain"), unit "",
        RESTART, when ALWAYS, "plain passes the encoder's numbers on; gaussian draws the code around a mean, which makes it a variational autoencoder."),
    parameter!("model.code_activation" at model.code_activation, "after the code", Kind::Choice(Activation::WORDS), default Preset::Word("linear"), unit "",
        RESTART, when PLAIN, "What follows a plain code. Linear leaves it free; ReLU makes units that can be off."),
    parameter!("model.activation" at model.activation, "activation", Kind::Choice(Activation::WORDS), default Preset::Word("relu"), unit "",
        RESTART, when |r| !RECURRENT(r), "What follows each hidden layer."),
    parameter!("model.init" at model.init, "first weights", Kind::Choice(Init::WORDS), default Preset::Word("auto"), unit "",
        RESTART, when ALWAYS, "auto takes He for ReLU and its relatives, Xavier for the others. Biases begin at zero."),
    parameter!("model.output" at model.output, "output", Kind::Choice(Output::WORDS), default Preset::Word("sigmoid"), unit "",
        RESTART, when SQUARED, "What follows the last layer under squared error. Cross-entropy always works from logits."),
    parameter!("model.unit_columns" at model.unit_columns, "unit columns", Kind::Flag, default Preset::Flag(false), unit "",
        RESTART, when PLAIN_DENSE, "Keep the decoder's columns at length one, so that a sparse code cannot shrink for free. For a decoder of one layer: further layers could grow in its place."),
    parameter!("noise.kind" at noise.kind, "corruption", Kind::Choice(Corruption::WORDS), default Preset::Word("none"), unit "",
        RESTART, when ALWAYS, "What happens to an image before the network sees it, afresh at every step. The reconstruction is compared with the clean image."),
    parameter!("noise.amount" at noise.amount, "noise", number(0.0, 1.0), default Preset::Number(0.3), unit "",
        LIVE, when NOISY, "How much: the spread of Gaussian noise, the share of pixels, or the area of the block."),
    parameter!("noise.drop_units" at noise.drop_units, "dropped units", number(0.0, 0.95), default Preset::Number(0.0), unit "share",
        LIVE, when PLAIN_DENSE, "Share of hidden units switched off at random in every step and image (dropout), so that none becomes indispensable."),
    parameter!("noise.drop_connections" at noise.drop_connections, "dropped connections", number(0.0, 0.95), default Preset::Number(0.0), unit "share",
        LIVE, when PLAIN_DENSE, "Share of the connections into hidden units and into the code cut at random in every step (DropConnect)."),
    parameter!("objective.reconstruction" at objective.reconstruction, "reconstruction", Kind::Choice(Reconstruction::WORDS), default Preset::Word("squared-error"), unit "",
        RESTART, when ALWAYS, "How an image and its reconstruction are compared, summed over the pixels."),
    parameter!("objective.scale" at objective.scale, "counted as", Kind::Choice(words::Scale::WORDS), default Preset::Word("sum"), unit "",
        RESTART, when ALWAYS, "mean divides the reconstruction by the number of pixels and leaves the penalties whole: a common mistake, which makes β hundreds of times as large."),
    parameter!("objective.beta" at objective.beta, "β weight of KL", logarithmic(0.0, 1000.0, (0.0, 20.0)), default Preset::Number(1.0), unit "",
        LIVE, when GAUSSIAN, "How much the code must look like the prior. Large: blurry and orderly. Small: sharp, with holes between the codes."),
    parameter!("objective.warm_up" at objective.warm_up, "β warm-up", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when GAUSSIAN, "Steps over which β rises from zero to its value, so that the code is in use before it is charged for. 0 begins with all of it."),
    parameter!("objective.cycle" at objective.cycle, "β cycle", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when GAUSSIAN, "β rises from zero again every so many steps: over the first half of a cycle, then it stays. 0 has no cycles."),
    parameter!("objective.free_bits" at objective.free_bits, "free nats", logarithmic(0.0, 10.0, (0.0, 3.0)), default Preset::Number(0.0), unit "nats",
        LIVE, when GAUSSIAN, "KL of every dimension up to this much is not charged for, which keeps dimensions from collapsing."),
    parameter!("objective.sparsity" at objective.sparsity, "λ weight of Σ|h|", logarithmic(0.0, 1000.0, (0.0, 10.0)), default Preset::Number(0.0), unit "",
        LIVE, when PLAIN, "The price of every unit of activity in the code. Large: few units speak at once."),
    parameter!("objective.rate" at objective.rate, "weight of KL to rate", logarithmic(0.0, 1000.0, (0.0, 10.0)), default Preset::Number(0.0), unit "",
        LIVE, when RATED, "How strongly every sigmoid unit is asked to be active at the target rate, on average over the images."),
    parameter!("objective.target_rate" at objective.target_rate, "ρ target rate", number(0.001, 0.999), default Preset::Number(0.05), unit "",
        LIVE, when RATED, "The mean activity asked of every unit."),
    parameter!("objective.contractive" at objective.contractive, "λ contractive", logarithmic(0.0, 1000.0, (0.0, 10.0)), default Preset::Number(0.0), unit "",
        LIVE, when CONTRACTIBLE, "The price of ‖∂h/∂x‖², how far the code moves when a pixel does. Large: the code ignores what does not matter."),
    parameter!("pretraining.method" at pretraining.method, "pretraining", Kind::Choice(Pretraining::WORDS), default Preset::Word("none"), unit "",
        RESTART, when PLAIN_DENSE, "rbm trains every layer as a restricted Boltzmann machine on the layer before, then unrolls them into a network (Hinton and Salakhutdinov 2006)."),
    parameter!("pretraining.epochs" at pretraining.epochs, "epochs per layer", Kind::Integer { min: 1, max: 10_000 }, default Preset::Integer(10), unit "epochs",
        RESTART, when PRETRAINED, "Passes over the training images for each layer."),
    parameter!("pretraining.learning_rate" at pretraining.learning_rate, "layer rate", logarithmic(0.0, 10.0, (1e-4, 1.0)), default Preset::Number(0.1), unit "",
        LIVE, when PRETRAINED, "The size of a step of a layer with binary units."),
    parameter!("pretraining.code_learning_rate" at pretraining.code_learning_rate, "code layer rate", logarithmic(0.0, 10.0, (1e-5, 0.1)), default Preset::Number(1e-3), unit "",
        LIVE, when PRETRAINED, "The size of a step of the code layer, whose units are Gaussian: a hundredth of the others', or it diverges."),
    parameter!("pretraining.weight_decay" at pretraining.weight_decay, "layer decay", logarithmic(0.0, 1.0, (0.0, 0.1)), default Preset::Number(2e-4), unit "",
        RESTART, when PRETRAINED, "Pulls every weight of a layer towards zero while it is pretrained."),
    parameter!("pretraining.gibbs" at pretraining.gibbs, "Gibbs steps", Kind::Integer { min: 1, max: 50 }, default Preset::Integer(1), unit "steps",
        RESTART, when PRETRAINED, "How long a layer dreams before it compares the dream with the data: k of contrastive divergence."),
    parameter!("training.optimizer" at training.optimizer, "optimiser", Kind::Choice(OptimizerKind::WORDS), default Preset::Word("adam"), unit "",
        RESTART, when ALWAYS, "The rule that turns gradients into steps."),
    parameter!("training.learning_rate" at training.learning_rate, "learning rate", logarithmic(0.0, 1e12, (1e-5, 1.0)), default Preset::Number(1e-3), unit "",
        LIVE, when ALWAYS, "The size of a step. Too small: nothing happens. Too large: the loss jumps, or turns into no number at all."),
    parameter!("training.momentum" at training.momentum, "momentum", number(0.0, 0.999), default Preset::Number(0.9), unit "",
        RESTART, when MOMENTUM, "How much of the last step is carried into the next."),
    parameter!("training.weight_decay" at training.weight_decay, "weight decay", logarithmic(0.0, 10.0, (0.0, 1.0)), default Preset::Number(0.0), unit "",
        RESTART, when ALWAYS, "Pulls every weight towards zero: decoupled for AdamW, an L2 penalty for the others."),
    parameter!("training.clip_norm" at training.clip_norm, "clip gradients", number(0.0, 1e6), default Preset::Number(0.0), unit "",
        RESTART, when ALWAYS, "Gradients longer than this, all taken together, are shortened to it. 0 leaves them alone."),
    parameter!("training.batch" at training.batch, "batch", Kind::Integer { min: 1, max: 4096 }, default Preset::Integer(128), unit "images",
        RESTART, when ALWAYS, "How many images share one step."),
    parameter!("training.epochs" at training.epochs, "stop: epochs", limit(), default Preset::Integer(0), unit "epochs",
        RESTART, when ALWAYS, "Stop after this many passes over the training images. 0 is no limit."),
    parameter!("training.steps" at training.steps, "stop: steps", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when ALWAYS, "Stop after this many steps. 0 is no limit."),
    parameter!("training.seconds" at training.seconds, "stop: seconds", number(0.0, 1e7), default Preset::Number(0.0), unit "s",
        RESTART, when ALWAYS, "Stop after this many seconds of training. 0 is no limit."),
    parameter!("training.target" at training.target, "stop: target", number(0.0, 1e6), default Preset::Number(0.0), unit "per image",
        RESTART, when ALWAYS, "Stop when the held-out reconstruction cost is at most this. 0 is no target."),
    parameter!("training.patience" at training.patience, "stop: no progress", limit(), default Preset::Integer(0), unit "epochs",
        RESTART, when ALWAYS, "Stop after this many epochs in which the held-out objective did not fall. 0 is never."),
    parameter!("dictionary.atoms" at dictionary.atoms, "atoms", Kind::Integer { min: 0, max: 1024 }, default Preset::Integer(0), unit "atoms",
        RESTART, when ALWAYS, "A dictionary learned on the codes once the network is trained: every code becomes a sum of few atoms. 0 learns none."),
    parameter!("dictionary.lambda" at dictionary.lambda, "λ of the atoms", logarithmic(0.0, 1000.0, (0.0, 10.0)), default Preset::Number(0.5), unit "",
        LIVE, when DICTIONARY, "The price of every unit of an atom in ½‖z − D·a‖² + λ‖a‖₁. Large: few atoms per image, and none at all from the largest correlation of an atom with a code on."),
    parameter!("dictionary.epochs" at dictionary.epochs, "dictionary epochs", Kind::Integer { min: 1, max: 10_000 }, default Preset::Integer(4), unit "epochs",
        RESTART, when DICTIONARY, "Passes over the training images for the dictionary, after those for the network."),
    parameter!("dictionary.pixels" at dictionary.pixels, "beside raw pixels", Kind::Flag, default Preset::Flag(true), unit "",
        RESTART, when DICTIONARY, "Learn a dictionary of raw pixels too, to hold the other against."),
    parameter!("dictionary.rebuild" at dictionary.rebuild, "rebuilt", Kind::Choice(Rebuild::WORDS), default Preset::Word("decoder"), unit "",
        RESTART, when DICTIONARY, "D·a is a code: the decoder turns it into an image."),
    parameter!("seed" at seed, "seed", Kind::Integer { min: 0, max: u32::MAX as u64 }, default Preset::Integer(1), unit "",
        RESTART, when ALWAYS, "Where the weights, the order of the images and ε come from: the same seed gives the same run."),
];

/// The declaration with this key; a misspelt key is answered with the nearest one.
pub fn find(key: &str) -> Result<&'static Parameter, RecipeError> {
    PARAMETERS.iter().find(|p| p.key == key).ok_or_else(|| RecipeError::UnknownKey {
        key: key.to_owned(),
        hint: match nearest(key) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`hourglass recipes --parameters` lists them all".to_owned(),
        },
    })
}

/// The declared key that is at most three edits away, or has the same last part.
fn nearest(key: &str) -> Option<&'static str> {
    let last = |k: &str| k.rsplit('.').next().unwrap_or_default().to_owned();
    let same_name = PARAMETERS.iter().find(|p| last(p.key) == last(key)).map(|p| p.key);
    let close =
        PARAMETERS.iter().map(|p| (edits(p.key, key), p.key)).min().filter(|(n, _)| *n <= 3).map(|(_, k)| k);
    same_name.or(close)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substitution = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
