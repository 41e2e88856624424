//! Turns what the explorer wants into requests to the trainer: when something was changed, when the network has
//! learned, or when an answer never came; and never so often that no answer could be finished.

use std::collections::BTreeMap;
use std::time::Duration;

use eframe::egui::Ui;

use crate::app::action::Action;
use crate::app::state::{RunState, ShownRun};
use crate::engine::{CloudWish, DecodeAsk, Decoded, FieldAsk, ForcesAsk, LatticeAsk, Phase, Sheet, SheetAsk};
use crate::recipe::ObjectiveRecipe;

use super::wants::LatentWants;

/// Seconds between two lattices: three a second show the change, and leave the trainer its time.
const LATTICE_SECS: f64 = 0.34;
/// This many tiles are decoded at that rate; more of them at a slower one, but twice a second at least.
const LATTICE_TILES: f64 = 640.0;
const LATTICE_SECS_MOST: f64 = 0.5;
/// Seconds between two images at a resting point while the network changes.
const DECODE_SECS: f64 = 0.1;
/// Seconds between two measurements of the plane: they cost as much as a lattice and change as slowly.
const FIELD_SECS: f64 = 0.5;
/// Seconds between two sheets or two sets of arrows: as often as lattices.
const SHEET_SECS: f64 = 0.34;

/// Seconds to wait for an answer before asking over it.
const PATIENCE_SECS: f64 = 2.5;

/// A question that was asked, when, and which answer was on show then.
#[derive(Debug)]
pub struct Asked<T> {
    what: Option<T>,
    at_secs: f64,
    answer_before: Option<u64>,
    /// Whether it was put to runs of which nothing more is to be expected.
    was_over: bool,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { what: None, at_secs: f64::NEG_INFINITY, answer_before: None, was_over: false }
    }
}

/// What to do about questions: ask them now, or look again in so many seconds.
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

/// What is to be asked now; the window looks again when more is due.
pub fn carry(ui: &Ui, wish: Wish) -> Vec<Action> {
    if let Some(wait_secs) = wish.wait_secs {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(wait_secs.max(0.0)));
    }
    wish.actions
}

/// Whether a question should be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Due {
    /// Ask.
    Now,
    /// Ask in so many seconds.
    Later(f64),
    /// The answer is there or on its way.
    No,
}

/// When a question may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time.
    pub now_secs: f64,
    /// Seconds between two questions at least.
    pub every_secs: f64,
}

impl<T: Clone + PartialEq> Asked<T> {
    /// Asks for `wanted` where its answer is missing or out of date, in the form of an action.
    pub fn ask(
        &mut self,
        wanted: &T,
        answer: &Answer,
        pace: Pace,
        wish: &mut Wish,
        action: impl FnOnce(T) -> Action,
    ) {
        match self.due(wanted, answer, pace) {
            Due::Now => {
                let (what, at_secs) = (Some(wanted.clone()), pace.now_secs);
                *self = Self { what, at_secs, answer_before: answer.number, was_over: answer.is_over };
                wish.actions.push(action(wanted.clone()));
            }
            Due::Later(wait) => wish.within(wait),
            Due::No => {}
        }
    }

    /// Whether to ask `wanted`, at most once in `every_secs`; an answer that is up to date asks for nothing. A new
    /// question drops the one being worked on, so a slow answer is waited for: else none would ever arrive.
    fn due(&self, wanted: &T, answer: &Answer, Pace { now_secs, every_secs }: Pace) -> Due {
        let is_enough = answer.is_fresh || (answer.is_over && self.was_over);
        if is_enough && self.what.as_ref() == Some(wanted) {
            return Due::No;
        }
        let is_answered = self.answer_before != answer.number;
        let wait = if is_answered { every_secs } else { every_secs.max(PATIENCE_SECS) };
        let left = wait - (now_secs - self.at_secs);
        if left <= 0.0 { Due::Now } else { Due::Later(left) }
    }
}

/// The answer on show.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// Its request's number; none where there is no answer yet.
    pub number: Option<u64>,
    /// Whether the network is still the one that gave it.
    pub is_fresh: bool,
    /// Whether it was given by a run that has failed: it went back to its last good weights and is asked what they say,
    /// once, for it may be unable to answer at all.
    pub is_over: bool,
}

