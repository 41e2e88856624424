//! Telling how far a run is: a bar on a terminal, JSON lines with `--json`, now and then a line anywhere else.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::output;
use super::summary::ProgressLine;
use crate::engine::{Progress, StagePlan};
use crate::look::{count_label, value_label};
use crate::recipe::Recipe;
use crate::train::Figures;

/// Time between two JSON lines, unless an epoch ends meanwhile.
const LINES: Duration = Duration::from_secs(1);
/// Time between two lines where stderr is a file or a pipe.
const NOTES: Duration = Duration::from_secs(15);
/// Parts of a bar.
const PARTS: u64 = 1000;

/// Tells how far a run is.
#[derive(Debug)]
pub(super) struct Reporter {
    way: Way,
    last: Instant,
    held_out: Option<Figures>,
    recipe: Recipe,
    /// The stages; how long they are is known once the images are there.
    plan: StagePlan,
    pixels: usize,
}

#[derive(Debug)]
enum Way {
    Json,
    Bar(ProgressBar),
    Notes,
}

impl Reporter {
    /// For a run of this recipe.
    pub(super) fn new(recipe: &Recipe, json: bool) -> Self {
        let way = if json { Way::Json } else { bar().map_or(Way::Notes, Way::Bar) };
        let (recipe, plan) = (recipe.clone(), StagePlan::new(recipe, 1));
        Self { way, last: Instant::now(), held_out: None, recipe, plan, pixels: 1 }
    }

    /// The images are there: epochs have a length now, and pixels a number.
    pub(super) fn opened(&mut self, steps_per_epoch: u64, pixels: usize) {
        self.plan = StagePlan::new(&self.recipe, steps_per_epoch.max(1));
        self.pixels = pixels.max(1);
    }

    /// Something takes a moment.
    pub(super) fn preparing(&self, sentence: &str) {
        if let Way::Bar(bar) = &self.way {
            bar.set_message(sentence.to_owned());
            bar.tick();
        }
    }

    /// Something worth saying that is nobody's fault.
    pub(super) fn notice(&self, sentence: &str) {
        match &self.way {
            Way::Bar(bar) => bar.suspend(|| output::remark(sentence)),
            Way::Json | Way::Notes => output::remark(sentence),
        }
    }

    /// How far it is now; says so when it is time.
    pub(super) fn progress(&mut self, progress: &Progress) {
        let pause = match &self.way {
            Way::Bar(bar) => {
                bar.set_position((share(&self.recipe, progress, &self.plan) * PARTS as f64) as u64);
                bar.set_message(words(progress, &self.plan));
                return;
            }
            Way::Json => LINES,
            Way::Notes => NOTES,
        };
        let is_news = progress.held_out != self.held_out;
        let is_json = matches!(self.way, Way::Json);
        if self.last.elapsed() < pause && !(is_json && is_news) {
            return;
        }
        self.last = Instant::now();
        self.held_out = progress.held_out;
        if is_json {
            output::say_json(&ProgressLine::new(progress, &self.plan, self.pixels));
        } else {
            output::remark(words(progress, &self.plan));
        }
    }

    /// Takes the bar away, so that what follows stands on a clean line.
    pub(super) fn finish(&self) {
        if let Way::Bar(bar) = &self.way {
            bar.finish_and_clear();
        }
    }
}

/// A bar, where stderr is a terminal.
fn bar() -> Option<ProgressBar> {
    let bar = ProgressBar::new(PARTS);
    let style = ProgressStyle::with_template("{spinner} {bar:16} {wide_msg}").ok()?;
    bar.set_style(style.progress_chars("━╸─"));
    (!bar.is_hidden()).then_some(bar)
}

/// How much of the way through all stages is done, by the limit that is nearest; none of it where no limit can be
/// foreseen.
fn share(recipe: &Recipe, progress: &Progress, plan: &StagePlan) -> f64 {
    let training = &recipe.training;
    let of = |done: f64, all: f64| if all > 0.0 { done / all } else { 0.0 };
    let steps = progress.step as f64;
    let last = plan.stretches().last();
    // What comes before the last stage has a known length; the last stage has one, or the recipe's limits.
    let before = last.map_or(0, |stretch| stretch.from);
    let ends = match last.and_then(|stretch| stretch.to) {
        Some(to) => [to, 0],
        None => [training.steps, training.epochs.saturating_mul(plan.steps_per_epoch())]
            .map(|limit| if limit > 0 { before.saturating_add(limit) } else { 0 }),
    };
    let by_steps = ends.into_iter().map(|end| of(steps, end as f64)).fold(0.0, f64::max);
    by_steps.max(of(progress.seconds, training.seconds)).min(1.0)
}

/// Short enough to stand beside a bar on a terminal of 80 columns.
fn words(progress: &Progress, plan: &StagePlan) -> String {
    let Progress { step, epoch, stage, images_per_second, held_out, .. } = progress;
    let mut parts = Vec::new();
    if plan.stretches().len() > 1 {
        parts.push(plan.name(*stage));
    }
    parts.extend([format!("epoch {epoch}"), format!("step {}", count_label(*step))]);
    parts.extend(held_out.map(|figures| format!("held out {}", value_label(figures.objective))));
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
        let done = |recipe: &Recipe| share(recipe, &progress, &StagePlan::new(recipe, 10));
        assert_eq!(done(&recipe), 0.0);
        recipe.training.epochs = 10;
        assert_eq!(done(&recipe), 0.3);
        recipe.training.seconds = 10.0;
        assert_eq!(done(&recipe), 0.5);
        recipe.training.steps = 20;
        assert_eq!(done(&recipe), 1.0);
    }

    #[test]
    fn pretraining_is_part_of_the_way() {
        let mut recipe = Recipe::default();
        recipe.model.widths = vec![8];
        recipe.pretraining.method = crate::recipe::Pretraining::Rbm;
        recipe.pretraining.epochs = 3;
        recipe.training.epochs = 4;
        let plan = StagePlan::new(&recipe, 10);
        let progress = Progress { step: 50, stage: plan.at(50).stage, ..Progress::default() };
        assert_eq!(share(&recipe, &progress, &plan), 0.5);
        assert!(words(&progress, &plan).starts_with("layer 2 of 2, "), "{}", words(&progress, &plan));
    }
}
