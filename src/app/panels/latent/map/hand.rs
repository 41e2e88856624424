//! The hand on the map: what the wheel, the buttons of the pointer and the keys do to the view and to the point.

use eframe::egui::{
    EventFilter, Key, Modifiers, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2, WidgetInfo,
    accesskit::Role,
};

use super::paint::POINT_RADIUS;
use crate::app::action::Action;
use crate::app::keys;
use crate::app::panels::latent::model::{LatentMemory, coordinates};
use crate::app::panels::latent::plane::geometry::{Latent, Plane};

/// Keys move the point by this share of the view's radius; with Shift by a tenth of it.
const KEY_STEP: f32 = 0.04;
/// A key zooms by this factor.
const KEY_ZOOM: f32 = 1.25;
/// How much a notch of the wheel zooms.
const WHEEL: f32 = 0.004;

/// The map and the point on it as they are touched. The point lies on the map, so that whatever is done to the map may
/// begin on the point.
pub struct Hand {
    /// The map.
    pub map: Response,
    /// The point's grip.
    pub point: Response,
}

impl Hand {
    /// Takes hold of both: the grip is where the point is on this plane.
    pub fn new(ui: &Ui, memory: &LatentMemory, plane: &Plane) -> Self {
        let map = ui.interact(plane.rect, ui.scope_id().with("latent map"), Sense::CLICK | Sense::DRAG);
        let at = plane.screen_from_latent(plane.clamp(memory.place()));
        let grip = Rect::from_center_size(at, Vec2::splat(2.0 * (POINT_RADIUS + 3.0)));
        let point = ui.interact(grip, ui.scope_id().with("latent point"), Sense::click_and_drag());
        Self { map, point }
    }

    /// Where the pointer is, while it touches nothing but the map and the point.
    pub fn hover_pos(&self) -> Option<Pos2> {
        self.map.hover_pos().or(self.point.hover_pos())
    }

    /// Whether either was clicked.
    pub fn clicked(&self) -> bool {
        self.map.clicked() || self.point.clicked()
    }

    fn double_clicked(&self) -> bool {
        self.map.double_clicked() || self.point.double_clicked()
    }

    /// By how much either is dragged with the second or the middle button.
    fn pulled(&self) -> Option<Vec2> {
        [&self.map, &self.point].into_iter().find_map(pulled)
    }
}

/// By how much something on the map is dragged with the second or the middle button, which pulls the map.
pub fn pulled(part: &Response) -> Option<Vec2> {
    let is_pulled = part.dragged_by(PointerButton::Secondary) || part.dragged_by(PointerButton::Middle);
    is_pulled.then(|| part.drag_delta())
}

/// Zooms with the wheel, pans with the second or middle button, and fits with a double click.
pub fn look(ui: &Ui, memory: &mut LatentMemory, hand: &Hand, plane: &Plane) {
    if let Some(delta) = hand.pulled() {
        memory.pan(plane, delta);
    }
    // With Alt it drops a pin; with Ctrl it picks a point and lets it go.
    if hand.double_clicked() && !ui.input(|input| input.modifiers.alt || input.modifiers.command) {
        memory.fit();
    }
    let pointer = ui.input(|input| input.pointer.hover_pos());
    let pointer = pointer.filter(|_| ui.rect_contains_pointer(plane.rect));
    look_by_keys(ui, memory, hand, (plane, pointer));
    let Some(pointer) = pointer else { return };
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
    let factor = pinch * (scroll * WHEEL).exp();
    if factor != 1.0 {
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
        memory.look(plane.zoomed(pointer, factor));
    }
}

/// Fits and zooms with the keys, where they are meant for the map: about the pointer, or else about the point.
fn look_by_keys(ui: &Ui, memory: &mut LatentMemory, hand: &Hand, (plane, pointer): (&Plane, Option<Pos2>)) {
    if pointer.is_none() && !hand.point.has_focus() {
        return;
    }
    let is_typed = |keys: [Key; 2]| keys.into_iter().any(|key| keys::is_typed(ui.ctx(), key));
    if is_typed([Key::Home, Key::Num0]) {
        memory.fit();
    }
    let about = pointer.unwrap_or(hand.point.rect.center());
    // The plus stands above the equals sign on many keyboards.
    if is_typed([Key::Plus, Key::Equals]) {
        memory.look(plane.zoomed(about, KEY_ZOOM));
    }
    if keys::is_typed(ui.ctx(), Key::Minus) {
        memory.look(plane.zoomed(about, 1.0 / KEY_ZOOM));
    }
}

/// Whether a pin is to be dropped: P over the map or with the keyboard on the point, or a double click with Alt.
pub fn wants_pin(ui: &Ui, hand: &Hand) -> bool {
    let is_meant = hand.map.contains_pointer() || hand.point.contains_pointer() || hand.point.has_focus();
    (is_meant && keys::is_typed(ui.ctx(), Key::P))
        || (hand.double_clicked() && ui.input(|input| input.modifiers.alt))
}

/// Moves the point to where it is pressed or dragged, where it never leaves the map, or pushes it with the keys, where
/// the map comes along.
pub fn move_point(
    ui: &Ui,
    memory: &mut LatentMemory,
    hand: &Hand,
    plane: &Plane,
    now_secs: f64,
) -> Option<Action> {
    let Hand { map, point } = hand;
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
    } else if let Some(pointer) = hand.hover_pos().filter(|_| memory.follows_pointer && has_moved(ui)) {
        target = Some(plane.latent_from_screen(pointer));
    }
    let mut moved = target.and_then(|place| memory.drag_to(plane.clamp(place), now_secs));
    if point.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|state| state.set_focus_lock_filter(point.id, filter));
        let [right, up] = pushed(ui);
        if [right, up] != [0.0, 0.0] {
            let step = KEY_STEP * plane.view().radius;
            let [x, y] = memory.place();
            moved = memory.move_to([x + right * step, y + up * step], now_secs).or(moved);
        }
    }
    let words = coordinates(memory.place(), memory.dimensions(), memory.view.radius);
    point.widget_info(|| WidgetInfo {
        current_text_value: Some(words.clone()),
        ..WidgetInfo::labeled(Role::Slider, true, "latent point")
    });
    moved
}

/// Whether the pointer has moved: one that rests leaves the point to the keys and to tours.
fn has_moved(ui: &Ui) -> bool {
    ui.input(|input| input.pointer.delta() != Vec2::ZERO)
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
