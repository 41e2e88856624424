//! The output of the program: lists, help, data sets, devices, the tour, speeds.

#![cfg(test)]

use super::{FIGURES, assert_figures, finished, hourglass, names_in, program};
use hourglass::recipe::table::PARAMETERS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const README: &str = include_str!("../../README.md");

#[test]
fn recipes_lists_every_recipe_file_once_under_the_family_of_the_readme() {
    let listed = hourglass(Path::new("."), &["recipes"]).done().stdout;
    let mut families: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut abouts: BTreeMap<String, String> = BTreeMap::new();
    let mut family = String::new();
    for line in listed.lines().filter(|line| !line.is_empty()) {
        if let Some((name, about)) = line.strip_prefix("  ").and_then(|entry| entry.split_once("  ")) {
            families.entry(family.clone()).or_default().insert(name.to_owned());
            let again = abouts.insert(name.to_owned(), about.trim().to_owned());
            assert_eq!(again, None, "{name} is listed twice");
        } else {
            let (label, sentence) = line.split_once(": ").unwrap();
            assert!(sentence.ends_with('.'), "a family has a sentence: {line}");
            family = label.to_lowercase();
        }
    }
    assert_eq!(abouts, abouts_in_files());
    assert_eq!(families, families_in_readme());
    let golden = "\
Plain: Images are encoded in a code and decoded again; the code has no other constraint.
  ae-simple              The smallest autoencoder: one ReLU layer of 64 units, and one linear layer back to the image
";
    assert!(listed.starts_with(golden), "{listed}");
}

/// The description in each recipe file, by the name of the file.
fn abouts_in_files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/recipes");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let about = |path: PathBuf| {
        let text: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), text["about"].as_str().unwrap().to_owned())
    };
    files.filter(|path| path.is_file()).map(about).collect()
}

/// The recipes of each family in the README's table.
fn families_in_readme() -> BTreeMap<String, BTreeSet<String>> {
    let rows = README.lines().skip_while(|line| !line.starts_with("| family |")).skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("| "));
    let family = |row: &str| {
        let row = row.replace("\\|", "");
        let (name, rest) = row.split_once(" | ").unwrap();
        let recipes = rest.split(" | ").next().unwrap().split('`').skip(1).step_by(2).map(str::to_owned);
        (name.to_lowercase(), recipes.collect())
    };
    rows.map(family).collect()
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
fn help_and_readme_name_the_same_commands_and_options() {
    let readme = usage_in_readme();
    let mut help = BTreeMap::from([(String::new(), options_in(&help_of(None)))]);
    for command in commands_in(&help_of(None)) {
        help.insert(command.clone(), options_in(&help_of(Some(&command))));
    }
    assert!(
        help.len() > 6 && help[""].len() > 9 && help["train"].len() > 8,
        "the help was not parsed: {help:?}"
    );
    for command in help.keys().chain(readme.keys()) {
        assert_eq!(readme.get(command), help.get(command), "options of `hourglass {command}`: README, help");
    }
    let version = hourglass(Path::new("."), &["--version"]).done().stdout;
    assert_eq!(version, format!("hourglass {}\n", env!("CARGO_PKG_VERSION")));
}

fn help_of(command: Option<&str>) -> String {
    let line: Vec<&str> = command.into_iter().chain(["--help"]).collect();
    hourglass(Path::new("."), &line).done().stdout
}

/// The commands of the help, which stand in the lines after `Commands:`.
fn commands_in(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.map_while(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The options of a help text: the first one in each line that starts with one.
fn options_in(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim).filter(|line| line.starts_with('-'));
    let options = lines.filter_map(|line| long_options(line).next());
    options.filter(|option| option != "--help" && option != "--version").collect()
}

/// The options of each command in the README's usage block; the window is the command without a name.
fn usage_in_readme() -> BTreeMap<String, BTreeSet<String>> {
    let block = README.split("## The command line").nth(1).and_then(|text| text.split("```").nth(1)).unwrap();
    let mut usage: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut command = String::new();
    for line in block.lines() {
        if let Some(rest) = line.strip_prefix("hourglass ") {
            let word = rest.split_whitespace().next().unwrap_or_default();
            let is_command = word.chars().all(|c| c.is_ascii_lowercase());
            command = if is_command { word.to_owned() } else { String::new() };
        }
        if !line.is_empty() {
            usage.entry(command.clone()).or_default().extend(long_options(line));
        }
    }
    usage
}

/// Every `--option` in a line.
fn long_options(line: &str) -> impl Iterator<Item = String> {
    let words = line.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned)
}

#[test]
fn a_wrong_command_line_gets_one_sentence_and_code_2() {
    let mistakes: [(&[&str], &str); 8] = [
        (&["train"], "<RECIPE>"),
        (&["trian", "vae-2d"], "'trian'"),
        (&["train", "vae-2d", "--sed", "1"], "'--seed'"),
        (&["train", "vae-2d", "--epochs", "1", "--steps", "2"], "cannot be used with"),
        (&["train", "vae-2d", "--device", "cuda"], "use auto, cpu, gpu or gpu:N"),
        (&["bench", "--families", "gan"], "there is no family or recipe `gan`"),
        (&["--size", "12by8"], "such as 1280x800"),
        (&["--after", "3"], "--screenshot"),
    ];
    for (line, said) in mistakes {
        hourglass(Path::new("."), line).refused(2, &[said]);
    }
}

#[test]
fn a_data_set_is_described_in_numbers_and_drawn_as_a_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["data", "digits", "--set", "data.count=400", "--sheet", "made/sheet.png"];
    let said = hourglass(folder.path(), &line).done().stdout;
    for fact in [
        "digits\n",
        "images         400 of 28x28 pixels, grey\n",
        "split          320 training, 40 validation, 40 test images\n",
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
fn a_sheet_in_an_unknown_format_is_refused_and_leaves_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["data", "shapes", "--set", "data.count=200", "--sheet", "made/sheet.bmp"];
    hourglass(folder.path(), &line).refused(1, &[".png or .svg"]);
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn mnist_is_read_if_it_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mnist");
    if !folder.is_dir() {
        eprintln!("skipped mnist_is_read_if_it_is_there: there is no {}", folder.display());
        return;
    }
    let said = hourglass(Path::new("."), &["data", folder.to_str().unwrap()]).done().stdout;
    assert!(said.contains("images         70,000 of 28x28 pixels, grey\n"), "{said}");
    assert!(said.contains("54,000 training, 6,000 validation, 10,000 test images"), "{said}");
}

#[test]
fn devices_start_with_the_cpu_and_end_with_what_auto_selects() {
    let said = hourglass(Path::new("."), &["devices"]).done().stdout;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("cpu "), "{said}");
    assert!(lines[lines.len() - 1].starts_with("auto selects "), "{said}");
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
