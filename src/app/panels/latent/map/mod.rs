//! The map: its layers from the ground up, the menu that chooses them, and the hand that moves over it.

mod bounds;
pub mod field;
pub mod field_paint;
pub mod hand;
#[cfg(test)]
mod hand_tests;
pub mod hover;
pub mod layers;
pub mod overlay;
pub mod paint;
pub mod pull;
#[cfg(test)]
mod tests;
pub mod thumbnails;

use eframe::egui::{Rect, Ui};

use super::asking::{Wish, carry};
use super::model::LatentMemory;
use super::plane::geometry::Plane;
use super::plane::range::Range;
use super::plane::slice;
use super::side::Nearest;
use super::walks::pins;
use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::{BenchState, RunState};
use crate::engine::{Picture, Stage};
use hand::Hand;
use layers::Background;
use paint::Map;

/// What is said of the map while layers are trained one by one.
const PRETRAINING: &str =
    "layer by layer: the network is not trained as a whole yet, and its code means little";

/// Draws the map and everything on it, and lets it be touched.
pub fn map_ui(
    ui: &Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    (rect, nearest): (Rect, Option<Nearest>),
) -> Vec<Action> {
    if rect.width() < 40.0 || rect.height() < 40.0 {
        // A map too small to be drawn does not look for the point either.
        memory.is_point_sought = false;
        return Vec::new();
    }
    let (now_secs, dt) = ui.input(|input| (input.time, input.stable_dt.min(0.1)));
    let cloud = memory.take_in_cloud(run.seen.cloud.as_ref()).map(|cloud| (cloud.version, cloud.complaint()));
    if memory.follow(run.recipe.is_variational(), rect.size(), dt) {
        ui.ctx().request_repaint();
    }
    memory.show_point(rect);
    let before = Plane::new(memory.view, rect);
    let hand = Hand::new(ui, memory, &before);
    hand::look(ui, memory, &hand, &before);
    let plane = Plane::new(memory.view, rect);
    // Pins come after the point and lie on it: a point that follows the pointer must not keep it from them.
    let mut actions = pins::pins_ui(ui, cx.theme, memory, (&plane, aspect(bench)));
    actions.extend(hand::move_point(ui, memory, &hand, &plane, now_secs));
    if hand::wants_pin(ui, &hand) {
        actions.extend(memory.drop_pin());
    }
    if memory.walk.is_touring() {
        actions.extend(memory.tour(dt, now_secs));
        ui.ctx().request_repaint();
    }
    let mut wish = Wish::default();
    memory.ask(&plane, bench, run, now_secs, &mut wish);
    memory.layers.ask_field((&plane, memory.slice.plane().clone()), run, now_secs, &mut wish);
    memory.layers.ask_pull((bench, run), now_secs, &mut wish);
    actions.extend(carry(ui, wish));
    let complaint = cloud.as_ref().and_then(|(_, complaint)| complaint.clone());
    let below = paint_map(ui, cx, memory, (bench, run), &plane, (hand.point.has_focus(), nearest));
    hover::hover_ui(ui, cx, memory, (bench, &plane), &hand);
    let waits = cloud.is_none().then(|| "waiting for the first codes".to_owned());
    let unready = matches!(run.progress.stage, Stage::Layer(_)).then(|| PRETRAINING.to_owned());
    if let Some(note) = waits.or(complaint).or(unready) {
        Map::new(ui, cx.theme, plane).note(&note, below);
    }
    actions
}

/// Everything on the map, from the ground up. Down to where words stand at its top.
fn paint_map(
    ui: &Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    plane: &Plane,
    (has_focus, nearest): (bool, Option<Nearest>),
) -> f32 {
    let is_line = memory.dimensions() < 2;
    let map = Map::new(ui, cx.theme, *plane);
    map.ground();
    let lattice = run.seen.lattice.as_ref().filter(|view| slice::is_alike(&view.ask.plane, memory.plane()));
    let shown = cx.pictures.get(run.info.id, Picture::Lattice);
    if let (Some(view), Some(shown), Background::Tiles) = (lattice, shown, memory.layers.background) {
        map.tiles(&view.ask, shown, is_line, run.seen.cloud.is_some());
    }
    let field = memory.layers.field(run.seen.field.as_ref(), memory.plane());
    let paint = |view| field::paint(&map, cx.theme, cx.pictures, (view, &field::Known::of(bench, run)));
    let foot = field.map_or(0.0, paint);
    let names = memory.plane().names.clone();
    if run.recipe.is_variational() && memory.layers.has_rings {
        map.rings(memory.prior_place(), is_line);
    }
    memory.paint_cloud(&map, cx, bench);
    map.axes([&names[0], &names[1]], is_line, foot);
    bounds::paint(&map, cx.theme, (memory.slice.axes(), Range::of(&run.recipe.model)), is_line);
    let at = plane.screen_from_latent(plane.clamp(memory.place()));
    let now_secs = ui.input(|input| input.time);
    let place = |row: usize| memory.drawn.drawn_at(memory.cloud.as_ref()?, now_secs).at(row);
    if let Some(place) = nearest.and_then(|nearest| place(nearest.row)) {
        map.nearest(at, place);
    }
    let below = memory.layers.pull.paint(&map, cx.theme, (run, memory.plane()), memory.cloud.as_ref());
    let is_inside = plane.clamp(memory.place()) == memory.place();
    pins::paint(ui, cx, (memory, run), (plane, aspect(bench)));
    map.point(at, has_focus, is_inside);
    map.edge();
    below.unwrap_or(plane.rect.top())
}

/// How many times as wide as high the images are.
fn aspect(bench: &BenchState) -> f32 {
    let shape = bench.dataset.shape;
    shape.width as f32 / shape.height.max(1) as f32
}
