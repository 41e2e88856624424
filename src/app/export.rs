//! Writes figures to files. A figure with pictures waits for a snapshot from the trainer; then it is drawn and written in a
//! thread of its own, completely or not at all.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui::{Context, Rect};

use super::action::Figure;
use super::insight_choice::Entry;
use super::state::{AppState, BenchState, RunState};
use super::trace;
use crate::chart::cards::Card;
use crate::engine::curves::{CurveOptions, RunRecord};
use crate::engine::{Command, RunId, Snapshot, WantedLattice, WantedSheet};
use crate::export::figures::{Caption, CardFigure, CurvesFigure, Figure as Drawable};
use crate::export::run::{RunFigures, SheetWords};
use crate::export::{ExportError, save_figure, write_atomically};
use crate::look::{ColorMap, ColorScheme};

/// The most figures that may be in progress at once; more are refused.
const MOST_AT_ONCE: usize = 16;

/// The message where there is no card to export.
const NO_CARD: &str = "There is no such picture to export: open \"Insight\" and wait for the first one.";

/// The message where there are no codes to decode for a figure.
const NO_SHEET: &str =
    "There are no such images to export: open their panel, or add two pins for a path, and wait for them.";

/// What the latent explorer shows, for figures that show the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explored {
    /// The plane of the map.
    pub plane: Option<WantedLattice>,
    /// The codes that the figure decodes, and what is written around their images.
    pub sheet: Option<(WantedSheet, SheetWords)>,
}

/// Where a figure goes and how it looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Which figure.
    pub figure: Figure,
    /// Where to.
    pub path: PathBuf,
    /// How many times its size on paper, for a PNG.
    pub scale: u32,
    /// Light or dark.
    pub scheme: ColorScheme,
    /// The colours of images.
    pub tint: ColorMap,
    /// What the panel of curves shows.
    pub curves: CurveOptions,
}

type Outcome = Result<PathBuf, ExportError>;

/// Figures in progress.
#[derive(Debug)]
pub struct Exports {
    ctx: Context,
    waiting: Vec<(RunId, Order, SheetWords)>,
    /// A panel that is to be written as it is on the screen.
    photograph: Option<Photograph>,
    done: Receiver<Outcome>,
    give: SyncSender<Outcome>,
}

/// A part of the window that is written as it is on the screen.
#[derive(Debug)]
struct Photograph {
    part: Rect,
    path: PathBuf,
    /// Frames to wait: the dialog that asked for the path is drawn in the first.
    frames: u32,
}

/// Frames until a dialog that was closed is gone from the screen.
const UNTIL_CLOSED: u32 = 3;

impl Exports {
    /// No figures yet. The window is redrawn when a file is written.
    pub fn new(ctx: Context) -> Self {
        let (give, done) = sync_channel(MOST_AT_ONCE);
        Self { ctx, waiting: Vec::new(), photograph: None, done, give }
    }

    /// Begins to write a figure. Pictures need a snapshot first: the command asks for it, with the plane that the map
    /// shows, or else the one decoded last, and the codes of the table that is exported.
    pub fn begin(
        &mut self,
        state: &AppState,
        shown: Explored,
        order: Order,
    ) -> Result<Option<Command>, String> {
        let (Some(bench), Some(run)) = (&state.bench, state.run()) else {
            return Err("There is nothing to export yet: wait for the first images.".to_owned());
        };
        if order.figure == Figure::Curves {
            let caption = run_figures(bench, run).caption(run.progress.step);
            self.write(curves_figure(state, bench, run, order.curves), caption, order)?;
            return Ok(None);
        }
        if order.figure == Figure::Sweep {
            let shown = state.sweep.shown.as_ref().and_then(|shown| Some((shown, shown.found.as_ref()?)));
            let (shown, found) = shown.ok_or_else(|| NO_CARD.to_owned())?;
            let caption = Caption { text: shown.sweep.caption() };
            self.write(CardFigure { card: found.card.clone() }, caption, order)?;
            return Ok(None);
        }
        if order.figure == Figure::Card {
            // The card that is shown is written, not one computed a moment later.
            let (card, step) = shown_card(state).ok_or_else(|| NO_CARD.to_owned())?;
            let figures = run_figures(bench, run);
            self.write(figures.card(&card), figures.caption(step), order)?;
            return Ok(None);
        }
        if self.waiting.len() >= MOST_AT_ONCE {
            return Err("Too many figures are in progress: wait for the first ones.".to_owned());
        }
        let (sheet, words) = shown.sheet.unzip();
        if sheet.is_none() && order.figure.is_sheet() {
            return Err(NO_SHEET.to_owned());
        }
        self.waiting.push((run.info.id, order, words.unwrap_or_default()));
        Ok(Some(Command::Snapshot {
            run: run.info.id,
            lattice: shown.plane.or_else(|| run.views.lattice.as_deref().map(|view| view.wanted.clone())),
            point: run.views.decoded.as_deref().map(|view| view.point.clone()),
            sheet,
        }))
    }

