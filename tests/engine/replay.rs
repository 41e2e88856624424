//! A run with live changes is repeated by its replay: the recipe that the window saves and that `train` writes.

use hourglass::engine::{BenchInfo, Command, Event, Handle, Worker};
use hourglass::recipe::{Change, Recipe};

use crate::workers::{open, small, turn_until, turn_until_there, worker};

/// A run that is trained step by step.
struct Stepwise {
    worker: Worker,
    handle: Handle,
    bench: BenchInfo,
    applied: Vec<Change>,
}

impl Stepwise {
    fn of(recipe: Recipe) -> Self {
        let (mut worker, handle) = worker();
        let bench = open(&mut worker, &handle, vec![recipe], false);
        Self { worker, handle, bench, applied: Vec::new() }
    }

    /// Changes β by hand before the next step.
    fn tune(&mut self, beta: f64) {
        self.handle.tune(self.bench.runs[0].id, "objective.beta", beta);
        let change = turn_until(&mut self.worker, &self.handle, |event| match event {
            Event::Tuned(_, change) => Some(change),
            _ => None,
        });
        self.applied.push(change);
    }

    /// Trains until this many steps are done.
    fn train_to(&mut self, steps: u64) {
        while self.steps() < steps {
            let before = self.steps();
            self.handle.send(Command::StepBatch).expect("room for a command");
            let (handle, history, applied) = (&self.handle, &self.bench.runs[0].history, &mut self.applied);
            turn_until_there(&mut self.worker, || {
                for event in std::iter::from_fn(|| handle.poll()) {
                    if let Event::Tuned(_, change) = event {
                        applied.push(change);
                    }
                }
                let last = history.lock().recent().next_back().map_or(0, |point| point.step);
                (last > before).then_some(())
            });
        }
    }

    fn steps(&self) -> u64 {
        self.bench.runs[0].history.lock().recent().next_back().map_or(0, |point| point.step)
    }

    fn objectives(&self) -> Vec<f64> {
        self.bench.runs[0].history.lock().recent().map(|point| point.metrics.objective).collect()
    }
}

#[test]
fn a_replay_repeats_changes_by_hand_and_by_schedule() {
    let change = |step: u64, value: f64| Change { step, key: "objective.beta".to_owned(), value };
    let mut recipe = small("vae-2d");
    recipe.schedule = vec![change(2, 4.0), change(5, 3.0), change(8, 0.5)];
    let mut run = Stepwise::of(recipe.clone());
    run.train_to(5);
    // Five steps are done and the second change is due, but not applied yet: the change by hand comes before it.
    run.tune(3.0);
    run.tune(9.0);
    let replay = recipe.replay(&run.applied, 5);
    assert_eq!(replay.schedule.len(), 5, "two by schedule, two by hand, one to come: {:?}", replay.schedule);
    assert_eq!(Recipe::from_toml(&replay.to_toml()).as_ref(), Ok(&replay));
    run.train_to(11);
    let mut repeated = Stepwise::of(replay);
    repeated.train_to(11);
    assert_eq!(repeated.objectives(), run.objectives());
    assert_ne!(run.objectives(), {
        let mut unchanged = Stepwise::of(small("vae-2d"));
        unchanged.train_to(11);
        unchanged.objectives()
    });
}
