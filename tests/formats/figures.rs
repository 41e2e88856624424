//! Promises of the figures: SVG and PNG are the same picture, pixels stay exact, words are there, nothing
//! panics, and a file is whole or absent.

mod files;
mod pixels;
mod samples;
mod ticks;

use hourglass::chart::cards::{Bars, Lines};
use hourglass::chart::scene::{Scene, Shape, Stroke, TextStyle};
use hourglass::chart::{Chart, Curves};
use hourglass::data::ImageShape;
use hourglass::export::ExportError;
use hourglass::export::figures::{
    Caption, Cloud, CurvesFigure, Figure, Lattice, NOTHING_YET, Reconstructions, SingleImage,
};
use hourglass::look::ColorScheme;
use image::RgbaImage;
use proptest::prelude::*;
use resvg::usvg;
use samples::{
    SHAPE, THEMES, all_figures, caption, card_of, cloud, curves, lattice, reconstructions, single,
};

fn parse(name: &str, svg: &str) -> usvg::Tree {
    usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a figure says, without markup.
fn words(svg: &str) -> String {
    let document = usvg::roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("no XML: {error}"));
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let lines = texts
        .map(|text| text.descendants().filter_map(|node| if node.is_text() { node.text() } else { None }));
    lines.map(|parts| parts.collect::<String>()).collect::<Vec<_>>().join("\n")
}

fn decoded(png: &[u8]) -> RgbaImage {
    image::load_from_memory(png).unwrap_or_else(|error| panic!("no PNG: {error}")).to_rgba8()
}

/// The figure as the pixels of its PNG.
fn drawn(scene: &Scene, scale: u32) -> RgbaImage {
    decoded(&scene.to_png(scale).unwrap_or_else(|error| panic!("at scale {scale}: {error}")))
}

#[test]
fn every_figure_is_well_formed_svg_of_the_size_it_says() {
    for (name, figure) in all_figures() {
        for theme in THEMES {
            let scene = figure.scene(&caption(), theme);
            let tree = parse(name, &scene.to_svg());
            assert_eq!(tree.size().width(), scene.width as f32, "{name}");
            assert_eq!(tree.size().height(), scene.height as f32, "{name}");
        }
    }
}

#[test]
fn the_same_figure_is_the_same_bytes() {
    for (name, figure) in all_figures() {
        let [first, second] = [(); 2].map(|()| figure.scene(&caption(), ColorScheme::Dark));
        assert_eq!(first.to_svg(), second.to_svg(), "{name}");
        assert!(
            first.to_png(1).expect("draws") == second.to_png(1).expect("draws"),
            "{name}: the PNGs differ"
        );
    }
}

#[test]
fn every_figure_says_what_it_shows() {
    let expected: [(&str, &[&str]); 8] = [
        (
            "curves",
            &[
                "Learning curves",
                "Reconstruction",
                "nats per image",
                "step",
                "training",
                "held out",
                "mean image 190",
                "floor 12, below this chart",
                "β 1 to 2",
                "1,000",
                "layer 1 of 2",
                "fine-tuning",
            ],
        ),
        ("cloud", &["Codes", "z1", "z2", "zero", "one", "two", "1σ", "2σ", "−1"]),
        ("lattice", &["Plane", "z1", "z2", "−2", "3"]),
        ("reconstructions", &["Held-out images", "input", "output", "difference", "lighter than the input"]),
        ("single", &["z = (−0.62, 1.05)"]),
        (
            "card of images",
            &[
                "Noise in, clean out",
                "What it means, in one sentence.",
                "clean",
                "corrupted",
                "no. 1",
                "no. 6",
            ],
        ),
        ("card of bars", &["KL of every dimension", "dimension", "nats", "counts from 0.5", "1", "4"]),
        ("card of lines", &["Error against atoms", "atoms used", "squared error", "codes", "pixels", "10"]),
    ];
    for ((name, figure), (same, wanted)) in all_figures().into_iter().zip(expected) {
        assert_eq!(name, same);
        for theme in THEMES {
            let said = words(&figure.scene(&caption(), theme).to_svg());
            for word in wanted {
                assert!(said.contains(word), "{name} does not say {word:?}; it says:\n{said}");
            }
            let flat = said.replace('\n', " ");
            assert!(flat.contains(&caption().text), "{name} lacks its caption; it says:\n{said}");
        }
    }
}

#[test]
fn text_with_markup_is_escaped() {
    let nasty = "<&\"'> ]]> &amp; \u{0}\u{b}";
    let mut cloud = cloud();
    cloud.title = nasty.into();
    cloud.class_names[0] = nasty.into();
    cloud.axis_names[1] = nasty.into();
    let svg = cloud.scene(&Caption { text: nasty.into() }, ColorScheme::Light).to_svg();
    parse("cloud", &svg);
    let said = words(&svg);
    assert!(said.matches("<&\"'> ]]> &amp;").count() == 4, "title, legend, axis and caption: {said}");
}

