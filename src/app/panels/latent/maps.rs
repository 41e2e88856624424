//! The maps of runs that train side by side: where each of them is, and how their points follow each other.

use std::collections::BTreeMap;
use std::time::Duration;

use eframe::egui::{Align2, Rect, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::{RunState, ShownRun};
use crate::app::theme::{GRID, HALF};
use crate::document::{CodeTraits, Exploration, PointOrigin};
use crate::engine::{CloudView, RunId, WantedPoint};
use crate::look::DataColor;

use super::cloud::CloudPainter;
use super::explorer::{Explorer, MapCache, REST_SECS};
use super::map;
use super::map::painters::MapPainters;
use super::map::thumbnails::Thumbnails;
use super::nearest::NearestCache;
use super::part::Part;
use super::paths::pin_images;
use super::plane::geometry::MapTransform;
use super::wants::{self, Room};

/// What the maps of all runs keep between frames.
#[derive(Debug, Default)]
pub struct RunMaps {
    runs: BTreeMap<RunId, RunMap>,
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

/// The map of a run, and what is kept for it between frames.
pub struct OpenMap<'a> {
    /// What can be done on it.
    pub explorer: Explorer<'a>,
    /// What draws its points.
    pub painters: MapPainters<'a>,
    /// What finds the nearest image.
    pub search: &'a mut NearestCache,
}

impl RunMaps {
    /// Has a map for every run of the bench, and for no other.
    pub fn prepare(&mut self, document: &Exploration, bench: &[CodeTraits]) {
        self.runs.retain(|run, _| bench.iter().any(|code| code.run == *run));
        for code in bench {
            let Some(state) = document.run(code.run) else { continue };
            let new = || RunMap { cache: MapCache::new(state, code.is_variational), ..RunMap::default() };
            self.runs.entry(code.run).or_insert_with(new);
        }
    }

    /// The map of a run.
    pub fn open<'a>(&'a mut self, document: &'a mut Exploration, run: RunId) -> Option<OpenMap<'a>> {
        let (state, maps) = document.open(run)?;
        let RunMap { cache, points, thumbnails, nearest } = self.runs.get_mut(&run)?;
        Some(OpenMap {
            explorer: Explorer { run: state, maps, cache },
            painters: MapPainters { points, thumbnails },
            search: nearest,
        })
    }

    /// What follows from the document for a run.
    pub fn cache(&self, run: RunId) -> Option<&MapCache> {
        self.runs.get(&run).map(|map| &map.cache)
    }

    /// The values at the ends of the colours of a run's points, where colours are values.
    pub fn value_range(&self, run: RunId) -> Option<[f32; 2]> {
        self.runs.get(&run)?.points.range()
    }

    /// The image found last that is nearest to the point of a run.
    #[cfg(test)]
    pub fn nearest(&self, run: RunId) -> Option<u32> {
        self.runs.get(&run)?.nearest.last().map(|nearest| nearest.image)
    }

    /// The thumbnails of a run.
    #[cfg(test)]
    pub fn thumbnails(&self, run: RunId) -> &Thumbnails {
        &self.runs[&run].thumbnails
    }
}

/// The height of the line with the name of a run above its map.
const NAME: f32 = 18.0;

/// The runs that have a map, and where: the one that is shown, or all of them in equal parts.
pub fn split<'a>(
    document: &Exploration,
    shown: ShownRun<'a>,
    space: Rect,
    scale: f32,
) -> Vec<(&'a RunState, Rect)> {
    let runs = &shown.bench.runs;
    if runs.len() < 2 || document.maps.shows_one {
        return vec![(shown.run, space)];
    }
    let name = NAME * scale;
    let columns = columns(space, runs.len(), name);
    let rows = runs.len().div_ceil(columns);
    let size = vec2(
        (space.width() - GRID * (columns - 1) as f32) / columns as f32,
        (space.height() - HALF * (rows - 1) as f32) / rows as f32,
    );
    let place = |(number, run): (usize, &'a RunState)| {
        let (column, row) = ((number % columns) as f32, (number / columns) as f32);
        let min = space.min + vec2(column * (size.x + GRID), row * (size.y + HALF));
        let rect = Rect::from_min_size(min, size);
        (run, Rect::from_min_max(pos2(rect.left(), rect.top() + name), rect.max))
    };
    runs.iter().enumerate().map(place).collect()
}

