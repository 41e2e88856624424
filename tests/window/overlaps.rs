//! No words overlap and none are cut off: every layout, tab and family at the sizes of small screens and at large type.
//!
//! What is drawn is looked at, not what is declared: the texts of a frame with the rectangles that they are clipped to.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role;
use eframe::egui::epaint::ClippedShape;
use eframe::egui::{Key, Rect, Shape, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::app::App;
use hourglass::recipe::{Family, Recipe, builtin};

use super::choose_in;
use super::windows::{step_until, window_of};

/// Sizes of windows in points: small screens, the least size, and large screens on which everything is twice as large.
const SIZES: [[f32; 2]; 5] =
    [[900.0, 640.0], [860.0, 600.0], [860.0, 540.0], [1366.0, 768.0], [960.0, 540.0]];
/// The tabs in the middle.
const TABS: [&str; 5] = ["Latent space", "Insight", "Dimensions", "Samples", "Kept runs"];
/// Texts may touch by this much: letters do not fill their lines.
const TOUCH: f32 = 2.5;

/// A text as it is drawn.
#[derive(Clone)]
struct Drawn {
    words: String,
    /// Where its letters are.
    rect: Rect,
    clip: Rect,
    is_elided: bool,
}

fn texts(shapes: &[ClippedShape]) -> Vec<Drawn> {
    fn add(shape: &Shape, clip: Rect, found: &mut Vec<Drawn>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| add(shape, clip, found)),
            Shape::Text(text) if !text.galley.text().trim().is_empty() => {
                let rect = text.galley.mesh_bounds.translate(text.pos.to_vec2());
                let words = text.galley.text().to_owned();
                found.push(Drawn { words, rect, clip, is_elided: text.galley.elided });
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    shapes.iter().for_each(|shape| add(&shape.shape, shape.clip_rect, &mut found));
    // What is scrolled or panned out of sight is not drawn.
    found.retain(|text| text.clip.intersects(text.rect) && text.rect.is_positive());
    found
}

/// What is wrong with the texts of a frame.
fn complaints(window: &Harness<'_, App>) -> BTreeSet<String> {
    let texts = texts(&window.output().shapes);
    assert!(texts.len() > 20, "only {} texts", texts.len());
    let mut found = BTreeSet::new();
    for (number, text) in texts.iter().enumerate() {
        let Drawn { words, rect, clip, is_elided } = text;
        if *is_elided || rect.left() < clip.left() - TOUCH || rect.right() > clip.right() + TOUCH {
            found.insert(format!("“{words}” is cut off"));
        }
        for other in &texts[number + 1..] {
            let common = rect.intersect(*clip).intersect(other.rect.intersect(other.clip));
            let is_bold = *words == other.words && (rect.min - other.rect.min).length() < 2.0;
            if !is_bold && common.width() > TOUCH && common.height() > TOUCH {
                found.insert(format!("“{words}” and “{}” overlap", other.words));
            }
        }
    }
    found
}

/// A short run of a family, as small as possible.
fn recipe_of(family: Family) -> Recipe {
    let names = builtin::NAMES.iter().map(|name| Recipe::open(name).expect("a built-in recipe"));
    let mut recipe =
        names.into_iter().find(|recipe| Family::of(recipe) == family).expect("a recipe of every family");
    for setting in ["data.count=400", "training.batch=32", "training.epochs=1", "pretraining.epochs=1"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

/// Looks at a window in every layout, tab and size.
fn walk(name: &str, recipes: Vec<Recipe>) -> Vec<String> {
    let mut window = window_of(recipes, [1366.0, 768.0]);
    step_until(&mut window, "it trains", |state| state.run().is_some_and(|run| run.progress.step > 2));
    window.get_by_role_and_label(Role::Tab, TABS[0]).click();
    step_until(&mut window, "codes and an image are there", |state| {
        let mut runs = state.bench.iter().flat_map(|bench| &bench.runs);
        runs.all(|run| run.views.cloud.is_some() && run.views.decoded.is_some())
    });
    window.key_press(Key::Space);
    window.run_steps(3);
    let mut found = Vec::new();
    for layout in ["full", "simple"] {
        for tab in TABS {
            for size in SIZES {
                window.set_size(Vec2::from(size));
                window.run_steps(3);
                window.get_by_role_and_label(Role::Tab, tab).click();
                window.run_steps(4);
                let [width, height] = size;
                let at = format!("{name}, {layout}, {tab}, {width}×{height}");
                found.extend(complaints(&window).into_iter().map(|complaint| format!("{at}: {complaint}")));
            }
        }
        window.set_size(Vec2::new(1366.0, 768.0));
        window.run_steps(3);
        if layout == "full" {
            choose_in(&mut window, "View", &["Simple"]);
        }
    }
    found
}

#[track_caller]
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{} complaints:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_words_overlap_in_any_family() {
    let found: Vec<String> = Family::ALL
        .into_iter()
        .flat_map(|family| walk(&format!("{family:?}"), vec![recipe_of(family)]))
        .collect();
    assert_none(&found);
}

#[test]
fn no_words_overlap_with_several_runs() {
    let beside = |name: &str| Recipe { data: recipe_of(Family::Plain).data, ..recipe_named(name) };
    let found = [2, 4].map(|count| {
        let names = ["ae-2d", "vae-2d", "beta-vae", "conv-16"];
        walk(&format!("{count} runs"), names[..count].iter().map(|name| beside(name)).collect())
    });
    assert_none(&found.concat());
}

fn recipe_named(name: &str) -> Recipe {
    let mut recipe = Recipe::open(name).expect("a built-in recipe");
    recipe.set_from_text("training.batch=32").expect("a valid setting");
    recipe
}
