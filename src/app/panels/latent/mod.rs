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
use crate::document::{CodeTraits, Exploration, MapSettings, Pins};
use crate::engine::{CloudView, RunId};

use map::layers;
use maps::{OpenMap, RunMaps};
use part::Part;
use paths::{pin_images, strip, sum};
use plane::geometry;
use sheets::dimensions::DimensionsCache;
use sheets::samples::SamplesCache;
use side::SideCache;

/// What the explorer's panels keep between frames.
#[derive(Debug, Default)]
pub struct LatentCache {
    maps: RunMaps,
    /// The run that the rest of it belongs to.
    shown: Option<RunId>,
    /// The images whose codes are shown.
    dataset: Weak<Dataset>,
    side: SideCache,
    dimensions: DimensionsCache,
    samples: SamplesCache,
}

impl LatentCache {
    /// Has a map for every run of the bench, and the rest for the run that is shown.
    fn prepare(&mut self, document: &mut Exploration, ShownRun { bench, run }: ShownRun<'_>) {
        let codes: Vec<_> = bench.runs.iter().map(|run| CodeTraits::of(run.info.id, &run.recipe)).collect();
        document.show_bench(&codes);
        self.maps.prepare(document, &codes);
        let dataset = Arc::downgrade(&bench.dataset);
        if !Weak::ptr_eq(&self.dataset, &dataset) {
            if self.shown.is_some() {
                document.maps.layers.reset_for_other_images();
            }
            self.dataset = dataset;
        }
        if self.shown.replace(run.info.id) != Some(run.info.id) {
            self.side = SideCache::default();
            self.dimensions = DimensionsCache::default();
        }
    }

    /// What a figure of this run is to show: the plane of its map, whatever is drawn on it, and the codes of a table.
    pub fn explored(&self, document: &Exploration, run: RunId, figure: Figure) -> Explored {
        let (Some(map), Some(state)) = (self.maps.cache(run), document.run(run)) else {
            return Explored::default();
        };
        let sheet = match figure {
            Figure::Dimensions => self.dimensions.exported(state.plane.rest(map.plane.is_variational())),
            Figure::Samples => self.samples.exported(document.maps.samples, &map.plane),
            Figure::Path => strip::exported(&state.pins),
            _ => None,
        };
        Explored { plane: map.lattice.clone(), sheet }
    }
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
    let LatentCache { maps, side, .. } = cache;
    let range = maps.value_range(shown.run.info.id);
    title_ui(ui, cx, &mut document.maps, range, title, &mut actions);
    let space = ui.available_rect_before_wrap();
    let mut places = geometry::places(space, cx.theme.scale, GRID);
    let strip_rect = cut_strip(document, shown, &mut places.map, cx.theme.scale);
    actions.extend(maps::go_to_sought(ui, document, maps, shown));
    let pins = pins_of(document);
    let mut drawn = Vec::new();
    for (run, rect) in maps::split(document, shown, places.map, cx.theme.scale) {
        let at = ShownRun { run, ..shown };
        drawn.push(maps::run_map_ui(ui, cx, document, maps, at, rect, &mut actions));
    }
    document.lead_by_pins(&pins);
    maps::follow_leader(ui, document, maps, shown);
    // Pins that have followed were not moved by hand.
    let pins = pins_of(document);
    let has_strip = matches!(strip_rect, Strip::Shown(_));
    maps::add_wants(cx, document, maps, shown, &drawn, has_strip);
    maps::want_hidden(cx, document, shown);
    let mut is_fitted = false;
    if let Some(OpenMap { mut explorer, search, .. }) = maps.open(document, shown.run.info.id) {
        let nearest = search.last();
        let column = Part { shown, rect: places.side, nearest };
        let had_view = explorer.run.view.is_some();
        actions.extend(side::side_ui(ui, cx, &mut explorer, side, search, column));
        is_fitted = had_view && explorer.run.view.is_none();
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
    if is_fitted {
        maps::fit_all(document, maps, shown);
    }
    document.lead_by_pins(&pins);
    ui.allocate_rect(space, Sense::hover());
    actions
}

fn pins_of(document: &Exploration) -> Vec<Pins> {
    document.runs().iter().map(|run| run.pins.clone()).collect()
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
    let Some(shown) = cx.state.shown_run() else { return };
    let layers = &mut maps.layers;
    let map = geometry::places(ui.available_rect_before_wrap(), cx.theme.scale, GRID).map;
    let trailing = |ui: &mut Ui| {
        export_button(ui, cx.theme, Figure::Cloud, "Export codes", actions);
        layers::menu_ui(ui, cx, layers, shown, map.right());
        if let Some(range) = range {
            layers::value_scale_ui(ui, cx.theme, range);
        }
        legend::legend_ui(ui, cx, layers, &shown.bench.dataset.class_names, range.is_some());
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
    let has_sum = sum::is_shown(run, shown.bench);
    let height = strip::height(run.pins.pins().len(), shown.bench.runs.len(), has_sum, scale);
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
    let Some(OpenMap { mut explorer, .. }) = maps.open(document, shown.run.info.id) else {
        return Vec::new();
    };
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
    let Some(OpenMap { mut explorer, .. }) = maps.open(document, shown.run.info.id) else {
        return Vec::new();
    };
    explorer.take_in_cloud(Some(view));
    let (wanted, actions) =
        sheets::samples::sample_panel_ui(ui, cx, &mut explorer, shown, view, samples, title);
    cx.want(shown.run.info.id, |wants| wants.add_sheet(wanted));
    actions
}