/// How many maps are beside each other, so that the smaller side of a map is as large as possible.
fn columns(space: Rect, count: usize, name: f32) -> usize {
    let side = |columns: &usize| {
        let rows = count.div_ceil(*columns) as f32;
        (space.width() / *columns as f32).min(space.height() / rows - name)
    };
    (1..=count).max_by(|a, b| side(a).total_cmp(&side(b))).unwrap_or(1)
}

/// A map as it was drawn.
pub struct DrawnMap<'a> {
    run: &'a RunState,
    rect: Rect,
    /// The plane as it is on the screen; none where the map is too small to be drawn.
    transform: Option<MapTransform>,
}

/// Draws the map of one run.
pub fn run_map_ui<'a>(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    document: &mut Exploration,
    maps: &mut RunMaps,
    at: ShownRun<'a>,
    rect: Rect,
    actions: &mut Vec<Action>,
) -> DrawnMap<'a> {
    let run = at.run;
    let Some(OpenMap { mut explorer, mut painters, search }) = maps.open(document, run.info.id) else {
        return DrawnMap { run, rect, transform: None };
    };
    let now_secs = ui.input(|input| input.time);
    let nearest = search.find(&explorer, at, now_secs);
    if search.is_rough() {
        // All codes are searched when the point rests.
        ui.ctx().request_repaint_after(Duration::from_secs_f64(REST_SECS));
    }
    let part = Part { shown: at, rect, nearest };
    let scope = UiBuilder::new().max_rect(rect).id_salt(("map of a run", run.info.id.0));
    let inside = ui.new_child(scope);
    let transform = map::map_ui(&inside, cx, &mut explorer, &mut painters, part, actions);
    if let Some(transform) = &transform {
        let lattice = wants::wanted_lattice(&explorer, transform, at.bench.dataset.shape.aspect());
        explorer.cache.lattice = Some(lattice);
    }
    if at.bench.runs.len() > 1 {
        name_ui(ui, cx, at, rect);
    }
    DrawnMap { run, rect, transform }
}

