//! The runs as the window knows them: what stands on the bench, and what came from it so far.

use std::sync::Arc;

use crate::data::Dataset;
use crate::engine::curves::RunRecord;
use crate::engine::{Phase, Progress, References, RunInfo, Views};
use crate::recipe::{Change, Recipe};

/// What stands on the bench, and what came from it so far.
#[derive(Debug)]
pub struct BenchState {
    /// The images.
    pub dataset: Arc<Dataset>,
    /// Held-out images shown in the reconstructions.
    pub examples: Arc<[u32]>,
    /// Held-out images whose codes make the cloud.
    pub cloud: Arc<[u32]>,
    /// Steps in an epoch.
    pub steps_per_epoch: u64,
    /// What the runs train on.
    pub device: String,
    /// The costs that the curves are held against.
    pub references: Option<References>,
    /// One to four runs.
    pub runs: Vec<RunState>,
}

/// The run whose pictures and curves are shown, and its bench.
#[derive(Clone, Copy, Debug)]
pub struct ShownRun<'a> {
    /// The bench.
    pub bench: &'a BenchState,
    /// The run.
    pub run: &'a RunState,
}

/// One run as the window knows it.
#[derive(Clone, Debug)]
pub struct RunState {
    /// Its name among the runs that are compared.
    pub title: String,
    /// What is known from the first moment.
    pub info: RunInfo,
    /// The recipe with the live changes applied so far.
    pub recipe: Recipe,
    /// How far it is.
    pub progress: Progress,
    /// What it is doing.
    pub phase: Phase,
    /// Live changes, exactly as applied.
    pub changes: Vec<Change>,
    /// The latest views, all of one moment.
    pub views: Views,
    /// What is being changed in its form, while another run is shown.
    pub draft: Option<Recipe>,
}

impl ShownRun<'_> {
    /// The place of the run on its bench.
    pub fn place(&self) -> usize {
        self.bench.runs.iter().position(|run| run.info.id == self.run.info.id).unwrap_or(0)
    }
}

impl BenchState {
    /// What the curves of a run are made of, without a run to compare it with.
    pub fn record<'a>(&'a self, run: &'a RunState) -> RunRecord<'a> {
        RunRecord {
            recipe: &run.info.recipe,
            changes: &run.changes,
            history: &run.info.history,
            references: self.references.as_ref(),
            plan: &run.info.plan,
            pixels: self.dataset.shape.values(),
            color: None,
            others: &[],
        }
    }
}

impl RunState {
    /// The same run on a bench that was opened again.
    pub(super) fn on_bench(self, info: &RunInfo) -> Self {
        let info = RunInfo { recipe: self.info.recipe, ..info.clone() };
        Self { info, draft: None, ..self }
    }

    pub(super) fn new(info: RunInfo) -> Self {
        Self {
            title: info.recipe.name.clone(),
            recipe: info.recipe.clone(),
            info,
            progress: Progress::default(),
            phase: Phase::Paused,
            changes: Vec::new(),
            views: Views::default(),
            draft: None,
        }
    }

    /// The recipe that replays this run so far: as it was opened, with every live change at its step.
    pub fn lesson(&self) -> Recipe {
        self.info.recipe.replay(&self.changes, self.progress.step)
    }

    pub(super) fn apply_change(&mut self, change: Change) {
        // The trainer applied it, so the key and the value are good.
        self.recipe.set(&change.key, &crate::recipe::Value::Number(change.value)).ok();
        self.changes.push(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_holds_the_change_that_is_due_before_the_next_update() {
        let mut state = crate::app::testing::state_of("vae-2d", |_| ());
        let run = &mut state.bench.as_mut().expect("a bench").runs[0];
        let change = |step: u64| Change { step, key: "objective.beta".to_owned(), value: step as f64 };
        run.info.recipe.schedule = vec![change(4), change(7), change(9)];
        run.apply_change(change(4));
        run.progress.step = 7;
        // The run rests after seven updates: the change for update 7 was not applied yet.
        assert_eq!(run.lesson().schedule, [change(4), change(7), change(9)]);
    }
}
