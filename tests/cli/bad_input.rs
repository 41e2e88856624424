//! Bad input gets one sentence that says what is wrong and what to do, the right code, and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot write its files must fail")]

use super::{Ran, hourglass, names_in};
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;
use tempfile::TempDir;

/// A folder with these files in it.
fn ground(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// An IDX file: its header's sizes, then the bytes.
fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + sizes.len() as u32;
    let header = [&[magic], sizes].concat();
    header.iter().flat_map(|word| word.to_be_bytes()).chain(bytes.iter().copied()).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Tries to train on the ground of these files for as long as it takes to find the mistake, then looks whether
/// anything was left behind.
#[track_caller]
fn refused(files: &[(&str, Vec<u8>)], line: &[&str], code: i32, said: &[&str]) {
    let folder = ground(files);
    let before = names_in(folder.path());
    let all = [line, &["--seconds", "100000", "--out", "made/here"]].concat();
    hourglass(folder.path(), &all).refused(code, said);
    assert_eq!(names_in(folder.path()), before, "`{line:?}` left something behind");
}

#[track_caller]
fn refused_data(files: &[(&str, Vec<u8>)], said: &[&str]) {
    let path = files.first().map_or("nowhere", |(name, _)| name);
    refused(files, &["train", "ae-simple", "--device", "cpu", "--data", path], 1, said);
}

#[test]
fn a_missing_file() {
    refused_data(&[], &["\"nowhere\"", "use digits, shapes"]);
}

#[test]
fn a_truncated_file() {
    let said = ["images promises 60 bytes", "holds only 59"];
    refused_data(&[("images", idx(&[10, 2, 3], &[7; 59]))], &said);
    refused_data(&[("images", vec![0, 0, 8, 3, 0])], &["images ends inside its header"]);
    let packed = packed(&idx(&[10, 2, 3], &(0..60).collect::<Vec<u8>>()));
    let half = packed[..packed.len() - 20].to_vec();
    refused_data(&[("images.gz", half)], &["images.gz promises 60 bytes"]);
    let mut damaged = packed;
    // The checksum is in the last eight bytes.
    let place = damaged.len() - 8;
    damaged[place] ^= 1;
    refused_data(&[("images.gz", damaged)], &["images.gz is damaged gzip"]);
}

#[test]
fn a_wrong_magic_number() {
    let gif = b"GIF89a and so on and so on".to_vec();
    refused_data(&[("images-idx3-ubyte", gif.clone())], &["0x47494638", "give an IDX file of that kind"]);
    refused_data(&[("images", gif)], &["images is in no format that can be read; use an IDX file"]);
}

#[test]
fn a_header_that_promises_more_than_there_is() {
    refused_data(&[("images", idx(&[u32::MAX, 128, 128], &[7; 60]))], &["images promises"]);
}

#[test]
fn labels_that_do_not_match_the_images() {
    let files =
        [("a-images-idx3-ubyte", idx(&[10, 2, 3], &[7; 60])), ("a-labels-idx1-ubyte", idx(&[9], &[1; 9]))];
    refused_data(&files, &["holds 9 labels for 10 images"]);
}

#[test]
fn a_recipe_with_a_typo() {
    let recipe = |text: &str| [("mine.toml", text.as_bytes().to_vec())];
    let line = ["train", "mine.toml", "--device", "cpu"];
    refused(&recipe("[model]\nwdths = [64]\n"), &line, 2, &["`model.wdths`", "did you mean `model.widths`?"]);
    refused(
        &recipe("[training]\nbatch = \"many\"\n"),
        &line,
        2,
        &["`training.batch`", "a whole number from"],
    );
    refused(&recipe("[model\nwidths = 3\n"), &line, 2, &["not valid TOML", "line 1"]);
    let late = "[[schedule]]\nstep = 3\nkey = \"training.batch\"\nvalue = 64.0\n";
    refused(&recipe(late), &line, 2, &["`training.batch` is in the schedule"]);
}

#[test]
fn a_recipe_that_does_not_exist() {
    refused(&[], &["train", "vae-3d"], 2, &["`vae-3d`", "ae-simple", "vae-20"]);
}

#[test]
fn a_setting_out_of_range() {
    let vae = |setting: &'static str| ["train", "vae-2d", "--device", "cpu", "--set", setting];
    refused(&[], &vae("model.widths=0"), 2, &["`model.widths` cannot be 0", "from 1 to 4096"]);
    refused(&[], &vae("model.code=0"), 2, &["`model.code` cannot be 0", "from 1 to"]);
    refused(&[], &vae("objective.bta=2"), 2, &["`objective.bta`", "did you mean `objective.beta`?"]);
    refused(&[], &vae("objective.beta"), 2, &["write key=value"]);
    refused(&[], &vae("training.learning_rate=fast"), 2, &["`training.learning_rate`", "a number from"]);
    refused(&[], &vae("training.learning_rate=NaN"), 2, &["`training.learning_rate`", "a number from"]);
}

#[test]
fn a_batch_larger_than_the_training_set() {
    let line =
        ["train", "vae-2d", "--device", "cpu", "--set", "data.count=200", "--set", "training.batch=1000"];
    refused(&[], &line, 1, &["a batch of 1000 does not fit the 160 training images"]);
}

#[test]
fn an_unknown_colour_map() {
    let line = ["train", "vae-2d", "--device", "cpu", "--colors", "jet"];
    refused(&[], &line, 2, &["`jet` is no colour map", "grey, viridis or magma"]);
}

#[test]
fn a_gpu_that_does_not_exist() {
    let line = ["train", "vae-2d", "--set", "data.count=200", "--device", "gpu:99"];
    refused(&[], &line, 1, &["there is no GPU number 99", "`hourglass devices`"]);
}

#[test]
fn a_contractive_penalty_on_a_recurrent_network() {
    let line = ["train", "gru-rows", "--device", "cpu", "--set", "objective.contractive=1"];
    refused(&[], &line, 2, &["not available for a recurrent network", "set objective.contractive = 0"]);
}

/// Training with a learning rate that is far too large.
fn explode(folder: &TempDir, more: &[&str]) -> Ran {
    let line = ["train", "vae-2d", "--device", "cpu", "--set", "data.count=400", "--set", "model.widths=32"];
    let rate = ["--set", "training.learning_rate=1e9", "--seconds", "100000"];
    hourglass(folder.path(), &[&line[..], &rate, more].concat())
}

#[test]
fn a_learning_rate_of_1e9_stops_the_run_and_keeps_the_last_good_weights() {
    let folder = ground(&[]);
    let ran = explode(&folder, &["--out", "kept", "--json"]);
    ran.failed(1, &["no longer a number", "learning rate 1e9", "they are in kept"]);
    let lines = ran.json_lines();
    let last = &lines[lines.len() - 1];
    assert_eq!(last["event"], "failed", "{last}");
    assert!(last["test"]["objective"].is_f64(), "the good weights have figures: {last}");
    let weights = std::fs::read(folder.path().join("kept/model.safetensors")).unwrap();
    let header = 8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize;
    let bad = weights[header..]
        .chunks_exact(4)
        .filter(|x| !f32::from_le_bytes((*x).try_into().unwrap()).is_finite());
    assert_eq!(bad.count(), 0, "weights that are not numbers were kept");
}

#[test]
fn a_run_that_fails_says_how_to_keep_its_weights() {
    let folder = ground(&[]);
    explode(&folder, &[]).failed(1, &["no longer a number", "--out"]);
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_is_reported_before_training() {
    let folder = ground(&[("file", Vec::new())]);
    for line in [
        // Would train for more than a day.
        &["train", "vae-2d", "--device", "cpu", "--seconds", "100000", "--out", "file/out"][..],
        &["tour", "--device", "cpu", "--seconds", "100000", "--out", "file"],
    ] {
        hourglass(folder.path(), line).refused(1, &["\"file", "cannot be written", "choose another place"]);
    }
    assert_eq!(names_in(folder.path()), ["file"]);
}
