//! Measures how long the thread of the window takes for a large cloud of long codes, stage by stage.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::*;
use crate::app::panels::latent::cloud::looks::Looks;
use crate::app::panels::latent::plane::{codes, geometry};
use crate::app::panels::latent::sheets::dimensions::DimensionsCache;
use crate::document::{ColorBy, RunExploration};
use crate::engine::{Principal, PrincipalProjection};

/// A large code, and about as many images as a cloud of it holds.
const DIMENSIONS: usize = 1000;
const COUNT: usize = 16_000;
const TIMES: usize = 9;

/// Codes that vary more along some numbers than along others, from a fast generator.
fn cloud(salt: u32) -> CloudView {
    let mut state = 0x9e37_79b9_u32 ^ salt;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let codes = (0..COUNT * DIMENSIONS).map(|i| draw() * (1.0 + 9.0 / (1 + i % DIMENSIONS) as f32));
    let view = CloudView::of_codes(1, DIMENSIONS, codes.collect());
    view.with_spreads(vec![0.5; COUNT * DIMENSIONS].into())
}

/// The same, projected onto its axes, as the trainer sends it where that is wanted.
fn laid(view: &CloudView, before: Option<&Principal>) -> CloudView {
    let axes = Principal::of(&view.codes, &view.summary, before).expect("axes");
    let places = view.codes.chunks(DIMENSIONS).map(|code| axes.place(code)).collect();
    CloudView { projection: Some(Arc::new(PrincipalProjection { axes, places })), ..view.clone() }
}

/// Prints the middle and the least of some times.
fn time<T>(what: &str, mut stage: impl FnMut(usize) -> T) {
    let mut took: Vec<Duration> = (0..TIMES)
        .map(|k| {
            let begun = Instant::now();
            black_box(stage(k));
            begun.elapsed()
        })
        .collect();
    took.sort();
    let [middle, least] = [took[TIMES / 2], took[0]].map(|time| time.as_secs_f64() * 1e3);
    println!("{what:<44} {middle:7.2} ms, at least {least:7.2} ms");
}

#[test]
#[ignore = "prints times; nothing is asserted"]
fn a_large_cloud_stage_by_stage() {
    let plain = [cloud(1), cloud(2)];
    let view = &plain[0];
    println!("beside the encoding:");
    time("summary", |k| {
        plain[k % 2].clone().with_spreads(Arc::clone(view.spreads.as_ref().expect("spreads")))
    });
    time("principal axes from scratch", |_| Principal::of(&view.codes, &view.summary, None));
    let before = Principal::of(&view.codes, &view.summary, None).expect("axes");
    time("principal axes from those before", |k| {
        let view = &plain[k % 2];
        Principal::of(&view.codes, &view.summary, Some(&before))
    });
    let views = [laid(&plain[0], None), laid(&plain[1], Some(&before))];
    time("projection onto the axes", |k| laid(&plain[k % 2], Some(&before)));
    println!("in the window:");
    time("default axes", |_| codes::lively_axes(view, [0, 1]));
    let pair = LatentPlane::of_axes([0, 1], DIMENSIONS, &[]);
    time("places on two numbers", |k| Cloud::new(&views[k % 2], &pair, 1));
    let [right, up] = before.axes;
    let slanted = LatentPlane { right, up, ..pair.clone() };
    time("places on axes projected by the trainer", |_| Cloud::new(&views[0], &slanted, 1));
    time("places on other directions", |k| Cloud::new(&plain[k % 2], &slanted, 1));
    let point: Vec<f32> = vec![0.1; DIMENSIONS];
    time("the nearest of all codes", |k| geometry::nearest(&views[k % 2].codes, &point, |_| true));
    let mut copies: Vec<_> = (0..TIMES).map(|_| view.codes.to_vec()).collect();
    time("giving the memory of codes back", |_| drop(copies.pop()));
    for axes in [Axes::Pair([2, 5]), Axes::Principal] {
        let code = CodeTraits { run: RunId(1), dimensions: DIMENSIONS, is_variational: false };
        let mut document = Exploration::of(RunExploration::new(code));
        let mut cache = MapCache::default();
        cache.reset_for(&document, code, &[code], Origin::Own);
        let mut explorer = Explorer { document: &mut document, cache: &mut cache };
        explorer.choose_axes(axes, Some(view), 0.0);
        time(&format!("all that a map does: {axes:?}"), |k| {
            explorer.take_in_cloud(Some(&views[(k + 1) % 2])).map(|cloud| cloud.version)
        });
        let mut table = DimensionsCache::default();
        let plane = &explorer.cache.plane;
        time("  all that a table of numbers does", |k| table.take_in(&views[k % 2], plane, true));
    }
    let dataset = crate::app::testing::state_of("vae-2d", |_| ()).bench.expect("a bench").dataset;
    let shown = Cloud::new(view, &pair, 1);
    time("looks", |_| Looks::new(&shown, &dataset, ColorBy::Class, &Default::default()));
}
