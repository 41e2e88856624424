//! The figures of a session into files: PNG each, and SVG where there are lines rather than pixels.

use super::failure::Failure;
use super::output::Stage;
use super::session::Session;
use crate::engine::curves::{CurveOptions, RunRecord};
use crate::export::figures::Figure;
use crate::export::run::RunFigures;
use crate::export::save_figure;
use crate::look::{ColorMap, ColorScheme};

/// Pixels of a PNG per pixel of the page: sharp on a projector and in print.
const SCALE: u32 = 2;

/// Draws the figures of a session, grey images in these colours.
pub(super) fn draw(session: &mut Session, stage: &Stage, tint: ColorMap) -> Result<(), Failure> {
    let snapshot = session.snapshot()?;
    let references = session.references();
    let figures = RunFigures {
        record: RunRecord {
            recipe: &session.run.recipe,
            changes: session.changes(),
            history: &session.run.history,
            references,
            steps_per_epoch: session.bench.steps_per_epoch,
            pixels: session.bench.dataset.shape.pixels(),
            past: None,
        },
        dataset: &session.bench.dataset,
        cloud: &session.bench.cloud,
    };
    let options = CurveOptions::of_figure(&session.run.recipe);
    let caption = figures.caption(snapshot.step);
    let save = |name: &str, endings: &[&str], figure: &dyn Figure| -> Result<(), Failure> {
        let scene = figure.scene(&caption, ColorScheme::Light).tinted(tint);
        let save = |ending: &&str| save_figure(&scene, &stage.path(&format!("{name}.{ending}")), SCALE);
        Ok(endings.iter().try_for_each(save)?)
    };
    save("curves", &["png", "svg"], &figures.curves(options))?;
    save("reconstructions", &["png"], &figures.reconstructions(&snapshot))?;
    save("codes", &["png", "svg"], &figures.cloud(&snapshot))?;
    save("lattice", &["png"], &figures.lattice(&snapshot))?;
    for (number, card) in snapshot.cards.iter().enumerate() {
        let name = format!("card-{}-{}", number + 1, file_name(&card.title));
        save(&name, &["png", "svg"], &figures.card(card))?;
    }
    Ok(())
}

/// A title as part of a file name: small letters, digits, and hyphens between.
fn file_name(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<String>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_title_becomes_a_file_name() {
        assert_eq!(file_name("Noise in, clean out"), "noise-in-clean-out");
        assert_eq!(file_name("σ of ∂h/∂x (largest)"), "of-h-x-largest");
    }
}
