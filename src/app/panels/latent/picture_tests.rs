//! What the map looks like when it is really drawn: by shaders of our own, and without them.

use std::sync::Arc;

use eframe::egui::{Color32, Key, Pos2, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::cloud::splat;
use super::explorer::Explorer;
use super::plane::geometry::{Latent, MapTransform};
use super::*;
use crate::app::panels::latent::cloud::looks::{Looks, PointLook};
use crate::app::panels::latent::cloud::motion::Moving;
use crate::app::panels::latent::cloud::points::PointsPaint;
use crate::app::panels::latent::tests::bench;
use crate::app::pictures::{Pictures, Plotting};
use crate::app::setup::graphics_setup;
use crate::app::state::AppState;
use crate::app::theme::{ColorScheme, Theme};
use crate::document::{Background, ColorBy, Layers, MapView, PointStyle};
use crate::engine::{
    CloudView, FieldKind, FieldView, LatentPlane, Sheet, SheetView, WantedField, WantedLattice, WantedSheet,
};
use crate::look::ColorMap;
use crate::recipe::{Activation, CodeKind};

/// The explorer in a window of its own.
struct Probe {
    state: AppState,
    theme: Theme,
    pictures: Pictures,
    document: Exploration,
    cache: LatentCache,
}

impl Probe {
    /// The explorer of the shown run.
    fn explorer(&mut self) -> Explorer<'_> {
        let id = self.state.run().expect("a run").info.id;
        self.cache.maps.open(&mut self.document, id).expect("it was drawn").explorer
    }

    /// Where the point is on the shown plane.
    fn place(&self) -> Latent {
        let id = self.state.run().expect("a run").info.id;
        let run = self.document.run(id).expect("it was drawn");
        self.cache.maps.cache(id).expect("it was drawn").plane.plane().place(&run.point)
    }
}

impl eframe::App for Probe {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let Self { state, theme, pictures, document, cache } = self;
        let wants = Default::default();
        let cx = PanelContext { state, theme, pictures, wants: &wants };
        latent_ui(ui, &cx, document, cache, "Latent space");
    }
}

fn has_adapter() -> bool {
    let found = !crate::gpu::adapter::adapters().is_empty();
    if !found {
        assert!(std::env::var_os("HOURGLASS_REQUIRE_GPU").is_none(), "a graphics adapter is required here");
        eprintln!("no graphics adapter: nothing is drawn");
    }
    found
}

/// Draws the explorer with shaders of our own or without; `None` where there is no adapter.
fn drawn(state: AppState, layers: fn(&mut Layers), is_plotted: bool) -> Option<Harness<'static, Probe>> {
    if !has_adapter() {
        return None;
    }
    let mut document = Exploration::default();
    layers(&mut document.maps.layers);
    let builder = Harness::builder().with_size(vec2(700.0, 520.0)).wgpu_setup(graphics_setup());
    let mut harness = builder.build_eframe(|cc| {
        let painting = cc.wgpu_render_state.clone().filter(|_| is_plotted);
        let mut pictures = Pictures::new(cc.egui_ctx.clone(), painting);
        pictures.take_in(&state);
        let (theme, cache) = (Theme::new(ColorScheme::Dark, false), LatentCache::default());
        Probe { state, theme, pictures, document, cache }
    });
    harness.run_steps(8);
    Some(harness)
}

type Picture = Vec<[u8; 3]>;
const WIDTH: usize = 700;

/// The map's pixels around the origin, without what is written at its edges.
fn pixels(harness: &mut Harness<'_, Probe>) -> (Picture, Pos2) {
    let origin = harness.get_by_label("latent point").rect().center();
    let image = harness.render().expect("a picture");
    let [width, _] = [image.width() as usize, image.height() as usize];
    assert_eq!(width, WIDTH);
    (image.pixels().map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]]).collect(), origin)
}

fn at(picture: &Picture, place: Pos2) -> [u8; 3] {
    picture[place.y as usize * WIDTH + place.x as usize]
}

fn apart(a: [u8; 3], b: [u8; 3]) -> u8 {
    (0..3).map(|k| a[k].abs_diff(b[k])).max().unwrap_or(0)
}

/// A bench whose cloud has so many points, on a spiral.
fn spiral(count: usize) -> AppState {
    let mut state = bench(2);
    let at = |i: usize| (3.0 * (i as f32 / count as f32).sqrt(), i as f32 * 2.399_963);
    let codes: Arc<[f32]> =
        (0..count).flat_map(|i| [at(i).0 * at(i).1.cos(), at(i).0 * at(i).1.sin()]).collect();
    let images: Arc<[u32]> = (0..count).map(|i| i as u32 % 200).collect();
    let view = CloudView { images, ..CloudView::of_codes(0, 2, codes) };
    if let Some(run) = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()) {
        run.views.cloud = Some(view.into());
    }
    state
}

