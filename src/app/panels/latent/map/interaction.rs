//! What the wheel, the buttons of the pointer and the keys do to the view of the map and to the point.

use eframe::egui::{
    Key, Modifiers, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2, WidgetInfo, accesskit::Role,
};

use super::paint::POINT_RADIUS;
use crate::app::focus;
use crate::app::keys;
use crate::app::layout::Pane;
use crate::app::panels::latent::explorer::{Explorer, coordinates};
use crate::app::panels::latent::plane::geometry::{Latent, MapTransform};

/// Keys move the point by this fraction of the view's radius; with Shift by a tenth of it.
const KEY_STEP: f32 = 0.04;
/// A key zooms by this factor.
const KEY_ZOOM: f32 = 1.25;
/// How much a notch of the wheel zooms.
const WHEEL: f32 = 0.004;

/// The responses of the map and of the point on it. Whatever is done to the map may begin on the point.
pub struct MapResponse {
    /// The map.
    pub map: Response,
    /// The handle of the point.
    pub point: Response,
}

impl MapResponse {
    /// Senses pointer and keys on both; the handle is where the point is on this plane.
    pub fn new(ui: &Ui, explorer: &Explorer<'_>, transform: &MapTransform) -> Self {
        let map = ui.interact(transform.rect, ui.scope_id().with("latent map"), Sense::CLICK | Sense::DRAG);
        let at = transform.screen_from_latent(transform.clamp(explorer.place()));
        let handle = Rect::from_center_size(at, Vec2::splat(2.0 * (POINT_RADIUS + 3.0)));
        let point = ui.interact(handle, ui.scope_id().with("latent point"), Sense::click_and_drag());
        Self { map, point }
    }

    /// Where the pointer is, while it is over the map or the point and nothing else.
    pub fn hover_pos(&self) -> Option<Pos2> {
        self.map.hover_pos().or(self.point.hover_pos())
    }

    /// Whether either was clicked.
    pub fn clicked(&self) -> bool {
        self.map.clicked() || self.point.clicked()
    }

    /// Whether a button is held down that was pressed on either.
    pub fn is_pressed(&self) -> bool {
        self.map.is_pointer_button_down_on() || self.point.is_pointer_button_down_on()
    }

    fn double_clicked(&self) -> bool {
        self.map.double_clicked() || self.point.double_clicked()
    }

    /// By how much either is dragged with the secondary or the middle button.
    fn pan_delta(&self) -> Option<Vec2> {
        [&self.map, &self.point].into_iter().find_map(pan_delta)
    }
}

/// By how much something on the map is dragged with the secondary or the middle button, which pans the map.
pub fn pan_delta(part: &Response) -> Option<Vec2> {
    let is_panned = part.dragged_by(PointerButton::Secondary) || part.dragged_by(PointerButton::Middle);
    is_panned.then(|| part.drag_delta())
}

/// Zooms with the wheel, pans with the secondary or middle button, and fits with a double click.
pub fn zoom_and_pan(ui: &Ui, explorer: &mut Explorer<'_>, response: &MapResponse, transform: &MapTransform) {
    if let Some(delta) = response.pan_delta() {
        explorer.pan(transform, delta);
    }
    // With Alt it adds a pin; with Ctrl it picks a point and releases it.
    if response.double_clicked() && !ui.input(|input| input.modifiers.alt || input.modifiers.command) {
        explorer.fit();
    }
    let pointer = ui.input(|input| input.pointer.hover_pos());
    let pointer = pointer.filter(|_| ui.rect_contains_pointer(transform.rect));
    zoom_by_keys(ui, explorer, response, transform, pointer);
    let Some(pointer) = pointer else { return };
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
    let factor = pinch * (scroll * WHEEL).exp();
    if factor != 1.0 {
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
        explorer.look_at(transform.zoomed(pointer, factor));
    }
}

