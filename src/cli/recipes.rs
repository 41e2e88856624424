//! `recipes`: the built-in recipes by family, one line each, and the table of parameters.

use std::fmt::Write as _;

use super::args::RecipesArgs;
use super::failure::Failure;
use super::output::say;
use crate::recipe::table::PARAMETERS;
use crate::recipe::{Parameter, Recipe, builtin};

/// Lists recipes or parameters.
pub(super) fn run(args: &RecipesArgs) -> Result<(), Failure> {
    say(&if args.parameters { parameters() } else { recipes()? })
}

fn recipes() -> Result<String, Failure> {
    let width = builtin::NAMES.iter().map(|name| name.len()).max().unwrap_or(0);
    let mut blocks = Vec::new();
    for (family, recipes) in builtin::by_family()? {
        let mut text = format!("{}: {}\n", family.label(), family.sentence());
        for Recipe { name, about, .. } in recipes {
            let _ = writeln!(text, "  {name:width$}  {about}");
        }
        blocks.push(text);
    }
    Ok(blocks.join("\n"))
}

fn parameters() -> String {
    let mut text =
        "Each line is a key and its default. --set key=value changes it, and recipe files use the same \
                    keys.\nThose marked live can change while a run trains.\n"
            .to_owned();
    for parameter in PARAMETERS {
        let Parameter { key, help, live, .. } = parameter;
        let mark = if *live { " (live)" } else { "" };
        let _ = writeln!(text, "\n{key} = {}{mark}", parameter.default_value());
        let _ = writeln!(text, "    {help}\n    It takes {}.", parameter.allowed());
    }
    text
}
