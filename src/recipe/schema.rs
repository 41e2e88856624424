//! The data of a recipe: plain structs that serde reads and writes.

use serde::{Deserialize, Serialize};

use super::words::{
    Activation, BuiltInSet, Cell, CodeKind, ColorChoice, Corruption, Down, Fit, Frozen, Init, Invert,
    Network, Norm, OptimizerKind, Output, PixelRange, Pretraining, Pruning, Rebuild, Reconstruction,
    ReconstructionScale, Splitting, Up,
};

/// One experiment, completely: the same recipe on the same machine gives the same numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// A short name, such as `vae-2d`; files and figures are named after it.
    pub name: String,
    /// One sentence for the list of recipes.
    pub about: String,
    /// The seed of everything random in a run, except of the built-in images, which have a seed of their own.
    pub seed: u64,
    /// The images.
    pub data: DataRecipe,
    /// The network and its code.
    pub model: ModelRecipe,
    /// Noise during training.
    pub noise: NoiseRecipe,
    /// Connections that are deleted.
    pub pruning: PruningRecipe,
    /// What is minimised.
    pub objective: ObjectiveRecipe,
    /// Layer-by-layer pretraining.
    pub pretraining: PretrainingRecipe,
    /// How it is minimised, and when to stop.
    pub training: TrainingRecipe,
    /// A dictionary learned on the codes after training.
    pub dictionary: DictionaryRecipe,
    /// Changes of live parameters during training, such as those made by hand in an earlier run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Change>,
}

/// The images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataRecipe {
    /// The name of a built-in set, or the path of a file or a folder.
    pub set: String,
    /// The number of images that a built-in set draws.
    pub count: usize,
    /// How untidy the built-in digits are; 1 resembles real handwriting.
    pub messiness: f64,
    /// The fraction of the images held out for validation, and as many again for the test where the set has no test images
    /// of its own.
    pub held_out: f64,
    /// How images are divided into those to train on and those held out.
    pub split: Splitting,
    /// Seed of the built-in images and of the split.
    pub seed: u64,
    /// Which classes are kept for training and validation: `all`, names joined by commas, or `all but` such names.
    pub classes: String,
    /// The most images that are taken from a file; 0 for all.
    pub limit: u64,
    /// The array with the images in a NumPy file with several, or `auto`.
    pub array: String,
    /// The side that pictures are fitted to; 0 for their own where all have the same.
    pub size: usize,
    /// How a picture becomes a square.
    pub fit: Fit,
    /// Whether pictures are grey or in colour.
    #[serde(rename = "colour")]
    pub color: ColorChoice,
    /// Whether dark and light are exchanged.
    pub invert: Invert,
    /// The number of parts for cross-validation: 0 for none.
    pub folds: usize,
    /// The part that is for validation, from 1 on.
    pub fold: usize,
    /// Images that the network never sees, with which anomaly detection is tested: `none`, or what `set` can be.
    pub foreign: String,
    /// The range that pixels are scaled to for the network.
    pub range: PixelRange,
}

/// The network: an encoder, a code, and the encoder's mirror image as decoder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRecipe {
    /// The kind of network.
    pub network: Network,
    /// Widths of a dense network's hidden layers from the image towards the code.
    pub widths: Vec<usize>,
    /// Channels of a convolutional network's stages from the image towards the code. Each stage halves the image,
    /// except the first one of a U-Net.
    pub channels: Vec<usize>,
    /// How a stage halves the image.
    pub down: Down,
    /// How a stage doubles the image.
    pub up: Up,
    /// The normalisation of each stage.
    pub norm: Norm,
    /// Whether a U-Net has skip connections.
    pub skips: bool,
    /// The cell of a recurrent network.
    pub cell: Cell,
    /// The size of the hidden state of a recurrent network.
    pub hidden: usize,
    /// The number of dimensions of the code.
    pub code: usize,
    /// A plain code, or a Gaussian one (a variational autoencoder).
    pub code_kind: CodeKind,
    /// The activation of a plain code.
    pub code_activation: Activation,
    /// How many units of a plain code are kept for each image, those with the largest absolute values; 0 keeps all.
    pub top_k: usize,
    /// The activation of each hidden layer.
    pub activation: Activation,
    /// The distribution of the initial weights.
    pub init: Init,
    /// The standard deviation of normal initial weights.
    pub init_spread: f64,
    /// The activation of the last layer under squared error.
    pub output: Output,
    /// Whether the columns of the last layer are normalised to length one, so that λ·Σ|h| cannot be reduced by scaling.
    pub unit_columns: bool,
    /// Whether the decoder of a dense network is the transpose of its encoder.
    pub tied: bool,
}

/// Noise during training. Held-out images are evaluated with the same corruption of the input, and with all units and
/// connections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NoiseRecipe {
    /// The corruption of the input.
    pub kind: Corruption,
    /// The amount of corruption.
    pub amount: f64,
    /// The fraction of hidden units dropped in every step.
    pub drop_units: f64,
    /// The fraction of the connections into hidden units and into the code dropped in every step.
    pub drop_connections: f64,
}

