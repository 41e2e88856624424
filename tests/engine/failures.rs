//! A run that fails says so in a sentence that names the cause, and keeps weights that are numbers.

use super::{open, small, turn_until, worker};
use hourglass::engine::{Bench, Command, Event, Handle, Phase, Snapshot, Worker};
use std::sync::Arc;

/// How a run ends: with an error's sentence or a limit's.
fn end(worker: &mut Worker, handle: &Handle) -> Result<String, String> {
    turn_until(worker, handle, |event| match event {
        Event::Phase(_, Phase::Failed(sentence)) => Some(Err(sentence)),
        Event::Phase(_, Phase::Finished(sentence)) => Some(Ok(sentence)),
        _ => None,
    })
}

fn snapshot(worker: &mut Worker, handle: &Handle, bench: &Bench) -> Arc<Snapshot> {
    handle.send(Command::Snapshot { run: bench.runs[0].id, lattice: None, point: None }).expect("room");
    turn_until(worker, handle, |event| match event {
        Event::Snapshot(_, snapshot) => Some(snapshot),
        _ => None,
    })
}

#[test]
fn what_the_last_update_breaks_is_found_by_the_last_evaluation() {
    let (mut worker, handle) = worker();
    let mut recipe = small("vae-2d");
    for setting in ["training.learning_rate=1e9", "training.steps=1"] {
        recipe.set_from_text(setting).expect("valid");
    }
    let bench = open(&mut worker, &handle, vec![recipe], true);
    let sentence = end(&mut worker, &handle).expect_err("the weights are no numbers any more");
    assert!(sentence.contains("step 1: the learning rate 1e9"), "{sentence}");
    let snapshot = snapshot(&mut worker, &handle, &bench);
    assert_eq!(snapshot.step, 0, "the last weights known to be good");
    assert!(snapshot.outputs.iter().all(|x| x.is_finite()), "the weights that were kept are no numbers");
}
