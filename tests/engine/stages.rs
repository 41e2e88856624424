//! A run through stages: evaluated at their ends, told apart in progress, failing and stopping in the middle.

use super::{open, small, turn_until, turns, worker};
use hourglass::engine::{Command, Event, Phase, Progress, Stage};
use hourglass::recipe::Recipe;

/// Two hidden layers and a code: three machines, an epoch each.
fn deep(settings: &[&str]) -> Recipe {
    let mut recipe = small("deep-rbm");
    for setting in ["pretraining.epochs=1", "model.code=8"].iter().chain(settings) {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

#[test]
fn a_pretrained_run_goes_through_its_layers_and_then_trains_as_many_epochs_as_asked() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![deep(&["training.epochs=2"])], true);
    let mut seen: Vec<(Stage, u64)> = Vec::new();
    let mut last = Progress::default();
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        Event::Phase(_, Phase::Finished(sentence)) => Some(sentence),
        Event::Progress(_, progress) => {
            last = *progress;
            if seen.last().is_none_or(|(stage, _)| *stage != progress.stage) {
                seen.push((progress.stage, progress.step));
            }
            None
        }
        _ => None,
    });
    assert!(sentence.contains("2 epochs"), "{sentence}");
    let per_epoch = bench.steps_per_epoch;
    assert_eq!(last.step, 5 * per_epoch, "three layers and two epochs");
    // The evaluation after a layer's last step is the first word of the stage that follows.
    let stages: Vec<Stage> = seen.iter().map(|(stage, _)| *stage).collect();
    assert_eq!(stages, [Stage::Layer(0), Stage::Layer(1), Stage::Layer(2), Stage::Training]);
    let history = bench.runs[0].history.lock();
    let steps: Vec<u64> = history.evaluations().iter().map(|evaluation| evaluation.step).collect();
    assert_eq!(steps, (0..=5).map(|epoch| epoch * per_epoch).collect::<Vec<u64>>());
}

#[test]
fn a_run_that_diverges_in_a_layer_names_that_layers_rate_and_keeps_good_weights() {
    let (mut worker, handle) = worker();
    let settings = ["pretraining.code_learning_rate=10", "pretraining.epochs=8"];
    let bench = open(&mut worker, &handle, vec![deep(&settings)], true);
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        Event::Phase(_, Phase::Failed(sentence)) => Some(sentence),
        Event::Phase(_, Phase::Finished(sentence)) => panic!("it did not diverge: {sentence}"),
        _ => None,
    });
    assert!(sentence.contains("code layer rate 10") && sentence.contains("last good weights"), "{sentence}");
    let run = bench.runs[0].id;
    handle.send(Command::Snapshot { run, lattice: None, point: None, sheet: None }).expect("room");
    let snapshot = turn_until(&mut worker, &handle, |event| match event {
        Event::Snapshot(_, snapshot) => Some(snapshot),
        _ => None,
    });
    assert!(snapshot.outputs.iter().all(|x| x.is_finite()), "the weights that were kept are no numbers");
}

#[test]
fn a_snapshot_of_a_denoising_run_has_the_images_that_the_network_was_given() {
    for (noise, is_corrupted) in [("gaussian", true), ("none", false)] {
        let (mut worker, handle) = worker();
        let mut recipe = small("ae-32");
        recipe.set_from_text(&format!("noise.kind={noise}")).expect("a valid setting");
        let bench = open(&mut worker, &handle, vec![recipe], false);
        let run = bench.runs[0].id;
        handle.send(Command::Snapshot { run, lattice: None, point: None, sheet: None }).expect("room");
        let snapshot = turn_until(&mut worker, &handle, |event| match event {
            Event::Snapshot(_, snapshot) => Some(snapshot),
            _ => None,
        });
        let given = snapshot.corrupted.as_ref();
        assert_eq!(given.is_some(), is_corrupted, "noise {noise}");
        assert!(given.is_none_or(|given| given.len() == snapshot.inputs.len() && *given != snapshot.inputs));
    }
}

#[test]
fn a_reset_within_a_layer_begins_with_the_first_layer_again() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![deep(&[])], true);
    let want = bench.steps_per_epoch + 2;
    turn_until(&mut worker, &handle, |_| (super::steps(&bench, 0) >= want).then_some(()));
    handle.send(Command::Pause).expect("room");
    handle.send(Command::Reset).expect("room");
    turn_until(&mut worker, &handle, |event| matches!(event, Event::Opened(_)).then_some(()));
    handle.send(Command::StepBatch).expect("room");
    let events = turns(&mut worker, &handle, 50);
    let stage = events.iter().rev().find_map(|event| match event {
        Event::Progress(_, progress) => Some((progress.stage, progress.step)),
        _ => None,
    });
    assert_eq!(stage, Some((Stage::Layer(0), 1)));
}

