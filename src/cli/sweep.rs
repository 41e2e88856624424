//! `sweep`: trains a recipe at several values of a parameter, with cross-validation, and compares the errors.
//!
//! A sweep is a plan of `hourglass train` commands, one folder of results for each. They run as programs of their own, here
//! or on other machines, and what they wrote is collected: so an interrupted sweep goes on where it was, and a sweep over
//! many machines gives the same files as one here.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;

use super::args::SweepArgs;
use super::failure::Failure;
use super::interrupt;
use super::output::{OutputFolder, print, print_error};
use crate::chart::cards::{Card, Line, Lines};
use crate::data::load;
use crate::export::figures::{Caption, CardFigure, Figure as _};
use crate::export::save_figure;
use crate::insight::pca::{Covariance, MOST_PIXELS, Pca};
use crate::look::{ColorScheme, value_label};
use crate::recipe::{Recipe, Value, table};

/// Time between two looks at programs that run.
const TICK: Duration = Duration::from_millis(50);
/// The size of the figure, as a multiple of its nominal size.
const SCALE: u32 = 2;
/// The parameter that principal components are compared by.
const CODE: &str = "model.code";

/// One training of a sweep.
#[derive(Debug)]
struct Training {
    value: String,
    fold: usize,
    folder: PathBuf,
    /// What `hourglass` is told.
    words: Vec<String>,
}

/// What one training gave.
#[derive(Clone, Debug, Serialize)]
struct Outcome {
    value: String,
    fold: usize,
    train_objective: f64,
    validation_objective: f64,
    /// Squared errors per image.
    train_error: f64,
    validation_error: f64,
    /// The squared error of as many principal components on the validation images, where the size of the code is swept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pca_error: Option<f64>,
}

/// The trainings at one value.
#[derive(Clone, Debug, Serialize)]
struct Point {
    value: String,
    train_error: Spread,
    validation_error: Spread,
    #[serde(skip_serializing_if = "Option::is_none")]
    pca_error: Option<Spread>,
}

/// A mean over folds and the standard deviation.
#[derive(Clone, Copy, Debug, Serialize)]
struct Spread {
    mean: f64,
    deviation: f64,
}

/// Plans, trains or collects.
pub(super) fn run(args: &SweepArgs) -> Result<(), Failure> {
    let sweep = Sweep::new(args)?;
    if args.plan {
        return print(&sweep.plan());
    }
    let output = OutputFolder::open(&args.out)?;
    if !args.collect {
        interrupt::listen();
        sweep.train(args.jobs.max(1))?;
    }
    let report = sweep.collect()?;
    let written = output.write(|staging| {
        staging.write("results.csv", &report.csv())?;
        staging.write("results.json", &report.json(&sweep))?;
        let scene = CardFigure { card: report.card(&sweep) }.scene(&sweep.caption(), ColorScheme::Light);
        for ending in ["png", "svg"] {
            save_figure(&scene, &staging.path(&format!("sweep.{ending}")), SCALE)?;
        }
        Ok(())
    })?;
    print(&format!(
        "{}\nWritten to {}: {}\n",
        report.table(&sweep),
        output.path().display(),
        written.join(", ")
    ))
}

/// What is to be trained.
#[derive(Debug)]
struct Sweep {
    recipe: Recipe,
    key: String,
    label: &'static str,
    values: Vec<String>,
    folds: usize,
    trainings: Vec<Training>,
}

impl Sweep {
    fn new(args: &SweepArgs) -> Result<Self, Failure> {
        let recipe = args.recipe.recipe()?;
        let (key, values) = args.over.split_once('=').ok_or_else(|| {
            Failure::Usage(format!(
                "`{}` is no sweep; write --over KEY=VALUE,VALUE, such as model.code=2,8",
                args.over
            ))
        })?;
        let parameter = table::find(key)?;
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
        let folds = args.folds;
        let mut trainings = Vec::new();
        for (number, value) in values.iter().enumerate() {
            for fold in 1..=folds.max(1) {
                let folder = args.out.join("runs").join(format!("{:02}-{value}-fold-{fold}", number + 1));
                let mut words = vec!["train".to_owned()];
                words.extend(args.recipe.words());
                let mut set = |setting: String| words.extend(["--set".to_owned(), setting]);
                set(format!("{key}={value}"));
                if folds > 1 {
                    set(format!("data.folds={folds}"));
                    set(format!("data.fold={fold}"));
                }
                words.extend(["--out".to_owned(), folder.display().to_string()]);
                trainings.push(Training { value: value.clone(), fold, folder, words });
            }
        }
        let sweep = Self { recipe, key: key.to_owned(), label: parameter.label, values, folds, trainings };
        // Everything that is wrong is said before anything is trained.
        for training in &sweep.trainings {
            sweep.recipe_of(training)?;
        }
        Ok(sweep)
    }

