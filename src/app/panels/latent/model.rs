//! What the latent explorer remembers and what it is about to show, before any drawing.
//!
//! The memory is that of the run that is shown; what belongs to the others is kept beside it. Questions to the trainer are asked here, and no more often than they can be looked at.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

use eframe::egui::{Rect, Vec2};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::app::action::{Action, Figure};
use crate::app::export::Explored;
use crate::app::state::{BenchState, RunState};
use crate::data::Dataset;
use crate::engine::{CloudView, Decoded, LatentPlane, LatticeAsk, Phase, RunId};
use crate::recipe::random::{Purpose, stream};

use crate::app::panels::latent::asking::{Answer, Asked, Pace, Wish};
use crate::app::panels::latent::cloud::Drawn;
use crate::app::panels::latent::kept::{Kept, Own};
use crate::app::panels::latent::map::layers::{Background, Layers};
use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::{self, Latent, Plane, View};
use crate::app::panels::latent::plane::slice::{Axes, Rest, Slice};
use crate::app::panels::latent::sheets::Sheets;
use crate::app::panels::latent::sheets::dimensions::Table;
use crate::app::panels::latent::sheets::samples::Samples;
use crate::app::panels::latent::side::Found;
use crate::app::panels::latent::side::typed::Typed;
use crate::app::panels::latent::walks::formula::Formula;
use crate::app::panels::latent::walks::strip;
use crate::app::panels::latent::walks::walk::Walk;

/// Seconds between two lattices: three a second show the change, and leave the trainer its time.
const LATTICE_SECS: f64 = 0.34;
/// So many tiles are decoded at that pace; more of them at a slower one, but twice a second at least.
const LATTICE_TILES: f64 = 640.0;
const LATTICE_SECS_MOST: f64 = 0.5;
/// Seconds between two images at a resting point while the network changes.
const DECODE_SECS: f64 = 0.1;

/// A point that has not moved for so long is at rest.
pub const REST_SECS: f64 = 0.15;
/// So many numbers are searched while the point moves: a few milliseconds' work.
const SEARCHED: usize = 1_000_000;

/// What stays from frame to frame.
#[derive(Debug, Default)]
pub struct LatentMemory {
    run: Option<RunId>,
    /// The images whose codes are shown.
    dataset: Weak<Dataset>,
    /// What belongs to the other runs of the bench.
    kept: Kept,
    /// The point that is decoded: as many numbers as the code.
    pub(super) point: Vec<f32>,
    /// Which plane is shown.
    pub(super) slice: Slice,
    /// What is looked at now.
    pub(super) view: View,
    goal: View,
    /// The view that shows everything, and of which cloud, room and prior that was worked out.
    fitted: Option<((u64, Vec2, Latent), Option<View>)>,
    /// Whether somebody has chosen the view, so that it no longer follows the cloud.
    pub(super) is_view_chosen: bool,
    /// Classes switched off in the legend.
    pub(super) hidden: BTreeSet<u8>,
    /// What the map shows.
    pub(super) layers: Layers,
    pub(super) cloud: Option<Cloud>,
    /// The plane the map showed last, as it would be decoded.
    shown: Option<LatticeAsk>,
    lattice: Asked<LatticeAsk>,
    decode: Asked<Vec<f32>>,
    pub(super) sheets: Sheets,
    /// Pins, and the ways between them.
    pub(super) walk: Walk,
    pub(super) formula: Formula,
    pub(super) table: Table,
    pub(super) samples: Samples,
    /// The numbers that have sliders, while their list is open.
    pub(super) sliders: Vec<usize>,
    /// Coordinates that somebody is typing.
    pub(super) typed: Option<Typed>,
    /// Whether the point is to be on the map, for it was typed, chosen or pushed with the keys.
    pub(super) is_point_sought: bool,
    /// Whether the point goes wherever the pointer is over the map.
    pub(super) follows_pointer: bool,
    /// The image whose code was last drawn from, until the point goes elsewhere.
    drawn_from: Option<u32>,
    /// How often a code was drawn around an image.
    draws: u64,
    /// When the point was moved last.
    moved_at_secs: Option<f64>,
    /// What was found nearest to the point.
    pub(super) nearest: Option<Found>,
    /// The image whose difference from the decoded one is shown.
    pub(super) compared: Option<u32>,
    /// The image that was named last as the nearest, and whether it was trained on.
    named: Option<(u32, bool)>,
    /// The glyphs as a texture and the points as triangles, kept while nothing moves.
    pub(super) drawn: Drawn,
}

