//! How much of a long job is done in a turn, and how long it rests beside training. It is measured as it goes, since a
//! batch takes a recurrent network twenty times as long as a dense one.

use std::time::{Duration, Instant};

use crate::train::evaluate::CHUNK;

/// What a job may take of a turn, about: a drag waits for no longer.
const TURN: Duration = Duration::from_millis(5);
/// Images in the first slice, before anything was measured.
const FIRST: usize = 16;

/// What a job may take of a turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    /// Whether all slices are full: a GPU prepares its kernels for every shape.
    pub(super) has_full_slices: bool,
    /// Beside training, at most one part in so many of the time; all of it while no run trains.
    pub(super) one_part_in: Option<u32>,
}

/// Sets how much is done in a turn, and how long a job rests after it.
#[derive(Debug)]
pub(super) struct Throttle {
    many: usize,
    rests_until: Option<Instant>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { many: FIRST, rests_until: None }
    }
}

impl Throttle {
    /// Does slices of so many images until the turn is used up or one gives an output. Beside training the job then
    /// rests until it took no more than its part of the time.
    pub(super) fn turn<T, E>(
        &mut self,
        budget: Budget,
        slice: impl FnMut(usize) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        self.turn_by(Instant::now, budget, slice)
    }

    /// The same by another clock.
    fn turn_by<T, E>(
        &mut self,
        mut now: impl FnMut() -> Instant,
        budget: Budget,
        mut slice: impl FnMut(usize) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        if budget.has_full_slices {
            self.many = CHUNK;
        }
        let begun = now();
        let mut slice_begun = begun;
        loop {
            let output = slice(self.many)?;
            let slice_ended = now();
            let (took, so_far) = (slice_ended - slice_begun, slice_ended - begun);
            slice_begun = slice_ended;
            if !budget.has_full_slices {
                self.note(took);
            }
            // The next slice would take as long again.
            if output.is_some() || so_far + took > TURN {
                self.rests_until = budget.one_part_in.map(|parts| begun + so_far * parts);
                return Ok(output);
            }
        }
    }

    /// Whether training goes first.
    pub(super) fn is_resting(&self) -> bool {
        self.rests_until.is_some_and(|until| Instant::now() < until)
    }

    /// Makes the next slice larger or smaller, by how long the last one took.
    fn note(&mut self, took: Duration) {
        if took > TURN {
            self.many = (self.many / 2).max(1);
        } else if took < TURN / 3 {
            self.many = (self.many * 2).min(CHUNK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_slices_grow_and_slow_ones_shrink() {
        let mut throttle = Throttle::default();
        (0..9).for_each(|_| throttle.note(Duration::ZERO));
        assert_eq!(throttle.many, CHUNK);
        throttle.note(3 * TURN);
        assert_eq!(throttle.many, CHUNK / 2);
        (0..20).for_each(|_| throttle.note(3 * TURN));
        assert_eq!(throttle.many, 1);
    }

    /// A turn of slices that take so long each, by a clock that only they move. Whether the last one was done, how many
    /// were, and how large they were.
    fn turn(throttle: &mut Throttle, each: Duration, budget: Budget, last: usize) -> (bool, usize, usize) {
        let (begun, mut asked, mut done, mut size) = (Instant::now(), 0, 0, 0);
        let clock = || {
            asked += 1;
            begun + each * (asked - 1)
        };
        let slice = |many: usize| {
            size = many;
            done += 1;
            Ok::<_, ()>((done == last).then_some(()))
        };
        let output = throttle.turn_by(clock, budget, slice);
        (output == Ok(Some(())), done, size)
    }

    #[test]
    fn a_gpu_gets_full_slices_however_long_they_take() {
        let mut throttle = Throttle::default();
        let budget = Budget { has_full_slices: true, one_part_in: None };
        for _ in 0..3 {
            assert_eq!(turn(&mut throttle, 3 * TURN, budget, 9), (false, 1, CHUNK));
        }
    }

    #[test]
    fn a_turn_ends_when_its_time_is_up_and_the_job_rests_only_beside_training() {
        let (mut throttle, alone) = (Throttle::default(), Budget::default());
        assert_eq!(
            turn(&mut throttle, TURN, alone, 9),
            (false, 1, FIRST),
            "a second slice would be too much"
        );
        assert!(!throttle.is_resting());
        // An hour's share of a few milliseconds: it cannot be over yet.
        let beside = Budget { one_part_in: Some(1_000_000), ..alone };
        assert_eq!(turn(&mut throttle, TURN, beside, 9), (false, 1, FIRST));
        assert!(throttle.is_resting());
        let full = Budget { has_full_slices: true, ..alone };
        let turn = |last| turn(&mut Throttle::default(), TURN / 5, full, last);
        assert_eq!(turn(9), (false, 5, CHUNK), "short slices share a turn");
        assert_eq!(turn(3), (true, 3, CHUNK), "the last slice ends it");
    }
}
