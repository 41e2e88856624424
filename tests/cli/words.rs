//! What the program says: lists, help, data sets, devices, the tour, speeds.

use super::{FIGURES, assert_figures, finished, hourglass, names_in, program};
use hourglass::recipe::table::PARAMETERS;
use hourglass::recipe::{Family, Recipe, builtin};
use std::path::Path;

#[test]
fn the_recipes_are_listed_by_family_one_line_each() {
    let listed = hourglass(Path::new("."), &["recipes"]).done().stdout;
    let mut families = Vec::new();
    let mut recipes = Vec::new();
    for line in listed.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("  ").and_then(|entry| entry.split_once("  ")) {
            Some((name, about)) => {
                recipes.push((name.trim().to_owned(), about.trim().to_owned(), families.len()));
            }
            None => families.push(line.to_owned()),
        }
    }
    for family in &families {
        let known = Family::ALL.iter().any(|f| *family == format!("{}: {}", f.label(), f.sentence()));
        assert!(known, "{family}");
    }
    assert_eq!(recipes.len(), builtin::NAMES.len(), "each recipe stands once in:\n{listed}");
    for name in builtin::NAMES {
        let recipe = Recipe::open(name).unwrap();
        let (_, about, place) = recipes.iter().find(|(listed, ..)| listed == name).unwrap();
        assert_eq!(*about, recipe.about);
        assert!(
            families[place - 1].starts_with(Family::of(&recipe).label()),
            "{name}: {}",
            families[place - 1]
        );
    }
    let golden = "\
Plain: The image must pass through a code of a few numbers; nothing else is asked of it.
  ae-simple";
    assert!(listed.starts_with(golden), "{listed}");
}

#[test]
fn every_parameter_is_listed_once_with_its_default_and_what_it_takes() {
    let text = hourglass(Path::new("."), &["recipes", "--parameters"]).done().stdout;
    for parameter in PARAMETERS {
        let line = format!("{} = {}", parameter.key, parameter.default_value());
        let found = text.lines().filter(|l| *l == line || *l == format!("{line} (live)")).count();
        assert_eq!(found, 1, "`{line}` stands {found} times in:\n{text}");
    }
    assert!(text.contains("\nobjective.beta = 1 (live)\n"), "β is live:\n{text}");
    assert!(text.contains("\n    It takes a number from 0 to 1000.\n"), "β has a range:\n{text}");
}

#[test]
fn help_names_every_command_and_every_option() {
    let help = hourglass(Path::new("."), &["--help"]).done().stdout;
    for word in ["train", "recipes", "data", "devices", "tour", "bench", "--screenshot", "--after", "--theme"]
    {
        assert!(help.contains(word), "--help does not mention {word}:\n{help}");
    }
    let train = hourglass(Path::new("."), &["train", "--help"]).done().stdout;
    for word in
        ["--data", "--set", "--epochs", "--steps", "--seconds", "--device", "--seed", "--out", "--json"]
    {
        assert!(train.contains(word), "train --help does not mention {word}:\n{train}");
    }
    let version = hourglass(Path::new("."), &["--version"]).done().stdout;
    assert_eq!(version, format!("hourglass {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_gets_one_sentence_and_code_2() {
    let mistakes: [(&[&str], &str); 8] = [
        (&["train"], "<RECIPE>"),
        (&["trian", "vae-2d"], "'trian'"),
        (&["train", "vae-2d", "--sed", "1"], "'--seed'"),
        (&["train", "vae-2d", "--epochs", "1", "--steps", "2"], "cannot be used with"),
        (&["train", "vae-2d", "--device", "cuda"], "use auto, cpu, gpu or gpu:N"),
        (&["bench", "--families", "gan"], "there is no family `gan`"),
        (&["--size", "12by8"], "such as 1280x800"),
        (&["--after", "3"], "--screenshot"),
    ];
    for (line, said) in mistakes {
        hourglass(Path::new("."), line).refused(2, &[said]);
    }
}

#[test]
fn a_data_set_is_told_in_numbers_and_shown_as_a_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["data", "digits", "--set", "data.count=400", "--sheet", "made/sheet.png"];
    let said = hourglass(folder.path(), &line).done().stdout;
    for fact in [
        "digits\n",
        "images         400 of 28x28 pixels, grey\n",
        "split          320 to train on, 40 held out to choose among runs, 40 to test\n",
        "classes        0: 40, 1: 40, 2: 40, 3: 40, 4: 40, 5: 40, 6: 40, 7: 40, 8: 40, 9: 40\n",
        "factors        slant ",
    ] {
        assert!(said.contains(fact), "`{fact}` is missing from:\n{said}");
    }
    let sheet = image::open(folder.path().join("made/sheet.png")).unwrap().to_luma8();
    // Ten classes of twenty images at twice their size, with margins.
    assert!(sheet.width() > 20 * 56 && sheet.height() > 10 * 56, "the sheet is {:?}", sheet.dimensions());
    let ink = sheet.pixels().filter(|pixel| pixel.0[0] > 200).count();
    assert!(ink > 10_000, "the sheet shows nothing");
}

#[test]
fn a_sheet_of_no_known_kind_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["data", "shapes", "--set", "data.count=200", "--sheet", "made/sheet.bmp"];
    hourglass(folder.path(), &line).refused(1, &[".png or .svg"]);
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn mnist_is_read_where_it_is_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mnist");
    if !folder.is_dir() {
        eprintln!("skipped mnist_is_read_where_it_is_at_hand: there is no {}", folder.display());
        return;
    }
    let said = hourglass(Path::new("."), &["data", folder.to_str().unwrap()]).done().stdout;
    assert!(said.contains("images         70,000 of 28x28 pixels, grey\n"), "{said}");
    assert!(said.contains("60,000 to train on, 10,000 to test"), "{said}");
}