fn points_alone(layers: &mut Layers) {
    layers.background = Background::Plain;
    layers.has_rings = false;
}

#[test]
fn shaders_draw_the_points_that_triangles_and_pixels_draw() {
    // Shapes against the mesh, and dots against the picture made on the host.
    for count in [500, 9000] {
        let [plotted, plain] = [true, false]
            .map(|is_plotted| Some(pixels(&mut drawn(spiral(count), points_alone, is_plotted)?)));
        let (Some((plotted, _)), Some((plain, _))) = (plotted, plain) else { return };
        let ink = plain.iter().filter(|pixel| pixel.iter().any(|byte| *byte > 120)).count();
        assert!(ink > 4000, "{count} points leave only {ink} pixels of ink");
        let different = plotted.iter().zip(&plain).filter(|(a, b)| apart(**a, **b) > 40).count();
        assert!(different < ink / 50, "{count} points: {different} pixels differ, of {ink} with ink");
    }
}

#[test]
fn dots_of_a_shader_lie_where_the_dots_of_the_host_lie() {
    if !has_adapter() {
        return;
    }
    let rect = Rect::from_min_size(pos2(21.3, 14.8), vec2(300.0, 220.0));
    let transform = MapTransform::new(MapView { center: [0.3, -0.2], radius: 2.0 }, rect);
    let color = |k: usize| Theme::new(ColorScheme::Dark, false).class(k);
    let at = |k: usize| [3.0 * (k as f32 * 1.7).sin(), 3.0 * (k as f32 * 2.3).cos()];
    let places: Vec<Latent> = (0..600).map(at).collect();
    let before: Vec<Latent> = places.iter().map(|[x, y]| [*y, 0.5 * *x]).collect();
    let points = (0..600).map(|k| (k % 7 != 3).then(|| PointLook { color: color(k), glyph: 0 })).collect();
    let looks = Looks { points, range: None };
    for (fraction, side_px) in [(1.0, 2), (0.4, 3)] {
        let moving = Moving { before: &before, places: &places, fraction };
        let want = splat::splat(&transform, moving, &looks, 1.0, side_px);
        let points: Arc<[_]> = cloud::point_instances(&places, &before, &looks).into();
        let plotting = Plotting { format: wgpu::TextureFormat::Rgba8Unorm, is_software: false, place: 0 };
        let paint = move |ui: &mut Ui| {
            ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, Color32::BLACK);
            let points = Arc::clone(&points);
            let side_px = side_px as f32;
            let painter = ui.painter().with_clip_rect(rect);
            PointsPaint { points, atlas: None, transform, fraction, side_px, plotting }.add_to(&painter);
        };
        let builder = Harness::builder().with_size(vec2(360.0, 260.0)).wgpu_setup(graphics_setup());
        let mut harness = builder.build_ui(paint);
        harness.run_steps(2);
        let got = harness.render().expect("a picture");
        let ([left, top], [width, _]) = splat::pixels(rect, 1.0);
        let [left, top] = [left, top].map(|side| side as u32);
        let mut different = 0;
        for (i, want) in want.pixels.iter().enumerate() {
            let (x, y) = (i % width, i / width);
            let got = got.get_pixel(left + x as u32, top + y as u32).0;
            different += usize::from(apart([got[0], got[1], got[2]], [want.r(), want.g(), want.b()]) > 2);
        }
        let ink = want.pixels.iter().filter(|pixel| pixel.a() > 0).count();
        // The host leaves out what reaches over an edge, and rounds halves differently.
        assert!(
            ink > 500 && different < ink / 8,
            "fraction {fraction}: {different} pixels differ, of {ink} with ink"
        );
    }
}

/// A field that rises to the right, from nothing at −2 to the spread of the codes at 2.
fn rising() -> AppState {
    let mut state = spiral(300);
    let (columns, rows) = (41, 31);
    let lattice = WantedLattice {
        plane: LatentPlane::of_axes([0, 1], 2, &[]),
        x: [-2.0, 2.0],
        y: [-2.0, 2.0],
        columns,
        rows,
    };
    let wanted = WantedField { kind: FieldKind::RoundTrip, lattice };
    if let Some(run) = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()) {
        let variances = run.views.cloud.as_deref().map(|cloud| cloud.summary.variances.iter().sum::<f32>());
        let spread = variances.expect("codes").sqrt();
        let values = (0..columns * rows).map(|i| spread * (i % columns) as f32 / 40.0).collect();
        run.views.field = Some(FieldView { version: 1, step: 0, wanted, values }.into());
    }
    state
}

