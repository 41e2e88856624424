//! Pictures inside figures are exact: every pixel is where it belongs, and sharp.

use hourglass::chart::scene::{Area, Pixels, Scene, Shape};
use hourglass::data::ImageShape;
use hourglass::export::figures::Figure as _;
use hourglass::look::{ColorMap, ColorScheme};

use super::drawn;
use super::samples::{SHAPE, THEMES, caption, card_of_images, lattice, reconstructions, single};

/// Checks that every pixel of every picture in a scene is where it belongs in the PNG, over its whole area.
fn assert_pixels_are_exact(name: &str, scene: &Scene, scale: u32) {
    let png = drawn(scene, scale);
    let mut seen = 0;
    for shape in scene.shapes() {
        let Shape::Image { area, pixels } = shape else {
            continue;
        };
        seen += 1;
        let zoom = [area.width / f64::from(pixels.width()), area.height / f64::from(pixels.height())];
        let channels = pixels.bytes().len() / (pixels.width() * pixels.height()) as usize;
        for row in 0..pixels.height() {
            for column in 0..pixels.width() {
                let at = (row * pixels.width() + column) as usize * channels;
                let bytes = &pixels.bytes()[at..at + channels];
                let want = if channels == 1 { [bytes[0]; 3] } else { [bytes[0], bytes[1], bytes[2]] };
                // The middle, and just inside two opposite corners: a blurred edge would show there.
                for inset in [0.5, 0.02, 0.98] {
                    let x = (area.x + (f64::from(column) + inset) * zoom[0]) * f64::from(scale);
                    let y = (area.y + (f64::from(row) + inset) * zoom[1]) * f64::from(scale);
                    let got = &png.get_pixel(x as u32, y as u32).0[..3];
                    assert_eq!(got, want, "{name} at scale {scale}, picture {seen}, pixel ({column}, {row})");
                }
            }
        }
    }
    assert!(seen > 0, "{name} holds no picture");
}

#[test]
fn pixels_land_in_the_png_exactly() {
    for theme in THEMES {
        for scale in [1, 2, 3] {
            assert_pixels_are_exact("single", &single().scene(&caption(), theme), scale);
            assert_pixels_are_exact("lattice", &lattice().scene(&caption(), theme), scale);
            assert_pixels_are_exact("card", &card_of_images().scene(&caption(), theme), scale);
            let mut pairs = reconstructions();
            assert_pixels_are_exact("reconstructions", &without_key(pairs.scene(&caption(), theme)), scale);
            pairs.shape = ImageShape { height: 5, width: 1, channels: 3 };
            pairs.columns = 3;
            assert_pixels_are_exact("colour", &without_key(pairs.scene(&caption(), theme)), scale);
        }
    }
}

#[test]
fn grey_pictures_take_the_colours_asked_for_and_coloured_ones_keep_theirs() {
    let plain = lattice().scene(&caption(), ColorScheme::Light);
    assert_eq!(plain.clone().tinted(ColorMap::Grey), plain);
    let tinted = plain.clone().tinted(ColorMap::Viridis);
    assert_pixels_are_exact("tinted", &tinted, 2);
    let [before, after] = [&plain, &tinted].map(|scene| {
        let pixels = scene.shapes().iter().find_map(|shape| match shape {
            Shape::Image { pixels, .. } => Some(pixels.bytes().to_vec()),
            _ => None,
        });
        pixels.expect("a picture")
    });
    assert!(before.iter().any(|grey| *grey > 0), "the picture is not all black");
    for (grey, color) in before.iter().zip(after.chunks(3)) {
        assert_eq!(color, ColorMap::Viridis.color(f32::from(*grey) / 255.0), "grey {grey}");
    }
    let mut pairs = reconstructions();
    pairs.shape = ImageShape { height: 5, width: 1, channels: 3 };
    let colored = without_key(pairs.scene(&caption(), ColorScheme::Light));
    assert_eq!(colored.clone().tinted(ColorMap::Magma), colored);
}

/// The key to the differences is a ramp, not data, and lies where the text leaves it room.
fn without_key(scene: Scene) -> Scene {
    let mut copy = Scene::new(scene.width, scene.height, scene.background);
    let is_key = |shape: &Shape| matches!(shape, Shape::Image { pixels, .. } if pixels.width() == 128);
    for shape in scene.shapes().iter().filter(|shape| !is_key(shape)) {
        copy.add(shape.clone());
    }
    copy
}

#[test]
fn a_lattice_shows_its_first_image_at_the_top_left() {
    let mut figure = lattice();
    figure.tiles = vec![0.0; 24 * SHAPE.values()];
    figure.tiles[..SHAPE.values()].fill(1.0);
    let scene = figure.scene(&caption(), ColorScheme::Light);
    let area = pictures(&scene)[0].0;
    let png = drawn(&scene, 1);
    let at = |x: f64, y: f64| {
        png.get_pixel((area.x + x * area.width) as u32, (area.y + y * area.height) as u32).0[0]
    };
    assert_eq!(at(0.5 / 6.0, 0.5 / 4.0), 255, "top left");
    for (x, y) in [(1.5 / 6.0, 0.5 / 4.0), (0.5 / 6.0, 1.5 / 4.0), (5.5 / 6.0, 3.5 / 4.0)] {
        assert_eq!(at(x, y), 0, "at {x}, {y}");
    }
}

fn pictures(scene: &Scene) -> Vec<(Area, &Pixels)> {
    let picture = |shape| {
        if let &Shape::Image { area, ref pixels } = shape { Some((area, pixels)) } else { None }
    };
    scene.shapes().iter().filter_map(picture).collect()
}
