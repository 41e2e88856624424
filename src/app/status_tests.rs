//! What the bottom line says, state by state.

use super::*;
use crate::engine::{Event, HealthView, History, Point, Progress, RunId};
use crate::recipe::{Change, Recipe};

fn state() -> AppState {
    crate::app::testing::state_of("vae-2d", |_| ())
}

fn play(state: &mut AppState, step: u64) {
    let metrics = state.run().and_then(|run| run.info.history.lock().recent().last()).map(|p| p.metrics);
    state
        .apply(Event::Progress(RunId(1), Box::new(Progress { step, train: metrics, ..Progress::default() })));
    state.apply(Event::Phase(RunId(1), Phase::Playing));
}

fn history(state: &AppState, fill: impl FnOnce(&mut History)) {
    fill(&mut state.run().expect("a run").info.history.lock());
}

/// A training point with a reconstruction and a KL term.
fn point(step: u64, reconstruction: f64, kl: f64) -> Point {
    let mut point = Point { step, metrics: Default::default() };
    point.metrics.reconstruction = reconstruction;
    point.metrics.objective = reconstruction + kl;
    point.metrics.penalties[0] = Some(kl);
    point
}

fn evaluation(step: u64, objective: f64) -> Evaluation {
    let mut metrics = point(step, objective, 1.0).metrics;
    metrics.objective = objective;
    Evaluation { step, epoch: step / 10, train: None, held_out: metrics }
}

fn change(state: &mut AppState, step: u64, value: f64) {
    state.apply(Event::Tuned(RunId(1), Change { step, key: "objective.beta".to_owned(), value }));
}

#[test]
fn a_paused_run_says_how_to_continue() {
    let mut state = state();
    assert_eq!(sentence(&AppState::default()).text, "Starting.");
    assert!(sentence(&state).text.contains("Press Play"));
    state.apply(Event::Progress(RunId(1), Box::new(Progress { step: 1234, ..Progress::default() })));
    assert!(sentence(&state).text.starts_with("Paused at step 1,234"));
}

#[test]
fn the_trade_off_of_beta_is_described_in_words() {
    let mut state = state();
    history(&state, |h| {
        (1..=200).for_each(|step| h.push_step(point(step, 138.0, 6.4)));
        (201..=400).for_each(|step| h.push_step(point(step, 142.0, 4.8)));
    });
    // A drag: many changes, one gesture.
    [(199, 1.2), (200, 1.6), (201, 2.0)]
        .into_iter()
        .for_each(|(step, value)| change(&mut state, step, value));
    play(&mut state, 400);
    let line = sentence(&state);
    let want = "Learning steadily. Reconstruction got worse and KL fell right after β changed from 1 to 2: that is the trade-off that β sets.";
    assert_eq!(line.text, want);
    assert_eq!(line.hint, Some("Ctrl+Z takes the last change back"));
}

#[test]
fn the_effect_of_a_new_change_is_not_reported_at_once() {
    let mut state = state();
    history(&state, |h| {
        (1..=210).for_each(|step| h.push_step(point(step, 138.0, 6.4)));
    });
    change(&mut state, 200, 4.0);
    play(&mut state, 210);
    assert!(
        sentence(&state).text.contains("β changed from 1 to 4. Watch KL and reconstruction."),
        "{}",
        sentence(&state).text
    );
}

#[test]
fn the_effect_of_an_old_change_is_no_longer_reported() {
    let mut state = state();
    history(&state, |h| {
        (1..=5000).for_each(|step| h.push_step(point(step, 138.0, 6.4)));
    });
    change(&mut state, 200, 4.0);
    play(&mut state, 5000);
    assert!(!sentence(&state).text.contains('β'), "{}", sentence(&state).text);
}

