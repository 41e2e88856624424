//! The window: it shows what the trainer thread reports and sends it what a person wants.
//!
//! `logic` takes in events and views and reduces them to [`AppState`]; `ui` draws panels, which read that state and
//! return actions; one dispatch carries the actions out. Nothing here waits: not for the trainer, not for the GPU,
//! not for a file.

mod action;
mod bench_menu;
mod context;
mod dialogs;
mod dispatch;
mod dropped;
mod effect;
mod export;
mod focus;
mod form;
mod gallery;
mod glyph;
mod help;
mod images;
mod insight_choice;
mod kept;
mod keys;
mod layout;
mod live;
mod menus;
mod notices;
mod overlays;
mod pace;
mod panels;
mod persistence;
mod pictures;
mod runs;
mod scene;
mod segmented;
mod setup;
mod state;
mod status;
mod sweeps;
#[cfg(test)]
mod testing;
mod theme;
mod trace;
mod transport;
mod tuning;
mod widgets;

use std::cell::RefCell;
use std::sync::{Arc, PoisonError};

use anyhow::{anyhow, bail};
use eframe::egui::{self, CentralPanel, Context, Frame, Panel, Ui};

pub use crate::look::ColorScheme;
pub use action::{Action, Figure};
pub use setup::{WindowOptions, graphics_setup};
pub use state::{AppState, BenchState, Notice, RunState};
pub use trace::Screenshot;

use crate::document::{Bench, Document, Exploration, Run, Window};
use crate::engine::{Command, Engine, EngineOptions, Event, Wants};
use crate::gpu::Graphics;
use crate::recipe::{Family, Recipe};
use context::PanelContext;
use dialogs::Dialogs;
use export::Exports;
use focus::Keyboard;
use gallery::Gallery;
use help::{Help, Tour};
use keys::KeyTargets;
use layout::{Contents, Layout, Pane, Visible};
use notices::Notices;
use pace::Pace;
use pictures::Pictures;
use sweeps::Sweeper;
use theme::{STATUS_HEIGHT, TOP_BAR_HEIGHT, Theme};
use trace::{Trace, TraceOptions};
use tuning::Tuning;

/// Opens the window and stays until it is closed. Where there is no display, or nothing that can draw, the error is
/// one sentence.
pub fn open_window(options: WindowOptions) -> anyhow::Result<()> {
    let native = setup::native_options(&options);
    let is_photographed = options.screenshot.is_some();
    let outcome = trace::Outcome::default();
    let told = outcome.clone();
    let make = Box::new(move |cc: &eframe::CreationContext<'_>| {
        Ok(Box::new(App::telling(cc, options, told)) as Box<dyn eframe::App>)
    });
    eframe::run_native(setup::APP_ID, native, make).map_err(|error| anyhow!(setup::sentence(&error)))?;
    let photographed = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    match photographed {
        Some(Err(sentence)) => bail!(sentence),
        None if is_photographed => bail!("the window was closed before its picture was taken"),
        _ => Ok(()),
    }
}

/// The window.
pub struct App {
    state: AppState,
    /// Absent only where the system gave no thread; the window says so.
    engine: Option<Engine>,
    /// How the window is arranged. What else the document says of it is read off where it is used.
    window: Window<Layout>,
    /// What is set up in the latent explorer.
    exploration: Exploration,
    theme: Theme,
    screen: Screen,
    pictures: Pictures,
    caches: Caches,
    tuning: Tuning,
    files: Files,
    sweeper: Sweeper,
    trace: Trace,
    pace: Pace,
    kind: WindowKind,
}

/// What is on the screen beside the panels' contents.
#[derive(Default)]
struct Screen {
    /// The panels that are drawn, and where.
    visible: Visible,
    /// What they want to see.
    wants: Wants,
    help: Option<Help>,
    tour: Option<Tour>,
    keyboard: Keyboard,
    /// Whether the tour comes by itself.
    tour_is_due: bool,
    gallery: Option<Gallery>,
    notices: Notices,
}

/// Files that are being chosen and written.
struct Files {
    dialogs: Dialogs,
    exports: Exports,
}

/// What depends on who opened the window.
struct WindowKind {
    /// Whether the document is stored.
    is_kept: bool,
    /// Whether its size is to be fitted to the screen, once that is known.
    is_to_fit: bool,
    /// Whether the surface has the panels' colour before anything is drawn on it.
    is_cleared: bool,
}

