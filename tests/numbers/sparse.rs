//! Promises of plain codes: a price makes them sparse and not empty, a target rate quietens every unit, the cards count
//! what there is, and the two mistakes show what they are made to show.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::chart::cards::{Card, Content, Values};
use hourglass::data::{Dataset, Feed};
use hourglass::insight::{CardInputs, Pca, Topic};
use hourglass::recipe::Recipe;
use hourglass::train::evaluate::evaluate;
use hourglass::train::{Learner, Metrics, Penalty};

use crate::cards::inputs_of;
use crate::objectives::with;
use crate::read::numbers;
use crate::training::{digits, pixels};

const PIXELS: usize = 784;

fn dataset() -> Arc<Dataset> {
    digits(1500, 0.2)
}

fn recipe(name: &str, settings: &[&str]) -> Recipe {
    let same = ["training.learning_rate=2e-3", "training.batch=64"];
    with(Recipe::open(name).expect("a built-in recipe"), same.iter().chain(settings))
}

fn trained(recipe: &Recipe, dataset: &Arc<Dataset>, steps: u64) -> Learner {
    let mut learner = Learner::new(recipe, [1, 28, 28], 10, &Device::flex());
    let mut feed = Feed::new(Arc::clone(dataset), recipe.training.batch, recipe.seed).expect("a feed");
    (0..steps).for_each(|step| drop(learner.step(feed.batch(step), recipe)));
    learner
}

fn evaluated(learner: &Learner, recipe: &Recipe, dataset: &Dataset) -> Metrics {
    evaluate(learner, recipe, dataset, &dataset.split.test).expect("the CPU answers").expect("images")
}

/// The codes of the test images.
fn codes(learner: &Learner, dataset: &Dataset) -> Vec<f32> {
    let test = pixels(dataset, &dataset.split.test);
    numbers(learner.model().encode(learner.images(&test, learner.device())).code)
}

#[test]
fn a_price_makes_a_code_silent_for_the_most_part_and_not_empty() {
    let dataset = dataset();
    let of = |settings: &[&str]| {
        let recipe = recipe("ae-sparse", settings);
        let learner = trained(&recipe, &dataset, 300);
        let codes = codes(&learner, &dataset);
        let silent = codes.iter().filter(|h| h.abs() < 0.01).count() as f64 / codes.len() as f64;
        (silent, evaluated(&learner, &recipe, &dataset).squared_error.expect("evaluations take it"))
    };
    let ((silent, error), (silent_for_free, _)) = (of(&[]), of(&["objective.sparsity=0"]));
    assert!(silent >= 0.8, "only {silent:.3} of the units are silent");
    assert!(silent_for_free < 0.7, "without a price {silent_for_free:.3} are silent as well");
    let mean = dataset.mean_image_cost(&dataset.split.test).squared_error;
    assert!(error < 0.4 * mean, "it draws {error:.1}, the mean image costs {mean:.1}");
}

#[test]
fn a_code_of_the_k_largest_keeps_exactly_those_and_k_can_be_moved() {
    let dataset = dataset();
    let mut recipe = recipe("ae-top-k", &["model.top_k=5", "model.code_activation=linear"]);
    let mut learner = trained(&recipe, &dataset, 40);
    let test = pixels(&dataset, &dataset.split.test);
    let codes_of = |learner: &Learner, top_k: usize| {
        let mut model = learner.model();
        model.code.top_k = top_k;
        numbers(model.encode(learner.images(&test, learner.device())).code)
    };
    let (all, kept) = (codes_of(&learner, 0), codes_of(&learner, 5));
    for (all, kept) in all.chunks(256).zip(kept.chunks(256)) {
        let mut sizes: Vec<f32> = all.iter().map(|h| h.abs()).collect();
        sizes.sort_unstable_by(|a, b| b.total_cmp(a));
        for (own, kept) in all.iter().zip(kept) {
            let want = if own.abs() >= sizes[4] { *own } else { 0.0 };
            assert_eq!(*kept, want, "the fifth largest is {}", sizes[4]);
        }
    }
    recipe.model.top_k = 9;
    let mut feed = Feed::new(Arc::clone(&dataset), 64, 1).expect("a feed");
    learner.step(feed.batch(40), &recipe);
    let moved = codes(&learner, &dataset);
    let active = moved.chunks(256).map(|h| h.iter().filter(|h| **h != 0.0).count());
    assert!(active.clone().all(|count| count == 9), "the moved k counts from the next update on");
}

