//! The id of a run, which the recipe, the document and the engine share.

use serde::{Deserialize, Serialize};

/// Identifies one run for as long as the program is open. A reset makes a new run with a new number, so that late
/// answers are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u64);