/// Fits and zooms with the keys, where they are meant for the map: about the pointer, or else about the point.
fn zoom_by_keys(
    ui: &Ui,
    explorer: &mut Explorer<'_>,
    response: &MapResponse,
    transform: &MapTransform,
    pointer: Option<Pos2>,
) {
    if pointer.is_none() && !response.point.has_focus() {
        return;
    }
    let is_typed = |keys: [Key; 2]| keys.into_iter().any(|key| keys::is_typed(ui.ctx(), key));
    if is_typed([Key::Home, Key::Num0]) {
        explorer.fit();
    }
    let about = pointer.unwrap_or(response.point.rect.center());
    // The plus sign shares its key with the equals sign on many keyboards.
    if is_typed([Key::Plus, Key::Equals]) {
        explorer.look_at(transform.zoomed(about, KEY_ZOOM));
    }
    if keys::is_typed(ui.ctx(), Key::Minus) {
        explorer.look_at(transform.zoomed(about, 1.0 / KEY_ZOOM));
    }
}

/// Whether a pin is to be added: P over the map or with the keyboard on the point, or a double click with Alt.
pub fn wants_pin(ui: &Ui, response: &MapResponse) -> bool {
    let MapResponse { map, point } = response;
    let is_meant = map.contains_pointer() || point.contains_pointer() || point.has_focus();
    (is_meant && keys::is_typed(ui.ctx(), Key::P))
        || (response.double_clicked() && ui.input(|input| input.modifiers.alt))
}

/// Moves the point to where it is pressed or dragged, where it never leaves the map, or by the arrow keys, where the map
/// moves with it.
pub fn move_point(
    ui: &Ui,
    explorer: &mut Explorer<'_>,
    response: &MapResponse,
    transform: &MapTransform,
    now_secs: f64,
) {
    let MapResponse { map, point } = response;
    // With Ctrl held a click picks a point of the cloud.
    let is_picking = ui.input(|input| input.modifiers.command);
    let is_pressed = |response: &Response| {
        (response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_down()))
            || response.clicked_by(PointerButton::Primary)
            || response.dragged_by(PointerButton::Primary)
    };
    let mut target = None;
    if let Some(pointer) = point.interact_pointer_pos().filter(|_| point.dragged_by(PointerButton::Primary)) {
        target = Some(transform.latent_from_screen(pointer));
    } else if let Some(pointer) = map.interact_pointer_pos().filter(|_| !is_picking && is_pressed(map)) {
        point.request_focus();
        target = Some(transform.latent_from_screen(pointer));
    } else if let Some(pointer) =
        response.hover_pos().filter(|_| explorer.maps.follows_pointer && has_moved(ui))
    {
        target = Some(transform.latent_from_screen(pointer));
    }
    if let Some(place) = target {
        explorer.drag_to(transform.clamp(place), now_secs);
    }
    // Whoever goes to the panel by key means its point.
    let is_shown = explorer.maps.cursor.leader.is_none_or(|leader| explorer.run.run == Some(leader));
    if is_shown && ui.memory(|memory| memory.has_focus(focus::anchor(Pane::Latent))) {
        point.request_focus();
    }
    if point.has_focus() {
        focus::keep_arrows(ui, point.id);
        let [right, up] = arrow_steps(ui);
        if [right, up] != [0.0, 0.0] {
            let step = KEY_STEP * transform.view().radius;
            let [x, y] = explorer.place();
            explorer.move_to([x + right * step, y + up * step], now_secs);
        }
    }
    let words = coordinates(explorer.place(), explorer.dimensions(), explorer.view().radius);
    point.widget_info(|| WidgetInfo {
        current_text_value: Some(words.clone()),
        ..WidgetInfo::labeled(Role::Slider, true, "latent point")
    });
}

/// Whether the pointer has moved: one that rests leaves the point to the keys and to tours.
fn has_moved(ui: &Ui) -> bool {
    ui.input(|input| input.pointer.delta() != Vec2::ZERO)
}

/// How far the arrow keys move the point to the right and up, in steps; with Shift in tenths of a step.
fn arrow_steps(ui: &Ui) -> Latent {
    ui.input_mut(|input| {
        let mut steps = |key: Key| {
            // A press with Shift matches the plain pattern too, so the fine ones are taken out first.
            let fine = input.count_and_consume_key(Modifiers::SHIFT, key) as f32;
            0.1 * fine + input.count_and_consume_key(Modifiers::NONE, key) as f32
        };
        [steps(Key::ArrowRight) - steps(Key::ArrowLeft), steps(Key::ArrowUp) - steps(Key::ArrowDown)]
    })
}