#[test]
fn a_run_without_progress_is_reported() {
    let mut state = state();
    history(&state, |h| {
        h.push_step(point(1, 100.0, 5.0));
        h.push_evaluation(evaluation(10, 140.0));
        (2..9).for_each(|i| h.push_evaluation(evaluation(10 * i, 140.0)));
    });
    play(&mut state, 90);
    let line = sentence(&state);
    assert_eq!(line.tone, Tone::Warning);
    assert!(line.text.contains("7 evaluations"), "{}", line.text);
}

/// An evaluation with the objective over training images as well.
fn both(step: u64, training: f64, held_out: f64) -> Evaluation {
    Evaluation { train: Some(evaluation(step, training).held_out), ..evaluation(step, held_out) }
}

#[test]
fn an_objective_that_has_just_risen_is_not_called_steady() {
    let mut state = state();
    history(&state, |h| {
        h.push_step(point(1, 100.0, 5.0));
        h.push_evaluation(both(10, 146.0, 145.0));
        h.push_evaluation(both(20, 141.0, 147.4));
    });
    play(&mut state, 25);
    let line = sentence(&state);
    assert_eq!(
        line.text,
        "Learning. The held-out objective did not fall: it went from 145 to 147.4 since the last evaluation."
    );
    history(&state, |h| h.push_evaluation(both(30, 140.0, 143.0)));
    assert!(
        sentence(&state).text.starts_with("Learning steadily. The held-out objective fell from 147.4 to 143")
    );
}

#[test]
fn a_failure_comes_with_its_cure() {
    let mut state = state();
    state.apply(Event::Phase(RunId(1), Phase::Failed("The loss is no longer a number.".to_owned())));
    let line = sentence(&state);
    assert_eq!(line.text, "The loss is no longer a number.");
    assert_eq!(line.cure, Some(("Go back to the last good weights".to_owned(), Action::Restore(RunId(1)))));
}

fn diagnose(state: &mut AppState, findings: Vec<Finding>) {
    let health = HealthView { step: 1, findings, vitals: Default::default() };
    state.bench.as_mut().expect("a bench").runs[0].views.health = Some(health.into());
}

fn finding(trouble: Trouble, is_serious: bool, cure: Option<Cure>) -> Finding {
    Finding { trouble, is_serious, is_certain: false, sentence: "the evidence.".to_owned(), cure }
}

#[test]
fn the_doctor_is_heard_with_a_button_for_the_cure() {
    let mut state = state();
    history(&state, |h| h.push_evaluation(evaluation(10, 100.0)));
    play(&mut state, 20);
    let halve = Cure::Live { label: "Halve β".to_owned(), key: "objective.beta", value: 0.5 };
    let normal = finding(Trouble::KlRises, false, None);
    diagnose(&mut state, vec![finding(Trouble::Collapse, true, Some(halve)), normal.clone()]);
    let line = sentence(&state);
    assert_eq!((line.tone, line.text.as_str()), (Tone::Warning, "Posterior collapse: the evidence."));
    let want = Action::Tune { key: "objective.beta", value: 0.5, done: true };
    assert_eq!(line.cure, Some(("Halve β".to_owned(), want)));
    diagnose(&mut state, vec![normal]);
    let line = sentence(&state);
    assert_eq!((line.tone, line.text.as_str()), (Tone::Good, "KL rises at first: the evidence."));
    let ill = finding(Trouble::Saturated, true, None);
    diagnose(&mut state, vec![ill]);
    state.apply(Event::Phase(RunId(1), Phase::Finished("Finished: 5 epochs".to_owned())));
    assert_eq!(sentence(&state).text, "Finished: 5 epochs. Saturated units: the evidence.");
    state.apply(Event::Phase(RunId(1), Phase::Playing));
    let wider = Cure::Restart {
        label: "Restart".to_owned(),
        settings: vec![("model.code", crate::recipe::Value::Integer(8))],
    };
    diagnose(&mut state, vec![finding(Trouble::Blurry, true, Some(wider))]);
    let Some((_, Action::Open(recipe))) = sentence(&state).cure else { panic!("no restart") };
    assert_eq!(recipe.model.code, 8);
}

