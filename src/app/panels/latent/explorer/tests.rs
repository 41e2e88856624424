//! What the explorer promises, without a window.

use std::sync::Arc;

use super::*;
use crate::app::panels::latent::nearest::NearestCache;
use crate::document::{CodeTraits, Exploration};
use crate::engine::RunId;

/// A document and a cache for a run whose code has so many numbers.
struct Fixture {
    document: Exploration,
    cache: MapCache,
}

impl Fixture {
    fn new(dimensions: usize, is_variational: bool) -> Self {
        let code = CodeTraits { run: RunId(1), dimensions, is_variational };
        let run = RunExploration::new(code);
        let cache = MapCache::new(&run, is_variational);
        let document = Exploration::of(run);
        Self { document, cache }
    }

    fn explorer(&mut self) -> Explorer<'_> {
        opened(&mut self.document, &mut self.cache)
    }
}

/// The explorer of the first run.
fn opened<'a>(document: &'a mut Exploration, cache: &'a mut MapCache) -> Explorer<'a> {
    let (run, maps) = document.open(RunId(1)).expect("a run");
    Explorer { run, maps, cache }
}

fn fixture(dimensions: usize) -> Fixture {
    Fixture::new(dimensions, true)
}

fn cloud_view(dimensions: usize, codes: &[f32]) -> CloudView {
    CloudView::of_codes(1, dimensions, codes.into())
}

#[test]
fn the_point_is_moved_on_the_shown_plane() {
    let mut fixture = fixture(2);
    let mut explorer = fixture.explorer();
    explorer.move_to([0.5, -1.0], 3.0);
    assert_eq!((explorer.point(), explorer.place()), (&[0.5, -1.0][..], [0.5, -1.0]));
    assert_eq!(explorer.cache.moved_at_secs, Some(3.0));
    explorer.move_to([0.5, -1.0], 4.0);
    assert_eq!(explorer.cache.moved_at_secs, Some(3.0), "it was there already");
}

#[test]
fn other_axes_hold_the_rest_at_zero() {
    let mut fixture = fixture(5);
    let mut explorer = fixture.explorer();
    explorer.move_to([0.5, -1.0], 0.0);
    explorer.choose_axes(Axes::Pair([1, 4]), None, 0.0);
    assert_eq!(explorer.point(), [0.0, -1.0, 0.0, 0.0, 0.0]);
    explorer.choose_axes(Axes::Pair([3, 3]), None, 0.0);
    assert_eq!(explorer.run.plane.axes, Axes::Pair([1, 4]), "one number cannot be both axes");
    explorer.move_to([2.0, 3.0], 0.0);
    assert_eq!(explorer.point(), [0.0, 2.0, 0.0, 0.0, 3.0]);
}

#[test]
fn a_code_of_one_number_moves_along_its_line() {
    let mut fixture = fixture(1);
    let mut explorer = fixture.explorer();
    explorer.move_to([1.25, 9.0], 0.0);
    assert_eq!((explorer.point(), explorer.place()), (&[1.25][..], [1.25, 0.0]));
}

#[test]
fn the_point_stays_on_a_plane_that_moves_with_the_codes() {
    let codes = |shift: f32| -> Vec<f32> {
        (0..90).flat_map(|i| [i as f32, (i * 7 % 90) as f32, shift + (i % 3) as f32]).collect()
    };
    let mut fixture = Fixture::new(3, false);
    let mut explorer = fixture.explorer();
    explorer.move_to([2.0, 3.0], 0.0);
    explorer.take_in_cloud(Some(&cloud_view(3, &codes(0.0))));
    assert_eq!(explorer.point(), [2.0, 3.0, 1.0], "the rest at the mean");
    explorer.take_in_cloud(Some(&cloud_view(3, &codes(5.0))));
    assert_eq!(explorer.point(), [2.0, 3.0, 6.0], "the mean has moved");
    assert!(explorer.take_in_cloud(Some(&cloud_view(2, &codes(0.0)))).is_none(), "codes of another network");
}

