//! A run without a window leaves what it promises, and the same seed leaves the same bytes.

#![expect(clippy::unwrap_used, reason = "a run without its files must fail the test")]

use super::{FIGURES, Ran, assert_figures, hourglass, names_in, program};
use serde_json::Value as Json;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

/// Small enough to train in a moment.
const SMALL: [&str; 6] = ["--set", "data.count=400", "--set", "model.widths=32", "--device", "cpu"];

fn train(folder: &Path, recipe: &str, more: &[&str]) -> Ran {
    hourglass(folder, &[&["train", recipe][..], &SMALL, more].concat())
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[track_caller]
fn assert_terms(terms: &Json, penalty: &str) {
    for key in ["objective", "reconstruction", penalty, "mse_per_pixel"] {
        assert!(
            terms[key].as_f64().is_some_and(|x| x.is_finite() && x >= 0.0),
            "`{key}` is missing from {terms}"
        );
    }
}

#[test]
fn a_run_writes_all_its_files_and_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let ran = train(folder.path(), "vae-2d", &["--steps", "20", "--seed", "3", "--out", "a/b"]).done();
    let out = folder.path().join("a/b");
    let mut want: Vec<&str> = ["history.csv", "model.safetensors", "recipe.toml", "summary.json"].to_vec();
    want.extend(FIGURES);
    want.sort_unstable();
    assert_eq!(names_in(&out), want);
    assert_figures(&out);
    for word in ["20 steps", "objective", "reconstruction", "KL", "squared error per pixel", "history.csv"] {
        assert!(ran.stdout.contains(word), "the table lacks `{word}`:\n{}", ran.stdout);
    }
    let summary: Json = serde_json::from_str(&text(&out, "summary.json")).unwrap();
    assert_eq!(
        (&summary["steps"], &summary["seed"], &summary["recipe"]),
        (&20.into(), &3.into(), &"vae-2d".into())
    );
    assert_weights(&out);
    #[cfg(unix)]
    assert_same_permissions(&out);
    let history = text(&out, "history.csv");
    let head = history.lines().next().unwrap();
    assert!(head.starts_with("epoch,step,train_objective,train_reconstruction,train_kl,held_out_"), "{head}");
    assert!(history.lines().last().unwrap().contains(",20,"), "the last row is of the last step:\n{history}");
}

/// The weights are safetensors that carry their recipe.
#[track_caller]
fn assert_weights(out: &Path) {
    let bytes = std::fs::read(out.join("model.safetensors")).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Json = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let recipe = header["__metadata__"]["recipe"].as_str().unwrap();
    assert!(recipe.contains("seed = 3"), "the weights do not know their recipe: {recipe}");
    let tensors = header.as_object().unwrap().keys().filter(|key| *key != "__metadata__").count();
    assert!(tensors >= 8, "there are only {tensors} tensors");
}

/// Whoever may read a new file of this user may read every one of these.
#[cfg(unix)]
#[track_caller]
fn assert_same_permissions(out: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let rights = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let names = names_in(out);
    let plain = out.join("plain");
    std::fs::write(&plain, "x").unwrap();
    for name in names {
        assert_eq!(rights(&out.join(&name)), rights(&plain), "the rights of {name}");
    }
}

#[test]
fn the_same_seed_writes_the_same_history_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, out) in [("1", "first"), ("1", "second"), ("2", "other")] {
        train(folder.path(), "vae-2d", &["--steps", "12", "--seed", seed, "--out", out]).done();
    }
    let [first, second, other] =
        ["first", "second", "other"].map(|out| text(&folder.path().join(out), "history.csv"));
    assert!(first == second, "the same command wrote\n{first}\nand then\n{second}");
    assert_ne!(first, other);
}

