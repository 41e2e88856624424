//! What stands on the bench: one to four runs in lock step over the same images, in the same order.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cards::CardsJob;
use super::clouds::CloudJob;
use super::fields::Fields;
use super::gallery::Gallery;
use super::inbox::Inbox;
use super::message::{
    Ask, BenchInfo, CloudWish, DecodeAsk, Event, ForcesAsk, Phase, Progress, Request, RunId,
};
use super::outbox::Outbox;
use super::pictures::{PaintTarget, decode_point, reconstruct_examples, show_layers};
use super::run::Run;
use super::sheets::Sheets;
use super::view::{Encoded, ForcesView};
use crate::data::{Dataset, Feed};
use crate::gpu::Compute;
use crate::insight::forces::{Forces, MOST_IMAGES};
use crate::recipe::Recipe;
use crate::train::read::read;

/// A hand that has not moved the point for so long has let go of it, or thinks.
const DRAG: Duration = Duration::from_millis(250);

/// What stands on the bench.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) gallery: Gallery,
    pub(super) runs: Vec<Run>,
    feed: Feed,
    /// The point that was decoded last, and when it was moved there.
    dragged: Option<(Vec<f32>, Instant)>,
}

impl Bench {
    /// Sets up runs over these images.
    pub(super) fn new(
        recipes: &[Recipe],
        ids: &mut impl Iterator<Item = RunId>,
        dataset: Arc<Dataset>,
        compute: &Compute,
    ) -> Result<Self, String> {
        let feed = feed(recipes, &dataset)?;
        let (dims, steps) = (dataset.shape.dims(), feed.steps_per_epoch());
        let runs = recipes.iter().zip(ids);
        let runs = runs.map(|(recipe, id)| Run::new(id, recipe, dims, steps, &compute.device)).collect();
        Ok(Self { gallery: Gallery::new(dataset), runs, feed, dragged: None })
    }