    /// Draws the figure that waited for this snapshot. Orders for runs that have ended are dropped.
    pub fn take_snapshot(&mut self, state: &AppState, id: RunId, snapshot: &Snapshot) -> Result<(), String> {
        let Some(bench) = &state.bench else { return Ok(()) };
        self.waiting.retain(|(waiting, ..)| bench.runs.iter().any(|run| run.info.id == *waiting));
        let Some(at) = self.waiting.iter().position(|(waiting, ..)| *waiting == id) else {
            return Ok(());
        };
        let (_, order, words) = self.waiting.remove(at);
        let Some(run) = bench.runs.iter().find(|run| run.info.id == id) else {
            return Ok(());
        };
        self.draw(bench, run, snapshot, &words, order)
    }

    /// Writes a part of the window as it is on the screen, as PNG.
    pub fn photograph(&mut self, ctx: &Context, part: Rect, path: PathBuf) {
        self.photograph = Some(Photograph { part, path, frames: UNTIL_CLOSED });
        ctx.request_repaint();
    }

    /// Asks for the picture of the screen, once nothing is in front.
    pub fn end_frame(&mut self, ctx: &Context) {
        let Some(photograph) = &mut self.photograph else { return };
        ctx.request_repaint();
        photograph.frames -= 1;
        if photograph.frames > 0 {
            return;
        }
        let Some(Photograph { part, path, .. }) = self.photograph.take() else { return };
        let (give, woken, pixels_per_point) = (self.give.clone(), ctx.clone(), ctx.pixels_per_point());
        ctx.request_screenshot(move |image| {
            let path = path.with_extension("png");
            let part = image.region(&part, Some(pixels_per_point));
            let written = trace::save_picture(&part, &path).map(|()| path);
            give.send(written.map_err(|reason| ExportError::Drawing { reason })).ok();
            woken.request_repaint();
        });
    }

    /// The next file that was written, or why it was not.
    pub fn poll(&self) -> Option<Outcome> {
        self.done.try_recv().ok()
    }

    fn draw(
        &self,
        bench: &BenchState,
        run: &RunState,
        snapshot: &Snapshot,
        words: &SheetWords,
        order: Order,
    ) -> Result<(), String> {
        let figures = run_figures(bench, run);
        let caption = figures.caption(snapshot.step);
        match order.figure {
            Figure::Curves => self.write(figures.curves(order.curves), caption, order),
            Figure::Reconstructions => self.write(figures.reconstructions(snapshot), caption, order),
            Figure::Cloud => self.write(figures.cloud(snapshot), caption, order),
            Figure::Lattice => self.write(figures.lattice(snapshot), caption, order),
            Figure::Decoded => self.write(figures.decoded(snapshot), caption, order),
            Figure::Card | Figure::Sweep => Err(NO_CARD.to_owned()),
            Figure::Dimensions | Figure::Samples | Figure::Path => {
                self.write(figures.sheet(snapshot, words), caption, order)
            }
        }
    }

    fn write(
        &self,
        figure: impl Drawable + Send + 'static,
        caption: Caption,
        order: Order,
    ) -> Result<(), String> {
        self.write_elsewhere(order.path.clone(), move |path| save(&figure, &caption, path, &order))
    }

    /// Begins to write a text.
    pub fn write_text(&self, path: PathBuf, text: String) -> Result<(), String> {
        self.write_elsewhere(path, move |path| Ok(write_atomically(path, text.as_bytes())?))
    }

