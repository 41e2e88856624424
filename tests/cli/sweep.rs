//! The command `sweep`: a plan of trainings, here or elsewhere, and what they gave.

use std::path::Path;

use super::{Ran, hourglass, program};
use serde_json::Value as Json;

/// Few images and a small network, so that a training takes a second.
const SMALL: [&str; 12] = [
    "ae-2d",
    "--set",
    "data.count=400",
    "--set",
    "model.widths=16",
    "--set",
    "training.batch=32",
    "--epochs",
    "2",
    "--over",
    "model.code=1,4",
    "--folds",
];

fn sweep(folder: &Path, folds: &str, more: &[&str]) -> Ran {
    hourglass(folder, &[&["sweep"], SMALL.as_slice(), &[folds, "--device", "cpu"], more].concat())
}

#[test]
fn a_plan_that_runs_elsewhere_gives_the_same_files_as_a_sweep_here() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let here = sweep(folder, "3", &["--jobs", "2", "--out", "here"]).done();
    assert!(here.stdout.contains("The elbow is at code size"), "{}", here.stdout);
    let plan = sweep(folder, "3", &["--out", "there", "--plan"]).done().stdout;
    assert_eq!(plan.lines().count(), 6, "{plan}");
    sweep(folder, "3", &["--out", "there", "--collect"]).refused(1, &["summary.json", "--plan"]);
    for line in plan.lines() {
        let words: Vec<&str> = line.strip_prefix("hourglass ").expect("a command").split(' ').collect();
        let status = program(folder, &words).output().expect("the program starts").status;
        assert!(status.success(), "{line}");
    }
    sweep(folder, "3", &["--out", "there", "--collect"]).done();
    for file in ["results.csv", "results.json", "sweep.png", "sweep.svg"] {
        let [one, other] =
            ["here", "there"].map(|of| std::fs::read(folder.join(of).join(file)).expect("a file"));
        assert!(one == other, "{file} differs");
    }
    let results: Json =
        std::fs::read_to_string(folder.join("here/results.json")).expect("a file").parse().expect("JSON");
    let points = results["points"].as_array().expect("points");
    let mean = |point: &Json, of: &str| point[of]["mean"].as_f64().expect("a number");
    assert!(mean(&points[1], "pca_error") < mean(&points[0], "pca_error"), "more components are better");
    let of_fold = |fold: usize| results["trainings"][fold]["validation_error"].as_f64().expect("a number");
    assert!(of_fold(0) != of_fold(1), "each fold validates on other images");
}

#[test]
fn an_interrupted_sweep_goes_on_and_repeats_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    sweep(folder, "2", &[]).done();
    let result = std::fs::read(folder.join("sweep/results.csv")).expect("a file");
    let summary = |run: &str| folder.join("sweep/runs").join(run).join("summary.json");
    let written = |run: &str| std::fs::metadata(summary(run)).expect("a file").modified().expect("a time");
    let before = written("1-fold-1");
    std::fs::remove_file(summary("4-fold-2")).expect("removed");
    std::fs::remove_file(folder.join("sweep/results.csv")).expect("removed");
    let again = sweep(folder, "2", &[]).done();
    assert!(again.stderr.contains("3 of 4 trainings are done already"), "{}", again.stderr);
    assert_eq!(written("1-fold-1"), before, "it is not trained again");
    assert_eq!(std::fs::read(folder.join("sweep/results.csv")).expect("a file"), result);
    sweep(folder, "2", &["--set", "training.batch=64"]).refused(1, &["-fold-", "another recipe"]);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_trained() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let over = |over: &str| hourglass(folder, &["sweep", "ae-2d", "--over", over, "--device", "cpu"]);
    over("model.code").refused(2, &["KEY=VALUE"]);
    over("model.cod=2").refused(2, &["model.cod"]);
    over("model.code=2,none").refused(2, &["whole number"]);
    over("objective.beta=-1").refused(2, &["number from"]);
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0, "nothing was written");
    let pixels = [&[0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 4, 0, 0, 0, 4][..], &[99; 160]].concat();
    std::fs::write(folder.join("few-idx3-ubyte"), pixels).expect("a file");
    let many = sweep(folder, "399", &["--out", "many"]);
    assert_eq!(many.code, Some(2), "{}", many.stderr);
    let few = hourglass(
        folder,
        &[
            "sweep",
            "ae-2d",
            "--data",
            "few-idx3-ubyte",
            "--over",
            "model.code=1",
            "--folds",
            "20",
            "--device",
            "cpu",
        ],
    );
    few.refused(1, &["9 images cannot be cut into 20 parts"]);
}