#[test]
fn a_png_is_as_large_as_its_scale_says() {
    let scene = single().scene(&caption(), ColorScheme::Light);
    for scale in 1..=8 {
        let picture = drawn(&scene, scale);
        assert_eq!(picture.dimensions(), (scene.width * scale, scene.height * scale), "scale {scale}");
        assert!(picture.pixels().all(|pixel| pixel.0[3] == 255), "scale {scale}: a figure has no holes");
    }
    for scale in [0, 9, u32::MAX] {
        let error = scene.to_png(scale).expect_err("not offered");
        assert!(
            matches!(error, ExportError::Scale { .. }) && error.to_string().contains("1 to 8"),
            "{error}"
        );
    }
}

#[test]
fn a_picture_too_large_to_open_is_refused_in_words() {
    let error = Scene::new(9000, 9000, [0; 3]).to_png(8).expect_err("72,000 pixels wide");
    assert!(error.to_string().contains("smaller scale"), "{error}");
}

#[test]
fn a_cloud_puts_points_where_they_belong_with_equal_axes() {
    let corners = [[-2.0, -1.0], [2.0, -1.0], [-2.0, 1.0], [2.0, 1.0]];
    let figure = Cloud { points: corners.to_vec(), classes: vec![0, 1, 2, 0], prior_rings: false, ..cloud() };
    let scene = figure.scene(&caption(), ColorScheme::Light);
    let find = |class: usize, nth: usize| {
        let color = ColorScheme::Light.palette().class(class);
        let markers = scene.shapes().iter().filter_map(|shape| match shape {
            Shape::Marker { center, color: ink, opacity, .. } if *ink == color && *opacity < 1.0 => {
                Some(*center)
            }
            _ => None,
        });
        markers.collect::<Vec<_>>()[nth]
    };
    let (left_top, right_bottom) = (find(2, 0), find(1, 0));
    let (across, down) = (right_bottom[0] - left_top[0], right_bottom[1] - left_top[1]);
    assert!(across > 0.0 && down > 0.0, "x grows to the right and y upwards");
    assert!((across - 2.0 * down).abs() < 1e-6, "four units across are {across}, two down are {down}");
}

#[test]
fn points_that_are_not_finite_are_counted_in_words() {
    let mut figure = cloud();
    figure.points[3] = [f32::NAN, 0.0];
    figure.points[4] = [0.0, f32::NEG_INFINITY];
    let said = words(&figure.scene(&caption(), ColorScheme::Light).to_svg());
    assert!(said.contains("left out as not finite: 2 of 120 codes"), "{said}");

    let mut curves = curves();
    curves.curves.is_log = true;
    curves.curves.charts[0].curves[1].parts[0][50][1] = f64::INFINITY;
    curves.curves.charts[1].curves[0].parts[0][5][1] = -1.0;
    let said = words(&curves.scene(&caption(), ColorScheme::Light).to_svg());
    assert!(said.contains("left out as not finite: 1 value"), "{said}");
    assert!(said.contains("not above zero on a logarithmic axis: 1 value"), "{said}");

    let mut image = single();
    image.pixels[0] = f32::NAN;
    let said = words(&image.scene(&caption(), ColorScheme::Light).to_svg());
    assert!(said.contains("1 pixel is not a number"), "{said}");
}

#[test]
fn an_outlier_does_not_shrink_the_other_codes() {
    let mut figure = cloud();
    figure.points = (0..1000).map(|index| [(index as f32).sin(), (index as f32).cos()]).collect();
    figure.points[0] = [1e9, 1e9];
    figure.classes.clear();
    let scene = figure.scene(&caption(), ColorScheme::Light);
    assert!(words(&scene.to_svg()).contains("outside the frame: 1 of 1,000 codes"));
    let xs = scene.shapes().iter().filter_map(|shape| match shape {
        Shape::Marker { center, .. } => Some(center[0]),
        _ => None,
    });
    let (low, high) = xs.fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    assert!(high - low > 100.0, "the others are {} pixels across", high - low);
}