#[test]
fn stdout_contains_only_json_with_the_summary_last() {
    for (recipe, family, penalty, more) in [
        ("vae-2d", "vae", "kl", ["--steps", "20"].as_slice()),
        ("ae-sparse", "sparse", "sparsity", &["--steps", "20", "--set", "model.widths="]),
        ("ae-2d", "ae", "sparsity", &["--steps", "20"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ran = train(folder.path(), recipe, &[more, &["--json"]].concat()).done();
        assert_eq!(ran.stderr, "");
        let lines = ran.json_lines();
        let (summary, before) = lines.split_last().unwrap();
        let (progress, others): (Vec<&Json>, Vec<&Json>) =
            before.iter().partition(|line| line["event"] == "progress");
        assert!(!progress.is_empty(), "there is no progress");
        assert!(others.iter().all(|line| line["event"] == "doctor"), "{others:?}");
        for line in progress {
            assert!(line["step"].is_u64() && line["epoch"].is_u64() && line["seconds"].is_f64(), "{line}");
        }
        let words = ["event", "recipe", "family"].map(|key| summary[key].as_str().unwrap_or_default());
        assert_eq!(words, ["summary", recipe, family]);
        assert_eq!(
            (summary["steps"].as_u64(), summary["epochs"].as_u64()),
            (Some(20), Some(10)),
            "{summary}"
        );
        assert!(summary["device"].as_str().is_some_and(|device| device.starts_with("CPU")), "{summary}");
        assert!(
            summary["seed"].is_u64() && summary["seconds"].is_f64() && summary["images_per_second"].is_f64()
        );
        assert_terms(&summary["train"], penalty);
        assert_terms(&summary["test"], penalty);
        assert!(names_in(folder.path()).is_empty(), "without --out nothing is written");
    }
}

#[test]
fn pretraining_is_reported_stage_by_stage() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["--set", "pretraining.epochs=1", "--epochs", "2", "--json", "--out", "out"];
    let lines = train(folder.path(), "deep-rbm", &line).done().json_lines();
    let (summary, progress) = lines.split_last().unwrap();
    let mut stages: Vec<&str> = progress.iter().filter_map(|line| line["stage"].as_str()).collect();
    stages.dedup();
    assert_eq!(stages, ["layer 1 of 2", "layer 2 of 2", "fine-tuning"]);
    // 320 training images in batches of 128 are two steps an epoch.
    let counted = ["steps", "pretraining_steps", "epochs"].map(|key| summary[key].as_u64());
    assert_eq!((counted, &summary["family"]), ([Some(8), Some(4), Some(4)], &"deep".into()), "{summary}");
    let history = text(&folder.path().join("out"), "history.csv");
    let cells = history.lines().map(|row| row.split(',').count()).collect::<Vec<_>>();
    assert!(cells.iter().all(|count| *count == cells[0]) && cells.len() == 6, "{history}");
}

#[test]
fn training_reduces_the_cost() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["--set", "training.batch=16", "--epochs", "10", "--out", "out", "--json"];
    let ran = train(folder.path(), "ae-2d", &line).done();
    let lines = ran.json_lines();
    // A line that comes before the first evaluation is over has no figures yet.
    let before = lines.iter().find_map(|line| line["held_out"]["reconstruction"].as_f64()).unwrap();
    let after = lines[lines.len() - 1]["test"]["reconstruction"].as_f64().unwrap();
    assert!(after < 0.5 * before, "the reconstruction went from {before} to {after}");
}

#[test]
fn a_recipe_without_a_stop_rule_gets_one_and_a_notice() {
    let folder = tempfile::tempdir().unwrap();
    let ran = train(folder.path(), "vae-2d", &["--set", "data.count=200", "--json", "--out", "out"]).done();
    assert!(ran.stderr.contains("20 epochs"), "{}", ran.stderr);
    let lines = ran.json_lines();
    assert_eq!(lines[lines.len() - 1]["epochs"], 20);
    assert!(text(&folder.path().join("out"), "recipe.toml").contains("\nepochs = 20\n"));
}

#[test]
fn the_written_recipe_repeats_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        ["--set", "objective.beta=0.5", "--set", "training.optimizer=sgd", "--steps", "9", "--seed", "5"];
    train(folder.path(), "vae-2d", &[&settings[..], &["--out", "first"]].concat()).done();
    hourglass(folder.path(), &["train", "first/recipe.toml", "--device", "cpu", "--out", "again"]).done();
    let [first, again] = ["first", "again"].map(|out| text(&folder.path().join(out), "history.csv"));
    assert_eq!(first, again);
    assert_eq!(
        text(&folder.path().join("first"), "recipe.toml"),
        text(&folder.path().join("again"), "recipe.toml")
    );
}

