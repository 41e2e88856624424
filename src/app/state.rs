//! Everything the window knows: what the trainer thread has told it, and what a person is about to change.
//!
//! Events are reduced here and nowhere else; panels only read. A new bench replaces the state of the old one whole.

use std::sync::Arc;

use crate::data::Dataset;
use crate::engine::curves::{PastRun, RunRecord};
use crate::engine::{BenchInfo, Event, Phase, Progress, References, RunId, RunInfo, Views};
use crate::recipe::{Change, Recipe, table};

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
    /// The curve of the run before, until it is dismissed.
    pub past: Option<PastRun>,
    /// The title of the card somebody chose to see; without one, the most telling.
    pub card: Option<String>,
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
}

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
#[derive(Debug)]
pub struct RunState {
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
            past: None,
        }
    }
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
            Event::Tuned(id, change) => self.with_run(id, |run| run.apply_change(change)),
            Event::Stages(id, plan) => self.with_run(id, |run| run.info.plan = plan),
            Event::Ended(id) => self.end(id),
            Event::Saved(path) => self.say(format!("Saved {}", path.display())),
            Event::Refused(sentence) => self.complain(sentence),
            Event::Notice(sentence) => self.say(sentence),
            // Taken by whoever asked for them, before the state sees them.
            Event::Snapshot(..) | Event::Evaluated(..) => {}
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
        self.shown = Some(id);
        if let Some(run) = self.run() {
            self.draft = run.recipe.clone();
        }
    }

    /// A run was ended; another one is shown then.
    fn end(&mut self, id: RunId) {
        if let Some(bench) = &mut self.bench {
            bench.runs.retain(|run| run.info.id != id);
        }
        if self.shown == Some(id)
            && let Some(next) =
                self.bench.as_ref().and_then(|bench| bench.runs.first()).map(|run| run.info.id)
        {
            self.focus(next);
        }
    }

    /// Whether any run is training.
    pub fn is_playing(&self) -> bool {
        self.bench.iter().flat_map(|bench| &bench.runs).any(|run| run.phase == Phase::Playing)
    }

    /// Says something in the bottom line.
    pub fn say(&mut self, text: String) {
        self.notice = Some(Notice { text, is_problem: false });
    }

    /// Says in the bottom line that something went wrong.
    pub fn complain(&mut self, text: String) {
        self.notice = Some(Notice { text, is_problem: true });
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
            self.remember(&dataset, &shown.recipe);
        }
        let runs = runs.into_iter().map(RunState::new).collect();
        // The costs of the same images stay known when only the runs are new.
        let references = self
            .bench
            .take()
            .filter(|old| Arc::ptr_eq(&old.dataset, &dataset))
            .and_then(|old| old.references);
        self.bench = Some(BenchState { dataset, examples, cloud, steps_per_epoch, device, references, runs });
    }

    /// Keeps the curve of the run that another recipe replaces. A reset or a new seed is the same experiment again and
    /// leaves what is kept; other images make every comparison void.
    fn remember(&mut self, dataset: &Arc<Dataset>, opened: &Recipe) {
        let Some(bench) = &self.bench else { return };
        if !Arc::ptr_eq(&bench.dataset, dataset) {
            self.past = None;
            self.selected = None;
            return;
        }
        // What stays on the bench needs no grey curve.
        let Some(old) = self.run().filter(|_| bench.runs.len() == 1) else { return };
        let is_same = |parameter: &&crate::recipe::Parameter| {
            parameter.live
                || parameter.key == "seed"
                || parameter.get(opened) == parameter.get(&old.info.recipe)
        };
        let is_same_experiment =
            old.info.recipe.name == opened.name && table::PARAMETERS.iter().all(|p| is_same(&p));
        if !is_same_experiment && let Some(past) = PastRun::of(&bench.record(old)) {
            self.past = Some(past);
        }
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

impl RunState {
    fn new(info: RunInfo) -> Self {
        Self {
            recipe: info.recipe.clone(),
            info,
            progress: Progress::default(),
            phase: Phase::Paused,
            changes: Vec::new(),
            views: Views::default(),
        }
    }

    /// The recipe that replays this run so far: as it was opened, with every live change at its step.
    pub fn lesson(&self) -> Recipe {
        self.info.recipe.replay(&self.changes, self.progress.step)
    }

    fn apply_change(&mut self, change: Change) {
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
