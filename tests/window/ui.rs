//! Promises of the window, tested in a harness without a screen. Controls are found by label, as a screen reader finds
//! them.

use std::path::Path;
use std::time::{Duration, Instant};

use super::windows::{has_adapter, step_until, window_of};
use super::{choose_in, run};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::app::{App, AppState};
use hourglass::engine::{Phase, Sheet};
use hourglass::recipe::Recipe;
use image::Rgba;

/// A window on a small recipe.
fn window(recipe: &str, size: [f32; 2]) -> Harness<'static, App> {
    window_with(recipe, &["data.count=600", "training.batch=32"], size)
}

/// A window on a recipe with these settings.
fn window_with(recipe: &str, settings: &[&str], size: [f32; 2]) -> Harness<'static, App> {
    let mut recipe = Recipe::open(recipe).expect("a built-in recipe");
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    window_of(vec![recipe], size)
}

fn trains(window: &mut Harness<'_, App>) {
    step_until(window, "the run trains and everything is seen", |state| {
        state.run().is_some_and(|run| {
            run.progress.step > 3 && run.views.cloud.is_some() && run.views.decoded.is_some()
        })
    });
}

#[test]
fn play_and_pause_by_label_and_by_space() {
    let mut window = window("ae-2d", [1280.0, 800.0]);
    trains(&mut window);
    window.get_by_label("Pause").click();
    step_until(&mut window, "paused", |state| run(state).phase == Phase::Paused);
    window.get_by_label("Play").click();
    step_until(&mut window, "playing", |state| run(state).phase == Phase::Playing);
    window.key_press(Key::Space);
    step_until(&mut window, "paused by the space bar", |state| run(state).phase == Phase::Paused);
    let rested = run(window.state().state()).progress.step;
    window.key_press(Key::ArrowRight);
    step_until(&mut window, "one step on", move |state| run(state).progress.step == rested + 1);
}

#[test]
fn beta_moves_while_it_trains_and_leaves_a_stamp() {
    let mut window = window("vae-2d", [1280.0, 800.0]);
    trains(&mut window);
    let before = run(window.state().state()).info.id;
    window.get_by_role_and_label(Role::Slider, "β weight of KL").set_value_accesskit(5.0);
    step_until(&mut window, "β is 5", |state| (run(state).recipe.objective.beta - 5.0).abs() < 0.05);
    let state = window.state().state();
    assert_eq!(run(state).info.id, before, "the run was restarted");
    let change = run(state).changes.last().expect("a change on record");
    assert_eq!(change.key, "objective.beta");
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    step_until(&mut window, "β is 1 again", |state| run(state).recipe.objective.beta == 1.0);
}

#[test]
fn the_latent_point_is_dragged_and_decoded() {
    let mut window = window("vae-2d", [1280.0, 800.0]);
    trains(&mut window);
    let rect = window.get_by_label("latent point").rect();
    let from = rect.center();
    window.drag_at(from);
    window.step();
    for k in 1..=6 {
        window.hover_at(from + Vec2::new(12.0, -8.0) * k as f32);
        window.step();
    }
    window.drop_at(from + Vec2::new(72.0, -48.0));
    step_until(&mut window, "the point was decoded where it was dropped", |state| {
        run(state).views.decoded.as_deref().is_some_and(|seen| seen.point[0] > 0.2 && seen.point[1] > 0.1)
    });
}

