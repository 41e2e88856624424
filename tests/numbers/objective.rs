//! Promises of the objective: gradients against finite differences, closed forms against Monte Carlo and reference
//! values, tangents against differences.

use burn::tensor::{Device, Tensor};
use hourglass::chart::cards::{Content, Level};
use hourglass::insight::Topic;
use hourglass::model::{Autoencoder, Pass, dense, objective};
use hourglass::recipe::{Activation, Recipe};
use hourglass::train::Learner;
use hourglass::train::terms::{self, Batch};

use crate::cards::inputs_of;
use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::{grey, matrix, normal};

const PIXELS: usize = 9;
const BATCH: usize = 4;

fn recipe(settings: &[&str]) -> Recipe {
    let small = ["model.widths=7-5", "model.code=3", "model.activation=tanh"];
    with(Recipe::default(), small.iter().chain(settings))
}

fn images(device: &Device) -> Tensor<2> {
    matrix(grey(1, BATCH * PIXELS), PIXELS, device)
}

/// Free bits of a batch, and the gradients of μ and ln σ².
fn free_bits(mean: &[f32], log_variance: &[f32], free: f64) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let device = Device::flex().autodiff();
    let mean = matrix(mean.to_vec(), 2, &device).require_grad();
    let log_variance = matrix(log_variance.to_vec(), 2, &device).require_grad();
    let charged = objective::kl_beyond(objective::kl_per_dimension(mean.clone(), log_variance.clone()), free);
    let gradients = charged.clone().mean().backward();
    let of = |tensor: &Tensor<2>| numbers(tensor.grad(&gradients).expect("a gradient"));
    (numbers(charged.inner()), of(&mean), of(&log_variance))
}

#[test]
fn free_bits_charge_each_dimension_its_mean_kl_but_never_less_than_what_is_free() {
    // Two images, two dimensions: mean KL (0.5·1 + 0.5·4)/2 = 1.25 in the first, (0.5·0.01)/2 = 0.0025 in the second.
    let (charged, mean, log_variance) = free_bits(&[1.0, 0.1, 2.0, 0.0], &[0.0; 4], 0.5);
    assert!(charged.iter().all(|x| (x - 1.75).abs() < 1e-6), "got {charged:?}, want 1.25 + 0.5 for each");
    // Above the threshold the gradient is that of the mean, μ/2 here; below it there is none.
    assert!((mean[0] - 0.5).abs() < 1e-6 && (mean[2] - 1.0).abs() < 1e-6, "gradients of μ {mean:?}");
    assert_eq!((mean[1], mean[3], log_variance[1], log_variance[3]), (0.0, 0.0, 0.0, 0.0));
    // Nothing free: the plain mean KL.
    let (charged, mean, _) = free_bits(&[1.0, 0.1, 2.0, 0.0], &[0.0; 4], 0.0);
    assert!((charged[0] - 1.2525).abs() < 1e-6 && mean[1] > 0.0, "{charged:?} {mean:?}");
}

#[test]
fn images_that_only_fill_a_batch_up_do_not_count_for_free_bits() {
    let recipe = recipe(&["model.code_kind=gaussian", "objective.free_bits=0.001", "model.init=he"]);
    let device = Device::flex();
    let model = Autoencoder::new(&recipe, [1, 3, 3], &device);
    let charged = |clean: Tensor<2>, count: usize| {
        let epsilon = Some(matrix(normal(2, clean.dims()[0] * 3), 3, &device));
        let batch = Batch { input: clean.clone(), clean, epsilon, probes: None, count };
        let terms = terms::forward(&model, &recipe, &batch, &mut Pass::default()).terms;
        numbers(terms.charged_kl.expect("free bits"))[0]
    };
    let three = images(&device).narrow(0, 0, 3);
    let padded = Tensor::cat(vec![three.clone(), three.clone().narrow(0, 0, 1).repeat_dim(0, 5)], 0);
    let (alone, padded, counted) = (charged(three, 3), charged(padded.clone(), 3), charged(padded, 8));
    assert!((alone - padded).abs() < 1e-6, "alone {alone}, with filling {padded}");
    assert!((alone - counted).abs() > 1e-6, "the filling would not have been noticed: {alone}, {counted}");
}

