//! Pointer and keys on the map, one press, move or turn of the wheel per frame as a real pointer makes them.

use eframe::egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, Vec2, vec2,
};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use crate::app::panels::latent::latent_ui;
use crate::app::panels::latent::tests::{Explorer, Shown, bench, center};
use crate::document::MapView;

/// An explorer whose frames follow each other as on a screen: two clicks within a third of a second are a double one.
fn explorer() -> Explorer {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 520.0))
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, shown: &mut Shown| shown.draw(ui, latent_ui), Shown::of(bench(2)));
    harness.run_steps(3);
    harness
}

/// Brings the pointer somewhere.
fn hover(harness: &mut Explorer, at: Pos2) {
    harness.event(Event::PointerMoved(at));
    harness.run_steps(2);
}

/// Presses or lets go of a button, and lets the next frame see the point where it is then.
fn press(harness: &mut Explorer, pos: Pos2, button: PointerButton, pressed: bool) {
    harness.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
    harness.run_steps(2);
}

fn click(harness: &mut Explorer, at: Pos2) {
    for pressed in [true, false] {
        press(harness, at, PointerButton::Primary, pressed);
    }
}

/// Turns the wheel; its motion is smoothed over some frames.
fn turn_wheel(harness: &mut Explorer, notches: f32) {
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(20);
}

/// Chooses a view.
fn look(harness: &mut Explorer, center: [f32; 2], radius: f32) {
    harness.state_mut().explorer().look_at(MapView { center, radius });
    harness.run_steps(2);
}

#[test]
fn a_double_click_fits_and_the_point_is_where_it_was_clicked() {
    let mut harness = explorer();
    look(&mut harness, [0.3, 0.2], 1.0);
    let target = center(&harness) + vec2(40.0, 30.0);
    hover(&mut harness, target);
    click(&mut harness, target);
    assert!(harness.state().run().view.is_some(), "one click fits nothing");
    let clicked = harness.state().run().point.clone();
    click(&mut harness, target);
    assert!(harness.state().run().view.is_none(), "a double click did not fit the view");
    harness.run_steps(60);
    assert_eq!(harness.state().run().point, clicked);
}

#[test]
fn the_wheel_zooms_over_the_point_too() {
    let mut harness = explorer();
    look(&mut harness, [0.0, 0.0], 3.0);
    let at = center(&harness);
    hover(&mut harness, at);
    turn_wheel(&mut harness, 3.0);
    let radius = harness.state().view().radius;
    assert!(radius < 2.9, "a radius of {radius} after the wheel was turned over the point, want less than 3");
}

#[test]
fn panning_with_the_secondary_button_may_begin_on_the_point() {
    let mut harness = explorer();
    look(&mut harness, [0.0, 0.0], 3.0);
    let (at, point) = (center(&harness), harness.state().run().point.clone());
    hover(&mut harness, at);
    press(&mut harness, at, PointerButton::Secondary, true);
    for step in 1..=4 {
        hover(&mut harness, at + Vec2::splat(12.0) * step as f32);
    }
    press(&mut harness, at + Vec2::splat(48.0), PointerButton::Secondary, false);
    let moved = center(&harness) - at;
    assert!(
        moved.x > 30.0 && moved.y > 30.0,
        "the map was panned by {moved:?}, want about 48 in each direction"
    );
    assert_eq!(harness.state().run().point, point, "the code itself stays");
}

#[test]
fn a_point_that_follows_the_pointer_follows_the_smallest_move() {
    let mut harness = explorer();
    harness.state_mut().document.maps.follows_pointer = true;
    let start = center(&harness) + vec2(50.0, 20.0);
    hover(&mut harness, start);
    for step in 1..=6 {
        let at = start + vec2(3.0, 0.0) * step as f32;
        hover(&mut harness, at);
        let away = (center(&harness) - at).length();
        assert!(away < 1.0, "the point is {away} from a pointer that moved by {}", 3 * step);
    }
}

