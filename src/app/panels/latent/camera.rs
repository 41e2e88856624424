//! Which part of the plane the map shows: it follows the cloud smoothly, or stays where it was moved. Pure, but for the
//! clock of the movement.

use eframe::egui::Vec2;

use crate::document::MapView;

use super::plane::codes::Cloud;
use super::plane::geometry::Latent;

/// The rings of a prior reach this far, in standard deviations, with a little room.
const RINGS: f32 = 2.15;

/// What the fit was computed from: the version of the cloud, the middle of the prior, the size of the map.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FitKey {
    cloud: u64,
    prior: Option<Latent>,
    size: Vec2,
}

/// The view of the map while it moves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Camera {
    view: MapView,
    goal: MapView,
    /// The view that shows all of the cloud, and what it was computed from.
    fitted: Option<(FitKey, Option<MapView>)>,
}

impl Camera {
    /// The part of the plane that is on the screen.
    pub fn view(&self) -> MapView {
        self.view
    }

    /// Where the view is moving to.
    pub fn goal(&self) -> MapView {
        self.goal
    }

    /// The view that shows all of the cloud.
    pub fn fitted(&self) -> Option<MapView> {
        self.fitted.and_then(|(_, fit)| fit)
    }

    /// Shows another part of the plane at once.
    pub fn cut_to(&mut self, view: MapView) {
        self.view = view;
        self.goal = view;
    }

    /// Moves to the view that shows everything, exactly: following the cloud tolerates a view that is only close to it.
    pub fn return_to_fit(&mut self) {
        self.goal = self.fitted().unwrap_or(self.goal);
    }

    /// Moves a little towards the view that shows all of the cloud and these places on a map of this size; returns whether
    /// it is still moving.
    pub fn follow(&mut self, places: &[Latent], size: Vec2, seconds: f32) -> bool {
        let is_first = self.goal == MapView::default() && self.view == MapView::default();
        if let Some(fit) = self.fitted() {
            self.goal = self.goal.followed(fit.including(places, size)).including(places, size);
        }
        self.view = if is_first { self.goal } else { self.view.glided(self.goal, seconds) };
        self.view != self.goal
    }

    /// Computes the view that shows all of a cloud, and the rings of the prior with it.
    pub fn fit_to(&mut self, cloud: &Cloud, prior: Option<Latent>, size: Vec2) {
        let key = FitKey { cloud: cloud.version, prior, size };
        // Sorting sixty thousand places in every frame would be most of its work.
        if self.fitted.is_some_and(|(known, _)| known == key) {
            return;
        }
        let corners = prior.map(|[x, y]| [[x - RINGS, y - RINGS], [x + RINGS, y + RINGS]]);
        let corners = corners.into_iter().flatten().cycle().take(cloud.places.len() / 20);
        let places = cloud.places.iter().copied().chain(corners);
        self.fitted = Some((key, MapView::fit(places, size)));
    }
}