#[test]
fn going_to_a_code_shows_the_plane_through_it() {
    let mut fixture = fixture(4);
    let mut explorer = fixture.explorer();
    let code = vec![1.0, 2.0, 3.0, 4.0];
    explorer.go_to(code.clone(), 0.0);
    assert_eq!(explorer.point(), code);
    assert_eq!((explorer.place(), explorer.rest()), ([1.0, 2.0], Rest::Point));
    explorer.move_to([0.0, 0.0], 0.0);
    assert_eq!(explorer.point(), [0.0, 0.0, 3.0, 4.0]);
    explorer.go_to(vec![f32::NAN; 4], 0.0);
    explorer.go_to(vec![0.0; 3], 0.0);
    assert_eq!(explorer.point(), [0.0, 0.0, 3.0, 4.0], "neither is a code of this network");
}

#[test]
fn the_view_follows_the_cloud_until_it_is_chosen() {
    let codes: Vec<f32> = (0..2000).map(|i| 10.0 * (i as f32 * 0.7).sin()).collect();
    let mut fixture = fixture(2);
    let mut explorer = fixture.explorer();
    explorer.take_in_cloud(Some(&cloud_view(2, &codes)));
    explorer.follow(true, Vec2::splat(400.0), true, 0.1);
    assert!(explorer.view().radius > 9.0, "{:?}", explorer.view());
    explorer.look_at(MapView { center: [1.0, 1.0], radius: 0.5 });
    assert!(!explorer.follow(true, Vec2::splat(400.0), true, 0.1));
    assert_eq!(explorer.view().radius, 0.5);
    explorer.fit();
    let moving = (0..200).take_while(|_| explorer.follow(true, Vec2::splat(400.0), true, 0.05)).count();
    assert!(moving > 1 && explorer.view().radius > 9.0, "{moving} frames, {:?}", explorer.view());
}

#[test]
fn the_view_shows_the_pins_and_a_point_at_rest() {
    let codes: Vec<f32> = (0..2000).map(|i| 10.0 * (i as f32 * 0.7).sin()).collect();
    let mut fixture = fixture(2);
    let mut explorer = fixture.explorer();
    let rect = Rect::from_min_size(eframe::egui::Pos2::ZERO, Vec2::splat(400.0));
    explorer.take_in_cloud(Some(&cloud_view(2, &codes)));
    let is_shown = |explorer: &mut Explorer<'_>, place: [f32; 2], is_at_rest: bool| {
        (0..200).for_each(|_| _ = explorer.follow(false, rect.size(), is_at_rest, 0.1));
        let at = MapTransform::new(explorer.view(), rect).screen_from_latent(place);
        rect.shrink(20.0).contains(at)
    };
    explorer.go_to(vec![14.0, 0.0], 0.0);
    assert!(!is_shown(&mut explorer, [14.0, 0.0], false), "it is being dragged");
    assert!(is_shown(&mut explorer, [14.0, 0.0], true));
    explorer.add_pin();
    explorer.go_to(vec![0.0, -16.0], 0.0);
    assert!(is_shown(&mut explorer, [14.0, 0.0], true) && is_shown(&mut explorer, [0.0, -16.0], true));
    explorer.go_to(vec![900.0, 0.0], 0.0);
    assert!(is_shown(&mut explorer, [0.0, 9.0], true), "the codes stay in sight of a point far away");
    assert!(explorer.view().radius < 40.0, "{:?}", explorer.view());
}

#[test]
fn dropping_the_cache_changes_nothing_that_was_set_up() {
    let Fixture { mut document, mut cache } = Fixture::new(4, true);
    let mut explorer = opened(&mut document, &mut cache);
    explorer.choose_axes(Axes::Pair([3, 1]), None, 0.0);
    explorer.go_to(vec![1.0, 2.0, 3.0, 4.0], 0.0);
    explorer.add_pin();
    explorer.look_at(MapView { center: [1.0, 1.0], radius: 0.5 });
    explorer.maps.layers.pick(Some(2));
    let (plane, view) = (explorer.plane().clone(), explorer.view());
    let before = document.clone();
    cache = MapCache::new(&document.runs()[0], true);
    let explorer = opened(&mut document, &mut cache);
    assert_eq!((explorer.plane(), explorer.view()), (&plane, view));
    assert_eq!(document, before);
}

