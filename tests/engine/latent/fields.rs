//! Density, round trip and stretch against what they are defined as.

use std::sync::Arc;

use hourglass::engine::{
    BenchInfo, FieldKind, FieldView, Handle, LatentPlane, RunWants, Sheet, WantedCloud, WantedField,
    WantedLattice, WantedSheet, Wants, Whose, Worker,
};
use hourglass::insight::field::{Directions, round_trip, stretch_along};
use hourglass::model::Autoencoder;
use hourglass::recipe::Recipe;
use hourglass::train::Learner;

use super::{DIMS, PIXELS, grey_images, lattice, learned, matrix, recipe};
use crate::differences::assert_close_by_share;
use crate::newer::turn_until_newer;
use crate::read::numbers;
use crate::tensors::normal;
use crate::workers::{open, small, turn_until, turn_until_there, worker};
use burn::tensor::Device;

/// ‖∂decode/∂z‖² of every place by five-point differences.
fn by_differences(model: &Autoencoder, z: &[f32], code: usize) -> Vec<f64> {
    let step = 0.02f32;
    let mut sizes = vec![0.0; z.len() / code];
    for axis in 0..code {
        let image = |by: f32| {
            let mut z = z.to_vec();
            z.iter_mut().skip(axis).step_by(code).for_each(|z| *z += by);
            numbers(model.decode(matrix(z, code)))
        };
        let [a, b, c, d] = [step, -step, 2.0 * step, -2.0 * step].map(image);
        for i in 0..a.len() {
            let far = f64::from(c[i]) - f64::from(d[i]);
            let slope = (8.0 * (f64::from(a[i]) - f64::from(b[i])) - far) / (12.0 * f64::from(step));
            sizes[i / PIXELS] += slope * slope;
        }
    }
    sizes
}

#[test]
fn stretch_is_the_norm_of_the_decoders_jacobian() {
    let cases: [(&[&str], bool); 6] = [
        (&[], true),
        (&["data.range=signed", "model.output=linear"], true),
        (&["model.network=conv", "model.norm=group"], true),
        (&["model.network=u-net", "model.channels=2-3-4"], true),
        (&["model.network=conv", "model.norm=batch"], false),
        (&["model.network=recurrent", "model.hidden=6"], false),
    ];
    for (settings, has_tangent) in cases {
        let recipe = recipe(settings);
        let model = learned(&recipe, DIMS, &grey_images(16)).model();
        let z: Vec<f32> = normal(1, 5 * 3);
        let directions = Directions::of(3, 0);
        let along = |k: usize| {
            let v = matrix(directions.direction(k).repeat(5), 3);
            assert_eq!(model.decode_tangent(matrix(z.clone(), 3), v.clone()).is_some(), has_tangent);
            numbers(stretch_along(&model, matrix(z.clone(), 3), v))
        };
        let squares: Vec<Vec<f32>> = (0..3).map(along).collect();
        for (place, want) in by_differences(&model, &z, 3).into_iter().enumerate() {
            let of_place: Vec<f32> = squares.iter().map(|squares| squares[place]).collect();
            let (got, want) = (f64::from(directions.norm(&of_place)), want.sqrt());
            assert!(want > 1e-3, "{settings:?}: nothing to compare, {want}");
            assert!(
                (got - want).abs() < 2e-3 * want,
                "{settings:?} place {place}: got {got}, want {want} ± 0.2 %"
            );
        }
    }
}

#[test]
fn the_stretch_of_a_long_code_is_right_on_average() {
    let recipe = recipe(&["model.code=40"]);
    let model = learned(&recipe, DIMS, &grey_images(16)).model();
    let z: Vec<f32> = normal(2, 40);
    let exact: f64 = by_differences(&model, &z, 40)[0];
    let mut draws = Vec::new();
    for seed in 0..100 {
        let directions = Directions::of(40, seed);
        let v: Vec<f32> = (0..directions.count()).flat_map(|k| directions.direction(k).to_vec()).collect();
        let many = matrix(z.repeat(directions.count()), 40);
        draws.extend(numbers(stretch_along(&model, many, matrix(v, 40))).into_iter().map(f64::from));
    }
    let n = draws.len() as f64;
    assert_eq!(n, 3200.0, "32 directions at every draw");
    let mean = draws.iter().sum::<f64>() / n;
    let error = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n / n).sqrt();
    assert!(error < 0.05 * exact, "too loose to fail: ± {error} of {exact}");
    assert!((mean - exact).abs() < 4.0 * error, "estimated {mean} ± {error}, exactly {exact}");
}