/// Adds what the maps that were drawn want to see, once all points are where they are to be.
pub fn add_wants(
    cx: &PanelContext<'_>,
    document: &mut Exploration,
    maps: &mut RunMaps,
    shown: ShownRun<'_>,
    drawn: &[DrawnMap<'_>],
    has_strip: bool,
) {
    let (leader, image) = (document.leader(shown.run.info.id), document.maps.cursor.image);
    for DrawnMap { run, rect, transform } in drawn {
        let followed = image.filter(|_| leader != run.info.id);
        let Some(OpenMap { explorer, search, .. }) = maps.open(document, run.info.id) else { continue };
        let compared = followed.or(search.last().map(|nearest| nearest.image));
        let has_pin_images = pin_images::has_room(rect.size(), cx.theme.scale);
        let room = Room { map: transform.as_ref(), has_pin_images, has_strip };
        wants::add(cx, &explorer, ShownRun { run, ..shown }, room, compared);
    }
}

/// The name of a run above its map, after a line in its colour; the run that the other panels show has an edge around
/// its map.
fn name_ui(ui: &Ui, cx: &PanelContext<'_>, at: ShownRun<'_>, rect: Rect) {
    let run = at.run;
    let (font, foot) = (cx.theme.small(), rect.top() - 3.0);
    let middle = foot - 0.5 * font.size;
    let color = cx.theme.data(DataColor::of_run(at.place()));
    let line = [pos2(rect.left() + 2.0, middle), pos2(rect.left() + 16.0, middle)];
    ui.painter().line_segment(line, Stroke::new(3.0, color));
    let name = pos2(rect.left() + 21.0, foot);
    ui.painter().text(name, Align2::LEFT_BOTTOM, &run.title, font, cx.theme.text);
    if cx.state.run().is_some_and(|shown| shown.info.id == run.info.id) {
        ui.painter().rect_stroke(rect, 4, Stroke::new(1.5, cx.theme.accent), StrokeKind::Outside);
    }
}

/// Adds what runs without a map want: their codes, which the point follows, and the image decoded there.
pub fn want_hidden(cx: &PanelContext<'_>, document: &Exploration, shown: ShownRun<'_>) {
    if !document.maps.shows_one {
        return;
    }
    for run in shown.bench.runs.iter().filter(|run| run.info.id != shown.run.info.id) {
        let Some(state) = document.run(run.info.id) else { continue };
        let cloud = wants::wanted_cloud(&document.maps.layers, None);
        let point = WantedPoint { point: state.point.clone(), compared_with: document.maps.cursor.image };
        cx.want(run.info.id, |wants| (wants.cloud, wants.point) = (Some(cloud), Some(point)));
    }
}

/// Shows everything on the maps of all runs.
pub fn fit_all(document: &mut Exploration, maps: &mut RunMaps, shown: ShownRun<'_>) {
    for run in &shown.bench.runs {
        if let Some(OpenMap { mut explorer, .. }) = maps.open(document, run.info.id) {
            explorer.fit();
        }
    }
}

/// Moves the point of the shown run to the image that it is to go to, once the codes are there.
pub fn go_to_sought(
    ui: &Ui,
    document: &mut Exploration,
    maps: &mut RunMaps,
    ShownRun { run, .. }: ShownRun<'_>,
) -> Option<Action> {
    let image = document.maps.sought?;
    let view = run.views.cloud.as_deref()?;
    document.maps.sought = None;
    let Some(code) = code_of(view, image) else {
        return Some(Action::Say(
            "This image is not among the points of the map: show more of them.".to_owned(),
        ));
    };
    let now_secs = ui.input(|input| input.time);
    let OpenMap { mut explorer, .. } = maps.open(document, run.info.id)?;
    explorer.go_to_image(image, code, now_secs);
    None
}

/// Moves the points and pins of all other runs after those of the run that was moved last, and its own point after the image
/// that it was sent to.
pub fn follow_leader(ui: &Ui, document: &mut Exploration, maps: &mut RunMaps, shown: ShownRun<'_>) {
    let leader = document.leader(shown.run.info.id);
    let now_secs = ui.input(|input| input.time);
    let run = shown.bench.runs.iter().find(|run| run.info.id == leader);
    if let Some(run) = run.filter(|_| document.maps.cursor.origin == PointOrigin::Moved)
        && let Some(OpenMap { explorer, search, .. }) = maps.open(document, leader)
        && let Some(nearest) = search.find(&explorer, ShownRun { run, ..shown }, now_secs)
    {
        document.maps.cursor.image = Some(nearest.image);
    }
    if shown.bench.runs.len() < 2 && document.maps.cursor.origin != PointOrigin::Image {
        return;
    }
    let cloud = |run| {
        let run = shown.bench.runs.iter().find(|state| state.info.id == run)?;
        run.views.cloud.as_deref().filter(|view| view.dimensions == run.recipe.model.code.max(1))
    };
    let points = document.follow_leader(leader, |run, image| code_of(cloud(run)?, image));
    for (run, code) in points {
        if let Some(OpenMap { mut explorer, .. }) = maps.open(document, run) {
            explorer.follow_to(code, now_secs);
        }
    }
}

/// The code of an image in a cloud.
pub fn code_of(view: &CloudView, image: u32) -> Option<Vec<f32>> {
    let row = view.images.iter().position(|other| *other == image)?;
    let code = view.codes.chunks_exact(view.dimensions).nth(row)?;
    code.iter().all(|z| z.is_finite()).then(|| code.to_vec())
}
