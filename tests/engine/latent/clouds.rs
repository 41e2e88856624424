//! Clouds: codes of images that were held out, of images trained on, or of both by turns, with their spreads and errors.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use hourglass::engine::{
    BenchInfo, CloudView, Command, Handle, Picture, Principal, RunWants, Sheet, Turn, Views, WantedCloud,
    Wants, Whose, Worker,
};
use hourglass::insight::cloud::Summary;
use hourglass::insight::clusters::{Clusters, SEED, adjusted_rand_index};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;

use super::matrix;
use crate::differences::assert_close_by_share;
use crate::newer::turn_until_newer;
use crate::read::numbers;
use crate::workers::{open, small, turn_until_there, worker};

fn wish(handle: &Handle, bench: &BenchInfo, count: usize, errors: bool) {
    want(handle, bench, Some(WantedCloud { count, errors, ..WantedCloud::default() }));
}

fn want(handle: &Handle, bench: &BenchInfo, cloud: Option<WantedCloud>) {
    handle.want(Wants::of(bench.runs[0].id, RunWants { cloud, ..RunWants::default() }));
}

fn latest(bench: &BenchInfo) -> Option<Arc<CloudView>> {
    bench.runs[0].views.latest().cloud
}

fn cloud(worker: &mut Worker, bench: &BenchInfo) -> Arc<CloudView> {
    turn_until_newer(worker, || latest(bench))
}

/// Whether both are the very same view.
fn same<T>(a: &Option<Arc<T>>, b: &Option<Arc<T>>) -> bool {
    a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| Arc::ptr_eq(a, b))
}

fn turns(worker: &mut Worker, count: usize) {
    for _ in 0..count {
        worker.turn();
    }
}

/// What a network makes of images: codes, spreads, squared errors.
fn expected(recipe: &Recipe, bench: &BenchInfo, images: &[u32]) -> [Vec<f32>; 3] {
    let model = Learner::new(recipe, [1, 28, 28], 10, &Device::flex()).model();
    let mut pixels = Vec::new();
    bench.dataset.write_f32(images, &mut pixels);
    let encoded = model.encode(matrix(pixels.clone(), 784));
    let outputs = numbers(model.decode(encoded.code.clone()));
    let error = |(x, y): (&[f32], &[f32])| x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum();
    let errors = pixels.chunks(784).zip(outputs.chunks(784)).map(error).collect();
    let spreads = encoded.log_variance.map(|log_variance| numbers((log_variance * 0.5).exp()));
    [numbers(encoded.code), spreads.unwrap_or_default(), errors]
}

#[test]
fn a_cloud_holds_what_was_wished_for_and_says_of_which_images() {
    for name in ["vae-2d", "ae-2d"] {
        let recipe = small(name);
        let (mut worker, handle) = worker();
        let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
        let split = &bench.dataset.split;
        // 60 images are held out, and as many trained on take turns with them; 203 need more, and a short last slice.
        let by_turns = split.validation.iter().zip(&split.train).flat_map(|(held, known)| [*held, *known]);
        let in_order: Vec<u32> =
            by_turns.chain(split.train[split.validation.len()..].iter().copied()).collect();
        wish(&handle, &bench, 203, true);
        let view = cloud(&mut worker, &bench);
        assert_eq!((&view.images[..], view.dimensions, view.step), (&in_order[..203], 2, 0));
        let [codes, spreads, errors] = expected(&recipe, &bench, &view.images);
        assert_close_by_share("code", &view.codes, &codes, 1e-4, 1.0);
        assert_close_by_share("error", view.errors.as_deref().expect("wished for"), &errors, 1e-4, 1.0);
        assert_eq!(view.spreads.is_some(), name == "vae-2d", "a plain code has no spread");
        assert_close_by_share("spread", view.spreads.as_deref().unwrap_or_default(), &spreads, 1e-4, 1.0);
        // Another wish is another cloud, though nothing was learned; and there are no more images than there are.
        wish(&handle, &bench, 60_000, false);
        let view = cloud(&mut worker, &bench);
        assert_eq!((view.images[..] == in_order[..], view.errors.is_none()), (true, true));
        assert!(view.images.iter().all(|image| !split.test.contains(image)), "test images judge at the end");
    }
}

#[test]
fn a_cloud_is_of_the_images_that_were_chosen() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    let split = &bench.dataset.split;
    // The same number of them each time: which ones they are makes another cloud of it.
    let count = split.validation.len();
    for (whose, expected) in [(Whose::HeldOut, &split.validation), (Whose::TrainedOn, &split.train)] {
        want(&handle, &bench, Some(WantedCloud { count, whose, ..WantedCloud::default() }));
        let view = cloud(&mut worker, &bench);
        assert_eq!(view.images[..], expected[..count], "{whose:?}");
    }
}

#[test]
fn a_wish_that_changes_drops_the_cloud_under_way() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    wish(&handle, &bench, 540, true);
    worker.turn();
    // A fast machine has made it in one turn; if not, it is never made.
    wish(&handle, &bench, 30, false);
    let view = cloud(&mut worker, &bench);
    assert_eq!((view.images.len(), view.errors.is_none()), (30, true));
    // While it trains it is made again and again; when it is not wanted, no more.
    let later = turn_until_there(&mut worker, || latest(&bench).filter(|later| later.step > view.step));
    assert_eq!(later.images.len(), 30);
    want(&handle, &bench, None);
    turns(&mut worker, 5);
    let last = latest(&bench).expect("it is still there");
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(1) {
        worker.turn();
    }
    assert!(latest(&bench).is_some_and(|view| Arc::ptr_eq(&view, &last)), "another one was made");
}