/// Wants a field and turns the worker until it is there.
fn field(
    worker: &mut Worker,
    handle: &Handle,
    bench: &BenchInfo,
    kind: FieldKind,
    lattice: WantedLattice,
) -> Arc<FieldView> {
    let field = Some(WantedField { kind, lattice });
    handle.want(Wants::of(bench.runs[0].id, RunWants { field, ..RunWants::default() }));
    turn_until_newer(worker, || bench.runs[0].views.latest().field)
}

/// The codes of a lattice's places, row by row from the top, on the first two numbers of a code.
fn codes(wanted: &WantedLattice, code: usize) -> Vec<f32> {
    let at = |[from, to]: [f32; 2], i: usize, n: usize| from + (to - from) * i as f32 / (n - 1) as f32;
    let places = (0..wanted.columns * wanted.rows).map(|k| {
        let (column, row) = (k % wanted.columns, k / wanted.columns);
        [at(wanted.x, column, wanted.columns), at([wanted.y[1], wanted.y[0]], row, wanted.rows)]
    });
    let rest = |[x, y]: [f32; 2]| (0..code).map(move |k| [x, y, 0.0][k.min(2)]);
    places.flat_map(rest).collect()
}

/// The network that a run begins with.
fn first(recipe: &Recipe) -> Learner {
    Learner::new(recipe, [1, 28, 28], 10, &Device::flex())
}

#[test]
fn a_field_measures_every_place_of_its_plane_from_the_top_left() {
    // A code of three numbers is measured along its axes, one of forty along 32 directions.
    for (name, code) in [("vae-2d", 3), ("ae-2d", 40)] {
        let mut recipe = small(name);
        recipe.set_from_text(&format!("model.code={code}")).expect("valid");
        let (mut worker, handle) = worker();
        let bench = open(&mut worker, &handle, vec![recipe.clone()], false);
        let (wanted, model) = (lattice(code, 13, 7), first(&recipe).model());
        let z = codes(&wanted, code);
        let view = field(&mut worker, &handle, &bench, FieldKind::RoundTrip, wanted.clone());
        let back = numbers(model.encode(model.decode(matrix(z.clone(), code))).code);
        let distance =
            |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        let want: Vec<f32> = z.chunks(code).zip(back.chunks(code)).map(distance).collect();
        assert_eq!((view.step, view.wanted.lattice.columns), (0, 13));
        assert_close_by_share(&format!("{name} round trip"), &view.values, &want, 1e-3, 1e-3);
        assert_close_by_share(
            "the same at once",
            &numbers(round_trip(&model, matrix(z.clone(), code))),
            &want,
            1e-3,
            1e-3,
        );

        let view = field(&mut worker, &handle, &bench, FieldKind::Stretch, wanted);
        let directions = Directions::of(code, recipe.seed);
        let mut squares = vec![Vec::new(); 13 * 7];
        for k in 0..directions.count() {
            let v = matrix(directions.direction(k).repeat(13 * 7), code);
            let all = numbers(stretch_along(&model, matrix(z.clone(), code), v));
            squares.iter_mut().zip(all).for_each(|(squares, square)| squares.push(square));
        }
        let want: Vec<f32> = squares.iter().map(|squares| directions.norm(squares)).collect();
        assert_close_by_share(&format!("{name} stretch"), &view.values, &want, 1e-3, 1e-3);
    }
}

#[test]
fn a_density_is_the_kernel_estimate_of_the_codes_and_integrates_to_one() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-2d")], false);
    let run = &bench.runs[0];
    let count = bench.cloud.len();
    let wish = WantedCloud { count, whose: Whose::HeldOut, ..WantedCloud::default() };
    handle.want(Wants::of(run.id, RunWants { cloud: Some(wish), ..RunWants::default() }));
    let cloud = turn_until_there(&mut worker, || run.views.latest().cloud);
    assert_eq!(cloud.images, bench.cloud);
    let places: Vec<[f64; 2]> =
        cloud.codes.chunks(2).map(|code| [f64::from(code[0]), f64::from(code[1])]).collect();
    let n = count as f64;
    let moments = |axis: usize| {
        let mean = places.iter().map(|place| place[axis]).sum::<f64>() / n;
        (mean, (places.iter().map(|place| (place[axis] - mean).powi(2)).sum::<f64>() / n).sqrt())
    };
    let bandwidth = [0, 1].map(|axis| moments(axis).1 * n.powf(-1.0 / 6.0));
    let range = |axis: usize| {
        let (mean, spread) = moments(axis);
        [(mean - 7.0 * spread) as f32, (mean + 7.0 * spread) as f32]
    };
    let mut wanted = lattice(2, 81, 61);
    (wanted.x, wanted.y) = (range(0), range(1));
    let view = field(&mut worker, &handle, &bench, FieldKind::Density, wanted.clone());
    let cell = |range: [f32; 2], n: usize| f64::from(range[1] - range[0]) / (n - 1) as f64;
    let area = cell(wanted.x, 81) * cell(wanted.y, 61);
    let total = view.values.iter().copied().map(f64::from).sum::<f64>() * area;
    assert!((total - 1.0).abs() < 5e-3, "it integrates to {total}, not to 1 ± 0.005");
    let highest = view.values.iter().copied().fold(0.0, f32::max);
    for (place, got) in codes(&wanted, 2).chunks(2).zip(view.values.iter()) {
        let kernel = |code: &[f64; 2]| {
            let far = |axis: usize| (f64::from(place[axis]) - code[axis]) / bandwidth[axis];
            (-0.5 * (far(0).powi(2) + far(1).powi(2))).exp()
        };
        let whole = std::f64::consts::TAU * bandwidth[0] * bandwidth[1] * n;
        let want = (places.iter().map(kernel).sum::<f64>() / whole) as f32;
        assert!((got - want).abs() < 1e-3 * highest, "at {place:?}: got {got}, want {want}");
    }
}