#[test]
fn figures_without_data_say_so() {
    let curves = Curves { charts: vec![Chart::default()], ..Curves::default() };
    let curves_of_nothing = CurvesFigure { title: String::new(), curves };
    let without_channels = ImageShape { channels: 0, ..SHAPE };
    let no_bars = card_of("Bars", Bars { values: vec![f32::NAN], ..Bars::default() });
    let no_lines = card_of("Lines", Lines::default());
    let empty: [&dyn Figure; 11] = [
        &CurvesFigure::default(),
        &curves_of_nothing,
        &Cloud { points: Vec::new(), ..cloud() },
        &Cloud { points: vec![[f32::NAN; 2]; 9], ..cloud() },
        &Lattice { tiles: Vec::new(), ..lattice() },
        &Lattice { columns: 0, ..lattice() },
        &Reconstructions { outputs: Vec::new(), ..reconstructions() },
        &SingleImage { pixels: Vec::new(), ..single() },
        &SingleImage { shape: without_channels, ..single() },
        &no_bars,
        &no_lines,
    ];
    for (index, figure) in empty.into_iter().enumerate() {
        for theme in THEMES {
            let scene = figure.scene(&caption(), theme);
            assert!(words(&scene.to_svg()).contains(NOTHING_YET), "figure {index}");
            drawn(&scene, 1);
        }
    }
}

#[test]
fn a_scene_leaves_out_what_has_no_place() {
    let mut scene = Scene::new(40, 40, [255; 3]);
    scene.line([0.0, f64::NAN], [9.0, 9.0], Stroke::solid([0; 3], 1.0));
    scene.circle([f64::INFINITY, 1.0], 4.0, [0; 3]);
    scene.text([4.0, f64::NEG_INFINITY], "lost", TextStyle::new(12.0, [0; 3]));
    let svg = scene.to_svg();
    assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("lost"), "{svg}");
    assert!(drawn(&scene, 1).pixels().all(|pixel| pixel.0 == [255; 4]));
}

#[test]
fn text_is_drawn_with_the_font_that_travels_along() {
    for text in ["Reconstruction", "β 1 → 2", "μ, σ ≤ 0.5 · ×"] {
        let mut scene = Scene::new(200, 40, [255; 3]);
        scene.text([4.0, 28.0], text, TextStyle::new(20.0, [0; 3]));
        let dark = drawn(&scene, 1).pixels().filter(|pixel| pixel.0[0] < 128).count();
        assert!(dark > 40, "{text:?} left {dark} dark pixels");
    }
}

#[test]
fn a_long_caption_stays_on_the_page() {
    let text =
        "β 1.00 → 2.00 at step 3,500 · a-very-long-name/without/any/place/to/break/it/anywhere/at/all "
            .repeat(6);
    let scene = single().scene(&Caption { text }, ColorScheme::Light);
    let png = drawn(&scene, 2);
    // The margin on the right stays as empty as that on the left.
    for x in (0..40).chain(png.width() - 40..png.width()) {
        for y in 0..png.height() {
            assert_eq!(png.get_pixel(x, y).0, [255; 4], "ink in the margin at ({x}, {y})");
        }
    }
}

#[test]
fn corrupted_inputs_have_a_row_of_their_own() {
    let clean = reconstructions();
    let noisy = Reconstructions { corrupted: Some(clean.outputs.clone()), ..reconstructions() };
    let [clean, noisy] = [clean, noisy].map(|figure| figure.scene(&caption(), ColorScheme::Light));
    let has_row = |scene: &Scene| words(&scene.to_svg()).contains("corrupted");
    assert!(has_row(&noisy) && !has_row(&clean));
    assert!(noisy.height > clean.height && noisy.width >= clean.width);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_number_breaks_a_figure(
        points in prop::collection::vec(any::<[f64; 2]>(), 0..40),
        codes in prop::collection::vec(any::<[f32; 2]>(), 0..40),
        pixels in prop::collection::vec(any::<f32>(), 0..90),
        (columns, rows) in (0usize..6, 0usize..6),
        range in any::<[f64; 2]>(),
        is_log in any::<bool>(),
    ) {
        let mut curves = curves();
        curves.curves.charts[0].curves[1].parts = vec![points];
        curves.curves.is_log = is_log;
        curves.curves.charts[0].references[0].value = range[0];
        curves.curves.changes[0].step = range[1];
        let cloud = Cloud { points: codes, ..cloud() };
        let lattice = Lattice { tiles: pixels.clone(), columns, rows, x_range: range, ..lattice() };
        let pairs = Reconstructions { inputs: pixels.clone(), residual: Some(pixels.clone()), columns, ..reconstructions() };
        let single = SingleImage { pixels, ..single() };
        let figures: [&dyn Figure; 5] = [&curves, &cloud, &lattice, &pairs, &single];
        for figure in figures {
            let svg = figure.scene(&caption(), ColorScheme::Dark).to_svg();
            prop_assert!(!svg.contains("NaN") && !svg.contains("\"inf"), "a number that is none in {svg}");
            prop_assert!(usvg::Tree::from_str(&svg, &usvg::Options::default()).is_ok());
        }
    }
}
