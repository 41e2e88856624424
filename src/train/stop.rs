//! Stop rules.

use crate::recipe::TrainingRecipe;

use super::metrics::Metrics;

/// The stop rules of a recipe with their state. A limit of zero is no limit.
#[derive(Clone, Debug)]
pub struct Limits {
    epochs: u64,
    steps: u64,
    seconds: f64,
    target: f64,
    patience: u64,
    best: f64,
    /// Evaluations since the best one.
    stale: u64,
}

/// The rule that stopped a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// The number of epochs.
    Epochs(u64),
    /// The number of steps.
    Steps(u64),
    /// The seconds of training.
    Seconds(f64),
    /// The target of the held-out reconstruction cost.
    Target(f64),
    /// The number of epochs without progress.
    Patience(u64),
    /// The end of the last stage.
    Stages,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Epochs(n) => write!(f, "Finished: {n} epochs"),
            Self::Steps(n) => write!(f, "Finished: {n} steps"),
            Self::Seconds(s) => write!(f, "Finished: {s} seconds"),
            Self::Target(x) => write!(f, "Finished: the held-out reconstruction cost reached {x}"),
            Self::Stages => write!(f, "Finished: all stages"),
            Self::Patience(n) => write!(f, "Finished: no progress on held-out images for {n} epochs"),
        }
    }
}

impl Limits {
    /// The limits of a recipe.
    pub fn new(training: &TrainingRecipe) -> Self {
        let TrainingRecipe { epochs, steps, seconds, target, patience, .. } = *training;
        Self { epochs, steps, seconds, target, patience, best: f64::INFINITY, stale: 0 }
    }

    /// Resets the best objective, after a change of the objective itself.
    pub fn forget_best(&mut self) {
        (self.best, self.stale) = (f64::INFINITY, 0);
    }

    /// Takes in the held-out metrics of an epoch.
    pub fn observe(&mut self, held_out: &Metrics) {
        if held_out.objective < self.best {
            self.best = held_out.objective;
            self.stale = 0;
        } else {
            self.stale += 1;
        }
    }

    /// Whether the limit of seconds is reached.
    pub fn out_of_time(&self, seconds: f64) -> Option<Reason> {
        (self.seconds > 0.0 && seconds >= self.seconds).then_some(Reason::Seconds(self.seconds))
    }

    /// The rule that stops the run after these steps and seconds, if any; `held_out` are the latest metrics.
    pub fn reached(
        &self,
        step: u64,
        per_epoch: u64,
        seconds: f64,
        held_out: Option<&Metrics>,
    ) -> Option<Reason> {
        if self.steps > 0 && step >= self.steps {
            return Some(Reason::Steps(self.steps));
        }
        if self.epochs > 0 && step >= self.epochs.saturating_mul(per_epoch) {
            return Some(Reason::Epochs(self.epochs));
        }
        if let Some(reason) = self.out_of_time(seconds) {
            return Some(reason);
        }
        if self.patience > 0 && self.stale >= self.patience {
            return Some(Reason::Patience(self.patience));
        }
        let reconstruction = held_out?.reconstruction;
        (self.target > 0.0 && reconstruction <= self.target).then_some(Reason::Target(self.target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(objective: f64) -> Metrics {
        Metrics { objective, reconstruction: objective, ..Metrics::default() }
    }

    #[test]
    fn zero_is_no_limit() {
        let limits = Limits::new(&TrainingRecipe::default());
        assert_eq!(limits.reached(u64::MAX, 1, 1e9, Some(&metrics(0.0))), None);
    }

    #[test]
    fn patience_starts_again_when_the_objective_changes() {
        let mut limits = Limits::new(&TrainingRecipe { patience: 2, ..TrainingRecipe::default() });
        [5.0, 6.0].iter().for_each(|objective| limits.observe(&metrics(*objective)));
        limits.forget_best();
        for (objective, stops) in [(50.0, false), (51.0, false), (52.0, true)] {
            limits.observe(&metrics(objective));
            assert_eq!(limits.reached(1, 1, 0.0, None).is_some(), stops, "after {objective}");
        }
    }

    #[test]
    fn patience_counts_epochs_since_the_best() {
        let mut limits = Limits::new(&TrainingRecipe { patience: 2, ..TrainingRecipe::default() });
        for (objective, stops) in [(5.0, false), (4.0, false), (4.5, false), (4.0, true)] {
            limits.observe(&metrics(objective));
            assert_eq!(limits.reached(1, 1, 0.0, None).is_some(), stops, "after {objective}");
        }
    }

    #[test]
    fn each_limit_gives_its_own_reason() {
        let limits = Limits::new(&TrainingRecipe { epochs: 2, target: 3.0, ..TrainingRecipe::default() });
        assert_eq!(limits.reached(20, 10, 0.0, None), Some(Reason::Epochs(2)));
        assert_eq!(limits.reached(5, 10, 0.0, Some(&metrics(2.9))), Some(Reason::Target(3.0)));
        assert_eq!(limits.reached(19, 10, 0.0, Some(&metrics(3.1))), None);
    }
}
