//! Training a recipe at several values of a parameter, with cross-validation.
//!
//! A [`Sweep`] is a plan of `hourglass train` commands, one folder of results for each. They run as programs of their own,
//! here or on other machines, and what they wrote is collected: so an interrupted sweep goes on where it was, and a sweep
//! over many machines gives the same files as one here.

mod plan;
mod report;
mod running;

pub use plan::{Sweep, SweepError, Training};
pub use report::Report;
pub use running::{Progress, run};
