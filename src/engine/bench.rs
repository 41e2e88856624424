//! The bench: one to four runs in lock step over the same images, in the same order.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::gallery::Gallery;
use super::inbox::Inbox;
use super::jobs::{JobError, Jobs, RunTurn};
use super::message::{BenchInfo, Event, Phase, Progress};
use super::outbox::Outbox;
use super::paint_target::PaintTarget;
use super::run::Run;
use super::wants::{RunId, RunWants, WantedPoint, Wants};
use super::watch::Watch;
use crate::data::{Dataset, Feed};
use crate::gpu::Compute;
use crate::insight::Beside;
use crate::recipe::Recipe;

/// A point that has not moved for so long is not being dragged.
const DRAG: Duration = Duration::from_millis(250);

/// The runs, and what they share.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) gallery: Arc<Gallery>,
    pub(super) runs: Vec<Run>,
    feed: Feed,
    /// What is wanted of the runs.
    wants: Arc<Wants>,
    /// The point that is wanted, and since when.
    point: Option<(WantedPoint, Instant)>,
    /// When the first view is due of those that only wait for their time.
    next_due: Option<Instant>,
}

impl Bench {
    /// Sets up runs over these images.
    pub(super) fn new(
        recipes: &[Recipe],
        ids: &mut impl Iterator<Item = RunId>,
        gallery: Arc<Gallery>,
        compute: &Compute,
    ) -> Result<Self, String> {
        let feed = feed(recipes, &gallery.dataset)?;
        let (dims, steps) = (gallery.dataset.shape.dims(), feed.steps_per_epoch());
        let runs = recipes.iter().zip(ids);
        let runs = runs.map(|(recipe, id)| Run::new(id, recipe, dims, steps, &compute.device)).collect();
        Ok(Self { gallery, runs, feed, wants: Arc::default(), point: None, next_due: None })
    }

    /// A bench with other runs over the same images, in the same order.
    pub(super) fn beside_these(&self, runs: Vec<Run>) -> Self {
        let (gallery, feed) = (Arc::clone(&self.gallery), self.feed.clone());
        Self { gallery, runs, feed, wants: Arc::default(), point: None, next_due: None }
    }

    /// What is reported of it.
    pub(super) fn description(&self, compute: &Compute) -> BenchInfo {
        BenchInfo {
            dataset: Arc::clone(&self.gallery.dataset),
            examples: Arc::clone(&self.gallery.examples),
            cloud: Arc::clone(&self.gallery.cloud),
            steps_per_epoch: self.feed.steps_per_epoch(),
            device: compute.chip.clone(),
            runs: self.runs.iter().map(Run::info).collect(),
        }
    }

