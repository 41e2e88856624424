//! What is decoded for the map is what the network decodes, and what it is compared with is what was asked for.

use std::path::Path;

use burn::tensor::Device;
use hourglass::engine::{Command, Event, RunWants, Sheet, WantedPoint, WantedSheet, Wants};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;

use super::{lattice, matrix};
use crate::newer::turn_until_newer;
use crate::read::numbers;
use crate::tensors::normal;
use crate::workers::{open, small, turn_until, worker};

const PIXELS: usize = 784;
/// One of 255 grey levels.
const LEVEL: f32 = 1.0 / 255.0;

/// A set of colours, which no built-in set has: a hundred images, twelve wide and eight high, in which three waves of colour run three ways. Gives back the
/// setting that opens them.
fn colour_set(folder: &Path) -> String {
    let [count, height, width, channels] = [100_u32, 8, 12, 3];
    let mut bytes = 0x0804_u32.to_be_bytes().to_vec();
    bytes.extend([count, height, width, channels].into_iter().flat_map(u32::to_be_bytes));
    for image in 0..count {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let phase = image as f32 * 0.7;
            let waves = [x as f32 + phase, y as f32 - phase, 0.5 * (x + y) as f32 + 2.0 * phase];
            bytes.extend(waves.map(|wave| (127.5 + 127.5 * (0.6 * wave).sin()) as u8));
        }
    }
    let path = folder.join("colour");
    std::fs::write(&path, bytes).expect("room for a small file");
    format!("data.set={}", path.display())
}

/// What the network that a run begins with makes of codes, of images of this size.
fn plain(recipe: &Recipe, dims: [usize; 3], codes: Vec<f32>) -> Vec<f32> {
    let model = Learner::new(recipe, dims, 10, &Device::flex()).model();
    numbers(model.decode(matrix(codes, recipe.model.code)))
}

fn same(what: &str, got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len(), "{what}");
    let worst = got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max);
    assert!(worst <= LEVEL, "{what}: {} grey levels apart", worst / LEVEL);
    assert!(want.iter().any(|x| (x - want[0]).abs() > 1e-3), "{what}: nothing to compare");
}

#[test]
fn a_decoded_image_a_lattice_and_a_sheet_are_what_the_network_decodes() {
    let folder = tempfile::tempdir().expect("a folder");
    let colours = colour_set(folder.path());
    for (name, set) in [
        ("vae-2d", "data.set=digits"),
        ("conv-vae", "data.set=digits"),
        ("gru-rows", "data.set=digits"),
        ("unet-copy", "data.set=digits"),
        ("vae-2d", "data.set=shapes"),
        ("vae-2d", &colours),
        ("unet-copy", &colours),
    ] {
        let mut recipe = small(name);
        recipe.model.hidden = recipe.model.hidden.min(16);
        recipe.model.channels = if name == "unet-copy" { vec![2, 3, 4] } else { vec![3, 4] };
        recipe.set_from_text(set).expect("a set of images");
        let name = &format!("{name}, {set}");
        let code = recipe.model.code;
        let (mut worker, handle) = worker();
        let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
        let dims = bench.dataset.shape.dims();
        let (run, point) = (&bench.runs[0], normal(1, code));
        let wants = RunWants { point: Some(point.clone().into()), ..RunWants::default() };
        handle.want(Wants::of(run.id, wants));
        let decoded = turn_until_newer(&mut worker, || run.views.latest().decoded);
        assert_eq!(
            (&decoded.point, decoded.compared_with, decoded.difference.is_none()),
            (&point, None, true)
        );
        same(name, decoded.pixels.as_ref().expect("on the CPU"), &plain(&recipe, dims, point));

        let wanted = lattice(code, 5, 3);
        handle.want(Wants::of(run.id, RunWants { lattice: Some(wanted), ..RunWants::default() }));
        let view = turn_until_newer(&mut worker, || run.views.latest().lattice);
        let tiles = view.pixels.as_ref().expect("on the CPU");
        let places = [1.5, 0.0, -1.5].into_iter().flat_map(|y| [-2.0, -1.0, 0.0, 1.0, 2.0].map(|x| [x, y]));
        let codes = places.flat_map(|[x, y]| {
            let mut place = vec![x, y];
            place.resize(code, 0.0);
            place
        });
        same(name, tiles, &plain(&recipe, dims, codes.collect()));

        let points = normal(2, 4 * code);
        let sheet = WantedSheet { sheet: Sheet::Path, columns: 3, rows: 2, points: points.clone().into() };
        let sheets = [(Sheet::Path, sheet)].into();
        handle.want(Wants::of(run.id, RunWants { sheets, ..RunWants::default() }));
        let view = turn_until_newer(&mut worker, || run.views.latest().sheets.get(&Sheet::Path).cloned());
        same(name, view.pixels.as_ref().expect("on the CPU"), &plain(&recipe, dims, points));
    }
}

#[test]
fn a_decoded_image_is_compared_with_the_image_asked_for() {
    let recipe = small("vae-2d");
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
    let run = &bench.runs[0];
    for (number, image) in [(1, 0), (2, 599)] {
        let point = normal(number, 2);
        let wanted = WantedPoint { point: point.clone(), compared_with: Some(image) };
        handle.want(Wants::of(run.id, RunWants { point: Some(wanted), ..RunWants::default() }));
        let decoded = turn_until_newer(&mut worker, || run.views.latest().decoded);
        assert_eq!((&decoded.point, decoded.compared_with), (&point, Some(image)));
        let mut other = Vec::new();
        bench.dataset.write_f32(&[image], &mut other);
        let pixels = decoded.pixels.as_ref().expect("on the CPU");
        let want: Vec<f32> = pixels.iter().zip(&other).map(|(y, x)| y - x).collect();
        let difference = decoded.difference.as_ref().expect("wanted");
        assert_eq!((difference[..] == want[..], want.len()), (true, PIXELS));
        assert!(want.iter().any(|x| *x < -0.1), "the image is darker than white strokes somewhere");
        same("compared", pixels, &plain(&recipe, [1, 28, 28], point));
    }
    let wanted = WantedPoint { point: vec![0.0; 2], compared_with: Some(600) };
    handle.want(Wants::of(run.id, RunWants { point: Some(wanted), ..RunWants::default() }));
    let refused = |event| if let Event::Refused(sentence) = event { Some(sentence) } else { None };
    let sentence = turn_until(&mut worker, &handle, refused);
    assert!(sentence.contains("600"), "{sentence}");
    handle.send(Command::StepBatch).expect("room");
    for _ in 0..30 {
        worker.turn();
    }
    let again = std::iter::from_fn(|| handle.poll()).find_map(refused);
    assert_eq!(again, None, "it is refused once, not in every turn nor after every step");
}
