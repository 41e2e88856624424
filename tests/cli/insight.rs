//! The command `insight`: cards of a recipe and of a trained network, in words, as JSON and as figures.

use serde_json::Value as Json;

use super::{Ran, hourglass};

/// Few images and a small network, so that a test takes a second.
const SMALL: [&str; 8] =
    ["--set", "data.count=600", "--set", "model.widths=32", "--set", "training.batch=32", "--epochs", "2"];

fn with(words: &[&'static str], more: &[&'static str]) -> Vec<&'static str> {
    words.iter().chain(&SMALL).chain(more).chain(&["--device", "cpu"]).copied().collect()
}

/// The bars of a card of classes.
fn accuracies(ran: &Ran) -> Vec<f64> {
    let lines = ran.json_lines();
    let card = lines.iter().find(|line| line["what"] == "classes");
    let values = card.and_then(|card| card["content"]["values"].as_array());
    values.into_iter().flatten().filter_map(Json::as_f64).collect()
}

#[test]
fn a_folder_of_train_gives_the_same_cards_as_its_recipe() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    hourglass(folder, &with(&["train", "ae-2d"], &["--out", "run"])).done();
    let of_run = ["insight", "run", "--what", "classes,confusions", "--json", "--device", "cpu"];
    let of_run = hourglass(folder, &[of_run.as_slice(), &["--out", "cards"]].concat()).done();
    let of_recipe = hourglass(folder, &with(&["insight", "ae-2d"], &["--what", "classes", "--json"])).done();
    let shares = accuracies(&of_run);
    assert_eq!(shares, accuracies(&of_recipe));
    // Code, principal components and pixels, each by neighbours and by a probe.
    assert_eq!(shares.len(), 6, "{shares:?}");
    assert!(shares[4] > 60.0 && shares[5] > 60.0, "pixels tell digits apart: {shares:?}");
    for file in ["classes.png", "classes.svg", "confusions.png", "insight.json"] {
        assert!(folder.join("cards").join(file).is_file(), "there is no {file}");
    }
    let written = std::fs::read_to_string(folder.join("cards/insight.json")).expect("the file");
    let written: Json = serde_json::from_str(&written).expect("JSON");
    let counts = written[1]["content"]["values"].as_array().expect("a table");
    assert_eq!(counts.iter().filter_map(Json::as_f64).sum::<f64>(), 60.0, "every test image is counted once");
}

#[test]
fn cards_are_told_in_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = hourglass(
        folder.path(),
        &with(
            &["insight", "vae-2d"],
            &[
                "--what",
                "dimensions,classes,groups,few-labels,collapse,likelihood,explained,compression,compressed-images,elbo-split,drivers,gradients,occlusion,\
                 augmentation,weights,jacobian,code-correlations,code-spread,code-quantiles,denoising,factors,disentanglement",
                "--samples",
                "20",
            ],
        ),
    )
    .done();
    for words in [
        "Dimensions in use (dimensions)",
        "labelled training images",
        "from raw pixels",
        "adjusted Rand index",
        "labelled images of each class",
        "dimensions can stay",
        "With 20 importance samples",
        "of the variance of the pixels",
        "rounded to 1 … 8 bits",
        "as they come back",
        "nats of total correlation",
        "lowest values on the left",
        "the sum over pixels and the change of the number",
        "dark patch",
        "are correlated most",
        "maximum mean discrepancy",
        "Quantiles of the numbers",
        "against the noisy image",
        "mixtures of two codes of a class",
        "of the first layer as images of their weights",
        "hardly moves the code",
        "The number that follows each factor most: slant z",
        "MIG: the lead",
    ] {
        assert!(said.stdout.contains(words), "it should say {words:?}:\n{}", said.stdout);
    }
}

#[test]
fn images_that_the_network_never_saw_are_told_from_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let anomalies = ["--what", "anomalies,anomaly-scores", "--json"];
    let of_classes = with(&["insight", "vae-2d"], &["--set", "data.classes=0"]);
    let ran = hourglass(folder, &[of_classes.as_slice(), &anomalies].concat()).done();
    let [curves, scores] = &ran.json_lines()[ran.json_lines().len() - 2..] else { panic!("two cards") };
    let names: Vec<String> = curves["content"]["series"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line["name"].as_str().unwrap_or_default().rsplit_once(' ').expect("an area").0.to_owned())
        .collect();
    let of_scores = [
        "reconstruction error",
        "error of PCA 2",
        "distance in code",
        "distance in pixels",
        "−ELBO",
        "KL alone",
    ];
    assert_eq!(names, of_scores);
    let scores = &scores["content"];
    let alarms = scores["shares_above"][0].as_f64().expect("a share");
    assert!(alarms <= 0.2, "about 5 % of few images: {alarms}");
    let count = |scores: &Json| scores.as_array().map_or(0, Vec::len);
    assert_eq!(count(&scores["scores"]), 60, "every test image has a score");
    // Shapes are unlike digits.
    let foreign = with(&["insight", "ae-2d"], &["--set", "data.foreign=shapes"]);
    let ran = hourglass(folder, &[foreign.as_slice(), &anomalies].concat()).done();
    let line = ran.json_lines().into_iter().find(|line| line["what"] == "anomalies").expect("a card");
    let name = line["content"]["series"][0]["name"].as_str().expect("a name").to_owned();
    let area: f64 = name.rsplit_once(' ').and_then(|(_, area)| area.parse().ok()).expect("a number");
    assert!(area > 0.7, "{name}");
}

