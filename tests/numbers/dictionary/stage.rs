//! The stage of dictionaries: it begins after the training, moves atoms and nothing else, repeats and resumes.

use hourglass::recipe::Recipe;
use hourglass::train::evaluate::evaluate;
use hourglass::train::{Checkpoint, Evaluator, Stage};

use crate::objectives::with;
use crate::read::numbers;
use crate::training::{Training, digits, figures_of, pixels};

const STEPS_PER_EPOCH: u64 = 10;

fn training() -> Training {
    let settings = [
        "model.widths=32-16",
        "model.code=8",
        "training.batch=32",
        "training.epochs=2",
        "dictionary.atoms=20",
        "dictionary.epochs=3",
    ];
    let recipe = with(Recipe::open("vae-dictionary").expect("a built-in recipe"), &settings);
    Training::new(recipe, digits(700, 0.2), Some(STEPS_PER_EPOCH))
}

/// What the network makes of one batch: the same numbers mean the same weights.
fn outputs(training: &mut Training) -> Vec<f32> {
    let learner = &training.learner;
    let images = learner.images(training.feed.batch(0), learner.device());
    numbers(learner.model().reconstruct(images))
}

#[test]
fn it_begins_after_the_training_and_moves_no_weight_of_the_network() {
    let mut training = self::training();
    let end = 2 * STEPS_PER_EPOCH;
    training.train(end - 1);
    assert_eq!((training.learner.stage(), training.learner.dictionaries()), (Stage::Training, None));
    let before = outputs(&mut training);
    training.step();
    assert_eq!(training.learner.stage(), Stage::Dictionary);
    let trained = outputs(&mut training);
    assert_ne!(before, trained, "the last step of the training moved nothing");
    training.step();
    let first = training.learner.dictionaries().expect("a dictionary").clone();
    training.train(5);
    assert_eq!(outputs(&mut training), trained, "the network moved while the dictionary was learned");
    let after = training.learner.dictionaries().expect("a dictionary");
    assert_ne!(after.codes.atoms(), first.codes.atoms());
    let pixels = after.pixels.as_ref().expect("the recipe asks for pixels too");
    assert_ne!(pixels.atoms(), first.pixels.as_ref().expect("pixels").atoms());
    assert_eq!((after.codes.dim(), after.codes.count()), (8, 20));
    assert_eq!((pixels.dim(), pixels.count()), (784, 20));
}

#[test]
fn the_same_seed_gives_the_same_atoms_to_the_last_bit() {
    let run = |seed: u64| {
        let mut training = self::training();
        training.recipe.seed = seed;
        let metrics = training.train(28);
        (metrics, training.learner.dictionaries().cloned())
    };
    let (first, again, other) = (run(1), run(1), run(2));
    assert_eq!(first, again);
    assert_ne!(first.1, other.1, "another seed begins with other atoms");
}

#[test]
fn resuming_in_the_middle_of_the_stage_equals_never_stopping() {
    let mut whole = self::training();
    whole.train(25);
    let mut resumed = self::training();
    resumed.train(23);
    let checkpoint = Checkpoint::take(&resumed.learner).expect("a checkpoint");
    let mut fresh = resumed.learner.fresh(&resumed.recipe);
    assert_eq!(fresh.dictionaries(), None);
    checkpoint.restore(&mut fresh).expect("the same network");
    resumed.learner = fresh;
    resumed.train(2);
    assert_eq!(resumed.learner.dictionaries(), whole.learner.dictionaries());
    assert_eq!(resumed.train(3), whole.train(3));
    // Back before the stage there is no dictionary.
    let mut early = self::training();
    early.train(5);
    Checkpoint::take(&early.learner).expect("a checkpoint").restore(&mut whole.learner).expect("the same");
    assert_eq!(whole.learner.dictionaries(), None);
}

#[test]
fn a_step_of_many_atoms_is_done_in_slices_and_comes_to_the_same() {
    let [mut whole, mut sliced] = [(); 2].map(|()| {
        let mut training = self::training();
        training.recipe.set_from_text("dictionary.atoms=400").expect("valid");
        training.learner = training.learner.fresh(&training.recipe);
        training.train(20);
        training
    });
    for step in 0..2 {
        let before = sliced.learner.dictionaries().cloned();
        let (mut cost, mut slices) = (None, 0);
        while cost.is_none() {
            assert_eq!(sliced.learner.step_number(), 20 + step, "a step counts once it is over");
            assert_eq!(sliced.learner.dictionaries(), before.as_ref(), "atoms move at the end");
            let batch = sliced.feed.batch(20 + step).to_vec();
            cost = sliced.learner.slice(&batch, &sliced.recipe);
            assert_eq!(sliced.learner.is_halfway(), cost.is_none());
            slices += 1;
        }
        assert!(slices > 3, "{slices} slices");
        let cost = cost.map(figures_of);
        assert_eq!(cost, Some(whole.step()), "after {slices} slices");
        assert_eq!(sliced.learner.dictionaries(), whole.learner.dictionaries());
    }
}

