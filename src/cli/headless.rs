//! One run without a window: sends commands to the engine and collects its events.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt;
use super::progress::Reporter;
use crate::engine::{
    Answer, BenchInfo, Command, Effort, Engine, EngineOptions, Event, FinalFigures, Phase, Progress,
    References, RunInfo, Snapshot, Topic,
};
use crate::gpu::DeviceChoice;
use crate::recipe::{Change, NetworkPart, Recipe};

/// How long to wait for an event before checking for Ctrl-C again.
const TICK: Duration = Duration::from_millis(50);
/// Principal components of large images can take minutes; after this time the curves are drawn without them.
const REFERENCES_TIMEOUT: Duration = Duration::from_secs(60);

/// A run on an engine of its own, and its latest state.
#[derive(Debug)]
pub(super) struct HeadlessRun {
    engine: Engine,
    pub(super) bench: BenchInfo,
    pub(super) info: RunInfo,
    pub(super) progress: Progress,
    /// Live changes, exactly as applied.
    changes: Vec<Change>,
    references: Option<References>,
    /// Whether the first Ctrl-C has been handled.
    is_stopping: bool,
}

/// How training ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RunEnd {
    /// A stop rule was met; the sentence says which.
    Finished(String),
    /// Ctrl-C was pressed.
    Interrupted,
    /// It failed; the sentence says why.
    Failed(String),
}

impl HeadlessRun {
    /// Loads the images, prepares the device, and starts training, from the weights of a file if there is one.
    pub(super) fn open(
        recipe: &Recipe,
        device: DeviceChoice,
        init: Option<(PathBuf, NetworkPart)>,
        is_watched: bool,
        reporter: &mut Reporter,
    ) -> Result<Self, Failure> {
        Self::open_all(vec![recipe.clone()], device, init, is_watched, reporter)
    }

    /// The same with other recipes beside the first one, which share its images and batches.
    pub(super) fn open_all(
        recipes: Vec<Recipe>,
        device: DeviceChoice,
        init: Option<(PathBuf, NetworkPart)>,
        is_watched: bool,
        reporter: &mut Reporter,
    ) -> Result<Self, Failure> {
        let command = match init {
            Some((weights, part)) => Command::StartFrom { recipes, weights, part, playing: true },
            None => Command::Open { recipes, playing: true },
        };
        Self::start(vec![Command::Watch(is_watched), command], device, reporter)
    }

    /// Loads the images, prepares the device, and takes the weights of a file; it does not train.
    pub(super) fn load(
        recipe: &Recipe,
        device: DeviceChoice,
        weights: PathBuf,
        reporter: &mut Reporter,
    ) -> Result<Self, Failure> {
        let (recipes, part) = (vec![recipe.clone()], NetworkPart::Whole);
        let command = Command::StartFrom { recipes, weights, part, playing: false };
        Self::start(vec![command], device, reporter)
    }

    fn start(commands: Vec<Command>, device: DeviceChoice, reporter: &mut Reporter) -> Result<Self, Failure> {
        let options = EngineOptions { device, graphics: None };
        let engine = Engine::start(options, || ()).map_err(|error| {
            Failure::Failed(format!(
                "no thread could be started for training ({error}); close other programs"
            ))
        })?;
        commands.into_iter().try_for_each(|command| engine.send(command))?;
        loop {
            if interrupt::is_interrupted() {
                return Err(Failure::Failed("stopped before training began; nothing was written".to_owned()));
            }
            match engine.wait(TICK) {
                Some(Event::Opened(bench)) => {
                    reporter.opened(bench.dataset.shape.values());
                    return Self::of(engine, bench);
                }
                Some(Event::Refused(sentence)) => return Err(Failure::Failed(sentence)),
                Some(Event::Preparing(sentence)) => reporter.preparing(&sentence),
                Some(Event::Notice(sentence)) => reporter.notice(&sentence),
                _ => {}
            }
        }
    }

    fn of(engine: Engine, bench: BenchInfo) -> Result<Self, Failure> {
        let Some(info) = bench.runs.first().cloned() else {
            return Err(Failure::Failed(
                "the engine started no run; please report this with the recipe".to_owned(),
            ));
        };
        let progress = Progress { stage: info.plan.at(0).stage, ..Progress::default() };
        Ok(Self { engine, bench, info, progress, changes: Vec::new(), references: None, is_stopping: false })
    }

