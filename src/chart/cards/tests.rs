//! Cards of every kind, in large and in tiny areas: nothing is cut off and no two texts overlap.

use super::*;
use crate::chart::scene::{Anchor, Area, Scene, Shape};
use crate::data::ImageShape;
use crate::look::ColorScheme;

/// Sizes of areas, from a large panel to one that is hardly there.
const SIZES: [[f64; 2]; 9] = [
    [900.0, 600.0],
    [640.0, 400.0],
    [480.0, 160.0],
    [300.0, 300.0],
    [160.0, 90.0],
    [120.0, 400.0],
    [90.0, 60.0],
    [40.0, 30.0],
    [12.0, 12.0],
];

fn maps() -> PointMaps {
    let points = (0..100).map(|k| [(k % 10) as f32, (k / 10) as f32 + f32::from(k == 99)]).collect();
    let map = |name: &str| PointMap { name: name.to_owned(), points: Vec::clone(&points) };
    PointMaps {
        maps: vec![map("the code, along the two axes on which it varies most"), map("PCA")],
        classes: (0..100).map(|k| k % 10).collect(),
        class_names: (0..10).map(|k| format!("class {k}")).collect(),
    }
}

/// Every letter is 0.55 of the type's size wide, which is more than in the fonts of window and figures.
fn width(text: &str, size: f64) -> f64 {
    0.55 * size * text.chars().count() as f64
}

fn style(type_size: f64) -> Style<'static> {
    let scheme = ColorScheme::Light;
    Style { palette: scheme.palette(), type_size, text_width: &width, signed: scheme }
}

fn images(count: usize, columns: usize) -> Images {
    let shape = ImageShape { height: 28, width: 28, channels: 1 };
    let pixels = (0..count * shape.values()).map(|i| (i % 7) as f32 / 6.0).collect();
    Images { shape, columns, pixels, ..Images::default() }
}

fn bars(count: usize) -> Bars {
    Bars {
        x: "units of the code, most active first".to_owned(),
        y: "images for which it is active, %".to_owned(),
        values: (0..count).map(|i| 100.0 - i as f32).collect(),
        level: Some(Level { name: "mean".to_owned(), value: 95.0 }),
        ..Bars::default()
    }
}

fn lines() -> Lines {
    let line = |name: &str, scale: f32| Line {
        name: name.to_owned(),
        points: (1..30).map(|n| [n as f32, scale / n as f32]).collect(),
        errors: Vec::new(),
    };
    Lines {
        x: "atoms used per image".to_owned(),
        y: "squared error per image".to_owned(),
        are_ratios: false,
        series: vec![line("atoms of codes, decoded", 30.0), line("atoms of pixels", 50.0)],
        level: Some(Level { name: "network".to_owned(), value: 14.0 }),
    }
}

fn scored() -> Scored {
    let Images { shape, pixels, .. } = images(60, 1);
    Scored {
        shape,
        score: "squared error".to_owned(),
        kinds: ["familiar", "unfamiliar"].map(str::to_owned),
        scores: (0..60).map(|i| 10.0 + i as f32).collect(),
        is_second: (0..60).map(|i| i % 3 == 2 || i > 40).collect(),
        shown: (0..60).collect(),
        pixels,
        alarms: 0.05,
    }
}

#[test]
fn a_threshold_lets_the_chosen_share_of_the_first_kind_pass() {
    let at = |alarms: f64| Scored { alarms, ..scored() }.shares_above();
    let all = scored();
    let familiar = all.is_second.iter().filter(|is_second| !**is_second).count() as f64;
    assert_eq!(at(0.0)[0], 0.0);
    assert_eq!(at(1.0), [1.0, 1.0], "everything is above");
    let [alarms, found] = at(0.25);
    assert!((alarms - 0.25).abs() < 0.5 / familiar + 1e-9 && found > alarms, "{alarms} and {found}");
    assert_eq!(Scored { scores: Vec::new(), is_second: Vec::new(), ..all }.shares_above(), [0.0, 0.0]);
}

