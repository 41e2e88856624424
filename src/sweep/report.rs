//! What the trainings of a sweep gave: tables, and a card of error against value.

use serde::Serialize;
use serde_json::Value as Json;

use super::plan::{Sweep, SweepError, Training};
use crate::chart::cards::{Card, Line, Lines};
use crate::look::value_label;

/// What one training gave.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
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
    /// How many folds are done.
    #[serde(skip)]
    folds: usize,
}

/// A mean over folds and the standard deviation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation; zero for one fold.
    pub deviation: f64,
}

/// What the trainings that are done gave.
#[derive(Clone, Debug)]
pub struct Report {
    outcomes: Vec<Outcome>,
}

impl Outcome {
    /// Reads what a training wrote.
    pub(super) fn read(sweep: &Sweep, training: &Training) -> Result<Self, SweepError> {
        let path = training.summary();
        let text = std::fs::read_to_string(&path)
            .map_err(|reason| SweepError::Missing { path: path.clone(), reason })?;
        let broken = || SweepError::Broken { path: path.clone() };
        let summary: Json = serde_json::from_str(&text).map_err(|_| broken())?;
        let pixels = summary["pixels"].as_f64().ok_or_else(broken)?;
        let number = |part: &str, key: &str| summary[part][key].as_f64().ok_or_else(broken);
        let outcome = Self {
            value: training.value.clone(),
            fold: training.fold,
            train_objective: number("train", "objective")?,
            validation_objective: number("validation", "objective")?,
            train_error: pixels * number("train", "mse_per_pixel")?,
            validation_error: pixels * number("validation", "mse_per_pixel")?,
            pca_error: None,
        };
        let (written, _) = training.result()?;
        if written == sweep.recipe_of(training)?.with_an_end() {
            Ok(outcome)
        } else {
            Err(SweepError::OtherRecipe { folder: training.folder.clone() })
        }
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

impl Report {
    /// Reads what all trainings have written, and fits principal components beside them.
    pub fn of_all(sweep: &Sweep, is_cancelled: &dyn Fn() -> bool) -> Result<Self, SweepError> {
        let mut report = Self::read(sweep, sweep.trainings().iter())?;
        for fold in sweep.folds_with_components() {
            report.add_components(fold, &sweep.components(fold, is_cancelled)?);
        }
        Ok(report)
    }

    /// Reads what the trainings that are done have written.
    pub fn so_far(sweep: &Sweep) -> Result<Self, SweepError> {
        Self::read(sweep, sweep.trainings().iter().filter(|training| training.is_done()))
    }

    fn read<'a>(sweep: &Sweep, trainings: impl Iterator<Item = &'a Training>) -> Result<Self, SweepError> {
        let outcomes = trainings.map(|training| Outcome::read(sweep, training)).collect::<Result<_, _>>()?;
        Ok(Self { outcomes })
    }

    /// Adds the error of as many principal components to the trainings of a fold. `errors` begin with no component.
    pub fn add_components(&mut self, fold: usize, errors: &[f64]) {
        for outcome in self.outcomes.iter_mut().filter(|outcome| outcome.fold == fold) {
            outcome.pca_error = outcome.value.parse().ok().and_then(|code: usize| errors.get(code).copied());
        }
    }

    /// How many trainings are done.
    pub fn count(&self) -> usize {
        self.outcomes.len()
    }

    /// The values with a training that is done.
    fn points(&self, sweep: &Sweep) -> Vec<Point> {
        let point = |value: &String| {
            let of: Vec<&Outcome> = self.outcomes.iter().filter(|outcome| outcome.value == *value).collect();
            let spread =
                |get: fn(&Outcome) -> f64| Spread::of(&of.iter().map(|one| get(one)).collect::<Vec<f64>>());
            let components: Vec<f64> = of.iter().filter_map(|outcome| outcome.pca_error).collect();
            (!of.is_empty()).then(|| Point {
                value: value.clone(),
                train_error: spread(|outcome| outcome.train_error),
                validation_error: spread(|outcome| outcome.validation_error),
                pca_error: (!components.is_empty()).then(|| Spread::of(&components)),
                folds: of.len(),
            })
        };
        sweep.values.iter().filter_map(point).collect()
    }

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

    /// Everything, as JSON.
    fn json(&self, sweep: &Sweep) -> String {
        let points = self.points(sweep);
        let all = serde_json::json!({
            "recipe": sweep.recipe.name, "over": sweep.parameter.key, "folds": sweep.folds, "points": points,
            "elbow": elbow(&points).map(|point| &point.value), "trainings": self.outcomes,
        });
        format!("{}\n", serde_json::to_string_pretty(&all).unwrap_or_default())
    }

    /// The files with its numbers, by their names.
    pub fn files(&self, sweep: &Sweep) -> [(&'static str, String); 2] {
        [("results.csv", self.csv()), ("results.json", self.json(sweep))]
    }

    /// Writes these files into the folder of the sweep.
    pub fn write(&self, sweep: &Sweep) -> Result<(), SweepError> {
        for (name, text) in self.files(sweep) {
            let path = sweep.folder.join(name);
            std::fs::write(&path, text).map_err(|reason| SweepError::Unwritable { path, reason })?;
        }
        Ok(())
    }

    /// The table for the terminal.
    pub fn table(&self, sweep: &Sweep) -> String {
        let points = self.points(sweep);
        let label = sweep.parameter.label;
        let mut text = format!("{label:16}{:>20}{:>20}{:>20}\n", "train error", "validation error", "PCA");
        for point in &points {
            let components = point.pca_error.map_or(String::new(), Spread::words);
            text += &format!(
                "{:16}{:>20}{:>20}{components:>20}\n",
                point.value,
                point.train_error.words(),
                point.validation_error.words()
            );
        }
        text.push_str(&self.meaning(sweep, &points));
        text.push('\n');
        text
    }

    /// The errors against the values.
    pub fn card(&self, sweep: &Sweep) -> Card {
        let points = self.points(sweep);
        let places: Vec<f32> = points.iter().map(|point| place(sweep, &point.value)).collect();
        let line = |name: &str, get: fn(&Point) -> Option<Spread>| {
            let mut some: Vec<(f32, Spread)> =
                places.iter().zip(&points).filter_map(|(place, point)| Some((*place, get(point)?))).collect();
            some.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            let of = some.into_iter();
            let (points, errors) =
                of.map(|(place, spread)| ([place, spread.mean as f32], spread.deviation as f32)).unzip();
            Line { name: name.to_owned(), points, errors }
        };
        let all = [
            line("training", |point| Some(point.train_error)),
            line("validation", |point| Some(point.validation_error)),
            line("PCA", |point| point.pca_error),
        ];
        let label = sweep.parameter.label;
        let lines = Lines {
            x: label.to_owned(),
            y: "squared error per image".to_owned(),
            are_ratios: places.iter().all(|place| *place > 0.0),
            series: all.into_iter().filter(|line| !line.points.is_empty()).collect(),
            level: None,
        };
        Card::new(format!("Error against {label}"), self.meaning(sweep, &points), lines)
    }

    fn meaning(&self, sweep: &Sweep, points: &[Point]) -> String {
        let spread = match sweep.folds {
            1 => String::new(),
            folds => format!(", over {folds} folds with standard deviations"),
        };
        // Before the last training is done, the elbow can still move.
        let is_complete = self.count() == sweep.trainings().len();
        let elbow = elbow(points).filter(|_| is_complete).map_or(String::new(), |point| {
            format!(
                " The elbow is at {} {}: the first value whose validation error is within one standard error of the lowest.",
                sweep.parameter.label, point.value
            )
        });
        format!("Squared error per image{spread}.{elbow}")
    }

    /// The values on the card, from left to right.
    pub fn values(&self, sweep: &Sweep) -> Vec<String> {
        let mut values: Vec<String> = self.points(sweep).into_iter().map(|point| point.value).collect();
        values.sort_by(|a, b| place(sweep, a).total_cmp(&place(sweep, b)));
        values
    }
}

/// Where a value is on the horizontal axis: at its number, or at its place among the values where it is a word.
fn place(sweep: &Sweep, value: &str) -> f32 {
    let number = || sweep.values.iter().position(|other| other == value).map_or(0.0, |at| (at + 1) as f32);
    value.parse().unwrap_or_else(|_| number())
}

/// The first value whose validation error is within one standard error of the lowest (Breiman and others 1984).
fn elbow(points: &[Point]) -> Option<&Point> {
    let best = points.iter().min_by(|a, b| a.validation_error.mean.total_cmp(&b.validation_error.mean))?;
    let error = best.validation_error.deviation / (best.folds.max(1) as f64).sqrt();
    points.iter().find(|point| point.validation_error.mean <= best.validation_error.mean + error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elbow_is_the_first_value_that_is_as_good_as_the_best() {
        let point = |value: &str, mean: f64| Point {
            value: value.to_owned(),
            train_error: Spread { mean, deviation: 0.0 },
            validation_error: Spread { mean, deviation: 2.0 },
            pca_error: None,
            folds: 4,
        };
        let points = [point("2", 20.0), point("4", 10.9), point("8", 10.0)];
        assert_eq!(elbow(&points).map(|point| point.value.as_str()), Some("4"), "one standard error is 1");
        let spread = Spread::of(&[1.0, 3.0]);
        assert!((spread.mean - 2.0).abs() < 1e-12 && (spread.deviation - 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