    /// Trains until a stop rule of every run is met, Ctrl-C is pressed or a run fails.
    pub(super) fn train(&mut self, reporter: &mut Reporter) -> Result<RunEnd, Failure> {
        let own = self.info.id;
        let mut finished = BTreeMap::new();
        loop {
            if self.is_newly_asked_to_stop() {
                self.engine.send(Command::Pause)?;
            }
            let end = match self.next() {
                Some(Event::Phase(id, Phase::Finished(sentence))) => {
                    finished.insert(id, sentence);
                    let are_all = finished.len() == self.bench.runs.len();
                    finished.get(&own).filter(|_| are_all).cloned().map(RunEnd::Finished)
                }
                Some(Event::Phase(_, Phase::Failed(sentence))) => Some(RunEnd::Failed(sentence)),
                Some(Event::Phase(_, Phase::Paused)) if self.is_stopping => Some(RunEnd::Interrupted),
                Some(Event::Refused(sentence)) => return Err(Failure::Failed(sentence)),
                Some(Event::Notice(sentence)) => {
                    reporter.notice(&sentence);
                    None
                }
                Some(Event::Remark(_, remark)) => {
                    reporter.remark(&remark);
                    None
                }
                _ => None,
            };
            reporter.progress(&self.progress, &self.info.plan);
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Evaluates the current weights on training and on test images.
    pub(super) fn evaluate(&mut self) -> Result<FinalFigures, Failure> {
        self.engine.send(Command::Evaluate { run: self.info.id })?;
        self.wait_for(|event| match event {
            Event::Evaluated(_, metrics) => Some(*metrics),
            _ => None,
        })
    }

    /// Makes insight cards of the current weights.
    pub(super) fn insight(&mut self, topics: Vec<Topic>, effort: Effort) -> Result<Vec<Answer>, Failure> {
        self.engine.send(Command::Insight { run: self.info.id, topics, effort })?;
        self.wait_for(|event| match event {
            Event::Insight(_, cards) => Some(cards),
            _ => None,
        })
    }

    /// Saves the weights.
    pub(super) fn save_weights(&mut self, path: &Path) -> Result<(), Failure> {
        self.engine.send(Command::SaveWeights { run: self.info.id, path: path.to_owned() })?;
        self.wait_for(|event| match event {
            Event::Saved(saved) if saved == path => Some(()),
            _ => None,
        })
    }

    /// The data that figures are drawn from.
    pub(super) fn snapshot(&mut self) -> Result<Arc<Snapshot>, Failure> {
        self.engine.send(Command::Snapshot { run: self.info.id, lattice: None, point: None, sheet: None })?;
        self.wait_for(|event| match event {
            Event::Snapshot(_, snapshot) => Some(snapshot),
            _ => None,
        })
    }

    /// The reference costs of the curves, if they are computed in time.
    pub(super) fn references(&mut self) -> Option<References> {
        let since = Instant::now();
        while self.references.is_none()
            && since.elapsed() < REFERENCES_TIMEOUT
            && !interrupt::is_interrupted()
        {
            self.next();
        }
        self.references.clone()
    }

    /// The recipe that repeats this run, with its live changes and the scheduled ones that are still to come.
    pub(super) fn replay(&self) -> Recipe {
        self.info.recipe.replay(&self.changes, self.progress.step)
    }

    /// Live changes, exactly as applied.
    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether Ctrl-C was pressed and has not been handled yet.
    fn is_newly_asked_to_stop(&mut self) -> bool {
        let is_new = interrupt::is_interrupted() && !self.is_stopping;
        self.is_stopping |= is_new;
        is_new
    }

    /// Waits for a matching event, unless Ctrl-C is pressed for the first time.
    fn wait_for<T>(&mut self, answer: impl Fn(Event) -> Option<T>) -> Result<T, Failure> {
        loop {
            if self.is_newly_asked_to_stop() {
                return Err(Failure::Interrupted);
            }
            match self.next() {
                Some(Event::Refused(sentence) | Event::Phase(_, Phase::Failed(sentence))) => {
                    return Err(Failure::Failed(sentence));
                }
                Some(event) => {
                    if let Some(found) = answer(event) {
                        return Ok(found);
                    }
                }
                None => {}
            }
        }
    }

    /// The next event, after updating the state of the run; `None` if there is none within a tick.
    fn next(&mut self) -> Option<Event> {
        let event = self.engine.wait(TICK)?;
        let own = self.info.id;
        match &event {
            Event::Progress(id, progress) if *id == own => self.progress = **progress,
            Event::Stages(id, plan) if *id == own => self.info.plan = plan.clone(),
            Event::Tuned(id, change) if *id == own => self.changes.push(change.clone()),
            Event::References(references) => self.references = Some(references.clone()),
            _ => {}
        }
        Some(event)
    }
}
