//! `train`: trains a recipe without a window and writes what came of it.

use super::args::{TrainArgs, USUAL_EPOCHS, has_an_end};
use super::failure::Failure;
use super::figures;
use super::interrupt;
use super::output::{Outlet, remark, say, say_json};
use super::progress::Reporter;
use super::session::{End, Session};
use super::summary::{Summary, history_csv};
use crate::look::ColorMap;

/// Trains, tells, and writes. Whatever was trained is kept, also after Ctrl-C and after a run that failed.
pub(super) fn run(args: &TrainArgs) -> Result<(), Failure> {
    let mut recipe = args.recipe()?;
    let is_endless = !has_an_end(&recipe);
    if is_endless {
        recipe.training.epochs = USUAL_EPOCHS;
    }
    let outlet = args.out.as_deref().map(Outlet::open).transpose()?;
    interrupt::listen();
    let mut reporter = Reporter::new(&recipe, args.json);
    let mut session = Session::open(&recipe, args.device, &mut reporter)?;
    if is_endless {
        reporter.notice(&format!("Nothing says when to stop, so training ends after {USUAL_EPOCHS} epochs."));
    }
    let end = session.train(&mut reporter)?;
    reporter.finish();
    let summary = match Summary::new(&mut session, &end) {
        Err(Failure::Stopped) => return Err(keep(&mut session, outlet.as_ref())?),
        summary => summary?,
    };
    let written = match &outlet {
        Some(outlet) => write(&mut session, Some((&summary, args.colors)), outlet)?,
        None => Vec::new(),
    };
    if args.json {
        say_json(&summary);
    } else {
        say(&summary.table())?;
    }
    let place = outlet.as_ref().map(|outlet| outlet.folder().display().to_string());
    if let (Some(place), false) = (&place, args.json) {
        say(&format!("\nWritten to {place}: {}\n", written.join(", ")))?;
    }
    match (end, place) {
        (End::Finished(_) | End::Interrupted, _) => Ok(()),
        (End::Failed(sentence), Some(place)) => {
            Err(Failure::Failed(format!("{sentence}: they are in {place}")))
        }
        (End::Failed(sentence), None) => {
            Err(Failure::Failed(format!("{sentence} only where --out says where to")))
        }
    }
}

/// Keeps what was trained when Ctrl-C is pressed before it is measured. The failure says where it is.
fn keep(session: &mut Session, outlet: Option<&Outlet>) -> Result<Failure, Failure> {
    let Some(outlet) = outlet else { return Ok(Failure::Stopped) };
    let written = write(session, None, outlet)?;
    Ok(Failure::Failed(format!(
        "stopped before the run was measured; {} holds {}",
        outlet.folder().display(),
        written.join(", ")
    )))
}

/// The recipe that does it again, its history, its weights, and where it was measured its summary and its figures, whose
/// colours come with it.
fn write(
    session: &mut Session,
    measured: Option<(&Summary, ColorMap)>,
    outlet: &Outlet,
) -> Result<Vec<String>, Failure> {
    outlet.put(|stage| {
        stage.write("recipe.toml", &session.replay().to_toml())?;
        stage.write("history.csv", &history_csv(&session.run.history.lock()))?;
        // First of what takes a moment, so that it is there whatever happens.
        session.save_weights(&stage.path("model.safetensors"))?;
        let Some((summary, tint)) = measured else { return Ok(()) };
        stage.write("summary.json", &summary.file())?;
        match figures::draw(session, stage, tint) {
            Err(Failure::Stopped) => {
                remark("hourglass: stopped before the figures were drawn");
                Ok(())
            }
            drawn => drawn,
        }
    })
}
