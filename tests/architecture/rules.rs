//! The table of modules, and what a file may name.
//!
//! A file may import the modules in its module's row and its own, nothing else. The rows are in the order in which
//! data flows, `recipe` first, and a row names only modules above it, so no import points back. `main.rs` and
//! `lib.rs` put everything together and may name everything.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::File;
use crate::paths::{self, Named};

/// A top-level module, and the modules that its files may import.
pub struct Module {
    pub name: &'static str,
    pub may_import: &'static [&'static str],
}

/// Who may import whom.
pub const MODULES: &[Module] = &[
    Module { name: "recipe", may_import: &[] },
    Module { name: "look", may_import: &[] },
    Module { name: "data", may_import: &["recipe"] },
    Module { name: "chart", may_import: &["recipe", "look", "data"] },
    Module { name: "model", may_import: &["recipe", "data"] },
    Module { name: "train", may_import: &["recipe", "data", "model"] },
    Module { name: "insight", may_import: &["recipe", "look", "data", "chart", "model", "train"] },
    Module { name: "gpu", may_import: &["look"] },
    Module { name: "document", may_import: &["recipe", "look", "data", "chart", "insight"] },
    Module {
        name: "engine",
        may_import: &["recipe", "look", "data", "chart", "model", "train", "insight", "gpu"],
    },
    Module { name: "sweep", may_import: &["recipe", "look", "data", "chart", "insight", "document"] },
    Module {
        name: "export",
        may_import: &["recipe", "look", "data", "chart", "train", "insight", "document", "engine"],
    },
    Module {
        name: "cli",
        may_import: &[
            "recipe", "look", "data", "chart", "model", "train", "insight", "gpu", "document", "engine",
            "sweep", "export",
        ],
    },
    // What the window shows of a model or a run comes from the engine's views.
    Module {
        name: "app",
        may_import: &["recipe", "look", "data", "chart", "gpu", "document", "engine", "sweep", "export"],
    },
];

/// The one thing every module may import: all random numbers come from here.
const OPEN_TO_ALL: [&str; 2] = ["recipe", "random"];

const BURN: &[&str] = &["burn", "burn_wgpu", "burn_cubecl", "burn_tensor"];
/// Modules of plain data; tensors stay on the trainer's thread.
const WITHOUT_BURN: &[&str] = &["recipe", "look", "chart", "document", "cli", "app"];

const EGUI: &[&str] = &[
    "egui",
    "eframe",
    "egui_plot",
    "egui_tiles",
    "egui_extras",
    "egui_wgpu",
    "epaint",
    "ecolor",
    "emath",
    "rfd",
];
/// Everything else builds, trains and draws figures without a window.
const MAY_NAME_EGUI: &[&str] = &["app", ROOT];

/// The engine's handle and the state of its thread: a figure or a panel gets views, never these.
const ENGINE_ITSELF: &[&str] = &["Engine", "Worker"];

/// `main.rs` and `lib.rs`.
const ROOT: &str = "the root";

const PANELS: &str = "src/app/panels/";

/// The top-level module that a file belongs to.
fn module_of(file: &File) -> String {
    paths::module_of(&file.path).first().cloned().unwrap_or_else(|| ROOT.to_owned())
}

/// The panel that a file belongs to; `panels/mod.rs` lists them all and belongs to none.
fn panel_of(file: &File) -> Option<String> {
    file.path.strip_prefix(PANELS)?;
    paths::module_of(&file.path).get(2).cloned()
}

/// Every forbidden import in `files`, one sentence each: the file, the path it names, the rule.
pub fn violations(files: &[File]) -> Vec<String> {
    let panels: BTreeSet<String> = files.iter().filter_map(panel_of).collect();
    files.iter().flat_map(|file| violations_in(file, &panels)).collect()
}

fn violations_in(file: &File, panels: &BTreeSet<String>) -> Vec<String> {
    let module = module_of(file);
    if module != ROOT && row(&module).is_none() {
        return vec![format!("{}: the module `{module}` has no row in the table of modules", file.path)];
    }
    let Ok(tokens) = TokenStream::from_str(&file.text) else {
        return vec![format!("{}: cannot be read as Rust", file.path)];
    };
    let mut violations = Vec::new();
    for named in paths::read(tokens, &paths::module_of(&file.path)).named {
        let rule = module_rule(&module, &named)
            .or_else(|| crate_rule(&module, &named))
            .or_else(|| engine_rule(file, &module, &named))
            .or_else(|| panel_rule(file, &named, panels));
        if let Some(rule) = rule {
            violations.push(format!("{} names `{}`: {rule}", file.path, named.written));
        }
    }
    violations
}

/// Which modules of this crate a file may name.
fn module_rule(module: &str, named: &Named) -> Option<String> {
    let path = named.from_root.as_ref()?;
    if module == ROOT {
        return None;
    }
    let Some(other) = path.first().filter(|first| *first != "*") else {
        return Some("the root of the crate is every module at once; name the one that is meant".to_owned());
    };
    let Some(_) = row(other) else {
        return Some(format!("the root of the crate holds modules only, and `{other}` is none"));
    };
    let may_import = row(module).map_or(&[][..], |row| row.may_import);
    let is_allowed = other == module
        || may_import.contains(&other.as_str())
        || path.starts_with(&OPEN_TO_ALL.map(str::to_owned));
    if !is_allowed {
        let known = if may_import.is_empty() { "no other module".to_owned() } else { may_import.join(", ") };
        return Some(format!("`{module}` may import {known}; not `{other}`"));
    }
    let is_whole_module = path.len() == 1 || path.get(1).is_some_and(|second| second == "*");
    (other != module && named.is_reexport && is_whole_module)
        .then(|| format!("`{module}` may re-export single names of `{other}`, not the whole module"))
}

/// Which other crates a file may name.
fn crate_rule(module: &str, named: &Named) -> Option<String> {
    let names = |crates: &[&str]| named.written.split("::").any(|name| crates.contains(&name));
    if WITHOUT_BURN.contains(&module) && names(BURN) {
        return Some(format!("`{module}` holds plain data and names nothing of Burn"));
    }
    (!MAY_NAME_EGUI.contains(&module) && names(EGUI))
        .then(|| format!("only `app` may name egui; `{module}` must build without it"))
}

/// Metrics and panels never hold the engine.
fn engine_rule(file: &File, module: &str, named: &Named) -> Option<String> {
    if module != "export" && panel_of(file).is_none() {
        return None;
    }
    let names = |wanted: &[&str]| named.written.split("::").any(|name| wanted.contains(&name));
    // Things of other crates may have these names as well: `base64::Engine`.
    let is_ours = named.from_root.is_some() || names(&["engine"]);
    let is_engine = is_ours && names(ENGINE_ITSELF);
    let is_everything = named.from_root.as_ref().is_some_and(|path| path.join("::") == "engine::*");
    (is_engine || is_everything)
        .then(|| "figures and panels get the engine's views and never hold the engine".to_owned())
}

/// Panels do not know each other.
fn panel_rule(file: &File, named: &Named, panels: &BTreeSet<String>) -> Option<String> {
    let own = panel_of(file)?;
    let path = named.from_root.as_ref()?;
    let inside = path.strip_prefix(["app".to_owned(), "panels".to_owned()].as_slice())?;
    let other = match inside.first().map(String::as_str) {
        None | Some("*") => "all of them",
        Some(name) if name != own && panels.contains(name) => name,
        Some(_) => return None,
    };
    Some(format!("panels do not know each other; `{own}` names `{other}`"))
}

fn row(module: &str) -> Option<&'static Module> {
    MODULES.iter().find(|row| row.name == module)
}
