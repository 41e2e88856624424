//! `sweep`: trains a recipe at several values of a parameter, with cross-validation, and compares the errors.

use super::args::SweepArgs;
use super::failure::Failure;
use super::interrupt;
use super::output::{OutputFolder, print, print_error};
use crate::export::figures::{Caption, CardFigure, Figure as _};
use crate::export::save_figure;
use crate::look::ColorScheme;
use crate::sweep::{self, Progress, Report, Sweep, SweepError};

/// The size of the figure, as a multiple of its nominal size.
const SCALE: u32 = 2;

/// Plans, trains or collects.
pub(super) fn run(args: &SweepArgs) -> Result<(), Failure> {
    let SweepArgs { recipe, over, folds, jobs, out, plan, collect } = args;
    let (key, values) = over.split_once('=').ok_or_else(|| {
        Failure::Usage(format!("`{over}` is no sweep; write --over KEY=VALUE,VALUE, such as model.code=2,8"))
    })?;
    let sweep = Sweep::new(recipe.recipe()?, &recipe.words(), key, values, *folds, out)?;
    if *plan {
        return print(&sweep.plan());
    }
    let output = OutputFolder::open(out)?;
    if !collect {
        interrupt::listen();
        let program = std::env::current_exe().map_err(SweepError::NotStarted)?;
        let say = |progress: Progress<'_>| say(&sweep, &progress);
        sweep::run(&sweep, &program, *jobs, false, interrupt::is_interrupted, say)?;
    }
    let report = Report::of_all(&sweep, &interrupt::is_interrupted)?;
    let written = output.write(|staging| {
        for (name, text) in report.files(&sweep) {
            staging.write(name, &text)?;
        }
        let caption = Caption { text: sweep.caption() };
        let scene = CardFigure { card: report.card(&sweep) }.scene(&caption, ColorScheme::Light);
        for ending in ["png", "svg"] {
            save_figure(&scene, &staging.path(&format!("sweep.{ending}")), SCALE)?;
        }
        Ok(())
    })?;
    print(&format!(
        "{}\nWritten to {}: {}\n",
        report.table(&sweep),
        output.path().display(),
        written.join(", ")
    ))
}

fn say(sweep: &Sweep, progress: &Progress<'_>) {
    match progress {
        Progress::AlreadyDone(0) => {}
        Progress::AlreadyDone(done) => {
            print_error(format!("{done} of {} trainings are done already", sweep.trainings().len()));
        }
        Progress::Done(training) => {
            let (label, value, fold) = (sweep.parameter.label, &training.value, training.fold);
            print_error(format!("{label} {value}, fold {fold}: done"));
        }
    }
}
