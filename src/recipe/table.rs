//! The declaration of every parameter, once. The form, `--set`, recipe files and validation are derived from it.

use super::error::RecipeError;
use super::parameter::{Parameter, ParameterKind, Preset, SliderScale, Value};
use super::schema::Recipe;
use super::words::{Activation, BuiltInSet, CodeKind, Frozen, Init, OptimizerKind, Output, Reconstruction};
use super::words::{
    Cell, ColorChoice, Corruption, Down, Fit, Invert, Network, Norm, PixelRange, Pretraining, Pruning,
    Rebuild, ReconstructionScale, Splitting, Up,
};

/// A type that a field of a recipe can have.
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
    ColorChoice,
    Corruption,
    Down,
    Fit,
    Frozen,
    Init,
    Invert,
    Network,
    Norm,
    OptimizerKind,
    Output,
    PixelRange,
    Pretraining,
    Pruning,
    Rebuild,
    Reconstruction,
    Splitting,
    Up,
    ReconstructionScale,
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
const BUILT_IN: fn(&Recipe) -> bool = |r| r.data.built_in().is_some();
const FROM_FILE: fn(&Recipe) -> bool = |r| r.data.built_in().is_none();
const DIGITS: fn(&Recipe) -> bool = |r| r.data.built_in() == Some(BuiltInSet::Digits);
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
/// A short code has no units to leave out.
const TOP_K: fn(&Recipe) -> bool = |r| PLAIN(r) && (r.model.code >= 16 || r.model.top_k > 0);
const REVIVABLE: fn(&Recipe) -> bool = |r| PLAIN_DENSE(r) && r.model.widths.is_empty() && r.model.top_k > 0;
const PRUNED: fn(&Recipe) -> bool = |r| r.pruning.method != Pruning::None;
const ADAM_W: fn(&Recipe) -> bool = |r| r.training.optimizer == OptimizerKind::AdamW;
const SQUARED: fn(&Recipe) -> bool = |r| r.objective.reconstruction == Reconstruction::SquaredError;
const MOMENTUM: fn(&Recipe) -> bool = |r| r.training.optimizer == OptimizerKind::Sgd;

const fn number(min: f64, max: f64) -> ParameterKind {
    ParameterKind::Number { min, max, slider: [min, max], scale: SliderScale::Linear }
}

const fn logarithmic(min: f64, max: f64, slider: [f64; 2]) -> ParameterKind {
    ParameterKind::Number { min, max, slider, scale: SliderScale::Log }
}

const fn limit() -> ParameterKind {
    ParameterKind::Integer { min: 0, max: 100_000_000 }
}