#[test]
fn beta_rises_over_its_warm_up_and_again_in_every_cycle() {
    let at = |settings: &[&str], steps: &[u64]| -> Vec<f64> {
        let recipe = recipe(&[&["model.code_kind=gaussian", "objective.beta=4"], settings].concat());
        steps.iter().map(|step| recipe.objective.beta_at(*step)).collect()
    };
    assert_eq!(at(&[], &[0, 1, 1_000_000]), [4.0, 4.0, 4.0]);
    assert_eq!(at(&["objective.warm_up=100"], &[0, 25, 50, 99, 100, 5000]), [0.0, 1.0, 2.0, 3.96, 4.0, 4.0]);
    let cycle = at(&["objective.cycle=100"], &[0, 25, 50, 75, 99, 100, 125, 150]);
    assert_eq!(cycle, [0.0, 2.0, 4.0, 4.0, 4.0, 0.0, 2.0, 4.0]);
}

#[test]
fn the_objective_weighs_kl_by_beta_at_its_step() {
    let recipe = recipe(&["model.code_kind=gaussian", "objective.beta=4", "objective.warm_up=100"]);
    let device = Device::flex();
    let model = Autoencoder::new(&recipe, [1, 3, 3], &device);
    let clean = images(&device);
    let epsilon = Some(matrix(normal(2, BATCH * 3), 3, &device));
    let batch = Batch { input: clean.clone(), clean, epsilon, probes: None, count: BATCH };
    let terms = terms::forward(&model, &recipe, &batch, &mut Pass::default()).terms;
    let (reconstruction, kl) = (numbers(terms.reconstruction.clone()), numbers(terms.penalties[0].1.clone()));
    for (step, beta) in [(0, 0.0f32), (50, 2.0), (100, 4.0), (900, 4.0)] {
        let got = numbers(terms::weighted(&terms, &recipe, step, PIXELS));
        for image in 0..BATCH {
            let want = reconstruction[image] + beta * kl[image];
            assert!((got[image] - want).abs() < 1e-4, "step {step}: got {}, want {want}", got[image]);
        }
    }
}

#[test]
fn a_small_divergence_keeps_its_digits() {
    let device = Device::flex();
    for log_variance in [1e-1, -1e-1, 1e-2, 1e-3, -1e-3, -5.0, 10.0, -10.0] {
        let got =
            numbers(objective::kl(matrix(vec![0.0], 1, &device), matrix(vec![log_variance], 1, &device)))[0];
        let x = f64::from(log_variance);
        let want = 0.5 * (x.exp_m1() - x);
        let error = (f64::from(got) - want).abs() / want;
        assert!(
            error < 2e-3,
            "ln σ² = {log_variance}: got {got}, want {want}, wrong by {error:.1e}, allowed 2e-3"
        );
    }
}

#[test]
fn the_rate_divergence_has_its_reference_values_and_no_infinity() {
    let device = Device::flex();
    let of = |code: Vec<f32>, columns, target| {
        numbers(objective::rate_divergence(matrix(code, columns, &device), target))
    };
    // Three units whose mean activity over two images is 0.05, 0.2 and 0.5: 0 + 0.093943 + 0.494632.
    let got = of(vec![0.02, 0.1, 0.9, 0.08, 0.3, 0.1], 3, 0.05);
    for (image, got) in got.iter().enumerate() {
        assert!((got - 0.588_575).abs() < 1e-5, "image {image}: got {got}, want 0.588575");
    }
    assert_eq!(got.len(), 2, "every image has it");
    // Units that are never or always on cost a finite sum: rates are kept within a millionth of 0 and 1.
    let (never, always) = (of(vec![0.0; 2], 1, 0.05)[0], of(vec![1.0; 2], 1, 0.05)[0]);
    assert!((never - 0.492_260).abs() < 1e-4, "never: got {never}, want 0.492260");
    assert!(
        (always - 12.926_2).abs() < 0.05,
        "always: got {always}, want 12.9262 within what f32 has of 1 − 1e-6"
    );
}

