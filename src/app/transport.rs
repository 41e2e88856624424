//! The bar at the top: the recipe, the images, play and pause, and the progress.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::action::Action;
use super::bench_menu::bench_menu_ui;
use super::context::PanelContext;
use super::glyph::{Sign, paint_logo};
use super::layout;
use super::menus::{export_ui, view_ui};
use super::theme::{GRID, HALF, Theme};
use super::widgets::{bold, muted, primary_button, sign_button, text_width, word_button};
use crate::data;
use crate::document::Window;
use crate::look::count_label;
use crate::recipe::{BuiltInSet, Family};

/// Width of the right end of the bar, in points: with the device chip, and with buttons alone.
const RIGHT_FULL: f32 = 300.0;
const RIGHT_SIMPLE: f32 = 160.0;
/// Width of a number with its word.
const NUMBER: f32 = 90.0;

/// The bar.
pub fn transport_ui(ui: &mut Ui, cx: &PanelContext<'_>, window: &mut Window<layout::Layout>) -> Vec<Action> {
    let simple = window.simple;
    let mut actions = Vec::new();
    ui.horizontal_centered(|ui| {
        ui.add_space(GRID + HALF);
        logo_ui(ui, cx.theme);
        ui.add_space(GRID);
        recipe_ui(ui, cx, &mut actions);
        bench_menu_ui(ui, cx, &mut actions);
        data_ui(ui, cx, &mut actions);
        ui.add_space(GRID);
        play_ui(ui, cx, &mut actions);
        ui.add_space(HALF);
        progress_ui(ui, cx, simple);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(GRID);
            window_ui(ui, cx, window, &mut actions);
            if !simple {
                device_ui(ui, cx);
            }
        });
    });
    actions
}

fn logo_ui(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(18.0, 22.0) * theme.scale, egui::Sense::hover());
    paint_logo(ui.painter(), rect, theme.accent, theme.kl);
    bold(ui, "Hourglass", theme.large(), theme.text);
}

/// The recipe that is shown; a click opens the gallery.
fn recipe_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let running = cx.state.run().map_or(&cx.state.draft, |run| &run.recipe);
    let family = Family::of(running);
    let words = format!("{}\n\n{}: {}", running.about, family.label(), family.sentence());
    // Room for the arrow.
    let name = format!("{}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}", running.name);
    let button = word_button(ui, cx.theme, &name, words.trim());
    name_it(&button, "Choose a recipe");
    let at = button.rect.right_center() - egui::vec2(12.0 * cx.theme.scale, 0.0);
    let [wide, high] = [4.0, 2.5].map(|side| side * cx.theme.scale);
    let corners =
        [egui::vec2(-wide, -high), egui::vec2(wide, -high), egui::vec2(0.0, high)].map(|by| at + by);
    ui.painter().add(egui::Shape::convex_polygon(corners.to_vec(), cx.theme.text, egui::Stroke::NONE));
    if button.clicked() {
        actions.push(Action::OpenGallery { is_for_adding: false });
    }
}

fn data_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let running = cx.state.run().map_or(&cx.state.draft, |run| &run.recipe);
    let set = running.data.set.as_str();
    let combo = egui::ComboBox::from_id_salt("images")
        .selected_text(running.data.name())
        .width(60.0)
        .show_ui(ui, |ui| {
            for &name in BuiltInSet::WORDS {
                if ui.selectable_label(set == name, name).clicked() && set != name {
                    actions.push(Action::OpenImagesAt(name.into()));
                }
            }
            if !BuiltInSet::WORDS.contains(&set) {
                ui.selectable_label(true, running.data.name()).on_hover_text(set);
            }
            ui.separator();
            for (name, action) in
                [("Open a folder…", Action::OpenImageFolder), ("Open a file…", Action::OpenImageFile)]
            {
                if ui.button(name).on_hover_text(data::accepted_paths()).clicked() {
                    actions.push(action);
                    ui.close();
                }
            }
        });
    name_it(&combo.response, "Choose images");
    let about = cx.state.bench.as_ref().map(|bench| {
        let count = count_label(bench.dataset.len() as u64);
        format!("{count} images of {} by {} pixels", bench.dataset.shape.width, bench.dataset.shape.height)
    });
    if let Some(about) = about {
        combo.response.on_hover_text(about);
    }
}

fn play_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let (sign, label) = if cx.state.is_playing() { (Sign::Pause, "Pause") } else { (Sign::Play, "Play") };
    ui.add_enabled_ui(cx.state.bench.is_some(), |ui| {
        if primary_button(ui, cx.theme, Some(sign), label).on_hover_text("Space").clicked() {
            actions.push(Action::PlayPause);
        }
        let buttons = [
            (Sign::Step, "Step", "One update, then pause (→)", Action::StepBatch),
            (Sign::StepEpoch, "Step epoch", "To the end of the epoch, then pause", Action::StepEpoch),
            (Sign::Reset, "Reset", "Start again from the same weights (R)", Action::Reset),
            (Sign::Seed, "New seed", "Start again with another seed (N)", Action::NewSeed),
        ];
        for (sign, name, tip, action) in buttons {
            if sign_button(ui, cx.theme, sign, name, tip).clicked() {
                actions.push(action);
            }
        }
    });
}

/// Epoch, step and speed, as far as there is room.
fn progress_ui(ui: &mut Ui, cx: &PanelContext<'_>, simple: bool) {
    let Some(run) = cx.state.run() else { return };
    let kept = if simple { RIGHT_SIMPLE } else { RIGHT_FULL } * cx.theme.scale;
    let progress = &run.progress;
    let speed = count_label(progress.images_per_second.round() as u64);
    let numbers = [
        ("epoch", count_label(progress.epoch), "", true),
        ("step", count_label(progress.step), "", true),
        ("", speed, "images/s", progress.images_per_second > 0.0),
    ];
    for (before, number, after, is_known) in numbers {
        if is_known && ui.available_width() > kept + NUMBER * cx.theme.scale {
            number_ui(ui, cx.theme, before, &number, after);
        }
    }
}

fn number_ui(ui: &mut Ui, theme: &Theme, before: &str, number: &str, after: &str) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        if !before.is_empty() {
            muted(ui, theme, before);
        }
        bold(ui, number, theme.body(), theme.text);
        if !after.is_empty() {
            muted(ui, theme, after);
        }
    });
}

/// The controls of the window, from the right edge inwards.
fn window_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    window: &mut Window<layout::Layout>,
    actions: &mut Vec<Action>,
) {
    let help = word_button(ui, cx.theme, "?", "Tour, words and keys (?)");
    name_it(&help, "Help");
    if help.clicked() {
        actions.push(Action::ToggleHelp);
    }
    view_ui(ui, cx, window, actions);
    export_ui(ui, cx, window, actions);
}

fn device_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    let Some(bench) = &cx.state.bench else { return };
    let (name, rest) = bench.device.split_once(" · ").unwrap_or((&bench.device, ""));
    // From right to left, so the end of the chip comes first.
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let rest = if rest.is_empty() { String::new() } else { format!("· {rest}") };
        let words = text_width(ui, cx.theme, &format!("{name} {rest}"));
        if words + GRID > ui.available_width() {
            return;
        }
        muted(ui, cx.theme, rest);
        let name = RichText::new(name).font(cx.theme.small()).color(cx.theme.text);
        ui.label(name).on_hover_text("What the run trains on");
    });
}

/// A name for screen readers and tests, where the widget shows only its value.
fn name_it(response: &egui::Response, name: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
}
