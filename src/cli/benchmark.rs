//! `bench`: measures how fast each recipe trains and decodes on this machine.

use std::sync::Arc;

use serde::Serialize;

use super::args::BenchmarkArgs;
use super::failure::Failure;
use super::output::{print, print_json};
use crate::data::{Dataset, Source, load};
use crate::gpu::Compute;
use crate::look::{count_label, value_label};
use crate::recipe::{BuiltInSet, Family, Recipe, builtin};
use crate::train::benchmark::{self, BenchmarkError, LATTICE, Speed};

/// Images to train on; more would not change the speed of a step.
const IMAGES: usize = 4000;

/// The speed of one recipe as a JSON line.
#[derive(Debug, Serialize)]
struct SpeedLine<'a> {
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
    let recipes = selected(&args.families)?;
    let compute = Compute::choose(args.device, None)?;
    let dataset = images(&recipes[0])?;
    if !args.json {
        print(&format!("On {}, medians; built-in digits of 28x28 pixels.\n\n{}", compute.chip, heading()))?;
    }
    for recipe in &recipes {
        let speed =
            in_trainer_thread(|| benchmark::measure(recipe, &dataset, &compute.device, args.seconds))?;
        if args.json {
            print_json(&line(recipe, &compute.chip, &speed));
        } else {
            print(&row(&recipe.name, &speed))?;
        }
    }
    Ok(())
}

/// Runs `measure` in a thread of its own, as the engine trains in one: memory allocation is slower in the main thread.
fn in_trainer_thread<T: Send>(
    measure: impl FnOnce() -> Result<T, BenchmarkError> + Send,
) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let trainer = std::thread::Builder::new().name("trainer".to_owned()).spawn_scoped(scope, measure);
        let trainer = trainer.map_err(|error| {
            Failure::Failed(format!("no thread could be started ({error}); close other programs"))
        })?;
        let measured = trainer.join().map_err(|_| {
            Failure::Failed("the device failed during the measurement; try --device cpu".to_owned())
        })?;
        Ok(measured?)
    })
}

/// The built-in recipes of these families or names; all of them if none is given.
fn selected(wanted: &[String]) -> Result<Vec<Recipe>, Failure> {
    let all = builtin::NAMES.iter().map(|name| Recipe::open(name)).collect::<Result<Vec<_>, _>>()?;
    let matches = |word: &str, recipe: &Recipe| word == Family::of(recipe).word() || word == recipe.name;
    for word in wanted {
        if !all.iter().any(|recipe| matches(word, recipe)) {
            let names = builtin::NAMES.join(", ");
            return Err(Failure::Usage(format!(
                "there is no family or recipe `{word}`; use {}, or {names}",
                families(&all).join(", ")
            )));
        }
    }
    let is_selected = |recipe: &Recipe| wanted.is_empty() || wanted.iter().any(|word| matches(word, recipe));
    Ok(all.into_iter().filter(is_selected).collect())
}

/// The words of the families that have a recipe.
fn families(recipes: &[Recipe]) -> Vec<&'static str> {
    let is_there = |family: &Family| recipes.iter().any(|recipe| Family::of(recipe) == *family);
    Family::ALL.into_iter().filter(is_there).map(Family::word).collect()
}

fn images(recipe: &Recipe) -> Result<Arc<Dataset>, Failure> {
    let source = Source { set: BuiltInSet::Digits.word(), count: IMAGES, ..(&recipe.data).into() };
    Ok(Arc::new(load(&source)?))
}

fn line<'a>(recipe: &'a Recipe, device: &'a str, speed: &Speed) -> SpeedLine<'a> {
    let Speed { images_per_second, decode_one_ms, decode_lattice_ms } = *speed;
    let family = Family::of(recipe).word();
    SpeedLine {
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
    fn families_and_names_select_recipes() {
        let names = |wanted: &[&str]| -> Vec<String> {
            let wanted: Vec<String> = wanted.iter().map(|word| (*word).to_owned()).collect();
            selected(&wanted).unwrap().into_iter().map(|recipe| recipe.name).collect()
        };
        assert_eq!(names(&[]), builtin::NAMES);
        let sparse = names(&["sparse", "ae-2d"]);
        assert_eq!(sparse[..2], ["ae-2d", "ae-sparse"]);
        assert!(sparse.contains(&"ae-rate".to_owned()) && !sparse.contains(&"ae-32".to_owned()));
        assert!(names(&["vae"]).iter().all(|name| name.contains("vae")));
        assert!(selected(&["rbm".to_owned()]).is_err());
    }
}
