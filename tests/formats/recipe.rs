//! Tests of recipes: one declaration is used by files, the command line and validation; errors name the parameter.

use std::collections::BTreeSet;

use hourglass::recipe::table::PARAMETERS;
use hourglass::recipe::{Change, ParameterKind, Recipe, RecipeError, Value, builtin};
use proptest::prelude::*;

#[test]
fn the_file_and_the_table_have_the_same_keys() {
    let file: toml::Table = Recipe::default().to_toml().parse().expect("TOML");
    let mut in_file = BTreeSet::new();
    for (section, value) in &file {
        match value.as_table() {
            Some(table) => in_file.extend(table.keys().map(|name| format!("{section}.{name}"))),
            None => drop(in_file.insert(section.clone())),
        }
    }
    in_file.remove("name");
    in_file.remove("about");
    let declared: BTreeSet<String> = PARAMETERS.iter().map(|p| p.key.to_owned()).collect();
    assert_eq!(in_file, declared);
    assert_eq!(declared.len(), PARAMETERS.len(), "a key is declared twice");
}

#[test]
fn every_declared_default_is_allowed_and_comes_back() {
    for parameter in PARAMETERS {
        let value = parameter.default_value();
        parameter.check(&value).unwrap_or_else(|error| panic!("{}: {error}", parameter.key));
        assert_eq!(parameter.get(&Recipe::default()), value, "{}", parameter.key);
        assert!(!parameter.help.is_empty() && !parameter.label.is_empty(), "{}", parameter.key);
    }
}

#[test]
fn every_built_in_recipe_opens_and_round_trips() {
    for name in builtin::NAMES {
        let recipe = Recipe::open(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(&recipe.name, name);
        assert!(!recipe.about.is_empty());
        assert_eq!(Recipe::from_toml(&recipe.to_toml()).as_ref(), Ok(&recipe));
    }
}

#[test]
fn every_recipe_in_the_assets_folder_is_built_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/recipes");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of recipes")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(files, builtin::NAMES.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn every_trouble_has_a_recipe_that_provokes_it_and_one_that_cures_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/recipes/trouble");
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 2 * builtin::TROUBLES.len());
    for trouble in builtin::TROUBLES {
        for kind in ["trouble", "cured"] {
            let name = format!("{kind}-{trouble}");
            let recipe = Recipe::open(&name).expect("built in");
            assert_eq!(recipe.name, name);
            recipe.validate().expect("valid");
        }
    }
}

#[test]
fn a_schedule_round_trips() {
    let mut recipe = Recipe::open("vae-2d").expect("built in");
    recipe.schedule = vec![
        Change { step: 3, key: "objective.beta".to_owned(), value: 0.1 },
        Change { step: 40, key: "training.learning_rate".to_owned(), value: 3e-4 },
    ];
    assert_eq!(Recipe::from_toml(&recipe.to_toml()), Ok(recipe));
}

#[test]
fn errors_name_the_key_the_value_and_what_is_allowed() {
    let cases = [
        ("[model]\nwidth = [3]", "model.width", "model.widths"),
        ("[objective]\nbeta = -1.0", "-1", "from 0 to 1000"),
        ("[objective]\nbeta = \"big\"", "big", "a number"),
        ("[model]\nwidths = [512, 0]", "512-0", "1 to 4096"),
        ("[model]\nwidths = 512", "512", "widths from 1 to 4096"),
        ("[model]\nactivation = \"rulu\"", "rulu", "relu, tanh"),
        ("[training]\nbatch = 0", "training.batch", "1 to 4096"),
        ("[model]\ncode = 0", "model.code", "1 to 1024"),
        ("seed = -4", "seed", "whole number"),
        ("[[schedule]]\nstep = 1\nkey = \"training.batch\"\nvalue = 3.0", "training.batch", "cannot change"),
        ("[model]\ncode_kind = \"gaussian\"\n[objective]\nsparsity = 1.0", "Σ|h|", "plain"),
        ("[objective]\nfree_bits = 0.5", "free nats", "gaussian"),
        ("[objective]\nwarm_up = 100", "objective.warm_up", "gaussian"),
        ("[model]\nunit_columns = true\noutput = \"linear\"", "model.unit_columns", "model.widths"),
        ("[model]\nwidths = []\nunit_columns = true\ncode_kind = \"gaussian\"", "unit_columns", "Gaussian"),
        ("[model\n", "TOML", "line 1"),
        ("colour = \"red\"", "colour", "parameter"),
    ];
    for (text, first, second) in cases {
        let sentence = Recipe::from_toml(text).expect_err(text).to_string();
        assert!(
            sentence.contains(first) && sentence.contains(second),
            "{text:?} was answered with: {sentence}"
        );
        assert!(!sentence.contains('\n'), "more than one line: {sentence}");
    }
}

