//! Pins, paths and typed coordinates as a person uses them: by label, with pointer and keys, without a device.

use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::app::panels::latent::tests::{Explorer, Panel, Shown, bench, center, explorer};
use crate::app::panels::latent::{dimensions_ui, samples_ui};
use crate::document::MapView;
use crate::engine::{Sheet, WantedSheet};

fn press_p(harness: &mut Explorer) {
    harness.key_press(Key::P);
    harness.run_steps(2);
}

/// A click with so many presses, held together by these keys.
fn click(harness: &mut Explorer, at: Pos2, presses: usize, modifiers: Modifiers) {
    harness.hover_at(at);
    harness.step();
    // All in one frame: frames of a harness are too long for two presses to be one double click.
    let button = PointerButton::Primary;
    let presses = [true, false].repeat(presses).into_iter();
    let events = presses.map(|pressed| Event::PointerButton { pos: at, button, pressed, modifiers });
    let events: Vec<Event> = [Event::ModifiersChanged(modifiers)].into_iter().chain(events).collect();
    harness.input_mut().events.extend(events);
    harness.step();
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.step();
}

/// The sheets that are wanted.
fn sheets(harness: &Explorer) -> Vec<WantedSheet> {
    harness.state().wants().sheets.into_values().collect()
}

/// An explorer with a pin at its middle and another to the upper right.
fn with_two_pins(dimensions: usize) -> Explorer {
    let mut harness = explorer(bench(dimensions));
    let middle = center(&harness);
    harness.hover_at(middle);
    harness.run_steps(2);
    press_p(&mut harness);
    // The map is lower now, as the strip is below it.
    harness.run_steps(20);
    let corner = center(&harness) + vec2(80.0, -60.0);
    click(&mut harness, corner, 1, Modifiers::NONE);
    press_p(&mut harness);
    harness.run_steps(20);
    harness
}

#[test]
fn the_strip_comes_with_the_first_pin_and_goes_with_the_last() {
    let mut harness = explorer(bench(2));
    assert!(harness.query_by_label("image of pin 1").is_none());
    let middle = center(&harness);
    harness.hover_at(middle);
    harness.run_steps(2);
    press_p(&mut harness);
    harness.run_steps(20);
    assert!(harness.query_by_label("along the path").is_none(), "one pin has no path");
    assert!(harness.query_by_label("pin 1 on the map").is_some());
    let asked = sheets(&harness);
    let pins = asked.iter().find(|wanted| wanted.sheet == Sheet::Pins).expect("the pin was not decoded");
    assert_eq!((pins.columns, &pins.points[..]), (12, &[0.0, 0.0][..]));
    harness.get_by_label("remove pin 1").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("image of pin 1").is_none());
}

#[test]
fn a_double_click_with_alt_pins_and_does_not_fit_the_view() {
    let mut harness = explorer(bench(2));
    let at = center(&harness) + vec2(50.0, 30.0);
    harness.state_mut().explorer().keep_view();
    click(&mut harness, at, 2, Modifiers::ALT);
    harness.run_steps(2);
    assert_eq!(harness.state().run().pins.pins().len(), 1);
    assert!(harness.state().run().view.is_some(), "the view was fitted");
}

#[test]
fn the_film_of_the_path_is_wanted_and_moves_the_point() {
    let mut harness = with_two_pins(2);
    let asked = sheets(&harness);
    let film = asked.iter().rev().find(|wanted| wanted.sheet == Sheet::Path).expect("a film");
    let last = film.points.len() - 2;
    let ends: Vec<&[f32]> = vec![&film.points[..2], &film.points[last..]];
    assert!(ends[0] == [0.0, 0.0] && ends[1][0] > 0.2 && ends[1][1] > 0.1, "{ends:?}");
    let end = ends[1].to_vec();
    let slider = harness.get_by_label("along the path").rect();
    click(&mut harness, slider.center(), 1, Modifiers::NONE);
    let point = harness.state_mut().points().pop().expect("the point did not move");
    for (got, end) in point.iter().zip(end) {
        assert!((got - 0.5 * end).abs() < 0.03, "got {got}, want half of {end}, tolerance 0.03");
    }
}