    pub(super) fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }

    /// The first step after this epoch.
    pub(super) fn epoch_end(&self, step: u64) -> u64 {
        let per_epoch = self.feed.steps_per_epoch();
        (step / per_epoch + 1) * per_epoch
    }

    /// Whether turns bring any run further.
    pub(super) fn is_busy(&self) -> bool {
        self.runs.iter().any(|run| run.is_busy() || run.is_painting())
    }

    /// Applies live changes, then trains one step of every run that can.
    pub(super) fn train(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        let per_epoch = self.feed.steps_per_epoch();
        let pixels = self.gallery.dataset.shape.values();
        // Nobody gets ahead: neither of a run that was brought back, nor of one that is evaluated.
        let playing = self.runs.iter().filter(|run| run.phase == Phase::Playing);
        let least = playing.map(|run| run.learner.step_number()).min().unwrap_or(0);
        // Nor of a run whose step takes several turns.
        let waits = self.runs.iter().any(|run| run.can_step() && run.learner.is_halfway());
        for k in 0..self.runs.len() {
            self.decode_points(inbox, paint, outbox);
            let run = &mut self.runs[k];
            run.pass_time();
            let is_ahead = run.learner.step_number() > least;
            if !run.can_step() || is_ahead || (waits && !run.learner.is_halfway()) {
                continue;
            }
            for change in run.due_changes() {
                report_tuning(run, &change.key, change.value, outbox);
            }
            let feed = &mut self.feed;
            let step = run.learner.step_number();
            let stepped = catch_unwind(AssertUnwindSafe(|| {
                let batch = feed.batch(step);
                run.step(batch, batch.len() / pixels, per_epoch);
            }));
            if let Err(panic) = stepped {
                let sentence =
                    format!("Training failed: {}. The last good weights are kept", message(&*panic));
                fail(run, sentence, outbox);
            } else if run.phase == Phase::Paused {
                report_phase(run, outbox);
            }
            report_stages(run, outbox);
        }
    }

    /// Takes in losses, and does the next chunk of every evaluation.
    pub(super) fn settle(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        let per_epoch = self.feed.steps_per_epoch();
        for k in 0..self.runs.len() {
            self.decode_points(inbox, paint, outbox);
            let run = &mut self.runs[k];
            let settled = run.settle();
            report_remarks(run, outbox);
            if let Err(sentence) = settled {
                fail(run, sentence, outbox);
                continue;
            }
            let (target, jobs) = run.target(&self.gallery, paint);
            match jobs.evaluation.turn(&target, 0) {
                Err(error) => fail(run, error.to_string(), outbox),
                Ok(None) => {}
                Ok(Some(evaluated)) => {
                    let is_over = run.evaluated(&evaluated, per_epoch, &self.gallery);
                    report_remarks(run, outbox);
                    match is_over {
                        Err(sentence) => fail(run, sentence, outbox),
                        Ok(true) => report_phase(run, outbox),
                        Ok(false) => outbox.report(Event::Progress(run.id, Box::new(run.progress))),
                    }
                }
            }
            report_stages(run, outbox);
        }
    }

    /// Does the next chunk of every final evaluation and of all insight that was asked for.
    pub(super) fn evaluate_finally(&mut self, paint: &PaintTarget, outbox: &mut Outbox) {
        for k in 0..self.runs.len() {
            let (run, beside) = with_another(&mut self.runs, k);
            let (mut target, jobs) = run.target(&self.gallery, paint);
            target.beside = beside;
            let id = target.id;
            match jobs.final_evaluation.turn(&target, 0) {
                Ok(None) => {}
                Ok(Some(metrics)) => outbox.report(Event::Evaluated(id, Box::new(metrics))),
                Err(error) => outbox.report(Event::Refused(error.to_string())),
            }
            match jobs.insight.turn(&target, 0) {
                Ok(None) => {}
                Ok(Some(cards)) => outbox.report(Event::Insight(id, cards)),
                Err(error) => outbox.report(Event::Refused(error.to_string())),
            }
        }
    }

    /// Whether somebody is dragging the point.
    pub(super) fn is_dragged(&self) -> bool {
        self.point.as_ref().is_some_and(|(_, moved)| moved.elapsed() < DRAG)
    }

    /// When the first view is due of those that only wait for their time, if nothing arrives before.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.next_due
    }

    /// Reads what is wanted and decodes points that were moved meanwhile: no drag waits for more than one run's work.
    pub(super) fn decode_points(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        self.wants = inbox.wants();
        if let Some(point) = self.wants.runs().find_map(|(_, wants)| wants.point.as_ref())
            && self.point.as_ref().is_none_or(|(known, _)| !known.is_same_place(point))
        {
            self.point = Some((point.clone(), Instant::now()));
        }
        for k in 0..self.runs.len() {
            self.make_views(k, paint, outbox, Jobs::decode_point);
        }
    }

    /// Does what fits into a turn of everything that is wanted of the runs.
    pub(super) fn refresh(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        self.next_due = None;
        for k in 0..self.runs.len() {
            self.decode_points(inbox, paint, outbox);
            self.make_views(k, paint, outbox, Jobs::refresh);
        }
    }

    /// Makes views of a run. One whose views fail goes back to its last good weights and stops.
    fn make_views(
        &mut self,
        k: usize,
        paint: &PaintTarget,
        outbox: &mut Outbox,
        make: impl FnOnce(&mut Jobs, &RunWants, &mut RunTurn<'_>) -> Result<bool, JobError>,
    ) {
        let trainers = self.trainers();
        let Self { gallery, runs, wants, next_due, .. } = self;
        let (run, beside) = with_another(runs, k);
        if run.has_no_views {
            return;
        }
        let nothing = RunWants::default();
        let wants = wants.run(run.id).unwrap_or(&nothing);
        let (mut target, jobs) = run.target(gallery, paint);
        target.beside = beside;
        let mut turn = RunTurn { target: &target, trainers, next_due: *next_due };
        let made = catch_unwind(AssertUnwindSafe(|| make(jobs, wants, &mut turn)));
        *next_due = turn.next_due;
        let reason = match made {
            Ok(Ok(true)) => return outbox.wake(),
            Ok(Ok(false)) => return,
            Ok(Err(JobError::Refused(sentence))) => return outbox.report(Event::Refused(sentence)),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => format!("A picture failed: {}. The last good weights are kept", message(&*panic)),
        };
        // What failed once would fail in every turn from now on.
        run.has_no_views = true;
        fail(run, reason, outbox);
    }

    /// How many runs train.
    fn trainers(&self) -> u32 {
        self.runs.iter().map(|run| u32::from(run.phase == Phase::Playing)).sum()
    }

    /// How far every run is.
    pub(super) fn progress(&self) -> impl Iterator<Item = (RunId, Progress)> + '_ {
        self.runs.iter().map(|run| (run.id, run.progress))
    }
}

