//! Lessons and first steps as a person would take them, by label.

use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use hourglass::app::App;
use hourglass::engine::Sheet;
use hourglass::recipe::Recipe;

use super::run;
use super::windows::{step_until, window_of};

fn small(recipe: &str) -> Recipe {
    let mut recipe = Recipe::open(recipe).expect("a built-in recipe");
    for setting in ["data.count=400", "training.batch=32"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

/// A window in which the codes of every run are shown.
fn window(recipes: &[&str]) -> Harness<'static, App> {
    let mut window = window_of(recipes.iter().map(|name| small(name)).collect(), [1366.0, 768.0]);
    step_until(&mut window, "every run trains and shows its codes", |state| {
        state.bench.as_ref().is_some_and(|bench| {
            bench.runs.iter().all(|run| run.progress.step > 3 && run.views.cloud.is_some())
        })
    });
    window
}

/// Steps until a control with this label is there.
fn until_shown(window: &mut Harness<'_, App>, label: &str) {
    let start = Instant::now();
    while window.query_all_by_label(label).next().is_none() {
        window.step();
        std::thread::sleep(Duration::from_millis(20));
        assert!(start.elapsed() < Duration::from_secs(60), "there is no “{label}”");
    }
}

#[test]
fn the_tour_has_four_steps_and_can_be_left() {
    let mut window = window(&["vae-2d"]);
    let press = |window: &mut Harness<'_, App>, label: &str| {
        window.get_by_label(label).click();
        window.run_steps(4);
    };
    press(&mut window, "Help");
    press(&mut window, "Start the tour");
    for title in ["An image becomes two numbers", "Each point is an image", "Drag here"] {
        window.get_by_label(title);
        press(&mut window, "Next");
    }
    window.get_by_label("Watch this fall");
    press(&mut window, "Start");
    assert!(window.query_by_label("Watch this fall").is_none());
    press(&mut window, "Help");
    press(&mut window, "Start the tour");
    window.key_press(Key::Escape);
    window.run_steps(4);
    assert!(window.query_by_label("An image becomes two numbers").is_none(), "Escape leaves it");
}

#[test]
fn a_word_under_the_pointer_explains_itself() {
    let mut window = window(&["vae-2d"]);
    window.key_press(Key::Space);
    step_until(&mut window, "a pause", |state| !state.is_playing());
    let word = window.get_all_by_label("KL").next().expect("the title of a curve").rect();
    window.hover_at(word.left_center() + Vec2::new(4.0, 0.0));
    // The harness lets 0.05 s pass in a step.
    window.run_steps(20);
    assert!(window.query_by_label_contains("Kullback–Leibler").is_some());
    window.hover_at(word.left_center() + Vec2::new(4.0, 300.0));
    window.run_steps(4);
    assert!(window.query_by_label_contains("Kullback–Leibler").is_none());
}

/// Code size 2, 8 and 32, one after another: the images and the curves of all three are on the screen at once.
#[test]
fn the_bottleneck_lesson() {
    let mut window = window(&["ae-2d"]);
    step_until(&mut window, "a curve", |state| run(state).progress.step > 40);
    for size in ["8", "32"] {
        let before = run(window.state().state()).info.id;
        let field = window.get_by_role_and_label(Role::TextInput, "code size");
        field.focus();
        field.set_text_value_accesskit(size);
        window.run_steps(2);
        window.key_press(Key::Enter);
        window.run_steps(3);
        window.get_by_label("Restart").click();
        step_until(&mut window, "the next code size trains", |state| {
            state.run().is_some_and(|run| {
                run.info.id != before && run.progress.step > 40 && run.views.reconstructions.is_some()
            })
        });
        window.run_steps(3);
    }
    let state = window.state().state();
    assert_eq!(run(state).recipe.model.code, 32);
    let kept: Vec<(&str, bool)> =
        state.kept.runs().iter().map(|kept| (kept.run.title.as_str(), kept.is_shown)).collect();
    assert_eq!(kept, [("ae-2d · code size 2", true), ("ae-2d · code size 8", true)]);
    assert!(state.kept.runs().iter().all(|kept| kept.curves.as_ref().is_some_and(|c| c.training.len() > 10)));
    for name in ["ae-2d · code size 2", "ae-2d · code size 8", "ae-2d · code size 32"] {
        until_shown(&mut window, &format!("output of {name}"));
    }
}