#[test]
fn the_images_of_the_path_take_arrow_keys_and_values_as_a_slider_does() {
    let mut harness = with_two_pins(2);
    let along = |harness: &Explorer| harness.get_by_label("along the path").accesskit_node().numeric_value();
    assert_eq!(along(&harness), Some(0.0));
    harness.get_by_label("along the path").focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    let step = 100.0 / 14.0;
    assert!((along(&harness).expect("a value") - step).abs() < 1e-3, "{:?}, want one image", along(&harness));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    harness.run_steps(2);
    let want = 0.9 * step;
    assert!((along(&harness).expect("a value") - want).abs() < 1e-3, "{:?}, want {want}", along(&harness));
    harness.state_mut().points();
    harness.get_by_label("along the path").set_value_accesskit(50.0);
    harness.run_steps(2);
    let point = harness.state_mut().points().pop().expect("the point did not move");
    let end = harness.state().run().pins.pins()[1].code.clone();
    for (got, end) in point.iter().zip(end) {
        assert!((got - 0.5 * end).abs() < 1e-4, "got {got}, want half of {end}, tolerance 1e-4");
    }
}

#[test]
fn a_flag_is_dragged_and_a_click_on_its_image_goes_there() {
    let mut harness = with_two_pins(2);
    let from = harness.get_by_label("pin 1 on the map").rect().center();
    drag(&mut harness, from, vec2(-40.0, 20.0));
    let code = harness.state().run().pins.pins()[0].code.clone();
    assert!(code[0] < -0.1 && code[1] < -0.05, "{code:?} is not to the lower left");
    harness.get_by_label("image of pin 1").click();
    harness.run_steps(2);
    assert_eq!(harness.state().run().point, code);
    harness.get_by_label("image of pin 1").focus();
    harness.run_steps(2);
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert_eq!(harness.state().run().pins.pins().len(), 1);
}

/// Drags from one place by so much, in four steps.
fn drag(harness: &mut Explorer, from: Pos2, by: Vec2) {
    harness.hover_at(from);
    harness.step();
    harness.drag_at(from);
    harness.step();
    for step in 1..=4 {
        harness.hover_at(from + by * (0.25 * step as f32));
        harness.step();
    }
    harness.drop_at(from + by);
    harness.run_steps(2);
}

#[test]
fn the_image_beside_a_pin_is_dragged_and_clicked_like_the_pin() {
    let mut harness = with_two_pins(2);
    let rect = |harness: &Explorer, label: &str| harness.get_by_label(label).rect();
    let (flag, image) = (rect(&harness, "pin 1 on the map"), rect(&harness, "image beside pin 1"));
    assert!((0.0..10.0).contains(&(image.left() - flag.right())), "{image:?} beside {flag:?}");
    drag(&mut harness, image.center(), vec2(-40.0, 20.0));
    let moved = rect(&harness, "image beside pin 1").center() - image.center();
    assert!((moved - vec2(-40.0, 20.0)).length() < 1.5, "the image moved by {moved:?}");
    let code = harness.state().run().pins.pins()[0].code.clone();
    assert!(code[0] < -0.1 && code[1] < -0.05, "{code:?} is not to the lower left");
    assert_ne!(harness.state().run().point, code);
    harness.state_mut().points();
    let at = rect(&harness, "image beside pin 1").center();
    click(&mut harness, at, 1, Modifiers::NONE);
    assert_eq!(harness.state().run().point, code);
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert!(harness.query_by_label("image beside pin 1").is_none(), "the flag has the keyboard");
}

