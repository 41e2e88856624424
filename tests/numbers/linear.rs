//! Promises of linear autoencoders, whose best solutions are known exactly: principal components, probabilistic
//! principal components, and which dimensions of a variational code become inactive. `tests/precise` holds the exact
//! bounds in double precision.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::chart::cards::Content;
use hourglass::data::Feed;
use hourglass::insight::dimensions::dimensions;
use hourglass::insight::{CardInputs, Pca, Topic};
use hourglass::model::{Autoencoder, objective};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;
use hourglass::train::evaluate::evaluate;
use serde::Deserialize;

use crate::cards::inputs_of;
use crate::objectives::with;
use crate::read::numbers;
use crate::spectra::{SPECTRUM, coloured, cosine, dot, orthonormal};
use crate::tensors::assert_close;
use crate::training::{digits, pixels};

fn recipe(settings: &[&str]) -> Recipe {
    let first = ["model.widths=", "model.output=linear", "seed=1"];
    with(Recipe::default(), first.iter().chain(settings))
}

/// The largest sine of the angles between what a decoder spans and the principal components, from above.
fn sine(model: &Autoencoder, code: usize, pca: &Pca) -> f64 {
    let device = Device::flex();
    let mut corners = vec![0.0f32; (code + 1) * code];
    (0..code).for_each(|i| corners[(i + 1) * code + i] = 1.0);
    let corners = Tensor::from_data(TensorData::new(corners, [code + 1, code]), &device);
    let decoded = numbers(model.decode(corners));
    let dim = pca.mean.len();
    let column = |i: usize| (0..dim).map(|p| f64::from(decoded[(i + 1) * dim + p] - decoded[p])).collect();
    let spanned = orthonormal((0..code).map(column).collect());
    let component = |row: &[f32]| row.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
    let components: Vec<Vec<f64>> = pca.components.chunks_exact(dim).map(component).collect();
    let outside = |v: &Vec<f64>| (1.0 - components.iter().map(|c| dot(c, v).powi(2)).sum::<f64>()).max(0.0);
    spanned.iter().map(outside).sum::<f64>().sqrt()
}

/// The mean squared error of a network over rows.
fn error(model: &Autoencoder, rows: &[f32], dim: usize) -> f64 {
    let count = rows.len() / dim;
    let x = Tensor::from_data(TensorData::new(rows.to_vec(), [count, dim]), &Device::flex());
    let each = numbers(objective::squared_error(x.clone(), model.reconstruct(x)));
    each.iter().map(|x| f64::from(*x)).sum::<f64>() / count as f64
}

/// Small digits and their principal components, by `tests/golden/downstream.py`.
#[derive(Deserialize)]
struct Golden {
    made_by: String,
    digits: Digits,
    pca: Components,
}

#[derive(Deserialize)]
struct Digits {
    side: usize,
    white: f32,
    train: usize,
    pixels: Vec<f32>,
}

#[derive(Deserialize)]
struct Components {
    variances: Vec<f64>,
    components: Vec<f64>,
    /// From no component on.
    held_out_errors: Vec<f64>,
}

#[test]
fn principal_components_are_those_of_an_independent_program() {
    let Golden { made_by, digits, pca: want } =
        serde_json::from_str(include_str!("../golden/downstream.json")).expect("the golden file");
    let pixels: Vec<f32> = digits.pixels.iter().map(|grey| grey / digits.white).collect();
    let (dim, k) = (digits.side * digits.side, want.variances.len());
    let (train, held_out) = pixels.split_at(digits.train * dim);
    let got = Pca::fit(train, dim, k);
    assert_close(&format!("variance ({made_by})"), &got.variances[..k], &to_f32(&want.variances), 1e-5);
    assert_close("entry of a component", &got.components, &to_f32(&want.components), 1e-4);
    for (component, of) in got.components.chunks_exact(dim).zip(want.components.chunks_exact(dim)) {
        let cosine: f64 = component.iter().zip(of).map(|(a, b)| f64::from(*a) * b).sum();
        assert!(cosine > 1.0 - 1e-6, "cosine of two components {cosine}, want 1 − 1e-6");
    }
    assert_close("held-out error", &got.squared_errors(held_out), &want.held_out_errors, 1e-5);
}

fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|x| *x as f32).collect()
}

#[test]
fn a_linear_autoencoder_of_digits_reaches_the_error_of_pca_by_small_batches() {
    let dataset = digits(1_000, 0.1);
    let (code, steps) = (4, 1_200);
    let rows = pixels(&dataset, &dataset.split.train);
    let pca = Pca::fit(&rows, 784, code);
    let mut recipe = recipe(&["model.code=4", "training.batch=100"]);
    let mut learner = Learner::new(&recipe, [1, 28, 28], 8, &Device::flex());
    let mut feed = Feed::new(dataset.clone(), 100, 1).expect("a feed");
    for step in 0..steps {
        recipe.training.learning_rate = cosine(1e-2, step, steps);
        learner.step(feed.batch(step as u64), &recipe);
    }
    let (got, best) = (error(&learner.model(), &rows, 784), pca.squared_error(&rows));
    let angle = sine(&learner.model(), code, &pca);
    assert!(got < 1.01 * best && got > 0.999 * best, "error {got}, PCA's {best}, tolerance 1 %");
    assert!(angle < 0.05, "principal angle {angle} rad, at most 0.05");
    let all = Pca::fit(&rows, 784, 784);
    let inputs = CardInputs { pca: Some(&all), ..inputs_of(&learner, &recipe, &rows, &rows) };
    assert!(Topic::offered(&recipe).contains(&Topic::Angles), "it is linear");
    let card = Topic::Angles.card(&inputs).expect("the device answers").expect("a card");
    let Content::Bars(bars) = card.content else { panic!("no bars") };
    let largest = f64::from(bars.values[code - 1]).to_radians();
    // Both maps are those of the held-out images.
    let inputs = CardInputs { dataset: &dataset, ..inputs };
    let card = Topic::MapBesidePca.card(&inputs).expect("the device answers").expect("a card");
    let Content::Maps(maps) = card.content else { panic!("no maps") };
    let held_out = pixels(&dataset, &dataset.split.validation);
    let of_pca: Vec<f32> = maps.maps[1].points.as_flattened().to_vec();
    assert_eq!(of_pca, all.first(2).project(&held_out));
    let labels = dataset.split.validation.iter().map(|image| dataset.labels[*image as usize]);
    assert_eq!(maps.classes, labels.collect::<Vec<u8>>());
    let codes = numbers(learner.model().encode(learner.images(&held_out, learner.device())).code);
    let axes = Pca::fit(&codes, code, 2).project(&codes);
    assert_eq!(maps.maps[0].points.as_flattened(), axes);
    // The root of the sum of the squared sines is at least the largest of them.
    assert!(
        largest.sin() <= angle + 1e-6 && largest.sin() > 0.5 * angle,
        "the card says {largest} rad, not {angle}"
    );
}

