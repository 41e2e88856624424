//! Telling how far a run is: a bar on a terminal, JSON lines with `--json`, now and then a line anywhere else.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::output;
use super::summary::ProgressLine;
use crate::engine::Progress;
use crate::export::ticks::{count_label, value_label};
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
    /// Known once the images are there.
    steps_per_epoch: u64,
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
        let recipe = recipe.clone();
        Self { way, last: Instant::now(), held_out: None, recipe, steps_per_epoch: 1, pixels: 1 }
    }

    /// The images are there: epochs have a length now, and pixels a number.
    pub(super) fn opened(&mut self, steps_per_epoch: u64, pixels: usize) {
        self.steps_per_epoch = steps_per_epoch.max(1);
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
            Way::Bar(bar) => bar.suspend(|| eprintln!("{sentence}")),
            Way::Json | Way::Notes => eprintln!("{sentence}"),
        }
    }

    /// How far it is now; says so when it is time.
    pub(super) fn progress(&mut self, progress: &Progress) {
        let pause = match &self.way {
            Way::Bar(bar) => {
                bar.set_position((share(&self.recipe, progress, self.steps_per_epoch) * PARTS as f64) as u64);
                bar.set_message(words(progress));
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
            output::say_json(&ProgressLine::new(progress, self.pixels));
        } else {
            eprintln!("{}", words(progress));
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

/// How much of the way is done, by the limit that is nearest; none of it where no limit can be foreseen.
fn share(recipe: &Recipe, progress: &Progress, steps_per_epoch: u64) -> f64 {
    let training = &recipe.training;
    let of = |done: f64, all: f64| if all > 0.0 { done / all } else { 0.0 };
    let steps = progress.step as f64;
    let by_steps = of(steps, training.steps as f64);
    let by_epochs = of(steps, training.epochs as f64 * steps_per_epoch as f64);
    by_steps.max(by_epochs).max(of(progress.seconds, training.seconds)).min(1.0)
}

/// Short enough to stand beside a bar on a terminal of 80 columns.
fn words(progress: &Progress) -> String {
    let Progress { step, epoch, images_per_second, held_out, .. } = progress;
    let mut parts = vec![format!("epoch {epoch}"), format!("step {}", count_label(*step))];
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
        assert_eq!(share(&recipe, &progress, 10), 0.0);
        recipe.training.epochs = 10;
        assert_eq!(share(&recipe, &progress, 10), 0.3);
        recipe.training.seconds = 10.0;
        assert_eq!(share(&recipe, &progress, 10), 0.5);
        recipe.training.steps = 20;
        assert_eq!(share(&recipe, &progress, 10), 1.0);
    }
}
