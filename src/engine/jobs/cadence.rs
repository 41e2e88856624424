//! How often each view is made, in one place: often enough to see the network learn, and seldom enough to leave training
//! its time.

use std::time::Duration;

/// The least time between two views of a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cadence {
    /// The same again, because the network has learned.
    pub(super) learned: Duration,
    /// Something else, because that is wanted now.
    pub(super) changed: Duration,
    /// Whether the time counts from the end of the view before, and not from its beginning.
    pub(super) counts_from_end: bool,
}

/// A moved point is decoded at once; at rest, ten times a second.
pub(super) const POINT: Cadence = at_once(100);
/// Ten pictures a second.
pub(super) const PICTURE: Cadence = at_once(100);
/// Clouds are encoded beside training for a good part of the time, so they rest after each.
pub(super) const CLOUD: Cadence = Cadence { counts_from_end: true, ..at_once(300) };
/// Some cards cost as much as a dozen steps.
pub(super) const CARDS: Cadence = Cadence { counts_from_end: true, ..at_once(800) };
/// Three a second.
pub(super) const SHEET: Cadence = steady(340);
/// As often as lattices.
pub(super) const FORCES: Cadence = steady(340);
/// Fields cost as much as a lattice and change as slowly.
pub(super) const FIELD: Cadence = steady(500);

/// So many tiles are decoded three times a second; more of them less often, but twice a second at least.
const LATTICE_TILES: f64 = 640.0;
const LATTICE_MS: [u64; 2] = [340, 500];

/// The cadence of lattices of so many tiles: large ones should cost little more of the trainer's time.
pub(super) fn lattice(tiles: usize) -> Cadence {
    let [least, most] = LATTICE_MS;
    steady(((least as f64 * tiles as f64 / LATTICE_TILES) as u64).clamp(least, most))
}

/// What is wanted anew is made at once.
const fn at_once(learned_ms: u64) -> Cadence {
    let learned = Duration::from_millis(learned_ms);
    Cadence { learned, changed: Duration::ZERO, counts_from_end: false }
}

/// What is wanted anew waits as long as what was learned: the map can be moved faster than it can be decoded.
const fn steady(ms: u64) -> Cadence {
    let time = Duration::from_millis(ms);
    Cadence { learned: time, changed: time, counts_from_end: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lattices_come_twice_a_second_however_many_tiles_they_have() {
        let [few, more, most] = [64, 800, 1600].map(|tiles| lattice(tiles).learned.as_millis());
        assert_eq!([few, more, most], [340, 425, 500]);
    }
}
