//! The law of the house as a table, and the judge that holds one file against it.
//!
//! A room may name the rooms in its row and itself, nothing else. The rows stand in the order of the flow, recipe
//! first, and a row names only rooms above it, so no arrow can point back. `main.rs` and `lib.rs` are the door and
//! the map: they may name everything.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::paths::{self, Named};

/// A room, and the rooms it may call.
pub struct Room {
    pub name: &'static str,
    pub may_call: &'static [&'static str],
}

/// Who may call whom.
pub const ROOMS: &[Room] = &[
    Room { name: "recipe", may_call: &[] },
    Room { name: "look", may_call: &[] },
    Room { name: "data", may_call: &["recipe"] },
    Room { name: "chart", may_call: &["recipe", "look", "data"] },
    Room { name: "model", may_call: &["recipe", "data"] },
    Room { name: "train", may_call: &["recipe", "data", "model"] },
    Room { name: "insight", may_call: &["recipe", "look", "chart", "data", "model", "train"] },
    Room { name: "document", may_call: &["recipe", "look", "data", "insight"] },
    Room { name: "gpu", may_call: &["look"] },
    Room {
        name: "engine",
        may_call: &["recipe", "look", "chart", "data", "model", "train", "insight", "gpu"],
    },
    Room { name: "export", may_call: &["recipe", "look", "chart", "data", "train", "insight", "engine"] },
    Room {
        name: "cli",
        may_call: &[
            "recipe", "look", "chart", "data", "model", "train", "insight", "gpu", "engine", "export",
        ],
    },
    // What the window shows of a model or a run, it gets from the engine's views.
    Room {
        name: "app",
        may_call: &["recipe", "look", "chart", "data", "document", "gpu", "engine", "export"],
    },
];

/// The one thing every room may call, wherever it stands: all randomness comes from here.
const OPEN_TO_ALL: [&str; 2] = ["recipe", "random"];

const BURN: &[&str] = &["burn", "burn_wgpu", "burn_cubecl", "burn_tensor"];
/// These rooms hold plain data; tensors stay with the engine.
const FREE_OF_BURN: &[&str] = &["recipe", "look", "chart", "document", "cli", "app"];

const WINDOW: &[&str] = &[
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
/// Everything else builds, trains and draws figures where there is no window.
const MAY_NAME_WINDOW: &[&str] = &["app", DOOR];

/// The engine's handle and its thread's state: a figure or a panel gets views of them, never these.
const ENGINE_ITSELF: &[&str] = &["Engine", "Worker"];

/// `main.rs` and `lib.rs`.
const DOOR: &str = "the door";

const PANELS: &str = "src/app/panels/";

/// One file of the house: its path from the package's root, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    /// The room the file stands in.
    fn room(&self) -> String {
        let module = paths::module_of(&self.path);
        module.first().cloned().unwrap_or_else(|| DOOR.to_owned())
    }

    /// The panel the file belongs to; `panels/mod.rs` lists them all and is none.
    fn panel(&self) -> Option<String> {
        self.path.strip_prefix(PANELS)?;
        paths::module_of(&self.path).get(2).cloned()
    }
}

/// What `files` do against the law, one sentence each: the file, the path it names, the rule.
pub fn broken(files: &[File]) -> Vec<String> {
    let panels: BTreeSet<String> = files.iter().filter_map(File::panel).collect();
    files.iter().flat_map(|file| broken_in(file, &panels)).collect()
}

fn broken_in(file: &File, panels: &BTreeSet<String>) -> Vec<String> {
    let room = file.room();
    if room != DOOR && row(&room).is_none() {
        return vec![format!("{}: the room `{room}` has no row in the table of rooms", file.path)];
    }
    let Ok(tokens) = TokenStream::from_str(&file.text) else {
        return vec![format!("{}: cannot be read as Rust", file.path)];
    };
    let mut faults = Vec::new();
    for named in paths::read(tokens, &paths::module_of(&file.path)) {
        let rule = house_rule(&room, &named)
            .or_else(|| foreign_rule(&room, &named))
            .or_else(|| engine_rule(file, &room, &named))
            .or_else(|| panel_rule(file, &named, panels));
        if let Some(rule) = rule {
            faults.push(format!("{} names `{}`: {rule}", file.path, named.written));
        }
    }
    faults
}

/// Which rooms of this crate a file may name.
fn house_rule(room: &str, named: &Named) -> Option<String> {
    let path = named.from_root.as_ref()?;
    if room == DOOR {
        return None;
    }
    let Some(other) = path.first().filter(|first| *first != "*") else {
        return Some("the root of the crate is every room at once; name the one that is meant".to_owned());
    };
    let Some(_) = row(other) else {
        return Some(format!("the root of the crate holds rooms only, and `{other}` is none"));
    };
    let may_call = row(room).map_or(&[][..], |row| row.may_call);
    let allowed = other == room
        || may_call.contains(&other.as_str())
        || path.starts_with(&OPEN_TO_ALL.map(str::to_owned));
    if !allowed {
        let known = if may_call.is_empty() { "no other room".to_owned() } else { may_call.join(", ") };
        return Some(format!("`{room}` may call {known}; not `{other}`"));
    }
    let whole_room = path.len() == 1 || path.get(1).is_some_and(|second| second == "*");
    (other != room && named.handed_on && whole_room)
        .then(|| format!("`{room}` may hand on single names of `{other}`, not the whole room"))
}

/// Which foreign crates a file may name.
fn foreign_rule(room: &str, named: &Named) -> Option<String> {
    let names = |crates: &[&str]| named.written.split("::").any(|name| crates.contains(&name));
    if FREE_OF_BURN.contains(&room) && names(BURN) {
        return Some(format!("`{room}` holds plain data and names nothing of Burn"));
    }
    (!MAY_NAME_WINDOW.contains(&room) && names(WINDOW))
        .then(|| format!("only `app` knows the window; `{room}` must build without it"))
}

/// Who gets views of the engine, and never the engine.
fn engine_rule(file: &File, room: &str, named: &Named) -> Option<String> {
    if room != "export" && file.panel().is_none() {
        return None;
    }
    let names = |wanted: &[&str]| named.written.split("::").any(|name| wanted.contains(&name));
    // Foreign things may be called so as well: `base64::Engine`.
    let ours = named.from_root.is_some() || names(&["engine"]);
    let itself = ours && names(ENGINE_ITSELF);
    let everything = named.from_root.as_ref().is_some_and(|path| path.join("::") == "engine::*");
    (itself || everything)
        .then(|| "figures and panels get the engine's views and never hold the engine".to_owned())
}

/// Panels do not know each other.
fn panel_rule(file: &File, named: &Named, panels: &BTreeSet<String>) -> Option<String> {
    let own = file.panel()?;
    let path = named.from_root.as_ref()?;
    let inside = path.strip_prefix(["app".to_owned(), "panels".to_owned()].as_slice())?;
    let other = match inside.first().map(String::as_str) {
        None | Some("*") => "all of them",
        Some(name) if name != own && panels.contains(name) => name,
        Some(_) => return None,
    };
    Some(format!("panels do not know each other; `{own}` names `{other}`"))
}

fn row(room: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|row| row.name == room)
}
