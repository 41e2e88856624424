//! Promises of training: the same seed gives the same numbers, resuming is not stopping, optimisers follow their
//! textbooks, and NaN is noticed.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Dataset, Feed};
use hourglass::model::Decoder;
use hourglass::recipe::{
    Activation, Cell, ModelRecipe, Network, Output, Recipe, Reconstruction, TrainingRecipe, builtin,
};
use hourglass::train::evaluate::evaluate;
use hourglass::train::updates::updates;
use hourglass::train::{Checkpoint, Learner, Metrics};

use crate::objectives::with;
use crate::read::numbers;
use crate::training::{Training, digits, figures_of};

fn dataset() -> Arc<Dataset> {
    digits(700, 0.2)
}

fn training(settings: &[&str]) -> Training {
    let small = ["model.widths=32-16", "training.batch=32"];
    let recipe = with(Recipe::open("vae-2d").expect("a built-in recipe"), small.iter().chain(settings));
    Training::new(recipe, dataset(), Some(10))
}

#[test]
fn the_same_seed_gives_the_same_numbers_to_the_last_bit() {
    let [first, again, other] = [&[][..], &[], &["seed=2"]].map(|settings| training(settings).train(50));
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn every_dense_recipe_overfits_one_batch() {
    assert_overfits(|model| model.network == Network::Dense);
}

#[test]
fn every_convolutional_recipe_overfits_one_batch() {
    assert_overfits(|model| matches!(model.network, Network::Conv | Network::UNet));
}

#[test]
fn every_gru_recipe_overfits_one_batch() {
    assert_overfits(|model| model.network == Network::Recurrent && model.cell == Cell::Gru);
}

#[test]
fn every_lstm_recipe_overfits_one_batch() {
    assert_overfits(|model| model.network == Network::Recurrent && model.cell == Cell::Lstm);
}

/// Asserts that all built-in recipes with such a network can memorise a few images.
#[track_caller]
fn assert_overfits(is_tried: impl Fn(&ModelRecipe) -> bool) {
    let mut tried: Vec<Recipe> = Vec::new();
    let mut failures = Vec::new();
    // That it does not learn is the point of deep-scratch.
    for name in builtin::NAMES.iter().filter(|name| **name != "deep-scratch") {
        let recipe = without_penalties(Recipe::open(name).expect("a built-in recipe"));
        // Recipes that differ in nothing else are one network, and are tried once.
        if is_tried(&recipe.model) && !tried.contains(&recipe) {
            failures.extend(overfit(&recipe).err().map(|failure| format!("{name}: {failure}")));
            tried.push(recipe);
        }
    }
    assert!(!tried.is_empty(), "no recipe has such a network");
    assert!(failures.is_empty(), "{failures:#?}");
}

/// The same network without what would keep it from copying: how well it copies is the question here, and not what
/// noise and mistakes made on purpose cost.
fn without_penalties(mut recipe: Recipe) -> Recipe {
    let default = Recipe::default();
    (recipe.name, recipe.about) = (String::new(), String::new());
    recipe.objective.beta = 1e-3;
    recipe.objective.sparsity = 0.0;
    recipe.objective.rate = 0.0;
    recipe.objective.contractive = 0.0;
    recipe.objective.warm_up = 0;
    recipe.objective.free_bits = 0.0;
    recipe.objective.scale = default.objective.scale;
    recipe.noise = default.noise;
    recipe.data.range = default.data.range;
    recipe.model.init = default.model.init;
    recipe.dictionary.atoms = 0;
    // A squared error teaches a sigmoid nothing more once it is sure of the wrong thing, and 32 images make it sure.
    if recipe.model.output == Output::Sigmoid {
        recipe.objective.reconstruction = Reconstruction::CrossEntropy;
    }
    let clip_norm = recipe.training.clip_norm;
    recipe.training = TrainingRecipe { clip_norm, ..default.training };
    // Sigmoid units and gates pass on small gradients only; filters are shared, so theirs are large.
    let is_gentle = recipe.model.activation == Activation::Sigmoid;
    recipe.training.learning_rate = match recipe.model.network {
        Network::Recurrent => 5e-3,
        Network::Dense if is_gentle => 5e-3,
        Network::Dense => 4e-3,
        Network::Conv | Network::UNet => 2e-3,
    };
    recipe
}

/// Memorises one batch: 500 steps must bring its error below a twentieth of the mean image's.
fn overfit(recipe: &Recipe) -> Result<(), String> {
    const BAR: f64 = 0.05;
    let mut recipe = recipe.clone();
    // Few weights, used again and again, do not draw an image from two numbers so soon.
    if matches!(recipe.model.network, Network::Conv | Network::Recurrent) {
        recipe.model.code = recipe.model.code.max(16);
    }
    let dataset = dataset();
    let mut feed = Feed::new(Arc::clone(&dataset), 32, 1).expect("a feed");
    let count = images_for(recipe.model.network);
    let batch = feed.batch(0)[..count * 784].to_vec();
    let images = feed.indices(0)[..count].to_vec();
    let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
    let (mean, mut error) = (mean_image_error(&batch), f64::INFINITY);
    for step in 1..=500 {
        learner.step(&batch, &recipe);
        if step % 50 == 0 {
            let metrics = evaluate(&learner, &recipe, &dataset, &images);
            let metrics = metrics.expect("the CPU answers").expect("images");
            error = metrics.squared_error.expect("evaluations take it");
        }
        // A network that is there sooner need not go on.
        if error < BAR * mean {
            return Ok(());
        }
    }
    Err(format!("{error:.2} is {:.3} of the mean image's {mean:.2}, not below {BAR}", error / mean))
}

/// How many images a network must memorise. A step of a convolution takes many times longer; a quarter of the images
/// is as hard for its few weights.
fn images_for(network: Network) -> usize {
    match network {
        Network::Conv | Network::UNet => 8,
        Network::Dense | Network::Recurrent => 32,
    }
}

#[test]
fn convolutions_begin_as_bright_as_their_images() {
    for network in ["conv", "u-net"] {
        for (brighter, cost) in [(0.0, "squared-error"), (0.7, "squared-error"), (0.7, "cross-entropy")] {
            let mut recipe = Recipe::open("unet-copy").expect("a built-in recipe");
            recipe.set_from_text(&format!("model.network={network}")).expect("a valid setting");
            recipe.set_from_text("model.channels=2-3").expect("a valid setting");
            recipe.set_from_text(&format!("objective.reconstruction={cost}")).expect("a valid setting");
            recipe.training.learning_rate = 1e-9;
            let mut feed = Feed::new(dataset(), 8, 1).expect("a feed");
            let batch: Vec<f32> = feed.batch(0).iter().map(|x| brighter + (1.0 - brighter) * x).collect();
            let mean = batch.iter().map(|x| f64::from(*x)).sum::<f64>() / batch.len() as f64;
            let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
            learner.step(&batch, &recipe);
            let model = learner.model();
            let last = match &model.decoder {
                Decoder::Conv(decoder) => decoder.stages.last().expect("stages"),
                Decoder::UNet(decoder) => &decoder.output,
                other => panic!("{other:?} is no convolution"),
            };
            let bias = last.kernel.bias().expect("a bias").val();
            let got = f64::from(numbers(bias)[0]);
            let want = (mean / (1.0 - mean)).ln();
            assert!((got - want).abs() < 1e-5, "{network}, {cost}, mean {mean:.3}: {got}, not {want} (1e-5)");
        }
    }
}

fn mean_image_error(batch: &[f32]) -> f64 {
    let n = batch.len() / 784;
    let mean: Vec<f32> =
        (0..784).map(|p| batch.iter().skip(p).step_by(784).sum::<f32>() / n as f32).collect();
    batch
        .chunks(784)
        .flat_map(|x| x.iter().zip(&mean))
        .map(|(a, b)| f64::from((a - b) * (a - b)))
        .sum::<f64>()
        / n as f64
}

#[test]
fn resuming_from_a_checkpoint_is_the_same_as_never_stopping() {
    for optimizer in ["adam", "adamw", "sgd", "rmsprop"] {
        let setting = format!("training.optimizer={optimizer}");
        let decay =
            if optimizer == "adamw" { "training.weight_decay=1e-3" } else { "objective.weight_decay=1e-3" };
        let settings = [setting.as_str(), "training.learning_rate=1e-4", decay];
        let mut straight = training(&settings);
        straight.train(10);
        let checkpoint = Checkpoint::take(&straight.learner).expect("the CPU answers");
        let want = straight.train(10);
        let mut resumed = training(&settings);
        checkpoint.restore(&mut resumed.learner).expect("the same network");
        assert_eq!(resumed.learner.step_number(), 10);
        assert_eq!(resumed.train(10), want, "{optimizer}");
    }
}

#[test]
fn a_checkpoint_of_another_network_is_refused_in_a_sentence_and_changes_nothing() {
    let mut trained = training(&[]);
    trained.train(7);
    let checkpoint = Checkpoint::take(&trained.learner).expect("the CPU answers");
    // The first layers of the others would fit.
    for setting in ["model.widths=8", "model.widths=32-8", "model.code=7"] {
        let [mut other, mut untouched] = [(); 2].map(|()| {
            let mut training = training(&[setting]);
            training.train(3);
            training
        });
        let before = Checkpoint::take(&other.learner).expect("the CPU answers");
        let error = checkpoint.restore(&mut other.learner).expect_err("it does not fit");
        assert!(error.to_string().contains("another network"), "{error}");
        // Every weight, every moment of the optimiser and the step.
        let after = Checkpoint::take(&other.learner).expect("the CPU answers");
        assert!(after == before, "{setting}: the refused checkpoint changed the learner");
        assert_eq!(other.train(3), untouched.train(3), "{setting}: it goes on as if nothing had been tried");
    }
}

/// One number, one gradient, three updates, worked out by the textbook in f64.
fn textbook(kind: &str, gradients: &[f64], rate: f64, momentum: f64) -> f64 {
    let (mut w, mut m, mut v) = (0.0f64, 0.0f64, 0.0f64);
    for (t, g) in gradients.iter().enumerate() {
        let t = t as i32 + 1;
        match kind {
            "adam" => {
                m = 0.9 * m + 0.1 * g;
                v = 0.999 * v + 0.001 * g * g;
                w -= rate * (m / (1.0 - 0.9f64.powi(t))) / ((v / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8);
            }
            "sgd" => {
                m = momentum * m + g;
                w -= rate * m;
            }
            "rmsprop" => {
                v = 0.99 * v + 0.01 * g * g;
                w -= rate * g / (v.sqrt() + 1e-8);
            }
            _ => panic!("no textbook for {kind}"),
        }
    }
    w
}

/// The weights of every layer, without biases.
fn layer_weights(learner: &Learner) -> Vec<Vec<f32>> {
    struct Weights(Vec<Vec<f32>>);
    impl burn::module::ModuleVisitor for Weights {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<burn::tensor::Tensor<D>>) {
            if D > 1 {
                self.0.push(numbers(param.val().flatten::<1>(0, D - 1)));
            }
        }
    }
    let mut weights = Weights(Vec::new());
    burn::module::Module::visit(&learner.model(), &mut weights);
    weights.0
}

#[test]
fn the_update_that_is_shown_is_the_one_that_training_makes() {
    for (name, optimizer) in [("ae-32", "adam"), ("ae-32", "sgd"), ("conv-16", "rmsprop")] {
        let setting = format!("training.optimizer={optimizer}");
        let recipe = with(Recipe::open(name).expect("built in"), &[&setting[..], "training.batch=16"]);
        let mut training = Training::new(recipe.clone(), dataset(), None);
        training.train(3);
        let batch = training.feed.batch(3).to_vec();
        let shown = updates(&training.learner, &recipe, &batch).expect("the CPU answers");
        let before = layer_weights(&training.learner);
        training.learner.step(&batch, &recipe);
        let after = layer_weights(&training.learner);
        assert_eq!(shown.len(), before.len(), "{name}: kernels and matrices");
        for (layer, (update, (before, after))) in shown.iter().zip(before.iter().zip(&after)).enumerate() {
            let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
            let moved = norm(&mut before.iter().zip(after).map(|(a, b)| f64::from(b - a)));
            let want = moved / norm(&mut before.iter().map(|x| f64::from(*x)));
            let got = f64::from(update.change);
            assert!(
                (got - want).abs() < 1e-3 * want,
                "{name}, {optimizer}, layer {layer}: got {got}, want {want}"
            );
        }
    }
}

#[test]
fn optimisers_follow_their_textbooks() {
    use burn::module::{Param, ParamId};
    use burn::optim::GradientsParams;
    use burn::tensor::{Tensor, TensorData};
    let device = Device::flex().autodiff();
    for kind in ["adam", "sgd", "rmsprop"] {
        let mut recipe = Recipe::default();
        recipe.set_from_text(&format!("training.optimizer={kind}")).expect("valid");
        let mut optimizer = hourglass::train::optimizer::Optimizer::new(&recipe);
        let zero = Tensor::<1>::from_data(TensorData::new(vec![0.0f32], [1]), &device).require_grad();
        let mut weight = burn::nn::Linear {
            weight: Param::initialized(ParamId::new(), zero.clone().reshape([1, 1]).detach().require_grad()),
            bias: None,
        };
        let gradients = [0.5, -2.0, 1.0];
        for gradient in gradients {
            // w·g has the gradient g.
            let loss = (weight.weight.val() * gradient).sum();
            let found = GradientsParams::from_grads(loss.backward(), &weight);
            weight = optimizer.step(weight, found, 0.01);
        }
        let got = f64::from(numbers(weight.weight.val().inner())[0]);
        let want = textbook(kind, &gradients, 0.01, 0.9);
        assert!((got - want).abs() < 1e-6 * want.abs().max(1e-2), "{kind}: got {got}, want {want}");
    }
}

#[test]
fn clipped_gradients_are_together_no_longer_than_asked() {
    // Under plain SGD the change of all weights together is the rate times the gradient's length.
    let length = |clip: &str| {
        let settings = ["training.optimizer=sgd", "training.momentum=0", "training.learning_rate=1", clip];
        let mut training = training(&settings);
        let before = weights(&training.learner);
        training.train(1);
        let after = weights(&training.learner);
        before.iter().zip(&after).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    };
    let free = length("training.clip_norm=0");
    assert!(free > 5.0, "the gradient is only {free} long");
    let clipped = length("training.clip_norm=2");
    assert!((clipped - 2.0).abs() < 1e-2, "clipped to {clipped}, not 2");
    let untouched = length("training.clip_norm=1e5");
    assert!((untouched - free).abs() < 1e-3 * free, "a short gradient was changed: {untouched}, not {free}");
}

fn weights(learner: &Learner) -> Vec<f32> {
    use burn::module::{Module as _, ModuleVisitor, Param};
    use burn::tensor::Tensor;
    struct All(Vec<f32>);
    impl ModuleVisitor for All {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(numbers(param.val()));
        }
    }
    let mut all = All(Vec::new());
    learner.model().visit(&mut all);
    all.0
}

