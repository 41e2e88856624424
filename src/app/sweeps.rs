//! The sweep of the window: what its form says, and trainings in programs of their own, which a thread watches.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use eframe::egui::Context;

use crate::chart::cards::Card;
use crate::document::run_folder;
use crate::gpu::DeviceChoice;
use crate::look::as_sentence;
use crate::recipe::{Parameter, ParameterKind, Recipe, RecipeError, SliderScale, table};
use crate::sweep::{self, Report, Sweep, SweepError};

/// The parameter that is swept first.
const CODE: &str = "model.code";
/// The values of the size of a code.
const SIZES: &str = "1,2,4,8,16,32,64";
/// Values below and above the present one of another parameter, as multiples.
const MULTIPLES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Epochs of each training, unless somebody wants another number.
const EPOCHS: u64 = 10;

/// What the form says and what has come of the last sweep.
#[derive(Debug, Default)]
pub struct SweepState {
    /// The form.
    pub form: SweepForm,
    /// The sweep that runs or ran last.
    pub shown: Option<ShownSweep>,
}

/// What can be done with sweeps.
#[derive(Clone, Debug, PartialEq)]
pub enum SweepAction {
    /// Change the form.
    Draft(SweepForm),
    /// Train at every value of the form.
    Start,
    /// End the trainings.
    Cancel,
    /// Put the first training at this value on the bench, with its weights.
    Open(String),
}

/// What is to be swept.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepForm {
    /// Key of the parameter.
    pub key: &'static str,
    /// Its values, separated by commas.
    pub values: String,
    /// How many parts the images are cut into.
    pub folds: usize,
    /// Epochs of each training.
    pub epochs: u64,
    /// Trainings at the same time.
    pub jobs: usize,
}

impl Default for SweepForm {
    fn default() -> Self {
        Self { key: CODE, values: SIZES.to_owned(), folds: 5, epochs: EPOCHS, jobs: 1 }
    }
}

/// A sweep that runs or ran.
#[derive(Debug)]
pub struct ShownSweep {
    /// The plan.
    pub sweep: Arc<Sweep>,
    /// Its results so far; none before the first training is done.
    pub found: Option<Found>,
    /// Trainings that are done.
    pub done: usize,
    /// Changes with everything that is found.
    pub version: u64,
    /// How it ended, once it has: the error is a sentence.
    pub end: Option<Result<(), String>>,
    /// When it was started, and the trainings that were done then.
    started: (Instant, usize),
}

/// Results so far.
#[derive(Clone, Debug)]
pub struct Found {
    /// Error against value.
    pub card: Card,
    /// The values on the card, from left to right.
    pub values: Vec<String>,
}

impl ShownSweep {
    /// What has been done, and how long the rest will take.
    pub fn progress(&self) -> String {
        let all = self.sweep.trainings().len();
        let done = format!("{} of {all} trainings done", self.done);
        let (since, before) = self.started;
        let here = self.done.saturating_sub(before);
        if self.end.is_some() || here == 0 {
            return done;
        }
        let each = since.elapsed().as_secs_f64() / here as f64;
        format!("{done}, about {} left", duration(each * (all - self.done) as f64))
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.end.is_none()
    }
}

/// `40 s`, `3 min`, `2 h`.
fn duration(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{seconds:.0}\u{a0}s"),
        ..5400.0 => format!("{:.0}\u{a0}min", seconds / 60.0),
        _ => format!("{:.1}\u{a0}h", seconds / 3600.0),
    }
}

/// The parameters that can be swept with a recipe: those that are numbers and have an effect.
pub fn parameters(recipe: &Recipe) -> impl Iterator<Item = &'static Parameter> + use<'_> {
    let is_number = |parameter: &Parameter| {
        matches!(parameter.kind, ParameterKind::Number { .. } | ParameterKind::Integer { .. })
    };
    // Folds and the ends of trainings are set in the form.
    let is_fixed = |key: &str| ["data.fold", "data.folds"].contains(&key);
    table::PARAMETERS.iter().filter(move |parameter| {
        is_number(parameter) && (parameter.applies)(recipe) && !is_fixed(parameter.key)
    })
}

/// Values to begin with: around the present one.
pub fn usual_values(parameter: &Parameter, recipe: &Recipe) -> String {
    if parameter.key == CODE {
        return SIZES.to_owned();
    }
    let (middle, low, high, is_whole) = match parameter.kind {
        ParameterKind::Number { slider: [low, high], scale, min, max } => {
            let middle = match scale {
                SliderScale::Log => (low.max(1e-3 * high) * high).sqrt(),
                SliderScale::Linear => 0.5 * (low + high),
            };
            (middle, min, max, false)
        }
        ParameterKind::Integer { min, max } => (1.0, min as f64, max as f64, true),
        _ => return String::new(),
    };
    let now = parameter.number(recipe).filter(|now| *now > 0.0).unwrap_or(middle);
    let rounded = |value: f64| if is_whole { value.round() } else { value };
    let mut values: Vec<f64> = MULTIPLES.map(|multiple| rounded((multiple * now).clamp(low, high))).to_vec();
    values.dedup();
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    values.join(",")
}

/// What the thread has come to.
#[derive(Default)]
struct Latest {
    /// The trainings that are done, and their results.
    found: Option<(usize, Found)>,
    end: Option<Result<(), String>>,
}

/// Trains sweeps, one at a time.
pub struct Sweeper {
    ctx: Context,
    /// Where their folders are.
    folder: PathBuf,
    /// `hourglass`, where it is not the program that runs.
    program: Option<PathBuf>,
    device: DeviceChoice,
    running: Option<Running>,
}

