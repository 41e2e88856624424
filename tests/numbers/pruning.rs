//! Promises of deleted connections, weight decay and the revival of dead units: the right weights are deleted and stay so,
//! under every optimiser and in every kind of network; penalties of weights are what they say.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use hourglass::data::{Dataset, Feed};
use hourglass::model::{Autoencoder, Decoder, Pass, Penalty};
use hourglass::recipe::Recipe;
use hourglass::train::terms::{self, Batch};
use hourglass::train::{Checkpoint, Learner};

use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::{grey, matrix};
use crate::training::{digits, figures_of, pixels};

const DIMS: [usize; 3] = [1, 8, 8];

fn recipe(settings: &[&str]) -> Recipe {
    let same = ["model.widths=12", "model.code=4", "pruning.method=smallest", "training.learning_rate=1e-2"];
    with(Recipe::default(), same.iter().chain(settings))
}

fn learner(recipe: &Recipe) -> Learner {
    Learner::new(recipe, DIMS, 10, &Device::flex())
}

fn train(learner: &mut Learner, recipe: &Recipe, steps: u64) {
    (0..steps).for_each(|step| drop(learner.step(&grey(step, 16 * 64), recipe)));
}

fn weights(learner: &Learner) -> BTreeMap<String, Vec<f32>> {
    Checkpoint::take(learner).expect("the CPU answers").weights().clone()
}

/// Whether a parameter holds weights: dense matrices, kernels of convolutions, or matrices of recurrent cells.
fn is_matrix(name: &str) -> bool {
    ["weight", "rows", "output"].iter().any(|end| name.ends_with(end)) && !name.contains("norm")
}

fn zeros(values: &[f32]) -> usize {
    values.iter().filter(|x| **x == 0.0).count()
}

#[test]
fn the_share_that_is_asked_for_is_deleted_in_every_layer_and_stays_deleted() {
    for settings in [
        &[][..],
        &["pruning.method=random"],
        &["model.tied=true"],
        &["model.tied=true", "pruning.method=random"],
        &["model.code_kind=gaussian"],
        &["model.network=conv", "model.channels=3-4"],
        &["model.network=u-net", "model.channels=2-3-4"],
        &["model.network=recurrent", "model.hidden=6"],
        &["model.network=recurrent", "model.hidden=6", "model.cell=lstm"],
        &["training.optimizer=sgd"],
        &["training.optimizer=rmsprop"],
        &["training.optimizer=adamw", "training.weight_decay=0.01"],
        &["objective.weight_decay=0.01"],
    ] {
        let recipe = recipe(&[&["pruning.share=0.8", "pruning.step=3"], settings].concat());
        let mut learner = learner(&recipe);
        train(&mut learner, &recipe, 3);
        let before = weights(&learner);
        let matrices = before.iter().filter(|(name, _)| is_matrix(name));
        assert!(matrices.clone().count() >= 4, "{settings:?}: {:?}", before.keys());
        assert!(
            matrices.clone().all(|(_, values)| zeros(values) < values.len() / 2),
            "{settings:?}: too early"
        );
        train(&mut learner, &recipe, 4);
        let after = weights(&learner);
        for (name, values) in &after {
            let want = if is_matrix(name) {
                ((0.8 * values.len() as f64).round() as usize).min(values.len() - 1)
            } else {
                0
            };
            let exact = zeros(values);
            assert!(
                if is_matrix(name) { exact == want } else { exact < values.len() },
                "{settings:?} {name}: {exact}"
            );
            assert!(
                values.iter().zip(&before[name]).any(|(now, then)| *now != 0.0 && now != then),
                "{settings:?} {name}: what is left learns on"
            );
        }
    }
}

#[test]
fn the_smallest_weights_of_each_layer_are_deleted() {
    let recipe = recipe(&["pruning.share=0.6", "pruning.step=5"]);
    let mut learner = learner(&recipe);
    train(&mut learner, &recipe, 5);
    let before = weights(&learner);
    train(&mut learner, &recipe, 1);
    for (name, after) in weights(&learner).iter().filter(|(name, _)| is_matrix(name)) {
        let mut sizes: Vec<f32> = before[name].iter().map(|x| x.abs()).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let last = sizes[(0.6 * sizes.len() as f64).round() as usize - 1];
        for (then, now) in before[name].iter().zip(after) {
            assert_eq!(*now == 0.0, then.abs() <= last, "{name}: {then} beside {last}");
        }
    }
}

