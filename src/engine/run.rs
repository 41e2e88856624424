//! One run on the bench: a learner, its history, and how far it is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::Device;

use super::gallery::Gallery;
use super::jobs::{Evaluated, EvaluationJob, Jobs};
use super::last_good::LastGood;
use super::losses::{Losses, Meter};
use super::message::{Phase, Progress, RunInfo};
use super::paint_target::PaintTarget;
use super::target::Target;
use super::view::RunViews;
use super::wants::{Picture, RunId};
use super::watch::Watch;
use crate::gpu::Canvas;
use crate::insight::doctor::Trouble;
use crate::recipe::{Change, Recipe, Value, table};
use crate::train::history::{Evaluation, Point, Remark, SharedHistory};
use crate::train::{Checkpoint, Learner, Limits, Measured, Reason, Stage, StagePlan, Total};

/// One run on the bench.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    /// The recipe with the live changes applied so far.
    pub(super) recipe: Recipe,
    pub(super) learner: Learner,
    pub(super) history: SharedHistory,
    pub(super) views: Arc<RunViews>,
    pub(super) phase: Phase,
    pub(super) canvases: BTreeMap<Picture, Canvas>,
    pub(super) progress: Progress,
    /// What is made of the present weights.
    pub(super) jobs: Jobs,
    /// Making its views failed, so none are made until it goes on.
    pub(super) has_no_views: bool,
    has_new_plan: bool,
    /// The doctor, where the run is watched.
    pub(super) watch: Option<Watch>,
    ongoing: Ongoing,
    /// The recipe as it was opened: a reset with a schedule goes back to it.
    opened: Recipe,
    schedule: VecDeque<Change>,
    limits: Limits,
    last_good: LastGood,
    last_turn: Instant,
}

/// What is under way in the training of the present weights. A run that goes back to others begins with a new one.
#[derive(Debug, Default)]
struct Ongoing {
    /// Pause when this step is reached.
    until: Option<u64>,
    losses: Losses,
    since_evaluation: Total,
    /// An epoch is over, or a limit is reached: evaluate before going on.
    at_boundary: bool,
    finishing: Option<Reason>,
    meter: Meter,
}

impl Run {
    pub(super) fn new(
        id: RunId,
        recipe: &Recipe,
        dims: [usize; 3],
        steps_per_epoch: u64,
        device: &Device,
    ) -> Self {
        let learner = Learner::new(recipe, dims, steps_per_epoch, device);
        let progress = Progress { stage: learner.stage(), ..Progress::default() };
        Self {
            id,
            learner,
            recipe: recipe.clone(),
            history: SharedHistory::default(),
            views: Arc::new(RunViews::default()),
            phase: Phase::Paused,
            canvases: BTreeMap::new(),
            progress,
            // What the first weights cost comes before the first step.
            ongoing: Ongoing { at_boundary: true, ..Ongoing::default() },
            jobs: Jobs::default(),
            has_no_views: false,
            has_new_plan: false,
            watch: Some(Watch::default()),
            opened: recipe.clone(),
            schedule: recipe.schedule.iter().cloned().collect(),
            limits: Limits::new(recipe, dims.iter().product()),
            last_good: LastGood::new(),
            last_turn: Instant::now(),
        }
    }

    /// What is known of the run from its first moment.
    pub(super) fn info(&self) -> RunInfo {
        RunInfo {
            id: self.id,
            recipe: self.recipe.clone(),
            history: self.history.clone(),
            views: Arc::clone(&self.views),
            parameters: self.learner.parameters(),
            plan: self.learner.plan().clone(),
        }
    }

