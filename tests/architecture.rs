//! The house stands as it was drawn: who may call whom, who knows Burn and who the window, how long a file may be.
//!
//! The law is the table in `architecture/rules.rs`; `architecture/paths.rs` reads the names that a file uses from
//! its tokens. The tests in `architecture/proof.rs` break each rule on purpose and see it caught, so that the law
//! is known to bite.

#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/proof.rs"]
mod proof;
#[path = "architecture/rules.rs"]
mod rules;

use std::fs;
use std::io;
use std::path::Path;

use rules::{File, ROOMS};

/// Longer than this, a file is usually two ideas.
const LONGEST_FILE: usize = 500;

#[test]
fn every_file_calls_only_the_rooms_it_may() -> io::Result<()> {
    let files = files_under("src", &["rs"])?;
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "src/lib.rs was not read");
    let broken = rules::broken(&files);
    assert!(broken.is_empty(), "{} names against the law of the house:\n{}", broken.len(), broken.join("\n"));
    Ok(())
}

#[test]
fn no_arrow_of_the_table_points_back() {
    for (place, room) in ROOMS.iter().enumerate() {
        for other in room.may_call {
            let stands_above = ROOMS[..place].iter().any(|above| above.name == *other);
            assert!(stands_above, "`{}` may call `{other}`, which does not stand above it", room.name);
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for() -> io::Result<()> {
    let files = files_under("src", &["rs"])?;
    let silent: Vec<&str> =
        files.iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path.as_str()).collect();
    assert!(silent.is_empty(), "these files do not open with `//!`: {}", silent.join(", "));
    Ok(())
}

#[test]
fn no_file_is_longer_than_one_idea() -> io::Result<()> {
    for folder in ["src", "shaders", "tests", "benches"] {
        for file in files_under(folder, &["rs", "wgsl"])? {
            let lines = file.text.lines().count();
            assert!(lines <= LONGEST_FILE, "{} has {lines} lines; {LONGEST_FILE} are the most", file.path);
        }
    }
    Ok(())
}

/// Every file below `folder` whose name ends in one of `endings`, in the order of their paths.
fn files_under(folder: &str, endings: &[&str]) -> io::Result<Vec<File>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join(folder)];
    // A folder comes with its first file, so one of ours may not be there yet.
    folders.retain(|folder| folder.is_dir());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
                files.push(File { path: path_from(root, &path), text: fs::read_to_string(&path)? });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// With `/` between the names, on Windows as well.
fn path_from(root: &Path, path: &Path) -> String {
    let names: Vec<_> =
        path.strip_prefix(root).unwrap_or(path).iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}