#[test]
fn more_units_than_there_are_cannot_be_kept() {
    for (settings, why) in [
        (&["model.top_k=33", "model.code=32"][..], "model.top_k is larger than the code"),
        (&["model.top_k=2", "model.code_kind=gaussian"], "only units of a plain code"),
    ] {
        let mut recipe = Recipe::default();
        settings.iter().for_each(|setting| recipe.set_from_text(setting).expect("valid"));
        let sentence = recipe.validate().expect_err("must be refused").to_string();
        assert!(sentence.contains(why), "{sentence}");
    }
}

#[test]
fn a_target_rate_quietens_every_unit_and_kills_none() {
    let (dataset, recipe) = (dataset(), recipe("ae-rate", &["model.code=64", "objective.rate=30"]));
    let learner = trained(&recipe, &dataset, 300);
    let codes = codes(&learner, &dataset);
    for unit in 0..64 {
        let activity: Vec<f32> = codes.iter().skip(unit).step_by(64).copied().collect();
        let mean = activity.iter().sum::<f32>() / activity.len() as f32;
        assert!((0.005..0.2).contains(&mean), "unit {unit} is active at {mean}, 0.05 is asked");
    }
}

/// The card of a topic on some held-out images.
fn card(topic: Topic, learner: &Learner, recipe: &Recipe, sample: &[f32], pca: &[f64]) -> Card {
    let inputs = CardInputs { pca_errors: pca, ..inputs_of(learner, recipe, &sample[..10 * PIXELS], sample) };
    topic.card(&inputs).expect("the CPU answers").expect("a card")
}

#[test]
fn the_cards_of_activity_agree_with_the_codes() {
    let (dataset, recipe) = (dataset(), recipe("ae-simple", &["objective.sparsity=1"]));
    let learner = trained(&recipe, &dataset, 100);
    let sample = pixels(&dataset, &dataset.split.validation[..100]);
    let codes = numbers(learner.model().encode(learner.images(&sample, learner.device())).code);
    let active = codes.iter().filter(|h| **h > 0.01).count();
    let mut often: Vec<usize> =
        (0..64).map(|unit| codes.iter().skip(unit).step_by(64).filter(|h| **h > 0.01).count()).collect();
    often.sort_unstable_by(|a, b| b.cmp(a));
    let never = often.iter().filter(|count| **count == 0).count();

    let card_of = |topic| card(topic, &learner, &recipe, &sample, &[]);
    let units = card_of(Topic::Units);
    let beginning = format!("{:.0} of 64 units are active per image", active as f64 / 100.0);
    assert!(units.meaning.starts_with(&beginning), "{} does not begin with {beginning}", units.meaning);
    assert_eq!(never > 0, units.meaning.contains(&format!("; {never} never ")), "{}", units.meaning);
    let Content::Bars(bars) = units.content else { panic!("bars") };
    assert_eq!(bars.values.len(), 64);
    for (got, want) in bars.values.iter().zip(&often) {
        assert!((got - *want as f32).abs() < 1e-3, "got {got} %, want {want} of 100 images");
    }

    let Content::Bars(bars) = card_of(Topic::Activity).content else { panic!("bars") };
    let (got, want) = (bars.values.iter().sum::<f32>(), 100.0 * active as f32 / codes.len() as f32);
    assert!((got - want).abs() < 1e-2, "the bars hold {got} % of all activations, {want} % are active");
}

