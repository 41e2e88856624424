//! The hand on the map: what the wheel, the buttons of the pointer and the keys do to the view and to the point.

use eframe::egui::{
    EventFilter, Id, Key, Modifiers, PointerButton, Rect, Response, Sense, Ui, Vec2, WidgetInfo,
    accesskit::Role,
};

use super::paint::POINT_RADIUS;
use crate::app::action::Action;
use crate::app::keys;
use crate::app::panels::latent::model::{LatentMemory, coordinates};
use crate::app::panels::latent::plane::geometry::{Latent, Plane};

/// Keys move the point by this share of the view's radius; with Shift by a tenth of it.
const KEY_STEP: f32 = 0.04;
/// How much a notch of the wheel zooms.
const WHEEL: f32 = 0.004;

/// Zooms with the wheel, pans with the second or middle button, and fits with a double click.
pub fn look(ui: &Ui, memory: &mut LatentMemory, map: &Response, rect: Rect) {
    let plane = Plane::new(memory.view, rect);
    if map.dragged_by(PointerButton::Secondary) || map.dragged_by(PointerButton::Middle) {
        memory.look(plane.panned(map.drag_delta()));
    }
    if map.double_clicked() && !ui.input(|input| input.modifiers.alt) {
        memory.fit();
    }
    let Some(pointer) = map.hover_pos().filter(|_| map.contains_pointer()) else {
        return;
    };
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
    let factor = pinch * (scroll * WHEEL).exp();
    if factor != 1.0 {
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
        memory.look(plane.zoomed(pointer, factor));
    }
}

/// Whether a pin is to be dropped: P over the map or with the keyboard on the point, or a double click with Alt.
pub fn wants_pin(ui: &Ui, map: &Response, point: &Response) -> bool {
    let is_meant = map.contains_pointer() || point.contains_pointer() || point.has_focus();
    let is_clicked = map.double_clicked() || point.double_clicked();
    (is_meant && keys::is_typed(ui.ctx(), Key::P)) || (is_clicked && ui.input(|input| input.modifiers.alt))
}

/// Moves the point to where it is pressed, dragged or pushed with the keys. It never leaves the map.
pub fn move_point(
    ui: &Ui,
    memory: &mut LatentMemory,
    map: &Response,
    plane: &Plane,
    now_secs: f64,
) -> (Option<Action>, Response) {
    let at = plane.screen_from_latent(plane.clamp(memory.place()));
    let grip = Rect::from_center_size(at, Vec2::splat(2.0 * (POINT_RADIUS + 3.0)));
    let id: Id = ui.scope_id().with("latent point");
    let point = ui.interact(grip, id, Sense::click_and_drag());
    // With Ctrl held a click picks a point of the cloud.
    let is_picking = ui.input(|input| input.modifiers.command);
    let is_pressed = |response: &Response| {
        (response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_down()))
            || response.clicked_by(PointerButton::Primary)
            || response.dragged_by(PointerButton::Primary)
    };
    let mut target = None;
    if let Some(pointer) = point.interact_pointer_pos().filter(|_| point.dragged_by(PointerButton::Primary)) {
        target = Some(plane.latent_from_screen(pointer));
    } else if let Some(pointer) = map.interact_pointer_pos().filter(|_| !is_picking && is_pressed(map)) {
        point.request_focus();
        target = Some(plane.latent_from_screen(pointer));
    } else if let Some(pointer) = map.hover_pos().filter(|_| memory.follows_pointer) {
        target = Some(plane.latent_from_screen(pointer));
    }
    if point.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|state| state.set_focus_lock_filter(id, filter));
        let [right, up] = pushed(ui);
        if [right, up] != [0.0, 0.0] {
            let step = KEY_STEP * plane.view().radius;
            let [x, y] = target.unwrap_or(memory.place());
            target = Some([x + right * step, y + up * step]);
        }
    }
    let moved = target.and_then(|place| memory.move_to(plane.clamp(place), now_secs));
    let words = coordinates(memory.place(), memory.dimensions());
    point.widget_info(|| WidgetInfo {
        current_text_value: Some(words.clone()),
        ..WidgetInfo::labeled(Role::Slider, true, "latent point")
    });
    (moved, point)
}

/// How far the arrow keys push to the right and up, in steps; with Shift in tenths of a step.
fn pushed(ui: &Ui) -> Latent {
    ui.input_mut(|input| {
        let mut push = |key: Key| {
            // A press with Shift matches the plain pattern too, so the fine ones are taken out first.
            let fine = input.count_and_consume_key(Modifiers::SHIFT, key) as f32;
            0.1 * fine + input.count_and_consume_key(Modifiers::NONE, key) as f32
        };
        [push(Key::ArrowRight) - push(Key::ArrowLeft), push(Key::ArrowUp) - push(Key::ArrowDown)]
    })
}