#[test]
fn a_line_has_a_density_per_length() {
    let mut recipe = small("ae-2d");
    recipe.set_from_text("model.code=1").expect("valid");
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![recipe], false);
    let plane = LatentPlane::of_axes([0, 1], 1, &[]);
    let wanted = WantedLattice { plane, x: [-30.0, 30.0], y: [0.0, 0.0], columns: 6001, rows: 1 };
    let view = field(&mut worker, &handle, &bench, FieldKind::Density, wanted);
    let total = view.values.iter().copied().map(f64::from).sum::<f64>() * 0.01;
    assert!((total - 1.0).abs() < 5e-3, "it integrates to {total}, not to 1 ± 0.005");
}

#[test]
fn a_field_and_a_sheet_wanted_while_a_step_runs_arrive_and_the_latest_wins() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], true);
    let run = &bench.runs[0];
    // Each is told apart by the right end of its plane, or by its first number.
    let want = |number: u8| {
        let number = f32::from(number);
        let plane = WantedLattice { x: [-2.0, number], ..lattice(2, 128, 128) };
        let field = Some(WantedField { kind: FieldKind::RoundTrip, lattice: plane });
        let sheet = WantedSheet { sheet: Sheet::Pins, columns: 4, rows: 1, points: [number; 8].into() };
        let sheets = [(Sheet::Pins, sheet)].into();
        handle.want(Wants::of(run.id, RunWants { field, sheets, ..RunWants::default() }));
    };
    let (mut fields, mut sheets) = (Vec::new(), Vec::new());
    let mut look = || {
        let views = run.views.latest();
        fields.extend(views.field.map(|view| view.wanted.lattice.x[1]));
        sheets.extend(views.sheets.get(&Sheet::Pins).map(|view| view.wanted.points[0]));
        fields.dedup();
        sheets.dedup();
        (fields.last() == Some(&5.0) && sheets.last() == Some(&5.0)).then_some(())
    };
    want(1);
    worker.turn();
    look();
    (2..=5).for_each(want);
    turn_until_there(&mut worker, look);
    assert_eq!(fields, [1.0, 5.0], "the one under way is finished, and of the others the latest is measured");
    assert_eq!(sheets, [1.0, 5.0]);
    assert!(
        run.history.lock().recent().next_back().is_some_and(|point| point.step > 3),
        "nothing was trained"
    );
}

#[test]
fn a_plane_beyond_all_numbers_is_answered_with_none() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("vae-2d")], false);
    let wanted = WantedLattice { x: [f32::MIN, f32::MAX], ..lattice(2, 5, 4) };
    for kind in [FieldKind::Density, FieldKind::RoundTrip, FieldKind::Stretch] {
        let view = field(&mut worker, &handle, &bench, kind, wanted.clone());
        assert_eq!(view.values.len(), 20);
        assert!(view.values.iter().all(|value| !value.is_infinite()), "{kind:?}: {:?}", view.values);
        assert!(view.values.iter().any(|value| value.is_nan()), "{kind:?}: {:?}", view.values);
    }
}

#[test]
fn a_field_of_too_many_places_is_refused_in_a_sentence() {
    let (mut worker, handle) = worker();
    let bench = open(&mut worker, &handle, vec![small("ae-2d")], false);
    let wanted = WantedField { kind: FieldKind::Density, lattice: lattice(2, 4000, 4000) };
    handle.want(Wants::of(bench.runs[0].id, RunWants { field: Some(wanted), ..RunWants::default() }));
    let sentence = turn_until(&mut worker, &handle, |event| match event {
        hourglass::engine::Event::Refused(sentence) => Some(sentence),
        _ => None,
    });
    assert!(sentence.contains("16384") && sentence.contains("16000000"), "{sentence}");
}
