//! How much of a long job is done in a turn, and how long it rests beside training. It is measured as it goes, since a
//! batch takes a recurrent network twenty times as long as a dense one.

use std::time::{Duration, Instant};

use crate::train::evaluate::CHUNK;

/// What a job may take of a turn, about: a drag waits for no longer.
const TURN: Duration = Duration::from_millis(5);
/// Images in the first slice, before anything was measured.
const FIRST: usize = 16;

/// The throttle of one job.
#[derive(Debug)]
pub(super) struct Throttle {
    many: usize,
    is_fixed: bool,
    rests_until: Option<Instant>,
}

impl Throttle {
    /// A throttle to begin with. A GPU prepares its kernels for every shape, so there all slices are full.
    pub(super) fn new(wants_full_chunks: bool) -> Self {
        let many = if wants_full_chunks { CHUNK } else { FIRST };
        Self { many, is_fixed: wants_full_chunks, rests_until: None }
    }

    /// Does slices of so many images until the turn is used up or nothing is left; `slice` says which. Beside training
    /// the job then rests until it took no more than one part in so many of the time.
    pub(super) fn turn<E>(
        &mut self,
        one_part_in: Option<u32>,
        slice: impl FnMut(usize) -> Result<bool, E>,
    ) -> Result<bool, E> {
        self.turn_by(Instant::now, one_part_in, slice)
    }

    /// The same by another clock.
    fn turn_by<E>(
        &mut self,
        mut now: impl FnMut() -> Instant,
        one_part_in: Option<u32>,
        mut slice: impl FnMut(usize) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let begun = now();
        let mut slice_begun = begun;
        loop {
            let is_done = slice(self.many)?;
            let slice_ended = now();
            let (took, so_far) = (slice_ended - slice_begun, slice_ended - begun);
            slice_begun = slice_ended;
            self.note(took);
            // The next slice would take as long again.
            if is_done || so_far + took > TURN {
                self.rests_until = one_part_in.map(|parts| begun + so_far * parts);
                return Ok(is_done);
            }
        }
    }

    /// Whether training goes first.
    pub(super) fn is_resting(&self) -> bool {
        self.rests_until.is_some_and(|until| Instant::now() < until)
    }

    fn note(&mut self, took: Duration) {
        if self.is_fixed {
            return;
        }
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
    fn quick_slices_grow_and_slow_ones_shrink_but_not_on_a_gpu() {
        let mut throttle = Throttle::new(false);
        (0..9).for_each(|_| throttle.note(Duration::ZERO));
        assert_eq!(throttle.many, CHUNK);
        throttle.note(3 * TURN);
        assert_eq!(throttle.many, CHUNK / 2);
        (0..20).for_each(|_| throttle.note(3 * TURN));
        assert_eq!(throttle.many, 1);
        let mut full = Throttle::new(true);
        full.note(3 * TURN);
        assert_eq!(full.many, CHUNK);
    }

    #[test]
    fn a_turn_ends_when_its_time_is_up_and_the_job_rests_only_beside_training() {
        // Slices that take so long each, by a clock that only they move.
        let turn = |throttle: &mut Throttle, each: Duration, one_part_in: Option<u32>, last: usize| {
            let (begun, mut asked, mut done) = (Instant::now(), 0, 0);
            let clock = || {
                asked += 1;
                begun + each * (asked - 1)
            };
            let slice = |_: usize| {
                done += 1;
                Ok::<bool, ()>(done == last)
            };
            let is_done = throttle.turn_by(clock, one_part_in, slice);
            (is_done, done)
        };
        let mut throttle = Throttle::new(false);
        assert_eq!(turn(&mut throttle, TURN, None, 9), (Ok(false), 1), "a second slice would be too much");
        assert!(!throttle.is_resting());
        // An hour's share of a few milliseconds: it cannot be over yet.
        assert_eq!(turn(&mut throttle, TURN, Some(1_000_000), 9), (Ok(false), 1));
        assert!(throttle.is_resting());
        assert_eq!(
            turn(&mut Throttle::new(true), TURN / 5, None, 9),
            (Ok(false), 5),
            "short slices share a turn"
        );
        assert_eq!(
            turn(&mut Throttle::new(true), TURN / 5, None, 3),
            (Ok(true), 3),
            "the last slice ends it"
        );
    }
}
