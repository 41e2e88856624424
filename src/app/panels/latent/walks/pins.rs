//! Pins on the map: small flags with a number, each with its decoded image beside it, the shown way between two of them,
//! and what the pointer does to them.

use eframe::egui::{
    Align2, Color32, CornerRadius, Id, Key, Painter, PointerButton, Pos2, Rect, Response, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::beside::{self, Standing};
use super::strip::tile_of;
use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::keys;
use crate::app::panels::paint_picture;
use crate::app::state::RunState;
use crate::app::theme::{RADIUS_SMALL, Theme};
use crate::engine::{LatentPlane, Sheet};

use crate::app::panels::latent::map::hand;
use crate::app::panels::latent::map::paint::POINT_RADIUS;
use crate::app::panels::latent::model::LatentMemory;
use crate::app::panels::latent::plane::geometry::Plane;
use crate::app::panels::latent::sheets::Arrived;

/// Side of a flag, and how high it stands above its place.
const FLAG: f32 = 15.0;
const POLE: f32 = 12.0;
/// Points along a way that may be bent.
const WAY: usize = 33;

fn flag(at: Pos2, scale: f32) -> Rect {
    Rect::from_center_size(at - vec2(0.0, POLE + 0.5 * FLAG * scale), Vec2::splat(FLAG * scale))
}

/// Where everything of a pin is on the map.
struct Placed {
    number: usize,
    code: Vec<f32>,
    standing: Standing,
    /// Where its image is; none where it has no room or is out of view.
    image: Option<Rect>,
}

/// Where all pins are, with images that are `aspect` times as wide as high.
fn placed(theme: &Theme, memory: &LatentMemory, plane: &Plane, aspect: f32) -> Vec<Placed> {
    let pins = memory.walk.pins();
    let stands = |code: &[f32]| {
        let place = plane.screen_from_latent(memory.plane().place(code));
        Standing { place, flag: flag(place, theme.scale) }
    };
    let standing: Vec<Standing> = pins.iter().map(|pin| stands(&pin.code)).collect();
    let images = if beside::has_room(plane.rect.size(), theme.scale) {
        let point = plane.screen_from_latent(plane.clamp(memory.place()));
        beside::places(&standing, beside::image_size(aspect, theme.scale), plane.rect, point)
    } else {
        vec![None; pins.len()]
    };
    let all = pins.iter().zip(standing).zip(images);
    all.map(|((pin, standing), image)| Placed { number: pin.number, code: pin.code.clone(), standing, image })
        .collect()
}

/// Lets flags and the images beside them be dragged and pressed to go there, and flags be removed with Delete.
pub fn pins_ui(
    ui: &Ui,
    theme: &Theme,
    memory: &mut LatentMemory,
    (plane, aspect): (&Plane, f32),
) -> Vec<Action> {
    let mut actions = Vec::new();
    let now_secs = ui.input(|input| input.time);
    let pins = placed(theme, memory, plane, aspect);
    // Flags come after all images and lie on them.
    let images: Vec<Option<Response>> = pins.iter().map(|pin| image_ui(ui, memory, plane, pin)).collect();
    for (Placed { number, code, standing, .. }, image) in pins.into_iter().zip(images) {
        let rect = standing.flag.intersect(plane.rect);
        let flag = rect.is_positive().then(|| {
            let flag = ui.interact(rect, flag_id(ui, number), Sense::click_and_drag());
            flag.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("pin {number} on the map")));
            flag
        });
        for part in [image, flag].into_iter().flatten() {
            if part.dragged_by(PointerButton::Primary) {
                memory.walk.shift(number, &along(memory.plane(), part.drag_delta() / plane.scale));
            } else if let Some(delta) = hand::pulled(&part) {
                memory.pan(plane, delta);
            }
            if part.clicked() {
                ui.memory_mut(|state| state.request_focus(flag_id(ui, number)));
                actions.extend(memory.go_to(code.clone(), now_secs));
            }
            if part.has_focus() && removes(ui) {
                memory.walk.remove(number);
            }
            part.on_hover_text(format!("pin {number}: drag moves it, a click goes there, Delete removes it"));
        }
    }
    actions
}