#[test]
fn pins_rows_and_samples_are_decoded_while_it_trains() {
    let mut window = window("vae-20", [1280.0, 800.0]);
    trains(&mut window);
    let arrives = |window: &mut Harness<'_, App>, sheet: Sheet| {
        step_until(window, "a sheet of decoded codes has arrived", move |state| {
            run(state).views.sheets.contains_key(&sheet)
        });
    };
    window.get_by_label("pin").click();
    arrives(&mut window, Sheet::Pins);
    assert!(window.query_by_label("along the path").is_none(), "one pin has no path");
    let at = window.get_by_label("latent point").rect().center() + Vec2::new(60.0, -20.0);
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    window.step();
    window.get_by_label("pin").click();
    arrives(&mut window, Sheet::Path);
    assert!(window.query_by_label("along the path").is_some());
    step_until(&mut window, "both pins are decoded", |state| {
        run(state).views.sheets.get(&Sheet::Pins).is_some_and(|view| view.wanted.points.len() == 2 * 20)
    });
    window.get_by_role_and_label(Role::Tab, "Dimensions").click();
    arrives(&mut window, Sheet::Dimensions);
    window.get_by_role_and_label(Role::Tab, "Samples").click();
    arrives(&mut window, Sheet::Samples);
    let rows =
        run(window.state().state()).views.sheets.get(&Sheet::Dimensions).map(|view| view.wanted.points.len());
    assert_eq!(rows, Some(13 * 20 * 20));
    let folder = tempfile::tempdir().expect("a folder");
    for (tab, label) in [("Samples", "Export samples"), ("Dimensions", "Export dimensions")] {
        window.get_by_role_and_label(Role::Tab, tab).click();
        window.run_steps(3);
        let path = folder.path().join(format!("{tab}.png"));
        export(&mut window, label, &path);
        let figure = image::open(&path).expect("a picture");
        assert!(figure.width() > 400 && figure.height() > 400, "{tab}: {:?}", figure.to_rgb8().dimensions());
    }
}

#[test]
fn images_change_their_colours_while_nothing_trains() {
    let mut window = window("vae-2d", [1280.0, 800.0]);
    trains(&mut window);
    window.key_press(Key::Space);
    step_until(&mut window, "a pause", |state| !state.is_playing());
    for _ in 0..20 {
        window.step();
        std::thread::sleep(Duration::from_millis(20));
    }
    if !has_adapter() {
        return;
    }
    assert_eq!(violet(&mut window), 0, "images are grey at first");
    let asked = |state: &AppState| {
        let seen = &run(state).views;
        [seen.lattice.as_ref().map(|view| view.version), seen.decoded.as_ref().map(|view| view.version)]
    };
    let before = asked(window.state().state());
    choose_in(&mut window, "View", &["viridis"]);
    step_until(&mut window, "tiles and image painted again", |state| {
        asked(state).iter().zip(&before).all(|(now, before)| now > before)
    });
    for _ in 0..20 {
        window.step();
        std::thread::sleep(Duration::from_millis(20));
    }
    // The image at the point alone has some 20,000 pixels, most of them as dark as can be.
    let count = violet(&mut window);
    assert!(count > 5_000, "only {count} pixels have the dark end of viridis");
}

/// How many pixels of the window have the dark end of viridis, as its painters make it.
fn violet(window: &mut Harness<'_, App>) -> usize {
    let dark = [68, 1, 84_u8];
    let image = window.render().expect("drawn");
    let is_dark =
        |pixel: &&image::Rgba<u8>| pixel.0.iter().zip(dark).all(|(got, want)| got.abs_diff(want) <= 6);
    image.pixels().filter(is_dark).count()
}

#[test]
fn a_figure_is_exported_to_a_typed_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window("vae-2d", [1280.0, 800.0]);
    step_until(&mut window, "there are curves", |state| {
        state.run().is_some_and(|run| run.progress.step > 40)
    });
    trains(&mut window);
    for (label, name) in [("Export curves", "curves.svg"), ("Export codes", "codes.png")] {
        let path = folder.path().join(name);
        export(&mut window, label, &path);
        let bytes = std::fs::read(&path).expect("the figure");
        assert!(bytes.len() > 5_000, "{name} has only {} bytes", bytes.len());
    }
    let svg = std::fs::read_to_string(folder.path().join("curves.svg")).expect("text");
    assert!(svg.contains("β 1") && svg.contains("seed 1"), "the caption is missing");
}

#[test]
fn a_lesson_is_saved_as_a_recipe_that_replays_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lesson.toml");
    let mut window = window("vae-2d", [1280.0, 800.0]);
    trains(&mut window);
    window.get_by_role_and_label(Role::Slider, "β weight of KL").set_value_accesskit(3.0);
    step_until(&mut window, "β moved", |state| !run(state).changes.is_empty());
    let changes = run(window.state().state()).changes.clone();
    window.get_by_label("Export").click();
    window.step();
    window.step();
    export(&mut window, "Recipe with its live changes…", &path);
    let lesson = Recipe::read(&path).expect("a recipe");
    assert_eq!(lesson.schedule, changes);
    assert_eq!(lesson.objective.beta, 1.0, "it begins where the lesson began");
}