/// Every parameter of a recipe, in the order in which the form shows them.
pub static PARAMETERS: &[Parameter] = &[
    parameter!("data.set" at data.set, "images", ParameterKind::Text, default Preset::Word(BuiltInSet::WORDS[0]), unit "",
        RESTART, when ALWAYS,
        "A built-in set, or the path of a file or a folder of images. `hourglass data --help` lists what can be read."),
    parameter!("data.count" at data.count, "number of images", ParameterKind::Integer { min: 200, max: 200_000 }, default Preset::Integer(12_000), unit "images",
        RESTART, when BUILT_IN, "The number of images that a built-in set draws."),
    parameter!("data.messiness" at data.messiness, "messiness", number(0.0, 2.0), default Preset::Number(0.8), unit "",
        RESTART, when DIGITS, "How untidy the built-in digits are: 0 is neat, 1 is like real handwriting."),
    parameter!("data.held_out" at data.held_out, "held out", number(0.01, 0.45), default Preset::Number(0.1), unit "fraction",
        RESTART, when ALWAYS,
        "The fraction of the images held out for validation: they decide when to stop, and are never trained on. As many again are held out for the final test, unless the set has test images of its own."),
    parameter!("data.split" at data.split, "split", ParameterKind::Choice(Splitting::WORDS), default Preset::Word("random"), unit "",
        RESTART, when ALWAYS, "How images are divided: at random, stratified so that every class has its share of each part, or balanced, which is stratified and trains on equally many images of every class."),
    parameter!("data.seed" at data.seed, "data seed", ParameterKind::Integer { min: 0, max: u32::MAX as u64 }, default Preset::Integer(0), unit "",
        RESTART, when ALWAYS, "The seed of the built-in images and of the split into training and held-out images. The run has its own seed."),
    parameter!("data.classes" at data.classes, "classes", ParameterKind::Text, default Preset::Word("all"), unit "",
        RESTART, when ALWAYS, "The classes to train on: all, their names joined by commas, or all but some, such as all but 8. The network never sees the others; anomaly detection is tested with them."),
    parameter!("data.limit" at data.limit, "most images", limit(), default Preset::Integer(0), unit "images",
        RESTART, when FROM_FILE, "The most images that are taken from a file, drawn at random; 0 for all. Test images of their own stay."),
    parameter!("data.array" at data.array, "array", ParameterKind::Text, default Preset::Word("auto"), unit "",
        RESTART, when FROM_FILE, "The array with the images in a NumPy file with several, by its name; auto finds it by its shape."),
    parameter!("data.size" at data.size, "size of pictures", ParameterKind::Integer { min: 0, max: 128 }, default Preset::Integer(0), unit "pixels",
        RESTART, when FROM_FILE, "The side of the square that pictures are fitted to, 8 to 128. With 0 pictures of one size stay as they are, and others are fitted to 32."),
    parameter!("data.fit" at data.fit, "fitted by", ParameterKind::Choice(Fit::WORDS), default Preset::Word("crop"), unit "",
        RESTART, when FROM_FILE, "How a picture becomes a square: crop takes its middle, pad puts the colour of its edge around it, squash changes its proportions."),
    parameter!("data.colour" at data.color, "colours", ParameterKind::Choice(ColorChoice::WORDS), default Preset::Word("auto"), unit "",
        RESTART, when FROM_FILE, "Whether pictures are read as grey or in colour; auto reads them as grey where all of them are."),
    parameter!("data.invert" at data.invert, "dark and light", ParameterKind::Choice(Invert::WORDS), default Preset::Word("auto"), unit "",
        RESTART, when FROM_FILE, "Whether dark and light are exchanged in pictures; auto does so where grey pictures are dark strokes on light paper."),
    parameter!("data.folds" at data.folds, "folds", ParameterKind::Integer { min: 0, max: 100 }, default Preset::Integer(0), unit "parts",
        RESTART, when |r| r.data.folds > 0, "Cross-validation: the images that are not for the test are cut into so many parts, one of which is for validation. 0 for none."),
    parameter!("data.fold" at data.fold, "fold", ParameterKind::Integer { min: 1, max: 100 }, default Preset::Integer(1), unit "",
        RESTART, when |r| r.data.folds > 0, "Which of the parts is for validation."),
    parameter!("data.foreign" at data.foreign, "unfamiliar images", ParameterKind::Text, default Preset::Word("none"), unit "",
        RESTART, when ALWAYS, "Images of the same size that the network never sees, with which anomaly detection is tested: none, a built-in set, or the path of a file or a folder."),
    parameter!("data.range" at data.range, "pixel range", ParameterKind::Choice(PixelRange::WORDS), default Preset::Word("unit"), unit "",
        RESTART, when SQUARED, "The range that pixels are scaled to. signed is −1 to 1: with a sigmoid output, whose values lie between 0 and 1, half of that range is out of reach."),
    parameter!("model.network" at model.network, "network", ParameterKind::Choice(Network::WORDS), default Preset::Word("dense"), unit "",
        RESTART, when ALWAYS, "The kind of encoder and decoder: dense layers, convolutions, a U-Net, or a recurrent network that reads rows (without contractive penalty)."),
    parameter!("model.widths" at model.widths, "hidden layers", ParameterKind::Widths { max: 4096 }, default Preset::Widths(&[512, 256]), unit "units",
        RESTART, when DENSE, "Widths of the encoder's hidden layers, from the image to the code. The decoder mirrors them."),
    parameter!("model.channels" at model.channels, "channels", ParameterKind::Widths { max: 256 }, default Preset::Widths(&[16, 32]), unit "channels",
        RESTART, when CONVOLUTIONAL, "Channels of the stages, from the image to the code. Every stage halves the image, except the first one of a U-Net."),
    parameter!("model.down" at model.down, "downsampling", ParameterKind::Choice(Down::WORDS), default Preset::Word("strided"), unit "",
        RESTART, when CONV, "How a stage halves the image: a convolution with stride two, or a convolution followed by max pooling."),
    parameter!("model.up" at model.up, "upsampling", ParameterKind::Choice(Up::WORDS), default Preset::Word("resize"), unit "",
        RESTART, when CONVOLUTIONAL, "How a stage doubles the image. Neither way causes checkerboard artefacts."),
    parameter!("model.norm" at model.norm, "normalisation", ParameterKind::Choice(Norm::WORDS), default Preset::Word("none"), unit "",
        RESTART, when CONVOLUTIONAL, "Normalises the features of each stage: batch over all images of a step, group for each image on its own. batch excludes the contractive penalty, because an image's code then depends on the other images."),
    parameter!("model.skips" at model.skips, "skip connections", ParameterKind::Flag, default Preset::Flag(true), unit "",
        RESTART, when U_NET, "Feature maps of the encoder go to the decoder directly, past the code. Reconstruction becomes easy, and the code is hardly used."),
    parameter!("model.cell" at model.cell, "cell", ParameterKind::Choice(Cell::WORDS), default Preset::Word("gru"), unit "",
        RESTART, when RECURRENT, "The recurrent cell: a GRU has two gates, an LSTM has three and a second state."),
    parameter!("model.hidden" at model.hidden, "hidden state", ParameterKind::Integer { min: 1, max: 1024 }, default Preset::Integer(128), unit "units",
        RESTART, when RECURRENT, "The size of the hidden state that is carried from row to row."),
    parameter!("model.code" at model.code, "code size", ParameterKind::Integer { min: 1, max: 1024 }, default Preset::Integer(2), unit "dimensions",
        RESTART, when ALWAYS, "The number of dimensions of the code. A code of two can be drawn as a map."),
    parameter!("model.code_kind" at model.code_kind, "code", ParameterKind::Choice(CodeKind::WORDS), default Preset::Word("plain"), unit "",
        RESTART, when ALWAYS, "plain uses the encoder's output as the code; gaussian samples the code from a mean and a variance, which makes a variational autoencoder."),
    parameter!("model.code_activation" at model.code_activation, "code activation", ParameterKind::Choice(Activation::WORDS), default Preset::Word("linear"), unit "",
        RESTART, when PLAIN, "The activation of a plain code. linear allows any number; relu allows units that are exactly zero."),
    parameter!("model.activation" at model.activation, "activation", ParameterKind::Choice(Activation::WORDS), default Preset::Word("relu"), unit "",
        RESTART, when |r| !RECURRENT(r), "The activation of each hidden layer."),
    parameter!("model.init" at model.init, "initial weights", ParameterKind::Choice(Init::WORDS), default Preset::Word("auto"), unit "",
        RESTART, when ALWAYS, "The distribution of the initial weights. auto uses He for ReLU and its relatives and Xavier for the others; pytorch is uniform between ±1/√fan-in, biases too; normal has the standard deviation below."),
    parameter!("model.init_spread" at model.init_spread, "standard deviation", logarithmic(0.0, 10.0, [1e-4, 1.0]), default Preset::Number(0.05), unit "",
        RESTART, when |r| r.model.init == Init::Normal, "The standard deviation of the initial weights."),
    parameter!("model.output" at model.output, "output", ParameterKind::Choice(Output::WORDS), default Preset::Word("sigmoid"), unit "",
        RESTART, when SQUARED, "The activation of the last layer under squared error: sigmoid for pixels from 0 to 1, tanh for signed pixels. Cross-entropy is always computed from logits."),
    parameter!("model.tied" at model.tied, "tied weights", ParameterKind::Flag, default Preset::Flag(false), unit "",
        RESTART, when PLAIN_DENSE, "The decoder's weights are the transpose of the encoder's; each layer has biases of its own. It halves the number of weights, and the decoder cannot undo what a penalty does to the encoder."),
    parameter!("model.unit_columns" at model.unit_columns, "unit columns", ParameterKind::Flag, default Preset::Flag(false), unit "",
        RESTART, when PLAIN_DENSE, "Normalises the columns of the decoder to length one, so that λ·Σ|h| cannot be reduced by scaling codes down and weights up. For a decoder with one layer only."),
    parameter!("noise.kind" at noise.kind, "corruption", ParameterKind::Choice(Corruption::WORDS), default Preset::Word("none"), unit "",
        RESTART, when ALWAYS, "Corrupts the input, with new noise in every step. The reconstruction is compared with the clean image."),
    parameter!("noise.amount" at noise.amount, "noise", number(0.0, 1.0), default Preset::Number(0.3), unit "",
        LIVE, when NOISY, "The amount of corruption: the standard deviation of Gaussian noise, the fraction of pixels, or the area of the block."),
    parameter!("noise.drop_units" at noise.drop_units, "dropped units", number(0.0, 0.95), default Preset::Number(0.0), unit "fraction",
        LIVE, when PLAIN_DENSE, "The fraction of hidden units set to zero at random, for every image and step (dropout). No unit can become indispensable."),
    parameter!("noise.drop_connections" at noise.drop_connections, "dropped connections", number(0.0, 0.95), default Preset::Number(0.0), unit "fraction",
        LIVE, when PLAIN_DENSE, "The fraction of the connections into hidden units and into the code removed at random in every step (DropConnect)."),
    parameter!("pruning.method" at pruning.method, "pruning", ParameterKind::Choice(Pruning::WORDS), default Preset::Word("none"), unit "",
        RESTART, when ALWAYS, "Deletes connections for good, in every layer: those with the smallest weights, or a random choice. Their weights are zero and stay zero; a restart brings them back."),
    parameter!("pruning.share" at pruning.share, "deleted connections", number(0.0, 0.999), default Preset::Number(0.5), unit "fraction",
        LIVE, when PRUNED, "The fraction of the connections of each layer that is deleted. Deleted connections do not return when it is reduced."),
    parameter!("pruning.step" at pruning.step, "deleted at step", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when PRUNED, "The number of steps before connections are deleted. 0 deletes them from the start: useful at random, whereas the smallest weights are known only after training."),
    parameter!("objective.reconstruction" at objective.reconstruction, "reconstruction", ParameterKind::Choice(Reconstruction::WORDS), default Preset::Word("squared-error"), unit "",
        RESTART, when ALWAYS, "The cost of the difference between an image and its reconstruction, summed over the pixels."),
    parameter!("objective.scale" at objective.scale, "reduction", ParameterKind::Choice(ReconstructionScale::WORDS), default Preset::Word("sum"), unit "",
        RESTART, when ALWAYS, "mean divides the reconstruction cost by the number of pixels but not the penalties, which makes β hundreds of times as strong: a common mistake."),
    parameter!("objective.beta" at objective.beta, "β weight of KL", logarithmic(0.0, 1000.0, [0.0, 20.0]), default Preset::Number(1.0), unit "",
        LIVE, when GAUSSIAN, "How strongly the code is pulled towards the prior. Large: blurry images and an orderly latent space. Small: sharp images, with holes between the codes."),
    parameter!("objective.warm_up" at objective.warm_up, "β warm-up", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when GAUSSIAN, "The number of steps over which β rises from zero to its value, so that the code is used before KL is penalised in full. 0 is no warm-up."),
    parameter!("objective.cycle" at objective.cycle, "β cycle", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when GAUSSIAN, "The number of steps of a cycle: β rises from zero over the first half and is constant over the second. 0 is no cycles."),
    parameter!("objective.free_bits" at objective.free_bits, "free nats", logarithmic(0.0, 10.0, [0.0, 3.0]), default Preset::Number(0.0), unit "nats",
        LIVE, when GAUSSIAN, "KL below this value costs nothing, in each dimension, which keeps dimensions from collapsing."),
    parameter!("objective.sparsity" at objective.sparsity, "λ weight of Σ|h|", logarithmic(0.0, 1000.0, [0.0, 10.0]), default Preset::Number(0.0), unit "",
        LIVE, when PLAIN, "The weight of the sum of absolute activations. Large: few units are active at once."),
    parameter!("model.top_k" at model.top_k, "k largest kept", ParameterKind::Integer { min: 0, max: 1024 }, default Preset::Integer(0), unit "units",
        LIVE, when TOP_K, "Keeps only the k units of the code with the largest absolute values for each image and sets the others to zero, which makes a code as sparse as asked without a penalty. 0 keeps all."),
    parameter!("objective.rate" at objective.rate, "weight of KL to rate", logarithmic(0.0, 1000.0, [0.0, 10.0]), default Preset::Number(0.0), unit "",
        LIVE, when RATED, "How strongly the mean activation of every sigmoid unit is pulled towards the target rate. Means are taken over a batch, so use batches of 100 images or more."),
    parameter!("objective.target_rate" at objective.target_rate, "ρ target rate", number(0.001, 0.999), default Preset::Number(0.05), unit "",
        LIVE, when RATED, "The target for the mean activation of every unit."),
    parameter!("objective.contractive" at objective.contractive, "λ contractive", logarithmic(0.0, 1000.0, [0.0, 10.0]), default Preset::Number(0.0), unit "",
        LIVE, when CONTRACTIBLE, "The weight of ‖∂h/∂x‖², how much the code changes with the pixels. Large: the code ignores most changes of the image."),
    parameter!("objective.weight_decay" at objective.weight_decay, "λ weight decay", logarithmic(0.0, 10.0, [0.0, 1.0]), default Preset::Number(0.0), unit "",
        LIVE, when ALWAYS, "The weight of ½‖W‖², half the sum of all squared weights (biases are left out). Large: small weights, and a network that fits single images less exactly."),
    parameter!("objective.revival" at objective.revival, "λ revival", logarithmic(0.0, 10.0, [0.0, 1.0]), default Preset::Number(0.0), unit "",
        LIVE, when REVIVABLE, "The weight of the error that remains when the units that no image of the batch keeps are added to the output, so that dead units learn what is still missing (Gao et al. 2024, who use 1/32)."),
    parameter!("pretraining.method" at pretraining.method, "pretraining", ParameterKind::Choice(Pretraining::WORDS), default Preset::Word("none"), unit "",
        RESTART, when PLAIN_DENSE, "rbm trains each layer as a restricted Boltzmann machine on the output of the layer below, then unrolls them into a network (Hinton and Salakhutdinov 2006)."),
    parameter!("pretraining.epochs" at pretraining.epochs, "epochs per layer", ParameterKind::Integer { min: 1, max: 10_000 }, default Preset::Integer(10), unit "epochs",
        RESTART, when PRETRAINED, "Passes over the training images for each layer."),
    parameter!("pretraining.learning_rate" at pretraining.learning_rate, "layer rate", logarithmic(0.0, 10.0, [1e-4, 1.0]), default Preset::Number(0.1), unit "",
        LIVE, when PRETRAINED, "The learning rate of layers with binary units."),
    parameter!("pretraining.code_learning_rate" at pretraining.code_learning_rate, "code layer rate", logarithmic(0.0, 10.0, [1e-5, 0.1]), default Preset::Number(1e-3), unit "",
        LIVE, when PRETRAINED, "The learning rate of the code layer, whose units are Gaussian. It needs about a hundredth of the others' rate, or it diverges."),
    parameter!("pretraining.weight_decay" at pretraining.weight_decay, "layer decay", logarithmic(0.0, 1.0, [0.0, 0.1]), default Preset::Number(2e-4), unit "",
        RESTART, when PRETRAINED, "Weight decay while a layer is pretrained."),
    parameter!("pretraining.gibbs" at pretraining.gibbs, "Gibbs steps", ParameterKind::Integer { min: 1, max: 50 }, default Preset::Integer(1), unit "steps",
        RESTART, when PRETRAINED, "k of contrastive divergence: the number of Gibbs steps from the data to the samples it is compared with."),
    parameter!("training.optimizer" at training.optimizer, "optimiser", ParameterKind::Choice(OptimizerKind::WORDS), default Preset::Word("adam"), unit "",
        RESTART, when ALWAYS, "The algorithm that updates the weights from the gradients."),
    parameter!("training.learning_rate" at training.learning_rate, "learning rate", logarithmic(0.0, 1e12, [1e-5, 1.0]), default Preset::Number(1e-3), unit "",
        LIVE, when ALWAYS, "The step size of the optimiser. Too small: learning is slow. Too large: the loss jumps, or becomes NaN."),
    parameter!("training.momentum" at training.momentum, "momentum", number(0.0, 0.999), default Preset::Number(0.9), unit "",
        RESTART, when MOMENTUM, "How much of the last update SGD carries over into the next one."),
    parameter!("training.weight_decay" at training.weight_decay, "weight decay", logarithmic(0.0, 10.0, [0.0, 1.0]), default Preset::Number(0.0), unit "",
        RESTART, when ADAM_W, "Decoupled weight decay: each step multiplies all parameters by 1 − learning rate · decay, apart from the gradient. The penalty ½‖W‖² of the objective is another thing."),
    parameter!("training.clip_norm" at training.clip_norm, "clip gradient norm", number(0.0, 1e6), default Preset::Number(0.0), unit "",
        RESTART, when ALWAYS, "Scales the gradient down where its norm is larger than this. 0 is no clipping."),
    parameter!("training.freeze" at training.freeze, "frozen", ParameterKind::Choice(Frozen::WORDS), default Preset::Word("none"), unit "",
        RESTART, when ALWAYS, "The part of the network that does not learn, such as an encoder whose weights were loaded from a file."),
    parameter!("training.batch" at training.batch, "batch size", ParameterKind::Integer { min: 1, max: 4096 }, default Preset::Integer(128), unit "images",
        RESTART, when ALWAYS, "The number of images per step."),
    parameter!("training.keep_remainder" at training.keep_remainder, "keep remainder", ParameterKind::Flag, default Preset::Flag(false), unit "",
        RESTART, when ALWAYS, "Ends each epoch with a smaller batch of the images that do not fill one. Otherwise they are left out of that epoch."),
    parameter!("training.epochs" at training.epochs, "stop: epochs", limit(), default Preset::Integer(0), unit "epochs",
        RESTART, when ALWAYS, "Stops after this many passes over the training images. 0 is no limit."),
    parameter!("training.steps" at training.steps, "stop: steps", limit(), default Preset::Integer(0), unit "steps",
        RESTART, when ALWAYS, "Stops after this many steps. 0 is no limit."),
    parameter!("training.seconds" at training.seconds, "stop: seconds", number(0.0, 1e7), default Preset::Number(0.0), unit "s",
        RESTART, when ALWAYS, "Stops after this many seconds of training. 0 is no limit."),
    parameter!("training.target" at training.target, "stop: target", number(0.0, 1e6), default Preset::Number(0.0), unit "per image",
        RESTART, when ALWAYS, "Stops when the held-out reconstruction cost is at most this. 0 is no target."),
    parameter!("training.training_target" at training.training_target, "stop: training loss", number(0.0, 1e6), default Preset::Number(0.0), unit "",
        RESTART, when ALWAYS, "Stops when the reconstruction cost over the training batches of an epoch is at most this: per image, or per pixel where the reduction is mean. 0 is no limit."),
    parameter!("training.patience" at training.patience, "stop: no progress", limit(), default Preset::Integer(0), unit "epochs",
        RESTART, when ALWAYS, "Stops after this many epochs without a new minimum of the held-out objective. 0 is never."),
    parameter!("dictionary.atoms" at dictionary.atoms, "atoms", ParameterKind::Integer { min: 0, max: 1024 }, default Preset::Integer(0), unit "atoms",
        RESTART, when ALWAYS, "The number of atoms of a dictionary that is learned on the codes after training: every code becomes a sum of few atoms. 0 is no dictionary."),
    parameter!("dictionary.lambda" at dictionary.lambda, "λ of the atoms", logarithmic(0.0, 1000.0, [0.0, 10.0]), default Preset::Number(0.5), unit "",
        LIVE, when DICTIONARY, "The weight of ‖a‖₁ in ½‖z − D·a‖² + λ‖a‖₁. Large: few atoms per image. From the largest |dᵀz| of an atom and a code on, all are zero."),
    parameter!("dictionary.epochs" at dictionary.epochs, "dictionary epochs", ParameterKind::Integer { min: 1, max: 10_000 }, default Preset::Integer(4), unit "epochs",
        RESTART, when DICTIONARY, "Passes over the training images for the dictionary, after those for the network."),
    parameter!("dictionary.pixels" at dictionary.pixels, "also raw pixels", ParameterKind::Flag, default Preset::Flag(true), unit "",
        RESTART, when DICTIONARY, "Learns a dictionary of raw pixels as well, for comparison."),
    parameter!("dictionary.rebuild" at dictionary.rebuild, "decoded", ParameterKind::Choice(Rebuild::WORDS), default Preset::Word("decoder"), unit "",
        RESTART, when DICTIONARY, "How images are reconstructed. D·a is a code: the decoder turns it into an image."),
    parameter!("seed" at seed, "seed", ParameterKind::Integer { min: 0, max: u32::MAX as u64 }, default Preset::Integer(1), unit "",
        RESTART, when ALWAYS, "The seed of the weights, the order of the images and ε: the same seed gives the same run."),
];

/// The declaration with this key. The error for a misspelt key names the nearest one.
pub fn find(key: &str) -> Result<&'static Parameter, RecipeError> {
    PARAMETERS.iter().find(|p| p.key == key).ok_or_else(|| RecipeError::UnknownKey {
        key: key.to_owned(),
        hint: match nearest(key) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`hourglass recipes --parameters` lists them all".to_owned(),
        },
    })
}

/// The declared key with the same last part, or one that is at most three edits away.
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
