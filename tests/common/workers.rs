//! What tests of the engine share: a small recipe, and a worker driven turn by turn.

use std::time::{Duration, Instant};

use hourglass::engine::{BenchInfo, Command, EngineOptions, Event, Handle, Turn, Worker};
use hourglass::gpu::DeviceChoice;
use hourglass::recipe::Recipe;

/// A small recipe on the CPU, quick to draw and to train.
pub fn small(name: &str) -> Recipe {
    let mut recipe = Recipe::open(name).expect("a built-in recipe");
    for setting in ["data.count=600", "model.widths=64-32", "training.batch=32"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

/// A worker on the CPU, and the way to it.
pub fn worker() -> (Worker, Handle) {
    let options = EngineOptions { device: DeviceChoice::Cpu, graphics: None };
    Worker::new(options, Box::new(|| ()))
}

/// Turns the worker until an event is what is looked for.
pub fn turn_until<T>(worker: &mut Worker, handle: &Handle, mut found: impl FnMut(Event) -> Option<T>) -> T {
    turn_until_there(worker, || std::iter::from_fn(|| handle.poll()).find_map(&mut found))
}

/// Turns the worker until something is there.
pub fn turn_until_there<T>(worker: &mut Worker, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if worker.turn() == Turn::Idle {
            worker.wait(Duration::from_millis(2));
        }
        if let Some(answer) = look() {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(300), "it never happened");
    }
}

/// Opens recipes and turns the worker until they are open.
pub fn open(worker: &mut Worker, handle: &Handle, recipes: Vec<Recipe>, playing: bool) -> BenchInfo {
    handle.send(Command::Open { recipes, playing }).expect("room for a command");
    turn_until(worker, handle, |event| match event {
        Event::Opened(bench) => Some(bench),
        Event::Refused(sentence) => panic!("refused: {sentence}"),
        _ => None,
    })
}