#[test]
fn lambda_acts_on_the_next_step() {
    let (mut same, mut moved) = (self::training(), self::training());
    same.train(25);
    moved.train(25);
    moved.recipe.dictionary.lambda *= 4.0;
    let (same, moved) = (same.step(), moved.step());
    assert!(moved.objective > same.objective, "a larger λ costs more: {moved:?}, {same:?}");
}

#[test]
fn held_out_images_are_evaluated_by_what_the_decoder_rebuilds_from_the_atoms() {
    let mut training = self::training();
    training.train(50);
    let dataset = digits(700, 0.2);
    let indices = &dataset.split.validation[..100];
    let network =
        evaluate(&training.learner, &training.recipe, &dataset, indices).expect("read").expect("images");
    let rebuilt = |training: &Training| {
        let mut evaluator = Evaluator::new(&training.learner);
        evaluator
            .advance(&training.learner, &training.recipe, &dataset, indices)
            .expect("read")
            .expect("images")
    };
    // At a λ near zero D·a is z, so the image is the network's own.
    training.recipe.dictionary.lambda = 1e-4;
    let (got, want) = (rebuilt(&training).squared_error, network.squared_error);
    let (got, want) = (got.expect("an error"), want.expect("an error"));
    assert!((got - want).abs() < 0.01 * want, "rebuilt from D·a at λ → 0: {got}, want {want} ± 1 %");
    // At a large λ every code is zero: every image is the decoder's of zero, and z is all error.
    training.recipe.dictionary.lambda = 100.0;
    let silent = rebuilt(&training);
    let images = pixels(&dataset, indices);
    let of_zero = training.learner.model().decode(training.learner.codes(&[0.0; 8]));
    let of_zero = numbers(of_zero);
    let places = images.iter().enumerate().map(|(i, x)| f64::from(x - of_zero[i % 784]).powi(2));
    let (got, want) = (silent.squared_error.expect("an error"), places.sum::<f64>() / 100.0);
    assert!(
        (got - want).abs() < 1e-3 * want,
        "without an atom: got {got}, want the decoder's of zero, {want}"
    );
    let codes = numbers(
        training.learner.model().encode(training.learner.images(&images, training.learner.device())).code,
    );
    let half: f64 = codes.iter().map(|z| 0.5 * f64::from(*z).powi(2)).sum::<f64>() / 100.0;
    assert!((silent.objective - half).abs() < 1e-3 * half, "got {}, want ½‖z‖² = {half}", silent.objective);
}

#[test]
fn nan_in_a_batch_of_the_stage_is_seen_in_the_figures() {
    let mut training = self::training();
    training.train(22);
    let mut batch = training.feed.batch(22).to_vec();
    batch[100] = f32::NAN;
    let cost = training.learner.step(&batch, &training.recipe);
    let got = figures_of(cost);
    assert!(!got.is_finite(), "NaN went through unseen: {got:?}");
}

#[test]
fn an_image_is_not_rebuilt_straight_from_the_atoms_of_its_code() {
    let mut recipe = Recipe::open("vae-dictionary").expect("a built-in recipe");
    recipe.set_from_text("dictionary.rebuild=straight").expect("a word of the list");
    let sentence = recipe.validate().expect_err("x ≈ D·a").to_string();
    for word in ["x ≈ D·a", "D·a is a code", "dictionary.rebuild = \"decoder\""] {
        assert!(sentence.contains(word), "the sentence lacks `{word}`: {sentence}");
    }
    assert!(!sentence.contains('\n'), "more than one line: {sentence}");
}

#[test]
fn a_dictionary_needs_a_training_that_ends() {
    let mut recipe = Recipe::open("vae-dictionary").expect("a built-in recipe");
    recipe.training.epochs = 0;
    let sentence = recipe.validate().expect_err("it would never begin").to_string();
    assert!(
        sentence.contains("set training.epochs, training.training_target or another limit"),
        "{sentence}"
    );
    for limit in
        ["training.seconds=5", "training.target=90", "training.training_target=90", "training.patience=3"]
    {
        let mut limited = recipe.clone();
        limited.set_from_text(limit).expect("valid alone");
        limited.validate().unwrap_or_else(|error| panic!("{limit}: {error}"));
    }
}
