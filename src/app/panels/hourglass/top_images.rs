//! The held-out images with the highest and the lowest activation of one unit of the code, in a popup at the code. They
//! change while the network learns.

use eframe::egui::{
    Align2, Color32, Popup, PopupCloseBehavior, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use crate::app::context::PanelContext;
use crate::app::images::Paint;
use crate::app::panels::{paint_picture, picture_frame};
use crate::app::pictures::{Shown, image_tiles};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::HALF;
use crate::app::widgets::{heading, muted};
use crate::engine::TopImage;
use crate::look::{count_label, decimal_label};

/// Height of an image, in points; very wide ones are smaller.
const IMAGE: f32 = 40.0;
/// Images beside each other, as many as the trainer finds for either end.
const COLUMNS: usize = 12;

/// Lets a unit of the code be picked, with a click or by the keys that press a button, and shows its images until there
/// is a click elsewhere or Escape is pressed. `unit` is the one under the pointer.
pub fn top_images_ui(
    cx: &PanelContext<'_>,
    bench: &BenchState,
    run: &RunState,
    code: &Response,
    unit: Option<usize>,
) {
    let count = run.recipe.model.code.max(1);
    let id = code.id.with("picked unit");
    let before: Option<usize> = code.ctx.data(|data| data.get_temp(id)).flatten();
    let mut picked = before.filter(|unit| *unit < count);
    if code.clicked() {
        // The keyboard goes from unit to unit.
        let next = picked.map_or(0, |unit| (unit + 1) % count);
        let pressed = if code.hovered() { unit } else { Some(next) };
        picked = if pressed == picked { None } else { pressed };
    }
    if let Some(unit) = picked {
        cx.want(run.info.id, |wants| wants.top_images = Some(unit));
        let mut is_open = true;
        let popup = Popup::from_response(code).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        popup.open_bool(&mut is_open).show(|ui| content_ui(ui, cx, bench, run, unit));
        if !is_open && !code.clicked() {
            picked = None;
        }
    }
    code.ctx.data_mut(|data| data.insert_temp(id, picked));
}

fn content_ui(ui: &mut Ui, cx: &PanelContext<'_>, bench: &BenchState, run: &RunState, unit: usize) {
    heading(ui, cx.theme, &format!("Images that activate z{} most", unit + 1));
    let view = run.views.top_images.as_deref().filter(|view| view.unit == unit);
    let Some(view) = view else {
        muted(ui, cx.theme, "encoding the held-out images");
        return;
    };
    if view.highest.is_empty() {
        muted(ui, cx.theme, "no held-out image has a finite code");
        return;
    }
    let images = count_label(bench.cloud.len() as u64);
    muted(ui, cx.theme, format!("of {images} held-out images, at step {}", count_label(view.step)));
    let tiles = image_tiles(bench).grid(COLUMNS, 2);
    let version = (run.info.id.0 << 40).wrapping_add(view.version);
    let shown = cx.pictures.host("top images", version, tiles, Paint::Image, || {
        let pixels = tiles.values();
        let row = |ends: &[TopImage]| {
            let images: Vec<u32> = ends.iter().map(|top| top.image).collect();
            let mut values = Vec::new();
            bench.dataset.write_f32(&images, &mut values);
            values.resize(COLUMNS * pixels, 0.0);
            values
        };
        [row(&view.highest), row(&view.lowest)].concat()
    });
    for (row, (name, ends)) in [("highest", &view.highest), ("lowest", &view.lowest)].into_iter().enumerate()
    {
        ui.add_space(HALF);
        muted(ui, cx.theme, name);
        let values: Vec<f32> = ends.iter().map(|top| top.value).collect();
        row_ui(
            ui,
            cx,
            bench,
            Row { shown, row, values: &values, name: format!("images with the {name} z{}", unit + 1) },
        );
    }
}

/// A row of images with their activations.
struct Row<'a> {
    shown: Shown,
    /// Which row of the texture.
    row: usize,
    values: &'a [f32],
    /// For screen readers and tests.
    name: String,
}

fn row_ui(ui: &mut Ui, cx: &PanelContext<'_>, bench: &BenchState, row: Row<'_>) {
    let Row { shown, row, values, name } = row;
    let aspect = bench.dataset.shape.aspect();
    let image = vec2(IMAGE * aspect.min(1.6), IMAGE * aspect.min(1.6) / aspect) * cx.theme.scale;
    let pitch = image.x + HALF;
    let line = 14.0 * cx.theme.scale;
    let size = vec2(pitch * COLUMNS as f32, image.y + line);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    for (column, value) in values.iter().enumerate() {
        let corner = rect.min + vec2(column as f32 * pitch, 0.0);
        let at = Rect::from_min_size(corner, image);
        picture_frame(ui, cx.theme, at);
        paint_picture(ui, shown, at, part(column, row), Color32::WHITE);
        let foot = pos2(at.center().x, at.bottom() + 1.0);
        let words = decimal_label(f64::from(*value), 2);
        ui.painter().text(foot, Align2::CENTER_TOP, words, cx.theme.small(), cx.theme.muted);
    }
}

/// The part of the texture that shows an image.
fn part(column: usize, row: usize) -> Rect {
    let size = vec2(1.0 / COLUMNS as f32, 0.5);
    Rect::from_min_size(pos2(column as f32 * size.x, row as f32 * size.y), size)
}
