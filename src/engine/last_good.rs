//! The weights that a run goes back to after a failure: the last ones that are known to be good.
//!
//! Weights are known to be good once somebody has seen what they cost. A checkpoint taken right after an update may
//! hold weights that are numbers and no network any more, so it waits as a candidate until a later loss or an
//! evaluation was a number.

use std::time::{Duration, Instant};

use crate::train::Checkpoint;

/// Training time between two checkpoints: copying a million weights costs a few milliseconds.
const INTERVAL: Duration = Duration::from_secs(3);

/// The last good checkpoint of a run, and the one that may become it.
#[derive(Debug)]
pub(super) struct LastGood {
    good: Option<Checkpoint>,
    candidate: Option<Checkpoint>,
    last: Option<Instant>,
}

impl LastGood {
    pub(super) fn new() -> Self {
        Self { good: None, candidate: None, last: None }
    }

    /// Whether it is time for the next one.
    pub(super) fn is_due(&self, step: u64) -> bool {
        let newest = self.candidate.as_ref().or(self.good.as_ref()).map(|checkpoint| checkpoint.step);
        newest != Some(step) && self.last.is_none_or(|last| last.elapsed() >= INTERVAL)
    }

    /// Keeps a checkpoint as a candidate, if every number in it is one.
    pub(super) fn propose(&mut self, checkpoint: Checkpoint) {
        self.last = Some(Instant::now());
        if checkpoint.is_finite() {
            self.candidate = Some(checkpoint);
        }
    }

    /// Takes in that the weights after so many updates cost a number.
    pub(super) fn confirm(&mut self, step: u64) {
        if self.candidate.as_ref().is_some_and(|candidate| candidate.step <= step) {
            self.good = self.candidate.take();
        }
    }

    /// The last checkpoint that is known to be good. Before there is one, the first weights are.
    pub(super) fn good(&self) -> Option<&Checkpoint> {
        self.good.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::recipe::Recipe;
    use crate::train::Learner;

    #[test]
    fn a_checkpoint_counts_once_its_weights_have_cost_a_number() {
        let mut recipe = Recipe::default();
        recipe.model.widths = vec![3];
        let mut learner = Learner::new(&recipe, [1, 2, 2], 1, &Device::flex());
        let mut last_good = LastGood::new();
        let good = |last_good: &LastGood| last_good.good().map(|checkpoint| checkpoint.step);
        last_good.propose(Checkpoint::take(&learner).expect("the CPU answers"));
        assert_eq!(good(&last_good), None, "nobody has seen what it costs");
        last_good.confirm(0);
        assert_eq!(good(&last_good), Some(0));
        (0..2).for_each(|_| drop(learner.step(&[0.5; 8], &recipe)));
        last_good.propose(Checkpoint::take(&learner).expect("the CPU answers"));
        // The loss of the second update is of the weights before it.
        last_good.confirm(1);
        assert_eq!(good(&last_good), Some(0));
        last_good.confirm(2);
        assert_eq!(good(&last_good), Some(2));
    }
}