#[test]
fn a_schedule_is_replayed_at_its_step_and_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    // 320 training images in batches of 32: ten steps in an epoch.
    train(folder.path(), "vae-2d", &["--set", "training.batch=32", "--epochs", "4", "--out", "plain"]).done();
    let recipe = text(&folder.path().join("plain"), "recipe.toml");
    let change = "\n[[schedule]]\nstep = 20\nkey = \"objective.beta\"\nvalue = 8.0\n";
    std::fs::write(folder.path().join("lesson.toml"), format!("{recipe}{change}")).unwrap();
    hourglass(folder.path(), &["train", "lesson.toml", "--device", "cpu", "--out", "lesson"]).done();
    let [plain, lesson] = ["plain", "lesson"].map(|out| text(&folder.path().join(out), "history.csv"));
    assert_eq!(
        [&plain, &lesson].map(|history| history.lines().count()),
        [6; 2],
        "a header and epochs 0 to 4"
    );
    for (row, (plain, lesson)) in plain.lines().zip(lesson.lines()).enumerate() {
        // The header, then epochs 0, 1 and 2: the change acts on the step after the second epoch.
        assert_eq!(plain == lesson, row <= 3, "row {row} is\n{plain}\nand\n{lesson}");
    }
    let written = text(&folder.path().join("lesson"), "recipe.toml");
    assert!(written.contains("[[schedule]]") && written.contains("step = 20"), "{written}");
    assert!(text(&folder.path().join("lesson"), "curves.svg").contains(">β 1 "), "the change is marked");
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let line = [&["train", "vae-2d", "--steps", "6", "--json", "--out", "out"][..], &SMALL].concat();
    let mut child =
        program(folder.path(), &line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stderr, b"");
    assert!(names_in(&folder.path().join("out")).contains(&"summary.json".to_owned()));
}

#[test]
#[cfg(unix)]
fn ctrl_c_stops_cleanly_and_keeps_what_was_trained() {
    assert_stops_cleanly("vae-2d");
    // In the middle of the first of its layers.
    assert_stops_cleanly("deep-rbm");
}

#[cfg(unix)]
#[track_caller]
fn assert_stops_cleanly(recipe: &str) {
    let folder = tempfile::tempdir().unwrap();
    let long = ["--set", "pretraining.epochs=10000"];
    let line = [&["train", recipe, "--seconds", "60", "--json", "--out", "out"][..], &SMALL, &long].concat();
    let mut child = program(folder.path(), &line).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let step = |line: &str| serde_json::from_str::<Json>(line).unwrap()["step"].as_u64().unwrap();
    assert!(lines.any(|line| step(&line) > 0), "it trains");
    // The shell's own kill: a bare system has no other.
    let kill = format!("kill -INT {}", child.id());
    let sent = std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert!(sent.success());
    let last = lines.last().unwrap();
    assert!(child.wait().unwrap().success());
    let summary: Json = serde_json::from_str(&last).unwrap();
    assert_eq!((&summary["event"], &summary["end"]), (&"summary".into(), &"Stopped by hand".into()));
    assert!(summary["steps"].as_u64().unwrap() > 0);
    let kept = names_in(&folder.path().join("out"));
    for name in ["history.csv", "model.safetensors", "recipe.toml", "summary.json", "reconstructions.png"] {
        assert!(kept.contains(&name.to_owned()), "{name} is not among {kept:?}");
    }
}

