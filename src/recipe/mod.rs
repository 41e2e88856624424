//! What an experiment is: plain data.
//!
//! A [`Recipe`] holds everything that decides the numbers of a run: the images, the network, the objective, how it is
//! trained, and the seed. It contains no tensors, no weights and nothing of the window. Every parameter is declared
//! once, in [`table`], with its key, range, default, scale, unit and help; the form in the window, `--set key=value`,
//! recipe files and validation are all derived from that declaration.

pub mod builtin;
mod check;
mod edit;
pub mod error;
pub mod family;
pub mod file;
pub mod formula;
pub mod gesture;
pub mod parameter;
pub mod random;
mod replay;
mod run_id;
mod schema;
pub mod table;
mod titles;
pub mod words;

pub use error::RecipeError;
pub use family::Family;
pub use parameter::{Parameter, ParameterKind, SliderScale, Value};
pub use run_id::RunId;
pub use schema::{
    Change, DataRecipe, DictionaryRecipe, ModelRecipe, NoiseRecipe, ObjectiveRecipe, PretrainingRecipe,
    PruningRecipe, Recipe, TrainingRecipe,
};
pub use titles::{differences, titles};
pub use words::{
    Activation, BuiltInSet, Cell, CodeKind, ColorChoice, Corruption, Down, Fit, Frozen, Init, Invert,
    Network, NetworkPart, Norm, OptimizerKind, Output, PixelRange, Pretraining, Pruning, Rebuild,
    Reconstruction, ReconstructionScale, Splitting, Up,
};