#[test]
fn a_larger_share_deletes_more_and_a_smaller_one_brings_none_back() {
    for method in ["pruning.method=smallest", "pruning.method=random"] {
        let mut recipe = recipe(&[method, "pruning.share=0.5"]);
        let mut learner = learner(&recipe);
        let mut deleted = Vec::new();
        for (share, want) in [(0.5, 0.5), (0.9, 0.9), (0.2, 0.9)] {
            recipe.pruning.share = share;
            train(&mut learner, &recipe, 2);
            let now = weights(&learner)["encoder.Dense.layers.0.linear.weight"].clone();
            assert_eq!(zeros(&now), (want * now.len() as f64).round() as usize, "{method} {share}");
            assert!(
                deleted.iter().all(|index: &usize| now[*index] == 0.0),
                "{method} {share}: some came back"
            );
            deleted = (0..now.len()).filter(|index| now[*index] == 0.0).collect();
        }
    }
}

#[test]
fn a_checkpoint_keeps_deleted_connections_deleted() {
    let mut recipe = recipe(&["pruning.share=0.9"]);
    let mut straight = learner(&recipe);
    train(&mut straight, &recipe, 4);
    recipe.pruning.share = 0.3;
    let mut resumed = learner(&recipe);
    Checkpoint::take(&straight).expect("the CPU answers").restore(&mut resumed).expect("the same network");
    train(&mut straight, &recipe, 3);
    train(&mut resumed, &recipe, 3);
    assert_eq!(weights(&resumed), weights(&straight));
}

#[test]
fn a_frozen_part_keeps_its_connections() {
    let recipe = recipe(&["pruning.share=0.5", "training.freeze=encoder"]);
    let mut learner = learner(&recipe);
    train(&mut learner, &recipe, 2);
    for (name, values) in weights(&learner).iter().filter(|(name, _)| is_matrix(name)) {
        assert_eq!(zeros(values) > 0, name.starts_with("decoder."), "{name}");
    }
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    for (settings, why) in [
        (&["pruning.share=1"][..], "a number from 0 to 0.999"),
        (&["training.weight_decay=0.1"], "objective.weight_decay"),
        (&["objective.revival=0.1"], "leave model.widths empty"),
        (&["objective.revival=0.1", "model.widths=", "model.network=conv"], "leave model.widths empty"),
    ] {
        let mut recipe = Recipe::default();
        recipe.model.widths = vec![12];
        let set = settings.iter().try_for_each(|setting| recipe.set_from_text(setting));
        let sentence = set.and_then(|()| recipe.validate()).expect_err("must be refused").to_string();
        assert!(sentence.contains(why), "{settings:?}: {sentence}");
    }
}

#[test]
fn weight_decay_is_half_the_sum_of_squared_weights() {
    for settings in [&[][..], &["model.tied=true"], &["model.network=conv", "model.channels=3-4"]] {
        let recipe = recipe(&[&["objective.weight_decay=0.5", "pruning.method=none"], settings].concat());
        let mut learner = learner(&recipe);
        let own = |name: &str| is_matrix(name) && !(recipe.model.tied && name.starts_with("decoder."));
        let all = weights(&learner);
        let squares = all.iter().filter(|(name, _)| own(name)).flat_map(|(_, values)| values);
        let want = 0.5 * squares.map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let metrics = figures_of(learner.step(&grey(1, 16 * 64), &recipe));
        let got = metrics.penalty(Penalty::Weights).expect("a penalty");
        assert!((got - want).abs() < 1e-5 * want, "{settings:?}: got {got}, want {want}");
        let sum = metrics.reconstruction + 0.5 * got;
        assert!(
            (metrics.objective - sum).abs() < 1e-4 * sum,
            "{settings:?}: {} is not {sum}",
            metrics.objective
        );
    }
}

