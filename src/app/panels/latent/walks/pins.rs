//! Pins on the map: small flags with a number, the shown way between two of them, and what the pointer does to them.

use eframe::egui::{
    Align2, CornerRadius, Key, Painter, PointerButton, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::app::action::Action;
use crate::app::keys;
use crate::app::theme::Theme;
use crate::engine::LatentPlane;

use crate::app::panels::latent::model::LatentMemory;
use crate::app::panels::latent::plane::geometry::Plane;

/// Side of a flag, and how high it stands above its place.
const FLAG: f32 = 15.0;
const POLE: f32 = 12.0;
/// Points along a way that may be bent.
const WAY: usize = 33;

fn flag(at: Pos2, scale: f32) -> Rect {
    Rect::from_center_size(at - vec2(0.0, POLE + 0.5 * FLAG * scale), Vec2::splat(FLAG * scale))
}

/// Lets flags be dragged, pressed to go there, and removed with Delete.
pub fn pins_ui(ui: &Ui, theme: &Theme, memory: &mut LatentMemory, plane: &Plane) -> Vec<Action> {
    let mut actions = Vec::new();
    let now_secs = ui.input(|input| input.time);
    let pins: Vec<(usize, Vec<f32>)> =
        memory.walk.pins().iter().map(|pin| (pin.number, pin.code.clone())).collect();
    for (number, code) in pins {
        let at = plane.screen_from_latent(memory.plane().place(&code));
        let rect = flag(at, theme.scale).intersect(plane.rect);
        if !rect.is_positive() {
            continue;
        }
        let pin = ui.interact(rect, ui.scope_id().with(("pin", number)), Sense::click_and_drag());
        pin.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("pin {number} on the map")));
        if pin.dragged_by(PointerButton::Primary) {
            memory.walk.shift(number, &along(memory.plane(), pin.drag_delta() / plane.scale));
        }
        if pin.clicked() {
            pin.request_focus();
            actions.extend(memory.go_to(code, now_secs));
        }
        if pin.has_focus() && removes(ui) {
            memory.walk.remove(number);
        }
        pin.on_hover_text(format!("pin {number}: drag moves it, a click goes there, Delete removes it"));
    }
    actions
}

/// Whether what has the keyboard is to be removed.
pub fn removes(ui: &Ui) -> bool {
    keys::is_typed(ui.ctx(), Key::Delete) || keys::is_typed(ui.ctx(), Key::Backspace)
}

/// A step on the map, y downwards, as a step in latent space.
fn along(plane: &LatentPlane, step: Vec2) -> Vec<f32> {
    plane.right.iter().zip(&plane.up).map(|(right, up)| right * step.x - up * step.y).collect()
}

/// Draws the way between the chosen pins and every flag.
pub fn paint(ui: &Ui, theme: &Theme, memory: &LatentMemory, plane: &Plane) {
    let painter = ui.painter_at(plane.rect);
    if let Some(codes) = memory.walk.film(WAY) {
        let places = codes.chunks_exact(memory.dimensions().max(1)).map(|code| memory.plane().place(code));
        let way: Vec<Pos2> = places.map(|place| plane.screen_from_latent(place)).collect();
        painter.add(Shape::line(way.clone(), Stroke::new(3.5, theme.faded(theme.picture, 0.6))));
        painter.add(Shape::line(way, Stroke::new(1.5, theme.marker)));
    }
    for pin in memory.walk.pins() {
        let at = plane.screen_from_latent(memory.plane().place(&pin.code));
        let is_pointed_at = ui.ctx().memory(|state| state.has_focus(ui.scope_id().with(("pin", pin.number))));
        paint_flag(&painter, theme, at, pin.number, is_pointed_at);
    }
}

fn paint_flag(painter: &Painter, theme: &Theme, at: Pos2, number: usize, has_focus: bool) {
    let rect = flag(at, theme.scale);
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
