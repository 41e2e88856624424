//! Whoever reads the events in their order is never told that a run rests before being told where.

use super::{open, small, turns, worker};
use hourglass::engine::{Command, Event, Phase};

#[test]
fn progress_comes_before_the_phase_that_it_leads_to() {
    let (mut worker, handle) = worker();
    let mut recipe = small("ae-2d");
    recipe.set_from_text("training.steps=3").expect("valid");
    let bench = open(&mut worker, &handle, vec![recipe], false);
    turns(&mut worker, &handle, 20);
    for step in 1..=3 {
        handle.send(Command::StepBatch).expect("room");
        let mut known = step - 1;
        let mut rested = false;
        for event in turns(&mut worker, &handle, 40) {
            match event {
                Event::Progress(_, progress) => known = progress.step,
                Event::Phase(_, Phase::Paused | Phase::Finished(_)) => {
                    assert_eq!(known, step, "it rests, and a reader believes in another step");
                    rested = true;
                }
                _ => {}
            }
        }
        assert!(rested, "step {step} of {:?}", bench.runs[0].id);
    }
}
