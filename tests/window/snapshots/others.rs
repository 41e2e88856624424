//! What is drawn otherwise: a code of one number, several runs under one cursor, and the look for bright rooms.

use eframe::egui::{Modifiers, pos2};

use super::compare::{Picture, assert_alike};
use super::{Part, choose, choose_in, click, picture, rested, tiny};
use crate::windows::has_adapter;

/// Where the explorer is in a window of this size.
const SIZE: [f32; 2] = [1000.0, 640.0];
const EXPLORER: Part = [230, 222, 484, 380];

#[test]
fn a_line_two_runs_and_the_light_look_look_as_they_looked() {
    if !has_adapter() {
        return;
    }
    let mut line = rested(vec![tiny("vae-2d", &["model.code=1"])], SIZE);
    click(&mut line, pos2(470.0, 400.0), Modifiers::NONE);
    let mut pictures = vec![Picture::full("line", picture(&mut line, EXPLORER))];
    drop(line);
    let mut window = rested(vec![tiny("vae-2d", &[]), tiny("ae-2d", &[])], SIZE);
    choose(&mut window, &["nothing"]);
    click(&mut window, pos2(500.0, 480.0), Modifiers::NONE);
    pictures.push(Picture::full("two runs", picture(&mut window, EXPLORER)));
    choose_in(&mut window, "View", &["Light"]);
    pictures.push(Picture::full("light", picture(&mut window, EXPLORER)));
    assert_alike(&pictures);
}