/// Connections that are deleted for good: their weights are set to zero and stay zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PruningRecipe {
    /// Which connections.
    pub method: Pruning,
    /// The fraction of the weights of each layer.
    pub share: f64,
    /// The step of the network's training before which they are deleted.
    pub step: u64,
}

/// Layer-by-layer pretraining.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PretrainingRecipe {
    /// The procedure.
    pub method: Pretraining,
    /// Passes over the training images for each layer.
    pub epochs: u64,
    /// Learning rate of the layers with binary units.
    pub learning_rate: f64,
    /// Learning rate of the code layer, whose units are Gaussian.
    pub code_learning_rate: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Gibbs steps of contrastive divergence.
    pub gibbs: u64,
}

/// A dictionary learned on the codes of a trained network: z ≈ D·a with few numbers of a other than zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DictionaryRecipe {
    /// The number of atoms; 0 for no dictionary.
    pub atoms: usize,
    /// λ of the sparse codes.
    pub lambda: f64,
    /// Passes over the training images for the dictionary.
    pub epochs: u64,
    /// Whether a dictionary of raw pixels is learned as well, for comparison.
    pub pixels: bool,
    /// How an image is reconstructed from a sum of atoms.
    pub rebuild: Rebuild,
}

/// What is minimised: a reconstruction cost and weighted penalties, per image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveRecipe {
    /// The reconstruction cost.
    pub reconstruction: Reconstruction,
    /// β, the weight of the KL term of a Gaussian code.
    pub beta: f64,
    /// Whether the reconstruction cost is a sum or a mean over the pixels.
    pub scale: ReconstructionScale,
    /// Steps over which β rises from zero.
    pub warm_up: u64,
    /// Steps of a cycle in which β rises from zero repeatedly.
    pub cycle: u64,
    /// KL in nats that is free in every dimension.
    pub free_bits: f64,
    /// λ, the weight of Σ|h| of a plain code.
    pub sparsity: f64,
    /// The weight of the KL divergence from a target rate to each unit's mean activation.
    pub rate: f64,
    /// ρ, the target for the mean activation of a unit.
    pub target_rate: f64,
    /// λ, the weight of the squared norm of the Jacobian, ‖∂h/∂x‖².
    pub contractive: f64,
    /// λ, the weight of ½‖W‖² over the weights of all layers.
    pub weight_decay: f64,
    /// The weight of the error that units which no image of a batch keeps leave when they are added to the output.
    pub revival: f64,
}

/// How the objective is minimised, and when to stop. A limit of zero is no limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecipe {
    /// The optimiser.
    pub optimizer: OptimizerKind,
    /// The learning rate.
    pub learning_rate: f64,
    /// Momentum of SGD.
    pub momentum: f64,
    /// Decoupled weight decay of AdamW.
    pub weight_decay: f64,
    /// The largest norm of the whole gradient; longer ones are scaled down to it.
    pub clip_norm: f64,
    /// The part of the network that does not learn.
    pub freeze: Frozen,
    /// Images per step.
    pub batch: usize,
    /// Whether an epoch ends with a smaller batch of the images that do not fill one.
    pub keep_remainder: bool,
    /// Stop after this many passes over the training images.
    pub epochs: u64,
    /// Stop after this many steps.
    pub steps: u64,
    /// Stop after this many seconds of training.
    pub seconds: f64,
    /// Stop when the reconstruction cost over an epoch's training batches is at most this: per image, or per pixel where
    /// the objective takes the mean over pixels.
    pub training_target: f64,
    /// Stop when the held-out reconstruction cost is at most this.
    pub target: f64,
    /// Stop after this many epochs in which the held-out objective did not fall.
    pub patience: u64,
}

/// One change of a live parameter, exactly as it was applied: before the update with this number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The update that first saw the new value.
    pub step: u64,
    /// Key of the parameter.
    pub key: String,
    /// The new value.
    pub value: f64,
}

impl Change {
    /// Whether costs before and after it cannot be compared. After a change of the learning rate they can.
    pub fn changes_costs(&self) -> bool {
        ["objective.", "noise.", "model.", "pruning."].iter().any(|part| self.key.starts_with(part))
    }
}

impl Recipe {
    /// How many epochs a recipe without a stop rule trains where nobody can stop it.
    pub const DEFAULT_EPOCHS: u64 = 20;

    /// Whether the code is Gaussian, so that the KL term and β apply.
    pub fn is_variational(&self) -> bool {
        self.model.code_kind == CodeKind::Gaussian
    }

    /// Whether the layers are pretrained before the network is trained.
    pub fn is_pretrained(&self) -> bool {
        self.pretraining.method != Pretraining::None
    }

    /// Whether a rule ends its training.
    pub fn has_stop_rule(&self) -> bool {
        let training = &self.training;
        let is_counted = training.epochs > 0 || training.steps > 0 || training.patience > 0;
        let targets = [training.seconds, training.target, training.training_target];
        is_counted || targets.iter().any(|target| *target > 0.0)
    }

    /// The recipe, with an end after [`Self::DEFAULT_EPOCHS`] where no rule ends its training.
    #[must_use]
    pub fn with_an_end(mut self) -> Self {
        if !self.has_stop_rule() {
            self.training.epochs = Self::DEFAULT_EPOCHS;
        }
        self
    }

