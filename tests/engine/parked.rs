//! Runs that were set aside come back as they were: replaced, kept on purpose, or taken away from others.

use std::sync::Arc;

use hourglass::engine::{BenchInfo, Command, Event, Handle, RunId, RunInfo, SetAside, Worker};
use hourglass::recipe::Recipe;

use crate::workers::{open, small, turn_until, turn_until_there, worker};

/// Trains until every run has made so many steps and rests.
fn train_to(worker: &mut Worker, handle: &Handle, runs: &[RunInfo], steps: u64) {
    while runs.iter().any(|run| steps_of(run) < steps) {
        let before: Vec<u64> = runs.iter().map(steps_of).collect();
        handle.send(Command::StepBatch).expect("room for a command");
        turn_until_there(worker, || {
            while handle.poll().is_some() {}
            let is_done = |(run, before): (&RunInfo, &u64)| steps_of(run) > *before || *before >= steps;
            runs.iter().zip(&before).all(is_done).then_some(())
        });
    }
}

fn steps_of(run: &RunInfo) -> u64 {
    run.history.lock().recent().next_back().map_or(0, |point| point.step)
}

fn objectives(run: &RunInfo) -> Vec<f64> {
    run.history.lock().recent().map(|point| point.metrics.objective).collect()
}

/// What is set aside, and then the bench that is opened, if one is.
fn until_opened(worker: &mut Worker, handle: &Handle) -> (Vec<SetAside>, BenchInfo) {
    let mut aside = Vec::new();
    let bench = turn_until(worker, handle, |event| match event {
        Event::SetAside(one) => {
            aside.push(*one);
            None
        }
        Event::Opened(bench) => Some(bench),
        Event::Refused(sentence) => panic!("refused: {sentence}"),
        _ => None,
    });
    (aside, bench)
}

/// The objectives of so many steps without a break.
fn straight(recipe: &Recipe, steps: u64) -> Vec<f64> {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
    train_to(&mut worker, &handle, &bench.runs, steps);
    objectives(&bench.runs[0])
}

#[test]
fn a_run_that_another_replaced_comes_back_and_trains_on_as_if_nothing_had_happened() {
    let recipe = small("vae-2d");
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
    train_to(&mut worker, &handle, &bench.runs, 8);
    handle.send(Command::Reset).expect("room");
    let (aside, reset) = until_opened(&mut worker, &handle);
    assert_eq!(aside.len(), 1);
    assert_eq!((aside[0].info.id, aside[0].copy_of), (bench.runs[0].id, None));
    assert_eq!(aside[0].outputs.len(), bench.examples.len() * 784);
    train_to(&mut worker, &handle, &reset.runs, 3);
    handle.send(Command::BringBack(bench.runs[0].id)).expect("room");
    let (aside, back) = until_opened(&mut worker, &handle);
    assert_eq!((aside[0].info.id, back.runs[0].id), (reset.runs[0].id, bench.runs[0].id));
    assert!(Arc::ptr_eq(&back.dataset, &bench.dataset));
    train_to(&mut worker, &handle, &back.runs, 20);
    assert_eq!(objectives(&back.runs[0]), straight(&recipe, 20));
}

#[test]
fn a_copy_that_was_kept_does_not_change_while_the_run_goes_on() {
    let recipe = small("ae-2d");
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
    let refused = |event| if let Event::Refused(sentence) = event { Some(sentence) } else { None };
    handle.send(Command::Keep(bench.runs[0].id)).expect("room");
    assert!(turn_until(&mut worker, &handle, refused).contains("nothing to keep yet"));
    train_to(&mut worker, &handle, &bench.runs, 6);
    handle.send(Command::Keep(bench.runs[0].id)).expect("room");
    let kept = turn_until(&mut worker, &handle, |event| match event {
        Event::SetAside(kept) => Some(*kept),
        _ => None,
    });
    assert_eq!(kept.copy_of, Some(bench.runs[0].id));
    train_to(&mut worker, &handle, &bench.runs, 12);
    handle.send(Command::BringBack(kept.info.id)).expect("room");
    let (_, back) = until_opened(&mut worker, &handle);
    assert_eq!((back.runs[0].id, steps_of(&back.runs[0])), (kept.info.id, 6));
    train_to(&mut worker, &handle, &back.runs, 12);
    assert_eq!(objectives(&back.runs[0]), straight(&recipe, 12));
    // What is forgotten cannot come back.
    handle.send(Command::ForgetOthers(Vec::new())).expect("room");
    handle.send(Command::BringBack(bench.runs[0].id)).expect("room");
    assert!(turn_until(&mut worker, &handle, refused).contains("no longer kept"));
}

#[test]
fn a_run_that_was_ended_returns_to_the_others_and_they_wait_for_it() {
    let recipes = vec![small("ae-2d"), small("vae-2d")];
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, recipes, false);
    let [ae, vae] = [0, 1].map(|run| bench.runs[run].clone());
    train_to(&mut worker, &handle, &bench.runs, 5);
    handle.send(Command::End(vae.id)).expect("room");
    let ended = turn_until(&mut worker, &handle, |event| match event {
        Event::Ended(run) => Some(run),
        _ => None,
    });
    assert_eq!(ended, vae.id);
    train_to(&mut worker, &handle, std::slice::from_ref(&ae), 9);
    handle.send(Command::BringBack(vae.id)).expect("room");
    let (aside, back) = until_opened(&mut worker, &handle);
    let ids: Vec<RunId> = back.runs.iter().map(|run| run.id).collect();
    assert_eq!((aside.len(), ids), (0, vec![ae.id, vae.id]));
    handle.send(Command::Play).expect("room");
    turn_until_there(&mut worker, || {
        while handle.poll().is_some() {}
        let (ahead, behind) = (steps_of(&ae), steps_of(&back.runs[1]));
        assert!(ahead == 9 || behind.abs_diff(ahead) <= 2, "{ahead} and {behind}: nobody gets ahead");
        (behind > 14).then_some(())
    });
    assert_eq!(objectives(&back.runs[1])[..14], straight(&small("vae-2d"), 14)[..]);
}
