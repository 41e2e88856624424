//! What can be done on the map of a run, before any drawing: moving the point, choosing the plane, looking elsewhere.
//!
//! An [`Explorer`] is what the document has for the run, together with what follows from it. The second part,
//! [`MapCache`], can be dropped at any time.

use eframe::egui::{Rect, Vec2};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::app::action::Action;
use crate::document::{Axes, Cursor, MapSettings, MapView, PointOrigin, Rest, RunExploration};
use crate::engine::{CloudView, LatentPlane, WantedLattice};
use crate::recipe::random::{Purpose, stream};

use crate::app::panels::latent::camera::Camera;
use crate::app::panels::latent::plane::cache::PlaneCache;
use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::{Latent, MapTransform};

/// A point that has not moved for so long is at rest.
pub const REST_SECS: f64 = 0.15;
/// The most numbers that are searched for the nearest code while the point moves: a few milliseconds' work.
const SEARCHED: usize = 1_000_000;

/// What follows from the document and from the codes of a run.
#[derive(Debug, Default)]
pub struct MapCache {
    /// The shown plane.
    pub plane: PlaneCache,
    /// Which part of the plane is on the screen.
    pub camera: Camera,
    /// The codes as places on the plane.
    pub cloud: Option<Cloud>,
    /// Clouds made so far: each has a version of its own.
    clouds: u64,
    /// The lattice of the map as it was drawn last, for figures.
    pub lattice: Option<WantedLattice>,
    /// Whether the map is to be moved so that the point is on it: it was typed, chosen or moved with the keys.
    pub is_point_sought: bool,
    /// When the point was moved last.
    moved_at_secs: Option<f64>,
    /// The image that the last code was sampled around, until the point is moved otherwise.
    sampled_around: Option<u32>,
    /// Codes sampled around images so far.
    samples: u64,
}

impl MapCache {
    /// The cache of a run in the state that the document has for it.
    pub fn new(run: &RunExploration, is_variational: bool) -> Self {
        let plane = PlaneCache::new(&run.plane, run.dimensions(), is_variational);
        let mut cache = Self { plane, ..Self::default() };
        if let Some(view) = run.view {
            cache.camera.cut_to(view);
        }
        cache
    }
}

/// What the document has for a run, and what follows from it.
#[derive(Debug)]
pub struct Explorer<'a> {
    /// What a person has set up for the run.
    pub run: &'a mut RunExploration,
    /// What is the same for all runs.
    pub maps: &'a mut MapSettings,
    /// What follows from that.
    pub cache: &'a mut MapCache,
}

