//! What the latent explorer remembers and what it is about to show, before any drawing.
//!
//! The memory belongs to one run: another run begins with a fresh one, but keeps the point and the axes where its
//! code has as many numbers. Questions to the trainer are asked here, and no more often than they can be looked at.

use std::collections::BTreeSet;

use eframe::egui::Vec2;
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::app::action::{Action, Figure};
use crate::app::export::Explored;
use crate::app::state::{BenchState, RunState};
use crate::engine::{CloudView, Decoded, LatentPlane, LatticeAsk, Phase, RunId};
use crate::recipe::random::{Purpose, stream};

use crate::app::panels::latent::asking::{Answer, Asked, Pace, Wish};
use crate::app::panels::latent::cloud::Drawn;
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
/// So many tiles are decoded at that pace; more of them at a slower one.
const LATTICE_TILES: f64 = 640.0;
/// Seconds between two images at a resting point while the network changes.
const DECODE_SECS: f64 = 0.1;

/// What stays from frame to frame.
#[derive(Debug, Default)]
pub struct LatentMemory {
    run: Option<RunId>,
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
    /// Coordinates that somebody is typing.
    pub(super) typed: Option<Typed>,
    /// Whether the point goes wherever the pointer is over the map.
    pub(super) follows_pointer: bool,
    /// The image whose code was last drawn from, as its place in the cloud, until the point goes elsewhere.
    pub(super) drawn_from: Option<usize>,
    /// How often a code was drawn around an image.
    draws: u64,
    /// What was found nearest to the point.
    pub(super) nearest: Option<Found>,
    /// The image whose difference from the decoded one is shown.
    pub(super) compared: Option<u32>,
    /// The glyphs as a texture and the points as triangles, kept while nothing moves.
    pub(super) drawn: Drawn,
}

