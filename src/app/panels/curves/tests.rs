//! The panel and the exported figure show the same curves.

use super::*;
use crate::app::export::curves_figure;
use crate::app::state::AppState;
use crate::app::testing::state_of;
use crate::chart::{CurveKind, Curves};
use crate::engine::{Evaluation, Event, Metrics, Penalty, Point, References, RunInfo, SetAside};
use crate::recipe::Change;

/// A run of 300 steps whose λ was raised from zero at step 100 and went back to zero at step 260.
fn run_with_a_lambda_that_came_and_went() -> AppState {
    let mut state = state_of("ae-32", |_| ());
    let bench = state.bench.as_mut().expect("a bench");
    bench.references = Some(References {
        mean_squared_error: 52.0,
        pca_squared_errors: Some(vec![12.0; 33].into()),
        ..References::default()
    });
    let run = &mut bench.runs[0];
    for (step, value) in [(100, 0.5), (260, 0.0)] {
        run.changes.push(Change { step, key: "objective.sparsity".to_owned(), value });
    }
    let mut history = run.info.history.lock();
    for step in 0..=300 {
        let reconstruction = 20.0 + 40.0 * (-(step as f64) / 50.0).exp();
        let mut metrics = Metrics { objective: reconstruction, reconstruction, ..Metrics::default() };
        metrics.set_penalty(Penalty::Sparsity, 3.0);
        if step > 0 {
            history.push_step(Point { step, metrics });
        }
        if step % 100 == 0 {
            history.push_evaluation(Evaluation { step, epoch: 0, train: None, held_out: metrics });
        }
    }
    drop(history);
    state
}

/// What the panel draws.
fn shown(state: &AppState, options: CurveOptions) -> Curves {
    let (bench, run) = (state.bench.as_ref().expect("a bench"), state.run().expect("a run"));
    let (color, others) = state.compared_with(run);
    curves(&RunRecord { color, others: &others, ..bench.record(run) }, options)
}

#[test]
fn the_window_and_the_exported_figure_show_the_same_curves() {
    let mut state = run_with_a_lambda_that_came_and_went();
    for is_kept in [false, true] {
        if is_kept {
            let info = state.run().expect("a run").info.clone();
            let copy = RunInfo { id: RunId(9), ..info.clone() };
            let aside = SetAside { info: copy, copy_of: Some(info.id), outputs: [].into() };
            state.apply(Event::SetAside(Box::new(aside)));
            let others = state.compared_with(state.run().expect("a run")).1;
            assert_eq!(others.iter().map(|other| other.name.as_str()).collect::<Vec<_>>(), ["ae-32 (2)"]);
        }
        for bits in 0..16 {
            let is_on = |bit: u32| bits & (1 << bit) != 0;
            let options = CurveOptions {
                is_log: is_on(0),
                is_per_pixel: is_on(1),
                shows_objective: is_on(2),
                shows_pca: is_on(3),
            };
            let (bench, run) = (state.bench.as_ref().unwrap(), state.run().unwrap());
            let figure = curves_figure(&state, bench, run, options).curves;
            assert_eq!(shown(&state, options), figure, "{options:?}");
            assert_eq!(figure.charts.len(), 2 + usize::from(options.shows_objective));
        }
    }
}

#[test]
fn a_term_that_once_had_a_weight_and_the_first_evaluation_are_shown() {
    let curves = shown(&run_with_a_lambda_that_came_and_went(), CurveOptions::default());
    let titles: Vec<&str> = curves.charts.iter().map(|chart| chart.title.as_str()).collect();
    assert_eq!(titles, ["Reconstruction", "Σ|h|"]);
    for chart in &curves.charts {
        let held_out = chart.curve(CurveKind::HeldOut).expect("evaluations");
        let steps: Vec<f64> = held_out.points().map(|[step, _]| step).collect();
        assert_eq!(steps, [0.0, 100.0, 200.0, 300.0], "{}", chart.title);
    }
    let labels: Vec<&str> = curves.changes.iter().map(|change| change.label.as_str()).collect();
    assert_eq!(labels, ["λ 0 → 0.5", "λ 0.5 → 0"]);
}
