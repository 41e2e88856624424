//! Writes the figures of a run: PNG, and SVG for those that consist of lines.

use super::failure::Failure;
use super::headless::HeadlessRun;
use super::output::StagingFolder;
use crate::engine::curves::{CurveOptions, RunRecord};
use crate::engine::{Answer, References};
use crate::export::figures::Figure;
use crate::export::run::RunFigures;
use crate::export::save_figure;
use crate::look::{ColorMap, ColorScheme};

/// The scale of PNG files: sharp on a projector and in print.
const SCALE: u32 = 2;

/// Draws the figures of a run, grey images with this colour map.
pub(super) fn draw(run: &mut HeadlessRun, staging: &StagingFolder, tint: ColorMap) -> Result<(), Failure> {
    let snapshot = run.snapshot()?;
    let references = run.references();
    let figures = figures_of(run, references.as_ref());
    let options = CurveOptions::of_figure(&run.info.recipe);
    let caption = figures.caption(snapshot.step);
    let save = |name: &str, endings: &[&str], figure: &dyn Figure| -> Result<(), Failure> {
        let scene = figure.scene(&caption, ColorScheme::Light).tinted(tint);
        let save = |ending: &&str| save_figure(&scene, &staging.path(&format!("{name}.{ending}")), SCALE);
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

/// Draws insight cards, each under the name of its topic.
pub(super) fn draw_cards(
    run: &HeadlessRun,
    staging: &StagingFolder,
    cards: &[Answer],
) -> Result<(), Failure> {
    let figures = figures_of(run, None);
    let caption = figures.caption(run.progress.step);
    for (topic, card) in cards {
        let Ok(card) = card else { continue };
        let scene = figures.card(card).scene(&caption, ColorScheme::Light);
        for ending in ["png", "svg"] {
            save_figure(&scene, &staging.path(&format!("{}.{ending}", topic.name())), SCALE)?;
        }
    }
    Ok(())
}

fn figures_of<'a>(run: &'a HeadlessRun, references: Option<&'a References>) -> RunFigures<'a> {
    RunFigures {
        record: RunRecord {
            recipe: &run.info.recipe,
            changes: run.changes(),
            history: &run.info.history,
            references,
            plan: &run.info.plan,
            pixels: run.bench.dataset.shape.values(),
            color: None,
            others: &[],
        },
        dataset: &run.bench.dataset,
        cloud: &run.bench.cloud,
    }
}

/// A title as part of a file name: lower-case letters and digits, separated by hyphens.
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
