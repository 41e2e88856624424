//! `insight`: answers questions about a trained network with cards, as text, JSON and figures.

use serde_json::{Value, json};

use super::args::InsightArgs;
use super::failure::Failure;
use super::figures;
use super::headless::{HeadlessRun, RunEnd};
use super::interrupt;
use super::output::{OutputFolder, print, print_json};
use super::progress::Reporter;
use crate::chart::cards::{Card, Content};
use crate::document::run_folder;
use crate::engine::{Effort, Topic};
use crate::recipe::{Recipe, TrainingRecipe};

/// Test images whose classes are asked for.
const ASKED: usize = 10_000;

/// Trains a recipe, or takes the weights that `train` wrote into a folder, and makes cards.
pub(super) fn run(args: &InsightArgs) -> Result<(), Failure> {
    let recipe = args.recipe.recipe()?;
    let topics = topics(&args.what, &recipe)?;
    let output = args.out.as_deref().map(OutputFolder::open).transpose()?;
    let recipe = recipe.with_an_end();
    let mut recipes = vec![recipe.clone()];
    if let Some(name) = &args.beside {
        if let Some(folder) = args.recipe.folder() {
            return Err(Failure::Usage(format!(
                "--beside trains two recipes; name a recipe in place of the folder {}, such as the recipe.toml in it",
                folder.display()
            )));
        }
        let mut other = Recipe::open(name)?.beside(&recipe);
        // As long as the first one.
        let TrainingRecipe { epochs, steps, seconds, .. } = recipe.training;
        other.training = TrainingRecipe { epochs, steps, seconds, ..other.training };
        recipes.push(other);
    }
    interrupt::listen();
    let mut reporter = Reporter::new(&recipe, args.json);
    let weights = args.recipe.folder().map(|folder| folder.join(run_folder::WEIGHTS));
    let mut run = match weights {
        Some(weights) => HeadlessRun::load(&recipe, args.recipe.device, weights, &mut reporter)?,
        None => {
            let mut run = HeadlessRun::open_all(recipes, args.recipe.device, None, true, &mut reporter)?;
            if let RunEnd::Failed(sentence) = run.train(&mut reporter)? {
                return Err(Failure::Failed(sentence));
            }
            run
        }
    };
    reporter.finish();
    let effort = Effort {
        known: args.labelled,
        asked: ASKED,
        estimated: args.estimated,
        samples: args.samples,
        of_test: true,
    };
    let cards = run.insight(topics, effort)?;
    for (topic, card) in &cards {
        if args.json {
            print_json(&value(*topic, card));
        } else {
            let meaning = card.as_ref().map_or_else(|absence| absence, |card| &card.meaning);
            print(&format!("{} ({})\n{meaning}\n\n", topic.title(), topic.name()))?;
        }
    }
    let Some(folder) = output else { return Ok(()) };
    let written = folder.write(|staging| {
        figures::draw_cards(&run, staging, &cards)?;
        let all: Vec<Value> = cards.iter().map(|(topic, card)| value(*topic, card)).collect();
        let text = serde_json::to_string_pretty(&all).map_err(|error| Failure::Failed(error.to_string()))?;
        staging.write("insight.json", &format!("{text}\n"))
    })?;
    if args.json {
        return Ok(());
    }
    print(&format!("Written to {}: {}\n", folder.path().display(), written.join(", ")))
}

/// The topics of these names; without names, all that a recipe has.
fn topics(names: &[String], recipe: &Recipe) -> Result<Vec<Topic>, Failure> {
    let offered = Topic::offered(recipe);
    if names.is_empty() {
        return Ok(offered);
    }
    let named = |name: &String| {
        offered.iter().copied().find(|topic| topic.name() == name).ok_or_else(|| {
            let has: Vec<&str> = offered.iter().map(|topic| topic.name()).collect();
            let is_known = Topic::all().any(|topic| topic.name() == name);
            let what =
                if is_known { format!("{} has no card", recipe.name) } else { "there is no card".to_owned() };
            Failure::Usage(format!("{what} `{name}`; use {}", has.join(", ")))
        })
    };
    names.iter().map(named).collect()
}

/// A card as JSON.
fn value(topic: Topic, card: &Result<Card, String>) -> Value {
    let card = match card {
        Ok(card) => card,
        Err(absence) => return json!({ "what": topic.name(), "title": topic.title(), "absent": absence }),
    };
    let content = match &card.content {
        Content::Images(images) => json!({
            "kind": "images", "count": images.count(), "columns": images.columns,
            "rows": images.rows, "captions": images.captions,
        }),
        Content::Bars(bars) => json!({
            "kind": "bars", "x": bars.x, "y": bars.y, "names": bars.names, "values": bars.values,
        }),
        Content::Lines(lines) => {
            let series = lines.series.iter().map(|line| json!({ "name": line.name, "points": line.points }));
            json!({ "kind": "lines", "x": lines.x, "y": lines.y, "series": series.collect::<Vec<Value>>() })
        }
        Content::Scored(scored) => {
            let [alarms, found] = scored.shares_above();
            json!({
                "kind": "scored", "score": scored.score, "kinds": scored.kinds, "scores": scored.scores,
                "is_second": scored.is_second, "threshold": scored.threshold(), "shares_above": [alarms, found],
            })
        }
        Content::Maps(maps) => {
            let points = maps.maps.iter().map(|map| json!({ "name": map.name, "points": map.points }));
            json!({ "kind": "maps", "maps": points.collect::<Vec<Value>>(), "classes": maps.classes })
        }
        Content::Matrix(matrix) => json!({
            "kind": "matrix", "x": matrix.x, "y": matrix.y, "columns": matrix.columns,
            "rows": matrix.rows, "values": matrix.values,
        }),
    };
    json!({ "what": topic.name(), "title": card.title, "meaning": card.meaning, "content": content })
}
