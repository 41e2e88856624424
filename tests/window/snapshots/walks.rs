//! Pins and paths: pins, the path between two of them, picked images, and the sheets of decoded codes.

use eframe::egui::{Modifiers, accesskit::Role, pos2};
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::Sheet;

use super::compare::{Picture, assert_alike};
use super::{Part, STEPS, answered, choose, click, cut, picture, rested, tiny};
use crate::windows::has_adapter;

/// Where the explorer is in a window of this size.
const SIZE: [f32; 2] = [1000.0, 700.0];
const EXPLORER: Part = [230, 236, 484, 430];
const SHEET: Part = [230, 236, 484, 200];
/// Two places for pins, before there is a strip below the map.
const PINS: [[f32; 2]; 2] = [[270.0, 400.0], [480.0, 340.0]];
/// The middle of the straight way between the pins, and the image beside the first, in that part.
const WAY: Part = [124, 84, 100, 44];
const IMAGE: Part = [80, 77, 40, 38];

#[test]
fn pins_paths_and_sheets_look_as_they_looked() {
    if !has_adapter() {
        return;
    }
    let mut window = rested(vec![tiny("vae-2d", &[])], SIZE);
    choose(&mut window, &["nothing", "none", "rings of the prior"]);
    for [x, y] in PINS {
        click(&mut window, pos2(x, y), Modifiers::NONE);
        window.get_by_label("pin").click();
        window.run_steps(3);
    }
    answered(&mut window, "the pins and the path", |run| {
        run.views.sheets.get(&Sheet::Pins).is_some_and(|view| view.wanted.points.len() == 4)
            && run.views.sheets.contains_key(&Sheet::Path)
    });
    let path = picture(&mut window, EXPLORER);
    window.get_by_label("arc").click();
    let arc = picture(&mut window, EXPLORER);
    window.get_by_label("remove pin 1").click();
    let removed = picture(&mut window, EXPLORER);
    let mut pictures = vec![
        Picture::thin("way", cut(&path, WAY), cut(&arc, WAY)),
        Picture::thin("image of a pin", cut(&path, IMAGE), cut(&removed, IMAGE)),
        Picture::full("path", path),
    ];
    for (tab, sheet, name) in
        [("Dimensions", Sheet::Dimensions, "dimensions"), ("Samples", Sheet::Samples, "samples")]
    {
        window.get_by_role_and_label(Role::Tab, tab).click();
        answered(&mut window, name, |run| {
            run.views.sheets.get(&sheet).is_some_and(|view| view.step == STEPS)
        });
        pictures.push(Picture::full(name, picture(&mut window, SHEET)));
    }
    assert_alike(&pictures);
}