/// Presses an export button, types a path, and waits for the file.
fn export(window: &mut Harness<'_, App>, label: &str, path: &Path) {
    window.get_by_label(label).click();
    let start = Instant::now();
    while window.query_by_label("Save").is_none() {
        window.step();
        std::thread::sleep(Duration::from_millis(20));
        assert!(start.elapsed() < Duration::from_secs(30), "no dialog asked for a path");
    }
    let field = window.get_by(|node| {
        node.role() == Role::TextInput
            && node.value().is_some_and(|text| text.contains(std::path::MAIN_SEPARATOR))
    });
    field.focus();
    field.set_text_value_accesskit(&path.to_string_lossy());
    window.step();
    window.get_by_label("Save").click();
    // The tree of labels is that of the last frame: the question must be gone from it before the next is asked.
    while !path.exists() || window.query_by_label("Save").is_some() {
        window.step();
        std::thread::sleep(Duration::from_millis(20));
        assert!(start.elapsed() < Duration::from_secs(30), "{} was never written", path.display());
    }
}

#[test]
fn an_absurd_learning_rate_is_explained_and_undone_by_a_button() {
    let mut window = window("ae-simple", [1280.0, 800.0]);
    step_until(&mut window, "it trains", |state| state.run().is_some_and(|run| run.progress.step > 3));
    window.get_by_label("learning rate, typed").click();
    window.step();
    for _ in 0..3 {
        window.step();
    }
    let field = window.get_by_label("learning rate, typed");
    field.set_value_accesskit(1e9);
    step_until(
        &mut window,
        "the run failed and says why",
        |state| matches!(&run(state).phase, Phase::Failed(sentence) if sentence.contains("learning rate 1e9")),
    );
    let cure = window.get_by(|node| {
        node.role() == Role::Button && node.label().is_some_and(|label| label.contains("last good"))
    });
    cure.click();
    step_until(&mut window, "it can go on", |state| run(state).phase == Phase::Paused);
}

#[test]
fn the_window_is_drawn_at_every_size() {
    for (name, size) in
        [("ae-simple", [1920.0, 1080.0]), ("vae-20", [1280.0, 800.0]), ("ae-32", [860.0, 540.0])]
    {
        assert_drawn(name, &mut window(name, size), trains);
    }
}

#[test]
fn every_family_is_drawn_by_its_first_recipe() {
    for (family, recipes) in hourglass::recipe::builtin::by_family().expect("built in") {
        let name = recipes.first().expect("a family has a recipe").name.as_str();
        let mut window = window_with(name, &["data.count=300", "training.batch=16"], [1280.0, 800.0]);
        assert_drawn(name, &mut window, |window| {
            step_until(window, &format!("{name} of {family:?} trains and reconstructs"), |state| {
                state.run().is_some_and(|run| run.progress.step > 3 && run.views.reconstructions.is_some())
            });
        });
    }
}

/// What a picture of the window in its dark theme shows, by colour: text and its smoothed edges are tinted, and so
/// is everything else, while images of digits are grey.
struct Shown {
    text: usize,
    /// Pixels of a grey between black and white.
    image: usize,
    greys: usize,
}

impl Shown {
    fn by(window: &mut Harness<'_, App>) -> Self {
        let image = window.render().expect("a picture of the window");
        let mut greys = [0; 256];
        let mut text = 0;
        for Rgba([red, green, blue, _]) in image.pixels() {
            text += usize::from(*blue > 200 && red < green && green < blue);
            if red == green && green == blue {
                greys[usize::from(*red)] += 1;
            }
        }
        let between = &greys[32..224];
        Self { text, image: between.iter().sum(), greys: between.iter().filter(|count| **count > 0).count() }
    }
}

/// Asserts that a window that has just opened shows words alone, and one that trains shows images too; where there is
/// an adapter to draw with.
fn assert_drawn(name: &str, window: &mut Harness<'_, App>, trains: impl Fn(&mut Harness<'_, App>)) {
    if !has_adapter() {
        return trains(window);
    }
    let Shown { text, image, .. } = Shown::by(window);
    assert!(text > 200, "{name}: {text} pixels of text in the first frame, want more than 200");
    // A busy machine may have let the trainer go first.
    if window.state().state().bench.is_none() {
        assert!(
            image < 300,
            "{name}: {image} pixels of images before anything is decoded, want less than 300"
        );
    }
    trains(window);
    let Shown { text, image, greys } = Shown::by(window);
    assert!(text > 500, "{name}: {text} pixels of text, want more than 500");
    assert!(image > 2_000, "{name}: {image} pixels of images, want more than 2,000");
    assert!(greys > 100, "{name}: images have {greys} greys, want more than 100");
}

