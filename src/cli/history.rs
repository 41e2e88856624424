//! `history.csv`: the evaluations of a run.

use std::fmt::Write as _;

use crate::engine::{Evaluation, History};
use crate::train::{Metrics, Penalty};

/// The evaluations as CSV. Numbers are written in full and without times, so the same run writes the same bytes.
pub(super) fn history_csv(history: &History) -> String {
    let evaluations = history.evaluations();
    // A penalty may come and go as its weight changes. Every one that was ever measured has its columns.
    let has = |metrics: &Metrics, penalty: Penalty| metrics.penalty(penalty).is_some();
    let was_measured = |penalty: &Penalty| {
        evaluations.iter().any(|e| has(&e.held_out, *penalty) || e.train.is_some_and(|f| has(&f, *penalty)))
    };
    let penalties: Vec<Penalty> = Penalty::ALL.into_iter().filter(was_measured).collect();
    let terms = |prefix: &str| {
        let words = penalties.iter().map(|penalty| penalty.word());
        let names = ["objective", "reconstruction"].into_iter().chain(words);
        names.map(|name| format!(",{prefix}_{name}")).collect::<String>()
    };
    let mut text = format!("epoch,step{}{},held_out_squared_error\n", terms("train"), terms("held_out"));
    for Evaluation { step, epoch, train, held_out } in evaluations {
        let squared = held_out.squared_error;
        let cells =
            cells(train.as_ref(), &penalties).chain(cells(Some(held_out), &penalties)).chain([squared]);
        let cells: String =
            cells.map(|cell| cell.map_or(",".to_owned(), |value| format!(",{value}"))).collect();
        let _ = writeln!(text, "{epoch},{step}{cells}");
    }
    text
}

/// The terms of some metrics in the order of the columns; `None` for empty cells.
fn cells<'a>(
    metrics: Option<&'a Metrics>,
    penalties: &'a [Penalty],
) -> impl Iterator<Item = Option<f64>> + 'a {
    let first = [metrics.map(|f| f.objective), metrics.map(|f| f.reconstruction)];
    first.into_iter().chain(penalties.iter().map(move |penalty| metrics.and_then(|f| f.penalty(*penalty))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(objective: f64, kl: f64) -> Metrics {
        let mut metrics = Metrics {
            objective,
            reconstruction: objective - kl,
            squared_error: Some(7.84),
            ..Metrics::default()
        };
        metrics.set_penalty(Penalty::Kl, kl);
        metrics
    }

    #[test]
    fn a_history_has_a_row_per_evaluation_and_empty_cells_before_the_first_step() {
        let mut history = History::default();
        history.push_evaluation(Evaluation { step: 0, epoch: 0, train: None, held_out: metrics(5.5, 0.25) });
        let train = Some(metrics(0.1 + 0.2, 0.1));
        history.push_evaluation(Evaluation { step: 10, epoch: 1, train, held_out: metrics(4.0, 1.0) });
        let want = "epoch,step,train_objective,train_reconstruction,train_kl,\
                    held_out_objective,held_out_reconstruction,held_out_kl,held_out_squared_error\n\
                    0,0,,,,5.5,5.25,0.25,7.84\n\
                    1,10,0.30000000000000004,0.20000000000000004,0.1,4,3,1,7.84\n";
        assert_eq!(history_csv(&history), want);
    }

    #[test]
    fn a_penalty_that_is_no_longer_measured_keeps_its_columns() {
        let mut history = History::default();
        history.push_evaluation(Evaluation { step: 0, epoch: 0, train: None, held_out: metrics(5.5, 0.25) });
        let held_out = Metrics { objective: 4.0, reconstruction: 4.0, ..Metrics::default() };
        history.push_evaluation(Evaluation { step: 10, epoch: 1, train: Some(held_out), held_out });
        let text = history_csv(&history);
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rows, ["0,0,,,,5.5,5.25,0.25,7.84", "1,10,4,4,,4,4,,"]);
    }
}
