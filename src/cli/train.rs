//! `train`: trains a recipe without a window and writes the results.

use super::args::TrainArgs;
use super::failure::Failure;
use super::figures;
use super::headless::{HeadlessRun, RunEnd};
use super::history::history_csv;
use super::interrupt;
use super::output::{OutputFolder, print, print_error, print_json};
use super::progress::Reporter;
use super::summary::RunSummary;
use crate::document::run_folder;
use crate::look::ColorMap;
use crate::recipe::Recipe;

/// Trains, reports, and writes. What was trained is kept, also after Ctrl-C and after a failure.
pub(super) fn run(args: &TrainArgs) -> Result<(), Failure> {
    let recipe = args.recipe.recipe()?;
    let is_endless = !recipe.has_stop_rule();
    let recipe = recipe.with_an_end();
    let folder = args.out.as_deref().map(OutputFolder::open).transpose()?;
    let init = args.init.clone().map(|file| (file, args.init_part));
    interrupt::listen();
    let mut reporter = Reporter::new(&recipe, args.json);
    let mut run = HeadlessRun::open(&recipe, args.recipe.device, init, !args.no_doctor, &mut reporter)?;
    if is_endless {
        let epochs = Recipe::DEFAULT_EPOCHS;
        reporter.notice(&format!("The recipe has no stop rule, so training ends after {epochs} epochs."));
    }
    let end = run.train(&mut reporter)?;
    reporter.finish();
    let summary = match RunSummary::new(&mut run, &end) {
        Err(Failure::Interrupted) => return Err(save_unevaluated(&mut run, folder.as_ref())?),
        summary => summary?,
    };
    let written = match &folder {
        Some(folder) => write(&mut run, Some(Evaluated { summary: &summary, tint: args.colors }), folder)?,
        None => Vec::new(),
    };
    if args.json {
        print_json(&summary);
    } else {
        print(&summary.table())?;
    }
    let place = folder.as_ref().map(|folder| folder.path().display().to_string());
    if let (Some(place), false) = (&place, args.json) {
        print(&format!("\nWritten to {place}: {}\n", written.join(", ")))?;
    }
    match (end, place) {
        (RunEnd::Finished(_) | RunEnd::Interrupted, _) => Ok(()),
        (RunEnd::Failed(sentence), Some(place)) => {
            Err(Failure::Failed(format!("{sentence}: they are in {place}")))
        }
        (RunEnd::Failed(sentence), None) => {
            Err(Failure::Failed(format!("{sentence} only if --out names a folder for them")))
        }
    }
}

/// Writes what was trained when Ctrl-C is pressed before the final evaluation. The failure says where it is.
fn save_unevaluated(run: &mut HeadlessRun, folder: Option<&OutputFolder>) -> Result<Failure, Failure> {
    let Some(folder) = folder else { return Ok(Failure::Interrupted) };
    let written = write(run, None, folder)?;
    Ok(Failure::Failed(format!(
        "stopped before the final evaluation; {} contains {}",
        folder.path().display(),
        written.join(", ")
    )))
}

/// What can be written after the final evaluation only.
struct Evaluated<'a> {
    summary: &'a RunSummary,
    /// The colour map of grey images in figures.
    tint: ColorMap,
}

/// Writes the recipe that replays the run, its history and its weights, and after the final evaluation the summary and
/// the figures.
fn write(
    run: &mut HeadlessRun,
    evaluated: Option<Evaluated<'_>>,
    folder: &OutputFolder,
) -> Result<Vec<String>, Failure> {
    folder.write(|staging| {
        staging.write(run_folder::RECIPE, &run.replay().to_toml())?;
        staging.write("history.csv", &history_csv(&run.info.history.lock()))?;
        // Before the figures, which take longer and can be interrupted.
        run.save_weights(&staging.path(run_folder::WEIGHTS))?;
        let Some(Evaluated { summary, tint }) = evaluated else { return Ok(()) };
        staging.write(run_folder::SUMMARY, &summary.file())?;
        match figures::draw(run, staging, tint) {
            Err(Failure::Interrupted) => {
                print_error("hourglass: stopped before the figures were drawn");
                Ok(())
            }
            drawn => drawn,
        }
    })
}
