//! `recipes`: lists the built-in recipes by family, or all parameters.

use std::fmt::Write as _;

use super::args::RecipesArgs;
use super::failure::Failure;
use super::output::print;
use crate::recipe::table::PARAMETERS;
use crate::recipe::{Parameter, Recipe, builtin};

/// Lists recipes or parameters.
pub(super) fn run(args: &RecipesArgs) -> Result<(), Failure> {
    print(&if args.parameters { parameters() } else { recipes()? })
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
        "Each line is a key and its default. --set key=value sets it, and recipe files use the same keys.\n\
                    Parameters marked live can change during training.\n"
            .to_owned();
    for parameter in PARAMETERS {
        let Parameter { key, help, live, .. } = parameter;
        let mark = if *live { " (live)" } else { "" };
        let _ = writeln!(text, "\n{key} = {}{mark}", parameter.default_value());
        let _ = writeln!(text, "    {help}\n    It takes {}.", parameter.allowed());
    }
    text
}
