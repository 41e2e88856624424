//! Which plane of latent space the map shows: two directions, and where it holds the numbers that are not on it. Pure.
//!
//! The cloud moves while the network learns, and a plane through its mean or along its principal axes moves with it.
//! The words for it all stand here too, so that what is said and what is shown cannot differ.

use crate::engine::{CloudView, LatentPlane, Principal};

use super::codes;
use super::statistics;

/// The two directions of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    /// Two numbers of the code, to the right and up.
    Pair([usize; 2]),
    /// The two directions along which the codes differ most.
    Principal,
}

/// Where the map holds what is not on its two axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// At the mean of the codes.
    Mean,
    /// At zero.
    Zero,
    /// At the code of one image, by its number in the data set: its place in the cloud may change.
    Image(u32),
    /// Where somebody has put it.
    Hand,
}

/// What the map shows of a code.
#[derive(Clone, Debug)]
pub struct Slice {
    dimensions: usize,
    axes: Axes,
    /// Chosen by somebody; without that, what suits the kind of code.
    rest: Option<Rest>,
    /// Whether somebody has chosen the axes, or moved the point on them.
    are_axes_chosen: bool,
    is_variational: bool,
    /// What the numbers that are not on the axes are held at by hand.
    hand: Vec<f32>,
    mean: Vec<f32>,
    zero: Vec<f32>,
    principal: Option<Principal>,
    /// The step of the codes in which principal axes were sought last.
    sought_step: Option<u64>,
    plane: LatentPlane,
}

impl Default for Slice {
    fn default() -> Self {
        Self::new(1, false)
    }
}

impl Slice {
    /// The first two numbers of a code; more is not known before the first cloud.
    pub fn new(dimensions: usize, is_variational: bool) -> Self {
        let dimensions = dimensions.max(1);
        let axes = [0, 1.min(dimensions - 1)];
        let zero = vec![0.0; dimensions];
        Self {
            dimensions,
            axes: Axes::Pair(axes),
            rest: None,
            are_axes_chosen: false,
            is_variational,
            hand: zero.clone(),
            mean: zero.clone(),
            zero,
            principal: None,
            sought_step: None,
            plane: LatentPlane::of_axes(axes, dimensions, &[]),
        }
    }

    /// The same choices for another network whose code is as long: its codes are not known yet.
    pub fn for_another(&self, is_variational: bool) -> Self {
        let fresh = Self::new(self.dimensions, is_variational);
        // Another network gives the same images other codes, so a plane through one of them means nothing.
        let rest = self.rest.filter(|rest| matches!(rest, Rest::Mean | Rest::Zero));
        let mut slice = Self { axes: self.axes, rest, are_axes_chosen: self.are_axes_chosen, ..fresh };
        slice.lay();
        slice
    }

    /// The plane.
    pub fn plane(&self) -> &LatentPlane {
        &self.plane
    }

    /// The two directions.
    pub fn axes(&self) -> Axes {
        self.axes
    }

    /// Where the rest is held.
    pub fn rest(&self) -> Rest {
        let usual = if self.is_variational { Rest::Zero } else { Rest::Mean };
        self.rest.unwrap_or(usual)
    }

    /// Whether what is held comes from all codes, or is zero; not from one image, nor by hand.
    pub fn follows_codes(&self) -> bool {
        matches!(self.rest(), Rest::Mean | Rest::Zero)
    }

    /// Whether the code has a prior.
    pub fn is_variational(&self) -> bool {
        self.is_variational
    }

    /// The code that the plane is laid through: what a number has that is not on the axes.
    pub fn held(&self) -> &[f32] {
        match self.rest() {
            Rest::Mean => &self.mean,
            Rest::Zero => &self.zero,
            Rest::Image(_) | Rest::Hand => &self.hand,
        }
    }

    /// Whether a number of the code runs along one of the axes.
    pub fn is_shown(&self, number: usize) -> bool {
        matches!(self.axes, Axes::Pair(pair) if pair.contains(&number))
    }