#[test]
fn every_stage_has_its_cards() {
    let (mut worker, handle) = worker();
    let mut recipe = deep(&["training.epochs=1"]);
    recipe.model.widths = vec![32, 24, 16];
    let bench = open(&mut worker, &handle, vec![recipe], false);
    let run = bench.runs[0].id;
    let mut titles = Vec::new();
    for _ in 0..6 {
        handle.send(Command::Snapshot { run, lattice: None, point: None, sheet: None }).expect("room");
        let snapshot = turn_until(&mut worker, &handle, |event| match event {
            Event::Snapshot(_, snapshot) => Some(snapshot),
            Event::Refused(sentence) => panic!("{sentence}"),
            _ => None,
        });
        titles.push(snapshot.cards.iter().map(|card| card.title.clone()).collect::<Vec<_>>());
        handle.send(Command::StepEpoch).expect("room");
        turn_until(&mut worker, &handle, |event| match event {
            Event::Phase(_, Phase::Paused | Phase::Finished(_)) => Some(()),
            _ => None,
        });
        // The evaluation of the epoch.
        turns(&mut worker, &handle, 50);
    }
    let layer = ["Filters forming", "Samples of the machine", "Reconstructions by depth"];
    let tuned = [
        "Filters forming",
        "Reconstructions by depth",
        "Step of each layer",
        "What a number is worth",
        "Which pixels a code number moves",
    ];
    for (epoch, titles) in titles.iter().enumerate() {
        match epoch {
            0..=3 => assert_eq!(titles, &layer, "after {epoch} epochs"),
            4 => assert_eq!(titles.len(), 6, "unrolled, with machines still there: {titles:?}"),
            _ => assert_eq!(titles, &tuned, "after {epoch} epochs"),
        }
    }
}

/// The held-out metrics of every evaluation of a finished run.
fn judged(settings: &[&str], tuned: Option<(&'static str, f64)>) -> Vec<hourglass::engine::Metrics> {
    let (mut worker, handle) = worker();
    let mut recipe = small("vae-2d");
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    let bench = open(&mut worker, &handle, vec![recipe], true);
    // The evaluation before the first step is under way.
    worker.turn();
    if let Some((key, value)) = tuned {
        handle.tune(bench.runs[0].id, key, value);
    }
    turn_until(&mut worker, &handle, |event| {
        matches!(event, Event::Phase(_, Phase::Finished(_))).then_some(())
    });
    let history = bench.runs[0].history.lock();
    history.evaluations().iter().map(|evaluation| evaluation.held_out).collect()
}

#[test]
fn images_are_judged_by_the_whole_of_beta_wherever_it_is_in_its_cycle() {
    // 480 training images in batches of 32 are 15 steps an epoch: every one of them ends where β is 0.
    for metrics in judged(&["objective.beta=4", "objective.cycle=15", "training.epochs=2"], None) {
        let kl = metrics.penalties().next().expect("a KL term").1;
        let (got, want) = (metrics.objective, metrics.reconstruction + 4.0 * kl);
        assert!((got - want).abs() < 1e-3 * want, "got {got}, want reconstruction + 4 · KL = {want}");
        assert!(kl > 0.0);
    }
}

#[test]
fn an_evaluation_keeps_the_recipe_that_it_began_with() {
    // 1600 held-out images take several turns; β moves after the first.
    let settings = ["data.count=4000", "data.held_out=0.4", "training.steps=1"];
    let still = judged(&settings, None);
    let moved = judged(&settings, Some(("objective.beta", 50.0)));
    assert_eq!(moved[0], still[0], "β moved while the first evaluation was under way");
    assert_ne!(moved[1].objective, still[1].objective, "β moved before the second");
}

#[test]
fn a_target_of_the_training_cost_ends_the_training_and_a_dictionary_follows() {
    let (mut worker, handle) = worker();
    let mut recipe = small("vae-dictionary");
    let settings =
        ["training.epochs=0", "training.training_target=1e5", "dictionary.atoms=8", "dictionary.epochs=2"];
    settings.iter().for_each(|setting| recipe.set_from_text(setting).expect("a valid setting"));
    let bench = open(&mut worker, &handle, vec![recipe], true);
    assert_eq!(bench.runs[0].plan.spans().len(), 1, "nobody knows yet when training ends");
    let per_epoch = bench.steps_per_epoch;
    let (mut plan, mut last) = (None, Progress::default());
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        Event::Phase(_, Phase::Finished(sentence)) => Some(sentence),
        Event::Stages(_, stages) => {
            plan = Some(stages);
            None
        }
        Event::Progress(_, progress) => {
            last = *progress;
            None
        }
        _ => None,
    });
    assert!(sentence.contains("all stages"), "{sentence}");
    let plan = plan.expect("the stages are reported");
    // The first evaluation with a training cost is that of the first epoch.
    let dictionary = plan.spans()[1];
    assert_eq!((dictionary.stage, dictionary.from), (Stage::Dictionary, per_epoch));
    assert_eq!(last.step, 3 * per_epoch, "one epoch of training, two of the dictionary");
}
