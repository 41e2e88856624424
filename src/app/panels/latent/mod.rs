//! The latent explorer: the codes of images as a cloud on a map, what the decoder makes of every place on it, and a point
//! that can be dragged through it while the network learns.
//!
//! What a person sets up is in the document. `explorer` is the document together with what follows from it for the shown
//! run, `wants` says what the panels want to see, `plane` projects codes onto the shown plane and that onto the screen,
//! `camera` follows the cloud, `map` draws the layers and reacts to pointer and keys, `cloud` draws the points, `legend`
//! names their classes, `side` is the column beside the map, `paths` are pins and the paths between them, `sheets` the
//! tables of decoded codes. Runs that train side by side have a map each; their points follow each other. This file is
//! the entry point: what all of them keep between frames is [`LatentCache`], which can be dropped at any time.

mod camera;
mod cloud;
mod explorer;
mod legend;
mod map;
mod maps;
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

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use eframe::egui::{Rect, Sense, Ui};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::export::Explored;
use crate::app::state::ShownRun;
use crate::app::theme::GRID;
use crate::app::widgets::{card, export_button};
use crate::data::Dataset;
use crate::document::{CodeTraits, Exploration, MapSettings, Pins, RunExploration};
use crate::engine::{CloudView, RunId};

use cloud::CloudPainter;
use explorer::{Explorer, MapCache};
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

/// What the explorer's panels keep between frames.
#[derive(Debug, Default)]
pub struct LatentCache {
    maps: BTreeMap<RunId, RunMap>,
    /// Whether the image that the runs follow was found among a part of the codes only.
    is_image_rough: bool,
    /// The run that the rest of it belongs to.
    shown: Option<RunId>,
    /// The images whose codes are shown.
    dataset: Weak<Dataset>,
    side: SideCache,
    dimensions: DimensionsCache,
    samples: SamplesCache,
}

/// What the map of one run keeps between frames.
#[derive(Debug, Default)]
struct RunMap {
    /// What follows from the document.
    cache: MapCache,
    /// The points as they were drawn last.
    points: CloudPainter,
    /// The images on the map in place of points.
    thumbnails: Thumbnails,
    nearest: NearestCache,
}

impl LatentCache {
    /// Has a map for every run of the bench, and the rest for the run that is shown.
    fn prepare(&mut self, document: &mut Exploration, ShownRun { bench, run }: ShownRun<'_>) {
        let codes: Vec<_> = bench.runs.iter().map(|run| CodeTraits::of(run.info.id, &run.recipe)).collect();
        document.show_bench(&codes);
        let dataset = Arc::downgrade(&bench.dataset);
        if !Weak::ptr_eq(&self.dataset, &dataset) {
            if self.dataset.strong_count() > 0 || self.shown.is_some() {
                document.maps.layers.reset_for_other_images();
            }
            self.dataset = dataset;
        }
        self.maps.retain(|run, _| codes.iter().any(|code| code.run == *run));
        for code in codes {
            let Some(state) = document.run(code.run) else { continue };
            let new = || RunMap { cache: MapCache::new(state, code.is_variational), ..RunMap::default() };
            self.maps.entry(code.run).or_insert_with(new);
        }
        if self.shown.replace(run.info.id) != Some(run.info.id) {
            self.side = SideCache::default();
            self.dimensions = DimensionsCache::default();
        }
    }

    /// The map of a run, which was prepared.
    fn map<'a>(&'a mut self, document: &'a mut Exploration, run: RunId) -> Option<OpenMap<'a>> {
        let (state, settings) = document.open(run)?;
        Some(self.maps.get_mut(&run)?.open(state, settings))
    }

    /// What a figure of this run is to show: the plane of its map, whatever is drawn on it, and the codes of a table.
    pub fn explored(&self, document: &Exploration, run: RunId, figure: Figure) -> Explored {
        let (Some(map), Some(state)) = (self.maps.get(&run), document.run(run)) else {
            return Explored::default();
        };
        let plane = &map.cache.plane;
        let sheet = match figure {
            Figure::Dimensions => self.dimensions.exported(state.plane.rest(plane.is_variational())),
            Figure::Samples => self.samples.exported(document.maps.samples, plane),
            Figure::Path => strip::exported(&state.pins),
            _ => None,
        };
        Explored { plane: map.cache.lattice.clone(), sheet }
    }
}

impl RunMap {
    fn open<'a>(&'a mut self, run: &'a mut RunExploration, maps: &'a mut MapSettings) -> OpenMap<'a> {
        let Self { cache, points, thumbnails, nearest } = self;
        OpenMap {
            explorer: Explorer { run, maps, cache },
            painters: MapPainters { points, thumbnails },
            search: nearest,
        }
    }
}