    /// Keeps the axes from being chosen anew for the next cloud.
    pub fn keep_axes(&mut self) {
        self.are_axes_chosen = true;
    }

    /// Chooses other axes; whether they are others.
    pub fn choose_axes(&mut self, axes: Axes) -> bool {
        if axes == self.axes || matches!(axes, Axes::Pair([right, up]) if right == up) {
            return false;
        }
        self.are_axes_chosen = true;
        self.axes = axes;
        self.lay();
        true
    }

    /// Chooses where the rest is held.
    pub fn choose_rest(&mut self, rest: Rest, view: Option<&CloudView>) {
        self.rest = Some(rest);
        self.hold_image(view);
        self.lay();
    }

    /// Lays the plane through a code, unless it goes through it already.
    pub fn pass_through(&mut self, code: &[f32]) {
        let seen = self.plane.at(self.plane.place(code));
        let off: f32 = seen.iter().zip(code).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let size = code.iter().map(|z| z.abs()).fold(1.0, f32::max);
        if off > 1e-4 * size {
            self.hand = code.to_vec();
            self.rest = Some(Rest::Hand);
            self.lay();
        }
    }

    /// Takes in the codes as they are now.
    pub fn take_in(&mut self, view: &CloudView) {
        if let Axes::Pair(pair) = &mut self.axes
            && !self.are_axes_chosen
        {
            *pair = codes::lively_axes(view, *pair);
        }
        if let Some(mean) = statistics::mean_of(view) {
            self.mean = mean;
        }
        if self.dimensions > 2 {
            if self.axes == Axes::Principal {
                self.principal = principal(view, self.principal.as_ref()).or(self.principal.take());
                self.sought_step = Some(view.step);
            }
            self.hold_image(Some(view));
        }
        self.lay();
    }

    /// Whether the codes must be looked at before the plane is what was chosen. Codes that do not differ have no
    /// principal axes, however often they are looked at.
    pub fn needs_codes(&self, view: &CloudView) -> bool {
        self.axes == Axes::Principal && self.principal.is_none() && self.sought_step != Some(view.step)
    }

    /// Whether the plane is that of the principal axes.
    pub fn is_principal(&self) -> bool {
        self.axes == Axes::Principal && self.principal.is_some()
    }

    /// Holds the code of the image that was chosen. Where the cloud no longer has that image, its last code stays, and
    /// is held by hand.
    fn hold_image(&mut self, view: Option<&CloudView>) {
        let (Some(Rest::Image(image)), Some(view)) = (self.rest, view) else { return };
        let row = view.images.iter().position(|other| *other == image);
        let Some(code) = row.and_then(|row| view.codes.chunks_exact(self.dimensions).nth(row)) else {
            self.rest = Some(Rest::Hand);
            return;
        };
        if code.iter().all(|z| z.is_finite()) {
            self.hand = code.to_vec();
        }
    }

    /// Lays the plane anew.
    fn lay(&mut self) {
        let held = self.held();
        self.plane = match (self.axes, &self.principal) {
            (Axes::Principal, Some(principal)) => through(principal, held),
            (Axes::Principal, None) => LatentPlane::of_axes([0, 1], self.dimensions, held),
            (Axes::Pair(pair), _) => LatentPlane::of_axes(pair, self.dimensions, held),
        };
    }

    /// What is shown and what is held, in words.
    pub fn words(&self) -> String {
        let rest = match self.rest() {
            Rest::Mean => "the rest at the mean",
            Rest::Zero => "the rest at zero",
            Rest::Image(_) => "the rest as of an image",
            Rest::Hand => "the rest by hand",
        };
        match self.axes {
            Axes::Pair([across, up]) => format!("z{} and z{}, {rest}", across + 1, up + 1),
            Axes::Principal if self.principal.is_none() && self.sought_step.is_some() => {
                "no principal axes: the codes do not differ".to_owned()
            }
            Axes::Principal => format!("principal axes, {rest}"),
        }
    }
}