#[test]
fn atoms_are_the_decoders_rows_or_what_a_unit_adds_alone() {
    let dataset = dataset();
    let sample = pixels(&dataset, &dataset.split.validation[..50]);
    for settings in [&["model.code=16"][..], &["model.code=16", "model.widths=24"]] {
        let recipe = recipe("ae-simple", settings);
        let learner = trained(&recipe, &dataset, 20);
        let model = learner.model();
        let Content::Images(images) = card(Topic::Atoms, &learner, &recipe, &sample, &[]).content else {
            panic!("images")
        };
        assert_eq!((images.count(), images.values, images.captions.len()), (16, Values::Signed, 16));
        let codes = numbers(model.encode(learner.images(&sample, learner.device())).code);
        let share = |unit: usize| codes.iter().skip(unit).step_by(16).filter(|h| **h > 0.01).count();
        let strength = |unit: usize| {
            (codes.iter().skip(unit).step_by(16).map(|h| f64::from(h * h)).sum::<f64>() / 50.0).sqrt()
        };
        let mut order: Vec<usize> = (0..16).collect();
        order.sort_by(|&a, &b| share(b).cmp(&share(a)).then(strength(b).total_cmp(&strength(a))));
        // What a unit adds at its root mean square to a code of zeros; where the code enters the last layer that is
        // its row of weights, up to a factor, and images are scaled.
        let mut alone = vec![0.0f32; 17 * 16];
        (0..16).for_each(|k| alone[k * 16 + order[k]] = strength(order[k]) as f32);
        let decoded = numbers(model.decode(learner.codes(&alone)));
        let (decoded, empty) = decoded.split_at(16 * PIXELS);
        for (k, (got, image)) in images.pixels.chunks(PIXELS).zip(decoded.chunks(PIXELS)).enumerate() {
            let added: Vec<f32> = image.iter().zip(empty).map(|(x, y)| x - y).collect();
            // A dead unit of a deeper decoder adds nothing; in the other case its row is there all the same.
            if strength(order[k]) == 0.0 {
                continue;
            }
            let most = added.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            for (p, (got, want)) in got.iter().zip(&added).enumerate() {
                let want = want / most;
                assert!((got - want).abs() < 5e-3, "{settings:?} atom {k}[{p}]: got {got}, want {want}");
            }
        }
    }
}

#[test]
fn removing_nothing_costs_nothing_and_removing_more_costs_more() {
    let (dataset, recipe) = (dataset(), recipe("ae-dropout", &["model.code=64"]));
    let learner = trained(&recipe, &dataset, 150);
    let sample = pixels(&dataset, &dataset.split.test[..128]);
    let card = card(Topic::Ablation, &learner, &recipe, &sample, &[]);
    let Content::Lines(lines) = card.content else { panic!("lines") };
    let points = &lines.series[0].points;
    let shares: Vec<f32> = points.iter().map(|point| point[0].round()).collect();
    assert_eq!(shares, [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]);
    let whole = evaluate(&learner, &recipe, &dataset, &dataset.split.test[..128]).expect("read");
    let want = whole.and_then(|metrics| metrics.squared_error).expect("evaluations take it") as f32;
    assert!((points[0][1] - want).abs() < 1e-3 * want, "nothing removed: {}, evaluated {want}", points[0][1]);
    assert!(points[9][1] > points[5][1] && points[5][1] > points[0][1], "{points:?}");
    // A network trained with dropout loses less when half of its units are removed than one trained without.
    let mut plain = recipe;
    plain.noise.drop_units = 0.0;
    let other = trained(&plain, &dataset, 150);
    let Content::Lines(other) = self::card(Topic::Ablation, &other, &plain, &sample, &[]).content else {
        panic!("lines")
    };
    let (with, without) = (points[5][1], other.series[0].points[5][1]);
    assert!(with < 0.85 * without, "half removed: {with} with dropping, {without} without");
}