impl LatentMemory {
    /// Makes the memory that of this run, in case it is another one's.
    pub fn reset_for(&mut self, bench: &BenchState, run: &RunState) {
        let id = run.info.id;
        if self.run == Some(id) {
            return;
        }
        let traits =
            |run: &RunState| (run.info.id, run.recipe.model.code.max(1), run.recipe.is_variational());
        let runs: Vec<_> = bench.runs.iter().map(traits).collect();
        let old = std::mem::take(self);
        let before = old.run.map(|before| {
            let view = old.is_view_chosen.then_some(old.view);
            let Self { point, slice, walk, formula, .. } = old;
            (before, Own { point, slice, walk, formula, view })
        });
        let dataset = Arc::downgrade(&bench.dataset);
        let has_same_images = Weak::ptr_eq(&dataset, &old.dataset);
        let mut kept = old.kept;
        let Own { point, slice, walk, formula, view } = kept.change(before, traits(run), &runs);
        *self = Self {
            run: Some(id),
            dataset,
            kept,
            point,
            slice,
            walk,
            formula,
            // What somebody has chosen to see is the same on every map; other images have other classes.
            hidden: if has_same_images { old.hidden } else { BTreeSet::new() },
            layers: old.layers,
            follows_pointer: old.follows_pointer,
            samples: old.samples,
            // The glyphs and triangles are told apart by version, so versions must not begin again.
            drawn: old.drawn,
            ..Self::default()
        };
        self.layers.forget_asked(has_same_images);
        if let Some(view) = view {
            self.look(view);
        }
    }

    /// Asks for all images again: those that are there are painted in other colours.
    pub fn ask_again(&mut self) {
        (self.lattice, self.decode, self.sheets) = Default::default();
    }

    /// Numbers per code.
    pub fn dimensions(&self) -> usize {
        self.point.len()
    }

    /// The shown plane.
    pub fn plane(&self) -> &LatentPlane {
        self.slice.plane()
    }

    /// Where the point is on the shown plane.
    pub fn place(&self) -> Latent {
        self.plane().place(&self.point)
    }

    /// Moves the point on the shown plane, and the map with it if need be; says so where it really moved.
    pub fn move_to(&mut self, place: Latent, now_secs: f64) -> Option<Action> {
        self.is_point_sought = true;
        self.drag_to(place, now_secs)
    }

    /// Moves the point to a place that the pointer is at.
    pub fn drag_to(&mut self, place: Latent, now_secs: f64) -> Option<Action> {
        self.walk.stop_tour();
        self.slice.keep_axes();
        let code = self.plane().at(place);
        self.set_point(code, now_secs)
    }

    /// Moves the point to a code; where that does not lie on the shown plane, another plane is shown.
    pub fn go_to(&mut self, code: Vec<f32>, now_secs: f64) -> Option<Action> {
        self.walk.stop_tour();
        self.is_point_sought = true;
        self.walk_to(code, now_secs)
    }

    /// Goes on with a tour, where one is under way.
    pub fn tour(&mut self, seconds: f32, now_secs: f64) -> Option<Action> {
        let code = self.walk.tour(seconds)?;
        // The map comes along where a pin lies beyond it.
        self.is_point_sought = true;
        self.walk_to(code, now_secs)
    }

    /// Compares the decoded image with this one from now on; whether that is news.
    pub fn compare(&mut self, image: Option<u32>) -> bool {
        std::mem::replace(&mut self.compared, image) != image
    }

    /// Whether an image was trained on. The list of those is gone through only when another image is asked about.
    pub fn is_trained_on(&mut self, image: u32, dataset: &Dataset) -> bool {
        let known = self.named.filter(|(known, _)| *known == image);
        let (_, is_trained_on) =
            *self.named.insert(known.unwrap_or_else(|| (image, dataset.split.train.contains(&image))));
        is_trained_on
    }

