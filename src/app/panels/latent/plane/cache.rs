//! The shown plane, as it follows from what was chosen and from the codes as they are now.
//!
//! Tiles, cloud and point all use this one plane, so that what is decoded and what is shown cannot differ.

use crate::document::{Axes, CodeAxes, PlaneChoice, Rest};
use crate::engine::{CloudView, LatentPlane, Principal};

use super::codes;
use super::statistics;

/// The plane of one run.
#[derive(Clone, Debug)]
pub struct PlaneCache {
    codes: CodeAxes,
    /// The step of the codes whose principal axes were computed last.
    sought_step: Option<u64>,
    held: Vec<f32>,
    plane: LatentPlane,
}

impl Default for PlaneCache {
    fn default() -> Self {
        Self::new(&PlaneChoice::default(), 1, false)
    }
}

impl PlaneCache {
    /// The plane before the first codes.
    pub fn new(choice: &PlaneChoice, dimensions: usize, is_variational: bool) -> Self {
        let codes = CodeAxes::unknown(dimensions, is_variational);
        Self { held: choice.held(&codes), plane: choice.plane(&codes), codes, sought_step: None }
    }

    /// The plane.
    pub fn plane(&self) -> &LatentPlane {
        &self.plane
    }

    /// The code that the plane goes through: the values of the numbers that are not on the axes.
    pub fn held(&self) -> &[f32] {
        &self.held
    }

    /// Whether the code has a prior.
    pub fn is_variational(&self) -> bool {
        self.codes.is_variational
    }

    /// Chooses axes; returns whether they have changed.
    pub fn choose_axes(&mut self, choice: &mut PlaneChoice, axes: Axes) -> bool {
        let has_changed = choice.choose_axes(axes);
        self.update(choice);
        has_changed
    }

    /// Chooses where the rest is held.
    pub fn choose_rest(&mut self, choice: &mut PlaneChoice, rest: Rest, view: Option<&CloudView>) {
        choice.rest = Some(rest);
        self.hold_image(choice, view);
        self.update(choice);
    }

    /// Moves the plane so that it goes through a code, unless it does already.
    pub fn pass_through(&mut self, choice: &mut PlaneChoice, code: &[f32]) {
        if choice.pass_through(code, &self.codes) {
            self.update(choice);
        }
    }

    /// Follows the codes as they are now.
    pub fn take_in(&mut self, choice: &mut PlaneChoice, view: &CloudView) {
        if let Axes::Pair(pair) = &mut choice.axes
            && !choice.are_axes_chosen
        {
            *pair = codes::lively_axes(view, *pair);
        }
        if let Some(mean) = statistics::mean_of(view) {
            self.codes.mean = mean;
        }
        if self.codes.dimensions() > 2 {
            if choice.axes == Axes::Principal {
                let before = self.codes.principal.take();
                self.codes.principal = principal(view, before.as_ref()).or(before);
                self.sought_step = Some(view.step);
            }
            self.hold_image(choice, Some(view));
        }
        self.update(choice);
    }

    /// Whether the codes must be taken in before the plane is the chosen one. Codes that do not vary have no principal
    /// axes, so those of one step are tried once.
    pub fn needs_codes(&self, choice: &PlaneChoice, view: &CloudView) -> bool {
        choice.axes == Axes::Principal
            && self.codes.principal.is_none()
            && self.sought_step != Some(view.step)
    }

    /// Whether the plane is that of the principal axes.
    pub fn is_principal(&self, choice: &PlaneChoice) -> bool {
        choice.axes == Axes::Principal && self.codes.principal.is_some()
    }

    /// Holds the rest at the code of the chosen image. Where the cloud no longer contains the image, its last code is
    /// kept as if the point had been moved there.
    fn hold_image(&self, choice: &mut PlaneChoice, view: Option<&CloudView>) {
        let (Some(Rest::Image(image)), Some(view)) = (choice.rest, view) else { return };
        let row = view.images.iter().position(|other| *other == image);
        let dimensions = self.codes.dimensions();
        let Some(code) = row.and_then(|row| view.codes.chunks_exact(dimensions).nth(row)) else {
            choice.rest = Some(Rest::Point);
            return;
        };
        if code.iter().all(|z| z.is_finite()) {
            choice.held = code.to_vec();
        }
    }

