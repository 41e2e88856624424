//! Pins on the map, the ways between them, and sums of codes. Pure.
//!
//! A way is straight, or an arc about the origin, which keeps the distance from it where both ends have the same: the
//! codes of a Gaussian prior lie on a shell, and a straight way cuts through its empty middle.

/// So many pins at most: more could be neither told apart on the map nor seen beside each other.
pub const MOST_PINS: usize = 12;
/// A tour takes this long from pin to pin on the average, and rests this long at each, in seconds.
const LEG_SECS: f32 = 2.5;
const REST_SECS: f32 = 0.8;

/// A code that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// From 1; a pin keeps its number when others go.
    pub number: usize,
    /// The code.
    pub code: Vec<f32>,
}

/// A tour through all pins, under way.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tour {
    /// From which pin to the next, counted from zero.
    leg: usize,
    /// How much of the way is done.
    share: f32,
    /// How much longer it rests before it goes on.
    rest_secs: f32,
}

/// The pins, and what is between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Walk {
    pins: Vec<Pin>,
    /// Numbers of the two pins whose way is shown, where somebody has chosen them.
    ends: Option<[usize; 2]>,
    /// Whether ways are arcs about the origin.
    pub is_arc: bool,
    /// How much of the shown way lies before the point that was chosen on it.
    pub along: f32,
    tour: Option<Tour>,
}

impl Walk {
    /// The pins in the order in which they were dropped.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// The pin of this number.
    pub fn pin(&self, number: usize) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.number == number)
    }

    /// Drops a pin at a code; its number, or a sentence where there is no room for another.
    pub fn drop_pin(&mut self, code: Vec<f32>) -> Result<usize, String> {
        let free = (1..=MOST_PINS).find(|number| self.pin(*number).is_none());
        let Some(number) = free else {
            return Err(format!(
                "There are {MOST_PINS} pins already: remove one with Delete or its × to drop another."
            ));
        };
        self.tour = None;
        self.pins.push(Pin { number, code });
        Ok(number)
    }

    /// Moves a pin by so much.
    pub fn shift(&mut self, number: usize, by: &[f32]) {
        if let Some(pin) = self.pins.iter_mut().find(|pin| pin.number == number) {
            pin.code.iter_mut().zip(by).for_each(|(z, by)| *z += by);
        }
    }

    /// Removes a pin.
    pub fn remove(&mut self, number: usize) {
        self.tour = None;
        self.pins.retain(|pin| pin.number != number);
    }

    /// Numbers of the pins whose way is shown: those chosen, else the last two. `None` with fewer than two pins.
    pub fn ends(&self) -> Option<[usize; 2]> {
        let chosen = self.ends.filter(|ends| ends.iter().all(|number| self.pin(*number).is_some()));
        let last = match self.pins.as_slice() {
            [.., a, b] => Some([a.number, b.number]),
            _ => None,
        };
        last.and(chosen.or(last))
    }

    /// Chooses the pins whose way is shown.
    pub fn choose_ends(&mut self, ends: [usize; 2]) {
        // The way from a pin to itself shows nothing: the two change places.
        self.ends = match (self.ends(), ends) {
            (Some([from, to]), [a, b]) if a == b => Some([to, from]),
            _ => Some(ends),
        };
    }

    /// The code at a share of the shown way.
    pub fn at(&self, share: f32) -> Option<Vec<f32>> {
        let [from, to] = self.ends()?;
        let (from, to) = (self.pin(from)?, self.pin(to)?);
        Some(self.between(&from.code, &to.code, share))
    }

    /// So many codes along the shown way, one after the other, from end to end.
    pub fn film(&self, count: usize) -> Option<Vec<f32>> {
        let last = count.saturating_sub(1).max(1) as f32;
        let codes: Option<Vec<Vec<f32>>> = (0..count).map(|k| self.at(k as f32 / last)).collect();
        Some(codes?.concat())
    }

    fn between(&self, from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
        if self.is_arc { arc(from, to, share) } else { straight(from, to, share) }
    }

    /// Whether a tour is under way.
    pub fn is_touring(&self) -> bool {
        self.tour.is_some()
    }

    /// Begins a tour at the first pin; nothing with fewer than two.
    pub fn start_tour(&mut self) {
        self.tour = (self.pins.len() > 1).then_some(Tour { leg: 0, share: 0.0, rest_secs: REST_SECS });
    }

    /// Ends the tour where it is.
    pub fn stop_tour(&mut self) {
        self.tour = None;
    }

    /// Goes on with the tour for so many seconds; where it is now. After the last pin it is over.
    pub fn tour(&mut self, seconds: f32) -> Option<Vec<f32>> {
        let mut tour = self.tour?;
        let rested = seconds.min(tour.rest_secs);
        tour.rest_secs -= rested;
        let (from, to) = (self.pins.get(tour.leg)?, self.pins.get(tour.leg + 1)?);
        let lengths = self.pins.windows(2).map(|leg| distance(&leg[0].code, &leg[1].code));
        let whole: f32 = lengths.sum();
        let pace = whole / (LEG_SECS * (self.pins.len() - 1) as f32);
        let length = distance(&from.code, &to.code);
        // Two pins at one place are no way at all.
        let step = if length > 1e-6 * whole { pace * (seconds - rested) / length } else { 1.0 };
        tour.share = (tour.share + step).min(1.0);
        let code = self.between(&from.code, &to.code, tour.share);
        // The shown way is the one it is on.
        (self.ends, self.along) = (Some([from.number, to.number]), tour.share);
        let has_arrived = tour.share >= 1.0;
        if has_arrived {
            tour = Tour { leg: tour.leg + 1, share: 0.0, rest_secs: REST_SECS };
        }
        self.tour = (tour.leg + 1 < self.pins.len()).then_some(tour);
        Some(code)
    }
}

