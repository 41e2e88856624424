//! A run that fails says so in a sentence that names the cause, and keeps weights that are numbers.

use super::{digits, open, small, steps, turn_until, turns, worker};
use hourglass::data::Dataset;
use hourglass::engine::{
    BenchInfo, Command, Engine, EngineOptions, Event, Handle, Phase, RunWants, Snapshot, Turn, WantedCloud,
    Wants, Worker,
};
use hourglass::gpu::DeviceChoice;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Images of which some are promised and not there: whoever reads them panics.
fn broken(train: u32, validation: u32) -> Arc<Dataset> {
    let mut dataset = digits(300);
    dataset.split.train.iter_mut().for_each(|image| *image += train);
    dataset.split.validation.iter_mut().for_each(|image| *image += validation);
    Arc::new(dataset)
}

/// How a run ends: with an error's sentence or a limit's.
fn end(worker: &mut Worker, handle: &Handle) -> Result<String, String> {
    turn_until(worker, handle, |event| match event {
        Event::Phase(_, Phase::Failed(sentence)) => Some(Err(sentence)),
        Event::Phase(_, Phase::Finished(sentence)) => Some(Ok(sentence)),
        _ => None,
    })
}

fn snapshot(worker: &mut Worker, handle: &Handle, bench: &BenchInfo) -> Arc<Snapshot> {
    handle
        .send(Command::Snapshot { run: bench.runs[0].id, lattice: None, point: None, sheet: None })
        .expect("room");
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

#[test]
fn a_view_that_breaks_off_fails_the_run_once_and_no_more() {
    let (mut worker, handle) = worker();
    // The images trained on are promised and not there: a cloud of them panics every time.
    let command =
        Command::OpenWith { recipes: vec![small("vae-2d")], dataset: broken(10_000, 0), playing: false };
    handle.send(command).expect("room");
    let run = turn_until(&mut worker, &handle, |event| match event {
        Event::Opened(bench) => Some(bench.runs[0].id),
        _ => None,
    });
    while worker.turn() == Turn::Busy {}
    let cloud = Some(WantedCloud { count: 300, ..WantedCloud::default() });
    let mut failures = Vec::new();
    for _ in 0..30 {
        // The window wants it in every frame.
        handle.want(Wants::of(run, RunWants { cloud, ..RunWants::default() }));
        let turn = worker.turn();
        failures.extend(std::iter::from_fn(|| handle.poll()).filter_map(|event| match event {
            Event::Phase(_, Phase::Failed(sentence)) => Some((sentence, turn)),
            _ => None,
        }));
    }
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].0.contains("A picture failed"), "{failures:?}");
    assert_eq!(worker.turn(), Turn::Idle, "there is nothing to do");
}

#[test]
fn a_run_that_goes_back_reports_the_figures_of_the_step_it_goes_back_to() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-simple")], true);
    turn_until(&mut worker, &handle, |_| (super::steps(&bench, 0) > 20).then_some(()));
    handle.tune(bench.runs[0].id, "training.learning_rate", 1e9);
    let mut last = None;
    turn_until(&mut worker, &handle, |event| match event {
        Event::Progress(_, progress) => {
            last = Some(progress);
            None
        }
        Event::Phase(_, Phase::Failed(_)) => Some(()),
        _ => None,
    });
    let last = last.expect("how far it is");
    let history = bench.runs[0].history.lock();
    assert_eq!(last.train, history.recent().next_back().map(|point| point.metrics));
    assert_eq!(last.held_out, history.evaluations().last().map(|evaluation| evaluation.held_out));
    assert_eq!(history.recent().next_back().map_or(0, |point| point.step), last.step);
    assert!(last.held_out.is_some_and(|metrics| metrics.is_finite()));
}

#[test]
fn a_panic_while_training_becomes_a_sentence_and_the_worker_lives() {
    let (mut worker, handle) = worker();
    let command =
        Command::OpenWith { recipes: vec![small("ae-2d")], dataset: broken(10_000, 0), playing: true };
    handle.send(command).expect("room");
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        Event::Phase(_, Phase::Failed(sentence)) => Some(sentence),
        _ => None,
    });
    assert!(sentence.contains("Training failed") && !sentence.contains('\n'), "{sentence}");
    let bench = open(&mut worker, &handle, vec![small("ae-2d")], true);
    turns(&mut worker, &handle, 40);
    assert!(steps(&bench, 0) > 0, "the worker works no more");
}

#[test]
fn a_panic_outside_any_run_is_told_too() {
    let options = EngineOptions { device: DeviceChoice::Cpu, graphics: None };
    let engine = Engine::start(options, || ()).expect("a thread");
    let command =
        Command::OpenWith { recipes: vec![small("ae-2d")], dataset: broken(0, 10_000), playing: true };
    engine.send(command).expect("room");
    let start = Instant::now();
    let sentence = loop {
        match engine.wait(Duration::from_secs(1)) {
            Some(Event::Refused(sentence)) => break sentence,
            _ => assert!(start.elapsed() < Duration::from_secs(60), "nobody told"),
        }
    };
    assert!(sentence.contains("Training failed"), "{sentence}");
    engine.send(Command::Open { recipes: vec![small("ae-2d")], playing: false }).expect("room");
    while !matches!(engine.wait(Duration::from_secs(1)), Some(Event::Opened(_))) {
        assert!(start.elapsed() < Duration::from_secs(60), "the thread died");
    }
}