impl Explorer<'_> {
    /// Numbers per code.
    pub fn dimensions(&self) -> usize {
        self.run.dimensions()
    }

    /// The code that is decoded.
    pub fn point(&self) -> &[f32] {
        &self.run.point
    }

    /// The shown plane.
    pub fn plane(&self) -> &LatentPlane {
        self.cache.plane.plane()
    }

    /// Which part of the plane is on the screen.
    pub fn view(&self) -> MapView {
        self.cache.camera.view()
    }

    /// Where the rest of the code is held.
    pub fn rest(&self) -> Rest {
        self.run.plane.rest(self.cache.plane.is_variational())
    }

    /// Where the point is on the shown plane.
    pub fn place(&self) -> Latent {
        self.plane().place(self.point())
    }

    /// Moves the point on the shown plane, and the map with it if necessary.
    pub fn move_to(&mut self, place: Latent, now_secs: f64) {
        self.cache.is_point_sought = true;
        self.drag_to(place, now_secs);
    }

    /// Moves the point to a place under the pointer.
    pub fn drag_to(&mut self, place: Latent, now_secs: f64) {
        self.run.pins.stop_tour();
        self.run.plane.are_axes_chosen = true;
        let code = self.plane().at(place);
        self.set_point(code, now_secs);
    }

    /// Moves the point to a code; where that is beside the shown plane, the plane is moved through it.
    pub fn go_to(&mut self, code: Vec<f32>, now_secs: f64) {
        self.run.pins.stop_tour();
        self.cache.is_point_sought = true;
        self.lead_to(code, now_secs);
    }

    /// Advances the tour, where one is running.
    pub fn advance_tour(&mut self, seconds: f32, now_secs: f64) {
        let Some(code) = self.run.pins.advance_tour(seconds) else { return };
        // The map is moved where a pin is beyond it.
        self.cache.is_point_sought = true;
        self.lead_to(code, now_secs);
        self.maps.cursor.origin = PointOrigin::Path;
    }

    /// Pins the point; returns what there is to say where there are too many pins.
    pub fn add_pin(&mut self) -> Option<Action> {
        let code = self.point().to_vec();
        self.maps.cursor.leader = self.run.run;
        self.run.pins.add(code, self.maps.cursor.image, self.run.run).err().map(Action::Say)
    }

    /// Moves the point to another sample μ + σ·ε around an image: the last one picked, or else the one sampled around
    /// before as long as nothing else has moved the point, or else the one in this row of the cloud.
    pub fn sample_around(&mut self, row: usize, view: &CloudView, seed: u64, now_secs: f64) {
        let find = |image: u32| view.images.iter().position(|other| *other == image);
        let picked = self.maps.layers.picked.last().copied();
        let known = [picked, self.cache.sampled_around].into_iter().flatten().find_map(find);
        let row = known.unwrap_or(row);
        self.cache.samples += 1;
        let Some(code) = posterior_sample(view, row, seed, self.cache.samples) else { return };
        self.go_to(code, now_secs);
        self.cache.sampled_around = view.images.get(row).copied();
        self.maps.cursor.image = self.cache.sampled_around;
        self.maps.cursor.origin = PointOrigin::Sample;
    }

    /// Moves the point to the code of an image.
    pub fn go_to_image(&mut self, image: u32, code: Vec<f32>, now_secs: f64) {
        self.go_to(code, now_secs);
        self.maps.cursor = Cursor { leader: self.run.run, image: Some(image), origin: PointOrigin::Image };
    }

    /// Moves the point to a code on the shown path between two pins.
    pub fn go_along_path(&mut self, code: Vec<f32>, now_secs: f64) {
        self.go_to(code, now_secs);
        self.maps.cursor.origin = PointOrigin::Path;
    }

    /// Moves the point after that of another run, which is the one that is moved by hand.
    pub fn follow_to(&mut self, code: Vec<f32>, now_secs: f64) {
        if self.run.point != code && self.pass_through(&code) {
            self.place_point(code, now_secs);
        }
    }

    /// Lets the plane go through a code; returns whether it is one of this network.
    fn pass_through(&mut self, code: &[f32]) -> bool {
        let is_code = code.len() == self.dimensions() && code.iter().all(|z| z.is_finite());
        if is_code {
            self.cache.plane.pass_through(&mut self.run.plane, code);
        }
        is_code
    }

    /// Moves the point to a code that a person has chosen; the other runs follow.
    fn lead_to(&mut self, code: Vec<f32>, now_secs: f64) {
        if self.pass_through(&code) {
            self.run.plane.are_axes_chosen = true;
            self.set_point(code, now_secs);
        }
    }

    /// Chooses axes: the point is projected onto their plane.
    pub fn choose_axes(&mut self, axes: Axes, view: Option<&CloudView>, now_secs: f64) {
        if !self.cache.plane.choose_axes(&mut self.run.plane, axes) {
            return;
        }
        self.run.view = None;
        // Principal axes are known when the codes have been taken in; until then the point stays where it is.
        self.take_in_cloud(view);
        self.project_point(now_secs);
    }

    /// Chooses where the numbers are held that are not on the axes.
    pub fn choose_rest(&mut self, rest: Rest, view: Option<&CloudView>, now_secs: f64) {
        self.cache.plane.choose_rest(&mut self.run.plane, rest, view);
        self.project_point(now_secs);
    }

    fn project_point(&mut self, now_secs: f64) {
        let code = self.plane().at(self.place());
        self.set_point(code, now_secs);
    }

    fn set_point(&mut self, code: Vec<f32>, now_secs: f64) {
        if self.run.point != code {
            self.maps.cursor = Cursor { leader: self.run.run, ..Cursor::default() };
            self.place_point(code, now_secs);
        }
    }

    fn place_point(&mut self, code: Vec<f32>, now_secs: f64) {
        self.run.point = code;
        self.cache.sampled_around = None;
        self.cache.moved_at_secs = Some(now_secs);
    }

    /// Projects the codes where they or the plane have changed: the plane moves with the codes, and the point with the
    /// plane.
    pub fn take_in_cloud(&mut self, view: Option<&CloudView>) -> Option<&Cloud> {
        let view = view.filter(|view| view.dimensions == self.dimensions())?;
        let is_known = self.cache.cloud.as_ref().is_some_and(|cloud| cloud.is_of(view, self.plane()));
        if !is_known || self.cache.plane.needs_codes(&self.run.plane, view) {
            // Principal axes turn a little with every cloud. The point keeps its place on the map; a code that was
            // projected onto the new axes again and again would creep to their middle.
            let is_principal = self.cache.plane.is_principal(&self.run.plane);
            let kept = is_principal.then(|| self.place());
            self.cache.plane.take_in(&mut self.run.plane, view);
            self.run.point = self.plane().at(kept.unwrap_or_else(|| self.place()));
            self.cache.clouds += 1;
            self.cache.cloud = Some(Cloud::new(view, self.cache.plane.plane(), self.cache.clouds));
        }
        self.cache.cloud.as_ref()
    }

    /// The stride of the search for the code nearest to the point among so many numbers: every code is searched, unless
    /// there are very many and the point is moving.
    pub fn search_stride(&self, numbers: usize, now_secs: f64) -> usize {
        let is_moving = self.cache.moved_at_secs.is_some_and(|moved| now_secs - moved < REST_SECS);
        if is_moving { numbers.div_ceil(SEARCHED).max(1) } else { 1 }
    }

    /// The middle of the prior on the map: a ring of it is a slice through a ball.
    pub fn prior_place(&self) -> Latent {
        self.plane().place(&vec![0.0; self.dimensions()])
    }

    /// Lets the view follow the cloud and the pins unless it was chosen, and the point too where `is_at_rest`: a map that
    /// moved away under the pointer would be followed by the point. Returns whether it is still moving.
    pub fn follow(&mut self, is_variational: bool, size: Vec2, is_at_rest: bool, seconds: f32) -> bool {
        let prior = is_variational.then(|| self.prior_place());
        let Some(cloud) = &self.cache.cloud else { return false };
        self.cache.camera.fit_to(cloud, prior, size);
        if self.run.view.is_some() {
            return false;
        }
        let pins = self.run.pins.pins().iter().map(|pin| self.plane().place(&pin.code));
        let places: Vec<Latent> = pins.chain(is_at_rest.then(|| self.place())).collect();
        self.cache.camera.follow(&places, size, seconds)
    }

    /// Goes back to the view that shows everything, and follows the cloud again.
    pub fn fit(&mut self) {
        self.run.view = None;
        self.cache.camera.return_to_fit();
    }

    /// Pans the map by so many points, but not so far that everything on it is lost.
    pub fn pan(&mut self, plane: &MapTransform, delta: Vec2) {
        let fit = self.cache.camera.fitted().unwrap_or_default();
        self.look_at(plane.panned(delta).within_reach(fit, plane.center));
    }

    /// Moves the map so that the point is on it, where the point was typed, chosen or moved with the keys.
    pub fn show_point(&mut self, rect: Rect) {
        let is_sought = std::mem::take(&mut self.cache.is_point_sought);
        // A map that is moving towards the codes may show the point soon.
        let goal = self.run.view.unwrap_or(self.cache.camera.goal());
        let is_out = MapTransform::new(goal, rect).showing(self.place()).is_some();
        let view = MapTransform::new(self.view(), rect).showing(self.place());
        if let Some(view) = view.filter(|_| is_sought && is_out) {
            self.look_at(view);
        }
    }

    /// Shows a chosen part of the plane.
    pub fn look_at(&mut self, view: MapView) {
        self.cache.camera.cut_to(view);
        self.run.view = Some(view);
    }

    /// Keeps the view as it is, in place of following the cloud.
    pub fn keep_view(&mut self) {
        self.run.view = Some(self.view());
    }
}

/// A sample μ + σ·ε of the posterior of an image, with ε from the seed. `None` where codes have no σ.
fn posterior_sample(view: &CloudView, row: usize, seed: u64, sample: u64) -> Option<Vec<f32>> {
    let dimensions = view.dimensions.max(1);
    let mean = view.codes.chunks_exact(dimensions).nth(row)?;
    let sigma = view.spreads.as_ref()?.chunks_exact(dimensions).nth(row)?;
    let mut rng = stream(seed, Purpose::Posterior, sample);
    let epsilon = mean.iter().map(|_| rng.sample::<f32, _>(StandardNormal));
    Some(mean.iter().zip(sigma).zip(epsilon).map(|((mean, sigma), epsilon)| mean + sigma * epsilon).collect())
}

/// A place as people write it: `(−0.62, 1.05)`, with as many decimals as a map of this radius resolves.
pub fn coordinates(place: Latent, dimensions: usize, radius: f32) -> String {
    let decimals = (2.0 - radius.log10().floor()).clamp(2.0, 8.0) as usize;
    written(place, dimensions, |z| format!("{z:.decimals$}"))
}

/// The same with every digit, so that reading it back gives the same place.
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