/// The revival term of a batch, and the gradient of the whole objective.
fn revival_of(model: &Autoencoder, recipe: &Recipe, clean: &Tensor<2>) -> (f64, GradientsParams) {
    let count = clean.dims()[0];
    let batch = Batch { input: clean.clone(), clean: clean.clone(), epsilon: None, probes: None, count };
    let terms = terms::forward(model, recipe, &batch, &mut Pass::default()).terms;
    let (_, term) = terms.penalties.iter().find(|(penalty, _)| *penalty == Penalty::Revival).expect("a term");
    let value = f64::from(numbers(term.clone().mean().inner())[0]);
    let total = terms::weighted(&terms, recipe, 0, clean.dims()[1]).mean();
    (value, GradientsParams::from_grads(total.backward(), model))
}

#[test]
fn revival_teaches_dead_units_alone() {
    let settings =
        ["model.widths=", "model.code=6", "model.top_k=2", "model.output=linear", "pruning.method=none"];
    let with_weight = |weight: &str| recipe(&[&settings[..], &[weight]].concat());
    let (on, off) = (with_weight("objective.revival=0.5"), with_weight("objective.revival=1e-12"));
    let device = Device::flex().autodiff();
    let model = Autoencoder::new(&on, DIMS, &device);
    let clean = matrix(grey(5, 64), 64, &device);
    let codes = numbers(model.encode(clean.clone()).code.inner());
    let dead: Vec<usize> = (0..6).filter(|unit| codes[*unit] == 0.0).collect();
    assert_eq!(dead.len(), 4, "two of six are kept for the only image");
    let Decoder::Dense(decoder) = &model.decoder else { panic!("a dense network") };
    let parameters = [&model.code.head.weight, &decoder.output.linear.weight];
    let gradients = |recipe: &Recipe| {
        let (_, gradients) = revival_of(&model, recipe, &clean);
        parameters.map(|param| numbers(gradients.get::<2>(param.id).expect("a gradient")))
    };
    let ([encoder, decoder], [encoder_off, decoder_off]) = (gradients(&on), gradients(&off));
    for unit in 0..6 {
        // Burn stores [inputs, outputs]: a column of the encoder, a row of the decoder.
        let column: Vec<usize> = (0..64).map(|input| input * 6 + unit).collect();
        let row: Vec<usize> = (unit * 64..(unit + 1) * 64).collect();
        for (now, then, places) in [(&encoder, &encoder_off, column), (&decoder, &decoder_off, row)] {
            let moved = places.iter().any(|index| (now[*index] - then[*index]).abs() > 1e-5);
            assert_eq!(moved, dead.contains(&unit), "unit {unit}");
        }
    }
    // A dead unit's row of the decoder acts through this term only, so its gradient is the term's difference.
    let index = dead[0] * 64 + 27;
    let at = |by: f32| {
        let mut moved = model.clone();
        let Decoder::Dense(decoder) = &mut moved.decoder else { panic!("a dense network") };
        let weight = decoder.output.linear.weight.clone();
        decoder.output.linear.weight = weight.map(|weight| {
            let mut values = numbers(weight.inner());
            values[index] += by;
            Tensor::from_inner(matrix(values, 64, &Device::flex())).require_grad()
        });
        revival_of(&moved, &on, &clean).0
    };
    let want = 0.5 * (at(1e-2) - at(-1e-2)) / 2e-2;
    let got = f64::from(decoder[index]);
    assert!((got - want).abs() < 1e-2 * want.abs().max(0.05), "got {got}, want {want}");
}

/// The units of `ae-top-k` that no test image activates after some training.
fn dead_units(settings: &[&str], dataset: &Arc<Dataset>) -> usize {
    let recipe = with(Recipe::open("ae-top-k").expect("built in"), settings);
    let mut learner = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
    let mut feed = Feed::new(Arc::clone(dataset), recipe.training.batch, 1).expect("a feed");
    (0..800).for_each(|step| drop(learner.step(feed.batch(step), &recipe)));
    let test = pixels(dataset, &dataset.split.test);
    let codes = numbers(learner.model().encode(learner.images(&test, learner.device())).code);
    (0..256).filter(|unit| codes.iter().skip(*unit).step_by(256).all(|h| *h == 0.0)).count()
}

#[test]
fn revival_leaves_fewer_dead_units() {
    let dataset = digits(1500, 0.2);
    let (without, with) = (dead_units(&[], &dataset), dead_units(&["objective.revival=1"], &dataset));
    assert!(without > 20 && with < without / 2, "dead units: {without} without, {with} with revival");
}