    /// What is told of it.
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
        let size = self.feed.batch_size();
        // Nobody gets ahead of a run whose step takes several turns.
        let waits = self.runs.iter().any(|run| run.can_step() && run.learner.is_halfway());
        for k in 0..self.runs.len() {
            self.answer_drags(inbox, paint, outbox);
            let run = &mut self.runs[k];
            run.pass_time();
            if !run.can_step() || (waits && !run.learner.is_halfway()) {
                continue;
            }
            for change in run.due_changes() {
                report_tuning(run, &change.key, change.value, outbox);
            }
            let feed = &mut self.feed;
            let step = run.learner.step_number();
            let stepped = catch_unwind(AssertUnwindSafe(|| run.step(feed.batch(step), size, per_epoch)));
            if let Err(panic) = stepped {
                let sentence =
                    format!("The trainer stumbled ({}). The last good weights are kept", said(&*panic));
                fail(run, sentence, outbox);
            } else if run.phase == Phase::Paused {
                report_state(run, outbox);
            }
        }
    }

    /// Takes in losses, and does the next chunk of every evaluation.
    pub(super) fn settle(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        let per_epoch = self.feed.steps_per_epoch();
        for k in 0..self.runs.len() {
            self.answer_drags(inbox, paint, outbox);
            let run = &mut self.runs[k];
            if let Err(sentence) = run.settle() {
                fail(run, sentence, outbox);
                continue;
            }
            let Some(mut job) = run.work.evaluation.take() else {
                continue;
            };
            match job.advance(&run.learner, &self.gallery.dataset) {
                Err(error) => fail(run, error.to_string(), outbox),
                Ok(None) => run.work.evaluation = Some(job),
                Ok(Some(figures)) => match run.evaluated(&job, figures, per_epoch) {
                    Err(sentence) => fail(run, sentence, outbox),
                    Ok(true) => report_state(run, outbox),
                    Ok(false) => outbox.report(Event::Progress(run.id, run.progress)),
                },
            }
        }
    }

    /// Does the next chunk of every final evaluation that was asked for.
    pub(super) fn evaluate_finally(&mut self, outbox: &mut Outbox) {
        for run in &mut self.runs {
            let Some(mut job) = run.work.final_evaluation.take() else { continue };
            match job.advance(&run.learner, &self.gallery.dataset) {
                Ok(None) => run.work.final_evaluation = Some(job),
                Ok(Some(figures)) => outbox.report(Event::Evaluated(run.id, Box::new(figures))),
                Err(error) => outbox.report(Event::Refused(error.to_string())),
            }
        }
    }

    /// Answers what was dragged meanwhile: no drag waits for more than one run's work.
    fn answer_drags(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        for (id, request) in inbox.drags() {
            self.answer(id, &request, paint, outbox);
        }
    }

    /// Whether somebody is dragging the point.
    pub(super) fn is_dragged(&self) -> bool {
        self.dragged.as_ref().is_some_and(|(_, moved)| moved.elapsed() < DRAG)
    }

    /// Answers one request.
    pub(super) fn answer(&mut self, id: RunId, request: &Request, paint: &PaintTarget, outbox: &mut Outbox) {
        if let Ask::Decode(DecodeAsk { point, .. }) = &request.ask
            && self.dragged.as_ref().is_none_or(|(known, _)| known != point)
        {
            self.dragged = Some((point.clone(), Instant::now()));
        }
        // A request to a run that was replaced finds nobody, and that is right.
        let Some(run) = self.runs.iter_mut().find(|run| run.id == id) else { return };
        let answered = match &request.ask {
            Ask::Decode(ask) => decode_point(run, &self.gallery, paint, request.number, ask),
            Ask::Encode(pixels) => encode(run, request.number, pixels),
            Ask::Forces(ask) => pull(run, &self.gallery.dataset, request.number, ask),
            Ask::Field(ask) => run.work.fields.ask(request.number, ask),
            Ask::Lattice(_) | Ask::Sheet(_) => run.work.sheets.ask(request),
        };
        match answered {
            Ok(()) => outbox.wake(),
            Err(sentence) => outbox.report(Event::Refused(sentence)),
        }
    }

    /// Does what fits into a turn of sheets and fields, and keeps wanted views fresh.
    pub(super) fn refresh(&mut self, inbox: &Inbox, paint: &PaintTarget, outbox: &mut Outbox) {
        for k in 0..self.runs.len() {
            self.answer_drags(inbox, paint, outbox);
            if self.runs[k].is_blind {
                continue;
            }
            let refreshed = catch_unwind(AssertUnwindSafe(|| {
                self.advance_asked(k, paint).and_then(|fresh| Ok(fresh | self.refresh_run(k, inbox, paint)?))
            }));
            match refreshed {
                Ok(Ok(true)) => outbox.wake(),
                Ok(Ok(false)) => {}
                Ok(Err(sentence)) => fail(&mut self.runs[k], sentence, outbox),
                Err(panic) => {
                    let run = &mut self.runs[k];
                    // What broke off once would break off in every turn from now on.
                    run.is_blind = true;
                    let sentence = format!(
                        "The trainer stumbled over a picture ({}). The last good weights are kept",
                        said(&*panic)
                    );
                    fail(run, sentence, outbox);
                }
            }
        }
    }

    fn advance_asked(&mut self, k: usize, paint: &PaintTarget) -> Result<bool, String> {
        let trainers = self.trainers();
        let run = &mut self.runs[k];
        let sheets = Sheets::advance(run, self.gallery.tile, paint, trainers)?;
        Ok(sheets | Fields::advance(run, &self.gallery, paint.wants_full_chunks(), trainers)?)
    }

    /// How many runs train.
    fn trainers(&self) -> u32 {
        self.runs.iter().map(|run| u32::from(run.phase == Phase::Playing)).sum()
    }

    fn refresh_run(&mut self, k: usize, inbox: &Inbox, paint: &PaintTarget) -> Result<bool, String> {
        let wanted = inbox.wanted(self.runs[k].id);
        let step = self.runs[k].learner.step_number();
        let mut fresh = false;
        let run = &self.runs[k];
        if wanted.reconstructions
            && run.work.clock.reconstructions.picture_is_due(step, 0)
            && !run.views.reconstructions.is_full()
        {
            reconstruct_examples(run, &self.gallery, paint)?;
            self.runs[k].work.clock.reconstructions.made(step, 0);
            fresh = true;
        }
        let run = &self.runs[k];
        if let Some(example) = wanted.layers
            && run.work.clock.layers.picture_is_due(step, example)
            && !run.views.layers.is_full()
        {
            show_layers(run, &self.gallery, example)?;
            self.runs[k].work.clock.layers.made(step, example);
            fresh = true;
        }
        fresh |= self.refresh_cloud(k, wanted.cloud, paint.wants_full_chunks())?;
        if wanted.cards {
            fresh |= self.refresh_cards(k, step)?;
        }
        Ok(fresh)
    }

    fn refresh_cloud(
        &mut self,
        k: usize,
        wish: Option<CloudWish>,
        wants_full_chunks: bool,
    ) -> Result<bool, String> {
        let trainers = self.trainers();
        let (run, dataset) = (&mut self.runs[k], &self.gallery.dataset);
        run.work.handed.let_go();
        // What nobody wishes for any more is dropped.
        let mut job = run.work.cloud.take().filter(|job| Some(job.wish()) == wish);
        let Some(wish) = wish else { return Ok(false) };
        let step = run.learner.step_number();
        if job.is_none() && run.work.clock.cloud.cloud_is_due(step, wish) && !run.views.cloud.is_full() {
            let before = run.work.axes.clone();
            job = Some(CloudJob::new(&run.learner, dataset, (wish, before), wants_full_chunks));
        }
        let Some(mut job) = job else { return Ok(false) };
        let Some(view) = job.advance(&run.learner, dataset, trainers).map_err(|e| e.to_string())? else {
            run.work.cloud = Some(job);
            return Ok(false);
        };
        run.work.clock.cloud.cloud_made(view.step, wish);
        run.work.axes = view.projection.as_ref().map(|projection| projection.axes.clone());
        run.work.handed.keep(&view);
        run.views.cloud.put(view);
        Ok(true)
    }

    fn refresh_cards(&mut self, k: usize, step: u64) -> Result<bool, String> {
        let run = &mut self.runs[k];
        if run.work.cards.is_none() && run.work.clock.cards.cards_are_due(step) && !run.views.cards.is_full()
        {
            run.work.cards = Some(CardsJob::new(run));
        }
        let Some(mut job) = run.work.cards.take() else {
            return Ok(false);
        };
        match job.advance(run, &self.gallery).map_err(|e| e.to_string())? {
            None => {
                run.work.cards = Some(job);
                Ok(false)
            }
            Some(view) => {
                run.work.clock.cards.made(view.step, 0);
                run.views.cards.put(view);
                Ok(true)
            }
        }
    }

    /// How far every run is.
    pub(super) fn progress(&self) -> impl Iterator<Item = (RunId, Progress)> + '_ {
        self.runs.iter().map(|run| (run.id, run.progress))
    }
}

