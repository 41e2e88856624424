//! Sheets of decoded codes: when to ask for one again, and where on its texture an image stands.

pub mod dimensions;
pub mod samples;

use std::collections::BTreeMap;

use eframe::egui::{Rect, pos2, vec2};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::panels::no_run;
use crate::app::pictures::Shown;
use crate::app::state::{BenchState, RunState};
use crate::engine::{CloudView, Picture, Sheet, SheetAsk, SheetView};

use super::asking::{Answer, Asked, Pace, Wish};
use super::model::LatentMemory;

/// How many tiles or samples can be chosen, across and down; none for as many as can be read.
pub const GRIDS: [(Option<usize>, &str); 5] = [
    (None, "as fit"),
    (Some(8), "8 × 8"),
    (Some(14), "14 × 14"),
    (Some(20), "20 × 20"),
    (Some(40), "40 × 40"),
];
/// Seconds between two sheets: three a second show the change, and leave the trainer its time.
const SHEET_SECS: f64 = 0.34;

/// What was asked of the trainer, by what it is for.
#[derive(Debug, Default)]
pub struct Sheets(BTreeMap<Sheet, Asked<SheetAsk>>);

impl Sheets {
    /// Asks for a sheet where it is missing or out of date.
    pub fn ask(&mut self, ask: &SheetAsk, run: &RunState, now_secs: f64, wish: &mut Wish) {
        let seen = run.seen.sheets.get(&ask.sheet).map(|view| (view.request, view.step));
        let pace = Pace { now_secs, every_secs: SHEET_SECS };
        let asked = self.0.entry(ask.sheet).or_default();
        asked.ask(ask, &Answer::of(run, seen), pace, wish, Action::AskSheet);
    }
}

/// The run and its codes, for a panel that shows what is decoded from codes; why there are none yet, otherwise.
pub fn codes<'a>(
    cx: &PanelContext<'a>,
    memory: &mut LatentMemory,
) -> Result<(&'a BenchState, &'a RunState, &'a CloudView), String> {
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        return Err(no_run(cx.state));
    };
    memory.reset_for(bench, run);
    let view = run.seen.cloud.as_ref().filter(|view| view.dimensions == memory.dimensions());
    memory.take_in_cloud(view);
    view.map(|view| (bench, run, view)).ok_or_else(|| "waiting for the first codes".to_owned())
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
        sheets.ask(&ask, run, 10.0, &mut wish);
        sheets.ask(&ask, run, 10.1, &mut wish);
        assert_eq!(wish.actions, [Action::AskSheet(ask)]);
        assert!(wish.wait_secs.is_some_and(|wait| wait > 0.0), "{wish:?}");
    }
}
