//! A sweep in the window: trained in the background by the real program, stopped, continued, and opened at a value.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::app::App;
use hourglass::recipe::Recipe;

use super::run;
use super::windows::{step_until, sweeps_folder, window_of};

/// The window with the form of the sweep, on few images.
fn window() -> Harness<'static, App> {
    let mut recipe = Recipe::open("ae-2d").expect("built in");
    for setting in ["data.count=300", "training.batch=32", "model.widths=16"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    let mut window = window_of(vec![recipe], [1280.0, 800.0]);
    step_until(&mut window, "the run trains", |state| state.run().is_some_and(|run| run.progress.step > 3));
    window.get_by_label("Insight").click();
    window.run_steps(3);
    window.get_by_label("Sweep with cross-validation").click();
    window.run_steps(3);
    window
}

/// Writes values over those that are there.
fn write_values(window: &mut Harness<'_, App>, values: &str) {
    let field = |window: &Harness<'_, App>, act: fn(&egui_kittest::Node<'_>, &str)| {
        act(&window.get_by_role_and_label(Role::TextInput, "values of the sweep"), values);
    };
    field(window, |field, _| field.focus());
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    field(window, |field, values| field.type_text(values));
    window.run_steps(2);
}

#[test]
fn a_sweep_trains_in_the_background_is_stopped_goes_on_and_opens_at_a_value() {
    let mut window = window();
    write_values(&mut window, "1, 3,1");
    let state = window.state().state();
    assert_eq!(state.sweep.form.values, "1, 3,1");
    window.get_by_label("Train all").click();
    step_until(&mut window, "a training is done", |state| {
        state.sweep.shown.as_ref().is_some_and(|shown| shown.done > 0)
    });
    assert!(run(window.state().state()).progress.step > 3, "the shown run is still there");
    window.get_by_label("Stop").click();
    step_until(&mut window, "it has stopped", |state| {
        state.sweep.shown.as_ref().is_some_and(|shown| !shown.is_running())
    });
    let done = window.state().state().sweep.shown.as_ref().map_or(0, |shown| shown.done);
    assert!(done < 10, "five folds at two values take longer");
    window.get_by_label_contains("What is trained stays");
    window.get_by_label("Train all").click();
    step_until(&mut window, "all trainings are done", |state| {
        state.sweep.shown.as_ref().is_some_and(|shown| shown.end == Some(Ok(())))
    });
    let state = window.state().state();
    let shown = state.sweep.shown.as_ref().expect("a sweep");
    assert_eq!(
        (&shown.end, shown.done),
        (&Some(Ok(())), 10),
        "a value that is written twice is trained once"
    );
    let found = shown.found.as_ref().expect("results");
    assert_eq!(found.values, ["1", "3"]);
    assert!(found.card.meaning.contains("The elbow is at code size"), "{}", found.card.meaning);
    let table = std::fs::read_to_string(shown.sweep.folder.join("results.csv")).expect("the table");
    assert_eq!(table.lines().count(), 11, "a line for each training, below their names");
    window.get_by_label("Open folder");
    let picture = window.get_by_label("card Error against code size").rect();
    // The right half of the picture is the larger value.
    let at = picture.center() + vec2(0.3 * picture.width(), 0.0);
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    step_until(&mut window, "the training is on the bench", |state| {
        state.run().is_some_and(|run| run.recipe.model.code == 3)
    });
    let opened = run(window.state().state());
    assert_eq!((opened.recipe.data.folds, opened.recipe.data.fold), (5, 1));
    assert_eq!(opened.progress.step, 0, "it is shown as it was trained");
    std::fs::remove_dir_all(sweeps_folder()).ok();
}

#[test]
fn a_value_that_is_not_allowed_is_told_and_nothing_is_trained() {
    let mut window = window();
    write_values(&mut window, "2,many");
    window.get_by_label("Train all").click();
    window.run_steps(3);
    let state = window.state().state();
    assert!(state.sweep.shown.is_none());
    let notice = state.notice.as_ref().expect("a sentence");
    assert!(notice.is_problem && notice.text.contains("whole number"), "{}", notice.text);
}
