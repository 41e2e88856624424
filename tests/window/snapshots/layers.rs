//! The map, layer by layer.

use eframe::egui::{Modifiers, Pos2, pos2};
use egui_kittest::Harness;
use hourglass::app::{App, RunState};
use hourglass::engine::FieldKind;
use image::RgbaImage;

use super::compare::{Picture, assert_alike};
use super::{Part, STEPS, answered, choose, click, cut, picture, rested, tiny};
use crate::run;
use crate::windows::has_adapter;

/// Where the map is in a window of this size.
const SIZE: [f32; 2] = [1000.0, 640.0];
const MAP: Part = [242, 258, 332, 338];
/// Two places on it, far from each other and from all codes.
const HERE: [u32; 2] = [60, 250];
const THERE: [u32; 2] = [230, 60];
/// Where the mark of the nearest image is while the point is at the first of them.
const NEAREST: Part = [70, 160, 80, 72];
/// A code far from the others, and the part of the map with its ellipse.
const PICKED: usize = 7;
const SPREAD: Part = [172, 155, 60, 100];
/// Half the side of a part around a place of the map.
const AROUND: u32 = 20;

#[test]
fn every_layer_of_the_map_looks_as_it_looked() {
    if !has_adapter() {
        return;
    }
    let mut window = rested(vec![tiny("vae-2d", &[])], SIZE);
    let mut pictures = Vec::new();
    let mut take =
        |window: &mut Harness<'_, App>, name| pictures.push(Picture::full(name, picture(window, MAP)));
    take(&mut window, "points over tiles");
    choose(&mut window, &["none"]);
    take(&mut window, "tiles");
    choose(&mut window, &["nothing", "points"]);
    take(&mut window, "points");
    choose(&mut window, &["error"]);
    answered(&mut window, "errors", |run| {
        run.views.cloud.as_deref().is_some_and(|cloud| cloud.errors.is_some())
    });
    take(&mut window, "points by error");
    choose(&mut window, &["class", "images"]);
    take(&mut window, "images");
    choose(&mut window, &["none"]);
    for (word, kind) in [
        ("density", FieldKind::Density),
        ("round trip", FieldKind::RoundTrip),
        ("stretch", FieldKind::Stretch),
    ] {
        choose(&mut window, &[word]);
        answered(&mut window, word, |run| {
            run.views.field.as_deref().is_some_and(|field| field.wanted.kind == kind && field.step == STEPS)
        });
        take(&mut window, word);
    }
    assert_alike(&pictures);
}

#[test]
fn nothing_thin_on_the_map_vanishes_unnoticed() {
    if !has_adapter() {
        return;
    }
    let mut window = rested(vec![tiny("vae-2d", &[])], SIZE);
    choose(&mut window, &["nothing", "none"]);
    let rings = picture(&mut window, MAP);
    choose(&mut window, &["rings of the prior"]);
    let bare = picture(&mut window, MAP);
    choose(&mut window, &["gradients at codes"]);
    answered(&mut window, "the pull", |run| {
        run.views.forces.as_deref().is_some_and(|forces| forces.step == STEPS)
    });
    let pull = picture(&mut window, MAP);
    choose(&mut window, &["gradients at codes"]);
    let mut pictures = vec![Picture::thin("rings", rings, bare.clone()), Picture::thin("pull", pull, bare)];

    let [(one, here), (other, there)] = [HERE, THERE].map(|place| {
        let code = go_to(&mut window, place);
        (picture(&mut window, MAP), code)
    });
    pictures.push(Picture::thin("point", around(&one, HERE), around(&other, HERE)));
    pictures.push(Picture::thin("nearest", cut(&one, NEAREST), cut(&other, NEAREST)));
    // Two places and their codes say where any code is.
    let code =
        run(window.state().state()).views.cloud.as_deref().expect("codes").codes[2 * PICKED..][..2].to_vec();
    let place = [0, 1].map(|k| {
        let [from, to] = [HERE, THERE].map(|place| place[k] as f32);
        from + (to - from) * (code[k] - here[k]) / (there[k] - here[k])
    });
    // What is not drawn cannot be picked.
    choose(&mut window, &["points"]);
    click(&mut window, on_map(place), Modifiers::COMMAND);
    choose(&mut window, &["none"]);
    let picked = picture(&mut window, MAP);
    pictures.push(Picture::thin("spread", cut(&picked, SPREAD), cut(&other, SPREAD)));
    assert_alike(&pictures);
}

/// Clicks on a place of the map, and gives back the code that was decoded there.
fn go_to(window: &mut Harness<'_, App>, place: [u32; 2]) -> Vec<f32> {
    let version = |run: &RunState| run.views.decoded.as_deref().map(|decoded| decoded.version);
    let before = version(run(window.state().state()));
    click(window, on_map(place.map(|x| x as f32)), Modifiers::NONE);
    answered(window, "the image at the point", |run| version(run) > before);
    run(window.state().state()).views.decoded.as_deref().expect("an image").point.clone()
}

/// A place of the map in the window.
fn on_map([x, y]: [f32; 2]) -> Pos2 {
    pos2(MAP[0] as f32 + x, MAP[1] as f32 + y)
}

/// The part of a map around one of its places.
fn around(map: &RgbaImage, [x, y]: [u32; 2]) -> RgbaImage {
    cut(map, [x - AROUND, y - AROUND, 2 * AROUND, 2 * AROUND])
}