    /// Drops a pin at the point; what there is to say where there is no room for it.
    pub fn drop_pin(&mut self) -> Option<Action> {
        self.walk.drop_pin(self.point.clone()).err().map(Action::Say)
    }

    /// Moves the point to another draw μ + σ·ε around the image in this row of the cloud; rather around the picked one, and
    /// then around the same image as long as nothing else moves the point, where the cloud has them.
    pub fn draw_around(&mut self, row: usize, view: &CloudView, seed: u64, now_secs: f64) -> Option<Action> {
        let place = |image: u32| view.images.iter().position(|other| *other == image);
        let known =
            [self.layers.picked.last().copied(), self.drawn_from].into_iter().flatten().find_map(place);
        let row = known.unwrap_or(row);
        self.draws += 1;
        let code = around(view, row, seed, self.draws)?;
        let moved = self.go_to(code, now_secs);
        self.drawn_from = view.images.get(row).copied();
        moved
    }

    fn walk_to(&mut self, code: Vec<f32>, now_secs: f64) -> Option<Action> {
        if code.len() != self.dimensions() || code.iter().any(|z| !z.is_finite()) {
            return None;
        }
        self.slice.keep_axes();
        self.slice.pass_through(&code);
        self.set_point(code, now_secs)
    }

    /// Chooses other axes: the point is brought onto their plane.
    pub fn choose_axes(&mut self, axes: Axes, view: Option<&CloudView>, now_secs: f64) -> Option<Action> {
        if !self.slice.choose_axes(axes) {
            return None;
        }
        self.is_view_chosen = false;
        // Principal axes are known when the codes have been looked at; until then the point stays where it is.
        self.take_in_cloud(view);
        self.decode_on_plane(now_secs)
    }

    /// Chooses where the numbers are held that are not on the axes.
    pub fn choose_rest(&mut self, rest: Rest, view: Option<&CloudView>, now_secs: f64) -> Option<Action> {
        self.slice.choose_rest(rest, view);
        self.decode_on_plane(now_secs)
    }

    fn decode_on_plane(&mut self, now_secs: f64) -> Option<Action> {
        let code = self.plane().at(self.place());
        self.set_point(code, now_secs)
    }

    fn set_point(&mut self, code: Vec<f32>, now_secs: f64) -> Option<Action> {
        if self.point == code {
            return None;
        }
        self.point = code;
        self.drawn_from = None;
        self.moved_at_secs = Some(now_secs);
        // A hand that moves the point does not wait for answers.
        self.decode.ask_over(self.point.clone(), now_secs);
        Some(Action::MovePoint(self.point.clone()))
    }

    /// Takes in the codes as places where they or the plane have changed: the plane moves with them, and the point with
    /// the plane.
    pub fn take_in_cloud(&mut self, view: Option<&CloudView>) -> Option<&Cloud> {
        let view = view.filter(|view| view.dimensions == self.dimensions())?;
        let is_known = self.cloud.as_ref().is_some_and(|cloud| cloud.is_of(view, self.plane()));
        if !is_known || self.slice.needs_codes(view) {
            // Principal axes turn a little with every cloud. The point keeps its place on the map; a code that was
            // brought onto the new axes again and again would creep to their middle.
            let kept = self.slice.is_principal().then(|| self.place());
            self.slice.take_in(view);
            self.point = self.plane().at(kept.unwrap_or_else(|| self.place()));
            let version = self.drawn.next_version();
            self.cloud = Some(Cloud::new(view, self.slice.plane(), version));
        }
        self.cloud.as_ref()
    }

    /// Every which code of a cloud with so many numbers is looked at in search of the nearest: each, unless they are very
    /// many and the point is moving.
    pub fn search_stride(&self, numbers: usize, now_secs: f64) -> usize {
        let is_moving = self.moved_at_secs.is_some_and(|moved| now_secs - moved < REST_SECS);
        if is_moving { numbers.div_ceil(SEARCHED).max(1) } else { 1 }
    }

    /// Where the prior has its middle on the map: a ring of it is a slice through a ball.
    pub fn prior_place(&self) -> Latent {
        self.plane().place(&vec![0.0; self.dimensions()])
    }

