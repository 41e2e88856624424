//! Training steps, evaluation and checkpoints, on Burn.
//!
//! Nothing here has a thread or a clock: the engine decides when to do what. A loss stays a tensor until [`read`]
//! copies it to the host.

pub mod atoms;
pub mod benchmark;
pub mod checkpoint;
pub mod dictionary;
mod dictionary_step;
pub mod evaluate;
pub mod file;
pub mod history;
pub mod learner;
mod matrix;
pub mod metrics;
pub mod optimizer;
pub mod plan;
pub mod pretraining;
mod pruning;
pub mod read;
pub mod sparse;
pub mod stop;
pub mod terms;
pub mod updates;
pub mod weights;

pub use atoms::Dictionary;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use dictionary::Dictionaries;
pub use evaluate::Evaluator;
pub use learner::{Learner, StepCost, metrics};
pub use metrics::{Metrics, Total};
pub use plan::{Stage, StagePlan, StageSpan};
pub use pretraining::Stack;
pub use stop::{Limits, Measured, Reason};
pub use weights::{InitError, InitialWeights, WeightsError};

pub use crate::model::Penalty;
