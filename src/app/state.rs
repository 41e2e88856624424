//! Everything the window knows: what the trainer thread has told it, and what a person is about to change.
//!
//! Events are reduced here and nowhere else; panels only read. A new bench replaces the state of the old one whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::insight_choice::InsightChoice;
use super::kept::KeptRuns;
pub use super::runs::{BenchState, RunState, ShownRun};
use super::sweeps::SweepState;
use crate::engine::curves::ComparedRun;
use crate::engine::{BenchInfo, Event, Phase, RunId};
use crate::look::DataColor;
use crate::recipe::{Recipe, titles};

/// Everything the window knows.
#[derive(Debug, Default)]
pub struct AppState {
    /// What stands on the bench, once it does.
    pub bench: Option<BenchState>,
    /// What the trainer thread is preparing, in words, while it does.
    pub preparing: Option<String>,
    /// The recipe in the form. It differs from the running one where a change waits for a restart.
    pub draft: Recipe,
    /// The latest thing worth saying, until something newer is.
    pub notice: Option<Notice>,
    /// Runs that were set aside.
    pub kept: KeptRuns,
    /// What is seen in Insight.
    pub insight: InsightChoice,
    /// Training at several values of a parameter.
    pub sweep: SweepState,
    /// The image somebody has selected, by its number in the data set.
    pub selected: Option<u32>,
    /// The run whose pictures and curves are shown, where somebody chose one of several.
    pub shown: Option<RunId>,
}

/// A sentence for the bottom line.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// Whether something went wrong.
    pub is_problem: bool,
    /// The folder of the file it is about, which can be opened.
    pub folder: Option<PathBuf>,
}