/// What panels keep between frames.
#[derive(Default)]
struct Caches {
    live: live::LiveState,
    form: form::FormState,
    latent: panels::LatentCache,
    insight: panels::InsightMemory,
    curves: panels::CurvesMemory,
    held_out: panels::HeldOutState,
}

impl App {
    /// The window in eframe, or in a test.
    pub fn new(cc: &eframe::CreationContext<'_>, options: WindowOptions) -> Self {
        Self::telling(cc, options, trace::Outcome::default())
    }

    /// The same; what becomes of a screenshot is put into `outcome`.
    fn telling(cc: &eframe::CreationContext<'_>, options: WindowOptions, outcome: trace::Outcome) -> Self {
        let is_kept = options.is_kept();
        let sweeps = options.sweeps_folder(cc.storage.is_some());
        let (Document { mut window, .. }, last) = persistence::load(cc.storage.filter(|_| is_kept));
        let WindowOptions {
            device,
            recipe,
            beside,
            screenshot,
            frame_log,
            trace,
            started,
            size,
            theme,
            simple,
            types_paths,
            program,
            ..
        } = options;
        window.simple |= simple;
        // Whoever measures the window wants to see nothing else.
        let is_measured = frame_log.is_some() || trace.is_some();
        let tour_is_due = cc.storage.is_some() && is_kept && !is_measured && !window.has_seen_tour;
        let theme = Theme::new(theme.unwrap_or(window.scheme), window.simple);
        Theme::install_fonts(&cc.egui_ctx);
        theme.apply(&cc.egui_ctx);
        cc.egui_ctx.set_zoom_factor(window.zoom());
        let graphics = cc.wgpu_render_state.as_ref().map(shared_graphics);
        let painting =
            cc.wgpu_render_state.clone().filter(|_| graphics.as_ref().is_some_and(|g| g.can_compute()));
        let recipe = recipe.unwrap_or(last);
        let mut pictures = Pictures::new(cc.egui_ctx.clone(), painting);
        // There is nothing yet that would have to be painted again.
        pictures.look_like(window.images);
        let files = Files {
            dialogs: Dialogs::new(window.folder.clone(), types_paths),
            exports: Exports::new(cc.egui_ctx.clone()),
        };
        let sweeper = Sweeper::new(cc.egui_ctx.clone(), sweeps, program, device);
        let mut app = Self {
            state: AppState { draft: recipe.clone(), ..AppState::default() },
            engine: None,
            window,
            exploration: Exploration::default(),
            theme,
            screen: Screen { tour_is_due, ..Screen::default() },
            pictures,
            caches: Caches::default(),
            tuning: Tuning::default(),
            files,
            sweeper,
            trace: Trace::new(TraceOptions { started, screenshot, frame_log, trace }, outcome),
            pace: Pace::new(graphics.as_ref().is_some_and(|graphics| graphics.is_software())),
            kind: WindowKind {
                is_kept,
                is_to_fit: size.is_none() && is_kept,
                is_cleared: cc.winit_window().is_some(),
            },
        };
        let joining = beside.into_iter().map(|other| other.beside(&recipe));
        let recipes = std::iter::once(recipe.clone()).chain(joining).collect();
        app.start_engine(&cc.egui_ctx, EngineOptions { device, graphics }, recipes);
        app
    }

    /// What the window knows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// The trainer's thread, and the first runs in it.
    fn start_engine(&mut self, ctx: &Context, options: EngineOptions, recipes: Vec<Recipe>) {
        let (woken, pace) = (ctx.clone(), self.pace.clone());
        match Engine::start(options, move || pace.wake(&woken)) {
            Ok(engine) => self.engine = Some(engine),
            Err(error) => {
                self.state.complain(format!(
                    "The trainer could not start ({error}): close other programs and start again."
                ));
            }
        }
        self.send(Command::Open { recipes, playing: true });
    }

    /// Gives the trainer a command; one that it has no room for is told, not waited for.
    fn send(&mut self, command: Command) {
        let sent = self.engine.as_ref().map(|engine| engine.send(command));
        if let Some(Err(busy)) = sent {
            self.state.complain(busy.to_string());
        }
    }

