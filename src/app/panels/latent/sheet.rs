//! Sheets of decoded codes: when to ask for one again, and where on its texture an image stands.

use std::collections::BTreeMap;

use eframe::egui::{Rect, pos2, vec2};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::pictures::Shown;
use crate::app::state::RunState;
use crate::engine::{Phase, Picture, Sheet, SheetAsk, SheetView};

use super::asking::{Answer, Asked, Due};

/// Seconds between two sheets: three a second show the change, and leave the trainer its time.
const SHEET_SECS: f64 = 0.34;

/// What was asked of the trainer, by what it is for.
#[derive(Debug, Default)]
pub struct Sheets(BTreeMap<Sheet, Asked<SheetAsk>>);

/// What to do about a question: ask it now, or look again in so many seconds.
#[derive(Debug, Default)]
pub struct Wish {
    /// Questions to ask.
    pub actions: Vec<Action>,
    /// In how many seconds to look again.
    pub wait_secs: Option<f64>,
}

impl Wish {
    /// Looks again after so long at the latest.
    pub fn within(&mut self, secs: f64) {
        self.wait_secs = Some(self.wait_secs.map_or(secs, |known| known.min(secs)));
    }
}

impl Sheets {
    /// Asks for a sheet where it is missing or out of date.
    pub fn ask(&mut self, ask: SheetAsk, run: &RunState, now_secs: f64, wish: &mut Wish) {
        let view = run.seen.sheets.get(&ask.sheet);
        // A failed run answers, if at all, with the weights it has; asking again changes nothing.
        let is_over = matches!(run.phase, Phase::Failed(_));
        let is_fresh = is_over || view.is_some_and(|view| view.step == run.progress.step);
        let answer = Answer { number: view.map(|view| view.request), is_fresh };
        let asked = self.0.entry(ask.sheet).or_default();
        match asked.due(&ask, &answer, now_secs, SHEET_SECS) {
            Due::Now => {
                asked.set(ask.clone(), &answer, now_secs);
                wish.actions.push(Action::AskSheet(ask));
            }
            Due::Later(wait) => wish.within(wait),
            Due::No => {}
        }
    }
}

/// A sheet that has arrived: what was asked, and its texture.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// The answer.
    pub view: &'a SheetView,
    /// The texture.
    pub shown: Shown,
}

impl<'a> Arrived<'a> {
    /// The sheet of a run, once there is one.
    pub fn of(cx: &PanelContext<'_>, run: &'a RunState, sheet: Sheet) -> Option<Self> {
        let view = run.seen.sheets.get(&sheet)?;
        Some(Self { view, shown: cx.pictures.get(run.info.id, Picture::Sheet(sheet))? })
    }

    /// The part of the texture that shows an image, counted row by row.
    pub fn part(&self, number: usize) -> Option<Rect> {
        let (columns, rows) = (self.view.ask.columns.max(1), self.view.ask.rows.max(1));
        (number < columns * rows).then(|| part(number, columns, rows))
    }
}

fn part(number: usize, columns: usize, rows: usize) -> Rect {
    let size = vec2(1.0 / columns as f32, 1.0 / rows as f32);
    let corner = pos2((number % columns) as f32 * size.x, (number / columns) as f32 * size.y);
    Rect::from_min_size(corner, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_stand_row_by_row() {
        assert_eq!(part(0, 4, 2), Rect::from_min_size(pos2(0.0, 0.0), vec2(0.25, 0.5)));
        assert_eq!(part(6, 4, 2), Rect::from_min_size(pos2(0.5, 0.5), vec2(0.25, 0.5)));
    }

    #[test]
    fn a_sheet_is_asked_for_once_while_its_answer_is_awaited() {
        let state = crate::app::testing::state_of("ae-2d", |_| {});
        let run = state.run().expect("a run");
        let mut sheets = Sheets::default();
        let ask = SheetAsk { sheet: Sheet::Pins, columns: 1, rows: 1, points: [0.0, 0.0].into() };
        let mut wish = Wish::default();
        sheets.ask(ask.clone(), run, 10.0, &mut wish);
        sheets.ask(ask.clone(), run, 10.1, &mut wish);
        assert_eq!(wish.actions, [Action::AskSheet(ask)]);
        assert!(wish.wait_secs.is_some_and(|wait| wait > 0.0), "{wish:?}");
    }
}