/// The holes of a plain latent space: one image is followed in both models, and the path between two pins is decoded by
/// each of them.
#[test]
fn the_holes_lesson() {
    let mut window = window(&["ae-2d", "vae-2d"]);
    window.key_press(Key::Space);
    step_until(&mut window, "a pause", |state| !state.is_playing());
    for (pin, example) in [(1, "example 2, class 1"), (2, "example 9, class 8")] {
        let image = window.state().state().bench.as_ref().expect("a bench").examples[8 * (pin - 1) + 2 - pin];
        // A click soon after another two would be the third of three.
        window.run_steps(20);
        let at = window.get_by_label(example).rect().center();
        for _ in 0..2 {
            window.drag_at(at);
            window.step();
            window.drop_at(at);
            window.step();
        }
        step_until(&mut window, "each run decodes its own code of the image", |state| {
            let bench = state.bench.as_ref().expect("a bench");
            bench.runs.iter().all(|run| {
                let code = run.views.cloud.as_deref().and_then(|cloud| {
                    let row = cloud.images.iter().position(|other| *other == image)?;
                    cloud.codes.get(2 * row..2 * row + 2)
                });
                let point = run.views.decoded.as_deref().map(|view| &*view.point);
                code.zip(point).is_some_and(|(code, point)| {
                    code.iter().zip(point).all(|(code, point)| (code - point).abs() < 1e-3)
                })
            })
        });
        window.get_by_label("pin").click();
        window.run_steps(3);
    }
    step_until(&mut window, "both decode the path between the pins", |state| {
        let runs = &state.bench.as_ref().expect("a bench").runs;
        runs.iter().all(|run| run.views.sheets.contains_key(&Sheet::Path))
    });
    let bench = window.state().state().bench.as_ref().expect("a bench");
    let ends: Vec<&[f32]> = bench
        .runs
        .iter()
        .filter_map(|run| run.views.sheets.get(&Sheet::Path))
        .map(|view| &view.wanted.points[..2])
        .collect();
    assert!(ends.len() == 2 && ends[0] != ends[1], "the pins are at each run's own codes: {ends:?}");
}

/// Presses Tab until every stop has had the focus. Returns their names; each must be seen while it has the focus.
fn stops(window: &mut Harness<'_, App>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..300 {
        window.key_press(Key::Tab);
        // A list that scrolls needs some frames to get there.
        window.run_steps(20);
        let Some(id) = window.ctx.memory(|memory| memory.focused()) else { continue };
        if seen.contains(&id) {
            return names;
        }
        seen.push(id);
        let response = window.ctx.read_response(id).expect("what has the focus is drawn");
        let name = focused(window);
        let (all, part) = (response.rect, response.interact_rect);
        assert!(
            part.area() > 0.6 * all.area(),
            "“{name}” has the focus at {all:?}, and {part:?} of it is seen"
        );
        names.push(name);
    }
    panic!("the focus never came round: {names:?}");
}

/// The name of what has the keyboard focus.
fn focused(window: &Harness<'_, App>) -> String {
    let nodes = window.query_all(By::new().predicate(|node| node.is_focused()));
    nodes.last().and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

#[test]
fn tab_reaches_every_control_and_shows_it() {
    let mut window = window(&["vae-2d"]);
    window.key_press(Key::Space);
    step_until(&mut window, "a pause", |state| !state.is_playing());
    let stops = stops(&mut window);
    for name in [
        "Choose a recipe",
        "View",
        "β weight of KL",
        "seed",
        "Dictionary",
        "Latent space",
        "class 0",
        "latent point",
        "vs PCA",
        "example 1, class 0",
    ] {
        assert!(stops.iter().any(|stop| stop == name), "Tab does not come to {name}: {stops:?}");
    }
    // It was 105, with ten for the legend, ten for the examples, five for the tabs, and eighteen out of sight.
    assert!(stops.len() < 80, "{} stops: {stops:?}", stops.len());
}

#[test]
fn keys_go_to_panels_and_arrows_move_within_a_group() {
    let mut window = window(&["vae-2d"]);
    window.key_press(Key::Space);
    step_until(&mut window, "a pause", |state| !state.is_playing());
    let press = |window: &mut Harness<'_, App>, key: Key, modifiers: Modifiers| {
        window.key_press_modifiers(modifiers, key);
        window.run_steps(4);
    };
    press(&mut window, Key::Num4, Modifiers::COMMAND);
    assert_eq!(focused(&window), "latent point", "Ctrl+4 goes to the map");
    let before = run(window.state().state()).views.decoded.as_deref().expect("an image").point.clone();
    press(&mut window, Key::ArrowRight, Modifiers::NONE);
    step_until(&mut window, "the arrow moves the point", |state| {
        run(state).views.decoded.as_deref().is_some_and(|view| view.point[0] > before[0])
    });
    press(&mut window, Key::F6, Modifiers::NONE);
    press(&mut window, Key::Tab, Modifiers::NONE);
    assert_eq!(focused(&window), "log", "F6 goes on to the curves, and Tab to their first switch");
    press(&mut window, Key::F6, Modifiers::SHIFT);
    assert_eq!(focused(&window), "latent point");
    press(&mut window, Key::Tab, Modifiers::SHIFT);
    for class in ["class 0", "class 1", "class 2"] {
        assert_eq!(focused(&window), class, "the legend is one stop");
        press(&mut window, Key::ArrowRight, Modifiers::NONE);
    }
    press(&mut window, Key::Tab, Modifiers::SHIFT);
    press(&mut window, Key::Tab, Modifiers::NONE);
    assert_eq!(focused(&window), "class 3", "Tab comes back to where the arrows were");
}

#[test]
fn enter_opens_the_first_recipe_that_is_found() {
    let mut window = window(&["vae-2d"]);
    window.get_by_label("Choose a recipe").click();
    window.run_steps(3);
    window.get_by_label("Search recipes").type_text("missing pixels");
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    step_until(&mut window, "another recipe runs", |state| {
        state.run().is_some_and(|run| run.recipe.name == "ae-mask")
    });
    window.get_by_label("Choose a recipe").click();
    window.run_steps(3);
    window.get_by_label("Search recipes").type_text("no such thing");
    window.run_steps(2);
    window.get_by_label("No recipe has all of these words.");
}