/// The batches that all of these recipes share.
pub(super) fn feed(recipes: &[Recipe], dataset: &Arc<Dataset>) -> Result<Feed, String> {
    let Recipe { training, seed, .. } = &recipes[0];
    Feed::new(Arc::clone(dataset), training.batch, *seed).map_err(|error| error.to_string())
}

/// Applies one live change and reports it, or why not.
pub(super) fn report_tuning(run: &mut Run, key: &str, value: f64, outbox: &mut Outbox) {
    match run.tune(key, value) {
        Ok(Some(change)) => outbox.report(Event::Tuned(run.id, change)),
        Ok(None) => {}
        Err(sentence) => outbox.report(Event::Refused(sentence)),
    }
}

/// Stops a run with a sentence; the others go on.
pub(super) fn fail(run: &mut Run, sentence: String, outbox: &mut Outbox) {
    // Putting the weights back could stumble over the same device that failed; then there is nothing to put back.
    let restored = catch_unwind(AssertUnwindSafe(|| run.fail(sentence.clone())));
    if restored.is_err() {
        run.phase =
            Phase::Failed(format!("{sentence}; the device no longer answers, restart with --device cpu"));
    }
    report_state(run, outbox);
}

/// Tells how far a run is, and then what it is doing: whoever reads that it rests knows already where.
pub(super) fn report_state(run: &Run, outbox: &mut Outbox) {
    outbox.report(Event::Progress(run.id, run.progress));
    outbox.report(Event::Phase(run.id, run.phase.clone()));
}

/// What a panic said.
pub(super) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given").lines().next().unwrap_or_default().to_owned()
}

/// Pulls on the codes of images, all at once: it costs about half a training step.
fn pull(run: &Run, dataset: &Dataset, number: u64, ask: &ForcesAsk) -> Result<(), String> {
    let images = &ask.images;
    if images.len() > MOST_IMAGES {
        return Err(format!(
            "Forces are shown for up to {MOST_IMAGES} images, and {} were chosen; choose fewer",
            images.len()
        ));
    }
    images.iter().try_for_each(|image| check_image(dataset, *image))?;
    let mut pixels = Vec::new();
    dataset.write_f32(images, &mut pixels);
    let learner = &run.learner;
    let Forces { codes, reconstruction, penalty } =
        Forces::of(learner, &run.recipe, &pixels).map_err(|error| error.to_string())?;
    run.views.forces.put(ForcesView {
        request: number,
        step: learner.step_number(),
        dimensions: learner.code_size(),
        images: Arc::clone(images),
        codes: codes.into(),
        reconstruction: reconstruction.into(),
        penalty: penalty.into(),
    });
    Ok(())
}

/// Whether a data set has this image.
pub(super) fn check_image(dataset: &Dataset, image: u32) -> Result<(), String> {
    if (image as usize) < dataset.len() {
        return Ok(());
    }
    Err(format!("There is no image number {image}: the data set has {}", dataset.len()))
}

fn encode(run: &Run, number: u64, pixels: &[f32]) -> Result<(), String> {
    let want = run.learner.pixels();
    if pixels.len() != want {
        return Err(format!("An image of {} numbers does not fit a network for {want}", pixels.len()));
    }
    let encoded = run.learner.model().encode(run.learner.images(pixels, run.learner.device()));
    let code = read(encoded.code).map_err(|error| error.to_string())?;
    run.views.encoded.put(Encoded { request: number, step: run.learner.step_number(), code });
    Ok(())
}
