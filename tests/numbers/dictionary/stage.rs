//! The stage of dictionaries: it begins after the training, moves atoms and nothing else, repeats and resumes.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Dataset, Feed, Source, load};
use hourglass::recipe::Recipe;
use hourglass::train::evaluate::evaluate;
use hourglass::train::read::read;
use hourglass::train::{Checkpoint, Evaluator, Figures, Learner, Stage, figures};

const STEPS_PER_EPOCH: u64 = 10;

fn dataset() -> Arc<Dataset> {
    let source = Source { set: "digits", count: 700, messiness: 0.8, held_out: 0.2, seed: 0 };
    Arc::new(load(&source).expect("built-in images"))
}

struct Lab {
    recipe: Recipe,
    learner: Learner,
    feed: Feed,
}

fn lab() -> Lab {
    let mut recipe = Recipe::open("vae-dictionary").expect("a built-in recipe");
    for setting in [
        "model.widths=32-16",
        "model.code=8",
        "training.batch=32",
        "training.epochs=2",
        "dictionary.atoms=20",
        "dictionary.epochs=3",
    ] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    let dataset = dataset();
    let learner = Learner::new(&recipe, dataset.shape.dims(), STEPS_PER_EPOCH, &Device::flex());
    let feed = Feed::new(dataset, recipe.training.batch, recipe.seed).expect("a feed");
    Lab { recipe, learner, feed }
}

impl Lab {
    fn step(&mut self) -> Figures {
        let batch = self.feed.batch(self.learner.step_number()).to_vec();
        let cost = self.learner.step(&batch, &self.recipe);
        figures(&cost.penalties, &read(cost.terms).expect("the CPU answers"))
    }

    fn train(&mut self, steps: usize) -> Vec<Figures> {
        (0..steps).map(|_| self.step()).collect()
    }

    /// What the network makes of one batch: the same numbers, the same weights.
    fn seen(&mut self) -> Vec<f32> {
        let images = self.learner.images(self.feed.batch(0), self.learner.device());
        read(self.learner.model().reconstruct(images)).expect("the CPU answers")
    }
}

#[test]
fn it_begins_after_the_training_and_moves_no_weight_of_the_network() {
    let mut lab = lab();
    let end = 2 * STEPS_PER_EPOCH as usize;
    lab.train(end - 1);
    assert_eq!((lab.learner.stage(), lab.learner.dictionaries()), (Stage::Training, None));
    let before = lab.seen();
    lab.step();
    assert_eq!(lab.learner.stage(), Stage::Dictionary);
    let trained = lab.seen();
    assert_ne!(before, trained, "the last step of the training moved nothing");
    lab.step();
    let first = lab.learner.dictionaries().expect("a dictionary").clone();
    lab.train(5);
    assert_eq!(lab.seen(), trained, "the network moved while the dictionary was learned");
    let after = lab.learner.dictionaries().expect("a dictionary");
    assert_ne!(after.codes.atoms(), first.codes.atoms());
    let pixels = after.pixels.as_ref().expect("the recipe asks for pixels too");
    assert_ne!(pixels.atoms(), first.pixels.as_ref().expect("pixels").atoms());
    assert_eq!((after.codes.dim(), after.codes.count()), (8, 20));
    assert_eq!((pixels.dim(), pixels.count()), (784, 20));
}

#[test]
fn the_same_seed_gives_the_same_atoms_to_the_last_bit() {
    let run = |seed: u64| {
        let mut lab = lab();
        lab.recipe.seed = seed;
        let figures = lab.train(28);
        (figures, lab.learner.dictionaries().cloned())
    };
    let (first, again, other) = (run(1), run(1), run(2));
    assert_eq!(first, again);
    assert_ne!(first.1, other.1, "another seed begins with other atoms");
}

#[test]
fn resuming_in_the_middle_of_the_stage_is_not_stopping() {
    let mut whole = lab();
    whole.train(25);
    let mut resumed = lab();
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
    let mut early = lab();
    early.train(5);
    Checkpoint::take(&early.learner).expect("a checkpoint").restore(&mut whole.learner).expect("the same");
    assert_eq!(whole.learner.dictionaries(), None);
}