impl Answer {
    /// The answer of a run that has this request's number and was given at this step.
    pub fn of(run: &RunState, seen: Option<(u64, u64)>) -> Self {
        Self {
            number: seen.map(|(request, _)| request),
            is_fresh: seen.is_some_and(|(_, step)| step == run.progress.step),
            is_over: matches!(run.phase, Phase::Failed(_)),
        }
    }
}

/// What was asked of the trainer for the shown run.
#[derive(Debug, Default)]
pub struct Questions {
    cloud: CloudWish,
    point: Asked<DecodeAsk>,
    lattice: Asked<LatticeAsk>,
    field: Asked<FieldAsk>,
    /// Together with what was minimised then: a slider moves the arrows of a run that rests.
    forces: Asked<(ForcesAsk, ObjectiveRecipe)>,
    sheets: BTreeMap<Sheet, Asked<SheetAsk>>,
}

impl Questions {
    /// Forgets what was asked of another run; its cloud is asked for by whoever watches it.
    pub fn reset(&mut self) {
        *self = Self { cloud: self.cloud, ..Self::default() };
    }

    /// Asks for all images again: those that are there are painted in other colours.
    pub fn ask_images_again(&mut self) {
        (self.point, self.lattice, self.sheets) = Default::default();
    }

    /// Asks for what is wanted where it is missing or out of date.
    pub fn ask(&mut self, wants: &LatentWants, shown: ShownRun<'_>, now_secs: f64) -> Wish {
        let LatentWants { cloud, point, lattice, field, forces, pins, path } = wants;
        let mut wish = Wish::default();
        let ShownRun { run, .. } = shown;
        let seen = &run.seen;
        if std::mem::replace(&mut self.cloud, *cloud) != *cloud {
            wish.actions.push(Action::WishCloud(*cloud));
        }
        if let Some(ask) = point {
            self.ask_point(ask, shown, now_secs, &mut wish);
        }
        if let Some(ask) = lattice {
            let answer = Answer::of(run, seen.lattice.as_ref().map(|seen| (seen.request, seen.step)));
            let pace = Pace { now_secs, every_secs: lattice_secs(ask.columns * ask.rows) };
            self.lattice.ask(ask, &answer, pace, &mut wish, Action::AskLattice);
        }
        if let Some(ask) = field {
            let answer = Answer::of(run, seen.field.as_ref().map(|seen| (seen.request, seen.step)));
            let pace = Pace { now_secs, every_secs: FIELD_SECS };
            self.field.ask(ask, &answer, pace, &mut wish, Action::AskField);
        }
        if let Some(ask) = forces {
            let answer = Answer::of(run, seen.forces.as_ref().map(|seen| (seen.request, seen.step)));
            let pace = Pace { now_secs, every_secs: SHEET_SECS };
            let question = (ask.clone(), run.recipe.objective.clone());
            self.forces.ask(&question, &answer, pace, &mut wish, |(ask, _)| Action::AskForces(ask));
        }
        for ask in pins.iter().chain(path) {
            self.ask_sheet(ask, run, now_secs, &mut wish);
        }
        wish
    }

    /// Asks for a sheet where it is missing or out of date.
    pub fn ask_sheet(&mut self, ask: &SheetAsk, run: &RunState, now_secs: f64, wish: &mut Wish) {
        let seen = run.seen.sheets.get(&ask.sheet).map(|view| (view.request, view.step));
        let pace = Pace { now_secs, every_secs: SHEET_SECS };
        let asked = self.sheets.entry(ask.sheet).or_default();
        asked.ask(ask, &Answer::of(run, seen), pace, wish, Action::AskSheet);
    }

    /// Asks for the image at the point. One that was moved does not wait for the answer to an earlier question.
    pub fn ask_point(&mut self, ask: &DecodeAsk, shown: ShownRun<'_>, now_secs: f64, wish: &mut Wish) {
        let is_moved = self.point.what.as_ref().is_some_and(|before| before.point != ask.point);
        if is_moved {
            self.point.what = Some(ask.clone());
            self.point.at_secs = now_secs;
            wish.actions.push(Action::MovePoint(ask.clone()));
            return;
        }
        let answer = decoded_by_all(ask, shown);
        let pace = Pace { now_secs, every_secs: DECODE_SECS };
        self.point.ask(ask, &answer, pace, wish, Action::MovePoint);
    }
}

