//! Pinned codes, the path between two of them, and the tour through all of them.

use serde::{Deserialize, Serialize};

use super::interpolation::{arc, distance, straight};
use crate::recipe::RunId;

/// The most pins there can be: more could neither be distinguished on the map nor fit beside each other below it.
pub const MOST_PINS: usize = 12;
/// A tour takes this long from pin to pin on average, and rests this long at each, in seconds.
const LEG_SECS: f32 = 2.5;
const REST_SECS: f32 = 0.8;

/// A code that is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pin {
    /// Counted from 1; a pin keeps its number when others are removed.
    pub number: usize,
    /// The code.
    pub code: Vec<f32>,
    /// The image nearest to it when it was set.
    pub image: Option<u32>,
    /// The run it was set in: in others it is at their own code of the image.
    pub run: Option<RunId>,
}

/// A tour through all pins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Tour {
    /// Index of the pin that the tour comes from.
    leg: usize,
    /// The fraction of the leg that is done.
    fraction: f32,
    /// Seconds left before it goes on.
    rest_secs: f32,
}

/// The pins, and what is shown between them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pins {
    pins: Vec<Pin>,
    /// Numbers of the two pins whose path is shown, where they were chosen.
    ends: Option<[usize; 2]>,
    /// Whether paths are arcs about the origin.
    pub is_arc: bool,
    /// The position of the point on the shown path, as a fraction.
    pub position: f32,
    tour: Option<Tour>,
}