#[test]
fn a_field_has_the_colours_of_its_scale_with_and_without_shaders() {
    let layers = |layers: &mut Layers| {
        layers.background = Background::Field(FieldKind::RoundTrip);
        layers.points = PointStyle::Hidden;
        layers.has_rings = false;
    };
    for is_plotted in [true, false] {
        let Some(mut harness) = drawn(rising(), layers, is_plotted) else { return };
        let (picture, origin) = pixels(&mut harness);
        // The scale follows from how far a key moves the point.
        harness.get_by_label("latent point").focus();
        harness.run_steps(2);
        harness.key_press(Key::ArrowRight);
        harness.run_steps(2);
        let moved = harness.get_by_label("latent point").rect().center().x - origin.x;
        let per_unit = moved / harness.state().place()[0];
        let mut compared = 0;
        for k in -12..=12 {
            let x = 0.15 * k as f32;
            let share = (x + 2.0) / 4.0;
            let is_near_a_line = ((share * 6.0 - 0.5).rem_euclid(1.0) - 0.5).abs() < 0.2;
            let on_screen = origin + vec2(x * per_unit, -0.5 * per_unit);
            if is_near_a_line || !(8.0..500.0).contains(&on_screen.x) {
                continue;
            }
            let want = ColorMap::Magma.color(share).map(|byte| (f32::from(byte) * 0.72) as u8);
            let got = at(&picture, on_screen);
            let tolerance = 12;
            assert!(
                apart(got, want) <= tolerance,
                "shaders: {is_plotted}, at {x}: got {got:?}, want {want:?}, tolerance {tolerance}"
            );
            compared += 1;
        }
        assert!(compared >= 8, "only {compared} places were compared");
        // A line of equal height brightens what it lies on, where shaders draw.
        let (line, beside) =
            (origin + vec2(0.0, -0.5 * per_unit), origin + vec2(0.3 * per_unit, -0.5 * per_unit));
        let bright = |place: Pos2| (-3..=3).map(|k| at(&picture, place + vec2(k as f32, 0.0))[2]).max();
        if is_plotted {
            assert!(bright(line) > bright(beside), "no line: {:?} and {:?}", bright(line), bright(beside));
        }
    }
}

#[test]
fn a_place_without_a_finite_value_is_not_drawn() {
    let layers = |layers: &mut Layers| {
        layers.background = Background::Field(FieldKind::RoundTrip);
        layers.points = PointStyle::Hidden;
        layers.has_rings = false;
    };
    for is_plotted in [true, false] {
        let mut state = rising();
        let run = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()).expect("a run");
        let view = run.views.field.as_mut().map(std::sync::Arc::make_mut).expect("a field");
        // The decoder overflows on the right.
        let values = view.values.iter().enumerate();
        view.values = values.map(|(i, value)| if i % 41 > 20 { f32::NAN } else { *value }).collect();
        let Some(mut harness) = drawn(state, layers, is_plotted) else { return };
        let (picture, origin) = pixels(&mut harness);
        let ground = Theme::new(ColorScheme::Dark, false).picture;
        let ground = [ground.r(), ground.g(), ground.b()];
        let [left, right] = [-33.0, 33.0].map(|x| at(&picture, origin + vec2(x, -27.0)));
        assert!(apart(right, ground) <= 2, "shaders: {is_plotted}: {right:?}, want the ground {ground:?}");
        assert!(apart(left, ground) > 40, "shaders: {is_plotted}: nothing is drawn at all: {left:?}");
    }
}

