//! Promises of the engine: pause, step, latest wins, a panic becomes a sentence. The worker is driven directly.

#![cfg(test)]

#[path = "../common/differences.rs"]
mod differences;
mod events;
mod failures;
mod latent;
#[path = "../common/newer.rs"]
mod newer;
mod parked;
#[path = "../common/read.rs"]
mod read;
mod replay;
mod stages;
#[path = "../common/tensors.rs"]
mod tensors;
#[path = "../common/workers.rs"]
mod workers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass::chart::cards::Content;
use hourglass::data::{Dataset, load};
use hourglass::engine::{
    BenchInfo, Command, Engine, EngineOptions, Event, Handle, LatentPlane, Phase, RunId, RunWants, Topic,
    Turn, WantedCloud, WantedLattice, Wants, Worker,
};
use hourglass::gpu::DeviceChoice;
use hourglass::recipe::{DataRecipe, PixelRange, Recipe};
use newer::turn_until_newer;
use workers::{open, small, turn_until, turn_until_there, worker};

fn turns(worker: &mut Worker, handle: &Handle, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..count {
        worker.turn();
        events.extend(std::iter::from_fn(|| handle.poll()));
    }
    events
}

/// A wish for the image at a point.
fn point(at: Vec<f32>) -> RunWants {
    RunWants { point: Some(at.into()), ..RunWants::default() }
}

/// A plane of so many tiles each way.
fn plane(x: [f32; 2], y: [f32; 2], tiles: usize) -> WantedLattice {
    WantedLattice { plane: LatentPlane::of_axes([0, 1], 2, &[]), x, y, columns: tiles, rows: tiles }
}

fn steps(bench: &BenchInfo, run: usize) -> u64 {
    bench.runs[run].history.lock().recent().next_back().map_or(0, |point| point.step)
}

#[test]
fn a_run_learns_and_finishes_by_itself() {
    let (mut worker, handle) = worker();
    let mut recipe = small("vae-2d");
    recipe.set_from_text("training.epochs=8").expect("valid");
    let bench = open(&mut worker, &handle, vec![recipe], true);
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        Event::Phase(_, Phase::Finished(sentence)) => Some(sentence),
        _ => None,
    });
    assert!(sentence.contains("8 epochs"), "{sentence}");
    let history = bench.runs[0].history.lock();
    let evaluations = history.evaluations();
    assert_eq!(evaluations.len(), 9, "one before the first step and one per epoch");
    let (first, last) = (evaluations[0].held_out, evaluations[8].held_out);
    assert!(last.objective < 0.6 * first.objective, "from {} to {}", first.objective, last.objective);
    assert_eq!(evaluations[8].step, 8 * bench.steps_per_epoch);
}

#[test]
fn a_network_that_the_images_cannot_take_is_refused_before_it_is_built() {
    let (mut worker, handle) = worker();
    let mut dataset = digits(200);
    (dataset.shape.height, dataset.shape.width) = (10, 10);
    dataset.images = dataset.images.bytes(0..dataset.labels.len() * 100).into_owned().into();
    let dataset = Arc::new(dataset);
    for name in ["conv-16", "unet-copy"] {
        let recipes = vec![Recipe::open(name).expect("built in")];
        let command = Command::OpenWith { recipes, dataset: Arc::clone(&dataset), playing: true };
        handle.send(command).expect("room");
        let sentence = turn_until(&mut worker, &handle, |event| match event {
            Event::Refused(sentence) => Some(sentence),
            Event::Opened(_) => panic!("{name} took images of 10x10"),
            _ => None,
        });
        assert!(
            sentence.contains("10x10") && sentence.contains("divisible by 4") && sentence.contains("model."),
            "{sentence}"
        );
    }
}

#[test]
fn step_trains_exactly_one_batch_and_an_epoch_ends_where_it_ends() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-2d")], false);
    turns(&mut worker, &handle, 50);
    assert_eq!(steps(&bench, 0), 0, "it was not told to play");
    for expected in 1..=3 {
        handle.send(Command::StepBatch).expect("room");
        turns(&mut worker, &handle, 20);
        assert_eq!(steps(&bench, 0), expected);
    }
    handle.send(Command::StepEpoch).expect("room");
    turns(&mut worker, &handle, 200);
    assert_eq!(steps(&bench, 0), bench.steps_per_epoch);
}