struct Running {
    latest: Arc<Mutex<Latest>>,
    is_cancelled: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    /// Ends its trainings.
    fn drop(&mut self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Sweeper {
    /// One that keeps results below a folder and trains on a device; with another program than the one that runs, if one is
    /// given.
    pub fn new(ctx: Context, folder: PathBuf, program: Option<PathBuf>, device: DeviceChoice) -> Self {
        Self { ctx, folder, program, device, running: None }
    }

    /// Begins to train a recipe as the form says; or says what is wrong with it.
    pub fn start(&mut self, form: &SweepForm, recipe: &Recipe) -> Result<ShownSweep, SweepError> {
        let mut recipe = recipe.clone();
        let training = &mut recipe.training;
        (training.epochs, training.steps, training.seconds) = (form.epochs, 0, 0.0);
        let folder = self.folder.join(name(form, &recipe));
        let file = folder.join(run_folder::RECIPE);
        let words = [file.display().to_string(), "--device".to_owned(), self.device.to_string()];
        let text = recipe.to_toml();
        let sweep = Arc::new(Sweep::new(recipe, &words, form.key, &form.values, form.folds, &folder)?);
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, text));
        written.map_err(|reason| SweepError::Unwritable { path: file, reason })?;
        let program = self.program.clone().map_or_else(std::env::current_exe, Ok);
        let program = program.map_err(SweepError::NotStarted)?;
        let (latest, is_cancelled) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let outlet = Outlet { latest: Arc::clone(&latest), woken: self.ctx.clone() };
        let (work, stop, jobs) = (Arc::clone(&sweep), Arc::clone(&is_cancelled), form.jobs);
        let thread = std::thread::Builder::new().name("sweep".to_owned()).spawn(move || {
            let end = train(&work, &program, jobs, &stop, &outlet).map_err(sentence);
            outlet.publish(|latest| latest.end = Some(end));
        });
        let thread = Some(thread.map_err(SweepError::NotStarted)?);
        // The one before ends here.
        self.running = Some(Running { latest, is_cancelled, thread });
        let done = sweep.trainings().iter().filter(|training| training.is_done()).count();
        Ok(ShownSweep { sweep, found: None, done, version: 0, end: None, started: (Instant::now(), done) })
    }

    /// Ends the trainings; what is done is kept.
    pub fn cancel(&self) {
        if let Some(running) = &self.running {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Takes in what has been found since the last time.
    pub fn poll(&mut self, shown: &mut Option<ShownSweep>) {
        let (Some(running), Some(shown)) = (&self.running, shown) else { return };
        let Latest { found, end } =
            std::mem::take(&mut *running.latest.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some((done, found)) = found {
            (shown.done, shown.found) = (done, Some(found));
            shown.version += 1;
        }
        shown.end = end;
        if shown.end.is_some() {
            self.running = None;
        }
    }
}

/// A name that is the same whenever the same is swept, so that a sweep goes on where it was; more values may be added.
fn name(form: &SweepForm, recipe: &Recipe) -> String {
    let mut hasher = DefaultHasher::new();
    (recipe.to_toml(), form.key, form.folds).hash(&mut hasher);
    let name: String =
        recipe.name.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("{name}-{}-{:016x}", form.key, hasher.finish())
}

/// Where the thread leaves what it has come to.
struct Outlet {
    latest: Arc<Mutex<Latest>>,
    woken: Context,
}

impl Outlet {
    /// Changes what is left there, and has the window drawn again.
    fn publish(&self, change: impl FnOnce(&mut Latest)) {
        change(&mut self.latest.lock().unwrap_or_else(PoisonError::into_inner));
        self.woken.request_repaint();
    }
}

/// How a sweep that did not reach its end is told.
fn sentence(error: SweepError) -> String {
    match error {
        SweepError::Interrupted => {
            "Stopped. What is trained stays: \u{201c}Train all\u{201d} goes on with the rest.".to_owned()
        }
        error => as_sentence(&error),
    }
}

/// Everything that the thread does.
fn train(
    sweep: &Sweep,
    program: &Path,
    jobs: usize,
    is_cancelled: &AtomicBool,
    outlet: &Outlet,
) -> Result<(), SweepError> {
    let is_cancelled = || is_cancelled.load(Ordering::Relaxed);
    let mut components = Vec::new();
    for fold in sweep.folds_with_components() {
        components.push((fold, sweep.components(fold, &is_cancelled)?));
    }
    let report = || {
        let mut report = Report::so_far(sweep)?;
        components.iter().for_each(|(fold, errors)| report.add_components(*fold, errors));
        Ok::<_, SweepError>(report)
    };
    let mut broken = None;
    sweep::run(sweep, program, jobs, true, is_cancelled, |_| match report() {
        Ok(report) if report.count() > 0 => {
            let found = Found { card: report.card(sweep), values: report.values(sweep) };
            outlet.publish(|latest| latest.found = Some((report.count(), found)));
        }
        Ok(_) => {}
        Err(error) => broken = Some(error),
    })?;
    broken.map_or(Ok(()), Err)?;
    report()?.write(sweep)
}

/// The recipe and the weights of the first training at a value.
pub fn result_at(sweep: &Sweep, value: &str) -> Option<Result<(Recipe, PathBuf), RecipeError>> {
    let mut trainings = sweep.trainings().iter();
    Some(trainings.find(|training| training.value == value && training.is_done())?.result())
}