#[test]
fn devices_begin_with_the_processor_and_end_with_what_auto_takes() {
    let said = hourglass(Path::new("."), &["devices"]).done().stdout;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("cpu "), "{said}");
    assert!(lines[lines.len() - 1].starts_with("auto takes "), "{said}");
}

#[test]
fn the_tour_writes_its_figures_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["tour", "--seconds", "1", "--out", "here", "--device", "cpu"];
    let said = hourglass(folder.path(), &line).done().stdout;
    assert_eq!(names_in(folder.path()), ["here"]);
    assert_eq!(names_in(&folder.path().join("here")), FIGURES);
    assert_figures(&folder.path().join("here"));
    let is_named = |name: &&&str| said.contains(**name) || name.starts_with("card-");
    let unnamed: Vec<&&str> = FIGURES.iter().filter(|name| !is_named(name)).collect();
    assert!(unnamed.is_empty() && said.contains("card-*"), "{unnamed:?} are not named in:\n{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_display_the_tour_runs_instead_of_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut line = program(folder.path(), &["--device", "cpu"]);
    let ran = finished(line.env("HOURGLASS_TOUR_SECONDS", "1")).done();
    let want = "hourglass: there is no display for the window, so the tour runs instead: 1 seconds of training, \
                figures in hourglass-tour/\n";
    assert_eq!(ran.stderr, want);
    assert_figures(&folder.path().join("hourglass-tour"));
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_display_there_is_no_screenshot_and_no_tour_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["--screenshot", "window.png", "--after", "1"];
    hourglass(folder.path(), &line).refused(1, &["no display", "xvfb-run"]);
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn speeds_are_measured_per_recipe() {
    let line = ["bench", "--families", "sparse,ae-2d", "--seconds", "0.2", "--device", "cpu", "--json"];
    let ran = hourglass(Path::new("."), &line).done();
    let lines = ran.json_lines();
    let recipes: Vec<&str> = lines.iter().filter_map(|line| line["recipe"].as_str()).collect();
    assert_eq!(recipes[..2], ["ae-2d", "ae-sparse"]);
    assert!(!recipes.contains(&"vae-2d"), "only what was asked for: {recipes:?}");
    for line in &lines {
        for key in ["images_per_second", "decode_one_ms", "decode_lattice_ms"] {
            assert!(line[key].as_f64().is_some_and(|speed| speed > 0.0), "{key} in {line}");
        }
    }
}
