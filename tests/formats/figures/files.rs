//! Files appear whole or not at all, and a refusal is one sentence.

use std::fs;
use std::path::Path;

use hourglass::export::figures::Figure as _;
use hourglass::export::{FileError, save_figure, write_atomically};
use hourglass::look::ColorScheme;

use super::samples::{caption, single};

#[test]
fn files_are_chosen_by_their_ending() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scene = single().scene(&caption(), ColorScheme::Light);
    let (png, svg) = (folder.path().join("a.PNG"), folder.path().join("a.svg"));
    save_figure(&scene, &png, 2).expect("writes");
    save_figure(&scene, &svg, 2).expect("writes");
    assert_eq!(image::open(&png).expect("opens").width(), 2 * scene.width);
    assert_eq!(fs::read_to_string(&svg).expect("is there"), scene.to_svg());
    for name in ["figure.jpeg", "figure"] {
        let error = save_figure(&scene, &folder.path().join(name), 1).expect_err("no such format");
        assert!(error.to_string().contains(".png or .svg"), "{error}");
    }
    assert_eq!(listing(folder.path()), ["a.PNG", "a.svg"]);
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}"));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry.unwrap_or_else(|error| panic!("{error}")).file_name().to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("figure.svg");
    for text in ["first, and longer", "second"] {
        write_atomically(&path, text.as_bytes()).expect("writes");
        assert_eq!(fs::read_to_string(&path).expect("is there"), text);
    }
    assert_eq!(listing(folder.path()), ["figure.svg"]);
}

#[cfg(unix)]
#[test]
fn a_figure_can_be_read_by_those_who_can_read_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ours, plain) = (folder.path().join("figure.svg"), folder.path().join("plain"));
    write_atomically(&ours, b"x").expect("writes");
    fs::write(&plain, b"x").expect("writes");
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(&ours), mode(&plain));
}

#[test]
fn a_failed_write_leaves_nothing_behind_and_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("not there").join("figure.png");
    let error = write_atomically(&missing, b"x").expect_err("no folder");
    assert!(matches!(error, FileError::MissingFolder { .. }));
    assert!(error.to_string().contains("not there") && error.to_string().contains("create it"), "{error}");

    // A folder in the place of the file: the bytes are written beside it, and the renaming fails.
    let taken = folder.path().join("taken.png");
    fs::create_dir(&taken).expect("a folder");
    let error = write_atomically(&taken, b"x").expect_err("a folder is in the way");
    assert!(error.to_string().contains("taken.png"), "{error}");
    assert_eq!(listing(folder.path()), ["taken.png"], "no temporary file stays behind");

    let file = folder.path().join("a file");
    fs::write(&file, b"kept").expect("writes");
    let error = write_atomically(&file.join("figure.png"), b"x").expect_err("a file is no folder");
    assert!(error.to_string().contains("a file"), "{error}");
    assert_eq!(fs::read(&file).expect("is there"), b"kept");
}

#[cfg(unix)]
#[test]
fn an_unwritable_folder_gets_a_sentence() {
    // The kernel's own folder refuses everybody, also the superuser that tests run as in a container.
    let folder = Path::new("/proc/self");
    if !folder.is_dir() {
        println!("skipped: there is no /proc here");
        return;
    }
    let error = write_atomically(&folder.join("figure.png"), b"x").expect_err("nobody writes there");
    let said = error.to_string();
    assert!(said.contains("/proc/self/figure.png") && said.contains("choose another place"), "{said}");
    assert!(!said.contains('\n'), "one sentence: {said}");
}