#[test]
fn a_card_that_has_nothing_to_show_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let say = |settings: &[&'static str], what: &'static str| {
        let ran =
            hourglass(folder, &with(&["insight", "ae-2d"], &[settings, &["--what", what]].concat())).done();
        ran.stdout
    };
    let one_class = say(&["--set", "data.classes=7"], "classes,groups");
    assert!(one_class.contains("All training images are of one class"), "{one_class}");
    let nothing_left_out = say(&[], "anomalies");
    assert!(nothing_left_out.contains("data.classes"), "{nothing_left_out}");
    let pixels = [&[0, 0, 8, 3, 0, 0, 0, 200, 0, 0, 0, 4, 0, 0, 0, 4][..], &[99; 3200]].concat();
    std::fs::write(folder.join("plain-idx3-ubyte"), pixels).expect("a file");
    let unlabelled = say(&["--data", "plain-idx3-ubyte"], "classes");
    assert!(unlabelled.contains("have no labels"), "{unlabelled}");
    let unknown = say(&["--data", "plain-idx3-ubyte"], "factors");
    assert!(unknown.contains("the built-in digits and shapes"), "{unknown}");
}

#[test]
fn a_wrong_card_or_folder_is_refused_before_anything_is_trained() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    hourglass(folder, &["insight", "vae-2d", "--what", "noise"]).refused(2, &["vae-2d", "noise", "classes"]);
    hourglass(folder, &["insight", "vae-2d", "--what", "clases"])
        .refused(2, &["no card `clases`", "classes"]);
    hourglass(folder, &["insight", "."]).refused(2, &["no recipe.toml", "train --out"]);
    std::fs::write(folder.join("recipe.toml"), "name = \"vae-2d\"\n").expect("a file");
    hourglass(folder, &["insight", ".", "--device", "cpu"]).refused(1, &["model.safetensors"]);
}

#[test]
fn two_recipes_are_compared_on_the_same_noisy_images() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let lines = |words: &[&'static str]| -> Vec<(String, Vec<f64>)> {
        let same = ["--set", "data.count=600", "--set", "training.batch=32", "--epochs", "8"];
        let rest = ["--what", "denoising", "--json", "--device", "cpu"];
        let ran = hourglass(folder, &[&["insight"], words, &same, &rest].concat()).done();
        let card = ran.json_lines().into_iter().find(|line| line["what"] == "denoising").expect("a card");
        let series = card["content"]["series"].as_array().cloned().unwrap_or_default();
        let heights = |line: &Json| {
            let points = line["points"].as_array().into_iter().flatten();
            points.filter_map(|point| point[1].as_f64()).collect()
        };
        series
            .iter()
            .map(|line| (line["name"].as_str().unwrap_or_default().to_owned(), heights(line)))
            .collect()
    };
    let both = lines(&["ae-denoise", "--beside", "ae-32"]);
    let alone = lines(&["ae-32"]);
    let names: Vec<&str> = both.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["noisy image", "ae-denoise", "ae-32", "PCA 512"]);
    assert_eq!(both[0], alone[0], "the same noisy images");
    assert_eq!(both[2], alone[1], "the plain network is the one that is trained alone");
    // Noise of 0.5 and more.
    for at in 3..6 {
        let [noisy, trained, plain] = [0, 1, 2].map(|line| both[line].1[at]);
        assert!(noisy < plain && plain < trained, "{noisy} dB, plain {plain}, trained with noise {trained}");
    }
    hourglass(folder, &["insight", "ae-2d", "--beside", "nowhere"]).refused(2, &["nowhere"]);
}

#[test]
fn cards_that_share_measurements_are_those_that_are_made_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let settings = ["--set", "data.classes=all but 8", "--out", "run"];
    hourglass(folder, &with(&["train", "vae-2d"], &settings)).done();
    let names =
        ["classes", "confusions", "groups", "anomalies", "anomaly-scores", "factors", "disentanglement"];
    let cards = |what: &str| {
        hourglass(folder, &["insight", "run", "--what", what, "--json", "--device", "cpu"])
            .done()
            .json_lines()
    };
    let together = cards(&names.join(","));
    for name in names {
        let alone = cards(name);
        let find = |lines: &[Json]| lines.iter().find(|line| line["what"] == name).cloned();
        let card = find(&together).expect("a card");
        assert!(card["content"].is_object(), "{name}: {card}");
        assert_eq!(Some(card), find(&alone), "{name}");
    }
}
