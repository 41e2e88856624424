//! Promises of the contractive penalty: closed form, product and estimate against the Jacobian by autodiff and by
//! central differences; gradients by differences; what is refused is said.

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::chart::cards::Content;
use hourglass::data::{Source, load};
use hourglass::insight::{CardInputs, Topic};
use hourglass::model::{Autoencoder, JacobianMethod, Pass};
use hourglass::recipe::random::{Purpose, stream};
use hourglass::recipe::{Activation, Recipe};
use hourglass::train::evaluate::evaluate;
use hourglass::train::read::read;
use hourglass::train::{Learner, Penalty, figures};
use rand::RngExt as _;
use rand_distr::StandardNormal;

const DIMS: [usize; 3] = [1, 4, 5];
const PIXELS: usize = 20;
const BATCH: usize = 3;

fn recipe(settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::default();
    let first =
        ["model.widths=", "model.code=6", "model.code_activation=sigmoid", "objective.contractive=0.3"];
    for setting in first.iter().chain(settings) {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

fn normal(step: u64, count: usize) -> Vec<f32> {
    let mut rng = stream(9, Purpose::Probes, step);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

fn matrix(numbers: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = numbers.len() / columns;
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), device)
}

fn images(device: &Device) -> Tensor<2> {
    let grey = normal(1, BATCH * PIXELS).iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
    matrix(grey, PIXELS, device)
}

/// ‖∂h/∂x‖² of every image as training takes it.
fn contraction(model: &Autoencoder, x: Tensor<2>) -> Vec<f32> {
    let mut pass = Pass::default();
    pass.record_slopes();
    model.encode_in(x, &mut pass);
    read(model.contraction(pass.take_slopes()).expect("a dense encoder")).expect("the CPU answers")
}

/// The Jacobian of every image by one way back per number of the code. `[batch, code, pixels]`
fn by_autodiff(recipe: &Recipe) -> Vec<f32> {
    let device = Device::flex().autodiff();
    let model = Autoencoder::new(recipe, DIMS, &device);
    let code = recipe.model.code;
    let mut jacobian = vec![0.0; BATCH * code * PIXELS];
    for unit in 0..code {
        let x = images(&device).require_grad();
        let gradients = model.encode(x.clone()).code.narrow(1, unit, 1).sum().backward();
        let rows = read(x.grad(&gradients).expect("a gradient of the image")).expect("the CPU answers");
        for (image, row) in rows.chunks_exact(PIXELS).enumerate() {
            let at = (image * code + unit) * PIXELS;
            jacobian[at..at + PIXELS].copy_from_slice(row);
        }
    }
    jacobian
}

/// The same by central differences, pixel by pixel.
fn by_differences(model: &Autoencoder, code: usize) -> Vec<f64> {
    let device = Device::flex();
    let x = read(images(&device)).expect("the CPU answers");
    let step = 1e-2f32;
    let mut jacobian = vec![0.0; BATCH * code * PIXELS];
    for pixel in 0..PIXELS {
        let moved = |by: f32| {
            let mut x = x.clone();
            (0..BATCH).for_each(|image| x[image * PIXELS + pixel] += by);
            read(model.encode(matrix(x, PIXELS, &device)).code).expect("the CPU answers")
        };
        for (at, (high, low)) in moved(step).iter().zip(moved(-step)).enumerate() {
            jacobian[at * PIXELS + pixel] = f64::from(high - low) / f64::from(2.0 * step);
        }
    }
    jacobian
}

fn sizes(jacobian: &[f64]) -> Vec<f64> {
    jacobian.chunks_exact(jacobian.len() / BATCH).map(|j| j.iter().map(|x| x * x).sum()).collect()
}

/// Holds the penalty and the whole Jacobian of a network against autodiff and against differences.
fn agrees(settings: &[&str], tolerance: f64) {
    let recipe = recipe(settings);
    let device = Device::flex();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let got = contraction(&model, images(&device));
    let whole = read(model.jacobian(images(&device)).expect("a dense encoder")).expect("the CPU answers");
    let autodiff: Vec<f64> = by_autodiff(&recipe).into_iter().map(f64::from).collect();
    for (at, (got, want)) in whole.iter().zip(&autodiff).enumerate() {
        assert!((f64::from(*got) - want).abs() < 1e-5, "{settings:?} number {at}: got {got}, want {want}");
    }
    let (by_autodiff, by_differences) = (sizes(&autodiff), sizes(&by_differences(&model, recipe.model.code)));
    for image in 0..BATCH {
        let (got, exact, differences) = (f64::from(got[image]), by_autodiff[image], by_differences[image]);
        assert!(exact > 1e-3, "{settings:?}: nothing to compare, {exact}");
        assert!(
            (got - exact).abs() < 1e-5 * exact,
            "{settings:?} image {image}: got {got}, by autodiff {exact}, tolerance 1e-5 of it"
        );
        assert!(
            (got - differences).abs() < tolerance * differences,
            "{settings:?} image {image}: got {got}, by differences {differences}, tolerance {tolerance} of it"
        );
    }
}

#[test]
fn the_closed_form_of_one_layer_is_the_jacobian_by_autodiff_and_by_differences() {
    for activation in ["sigmoid", "tanh", "gelu", "silu", "linear"] {
        agrees(&[&format!("model.code_activation={activation}")], 1e-4);
    }
    agrees(&["data.range=signed"], 4e-4);
}

#[test]
fn the_product_of_several_layers_is_the_jacobian_by_autodiff_and_by_differences() {
    agrees(&["model.widths=9", "model.activation=sigmoid"], 4e-4);
    agrees(&["model.widths=9-8", "model.activation=tanh"], 1e-3);
    // More units than pixels, where W·Wᵀ is no short cut.
    agrees(&["model.widths=30-8-7", "model.activation=tanh"], 1e-3);
    agrees(&["model.widths=9", "model.activation=tanh", "model.code_kind=gaussian"], 1e-3);
}

#[test]
fn the_slopes_of_relu_layers_count_only_where_they_are_on() {
    // ReLU has no second difference, but where a unit is on, the Jacobian by autodiff is exact.
    let recipe = recipe(&["model.widths=9-8", "model.activation=relu", "model.code_activation=leaky-relu"]);
    let model = Autoencoder::new(&recipe, DIMS, &Device::flex());
    let got = contraction(&model, images(&Device::flex()));
    let want = sizes(&by_autodiff(&recipe).into_iter().map(f64::from).collect::<Vec<f64>>());
    for (got, want) in got.iter().zip(want) {
        assert!((f64::from(*got) - want).abs() < 1e-5 * want, "got {got}, want {want}, tolerance 1e-5 of it");
    }
}

#[test]
fn the_estimate_along_random_directions_is_right_on_average() {
    let recipe = recipe(&["model.widths=9", "model.activation=tanh"]);
    let device = Device::flex();
    let model = Autoencoder::new(&recipe, DIMS, &device);
    let count = 40_000;
    let x = images(&device).narrow(0, 0, 1);
    let exact = f64::from(contraction(&model, x.clone())[0]);
    let probes = matrix(normal(2, count * PIXELS), PIXELS, &device);
    let along = model.contraction_along(x.expand([count, PIXELS]), probes).expect("a tangent");
    let draws: Vec<f64> = read(along).expect("the CPU answers").into_iter().map(f64::from).collect();
    let mean = draws.iter().sum::<f64>() / count as f64;
    let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count as f64;
    let error = (variance / count as f64).sqrt();
    assert!(error < 0.02 * exact, "the estimate is too loose to fail: ± {error} of {exact}");
    assert!((mean - exact).abs() < 4.0 * error, "estimated {mean} ± {error}, exactly {exact}");
}

#[test]
fn a_network_says_how_its_jacobian_is_found() {
    let method = |settings: &[&str], dims| {
        Autoencoder::new(&recipe(settings), dims, &Device::flex()).jacobian_method()
    };
    assert_eq!(method(&[], DIMS), JacobianMethod::Closed);
    assert_eq!(method(&["model.widths=9-8"], DIMS), JacobianMethod::Product);
    // Products of this size would take many times as long as the rest of a step.
    assert_eq!(method(&["model.widths=512-256", "model.code=64"], [1, 28, 28]), JacobianMethod::Estimated);
    for method in [JacobianMethod::Closed, JacobianMethod::Product, JacobianMethod::Estimated] {
        let is_estimated = method.words().contains("estimated");
        assert_eq!(is_estimated, method == JacobianMethod::Estimated, "{}", method.words());
    }
}

#[test]
fn a_wide_deep_network_learns_from_its_estimate() {
    let settings = ["model.widths=512-256", "model.code=64", "training.batch=32", "data.count=400"];
    let recipe = recipe(&settings);
    let data = load(&Source { set: "digits", count: 400, messiness: 0.8, held_out: 0.2, seed: 0 });
    let data = data.expect("built-in images");
    let mut learner = Learner::new(&recipe, data.shape.dims(), 10, &Device::flex());
    let mut pixels = Vec::new();
    data.write_f32(&data.split.train[..32], &mut pixels);
    let cost = learner.step(&pixels, &recipe);
    let of_step = figures(&cost.penalties, &read(cost.terms).expect("the CPU answers"));
    assert!(of_step.penalty(Penalty::Contractive).is_some_and(|x| x > 0.0));
    // The same directions at every evaluation, so the same number to the last bit.
    let judge = || evaluate(&learner, &recipe, &data, &data.split.test).expect("the CPU answers");
    assert!(judge().is_some_and(|f| f.penalty(Penalty::Contractive).is_some_and(|x| x > 0.0)));
    assert_eq!(judge(), judge());
}

#[test]
fn units_dropped_on_the_way_do_not_change_the_penalty() {
    let data = normal(3, 8 * PIXELS);
    let penalty = |settings: &[&str]| {
        let recipe = recipe(&[&["model.widths=9", "model.activation=sigmoid"], settings].concat());
        let mut learner = Learner::new(&recipe, DIMS, 10, &Device::flex());
        let cost = learner.step(&data, &recipe);
        let figures = figures(&cost.penalties, &read(cost.terms).expect("the CPU answers"));
        figures.penalty(Penalty::Contractive).expect("a penalty")
    };
    assert_eq!(penalty(&[]), penalty(&["noise.drop_units=0.5", "noise.drop_connections=0.3"]));
}

#[test]
fn the_penalty_shrinks_the_jacobian_while_it_learns() {
    let pixels = read(matrix(normal(5, 64 * PIXELS), PIXELS, &Device::flex()) * 0.2 + 0.5);
    let pixels = pixels.expect("the CPU answers");
    for widths in ["", "15"] {
        let after = |lambda: &str| {
            let recipe = recipe(&[
                &format!("model.widths={widths}"),
                "model.code=12",
                "model.activation=tanh",
                "training.learning_rate=0.01",
                &format!("objective.contractive={lambda}"),
            ]);
            let mut learner = Learner::new(&recipe, DIMS, 10, &Device::flex());
            (0..300).for_each(|_| drop(learner.step(&pixels, &recipe)));
            let sizes = contraction(&learner.model(), learner.images(&pixels, learner.device()));
            sizes.iter().sum::<f32>() / 64.0
        };
        let (free, held) = (after("1e-9"), after("10"));
        assert!(
            free > 0.1 && held < 0.2 * free,
            "widths [{widths}]: ‖J‖² {held} with the penalty, {free} without"
        );
    }
}

#[test]
fn cards_show_the_singular_values_and_the_directions() {
    let recipe = recipe(&["model.code=8"]);
    let data = normal(4, 5 * PIXELS);
    let learner = Learner::new(&recipe, DIMS, 10, &Device::flex());
    let inputs =
        CardInputs { learner: &learner, recipe: &recipe, examples: &data, sample: &data, pca_errors: &[] };
    let card = |topic: Topic| topic.card(&inputs).expect("the CPU answers").expect("a card");
    assert_eq!(Topic::of(&recipe), [Topic::Contraction, Topic::Directions, Topic::Sensitivity]);
    let spectrum = card(Topic::Contraction);
    let Content::Bars(bars) = &spectrum.content else { panic!("no bars") };
    assert!(bars.values.len() == 8 && bars.values.is_sorted_by(|a, b| a >= b), "{:?}", bars.values);
    // The mean of ‖J‖² over the images is in the sentence.
    let mut pass = Pass::default();
    pass.record_slopes();
    let model = learner.model();
    model.encode_in(learner.images(&data, learner.device()), &mut pass);
    let sizes = read(model.contraction(pass.take_slopes()).expect("dense")).expect("the CPU answers");
    let mean = sizes.iter().sum::<f32>() / 5.0;
    let said = spectrum.meaning.split_whitespace().find_map(|word| word.parse::<f32>().ok());
    let got = said.expect("a number in the sentence");
    assert!(
        (got - mean).abs() <= 0.005 * mean,
        "got {got}, want {mean} in three figures: {}",
        spectrum.meaning
    );
    assert!(spectrum.meaning.contains("closed form"), "{}", spectrum.meaning);
    let Content::Images(images) = card(Topic::Directions).content else { panic!("no images") };
    assert_eq!((images.columns, images.row_count(), images.captions.len()), (8, 3, 24));
    assert!(images.pixels.iter().all(|x| x.is_finite()));
}

#[test]
fn what_has_no_jacobian_to_charge_for_is_refused_in_a_sentence() {
    let refused = |settings: &[&str], word: &str| {
        let sentence = recipe(settings).validate().expect_err("refused").to_string();
        assert!(sentence.contains(word) && sentence.contains("objective.contractive"), "{sentence}");
    };
    refused(&["model.network=recurrent"], "recurrent");
    refused(&["model.network=conv", "model.norm=batch"], "batch normalisation");
    assert_eq!(recipe(&["model.network=conv", "model.norm=group"]).validate(), Ok(()));
    let negative =
        Recipe::default().set_from_text("objective.contractive=-1").expect_err("refused").to_string();
    assert!(negative.contains("-1") && negative.contains("from 0"), "{negative}");
}

#[test]
fn every_activation_has_a_word_that_the_closed_form_was_tried_with() {
    // A new activation needs a line in the tests above.
    assert_eq!(Activation::WORDS.len(), 7, "{:?}", Activation::WORDS);
}