    /// The recipe of a training.
    fn recipe_of(&self, training: &Training) -> Result<Recipe, Failure> {
        let mut recipe = self.recipe.clone();
        recipe.set_from_text(&format!("{}={}", self.key, training.value))?;
        if self.folds > 1 {
            recipe.set("data.folds", &Value::Integer(self.folds as u64))?;
            recipe.set("data.fold", &Value::Integer(training.fold as u64))?;
        }
        recipe.validate()?;
        Ok(recipe)
    }

    /// One complete command a line.
    fn plan(&self) -> String {
        let quoted = |word: &String| {
            let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,".contains(c));
            if is_plain { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
        };
        let line = |training: &Training| {
            let words: Vec<String> = training.words.iter().map(quoted).collect();
            format!("hourglass {}\n", words.join(" "))
        };
        self.trainings.iter().map(line).collect()
    }

    /// Trains what is not done yet, so many at once.
    fn train(&self, jobs: usize) -> Result<(), Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::Failed(format!("the program cannot find itself ({error}); use --plan and run its lines"))
        })?;
        let mut left: Vec<&Training> = self.trainings.iter().rev().filter(|one| !one.is_done()).collect();
        let (all, mut running) = (self.trainings.len(), Vec::<(&Training, Child)>::new());
        let done = all - left.len();
        if done > 0 {
            print_error(format!("{done} of {all} trainings are done already"));
        }
        let result = 'sweep: loop {
            if interrupt::is_interrupted() {
                break Err(Failure::Interrupted);
            }
            while running.len() < jobs
                && let Some(training) = left.pop()
            {
                match training.start(&program) {
                    Ok(child) => running.push((training, child)),
                    Err(failure) => break 'sweep Err(failure),
                }
            }
            if running.is_empty() {
                break Ok(());
            }
            std::thread::sleep(TICK);
            let mut failed = None;
            running.retain_mut(|(training, child)| match child.try_wait() {
                Ok(None) => true,
                Ok(Some(status)) if status.success() => {
                    std::fs::remove_file(training.log()).ok();
                    print_error(format!("{} {}, fold {}: done", self.label, training.value, training.fold));
                    false
                }
                _ => {
                    failed = Some(training.failure(&self.key));
                    false
                }
            });
            if let Some(failure) = failed {
                break Err(failure);
            }
        };
        for (_, mut child) in running {
            child.kill().ok();
            child.wait().ok();
        }
        result
    }

    /// What the trainings have written, with principal components beside where the size of the code is swept.
    fn collect(&self) -> Result<Report, Failure> {
        let mut outcomes = Vec::new();
        for training in &self.trainings {
            outcomes.push(training.outcome()?);
        }
        if self.key == CODE {
            self.add_components(&mut outcomes)?;
        }
        let point = |value: &String| {
            let of: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.value == *value).collect();
            let spread =
                |get: fn(&Outcome) -> f64| Spread::of(&of.iter().map(|one| get(one)).collect::<Vec<f64>>());
            let components: Vec<f64> = of.iter().filter_map(|outcome| outcome.pca_error).collect();
            Point {
                value: value.clone(),
                train_error: spread(|outcome| outcome.train_error),
                validation_error: spread(|outcome| outcome.validation_error),
                pca_error: (!components.is_empty()).then(|| Spread::of(&components)),
            }
        };
        let points = self.values.iter().map(point).collect();
        Ok(Report { outcomes, points })
    }

    /// The error of as many principal components, fitted to the training images of each fold.
    fn add_components(&self, outcomes: &mut [Outcome]) -> Result<(), Failure> {
        for fold in 1..=self.folds.max(1) {
            let Some(training) = self.trainings.iter().find(|training| training.fold == fold) else {
                continue;
            };
            let dataset = load(&(&self.recipe_of(training)?.data).into())?;
            let pixels = dataset.shape.values();
            if pixels > MOST_PIXELS {
                return Ok(());
            }
            let pca = Pca::of(Covariance::of_images(&dataset, &dataset.split.train), pixels);
            let mut images = Vec::new();
            dataset.write_f32(&dataset.split.validation, &mut images);
            let errors = pca.squared_errors(&images);
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.fold == fold) {
                outcome.pca_error =
                    outcome.value.parse().ok().and_then(|code: usize| errors.get(code).copied());
            }
        }
        Ok(())
    }

    fn caption(&self) -> Caption {
        let folds = if self.folds > 1 { format!(" · {} folds", self.folds) } else { String::new() };
        Caption { text: format!("{}{folds}", self.recipe.caption()) }
    }
}