    /// Takes in one event.
    fn take_in(&mut self, event: Event) {
        if let Event::Snapshot(run, snapshot) = &event
            && let Err(sentence) = self.files.exports.take_snapshot(&self.state, *run, snapshot)
        {
            self.state.complain(sentence);
        }
        let is_opening = matches!(event, Event::Opened(_));
        let is_set_aside = matches!(event, Event::SetAside(_));
        let before = self.state.run().map(|run| run.recipe.name.clone());
        self.state.apply(event);
        if is_opening && before != self.state.run().map(|run| run.recipe.name.clone()) {
            self.show_what_it_is_about();
            if before.is_some() {
                self.exploration.maps.layers.reset_for_another_recipe();
            }
        }
        if is_set_aside {
            self.send(Command::ForgetOthers(self.state.kept.ids()));
        }
        if is_opening {
            self.tuning = Tuning::default();
            let canvases =
                self.state.bench.as_ref().map(|bench| self.pictures.open(bench)).unwrap_or_default();
            canvases.into_iter().for_each(|canvas| self.send(canvas));
        }
    }

    /// Brings to the front what the family of the run is about: the map of its codes, or its own pictures.
    fn show_what_it_is_about(&mut self) {
        if let Some(run) = self.state.run() {
            let is_map = Family::of(&run.recipe).is_about_the_map();
            self.window.layout.suggest(if is_map { Pane::Latent } else { Pane::Insight });
        }
    }

    /// Declares what visible panels want to see, on canvases that have room for it.
    fn declare_wants(&mut self) {
        let Some(bench) = &self.state.bench else { return };
        let wants = std::mem::take(&mut self.screen.wants);
        self.trace.note_wanted(wants.runs());
        let mut canvases = Vec::new();
        for (run, wants) in wants.runs() {
            for (picture, [columns, rows]) in wants.tiles() {
                canvases.extend(self.pictures.make_room(bench, run, picture, columns, rows));
            }
        }
        canvases.into_iter().for_each(|canvas| self.send(canvas));
        if let Some(engine) = &self.engine {
            engine.want(wants);
        }
    }

    /// Makes a window smaller whose last line would be below the screen.
    fn fit_to_screen(&mut self, ctx: &Context) {
        let screen = ctx.input(|input| input.viewport().monitor_size);
        let Some(screen) = screen.filter(|screen| self.kind.is_to_fit && screen.min_elem() > 1.0) else {
            return;
        };
        self.kind.is_to_fit = false;
        let is_large = ctx.input(|input| {
            let window = input.viewport();
            window.maximized == Some(true) || window.fullscreen == Some(true)
        });
        let size = setup::fitting_size(ctx.content_rect().size(), screen).filter(|_| !is_large);
        if let Some(size) = size {
            ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
        }
    }

    /// What dialogs, figures and the sweep have come to.
    fn collect_files(&mut self, ctx: &Context) {
        self.sweeper.poll(&mut self.state.sweep.shown);
        if let Some(action) = self.files.dialogs.poll() {
            self.carry_out(ctx, action);
        }
        while let Some(outcome) = self.files.exports.poll() {
            match outcome {
                Ok(path) => self.state.say_saved(&path),
                Err(error) => self.state.complain(format!("Nothing was saved: {error}.")),
            }
        }
    }

    /// Draws everything and gathers what was asked for.
    fn draw(&mut self, ui: &mut Ui) -> Vec<Action> {
        let Self { state, theme, window, exploration, screen, pictures, caches, kind, .. } = self;
        let wants = RefCell::default();
        let cx = PanelContext { state, theme, pictures, wants: &wants };
        // A window is cleared to this colour before it is drawn; a test is not.
        if !kind.is_cleared {
            ui.painter().rect_filled(ui.max_rect(), 0.0, theme.panel);
        }
        let mut actions = Vec::new();
        Panel::top("transport").exact_size(TOP_BAR_HEIGHT * theme.scale).frame(Frame::NONE).show(ui, |ui| {
            actions.extend(transport::transport_ui(ui, &cx, window));
        });
        Panel::bottom("status").exact_size(STATUS_HEIGHT * theme.scale).frame(Frame::NONE).show(ui, |ui| {
            actions.extend(status::status_ui(ui, &cx));
        });
        CentralPanel::default().frame(Frame::NONE).show(ui, |ui| {
            let live = state.run().map(|run| live::contents(&run.info.recipe, &caches.live, window.simple));
            let (sliders, has_more_sliders) = live.unwrap_or((2, false));
            let contents = Contents {
                sliders,
                has_more_sliders,
                held_out_rows: panels::rows_wanted(state, &caches.held_out),
            };
            let Window { layout, simple, .. } = window;
            screen.visible = layout.show(ui, theme, *simple, contents, &mut |ui, pane, is_tab| {
                actions.extend(pane_ui(ui, &cx, pane, is_tab, exploration, caches));
            });
        });
        screen.wants = wants.into_inner();
        actions
    }

