//! Runs that were set aside: those that another run replaced, and those that somebody kept. Each can be compared with the
//! runs of the bench and brought back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::runs::{BenchState, RunState};
use crate::data::Dataset;
use crate::engine::curves::ComparedRun;
use crate::engine::{RunId, SetAside};
use crate::look::DataColor;
use crate::recipe::{Parameter, Recipe, table};

/// Runs that are kept by themselves; runs that somebody kept do not count.
const BY_THEMSELVES: usize = 4;
/// The most runs that are kept at all.
pub const MOST_KEPT: usize = 8;
/// For how long the way back is offered.
const WAY_BACK: Duration = Duration::from_secs(40);

/// A run that was set aside.
#[derive(Clone, Debug)]
pub struct KeptRun {
    /// The run as it was.
    pub run: RunState,
    /// The images it was trained on.
    pub dataset: Arc<Dataset>,
    /// The examples, and its reconstructions of them.
    pub examples: Arc<[u32]>,
    pub outputs: Arc<[f32]>,
    /// Its curves.
    pub curves: Option<ComparedRun>,
    /// Whether somebody kept it.
    pub is_chosen: bool,
    /// Whether its curves and images are shown beside those of the bench.
    pub is_shown: bool,
}

/// The runs that were set aside, the latest last.
#[derive(Debug, Default)]
pub struct KeptRuns {
    runs: Vec<KeptRun>,
    /// The run that was replaced last, and when.
    replaced: Option<(RunId, Instant)>,
}

impl KeptRuns {
    /// The runs, the latest last.
    pub fn runs(&self) -> &[KeptRun] {
        &self.runs
    }

    /// The same, to be changed.
    pub fn runs_mut(&mut self) -> &mut [KeptRun] {
        &mut self.runs
    }

    /// Those that are shown beside runs over these images.
    pub fn shown<'a>(&'a self, dataset: &'a Arc<Dataset>) -> impl Iterator<Item = &'a KeptRun> {
        self.runs.iter().filter(move |kept| kept.is_shown && Arc::ptr_eq(&kept.dataset, dataset))
    }

    /// Takes in a run of a bench that was set aside. One that was the same experiment, from the same weights or others, is
    /// kept and not shown.
    pub fn add(&mut self, bench: &BenchState, aside: SetAside) {
        let SetAside { info, copy_of, outputs } = aside;
        let source = copy_of.unwrap_or(info.id);
        let Some(run) = bench.runs.iter().find(|run| run.info.id == source) else { return };
        let is_chosen = copy_of.is_some();
        let curves = ComparedRun::of(&bench.record(run), &run.title, DataColor::Muted);
        let mut run = RunState { info, views: Default::default(), ..run.clone() };
        // Views of a run that rests are gone.
        run.phase = crate::engine::Phase::Paused;
        if !is_chosen {
            self.replaced = Some((run.info.id, Instant::now()));
        }
        self.runs.push(KeptRun {
            dataset: Arc::clone(&bench.dataset),
            examples: Arc::clone(&bench.examples),
            outputs,
            is_shown: curves.is_some(),
            curves,
            is_chosen,
            run,
        });
        self.limit();
    }

    /// Hides a run that was replaced by the same experiment: its curve would only be in the way.
    pub fn hide_same_experiment(&mut self, opened: &Recipe) {
        if let Some((replaced, _)) = self.replaced
            && let Some(kept) = self.runs.iter_mut().find(|kept| kept.run.info.id == replaced)
            && is_same_experiment(&kept.run.info.recipe, opened)
        {
            kept.is_shown = false;
        }
    }

    /// Forgets the oldest runs that nobody has chosen to keep, where there are too many.
    fn limit(&mut self) {
        let by_themselves = |kept: &KeptRun| !kept.is_chosen;
        while self.runs.len() > MOST_KEPT
            || self.runs.iter().filter(|kept| by_themselves(kept)).count() > BY_THEMSELVES
        {
            let oldest = self.runs.iter().position(by_themselves).unwrap_or(0);
            self.runs.remove(oldest);
        }
    }

    /// Takes a run out, because it is on the bench again or because somebody removes it.
    pub fn take(&mut self, run: RunId) -> Option<KeptRun> {
        if self.replaced.is_some_and(|(replaced, _)| replaced == run) {
            self.replaced = None;
        }
        let index = self.runs.iter().position(|kept| kept.run.info.id == run)?;
        Some(self.runs.remove(index))
    }

    /// Shows or hides the curves and images of a run.
    pub fn show(&mut self, run: RunId, is_shown: bool) {
        let found = self.runs.iter_mut().filter(|kept| kept.run.info.id == run);
        found.for_each(|kept| kept.is_shown = is_shown);
    }

    /// Hides those of all runs.
    pub fn hide_all(&mut self) {
        self.runs.iter_mut().for_each(|kept| kept.is_shown = false);
    }

    /// The run that was replaced a moment ago: it can be brought back.
    pub fn way_back(&self) -> Option<&KeptRun> {
        let (replaced, _) = self.replaced.filter(|(_, since)| since.elapsed() < WAY_BACK)?;
        self.runs.iter().find(|kept| kept.run.info.id == replaced)
    }

    /// The numbers of all runs, so that the trainer can forget the others.
    pub fn ids(&self) -> Vec<RunId> {
        self.runs.iter().map(|kept| kept.run.info.id).collect()
    }
}

/// Whether two recipes are the same but for the seed and for what can be changed during training.
fn is_same_experiment(a: &Recipe, b: &Recipe) -> bool {
    let is_same = |parameter: &Parameter| {
        parameter.live || parameter.key == "seed" || parameter.get(a) == parameter.get(b)
    };
    a.name == b.name && table::PARAMETERS.iter().all(is_same)
}