/// The map of a run, and what is kept for it between frames.
struct OpenMap<'a> {
    explorer: Explorer<'a>,
    painters: MapPainters<'a>,
    search: &'a mut NearestCache,
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
    cache.prepare(document, shown);
    let mut actions = Vec::new();
    let range = cache.maps.get(&shown.run.info.id).and_then(|map| map.points.range());
    title_ui(ui, cx, &mut document.maps, range, title, &mut actions);
    let space = ui.available_rect_before_wrap();
    let mut places = geometry::places(space, cx.theme.scale, GRID);
    let strip_rect = cut_strip(document, shown, &mut places.map, cx.theme.scale);
    let pins: Vec<Pins> = document.runs().iter().map(|run| run.pins.clone()).collect();
    let mut drawn = Vec::new();
    for (run, rect) in maps::split(document, shown, places.map, cx.theme.scale) {
        let at = ShownRun { run, ..shown };
        drawn.push(maps::run_map_ui(ui, cx, document, cache, at, rect, &mut actions));
    }
    document.lead_by_pins(&pins);
    maps::follow_leader(ui, document, cache, shown);
    let has_strip = matches!(strip_rect, Strip::Shown(_));
    maps::add_wants(cx, document, cache, shown, &drawn, has_strip);
    maps::want_hidden(cx, document, shown);
    let LatentCache { maps, side, .. } = cache;
    let opened = document.open(shown.run.info.id).zip(maps.get_mut(&shown.run.info.id));
    if let Some(((state, settings), map)) = opened {
        let OpenMap { mut explorer, search, .. } = map.open(state, settings);
        let nearest = search.last();
        let column = Part { shown, rect: places.side, nearest };
        actions.extend(side::side_ui(ui, cx, &mut explorer, side, search, column));
        let has_pin_images = pin_images::has_room(places.map.size(), cx.theme.scale);
        match strip_rect {
            Strip::Shown(rect) => actions.extend(strip::strip_ui(ui, cx, &mut explorer, shown, rect)),
            Strip::TooSmall => strip::no_room_ui(ui, cx, &explorer, places.map, has_pin_images),
            Strip::Empty => {}
        }
        if explorer.cache.is_point_sought {
            // The map moves to it in the next frame.
            ui.ctx().request_repaint();
        }
    }
    document.lead_by_pins(&pins);
    ui.allocate_rect(space, Sense::hover());
    actions
}

/// The line with the title: what the map shows, and the legend.
fn title_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    maps: &mut MapSettings,
    range: Option<[f32; 2]>,
    title: &str,
    actions: &mut Vec<Action>,
) {
    let Some(ShownRun { bench, .. }) = cx.state.shown_run() else { return };
    let layers = &mut maps.layers;
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
fn cut_strip(document: &Exploration, shown: ShownRun<'_>, map: &mut Rect, scale: f32) -> Strip {
    let Some(run) = document.run(shown.run.info.id) else { return Strip::Empty };
    let has_sum = run.sum.is_open && !shown.bench.dataset.class_names.is_empty();
    let height = strip::height(run.pins.pins().len(), shown.bench.runs.len(), has_sum, map.width(), scale);
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
        let axes = document.run(shown.run.info.id).map(|run| run.plane.axes);
        let cloud = wants::wanted_cloud(&document.maps.layers, axes);
        cx.want(shown.run.info.id, |wants| wants.cloud = Some(cloud));
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
    cache.prepare(document, shown);
    let LatentCache { maps, dimensions, .. } = cache;
    let opened = document.open(shown.run.info.id).zip(maps.get_mut(&shown.run.info.id));
    let Some(((state, settings), map)) = opened else { return Vec::new() };
    let OpenMap { mut explorer, .. } = map.open(state, settings);
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
    cache.prepare(document, shown);
    let LatentCache { maps, samples, .. } = cache;
    let opened = document.open(shown.run.info.id).zip(maps.get_mut(&shown.run.info.id));
    let Some(((state, settings), map)) = opened else { return Vec::new() };
    let OpenMap { mut explorer, .. } = map.open(state, settings);
    explorer.take_in_cloud(Some(view));
    let (wanted, actions) =
        sheets::samples::sample_panel_ui(ui, cx, &mut explorer, shown, view, samples, title);
    cx.want(shown.run.info.id, |wants| wants.add_sheet(wanted));
    actions
}