/// What the runs of the bench have made of the point. It is up to date when each of them has decoded it with the network
/// it has now: a shown run that has finished must not stop the images of the others.
fn decoded_by_all(ask: &DecodeAsk, ShownRun { bench, run: shown }: ShownRun<'_>) -> Answer {
    // The point may have been moved, or another image be compared, without the network having learned. A code of another
    // length begins with the numbers of this one, or is its beginning.
    let is_wanted = |run: &RunState, seen: &Decoded| {
        let is_compared = run.info.id != shown.info.id || seen.against == ask.against;
        let is_same = seen.point.iter().zip(&ask.point).all(|(seen, point)| seen == point);
        is_same && seen.step == run.progress.step && is_compared
    };
    let is_fresh = |run: &RunState| run.seen.decoded.as_ref().is_some_and(|seen| is_wanted(run, seen));
    // Answered is what all have answered.
    let requests = bench.runs.iter().map(|run| run.seen.decoded.as_ref().map(|seen| seen.request));
    let mut late = bench.runs.iter().filter(|run| !is_fresh(run)).peekable();
    let is_fresh = late.peek().is_none();
    // Without any late run it would be true too, and a run that fails later would not be asked.
    let is_over = !is_fresh && late.all(|run| matches!(run.phase, Phase::Failed(_)));
    Answer { number: requests.min().flatten(), is_fresh, is_over }
}

