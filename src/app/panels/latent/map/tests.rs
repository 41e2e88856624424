//! What the menu of the map chooses, by label.

use super::*;
use crate::app::action::Figure;
use crate::app::panels::latent::tests::{Shown, bench, explorer};
use crate::document::MapView;
use crate::engine::{FieldKind, RunId};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

/// Opens the menu and chooses what is called so.
fn choose(harness: &mut Harness<'_, Shown>, word: &str) {
    harness.get_by_label("what the map shows").click();
    harness.run_steps(3);
    harness.get_by_label(word).click();
    harness.run_steps(3);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
}

#[test]
fn more_points_and_their_errors_are_asked_for_once() {
    let mut harness = explorer(bench(2));
    harness.state_mut().actions.clear();
    choose(&mut harness, "10,000");
    choose(&mut harness, "error");
    harness.run_steps(10);
    let wishes = harness.state().actions.iter().filter_map(|action| match action {
        Action::WishCloud(wish) => Some((wish.count, wish.errors)),
        _ => None,
    });
    assert_eq!(wishes.collect::<Vec<_>>(), [(10_000, false), (10_000, true)]);
}

#[test]
fn a_field_is_asked_for_when_it_is_chosen_and_tiles_no_longer() {
    let mut harness = explorer(bench(2));
    harness.run_steps(20);
    harness.state_mut().actions.clear();
    choose(&mut harness, "round trip");
    harness.run_steps(40);
    let asked = |wanted: fn(&Action) -> bool| harness.state().actions.iter().filter(|a| wanted(a)).count();
    let is_round_trip =
        |action: &Action| matches!(action, Action::AskField(ask) if ask.kind == FieldKind::RoundTrip);
    assert!(asked(is_round_trip) >= 1, "{:?}", harness.state().actions);
    harness.state_mut().actions.clear();
    harness.run_steps(20);
    let tiles = harness.state().actions.iter().filter(|action| matches!(action, Action::AskLattice(_)));
    assert_eq!(tiles.count(), 0);
}

#[test]
fn the_shown_plane_is_known_for_export_whatever_lies_on_it() {
    let mut harness = explorer(bench(5));
    choose(&mut harness, "density");
    harness.state_mut().explorer().look_at(MapView { center: [4.0, -1.0], radius: 0.5 });
    harness.get_by_label("axis across").click();
    harness.run_steps(3);
    harness.get_by_label("z4").click();
    harness.run_steps(3);
    harness.state_mut().explorer().look_at(MapView { center: [4.0, -1.0], radius: 0.5 });
    harness.run_steps(2);
    let Shown { document, cache, .. } = harness.state();
    let shown = cache.explored(document, RunId(1), Figure::Cloud).plane.expect("the map was drawn");
    assert_eq!(shown.plane.names[0], "z4");
    assert!((0.5 * (shown.x[0] + shown.x[1]) - 4.0).abs() < 1e-3, "{:?}", shown.x);
    assert!(
        cache.explored(document, RunId(2), Figure::Cloud).plane.is_none(),
        "another run's map was not drawn"
    );
}

#[test]
fn classes_are_hidden_while_colours_are_values_too() {
    let mut state = bench(2);
    let run = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()).expect("a run");
    let view = run.seen.cloud.as_mut().expect("codes");
    view.errors = Some((0..view.images.len()).map(|i| i as f32).collect());
    let mut harness = explorer(state);
    choose(&mut harness, "error");
    assert!(harness.query_by_label_contains("colours from").is_some(), "no scale");
    harness.get_by_label("class 3").click();
    harness.run_steps(3);
    assert_eq!(harness.state().document.layers.hidden.iter().copied().collect::<Vec<_>>(), [3]);
    assert!(harness.query_by_label_contains("colours from").is_some(), "the scale went away");
}
