//! From a run to its figures: which numbers, under which names. The window and the command line both use it, so that
//! the same run gives the same figure.
//!
//! Everything is borrowed from whoever knows the run. Curves need its history; the pictures need a [`Snapshot`],
//! whose lattice says which plane of the code they show.
//!
//! [`Snapshot`]: crate::engine::Snapshot

mod pictures;

pub use pictures::SheetWords;

use super::figures::{Caption, CurvesFigure};
use crate::data::Dataset;
use crate::insight::curves::{CurveOptions, RunRecord, curves};
use crate::recipe::gesture::gestures;
use crate::recipe::{Change, Value};

/// What is known of a run, ready to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct RunFigures<'a> {
    /// What its curves are made of.
    pub record: RunRecord<'a>,
    /// The images.
    pub dataset: &'a Dataset,
    /// The held-out images whose codes make the cloud, in the order of the snapshot's codes.
    pub cloud: &'a [u32],
}

impl RunFigures<'_> {
    /// The learning curves.
    pub fn curves(&self, options: CurveOptions) -> CurvesFigure {
        let title = format!("Learning curves of {}", self.record.recipe.name);
        CurvesFigure { title, curves: curves(&self.record, options) }
    }

    /// What a figure of this step was made with: the settings in force then, and how often they were moved.
    pub fn caption(&self, step: u64) -> Caption {
        let RunRecord { recipe: start, changes, .. } = self.record;
        let mut recipe = start.clone();
        // A change acts on the update with its number, which is the first after so many steps.
        let applied: Vec<Change> = changes.iter().filter(|change| change.step < step).cloned().collect();
        for Change { key, value, .. } in &applied {
            // The value was allowed when it acted.
            recipe.set(key, &Value::Number(*value)).ok();
        }
        let moved = match gestures(&applied, start).len() {
            0 => String::new(),
            1 => " · 1 live change".to_owned(),
            count => format!(" · {count} live changes"),
        };
        Caption { text: format!("{} · step {step}{moved}", recipe.caption()) }
    }
}

#[cfg(test)]
mod tests;
