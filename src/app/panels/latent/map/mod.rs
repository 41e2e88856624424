//! The map: its layers from the background up, the menu that chooses them, and what pointer and keys do to it.

pub mod arrows;
mod bounds;
pub mod field;
pub mod field_paint;
pub mod hover;
pub mod interaction;
#[cfg(test)]
mod interaction_tests;
pub mod layers;
pub mod paint;
pub mod painters;
pub mod render;
#[cfg(test)]
mod tests;
pub mod thumbnails;

use eframe::egui::Ui;

use super::explorer::Explorer;
use super::part::Part;
use super::paths::pins;
use super::plane::cache;
use super::plane::geometry::MapTransform;
use super::plane::range::Range;
use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::ShownRun;
use crate::document::{Background, PointStyle};
use crate::engine::{Picture, Stage};
use interaction::MapResponse;
use paint::Map;
use painters::MapPainters;

/// A map smaller than this is not drawn.
const SMALLEST: f32 = 40.0;
/// The note on the map while layers are trained one by one.
const PRETRAINING: &str =
    "layer by layer: the network is not trained as a whole yet, and its code means little";

/// Draws the map and everything on it, and reacts to pointer and keys. Returns the plane as it is on the screen; `None`
/// where the map is too small to be drawn.
pub fn map_ui(
    ui: &Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    painters: &mut MapPainters<'_>,
    part: Part<'_>,
    actions: &mut Vec<Action>,
) -> Option<MapTransform> {
    let Part { shown, rect, .. } = part;
    if rect.width() < SMALLEST || rect.height() < SMALLEST {
        // A map that is not drawn does not move to the point either.
        explorer.cache.is_point_sought = false;
        return None;
    }
    let ShownRun { bench, run } = shown;
    let (now_secs, dt) = ui.input(|input| (input.time, input.stable_dt.min(0.1)));
    let complaint = explorer.take_in_cloud(run.views.cloud.as_deref()).map(|cloud| cloud.complaint());
    let is_at_rest = !explorer.maps.follows_pointer && !ui.input(|input| input.pointer.any_down());
    if explorer.follow(run.recipe.is_variational(), rect.size(), is_at_rest, dt) {
        ui.ctx().request_repaint();
    }
    explorer.show_point(rect);
    let before = MapTransform::new(explorer.view(), rect);
    let response = MapResponse::new(ui, explorer, &before);
    if response.is_pressed() && cx.state.run().is_some_and(|shown| shown.info.id != run.info.id) {
        actions.push(Action::Focus(run.info.id));
    }
    interaction::zoom_and_pan(ui, explorer, &response, &before);
    let transform = MapTransform::new(explorer.view(), rect);
    // Pins sense the pointer after the point and so before it: a point that follows the pointer must not cover them.
    pins::pins_ui(ui, cx.theme, explorer, &transform, bench.dataset.shape.aspect());
    interaction::move_point(ui, explorer, &response, &transform, now_secs);
    if interaction::wants_pin(ui, &response) {
        actions.extend(explorer.add_pin());
    }
    if explorer.run.pins.is_touring() {
        explorer.advance_tour(dt, now_secs);
        ui.ctx().request_repaint();
    }
    let below = paint_map(ui, cx, explorer, painters, part, &transform, &response);
    actions.extend(hover::hover_ui(ui, cx, explorer, painters, bench, &transform, &response));
    let waits = complaint.is_none().then(|| "waiting for the first codes".to_owned());
    let unready = matches!(run.progress.stage, Stage::Layer(_)).then(|| PRETRAINING.to_owned());
    if let Some(note) = waits.or(complaint.flatten()).or(unready) {
        Map::new(ui, cx.theme, transform).note(&note, below);
    }
    Some(transform)
}