#[test]
fn keys_zoom_and_fit_where_the_point_has_the_keyboard_or_the_map_the_pointer() {
    for has_pointer in [true, false] {
        let mut harness = explorer();
        look(&mut harness, [0.0, 0.0], 2.0);
        if has_pointer {
            let at = center(&harness) + vec2(60.0, -40.0);
            hover(&mut harness, at);
        } else {
            harness.get_by_label("latent point").focus();
            harness.run_steps(2);
        }
        let zoomed = |harness: &mut Explorer, key: Key| {
            harness.key_press(key);
            harness.run_steps(2);
            harness.state().view().radius
        };
        assert!((zoomed(&mut harness, Key::Plus) - 1.6).abs() < 1e-3, "+ with the pointer: {has_pointer}");
        assert!((zoomed(&mut harness, Key::Equals) - 1.28).abs() < 1e-3, "= with the pointer: {has_pointer}");
        assert!((zoomed(&mut harness, Key::Minus) - 1.6).abs() < 1e-3, "- with the pointer: {has_pointer}");
        for key in [Key::Home, Key::Num0] {
            look(&mut harness, [0.0, 0.0], 2.0);
            zoomed(&mut harness, key);
            assert!(harness.state().run().view.is_none(), "{key:?} with the pointer: {has_pointer}");
        }
    }
    // Elsewhere these keys are not the map's.
    let mut harness = explorer();
    look(&mut harness, [0.0, 0.0], 2.0);
    harness.key_press(Key::Minus);
    harness.run_steps(2);
    assert_eq!(harness.state().view().radius, 2.0);
}

#[test]
fn the_map_moves_with_a_point_that_is_typed_or_moved_by_keys_off_it() {
    let mut harness = explorer();
    look(&mut harness, [0.0, 0.0], 1.0);
    let now_secs = 100.0;
    harness.state_mut().explorer().go_to(vec![25.0, -3.0], now_secs);
    harness.run_steps(3);
    let is_shown = |harness: &Explorer| {
        let (place, view) = (harness.state().place(), harness.state().view());
        let away = [0, 1].map(|axis| (place[axis] - view.center[axis]).abs() / view.radius);
        assert!(away[0] < 2.0 && away[1] <= 1.0, "{place:?} in {view:?}");
        place
    };
    assert_eq!(is_shown(&harness), [25.0, -3.0]);
    // Panning leaves the point where it is; an arrow key moves it from there and not from the edge.
    look(&mut harness, [0.0, 0.0], 1.0);
    harness.get_by_label("latent point").focus();
    harness.run_steps(2);
    assert_eq!(harness.state().run().point, [25.0, -3.0]);
    for _ in 0..40 {
        harness.key_press(Key::ArrowRight);
        harness.run_steps(2);
    }
    let [x, y] = is_shown(&harness);
    assert!((x - 26.6).abs() < 0.01 && (y + 3.0).abs() < 1e-4, "({x}, {y}), want (26.6, −3)");
}

#[test]
fn a_double_click_in_the_legend_shows_a_class_alone_and_another_brings_all_back() {
    let mut harness = explorer();
    let at = harness.get_by_label("class 3").rect().center();
    let double_click = |harness: &mut Explorer| {
        click(harness, at);
        click(harness, at);
        // The next click begins another pair.
        harness.run_steps(60);
        harness.state().document.maps.layers.hidden.iter().copied().collect::<Vec<u8>>()
    };
    let others = [0, 1, 2, 4, 5, 6, 7, 8, 9];
    assert_eq!(double_click(&mut harness), others);
    assert!(double_click(&mut harness).is_empty(), "everybody is back");
    harness.state_mut().document.maps.layers.hidden.insert(3);
    assert_eq!(double_click(&mut harness), others, "a hidden class is shown alone too");
}

#[test]
fn a_pointer_that_rests_leaves_the_point_to_the_keys() {
    let mut harness = explorer();
    harness.state_mut().document.maps.follows_pointer = true;
    let middle = center(&harness);
    hover(&mut harness, middle + vec2(40.0, 0.0));
    harness.run_steps(5);
    let before = harness.state().run().point.clone();
    harness.get_by_label("latent point").focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(5);
    let pushed = harness.state().run().point.clone();
    assert!(pushed[0] > before[0], "{pushed:?} is not to the right of {before:?}");
    hover(&mut harness, middle - vec2(40.0, 0.0));
    assert!(harness.state().run().point[0] < before[0], "it follows the pointer again");
}
