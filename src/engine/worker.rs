//! The worker: owns the bench, does one bounded slice of work per turn, and never waits inside one.
//!
//! A turn takes commands, live values and what is wanted, does a chunk of evaluations and pictures, and trains at most
//! one step of every run. A moved point is decoded before all else and again between any two runs' work.

mod aside;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::bench::{Bench, fail, feed, message, report_phase, report_tuning};
use super::gallery::Gallery;
use super::handle::{EngineOptions, Handle};
use super::inbox::{Inbox, inbox};
use super::jobs::{FinalEvaluation, InsightJob, Jobs};
use super::message::{Command, Event, Phase};
use super::opening::{Loading, check};
use super::outbox::{Outbox, Wake, outbox};
use super::paint_target::PaintTarget;
use super::parked::{Parking, Start};
use super::run::Run;
use super::self_test;
use super::snapshot::{self, Contents};
use super::target::Target;
use super::wants::RunId;
use crate::data::Dataset;
use crate::gpu::{Compute, Painter, limit_threads};
use crate::insight::references::References;
use crate::look::as_sentence;
use crate::model::fits;
use crate::recipe::{DataRecipe, Recipe};
use crate::train::InitialWeights;
use crate::train::weights::save_weights;

/// Time between two reports of progress.
const REPORTS: Duration = Duration::from_millis(100);
/// Where the processor draws the window too, training rests while the point is dragged: as long as each of its turns
/// took, but no longer than this, about what a frame takes.
const LONGEST_REST: Duration = Duration::from_millis(80);

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// There is more to do.
    Busy,
    /// Nothing to do until something arrives.
    Idle,
    /// The worker was told to end.
    Closed,
}

/// Owns every tensor of an engine.
#[derive(Debug)]
pub struct Worker {
    options: EngineOptions,
    inbox: Inbox,
    outbox: Outbox,
    /// Chosen at the first opening, since preparing a GPU takes a moment.
    station: Option<Station>,
    bench: Option<Bench>,
    /// Where the images on the bench came from; nothing for images that were brought along.
    source: Option<DataRecipe>,
    loading: Option<Loading>,
    /// What the first run begins with in place of drawn weights, after a reset too.
    start: Option<Start>,
    /// What the first run of the bench began with.
    start_of_bench: Option<Start>,
    /// Runs that were set aside.
    parking: Parking,
    references: Option<Receiver<References>>,
    next_run: u64,
    reported: Instant,
    was_busy: bool,
    /// Whether runs are watched by the doctor.
    watches: bool,
    is_closed: bool,
}

/// Where the work is done.
#[derive(Debug)]
struct Station {
    compute: Compute,
    paint: PaintTarget,
    /// Whether the processor draws the window too.
    shares_processor: bool,
}

impl Worker {
    /// A worker and the way to it. Nothing happens until [`Worker::turn`].
    pub fn new(options: EngineOptions, wake: Wake) -> (Self, Handle) {
        limit_threads();
        let (sender, inbox) = inbox();
        let (outbox, events) = outbox(wake);
        let worker = Self {
            options,
            inbox,
            outbox,
            station: None,
            bench: None,
            source: None,
            loading: None,
            start: None,
            start_of_bench: None,
            parking: Parking::default(),
            references: None,
            next_run: 0,
            reported: Instant::now(),
            was_busy: false,
            watches: true,
            is_closed: false,
        };
        (worker, Handle::new(sender, events))
    }

    /// One bounded slice of work.
    pub fn turn(&mut self) -> Turn {
        while let Some(command) = self.inbox.command() {
            self.apply(command);
            if self.is_closed {
                return Turn::Closed;
            }
        }
        self.take_images();
        self.take_references();
        let (Some(bench), Some(station)) = (&mut self.bench, &mut self.station) else {
            self.outbox.flush();
            return Turn::Idle;
        };
        for ((id, key), value) in self.inbox.tuned() {
            if let Some(run) = bench.run_mut(id) {
                report_tuning(run, key, value, &mut self.outbox);
            }
        }
        bench.refresh(&self.inbox, &station.paint, &mut self.outbox);
        bench.evaluate_finally(&station.paint, &mut self.outbox);
        bench.settle(&self.inbox, &station.paint, &mut self.outbox);
        let began = Instant::now();
        bench.train(&self.inbox, &station.paint, &mut self.outbox);
        let busy = bench.is_busy();
        let rests_for_drag = busy && station.shares_processor && bench.is_dragged();
        self.report_progress(busy);
        self.outbox.flush();
        if rests_for_drag {
            // The window gets the time to draw what was decoded, and the next place is decoded at once.
            self.inbox.wait_for_drag(began.elapsed().min(LONGEST_REST));
        }
        if busy { Turn::Busy } else { Turn::Idle }
    }

