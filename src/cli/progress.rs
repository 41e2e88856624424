//! Reports the progress of a run: a bar on a terminal, JSON lines with `--json`, and a line now and then otherwise.

use std::time::{Duration, Instant};

use serde::Serialize;

use indicatif::{ProgressBar, ProgressStyle};

use super::json_lines::ProgressLine;
use super::output;
use crate::engine::{Progress, StagePlan};
use crate::look::{count_label, value_label};
use crate::recipe::Recipe;
use crate::train::Metrics;
use crate::train::history::Remark;

/// Time between two JSON lines, unless an epoch ends.
const JSON_INTERVAL: Duration = Duration::from_secs(1);
/// Time between two lines if stderr is a file or a pipe.
const TEXT_INTERVAL: Duration = Duration::from_secs(15);
/// The length of a bar.
const BAR_LENGTH: u64 = 1000;

/// Reports the progress of a run.
#[derive(Debug)]
pub(super) struct Reporter {
    mode: Mode,
    last: Instant,
    held_out: Option<Metrics>,
    recipe: Recipe,
    pixels: usize,
}

#[derive(Debug)]
enum Mode {
    Json,
    Bar(ProgressBar),
    Text,
}

/// What the doctor said, as a line of JSON.
#[derive(Serialize)]
struct RemarkLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    remark: &'a Remark,
}

impl Reporter {
    /// For a run of this recipe.
    pub(super) fn new(recipe: &Recipe, json: bool) -> Self {
        let mode = if json { Mode::Json } else { bar().map_or(Mode::Text, Mode::Bar) };
        Self { mode, last: Instant::now(), held_out: None, recipe: recipe.clone(), pixels: 1 }
    }

    /// Sets the number of pixels, once the images are loaded.
    pub(super) fn opened(&mut self, pixels: usize) {
        self.pixels = pixels.max(1);
    }

    /// Shows what is being prepared.
    pub(super) fn preparing(&self, sentence: &str) {
        if let Mode::Bar(bar) = &self.mode {
            bar.set_message(sentence.to_owned());
            bar.tick();
        }
    }

    /// Prints a notice.
    pub(super) fn notice(&self, sentence: &str) {
        match &self.mode {
            Mode::Bar(bar) => bar.suspend(|| output::print_error(sentence)),
            Mode::Json | Mode::Text => output::print_error(sentence),
        }
    }

    /// Prints what the doctor said.
    pub(super) fn remark(&self, remark: &Remark) {
        match &self.mode {
            Mode::Json => output::print_json(&RemarkLine { event: "doctor", remark }),
            Mode::Bar(_) | Mode::Text => {
                self.notice(&format!("doctor, step {}: {}", count_label(remark.step), remark.sentence));
            }
        }
    }

    /// Takes in the latest progress, and reports it when it is due.
    pub(super) fn progress(&mut self, progress: &Progress, plan: &StagePlan) {
        let interval = match &self.mode {
            Mode::Bar(bar) => {
                bar.set_position((fraction_done(&self.recipe, progress, plan) * BAR_LENGTH as f64) as u64);
                bar.set_message(line(progress, plan));
                return;
            }
            Mode::Json => JSON_INTERVAL,
            Mode::Text => TEXT_INTERVAL,
        };
        let is_news = progress.held_out != self.held_out;
        let is_json = matches!(self.mode, Mode::Json);
        if self.last.elapsed() < interval && !(is_json && is_news) {
            return;
        }
        self.last = Instant::now();
        self.held_out = progress.held_out;
        if is_json {
            output::print_json(&ProgressLine::new(progress, plan, self.pixels));
        } else {
            output::print_error(line(progress, plan));
        }
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        if let Mode::Bar(bar) = &self.mode {
            bar.finish_and_clear();
        }
    }
}

/// A bar, if stderr is a terminal.
fn bar() -> Option<ProgressBar> {
    let bar = ProgressBar::new(BAR_LENGTH);
    let style = ProgressStyle::with_template("{spinner} {bar:16} {wide_msg}").ok()?;
    bar.set_style(style.progress_chars("━╸─"));
    (!bar.is_hidden()).then_some(bar)
}

/// The fraction of all stages that is done, by the nearest limit; 0 if the limits give no fraction.
fn fraction_done(recipe: &Recipe, progress: &Progress, plan: &StagePlan) -> f64 {
    let training = &recipe.training;
    let of = |done: f64, all: f64| if all > 0.0 { done / all } else { 0.0 };
    let steps = progress.step as f64;
    let last = plan.spans().last();
    // The stages before the last have known lengths; the last has one, or the recipe's limits.
    let before = last.map_or(0, |span| span.from);
    let ends = match last.and_then(|span| span.to) {
        Some(to) => [to, 0],
        None => [training.steps, training.epochs.saturating_mul(plan.steps_per_epoch())]
            .map(|limit| if limit > 0 { before.saturating_add(limit) } else { 0 }),
    };
    let by_steps = ends.into_iter().map(|end| of(steps, end as f64)).fold(0.0, f64::max);
    by_steps.max(of(progress.seconds, training.seconds)).min(1.0)
}

/// A line of progress, short enough to fit beside a bar on a terminal of 80 columns.
fn line(progress: &Progress, plan: &StagePlan) -> String {
    let Progress { step, epoch, stage, images_per_second, held_out, .. } = progress;
    let mut parts = Vec::new();
    if plan.spans().len() > 1 {
        parts.push(plan.name(*stage));
    }
    parts.extend([format!("epoch {epoch}"), format!("step {}", count_label(*step))]);
    parts.extend(held_out.map(|metrics| format!("held out {}", value_label(metrics.objective))));
    if *images_per_second > 0.0 {
        parts.push(format!("{} images/s", count_label(images_per_second.round() as u64)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_limit_counts() {
        let mut recipe = Recipe::default();
        let progress = Progress { step: 30, seconds: 5.0, ..Progress::default() };
        let done = |recipe: &Recipe| fraction_done(recipe, &progress, &StagePlan::new(recipe, 10));
        assert_eq!(done(&recipe), 0.0);
        recipe.training.epochs = 10;
        assert_eq!(done(&recipe), 0.3);
        recipe.training.seconds = 10.0;
        assert_eq!(done(&recipe), 0.5);
        recipe.training.steps = 20;
        assert_eq!(done(&recipe), 1.0);
    }

    #[test]
    fn pretraining_is_part_of_the_progress() {
        let mut recipe = Recipe::default();
        recipe.model.widths = vec![8];
        recipe.pretraining.method = crate::recipe::Pretraining::Rbm;
        recipe.pretraining.epochs = 3;
        recipe.training.epochs = 4;
        let plan = StagePlan::new(&recipe, 10);
        let progress = Progress { step: 50, stage: plan.at(50).stage, ..Progress::default() };
        assert_eq!(fraction_done(&recipe, &progress, &plan), 0.5);
        assert!(line(&progress, &plan).starts_with("layer 2 of 2, "), "{}", line(&progress, &plan));
    }
}
