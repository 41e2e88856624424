//! What an experiment is: plain data.
//!
//! A [`Recipe`] says everything that decides the numbers of a run: the images, the network, the objective, how it is
//! trained, and the seed. It knows nothing of tensors, files of weights or windows. Every parameter is declared once,
//! in [`table`], with its key, range, default, scale, unit and help; the form in the window, `--set key=value`, recipe
//! files and validation are all read off that declaration.

pub mod builtin;
pub mod error;
pub mod file;
pub mod gesture;
pub mod parameter;
pub mod random;
pub mod table;
pub mod words;

use serde::{Deserialize, Serialize};

pub use error::RecipeError;
pub use parameter::{Kind, Parameter, Scale, Value};
pub use words::{Activation, CodeKind, Init, OptimizerKind, Output, Reconstruction};

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
    /// What is minimised.
    pub objective: ObjectiveRecipe,
    /// How it is minimised, and when to stop.
    pub training: TrainingRecipe,
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
}

/// The network: a dense encoder, a code, and the encoder's mirror image as decoder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRecipe {
    /// Widths of the hidden layers from the image towards the code.
    pub widths: Vec<usize>,
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

/// What is minimised: a reconstruction cost and weighted penalties, per image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveRecipe {
    /// How an image and its reconstruction are compared.
    pub reconstruction: Reconstruction,
    /// β, the weight of the KL term of a Gaussian code.
    pub beta: f64,
    /// λ, the weight of Σ|h| of a plain code.
    pub sparsity: f64,
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
            objective: ObjectiveRecipe::default(),
            training: TrainingRecipe::default(),
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
        for change in &self.schedule {
            let parameter = table::find(&change.key)?;
            if !parameter.live {
                return Err(RecipeError::NotLive { key: change.key.clone() });
            }
            parameter.check(&Value::Number(change.value))?;
        }
        if self.model.unit_columns && self.model.widths.is_empty() && self.model.output != Output::Linear {
            return Err(RecipeError::Together {
                what: "model.unit_columns keeps the decoder's columns at length one, which bounds a sigmoid \
                       output; set model.output = \"linear\" or model.unit_columns = false",
            });
        }
        Ok(())
    }

    /// Whether the code is Gaussian: then the KL term and β apply.
    pub fn is_variational(&self) -> bool {
        self.model.code_kind == CodeKind::Gaussian
    }

    /// The settings that matter on one line, for the caption of a figure.
    pub fn caption(&self) -> String {
        let widths: Vec<String> = self.model.widths.iter().map(ToString::to_string).collect();
        let mut parts = vec![self.name.clone(), format!("{} images", self.data.set)];
        parts.push(format!("network {}", [&widths[..], &[self.model.code.to_string()]].concat().join("-")));
        parts.push(self.objective.reconstruction.label().to_owned());
        if self.is_variational() {
            parts.push(format!("β {}", self.objective.beta));
        } else if self.objective.sparsity > 0.0 {
            parts.push(format!("λ {}", self.objective.sparsity));
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