    /// A turn whose panic becomes a sentence: the runs fail, the worker lives.
    pub(super) fn guarded_turn(&mut self) -> Turn {
        match catch_unwind(AssertUnwindSafe(|| self.turn())) {
            Ok(turn) => turn,
            Err(panic) => {
                let sentence =
                    format!("Training failed: {}. The last good weights are kept", message(&*panic));
                self.outbox.report(Event::Refused(sentence.clone()));
                for run in self.bench.iter_mut().flat_map(|bench| &mut bench.runs) {
                    fail(run, sentence.clone(), &mut self.outbox);
                }
                Turn::Busy
            }
        }
    }

    /// Sleeps until something arrives or a view is due, at most so long.
    pub fn wait(&self, at_most: Duration) {
        let due = self.bench.as_ref().and_then(Bench::next_due);
        let due = due.map(|due| due.saturating_duration_since(Instant::now()));
        let at_most = due.map_or(at_most, |due| due.min(at_most));
        // Images and references come from threads that do not wake this one.
        let nap = Duration::from_millis(5);
        let is_measuring = self.bench.as_ref().is_some_and(|bench| bench.gallery.comparison.is_measuring());
        let expects = self.loading.is_some() || self.references.is_some() || is_measuring;
        self.inbox.wait(if expects { nap.min(at_most) } else { at_most });
    }

    fn apply(&mut self, command: Command) {
        match command {
            Command::Open { recipes, playing } => self.open(recipes, playing, None),
            Command::StartFrom { recipes, weights, part, playing } => match InitialWeights::open(&weights) {
                Ok(weights) => self.open(recipes, playing, Some(Start { weights, part })),
                Err(error) => self.outbox.report(Event::Refused(error.to_string())),
            },
            Command::OpenWith { recipes, dataset, playing } => match check(&recipes) {
                Ok(()) => {
                    self.start = None;
                    self.start_bench(&recipes, playing, dataset, None);
                }
                Err(sentence) => self.outbox.report(Event::Refused(sentence)),
            },
            Command::Play => self.for_each_run(|run, _| run.play(None)),
            Command::Pause => self.for_each_run(|run, _| run.pause()),
            Command::StepBatch => self.for_each_run(|run, _| run.play(Some(run.learner.step_number() + 1))),
            Command::StepEpoch => {
                self.for_each_run(|run, bench| run.play(Some(bench.epoch_end(run.learner.step_number()))));
            }
            Command::Reset => self.restart(|_| ()),
            Command::NewSeed(seed) => self.restart(|recipe| recipe.seed = seed),
            Command::End(id) => self.end(id),
            Command::Keep(id) => self.keep(id),
            Command::BringBack(id) => self.bring_back(id),
            Command::ForgetOthers(runs) => self.parking.retain(&runs),
            Command::Resume(id) => self.with_run(id, Run::resume),
            Command::Snapshot { run, lattice, point, sheet } => {
                self.snapshot(run, Contents { lattice, point, sheet });
            }
            Command::Evaluate { run } => self.evaluate(run),
            Command::Insight { run, topics, effort } => {
                self.with_target(run, |_, jobs| jobs.insight.start(InsightJob::new(topics, effort)));
            }
            Command::SaveWeights { run, path } => self.save_weights(run, &path),
            Command::Canvas { run, picture, canvas } => self.with_run_quietly(run, |run| {
                match canvas {
                    Some(canvas) => run.canvases.insert(picture, canvas),
                    None => run.canvases.remove(&picture),
                };
                run.jobs.repaint(picture);
            }),
            Command::Watch(watches) => self.watches = watches,
            Command::Close => self.is_closed = true,
        }
    }

    fn open(&mut self, recipes: Vec<Recipe>, playing: bool, start: Option<Start>) {
        let at_hand = self.images_at_hand(&recipes);
        match Loading::begin(recipes, playing, at_hand) {
            Ok(loading) => {
                self.outbox.report(Event::Preparing(loading.sentence()));
                self.loading = Some(loading);
                self.start = start;
            }
            Err(sentence) => self.outbox.report(Event::Refused(sentence)),
        }
    }

