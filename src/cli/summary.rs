//! The summary of a run, as JSON and as a table.

use std::fmt::Write as _;

use serde::Serialize;

use super::failure::Failure;
use super::headless::{HeadlessRun, RunEnd};
use super::json_lines::Terms;
use crate::engine::FinalFigures;
use crate::insight::SparseCoding;
use crate::insight::dictionary::Rebuilt;
use crate::look::{count_label, value_label};
use crate::recipe::Family;
use crate::train::Penalty;
use crate::train::history::Remark;

/// A dictionary at one λ, per image.
#[derive(Debug, Serialize)]
struct AtLambda {
    lambda: f64,
    nonzeros: f64,
    squared_error: f64,
}

impl From<Rebuilt> for AtLambda {
    fn from(Rebuilt { lambda, nonzeros, squared_error }: Rebuilt) -> Self {
        Self { lambda, nonzeros, squared_error }
    }
}

/// A dictionary on test images, at several λ.
#[derive(Debug, Serialize)]
pub(super) struct DictionaryTerms {
    lambda: f64,
    /// Squared error of the network's own reconstructions.
    network_squared_error: f64,
    codes: Vec<AtLambda>,
    pixels: Vec<AtLambda>,
    /// Those at the recipe's λ, with their names.
    #[serde(skip)]
    at_recipe: Vec<(&'static str, AtLambda)>,
}

impl DictionaryTerms {
    fn new(found: &SparseCoding) -> Self {
        let all = |points: &[Rebuilt]| points.iter().copied().map(AtLambda::from).collect();
        let codes = found.codes_here().map(|point| ("codes", point.into()));
        let pixels = found.pixels_here().map(|point| ("pixels", point.into()));
        Self {
            lambda: found.lambda,
            network_squared_error: found.floor,
            codes: all(&found.codes),
            pixels: all(&found.pixels),
            at_recipe: codes.into_iter().chain(pixels).collect(),
        }
    }

    /// The table for the terminal.
    fn table(&self) -> String {
        let mut text =
            format!("\n{:24}{:>10}{:>15}\n", "dictionary, test images", "atoms used", "squared error");
        for (name, AtLambda { nonzeros, squared_error, .. }) in &self.at_recipe {
            let name = format!("of {name} at λ {}", value_label(self.lambda));
            let _ = writeln!(text, "{name:24}{nonzeros:>10.1}{:>15}", value_label(*squared_error));
        }
        let floor = value_label(self.network_squared_error);
        let _ = writeln!(text, "{:24}{:>10}{floor:>15}", "the network itself", "");
        text
    }
}

/// The summary of a run; if it failed, of its last good weights.
#[derive(Debug, Serialize)]
pub(super) struct RunSummary {
    event: &'static str,
    family: &'static str,
    recipe: String,
    seed: u64,
    device: String,
    parameters: usize,
    /// Pixels of an image.
    pixels: usize,
    epochs: u64,
    steps: u64,
    /// Steps of pretraining among them.
    #[serde(skip_serializing_if = "is_zero")]
    pretraining_steps: u64,
    seconds: f64,
    images_per_second: f64,
    /// Why training ended, in words.
    end: String,
    train: Terms,
    /// Of the last evaluation on the images held out for validation.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<Terms>,
    test: Terms,
    /// Dimensions of a Gaussian code whose mean varies between images.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_units: Option<usize>,
    /// What the doctor said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doctor: Vec<Remark>,
    /// The dictionary, if one was learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    dictionary: Option<DictionaryTerms>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl RunSummary {
    /// The summary of a run whose training has ended: evaluates its weights.
    pub(super) fn new(run: &mut HeadlessRun, end: &RunEnd) -> Result<Self, Failure> {
        let FinalFigures { train, test, active_units, dictionary } = run.evaluate()?;
        let (progress, recipe) = (&run.progress, &run.info.recipe);
        let pixels = run.bench.dataset.shape.values();
        let plan = &run.info.plan;
        let images = progress.step as f64 * recipe.training.batch as f64;
        let rate = if progress.seconds > 0.0 { images / progress.seconds } else { 0.0 };
        let (event, end) = match end {
            RunEnd::Finished(sentence) => ("summary", sentence.clone()),
            RunEnd::Interrupted => ("summary", "Stopped by hand".to_owned()),
            RunEnd::Failed(sentence) => ("failed", sentence.clone()),
        };
        Ok(Self {
            event,
            family: Family::of(recipe).word(),
            recipe: recipe.name.clone(),
            seed: recipe.seed,
            device: run.bench.device.clone(),
            parameters: run.info.parameters,
            pixels,
            epochs: progress.step / run.bench.steps_per_epoch.max(1),
            steps: progress.step,
            pretraining_steps: progress.step - plan.trained(progress.step),
            seconds: progress.seconds,
            images_per_second: rate,
            end,
            train: Terms::new(&train, pixels),
            validation: progress.held_out.map(|metrics| Terms::new(&metrics, pixels)),
            test: Terms::new(&test, pixels),
            active_units,
            doctor: run.info.history.lock().remarks().to_vec(),
            dictionary: dictionary.as_ref().map(DictionaryTerms::new),
        })
    }

    /// The summary as a file.
    pub(super) fn file(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(self).unwrap_or_default())
    }

    /// The summary for the terminal.
    pub(super) fn table(&self) -> String {
        let Self { recipe, seed, device, epochs, steps, seconds, images_per_second, end, .. } = self;
        let mut text = format!("{recipe}, seed {seed}, on {device}\n{end}\n");
        let rate = count_label(images_per_second.round() as u64);
        let steps = count_label(*steps);
        let _ = writeln!(text, "{steps} steps, {epochs} epochs, {seconds:.1} s, {rate} images/s");
        if self.pretraining_steps > 0 {
            let _ = writeln!(text, "{} of the steps were pretraining", count_label(self.pretraining_steps));
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
