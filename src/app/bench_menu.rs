//! Which recipes are on the bench together: one that is opened replaces the shown run; one that is added gets the images, the
//! seed and the batches of the others, so that only the recipe differs. And the menu of the runs.

use eframe::egui::{self, Ui};

use super::action::Action;
use super::context::PanelContext;
use super::state::AppState;
use super::widgets::{muted, word_button};
use crate::engine::MOST_RUNS;
use crate::recipe::{DataRecipe, Recipe, builtin};

/// The recipes of a bench on which `recipe` replaces the shown run. Runs that cannot share its images, seed or batches are
/// removed.
pub fn in_place(state: &AppState, recipe: Recipe) -> Vec<Recipe> {
    let Some(bench) = &state.bench else { return vec![recipe] };
    let shown = state.run().map(|run| run.info.id);
    let others =
        |run: &&super::state::RunState| Some(run.info.id) == shown || shares(&run.info.recipe, &recipe);
    let kept = bench.runs.iter().filter(others);
    let placed = kept.map(|run| match Some(run.info.id) == shown {
        true => recipe.clone(),
        false => run.recipe.clone(),
    });
    placed.collect()
}

/// The recipes of a bench with one more run.
pub fn beside(state: &AppState, recipe: Recipe) -> Vec<Recipe> {
    let runs = state.bench.iter().flat_map(|bench| &bench.runs);
    let mut recipes: Vec<Recipe> = runs.map(|run| run.recipe.clone()).collect();
    let joined = match recipes.first() {
        Some(first) => recipe.beside(first),
        None => recipe,
    };
    recipes.push(joined);
    recipes
}

fn shares(a: &Recipe, b: &Recipe) -> bool {
    a.data.has_same_images(&b.data) && a.seed == b.seed && a.training.has_same_batches(&b.training)
}

/// A small button with a menu of the runs and of the recipes that can be added.
pub fn bench_menu_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let Some(bench) = &cx.state.bench else { return };
    let count = bench.runs.len();
    let word = if count > 1 { format!("{count} runs") } else { "+".to_owned() };
    let button =
        word_button(ui, cx.theme, &word, "Train another recipe beside this one, on the same batches");
    egui::Popup::menu(&button).show(|ui| {
        if count > 1 {
            runs_ui(ui, cx, actions);
            ui.separator();
        }
        if count < MOST_RUNS {
            if ui
                .button("Add a recipe…")
                .on_hover_text("It trains next to this one; all start again at step 0")
                .clicked()
            {
                actions.push(Action::OpenGallery { is_for_adding: true });
                ui.close();
            }
        } else {
            muted(ui, cx.theme, format!("At most {MOST_RUNS} runs train side by side."));
        }
    });
}

/// The runs: a click shows one, the cross ends it.
fn runs_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let shown = cx.state.run().map(|run| run.info.id);
    for run in cx.state.bench.iter().flat_map(|bench| &bench.runs) {
        ui.horizontal(|ui| {
            let name = &run.title;
            if ui.selectable_label(Some(run.info.id) == shown, name).clicked() {
                actions.push(Action::Focus(run.info.id));
            }
            if word_button(ui, cx.theme, "×", &format!("End {name}; the others go on")).clicked() {
                actions.push(Action::EndRun(run.info.id));
            }
        });
    }
}

/// A recipe that is opened while another one runs, with the same images and seed, so that the two can be compared.
pub fn in_place_of(mut opened: Recipe, running: &Recipe) -> Recipe {
    opened.seed = running.seed;
    opened.data = keep_images(&opened.data, running);
    opened
}

