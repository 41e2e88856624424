//! The figures of a session into files: PNG each, and SVG where there are lines rather than pixels.

use super::failure::Failure;
use super::output::Stage;
use super::session::Session;
use crate::export::figures::Figure;
use crate::export::run::RunFigures;
use crate::export::save_figure;
use crate::export::style::FigureTheme;

/// Pixels of a PNG per pixel of the page: sharp on a projector and in print.
const SCALE: u32 = 2;

/// Draws the figures of a session.
pub(super) fn draw(session: &mut Session, stage: &Stage) -> Result<(), Failure> {
    let snapshot = session.snapshot()?;
    let references = session.references();
    let figures = RunFigures {
        recipe: &session.run.recipe,
        changes: session.changes(),
        history: &session.run.history,
        references,
        dataset: &session.bench.dataset,
        cloud: &session.bench.cloud,
    };
    let caption = figures.caption(snapshot.step);
    let save = |name: &str, endings: &[&str], figure: &dyn Figure| -> Result<(), Failure> {
        let scene = figure.scene(&caption, FigureTheme::Light);
        let save = |ending: &&str| save_figure(&scene, &stage.path(&format!("{name}.{ending}")), SCALE);
        Ok(endings.iter().try_for_each(save)?)
    };
    save("curves", &["png", "svg"], &figures.curves())?;
    save("reconstructions", &["png"], &figures.reconstructions(&snapshot))?;
    save("codes", &["png", "svg"], &figures.cloud(&snapshot))?;
    save("lattice", &["png"], &figures.lattice(&snapshot))
}
