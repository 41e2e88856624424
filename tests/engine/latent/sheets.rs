//! Sheets take turns: one of them in a turn, none is starved, and the plane is the last of a round.

use std::time::{Duration, Instant};

use hourglass::engine::{Handle, RunInfo, RunWants, Sheet, Turn, WantedSheet, Wants};

use super::lattice;
use crate::workers::{open, small, worker};

/// Wants every sheet of so many tiles, and the plane; all of them are others with another offset.
fn want_all(handle: &Handle, run: &RunInfo, offset: f32, tiles: usize) {
    let mut plane = lattice(2, tiles, 1);
    plane.x[0] += offset;
    let sheet =
        |sheet| WantedSheet { sheet, columns: tiles, rows: 1, points: vec![offset; 2 * tiles].into() };
    let sheets = Sheet::ALL.map(|kind| (kind, sheet(kind))).into();
    handle.want(Wants::of(run.id, RunWants { lattice: Some(plane), sheets, ..RunWants::default() }));
}

/// The versions of the sheets in their order, then that of the plane.
fn versions(run: &RunInfo) -> Vec<u64> {
    let views = run.views.latest();
    let sheets = Sheet::ALL.iter().map(|sheet| views.sheets.get(sheet).map_or(0, |view| view.version));
    sheets.chain([views.lattice.map_or(0, |view| view.version)]).collect()
}

/// Which of them were published in a turn.
fn published(run: &RunInfo, turn: impl FnOnce()) -> Vec<usize> {
    let before = versions(run);
    turn();
    let changed = versions(run).into_iter().zip(before).map(|(after, before)| after != before);
    changed.enumerate().filter(|(_, is_new)| *is_new).map(|(k, _)| k).collect()
}

#[test]
fn a_turn_has_one_sheet_and_the_plane_comes_last() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    while worker.turn() == Turn::Busy {}
    want_all(&handle, &bench.runs[0], 0.5, 1);
    let rounds: Vec<Vec<usize>> = (0..=Sheet::ALL.len() + 1)
        .map(|_| {
            published(&bench.runs[0], || {
                worker.turn();
            })
        })
        .collect();
    let all = (0..=Sheet::ALL.len()).map(|k| vec![k]);
    assert_eq!(rounds, all.chain([Vec::new()]).collect::<Vec<_>>());
}

#[test]
fn no_sheet_is_starved_by_the_others() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let (mut times, mut offset) = ([0; Sheet::ALL.len() + 1], 0.0);
    let start = Instant::now();
    // Every turn wants others, faster than they can be decoded.
    while times.iter().any(|times| *times < 3) {
        offset += 1e-3;
        want_all(&handle, &bench.runs[0], offset, 300);
        let published = published(&bench.runs[0], || {
            worker.turn();
        });
        published.into_iter().for_each(|k| times[k] += 1);
        assert!(start.elapsed() < Duration::from_secs(60), "the sheets have come {times:?} times");
    }
    let (least, most) = (times.iter().min(), times.iter().max());
    assert!(most.zip(least).is_some_and(|(most, least)| most - least < 3), "unequal shares: {times:?}");
}