    /// The images on the bench, where the new recipes want the same ones.
    fn images_at_hand(&self, recipes: &[Recipe]) -> Option<Arc<Dataset>> {
        let bench = self.bench.as_ref()?;
        let same = self.source.as_ref()?.has_same_images(&recipes.first()?.data);
        same.then(|| Arc::clone(&bench.gallery.dataset))
    }

    fn restart(&mut self, change: impl Fn(&mut Recipe)) {
        let Some(bench) = &self.bench else { return };
        let playing = bench.runs.iter().any(|run| run.phase == Phase::Playing);
        let mut recipes: Vec<Recipe> = bench.runs.iter().map(Run::recipe_for_reset).collect();
        recipes.iter_mut().for_each(change);
        let dataset = Arc::clone(&bench.gallery.dataset);
        let source = self.source.clone();
        self.start_bench(&recipes, playing, dataset, source);
    }

    /// Takes images that have arrived and starts the new bench.
    fn take_images(&mut self) {
        let Some(loaded) = self.loading.as_ref().and_then(Loading::poll) else {
            return;
        };
        let Some(Loading { recipes, playing, .. }) = self.loading.take() else {
            return;
        };
        match loaded {
            Ok(dataset) => {
                let source = recipes[0].data.clone();
                self.start_bench(&recipes, playing, dataset, Some(source));
            }
            Err(sentence) => self.outbox.report(Event::Refused(sentence)),
        }
    }

    fn start_bench(
        &mut self,
        recipes: &[Recipe],
        playing: bool,
        dataset: Arc<Dataset>,
        source: Option<DataRecipe>,
    ) {
        let known = self.bench.as_ref().is_some_and(|old| Arc::ptr_eq(&old.gallery.dataset, &dataset));
        let notes = dataset.notes.iter().map(|note| as_sentence(&note)).collect::<Vec<_>>().join(" ");
        match self.build(recipes, dataset) {
            Err(sentence) => {
                self.start = None;
                self.outbox.report(Event::Refused(sentence));
            }
            Ok(mut bench) => {
                if !known {
                    self.references = bench.gallery.comparison.begin().ok();
                }
                self.set_bench_aside();
                if !self.watches {
                    bench.runs.iter_mut().for_each(|run| run.watch = None);
                }
                if playing {
                    bench.runs.iter_mut().for_each(|run| run.play(None));
                }
                self.bench = Some(bench);
                (self.source, self.start_of_bench) = (source, self.start.clone());
                self.report_bench();
                if !known && !notes.is_empty() {
                    self.outbox.report(Event::Notice(notes));
                }
            }
        }
    }

    fn build(&mut self, recipes: &[Recipe], dataset: Arc<Dataset>) -> Result<Bench, String> {
        recipes.iter().try_for_each(|recipe| fits(recipe, dataset.shape.dims()))?;
        let compute = match &self.station {
            Some(station) => station.compute.clone(),
            None => self.prepare_station(recipes, &dataset)?,
        };
        // What is known of the same images stays known.
        let known = self.bench.as_ref().map(|old| &old.gallery);
        let known = known.filter(|gallery| Arc::ptr_eq(&gallery.dataset, &dataset)).cloned();
        let gallery = known.unwrap_or_else(|| Arc::new(Gallery::new(dataset)));
        let mut ids = (self.next_run..).map(RunId);
        let mut bench = Bench::new(recipes, &mut ids, gallery, &compute)?;
        if let (Some(Start { weights, part }), Some(run)) = (&self.start, bench.runs.first_mut()) {
            weights.load_into(&mut run.learner, *part).map_err(|error| error.to_string())?;
        }
        self.next_run += bench.runs.len() as u64;
        Ok(bench)
    }

    /// Chooses the device. A GPU is tried on the first recipe before it is trusted.
    fn prepare_station(&mut self, recipes: &[Recipe], dataset: &Arc<Dataset>) -> Result<Compute, String> {
        let graphics = self.options.graphics.clone();
        let mut compute =
            Compute::choose(self.options.device, graphics.as_ref()).map_err(|error| error.to_string())?;
        if compute.is_gpu {
            self.outbox.report(Event::Preparing(format!("Preparing the GPU ({})…", compute.chip)));
            if let Err(trouble) = try_gpu(recipes, dataset, &compute) {
                self.outbox.report(Event::Notice(format!(
                    "{} does not compute like the CPU ({trouble}), so training goes to the CPU",
                    compute.chip
                )));
                compute = Compute::cpu("the GPU failed its test");
            }
        }
        let painter = graphics.as_ref().and_then(Painter::new);
        if graphics.is_some() && painter.is_none() {
            let sentence =
                "This graphics adapter runs no compute shaders: pictures are drawn as plain textures";
            self.outbox.report(Event::Notice(sentence.to_owned()));
        }
        let paint = PaintTarget::new(painter, &compute, self.outbox.waker());
        let shares_processor = graphics.is_some_and(|graphics| graphics.is_software());
        self.station = Some(Station { compute: compute.clone(), paint, shares_processor });
        Ok(compute)
    }