/// Trains on so many images that measuring them in the end takes a while, and presses Ctrl-C once a line of progress
/// tells what images cost after a step; with one step as the limit that is when the training is over.
#[cfg(unix)]
fn interrupted(folder: &Path, limit: [&str; 2], presses: &str) -> (Option<i32>, String) {
    let line = [&["train", "vae-2d", "--device", "cpu", "--json", "--out", "out"][..], &limit].concat();
    let mut child = program(folder, &line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    // A line at the first step may still have the figures from before it; with new ones that evaluation is over.
    let mut before = Json::Null;
    let is_measured = lines.any(|line| {
        let line: Json = serde_json::from_str(&line).unwrap();
        if line["step"] == 0 {
            before = line["held_out"].clone();
        }
        line["step"] != 0 && !before.is_null() && line["held_out"] != before
    });
    assert!(is_measured, "it trains");
    let presses = presses.replace("PID", &child.id().to_string());
    let sent = std::process::Command::new("sh").args(["-c", &presses]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
#[cfg(unix)]
fn ctrl_c_after_training_keeps_the_weights_and_skips_the_final_evaluation() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = interrupted(folder.path(), ["--steps", "1"], "kill -INT PID");
    assert!(code == Some(1) && said.contains("stopped before the final evaluation"), "{code:?}: {said}");
    assert_eq!(names_in(&folder.path().join("out")), ["history.csv", "model.safetensors", "recipe.toml"]);
}

#[test]
#[cfg(unix)]
fn a_second_ctrl_c_exits_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let twice = "kill -INT PID; sleep 0.02; kill -INT PID";
    let (code, said) = interrupted(folder.path(), ["--seconds", "60"], twice);
    assert_eq!(code, Some(130), "{said}");
}

#[test]
fn the_cards_of_a_family_are_among_its_figures() {
    let folder = tempfile::tempdir().unwrap();
    let noisy = ["--set", "noise.kind=gaussian", "--steps", "3", "--out", "out", "--json"];
    let ran = train(folder.path(), "ae-simple", &noisy).done();
    assert_eq!(ran.json_lines().last().unwrap()["family"], "denoising");
    let out = folder.path().join("out");
    assert!(text(&out, "card-1-noise-in-clean-out.svg").contains("Noise in, clean out"));
    let png = std::fs::read(out.join("card-1-noise-in-clean-out.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 1000);
}

#[test]
fn figures_use_the_colour_map_of_the_option() {
    let folder = tempfile::tempdir().unwrap();
    for (colors, is_grey) in [("grey", true), ("viridis", false)] {
        train(folder.path(), "vae-2d", &["--steps", "3", "--colors", colors, "--out", colors]).done();
        let lattice = image::open(folder.path().join(colors).join("lattice.png")).unwrap().to_rgb8();
        // The tiles are in the middle, whatever is written around them.
        let (width, height) = lattice.dimensions();
        let tiles = image::imageops::crop_imm(&lattice, width / 4, height / 4, width / 2, height / 2);
        let all_grey =
            tiles.to_image().pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]);
        assert_eq!(all_grey, is_grey, "{colors}");
    }
}

#[test]
fn a_run_begins_with_the_weights_of_another_or_with_one_part_of_them() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "ae-2d", &["--steps", "60", "--out", "first"]).done();
    let error = |out: &str| {
        let summary: Json = serde_json::from_str(&text(&folder.path().join(out), "summary.json")).unwrap();
        summary["test"]["reconstruction"].as_f64().unwrap()
    };
    // So small a step that the weights stay what they were.
    let still = ["--steps", "1", "--seed", "9", "--set", "training.learning_rate=1e-12"];
    let from = |part: &[&str], out: &str| {
        let line = [&still[..], &["--init", "first/model.safetensors"], part, &["--out", out]].concat();
        train(folder.path(), "ae-2d", &line).done();
        error(out)
    };
    let first = error("first");
    let whole = from(&[], "whole");
    assert!((whole - first).abs() < 1e-3 * first, "{whole} with the weights of a run of {first}");
    let encoder = from(&["--init-part", "encoder"], "encoder");
    assert!((encoder - first).abs() > 1e-2 * first, "the decoder of {encoder} was not drawn");
}

#[test]
fn weights_that_cannot_be_taken_are_refused_before_training() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "ae-2d", &["--steps", "1", "--out", "first"]).done();
    std::fs::write(folder.path().join("notes.txt"), "no weights").unwrap();
    let weights = ["--init", "first/model.safetensors"];
    for (line, code, said) in [
        (&["--init", "notes.txt"][..], 1, "notes.txt is no safetensors file"),
        (&["--init", "nowhere.safetensors"], 1, "nowhere.safetensors could not be read"),
        (&[&weights[..], &["--set", "model.code=5"]].concat(), 1, "code.head.weight"),
        (&[&weights[..], &["--init-part", "head"]].concat(), 2, "all, encoder or decoder"),
        (&["--init-part", "encoder"], 2, "--init"),
    ] {
        train(folder.path(), "ae-2d", &[line, &["--steps", "1", "--out", "second"]].concat())
            .refused(code, &[said]);
        assert!(!folder.path().join("second").exists(), "{line:?} left something behind");
    }
}