fn flag_id(ui: &Ui, number: usize) -> Id {
    ui.scope_id().with(("pin", number))
}

/// The image of a pin as it is touched. It lies on the map, so it does not keep the point from a pointer: neither one
/// that the point follows, nor one that takes hold of the point where it is beneath the image.
fn image_ui(ui: &Ui, memory: &LatentMemory, plane: &Plane, pin: &Placed) -> Option<Response> {
    let point = plane.screen_from_latent(plane.clamp(memory.place()));
    let is_free = |rect: &Rect| rect.distance_to_pos(point) > POINT_RADIUS && !memory.follows_pointer;
    let rect = pin.image.filter(is_free)?;
    // The keyboard has the flag.
    let image = ui.interact(rect, flag_id(ui, pin.number).with("image"), Sense::CLICK | Sense::DRAG);
    let name = format!("image beside pin {}", pin.number);
    image.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    Some(image)
}

/// Whether what has the keyboard is to be removed.
pub fn removes(ui: &Ui) -> bool {
    keys::is_typed(ui.ctx(), Key::Delete) || keys::is_typed(ui.ctx(), Key::Backspace)
}

/// A step on the map, y downwards, as a step in latent space.
fn along(plane: &LatentPlane, step: Vec2) -> Vec<f32> {
    plane.right.iter().zip(&plane.up).map(|(right, up)| right * step.x - up * step.y).collect()
}

/// Draws the way between the chosen pins, and every pin with its image.
pub fn paint(
    ui: &Ui,
    cx: &PanelContext<'_>,
    (memory, run): (&LatentMemory, &RunState),
    (plane, aspect): (&Plane, f32),
) {
    let theme = cx.theme;
    let painter = ui.painter_at(plane.rect);
    if let Some(codes) = memory.walk.film(WAY) {
        let places = codes.chunks_exact(memory.dimensions().max(1)).map(|code| memory.plane().place(code));
        let way: Vec<Pos2> = places.map(|place| plane.screen_from_latent(place)).collect();
        painter.add(Shape::line(way.clone(), Stroke::new(3.5, theme.faded(theme.picture, 0.6))));
        painter.add(Shape::line(way, Stroke::new(1.5, theme.marker)));
    }
    let pins = placed(theme, memory, plane, aspect);
    let arrived = Arrived::of(cx, run, Sheet::Pins);
    for (place, pin) in pins.iter().enumerate() {
        let Some(rect) = pin.image else { continue };
        paint_frame(&painter, theme, rect);
        if let Some(arrived) = &arrived
            && let Some(part) = arrived.part(tile_of(&arrived.view.ask, &pin.code, place))
        {
            paint_picture(ui, arrived.shown, rect, part, Color32::WHITE);
        }
    }
    for Placed { number, standing, .. } in &pins {
        let has_focus = ui.ctx().memory(|state| state.has_focus(flag_id(ui, *number)));
        paint_flag(&painter, theme, standing, *number, has_focus);
    }
}

/// The ground and the edge of an image: dark around a thin light line, so that it stands out from tiles and points.
fn paint_frame(painter: &Painter, theme: &Theme, rect: Rect) {
    painter.rect_filled(rect.expand(2.5), CornerRadius::same(RADIUS_SMALL + 2), theme.picture);
    let line = Stroke::new(1.0, theme.marker);
    painter.rect_stroke(rect, CornerRadius::same(RADIUS_SMALL), line, StrokeKind::Outside);
}

fn paint_flag(painter: &Painter, theme: &Theme, pin: &Standing, number: usize, has_focus: bool) {
    let Standing { place: at, flag: rect } = *pin;
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
    fn a_flag_is_dragged_along_the_shown_plane_only() {
        let plane = LatentPlane::of_axes([2, 0], 3, &[0.0, 9.0, 0.0]);
        assert_eq!(along(&plane, vec2(2.0, 3.0)), [-3.0, 0.0, 2.0]);
    }

    #[test]
    fn a_flag_stands_above_its_place_and_clear_of_the_point() {
        let rect = flag(pos2(100.0, 100.0), 1.0);
        assert!(rect.bottom() <= 100.0 - crate::app::panels::latent::map::paint::POINT_RADIUS, "{rect:?}");
    }
}
