//! Runs that were set aside as they were: those of a bench that another one replaced, one that was ended, and copies
//! that somebody kept. They can be brought back, and train on from where they were.

use std::collections::VecDeque;
use std::sync::Arc;

use super::bench::Bench;
use super::message::SetAside;
use super::run::Run;
use super::wants::RunId;
use crate::recipe::{DataRecipe, NetworkPart};
use crate::train::InitialWeights;
use crate::train::evaluate::corrupted;
use crate::train::read::{ReadError, read};

/// The most benches that are set aside. One with a million weights takes about 13 MB.
const MOST_PARKED: usize = 8;

/// Weights that a run begins with.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) weights: InitialWeights,
    pub(super) part: NetworkPart,
}

/// A bench that was set aside.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) bench: Bench,
    /// Whether it is one run of a bench that goes on, to which it may return.
    pub(super) is_ended: bool,
    /// Where its images came from.
    pub(super) source: Option<DataRecipe>,
    /// What its first run begins with after a reset.
    pub(super) start: Option<Start>,
}

/// The benches that were set aside, the latest last.
#[derive(Debug, Default)]
pub(super) struct Parking(VecDeque<Parked>);

impl Parking {
    /// Sets a bench aside; the oldest one is forgotten where there are too many.
    pub(super) fn park(&mut self, parked: Parked) {
        if self.0.len() == MOST_PARKED {
            self.0.pop_front();
        }
        self.0.push_back(parked);
    }

    /// Takes the bench with this run.
    pub(super) fn take(&mut self, run: RunId) -> Option<Parked> {
        let index = self.0.iter().position(|parked| parked.bench.runs.iter().any(|known| known.id == run))?;
        self.0.remove(index)
    }

    /// Forgets the runs that are not among these.
    pub(super) fn retain(&mut self, runs: &[RunId]) {
        self.0.retain(|parked| parked.bench.runs.iter().any(|run| runs.contains(&run.id)));
    }
}

impl Bench {
    /// What is reported of its runs when they are set aside. They rest from now on.
    pub(super) fn set_aside(&mut self) -> Vec<SetAside> {
        let runs = std::mem::take(&mut self.runs);
        let (kept, told) = runs
            .into_iter()
            .map(|mut run| {
                run.rest();
                let told = self.told(&run, None);
                (run, told)
            })
            .unzip::<_, _, Vec<_>, Vec<_>>();
        self.runs = kept;
        told.into_iter().flatten().collect()
    }

    /// A bench with a copy of one run, and what is reported of it.
    pub(super) fn copy_of(&self, run: RunId, copy: RunId) -> Result<Option<(Self, SetAside)>, String> {
        let Some(run) = self.runs.iter().find(|known| known.id == run) else { return Ok(None) };
        let told = self.told(run, Some(copy));
        let bench = self.beside_these(vec![run.copy(copy)?]);
        Ok(told.map(|told| (bench, told)))
    }

    /// What is reported of a run; `None` where it has not trained yet, or where its device does not answer.
    fn told(&self, run: &Run, copy: Option<RunId>) -> Option<SetAside> {
        let outputs = (run.progress.step > 0).then(|| self.reconstructions(run).ok()).flatten()?;
        let mut info = run.info();
        let copy_of = copy.map(|copy| std::mem::replace(&mut info.id, copy));
        Some(SetAside { info, copy_of, outputs })
    }

    /// The examples as a run reconstructs them.
    fn reconstructions(&self, run: &Run) -> Result<Arc<[f32]>, ReadError> {
        let Run { learner, recipe, .. } = run;
        let gallery = &self.gallery;
        let corrupted = corrupted(recipe, learner.dims(), &gallery.example_pixels, &gallery.examples);
        let given = corrupted.as_deref().unwrap_or(&gallery.example_pixels);
        let outputs = learner.so_far().reconstruct(learner.images(given, learner.device()));
        Ok(read(outputs)?.into())
    }
}