impl AppState {
    /// Takes in one fact from the trainer thread.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Preparing(what) => self.preparing = Some(what),
            Event::Opened(bench) => self.open(bench),
            Event::References(references) => {
                if let Some(bench) = &mut self.bench {
                    bench.references = Some(references);
                }
            }
            Event::Progress(id, progress) => self.with_run(id, |run| run.progress = *progress),
            Event::Phase(id, phase) => self.with_run(id, |run| run.phase = phase),
            Event::Tuned(id, change) => {
                self.with_run(id, |run| run.apply_change(change));
                self.name_runs();
            }
            Event::Stages(id, plan) => self.with_run(id, |run| run.info.plan = plan),
            Event::Ended(id) => self.end(id),
            Event::SetAside(aside) => {
                if let Some(bench) = &self.bench {
                    self.kept.add(bench, *aside);
                }
                self.name_runs();
            }
            Event::Saved(path) => self.say_saved(&path),
            Event::Refused(sentence) => self.complain(sentence),
            Event::Notice(sentence) => self.say(sentence),
            // Taken by whoever asked for them, before the state sees them.
            Event::Snapshot(..) | Event::Evaluated(..) | Event::Insight(..) => {}
            // Read from the history and from the views, where it is kept.
            Event::Remark(..) => {}
        }
    }

    /// Reads the latest views: what is drawn in a frame is of one moment.
    pub fn collect_views(&mut self) {
        for run in self.bench.iter_mut().flat_map(|bench| &mut bench.runs) {
            run.views = run.info.views.latest();
        }
    }

    /// The run whose pictures and curves the panels show.
    pub fn run(&self) -> Option<&RunState> {
        let runs = &self.bench.as_ref()?.runs;
        runs.iter().find(|run| Some(run.info.id) == self.shown).or(runs.first())
    }

    /// The image that is selected: the one that was chosen, or the first example.
    pub fn selected_image(&self) -> Option<u32> {
        let bench = self.bench.as_ref()?;
        let chosen = self.selected.filter(|image| (*image as usize) < bench.dataset.len());
        chosen.or(bench.examples.first().copied())
    }

    /// That run with its bench.
    pub fn shown_run(&self) -> Option<ShownRun<'_>> {
        Some(ShownRun { bench: self.bench.as_ref()?, run: self.run()? })
    }

    /// Shows another run of the bench.
    pub fn focus(&mut self, id: RunId) {
        // What is being changed in the form of a run is still there when that run is shown again.
        let before = self.run().map(|run| run.info.id).filter(|before| *before != id);
        let Some(before) = before else { return };
        let draft = std::mem::take(&mut self.draft);
        self.with_run(before, |run| run.draft = Some(draft));
        self.shown = Some(id);
        let mut draft = self.run().map(|run| run.recipe.clone()).unwrap_or_default();
        self.with_run(id, |run| draft = run.draft.take().unwrap_or(std::mem::take(&mut draft)));
        self.draft = draft;
    }

    /// A run was ended; another one is shown then.
    fn end(&mut self, id: RunId) {
        let others = self.bench.iter().flat_map(|bench| &bench.runs).filter(|run| run.info.id != id);
        let next = others.map(|run| run.info.id).next();
        if let Some(next) = next.filter(|_| self.run().is_some_and(|run| run.info.id == id)) {
            self.focus(next);
        }
        if let Some(bench) = &mut self.bench {
            bench.runs.retain(|run| run.info.id != id);
        }
        self.name_runs();
    }

    /// Whether any run is training.
    pub fn is_playing(&self) -> bool {
        self.bench.iter().flat_map(|bench| &bench.runs).any(|run| run.phase == Phase::Playing)
    }

    /// Says something in the bottom line.
    pub fn say(&mut self, text: String) {
        self.notice = Some(Notice { text, is_problem: false, folder: None });
    }

    /// Says that a file was written, and where.
    pub fn say_saved(&mut self, path: &Path) {
        let folder = path.parent().map(Path::to_owned);
        self.notice = Some(Notice { text: format!("Saved {}", path.display()), is_problem: false, folder });
    }

    /// Says in the bottom line that something went wrong.
    pub fn complain(&mut self, text: String) {
        self.notice = Some(Notice { text, is_problem: true, folder: None });
    }

    /// Which of the runs is shown.
    fn place_of_shown(&self) -> usize {
        let shown = self.run().map(|run| run.info.id);
        let mut runs = self.bench.iter().flat_map(|bench| &bench.runs);
        runs.position(|run| Some(run.info.id) == shown).unwrap_or(0)
    }

    fn open(&mut self, bench: BenchInfo) {
        let BenchInfo { dataset, examples, cloud, steps_per_epoch, device, runs } = bench;
        self.preparing = None;
        self.notice = None;
        let place = self.place_of_shown().min(runs.len().saturating_sub(1));
        // Where there are more runs than before, the last of them has just come to be looked at.
        let count = self.bench.as_ref().map_or(runs.len(), |bench| bench.runs.len());
        let place = if runs.len() > count { runs.len() - 1 } else { place };
        if let Some(shown) = runs.get(place) {
            self.shown = Some(shown.id);
            self.draft = shown.recipe.clone();
            self.kept.hide_same_experiment(&shown.recipe);
        }
        let old = self.bench.take();
        let is_same_set = old.as_ref().is_some_and(|old| Arc::ptr_eq(&old.dataset, &dataset));
        // The costs of the same images stay known when only the runs are new.
        let references = old.as_ref().filter(|_| is_same_set).and_then(|old| old.references.clone());
        if !is_same_set {
            self.selected = None;
        }
        let mut known: Vec<RunState> = old.map(|old| old.runs).unwrap_or_default();
        let runs = runs.into_iter().map(|info| {
            // A run that goes on, or that was brought back, keeps its changes.
            let index = known.iter().position(|run| run.info.id == info.id);
            let before = index.map(|index| known.remove(index));
            let before = before.or_else(|| Some(self.kept.take(info.id)?.run));
            before.map_or_else(|| RunState::new(info.clone()), |run| run.on_bench(&info))
        });
        let runs = runs.collect();
        self.bench = Some(BenchState { dataset, examples, cloud, steps_per_epoch, device, references, runs });
        self.name_runs();
    }

    /// Gives every run a name that tells it from the others.
    fn name_runs(&mut self) {
        let live = self.bench.iter_mut().flat_map(|bench| &mut bench.runs);
        let kept = self.kept.runs_mut().iter_mut().map(|kept| &mut kept.run);
        let mut runs: Vec<&mut RunState> = live.chain(kept).collect();
        let recipes: Vec<&Recipe> = runs.iter().map(|run| &run.recipe).collect();
        let titles = titles(&recipes);
        for (run, title) in runs.iter_mut().zip(titles) {
            run.title = title;
        }
    }

    /// The runs that the curves of a run are compared with: the others of the bench, and those kept runs that are shown.
    /// The first of the two is the colour of the run itself, where it is compared with any.
    pub fn compared_with(&self, run: &RunState) -> (Option<DataColor>, Vec<ComparedRun>) {
        let Some(bench) = &self.bench else { return (None, Vec::new()) };
        let live = bench.runs.iter().enumerate().filter(|(_, other)| other.info.id != run.info.id);
        let live = live.filter_map(|(place, other)| {
            ComparedRun::of(&bench.record(other), &other.title, DataColor::of_run(place))
        });
        let kept = self.kept.shown(&bench.dataset).enumerate().filter_map(|(place, kept)| {
            let color = DataColor::of_run(bench.runs.len() + place);
            Some(ComparedRun { color, name: kept.run.title.clone(), ..kept.curves.clone()? })
        });
        let others: Vec<ComparedRun> = live.chain(kept).collect();
        let place = ShownRun { bench, run }.place();
        ((!others.is_empty()).then(|| DataColor::of_run(place)), others)
    }

    fn with_run(&mut self, id: RunId, change: impl FnOnce(&mut RunState)) {
        // A late fact about a run that was replaced finds nobody, and that is right.
        if let Some(run) =
            self.bench.iter_mut().flat_map(|bench| &mut bench.runs).find(|run| run.info.id == id)
        {
            change(run);
        }
    }
}