#[test]
fn samples_around_an_image_have_its_mean_and_spread_and_stay_with_it() {
    let sigma = [0.5, 2.0, 9.0, 9.0];
    let view = CloudView { spreads: Some(sigma.into()), ..cloud_view(2, &[1.0, -3.0, 50.0, 50.0]) };
    let mut fixture = fixture(2);
    let mut explorer = fixture.explorer();
    let count = 4000;
    let (mut sum, mut squares) = ([0.0_f64; 2], [0.0_f64; 2]);
    for k in 0..count {
        // The other image becomes the nearest now and then; the samples stay with the first.
        explorer.sample_around(usize::from(k > 0), &view, 7, 0.0);
        for (k, z) in explorer.point().iter().enumerate() {
            sum[k] += f64::from(*z);
            squares[k] += f64::from(*z).powi(2);
        }
    }
    for (k, (mean, sigma)) in [(1.0, 0.5), (-3.0, 2.0)].into_iter().enumerate() {
        let got = sum[k] / f64::from(count);
        let spread = (squares[k] / f64::from(count) - got * got).sqrt();
        assert!((got - mean).abs() < 0.08 * sigma, "got {got}, want {mean} within {}", 0.08 * sigma);
        assert!((spread / sigma - 1.0).abs() < 0.06, "got {spread}, want {sigma} within 6 %");
    }
    let others = CloudView { images: [1, 2].into(), ..view.clone() };
    explorer.sample_around(0, &others, 7, 0.0);
    explorer.sample_around(1, &view, 7, 0.0);
    let point = explorer.point();
    assert!(point[0] > 10.0, "the first has left the cloud, the second has moved: {point:?}");
    explorer.sample_around(0, &view, 7, 0.0);
    assert!(explorer.point()[0] > 10.0, "it stays with the second: {:?}", explorer.point());
    // The second has become the first, and the only one.
    let fewer =
        CloudView { images: [1].into(), spreads: Some([0.0; 2].into()), ..cloud_view(2, &[5.0, 6.0]) };
    explorer.sample_around(0, &fewer, 7, 0.0);
    assert_eq!(explorer.point(), [5.0, 6.0], "it has moved with its image");
    explorer.move_to([0.0, 0.0], 0.0);
    explorer.sample_around(1, &view, 7, 0.0);
    assert!(explorer.point()[0] > 10.0, "another image after the point was moved: {:?}", explorer.point());
    let before = explorer.point().to_vec();
    explorer.sample_around(0, &cloud_view(2, &[0.0; 2]), 7, 0.0);
    assert_eq!(explorer.point(), before, "a plain code has no σ");
}

#[test]
fn the_point_keeps_its_place_while_principal_axes_turn() {
    let mut fixture = fixture(3);
    let mut explorer = fixture.explorer();
    // An ellipse of codes that leans further with every cloud.
    let cloud = |tilt: f32| {
        let code = |i: usize| {
            let (sin, cos) = (i as f32 / 40.0 * std::f32::consts::TAU).sin_cos();
            [4.0 * cos, 2.0 * sin * tilt.cos(), 2.0 * sin * tilt.sin()]
        };
        cloud_view(3, &(0..40).flat_map(code).collect::<Vec<f32>>())
    };
    let first = cloud(0.0);
    explorer.choose_axes(Axes::Principal, Some(&first), 0.0);
    explorer.move_to([1.0, 1.5], 0.0);
    for turn in 1..=60 {
        explorer.take_in_cloud(Some(&cloud(0.05 * turn as f32)));
    }
    for (got, want) in explorer.place().into_iter().zip([1.0, 1.5]) {
        assert!((got - want).abs() < 1e-3, "the point crept to {:?}, want (1, 1.5)", explorer.place());
    }
}

