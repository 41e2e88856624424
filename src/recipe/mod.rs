//! What an experiment is: plain data.
//!
//! A [`Recipe`] says everything that decides the numbers of a run: the images, the network, the objective, how it is
//! trained, and the seed. It knows nothing of tensors, files of weights or windows. Every parameter is declared once,
//! in [`table`], with its key, range, default, scale, unit and help; the form in the window, `--set key=value`, recipe
//! files and validation are all read off that declaration.

pub mod builtin;
mod check;
pub mod error;
pub mod family;
pub mod file;
pub mod formula;
pub mod gesture;
pub mod parameter;
pub mod random;
pub mod table;
pub mod words;

use serde::{Deserialize, Serialize};

pub use error::RecipeError;
pub use family::Family;
pub use parameter::{Kind, Parameter, Scale, Value};
pub use words::{
    Activation, Cell, CodeKind, Corruption, Down, Init, Network, Norm, OptimizerKind, Output, PixelRange,
    Pretraining, Rebuild, Reconstruction, Up,
};

/// Identifies one run for as long as the program is open. A reset makes a new run with a new number, so that late
/// answers are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u64);

/// One experiment, completely: the same recipe on the same machine gives the same numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// A short name, such as `vae-2d`; files and figures are named after it.
    pub name: String,
    /// One sentence for the list of recipes.
    pub about: String,
    /// Every draw of the run comes from this number, except the built-in images (they have a seed of their own).
    pub seed: u64,
    /// Where the images come from.
    pub data: DataRecipe,
    /// The network and its code.
    pub model: ModelRecipe,
    /// What is corrupted on purpose while it learns.
    pub noise: NoiseRecipe,
    /// What is minimised.
    pub objective: ObjectiveRecipe,
    /// What comes before the network is trained as a whole.
    pub pretraining: PretrainingRecipe,
    /// How it is minimised, and when to stop.
    pub training: TrainingRecipe,
    /// A dictionary learned on the codes afterwards.
    pub dictionary: DictionaryRecipe,
    /// Changes of live parameters, made by hand in an earlier run and replayed by this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Change>,
}

/// Where the images come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataRecipe {
    /// `digits`, `shapes`, or a path to files in IDX format.
    pub set: String,
    /// How many images a built-in set draws.
    pub count: usize,
    /// How untidy the built-in digits are; 1 resembles real handwriting.
    pub messiness: f64,
    /// Share of the images kept for validation, and the same share again for testing.
    pub held_out: f64,
    /// Which built-in images are drawn, and which are held out.
    pub seed: u64,
    /// How the numbers of a pixel are scaled for the network.
    pub range: PixelRange,
}

/// The network: an encoder, a code, and the encoder's mirror image as decoder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRecipe {
    /// What the images go through.
    pub network: Network,
    /// Widths of a dense network's hidden layers from the image towards the code.
    pub widths: Vec<usize>,
    /// Channels of a convolutional network's stages from the image towards the code; each stage but a U-Net's first
    /// halves the image.
    pub channels: Vec<usize>,
    /// How a stage halves.
    pub down: Down,
    /// How a stage doubles.
    pub up: Up,
    /// What keeps a stage's numbers in range.
    pub norm: Norm,
    /// Whether a U-Net's feature maps skip past the code.
    pub skips: bool,
    /// The cell of a recurrent network.
    pub cell: Cell,
    /// How many numbers a recurrent network carries from row to row.
    pub hidden: usize,
    /// How many numbers the code has.
    pub code: usize,
    /// A plain code, or a Gaussian one (a variational autoencoder).
    pub code_kind: CodeKind,
    /// What follows a plain code's linear layer.
    pub code_activation: Activation,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// How the first weights are drawn.
    pub init: Init,
    /// What follows the last layer when the squared error is used.
    pub output: Output,
    /// Keep every column of the last layer at length one, so that a sparse code cannot shrink for free.
    pub unit_columns: bool,
}

/// What is corrupted on purpose while the network learns; held-out images are judged without it, but for the input's
/// corruption where that is the task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NoiseRecipe {
    /// What happens to an image before the network sees it.
    pub kind: Corruption,
    /// How much of it.
    pub amount: f64,
    /// Share of hidden units dropped at every step.
    pub drop_units: f64,
    /// Share of the connections into hidden units and into the code dropped at every step.
    pub drop_connections: f64,
}

/// What comes before the network is trained as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PretrainingRecipe {
    /// Which procedure.
    pub method: Pretraining,
    /// Passes over the training images for each layer.
    pub epochs: u64,
    /// The size of a step of a layer with binary units.
    pub learning_rate: f64,
    /// The size of a step of the code layer, whose units are Gaussian.
    pub code_learning_rate: f64,
    /// Pulls every weight towards zero.
    pub weight_decay: f64,
    /// Gibbs steps of contrastive divergence.
    pub gibbs: u64,
}

/// A dictionary learned on the codes of a trained network: z ≈ D·a with few numbers of a other than zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DictionaryRecipe {
    /// How many atoms; none is no dictionary.
    pub atoms: usize,
    /// λ of the sparse codes.
    pub lambda: f64,
    /// Passes over the training images for the dictionary.
    pub epochs: u64,
    /// Whether a dictionary of raw pixels is learned beside it.
    pub pixels: bool,
    /// What the sum of atoms is taken for.
    pub rebuild: Rebuild,
}