/// Draws everything on the map, from the background up. Returns how far down there are words at its top.
fn paint_map(
    ui: &Ui,
    cx: &PanelContext<'_>,
    explorer: &Explorer<'_>,
    painters: &mut MapPainters<'_>,
    part: Part<'_>,
    transform: &MapTransform,
    response: &MapResponse,
) -> f32 {
    let Part { shown, nearest, .. } = part;
    let ShownRun { bench, run } = shown;
    let layers = &explorer.maps.layers;
    let is_line = explorer.dimensions() < 2;
    let map = Map::new(ui, cx.theme, *transform);
    map.ground();
    let foot = paint_background(&map, cx, explorer, shown);
    if run.recipe.is_variational() && layers.has_rings {
        map.rings(explorer.prior_place(), is_line);
    }
    paint_cloud(&map, cx, explorer, painters, shown);
    let [across, up] = &explorer.plane().names;
    map.axes([across, up], is_line, foot);
    bounds::paint(&map, cx.theme, explorer.run.plane.axes, Range::of(&run.recipe.model), is_line);
    let at = transform.screen_from_latent(transform.clamp(explorer.place()));
    let now_secs = ui.input(|input| input.time);
    let cloud = explorer.cache.cloud.as_ref();
    let place = |row: usize| painters.points.motion(cloud?, now_secs).at(row);
    if let Some(place) = nearest.and_then(|nearest| place(nearest.row)) {
        map.nearest(at, place);
    }
    let arrows = layers.has_arrows.then(|| arrows::paint(&map, cx.theme, run, explorer.plane(), cloud));
    let is_inside = transform.clamp(explorer.place()) == explorer.place();
    pins::paint(ui, cx, explorer, run, transform, bench.dataset.shape.aspect());
    map.point(at, response.point.has_focus(), is_inside);
    map.edge();
    arrows.flatten().unwrap_or(transform.rect.top())
}

/// Draws the tiles or the field. Returns the height of the words at the foot of the map.
fn paint_background(
    map: &Map<'_>,
    cx: &PanelContext<'_>,
    explorer: &Explorer<'_>,
    ShownRun { bench, run }: ShownRun<'_>,
) -> f32 {
    let is_line = explorer.dimensions() < 2;
    match explorer.maps.layers.background {
        Background::Plain => 0.0,
        Background::Tiles => {
            let is_shown = |plane| cache::is_alike(plane, explorer.plane());
            let lattice = run.views.lattice.as_deref().filter(|view| is_shown(&view.wanted.plane));
            let picture = cx.pictures.get(run.info.id, Picture::Lattice);
            if let (Some(view), Some(picture)) = (lattice, picture) {
                map.tiles(&view.wanted, picture, is_line, run.views.cloud.is_some());
            }
            0.0
        }
        Background::Field(kind) => {
            let is_shown = |plane| cache::is_alike(plane, explorer.plane());
            let view = run.views.field.as_deref();
            let view = view.filter(|view| view.wanted.kind == kind && is_shown(&view.wanted.lattice.plane));
            let known = field::KnownCodes::of(bench, run);
            let place = ShownRun { bench, run }.place();
            view.map_or(0.0, |view| field::paint(map, cx.theme, cx.pictures, view, &known, place))
        }
    }
}

/// Draws the cloud.
fn paint_cloud(
    map: &Map<'_>,
    cx: &PanelContext<'_>,
    explorer: &Explorer<'_>,
    painters: &mut MapPainters<'_>,
    shown: ShownRun<'_>,
) {
    let (bench, place) = (shown.bench, shown.place());
    let Some(cloud) = &explorer.cache.cloud else { return };
    let layers = &explorer.maps.layers;
    let MapPainters { points, thumbnails } = painters;
    let looks = points.looks(cloud, &bench.dataset, layers.color, &layers.hidden);
    match layers.points {
        PointStyle::Glyphs => {
            let plotting = cx.pictures.plotting(place);
            points.paint(map.painter(), map.transform(), cx.theme.scale, cloud, &looks, plotting);
        }
        PointStyle::Thumbnails => {
            let motion = points.advance(map.painter().ctx(), cloud, cx.pictures.plotting(place));
            thumbnails.paint(map, cx, shown, cloud, &looks, motion);
        }
        PointStyle::Hidden => {}
    }
}