#[test]
fn decoder_columns_stay_at_length_one_where_asked() {
    let mut recipe = Recipe::open("ae-sparse").expect("a built-in recipe");
    recipe.training.batch = 32;
    let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
    let mut feed = Feed::new(dataset(), 32, 1).expect("a feed");
    for step in 0..20 {
        learner.step(feed.batch(step), &recipe);
    }
    let Decoder::Dense(decoder) = learner.model().decoder else { panic!("a dense network") };
    let columns = numbers(decoder.output.linear.weight.val());
    for (k, column) in columns.chunks(784).enumerate() {
        let length = column.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!((length - 1.0).abs() < 1e-4, "column {k} has length {length}");
    }
}

#[test]
fn an_evaluation_counts_each_image_once_whatever_the_chunks() {
    let mut training = self::training(&[]);
    training.train(5);
    let dataset = dataset();
    let all: Vec<u32> = dataset.split.validation.iter().copied().take(131).collect();
    let whole = evaluate(&training.learner, &training.recipe, &dataset, &all).expect("read").expect("images");
    let mut one_by_one = Vec::new();
    for image in &all {
        one_by_one.extend(evaluate(&training.learner, &training.recipe, &dataset, &[*image]).expect("read"));
    }
    let want = Metrics::mean(&one_by_one).expect("images");
    let close = |got: f64, want: f64| (got - want).abs() < 1e-4 * want.abs();
    assert!(close(whole.objective, want.objective), "{whole:?} is not {want:?}");
    assert!(close(whole.reconstruction, want.reconstruction), "{whole:?} is not {want:?}");
    let kl = whole.penalties().next().expect("a KL term").1;
    assert!(close(whole.objective, whole.reconstruction + kl), "β is 1: {whole:?}");
}

#[test]
fn nan_and_infinity_in_a_batch_are_seen_in_the_figures() {
    for number in [f32::NAN, f32::INFINITY] {
        let mut training = self::training(&[]);
        let mut batch = training.feed.batch(0).to_vec();
        batch[100] = number;
        assert!(
            !figures_of(training.learner.step(&batch, &training.recipe)).is_finite(),
            "{number} went through unseen"
        );
    }
}