/// Seconds between two lattices of so many tiles: many are asked for less often, so that they take the trainer little
/// more of its time.
fn lattice_secs(tiles: usize) -> f64 {
    (LATTICE_SECS * tiles as f64 / LATTICE_TILES).clamp(LATTICE_SECS, LATTICE_SECS_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a question at this time, asked twice a second at most.
    fn ask(asked: &mut Asked<u8>, what: u8, answer: &Answer, now_secs: f64) -> Option<f64> {
        let mut wish = Wish::default();
        let pace = Pace { now_secs, every_secs: 0.5 };
        asked.ask(&what, answer, pace, &mut wish, |what| Action::Say(what.to_string()));
        assert!(wish.actions.is_empty() || wish.actions == [Action::Say(what.to_string())]);
        if wish.actions.is_empty() { wish.wait_secs } else { Some(0.0) }
    }

    #[test]
    fn a_question_is_asked_again_only_when_it_changed_or_its_answer_is_old() {
        let mut asked = Asked::default();
        let [nothing, old, fresh] = [(None, false), (Some(7), false), (Some(7), true)]
            .map(|(number, is_fresh)| Answer { number, is_fresh, is_over: false });
        assert_eq!(ask(&mut asked, 1, &nothing, 10.0), Some(0.0));
        assert_eq!(ask(&mut asked, 1, &fresh, 10.1), None);
        assert_eq!(ask(&mut asked, 2, &fresh, 10.25), Some(0.25));
        assert_eq!(ask(&mut asked, 1, &old, 10.25), Some(0.25));
        assert_eq!(ask(&mut asked, 1, &fresh, 99.0), None);
        assert_eq!(ask(&mut asked, 2, &fresh, 99.0), Some(0.0));
    }

    #[test]
    fn a_slow_answer_is_waited_for_but_not_for_ever() {
        let old = Answer { number: Some(3), ..Answer::default() };
        let asked = || {
            let mut asked = Asked::default();
            assert_eq!(ask(&mut asked, 1, &old, 10.0), Some(0.0));
            asked
        };
        assert_eq!(ask(&mut asked(), 2, &old, 11.0), Some(PATIENCE_SECS - 1.0));
        assert_eq!(ask(&mut asked(), 2, &Answer { number: Some(4), ..old }, 11.0), Some(0.0));
        assert_eq!(ask(&mut asked(), 2, &old, 10.0 + PATIENCE_SECS), Some(0.0));
    }

    #[test]
    fn a_run_that_failed_is_asked_once_what_its_old_weights_say() {
        let mut asked = Asked::default();
        let before = Answer { number: Some(7), is_fresh: true, is_over: false };
        assert_eq!(ask(&mut asked, 1, &before, 10.0), Some(0.0));
        assert_eq!(ask(&mut asked, 1, &before, 20.0), None);
        let failed = Answer { number: Some(7), is_fresh: false, is_over: true };
        assert_eq!(ask(&mut asked, 1, &failed, 30.0), Some(0.0), "it has other weights now");
        assert_eq!(ask(&mut asked, 1, &failed, 99.0), None, "it cannot answer");
        assert_eq!(ask(&mut asked, 2, &failed, 99.0), Some(0.0), "another question");
    }

    #[test]
    fn a_moved_point_is_asked_for_at_once_and_a_resting_one_once() {
        let state = crate::app::testing::state_of("ae-2d", |_| {});
        let shown = state.shown_run().expect("a run");
        let mut questions = Questions::default();
        let mut ask = |point: [f32; 2], now_secs: f64| {
            let mut wish = Wish::default();
            questions.ask_point(&DecodeAsk::from(point.to_vec()), shown, now_secs, &mut wish);
            wish.actions.len()
        };
        assert_eq!([ask([0.0, 0.0], 10.0), ask([0.0, 0.0], 10.01)], [1, 0], "its answer is on its way");
        assert_eq!([ask([0.5, 0.0], 10.02), ask([0.6, 0.0], 10.03)], [1, 1], "it is being dragged");
        assert_eq!(ask([0.6, 0.0], 10.04), 0);
    }

    #[test]
    fn a_sheet_is_asked_for_once_while_its_answer_is_awaited() {
        let state = crate::app::testing::state_of("ae-2d", |_| {});
        let run = state.run().expect("a run");
        let mut questions = Questions::default();
        let ask = SheetAsk { sheet: Sheet::Pins, columns: 1, rows: 1, points: [0.0, 0.0].into() };
        let mut wish = Wish::default();
        questions.ask_sheet(&ask, run, 10.0, &mut wish);
        questions.ask_sheet(&ask, run, 10.1, &mut wish);
        assert_eq!(wish.actions, [Action::AskSheet(ask)]);
        assert!(wish.wait_secs.is_some_and(|wait| wait > 0.0), "{wish:?}");
    }

    #[test]
    fn tiles_are_asked_for_twice_a_second_however_many_they_are() {
        let [few, more, most] = [64, 800, 1600].map(lattice_secs);
        assert_eq!(few, LATTICE_SECS);
        assert!((more - 0.425).abs() < 1e-9, "got {more}, want 0.425");
        assert_eq!(most, 0.5);
    }

    #[test]
    fn arrows_are_asked_for_again_when_a_slider_moves_them_and_not_otherwise() {
        let mut state = crate::app::testing::state_of("vae-2d", |_| ());
        let mut questions = Questions::default();
        let wants = LatentWants {
            cloud: CloudWish::default(),
            point: None,
            lattice: None,
            field: None,
            forces: Some(ForcesAsk { images: [1].into() }),
            pins: None,
            path: None,
        };
        let mut ask = |state: &crate::app::state::AppState, now_secs| {
            questions.ask(&wants, state.shown_run().expect("a run"), now_secs).actions.len()
        };
        assert_eq!(ask(&state, 0.0), 1);
        assert_eq!(ask(&state, 0.01), 0, "the answer is on its way");
        let run = &mut state.bench.as_mut().expect("a bench").runs[0];
        let empty: std::sync::Arc<[f32]> = [].into();
        run.seen.forces = Some(crate::engine::ForcesView {
            request: 1,
            step: run.progress.step,
            dimensions: 3,
            images: [0, 1].into(),
            codes: std::sync::Arc::clone(&empty),
            reconstruction: std::sync::Arc::clone(&empty),
            penalty: empty,
        });
        assert_eq!(ask(&state, 5.0), 0, "nothing has changed");
        state.bench.as_mut().expect("a bench").runs[0].recipe.objective.beta = 10.0;
        assert_eq!(ask(&state, 5.0), 1, "β pulls ten times as hard");
    }
}
