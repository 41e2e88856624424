//! Draws pictures in rows, every pixel sharp.

use eframe::egui::epaint::Mesh;
use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{Color32, CornerRadius, Rect, Response, Shape, StrokeKind, Ui, pos2, vec2};

use super::layout::{Grid, Pictures as Wanted};
use crate::app::context::PanelContext;
use crate::app::images::Paint;
use crate::app::pictures::Shown;
use crate::app::theme::{GRID, Theme};
use crate::engine::card::{Images, Ink};
use crate::gpu::Tiles;

/// Names of rows are at most this wide, in points; longer ones take a second line.
const NAMES_MOST: f32 = 104.0;
/// Height of a word under a picture.
const CAPTION: f32 = 15.0;

/// Draws the pictures of a card into a space; what is under the pointer is told by its tooltip.
pub fn images(
    ui: &Ui,
    cx: &PanelContext<'_>,
    images: &Images,
    version: u64,
    space: Rect,
    response: &Response,
) {
    let [channels, height, width] = images.dims;
    let (columns, rows) = (images.columns.max(1), images.row_count());
    if images.count() == 0 || width == 0 || height == 0 {
        return;
    }
    let names = names_width(ui, cx.theme, images);
    let wanted = Wanted {
        size: [width, height],
        count: images.count(),
        columns,
        rows_matter: !images.rows.is_empty(),
        names,
        captions: if images.captions.is_empty() { 0.0 } else { CAPTION * cx.theme.scale },
    };
    let grid = Grid::fit(space, &wanted, 1.0 / ui.pixels_per_point());
    let paint = match images.ink {
        Ink::Grey => Paint::Image,
        Ink::Signed => Paint::Difference,
    };
    let tiles = Tiles::single(height, width, channels).grid(columns, rows);
    let shown = cx.pictures.host("card", version, tiles, paint, || images.pixels.to_vec());
    tiles_ui(ui, cx.theme, &grid, shown, (images.count(), columns, rows));
    names_ui(ui, cx.theme, images, &grid, names);
    captions_ui(ui, cx.theme, images, &grid);
    if let Some(words) = response.hover_pos().and_then(|at| grid.at(at)).and_then(|at| told(images, at)) {
        response.clone().on_hover_text_at_pointer(words);
    }
}

/// Every picture is a part of one texture.
fn tiles_ui(
    ui: &Ui,
    theme: &Theme,
    grid: &Grid,
    shown: Shown,
    (count, columns, rows): (usize, usize, usize),
) {
    let mut mesh = Mesh::with_texture(shown.id);
    let part = vec2(1.0 / columns as f32, 1.0 / rows.max(1) as f32);
    for index in 0..count {
        let rect = grid.tile(index);
        let corner = pos2((index % columns) as f32 * part.x, (index / columns) as f32 * part.y);
        mesh.add_rect_with_uv(rect, Rect::from_min_size(corner, part), Color32::WHITE);
        ui.painter().rect_stroke(rect, CornerRadius::ZERO, theme.line_stroke(), StrokeKind::Outside);
    }
    ui.painter().add(Shape::mesh(mesh));
}

fn names_width(ui: &Ui, theme: &Theme, images: &Images) -> f32 {
    let width = |name: &String| {
        ui.painter().layout(name.clone(), theme.small(), theme.muted, NAMES_MOST * theme.scale).size().x
    };
    let widest = images.rows.iter().map(width).fold(0.0, f32::max);
    if widest > 0.0 { (widest + 1.5 * GRID).ceil() } else { 0.0 }
}

/// What each row is, beside its first picture, in every band.
fn names_ui(ui: &Ui, theme: &Theme, images: &Images, grid: &Grid, width: f32) {
    for (row, name) in images.rows.iter().enumerate().take(grid.rows) {
        for start in grid.starts(row) {
            let galley =
                ui.painter().layout(name.clone(), theme.small(), theme.text, NAMES_MOST * theme.scale);
            let at = pos2(start.left() - width, start.center().y - 0.5 * galley.size().y);
            ui.painter().galley(at, galley, theme.text);
        }
    }
}

/// A word under each picture, cut where it would reach the next.
fn captions_ui(ui: &Ui, theme: &Theme, images: &Images, grid: &Grid) {
    for (index, caption) in images.captions.iter().enumerate().take(images.count()) {
        let tile = grid.tile(index);
        let mut job = LayoutJob::default();
        job.append(caption, 0.0, TextFormat::simple(theme.small(), theme.muted));
        job.wrap = TextWrapping::truncate_at_width(tile.width() + 2.0);
        let galley = ui.painter().layout_job(job);
        let at = pos2(tile.center().x - 0.5 * galley.size().x, tile.bottom() + 1.0);
        ui.painter().galley(at, galley, theme.muted);
    }
}

/// What a picture is: its row and its caption, as far as there are any.
fn told(images: &Images, index: usize) -> Option<String> {
    let row = images.rows.get(index / images.columns.max(1)).filter(|row| !row.is_empty());
    let caption = images.captions.get(index).filter(|caption| !caption.is_empty());
    match (row, caption) {
        (Some(row), Some(caption)) => Some(format!("{row}: {caption}")),
        (row, caption) => row.or(caption).cloned(),
    }
}
