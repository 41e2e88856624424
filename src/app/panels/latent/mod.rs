//! The latent explorer: the codes of held-out images as a cloud on a map, what the decoder makes of every place on
//! it, and a point that can be dragged through it while the network learns.
//!
//! `model` remembers, `asking` says when to ask the trainer, `codes` lays codes onto the shown plane, `geometry` is
//! the transform between latent space and the screen, `layers` chooses what the map shows: `cloud` draws the points,
//! `thumbnails` images in their place, `field` what is measured of the plane; `pull` what tugs at codes; `hover` shows what is under the pointer,
//! `paint` draws the map and `side` the column beside it; this file is the way in.

mod asking;
mod axes;
mod cloud;
mod codes;
mod company;
mod dimensions;
mod field;
mod field_paint;
mod formula;
mod geometry;
mod hover;
mod layers;
mod looks;
mod model;
mod motion;
mod overlay;
mod paint;
#[cfg(test)]
mod picture_tests;
mod pins_paint;
mod points;
mod principal;
mod pull;
mod quantile;
mod samples;
mod sheet;
mod side;
mod slice;
mod splat;
mod statistics;
mod strip;
#[cfg(test)]
mod tests;
mod thumbnails;
mod typed;
mod walk;
#[cfg(test)]
mod walk_tests;

pub use dimensions::dimensions_ui;
pub use model::LatentMemory;
pub use samples::samples_ui;

use eframe::egui::{
    EventFilter, Id, Key, Modifiers, PointerButton, Rect, Response, Sense, Ui, Vec2, WidgetInfo,
    accesskit::Role, vec2,
};
use std::time::Duration;

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::glyph::Glyph;
use crate::app::keys;
use crate::app::state::{BenchState, RunState};
use crate::app::theme::GRID;
use crate::app::widgets::{card, export_button};
use crate::engine::Picture;

use asking::Wish;
use geometry::{Latent, Plane};
use layers::Background;
use paint::Map;
use side::Nearest;

/// Keys move the point by this share of the view's radius; with Shift by a tenth of it.
const KEY_STEP: f32 = 0.04;
/// How much a notch of the wheel zooms.
const WHEEL: f32 = 0.004;

/// Draws the latent explorer under a title, which is empty where it stands elsewhere.
pub fn latent_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LatentMemory, title: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        card(ui, cx.theme, title, |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return actions;
    };
    memory.meet(run);
    let mut asked = Vec::from_iter(memory.layers.wish());
    let trailing = |ui: &mut Ui| {
        export_button(ui, cx.theme, Figure::Cloud, "Export codes", &mut actions);
        asked.extend(layers::menu_ui(ui, cx, &mut memory.layers, bench));
        if let Some(range) = memory.value_range() {
            layers::value_scale_ui(ui, cx.theme, range);
        } else {
            legend_ui(ui, cx, memory, bench);
        }
    };
    // The legend and the map use the memory one after the other.
    card(ui, cx.theme, title, trailing, |_| {});
    let space = ui.available_rect_before_wrap();
    let now_secs = ui.input(|input| input.time);
    let mut places = geometry::places(space, cx.theme.scale, GRID);
    let height = strip::height(memory.walk.pins().len(), places.map.width(), cx.theme.scale);
    let strip = geometry::cut_strip(&mut places.map, height, GRID);
    let nearest = Nearest::find(memory, run);
    if memory.compare(nearest.map(|nearest| nearest.image)) {
        actions.push(Action::CompareWith(memory.compared));
    }
    asked.extend(map_ui(ui, cx, memory, (bench, run), (places.map, nearest)));
    asked.extend(side::side_ui(ui, cx, memory, (bench, run), (places.side, nearest)));
    let mut wish = Wish::default();
    if let Some(strip) = strip {
        asked.extend(strip::strip_ui(ui, cx, memory, (bench, run), strip));
        strip::ask(memory, run, now_secs, &mut wish);
    }
    actions.extend(carry(ui, wish));
    ui.allocate_rect(space, Sense::hover());
    actions.extend(asked);
    actions
}

/// Classes with their colours and glyphs; a click hides or shows one, a double click shows it alone.
fn legend_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LatentMemory, bench: &BenchState) {
    let names = &bench.dataset.class_names;
    ui.spacing_mut().item_spacing.x = 2.0;
    for (class, name) in names.iter().enumerate().rev() {
        let Ok(number) = u8::try_from(class) else { continue };
        let is_shown = !memory.hidden.contains(&number);
        let color = if is_shown { cx.theme.text } else { cx.theme.faded(cx.theme.muted, 0.6) };
        let galley = ui.painter().layout_no_wrap(name.clone(), cx.theme.small(), color);
        let radius = 3.4 * cx.theme.scale;
        let size = vec2(4.0 * radius + galley.size().x + 2.0, 18.0 * cx.theme.scale);
        if size.x > ui.available_width() {
            break;
        }
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response
            .widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_shown, format!("class {name}")));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 4, cx.theme.raised_hover);
        }
        let dot = if is_shown { cx.theme.class(class) } else { cx.theme.faded(cx.theme.muted, 0.45) };
        let center = rect.left_center() + vec2(2.0 * radius, 0.0);
        ui.painter().add(Glyph::of_class(class).shape(center, radius, dot));
        ui.painter().galley(rect.left_center() + vec2(4.0 * radius, -0.5 * galley.size().y), galley, color);
        filter(&response, memory, number, names.len());
        response.on_hover_text("click hides or shows, double click shows it alone");
    }
}