#[test]
fn pause_stops_between_two_steps_and_play_goes_on() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-2d")], true);
    turns(&mut worker, &handle, 40);
    handle.send(Command::Pause).expect("room");
    turns(&mut worker, &handle, 20);
    let rested = steps(&bench, 0);
    assert!(rested > 0);
    turns(&mut worker, &handle, 50);
    assert_eq!(steps(&bench, 0), rested);
    handle.send(Command::Play).expect("room");
    turns(&mut worker, &handle, 50);
    assert!(steps(&bench, 0) > rested);
}

#[test]
fn of_a_hundred_drags_the_last_is_decoded_and_the_lattice_still_arrives() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    turns(&mut worker, &handle, 30);
    let run = &bench.runs[0];
    let lattice = plane([-2.0, 2.0], [-2.0, 2.0], 20);
    // Everything arrives while a step runs, that is, between two turns.
    for number in 1..=100 {
        let point = point(vec![number as f32 / 50.0, -1.0]);
        handle.want(Wants::of(run.id, RunWants { lattice: Some(lattice.clone()), ..point }));
    }
    worker.turn();
    let decoded = run.views.latest().decoded.expect("a drag is answered in the next turn");
    // Before it, only the first check of the doctor was published.
    assert_eq!((decoded.point.as_slice(), decoded.version), (&[2.0, -1.0][..], 2), "it is the first decoded");
    let view = turn_until_there(&mut worker, || run.views.latest().lattice);
    assert_eq!(view.wanted, lattice);
    assert_eq!(view.pixels.as_ref().expect("on the CPU pixels are at hand").len(), 400 * 784);
}

#[test]
fn the_lattice_shows_what_the_point_shows() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    let run = &bench.runs[0];
    let lattice = Some(plane([-1.0, 1.0], [-2.0, 2.0], 3));
    handle.want(Wants::of(run.id, RunWants { lattice, ..point(vec![1.0, 2.0]) }));
    turns(&mut worker, &handle, 10);
    let views = run.views.latest();
    let lattice = views.lattice.and_then(|view| view.pixels.clone()).expect("a lattice");
    let decoded = views.decoded.and_then(|view| view.pixels.clone()).expect("an image");
    let top_right = &lattice[2 * 784..3 * 784];
    let worst = top_right.iter().zip(decoded.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-5, "the top right tile differs from the point (1, 2) by {worst}");
}

#[test]
fn a_point_at_rest_is_decoded_again_while_the_network_learns_and_not_when_it_rests_too() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let latest = || bench.runs[0].views.latest().decoded;
    handle.want(Wants::of(bench.runs[0].id, point(vec![0.5, 0.5])));
    let first = turn_until_newer(&mut worker, latest);
    let again = turn_until_newer(&mut worker, latest);
    assert!(again.step > first.step, "step {} after step {}", again.step, first.step);
    handle.send(Command::Pause).expect("room");
    while worker.turn() == Turn::Busy {}
    let last = turn_until_there(&mut worker, || latest().filter(|view| view.step == steps(&bench, 0)));
    for _ in 0..30 {
        worker.turn();
        worker.wait(Duration::from_millis(10));
    }
    assert!(latest().is_some_and(|view| Arc::ptr_eq(&view, &last)), "nothing has changed");
}