#[test]
fn the_map_is_panned_at_an_image_and_one_out_of_view_is_not_drawn() {
    let mut harness = with_two_pins(2);
    let image = harness.get_by_label("image beside pin 1").rect().center();
    harness.hover_at(image);
    harness.step();
    let button = PointerButton::Secondary;
    let press = |pos, pressed| Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE };
    harness.event(press(image, true));
    harness.step();
    harness.hover_at(image + vec2(0.0, 30.0));
    harness.step();
    harness.event(press(image + vec2(0.0, 30.0), false));
    harness.run_steps(2);
    let moved = harness.get_by_label("image beside pin 1").rect().center() - image;
    assert!((moved - vec2(0.0, 30.0)).length() < 1.5, "the map moved by {moved:?}");
    // The second pin is to the upper right of the first.
    let code = harness.state().run().pins.pins()[1].code.clone();
    harness.state_mut().explorer().look_at(MapView { center: [code[0] - 3.0, code[1]], radius: 1.0 });
    harness.run_steps(2);
    assert!(harness.query_by_label("image beside pin 2").is_none());
    assert!(harness.query_by_label("image of pin 2").is_some(), "its card shows it still");
}

#[test]
fn a_point_that_follows_the_pointer_follows_it_over_images_too() {
    let mut harness = with_two_pins(2);
    let image = harness.get_by_label("image beside pin 1").rect().center();
    harness.get_by_label("hover").click();
    harness.run_steps(2);
    harness.hover_at(image);
    harness.run_steps(2);
    assert!((center(&harness) - image).length() < 1.0, "{:?}, want {image:?}", center(&harness));
}

#[test]
fn images_on_the_map_are_decoded_where_the_strip_has_no_room() {
    let mut harness = with_two_pins(2);
    harness.set_size(vec2(700.0, 280.0));
    harness.run_steps(3);
    assert!(harness.query_by_label("image of pin 1").is_none(), "the strip has room");
    assert!(harness.query_by_label("image beside pin 1").is_some());
    let small = "this panel is too small to show the path between the pins: make it larger";
    assert!(harness.query_by_label(small).is_some());
    harness.state_mut().run_mut().pins.shift(1, &[0.1, 0.0], None);
    harness.run_steps(40);
    let asked: Vec<Sheet> = sheets(&harness).iter().map(|wanted| wanted.sheet).collect();
    assert!(asked.contains(&Sheet::Pins) && !asked.contains(&Sheet::Path), "{asked:?}");
    // A map too small for them has flags alone.
    harness.set_size(vec2(330.0, 520.0));
    harness.run_steps(3);
    assert!(harness.query_by_label("image beside pin 1").is_none());
    assert!(harness.query_by_label("pin 1 on the map").is_some());
}

#[test]
fn the_tour_plays_until_something_is_touched() {
    let mut harness = with_two_pins(2);
    harness.get_by_label("tour all pins in their order").click();
    harness.run_steps(2);
    harness.state_mut().points();
    harness.run_steps(15);
    assert!(harness.state_mut().points().len() > 3, "it does not move");
    assert!(harness.state().run().pins.is_touring());
    let at = center(&harness) + vec2(-60.0, 0.0);
    click(&mut harness, at, 1, Modifiers::NONE);
    assert!(!harness.state().run().pins.is_touring());
}

#[test]
fn a_sum_of_codes_brings_the_point_there() {
    let mut harness = with_two_pins(3);
    harness.get_by_label("a − b + c").click();
    harness.run_steps(3);
    harness.get_by_label("code that is taken away").click();
    harness.run_steps(3);
    harness.get_by_label("pin 2").click();
    harness.run_steps(3);
    harness.get_by_label("code that is added").click();
    harness.run_steps(3);
    harness.get_by_label("pin 2").click();
    harness.run_steps(3);
    harness.get_by_label("Move the point here").click();
    harness.run_steps(3);
    let run = harness.state().run();
    let want = run.pins.pins()[0].code.clone();
    for (got, want) in run.point.iter().zip(want) {
        assert!((got - want).abs() < 1e-5, "got {got}, want {want}: pin 1 − pin 2 + pin 2, tolerance 1e-5");
    }
}

#[test]
fn a_sum_of_class_means_needs_no_pins() {
    let mut harness = explorer(bench(3));
    assert!(harness.query_by_label("Move the point here").is_none());
    harness.get_by_label("a − b + c").click();
    harness.run_steps(3);
    harness.state_mut().points();
    harness.get_by_label("Move the point here").click();
    harness.run_steps(3);
    let point = harness.state_mut().points().pop().expect("the point did not move");
    assert!(point.iter().any(|z| z.abs() > 1e-3), "{point:?}");
}

