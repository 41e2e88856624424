//! Promises of the contractive penalty: closed form, product and estimate against the Jacobian by autodiff and by
//! central differences; gradients by differences; what is refused is said.

use burn::tensor::{Device, Tensor};
use hourglass::chart::cards::Content;
use hourglass::insight::Topic;
use hourglass::model::{Autoencoder, JacobianMethod, Pass};
use hourglass::recipe::Recipe;
use hourglass::train::evaluate::evaluate;
use hourglass::train::{Learner, Penalty};

use crate::cards::inputs_of;
use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::{grey, matrix, normal};
use crate::training::{digits, figures_of, pixels};

const DIMS: [usize; 3] = [1, 4, 5];
const PIXELS: usize = 20;
const BATCH: usize = 3;

fn recipe(settings: &[&str]) -> Recipe {
    let first =
        ["model.widths=", "model.code=6", "model.code_activation=sigmoid", "objective.contractive=0.3"];
    with(Recipe::default(), first.iter().chain(settings))
}

fn images(device: &Device) -> Tensor<2> {
    matrix(grey(1, BATCH * PIXELS), PIXELS, device)
}

/// ‖∂h/∂x‖² of every image as training takes it.
fn contraction(model: &Autoencoder, x: Tensor<2>) -> Vec<f32> {
    let mut pass = Pass::default();
    pass.record_slopes();
    model.encode_in(x, &mut pass);
    numbers(model.contraction(pass.take_slopes()).expect("a dense encoder"))
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
    let draws: Vec<f64> = numbers(along).into_iter().map(f64::from).collect();
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
    let data = digits(400, 0.2);
    let mut learner = Learner::new(&recipe, data.shape.dims(), 10, &Device::flex());
    let of_step = figures_of(learner.step(&pixels(&data, &data.split.train[..32]), &recipe));
    assert!(of_step.penalty(Penalty::Contractive).is_some_and(|x| x > 0.0));
    // The same directions at every evaluation, so the same number to the last bit.
    let evaluated = || evaluate(&learner, &recipe, &data, &data.split.test).expect("the CPU answers");
    assert!(evaluated().is_some_and(|f| f.penalty(Penalty::Contractive).is_some_and(|x| x > 0.0)));
    assert_eq!(evaluated(), evaluated());
}

#[test]
fn units_dropped_on_the_way_do_not_change_the_penalty() {
    let data = normal(3, 8 * PIXELS);
    let penalty = |settings: &[&str]| {
        let recipe = recipe(&[&["model.widths=9", "model.activation=sigmoid"], settings].concat());
        let mut learner = Learner::new(&recipe, DIMS, 10, &Device::flex());
        figures_of(learner.step(&data, &recipe)).penalty(Penalty::Contractive).expect("a penalty")
    };
    assert_eq!(penalty(&[]), penalty(&["noise.drop_units=0.5", "noise.drop_connections=0.3"]));
}

#[test]
fn the_penalty_shrinks_the_jacobian_while_it_learns() {
    let pixels: Vec<f32> = normal(5, 64 * PIXELS).iter().map(|x| 0.5 + 0.2 * x).collect();
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
    let inputs = inputs_of(&learner, &recipe, &data, &data);
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
    let sizes = numbers(model.contraction(pass.take_slopes()).expect("dense"));
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
