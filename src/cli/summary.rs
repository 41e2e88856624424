//! What is said of a run in numbers: lines of progress, the summary, and the table for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::failure::Failure;
use super::session::{End, Session};
use crate::engine::{Evaluation, FinalFigures, History, Progress, StagePlan};
use crate::insight::SparseCoding;
use crate::insight::dictionary::Rebuilt;
use crate::look::{count_label, value_label};
use crate::recipe::Family;
use crate::train::{Figures, Penalty};

/// The terms of the objective, per image.
#[derive(Debug, Serialize)]
pub(super) struct Terms {
    objective: f64,
    reconstruction: f64,
    /// Every penalty by its word, before its weight.
    #[serde(flatten)]
    penalties: BTreeMap<&'static str, f64>,
    /// Squared error of the reconstruction from the code itself, per pixel; only evaluations measure it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mse_per_pixel: Option<f64>,
}

impl Terms {
    fn new(figures: &Figures, pixels: usize) -> Self {
        Self {
            objective: figures.objective,
            reconstruction: figures.reconstruction,
            penalties: figures.penalties().map(|(penalty, value)| (penalty.word(), value)).collect(),
            mse_per_pixel: figures.squared_error.map(|error| error / pixels as f64),
        }
    }
}

/// What a price of the atoms comes to, per image.
#[derive(Debug, Serialize)]
struct Atoms {
    lambda: f64,
    nonzeros: f64,
    squared_error: f64,
}

impl From<Rebuilt> for Atoms {
    fn from(Rebuilt { lambda, nonzeros, squared_error }: Rebuilt) -> Self {
        Self { lambda, nonzeros, squared_error }
    }
}

/// What a dictionary came to on test images: at the recipe's λ, and at prices around it.
#[derive(Debug, Serialize)]
pub(super) struct DictionaryTerms {
    lambda: f64,
    /// Squared error of the network's own reconstructions.
    network_squared_error: f64,
    codes: Vec<Atoms>,
    pixels: Vec<Atoms>,
    #[serde(skip)]
    here: Vec<(&'static str, Atoms)>,
}

impl DictionaryTerms {
    fn new(found: &SparseCoding) -> Self {
        let all = |points: &[Rebuilt]| points.iter().copied().map(Atoms::from).collect();
        let codes = found.codes_here().map(|point| ("codes", point.into()));
        let pixels = found.pixels_here().map(|point| ("pixels", point.into()));
        Self {
            lambda: found.lambda,
            network_squared_error: found.floor,
            codes: all(&found.codes),
            pixels: all(&found.pixels),
            here: codes.into_iter().chain(pixels).collect(),
        }
    }

