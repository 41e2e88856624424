//! Pins on the map: small flags with a number, each with its decoded image beside it; the shown path between two of them;
//! and what the pointer does to them.

use eframe::egui::{
    Align2, Color32, CornerRadius, Id, Key, Painter, PointerButton, Pos2, Rect, Response, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::pin_images::{self, PinPlace};
use crate::app::context::PanelContext;
use crate::app::keys;
use crate::app::panels::paint_picture;
use crate::app::state::RunState;
use crate::app::theme::{RADIUS_SMALL, Theme};
use crate::engine::{LatentPlane, Sheet};

use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::map::interaction;
use crate::app::panels::latent::map::paint::POINT_RADIUS;
use crate::app::panels::latent::plane::geometry::MapTransform;
use crate::app::panels::latent::sheets::Arrived;

/// Side of a flag, and its height above its place.
const FLAG: f32 = 15.0;
const POLE: f32 = 12.0;
/// Points along a path, which may be curved.
const PATH_POINTS: usize = 33;

fn flag(at: Pos2, scale: f32) -> Rect {
    Rect::from_center_size(at - vec2(0.0, POLE + 0.5 * FLAG * scale), Vec2::splat(FLAG * scale))
}

/// Where everything of a pin is on the map.
struct Placed {
    number: usize,
    code: Vec<f32>,
    pin: PinPlace,
    /// Where its image is; `None` where there is no room or the pin is out of view.
    image: Option<Rect>,
}

/// Where all pins are, with images that are `aspect` times as wide as high.
fn placed(theme: &Theme, explorer: &Explorer<'_>, transform: &MapTransform, aspect: f32) -> Vec<Placed> {
    let pins = explorer.run.pins.pins();
    let place = |code: &[f32]| {
        let place = transform.screen_from_latent(explorer.plane().place(code));
        PinPlace { place, flag: flag(place, theme.scale) }
    };
    let places: Vec<PinPlace> = pins.iter().map(|pin| place(&pin.code)).collect();
    let images = if pin_images::has_room(transform.rect.size(), theme.scale) {
        let point = transform.screen_from_latent(transform.clamp(explorer.place()));
        pin_images::places(&places, pin_images::image_size(aspect, theme.scale), transform.rect, point)
    } else {
        vec![None; pins.len()]
    };
    let all = pins.iter().zip(places).zip(images);
    all.map(|((known, pin), image)| Placed { number: known.number, code: known.code.clone(), pin, image })
        .collect()
}

/// Lets flags and the images beside them be dragged and clicked to go there, and flags be removed with Delete.
pub fn pins_ui(ui: &Ui, theme: &Theme, explorer: &mut Explorer<'_>, transform: &MapTransform, aspect: f32) {
    let now_secs = ui.input(|input| input.time);
    let pins = placed(theme, explorer, transform, aspect);
    // Flags come after all images and lie on them.
    let images: Vec<Option<Response>> =
        pins.iter().map(|pin| image_ui(ui, explorer, transform, pin)).collect();
    for (Placed { number, code, pin, .. }, image) in pins.into_iter().zip(images) {
        let rect = pin.flag.intersect(transform.rect);
        let flag = rect.is_positive().then(|| {
            let flag = ui.interact(rect, flag_id(ui, number), Sense::click_and_drag());
            flag.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("pin {number} on the map")));
            flag
        });
        for part in [image, flag].into_iter().flatten() {
            if part.dragged_by(PointerButton::Primary) {
                let by = offset(explorer.plane(), part.drag_delta() / transform.scale);
                explorer.run.pins.shift(number, &by, explorer.run.run);
            } else if let Some(delta) = interaction::pan_delta(&part) {
                explorer.pan(transform, delta);
            }
            if part.clicked() {
                ui.memory_mut(|state| state.request_focus(flag_id(ui, number)));
                explorer.go_to(code.clone(), now_secs);
            }
            if part.has_focus() && is_delete_pressed(ui) {
                explorer.run.pins.remove(number);
            }
            part.on_hover_text(format!("pin {number}: drag moves it, a click goes there, Delete removes it"));
        }
    }
}

fn flag_id(ui: &Ui, number: usize) -> Id {
    ui.scope_id().with(("pin", number))
}