#[test]
fn the_answer_of_a_lesson_about_mistakes_is_not_given_away() {
    let mut state = crate::app::testing::state_of("bug-range", |_| ());
    history(&state, |h| h.push_evaluation(evaluation(10, 100.0)));
    play(&mut state, 20);
    diagnose(&mut state, vec![finding(Trouble::LossMismatch, true, None)]);
    assert_ne!(sentence(&state).tone, Tone::Warning);
}

#[test]
fn a_problem_is_said_before_everything_else() {
    let mut state = state();
    play(&mut state, 10);
    state.complain("That folder cannot be written.".to_owned());
    assert_eq!(sentence(&state).text, "That folder cannot be written.");
    assert_eq!(sentence(&state).tone, Tone::Problem);
}

#[test]
fn a_run_of_several_stages_says_which_one_it_is_in() {
    let mut state = state();
    let mut staged = Recipe::open("ae-32").expect("built in");
    for setting in ["pretraining.method=rbm", "pretraining.epochs=2"] {
        staged.set_from_text(setting).expect("valid");
    }
    let info = &mut state.bench.as_mut().expect("a bench").runs[0].info;
    info.plan = crate::engine::StagePlan::new(&staged, 10);
    info.recipe = staged;
    play(&mut state, 25);
    // Two hidden layers and the code, each for two epochs of ten steps.
    assert_eq!(sentence(&state).text, "Pretraining layer 2 of 3, 25 % done.");
    play(&mut state, 61);
    assert!(sentence(&state).text.starts_with("Fine-tuning. "), "{}", sentence(&state).text);
}

#[test]
fn the_mean_image_is_the_reference_only_until_a_better_one_is_known() {
    let mut state = state();
    let references = crate::engine::References { mean_cross_entropy: 198.0, ..Default::default() };
    state.apply(Event::References(references));
    history(&state, |h| h.push_evaluation(evaluation(0, 543.0)));
    history(&state, |h| h.push_step(point(1, 210.0, 1.0)));
    play(&mut state, 1);
    assert!(sentence(&state).text.contains("the mean image"), "{}", sentence(&state).text);
    history(&state, |h| h.push_step(point(2, 170.0, 1.0)));
    play(&mut state, 2);
    assert_eq!(sentence(&state).text, "Learning.", "training images cost less by now");
    history(&state, |h| h.push_evaluation(evaluation(10, 220.0)));
    play(&mut state, 10);
    assert!(sentence(&state).text.contains("the mean image"), "held-out images do not");
}

#[test]
fn costs_before_connections_were_deleted_or_the_objective_changed_are_no_measure_of_progress() {
    let worse = |state: &AppState| {
        history(state, |h| {
            (1..=10).for_each(|epoch| h.push_evaluation(evaluation(10 * epoch, 100.0 - epoch as f64)));
        });
        history(state, |h| {
            (11..=30).for_each(|epoch| h.push_evaluation(evaluation(10 * epoch, 190.0 - epoch as f64)));
        });
    };
    let mut untouched = state();
    worse(&untouched);
    play(&mut untouched, 300);
    assert!(sentence(&untouched).text.contains("No progress"), "{}", sentence(&untouched).text);
    let mut pruned = state();
    let recipe = &mut pruned.bench.as_mut().expect("a bench").runs[0].recipe;
    (recipe.pruning.method, recipe.pruning.step) = (crate::recipe::Pruning::Smallest, 105);
    worse(&pruned);
    play(&mut pruned, 300);
    assert!(sentence(&pruned).text.starts_with("Learning steadily."), "{}", sentence(&pruned).text);
    let mut changed = state();
    worse(&changed);
    changed.apply(Event::Tuned(RunId(1), Change { step: 105, key: "objective.beta".to_owned(), value: 9.0 }));
    play(&mut changed, 3000);
    assert!(sentence(&changed).text.contains("Learning steadily."), "{}", sentence(&changed).text);
}