    /// Lets the view follow the cloud, until somebody has chosen it. Says whether it is still moving.
    pub fn follow(&mut self, is_variational: bool, size: Vec2, seconds: f32) -> bool {
        let fit = self.fitted(is_variational, size);
        if self.is_view_chosen || self.cloud.is_none() {
            return false;
        }
        let is_first = self.goal == View::default() && self.view == View::default();
        self.goal = fit.map_or(self.goal, |fit| self.goal.followed(fit));
        self.view = if is_first { self.goal } else { self.view.glided(self.goal, seconds) };
        self.view != self.goal
    }

    /// The view that shows all of the cloud.
    fn fitted(&mut self, is_variational: bool, size: Vec2) -> Option<View> {
        let cloud = self.cloud.as_ref()?;
        // The rings of the prior belong to the picture.
        let rings = if is_variational { 2.15 } else { 0.0 };
        let [x, y] = self.prior_place();
        let key = (cloud.version, size, [x, y]);
        // Sorting sixty thousand places for every frame would be most of its work.
        let fit = match self.fitted.filter(|(known, _)| *known == key) {
            Some((_, fit)) => fit,
            None => {
                let corners = [[x - rings, y - rings], [x + rings, y + rings]];
                let corners = corners.into_iter().cycle().take(cloud.places.len() / 20);
                let places = cloud.places.iter().copied().chain(corners.filter(|_| is_variational));
                View::fit(places, size)
            }
        };
        self.fitted = Some((key, fit));
        fit
    }

    /// Goes back to the view that shows everything, and follows the cloud again.
    pub fn fit(&mut self) {
        self.is_view_chosen = false;
        // A view that was near enough to follow the cloud is not near enough to somebody who asks for it.
        self.goal = self.fitted.and_then(|(_, fit)| fit).unwrap_or(self.goal);
    }

    /// Pulls the map by so many points, but not so far that everything on it is lost.
    pub fn pan(&mut self, plane: &Plane, delta: Vec2) {
        let fit = self.fitted.and_then(|(_, fit)| fit).unwrap_or_default();
        self.look(plane.panned(delta).within_reach(fit, plane.center));
    }

    /// Brings the point onto the map, where it was typed, chosen or pushed with the keys.
    pub fn show_point(&mut self, rect: Rect) {
        let is_sought = std::mem::take(&mut self.is_point_sought);
        // A map that is on its way to the codes may show it soon.
        let goal = if self.is_view_chosen { self.view } else { self.goal };
        let is_out = Plane::new(goal, rect).showing(self.place()).is_some();
        let view = Plane::new(self.view, rect).showing(self.place());
        if let Some(view) = view.filter(|_| is_sought && is_out) {
            self.look(view);
        }
    }

    /// Looks at something chosen by hand.
    pub fn look(&mut self, view: View) {
        self.view = view;
        self.goal = view;
        self.is_view_chosen = true;
    }

    /// Asks for the tiles of the shown plane and for the image at the point, where they are missing or out of date.
    pub fn ask(&mut self, plane: &Plane, bench: &BenchState, run: &RunState, now_secs: f64, wish: &mut Wish) {
        let answer = self.decoded_by_all(bench, run);
        let pace = Pace { now_secs, every_secs: DECODE_SECS };
        self.decode.ask(&self.point, &answer, pace, wish, Action::MovePoint);
        let shape = bench.dataset.shape;
        let ask = self.lattice_ask(plane, shape.width as f32 / shape.height as f32);
        self.shown = Some(ask.clone());
        if self.layers.background == Background::Tiles {
            let answer = Answer::of(run, run.seen.lattice.as_ref().map(|seen| (seen.request, seen.step)));
            let pace = Pace { now_secs, every_secs: lattice_secs(ask.columns * ask.rows) };
            self.lattice.ask(&ask, &answer, pace, wish, Action::AskLattice);
        }
    }

