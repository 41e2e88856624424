//! `tour`: the default recipe for twenty seconds, and the figures. What Hourglass does where there is no window.

use super::args::TourArgs;
use super::failure::Failure;
use super::figures;
use super::interrupt;
use super::output::{Outlet, say};
use super::progress::Reporter;
use super::session::{End, Session};
use crate::look::{ColorMap, count_label, value_label};
use crate::recipe::{Recipe, Value};

/// Where the figures go unless something else is said.
pub(super) const FOLDER: &str = "hourglass-tour";
/// What the tour trains: small, quick, and with a map.
const RECIPE: &str = "vae-2d";
/// How long it trains, in seconds.
const LENGTH: f64 = 20.0;
/// Shortens or lengthens the tour, for tests and for machines that are in a hurry.
const LENGTH_VARIABLE: &str = "HOURGLASS_TOUR_SECONDS";

/// Trains, draws, and says what was done.
pub(super) fn run(args: &TourArgs) -> Result<(), Failure> {
    let mut recipe = Recipe::open(RECIPE)?;
    recipe.set("training.seconds", &Value::Number(length(args)?))?;
    let outlet = Outlet::open(&args.out)?;
    interrupt::listen();
    let mut reporter = Reporter::new(&recipe, false);
    let mut session = Session::open(&recipe, args.device, &mut reporter)?;
    say(&format!("Training {RECIPE} on {}, on {}.\n", images(&session), session.bench.device))?;
    let end = session.train(&mut reporter)?;
    reporter.finish();
    outlet.put(|stage| figures::draw(&mut session, stage, ColorMap::Grey))?;
    say(&what_was_done(&session, &outlet))?;
    match end {
        End::Failed(sentence) => Err(Failure::Failed(sentence)),
        End::Finished(_) | End::Interrupted => Ok(()),
    }
}

/// How long this tour trains, in seconds.
pub(super) fn length(args: &TourArgs) -> Result<f64, Failure> {
    let Some(text) = std::env::var_os(LENGTH_VARIABLE) else {
        return Ok(args.seconds.unwrap_or(LENGTH));
    };
    let said =
        text.to_string_lossy().parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && seconds.is_finite());
    args.seconds.or(said).ok_or_else(|| {
        Failure::Usage(format!(
            "{LENGTH_VARIABLE} is {text:?}; set it to a number of seconds above 0, or unset it"
        ))
    })
}

fn images(session: &Session) -> String {
    let dataset = &session.bench.dataset;
    format!("{} built-in {}", count_label(dataset.len() as u64), dataset.name)
}

fn what_was_done(session: &Session, outlet: &Outlet) -> String {
    let progress = &session.progress;
    let (steps, seconds) = (count_label(progress.step), progress.seconds);
    let history = session.run.history.lock();
    let ends = history.evaluations().first().zip(history.evaluations().last());
    let fell = ends.map_or_else(String::new, |(first, last)| {
        let [from, to] = [first, last].map(|evaluation| value_label(evaluation.held_out.reconstruction));
        format!("; the reconstruction of images it never saw went from {from} to {to} nats")
    });
    format!(
        "Trained {steps} steps in {seconds:.0} s{fell}.\nWrote these figures into {}:\n  \
         curves.png, curves.svg   how each term of the objective fell\n  \
         reconstructions.png      held-out images, what came out, and the difference\n  \
         codes.png, codes.svg     where the encoder puts each held-out image\n  \
         lattice.png              what the decoder makes of the plane between them\n  \
         card-*.png, .svg      dimensions in use, and images dreamt from the prior\n\
         Next: `hourglass recipes` lists what else can be trained, `hourglass train RECIPE --out DIR` trains it.\n",
        outlet.folder().display(),
    )
}
