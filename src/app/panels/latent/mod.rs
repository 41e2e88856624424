//! The latent explorer: the codes of images as a cloud on a map, what the decoder makes of every place on it, and a point
//! that can be dragged through it while the network learns.
//!
//! What a person sets up is in the document. `explorer` is the document together with what follows from it for the shown
//! run, `wants` says what the panels want to see, `plane` projects codes onto the shown plane and that onto the screen,
//! `camera` follows the cloud, `map` draws the layers and reacts to pointer and keys, `cloud` draws the points, `legend`
//! names their classes, `side` is the column beside the map, `paths` are pins and the paths between them, `sheets` the
//! tables of decoded codes. This file is the entry point: what all of them keep between
//! frames is [`LatentCache`], which can be dropped at any time.

mod camera;
mod cloud;
mod explorer;
mod legend;
mod map;
mod nearest;
mod part;
mod paths;
#[cfg(test)]
mod picture_tests;
mod plane;
mod sheets;
mod side;
#[cfg(test)]
mod tests;
mod wants;

use std::time::Duration;

use eframe::egui::{Rect, Sense, Ui};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::export::Explored;
use crate::app::state::ShownRun;
use crate::app::theme::GRID;
use crate::app::widgets::{card, export_button};
use crate::document::Exploration;
use crate::engine::{CloudView, RunId};

use cloud::CloudPainter;
use explorer::{Explorer, MapCache, REST_SECS};
use map::layers;
use map::painters::MapPainters;
use map::thumbnails::Thumbnails;
use nearest::NearestCache;
use part::Part;
use paths::{pin_images, strip};
use plane::geometry;
use sheets::dimensions::DimensionsCache;
use sheets::samples::SamplesCache;
use side::SideCache;
use wants::Room;

/// What the explorer's panels keep between frames.
#[derive(Debug, Default)]
pub struct LatentCache {
    /// What follows from the document for the shown run.
    map: MapCache,
    /// The points as they were drawn last.
    points: CloudPainter,
    /// The images on the map in place of points.
    thumbnails: Thumbnails,
    nearest: NearestCache,
    side: SideCache,
    dimensions: DimensionsCache,
    samples: SamplesCache,
}

impl LatentCache {
    /// The explorer of the shown run. What belongs to another run is dropped.
    fn open<'a>(&'a mut self, document: &'a mut Exploration, shown: ShownRun<'_>) -> Opened<'a> {
        let (explorer, is_other) = Explorer::open(document, &mut self.map, shown);
        if is_other {
            self.thumbnails = Thumbnails::default();
            self.nearest = NearestCache::default();
            self.side = SideCache::default();
            self.dimensions = DimensionsCache::default();
        }
        Opened {
            explorer,
            painters: MapPainters { points: &mut self.points, thumbnails: &mut self.thumbnails },
            nearest: &mut self.nearest,
            side: &mut self.side,
            dimensions: &mut self.dimensions,
            samples: &mut self.samples,
        }
    }

    /// What a figure of this run is to show: the plane of its map, whatever is drawn on it, and the codes of a table.
    pub fn explored(&self, document: &Exploration, run: RunId, figure: Figure) -> Explored {
        if document.run.run != Some(run) {
            return Explored::default();
        }
        let plane = &self.map.plane;
        let sheet = match figure {
            Figure::Dimensions => self.dimensions.exported(document.run.plane.rest(plane.is_variational())),
            Figure::Samples => self.samples.exported(document.samples, plane),
            Figure::Path => strip::exported(&document.run.pins),
            _ => None,
        };
        Explored { plane: self.map.lattice.clone(), sheet }
    }
}

/// The explorer, and what the panels keep between frames.
struct Opened<'a> {
    explorer: Explorer<'a>,
    painters: MapPainters<'a>,
    nearest: &'a mut NearestCache,
    side: &'a mut SideCache,
    dimensions: &'a mut DimensionsCache,
    samples: &'a mut SamplesCache,
}