#[test]
fn a_new_canvas_makes_nothing_again_but_what_it_shows() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    let (run, views) = (bench.runs[0].id, &bench.runs[0].views);
    let cloud = Some(WantedCloud { count: 60, ..WantedCloud::default() });
    let point = Some(vec![0.5, 0.5].into());
    let lattice = Some(super::lattice(2, 3, 2));
    let wants = RunWants { cloud, point, lattice, reconstructions: true, ..RunWants::default() };
    handle.want(Wants::of(run, wants));
    turn_until_there(&mut worker, || views.latest().cloud);
    while worker.turn() == Turn::Busy {}
    let cloud = views.latest().cloud;
    // Which of the three pictures is another one than before.
    let changed = |before: &Views| {
        let now = views.latest();
        let is_same = [
            same(&before.decoded, &now.decoded),
            same(&before.lattice, &now.lattice),
            same(&before.reconstructions, &now.reconstructions),
        ];
        is_same.map(|is_same| !is_same)
    };
    for (picture, again) in [
        (Picture::Decoded, [true, false, false]),
        (Picture::Difference, [true, false, false]),
        (Picture::Lattice, [false, true, false]),
        (Picture::Reconstructions, [false, false, true]),
        (Picture::Sheet(Sheet::Pins), [false, false, false]),
    ] {
        let before = views.latest();
        handle.send(Command::Canvas { run, picture, canvas: None }).expect("room");
        turns(&mut worker, 20);
        assert_eq!(changed(&before), again, "{picture:?}");
        assert!(same(&views.latest().cloud, &cloud), "{picture:?}: the codes have not changed");
    }
}

#[test]
fn the_images_that_drive_a_unit_most_have_its_highest_and_lowest_activations() {
    let recipe = small("vae-2d");
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
    let wants = RunWants { top_images: Some(1), ..RunWants::default() };
    handle.want(Wants::of(bench.runs[0].id, wants));
    let view = turn_until_there(&mut worker, || bench.runs[0].views.latest().top_images);
    let [codes, ..] = expected(&recipe, &bench, &bench.cloud);
    let mut all: Vec<f32> = codes.iter().skip(1).step_by(2).copied().collect();
    all.sort_by(|a, b| b.total_cmp(a));
    let [highest, lowest] =
        [&view.highest, &view.lowest].map(|ends| ends.iter().map(|top| top.value).collect::<Vec<f32>>());
    assert_close_by_share("highest", &highest, &all[..12], 1e-4, 1.0);
    all.reverse();
    assert_close_by_share("lowest", &lowest, &all[..12], 1e-4, 1.0);
    let [codes, ..] = expected(&recipe, &bench, &[view.highest[0].image]);
    assert_close_by_share("the first image", &highest[..1], &codes[1..], 1e-4, 1.0);
    assert_eq!((view.unit, view.step), (1, 0));
}

#[test]
fn a_run_that_rests_comes_to_rest_with_its_cloud() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    wish(&handle, &bench, 540, true);
    turns(&mut worker, 3);
    handle.send(Command::Pause).expect("room");
    let last = turn_until_there(&mut worker, || {
        let step = bench.runs[0].history.lock().recent().next_back().map_or(0, |point| point.step);
        latest(&bench).filter(|view| view.step == step)
    });
    assert_eq!(last.images.len(), 540, "the cloud of the weights as they rest");
}

#[test]
fn a_cloud_is_laid_along_its_principal_axes_where_that_is_wished_for() {
    let mut recipe = small("vae-2d");
    recipe.model.code = 5;
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe], false);
    wish(&handle, &bench, 203, false);
    let plain = cloud(&mut worker, &bench);
    assert!(plain.projection.is_none(), "nobody wished for it");
    let summary = Summary::of(&plain.codes, 5, plain.spreads.as_deref());
    assert_eq!(*plain.summary, summary, "summed up slice by slice as at once");
    let wish = WantedCloud { count: 203, projection: true, ..WantedCloud::default() };
    want(&handle, &bench, Some(wish));
    let view = cloud(&mut worker, &bench);
    // A busy machine encodes in other slices, which rounds otherwise.
    assert_close_by_share("code", &view.codes, &plain.codes, 1e-4, 1.0);
    let summary = Summary::of(&view.codes, 5, view.spreads.as_deref());
    let projection = view.projection.as_ref().expect("wished for");
    let want = Principal::of(&view.codes, &summary, None).expect("axes");
    assert_eq!(projection.axes, want);
    let places: Vec<[f32; 2]> = view.codes.chunks(5).map(|code| want.place(code)).collect();
    assert_eq!(projection.places, places);
}

#[test]
fn the_codes_of_a_cloud_are_sorted_into_groups_where_that_is_wished_for() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    want(&handle, &bench, Some(WantedCloud { count: 203, groups: true, ..WantedCloud::default() }));
    let view = cloud(&mut worker, &bench);
    let groups = view.groups.as_ref().expect("wished for");
    let alone = Clusters::find(&view.codes, 2, 10, SEED).groups;
    assert_eq!(groups.len(), 203);
    assert!((adjusted_rand_index(groups, &alone) - 1.0).abs() < 1e-12, "the groups that k-means finds");
    // They are numbered like the classes: no other numbering agrees with more images than a greedy one.
    let classes: Vec<u8> = view.images.iter().filter_map(|image| bench.dataset.label(*image)).collect();
    let agreeing = |groups: &[u8]| groups.iter().zip(&classes).filter(|(a, b)| a == b).count();
    assert!(agreeing(groups) >= agreeing(&alone), "{} and {}", agreeing(groups), agreeing(&alone));
    want(&handle, &bench, Some(WantedCloud { count: 203, ..WantedCloud::default() }));
    assert!(cloud(&mut worker, &bench).groups.is_none(), "nobody wishes for them");
}
