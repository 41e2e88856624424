//! Carrying actions out: one exhaustive match, one call per arm, and nothing that waits.

use std::path::{Path, PathBuf};

use eframe::egui::{Context, ViewportCommand};

use super::App;
use super::action::{Action, Figure};
use super::bench_menu;
use super::dialogs::Errand;
use super::export::Order;
use super::focus;
use super::form::with_live_values;
use super::gallery::Gallery;
use super::help::Help;
use super::keys;
use super::layout::Layout;
use super::sweeps::{self, SweepAction};
use super::theme::{ColorScheme, Theme};
use super::tuning::{Gesture, LiveParameter};
use crate::document::{ExportStyle, ImageLook};
use crate::engine::{Command, RunId};
use crate::look::as_sentence;
use crate::recipe::{NetworkPart, Recipe, Value, table};

/// The message where a panel is to be written as it is on the screen, and is not there.
const NOT_ON_SCREEN: &str =
    "That panel is not on the screen: bring it to the front, or export a clean figure (in the export menu).";

impl App {
    /// Does what somebody asked for.
    pub(super) fn carry_out(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::PlayPause => self.play_or_pause(),
            Action::StepBatch => self.send(Command::StepBatch),
            Action::StepEpoch => self.send(Command::StepEpoch),
            Action::Reset => self.send(Command::Reset),
            Action::NewSeed => self.new_seed(),
            Action::Restore(run) => self.send(Command::Resume(run)),
            Action::OpenGallery { is_for_adding } => {
                self.screen.gallery = Some(Gallery::new(is_for_adding));
            }
            Action::Open(recipe) => self.open(*recipe),
            Action::OpenBeside(recipe) => {
                let recipes = bench_menu::beside(&self.state, *recipe);
                self.send(Command::Open { recipes, playing: true });
            }
            Action::Focus(run) => self.state.focus(run),
            Action::EndRun(run) => self.send(Command::End(run)),
            Action::Draft(key, value) => self.draft(key, &value),
            Action::StartDraft => self.start_draft(),
            Action::DropDraft => self.drop_draft(),
            Action::Tune { key, value, done } => self.tune(key, value, done),
            Action::Undo => self.undo(),
            Action::Say(sentence) => self.state.say(sentence),
            Action::Complain(sentence) => self.state.complain(sentence),
            Action::Select(image) => self.state.selected = Some(image),
            Action::GoToImage(image) => self.go_to_image(image),
            Action::Export(figure) => self.ask_for_path(ctx, Errand::Figure(figure)),
            Action::SaveWeights => self.ask_for_path(ctx, Errand::Weights),
            Action::SaveRecipe => self.ask_for_path(ctx, Errand::Recipe),
            Action::ExportTo(figure, path) => self.export_to(ctx, figure, path),
            Action::SaveWeightsTo(path) => self.save_weights_to(path),
            Action::StartFrom(part) => self.ask_for_path(ctx, Errand::StartFrom(part)),
            Action::OpenImageFolder => self.ask_for_path(ctx, Errand::ImageFolder),
            Action::OpenImageFile => self.ask_for_path(ctx, Errand::ImageFile),
            Action::OpenImagesAt(path) => self.open_images(&path),
            Action::StartFromFile(part, path) => self.start_from(part, path),
            Action::SaveRecipeTo(path) => self.save_recipe_to(path),
            Action::ToggleTheme => {
                self.look_like(ctx, Theme::new(self.theme.scheme.other(), self.window.simple));
            }
            Action::ToggleSimple => self.toggle_simple(ctx),
            Action::DrawImages(look) => self.draw_images(look),
            Action::ToggleFullScreen => set_full_screen(ctx, !keys::is_full_screen(ctx)),
            Action::ToggleHelp => self.toggle_help(),
            Action::FocusPanel { is_back } => self.focus_panel(ctx, is_back),
            Action::FocusPanelNumber(number) => self.focus_panel_number(ctx, number),
            Action::StartTour => self.start_tour(),
            Action::LeaveFullScreen => set_full_screen(ctx, false),
            Action::ResetLayout => self.window.layout = Layout::default(),
            Action::Zoom(zoom) => ctx.set_zoom_factor(zoom),
            Action::OpenFolder(folder) => self.open_folder(&folder),
            Action::Insight(action) => self.state.insight.carry_out(action),
            Action::Sweep(action) => self.sweep(action),
            Action::Keep(run) => self.send(Command::Keep(run)),
            Action::BringBack(run) => self.send(Command::BringBack(run)),
            Action::RemoveKept(run) => self.remove_kept(run),
            Action::ShowKept(run, is_shown) => self.state.kept.show(run, is_shown),
            Action::HideKept => self.state.kept.hide_all(),
        }
    }

    /// Asks for a path. What is written is named after the run and its step.
    fn ask_for_path(&mut self, ctx: &Context, errand: Errand) {
        let run = self.state.run().map(|run| (run.recipe.name.as_str(), run.progress.step));
        self.files.dialogs.ask(ctx, errand, &errand.file_name(run));
    }

    fn toggle_help(&mut self) {
        let is_open = self.screen.help.take().is_some();
        self.screen.help = (!is_open).then(Help::default);
    }

    fn focus_panel_number(&self, ctx: &Context, number: usize) {
        if let Some((pane, _)) = self.screen.visible.panels().get(number) {
            focus::go_to(ctx, *pane);
        }
    }

    /// Gives the keyboard to the panel after the one that has it, or before it; to the first where none has.
    fn focus_panel(&self, ctx: &Context, is_back: bool) {
        let panels = self.screen.visible.panels();
        let last = panels.len().saturating_sub(1);
        let next = match (focus::panel(ctx, panels), is_back) {
            (None | Some(0), true) => last,
            (Some(now), true) => now - 1,
            (Some(now), false) if now < last => now + 1,
            (Some(_) | None, false) => 0,
        };
        self.focus_panel_number(ctx, next);
    }

    fn open_folder(&mut self, folder: &Path) {
        if let Err(error) = open::that_detached(folder) {
            self.state.complain(format!("The folder {} could not be opened ({error}).", folder.display()));
        }
    }

    fn shown_run(&self) -> Option<RunId> {
        self.state.run().map(|run| run.info.id)
    }

    fn remove_kept(&mut self, run: RunId) {
        self.state.kept.take(run);
        self.send(Command::ForgetOthers(self.state.kept.ids()));
    }

    fn play_or_pause(&mut self) {
        let command = if self.state.is_playing() { Command::Pause } else { Command::Play };
        self.send(command);
    }

    fn go_to_image(&mut self, image: u32) {
        self.state.selected = Some(image);
        self.exploration.maps.sought = Some(image);
    }

    fn new_seed(&mut self) {
        let seed = self.state.run().map_or(0, |run| run.recipe.seed);
        // The declaration allows no larger one.
        self.send(Command::NewSeed(if seed >= u64::from(u32::MAX) { 0 } else { seed + 1 }));
    }

    fn open(&mut self, recipe: Recipe) {
        let recipes = bench_menu::in_place(&self.state, recipe);
        self.send(Command::Open { recipes, playing: true });
    }

    /// The shown recipe on other images.
    fn open_images(&mut self, path: &Path) {
        let mut recipe = self.state.run().map_or(&self.state.draft, |run| &run.recipe).clone();
        recipe.data.set = path.to_string_lossy().into_owned();
        self.open(recipe);
    }

    fn draft(&mut self, key: &str, value: &Value) {
        if let Err(error) = self.state.draft.set(key, value) {
            self.state.complain(error.to_string());
        }
    }

    fn start_draft(&mut self) {
        let draft = &self.state.draft;
        let recipe =
            self.state.run().map_or_else(|| draft.clone(), |run| with_live_values(draft, &run.recipe));
        match recipe.validate() {
            Ok(()) => self.open(recipe),
            Err(error) => self.state.complain(error.to_string()),
        }
    }

    fn drop_draft(&mut self) {
        if let Some(run) = self.state.run() {
            self.state.draft = run.recipe.clone();
        }
    }

    fn tune(&mut self, key: &'static str, value: f64, done: bool) {
        let Some(run) = self.state.run() else { return };
        let before = table::find(key).ok().and_then(|parameter| parameter.number(&run.recipe));
        if let Some(before) = before {
            let parameter = LiveParameter { run: run.info.id, key };
            self.tuning.note(parameter, before, value, done);
        }
        if let Some(engine) = &self.engine {
            engine.tune(run.info.id, key, value);
        }
    }

    fn undo(&mut self) {
        let runs: Vec<RunId> =
            self.state.bench.iter().flat_map(|bench| &bench.runs).map(|run| run.info.id).collect();
        match (self.tuning.take_back(|run| runs.contains(&run)), &self.engine) {
            (Some(Gesture { parameter: LiveParameter { run, key }, before }), Some(engine)) => {
                engine.tune(run, key, before);
                // What is undone is shown.
                if self.shown_run() != Some(run) {
                    self.state.focus(run);
                }
            }
            _ => self.state.say("There is no live change to take back.".to_owned()),
        }
    }

    fn export_to(&mut self, ctx: &Context, figure: Figure, path: PathBuf) {
        if self.window.export_style == ExportStyle::Screen {
            return self.photograph(ctx, figure, path);
        }
        let scale = self.window.export_scale();
        let tint = self.pictures.look().tint;
        let curves = self.caches.curves.options();
        let scheme = if self.window.is_paper_white { ColorScheme::Light } else { self.theme.scheme };
        let order = Order { figure, path, scale, scheme, tint, curves };
        let shown = self.shown_run();
        let shown = shown.map(|run| self.caches.latent.explored(&self.exploration, run, figure));
        match self.files.exports.begin(&self.state, shown.unwrap_or_default(), order) {
            Ok(Some(snapshot)) => self.send(snapshot),
            Ok(None) => {}
            Err(sentence) => self.state.complain(sentence),
        }
    }

    /// Writes the panel of a figure as it is on the screen, once what is in front of it is gone.
    fn photograph(&mut self, ctx: &Context, figure: Figure, path: PathBuf) {
        let panel = self.screen.visible.of(figure);
        let taken = panel.ok_or(NOT_ON_SCREEN).map(|panel| self.files.exports.photograph(ctx, panel, path));
        if let Err(sentence) = taken {
            self.state.complain(sentence.to_owned());
        }
    }

    fn save_weights_to(&mut self, path: PathBuf) {
        match self.shown_run() {
            Some(run) => self.send(Command::SaveWeights { run, path }),
            None => self.state.complain("There are no weights yet: wait for the first images.".to_owned()),
        }
    }

    /// Begins again with the weights of a file in the shown run, which comes first among the runs.
    fn start_from(&mut self, part: NetworkPart, weights: PathBuf) {
        let Some(shown) = self.state.run() else {
            self.state.complain("There is no run yet: wait for the first images.".to_owned());
            return;
        };
        let others = self.state.bench.iter().flat_map(|bench| &bench.runs);
        let others = others.filter(|run| run.info.id != shown.info.id).map(|run| run.recipe.clone());
        let recipes = [shown.recipe.clone()].into_iter().chain(others).collect();
        self.send(Command::StartFrom { recipes, weights, part, playing: true });
    }

    fn sweep(&mut self, action: SweepAction) {
        match action {
            SweepAction::Draft(form) => self.state.sweep.form = form,
            SweepAction::Start => self.start_sweep(),
            SweepAction::Cancel => self.sweeper.cancel(),
            SweepAction::Open(value) => self.open_swept(&value),
        }
    }

    fn start_sweep(&mut self) {
        let Some(run) = self.state.run() else { return };
        match self.sweeper.start(&self.state.sweep.form, &run.recipe) {
            Ok(shown) => self.state.sweep.shown = Some(shown),
            Err(error) => self.state.complain(as_sentence(&error)),
        }
    }

    /// The training at a value on the bench, with its weights, in place of the shown run.
    fn open_swept(&mut self, value: &str) {
        let shown = self.state.sweep.shown.as_ref();
        match shown.and_then(|shown| sweeps::result_at(&shown.sweep, value)) {
            None => {}
            Some(Err(error)) => self.state.complain(as_sentence(&error)),
            Some(Ok((recipe, weights))) => {
                let (recipes, part) = (vec![recipe], NetworkPart::Whole);
                self.send(Command::StartFrom { recipes, weights, part, playing: false });
            }
        }
    }

    fn save_recipe_to(&mut self, path: PathBuf) {
        let written = match self.state.run() {
            Some(run) => self.files.exports.write_text(path, run.lesson().to_toml()),
            None => Err("There is no run yet: wait for the first images.".to_owned()),
        };
        if let Err(sentence) = written {
            self.state.complain(sentence);
        }
    }

    fn toggle_simple(&mut self, ctx: &Context) {
        self.window.simple = !self.window.simple;
        self.look_like(ctx, Theme::new(self.theme.scheme, self.window.simple));
    }

    fn draw_images(&mut self, look: ImageLook) {
        for command in self.pictures.look_like(look) {
            self.send(command);
        }
    }

    fn look_like(&mut self, ctx: &Context, theme: Theme) {
        theme.apply(ctx);
        self.theme = theme;
    }
}

fn set_full_screen(ctx: &Context, is_full: bool) {
    ctx.send_viewport_cmd(ViewportCommand::Fullscreen(is_full));
}