#[test]
fn a_mean_divides_the_reconstruction_and_leaves_the_penalties_whole() {
    let device = Device::flex();
    for settings in [
        &["model.code_kind=gaussian", "objective.beta=4"][..],
        &["objective.sparsity=3"],
        &["objective.rate=3", "model.code_activation=sigmoid"],
    ] {
        let mut recipe = recipe(settings);
        let model = Autoencoder::new(&recipe, [1, 3, 3], &device);
        let clean = images(&device);
        let epsilon = recipe.is_variational().then(|| matrix(normal(2, BATCH * 3), 3, &device));
        let batch = Batch { input: clean.clone(), clean, epsilon, probes: None, count: BATCH };
        let terms = terms::forward(&model, &recipe, &batch, &mut Pass::default()).terms;
        let reconstruction = numbers(terms.reconstruction.clone());
        let sum = numbers(terms::weighted(&terms, &recipe, 0, PIXELS));
        recipe.set_from_text("objective.scale=mean").expect("a valid setting");
        let mean = numbers(terms::weighted(&terms, &recipe, 0, PIXELS));
        for k in 0..BATCH {
            let penalties = sum[k] - reconstruction[k];
            assert!(penalties > 1e-3, "{settings:?} has a penalty");
            let want = reconstruction[k] / PIXELS as f32 + penalties;
            assert!(
                (mean[k] - want).abs() < 1e-5 * want.max(1.0),
                "{settings:?}: got {}, want {want}",
                mean[k]
            );
        }
    }
}

#[test]
fn cross_entropy_survives_extreme_logits_and_equals_its_definition() {
    let device = Device::flex();
    let logits = vec![-1e4f32, 1e4, -30.0, 30.0, -5.0, 0.0, 2.5, 9.0];
    let x = [0.0f32, 1.0, 1.0, 0.0, 0.3, 0.5, 0.25, 1.0];
    for (x, l) in x.iter().zip(&logits) {
        let got =
            numbers(objective::cross_entropy(matrix(vec![*x], 1, &device), matrix(vec![*l], 1, &device)));
        let got = f64::from(got[0]);
        let (x, l) = (f64::from(*x), f64::from(*l));
        let want = l.max(0.0) - l * x + (-l.abs()).exp().ln_1p();
        assert!((got - want).abs() <= 1e-5 * want.max(1.0), "x {x}, logit {l}: got {got}, want {want}");
    }
}

#[test]
fn an_objective_is_summed_over_pixels_and_averaged_over_images() {
    let device = Device::flex();
    let (zeros, twos) = (matrix(vec![0.0; 12], 6, &device), matrix(vec![2.0; 12], 6, &device));
    assert_eq!(numbers(objective::squared_error(zeros, twos.clone())), [24.0, 24.0]);
    assert_eq!(numbers(objective::absolute_sum(-twos)), [12.0, 12.0]);
}

#[test]
fn slopes_agree_with_differences_of_the_activations() {
    let device = Device::flex();
    let at = [-3.1f32, -0.7, -0.01, 0.02, 0.4, 2.9];
    let row = |shift: f32| matrix(at.iter().map(|x| x + shift).collect(), at.len(), &device);
    for word in Activation::WORDS {
        let kind = Activation::from_word(word).expect("a word of its own");
        let step = 5e-3f32;
        let high = numbers(dense::activate(kind, row(step)));
        let low = numbers(dense::activate(kind, row(-step)));
        let got = numbers(dense::slope(kind, row(0.0)));
        for k in 0..at.len() {
            let want = (high[k] - low[k]) / (2.0 * step);
            assert!((got[k] - want).abs() < 2e-3, "{word} at {}: got {}, want {want}", at[k], got[k]);
        }
    }
}