    /// What it came to, for people.
    fn table(&self) -> String {
        let mut text = format!("\n{:24}{:>10}{:>15}\n", "dictionary, test", "atoms used", "squared error");
        for (name, Atoms { nonzeros, squared_error, .. }) in &self.here {
            let name = format!("of {name} at λ {}", value_label(self.lambda));
            let _ = writeln!(text, "{name:24}{nonzeros:>10.1}{:>15}", value_label(*squared_error));
        }
        let floor = value_label(self.network_squared_error);
        let _ = writeln!(text, "{:24}{:>10}{floor:>15}", "the network's own", "");
        text
    }
}

/// One line while a run trains.
#[derive(Debug, Serialize)]
pub(super) struct ProgressLine {
    event: &'static str,
    /// What is trained, in words: `layer 2 of 4`.
    stage: String,
    epoch: u64,
    step: u64,
    seconds: f64,
    images_per_second: f64,
    train: Option<Terms>,
    held_out: Option<Terms>,
}

impl ProgressLine {
    /// How far a run is on its plan.
    pub(super) fn new(progress: &Progress, plan: &StagePlan, pixels: usize) -> Self {
        let Progress { step, epoch, stage, images_per_second, seconds, train, held_out } = progress;
        let terms = |figures: &Option<Figures>| figures.as_ref().map(|figures| Terms::new(figures, pixels));
        Self {
            event: "progress",
            stage: plan.name(*stage),
            epoch: *epoch,
            step: *step,
            seconds: *seconds,
            images_per_second: *images_per_second,
            train: terms(train),
            held_out: terms(held_out),
        }
    }
}

/// The last word on a run; of one that failed, on its last good weights.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    event: &'static str,
    family: &'static str,
    recipe: String,
    seed: u64,
    device: String,
    parameters: usize,
    epochs: u64,
    steps: u64,
    /// How many of the steps trained layers by themselves.
    #[serde(skip_serializing_if = "is_zero")]
    pretraining_steps: u64,
    seconds: f64,
    images_per_second: f64,
    /// Why training ended, in words.
    end: String,
    train: Terms,
    test: Terms,
    /// Dimensions of a Gaussian code that tell images apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_units: Option<usize>,
    /// What a dictionary came to, where one was learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    dictionary: Option<DictionaryTerms>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Summary {
    /// The last word on a session whose training is over: measures its weights once more.
    pub(super) fn new(session: &mut Session, end: &End) -> Result<Self, Failure> {
        let FinalFigures { train, test, active_units, dictionary } = session.evaluate()?;
        let (progress, recipe) = (&session.progress, &session.run.recipe);
        let pixels = session.bench.dataset.shape.pixels();
        let plan = StagePlan::new(recipe, session.bench.steps_per_epoch);
        let images = progress.step as f64 * recipe.training.batch as f64;
        let rate = if progress.seconds > 0.0 { images / progress.seconds } else { 0.0 };
        let (event, end) = match end {
            End::Finished(sentence) => ("summary", sentence.clone()),
            End::Interrupted => ("summary", "Stopped by hand".to_owned()),
            End::Failed(sentence) => ("failed", sentence.clone()),
        };
        Ok(Self {
            event,
            family: Family::of(recipe).word(),
            recipe: recipe.name.clone(),
            seed: recipe.seed,
            device: session.bench.device.clone(),
            parameters: session.run.parameters,
            epochs: progress.step / session.bench.steps_per_epoch.max(1),
            steps: progress.step,
            pretraining_steps: progress.step - plan.trained(progress.step),
            seconds: progress.seconds,
            images_per_second: rate,
            end,
            train: Terms::new(&train, pixels),
            test: Terms::new(&test, pixels),
            active_units,
            dictionary: dictionary.as_ref().map(DictionaryTerms::new),
        })
    }

    /// The summary as a file.
    pub(super) fn file(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(self).unwrap_or_default())
    }

    /// The summary for people: what was done, and a table of what it came to.
    pub(super) fn table(&self) -> String {
        let Self { recipe, seed, device, epochs, steps, seconds, images_per_second, end, .. } = self;
        let mut text = format!("{recipe}, seed {seed}, on {device}\n{end}\n");
        let rate = count_label(images_per_second.round() as u64);
        let steps = count_label(*steps);
        let _ = writeln!(text, "{steps} steps, {epochs} epochs, {seconds:.1} s, {rate} images/s");
        if self.pretraining_steps > 0 {
            let _ = writeln!(
                text,
                "{} of the steps trained layers by themselves",
                count_label(self.pretraining_steps)
            );
        }
        text.push('\n');
        let mut rows = vec![
            ("objective", self.train.objective, self.test.objective),
            ("reconstruction", self.train.reconstruction, self.test.reconstruction),
        ];
        for penalty in Penalty::ALL {
            let of = |terms: &Terms| terms.penalties.get(penalty.word()).copied();
            rows.extend(
                of(&self.train).zip(of(&self.test)).map(|(train, test)| (penalty.label(), train, test)),
            );
        }
        let pair = self.train.mse_per_pixel.zip(self.test.mse_per_pixel);
        rows.extend(pair.map(|(train, test)| ("squared error per pixel", train, test)));
        let _ = writeln!(text, "{:24}{:>10}{:>10}", "per image", "train", "test");
        for (name, train, test) in rows {
            let _ = writeln!(text, "{name:24}{:>10}{:>10}", value_label(train), value_label(test));
        }
        if let Some(active) = self.active_units {
            let _ = writeln!(text, "{:24}{:>10}{active:>10}", "active dimensions", "");
        }
        text.extend(self.dictionary.as_ref().map(DictionaryTerms::table));
        text
    }
}