#[test]
fn a_code_of_one_number_moves_along_a_line() {
    let settings = ["data.count=400", "training.batch=32", "model.code=1", "model.widths=32"];
    let mut window = window_with("ae-2d", &settings, [1280.0, 800.0]);
    trains(&mut window);
    window.key_press(Key::Space);
    step_until(&mut window, "paused", |state| run(state).phase == Phase::Paused);
    // Zero may be near the edge of the map, which shows the codes.
    let mut middle = window.get_by_label("latent point").rect().center();
    middle.x = middle.x.clamp(320.0, 660.0);
    let point = |window: &Harness<'_, App>| {
        run(window.state().state()).views.decoded.as_deref().expect("an image").point.clone()
    };
    let mut drop_at = |offset: Vec2, patience: u64| {
        let before = point(&window);
        window.drag_at(middle + offset);
        window.step();
        window.drop_at(middle + offset);
        // A place that has the code of the last one is not decoded again.
        let start = Instant::now();
        while point(&window) == before && start.elapsed() < Duration::from_secs(patience) {
            window.step();
            std::thread::sleep(Duration::from_millis(10));
        }
        point(&window)
    };
    let [left, right] = [-40.0, 40.0].map(|x| drop_at(Vec2::new(x, 0.0), 60));
    assert!(left.len() == 1 && right.len() == 1 && left[0] < right[0], "from {left:?} to {right:?}");
    let above = drop_at(Vec2::new(40.0, -20.0), 3);
    assert!((above[0] - right[0]).abs() < 1e-3 * (right[0] - left[0]), "above {right:?} is {above:?}");
}

#[test]
fn what_a_family_shows_is_in_front_and_the_map_is_one_tab_away() {
    let settings = ["data.count=400", "training.batch=32", "model.widths=32", "noise.kind=gaussian"];
    let mut window = window_with("ae-32", &settings, [1280.0, 800.0]);
    step_until(&mut window, "a card is seen", |state| {
        state.run().is_some_and(|run| run.views.cards.values().any(|view| view.card.is_ok()))
    });
    window.step();
    window.get_by_label("card Noise in, clean out");
    window.get_by_label("Latent space").click();
    step_until(&mut window, "the map is asked for", |state| run(state).views.cloud.is_some());
    // A cloud may have come while the map was in front for a moment: the click itself shows a frame later.
    window.step();
    window.step();
    window.get_by_label("latent point");
    assert!(window.query_by_label("card Noise in, clean out").is_none());
}

#[test]
fn another_recipe_keeps_seed_and_images_and_the_run_before_until_it_is_hidden() {
    let settings = ["data.count=400", "training.batch=32", "seed=5"];
    let mut window = window_with("ae-32", &settings, [1280.0, 800.0]);
    step_until(&mut window, "a curve", |state| {
        state.run().is_some_and(|run| run.info.history.lock().train().count() > 10)
    });
    window.get_by_label("Choose a recipe").click();
    window.run_steps(6);
    window.get_by_role_and_label(Role::Button, "ae-2d").click();
    step_until(&mut window, "the other recipe runs", |state| {
        state.run().is_some_and(|run| run.recipe.name == "ae-2d" && run.progress.step > 3)
    });
    let now = run(window.state().state()).recipe.clone();
    assert_eq!((now.seed, now.data.count), (5, 400));
    let kept = window.state().state().kept.runs()[0].clone();
    let curves = kept.curves.expect("the curves of the run before");
    assert_eq!((kept.run.title.as_str(), kept.is_shown), ("ae-32", true));
    assert!(curves.training.len() > 10 && curves.training.iter().all(|point| point[1].is_finite()));
    window.step();
    window.get_by_label("Hide the curves of ae-32").click();
    step_until(&mut window, "hidden", |state| state.kept.runs().iter().all(|kept| !kept.is_shown));
    window.step();
    assert!(window.query_by_label("Hide the curves of ae-32").is_none());
    window.get_by_label("Bring the old run back").click();
    step_until(&mut window, "the run before is back", |state| {
        state
            .run()
            .is_some_and(|run| run.info.id == kept.run.info.id && run.progress.step >= kept.run.progress.step)
    });
}