    /// What the runs of the bench have made of the point. It is up to date when each of them has decoded it with the
    /// network it has now: a run that is shown and done must not stop the others' images.
    fn decoded_by_all(&self, bench: &BenchState, shown: &RunState) -> Answer {
        // The hand may have moved it, or another image may be compared, without the network having learned. A code of
        // another length begins with the numbers of this one, or is its beginning.
        let is_wanted = |run: &RunState, seen: &Decoded| {
            let is_compared = run.info.id != shown.info.id || seen.against == self.compared;
            let is_same = seen.point.iter().zip(&self.point).all(|(seen, point)| seen == point);
            is_same && seen.step == run.progress.step && is_compared
        };
        let is_fresh = |run: &RunState| run.seen.decoded.as_ref().is_some_and(|seen| is_wanted(run, seen));
        // Answered is what all have answered.
        let requests = bench.runs.iter().map(|run| run.seen.decoded.as_ref().map(|seen| seen.request));
        let mut late = bench.runs.iter().filter(|run| !is_fresh(run)).peekable();
        let is_fresh = late.peek().is_none();
        // Of no late run at all it would be true too, and a run that fails later would not be asked.
        let is_over = !is_fresh && late.all(|run| matches!(run.phase, Phase::Failed(_)));
        Answer { number: requests.min().flatten(), is_fresh, is_over }
    }

    /// What a figure of this run is to show: the plane of its map, whatever lies on it, and the codes of a table.
    pub fn explored(&self, run: RunId, figure: Figure) -> Explored {
        if self.run != Some(run) {
            return Explored::default();
        }
        let sheet = match figure {
            Figure::Dimensions => self.table.exported(self.slice.rest()),
            Figure::Samples => self.samples.exported(&self.slice),
            Figure::Path => strip::exported(&self.walk),
            _ => None,
        };
        Explored { plane: self.shown.clone(), sheet }
    }

    /// The tiles that cover the plane.
    fn lattice_ask(&self, plane: &Plane, aspect: f32) -> LatticeAsk {
        let (columns, rows) = plane.tiles(aspect, self.layers.tiles_across);
        let [x, y] = plane.bounds();
        if self.dimensions() < 2 {
            let x = geometry::part_centers(x, columns);
            return LatticeAsk { plane: self.plane().clone(), x, y: [0.0, 0.0], columns, rows: 1 };
        }
        LatticeAsk {
            plane: self.plane().clone(),
            x: geometry::part_centers(x, columns),
            y: geometry::part_centers(y, rows),
            columns,
            rows,
        }
    }
}

/// Seconds between two lattices of so many tiles: many are asked for less often, so that they take the trainer little
/// more of its time.
fn lattice_secs(tiles: usize) -> f64 {
    (LATTICE_SECS * tiles as f64 / LATTICE_TILES).clamp(LATTICE_SECS, LATTICE_SECS_MOST)
}

/// A code drawn around an image: μ + σ·ε with ε from the seed. `None` where codes have no σ.
fn around(view: &CloudView, row: usize, seed: u64, draw: u64) -> Option<Vec<f32>> {
    let at = row * view.dimensions..(row + 1) * view.dimensions;
    let (mean, sigma) = (view.codes.get(at.clone())?, view.spreads.as_ref()?.get(at)?);
    let mut rng = stream(seed, Purpose::Posterior, draw);
    let epsilon = mean.iter().map(|_| rng.sample::<f32, _>(StandardNormal));
    Some(mean.iter().zip(sigma).zip(epsilon).map(|((mean, sigma), epsilon)| mean + sigma * epsilon).collect())
}

/// A point as people write it: `(−0.62, 1.05)`, as finely as a map of this radius can tell places apart.
pub fn coordinates(place: Latent, dimensions: usize, radius: f32) -> String {
    let decimals = (2.0 - radius.log10().floor()).clamp(2.0, 8.0) as usize;
    written(place, dimensions, |z| format!("{z:.decimals$}"))
}

/// The same with every digit, so that whoever reads it back has the same point.
pub fn exact_coordinates(place: Latent, dimensions: usize) -> String {
    written(place, dimensions, |z| z.to_string())
}

fn written(place: Latent, dimensions: usize, number: impl Fn(f32) -> String) -> String {
    let number = |z: f32| number(z).replace('-', "−");
    match dimensions {
        0 | 1 => number(place[0]),
        _ => format!("({}, {})", number(place[0]), number(place[1])),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing;