/// The data section of a recipe that is opened while another one runs. A recipe with images of its own keeps them, and they
/// are dropped with it; the range of the pixels belongs to the recipe and not to the images.
fn keep_images(opened: &DataRecipe, running: &Recipe) -> DataRecipe {
    let usual = Recipe::default().data.set;
    let brings_its_own = opened.set != usual;
    let came_with_the_last = builtin::text(&running.name)
        .and_then(|text| Recipe::from_toml(text).ok())
        .is_some_and(|file| file.data.set != usual && file.data.set == running.data.set);
    if brings_its_own || came_with_the_last || running.data.set.is_empty() {
        return opened.clone();
    }
    DataRecipe { range: opened.range, ..running.data.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::state_of;
    use crate::engine::RunId;

    fn names(recipes: &[Recipe]) -> Vec<&str> {
        recipes.iter().map(|recipe| recipe.name.as_str()).collect()
    }

    #[test]
    fn an_added_run_shares_images_seed_and_batches() {
        let mut state = state_of("vae-2d", |_| ());
        let runs = &mut state.bench.as_mut().expect("a bench").runs;
        runs[0].recipe.seed = 7;
        let recipes = beside(&state, Recipe::open("conv-vae").expect("built in"));
        assert_eq!(names(&recipes), ["vae-2d", "conv-vae"]);
        let [first, second] = recipes.as_slice() else { panic!("two recipes") };
        assert_eq!((second.seed, second.training.batch), (7, first.training.batch));
        assert_eq!(second.data, first.data);
        assert_eq!(names(&beside(&AppState::default(), first.clone())), ["vae-2d"]);
    }

    #[test]
    fn an_added_run_keeps_the_range_of_its_own_pixels() {
        let [bug, plain] = ["bug-range", "ae-32"].map(|name| Recipe::open(name).expect("built in"));
        for (recipe, first) in [(&bug, &plain), (&plain, &bug)] {
            let joined = recipe.clone().beside(first);
            assert_eq!(joined.data.range, recipe.data.range, "{} beside {}", recipe.name, first.name);
            assert!(shares(&joined, first), "{} stays beside {}", recipe.name, first.name);
        }
    }

    #[test]
    fn an_opened_recipe_replaces_the_shown_run() {
        let state = state_of("vae-2d", |_| ());
        let opened = Recipe::open("ae-2d").expect("built in");
        assert_eq!(names(&in_place(&state, opened.clone())), ["ae-2d"]);
        assert_eq!(names(&in_place(&AppState::default(), opened.clone())), ["ae-2d"]);
        let two = beside(&state, opened);
        let run = |id: u64, recipe: &Recipe| crate::engine::RunInfo {
            id: RunId(id),
            recipe: recipe.clone(),
            history: Default::default(),
            views: Default::default(),
            parameters: 1,
            plan: crate::engine::StagePlan::new(recipe, 10),
        };
        let old = state.bench.as_ref().expect("a bench");
        let bench = crate::engine::BenchInfo {
            dataset: std::sync::Arc::clone(&old.dataset),
            examples: [2].into(),
            cloud: [2].into(),
            steps_per_epoch: 10,
            device: "CPU".to_owned(),
            runs: vec![run(2, &two[0]), run(3, &two[1])],
        };
        let mut state = state;
        state.apply(crate::engine::Event::Opened(bench));
        state.focus(RunId(3));
        let vae = Recipe::open("vae-20").expect("built in");
        assert_eq!(names(&in_place(&state, vae.clone())), ["vae-2d", "vae-20"], "the other one stays");
        let other_seed = Recipe { seed: 9, ..vae };
        assert_eq!(names(&in_place(&state, other_seed)), ["vae-20"], "they cannot share batches");
        state.apply(crate::engine::Event::Ended(RunId(3)));
        assert_eq!(state.run().map(|run| run.info.id), Some(RunId(2)), "the other one is shown then");
    }

    #[test]
    fn another_recipe_keeps_the_images_and_the_seed() {
        let opened = Recipe::open("vae-20").expect("built in");
        let mut running = Recipe::open("ae-2d").expect("built in");
        running.data.set = "shapes".to_owned();
        running.data.range = crate::recipe::PixelRange::Signed;
        running.seed = 7;
        let next = in_place_of(opened.clone(), &running);
        assert_eq!((next.data.set.as_str(), next.seed), ("shapes", 7));
        assert_eq!(next.data.range, opened.data.range, "the scale of the pixels is the recipe's own");
        let mut own = opened;
        own.data.set = "shapes".to_owned();
        running.data.set = "digits".to_owned();
        assert_eq!(in_place_of(own, &running).data.set, "shapes", "it names its images");
    }
}