fn cards() -> Vec<(&'static str, Content)> {
    let rows = ["image", "stage 1: 12 of 16 maps of 14x14", "corrupted"].map(str::to_owned).to_vec();
    let captions = |count: usize| (0..count).map(|i| format!("z{i}  0.{i} nats")).collect();
    let signed = Images { values: Values::Signed, captions: captions(64), ..images(64, 16) };
    let named = Images { rows, captions: captions(30), ..images(30, 10) };
    let far = vec![Line {
        name: "far".to_owned(),
        points: vec![[10_000.0, 1e5], [99_000.0, 9e5]],
        ..Line::default()
    }];
    let names = (0..24).map(|i| format!("{:.1}", i as f32 * 0.3)).collect();
    vec![
        ("two maps", maps().into()),
        ("a grid", images(40, 10).into()),
        ("signed images with captions", signed.into()),
        ("rows with names and captions", named.into()),
        ("few bars", bars(3).into()),
        ("many bars", bars(300).into()),
        ("named bars", Bars { names, ..bars(24) }.into()),
        ("bars without anything", Bars { values: vec![f32::NAN, 1.0], ..Bars::default() }.into()),
        ("lines", lines().into()),
        ("long numbers", Lines { series: far, ..lines() }.into()),
        ("images by a score", scored().into()),
        ("a flat line", Lines { level: None, ..Lines::default() }.into()),
    ]
}

fn drawn(content: &Content, [width, height]: [f64; 2], type_size: f64) -> Scene {
    let area = Area::new(7.0, 5.0, width, height);
    let mut scene = Scene::new(width as u32 + 14, height as u32 + 10, [255; 3]);
    content.draw(&mut scene, area, Scaling::Fit { pixel: 1.0 }, &style(type_size));
    scene
}

/// What a text covers: its letters, from the top of a capital to the foot of a g.
fn texts(scene: &Scene) -> Vec<(String, Area)> {
    let text = |shape: &Shape| {
        let Shape::Text { at: [x, y], text, style } = shape else { return None };
        let width = width(text, style.size);
        let left = match style.anchor {
            Anchor::Start => *x,
            Anchor::Middle => x - 0.5 * width,
            Anchor::End => x - width,
        };
        Some((text.clone(), Area::new(left, y - 0.75 * style.size, width, 0.97 * style.size)))
    };
    scene.shapes().iter().filter_map(text).collect()
}

fn image_areas(scene: &Scene) -> Vec<Area> {
    let area = |shape: &Shape| if let Shape::Image { area, .. } = shape { Some(*area) } else { None };
    scene.shapes().iter().filter_map(area).collect()
}

#[test]
fn texts_lie_inside_the_area_and_do_not_overlap() {
    for (name, content) in cards() {
        for size in SIZES {
            for type_size in [11.0, 15.4] {
                let scene = drawn(&content, size, type_size);
                let area = Area::new(7.0, 5.0, size[0], size[1]).grown(1.0);
                let texts = texts(&scene);
                for (k, (text, place)) in texts.iter().enumerate() {
                    assert!(
                        area.contains(place),
                        "{name} in {size:?}: {text:?} at {place:?} leaves the area"
                    );
                    for (other, taken) in &texts[..k] {
                        let is_apart = !place.grown(-0.2).overlaps(taken);
                        assert!(is_apart, "{name} in {size:?}: {text:?} covers {other:?}");
                    }
                    for image in image_areas(&scene) {
                        let is_apart = !place.overlaps(&image.grown(-0.5));
                        assert!(is_apart, "{name} in {size:?}: {text:?} covers an image");
                    }
                }
            }
        }
    }
}

#[test]
fn every_image_is_drawn_inside_the_area_without_covering_another() {
    for (name, content) in cards() {
        let Content::Images(images) = &content else { continue };
        for size in SIZES {
            let drawn = image_areas(&drawn(&content, size, 11.0));
            assert_eq!(drawn.len(), images.count(), "{name} in {size:?}");
            let is_tiny = size[0].min(size[1]) < 20.0;
            for (k, image) in drawn.iter().enumerate() {
                let is_seen = image.width.min(image.height) >= if is_tiny { 0.5 } else { 1.0 };
                assert!(is_seen, "{name} in {size:?}: image {k} is {image:?}");
                let has_aspect = (image.width / image.height - f64::from(images.shape.aspect())).abs() < 1e-6;
                assert!(has_aspect, "{name} in {size:?}: image {k} is {image:?}");
                let is_apart = drawn[..k].iter().all(|other| !other.overlaps(image));
                assert!(is_apart, "{name} in {size:?}: image {k} covers another");
                if !is_tiny {
                    let area = Area::new(7.0, 5.0, size[0], size[1]).grown(1.0);
                    assert!(
                        area.contains(image),
                        "{name} in {size:?}: image {k} at {image:?} leaves the area"
                    );
                }
            }
        }
    }
}

