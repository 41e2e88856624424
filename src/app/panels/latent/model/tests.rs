//! What the memory promises, without a window.

use super::*;
use crate::app::panels::latent::side::Nearest;

fn memory(dimensions: usize) -> LatentMemory {
    LatentMemory {
        point: vec![0.0; dimensions],
        slice: Slice::new(dimensions, true),
        ..LatentMemory::default()
    }
}

fn cloud_view(dimensions: usize, codes: &[f32]) -> CloudView {
    CloudView::of_codes(1, dimensions, codes.into())
}

#[test]
fn moving_the_point_decodes_it_once() {
    let mut memory = memory(2);
    assert_eq!(memory.move_to([0.5, -1.0], 0.0), Some(Action::MovePoint(vec![0.5, -1.0])));
    assert_eq!(memory.move_to([0.5, -1.0], 0.0), None);
    assert_eq!(memory.place(), [0.5, -1.0]);
}

#[test]
fn other_axes_hold_the_rest_at_zero() {
    let mut memory = memory(5);
    memory.move_to([0.5, -1.0], 0.0);
    let choose = |memory: &mut LatentMemory, pair| memory.choose_axes(Axes::Pair(pair), None, 0.0);
    let moved = Action::MovePoint(vec![0.0, -1.0, 0.0, 0.0, 0.0]);
    assert_eq!(choose(&mut memory, [1, 4]), Some(moved));
    assert_eq!(choose(&mut memory, [1, 4]), None);
    assert_eq!(choose(&mut memory, [3, 3]), None, "one axis cannot run both ways");
    memory.move_to([2.0, 3.0], 0.0);
    assert_eq!(memory.point, [0.0, 2.0, 0.0, 0.0, 3.0]);
}

#[test]
fn a_code_of_one_number_moves_along_its_line() {
    let mut memory = memory(1);
    memory.move_to([1.25, 9.0], 0.0);
    assert_eq!((memory.point.as_slice(), memory.place()), (&[1.25][..], [1.25, 0.0]));
}

#[test]
fn the_point_stays_on_a_plane_that_moves_with_the_codes() {
    let codes = |shift: f32| -> Vec<f32> {
        (0..90).flat_map(|i| [i as f32, (i * 7 % 90) as f32, shift + (i % 3) as f32]).collect()
    };
    let mut memory = LatentMemory { slice: Slice::new(3, false), ..memory(3) };
    memory.move_to([2.0, 3.0], 0.0);
    memory.take_in_cloud(Some(&cloud_view(3, &codes(0.0))));
    assert_eq!(memory.point, [2.0, 3.0, 1.0], "the rest at the mean");
    memory.take_in_cloud(Some(&cloud_view(3, &codes(5.0))));
    assert_eq!(memory.point, [2.0, 3.0, 6.0], "the mean has moved");
    assert!(memory.take_in_cloud(Some(&cloud_view(2, &codes(0.0)))).is_none(), "codes of another network");
}

#[test]
fn going_to_a_code_shows_the_plane_around_it() {
    let mut memory = memory(4);
    let code = vec![1.0, 2.0, 3.0, 4.0];
    assert_eq!(memory.go_to(code.clone(), 0.0), Some(Action::MovePoint(code)));
    assert_eq!((memory.place(), memory.slice.rest()), ([1.0, 2.0], Rest::Hand));
    memory.move_to([0.0, 0.0], 0.0);
    assert_eq!(memory.point, [0.0, 0.0, 3.0, 4.0]);
    assert_eq!(memory.go_to(vec![f32::NAN; 4], 0.0), None);
    assert_eq!(memory.go_to(vec![0.0; 3], 0.0), None, "a code of another network");
}

#[test]
fn the_view_follows_the_cloud_until_it_is_chosen() {
    let codes: Vec<f32> = (0..2000).map(|i| 10.0 * (i as f32 * 0.7).sin()).collect();
    let mut memory = memory(2);
    memory.take_in_cloud(Some(&cloud_view(2, &codes)));
    memory.follow(true, Vec2::splat(400.0), 0.1);
    assert!(memory.view.radius > 9.0, "{:?}", memory.view);
    memory.look(View { center: [1.0, 1.0], radius: 0.5 });
    assert!(!memory.follow(true, Vec2::splat(400.0), 0.1));
    assert_eq!(memory.view.radius, 0.5);
    memory.fit();
    let moving = (0..200).take_while(|_| memory.follow(true, Vec2::splat(400.0), 0.05)).count();
    assert!(moving > 1 && memory.view.radius > 9.0, "{moving} frames, {:?}", memory.view);
}

