//! Measures what decoding a lattice of 20 × 20 tiles three times a second costs the training of `vae-2d`:
//! `cargo bench --bench lattice`.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use hourglass::engine::{
    Ask, BenchInfo, Command, EngineOptions, Event, Handle, LatentPlane, LatticeAsk, Request, Turn, Worker,
};
use hourglass::gpu::DeviceChoice;
use hourglass::recipe::Recipe;

/// How long each of the two is measured, how often, and how long after one lattice the next is asked for.
const SECONDS: f64 = 6.0;
const ROUNDS: usize = 5;
const INTERVAL_SECS: f64 = 0.34;

fn main() -> Result<()> {
    for round in 1..=ROUNDS {
        let (alone, _) = steps_and_lattices(None)?;
        let (beside, lattices) = steps_and_lattices(Some(INTERVAL_SECS))?;
        let loss = 100.0 * (1.0 - beside as f64 / alone as f64);
        println!(
            "round {round}: {alone} steps alone, {beside} beside {lattices} lattices: {loss:.1} % fewer"
        );
        ensure!(lattices > 0, "no lattice was decoded");
    }
    Ok(())
}

/// How many steps are trained and how many lattices arrive while one is asked for at most so often.
fn steps_and_lattices(interval: Option<f64>) -> Result<(usize, u64)> {
    let options = EngineOptions { device: DeviceChoice::Cpu, graphics: None };
    let (mut worker, handle) = Worker::new(options, Box::new(|| ()));
    let bench = open(&mut worker, &handle, Recipe::open("vae-2d")?)?;
    let run = &bench.runs[0];
    for _ in 0..20 {
        worker.turn();
    }
    let steps = || run.history.lock().train().count();
    let (start, before) = (Instant::now(), steps());
    let (mut asked, mut arrived) = (0, 0);
    while start.elapsed().as_secs_f64() < SECONDS {
        if interval.is_some_and(|interval| start.elapsed().as_secs_f64() >= interval * asked as f64) {
            asked += 1;
            let plane = LatentPlane::of_axes([0, 1], 2, &[]);
            let lattice = LatticeAsk { plane, x: [-2.0, 2.0], y: [-1.5, 1.5], columns: 20, rows: 20 };
            handle.ask(run.id, Request { number: asked, ask: Ask::Lattice(lattice) });
        }
        worker.turn();
        arrived += u64::from(run.views.lattice.take().is_some());
        while handle.poll().is_some() {}
    }
    Ok((steps() - before, arrived))
}

/// Opens a recipe and turns the worker until it plays.
fn open(worker: &mut Worker, handle: &Handle, recipe: Recipe) -> Result<BenchInfo> {
    handle.send(Command::Open { recipes: vec![recipe], playing: true })?;
    let start = Instant::now();
    loop {
        if worker.turn() == Turn::Idle {
            worker.wait(Duration::from_millis(2));
        }
        match handle.poll() {
            Some(Event::Opened(bench)) => return Ok(bench),
            Some(Event::Refused(sentence)) => bail!(sentence),
            _ => ensure!(start.elapsed() < Duration::from_secs(60), "the recipe did not open in a minute"),
        }
    }
}
