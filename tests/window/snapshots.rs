//! Snapshots of the latent explorer: each of its layers looks as it did when the picture was last accepted.
//!
//! A tiny network is trained to the same weights each time, and a part is cut out of the window. An intended change is
//! accepted with `UPDATE_SNAPSHOTS=1 cargo test --release --test window snapshots`; look at the pictures first.

mod compare;
mod layers;
mod others;
mod walks;

use std::time::Duration;

use super::choose_in;
use super::run;
use super::windows::{step_until, window_of};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::app::{App, AppState, RunState};
use hourglass::engine::Phase;
use hourglass::recipe::Recipe;
use image::RgbaImage;

/// The button that opens the menu of layers.
const MENU: &str = "what the map shows";
/// Steps after which training ends: so few that the roundings of another processor have not grown yet. (A learning
/// rate larger by a ten-thousandth changes nothing that is seen after 100 steps, and everything after 700.)
const STEPS: u64 = 100;

/// A part of a window or of a picture: left, top, width and height.
type Part = [u32; 4];

/// A tiny network of this recipe, with settings of its own.
fn tiny(name: &str, settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::open(name).expect("a built-in recipe");
    let steps = format!("training.steps={STEPS}");
    let same = ["data.count=600", "training.batch=32", "model.widths=64", &steps];
    for setting in same.iter().chain(settings) {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

/// A window on these recipes after training, with every view of the last step.
fn rested(recipes: Vec<Recipe>, size: [f32; 2]) -> Harness<'static, App> {
    let is_rested = |run: &RunState| {
        matches!(run.phase, Phase::Finished(_))
            && run.views.decoded.as_deref().is_some_and(|decoded| decoded.step == STEPS)
            && run.views.cloud.as_deref().is_some_and(|cloud| cloud.step == STEPS)
            && run.views.lattice.as_deref().is_some_and(|lattice| lattice.step == STEPS)
    };
    let mut window = window_of(recipes, size);
    step_until(&mut window, "training is over and every view is of the last step", |state| {
        state.bench.as_ref().is_some_and(|bench| bench.runs.iter().all(is_rested))
    });
    // During training the view followed the codes; fitted twice, it no longer moves.
    for _ in 0..2 {
        window.get_by_label("fit").click();
        window.run_steps(60);
    }
    // An image stays the nearest while codes change, so which one it is depends on when they were seen. After a move it
    // is searched anew.
    window.get_all_by_label("latent point").next().expect("a map").focus();
    window.run_steps(2);
    for key in [Key::ArrowRight, Key::ArrowLeft] {
        window.key_press(key);
        window.run_steps(2);
    }
    window.key_press(Key::Escape);
    window.run_steps(60);
    window
}

/// Chooses words in the menu of layers.
fn choose(window: &mut Harness<'_, App>, words: &[&str]) {
    choose_in(window, MENU, words);
}

/// Clicks there, and takes pointer and keyboard away again.
fn click(window: &mut Harness<'_, App>, pos: Pos2, modifiers: Modifiers) {
    window.event(Event::PointerMoved(pos));
    window.event(Event::ModifiersChanged(modifiers));
    window.step();
    for pressed in [true, false] {
        window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
        window.step();
    }
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.remove_cursor();
    window.key_press(Key::Escape);
    window.run_steps(3);
}

/// A part of the window once nothing in it changes any more.
fn picture(window: &mut Harness<'_, App>, part: Part) -> RgbaImage {
    window.remove_cursor();
    let mut last = None;
    for _ in 0..100 {
        window.run_steps(20);
        std::thread::sleep(Duration::from_millis(100));
        let now = cut(&window.render().expect("a picture of the window"), part);
        if last.as_ref() == Some(&now) {
            return now;
        }
        last = Some(now);
    }
    panic!("the picture never stops changing");
}

/// A part of a picture.
fn cut(image: &RgbaImage, [left, top, width, height]: Part) -> RgbaImage {
    image::imageops::crop_imm(image, left, top, width, height).to_image()
}

/// Waits for a view of the shown run.
fn answered(window: &mut Harness<'_, App>, what: &str, is_there: impl Fn(&RunState) -> bool) {
    step_until(window, what, |state: &AppState| is_there(run(state)));
}
