//! When a run has had enough.

use crate::recipe::TrainingRecipe;

use super::figures::Figures;

/// The limits of a recipe; zero is no limit.
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

/// Why a run stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// So many epochs were asked for.
    Epochs(u64),
    /// So many steps were asked for.
    Steps(u64),
    /// So many seconds were asked for.
    Seconds(f64),
    /// The held-out reconstruction reached the target.
    Target(f64),
    /// So many epochs without progress.
    Patience(u64),
    /// The last of several stages is over.
    Stages,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Epochs(n) => write!(f, "Finished: {n} epochs, as asked"),
            Self::Steps(n) => write!(f, "Finished: {n} steps, as asked"),
            Self::Seconds(s) => write!(f, "Finished: {s} seconds, as asked"),
            Self::Target(x) => write!(f, "Finished: the held-out reconstruction reached {x}"),
            Self::Stages => write!(f, "Finished: every stage is over"),
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

    /// Forgets the best figures: what images cost is counted in another way from now on.
    pub fn forget_best(&mut self) {
        (self.best, self.stale) = (f64::INFINITY, 0);
    }

    /// Takes in the held-out figures of an epoch.
    pub fn observe(&mut self, held_out: &Figures) {
        if held_out.objective < self.best {
            self.best = held_out.objective;
            self.stale = 0;
        } else {
            self.stale += 1;
        }
    }

    /// Whether the time is up after so many seconds.
    pub fn out_of_time(&self, seconds: f64) -> Option<Reason> {
        (self.seconds > 0.0 && seconds >= self.seconds).then_some(Reason::Seconds(self.seconds))
    }

    /// Whether a limit is reached after so many steps and seconds; `held_out` are the latest figures.
    pub fn reached(
        &self,
        step: u64,
        per_epoch: u64,
        seconds: f64,
        held_out: Option<&Figures>,
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

    fn figures(objective: f64) -> Figures {
        Figures { objective, reconstruction: objective, ..Figures::default() }
    }

    #[test]
    fn zero_is_no_limit() {
        let limits = Limits::new(&TrainingRecipe::default());
        assert_eq!(limits.reached(u64::MAX, 1, 1e9, Some(&figures(0.0))), None);
    }

    #[test]
    fn patience_begins_anew_where_costs_are_counted_in_another_way() {
        let mut limits = Limits::new(&TrainingRecipe { patience: 2, ..TrainingRecipe::default() });
        [5.0, 6.0].iter().for_each(|objective| limits.observe(&figures(*objective)));
        limits.forget_best();
        for (objective, stops) in [(50.0, false), (51.0, false), (52.0, true)] {
            limits.observe(&figures(objective));
            assert_eq!(limits.reached(1, 1, 0.0, None).is_some(), stops, "after {objective}");
        }
    }

    #[test]
    fn patience_counts_epochs_since_the_best() {
        let mut limits = Limits::new(&TrainingRecipe { patience: 2, ..TrainingRecipe::default() });
        for (objective, stops) in [(5.0, false), (4.0, false), (4.5, false), (4.0, true)] {
            limits.observe(&figures(objective));
            assert_eq!(limits.reached(1, 1, 0.0, None).is_some(), stops, "after {objective}");
        }
    }

    #[test]
    fn each_limit_says_which_it_was() {
        let limits = Limits::new(&TrainingRecipe { epochs: 2, target: 3.0, ..TrainingRecipe::default() });
        assert_eq!(limits.reached(20, 10, 0.0, None), Some(Reason::Epochs(2)));
        assert_eq!(limits.reached(5, 10, 0.0, Some(&figures(2.9))), Some(Reason::Target(3.0)));
        assert_eq!(limits.reached(19, 10, 0.0, Some(&figures(3.1))), None);
    }
}