impl Training {
    fn summary(&self) -> PathBuf {
        self.folder.join("summary.json")
    }

    /// Whether its results are there.
    fn is_done(&self) -> bool {
        self.summary().is_file()
    }

    /// What it says while it runs is written here; the file is deleted when it is done.
    fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    fn start(&self, program: &Path) -> Result<Child, Failure> {
        let log = self.log();
        let runs = log.parent().unwrap_or(Path::new("."));
        let file = std::fs::create_dir_all(runs).and_then(|()| std::fs::File::create(&log));
        let file = file.map_err(|error| Failure::unwritable(&log, &error))?;
        Command::new(program)
            .args(&self.words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .map_err(|error| Failure::Failed(format!("a training could not be started ({error})")))
    }

    /// Why it failed, in its own words.
    fn failure(&self, key: &str) -> Failure {
        let said = std::fs::read_to_string(self.log()).unwrap_or_default();
        let why = said.lines().next_back().unwrap_or("it said nothing").trim_start_matches("hourglass: ");
        Failure::Failed(format!("at {key} = {}, fold {}: {why}", self.value, self.fold))
    }

    fn outcome(&self) -> Result<Outcome, Failure> {
        let path = self.summary();
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let path = path.display();
            Failure::Failed(format!("{path} cannot be read ({error}); run the lines of --plan first"))
        })?;
        let broken = || Failure::Failed(format!("{} is no summary of a training; delete it", path.display()));
        let summary: Json = serde_json::from_str(&text).map_err(|_| broken())?;
        let pixels = summary["pixels"].as_f64().ok_or_else(broken)?;
        let number = |part: &str, key: &str| summary[part][key].as_f64().ok_or_else(broken);
        Ok(Outcome {
            value: self.value.clone(),
            fold: self.fold,
            train_objective: number("train", "objective")?,
            validation_objective: number("validation", "objective")?,
            train_error: pixels * number("train", "mse_per_pixel")?,
            validation_error: pixels * number("validation", "mse_per_pixel")?,
            pca_error: None,
        })
    }
}

impl Spread {
    fn of(numbers: &[f64]) -> Self {
        let count = numbers.len().max(1) as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        Self { mean, deviation: (squares / (count - 1.0).max(1.0)).sqrt() }
    }

    fn words(self) -> String {
        format!("{} ± {}", value_label(self.mean), value_label(self.deviation))
    }
}

/// Everything that a sweep gave.
#[derive(Debug)]
struct Report {
    outcomes: Vec<Outcome>,
    points: Vec<Point>,
}

impl Report {
    /// One line for each training.
    fn csv(&self) -> String {
        let mut text =
            "value,fold,train_objective,validation_objective,train_error,validation_error,pca_error\n"
                .to_owned();
        for outcome in &self.outcomes {
            let Outcome {
                value,
                fold,
                train_objective,
                validation_objective,
                train_error,
                validation_error,
                ..
            } = outcome;
            let components = outcome.pca_error.map_or(String::new(), |error| error.to_string());
            text += &format!(
                "{value},{fold},{train_objective},{validation_objective},{train_error},{validation_error},{components}\n"
            );
        }
        text
    }