/// What is minimised: a reconstruction cost and weighted penalties, per image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveRecipe {
    /// How an image and its reconstruction are compared.
    pub reconstruction: Reconstruction,
    /// β, the weight of the KL term of a Gaussian code.
    pub beta: f64,
    /// Whether the reconstruction is a sum or a mean over the pixels.
    pub scale: words::Scale,
    /// Steps over which β rises from zero.
    pub warm_up: u64,
    /// Steps of a cycle in which β rises from zero again and again.
    pub cycle: u64,
    /// Nats of KL in every dimension that are not charged for.
    pub free_bits: f64,
    /// λ, the weight of Σ|h| of a plain code.
    pub sparsity: f64,
    /// The weight of the KL from a target rate to each unit's mean activity.
    pub rate: f64,
    /// ρ, the mean activity asked of a unit.
    pub target_rate: f64,
    /// λ, the weight of the squared Jacobian ‖∂h/∂x‖².
    pub contractive: f64,
}

/// How the objective is minimised, and when to stop. A limit of zero is no limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecipe {
    /// The rule that turns gradients into steps.
    pub optimizer: OptimizerKind,
    /// The size of a step.
    pub learning_rate: f64,
    /// Momentum of SGD and RMSprop.
    pub momentum: f64,
    /// Decoupled weight decay for AdamW, an L2 penalty for the others.
    pub weight_decay: f64,
    /// Gradients longer than this, all taken together, are shortened to it.
    pub clip_norm: f64,
    /// Images in a step.
    pub batch: usize,
    /// Stop after this many passes over the training images.
    pub epochs: u64,
    /// Stop after this many steps.
    pub steps: u64,
    /// Stop after this many seconds of training.
    pub seconds: f64,
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

impl Default for Recipe {
    /// The declared default of every parameter.
    fn default() -> Self {
        let mut recipe = Self {
            name: "untitled".to_owned(),
            about: String::new(),
            seed: 0,
            data: DataRecipe::default(),
            model: ModelRecipe::default(),
            noise: NoiseRecipe::default(),
            objective: ObjectiveRecipe::default(),
            pretraining: PretrainingRecipe::default(),
            training: TrainingRecipe::default(),
            dictionary: DictionaryRecipe::default(),
            schedule: Vec::new(),
        };
        for parameter in table::PARAMETERS {
            parameter.reset(&mut recipe);
        }
        recipe
    }
}

impl Recipe {
    /// Sets one parameter from what a person typed, `key=value`, as `--set` takes it.
    pub fn set_from_text(&mut self, assignment: &str) -> Result<(), RecipeError> {
        let Some((key, text)) = assignment.split_once('=') else {
            return Err(RecipeError::NotAnAssignment { text: assignment.to_owned() });
        };
        let parameter = table::find(key.trim())?;
        let value = parameter.parse(text.trim())?;
        parameter.set(self, &value)
    }

    /// Sets one parameter to a value that its declaration allows.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), RecipeError> {
        table::find(key)?.set(self, value)
    }

    /// Checks every parameter against its declaration, and what no single declaration can say.
    pub fn validate(&self) -> Result<(), RecipeError> {
        for parameter in table::PARAMETERS {
            parameter.check(&parameter.get(self))?;
        }
        check::together(self)?;
        // A change by schedule may bring about no more than one by hand, or a recipe from its first step.
        let mut later = self.clone();
        let mut before = 0;
        for Change { step, key, value } in &self.schedule {
            let parameter = table::find(key)?;
            if !parameter.live {
                return Err(RecipeError::NotLive { key: key.clone() });
            }
            if *step < before {
                return Err(RecipeError::Unsorted { key: key.clone(), step: *step, before });
            }
            before = *step;
            parameter.set(&mut later, &Value::Number(*value))?;
            check::together(&later)
                .map_err(|error| RecipeError::Scheduled { step: *step, what: error.to_string() })?;
        }
        Ok(())
    }

    /// Whether the code is Gaussian: then the KL term and β apply.
    pub fn is_variational(&self) -> bool {
        self.model.code_kind == CodeKind::Gaussian
    }

    /// Whether whole layers are pretrained before the network is trained.
    pub fn is_pretrained(&self) -> bool {
        self.pretraining.method != Pretraining::None
    }

    /// Whether a dictionary is learned on the codes afterwards.
    pub fn has_dictionary(&self) -> bool {
        self.dictionary.atoms > 0
    }

    /// The settings that matter on one line, for the caption of a figure.
    pub fn caption(&self) -> String {
        let mut parts = vec![self.name.clone(), format!("{} images", self.data.set)];
        parts.push(self.model.caption());
        parts.push(self.objective.reconstruction.label().to_owned());
        if self.is_variational() {
            parts.push(format!("β {}", self.objective.beta));
        } else if self.objective.sparsity > 0.0 {
            parts.push(format!("λ {}", self.objective.sparsity));
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
        for (share, what) in [(self.noise.drop_units, "units"), (self.noise.drop_connections, "connections")]
        {
            if share > 0.0 {
                parts.push(format!("{:.0} % of {what} off", 100.0 * share));
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
    /// Whether the images are the same ones. The scale of their pixels belongs to the network, not to the images.
    pub fn has_same_images(&self, other: &Self) -> bool {
        let scaled_alike = Self { range: other.range, ..self.clone() };
        scaled_alike == *other
    }
}

impl ModelRecipe {
    /// The least and the largest that a number of the code can be, infinite where only the other end is bounded. `None`
    /// where it can be any number, as the mean of a Gaussian code can.
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

impl ObjectiveRecipe {
    /// β after so many steps: all of it, or on its way up.
    pub fn beta_at(&self, step: u64) -> f64 {
        let share = match (self.warm_up, self.cycle) {
            (0, 0) => 1.0,
            // The first half of a cycle climbs, the second half stays (Fu and others 2019).
            (0, cycle) => 2.0 * (step % cycle) as f64 / cycle as f64,
            (warm_up, _) => step as f64 / warm_up as f64,
        };
        self.beta * share.min(1.0)
    }
}