#[test]
fn a_step_of_many_atoms_is_done_in_slices_and_comes_to_the_same() {
    let [mut whole, mut sliced] = [(); 2].map(|()| {
        let mut lab = lab();
        lab.recipe.set_from_text("dictionary.atoms=400").expect("valid");
        lab.learner = lab.learner.fresh(&lab.recipe);
        lab.train(20);
        lab
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
        let cost = cost.map(|cost| figures(&cost.penalties, &read(cost.terms).expect("the CPU answers")));
        assert_eq!(cost, Some(whole.step()), "after {slices} slices");
        assert_eq!(sliced.learner.dictionaries(), whole.learner.dictionaries());
    }
}

#[test]
fn lambda_acts_on_the_next_step() {
    let (mut kept, mut moved) = (lab(), lab());
    kept.train(25);
    moved.train(25);
    moved.recipe.dictionary.lambda *= 4.0;
    let (kept, moved) = (kept.step(), moved.step());
    assert!(moved.objective > kept.objective, "a higher price costs more: {moved:?}, {kept:?}");
}

#[test]
fn held_out_images_are_judged_by_what_the_decoder_rebuilds_from_the_atoms() {
    let mut lab = lab();
    lab.train(50);
    let dataset = dataset();
    let indices = &dataset.split.validation[..100];
    let network = evaluate(&lab.learner, &lab.recipe, &dataset, indices).expect("read").expect("images");
    let rebuilt = |lab: &Lab| {
        let mut evaluator = Evaluator::new(&lab.learner);
        evaluator.advance(&lab.learner, &lab.recipe, &dataset, indices).expect("read").expect("images")
    };
    // At a price of next to nothing D·a is z, so the image is the network's own.
    lab.recipe.dictionary.lambda = 1e-4;
    let (got, want) = (rebuilt(&lab).squared_error, network.squared_error);
    let (got, want) = (got.expect("an error"), want.expect("an error"));
    assert!((got - want).abs() < 0.01 * want, "rebuilt from D·a at λ → 0: {got}, want {want} ± 1 %");
    // Priced out of reach every code is zero: every image is the decoder's of zero, and z is all error.
    lab.recipe.dictionary.lambda = 100.0;
    let silent = rebuilt(&lab);
    let images = dataset_images(&dataset, indices);
    let of_zero = lab.learner.model().decode(lab.learner.codes(&[0.0; 8]));
    let of_zero = read(of_zero).expect("read");
    let places = images.iter().enumerate().map(|(i, x)| f64::from(x - of_zero[i % 784]).powi(2));
    let (got, want) = (silent.squared_error.expect("an error"), places.sum::<f64>() / 100.0);
    assert!(
        (got - want).abs() < 1e-3 * want,
        "without an atom: got {got}, want the decoder's of zero, {want}"
    );
    let codes = read(lab.learner.model().encode(lab.learner.images(&images, lab.learner.device())).code);
    let half: f64 = codes.expect("read").iter().map(|z| 0.5 * f64::from(*z).powi(2)).sum::<f64>() / 100.0;
    assert!((silent.objective - half).abs() < 1e-3 * half, "got {}, want ½‖z‖² = {half}", silent.objective);
}

fn dataset_images(dataset: &Dataset, indices: &[u32]) -> Vec<f32> {
    let mut images = Vec::new();
    dataset.write_f32(indices, &mut images);
    images
}

#[test]
fn poison_in_a_batch_of_the_stage_is_seen_in_the_figures() {
    let mut lab = lab();
    lab.train(22);
    let mut batch = lab.feed.batch(22).to_vec();
    batch[100] = f32::NAN;
    let cost = lab.learner.step(&batch, &lab.recipe);
    let got = figures(&cost.penalties, &read(cost.terms).expect("the CPU answers"));
    assert!(!got.is_finite(), "poison went through unseen: {got:?}");
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
fn a_limit_that_the_stages_would_not_obey_is_refused() {
    for limit in ["training.seconds=5", "training.target=90", "training.patience=3"] {
        let mut recipe = Recipe::open("vae-dictionary").expect("a built-in recipe");
        recipe.set_from_text(limit).expect("valid alone");
        let sentence = recipe.validate().expect_err("it would never be looked at").to_string();
        assert!(sentence.contains("training.epochs or training.steps"), "{limit}: {sentence}");
        recipe.dictionary.atoms = 0;
        recipe.validate().expect("without a dictionary it is obeyed");
    }
}