    /// Everything that can be saved.
    fn document(&self) -> Document<Layout> {
        let window = Window {
            scheme: self.theme.scheme,
            images: self.pictures.look(),
            folder: self.files.dialogs.folder().map(ToOwned::to_owned),
            ..self.window.clone()
        };
        let runs = self.state.bench.iter().flat_map(|bench| &bench.runs);
        let runs = runs.map(|run| Run::new(run.info.id, &run.info.recipe, &run.changes));
        let shown = self.state.run().map(|run| run.info.id);
        let bench = Bench { runs: runs.collect(), shown, exploration: self.exploration.clone() };
        Document { window, bench }
    }
}

/// The window's device in the hands of whoever else draws and computes with it.
fn shared_graphics(window: &eframe::egui_wgpu::RenderState) -> Arc<Graphics> {
    Arc::new(Graphics {
        instance: window.instance.clone(),
        adapter: window.adapter.clone(),
        device: window.device.clone(),
        queue: window.queue.clone(),
    })
}

/// Draws one panel. A tab shows its name already.
fn pane_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    pane: Pane,
    is_tab: bool,
    exploration: &mut Exploration,
    caches: &mut Caches,
) -> Vec<Action> {
    let title = if is_tab { "" } else { pane.title() };
    match pane {
        Pane::Live => live::live_ui(ui, cx, &mut caches.live),
        Pane::Recipe => form::form_ui(ui, cx, &mut caches.form),
        Pane::Hourglass => panels::hourglass_ui(ui, cx),
        Pane::Latent => panels::latent_ui(ui, cx, exploration, &mut caches.latent, title),
        Pane::Dimensions => panels::dimensions_ui(ui, cx, exploration, &mut caches.latent, title),
        Pane::Samples => panels::samples_ui(ui, cx, exploration, &mut caches.latent, title),
        Pane::Insight => panels::insight_ui(ui, cx, &mut caches.insight),
        Pane::Kept => panels::kept_ui(ui, cx, title),
        Pane::Curves => panels::curves_ui(ui, cx, &mut caches.curves),
        Pane::HeldOut => panels::held_out_ui(ui, cx, &mut caches.held_out),
        Pane::Objective => {
            panels::objective_ui(ui, cx);
            Vec::new()
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        self.pace.begin_frame();
        if self.trace.is_logging() {
            ctx.request_repaint_after(self.pace.logged());
        }
        let frame_secs = frame.info().cpu_usage;
        self.trace.begin_frame(&self.state, frame_secs);
        while let Some(event) = self.engine.as_ref().and_then(|engine| engine.poll()) {
            self.take_in(event);
        }
        self.state.collect_views();
        self.pictures.take_in(&self.state);
        self.collect_files(ctx);
        self.screen.notices.expire(ctx, &mut self.state.notice);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.fit_to_screen(&ctx);
        let pointer = ctx.input(|input| input.pointer.hover_pos());
        let under_pointer = pointer.and_then(|at| self.screen.visible.at(at)).and_then(Pane::figure);
        let targets = KeyTargets {
            under_pointer,
            shown: self.state.run().map(|run| run.info.id),
            is_covered: self.is_covered(),
            is_full_screen: keys::is_full_screen(&ctx),
        };
        let mut actions = keys::pressed(&ctx, targets);
        actions.extend(self.draw(ui));
        actions.extend(self.draw_in_front(&ctx));
        for action in actions {
            self.carry_out(&ctx, action);
        }
        self.declare_wants();
        self.window.zoom = ctx.zoom_factor();
        self.files.exports.end_frame(&ctx);
        self.trace.end_frame(&ctx, &self.state);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if self.kind.is_kept {
            persistence::store(&self.document(), storage);
        }
    }

    fn on_exit(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.close();
        }
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.theme.panel.to_normalized_gamma_f32()
    }

    /// Scroll positions and the like begin anew with each window.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