    fn json(&self, sweep: &Sweep) -> String {
        let all = serde_json::json!({
            "recipe": sweep.recipe.name, "over": sweep.key, "folds": sweep.folds, "points": self.points,
            "elbow": self.elbow().map(|point| &point.value), "trainings": self.outcomes,
        });
        format!("{}\n", serde_json::to_string_pretty(&all).unwrap_or_default())
    }

    /// The first value whose validation error is within one standard error of the lowest (Breiman and others 1984).
    fn elbow(&self) -> Option<&Point> {
        let best =
            self.points.iter().min_by(|a, b| a.validation_error.mean.total_cmp(&b.validation_error.mean))?;
        let folds = self.outcomes.iter().filter(|outcome| outcome.value == best.value).count();
        let error = best.validation_error.deviation / (folds.max(1) as f64).sqrt();
        self.points.iter().find(|point| point.validation_error.mean <= best.validation_error.mean + error)
    }

    fn table(&self, sweep: &Sweep) -> String {
        let mut text =
            format!("{:16}{:>20}{:>20}{:>20}\n", sweep.label, "train error", "validation error", "PCA");
        for point in &self.points {
            let components = point.pca_error.map_or(String::new(), Spread::words);
            text += &format!(
                "{:16}{:>20}{:>20}{components:>20}\n",
                point.value,
                point.train_error.words(),
                point.validation_error.words()
            );
        }
        text.push_str(&self.meaning(sweep));
        text.push('\n');
        text
    }

    fn meaning(&self, sweep: &Sweep) -> String {
        let elbow = self.elbow().map_or(String::new(), |point| {
            format!(
                " The elbow is at {} {}: the first value whose validation error is within one standard error of the lowest.",
                sweep.label, point.value
            )
        });
        let spread = if sweep.folds > 1 {
            format!(", over {} folds with standard deviations", sweep.folds)
        } else {
            String::new()
        };
        format!("Squared error per image{spread}.{elbow}")
    }

    fn card(&self, sweep: &Sweep) -> Card {
        let places: Vec<f32> = self
            .points
            .iter()
            .zip(1..)
            .map(|(point, number)| point.value.parse().unwrap_or(number as f32))
            .collect();
        let line = |name: &str, get: fn(&Point) -> Option<Spread>| {
            let spreads = self.points.iter().map(get);
            let some = places.iter().zip(spreads).filter_map(|(place, spread)| Some((*place, spread?)));
            let (points, errors) =
                some.map(|(place, spread)| ([place, spread.mean as f32], spread.deviation as f32)).unzip();
            Line { name: name.to_owned(), points, errors }
        };
        let all = [
            line("training", |point| Some(point.train_error)),
            line("validation", |point| Some(point.validation_error)),
            line("PCA", |point| point.pca_error),
        ];
        let lines = Lines {
            x: sweep.label.to_owned(),
            y: "squared error per image".to_owned(),
            are_ratios: places.iter().all(|place| *place > 0.0),
            series: all.into_iter().filter(|line| !line.points.is_empty()).collect(),
            level: None,
        };
        Card::new(format!("Error against {}", sweep.label), self.meaning(sweep), lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elbow_is_the_first_value_that_is_as_good_as_the_best() {
        let outcome = |value: &str, error: f64| Outcome {
            value: value.to_owned(),
            fold: 1,
            train_objective: 0.0,
            validation_objective: 0.0,
            train_error: 0.0,
            validation_error: error,
            pca_error: None,
        };
        let point = |value: &str, mean: f64| Point {
            value: value.to_owned(),
            train_error: Spread { mean, deviation: 0.0 },
            validation_error: Spread { mean, deviation: 2.0 },
            pca_error: None,
        };
        let report = Report {
            outcomes: [outcome("8", 1.0), outcome("8", 1.0), outcome("8", 1.0), outcome("8", 1.0)].to_vec(),
            points: [point("2", 20.0), point("4", 10.9), point("8", 10.0)].to_vec(),
        };
        assert_eq!(report.elbow().map(|point| point.value.as_str()), Some("4"), "one standard error is 1");
        let spread = Spread::of(&[1.0, 3.0]);
        assert!((spread.mean - 2.0).abs() < 1e-12 && (spread.deviation - 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
