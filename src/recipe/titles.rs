//! Names that tell recipes apart which are compared: the name of the recipe and, where several have the same, what
//! differs between them, such as `ae-2d · code size 8`.

use super::parameter::Parameter;
use super::{Recipe, table};

/// The most differences in a name; the others are listed elsewhere.
const MOST: usize = 2;

/// A name for each of these recipes.
pub fn titles(recipes: &[&Recipe]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for recipe in recipes {
        let same: Vec<&Recipe> = recipes.iter().copied().filter(|other| other.name == recipe.name).collect();
        let differs = |parameter: &&Parameter| same.iter().any(|other| !is_same(parameter, other, recipe));
        let differences =
            table::PARAMETERS.iter().filter(|parameter| is_listed(parameter) && differs(parameter));
        let parts: Vec<String> = differences.take(MOST).map(|parameter| setting(parameter, recipe)).collect();
        let title = match parts.is_empty() {
            true => recipe.name.clone(),
            false => format!("{} · {}", recipe.name, parts.join(", ")),
        };
        let copies = titles.iter().filter(|known| is_numbered(known, &title)).count();
        titles.push(if copies == 0 { title } else { format!("{title} ({})", copies + 1) });
    }
    titles
}

/// The settings in which a recipe differs from another, such as `code size 8`.
pub fn differences(recipe: &Recipe, from: &Recipe) -> Vec<String> {
    let differing = table::PARAMETERS
        .iter()
        .filter(|parameter| is_listed(parameter) && !is_same(parameter, recipe, from));
    differing.map(|parameter| setting(parameter, recipe)).collect()
}

/// Whether a title is this one, perhaps with a number.
fn is_numbered(known: &str, title: &str) -> bool {
    known.strip_prefix(title).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}

/// Images are the same for recipes that are compared; when a run ends is no difference of what it learns.
fn is_listed(parameter: &Parameter) -> bool {
    const ENDS: [&str; 6] = ["epochs", "steps", "seconds", "target", "training_target", "patience"];
    let end = parameter.key.strip_prefix("training.").is_some_and(|key| ENDS.contains(&key));
    let is_of_images = parameter.key.starts_with("data.") && parameter.key != "data.range";
    !end && !is_of_images && (parameter.key == "seed" || parameter.key.contains('.'))
}

fn is_same(parameter: &Parameter, a: &Recipe, b: &Recipe) -> bool {
    parameter.get(a) == parameter.get(b)
}

fn setting(parameter: &Parameter, recipe: &Recipe) -> String {
    let value = parameter.get(recipe).to_string();
    format!("{} {}", parameter.label, value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(name: &str, setting: &str) -> Recipe {
        let mut recipe = Recipe::open(name).expect("built in");
        recipe.set_from_text(setting).expect("valid");
        recipe
    }

    #[test]
    fn recipes_of_one_name_are_told_apart_by_what_differs() {
        let codes = ["model.code=2", "model.code=8", "model.code=32"].map(|setting| recipe("ae-2d", setting));
        let vae = recipe("vae-2d", "training.epochs=9");
        let all: Vec<&Recipe> = codes.iter().chain([&vae]).collect();
        let want = ["ae-2d · code size 2", "ae-2d · code size 8", "ae-2d · code size 32", "vae-2d"];
        assert_eq!(titles(&all), want);
        assert_eq!(differences(&codes[1], &codes[0]), ["code size 8"]);
    }

    #[test]
    fn equal_recipes_are_numbered() {
        let twin = recipe("vae-2d", "training.epochs=9");
        let longer = recipe("vae-2d", "training.epochs=20");
        assert_eq!(titles(&[&twin, &longer, &twin]), ["vae-2d", "vae-2d (2)", "vae-2d (3)"]);
    }
}