#[test]
fn a_schedule_is_validated_after_each_change() {
    let change = |step: u64, key: &str, value: f64| Change { step, key: key.to_owned(), value };
    let refused = |name: &str, schedule: &[Change]| {
        let recipe = Recipe { schedule: schedule.to_vec(), ..Recipe::open(name).expect("built in") };
        recipe.validate().err().map(|error| error.to_string()).unwrap_or_default()
    };
    let later = change(20, "objective.contractive", 1.0);
    let sentence = refused("gru-rows", std::slice::from_ref(&later));
    assert!(sentence.contains("step 20") && sentence.contains("recurrent"), "{sentence}");
    assert_eq!(refused("ae-contractive", &[later]), "");
    let sentence = refused("ae-sparse", &[change(5, "objective.rate", 1.0)]);
    assert!(sentence.contains("step 5") && sentence.contains("sigmoid"), "{sentence}");
    let backwards = [change(9, "objective.beta", 2.0), change(3, "objective.beta", 1.0)];
    let sentence = refused("vae-2d", &backwards);
    assert!(sentence.contains("step 3") && sentence.contains("step 9"), "{sentence}");
}

#[test]
fn nan_and_infinity_are_refused() {
    let mut recipe = Recipe::default();
    for text in ["objective.beta=nan", "objective.beta=inf", "training.learning_rate=-inf"] {
        assert!(
            matches!(recipe.set_from_text(text), Err(RecipeError::NotAllowed { .. })),
            "{text} was taken"
        );
    }
}

#[test]
fn a_setting_reaches_the_recipe() {
    let mut recipe = Recipe::default();
    for text in
        ["model.widths=[400]", "model.code=20", "training.learning_rate=1e9", "model.unit_columns=true"]
    {
        recipe.set_from_text(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    assert_eq!((recipe.model.widths.as_slice(), recipe.model.code), (&[400][..], 20));
    assert_eq!(recipe.training.learning_rate, 1e9);
    recipe.set_from_text("model.widths=").expect("no hidden layer at all");
    assert!(recipe.model.widths.is_empty());
    assert!(matches!(recipe.set_from_text("model.code"), Err(RecipeError::NotAnAssignment { .. })));
}

#[test]
fn the_error_for_a_misspelt_key_suggests_the_right_one() {
    let sentence = Recipe::default().set_from_text("objective.bata=1").expect_err("no such key").to_string();
    assert!(sentence.contains("objective.beta"), "{sentence}");
    let sentence = Recipe::default().set_from_text("beta=1").expect_err("no section").to_string();
    assert!(sentence.contains("objective.beta"), "{sentence}");
}

proptest! {
    #[test]
    fn no_text_makes_reading_a_recipe_panic(text in "[a-z\\[\\]=\\.\"0-9 \n-]{0,80}") {
        // Whatever comes, the answer is a recipe or a sentence.
        if let Err(error) = Recipe::from_toml(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn a_number_is_taken_exactly_when_it_is_in_range(x in -10.0f64..2000.0) {
        for parameter in PARAMETERS {
            let ParameterKind::Number { min, max, .. } = parameter.kind else { continue };
            let taken = parameter.set(&mut Recipe::default(), &Value::Number(x)).is_ok();
            prop_assert_eq!(taken, (min..=max).contains(&x), "{}", parameter.key);
        }
    }
}