    /// Whether skip connections carry the image past the code.
    pub fn has_skips(&self) -> bool {
        self.model.network == Network::UNet && self.model.skips
    }

    /// Whether a dictionary is learned on the codes after training.
    pub fn has_dictionary(&self) -> bool {
        self.dictionary.atoms > 0
    }

    /// The settings that matter on one line, for the caption of a figure.
    pub fn caption(&self) -> String {
        let mut parts = vec![self.name.clone(), format!("{} images", self.data.name())];
        parts.push(self.model.caption());
        parts.push(self.objective.reconstruction.label().to_owned());
        if self.is_variational() {
            parts.push(format!("β {}", self.objective.beta));
        } else if self.objective.sparsity > 0.0 {
            parts.push(format!("λ {}", self.objective.sparsity));
        }
        if self.model.top_k > 0 {
            parts.push(format!("top {}", self.model.top_k));
        }
        if self.objective.rate > 0.0 {
            parts.push(format!("{} · KL to rate {}", self.objective.rate, self.objective.target_rate));
        }
        if self.objective.contractive > 0.0 {
            parts.push(format!("contractive λ {}", self.objective.contractive));
        }
        if self.noise.kind != Corruption::None {
            parts.push(format!("{} noise {}", self.noise.kind.label(), self.noise.amount));
        }
        if self.objective.weight_decay > 0.0 {
            parts.push(format!("weight decay {}", self.objective.weight_decay));
        }
        if self.objective.revival > 0.0 {
            parts.push(format!("revival {}", self.objective.revival));
        }
        let PruningRecipe { method, share, step } = self.pruning;
        if method != Pruning::None {
            parts.push(format!(
                "{:.0} % of connections deleted ({}) at step {step}",
                100.0 * share,
                method.label()
            ));
        }
        for (fraction, what) in
            [(self.noise.drop_units, "units"), (self.noise.drop_connections, "connections")]
        {
            if fraction > 0.0 {
                parts.push(format!("{:.0} % of {what} dropped", 100.0 * fraction));
            }
        }
        let training = &self.training;
        parts.push(format!(
            "{} {:e}, batch {}",
            training.optimizer.label(),
            training.learning_rate,
            training.batch
        ));
        parts.push(format!("seed {}", self.seed));
        parts.join(" · ")
    }
}

impl DataRecipe {
    /// The built-in set, where the images are not read from a path.
    pub fn built_in(&self) -> Option<BuiltInSet> {
        BuiltInSet::from_word(&self.set)
    }

    /// The name of the set, without the folders of a path.
    pub fn name(&self) -> String {
        let last = std::path::Path::new(&self.set).file_name();
        last.map_or_else(|| self.set.clone(), |name| name.to_string_lossy().into_owned())
    }

    /// Whether the images are the same ones. The range that pixels are scaled to is not part of the images.
    pub fn has_same_images(&self, other: &Self) -> bool {
        let with_same_range = Self { range: other.range, ..self.clone() };
        with_same_range == *other
    }
}

impl ModelRecipe {
    /// The smallest and the largest possible value of a code dimension, infinite where only the other end is bounded.
    /// `None` where it can be any number, as the mean of a Gaussian code can.
    pub fn code_range(&self) -> Option<[f32; 2]> {
        match self.code_kind {
            CodeKind::Plain => self.code_activation.range(),
            CodeKind::Gaussian => None,
        }
    }

    /// `network 512-256-2`, `GRU 128-32`.
    fn caption(&self) -> String {
        let (name, widths) = match self.network {
            Network::Dense => ("network", self.widths.clone()),
            Network::Conv => ("convolutions", self.channels.clone()),
            Network::UNet => ("U-Net", self.channels.clone()),
            Network::Recurrent => (self.cell.label(), vec![self.hidden]),
        };
        let widths: Vec<String> = widths.iter().chain([&self.code]).map(ToString::to_string).collect();
        format!("{name} {}", widths.join("-"))
    }
}

impl TrainingRecipe {
    /// Whether the images come in the same batches.
    pub fn has_same_batches(&self, other: &Self) -> bool {
        (self.batch, self.keep_remainder) == (other.batch, other.keep_remainder)
    }
}

impl ObjectiveRecipe {
    /// β after this many steps, warm-up and cycles included.
    pub fn beta_at(&self, step: u64) -> f64 {
        let fraction = match (self.warm_up, self.cycle) {
            (0, 0) => 1.0,
            // β rises in the first half of a cycle and is constant in the second (Fu et al. 2019).
            (0, cycle) => 2.0 * (step % cycle) as f64 / cycle as f64,
            (warm_up, _) => step as f64 / warm_up as f64,
        };
        self.beta * fraction.min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_name_a_folder_without_its_path() {
        let mut recipe = Recipe::default();
        assert!(recipe.caption().contains(" · digits images · "), "{}", recipe.caption());
        recipe.data.set = "/home/somebody/data/mnist".to_owned();
        assert!(recipe.caption().contains(" · mnist images · "), "{}", recipe.caption());
    }
}
