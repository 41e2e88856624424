//! One run without a window: the engine is told what to do, and its facts are gathered until the answer is there.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt;
use super::progress::Reporter;
use crate::engine::{
    BenchInfo, Command, Engine, EngineOptions, Event, FinalFigures, Phase, Progress, References, RunInfo,
    Snapshot, StagePlan,
};
use crate::gpu::DeviceChoice;
use crate::recipe::{Change, Recipe};

/// How long to wait for a fact before looking at Ctrl-C again.
const TICK: Duration = Duration::from_millis(50);
/// Principal components of very large images can take minutes; the curves are drawn without them then.
const PATIENCE_FOR_REFERENCES: Duration = Duration::from_secs(60);

/// A run on an engine of its own, and what is known of it.
#[derive(Debug)]
pub(super) struct Session {
    engine: Engine,
    pub(super) bench: BenchInfo,
    pub(super) run: RunInfo,
    pub(super) progress: Progress,
    /// Live changes, exactly as applied.
    changes: Vec<Change>,
    references: Option<References>,
    /// Ctrl-C was heeded: what follows is brought to its end.
    is_stopping: bool,
}

/// How training came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A stop rule holds; the sentence says which.
    Finished(String),
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// It cannot go on; the sentence says why.
    Failed(String),
}

impl Session {
    /// Draws or reads the images, prepares the device, and begins to train.
    pub(super) fn open(
        recipe: &Recipe,
        device: DeviceChoice,
        reporter: &mut Reporter,
    ) -> Result<Self, Failure> {
        let options = EngineOptions { device, graphics: None };
        let engine = Engine::start(options, || ()).map_err(|error| {
            Failure::Failed(format!("the system gave no thread to train in ({error}); close other programs"))
        })?;
        engine.send(Command::Open { recipes: vec![recipe.clone()], playing: true })?;
        loop {
            if interrupt::is_asked() {
                return Err(Failure::Failed("stopped before training began; nothing was written".to_owned()));
            }
            match engine.wait(TICK) {
                Some(Event::Opened(bench)) => {
                    reporter.opened(bench.steps_per_epoch, bench.dataset.shape.pixels());
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
        let Some(run) = bench.runs.first().cloned() else {
            return Err(Failure::Failed(
                "the bench holds no run; please report the recipe that led to it".to_owned(),
            ));
        };
        let stage = StagePlan::new(&run.recipe, bench.steps_per_epoch).at(0).stage;
        let progress = Progress { stage, ..Progress::default() };
        Ok(Self { engine, bench, run, progress, changes: Vec::new(), references: None, is_stopping: false })
    }

    /// Trains until a stop rule holds, Ctrl-C is pressed or the run fails.
    pub(super) fn train(&mut self, reporter: &mut Reporter) -> Result<End, Failure> {
        loop {
            if self.is_newly_asked_to_stop() {
                self.engine.send(Command::Pause)?;
            }
            let end = match self.next() {
                Some(Event::Phase(_, Phase::Finished(sentence))) => Some(End::Finished(sentence)),
                Some(Event::Phase(_, Phase::Failed(sentence))) => Some(End::Failed(sentence)),
                Some(Event::Phase(_, Phase::Paused)) if self.is_stopping => Some(End::Interrupted),
                Some(Event::Refused(sentence)) => return Err(Failure::Failed(sentence)),
                Some(Event::Notice(sentence)) => {
                    reporter.notice(&sentence);
                    None
                }
                _ => None,
            };
            reporter.progress(&self.progress);
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// What the present weights cost on training and on test images.
    pub(super) fn evaluate(&mut self) -> Result<FinalFigures, Failure> {
        self.engine.send(Command::Evaluate { run: self.run.id })?;
        self.wait_for(|event| match event {
            Event::Evaluated(_, figures) => Some(*figures),
            _ => None,
        })
    }

    /// Writes the weights.
    pub(super) fn save_weights(&mut self, path: &Path) -> Result<(), Failure> {
        self.engine.send(Command::SaveWeights { run: self.run.id, path: path.to_owned() })?;
        self.wait_for(|event| match event {
            Event::Saved(saved) if saved == path => Some(()),
            _ => None,
        })
    }

    /// What figures are drawn from.
    pub(super) fn snapshot(&mut self) -> Result<Arc<Snapshot>, Failure> {
        self.engine.send(Command::Snapshot { run: self.run.id, lattice: None, point: None, sheet: None })?;
        self.wait_for(|event| match event {
            Event::Snapshot(_, snapshot) => Some(snapshot),
            _ => None,
        })
    }

    /// The costs that curves are held against, if they come in good time.
    pub(super) fn references(&mut self) -> Option<References> {
        let since = Instant::now();
        while self.references.is_none() && since.elapsed() < PATIENCE_FOR_REFERENCES && !interrupt::is_asked()
        {
            self.next();
        }
        self.references
    }

    /// The recipe that does again what this run did: its live changes, and those it did not come to.
    pub(super) fn replay(&self) -> Recipe {
        let mut recipe = self.run.recipe.clone();
        let reached = self.progress.step;
        let applied = self.changes.iter().filter(|change| change.step < reached);
        let to_come = self.run.recipe.schedule.iter().filter(|change| change.step >= reached);
        recipe.schedule = applied.chain(to_come).cloned().collect();
        recipe
    }

    /// Live changes, exactly as applied.
    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether Ctrl-C was pressed and nobody has heeded it yet.
    fn is_newly_asked_to_stop(&mut self) -> bool {
        let is_new = interrupt::is_asked() && !self.is_stopping;
        self.is_stopping |= is_new;
        is_new
    }

    /// Waits for an answer, unless Ctrl-C is pressed for the first time.
    fn wait_for<T>(&mut self, answer: impl Fn(Event) -> Option<T>) -> Result<T, Failure> {
        loop {
            if self.is_newly_asked_to_stop() {
                return Err(Failure::Stopped);
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

    /// The next fact, once what it says of the run is noted; nothing if none comes within a tick.
    fn next(&mut self) -> Option<Event> {
        let event = self.engine.wait(TICK)?;
        match &event {
            Event::Progress(_, progress) => self.progress = *progress,
            Event::Tuned(_, change) => self.changes.push(change.clone()),
            Event::References(references) => self.references = Some(*references),
            _ => {}
        }
        Some(event)
    }
}
