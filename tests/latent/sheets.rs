//! Sheets take turns: one of them in a turn, none is starved, and the plane is the last of a round.

use hourglass::engine::{Ask, Request, RunInfo, Sheet, SheetAsk, Turn};

use super::lattice;
use super::workers::{open, small, worker};

/// Asks for every sheet of so many tiles, and for the plane.
fn ask_for_all(handle: &hourglass::engine::Handle, run: &RunInfo, number: u64, tiles: usize) {
    let plane = lattice(2, tiles, 1);
    handle.ask(run.id, Request { number, ask: Ask::Lattice(plane) });
    for sheet in Sheet::ALL {
        let ask = SheetAsk { sheet, columns: tiles, rows: 1, points: vec![0.5; 2 * tiles].into() };
        handle.ask(run.id, Request { number, ask: Ask::Sheet(ask) });
    }
}

/// What has come: the sheets in their order, then the plane.
fn come(run: &RunInfo) -> Vec<usize> {
    let sheets = Sheet::ALL.iter().map(|sheet| run.views.sheet(*sheet).take().is_some());
    let all = sheets.chain([run.views.lattice.take().is_some()]);
    all.enumerate().filter(|(_, came)| *came).map(|(k, _)| k).collect()
}

#[test]
fn a_turn_has_one_sheet_and_the_plane_comes_last() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    while worker.turn() == Turn::Busy {}
    ask_for_all(&handle, &bench.runs[0], 1, 1);
    let rounds: Vec<Vec<usize>> = (0..6)
        .map(|_| {
            worker.turn();
            come(&bench.runs[0])
        })
        .collect();
    assert_eq!(rounds, [vec![0], vec![1], vec![2], vec![3], vec![4], vec![]]);
}

#[test]
fn no_sheet_is_starved_by_the_others() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let mut seen = [0; 5];
    let mut turns = 0;
    // Every turn asks for everything again, faster than it can be decoded.
    while seen.iter().any(|times| *times < 3) {
        ask_for_all(&handle, &bench.runs[0], turns, 300);
        worker.turn();
        come(&bench.runs[0]).into_iter().for_each(|k| seen[k] += 1);
        turns += 1;
        assert!(turns < 20_000, "after {turns} turns the sheets have come {seen:?} times");
    }
    let (least, most) = (seen.iter().min(), seen.iter().max());
    assert!(most.zip(least).is_some_and(|(most, least)| most - least < 3), "unequal shares: {seen:?}");
}
