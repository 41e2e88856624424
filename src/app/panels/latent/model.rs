//! What the latent explorer remembers and what it is about to show, before any drawing.
//!
//! The memory belongs to one run: another run begins with a fresh one, but keeps the point and the axes where its
//! code has as many numbers. Questions to the trainer are asked here, and no more often than they can be looked at.

use std::collections::BTreeSet;

use eframe::egui::Vec2;

use crate::app::action::Action;
use crate::app::state::{BenchState, RunState};
use crate::engine::{CloudView, LatentPlane, LatticeAsk, Phase, RunId};

use super::asking::{Answer, Asked, Due};
use super::cloud::Drawn;
use super::codes::{self, Cloud};
use super::geometry::{self, Latent, Plane, View};
use super::layers::{Background, Layers};

/// Seconds between two lattices: three a second show the change, and leave the trainer its time.
const LATTICE_SECS: f64 = 0.34;
/// Seconds between two images at a resting point while the network changes.
const DECODE_SECS: f64 = 0.1;

/// What stays from frame to frame.
#[derive(Debug, Default)]
pub struct LatentMemory {
    run: Option<RunId>,
    /// The point that is decoded: as many numbers as the code.
    pub(super) point: Vec<f32>,
    /// The axes shown to the right and up.
    pub(super) axes: [usize; 2],
    /// Whether somebody has chosen the axes, or moved the point on them.
    are_axes_chosen: bool,
    /// What is looked at now.
    pub(super) view: View,
    goal: View,
    /// Whether somebody has chosen the view, so that it no longer follows the cloud.
    pub(super) is_view_chosen: bool,
    /// Classes switched off in the legend.
    pub(super) hidden: BTreeSet<u8>,
    /// What the map shows.
    pub(super) layers: Layers,
    pub(super) cloud: Option<Cloud>,
    lattice: Asked<LatticeAsk>,
    decode: Asked<Vec<f32>>,
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
        *self = Self {
            run: Some(run.info.id),
            axes: [0, 1.min(dimensions - 1)],
            hidden: old.hidden,
            layers: old.layers,
            ..Self::default()
        };
        self.point = vec![0.0; dimensions];
        // The glyphs and triangles are told apart by version, so versions must not begin again.
        self.drawn = old.drawn;
        if old.point.len() == dimensions {
            self.are_axes_chosen = old.are_axes_chosen;
            Self { point: self.point, axes: self.axes, .. } = old;
        }
    }

    /// Numbers per code.
    pub fn dimensions(&self) -> usize {
        self.point.len()
    }

    /// The shown plane; the other numbers of the code are held at zero.
    pub fn plane(&self) -> LatentPlane {
        LatentPlane::of_axes(self.axes, self.dimensions(), &[])
    }

    /// Where the point is on the shown plane.
    pub fn place(&self) -> Latent {
        if self.dimensions() < 2 {
            return [self.point.first().copied().unwrap_or(0.0), 0.0];
        }
        self.axes.map(|axis| self.point[axis])
    }

    /// Moves the point on the shown plane; says so where it really moved.
    pub fn move_to(&mut self, place: Latent, now_secs: f64) -> Option<Action> {
        self.are_axes_chosen = true;
        let before = self.point.clone();
        self.point[self.axes[0]] = place[0];
        if self.dimensions() > 1 {
            self.point[self.axes[1]] = place[1];
        }
        (self.point != before).then(|| self.decode(now_secs))
    }

    /// Chooses other axes: the point lies on their plane, with zero in every other direction.
    pub fn choose_axes(&mut self, axes: [usize; 2], now_secs: f64) -> Option<Action> {
        if axes == self.axes || axes[0] == axes[1] {
            return None;
        }
        self.are_axes_chosen = true;
        self.axes = axes;
        self.is_view_chosen = false;
        for (axis, value) in self.point.iter_mut().enumerate() {
            if !axes.contains(&axis) {
                *value = 0.0;
            }
        }
        Some(self.decode(now_secs))
    }

    /// The codes as places, worked out anew when they or the axes have changed.
    pub fn cloud(&mut self, view: Option<&CloudView>) -> Option<&Cloud> {
        let view = view.filter(|view| view.dimensions == self.dimensions())?;
        let is_known = self.cloud.as_ref().is_some_and(|cloud| cloud.is_of(view, &self.plane()));
        if !is_known {
            if !self.are_axes_chosen {
                self.axes = codes::lively_axes(view, self.axes);
            }
            let version = self.drawn.next_version();
            self.cloud = Some(Cloud::new(view, &self.plane(), version));
        }
        self.cloud.as_ref()
    }

    /// Lets the view follow the cloud, until somebody has chosen it. Says whether it is still moving.
    pub fn follow(&mut self, is_variational: bool, size: Vec2, seconds: f32) -> bool {
        let Some(cloud) = &self.cloud else { return false };
        if self.is_view_chosen {
            return false;
        }
        // The rings of the prior belong to the picture.
        let rings = if is_variational { 2.15 } else { 0.0 };
        let corners = [[-rings, -rings], [rings, rings]].into_iter().cycle().take(cloud.places.len() / 20);
        let fit = View::fit(cloud.places.iter().copied().chain(corners.filter(|_| is_variational)), size);
        let is_first = self.goal == View::default() && self.view == View::default();
        self.goal = fit.map_or(self.goal, |fit| self.goal.followed(fit));
        self.view = if is_first { self.goal } else { self.view.glided(self.goal, seconds) };
        self.view != self.goal
    }

    /// Goes back to the view that shows everything, and follows the cloud again.
    pub fn fit(&mut self) {
        self.is_view_chosen = false;
    }

    /// Looks at something chosen by hand.
    pub fn look(&mut self, view: View) {
        self.view = view;
        self.goal = view;
        self.is_view_chosen = true;
    }

    /// Asks for the tiles of the shown plane and for the image at the point, where they are missing or out of date.
    /// The second answer says in how many seconds to look again.
    pub fn ask(
        &mut self,
        plane: &Plane,
        bench: &BenchState,
        run: &RunState,
        now_secs: f64,
    ) -> (Vec<Action>, Option<f64>) {
        let step = run.progress.step;
        // A failed run answers, if at all, with the weights it has; asking again changes nothing.
        let is_over = matches!(run.phase, Phase::Failed(_));
        let mut actions = Vec::new();
        let mut waits = Vec::new();
        let decoded = run.seen.decoded.as_ref();
        let is_fresh = is_over || decoded.is_some_and(|d| d.step == step && d.point == self.point);
        let answer = Answer { number: decoded.map(|d| d.request), is_fresh };
        match self.decode.due(&self.point, &answer, now_secs, DECODE_SECS) {
            Due::Now => {
                self.decode.set(self.point.clone(), &answer, now_secs);
                actions.push(Action::MovePoint(self.point.clone()));
            }
            Due::Later(wait) => waits.push(wait),
            Due::No => {}
        }
        if self.layers.background == Background::Tiles {
            let shape = bench.dataset.shape;
            let ask = self.lattice_ask(plane, shape.width as f32 / shape.height as f32);
            let lattice = run.seen.lattice.as_ref();
            let is_fresh = is_over || lattice.is_some_and(|lattice| lattice.step == step);
            let answer = Answer { number: lattice.map(|lattice| lattice.request), is_fresh };
            match self.lattice.due(&ask, &answer, now_secs, LATTICE_SECS) {
                Due::Now => {
                    self.lattice.set(ask.clone(), &answer, now_secs);
                    actions.push(Action::AskLattice(ask));
                }
                Due::Later(wait) => waits.push(wait),
                Due::No => {}
            }
        }
        (actions, waits.into_iter().reduce(f64::min))
    }

    /// The tiles that cover the plane.
    fn lattice_ask(&self, plane: &Plane, aspect: f32) -> LatticeAsk {
        let (columns, rows) = plane.tiles(aspect);
        let [x, y] = plane.bounds();
        if self.dimensions() < 2 {
            let x = geometry::part_centers(x, columns);
            return LatticeAsk { plane: self.plane(), x, y: [0.0, 0.0], columns, rows: 1 };
        }
        LatticeAsk {
            plane: self.plane(),
            x: geometry::part_centers(x, columns),
            y: geometry::part_centers(y, rows),
            columns,
            rows,
        }
    }

    fn decode(&mut self, now_secs: f64) -> Action {
        // A hand that moves the point does not wait for answers.
        self.decode.ask_over(self.point.clone(), now_secs);
        Action::MovePoint(self.point.clone())
    }
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
            axes: [0, 1.min(dimensions - 1)],
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
        assert_eq!(memory.choose_axes([1, 4], 0.0), Some(Action::MovePoint(vec![0.0, -1.0, 0.0, 0.0, 0.0])));
        assert_eq!(memory.choose_axes([1, 4], 0.0), None);
        assert_eq!(memory.choose_axes([3, 3], 0.0), None, "one axis cannot run both ways");
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
    fn dead_axes_are_left_unless_somebody_chose_them() {
        let codes: Vec<f32> = (0..60).flat_map(|i| [0.0, i as f32, -2.0 * i as f32]).collect();
        let mut fresh = memory(3);
        fresh.cloud(Some(&cloud_view(3, &codes)));
        assert_eq!(fresh.axes, [2, 1]);
        let mut chosen = memory(3);
        chosen.choose_axes([1, 0], 0.0);
        chosen.cloud(Some(&cloud_view(3, &codes)));
        assert_eq!(chosen.axes, [1, 0]);
        assert!(chosen.cloud(Some(&cloud_view(2, &codes))).is_none(), "codes of another network");
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
    fn coordinates_are_written_with_a_real_minus() {
        assert_eq!(coordinates([-0.62, 1.05], 2), "(−0.62, 1.05)");
        assert_eq!(coordinates([-0.625, 9.0], 1), "−0.62");
    }
}