#[test]
fn live_changes_act_on_the_next_update_and_are_logged_exactly() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    let id = bench.runs[0].id;
    handle.send(Command::StepBatch).expect("room");
    turns(&mut worker, &handle, 20);
    for beta in [2.0, 3.0, 4.0] {
        handle.tune(id, "objective.beta", beta);
    }
    let events = turns(&mut worker, &handle, 5);
    let tuned: Vec<_> =
        events.into_iter().filter_map(|e| if let Event::Tuned(_, c) = e { Some(c) } else { None }).collect();
    assert_eq!(tuned.len(), 1, "of three values before an update the last counts: {tuned:?}");
    assert_eq!((tuned[0].step, tuned[0].key.as_str(), tuned[0].value), (1, "objective.beta", 4.0));
    handle.send(Command::StepBatch).expect("room");
    turns(&mut worker, &handle, 20);
    let history = bench.runs[0].history.lock();
    let metrics = history.recent().next_back().expect("a step").metrics;
    let kl = metrics.penalties().next().expect("a KL term").1;
    let want = metrics.reconstruction + 4.0 * kl;
    assert!((metrics.objective - want).abs() < 1e-3 * want, "objective {} is not {want}", metrics.objective);
}

#[test]
fn what_cannot_change_while_training_is_refused_in_a_sentence() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    handle.tune(bench.runs[0].id, "training.batch", 64.0);
    handle.tune(bench.runs[0].id, "objective.beta", -1.0);
    let refused =
        turns(&mut worker, &handle, 5).iter().filter(|event| matches!(event, Event::Refused(_))).count();
    assert_eq!(refused, 2);
}

#[test]
fn reset_returns_to_the_same_weights_and_a_new_seed_does_not() {
    let (mut worker, handle) = worker();
    let mut losses = Vec::new();
    let mut bench = open(&mut worker, &handle, vec![small("ae-2d")], false);
    for command in [Command::Reset, Command::NewSeed(2), Command::Reset] {
        handle.send(Command::StepBatch).expect("room");
        turns(&mut worker, &handle, 20);
        let loss = bench.runs[0].history.lock().recent().next().expect("a step").metrics.objective;
        losses.push(loss);
        handle.send(command).expect("room");
        let before = bench.runs[0].id;
        bench =
            turn_until(
                &mut worker,
                &handle,
                |e| {
                    if let Event::Opened(bench) = e { Some(bench) } else { None }
                },
            );
        assert_ne!(bench.runs[0].id, before, "a reset makes a new run");
    }
    assert_eq!(losses[0], losses[1]);
    assert_ne!(losses[1], losses[2]);
}

#[test]
fn what_is_wanted_of_a_replaced_run_is_not_made() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-2d")], false);
    handle.send(Command::Reset).expect("room");
    turns(&mut worker, &handle, 5);
    let mut wants = Wants::of(bench.runs[0].id, point(vec![0.0, 0.0]));
    *wants.run_mut(RunId(999)) = point(vec![0.0, 0.0]);
    handle.want(wants);
    turns(&mut worker, &handle, 5);
    assert!(bench.runs[0].views.latest().decoded.is_none());
}

#[test]
fn two_runs_go_in_lock_step_over_the_same_batches() {
    let (mut worker, handle) = worker();
    let (first, mut second) = (small("vae-2d"), small("vae-2d"));
    second.set_from_text("objective.beta=4").expect("valid");
    let bench = open(&mut worker, &handle, vec![first, second], true);
    turns(&mut worker, &handle, 60);
    handle.send(Command::Pause).expect("room");
    turns(&mut worker, &handle, 10);
    assert_eq!(steps(&bench, 0), steps(&bench, 1));
    let at = |run: usize, step: u64| {
        bench.runs[run].history.lock().recent().find(|p| p.step == step).expect("the step").metrics
    };
    assert_eq!(at(0, 1).reconstruction, at(1, 1).reconstruction, "same weights, same batch");
    assert_ne!(at(0, 20).reconstruction, at(1, 20).reconstruction, "another objective");
    handle.tune(bench.runs[1].id, "training.learning_rate", 1e9);
    handle.send(Command::Play).expect("room");
    turns(&mut worker, &handle, 60);
    assert!(steps(&bench, 0) > steps(&bench, 1), "a run that fails stops alone");
}

