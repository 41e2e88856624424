//! Which plane of latent space is shown: its two axes, and where the other numbers of the code are held.

use serde::{Deserialize, Serialize};

use crate::insight::plane::LatentPlane;
use crate::insight::principal::Principal;

/// The two axes of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Axes {
    /// Two numbers of the code, by their indices: to the right, and up.
    Pair([usize; 2]),
    /// The two directions along which the codes vary most.
    Principal,
}

/// Where the numbers of the code are held that are not on the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    /// At the mean of the codes.
    Mean,
    /// At zero.
    Zero,
    /// At the code of one image, by its index in the data set: its place in the cloud may change.
    Image(u32),
    /// Where the point was moved to.
    Point,
}

/// What is known of the codes of a run, as far as its plane depends on them.
#[derive(Clone, Debug)]
pub struct CodeAxes {
    /// Whether the code has a prior, so that zero is its middle.
    pub is_variational: bool,
    /// The mean of the codes; zero until there are codes.
    pub mean: Vec<f32>,
    /// Their principal axes, where these were chosen and found.
    pub principal: Option<Principal>,
}

impl CodeAxes {
    /// Before the first codes.
    pub fn unknown(dimensions: usize, is_variational: bool) -> Self {
        Self { is_variational, mean: vec![0.0; dimensions.max(1)], principal: None }
    }

    /// Numbers per code.
    pub fn dimensions(&self) -> usize {
        self.mean.len()
    }
}

/// Which plane was chosen. Without a choice it is the one that suits the kind of code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaneChoice {
    /// The axes.
    pub axes: Axes,
    /// Whether the axes were chosen or the point was moved on them; if not, the next codes may bring better ones.
    pub are_axes_chosen: bool,
    /// Where the rest is held, where that was chosen.
    pub rest: Option<Rest>,
    /// The code that the plane goes through where the rest is held at an image or at the point.
    pub held: Vec<f32>,
}

impl Default for PlaneChoice {
    fn default() -> Self {
        Self::new(1)
    }
}

impl PlaneChoice {
    /// The plane of the first two numbers of a code.
    pub fn new(dimensions: usize) -> Self {
        let dimensions = dimensions.max(1);
        let axes = Axes::Pair([0, 1.min(dimensions - 1)]);
        Self { axes, are_axes_chosen: false, rest: None, held: vec![0.0; dimensions] }
    }

    /// The same choice for another network with as many numbers per code.
    pub fn for_another_network(&self) -> Self {
        // Another network gives the same image another code, so a plane through one of the old codes means nothing.
        let rest = self.rest.filter(|rest| matches!(rest, Rest::Mean | Rest::Zero));
        Self { rest, held: vec![0.0; self.held.len()], ..self.clone() }
    }

    /// Where the rest is held.
    pub fn rest(&self, is_variational: bool) -> Rest {
        let default = if is_variational { Rest::Zero } else { Rest::Mean };
        self.rest.unwrap_or(default)
    }

    /// Whether the rest is held at the mean or at zero, and not at one code.
    pub fn follows_codes(&self) -> bool {
        matches!(self.rest, None | Some(Rest::Mean | Rest::Zero))
    }

    /// Whether a number of the code is one of the axes.
    pub fn is_shown(&self, number: usize) -> bool {
        matches!(self.axes, Axes::Pair(pair) if pair.contains(&number))
    }

    /// Chooses axes; returns whether they have changed.
    pub fn choose_axes(&mut self, axes: Axes) -> bool {
        if axes == self.axes || matches!(axes, Axes::Pair([right, up]) if right == up) {
            return false;
        }
        self.are_axes_chosen = true;
        self.axes = axes;
        true
    }

    /// Moves the plane so that it goes through a code, unless it does already; returns whether it was moved.
    pub fn pass_through(&mut self, code: &[f32], codes: &CodeAxes) -> bool {
        let plane = self.plane(codes);
        let projected = plane.at(plane.place(code));
        let distance: f32 = projected.iter().zip(code).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let size = code.iter().map(|z| z.abs()).fold(1.0, f32::max);
        let is_beside = distance > 1e-4 * size;
        if is_beside {
            self.held = code.to_vec();
            self.rest = Some(Rest::Point);
        }
        is_beside
    }

    /// The code that the plane goes through: the values of the numbers that are not on the axes.
    pub fn held(&self, codes: &CodeAxes) -> Vec<f32> {
        let mut held = match self.rest(codes.is_variational) {
            Rest::Mean => codes.mean.clone(),
            Rest::Zero => Vec::new(),
            Rest::Image(_) | Rest::Point => self.held.clone(),
        };
        held.resize(codes.dimensions(), 0.0);
        held
    }

    /// The plane itself. Until principal axes are known it is the plane of the first two numbers.
    pub fn plane(&self, codes: &CodeAxes) -> LatentPlane {
        let held = self.held(codes);
        match (self.axes, &codes.principal) {
            (Axes::Principal, Some(principal)) => through(principal, &held),
            (Axes::Principal, None) => LatentPlane::of_axes([0, 1], codes.dimensions(), &held),
            (Axes::Pair(pair), _) => LatentPlane::of_axes(pair, codes.dimensions(), &held),
        }
    }
}

/// The plane of the principal axes through a code, with the mean of the codes at its origin.
fn through(principal: &Principal, held: &[f32]) -> LatentPlane {
    let [right, up] = principal.axes.clone();
    let at_mean = LatentPlane { origin: principal.mean.clone(), right, up, names: principal.names() };
    let projected = at_mean.at(at_mean.place(held));
    let offset = held.iter().zip(&projected).map(|(held, projected)| held - projected);
    let origin = at_mean.origin.iter().zip(offset).map(|(mean, offset)| mean + offset).collect();
    LatentPlane { origin, ..at_mean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_code_is_held_at_its_mean_and_a_gaussian_one_at_zero_by_default() {
        let mut choice = PlaneChoice::new(4);
        assert!(choice.choose_axes(Axes::Pair([1, 2])));
        let codes = |is_variational| CodeAxes {
            mean: vec![5.0, 1.0, 0.0, -2.0],
            ..CodeAxes::unknown(4, is_variational)
        };
        assert_eq!(choice.plane(&codes(false)).at([7.0, 8.0]), [5.0, 7.0, 8.0, -2.0]);
        assert_eq!(choice.plane(&codes(true)).at([7.0, 8.0]), [0.0, 7.0, 8.0, 0.0]);
    }

    #[test]
    fn one_number_cannot_be_both_axes() {
        let mut choice = PlaneChoice::new(3);
        assert!(choice.choose_axes(Axes::Pair([1, 0])) && !choice.choose_axes(Axes::Pair([1, 0])));
        assert!(!choice.choose_axes(Axes::Pair([2, 2])));
        assert_eq!(choice.axes, Axes::Pair([1, 0]));
    }

    #[test]
    fn a_code_beside_the_plane_moves_it_and_one_on_it_does_not() {
        let codes = CodeAxes::unknown(4, true);
        let mut choice = PlaneChoice::new(4);
        assert!(!choice.pass_through(&[1.5, -0.5, 0.0, 0.0], &codes));
        assert_eq!(choice.rest, None);
        assert!(choice.pass_through(&[1.0, 2.0, 3.0, 4.0], &codes));
        assert_eq!(choice.rest, Some(Rest::Point));
        assert_eq!(choice.plane(&codes).at([9.0, 8.0]), [9.0, 8.0, 3.0, 4.0]);
    }
}