    /// What a job may see of the run and its bench, and the run's jobs.
    pub(super) fn target<'a>(
        &'a mut self,
        gallery: &'a Gallery,
        paint: &'a PaintTarget,
    ) -> (Target<'a>, &'a mut Jobs) {
        let Self { id, learner, recipe, views, canvases, jobs, .. } = self;
        (Target { id: *id, learner, beside: None, recipe, views, canvases, gallery, paint }, jobs)
    }

    /// What a reset begins again from: the sliders where they are, or the schedule from its beginning.
    pub(super) fn recipe_for_reset(&self) -> Recipe {
        if self.opened.schedule.is_empty() { self.recipe.clone() } else { self.opened.clone() }
    }

    /// Applies a live change before the next update. Answers with the change, or with why not.
    pub(super) fn tune(&mut self, key: &str, value: f64) -> Result<Option<Change>, String> {
        let parameter = table::find(key).map_err(|e| e.to_string())?;
        if !parameter.live {
            return Err(format!(
                "{} cannot change while a run trains; restart the run with it",
                parameter.label
            ));
        }
        if parameter.number(&self.recipe) == Some(value) {
            return Ok(None);
        }
        // What was set by hand has to open again in a recipe.
        let mut changed = self.recipe.clone();
        parameter.set(&mut changed, &Value::Number(value)).map_err(|e| e.to_string())?;
        changed.validate().map_err(|e| e.to_string())?;
        self.recipe = changed;
        // An update that has begun ends as it began.
        let step = self.learner.step_number() + u64::from(self.learner.is_halfway());
        let change = Change { step, key: key.to_owned(), value };
        if change.changes_costs() {
            self.forget_costs(step);
        }
        Ok(Some(change))
    }

    /// Costs from this step on cannot be compared with those before.
    fn forget_costs(&mut self, step: u64) {
        self.limits.forget_best();
        if let Some(watch) = &mut self.watch {
            watch.costs_changed(step);
        }
    }

    /// Changes of the schedule that are due before the next update.
    pub(super) fn due_changes(&mut self) -> Vec<Change> {
        let mut due = Vec::new();
        while self.schedule.front().is_some_and(|change| change.step <= self.learner.step_number()) {
            due.extend(self.schedule.pop_front());
        }
        due
    }

    /// Whether it is in a state to train one step now.
    pub(super) fn can_step(&self) -> bool {
        self.phase == Phase::Playing
            && !self.ongoing.at_boundary
            && !self.jobs.evaluation.is_busy()
            && !self.ongoing.losses.is_full()
    }

    /// Whether turns bring it further: it trains, evaluates, or waits for its losses.
    pub(super) fn is_busy(&self) -> bool {
        self.phase == Phase::Playing
            || self.jobs.evaluation.is_busy()
            || self.ongoing.at_boundary
            || !self.ongoing.losses.is_empty()
    }

    /// Whether views of it are under way.
    pub(super) fn is_painting(&self) -> bool {
        !self.has_no_views && self.jobs.are_busy()
    }

    /// Trains one step, or a slice of one that takes long.
    pub(super) fn step(&mut self, batch: &[f32], batch_size: usize, per_epoch: u64) {
        let Some(cost) = self.learner.slice(batch, &self.recipe) else { return };
        let step = self.learner.step_number();
        self.ongoing.losses.push(step, cost);
        self.ongoing.meter.count(batch_size);
        self.progress.step = step;
        self.progress.stage = self.learner.stage();
        self.progress.epoch = step / per_epoch;
        let is_new_stage = self.learner.plan().at(step).from == step;
        if self.learner.plan().pruned_at(&self.recipe) == Some(step) {
            self.forget_costs(step);
        }
        if let Some(watch) = self.watch.as_mut().filter(|_| is_new_stage) {
            watch.costs_changed(step);
        }
        self.ongoing.finishing = self.limit_reached(step, per_epoch, Measured::default());
        // A mean over two stages would mean nothing.
        self.ongoing.at_boundary =
            self.ongoing.finishing.is_some() || is_new_stage || step.is_multiple_of(per_epoch);
        if self.ongoing.until.is_some_and(|until| step >= until) && self.ongoing.finishing.is_none() {
            self.ongoing.until = None;
            self.phase = Phase::Paused;
        }
    }

    /// The limit that ends the run after so many steps. Steps and epochs of pretraining do not count, but its seconds do:
    /// whoever gives a run some seconds wants to wait no longer. A limit that is reached before a dictionary ends the
    /// training only; the dictionary is learned to its end.
    fn limit_reached(&mut self, step: u64, per_epoch: u64, measured: Measured<'_>) -> Option<Reason> {
        let plan = self.learner.plan();
        if plan.is_over(step) {
            return Some(Reason::Stages);
        }
        let (trained, seconds) = (plan.trained(step), self.progress.seconds);
        match plan.at(step).stage {
            Stage::Dictionary => None,
            _ if trained == 0 => self.limits.out_of_time(seconds),
            _ => {
                let reached = self.limits.reached(trained, per_epoch, seconds, measured);
                if reached.is_some() && self.recipe.has_dictionary() {
                    self.learner.end_training();
                    self.has_new_plan = true;
                    self.progress.stage = self.learner.stage();
                    return None;
                }
                reached
            }
        }
    }

    /// The stages, if they have changed since the last call.
    pub(super) fn new_plan(&mut self) -> Option<StagePlan> {
        std::mem::take(&mut self.has_new_plan).then(|| self.learner.plan().clone())
    }

    /// Adds the time since the last turn to the time spent training.
    pub(super) fn pass_time(&mut self) {
        let since = self.last_turn.elapsed().as_secs_f64();
        self.last_turn = Instant::now();
        if self.phase == Phase::Playing {
            self.progress.seconds += since;
            if !self.jobs.evaluation.is_busy() {
                self.ongoing.meter.pass(since);
            }
        }
        self.progress.images_per_second =
            if self.phase == Phase::Playing { self.ongoing.meter.rate() } else { 0.0 };
    }

    /// Takes in losses that have been read. The sentence says why the run cannot go on.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        let eager = self.ongoing.at_boundary || self.phase != Phase::Playing;
        for (step, metrics) in self.ongoing.losses.read(eager).map_err(|e| e.to_string())? {
            if !metrics.is_finite() {
                return Err(self.blow_up(step));
            }
            // A step's loss is what the weights before it cost.
            self.last_good.confirm(step - 1);
            self.history.lock().push_step(Point { step, metrics });
            self.ongoing.since_evaluation.add(&metrics);
            self.progress.train = Some(metrics);
        }
        if self.ongoing.losses.is_empty() && self.last_good.is_due(self.learner.step_number()) {
            self.last_good.propose(Checkpoint::take(&self.learner).map_err(|e| e.to_string())?);
        }
        if self.ongoing.at_boundary && self.ongoing.losses.is_empty() {
            self.ongoing.at_boundary = false;
            let train = self.ongoing.since_evaluation.mean();
            let step = self.learner.step_number();
            let is_checked = self.watch.as_ref().is_some_and(|watch| watch.is_due(step));
            self.jobs.evaluation.start(EvaluationJob::new(&self.learner, &self.recipe, train, is_checked));
            self.ongoing.since_evaluation = Total::default();
        }
        Ok(())
    }

    /// Why a run whose costs are no numbers any more at a step cannot go on.
    fn blow_up(&mut self, step: u64) -> String {
        let update = step.saturating_sub(1);
        if self.learner.plan().at(update).stage == Stage::Dictionary {
            return format!(
                "The dictionary's cost is no longer a number at step {step}: the network's codes are probably too \
                 large for it. The last good weights are kept"
            );
        }
        let (name, rate) = self.rate_at(update);
        let sentence = format!(
            "The loss is no longer a number at step {step}: the {name} {} is probably too large. The last good \
             weights are kept",
            crate::recipe::parameter::short_number(rate)
        );
        if let Some(watch) = &mut self.watch {
            let remark = Remark {
                step: update,
                name: Trouble::Exploding.word(),
                sentence: sentence.clone(),
                is_serious: true,
                is_over: false,
            };
            watch.say(remark, &self.history);
        }
        sentence
    }

    /// The rate that the update after so many steps takes, with its name.
    fn rate_at(&self, step: u64) -> (&'static str, f64) {
        let plan = self.learner.plan();
        let next = plan.spans().iter().skip_while(|span| span.to.is_some_and(|to| to <= step)).nth(1);
        match (plan.at(step).stage, next.map(|span| span.stage)) {
            (Stage::Layer(_), Some(Stage::Layer(_))) => ("layer rate", self.recipe.pretraining.learning_rate),
            (Stage::Layer(_), _) => ("code layer rate", self.recipe.pretraining.code_learning_rate),
            _ => ("learning rate", self.recipe.training.learning_rate),
        }
    }

    /// Takes in a completed evaluation. Whether a limit is reached, so that the run is over; the sentence says why it
    /// cannot go on.
    pub(super) fn evaluated(
        &mut self,
        evaluated: &Evaluated,
        per_epoch: u64,
        gallery: &Gallery,
    ) -> Result<bool, String> {
        let Evaluated { step, train, held_out, .. } = *evaluated;
        // Nobody else looks at what the last update of a run has done.
        if !held_out.is_finite() {
            return Err(self.blow_up(step));
        }
        self.last_good.confirm(step);
        self.history.lock().push_evaluation(Evaluation { step, epoch: step / per_epoch, train, held_out });
        self.progress.held_out = Some(held_out);
        if let (Some(watch), Some(vitals)) = (&mut self.watch, &evaluated.vitals) {
            watch.examine(vitals.clone(), &self.recipe, gallery, &self.history, &self.views);
        }
        if self.learner.plan().trained(step) > 0 && evaluated.is_comparable(&self.recipe) {
            self.limits.observe(&held_out);
        }
        let measured = Measured { train: train.as_ref(), held_out: Some(&held_out) };
        let reached = self.limit_reached(step, per_epoch, measured);
        let reason = self.ongoing.finishing.take().or(reached).filter(|_| step > 0);
        if let Some(reason) = reason {
            self.phase = Phase::Finished(reason.to_string());
        }
        Ok(reason.is_some())
    }

    /// Stops the run with a sentence and puts it back to its last good weights.
    pub(super) fn fail(&mut self, sentence: String) {
        (self.jobs, self.ongoing) = Default::default();
        let mut learner = self.learner.fresh(&self.recipe);
        let restored = self.last_good.good().map(|checkpoint| checkpoint.restore(&mut learner));
        self.learner = learner;
        let step = self.learner.step_number();
        let mut history = self.history.lock();
        history.truncate(step);
        self.progress = Progress {
            step,
            epoch: step / self.learner.plan().steps_per_epoch().max(1),
            stage: self.learner.stage(),
            images_per_second: 0.0,
            seconds: self.progress.seconds,
            train: history.recent().next_back().map(|point| point.metrics),
            held_out: history.evaluations().last().map(|evaluation| evaluation.held_out),
        };
        drop(history);
        self.phase = Phase::Failed(match restored {
            Some(Err(error)) => format!("{sentence}; {error}"),
            _ => sentence,
        });
    }

    /// Makes a failed run ready to go on.
    pub(super) fn resume(&mut self) {
        if matches!(self.phase, Phase::Failed(_)) {
            self.phase = Phase::Paused;
            self.has_no_views = false;
        }
    }

    /// Begins to train, where there is anything left to do.
    pub(super) fn play(&mut self, until: Option<u64>) {
        match self.phase {
            Phase::Failed(_) => return,
            // A limit was reached; whoever presses play again wants to go on beyond it.
            Phase::Finished(_) => self.limits = Limits::new(&Recipe::default(), 1),
            Phase::Playing | Phase::Paused => {}
        }
        self.ongoing.until = until;
        self.phase = Phase::Playing;
        self.last_turn = Instant::now();
    }

    /// Rests where it is, without views and without what is painted: another bench takes its place.
    pub(super) fn rest(&mut self) {
        self.pause();
        self.jobs = Jobs::default();
        self.canvases.clear();
        // What was painted last is gone with its texture.
        self.views = Arc::default();
    }

    /// A copy of the run as it is, which rests.
    pub(super) fn copy(&self, id: RunId) -> Result<Self, String> {
        let mut learner = self.learner.fresh(&self.recipe);
        let checkpoint = Checkpoint::take(&self.learner).map_err(|error| error.to_string())?;
        checkpoint.restore(&mut learner).map_err(|error| error.to_string())?;
        let phase = match &self.phase {
            Phase::Playing => Phase::Paused,
            phase => phase.clone(),
        };
        Ok(Self {
            id,
            recipe: self.recipe.clone(),
            learner,
            history: self.history.copy(),
            views: Arc::default(),
            phase,
            canvases: BTreeMap::new(),
            progress: self.progress,
            jobs: Jobs::default(),
            has_no_views: false,
            has_new_plan: self.has_new_plan,
            watch: self.watch.clone(),
            ongoing: Ongoing::default(),
            opened: self.opened.clone(),
            schedule: self.schedule.clone(),
            limits: self.limits.clone(),
            last_good: LastGood::new(),
            last_turn: Instant::now(),
        })
    }

    /// Rests where it is.
    pub(super) fn pause(&mut self) {
        if self.phase == Phase::Playing {
            self.phase = Phase::Paused;
            self.ongoing.until = None;
        }
    }
}