#[test]
fn no_number_of_a_code_leaves_the_range_that_the_recipe_says() {
    let device = Device::flex();
    let at: Vec<f32> = (-40_000..=40_000).map(|i| i as f32 * 1e-3).collect();
    for word in Activation::WORDS {
        let kind = Activation::from_word(word).expect("a word of its own");
        let mut recipe = recipe(&[&format!("model.code_activation={word}")]);
        let got = numbers(dense::activate(kind, matrix(at.clone(), at.len(), &device)));
        let got = [got.iter().copied().fold(f32::INFINITY, f32::min), got.into_iter().fold(0.0, f32::max)];
        let want = recipe.model.code_range().unwrap_or([f32::NEG_INFINITY, f32::INFINITY]);
        for (got, want) in got.into_iter().zip(want) {
            // Where there is no bound, 40 in gives 40 out, or 0.4 of a leaky unit.
            let is_there = if want.is_finite() { (got - want).abs() < 1e-5 } else { got.abs() > 0.39 };
            assert!(is_there, "{word}: got {got}, want {want}, tolerance 1e-5");
        }
        recipe.set_from_text("model.code_kind=gaussian").expect("a valid setting");
        assert_eq!(recipe.model.code_range(), None, "{word}: nothing follows the mean of a Gaussian code");
    }
}

#[test]
fn cards_show_kl_per_dimension_and_images_from_the_prior() {
    let recipe = recipe(&["model.code_kind=gaussian", "objective.free_bits=0.5"]);
    let learner = Learner::new(&recipe, [1, 3, 3], 10, &Device::flex());
    let pixels = numbers(images(&Device::flex()));
    let inputs = inputs_of(&learner, &recipe, &pixels, &pixels);
    assert_eq!(Topic::of(&recipe), [Topic::Dimensions, Topic::Prior, Topic::Sensitivity]);
    let card = |topic: Topic| topic.card(&inputs).expect("the CPU answers").expect("a card");
    let dimensions = card(Topic::Dimensions);
    let Content::Bars(bars) = dimensions.content else { panic!("no bars") };
    let encoded = learner.model().encode(images(&Device::flex()));
    let log_variance = encoded.log_variance.expect("a Gaussian code");
    let each = numbers(objective::kl_per_dimension(encoded.code.clone(), log_variance));
    let mean = numbers(encoded.code);
    for k in 0..3 {
        let of = |numbers: &[f32]| -> Vec<f32> { numbers.iter().skip(k).step_by(3).copied().collect() };
        let average = |numbers: &[f32]| numbers.iter().sum::<f32>() / BATCH as f32;
        let want = average(&of(&each));
        assert!((bars.values[k] - want).abs() < 1e-6, "dimension {k}: got {}, want {want}", bars.values[k]);
        let middle = average(&of(&mean));
        let variance = average(&of(&mean).iter().map(|x| (x - middle).powi(2)).collect::<Vec<f32>>());
        assert_eq!(bars.highlighted[k], variance > 0.01, "dimension {k}: variance of μ {variance}");
    }
    let active = bars.highlighted.iter().filter(|is_active| **is_active).count();
    assert!(dimensions.meaning.starts_with(&format!("{active} of 3")), "{}", dimensions.meaning);
    assert_eq!(bars.level, Some(Level { name: "free".to_owned(), value: 0.5 }));
    let prior = card(Topic::Prior);
    let Content::Images(images) = &prior.content else { panic!("no images") };
    assert!(images.count() >= 20 && images.pixels.iter().all(|x| (0.0..=1.0).contains(x)));
    assert_eq!(prior, card(Topic::Prior), "the same samples each time");
}
