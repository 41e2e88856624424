//! Stop rules.

use crate::recipe::{Recipe, ReconstructionScale, TrainingRecipe};

use super::metrics::Metrics;

/// The stop rules of a recipe with their state. A limit of zero is no limit.
#[derive(Clone, Debug)]
pub struct Limits {
    epochs: u64,
    steps: u64,
    seconds: f64,
    target: f64,
    /// The target of the training cost per image.
    training_target: f64,
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
    /// The target of the training cost per image.
    TrainingTarget(f64),
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
            Self::TrainingTarget(x) => {
                write!(f, "Finished: the training reconstruction cost reached {x} per image")
            }
            Self::Stages => write!(f, "Finished: all stages"),
            Self::Patience(n) => write!(f, "Finished: no progress on held-out images for {n} epochs"),
        }
    }
}

impl Limits {
    /// The limits of a recipe, for images of so many pixels.
    pub fn new(recipe: &Recipe, pixels: usize) -> Self {
        let TrainingRecipe { epochs, steps, seconds, target, training_target, patience, .. } =
            recipe.training;
        let unit = match recipe.objective.scale {
            ReconstructionScale::Sum => 1.0,
            ReconstructionScale::Mean => pixels as f64,
        };
        let training_target = unit * training_target;
        Self { epochs, steps, seconds, target, training_target, patience, best: f64::INFINITY, stale: 0 }
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

    /// The rule that stops the run after these steps and seconds, if any; `measured` are the latest metrics over training
    /// batches and held-out images.
    pub fn reached(&self, step: u64, per_epoch: u64, seconds: f64, measured: Measured<'_>) -> Option<Reason> {
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
        let is_met = |target: f64, metrics: Option<&Metrics>| {
            target > 0.0 && metrics.is_some_and(|metrics| metrics.reconstruction <= target)
        };
        if is_met(self.training_target, measured.train) {
            return Some(Reason::TrainingTarget(self.training_target));
        }
        is_met(self.target, measured.held_out).then_some(Reason::Target(self.target))
    }
}

/// The latest metrics, where they are known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured<'a> {
    /// Means over the training batches since the evaluation before.
    pub train: Option<&'a Metrics>,
    /// Over held-out images.
    pub held_out: Option<&'a Metrics>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(objective: f64) -> Metrics {
        Metrics { objective, reconstruction: objective, ..Metrics::default() }
    }

    fn limits(training: TrainingRecipe) -> Limits {
        Limits::new(&Recipe { training, ..Recipe::default() }, 784)
    }

    fn held_out(metrics: &Metrics) -> Measured<'_> {
        Measured { train: None, held_out: Some(metrics) }
    }

    #[test]
    fn zero_is_no_limit() {
        let limits = limits(TrainingRecipe::default());
        assert_eq!(limits.reached(u64::MAX, 1, 1e9, held_out(&metrics(0.0))), None);
    }

    #[test]
    fn patience_starts_again_when_the_objective_changes() {
        let mut limits = limits(TrainingRecipe { patience: 2, ..TrainingRecipe::default() });
        [5.0, 6.0].iter().for_each(|objective| limits.observe(&metrics(*objective)));
        limits.forget_best();
        for (objective, stops) in [(50.0, false), (51.0, false), (52.0, true)] {
            limits.observe(&metrics(objective));
            assert_eq!(limits.reached(1, 1, 0.0, Measured::default()).is_some(), stops, "after {objective}");
        }
    }

    #[test]
    fn patience_counts_epochs_since_the_best() {
        let mut limits = limits(TrainingRecipe { patience: 2, ..TrainingRecipe::default() });
        for (objective, stops) in [(5.0, false), (4.0, false), (4.5, false), (4.0, true)] {
            limits.observe(&metrics(objective));
            assert_eq!(limits.reached(1, 1, 0.0, Measured::default()).is_some(), stops, "after {objective}");
        }
    }

    #[test]
    fn each_limit_gives_its_own_reason() {
        let limits = limits(TrainingRecipe {
            epochs: 2,
            target: 3.0,
            training_target: 2.0,
            ..TrainingRecipe::default()
        });
        assert_eq!(limits.reached(20, 10, 0.0, Measured::default()), Some(Reason::Epochs(2)));
        assert_eq!(limits.reached(5, 10, 0.0, held_out(&metrics(2.9))), Some(Reason::Target(3.0)));
        assert_eq!(limits.reached(19, 10, 0.0, held_out(&metrics(3.1))), None);
        let train =
            |cost: f64| limits.reached(5, 10, 0.0, Measured { train: Some(&metrics(cost)), held_out: None });
        assert_eq!((train(1.9), train(2.1)), (Some(Reason::TrainingTarget(2.0)), None));
    }

    #[test]
    fn the_training_target_is_per_pixel_where_the_objective_is() {
        let training = TrainingRecipe { training_target: 0.02, ..TrainingRecipe::default() };
        let mut recipe = Recipe { training, ..Recipe::default() };
        recipe.objective.scale = ReconstructionScale::Mean;
        let limits = Limits::new(&recipe, 784);
        let train =
            |cost: f64| limits.reached(5, 10, 0.0, Measured { train: Some(&metrics(cost)), held_out: None });
        assert!(train(0.019 * 784.0).is_some() && train(0.021 * 784.0).is_none());
    }
}