#[test]
fn a_network_is_compared_with_principal_components_at_its_size() {
    let (dataset, recipe) = (dataset(), recipe("ae-32", &["model.code=8"]));
    let learner = trained(&recipe, &dataset, 60);
    let sample = pixels(&dataset, &dataset.split.validation[..100]);
    let curve = Pca::fit(&pixels(&dataset, &dataset.split.train), PIXELS, 192).squared_errors(&sample);
    let card = card(Topic::Size, &learner, &recipe, &sample, &curve);
    let Content::Lines(lines) = card.content else { panic!("lines") };
    let (components, own) = (&lines.series[0].points, &lines.series[1].points);
    assert!(components.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] > pair[1][1]));
    let rebuilt = numbers(learner.model().reconstruct(learner.images(&sample, learner.device())));
    let want = sample.iter().zip(&rebuilt).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>() / 100.0;
    assert!((f64::from(own[1][1]) - want).abs() < 1e-3 * want, "got {}, want {want}", own[1][1]);
    let of_pca = components.iter().find(|point| point[0] == 8.0).expect("8 components");
    assert_eq!(own[0], *of_pca, "the line begins at the error of 8 components");
}

#[test]
fn every_family_shows_its_point_first() {
    let first = |name: &str| Topic::of(&Recipe::open(name).expect("built in")).first().copied();
    for (name, want) in [
        ("ae-2d", Topic::Size),
        ("ae-32", Topic::Size),
        ("ae-overcomplete", Topic::Atoms),
        ("ae-sparse", Topic::Atoms),
        ("ae-rate", Topic::Atoms),
        ("ae-dropout", Topic::Ablation),
        ("ae-dropconnect", Topic::Ablation),
        ("ae-denoise", Topic::Noise),
        ("ae-mask", Topic::Noise),
    ] {
        assert_eq!(first(name), Some(want), "{name}");
    }
}

#[test]
fn a_sigmoid_cannot_go_below_the_floor_of_signed_pixels() {
    let dataset = dataset();
    let buggy = recipe("bug-range", &[]);
    let test = pixels(&dataset, &dataset.split.test);
    // The nearest that a number from 0 to 1 comes to 2x − 1.
    let nearest = |x: &f32| f64::from((2.0 * x - 1.0).min(0.0)).powi(2);
    let floor = test.iter().map(nearest).sum::<f64>() * PIXELS as f64 / test.len() as f64;
    let learner = trained(&buggy, &dataset, 150);
    let stuck = evaluated(&learner, &buggy, &dataset).reconstruction;
    assert!(stuck >= floor * (1.0 - 1e-6), "{stuck:.1} is below the floor of {floor:.1}");
    assert!(stuck < 1.25 * floor, "{stuck:.1} has not come down to the floor of {floor:.1}");
    let mended = recipe("bug-range", &["data.range=unit"]);
    let free = evaluated(&trained(&mended, &dataset, 150), &mended, &dataset).reconstruction;
    assert!(free < 0.1 * floor, "mended it costs {free:.1}, and the floor was {floor:.1}");
}

#[test]
fn a_mean_beside_a_summed_kl_empties_the_code() {
    let dataset = dataset();
    let of = |settings: &[&str]| {
        let recipe = recipe("bug-mean", settings);
        evaluated(&trained(&recipe, &dataset, 200), &recipe, &dataset)
    };
    let (buggy, mended) = (of(&["model.widths=128"]), of(&["model.widths=128", "objective.scale=sum"]));
    let kl = |metrics: &Metrics| metrics.penalty(Penalty::Kl).expect("a KL term");
    let mean = dataset.mean_image_cost(&dataset.split.test).squared_error;
    assert!(kl(&buggy) < 0.05, "KL is {}", kl(&buggy));
    // With ε in the code, which the decoder has learned to ignore.
    let error = buggy.reconstruction;
    assert!((error / mean - 1.0).abs() < 0.1, "it draws {error:.1}, the mean image costs {mean:.1}");
    assert!(kl(&mended) > 1.0, "mended, KL is {}", kl(&mended));
}