/// The code at a share of the straight way between two.
pub fn straight(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    from.iter().zip(to).map(|(a, b)| a + (b - a) * share).collect()
}

/// The code at a share of the arc about the origin between two, at a steady angle (Shoemake's slerp). Straight where
/// there is no one arc: an end lies at the origin, or the ends lie on opposite sides of it.
pub fn arc(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    let length = |code: &[f32]| dot(code, code).sqrt();
    let lengths = length(from) * length(to);
    if lengths <= f64::MIN_POSITIVE {
        return straight(from, to, share);
    }
    let angle = (dot(from, to) / lengths).clamp(-1.0, 1.0).acos();
    let whole = angle.sin();
    if whole < 1e-4 {
        return straight(from, to, share);
    }
    let share = f64::from(share);
    let (a, b) = (((1.0 - share) * angle).sin() / whole, (share * angle).sin() / whole);
    from.iter().zip(to).map(|(from, to)| (a * f64::from(*from) + b * f64::from(*to)) as f32).collect()
}

/// a − b + c, number by number.
pub fn sum(a: &[f32], b: &[f32], c: &[f32]) -> Vec<f32> {
    a.iter().zip(b).zip(c).map(|((a, b), c)| a - b + c).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(codes: &[[f32; 2]]) -> Walk {
        let mut walk = Walk::default();
        for code in codes {
            walk.drop_pin(code.to_vec()).expect("room");
        }
        walk
    }

    fn assert_near(got: &[f32], want: &[f32]) {
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {got}, want {want}, tolerance 1e-5");
        }
    }

    #[test]
    fn an_arc_keeps_its_distance_and_its_pace() {
        let (from, to) = ([2.0, 0.0, 0.0], [0.0, 0.0, 2.0]);
        for k in 0..=8 {
            let share = k as f32 / 8.0;
            let (sin, cos) = (share * std::f32::consts::FRAC_PI_2).sin_cos();
            assert_near(&arc(&from, &to, share), &[2.0 * cos, 0.0, 2.0 * sin]);
            assert_near(&straight(&from, &to, share), &[2.0 - 2.0 * share, 0.0, 2.0 * share]);
        }
        // Ends of other lengths are met, and the middle is the sum of the two over √2.
        let got = arc(&[3.0, 0.0], &[0.0, 1.0], 0.5);
        assert_near(&got, &[3.0 / 2.0_f32.sqrt(), 1.0 / 2.0_f32.sqrt()]);
        assert_near(&arc(&[3.0, 0.0], &[0.0, 1.0], 1.0), &[0.0, 1.0]);
    }

    #[test]
    fn where_there_is_no_one_arc_the_way_is_straight() {
        for (from, to) in [([0.0, 0.0], [2.0, 1.0]), ([1.0, 2.0], [2.0, 4.0]), ([1.0, 0.0], [-1.0, 0.0])] {
            assert_near(&arc(&from, &to, 0.25), &straight(&from, &to, 0.25));
        }
    }

    #[test]
    fn pins_keep_their_numbers_and_the_thirteenth_is_refused() {
        let mut walk = Walk::default();
        for number in 1..=MOST_PINS {
            assert_eq!(walk.drop_pin(vec![0.0]), Ok(number));
        }
        let sentence = walk.drop_pin(vec![0.0]).expect_err("no room");
        assert!(sentence.starts_with("There are 12 pins already"), "{sentence}");
        walk.remove(5);
        assert_eq!(walk.drop_pin(vec![7.0]), Ok(5));
        assert_eq!(walk.ends(), Some([12, 5]), "the last two that were dropped");
    }

    #[test]
    fn the_way_goes_between_the_pins_that_were_chosen() {
        let mut walk = walk(&[[0.0, 0.0], [4.0, 0.0], [4.0, 2.0]]);
        assert_eq!((walk.ends(), walk.at(0.5)), (Some([2, 3]), Some(vec![4.0, 1.0])));
        walk.choose_ends([1, 2]);
        assert_eq!(walk.film(3), Some(vec![0.0, 0.0, 2.0, 0.0, 4.0, 0.0]));
        walk.choose_ends([2, 2]);
        assert_eq!(walk.ends(), Some([2, 1]), "they changed places");
        walk.remove(1);
        assert_eq!(walk.ends(), Some([2, 3]));
        walk.remove(2);
        assert_eq!((walk.ends(), walk.at(0.5), walk.film(3)), (None, None, None));
    }

    #[test]
    fn a_tour_goes_through_all_pins_at_one_pace_and_rests_at_each() {
        let mut walk = walk(&[[0.0, 0.0], [6.0, 0.0], [6.0, 2.0]]);
        assert_eq!(walk.tour(1.0), None);
        walk.start_tour();
        let mut places: Vec<Vec<f32>> = Vec::new();
        while let Some(code) = walk.tour(0.05) {
            places.push(code);
            assert!(places.len() < 1000, "it never ends");
        }
        assert_near(&places[0], &[0.0, 0.0]);
        assert_near(places.last().expect("it went"), &[6.0, 2.0]);
        let steps: Vec<f32> = places.windows(2).map(|two| distance(&two[0], &two[1])).collect();
        let pace = 8.0 / (2.0 * LEG_SECS) * 0.05;
        let longest = steps.iter().fold(0.0_f32, |most, step| most.max(*step));
        assert!((longest - pace).abs() < 1e-4, "a step of {longest}, want {pace}");
        let rests = steps.iter().filter(|step| **step == 0.0).count();
        let want = (2.0 * REST_SECS / 0.05) as usize;
        assert!(
            rests.abs_diff(want) <= 4,
            "{rests} frames of rest, want {want} within 2 for each of the two"
        );
        assert!(places.contains(&vec![6.0, 0.0]), "it met the pin in the middle");
        walk.start_tour();
        walk.stop_tour();
        assert!(!walk.is_touring());
    }

    #[test]
    fn a_sum_of_codes_is_taken_number_by_number() {
        assert_eq!(sum(&[5.0, 1.0], &[2.0, 3.0], &[0.5, 0.5]), [3.5, -1.5]);
    }

    #[test]
    fn a_pin_is_shifted_along_the_map() {
        let mut walk = walk(&[[1.0, 1.0]]);
        walk.shift(1, &[0.5, -2.0]);
        assert_eq!(walk.pins()[0].code, [1.5, -1.0]);
    }
}