    /// Writes a file in a thread of its own.
    fn write_elsewhere(
        &self,
        path: PathBuf,
        write: impl FnOnce(&Path) -> Result<(), ExportError> + Send + 'static,
    ) -> Result<(), String> {
        let (give, ctx) = (self.give.clone(), self.ctx.clone());
        let work = move || {
            let outcome = write(&path).map(|()| path);
            // The window may be closed by now; the file is written anyway.
            give.send(outcome).ok();
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("figure".to_owned()).spawn(work);
        thread.map(drop).map_err(|error| {
            format!("The file could not be written ({error}): close other programs and try again.")
        })
    }
}

fn save(figure: &impl Drawable, caption: &Caption, path: &Path, order: &Order) -> Result<(), ExportError> {
    save_figure(&figure.scene(caption, order.scheme).tinted(order.tint), path, order.scale)
}

/// The card that is shown, and the step it was made at.
fn shown_card(state: &AppState) -> Option<(Card, u64)> {
    let run = state.run()?;
    let Entry::Card(topic) = state.insight.shown(&Entry::offered(&run.recipe)).first().copied()? else {
        return None;
    };
    let view = run.views.cards.get(&topic)?;
    Some((
        view.card.as_ref().ok()?.with_alarms(state.insight.alarms).ordered_by(state.insight.order),
        view.step,
    ))
}

/// The curves of a run and of the run before, as the panel of curves shows them.
pub fn curves_figure(
    state: &AppState,
    bench: &BenchState,
    run: &RunState,
    options: CurveOptions,
) -> CurvesFigure {
    let figures = run_figures(bench, run);
    let (color, others) = state.compared_with(run);
    let record = RunRecord { color, others: &others, ..figures.record };
    RunFigures { record, ..figures }.curves(options)
}

/// The figures of a run, from the state of the window.
fn run_figures<'a>(bench: &'a BenchState, run: &'a RunState) -> RunFigures<'a> {
    RunFigures { record: bench.record(run), dataset: &bench.dataset, cloud: &bench.cloud }
}

#[cfg(test)]
mod tests {
    use eframe::egui;

    use super::*;
    use crate::app::testing::state_of;
    use crate::engine::LatentPlane;

    #[test]
    fn pictures_are_taken_of_the_plane_that_the_map_shows() {
        let state = state_of("vae-2d", |_| ());
        let mut exports = Exports::new(Context::default());
        let plane = LatentPlane::of_axes([1, 0], 2, &[]);
        let shown = WantedLattice { plane, x: [-0.5, 0.5], y: [2.0, 3.0], columns: 4, rows: 3 };
        let path = PathBuf::from("codes.svg");
        let order = Order {
            figure: Figure::Cloud,
            path,
            scale: 1,
            scheme: ColorScheme::Light,
            tint: ColorMap::Grey,
            curves: CurveOptions::default(),
        };
        let explored = Explored { plane: Some(shown.clone()), sheet: None };
        let command = exports.begin(&state, explored, order.clone()).expect("room");
        let Some(Command::Snapshot { lattice, .. }) = command else { panic!("no snapshot is asked for") };
        assert_eq!(lattice, Some(shown));
        let command = exports.begin(&state, Explored::default(), order).expect("room");
        let Some(Command::Snapshot { lattice, .. }) = command else { panic!("no snapshot is asked for") };
        assert_eq!(lattice, None, "the trainer chooses where no map was drawn");
    }

    #[test]
    fn a_table_needs_codes_and_asks_for_their_images() {
        let state = state_of("vae-2d", |_| ());
        let mut exports = Exports::new(Context::default());
        let path = PathBuf::from("dimensions.png");
        let order = Order {
            figure: Figure::Dimensions,
            path,
            scale: 1,
            scheme: ColorScheme::Light,
            tint: ColorMap::Grey,
            curves: CurveOptions::default(),
        };
        let refused = exports.begin(&state, Explored::default(), order.clone());
        assert!(refused.is_err_and(|sentence| sentence == NO_SHEET));
        let points = [0.0, 1.0].into();
        let wanted = WantedSheet { sheet: crate::engine::Sheet::Dimensions, columns: 1, rows: 1, points };
        let explored = Explored { plane: None, sheet: Some((wanted.clone(), SheetWords::default())) };
        let command = exports.begin(&state, explored, order).expect("room");
        let Some(Command::Snapshot { sheet, .. }) = command else { panic!("no snapshot is asked for") };
        assert_eq!(sheet, Some(wanted));
    }

    #[test]
    fn a_panel_is_written_as_it_is_on_the_screen_once_the_dialog_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let ctx = Context::default();
        let mut exports = Exports::new(ctx.clone());
        let part = Rect::from_min_size(egui::pos2(10.0, 5.0), egui::vec2(30.0, 20.0));
        exports.photograph(&ctx, part, folder.path().join("map.svg"));
        let mut frame = || {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| exports.end_frame(ui.ctx()));
            output.textures_delta.clear();
            let commands = output.viewport_output.into_values().flat_map(|viewport| viewport.commands);
            commands.into_iter().find_map(|command| match command {
                egui::ViewportCommand::Screenshot(taken) => Some(taken),
                _ => None,
            })
        };
        assert!(frame().is_none(), "the dialog that asked for the path is still drawn");
        let taken = (0..UNTIL_CLOSED).find_map(|_| frame()).expect("a picture is asked for");
        taken.complete(std::sync::Arc::new(egui::ColorImage::filled([100, 60], egui::Color32::RED)));
        let path = exports.poll().expect("an outcome").expect("written");
        assert_eq!(path, folder.path().join("map.png"), "it is a PNG, whatever was typed");
        let read = image::open(&path).expect("a PNG");
        assert_eq!((read.width(), read.height()), (30, 20));
    }
}