impl Pins {
    /// The pins in the order in which they were added.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// The pin with this number.
    pub fn pin(&self, number: usize) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.number == number)
    }

    /// Pins a code, which is nearest to an image, in a run; returns its number, or a sentence where there are too many.
    pub fn add(&mut self, code: Vec<f32>, image: Option<u32>, run: Option<RunId>) -> Result<usize, String> {
        let free = (1..=MOST_PINS).find(|number| self.pin(*number).is_none());
        let Some(number) = free else {
            return Err(format!(
                "There are {MOST_PINS} pins already: remove one with Delete or its × to add another."
            ));
        };
        self.tour = None;
        self.pins.push(Pin { number, code, image, run });
        Ok(number)
    }

    /// Moves a pin by an offset in latent space, which makes it one of this run.
    pub fn shift(&mut self, number: usize, by: &[f32], run: Option<RunId>) {
        if let Some(pin) = self.pins.iter_mut().find(|pin| pin.number == number) {
            pin.code.iter_mut().zip(by).for_each(|(z, by)| *z += by);
            pin.run = run;
        }
    }

    /// Takes these pins, and the path and position of another run's.
    pub(super) fn follow(&mut self, lead: &Self, pins: Vec<Pin>) {
        let Self { ends, is_arc, position, .. } = *lead;
        *self = Self { pins, ends, is_arc, position, tour: None };
    }

    /// Gives the runs that pins were set in new numbers.
    pub(super) fn rename_runs(&mut self, new: impl Fn(RunId) -> Option<RunId>) {
        self.pins.iter_mut().for_each(|pin| pin.run = pin.run.and_then(&new));
    }

    /// Removes a pin.
    pub fn remove(&mut self, number: usize) {
        self.tour = None;
        self.pins.retain(|pin| pin.number != number);
    }

    /// Numbers of the pins whose path is shown: those chosen, else the last two. `None` with fewer than two pins.
    pub fn ends(&self) -> Option<[usize; 2]> {
        let chosen = self.ends.filter(|ends| ends.iter().all(|number| self.pin(*number).is_some()));
        let last = match self.pins.as_slice() {
            [.., a, b] => Some([a.number, b.number]),
            _ => None,
        };
        last.and(chosen.or(last))
    }

    /// Chooses the pins whose path is shown.
    pub fn choose_ends(&mut self, ends: [usize; 2]) {
        // A path from a pin to itself shows nothing: the two are exchanged instead.
        self.ends = match (self.ends(), ends) {
            (Some([from, to]), [a, b]) if a == b => Some([to, from]),
            _ => Some(ends),
        };
    }

    /// The code at a fraction of the shown path.
    pub fn at(&self, fraction: f32) -> Option<Vec<f32>> {
        let [from, to] = self.ends()?;
        let (from, to) = (self.pin(from)?, self.pin(to)?);
        Some(self.between(&from.code, &to.code, fraction))
    }

    /// `count` codes at equal steps along the shown path, one after the other, both ends included.
    pub fn path(&self, count: usize) -> Option<Vec<f32>> {
        let last = count.saturating_sub(1).max(1) as f32;
        let codes: Option<Vec<Vec<f32>>> = (0..count).map(|k| self.at(k as f32 / last)).collect();
        Some(codes?.concat())
    }

    fn between(&self, from: &[f32], to: &[f32], fraction: f32) -> Vec<f32> {
        if self.is_arc { arc(from, to, fraction) } else { straight(from, to, fraction) }
    }

    /// Whether a tour is running.
    pub fn is_touring(&self) -> bool {
        self.tour.is_some()
    }

    /// Starts a tour at the first pin; does nothing with fewer than two.
    pub fn start_tour(&mut self) {
        self.tour = (self.pins.len() > 1).then_some(Tour { leg: 0, fraction: 0.0, rest_secs: REST_SECS });
    }

    /// Stops the tour.
    pub fn stop_tour(&mut self) {
        self.tour = None;
    }

    /// Advances the tour; returns the code it has reached. It ends at the last pin.
    pub fn advance_tour(&mut self, seconds: f32) -> Option<Vec<f32>> {
        let mut tour = self.tour?;
        let rested = seconds.min(tour.rest_secs);
        tour.rest_secs -= rested;
        let (from, to) = (self.pins.get(tour.leg)?, self.pins.get(tour.leg + 1)?);
        let lengths = self.pins.windows(2).map(|leg| distance(&leg[0].code, &leg[1].code));
        let whole: f32 = lengths.sum();
        let speed = whole / (LEG_SECS * (self.pins.len() - 1) as f32);
        let length = distance(&from.code, &to.code);
        // Between two pins at one place there is no distance to cover.
        let step = if length > 1e-6 * whole { speed * (seconds - rested) / length } else { 1.0 };
        tour.fraction = (tour.fraction + step).min(1.0);
        let code = self.between(&from.code, &to.code, tour.fraction);
        // The shown path is the leg that the tour is on.
        (self.ends, self.position) = (Some([from.number, to.number]), tour.fraction);
        let has_arrived = tour.fraction >= 1.0;
        if has_arrived {
            tour = Tour { leg: tour.leg + 1, fraction: 0.0, rest_secs: REST_SECS };
        }
        self.tour = (tour.leg + 1 < self.pins.len()).then_some(tour);
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(codes: &[[f32; 2]]) -> Pins {
        let mut pins = Pins::default();
        for code in codes {
            pins.add(code.to_vec(), None, None).expect("room");
        }
        pins
    }

    fn assert_near(got: &[f32], want: &[f32]) {
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {got}, want {want}, tolerance 1e-5");
        }
    }

    #[test]
    fn pins_keep_their_numbers_and_the_thirteenth_is_refused() {
        let mut pins = Pins::default();
        for number in 1..=MOST_PINS {
            assert_eq!(pins.add(vec![0.0], None, None), Ok(number));
        }
        let sentence = pins.add(vec![0.0], None, None).expect_err("no room");
        assert!(sentence.starts_with("There are 12 pins already"), "{sentence}");
        pins.remove(5);
        assert_eq!(pins.add(vec![7.0], None, None), Ok(5));
        assert_eq!(pins.ends(), Some([12, 5]), "the last two that were added");
    }

    #[test]
    fn the_path_goes_between_the_chosen_pins() {
        let mut pins = pins(&[[0.0, 0.0], [4.0, 0.0], [4.0, 2.0]]);
        assert_eq!((pins.ends(), pins.at(0.5)), (Some([2, 3]), Some(vec![4.0, 1.0])));
        pins.choose_ends([1, 2]);
        assert_eq!(pins.path(3), Some(vec![0.0, 0.0, 2.0, 0.0, 4.0, 0.0]));
        pins.choose_ends([2, 2]);
        assert_eq!(pins.ends(), Some([2, 1]), "they were exchanged");
        pins.remove(1);
        assert_eq!(pins.ends(), Some([2, 3]));
        pins.remove(2);
        assert_eq!((pins.ends(), pins.at(0.5), pins.path(3)), (None, None, None));
    }

    #[test]
    fn a_tour_visits_all_pins_at_one_speed_and_rests_at_each() {
        let mut pins = pins(&[[0.0, 0.0], [6.0, 0.0], [6.0, 2.0]]);
        assert_eq!(pins.advance_tour(1.0), None);
        pins.start_tour();
        let mut places: Vec<Vec<f32>> = Vec::new();
        while let Some(code) = pins.advance_tour(0.05) {
            places.push(code);
            assert!(places.len() < 1000, "it never ends");
        }
        assert_near(&places[0], &[0.0, 0.0]);
        assert_near(places.last().expect("it went"), &[6.0, 2.0]);
        let steps: Vec<f32> = places.windows(2).map(|two| distance(&two[0], &two[1])).collect();
        let speed = 8.0 / (2.0 * LEG_SECS) * 0.05;
        let longest = steps.iter().fold(0.0_f32, |most, step| most.max(*step));
        assert!((longest - speed).abs() < 1e-4, "a step of {longest}, want {speed}");
        let rests = steps.iter().filter(|step| **step == 0.0).count();
        let want = (2.0 * REST_SECS / 0.05) as usize;
        assert!(
            rests.abs_diff(want) <= 4,
            "{rests} frames of rest, want {want} within 2 for each of the two"
        );
        assert!(places.contains(&vec![6.0, 0.0]), "it stopped at the pin in the middle");
        pins.start_tour();
        pins.stop_tour();
        assert!(!pins.is_touring());
    }

    #[test]
    fn a_pin_is_shifted_by_an_offset() {
        let mut pins = pins(&[[1.0, 1.0]]);
        pins.shift(1, &[0.5, -2.0], None);
        assert_eq!(pins.pins()[0].code, [1.5, -1.0]);
    }
}