#[test]
fn the_map_of_a_bounded_code_shows_where_codes_end() {
    let drawn_after = |activation: Activation| {
        let mut state = spiral(300);
        let run = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()).expect("a run");
        run.recipe.model.code_kind = CodeKind::Plain;
        run.recipe.model.code_activation = activation;
        let layers = |layers: &mut Layers| {
            points_alone(layers);
            layers.points = PointStyle::Hidden;
        };
        let mut harness = drawn(state, layers, true)?;
        harness.state_mut().explorer().look_at(MapView { center: [0.5, 0.5], radius: 1.0 });
        harness.run_steps(3);
        Some(pixels(&mut harness).0)
    };
    let [free, again, bounded] =
        [Activation::Linear, Activation::Linear, Activation::Sigmoid].map(drawn_after);
    let (Some(free), Some(again), Some(bounded)) = (free, again, bounded) else { return };
    let different = |other: &Picture| -> Vec<usize> {
        (0..free.len()).filter(|at| apart(free[*at], other[*at]) > 60).collect()
    };
    assert!(different(&again).is_empty(), "the same map is drawn otherwise");
    // Dashes fill six tenths of a line; the words beside it come on top.
    let in_column = |x: usize| different(&bounded).iter().filter(|at| *at % WIDTH == x).count();
    let lines: Vec<usize> = (0..WIDTH).filter(|x| in_column(*x) > 150).collect();
    let apart = lines.last().zip(lines.first()).map(|(last, first)| last - first);
    assert!(apart.is_some_and(|apart| apart > 100), "no lines at 0 and 1: {lines:?}");
}

#[test]
fn images_are_drawn_where_their_codes_are() {
    let layers = |layers: &mut Layers| {
        points_alone(layers);
        layers.points = PointStyle::Thumbnails;
        layers.color = ColorBy::Class;
    };
    let Some(mut harness) = drawn(spiral(400), layers, true) else { return };
    let (picture, _) = pixels(&mut harness);
    let shown = harness.state().cache.maps.thumbnails(RunId(1)).shown.clone();
    assert!(shown.len() > 30, "only {} images fit", shown.len());
    for (i, (_, rect)) in shown.iter().enumerate() {
        assert!(shown[..i].iter().all(|(_, other)| !other.intersects(*rect)), "image {i} covers another");
    }
    let is_ink = |pixel: &[u8; 3]| pixel.iter().any(|byte| *byte > 60);
    let inside = shown.iter().filter(|(_, rect)| {
        let rect = rect.shrink(3.0);
        let corners =
            (rect.left() as usize..rect.right() as usize, rect.top() as usize..rect.bottom() as usize);
        corners.1.clone().any(|y| corners.0.clone().any(|x| is_ink(&picture[y * WIDTH + x])))
    });
    assert!(inside.count() > shown.len() / 2, "images are black");
}

#[test]
fn the_image_of_every_pin_is_drawn_beside_its_flag() {
    let mut state = bench(2);
    let codes = [[-1.0, 0.5], [1.0, -0.5]];
    let greys = [0.3, 0.7];
    if let Some(run) = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()) {
        let wanted = WantedSheet { sheet: Sheet::Pins, columns: 12, rows: 1, points: codes.concat().into() };
        // Twelve tiles, of which the last ten show nothing.
        let pixels = (0..12 * 784).map(|i| greys.get(i / 784).copied().unwrap_or(0.0)).collect();
        let view = SheetView { version: 1, step: 0, wanted, pixels: Some(pixels) };
        run.views.sheets.insert(Sheet::Pins, view.into());
    }
    let Some(mut harness) = drawn(state, points_alone, true) else { return };
    // Dropped in the other order: an image is known by its code.
    for code in [codes[1], codes[0]] {
        harness.state_mut().explorer().run.pins.add(code.to_vec(), None, None).expect("room for a pin");
    }
    harness.run_steps(3);
    let (picture, _) = pixels(&mut harness);
    let [ground, line] = [harness.state().theme.picture, harness.state().theme.marker];
    let [ground, line] = [ground, line].map(|color| [color.r(), color.g(), color.b()]);
    for (number, grey) in [(1, greys[1]), (2, greys[0])] {
        let image = harness.get_by_label(&format!("image beside pin {number}")).rect();
        let flag = harness.get_by_label(&format!("pin {number} on the map")).rect();
        let want = [(255.0 * grey) as u8; 3];
        for share in [0.1, 0.5, 0.9] {
            let place = image.lerp_inside(vec2(share, share));
            let got = at(&picture, place);
            assert!(
                apart(got, want) <= 2,
                "pin {number} at {place:?}: got {got:?}, want {want:?}, tolerance 2"
            );
        }
        let beside = at(&picture, flag.left_bottom() + vec2(2.5, -2.5));
        assert!(apart(beside, line) <= 2, "the flag of pin {number} is covered: {beside:?}");
        let edge = (0..6).map(|k| at(&picture, image.center_bottom() + vec2(0.0, k as f32 - 1.0)));
        let edge: Vec<_> = edge.collect();
        assert!(edge.iter().any(|pixel| apart(*pixel, want) > 60 && pixel[0] > 150), "no line: {edge:?}");
        assert!(edge.iter().any(|pixel| apart(*pixel, ground) <= 12), "no dark edge: {edge:?}");
    }
}
