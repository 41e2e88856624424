//! The architecture, checked by reading the source code: which module may import which, that files do not import
//! each other in a circle, who may name Burn and egui, and how long a file and how large a struct may be.
//!
//! `rules.rs` holds the table of modules, `circles.rs` the graph of imports between files, and `paths.rs` reads from
//! a file's tokens which names it uses. The tests in `proof.rs` break each rule on purpose and expect a message.

#![cfg(test)]

mod circles;
mod fields;
mod paths;
mod proof;
mod rules;

use std::fs;
use std::io;
use std::path::Path;

use rules::MODULES;

/// Longer than this, a file usually holds two ideas.
const MAX_LINES: usize = 500;
/// With more fields than this, a struct usually holds two things.
const MAX_FIELDS: usize = 15;
/// A palette has one field per colour, and nothing is gained by nesting them.
const PALETTE: &str = "Theme";

/// Files that still import each other in a circle, one list per circle. The list only gets shorter: the test also
/// fails when a file in it is no longer part of a circle.
const KNOWN_CIRCLES: &[&[&str]] = &[];

/// One file of the project.
pub struct File {
    /// From the package's root.
    pub path: String,
    /// All of it.
    pub text: String,
}

#[test]
fn every_file_imports_only_the_modules_it_may() -> io::Result<()> {
    let files = files_under("src", &["rs"])?;
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "src/lib.rs was not read");
    let violations = rules::violations(&files);
    assert!(violations.is_empty(), "{} forbidden imports:\n{}", violations.len(), violations.join("\n"));
    Ok(())
}

#[test]
fn a_module_imports_only_modules_above_it_in_the_table() {
    for (row, module) in MODULES.iter().enumerate() {
        for other in module.may_import {
            let is_above = MODULES[..row].iter().any(|above| above.name == *other);
            assert!(is_above, "`{}` may import `{other}`, which is not above it", module.name);
        }
    }
}

#[test]
fn files_do_not_import_each_other_in_a_circle() -> io::Result<()> {
    let problems = circles::problems(&files_under("src", &["rs"])?, KNOWN_CIRCLES);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

#[test]
fn no_struct_of_the_window_has_too_many_fields() -> io::Result<()> {
    let files = files_under("src/app", &["rs"])?;
    let structs: Vec<_> = files.iter().flat_map(fields::structs).collect();
    assert!(structs.len() > 50, "only {} structs were found", structs.len());
    let too_large: Vec<_> =
        structs.iter().filter(|found| found.fields > MAX_FIELDS && found.name != PALETTE).collect();
    assert!(too_large.is_empty(), "a struct has at most {MAX_FIELDS} fields: {too_large:#?}");
    Ok(())
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() -> io::Result<()> {
    let files = files_under("src", &["rs"])?;
    let without: Vec<&str> =
        files.iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path.as_str()).collect();
    assert!(without.is_empty(), "these files do not begin with `//!`: {}", without.join(", "));
    Ok(())
}

#[test]
fn no_file_has_too_many_lines() -> io::Result<()> {
    for folder in ["src", "shaders", "tests", "benches"] {
        for file in files_under(folder, &["rs", "wgsl"])? {
            let lines = file.text.lines().count();
            assert!(lines <= MAX_LINES, "{} has {lines} lines, at most {MAX_LINES}", file.path);
        }
    }
    Ok(())
}

/// Every file below `folder` whose name ends in one of `extensions`, sorted by path.
fn files_under(folder: &str, extensions: &[&str]) -> io::Result<Vec<File>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| extensions.iter().any(|wanted| it == *wanted)) {
                files.push(File { path: path_from(root, &path), text: fs::read_to_string(&path)? });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The path from `root`, with `/` between the names on Windows as well.
fn path_from(root: &Path, path: &Path) -> String {
    let names: Vec<_> =
        path.strip_prefix(root).unwrap_or(path).iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}