#[test]
fn coordinates_are_written_with_a_real_minus() {
    assert_eq!(coordinates([-0.62, 1.05], 2, 4.0), "(−0.62, 1.05)");
    assert_eq!(coordinates([-0.625, 9.0], 1, 4.0), "−0.62");
    assert_eq!(coordinates([-0.000_628, 0.001], 2, 0.004), "(−0.00063, 0.00100)", "a small map");
    assert_eq!(exact_coordinates([-0.1234567, 2.0], 2), "(−0.1234567, 2)");
}

#[test]
fn the_nearest_of_very_many_numbers_is_found_roughly_while_the_point_moves_and_exactly_when_it_rests() {
    let (dimensions, count) = (1000, 16_000);
    let codes: Arc<[f32]> = (0..count * dimensions).map(|i| ((i / dimensions) as f32 * 0.37).sin()).collect();
    let mut state = crate::app::testing::state_of("vae-2d", |_| ());
    let bench = state.bench.as_mut().expect("a bench");
    // All of them are training images, so that all of them count.
    let mut dataset = bench.dataset.as_ref().clone();
    dataset.split.train = (0..count as u32).collect();
    bench.dataset = Arc::new(dataset);
    bench.runs[0].recipe.model.code = dimensions;
    bench.runs[0].views.cloud = Some(CloudView::of_codes(1, dimensions, Arc::clone(&codes)).into());
    let shown = state.shown_run().expect("a run");
    let Fixture { mut document, mut cache } = Fixture::new(dimensions, true);
    let mut search = NearestCache::default();
    let mut explorer = opened(&mut document, &mut cache);
    let mut timed = |explorer: &Explorer<'_>, now_secs: f64| {
        let begun = std::time::Instant::now();
        let row = search.find(explorer, shown, now_secs).map(|nearest| nearest.row);
        (row, begun.elapsed())
    };
    let begun = std::time::Instant::now();
    explorer.take_in_cloud(shown.run.views.cloud.as_deref());
    println!("a cloud of {count} codes of {dimensions} numbers is taken in in {:?}", begun.elapsed());
    explorer.go_to(codes[7 * dimensions..8 * dimensions].to_vec(), 1.0);
    let (rough, while_moving) = timed(&explorer, 1.0);
    assert!(rough.is_some_and(|row| row % 16 == 0), "every 16th of them: {rough:?}");
    let (exact, at_rest) = timed(&explorer, 1.5);
    assert_eq!(exact, Some(7));
    println!("the nearest is found in {while_moving:?} while the point moves, in {at_rest:?} at rest");
    assert_eq!(timed(&explorer, 9.0).0, Some(7));
}

#[test]
fn an_image_stays_the_nearest_while_it_is_nearly_so() {
    let mut state = crate::app::testing::state_of("vae-2d", |_| ());
    let Fixture { mut document, mut cache } = Fixture::new(2, true);
    let mut search = NearestCache::default();
    let mut explorer = opened(&mut document, &mut cache);
    explorer.go_to(vec![0.0, 0.0], 1.0);
    // The distances of three images from the point, as training goes on.
    let mut nearest = |explorer: &Explorer<'_>, distances: [f32; 3]| {
        let codes = distances.into_iter().flat_map(|distance| [distance, 0.0]).collect();
        state.bench.as_mut().expect("a bench").runs[0].views.cloud =
            Some(CloudView::of_codes(1, 2, codes).into());
        search.find(explorer, state.shown_run().expect("a run"), 9.0).map(|nearest| nearest.row)
    };
    assert_eq!(nearest(&explorer, [1.0, 2.0, 3.0]), Some(0));
    assert_eq!(nearest(&explorer, [1.2, 1.0, 3.0]), Some(0), "less than 1.25 times as far");
    assert_eq!(nearest(&explorer, [1.3, 1.0, 3.0]), Some(1));
    assert_eq!(nearest(&explorer, [1.0, f32::NAN, 3.0]), Some(0), "a code that is not finite is not near");
    explorer.go_to(vec![0.1, 0.0], 1.0);
    assert_eq!(nearest(&explorer, [1.0, 0.8, 3.0]), Some(1), "the point has moved");
}