impl LatentMemory {
    /// Makes the memory that of this run, in case it is another one's.
    pub fn meet(&mut self, run: &RunState) {
        let dimensions = run.recipe.model.code.max(1);
        if self.run == Some(run.info.id) {
            return;
        }
        let old = std::mem::take(self);
        let is_variational = run.recipe.is_variational();
        *self = Self {
            run: Some(run.info.id),
            slice: Slice::new(dimensions, is_variational),
            hidden: old.hidden,
            layers: old.layers,
            ..Self::default()
        };
        self.follows_pointer = old.follows_pointer;
        self.samples = old.samples;
        self.point = vec![0.0; dimensions];
        // The glyphs and triangles are told apart by version, so versions must not begin again.
        self.drawn = old.drawn;
        if old.point.len() == dimensions {
            self.slice = old.slice.for_another(is_variational);
            self.point = old.point;
            self.walk = old.walk;
            self.formula = old.formula;
        }
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

    /// Moves the point on the shown plane; says so where it really moved.
    pub fn move_to(&mut self, place: Latent, now_secs: f64) -> Option<Action> {
        self.walk.stop_tour();
        self.slice.keep_axes();
        let code = self.plane().at(place);
        self.set_point(code, now_secs)
    }

    /// Moves the point to a code; where that does not lie on the shown plane, another plane is shown.
    pub fn go_to(&mut self, code: Vec<f32>, now_secs: f64) -> Option<Action> {
        self.walk.stop_tour();
        self.walk_to(code, now_secs)
    }

    /// Goes on with a tour, where one is under way.
    pub fn tour(&mut self, seconds: f32, now_secs: f64) -> Option<Action> {
        let code = self.walk.tour(seconds)?;
        self.walk_to(code, now_secs)
    }

    /// Compares the decoded image with this one from now on; whether that is news.
    pub fn compare(&mut self, image: Option<u32>) -> bool {
        std::mem::replace(&mut self.compared, image) != image
    }

    /// Drops a pin at the point; what there is to say where there is no room for it.
    pub fn drop_pin(&mut self) -> Option<Action> {
        self.walk.drop_pin(self.point.clone()).err().map(Action::Say)
    }

    /// Moves the point to another draw μ + σ·ε around an image; to the same image's as long as nothing else moves it.
    pub fn draw_around(&mut self, row: usize, view: &CloudView, seed: u64, now_secs: f64) -> Option<Action> {
        let row = self.drawn_from.unwrap_or(row);
        self.draws += 1;
        let code = around(view, row, seed, self.draws)?;
        let moved = self.go_to(code, now_secs);
        self.drawn_from = Some(row);
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
        self.cloud(view);
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
        // A hand that moves the point does not wait for answers.
        self.decode.ask_over(self.point.clone(), now_secs);
        Some(Action::MovePoint(self.point.clone()))
    }

    /// The codes as places, worked out anew when they or the plane have changed. The point stays on the plane.
    pub fn cloud(&mut self, view: Option<&CloudView>) -> Option<&Cloud> {
        let view = view.filter(|view| view.dimensions == self.dimensions())?;
        let is_known = self.cloud.as_ref().is_some_and(|cloud| cloud.is_of(view, self.plane()));
        if !is_known || self.slice.needs_codes() {
            self.slice.take_in(view);
            self.point = self.plane().at(self.place());
            let version = self.drawn.next_version();
            self.cloud = Some(Cloud::new(view, self.slice.plane(), version));
        }
        self.cloud.as_ref()
    }

    /// Where the prior has its middle on the map: a ring of it is a slice through a ball.
    pub fn prior_place(&self) -> Latent {
        self.plane().place(&vec![0.0; self.dimensions()])
    }

    /// Lets the view follow the cloud, until somebody has chosen it. Says whether it is still moving.
    pub fn follow(&mut self, is_variational: bool, size: Vec2, seconds: f32) -> bool {
        let Some(cloud) = &self.cloud else { return false };
        if self.is_view_chosen {
            return false;
        }
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
        let is_first = self.goal == View::default() && self.view == View::default();
        self.goal = fit.map_or(self.goal, |fit| self.goal.followed(fit));
        self.view = if is_first { self.goal } else { self.view.glided(self.goal, seconds) };
        self.view != self.goal
    }

    /// Goes back to the view that shows everything, and follows the cloud again.
    pub fn fit(&mut self) {
        self.is_view_chosen = false;
        // A view that was near enough to follow the cloud is not near enough to somebody who asks for it.
        self.goal = self.fitted.and_then(|(_, fit)| fit).unwrap_or(self.goal);
    }

    /// Looks at something chosen by hand.
    pub fn look(&mut self, view: View) {
        self.view = view;
        self.goal = view;
        self.is_view_chosen = true;
    }

    /// Asks for the tiles of the shown plane and for the image at the point, where they are missing or out of date.
    pub fn ask(&mut self, plane: &Plane, bench: &BenchState, run: &RunState, now_secs: f64, wish: &mut Wish) {
        let decoded = run.seen.decoded.as_ref();
        let mut answer = Answer::of(run, decoded.map(|seen| (seen.request, seen.step)));
        // The hand may have moved it, or another image may be compared, without the network having learned.
        let is_wanted = |seen: &Decoded| seen.point == self.point && seen.against == self.compared;
        answer.is_fresh &= matches!(run.phase, Phase::Failed(_)) || decoded.is_some_and(is_wanted);
        let pace = Pace { now_secs, every_secs: DECODE_SECS };
        self.decode.ask(&self.point, &answer, pace, wish, Action::MovePoint);
        let shape = bench.dataset.shape;
        let ask = self.lattice_ask(plane, shape.width as f32 / shape.height as f32);
        self.shown = Some(ask.clone());
        if self.layers.background == Background::Tiles {
            let answer = Answer::of(run, run.seen.lattice.as_ref().map(|seen| (seen.request, seen.step)));
            // Many tiles are asked for less often, so that they take the trainer no more of its time.
            let weight = ((ask.columns * ask.rows) as f64 / LATTICE_TILES).max(1.0);
            let pace = Pace { now_secs, every_secs: LATTICE_SECS * weight };
            self.lattice.ask(&ask, &answer, pace, wish, Action::AskLattice);
        }
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

/// A code drawn around an image: μ + σ·ε with ε from the seed. `None` where codes have no σ.
fn around(view: &CloudView, row: usize, seed: u64, draw: u64) -> Option<Vec<f32>> {
    let at = row * view.dimensions..(row + 1) * view.dimensions;
    let (mean, sigma) = (view.codes.get(at.clone())?, view.spreads.as_ref()?.get(at)?);
    let mut rng = stream(seed, Purpose::Posterior, draw);
    let epsilon = mean.iter().map(|_| rng.sample::<f32, _>(StandardNormal));
    Some(mean.iter().zip(sigma).zip(epsilon).map(|((mean, sigma), epsilon)| mean + sigma * epsilon).collect())
}

/// A point as people write it: `(−0.62, 1.05)`.
pub fn coordinates(place: Latent, dimensions: usize) -> String {
    let number = |z: f32| format!("{z:.2}").replace('-', "−");
    match dimensions {
        0 | 1 => number(place[0]),
        _ => format!("({}, {})", number(place[0]), number(place[1])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(dimensions: usize) -> LatentMemory {
        LatentMemory {
            point: vec![0.0; dimensions],
            slice: Slice::new(dimensions, true),
            ..LatentMemory::default()
        }
    }

    fn cloud_view(dimensions: usize, codes: &[f32]) -> CloudView {
        CloudView::of_codes(1, dimensions, codes.into())
    }

    #[test]
    fn moving_the_point_decodes_it_once() {
        let mut memory = memory(2);
        assert_eq!(memory.move_to([0.5, -1.0], 0.0), Some(Action::MovePoint(vec![0.5, -1.0])));
        assert_eq!(memory.move_to([0.5, -1.0], 0.0), None);
        assert_eq!(memory.place(), [0.5, -1.0]);
    }

    #[test]
    fn other_axes_hold_the_rest_at_zero() {
        let mut memory = memory(5);
        memory.move_to([0.5, -1.0], 0.0);
        let choose = |memory: &mut LatentMemory, pair| memory.choose_axes(Axes::Pair(pair), None, 0.0);
        let moved = Action::MovePoint(vec![0.0, -1.0, 0.0, 0.0, 0.0]);
        assert_eq!(choose(&mut memory, [1, 4]), Some(moved));
        assert_eq!(choose(&mut memory, [1, 4]), None);
        assert_eq!(choose(&mut memory, [3, 3]), None, "one axis cannot run both ways");
        memory.move_to([2.0, 3.0], 0.0);
        assert_eq!(memory.point, [0.0, 2.0, 0.0, 0.0, 3.0]);
    }

    #[test]
    fn a_code_of_one_number_moves_along_its_line() {
        let mut memory = memory(1);
        memory.move_to([1.25, 9.0], 0.0);
        assert_eq!((memory.point.as_slice(), memory.place()), (&[1.25][..], [1.25, 0.0]));
    }

    #[test]
    fn the_point_stays_on_a_plane_that_moves_with_the_codes() {
        let codes = |shift: f32| -> Vec<f32> {
            (0..90).flat_map(|i| [i as f32, (i * 7 % 90) as f32, shift + (i % 3) as f32]).collect()
        };
        let mut memory = LatentMemory { slice: Slice::new(3, false), ..memory(3) };
        memory.move_to([2.0, 3.0], 0.0);
        memory.cloud(Some(&cloud_view(3, &codes(0.0))));
        assert_eq!(memory.point, [2.0, 3.0, 1.0], "the rest at the mean");
        memory.cloud(Some(&cloud_view(3, &codes(5.0))));
        assert_eq!(memory.point, [2.0, 3.0, 6.0], "the mean has moved");
        assert!(memory.cloud(Some(&cloud_view(2, &codes(0.0)))).is_none(), "codes of another network");
    }

    #[test]
    fn going_to_a_code_shows_the_plane_around_it() {
        let mut memory = memory(4);
        let code = vec![1.0, 2.0, 3.0, 4.0];
        assert_eq!(memory.go_to(code.clone(), 0.0), Some(Action::MovePoint(code)));
        assert_eq!((memory.place(), memory.slice.rest()), ([1.0, 2.0], Rest::Hand));
        memory.move_to([0.0, 0.0], 0.0);
        assert_eq!(memory.point, [0.0, 0.0, 3.0, 4.0]);
        assert_eq!(memory.go_to(vec![f32::NAN; 4], 0.0), None);
        assert_eq!(memory.go_to(vec![0.0; 3], 0.0), None, "a code of another network");
    }

    #[test]
    fn the_view_follows_the_cloud_until_it_is_chosen() {
        let codes: Vec<f32> = (0..2000).map(|i| 10.0 * (i as f32 * 0.7).sin()).collect();
        let mut memory = memory(2);
        memory.cloud(Some(&cloud_view(2, &codes)));
        memory.follow(true, Vec2::splat(400.0), 0.1);
        assert!(memory.view.radius > 9.0, "{:?}", memory.view);
        memory.look(View { center: [1.0, 1.0], radius: 0.5 });
        assert!(!memory.follow(true, Vec2::splat(400.0), 0.1));
        assert_eq!(memory.view.radius, 0.5);
        memory.fit();
        let moving = (0..200).take_while(|_| memory.follow(true, Vec2::splat(400.0), 0.05)).count();
        assert!(moving > 1 && memory.view.radius > 9.0, "{moving} frames, {:?}", memory.view);
    }

    #[test]
    fn draws_around_an_image_have_its_mean_and_spread_and_stay_with_it() {
        let sigma = [0.5, 2.0, 9.0, 9.0];
        let view = CloudView { spreads: Some(sigma.into()), ..cloud_view(2, &[1.0, -3.0, 50.0, 50.0]) };
        let mut memory = memory(2);
        let count = 4000;
        let (mut sum, mut squares) = ([0.0_f64; 2], [0.0_f64; 2]);
        for _ in 0..count {
            // The other image becomes the nearest now and then; the draws stay with the first.
            memory.draw_around(usize::from(memory.draws > 0), &view, 7, 0.0);
            for (k, z) in memory.point.iter().enumerate() {
                sum[k] += f64::from(*z);
                squares[k] += f64::from(*z).powi(2);
            }
        }
        for (k, (mean, sigma)) in [(1.0, 0.5), (-3.0, 2.0)].into_iter().enumerate() {
            let got = sum[k] / f64::from(count);
            let spread = (squares[k] / f64::from(count) - got * got).sqrt();
            assert!((got - mean).abs() < 0.08 * sigma, "got {got}, want {mean} within {}", 0.08 * sigma);
            assert!((spread / sigma - 1.0).abs() < 0.06, "got {spread}, want {sigma} within 6 %");
        }
        memory.move_to([0.0, 0.0], 0.0);
        memory.draw_around(1, &view, 7, 0.0);
        assert!(memory.point[0] > 10.0, "another image after the point was moved: {:?}", memory.point);
        assert_eq!(memory.draw_around(0, &cloud_view(2, &[0.0; 2]), 7, 0.0), None, "a plain code has no σ");
    }

    #[test]
    fn coordinates_are_written_with_a_real_minus() {
        assert_eq!(coordinates([-0.62, 1.05], 2), "(−0.62, 1.05)");
        assert_eq!(coordinates([-0.625, 9.0], 1), "−0.62");
    }
}