/// The principal axes of a cloud, in the order and with the signs of those before as far as that is true. The trainer
/// has found them, but for the first cloud after they were chosen.
fn principal(view: &CloudView, before: Option<&Principal>) -> Option<Principal> {
    match &view.projection {
        Some(along) => Some(along.axes.clone().like(before)),
        None => Principal::of(&view.codes, &view.summary, before),
    }
}

/// The plane of the principal axes through a code, with the mean of the codes below its middle.
fn through(principal: &Principal, held: &[f32]) -> LatentPlane {
    let [right, up] = principal.axes.clone();
    let around = LatentPlane { origin: principal.mean.clone(), right, up, names: principal.names() };
    let seen = around.at(around.place(held));
    let aside = held.iter().zip(&seen).map(|(held, seen)| held - seen);
    let origin = around.origin.iter().zip(aside).map(|(mean, aside)| mean + aside).collect();
    LatentPlane { origin, ..around }
}

/// Whether a picture of one plane may stand for another until a newer one is there: the directions are the same, or
/// nearly so, as the principal axes are from one update to the next.
pub fn is_alike(a: &LatentPlane, b: &LatentPlane) -> bool {
    let along = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let is_near = |a: &[f32], b: &[f32]| a == b || along(a, b) > 0.95;
    a.right.len() == b.right.len() && is_near(&a.right, &b.right) && is_near(&a.up, &b.up)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(dimensions: usize, codes: &[f32]) -> CloudView {
        CloudView::of_codes(1, dimensions, codes.into())
    }

    /// Codes of four numbers with mean (5, 1, 0, −2) that differ most along the third.
    fn cloud() -> CloudView {
        let code = |i: usize| {
            let wave = |k: f32| (std::f32::consts::TAU * k * i as f32 / 100.0).sin();
            [5.0 + wave(1.0), 1.0 + 2.0 * wave(2.0), 9.0 * wave(3.0), -2.0 + 0.1 * wave(4.0)]
        };
        view(4, &(0..100).flat_map(code).collect::<Vec<f32>>())
    }

    fn assert_near(got: &[f32], want: &[f32]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-3, "got {got}, want {want}, tolerance 1e-3");
        }
    }

    #[test]
    fn a_plain_code_holds_the_rest_at_its_mean_and_a_gaussian_one_at_zero() {
        let mut plain = Slice::new(4, false);
        plain.choose_axes(Axes::Pair([1, 2]));
        plain.take_in(&cloud());
        assert_near(&plain.plane().at([7.0, 8.0]), &[5.0, 7.0, 8.0, -2.0]);
        assert_eq!(plain.words(), "z2 and z3, the rest at the mean");
        let mut gaussian = Slice::new(4, true);
        gaussian.choose_axes(Axes::Pair([1, 2]));
        gaussian.take_in(&cloud());
        assert_near(&gaussian.plane().at([7.0, 8.0]), &[0.0, 7.0, 8.0, 0.0]);
    }

    #[test]
    fn the_rest_follows_the_image_it_was_taken_from() {
        let mut slice = Slice::new(4, true);
        slice.choose_axes(Axes::Pair([1, 0]));
        slice.choose_rest(Rest::Image(3), Some(&cloud()));
        assert_near(&slice.plane().at([0.0, 0.0])[2..], &cloud().codes[14..16]);
        let moved: Vec<f32> = cloud().codes.iter().map(|z| z + 1.0).collect();
        slice.take_in(&view(4, &moved));
        assert_near(&slice.plane().at([0.0, 0.0])[2..], &moved[14..16]);
        // The same images in another order, and fewer of them.
        let images = [9, 3, 5].into();
        slice.take_in(&CloudView { images, ..view(4, &moved[..12]) });
        assert_near(&slice.plane().at([0.0, 0.0])[2..], &moved[6..8]);
        let images = [9, 5].into();
        slice.take_in(&CloudView { images, ..view(4, &cloud().codes[..8]) });
        assert_eq!(slice.rest(), Rest::Hand, "the image has left the cloud");
        assert_near(&slice.plane().at([0.0, 0.0])[2..], &moved[6..8]);
    }

    #[test]
    fn the_plane_of_the_principal_axes_has_the_mean_in_its_middle() {
        let mut slice = Slice::new(4, false);
        slice.choose_axes(Axes::Principal);
        assert!(slice.needs_codes(&cloud()) && !slice.is_principal());
        slice.take_in(&cloud());
        assert!(!slice.needs_codes(&cloud()) && slice.is_principal());
        assert_near(&slice.plane().at([0.0, 0.0]), &[5.0, 1.0, 0.0, -2.0]);
        assert_near(&slice.plane().place(&[5.0, 1.0, 4.0, -2.0]), &[4.0, 0.0]);
        assert!(slice.plane().names[0].starts_with("1st principal axis ("), "{:?}", slice.plane().names);
    }

    #[test]
    fn codes_that_do_not_differ_have_no_principal_axes_and_are_asked_once() {
        let mut slice = Slice::new(4, false);
        slice.choose_axes(Axes::Principal);
        for codes in [[f32::NAN; 16], [1.0; 16]] {
            let same = view(4, &codes);
            slice.take_in(&same);
            assert!(!slice.needs_codes(&same) && !slice.is_principal());
            assert!(slice.words().starts_with("no principal axes"), "{}", slice.words());
            assert!(slice.needs_codes(&CloudView { step: same.step + 1, ..same }), "others may differ");
        }
    }

    #[test]
    fn going_to_a_code_beside_the_plane_lays_the_plane_through_it() {
        for axes in [Axes::Pair([0, 1]), Axes::Principal] {
            let mut slice = Slice::new(4, false);
            slice.choose_axes(axes);
            slice.take_in(&cloud());
            let on = slice.plane().at([1.5, -0.5]);
            slice.pass_through(&on);
            assert_eq!(slice.rest(), Rest::Mean, "it is there already");
            let code = [1.0, 2.0, 3.0, 4.0];
            slice.pass_through(&code);
            assert_eq!(slice.rest(), Rest::Hand);
            assert_near(&slice.plane().at(slice.plane().place(&code)), &code);
        }
    }

    #[test]
    fn dead_axes_are_left_unless_somebody_chose_them() {
        let codes: Vec<f32> = (0..60).flat_map(|i| [0.0, i as f32, -2.0 * i as f32]).collect();
        let mut fresh = Slice::new(3, true);
        fresh.take_in(&view(3, &codes));
        assert_eq!(fresh.axes(), Axes::Pair([2, 1]));
        let mut chosen = Slice::new(3, true);
        assert!(chosen.choose_axes(Axes::Pair([1, 0])));
        assert!(!chosen.choose_axes(Axes::Pair([2, 2])), "one axis cannot run both ways");
        chosen.take_in(&view(3, &codes));
        assert_eq!(chosen.axes(), Axes::Pair([1, 0]));
    }

    #[test]
    fn pictures_of_planes_in_the_same_directions_stand_for_each_other() {
        let plane = |pair, rest: &[f32]| LatentPlane::of_axes(pair, 3, rest);
        assert!(is_alike(&plane([0, 1], &[]), &plane([0, 1], &[0.0, 0.0, 5.0])));
        assert!(!is_alike(&plane([0, 1], &[]), &plane([1, 0], &[])));
        assert!(!is_alike(&plane([0, 1], &[]), &LatentPlane::of_axes([0, 1], 2, &[])));
        let line = LatentPlane::of_axes([0, 0], 1, &[]);
        assert!(is_alike(&line, &line));
    }
}
