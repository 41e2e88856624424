//! The panels of the window. Each reads the state and returns actions; none knows another, nor the engine.
//!
//! What they share stands here: words for what is not there yet, pictures and small switches.

pub mod curves;
pub mod held_out;
pub mod hourglass;
pub mod insight;
pub mod kept;
pub mod latent;
pub mod objective;

pub use self::hourglass::hourglass_ui;
pub use curves::{CurvesMemory, curves_ui};
pub use held_out::{HeldOutState, held_out_ui, rows_wanted};
pub use insight::{InsightMemory, insight_ui};
pub use kept::kept_ui;
pub use latent::{LatentCache, dimensions_ui, latent_ui, samples_ui};
pub use objective::objective_ui;

use std::sync::Arc;

use eframe::egui::{
    self, Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Sense, StrokeKind, Ui, Vec2,
    load::SizedTexture,
};

use super::images::Paint;
use super::kept::KeptRun;
use super::pictures::{HostName, Pictures, Shown, image_tiles, image_tiles_of};
use super::state::{AppState, BenchState};
use super::theme::{GRID, RADIUS_SMALL, Theme};

/// Says in the middle of a panel what it is waiting for.
fn waiting(ui: &mut Ui, theme: &Theme, words: &str) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, words));
    let galley =
        ui.painter().layout(words.to_owned(), theme.small(), theme.muted, (rect.width() - 16.0).max(40.0));
    ui.painter().galley(rect.center() - 0.5 * galley.size(), galley, theme.muted);
}

/// What a panel without a run waits for.
fn no_run(state: &AppState) -> String {
    match &state.preparing {
        Some(what) => what.clone(),
        None => "no images are loaded yet".to_owned(),
    }
}

/// Part of a texture in a rectangle, with rounded corners.
fn paint_picture(ui: &Ui, shown: Shown, rect: Rect, part: Rect, tint: Color32) {
    let texture = SizedTexture::new(shown.id, shown.size_px.map(|n| n as f32));
    egui::Image::from_texture(texture).uv(part).tint(tint).corner_radius(RADIUS_SMALL).paint_at(ui, rect);
}

/// A whole texture at a given width; its name is for screen readers and tests.
fn picture(ui: &mut Ui, theme: &Theme, shown: Option<Shown>, size: Vec2, name: &str) -> Rect {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, name));
    picture_frame(ui, theme, rect);
    if let Some(shown) = shown {
        paint_picture(ui, shown, rect, WHOLE, Color32::WHITE);
    }
    rect
}

/// All of a texture.
const WHOLE: Rect = Rect::from_min_max(Pos2::ZERO, egui::pos2(1.0, 1.0));

/// What lies behind a picture and, until it is there, in its place.
fn picture_frame(ui: &Ui, theme: &Theme, rect: Rect) {
    let corner = CornerRadius::same(RADIUS_SMALL);
    ui.painter().rect(rect, corner, theme.picture, theme.line_stroke(), StrokeKind::Outside);
}

/// One image of the data set as a texture. `name` tells apart the places where one is shown at a time.
fn host_image(pictures: &Pictures, bench: &BenchState, name: &'static str, index: u32) -> Shown {
    // The address of the data set and the image's number together say what is shown.
    let version = (Arc::as_ptr(&bench.dataset).addr() as u64).wrapping_mul(31).wrapping_add(u64::from(index));
    pictures.host(name, version, image_tiles(bench), Paint::Image, || {
        let mut values = Vec::new();
        bench.dataset.write_f32(&[index], &mut values);
        values
    })
}

/// The reconstructions of a run that was set aside as a texture. `number` is its place among all runs that are kept.
fn kept_outputs(pictures: &Pictures, kept: &KeptRun, number: usize) -> Shown {
    let tiles = image_tiles_of(&kept.dataset).grid(kept.examples.len(), 1);
    let (name, version) = (HostName::of_run("kept", number), kept.run.info.id.0 + 1);
    pictures.host(name, version, tiles, Paint::Image, || kept.outputs.to_vec())
}

/// Small words over a picture, on a ground that keeps them readable.
fn words_over(painter: &Painter, theme: &Theme, at: Pos2, anchor: Align2, words: &str, font: FontId) -> Rect {
    let widest = (painter.clip_rect().width() - 2.0 * GRID).max(4.0 * GRID);
    let galley = painter.layout(words.to_owned(), font, theme.over_picture, widest);
    let rect = anchor.anchor_size(at, galley.size());
    let ground = rect.expand2(egui::vec2(3.0, 0.0));
    painter.rect_filled(ground, CornerRadius::same(3), theme.faded(theme.picture, 0.74));
    painter.galley(rect.min, galley, theme.over_picture);
    rect
}
