//! The recipe that repeats a run, live changes included.

use super::{Change, Recipe};

impl Recipe {
    /// The recipe that repeats a run of this recipe: its schedule is every live change that was `applied` so far, in
    /// order, then the scheduled changes that are still to come. `steps` is how many updates are known to be made; the
    /// count may lag behind `applied`.
    ///
    /// A change with step n acts before update n. Changes by hand at that step were made before update n began, so they
    /// come first; the scheduled ones follow, whether they have been applied yet or not. Those that have are the last
    /// entries of `applied`, and are not written twice.
    pub fn replay(&self, applied: &[Change], steps: u64) -> Self {
        // A change at step n proves that n updates were made.
        let steps = applied.iter().map(|change| change.step).fold(steps, u64::max);
        let to_come: Vec<&Change> = self.schedule.iter().filter(|change| change.step >= steps).collect();
        let mut kept = applied;
        for scheduled in to_come.iter().rev() {
            if let Some((last, earlier)) = kept.split_last()
                && last == *scheduled
            {
                kept = earlier;
            }
        }
        let schedule = kept.iter().chain(to_come).cloned().collect();
        Self { schedule, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BETA: &str = "objective.beta";
    const RATE: &str = "training.learning_rate";

    fn change(step: u64, key: &str, value: f64) -> Change {
        Change { step, key: key.to_owned(), value }
    }

    /// The schedule that replays a run of `vae-2d` with this schedule.
    fn replayed(schedule: &[Change], applied: &[Change], steps: u64) -> Vec<Change> {
        let recipe = Recipe { schedule: schedule.to_vec(), ..Recipe::open("vae-2d").expect("built in") };
        let replay = recipe.replay(applied, steps);
        assert_eq!(replay.validate(), Ok(()), "a replay must open");
        replay.schedule
    }

    #[test]
    fn a_change_that_is_due_is_kept_and_one_that_was_applied_is_not_doubled() {
        let schedule = [change(4, BETA, 4.0), change(7, BETA, 7.0), change(9, BETA, 9.0)];
        // Paused after seven updates: the change for update 7 has not been applied yet.
        assert_eq!(replayed(&schedule, &schedule[..1], 7), schedule);
        // It has been applied, and update 7 is under way.
        assert_eq!(replayed(&schedule, &schedule[..2], 7), schedule);
        // The known number of updates lags behind.
        assert_eq!(replayed(&schedule, &schedule[..2], 5), schedule);
        assert_eq!(replayed(&schedule, &schedule, 100), schedule);
    }

    #[test]
    fn a_change_by_hand_before_the_next_update_is_kept() {
        let by_hand = [change(7, RATE, 0.01)];
        assert_eq!(replayed(&[], &by_hand, 7), by_hand);
        let later = [change(9, BETA, 9.0)];
        assert_eq!(replayed(&later, &by_hand, 7), [&by_hand[..], &later].concat());
    }

    #[test]
    fn a_change_by_hand_is_followed_by_the_scheduled_one_that_is_still_to_act() {
        // β was moved to the scheduled value and away again, before the scheduled change acts.
        let scheduled = [change(7, BETA, 4.0)];
        let by_hand = [change(7, BETA, 4.0), change(7, BETA, 2.0)];
        assert_eq!(replayed(&scheduled, &by_hand, 7), [&by_hand[..], &scheduled].concat());
    }

    #[test]
    fn a_scheduled_change_that_changed_nothing_is_not_written_after_later_ones() {
        // β is 2 already when the second change is due, so it was never reported; the count of updates lags behind.
        let schedule = [change(4, BETA, 2.0), change(6, BETA, 2.0)];
        let applied = [change(4, BETA, 2.0), change(8, BETA, 3.0)];
        assert_eq!(replayed(&schedule, &applied, 5), applied);
    }
}
