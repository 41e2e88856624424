//! What the menu of the map chooses, by label.

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
fn more_points_and_their_errors_are_wanted_once_they_are_chosen() {
    let mut harness = explorer(bench(2));
    let wanted = |harness: &mut Harness<'_, Shown>, word: &str| {
        choose(harness, word);
        harness.state().wants().cloud.map(|wish| (wish.count, wish.errors))
    };
    assert_eq!(wanted(&mut harness, "10,000"), Some((10_000, false)));
    assert_eq!(wanted(&mut harness, "error"), Some((10_000, true)));
}

#[test]
fn a_field_is_wanted_when_it_is_chosen_and_tiles_no_longer() {
    let mut harness = explorer(bench(2));
    let wants = harness.state().wants();
    assert!(wants.lattice.is_some() && wants.field.is_none());
    choose(&mut harness, "round trip");
    let wants = harness.state().wants();
    assert_eq!(wants.field.map(|wanted| wanted.kind), Some(FieldKind::RoundTrip));
    assert_eq!(wants.lattice, None);
    choose(&mut harness, "nothing");
    let wants = harness.state().wants();
    assert_eq!((wants.field, wants.lattice), (None, None));
}

#[test]
fn arrows_are_wanted_for_picked_images_or_else_for_the_examples_while_they_are_shown() {
    let mut harness = explorer(bench(2));
    let images =
        |harness: &Harness<'_, Shown>| harness.state().wants().forces.map(|wanted| wanted.images.to_vec());
    assert_eq!(images(&harness), None);
    choose(&mut harness, "gradients at codes");
    let examples = harness.state().state.bench.as_ref().map(|bench| bench.examples.to_vec());
    assert_eq!(images(&harness), examples);
    harness.state_mut().document.maps.layers.picked = vec![3, 1];
    harness.run_steps(2);
    assert_eq!(images(&harness), Some(vec![3, 1]));
}

#[test]
fn the_shown_plane_is_known_for_export_whatever_is_drawn_on_it() {
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
    let view = run.views.cloud.as_mut().map(std::sync::Arc::make_mut).expect("codes");
    view.errors = Some((0..view.images.len()).map(|i| i as f32).collect());
    let mut harness = explorer(state);
    choose(&mut harness, "error");
    assert!(harness.query_by_label_contains("colours from").is_some(), "no scale");
    harness.get_by_label("class 3").click();
    harness.run_steps(3);
    assert_eq!(harness.state().document.maps.layers.hidden.iter().copied().collect::<Vec<_>>(), [3]);
    assert!(harness.query_by_label_contains("colours from").is_some(), "the scale went away");
}
