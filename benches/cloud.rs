//! Measures what a large cloud of long codes costs beside the encoding: its statistics, its principal axes, and the
//! places of its codes on them. `cargo bench --bench cloud`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use hourglass::insight::cloud::Summary;
use hourglass::insight::principal::Principal;

/// A long code, and about as many images as a cloud of it holds.
const DIMENSIONS: usize = 1000;
const COUNT: usize = 16_000;
/// How often each part is measured.
const TIMES: usize = 9;

fn main() -> Result<()> {
    // Two clouds that differ a little, as those of two moments of a training do.
    let clouds = [codes(1), codes(2)];
    let sigmas = vec![0.5_f32; COUNT * DIMENSIONS];
    println!("{COUNT} codes of {DIMENSIONS} numbers:");
    time("statistics", |k| Summary::of(&clouds[k % 2], DIMENSIONS, Some(&sigmas)));
    let summaries = clouds.each_ref().map(|codes| Summary::of(codes, DIMENSIONS, None));
    time("principal axes from scratch", |k| Principal::of(&clouds[k % 2], &summaries[k % 2], None));
    let before = Principal::of(&clouds[0], &summaries[0], None).context("the codes differ")?;
    time("principal axes from those before", |k| {
        Principal::of(&clouds[k % 2], &summaries[k % 2], Some(&before))
    });
    time("places on the principal axes", |k| {
        clouds[k % 2].chunks(DIMENSIONS).map(|code| before.place(code)).collect::<Vec<_>>()
    });
    Ok(())
}

/// Codes that differ more along some numbers than along others, from a quick generator.
fn codes(seed: u32) -> Vec<f32> {
    let mut state = 0x9e37_79b9_u32 ^ seed;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..COUNT * DIMENSIONS).map(|i| draw() * (1.0 + 9.0 / (1 + i % DIMENSIONS) as f32)).collect()
}

/// Prints the median and the shortest of some times.
fn time<T>(what: &str, mut part: impl FnMut(usize) -> T) {
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|k| {
            let start = Instant::now();
            black_box(part(k));
            start.elapsed()
        })
        .collect();
    times.sort();
    let [median, shortest] = [times[TIMES / 2], times[0]].map(|time| time.as_secs_f64() * 1e3);
    println!("  {what:<36} {median:8.2} ms, at least {shortest:8.2} ms");
}