fn filter(response: &Response, memory: &mut LatentMemory, class: u8, count: usize) {
    if response.double_clicked() {
        let others =
            (0..count).filter_map(|other| u8::try_from(other).ok()).filter(|other| *other != class).collect();
        // Asked for alone when it is alone already: everybody comes back.
        memory.hidden = if memory.hidden == others { Default::default() } else { others };
    } else if response.clicked() && !memory.hidden.remove(&class) {
        memory.hidden.insert(class);
    }
}

fn map_ui(
    ui: &Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    (rect, nearest): (Rect, Option<Nearest>),
) -> Vec<Action> {
    if rect.width() < 40.0 || rect.height() < 40.0 {
        return Vec::new();
    }
    let (now_secs, dt) = ui.input(|input| (input.time, input.stable_dt.min(0.1)));
    let cloud = memory.cloud(run.seen.cloud.as_ref()).map(|cloud| (cloud.version, cloud.complaint()));
    if memory.follow(run.recipe.is_variational(), rect.size(), dt) {
        ui.ctx().request_repaint();
    }
    let map = ui.interact(rect, ui.scope_id().with("latent map"), Sense::CLICK | Sense::DRAG);
    look(ui, memory, &map, rect);
    let plane = Plane::new(memory.view, rect);
    let mut actions = pins_paint::pins_ui(ui, cx.theme, memory, &plane);
    let (moved, point) = move_point(ui, memory, &map, &plane, now_secs);
    actions.extend(moved);
    if wants_pin(ui, &map, &point) {
        actions.extend(memory.drop_pin());
    }
    if memory.walk.is_touring() {
        actions.extend(memory.tour(dt, now_secs));
        ui.ctx().request_repaint();
    }
    let mut wish = Wish::default();
    memory.ask(&plane, bench, run, now_secs, &mut wish);
    memory.layers.ask_field((&plane, memory.slice.plane().clone()), run, now_secs, &mut wish);
    memory.layers.pull.ask((bench, run), memory.layers.picked, now_secs, &mut wish);
    actions.extend(carry(ui, wish));
    let complaint = cloud.as_ref().and_then(|(_, complaint)| complaint.clone());
    paint_map(ui, cx, memory, (bench, run), &plane, (&point, nearest));
    hover::hover_ui(ui, cx, memory, (bench, &plane), &map);
    let note = if cloud.is_none() { Some("waiting for the first codes".to_owned()) } else { complaint };
    if let Some(note) = note {
        Map::new(ui, cx.theme, plane).note(&note);
    }
    actions
}

/// What is to be asked now; the window looks again when more is due.
fn carry(ui: &Ui, wish: Wish) -> Vec<Action> {
    if let Some(wait_secs) = wish.wait_secs {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(wait_secs.max(0.0)));
    }
    wish.actions
}

/// Zooms with the wheel, pans with the second or middle button, and fits with a double click.
fn look(ui: &Ui, memory: &mut LatentMemory, map: &Response, rect: Rect) {
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
fn wants_pin(ui: &Ui, map: &Response, point: &Response) -> bool {
    let is_meant = map.contains_pointer() || point.contains_pointer() || point.has_focus();
    let is_clicked = map.double_clicked() || point.double_clicked();
    (is_meant && keys::is_typed(ui.ctx(), Key::P)) || (is_clicked && ui.input(|input| input.modifiers.alt))
}

/// Moves the point to where it is pressed, dragged or pushed with the keys. It never leaves the map.
fn move_point(
    ui: &Ui,
    memory: &mut LatentMemory,
    map: &Response,
    plane: &Plane,
    now_secs: f64,
) -> (Option<Action>, Response) {
    let at = plane.screen_from_latent(plane.clamp(memory.place()));
    let grip = Rect::from_center_size(at, Vec2::splat(2.0 * (paint::POINT_RADIUS + 3.0)));
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
    let words = model::coordinates(memory.place(), memory.dimensions());
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

/// Everything on the map, from the ground up.
fn paint_map(
    ui: &Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    plane: &Plane,
    (point, nearest): (&Response, Option<Nearest>),
) {
    let is_line = memory.dimensions() < 2;
    let map = Map::new(ui, cx.theme, *plane);
    map.ground();
    let lattice = run.seen.lattice.as_ref().filter(|view| slice::is_alike(&view.ask.plane, memory.plane()));
    let shown = cx.pictures.get(run.info.id, Picture::Lattice);
    if let (Some(view), Some(shown), Background::Tiles) = (lattice, shown, memory.layers.background) {
        map.tiles(&view.ask, shown, is_line, run.seen.cloud.is_some());
    }
    if let Some(view) = memory.layers.field(run.seen.field.as_ref(), memory.plane()) {
        field::paint(&map, cx.theme, cx.pictures, view);
    }
    let names = memory.plane().names.clone();
    if run.recipe.is_variational() && memory.layers.has_rings {
        map.rings(memory.prior_place(), is_line);
    }
    memory.paint_cloud(&map, cx, bench);
    map.axes([&names[0], &names[1]], is_line);
    let place = |row: usize| memory.cloud.as_ref()?.places.get(row).copied();
    if let Some(place) = nearest.and_then(|nearest| place(nearest.row)) {
        map.nearest(point.rect.center(), place);
    }
    memory.layers.pull.paint(&map, cx.theme, (run, memory.plane()));
    let is_inside = plane.clamp(memory.place()) == memory.place();
    pins_paint::paint(ui, cx.theme, memory, plane);
    let at = plane.screen_from_latent(plane.clamp(memory.place()));
    map.point(at, point.has_focus(), is_inside);
    map.edge();
}
