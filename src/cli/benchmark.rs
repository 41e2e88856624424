//! `bench`: how fast each recipe learns and decodes here.

use std::sync::Arc;

use serde::Serialize;

use super::args::BenchmarkArgs;
use super::failure::Failure;
use super::output::{say, say_json};
use crate::data::{Dataset, Source, load};
use crate::gpu::Compute;
use crate::look::{count_label, value_label};
use crate::recipe::{Family, Recipe, builtin};
use crate::train::benchmark::{self, BenchmarkError, LATTICE, Speed};

/// Images to learn from; more change nothing about the speed of a step.
const IMAGES: usize = 4000;

/// The speed of one recipe.
#[derive(Debug, Serialize)]
struct Line<'a> {
    event: &'static str,
    recipe: &'a str,
    family: &'static str,
    device: &'a str,
    images_per_second: f64,
    decode_one_ms: f64,
    decode_lattice_ms: f64,
}

/// Measures the chosen recipes one after the other.
pub(super) fn run(args: &BenchmarkArgs) -> Result<(), Failure> {
    let recipes = chosen(&args.families)?;
    let compute = Compute::choose(args.device, None)?;
    let dataset = images(&recipes[0])?;
    if !args.json {
        say(&format!("On {}, medians; built-in digits of 28x28 pixels.\n\n{}", compute.chip, heading()))?;
    }
    for recipe in &recipes {
        let speed = on_a_trainer(|| benchmark::measure(recipe, &dataset, &compute.device, args.seconds))?;
        if args.json {
            say_json(&line(recipe, &compute.chip, &speed));
        } else {
            say(&row(&recipe.name, &speed))?;
        }
    }
    Ok(())
}

/// Does something in a thread of its own, as the engine trains in one: the main thread's memory is handed out
/// differently, and slower.
fn on_a_trainer<T: Send>(measure: impl FnOnce() -> Result<T, BenchmarkError> + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let trainer = std::thread::Builder::new().name("trainer".to_owned()).spawn_scoped(scope, measure);
        let trainer =
            trainer.map_err(|error| Failure::Failed(format!("the system gave no thread ({error})")))?;
        let measured = trainer.join().map_err(|_| {
            Failure::Failed("the device broke off while it was measured; try --device cpu".to_owned())
        })?;
        Ok(measured?)
    })
}

/// The built-in recipes of these families or names; all of them where none is named.
fn chosen(wanted: &[String]) -> Result<Vec<Recipe>, Failure> {
    let all = builtin::NAMES.iter().map(|name| Recipe::open(name)).collect::<Result<Vec<_>, _>>()?;
    let is_meant = |word: &str, recipe: &Recipe| word == Family::of(recipe).word() || word == recipe.name;
    for word in wanted {
        if !all.iter().any(|recipe| is_meant(word, recipe)) {
            let names = builtin::NAMES.join(", ");
            return Err(Failure::Usage(format!(
                "there is no family `{word}`; use {}, or {names}",
                families(&all).join(", ")
            )));
        }
    }
    let is_chosen = |recipe: &Recipe| wanted.is_empty() || wanted.iter().any(|word| is_meant(word, recipe));
    Ok(all.into_iter().filter(is_chosen).collect())
}

/// The words of the families that have a recipe.
fn families(recipes: &[Recipe]) -> Vec<&'static str> {
    let is_there = |family: &Family| recipes.iter().any(|recipe| Family::of(recipe) == *family);
    Family::ALL.into_iter().filter(is_there).map(Family::word).collect()
}

fn images(recipe: &Recipe) -> Result<Arc<Dataset>, Failure> {
    let data = &recipe.data;
    let source = Source {
        set: "digits",
        count: IMAGES,
        messiness: data.messiness,
        held_out: data.held_out,
        seed: data.seed,
    };
    Ok(Arc::new(load(&source)?))
}

fn line<'a>(recipe: &'a Recipe, device: &'a str, speed: &Speed) -> Line<'a> {
    let Speed { images_per_second, decode_one_ms, decode_lattice_ms } = *speed;
    let family = Family::of(recipe).word();
    Line {
        event: "bench",
        recipe: &recipe.name,
        family,
        device,
        images_per_second,
        decode_one_ms,
        decode_lattice_ms,
    }
}

fn heading() -> String {
    format!("{:20}{:>12}{:>18}{:>18}\n", "recipe", "images/s", "one code, ms", format!("{LATTICE} codes, ms"))
}

fn row(name: &str, speed: &Speed) -> String {
    let rate = count_label(speed.images_per_second.round() as u64);
    let [one, lattice] = [speed.decode_one_ms, speed.decode_lattice_ms].map(value_label);
    format!("{name:20}{rate:>12}{one:>18}{lattice:>18}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_names_choose_recipes() {
        let names = |wanted: &[&str]| -> Vec<String> {
            let wanted: Vec<String> = wanted.iter().map(|word| (*word).to_owned()).collect();
            chosen(&wanted).unwrap().into_iter().map(|recipe| recipe.name).collect()
        };
        assert_eq!(names(&[]), builtin::NAMES);
        let sparse = names(&["sparse", "ae-2d"]);
        assert_eq!(sparse[..2], ["ae-2d", "ae-sparse"]);
        assert!(sparse.contains(&"ae-rate".to_owned()) && !sparse.contains(&"ae-32".to_owned()));
        assert!(names(&["vae"]).iter().all(|name| name.contains("vae")));
        assert!(chosen(&["rbm".to_owned()]).is_err());
    }
}