/// The batches that all of these recipes share.
pub(super) fn feed(recipes: &[Recipe], dataset: &Arc<Dataset>) -> Result<Feed, String> {
    Feed::of(&recipes[0], Arc::clone(dataset)).map_err(|error| error.to_string())
}

/// Applies one live change and reports it, or why not.
pub(super) fn report_tuning(run: &mut Run, key: &str, value: f64, outbox: &mut Outbox) {
    match run.tune(key, value) {
        Ok(Some(change)) => outbox.report(Event::Tuned(run.id, change)),
        Ok(None) => {}
        Err(sentence) => outbox.report(Event::Refused(sentence)),
    }
}

/// Reports what the doctor has said of a run.
fn report_remarks(run: &mut Run, outbox: &mut Outbox) {
    for remark in run.watch.iter_mut().flat_map(Watch::take_news) {
        outbox.report(Event::Remark(run.id, remark));
    }
}

/// Reports the stages of a run, if its training has just ended.
fn report_stages(run: &mut Run, outbox: &mut Outbox) {
    if let Some(plan) = run.new_plan() {
        outbox.report(Event::Stages(run.id, plan));
    }
}

/// Stops a run with a sentence; the others go on.
pub(super) fn fail(run: &mut Run, sentence: String, outbox: &mut Outbox) {
    // Restoring the weights may fail on the same device; then there is nothing to restore.
    let restored = catch_unwind(AssertUnwindSafe(|| run.fail(sentence.clone())));
    if restored.is_err() {
        run.phase =
            Phase::Failed(format!("{sentence}; the device no longer answers, restart with --device cpu"));
    }
    report_phase(run, outbox);
}

/// Reports how far a run is, and then its phase: whoever reads that it is paused knows already at which step.
pub(super) fn report_phase(run: &Run, outbox: &mut Outbox) {
    outbox.report(Event::Progress(run.id, Box::new(run.progress)));
    outbox.report(Event::Phase(run.id, run.phase.clone()));
}

/// The first line of a panic's message.
pub(super) fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given").lines().next().unwrap_or_default().to_owned()
}

/// A run, and the first of the others that works.
fn with_another(runs: &mut [Run], k: usize) -> (&mut Run, Option<Beside<'_>>) {
    let (before, from) = runs.split_at_mut(k);
    let (own, after) = from.split_at_mut(1);
    let other = before.iter().chain(&*after).find(|run| !matches!(run.phase, Phase::Failed(_)));
    let beside = other.map(|run| Beside { name: &run.recipe.name, learner: &run.learner });
    (&mut own[0], beside)
}