/// Senses the pointer on the image of a pin. It lies on the map, so it does not keep the point from a pointer: neither one
/// that the point follows, nor one that drags the point from beneath the image.
fn image_ui(ui: &Ui, explorer: &Explorer<'_>, transform: &MapTransform, pin: &Placed) -> Option<Response> {
    let point = transform.screen_from_latent(transform.clamp(explorer.place()));
    let is_free = |rect: &Rect| rect.distance_to_pos(point) > POINT_RADIUS && !explorer.maps.follows_pointer;
    let rect = pin.image.filter(is_free)?;
    // The keyboard focus is the flag's.
    let image = ui.interact(rect, flag_id(ui, pin.number).with("image"), Sense::CLICK | Sense::DRAG);
    let name = format!("image beside pin {}", pin.number);
    image.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    Some(image)
}

/// Whether what has the keyboard focus is to be removed.
pub fn is_delete_pressed(ui: &Ui) -> bool {
    keys::is_typed(ui.ctx(), Key::Delete) || keys::is_typed(ui.ctx(), Key::Backspace)
}

/// An offset on the map, y downwards, as an offset in latent space.
fn offset(plane: &LatentPlane, by: Vec2) -> Vec<f32> {
    plane.right.iter().zip(&plane.up).map(|(right, up)| right * by.x - up * by.y).collect()
}

/// Draws the path between the chosen pins, and every pin with its image.
pub fn paint(
    ui: &Ui,
    cx: &PanelContext<'_>,
    explorer: &Explorer<'_>,
    run: &RunState,
    transform: &MapTransform,
    aspect: f32,
) {
    let theme = cx.theme;
    let painter = ui.painter_at(transform.rect);
    if let Some(codes) = explorer.run.pins.path(PATH_POINTS) {
        let codes = codes.chunks_exact(explorer.dimensions().max(1));
        let places = codes.map(|code| explorer.plane().place(code));
        let path: Vec<Pos2> = places.map(|place| transform.screen_from_latent(place)).collect();
        painter.add(Shape::line(path.clone(), Stroke::new(3.5, theme.faded(theme.picture, 0.6))));
        painter.add(Shape::line(path, Stroke::new(1.5, theme.marker)));
    }
    let pins = placed(theme, explorer, transform, aspect);
    let arrived = Arrived::of(cx, run, Sheet::Pins);
    for (index, pin) in pins.iter().enumerate() {
        let Some(rect) = pin.image else { continue };
        paint_frame(&painter, theme, rect);
        if let Some(arrived) = &arrived
            && let Some(part) = arrived.part_of_code(&pin.code, index)
        {
            paint_picture(ui, arrived.shown, rect, part, Color32::WHITE);
        }
    }
    for Placed { number, pin, .. } in &pins {
        let has_focus = ui.ctx().memory(|state| state.has_focus(flag_id(ui, *number)));
        paint_flag(&painter, theme, pin, *number, has_focus);
    }
}

/// The background and the edge of an image: dark around a thin light line, so that it differs from tiles and points.
fn paint_frame(painter: &Painter, theme: &Theme, rect: Rect) {
    painter.rect_filled(rect.expand(2.5), CornerRadius::same(RADIUS_SMALL + 2), theme.picture);
    let line = Stroke::new(1.0, theme.marker);
    painter.rect_stroke(rect, CornerRadius::same(RADIUS_SMALL), line, StrokeKind::Outside);
}

fn paint_flag(painter: &Painter, theme: &Theme, pin: &PinPlace, number: usize, has_focus: bool) {
    let PinPlace { place: at, flag: rect } = *pin;
    let pole = [at, pos2(at.x, rect.bottom())];
    painter.line_segment(pole, Stroke::new(3.0, theme.faded(theme.picture, 0.7)));
    painter.line_segment(pole, Stroke::new(1.4, theme.marker));
    painter.circle_filled(at, 2.4, theme.marker);
    let edge = if has_focus { theme.accent } else { theme.picture };
    painter.rect_filled(rect.expand(1.5), CornerRadius::same(5), edge);
    badge(painter, theme, rect, number);
}

/// A pin's number, dark on white.
pub fn badge(painter: &Painter, theme: &Theme, rect: Rect, number: usize) {
    painter.rect_filled(rect, CornerRadius::same(4), theme.marker);
    painter.text(rect.center(), Align2::CENTER_CENTER, number.to_string(), theme.small(), theme.picture);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_dragged_in_the_shown_plane_only() {
        let plane = LatentPlane::of_axes([2, 0], 3, &[0.0, 9.0, 0.0]);
        assert_eq!(offset(&plane, vec2(2.0, 3.0)), [-3.0, 0.0, 2.0]);
    }

    #[test]
    fn a_flag_is_above_its_place_and_does_not_cover_the_point() {
        let rect = flag(pos2(100.0, 100.0), 1.0);
        assert!(rect.bottom() <= 100.0 - crate::app::panels::latent::map::paint::POINT_RADIUS, "{rect:?}");
    }
}