#[test]
fn one_of_two_runs_can_be_ended_and_the_other_goes_on() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d"), small("ae-2d")], true);
    let [first, second] = [0, 1].map(|k| bench.runs[k].id);
    turns(&mut worker, &handle, 5);
    handle.send(Command::End(first)).expect("room");
    let events = turns(&mut worker, &handle, 1);
    assert!(events.iter().any(|event| matches!(event, Event::Ended(id) if *id == first)), "{events:?}");
    let [before, other_before] = [0, 1].map(|k| steps(&bench, k));
    turns(&mut worker, &handle, 10);
    assert_eq!(steps(&bench, 0), before, "the ended run learns no more");
    assert!(steps(&bench, 1) > other_before, "the other one does");
    handle.send(Command::End(second)).expect("room");
    let refused = turns(&mut worker, &handle, 1);
    assert!(
        refused.iter().any(|event| matches!(event, Event::Refused(_))),
        "the last one stays: {refused:?}"
    );
}

#[test]
fn runs_that_do_not_fit_one_bench_are_refused() {
    let (mut worker, handle) = worker();
    let mut other = small("vae-2d");
    other.set_from_text("training.batch=64").expect("valid");
    handle.send(Command::Open { recipes: vec![small("vae-2d"), other], playing: false }).expect("room");
    let sentence =
        turn_until(&mut worker, &handle, |e| if let Event::Refused(s) = e { Some(s) } else { None });
    assert!(sentence.contains("batch"), "{sentence}");
}

#[test]
fn the_scale_of_pixels_is_the_networks_and_neither_parts_runs_nor_images() {
    let (mut worker, handle) = worker();
    let [plain, bug] = ["ae-32", "bug-range"].map(small);
    let first = open(&mut worker, &handle, vec![plain.clone()], false);
    let both = open(&mut worker, &handle, vec![plain, bug.clone()], false);
    let ranges: Vec<_> = both.runs.iter().map(|run| run.recipe.data.range).collect();
    assert_eq!(ranges, [PixelRange::Unit, PixelRange::Signed]);
    let alone = open(&mut worker, &handle, vec![bug], false);
    for bench in [&both, &alone] {
        assert!(Arc::ptr_eq(&first.dataset, &bench.dataset), "the same images were drawn again");
    }
}

#[test]
fn an_absurd_learning_rate_stops_the_run_with_a_sentence_and_good_weights() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-simple")], true);
    turns(&mut worker, &handle, 30);
    handle.tune(bench.runs[0].id, "training.learning_rate", 1e9);
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        Event::Phase(_, Phase::Failed(sentence)) => Some(sentence),
        _ => None,
    });
    assert!(sentence.contains("learning rate") && !sentence.contains("panick"), "{sentence}");
    handle.want(Wants::of(bench.runs[0].id, point(vec![0.5; 64])));
    turns(&mut worker, &handle, 5);
    let decoded = bench.runs[0].views.latest().decoded.expect("an image");
    let pixels = decoded.pixels.as_ref().expect("on the CPU");
    assert!(pixels.iter().all(|x| x.is_finite()), "the weights that were kept are not numbers");
    // The cure: back to a sane rate, and on.
    handle.send(Command::Resume(bench.runs[0].id)).expect("room");
    handle.tune(bench.runs[0].id, "training.learning_rate", 1e-3);
    handle.send(Command::Play).expect("room");
    let before = steps(&bench, 0);
    turns(&mut worker, &handle, 60);
    assert!(steps(&bench, 0) > before);
}

