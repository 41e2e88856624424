//! Measures what keeping a lattice of 20 × 20 tiles fresh, three times a second, costs the training of `vae-2d`:
//! `cargo bench --bench lattice`.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use hourglass::engine::{
    BenchInfo, Command, EngineOptions, Event, Handle, LatentPlane, RunWants, Turn, WantedLattice, Wants,
    Worker,
};
use hourglass::gpu::DeviceChoice;
use hourglass::recipe::Recipe;

/// How long each of the two is measured, and how often.
const SECONDS: f64 = 6.0;
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    for round in 1..=ROUNDS {
        let (alone, _) = steps_and_lattices(false)?;
        let (beside, lattices) = steps_and_lattices(true)?;
        let loss = 100.0 * (1.0 - beside as f64 / alone as f64);
        println!(
            "round {round}: {alone} steps alone, {beside} beside {lattices} lattices: {loss:.1} % fewer"
        );
        ensure!(lattices > 0, "no lattice was decoded");
    }
    Ok(())
}

/// How many steps are trained and how many lattices arrive, if they are wanted.
fn steps_and_lattices(is_wanted: bool) -> Result<(usize, u64)> {
    let options = EngineOptions { device: DeviceChoice::Cpu, graphics: None };
    let (mut worker, handle) = Worker::new(options, Box::new(|| ()));
    let bench = open(&mut worker, &handle, Recipe::open("vae-2d")?)?;
    let run = &bench.runs[0];
    for _ in 0..20 {
        worker.turn();
    }
    let steps = || run.history.lock().train().count();
    let (start, before) = (Instant::now(), steps());
    let plane = LatentPlane::of_axes([0, 1], 2, &[]);
    let lattice = WantedLattice { plane, x: [-2.0, 2.0], y: [-1.5, 1.5], columns: 20, rows: 20 };
    let lattice = is_wanted.then_some(lattice);
    handle.want(Wants::of(run.id, RunWants { lattice, ..RunWants::default() }));
    let version = || run.views.latest().lattice.map(|view| view.version);
    let mut arrived = 0;
    while start.elapsed().as_secs_f64() < SECONDS {
        let before = version();
        worker.turn();
        arrived += u64::from(version() != before);
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