#[test]
fn the_real_network_keeps_the_dimensions_that_theory_keeps() {
    // With samples of z and a spread that could depend on the image; Σ(x − x̂)² + β·KL is a Gaussian decoder with
    // σ² = β/2, as every pixel costs (x − x̂)²/(2σ²).
    let rows = coloured(&SPECTRUM, 256);
    for (beta, want) in [(1.0, 5), (2.0, 4), (4.0, 3)] {
        let settings = ["model.code=5".to_owned(), "model.code_kind=gaussian".to_owned()];
        let mut recipe = recipe(&settings.each_ref().map(String::as_str));
        recipe.objective.beta = beta;
        let mut learner = Learner::new(&recipe, [1, 2, 4], 10, &Device::flex());
        let steps = 2_000;
        for step in 0..steps {
            recipe.training.learning_rate = cosine(2e-2, step, steps);
            learner.step(&rows, &recipe);
        }
        let x = learner.images(&rows, learner.device());
        let found = dimensions(&learner.model(), x.clone()).expect("the CPU answers");
        let active = found.iter().filter(|d| d.is_active()).count();
        assert_eq!(active, want, "β {beta}: {found:?}");
        let spread = learner.model().encode(x).log_variance.expect("a Gaussian code").mean_dim(0);
        let mut spread = numbers(spread);
        spread.sort_by(f32::total_cmp);
        for (got, variance) in spread.iter().zip(SPECTRUM) {
            let want = (0.5 * beta / variance).ln().min(0.0);
            assert!((f64::from(*got) - want).abs() < 0.15, "β {beta}: ln σ² {got}, want {want} ± 0.15");
        }
    }
}

/// A small variational autoencoder of digits after some steps: its recipe, learner and data.
fn learned_digits(
    beta: f64,
    steps: u64,
    settings: &[&str],
) -> (Recipe, Learner, Arc<hourglass::data::Dataset>) {
    let dataset = digits(1_000, 0.1);
    let first = [
        "model.widths=64",
        "model.code=10",
        "model.code_kind=gaussian",
        "objective.reconstruction=cross-entropy",
        "training.batch=80",
    ];
    let mut recipe = recipe(&[&first, settings].concat());
    recipe.objective.beta = beta;
    let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
    let mut feed = Feed::new(Arc::clone(&dataset), 80, 1).expect("a feed");
    for step in 0..steps {
        recipe.training.learning_rate = cosine(4e-3, step as usize, steps as usize);
        learner.step(feed.batch(step), &recipe);
    }
    (recipe, learner, dataset)
}

fn active(learner: &Learner, dataset: &hourglass::data::Dataset) -> usize {
    let pixels = pixels(dataset, &dataset.split.train[..400]);
    let all = dimensions(&learner.model(), learner.images(&pixels, learner.device()));
    all.expect("the CPU answers").iter().filter(|d| d.is_active()).count()
}

#[test]
fn a_large_beta_collapses_the_code_and_the_image_becomes_the_mean_image() {
    let (recipe, learner, dataset) = learned_digits(30.0, 1_000, &["model.code=2"]);
    let train = &dataset.split.train;
    let metrics = evaluate(&learner, &recipe, &dataset, train).expect("the CPU answers").expect("images");
    let kl = metrics.penalty(hourglass::train::Penalty::Kl).expect("a Gaussian code");
    let mean_image = dataset.mean_image_cost(train).cross_entropy;
    assert!(kl < 0.01, "KL {kl} nats, at most 0.01");
    assert_eq!(active(&learner, &dataset), 0);
    let got = metrics.reconstruction;
    assert!((got - mean_image).abs() < 1.0, "reconstruction {got}, the mean image's {mean_image} ± 1 nat");
}

#[test]
fn a_larger_beta_leaves_fewer_dimensions_of_digits_active() {
    // A linear network under squared error, whose dimensions are active where a variance is above β/2. Those
    // near the threshold become inactive too slowly to be sure of them.
    let [one, ten] = [1.0, 10.0].map(|beta| {
        let settings = ["model.widths=", "objective.reconstruction=squared-error"];
        let (_, learner, dataset) = learned_digits(beta, 800, &settings);
        let rows = pixels(&dataset, &dataset.split.train);
        let variances = Pca::fit(&rows, 784, 0).variances;
        let worth =
            |share: f64| variances[..10].iter().filter(|v| f64::from(**v) > share * beta / 2.0).count();
        let (got, least, most) = (active(&learner, &dataset), worth(1.4), worth(0.6));
        assert!((least..=most).contains(&got), "β {beta}: {got} active dimensions, want {least} to {most}");
        got
    });
    assert!(ten + 3 <= one, "active dimensions: {one} with β = 1, {ten} with β = 10");
}