#[test]
fn views_come_only_when_wanted() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    turns(&mut worker, &handle, 60);
    let latest = || bench.runs[0].views.latest();
    let views = latest();
    assert!(views.cloud.is_none() && views.layers.is_none() && views.reconstructions.is_none());
    handle.want(Wants::of(
        bench.runs[0].id,
        RunWants {
            cloud: Some(WantedCloud::default()),
            reconstructions: true,
            layers: Some(bench.examples[3]),
            cards: [Topic::Dimensions, Topic::Classes].into(),
            ..RunWants::default()
        },
    ));
    // It takes a small share of the time beside training, so the others are there by then.
    let cloud = turn_until_there(&mut worker, || latest().cloud);
    let split = &bench.dataset.split;
    assert_eq!(cloud.codes.len(), 2 * (split.validation.len() + split.train.len()));
    let layers = latest().layers.expect("layers");
    let widths: Vec<usize> = layers.layers.iter().map(|layer| layer.values.len()).collect();
    assert_eq!(widths, [64, 32, 2, 2, 32, 64]);
    assert_eq!(layers.image, bench.examples[3]);
    let rivals = turn_until_there(&mut worker, || {
        let view = latest().cards.get(&Topic::Classes)?.card.clone().ok()?;
        // Pixels and principal components are measured meanwhile, and the card is made again.
        let Content::Bars(bars) = view.content else { panic!("no bars") };
        (bars.values.len() == 6).then_some(bars)
    });
    assert!(rivals.values.iter().all(|share| (0.0..=100.0).contains(share)), "{rivals:?}");
    assert!(rivals.values[4] > 40.0, "pixels tell digits apart: {rivals:?}");
    let outputs = latest().reconstructions.and_then(|view| view.outputs.clone()).expect("reconstructions");
    assert_eq!(outputs.len(), bench.examples.len() * 784);
}

#[test]
fn a_thread_of_its_own_answers_and_ends_when_told() {
    let options = EngineOptions { device: DeviceChoice::Cpu, graphics: None };
    let mut engine = Engine::start(options, || ()).expect("a thread");
    engine.send(Command::Open { recipes: vec![small("ae-2d")], playing: true }).expect("room");
    let (start, mut bench, mut step) = (Instant::now(), None, 0);
    while step <= 5 {
        match engine.wait(Duration::from_secs(1)) {
            Some(Event::Opened(opened)) => bench = Some(opened),
            Some(Event::Progress(_, progress)) => step = progress.step,
            _ => {}
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it never trained");
    }
    let bench = bench.expect("a bench");
    engine.close();
    let at_the_end = steps(&bench, 0);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(steps(&bench, 0), at_the_end, "the thread goes on training");
}

/// So many of the built-in digits.
fn digits(count: usize) -> Dataset {
    let data = DataRecipe { count, ..Recipe::default().data };
    load(&(&data).into()).expect("built-in images")
}

#[test]
fn a_newer_lattice_waits_for_the_one_under_way() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let run = &bench.runs[0];
    let lattice = || run.views.latest().lattice;
    let start = Instant::now();
    let (mut arrived, mut right) = (Vec::new(), 2.0);
    // The map is moved in every turn, faster than any plane of 400 tiles can be decoded.
    while arrived.len() < 3 {
        right += 1e-3;
        let wanted_lattice = plane([-2.0, right], [-2.0, 2.0], 20);
        handle.want(Wants::of(run.id, RunWants { lattice: Some(wanted_lattice), ..RunWants::default() }));
        let before = lattice().map(|view| view.version);
        worker.turn();
        arrived.extend(lattice().filter(|view| Some(view.version) != before).map(|view| view.wanted.x[1]));
        assert!(start.elapsed() < Duration::from_secs(60), "only {arrived:?} were finished");
    }
    while arrived.last() != Some(&right) {
        arrived.push(turn_until_newer(&mut worker, lattice).wanted.x[1]);
    }
    assert!(arrived.is_sorted(), "{arrived:?} are not in the order in which they were wanted");
}

#[test]
fn what_is_no_longer_wanted_is_dropped_and_the_others_go_on() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let run = &bench.runs[0];
    let lattice = Some(plane([-2.0, 2.0], [-2.0, 2.0], 60));
    handle.want(Wants::of(run.id, RunWants { lattice, ..point(vec![0.0, 0.0]) }));
    worker.turn();
    assert!(run.views.latest().lattice.is_none(), "3,600 tiles take longer than a turn");
    handle.want(Wants::of(run.id, point(vec![0.0, 0.0])));
    let points = || run.views.latest().decoded;
    for _ in 0..10 {
        turn_until_newer(&mut worker, points);
    }
    assert!(run.views.latest().lattice.is_none(), "nobody wants it any more");
}