/// Draws the latent explorer under a title, which is empty where a tab shows it.
pub fn latent_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    document: &mut Exploration,
    cache: &mut LatentCache,
    title: &str,
) -> Vec<Action> {
    let Some(shown) = cx.state.shown_run() else {
        card(ui, cx.theme, title, |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return Vec::new();
    };
    let opened = cache.open(document, shown);
    let Opened { mut explorer, mut painters, nearest: search, side, .. } = opened;
    let mut actions = Vec::new();
    title_ui(ui, cx, &mut explorer, &painters, title, &mut actions);
    let space = ui.available_rect_before_wrap();
    let now_secs = ui.input(|input| input.time);
    let mut places = geometry::places(space, cx.theme.scale, GRID);
    let strip_rect = cut_strip(&explorer, shown, &mut places.map, cx.theme.scale);
    let nearest = search.find(&explorer, shown, now_secs);
    if search.is_rough() {
        // All codes are searched when the point rests.
        ui.ctx().request_repaint_after(Duration::from_secs_f64(REST_SECS));
    }
    let part = Part { shown, rect: places.map, nearest };
    let transform = map::map_ui(ui, cx, &mut explorer, &mut painters, part, &mut actions);
    if let Some(transform) = &transform {
        let lattice = wants::wanted_lattice(&explorer, transform, shown.bench.dataset.shape.aspect());
        explorer.cache.lattice = Some(lattice);
    }
    let column = Part { rect: places.side, ..part };
    actions.extend(side::side_ui(ui, cx, &mut explorer, side, search, column));
    let has_pin_images = pin_images::has_room(places.map.size(), cx.theme.scale);
    match strip_rect {
        Strip::Shown(rect) => actions.extend(strip::strip_ui(ui, cx, &mut explorer, shown, rect)),
        Strip::TooSmall => strip::no_room_ui(ui, cx, &explorer, places.map, has_pin_images),
        Strip::Empty => {}
    }
    let has_strip = matches!(strip_rect, Strip::Shown(_));
    let room = Room { map: transform.as_ref(), has_pin_images, has_strip };
    wants::add(cx, &explorer, shown, room, nearest.map(|nearest| nearest.image));
    if explorer.cache.is_point_sought {
        // The map moves to it in the next frame.
        ui.ctx().request_repaint();
    }
    ui.allocate_rect(space, Sense::hover());
    actions
}

/// The line with the title: what the map shows, and the legend.
fn title_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    painters: &MapPainters<'_>,
    title: &str,
    actions: &mut Vec<Action>,
) {
    let Some(ShownRun { bench, .. }) = cx.state.shown_run() else { return };
    let layers = &mut explorer.document.layers;
    let range = painters.points.range();
    let trailing = |ui: &mut Ui| {
        export_button(ui, cx.theme, Figure::Cloud, "Export codes", actions);
        actions.extend(layers::menu_ui(ui, cx, layers, bench));
        if let Some(range) = range {
            layers::value_scale_ui(ui, cx.theme, range);
        }
        legend::legend_ui(ui, cx, layers, &bench.dataset.class_names, range.is_some());
    };
    card(ui, cx.theme, title, trailing, |_| {});
}

/// The strip of pins below the map.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strip {
    /// There is nothing to show.
    Empty,
    /// There is no room for it.
    TooSmall,
    /// Where it is.
    Shown(Rect),
}

/// Cuts the strip off the map.
fn cut_strip(explorer: &Explorer<'_>, shown: ShownRun<'_>, map: &mut Rect, scale: f32) -> Strip {
    let run = &explorer.document.run;
    let has_sum = run.sum.is_open && !shown.bench.dataset.class_names.is_empty();
    let height = strip::height(run.pins.pins().len(), has_sum, map.width(), scale);
    match geometry::cut_strip(map, height, GRID) {
        Some(rect) => Strip::Shown(rect),
        None if height > 0.0 => Strip::TooSmall,
        None => Strip::Empty,
    }
}

/// The shown run and its codes, which are wanted, for a panel that shows what is decoded from codes. Where there are none
/// yet, the panel says why.
fn codes<'a>(
    ui: &mut Ui,
    cx: &PanelContext<'a>,
    document: &Exploration,
    title: &str,
) -> Option<(ShownRun<'a>, &'a CloudView)> {
    let found = cx.state.shown_run().ok_or_else(|| no_run(cx.state)).and_then(|shown| {
        cx.want(shown.run.info.id, |wants| wants.cloud = Some(wants::wanted_cloud(document)));
        let dimensions = shown.run.recipe.model.code.max(1);
        let view = shown.run.views.cloud.as_deref().filter(|view| view.dimensions == dimensions);
        view.map(|view| (shown, view)).ok_or_else(|| "waiting for the first codes".to_owned())
    });
    found.map_err(|why| card(ui, cx.theme, title, |_| {}, |ui| waiting(ui, cx.theme, &why))).ok()
}

/// Draws every number of the code as a row of decoded images.
pub fn dimensions_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    document: &mut Exploration,
    cache: &mut LatentCache,
    title: &str,
) -> Vec<Action> {
    let Some((shown, view)) = codes(ui, cx, document, title) else { return Vec::new() };
    let Opened { mut explorer, dimensions, .. } = cache.open(document, shown);
    explorer.take_in_cloud(Some(view));
    let actions = sheets::dimensions::table_panel_ui(ui, cx, &mut explorer, shown, view, dimensions, title);
    if let Some(wanted) = dimensions.wanted() {
        cx.want(shown.run.info.id, |wants| wants.add_sheet(wanted.clone()));
    }
    actions
}

/// Draws images decoded from sampled codes.
pub fn samples_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    document: &mut Exploration,
    cache: &mut LatentCache,
    title: &str,
) -> Vec<Action> {
    let Some((shown, view)) = codes(ui, cx, document, title) else { return Vec::new() };
    let Opened { mut explorer, samples, .. } = cache.open(document, shown);
    explorer.take_in_cloud(Some(view));
    let (wanted, actions) =
        sheets::samples::sample_panel_ui(ui, cx, &mut explorer, shown, view, samples, title);
    cx.want(shown.run.info.id, |wants| wants.add_sheet(wanted));
    actions
}
