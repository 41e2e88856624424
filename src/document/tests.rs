//! A document survives being written and read, in each format that it may be stored in.

use std::collections::BTreeSet;

use super::*;
use crate::insight::field::FieldKind;
use crate::look::{ColorMap, ColorScheme};
use crate::recipe::{Change, Recipe, RunId};

/// The arrangement of panels, as the window might have it.
type Layout = Vec<String>;

/// A document in which every field differs from its default.
fn document() -> Document<Layout> {
    let code = |run, dimensions| CodeTraits { run: RunId(run), dimensions, is_variational: true };
    let mut exploration = Exploration::default();
    exploration.show_bench(&[code(2, 3), code(3, 2)]);
    let (run, maps) = exploration.open(RunId(2)).expect("a run");
    run.point = vec![0.5, -1.25, 3.0];
    run.plane.choose_axes(Axes::Principal);
    run.plane.rest = Some(Rest::Image(7));
    run.plane.held = vec![1.0, 2.0, 3.0];
    for k in 0..3 {
        run.pins.add(vec![k as f32; 3], Some(k), Some(RunId(2))).expect("room");
    }
    run.pins.choose_ends([1, 3]);
    run.pins.is_arc = true;
    run.pins.start_tour();
    run.pins.advance_tour(2.0);
    run.sum.choose(0, SumTerm::Pin(2));
    run.sum.choose(1, SumTerm::ClassMean(4));
    run.sum.choose(2, SumTerm::ClassMean(9));
    run.sum.is_open = true;
    run.view = Some(MapView { center: [0.25, -4.0], radius: 0.5 });
    maps.layers = Layers {
        background: Background::Field(FieldKind::RoundTrip),
        tiles_across: Some(14),
        points: PointStyle::Thumbnails,
        color: ColorBy::Factor(2),
        count: 10_000,
        whose: crate::insight::cloud::Whose::TrainedOn,
        hidden: BTreeSet::from([1, 8]),
        has_rings: false,
        has_arrows: true,
        picked: vec![12, 5],
    };
    maps.samples = SampleChoice { draw: 9, temperature: 0.75, are_quantiles: true, across: Some(20) };
    (maps.follows_pointer, maps.shows_one, maps.link) = (true, true, Link::Code);
    maps.sought = Some(8);
    maps.cursor = Cursor { leader: Some(RunId(2)), image: Some(6), origin: PointOrigin::Image };
    let recipe = Recipe::open("vae-20").expect("built in");
    let change = Change { step: 40, key: "objective.beta".to_owned(), value: 4.0 };
    let window = Window {
        scheme: ColorScheme::Light,
        simple: true,
        images: ImageLook { magnify: Magnify::Smoothly, tint: ColorMap::Magma },
        layout: vec!["curves".to_owned(), "latent".to_owned()],
        folder: Some("figures".into()),
        export_scale: 5,
        export_style: ExportStyle::Screen,
        is_paper_white: true,
        has_seen_tour: true,
        zoom: 1.5,
    };
    let runs = vec![Run::new(RunId(2), &recipe, &[change])];
    Document { window, bench: Bench { runs, shown: Some(RunId(2)), exploration } }
}

/// The fields of a struct as JSON, down to the innermost ones, by their paths.
fn leaves(value: &serde_json::Value, path: &str, found: &mut Vec<(String, serde_json::Value)>) {
    match value {
        serde_json::Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(name, field)| leaves(field, &format!("{path}.{name}"), found));
        }
        other => found.push((path.to_owned(), other.clone())),
    }
}

#[test]
fn a_document_with_every_field_set_is_read_back_from_json_and_toml() {
    let document = document();
    let json = serde_json::to_value(&document).expect("JSON");
    let (mut set, mut defaults) = (Vec::new(), Vec::new());
    leaves(&json, "document", &mut set);
    leaves(&serde_json::to_value(Document::<Layout>::default()).expect("JSON"), "document", &mut defaults);
    let unset: Vec<_> = set.iter().filter(|leaf| defaults.contains(leaf)).collect();
    assert!(unset.is_empty(), "these have their defaults here, so that nothing is tested: {unset:?}");
    let text = serde_json::to_string(&document).expect("JSON");
    assert_eq!(serde_json::from_str::<Document<Layout>>(&text).expect("JSON"), document);
    let text = toml::to_string(&document).expect("TOML");
    assert_eq!(toml::from_str::<Document<Layout>>(&text).expect("TOML"), document, "{text}");
}

#[test]
fn missing_fields_have_defaults_and_unknown_ones_are_ignored() {
    let read = |text: &str| serde_json::from_str::<Document<Layout>>(text).expect("JSON");
    assert_eq!(read("{}"), Document::default());
    let old = read(
        r#"{"window": {"simple": true, "wallpaper": "none"},
            "bench": {"exploration": {"runs": [{"run": 4, "point": [1.5], "aura": 3}],
                                       "maps": {"layers": {"count": 600}}}}}"#,
    );
    let run = &old.bench.exploration.runs()[0];
    assert!(old.window.simple && old.window.export_scale() == 2);
    assert_eq!((run.run, run.point.as_slice(), run.view), (Some(RunId(4)), &[1.5][..], None));
    assert_eq!(old.bench.exploration.maps.layers, Layers { count: 600, ..Layers::default() });
}

#[test]
fn a_run_has_its_live_values_again() {
    let document = document();
    let recipe = document.bench.shown_run().expect("a run").current_recipe().expect("a recipe");
    assert_eq!((recipe.name.as_str(), recipe.objective.beta), ("vae-20", 4.0));
}

#[test]
fn an_export_scale_that_is_not_offered_is_the_default() {
    let read = |text: &str| serde_json::from_str::<Window<Layout>>(text).expect("JSON").export_scale();
    assert_eq!([read(r#"{"export_scale": 0}"#), read(r#"{"export_scale": 3}"#)], [2, 3]);
}