#[test]
fn draws_around_an_image_have_its_mean_and_spread_and_stay_with_it() {
    let sigma = [0.5, 2.0, 9.0, 9.0];
    let view = CloudView { spreads: Some(sigma.into()), ..cloud_view(2, &[1.0, -3.0, 50.0, 50.0]) };
    let mut memory = memory(2);
    let count = 4000;
    let (mut sum, mut squares) = ([0.0_f64; 2], [0.0_f64; 2]);
    for _ in 0..count {
        // The other image becomes the nearest now and then; the draws stay with the first.
        memory.draw_around(usize::from(memory.draws > 0), &view, 7, 0.0);
        for (k, z) in memory.point.iter().enumerate() {
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
    memory.draw_around(0, &others, 7, 0.0);
    memory.draw_around(1, &view, 7, 0.0);
    assert!(memory.point[0] > 10.0, "the first has left the cloud, the second has moved: {:?}", memory.point);
    memory.draw_around(0, &view, 7, 0.0);
    assert!(memory.point[0] > 10.0, "it stays with the second: {:?}", memory.point);
    // The second has become the first, and the only one.
    let fewer =
        CloudView { images: [1].into(), spreads: Some([0.0; 2].into()), ..cloud_view(2, &[5.0, 6.0]) };
    memory.draw_around(0, &fewer, 7, 0.0);
    assert_eq!(memory.point, [5.0, 6.0], "it has moved with its image");
    memory.move_to([0.0, 0.0], 0.0);
    memory.draw_around(1, &view, 7, 0.0);
    assert!(memory.point[0] > 10.0, "another image after the point was moved: {:?}", memory.point);
    assert_eq!(memory.draw_around(0, &cloud_view(2, &[0.0; 2]), 7, 0.0), None, "a plain code has no σ");
}

#[test]
fn the_point_keeps_its_place_while_principal_axes_turn() {
    let mut memory = memory(3);
    // An ellipse of codes that leans further with every cloud.
    let cloud = |tilt: f32| {
        let code = |i: usize| {
            let (sin, cos) = (i as f32 / 40.0 * std::f32::consts::TAU).sin_cos();
            [4.0 * cos, 2.0 * sin * tilt.cos(), 2.0 * sin * tilt.sin()]
        };
        cloud_view(3, &(0..40).flat_map(code).collect::<Vec<f32>>())
    };
    let first = cloud(0.0);
    memory.choose_axes(Axes::Principal, Some(&first), 0.0);
    memory.move_to([1.0, 1.5], 0.0);
    for turn in 1..=60 {
        memory.take_in_cloud(Some(&cloud(0.05 * turn as f32)));
    }
    for (got, want) in memory.place().into_iter().zip([1.0, 1.5]) {
        assert!((got - want).abs() < 1e-3, "the point crept to {:?}, want (1, 1.5)", memory.place());
    }
}

#[test]
fn tiles_are_asked_for_twice_a_second_however_many_they_are() {
    let [few, more, most] = [64, 800, 1600].map(lattice_secs);
    assert_eq!(few, LATTICE_SECS);
    assert!((more - 0.425).abs() < 1e-9, "got {more}, want 0.425");
    assert_eq!(most, 0.5);
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
    // All of the images are trained on, so that all of them count.
    let mut dataset = bench.dataset.as_ref().clone();
    dataset.split.train = (0..count as u32).collect();
    bench.dataset = Arc::new(dataset);
    bench.runs[0].recipe.model.code = dimensions;
    bench.runs[0].seen.cloud = Some(CloudView::of_codes(1, dimensions, Arc::clone(&codes)));
    let (bench, run) = (&*bench, &bench.runs[0]);
    let mut memory = LatentMemory::default();
    memory.reset_for(bench, run);
    let timed = |memory: &mut LatentMemory, now_secs: f64| {
        let begun = std::time::Instant::now();
        let row = Nearest::find(memory, (bench, run), now_secs).map(|nearest| nearest.row);
        (row, begun.elapsed())
    };
    let begun = std::time::Instant::now();
    memory.take_in_cloud(run.seen.cloud.as_ref());
    println!("a cloud of {count} codes of {dimensions} numbers is taken in in {:?}", begun.elapsed());
    memory.go_to(codes[7 * dimensions..8 * dimensions].to_vec(), 1.0);
    let (rough, while_moving) = timed(&mut memory, 1.0);
    assert!(rough.is_some_and(|row| row % 16 == 0), "every 16th of them: {rough:?}");
    let (exact, at_rest) = timed(&mut memory, 1.5);
    assert_eq!(exact, Some(7));
    println!("the nearest is found in {while_moving:?} while the point moves, in {at_rest:?} at rest");
    assert_eq!(timed(&mut memory, 9.0).0, Some(7));
}
