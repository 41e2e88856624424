//! `tour`: trains the default recipe for twenty seconds and draws the figures. It runs where no window can open.

use super::args::TourArgs;
use super::failure::Failure;
use super::figures;
use super::headless::{HeadlessRun, RunEnd};
use super::interrupt;
use super::output::{OutputFolder, print};
use super::progress::Reporter;
use crate::look::{ColorMap, count_label, value_label};
use crate::recipe::{Recipe, Value};

/// The recipe of the tour: small, fast, and with a map.
const RECIPE: &str = "vae-2d";
/// Seconds of training.
const SECONDS: f64 = 20.0;
/// The environment variable that changes the length, for tests and for busy machines.
const SECONDS_VARIABLE: &str = "HOURGLASS_TOUR_SECONDS";

/// Trains, draws, and says what was done.
pub(super) fn run(args: &TourArgs) -> Result<(), Failure> {
    let mut recipe = Recipe::open(RECIPE)?;
    recipe.set("training.seconds", &Value::Number(seconds(args)?))?;
    let folder = OutputFolder::open(&args.out)?;
    interrupt::listen();
    let mut reporter = Reporter::new(&recipe, false);
    let mut run = HeadlessRun::open(&recipe, args.device, None, true, &mut reporter)?;
    print(&format!("Training {RECIPE} on {} on {}.\n", images(&run), run.bench.device))?;
    let end = run.train(&mut reporter)?;
    reporter.finish();
    folder.write(|staging| figures::draw(&mut run, staging, ColorMap::Grey))?;
    print(&summary(&run, &folder))?;
    match end {
        RunEnd::Failed(sentence) => Err(Failure::Failed(sentence)),
        RunEnd::Finished(_) | RunEnd::Interrupted => Ok(()),
    }
}

/// Seconds of training of this tour.
pub(super) fn seconds(args: &TourArgs) -> Result<f64, Failure> {
    let Some(text) = std::env::var_os(SECONDS_VARIABLE) else {
        return Ok(args.seconds.unwrap_or(SECONDS));
    };
    let parsed =
        text.to_string_lossy().parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && seconds.is_finite());
    args.seconds.or(parsed).ok_or_else(|| {
        Failure::Usage(format!(
            "{SECONDS_VARIABLE} is {text:?}; set it to a number of seconds above 0, or unset it"
        ))
    })
}

fn images(run: &HeadlessRun) -> String {
    let dataset = &run.bench.dataset;
    format!("{} built-in {}", count_label(dataset.len() as u64), dataset.name)
}

fn summary(run: &HeadlessRun, folder: &OutputFolder) -> String {
    let progress = &run.progress;
    let (steps, seconds) = (count_label(progress.step), progress.seconds);
    let history = run.info.history.lock();
    let ends = history.evaluations().first().zip(history.evaluations().last());
    let change = ends.map_or_else(String::new, |(first, last)| {
        let [from, to] = [first, last].map(|evaluation| value_label(evaluation.held_out.reconstruction));
        format!("; the reconstruction cost of held-out images went from {from} to {to} nats")
    });
    format!(
        "Trained {steps} steps in {seconds:.0} s{change}.\nWrote these figures into {}:\n  \
         curves.png, curves.svg   each term of the objective during training\n  \
         reconstructions.png      held-out images, their reconstructions, and the difference\n  \
         codes.png, codes.svg     the codes of held-out images\n  \
         lattice.png              the decoded latent space between them\n  \
         card-*.png, card-*.svg   the KL of each dimension, and samples from the prior\n\
         Next: `hourglass recipes` lists the recipes, `hourglass train RECIPE --out DIR` trains one.\n",
        folder.path().display(),
    )
}
