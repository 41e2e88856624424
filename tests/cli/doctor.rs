//! What the doctor says: a recipe that provokes a trouble makes it name that one and no other serious one, a cured recipe
//! keeps it silent, and images are judged before anything is trained.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Ran, hourglass};

/// The names of everything serious that is said in a run.
fn troubles(ran: &Ran) -> BTreeSet<String> {
    let lines = ran.json_lines();
    let said = lines.iter().filter(|line| line["event"] == "doctor" && line["is_serious"] == true);
    said.filter_map(|line| Some(line["trouble"].as_str()?.to_owned())).collect()
}

/// Trains a built-in recipe for some epochs.
fn said(name: &str, epochs: &str) -> BTreeSet<String> {
    let line = ["train", name, "--epochs", epochs, "--json", "--device", "cpu"];
    troubles(&hourglass(Path::new("."), &line).done())
}

/// Those that show within a few epochs; all of them together take several minutes.
const SOON: [&str; 6] =
    ["dead-units", "loss-mismatch", "rate-too-high", "rate-too-low", "saturated", "small-data"];

#[test]
fn a_trouble_is_named_and_no_other() {
    for trouble in SOON {
        assert_eq!(said(&format!("trouble-{trouble}"), "5"), BTreeSet::from([trouble.to_owned()]));
    }
}

#[test]
fn a_cured_recipe_hears_nothing() {
    for trouble in SOON {
        assert_eq!(said(&format!("cured-{trouble}"), "5"), BTreeSet::new(), "{trouble}");
    }
}

#[test]
fn a_loss_that_explodes_is_named_before_the_run_fails() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let words = ["train", "trouble-exploding", "--json", "--device", "cpu"];
    let ran = hourglass(folder.path(), &words);
    assert_eq!(troubles(&ran), BTreeSet::from(["exploding".to_owned()]));
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("no longer a number"), "{}", ran.stderr);
}

#[test]
fn without_the_doctor_nothing_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let words = ["train", "trouble-small-data", "--epochs", "2", "--json", "--no-doctor", "--device", "cpu"];
    assert_eq!(troubles(&hourglass(folder.path(), &words).done()), BTreeSet::new());
}

/// An IDX file of 8x8 images.
fn images_file(images: &[Vec<u8>]) -> Vec<u8> {
    let count = images.len() as u32;
    let sizes: Vec<u8> = [2051, count, 8, 8].into_iter().flat_map(u32::to_be_bytes).collect();
    [sizes, images.concat()].concat()
}

/// Different images: a few pixels of a brightness that depends on the number.
fn image(number: usize, brightness: u8) -> Vec<u8> {
    let lit = |place: usize| ((number * 2_654_435_761) >> (place % 31)) & 1 == 1 || place == number % 64;
    (0..64).map(|place| if lit(place) { brightness - (number % 50) as u8 } else { 0 }).collect()
}

#[test]
fn images_are_judged_before_anything_is_trained() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let write = |path: &Path, images: &[Vec<u8>]| {
        std::fs::write(path, images_file(images)).expect("a file");
    };
    let small = [
        "--set",
        "model.widths=16",
        "--set",
        "training.batch=32",
        "--steps",
        "1",
        "--json",
        "--device",
        "cpu",
    ];
    let said = |data: &str| {
        troubles(&hourglass(folder, &[&["train", "ae-2d", "--data", data], small.as_slice()].concat()).done())
    };
    let fine: Vec<Vec<u8>> = (0..800).map(|number| image(number, 200)).collect();
    write(&folder.join("fine-idx3-ubyte"), &fine);
    assert_eq!(said("fine-idx3-ubyte"), BTreeSet::new());
    write(&folder.join("same-idx3-ubyte"), &vec![image(1, 200); 800]);
    assert_eq!(said("same-idx3-ubyte"), BTreeSet::from(["constant-data".to_owned()]));
    write(&folder.join("twice-idx3-ubyte"), &[&fine[..400], &fine[..400]].concat());
    assert_eq!(said("twice-idx3-ubyte"), BTreeSet::from(["duplicates".to_owned()]));
    let parts = folder.join("parts");
    std::fs::create_dir(&parts).expect("a folder");
    write(&parts.join("train-images-idx3-ubyte"), &fine);
    let dark: Vec<Vec<u8>> = (800..1200).map(|number| image(number, 60)).collect();
    write(&parts.join("t10k-images-idx3-ubyte"), &dark);
    assert_eq!(said("parts"), BTreeSet::from(["split-mismatch".to_owned()]));
}