    fn take_references(&mut self) {
        let Some(references) = self.references.as_ref().and_then(|receiver| receiver.try_recv().ok()) else {
            return;
        };
        self.references = None;
        self.outbox.report(Event::References(references));
    }

    /// Reports progress ten times a second, and once more when there is nothing left to do.
    fn report_progress(&mut self, busy: bool) {
        let came_to_rest = self.was_busy && !busy;
        self.was_busy = busy;
        if came_to_rest || (busy && self.reported.elapsed() >= REPORTS) {
            self.reported = Instant::now();
            self.report_progress_now();
        }
    }

    fn report_progress_now(&mut self) {
        let progress: Vec<_> = self.bench.iter().flat_map(Bench::progress).collect();
        for (id, progress) in progress {
            self.outbox.report(Event::Progress(id, Box::new(progress)));
        }
    }

    fn snapshot(&mut self, id: RunId, contents: Contents) {
        let Some(taken) = self.with_target(id, |target, _| snapshot::take(target, contents)) else { return };
        let event = match taken {
            Ok(taken) => Event::Snapshot(id, Arc::new(taken)),
            Err(error) => Event::Refused(error.to_string()),
        };
        self.outbox.report(event);
    }

    fn evaluate(&mut self, id: RunId) {
        let begun = self.with_target(id, |target, jobs| {
            FinalEvaluation::new(target).map(|job| jobs.final_evaluation.start(job))
        });
        if let Some(Err(sentence)) = begun {
            self.outbox.report(Event::Refused(sentence));
        }
    }

    fn save_weights(&mut self, id: RunId, path: &std::path::Path) {
        let saved = self.with_target(id, |target, _| save_weights(target.learner, target.recipe, path));
        let Some(saved) = saved else { return };
        let event = match saved {
            Ok(()) => Event::Saved(path.to_owned()),
            Err(error) => Event::Refused(error.to_string()),
        };
        self.outbox.report(event);
    }

    /// Does something with what a job sees of a run, and with its jobs; nothing where the run is gone.
    fn with_target<T>(&mut self, id: RunId, act: impl FnOnce(&Target<'_>, &mut Jobs) -> T) -> Option<T> {
        let (bench, station) = (self.bench.as_mut()?, self.station.as_ref()?);
        let run = bench.runs.iter_mut().find(|run| run.id == id)?;
        let (target, jobs) = run.target(&bench.gallery, &station.paint);
        Some(act(&target, jobs))
    }

    /// Does something to every run and reports what it is doing then.
    fn for_each_run(&mut self, act: impl Fn(&mut Run, &Bench)) {
        let Some(bench) = &mut self.bench else { return };
        let mut runs = std::mem::take(&mut bench.runs);
        for run in &mut runs {
            act(run, bench);
            report_phase(run, &mut self.outbox);
        }
        bench.runs = runs;
    }

    /// Does something to one run and reports what it is doing then.
    fn with_run(&mut self, id: RunId, act: impl FnOnce(&mut Run)) {
        let Some(run) = self.bench.iter_mut().find_map(|bench| bench.run_mut(id)) else {
            return;
        };
        act(run);
        report_phase(run, &mut self.outbox);
    }

    fn with_run_quietly(&mut self, id: RunId, act: impl FnOnce(&mut Run)) {
        if let Some(run) = self.bench.iter_mut().find_map(|bench| bench.run_mut(id)) {
            act(run);
        }
    }
}

/// Trains a few steps of every recipe on a GPU and on the CPU; a sentence says where they part.
fn try_gpu(recipes: &[Recipe], dataset: &Arc<Dataset>, compute: &Compute) -> Result<(), String> {
    let mut feed = feed(recipes, dataset)?;
    for recipe in recipes {
        let tried = catch_unwind(AssertUnwindSafe(|| {
            self_test::compare(recipe, dataset.shape.dims(), &mut feed, &compute.device)
        }));
        tried.unwrap_or_else(|panic| Err(message(&*panic)))?;
    }
    Ok(())
}