    fn update(&mut self, choice: &PlaneChoice) {
        self.held = choice.held(&self.codes);
        self.plane = choice.plane(&self.codes);
    }

    /// The axes and the rest, in words.
    pub fn words(&self, choice: &PlaneChoice) -> String {
        let rest = match choice.rest(self.codes.is_variational) {
            Rest::Mean => "the rest at the mean",
            Rest::Zero => "the rest at zero",
            Rest::Image(_) => "the rest as of an image",
            Rest::Point => "the rest as of the point",
        };
        match choice.axes {
            Axes::Pair([across, up]) => format!("z{} and z{}, {rest}", across + 1, up + 1),
            Axes::Principal if self.codes.principal.is_none() && self.sought_step.is_some() => {
                "no principal axes: the codes do not differ".to_owned()
            }
            Axes::Principal => format!("principal axes, {rest}"),
        }
    }
}

/// The principal axes of a cloud, with the order and the signs of those before as far as that is right. The trainer has
/// computed them, except for the first cloud after they were chosen.
fn principal(view: &CloudView, before: Option<&Principal>) -> Option<Principal> {
    match &view.projection {
        Some(projection) => Some(projection.axes.clone().like(before)),
        None => Principal::of(&view.codes, &view.summary, before),
    }
}

/// Whether a picture of one plane may be shown for another until a newer one arrives: the directions are the same, or
/// nearly so, as principal axes are from one update to the next.
pub fn is_alike(a: &LatentPlane, b: &LatentPlane) -> bool {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let is_near = |a: &[f32], b: &[f32]| a == b || dot(a, b) > 0.95;
    a.right.len() == b.right.len() && is_near(&a.right, &b.right) && is_near(&a.up, &b.up)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(dimensions: usize, codes: &[f32]) -> CloudView {
        CloudView::of_codes(1, dimensions, codes.into())
    }

    fn new(dimensions: usize, is_variational: bool) -> (PlaneChoice, PlaneCache) {
        let choice = PlaneChoice::new(dimensions);
        let cache = PlaneCache::new(&choice, dimensions, is_variational);
        (choice, cache)
    }

    /// Codes of four numbers with mean (5, 1, 0, −2) that vary most along the third.
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
    fn a_plain_code_is_held_at_its_mean_and_a_gaussian_one_at_zero() {
        for (is_variational, rest, words) in [
            (false, [5.0, -2.0], "z2 and z3, the rest at the mean"),
            (true, [0.0, 0.0], "z2 and z3, the rest at zero"),
        ] {
            let (mut choice, mut cache) = new(4, is_variational);
            cache.choose_axes(&mut choice, Axes::Pair([1, 2]));
            cache.take_in(&mut choice, &cloud());
            assert_near(&cache.plane().at([7.0, 8.0]), &[rest[0], 7.0, 8.0, rest[1]]);
            assert_eq!(cache.words(&choice), words);
        }
    }

    #[test]
    fn the_rest_follows_the_image_it_was_taken_from() {
        let (mut choice, mut cache) = new(4, true);
        let rest = |cache: &PlaneCache| cache.plane().at([0.0, 0.0])[2..].to_vec();
        cache.choose_axes(&mut choice, Axes::Pair([1, 0]));
        cache.choose_rest(&mut choice, Rest::Image(3), Some(&cloud()));
        assert_near(&rest(&cache), &cloud().codes[14..16]);
        let moved: Vec<f32> = cloud().codes.iter().map(|z| z + 1.0).collect();
        cache.take_in(&mut choice, &view(4, &moved));
        assert_near(&rest(&cache), &moved[14..16]);
        // The same images in another order, and fewer of them.
        let images = [9, 3, 5].into();
        cache.take_in(&mut choice, &CloudView { images, ..view(4, &moved[..12]) });
        assert_near(&rest(&cache), &moved[6..8]);
        let images = [9, 5].into();
        cache.take_in(&mut choice, &CloudView { images, ..view(4, &cloud().codes[..8]) });
        assert_eq!(choice.rest, Some(Rest::Point), "the image has left the cloud");
        assert_near(&rest(&cache), &moved[6..8]);
    }

    #[test]
    fn the_plane_of_the_principal_axes_has_the_mean_at_its_origin() {
        let (mut choice, mut cache) = new(4, false);
        cache.choose_axes(&mut choice, Axes::Principal);
        assert!(cache.needs_codes(&choice, &cloud()) && !cache.is_principal(&choice));
        cache.take_in(&mut choice, &cloud());
        assert!(!cache.needs_codes(&choice, &cloud()) && cache.is_principal(&choice));
        assert_near(&cache.plane().at([0.0, 0.0]), &[5.0, 1.0, 0.0, -2.0]);
        assert_near(&cache.plane().place(&[5.0, 1.0, 4.0, -2.0]), &[4.0, 0.0]);
        let names = &cache.plane().names;
        assert!(names[0].starts_with("1st principal axis ("), "{names:?}");
    }

    #[test]
    fn codes_that_do_not_vary_have_no_principal_axes_and_are_tried_once() {
        let (mut choice, mut cache) = new(4, false);
        cache.choose_axes(&mut choice, Axes::Principal);
        for codes in [[f32::NAN; 16], [1.0; 16]] {
            let same = view(4, &codes);
            cache.take_in(&mut choice, &same);
            assert!(!cache.needs_codes(&choice, &same) && !cache.is_principal(&choice));
            assert!(cache.words(&choice).starts_with("no principal axes"), "{}", cache.words(&choice));
            let later = CloudView { step: same.step + 1, ..same };
            assert!(cache.needs_codes(&choice, &later), "others may vary");
        }
    }

    #[test]
    fn going_to_a_code_beside_the_plane_moves_the_plane_through_it() {
        for axes in [Axes::Pair([0, 1]), Axes::Principal] {
            let (mut choice, mut cache) = new(4, false);
            // The first two numbers are the axes to begin with.
            cache.choose_axes(&mut choice, axes);
            cache.take_in(&mut choice, &cloud());
            let on = cache.plane().at([1.5, -0.5]);
            cache.pass_through(&mut choice, &on);
            assert_eq!(choice.rest(false), Rest::Mean, "the plane goes through it already");
            let code = [1.0, 2.0, 3.0, 4.0];
            cache.pass_through(&mut choice, &code);
            assert_eq!(choice.rest, Some(Rest::Point));
            assert_near(&cache.plane().at(cache.plane().place(&code)), &code);
        }
    }

    #[test]
    fn axes_along_which_codes_do_not_vary_are_replaced_unless_they_were_chosen() {
        let codes: Vec<f32> = (0..60).flat_map(|i| [0.0, i as f32, -2.0 * i as f32]).collect();
        let (mut choice, mut cache) = new(3, true);
        cache.take_in(&mut choice, &view(3, &codes));
        assert_eq!(choice.axes, Axes::Pair([2, 1]));
        let (mut choice, mut cache) = new(3, true);
        cache.choose_axes(&mut choice, Axes::Pair([1, 0]));
        cache.take_in(&mut choice, &view(3, &codes));
        assert_eq!(choice.axes, Axes::Pair([1, 0]));
    }

    #[test]
    fn a_picture_may_be_shown_for_another_plane_in_the_same_directions() {
        let plane = |pair, rest: &[f32]| LatentPlane::of_axes(pair, 3, rest);
        assert!(is_alike(&plane([0, 1], &[]), &plane([0, 1], &[0.0, 0.0, 5.0])));
        assert!(!is_alike(&plane([0, 1], &[]), &plane([1, 0], &[])));
        assert!(!is_alike(&plane([0, 1], &[]), &LatentPlane::of_axes([0, 1], 2, &[])));
        let line = LatentPlane::of_axes([0, 0], 1, &[]);
        assert!(is_alike(&line, &line));
    }
}