#[test]
fn a_panel_with_room_shows_every_name_and_a_tiny_one_shows_the_data() {
    for (content, words) in [
        (Content::from(bars(3)), vec!["units of the code, most active first", "mean 95", "1", "100"]),
        (
            Content::from(lines()),
            vec!["squared error per image", "atoms of pixels", "atoms used per image", "20"],
        ),
    ] {
        let said: Vec<String> =
            texts(&drawn(&content, [640.0, 400.0], 11.0)).into_iter().map(|(text, _)| text).collect();
        for word in words {
            assert!(said.iter().any(|text| text == word), "{word:?} is not among {said:?}");
        }
        let tiny = drawn(&content, [90.0, 60.0], 11.0);
        let is_data =
            |shape: &&Shape| matches!(shape, Shape::Rect { rounding: 0.0, .. } | Shape::Polyline { .. });
        assert!(tiny.shapes().iter().filter(is_data).count() >= 2, "{:?}", tiny.shapes());
    }
}

#[test]
fn a_hint_names_what_is_under_the_pointer() {
    let bars = Bars { values: vec![2.0, 4.0], ..Bars::default() };
    let scene = drawn(&bars.into(), [300.0, 200.0], 11.0);
    assert_eq!(scene.hint_at([250.0, 60.0]), Some((1, "2: 4")));
    let lines = Lines {
        series: vec![
            Line { name: "codes".to_owned(), points: vec![[1.0, 30.0], [2.0, 20.0]], ..Line::default() },
            Line { name: "pixels".to_owned(), points: vec![[2.0, 25.0]], ..Line::default() },
        ],
        ..Lines::default()
    };
    let scene = drawn(&lines.into(), [300.0, 200.0], 11.0);
    assert_eq!(scene.hint_at([280.0, 60.0]), Some((1, "codes 20 at 2\npixels 25 at 2")));
    let rows = vec!["image".to_owned(), "depth".to_owned()];
    let named = Images { rows, captions: vec!["a".to_owned(); 2], ..images(2, 1) };
    let scene = drawn(&named.into(), [300.0, 200.0], 11.0);
    let second = image_areas(&scene)[1];
    assert_eq!(scene.hint_at([second.x + 1.0, second.y + 1.0]), Some((1, "depth: a")));
}

#[test]
fn values_that_are_not_finite_are_left_out() {
    let bars = Bars { values: vec![1.0, f32::NAN, f32::INFINITY], ..bars(0) };
    let scene = drawn(&bars.into(), [300.0, 200.0], 11.0);
    let is_bar = |shape: &&Shape| matches!(shape, Shape::Rect { rounding: 0.0, .. });
    assert_eq!(scene.shapes().iter().filter(is_bar).count(), 1);
    let mut lines = lines();
    lines.series[0].points[3][1] = f32::INFINITY;
    for shape in drawn(&lines.into(), [300.0, 200.0], 11.0).shapes() {
        if let Shape::Polyline { points, .. } = shape {
            assert!(points.iter().flatten().all(|value| value.is_finite()), "{points:?}");
        }
    }
}

#[test]
fn signed_images_are_scaled_together_or_each_by_itself() {
    assert_eq!(signed(&[1.0, -2.0, f32::NAN, 0.5])[..2], [0.5, -1.0]);
    assert_eq!(signed_each(&[1.0, -2.0, 0.5, 0.0], 2), [0.5, -1.0, 1.0, 0.0]);
    assert_eq!(signed(&[0.0; 3]), [0.0; 3]);
}