/// The held-out evaluations as CSV. Every digit is there and no clock: the same run writes the same bytes.
pub(super) fn history_csv(history: &History) -> String {
    let evaluations = history.evaluations();
    // A penalty may come and go while its weight is moved: every one that ever was has its columns.
    let has = |figures: &Figures, penalty: Penalty| figures.penalty(penalty).is_some();
    let was_there = |penalty: &Penalty| {
        evaluations.iter().any(|e| has(&e.held_out, *penalty) || e.train.is_some_and(|f| has(&f, *penalty)))
    };
    let penalties: Vec<Penalty> = Penalty::ALL.into_iter().filter(was_there).collect();
    let terms = |prefix: &str| {
        let words = penalties.iter().map(|penalty| penalty.word());
        let names = ["objective", "reconstruction"].into_iter().chain(words);
        names.map(|name| format!(",{prefix}_{name}")).collect::<String>()
    };
    let mut text = format!("epoch,step{}{},held_out_squared_error\n", terms("train"), terms("held_out"));
    for Evaluation { step, epoch, train, held_out } in evaluations {
        let squared = held_out.squared_error;
        let cells =
            cells(train.as_ref(), &penalties).chain(cells(Some(held_out), &penalties)).chain([squared]);
        let cells: String =
            cells.map(|cell| cell.map_or(",".to_owned(), |value| format!(",{value}"))).collect();
        let _ = writeln!(text, "{epoch},{step}{cells}");
    }
    text
}

/// The terms of some figures in the order of the columns; empty cells where there are none.
fn cells<'a>(
    figures: Option<&'a Figures>,
    penalties: &'a [Penalty],
) -> impl Iterator<Item = Option<f64>> + 'a {
    let first = [figures.map(|f| f.objective), figures.map(|f| f.reconstruction)];
    first.into_iter().chain(penalties.iter().map(move |penalty| figures.and_then(|f| f.penalty(*penalty))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(objective: f64, kl: f64) -> Figures {
        let mut figures = Figures {
            objective,
            reconstruction: objective - kl,
            squared_error: Some(7.84),
            ..Figures::default()
        };
        figures.set_penalty(Penalty::Kl, kl);
        figures
    }

    #[test]
    fn a_history_has_a_row_per_evaluation_and_empty_cells_before_the_first_step() {
        let mut history = History::default();
        history.push_evaluation(Evaluation { step: 0, epoch: 0, train: None, held_out: figures(5.5, 0.25) });
        let train = Some(figures(0.1 + 0.2, 0.1));
        history.push_evaluation(Evaluation { step: 10, epoch: 1, train, held_out: figures(4.0, 1.0) });
        let want = "epoch,step,train_objective,train_reconstruction,train_kl,\
                    held_out_objective,held_out_reconstruction,held_out_kl,held_out_squared_error\n\
                    0,0,,,,5.5,5.25,0.25,7.84\n\
                    1,10,0.30000000000000004,0.20000000000000004,0.1,4,3,1,7.84\n";
        assert_eq!(history_csv(&history), want);
    }

    #[test]
    fn a_penalty_that_goes_keeps_its_columns() {
        let mut history = History::default();
        history.push_evaluation(Evaluation { step: 0, epoch: 0, train: None, held_out: figures(5.5, 0.25) });
        let held_out = Figures { objective: 4.0, reconstruction: 4.0, ..Figures::default() };
        history.push_evaluation(Evaluation { step: 10, epoch: 1, train: Some(held_out), held_out });
        let text = history_csv(&history);
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rows, ["0,0,,,,5.5,5.25,0.25,7.84", "1,10,4,4,,4,4,,"]);
    }

    #[test]
    fn terms_say_every_penalty_by_name_and_the_error_per_pixel() {
        let terms = serde_json::to_string(&Terms::new(&figures(3.0, 1.0), 784)).unwrap();
        assert_eq!(terms, r#"{"objective":3.0,"reconstruction":2.0,"kl":1.0,"mse_per_pixel":0.01}"#);
    }
}