#[test]
fn a_note_says_that_there_is_no_room_for_the_images_of_pins() {
    let mut harness = with_two_pins(2);
    let too_small = "this panel is too small to show the images of the 2 pins: make it larger";
    assert!(harness.query_by_label(too_small).is_none());
    harness.set_size(vec2(700.0, 220.0));
    harness.run_steps(3);
    assert!(harness.query_by_label("image of pin 1").is_none());
    assert!(harness.query_by_label(too_small).is_some());
}

#[test]
fn coordinates_are_typed_and_text_that_cannot_be_read_stays() {
    let mut harness = explorer(bench(2));
    harness.get_by_label_contains("z = (").click();
    harness.run_steps(3);
    let type_over = |harness: &mut Explorer, text: &str| {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.step();
        harness.get_by_label("coordinates of the point").type_text(text);
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
    };
    type_over(&mut harness, "1.5, up");
    assert!(harness.query_by_label_contains("“up” is not a number").is_some());
    let field = harness.get_by_label("coordinates of the point");
    assert_eq!(field.accesskit_node().value().as_deref(), Some("1.5, up"));
    type_over(&mut harness, "1.5, −0.5");
    assert_eq!(harness.state().run().point, [1.5, -0.5]);
    assert!(harness.query_by_label("coordinates of the point").is_none());
}

#[test]
fn the_point_follows_the_pointer_when_asked_to() {
    let mut harness = explorer(bench(2));
    harness.get_by_label("hover").click();
    harness.run_steps(2);
    let target = center(&harness) + vec2(70.0, 40.0);
    harness.hover_at(target);
    harness.run_steps(2);
    assert!((center(&harness) - target).length() < 1.0, "{:?}, want {target:?}", center(&harness));
}

/// One of the panels that are shown beside the map, in a harness.
fn panel(draw: Panel) -> Explorer {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 520.0))
        .build_ui_state(move |ui, shown: &mut Shown| shown.draw(ui, draw), Shown::of(bench(5)));
    harness.run_steps(3);
    harness
}

#[test]
fn every_number_of_the_code_is_wanted_as_a_row() {
    let mut harness = panel(dimensions_ui);
    let asked = sheets(&harness);
    let [wanted] = asked.as_slice() else { panic!("one sheet, not {}", asked.len()) };
    assert_eq!(
        (wanted.sheet, wanted.columns, wanted.rows, wanted.points.len()),
        (Sheet::Dimensions, 13, 5, 13 * 5 * 5)
    );
    assert!(harness.query_by_label_contains("Each row moves one number").is_some());
    let row = harness.get_by_label_contains("row of z1, ").rect();
    click(&mut harness, row.right_center() - vec2(4.0, 0.0), 1, Modifiers::NONE);
    let point = harness.state_mut().points().pop().expect("the point did not move");
    assert!(point[0] > 2.0 && point[1..].iter().all(|z| z.abs() < 0.2), "{point:?}");
}

#[test]
fn samples_are_drawn_anew_by_button_and_by_key() {
    let mut harness = panel(samples_ui);
    let first = sheets(&harness).pop().expect("samples");
    assert_eq!(first.points.len(), 5 * first.columns * first.rows);
    assert!(harness.query_by_label_contains("drawn from the prior").is_some());
    let drawn = |harness: &mut Explorer| {
        harness.run_steps(12);
        sheets(harness).pop().expect("samples")
    };
    harness.get_by_label("draw anew").click();
    let second = drawn(&mut harness);
    assert!(first.points != second.points);
    harness.key_press(Key::D);
    let third = drawn(&mut harness);
    assert!(second.points != third.points);
    harness.get_by_label("quantiles").click();
    let steps = drawn(&mut harness);
    let held = |wanted: &WantedSheet| wanted.points.chunks(5).all(|code| code[2..] == wanted.points[2..5]);
    assert!(held(&steps) && !held(&third), "quantiles move on the map only");
}
