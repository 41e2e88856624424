//! Promises of the map's looks: each of its layers looks as it looked when somebody last looked at it.
//!
//! A tiny network is trained to the same weights each time, and the map is cut out of the window. A change that is
//! meant is taken in with `UPDATE_SNAPSHOTS=1 cargo test --release --test snapshots`, and looked at.

#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "common/windows.rs"]
mod windows;

use std::time::Duration;

use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, try_image_snapshot_options};
use hourglass::app::{App, AppState};
use hourglass::engine::{FieldKind, Phase};
use image::RgbaImage;
use windows::{has_adapter, run, step_until, window_with};

/// The button that opens the menu of layers.
const MENU: &str = "what the map shows";
/// Steps after which the network rests: so few that the roundings of another processor have not grown yet. (A learning
/// rate larger by a ten-thousandth changes nothing that is seen after 100 steps, and everything after 700.)
const STEPS: u64 = 100;
/// Where the map is in a window of this size: left, top, width and height.
const SIZE: [f32; 2] = [1000.0, 640.0];
const MAP: [u32; 4] = [242, 258, 332, 338];
/// Another processor rounds otherwise and another adapter draws edges otherwise: pixels are alike up to this distance
/// of colours, which is a few grey levels, and so many of them may be further apart.
const ALIKE: f32 = 20.0;
const FAILED: usize = 1120;

/// Opens the menu of layers, presses what is called so, and closes it.
fn choose(window: &mut Harness<'_, App>, words: &[&str]) {
    // What a menu shows comes after everything below it.
    let press = |window: &mut Harness<'_, App>, label: &str| {
        window.get_all_by_label(label).last().expect(label).click();
        window.run_steps(4);
    };
    press(window, MENU);
    for word in words {
        press(window, word);
    }
    press(window, MENU);
    assert!(window.query_by_label("rings of the prior").is_none(), "the menu is still open");
}

/// The map once nothing on it moves any more and every answer has come.
fn map(window: &mut Harness<'_, App>) -> RgbaImage {
    let mut last = None;
    for _ in 0..100 {
        window.run_steps(20);
        std::thread::sleep(Duration::from_millis(100));
        let whole = window.render().expect("a picture of the window");
        let [left, top, width, height] = MAP;
        let now = image::imageops::crop_imm(&whole, left, top, width, height).to_image();
        if last.as_ref() == Some(&now) {
            return now;
        }
        last = Some(now);
    }
    panic!("the map never comes to rest");
}

/// Whether a field of this kind has come from the weights as they rest.
fn is_measured(state: &AppState, kind: FieldKind) -> bool {
    run(state).seen.field.as_ref().is_some_and(|field| field.ask.kind == kind && field.step == STEPS)
}

#[test]
fn every_layer_of_the_map_looks_as_it_looked() {
    if !has_adapter() {
        return;
    }
    let settings =
        ["data.count=600", "training.batch=32", "model.widths=64", &format!("training.steps={STEPS}")];
    let mut window = window_with("vae-2d", &settings, SIZE);
    step_until(&mut window, "the network rests, and everything is seen as it is then", |state| {
        let Some(run) = state.run() else { return false };
        let seen = &run.seen;
        matches!(run.phase, Phase::Finished(_))
            && seen.cloud.as_ref().is_some_and(|cloud| cloud.step == STEPS)
            && seen.lattice.as_ref().is_some_and(|lattice| lattice.step == STEPS)
            && seen.decoded.as_ref().is_some_and(|decoded| decoded.step == STEPS)
    });
    // While it learned the view followed the codes from afar.
    window.get_by_label("fit").click();
    window.run_steps(3);
    window.get_by_label("fit").click();
    let mut pictures = Vec::new();
    let mut take = |window: &mut Harness<'_, App>, name| pictures.push((name, map(window)));
    take(&mut window, "points over tiles");
    choose(&mut window, &["nothing"]);
    take(&mut window, "points");
    choose(&mut window, &["images"]);
    take(&mut window, "images");
    choose(&mut window, &["none"]);
    for (word, kind) in [
        ("density", FieldKind::Density),
        ("round trip", FieldKind::RoundTrip),
        ("stretch", FieldKind::Stretch),
    ] {
        choose(&mut window, &[word]);
        step_until(&mut window, word, |state| is_measured(state, kind));
        take(&mut window, word);
    }
    choose(&mut window, &["nothing", "rings of the prior", "pull on codes"]);
    step_until(&mut window, "the pull", |state| {
        run(state).seen.forces.as_ref().is_some_and(|forces| forces.step == STEPS)
    });
    take(&mut window, "pull");
    compare(&pictures);
}

fn compare(pictures: &[(&str, RgbaImage)]) {
    let options = SnapshotOptions::new().threshold(ALIKE).max_failed_pixels(FAILED);
    let name = |name: &str| format!("map {name}").replace(' ', "_");
    let unlike: Vec<String> = pictures
        .iter()
        .filter_map(|(is, picture)| try_image_snapshot_options(picture, name(is), &options).err())
        .map(|error| error.to_string())
        .collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    // So coarse a comparison must still tell any two layers apart.
    for (at, (one, picture)) in pictures.iter().enumerate() {
        for (other, picture_of_other) in &pictures[at + 1..] {
            let far = picture
                .pixels()
                .zip(picture_of_other.pixels())
                .filter(|(a, b)| (0..3).any(|channel| a.0[channel].abs_diff(b.0[channel]) > 24));
            assert!(far.count() > 2 * FAILED, "{one} and {other} look the same");
        }
    }
}
