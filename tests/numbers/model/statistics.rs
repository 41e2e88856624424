//! Batch normalisation counts as it learns: what it counted is used at evaluation and survives checkpoints.

use hourglass::data::Dataset;
use hourglass::train::evaluate::evaluate;
use hourglass::train::{Checkpoint, Metrics};

use super::recipe;
use crate::training::{Training, digits};

fn training() -> Training {
    let settings = ["model.network=conv", "model.channels=2-3", "model.norm=batch", "training.batch=16"];
    Training::new(recipe(&settings), digits(200, 0.1), Some(10))
}

/// The objective of some images.
fn evaluated(training: &Training, dataset: &Dataset, images: &[u32]) -> f64 {
    let metrics = evaluate(&training.learner, &training.recipe, dataset, images);
    metrics.expect("the CPU answers").expect("images").objective
}

#[test]
fn running_statistics_survive_a_checkpoint() {
    let dataset = digits(200, 0.1);
    let held_out = |training: &Training| evaluated(training, &dataset, &dataset.split.validation);
    let mut training = self::training();
    training.train(5);
    let checkpoint = Checkpoint::take(&training.learner).expect("the CPU answers");
    let at_checkpoint = held_out(&training);
    let onwards: Vec<Metrics> = training.train(4);
    let later = held_out(&training);
    assert_ne!(at_checkpoint, later);
    // Once into another network, once back into the one that went on.
    let other = self::training();
    for mut training in [other, training] {
        checkpoint.restore(&mut training.learner).expect("the same network");
        assert_eq!(held_out(&training), at_checkpoint, "right after it was restored");
        assert_eq!(training.train(4), onwards);
        assert_eq!(held_out(&training), later, "four steps further");
    }
}

#[test]
fn an_image_is_evaluated_alone_and_learned_from_among_others() {
    let dataset = digits(200, 0.1);
    let mut training = self::training();
    let fresh = evaluated(&training, &dataset, &dataset.split.validation);
    training.train(3);
    let of = |images: &[u32]| evaluated(&training, &dataset, images);
    let [a, b] = [dataset.split.validation[0], dataset.split.validation[1]];
    let (both, apart) = (of(&[a, b]), 0.5 * (of(&[a]) + of(&[b])));
    assert!((both - apart).abs() < 1e-4 * apart, "together {both}, one by one {apart}");
    assert_ne!(fresh, of(&dataset.split.validation));
}
