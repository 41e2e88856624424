//! Batch normalisation counts as it learns: what it counted is used at evaluation and survives checkpoints.

use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Dataset, Feed, Source, load};
use hourglass::recipe::Recipe;
use hourglass::train::evaluate::evaluate;
use hourglass::train::{Checkpoint, Learner, figures};

use super::{numbers, recipe};

struct Lab {
    recipe: Recipe,
    dataset: Arc<Dataset>,
    feed: Feed,
}

fn lab() -> Lab {
    let settings = ["model.network=conv", "model.channels=2-3", "model.norm=batch", "training.batch=16"];
    let source = Source { set: "digits", count: 200, messiness: 0.8, held_out: 0.1, seed: 0 };
    let dataset = Arc::new(load(&source).expect("built-in images"));
    let feed = Feed::new(Arc::clone(&dataset), 16, 1).expect("a feed");
    Lab { recipe: recipe(&settings), dataset, feed }
}

impl Lab {
    fn learner(&self) -> Learner {
        Learner::new(&self.recipe, [1, 28, 28], 10, &Device::flex())
    }

    fn train(&mut self, learner: &mut Learner, steps: usize) -> Vec<f64> {
        let mut step = || {
            let cost = learner.step(self.feed.batch(learner.step_number()), &self.recipe);
            figures(&cost.penalties, &numbers(cost.terms)).objective
        };
        (0..steps).map(|_| step()).collect()
    }

    fn held_out(&self, learner: &Learner) -> f64 {
        let indices = &self.dataset.split.validation;
        let figures = evaluate(learner, &self.recipe, &self.dataset, indices).expect("read").expect("images");
        figures.objective
    }
}

#[test]
fn running_statistics_survive_a_checkpoint() {
    let mut lab = lab();
    let mut learner = lab.learner();
    lab.train(&mut learner, 5);
    let checkpoint = Checkpoint::take(&learner).expect("read");
    let held_out = lab.held_out(&learner);
    let onwards = lab.train(&mut learner, 4);
    let later = lab.held_out(&learner);
    assert_ne!(held_out, later);
    // Once into a network of its own, once back into the one that went on.
    let mut other = lab.learner();
    for learner in [&mut other, &mut learner] {
        checkpoint.restore(learner).expect("the same network");
        assert_eq!(lab.held_out(learner), held_out, "right after it was put back");
        assert_eq!(lab.train(learner, 4), onwards);
        assert_eq!(lab.held_out(learner), later, "four steps further");
    }
}

#[test]
fn an_image_is_judged_alone_and_learned_from_among_others() {
    let mut lab = lab();
    let mut learner = lab.learner();
    let fresh = lab.held_out(&learner);
    lab.train(&mut learner, 3);
    let (dataset, recipe) = (&lab.dataset, &lab.recipe);
    let judge = |images: &[u32]| {
        let figures = evaluate(&learner, recipe, dataset, images).expect("read").expect("images");
        figures.objective
    };
    let [a, b] = [dataset.split.validation[0], dataset.split.validation[1]];
    let (both, apart) = (judge(&[a, b]), 0.5 * (judge(&[a]) + judge(&[b])));
    assert!((both - apart).abs() < 1e-4 * apart, "together {both}, one by one {apart}");
    assert_ne!(fresh, lab.held_out(&learner));
}
