//! The bottom line: what is happening, what is wrong and what to do, in words.
//!
//! [`sentence`] is a function of the state alone, so every line is tested without a window. The most important thing is
//! said: a problem before the cure of a failure, the effect of a live change before steady learning.

use eframe::egui::{self, Align, Label, Layout, RichText, Ui, vec2};

use super::action::Action;
use super::context::PanelContext;
use super::effect::{Effect, last_effect};
use super::state::{AppState, RunState};
use super::theme::{GRID, HALF, Theme};
use super::widgets::{muted, muted_where_it_fits, text_width};
use crate::engine::{Cure, Evaluation, Finding, Phase, Stage, Trouble};
use crate::look::{capital, count_label, value_label};
use crate::recipe::Family;

/// Evaluations without a better one before the line says so.
const NO_PROGRESS: usize = 6;
/// How much lower than the best so far counts as better.
const BETTER: f64 = 0.998;

/// The tone of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Everything is as it should be.
    Good,
    /// Nothing is happening.
    Quiet,
    /// Something could be improved.
    Warning,
    /// Something went wrong.
    Problem,
}

/// The bottom line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The sentence.
    pub text: String,
    /// Its tone.
    pub tone: Tone,
    /// A button that does something about it.
    pub cure: Option<(String, Action)>,
    /// A quiet hint at the right end.
    pub hint: Option<&'static str>,
}

impl Line {
    fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone, cure: None, hint: None }
    }
}

/// The line for this state.
pub fn sentence(state: &AppState) -> Line {
    if let Some(notice) = state.notice.as_ref().filter(|notice| notice.is_problem) {
        return Line::new(Tone::Problem, &notice.text);
    }
    if let Some(what) = &state.preparing {
        return Line::new(Tone::Quiet, what);
    }
    let Some(run) = state.run() else {
        return Line::new(Tone::Quiet, "Starting.");
    };
    if let Phase::Failed(why) = &run.phase {
        let cure = Some(("Go back to the last good weights".to_owned(), Action::Restore(run.info.id)));
        return Line { cure, ..Line::new(Tone::Problem, why) };
    }
    if let Some(notice) = &state.notice {
        let cure = notice.folder.clone().map(|folder| ("Open folder".to_owned(), Action::OpenFolder(folder)));
        return Line { cure, ..Line::new(Tone::Good, &notice.text) };
    }
    let stage = stage(run);
    match &run.phase {
        Phase::Finished(why) => {
            let line = match diagnosed(run, true) {
                Some(line) => Line { text: format!("{why}. {}", line.text), ..line },
                None => Line::new(Tone::Good, why),
            };
            Line { hint: Some("Play goes on"), ..line }
        }
        Phase::Paused if run.progress.step == 0 => {
            Line::new(Tone::Quiet, "Ready. Press Play, or the space bar.")
        }
        Phase::Paused => {
            let within = stage.map(|stage| format!(", {}", stage.name)).unwrap_or_default();
            let text = format!(
                "Paused at step {}{within}. Drag through the latent space, or press Play.",
                count_label(run.progress.step)
            );
            Line::new(Tone::Quiet, text)
        }
        Phase::Playing | Phase::Failed(_) => match stage {
            Some(stage) if !stage.is_training => Line::new(Tone::Good, stage.sentence()),
            Some(stage) => {
                let line = playing(state, run);
                Line { text: format!("{} {}", stage.sentence(), line.text), ..line }
            }
            None => playing(state, run),
        },
    }
}

/// The stage a run is in, where it has several.
struct StageInWords {
    /// `layer 2 of 4`.
    name: String,
    is_training: bool,
    is_layer: bool,
    /// The percentage that is done; `None` for a stage without an end.
    percent: Option<u64>,
}

impl StageInWords {
    /// `Pretraining layer 2 of 4, 40 % done.`
    fn sentence(&self) -> String {
        let what = match (self.is_layer, self.is_training) {
            (true, _) => format!("Pretraining {}", self.name),
            (_, true) => capital(&self.name),
            _ => "Learning the dictionary on the codes of the trained network".to_owned(),
        };
        match self.percent {
            Some(percent) => format!("{what}, {percent} % done."),
            None => format!("{what}."),
        }
    }
}

fn stage(run: &RunState) -> Option<StageInWords> {
    let plan = &run.info.plan;
    if plan.spans().len() < 2 {
        return None;
    }
    let span = plan.at(run.progress.step);
    let done = run.progress.step.saturating_sub(span.from);
    let percent = span.to.map(|to| 100 * done.min(to - span.from) / (to - span.from).max(1));
    Some(StageInWords {
        name: plan.name(span.stage),
        is_training: span.stage == Stage::Training,
        is_layer: matches!(span.stage, Stage::Layer(_)),
        percent,
    })
}

fn playing(state: &AppState, run: &RunState) -> Line {
    let history = run.info.history.lock();
    let effect = last_effect(&history, run);
    let evaluations = history.evaluations().to_vec();
    drop(history);
    let undo = (!run.changes.is_empty()).then_some("Ctrl+Z takes the last change back");
    if let Some(line) = diagnosed(run, true) {
        return line;
    }
    let since = effect.as_ref().map_or_else(|| comparable_from(run), |effect| effect.gesture.last_step);
    let evaluations: Vec<&Evaluation> = evaluations.iter().filter(|e| e.step >= since).collect();
    let line = match effect {
        Some(effect) => Line::new(Tone::Good, changed(&effect)),
        None => {
            let line = learning(state, run, &evaluations);
            let is_calm = matches!(line.tone, Tone::Good | Tone::Quiet);
            diagnosed(run, false).filter(|_| is_calm).unwrap_or(line)
        }
    };
    Line { hint: undo, ..line }
}

/// The step from which on costs can be compared with the present ones: the beginning of the stage, the last change of the
/// objective, or the deletion of connections.
fn comparable_from(run: &RunState) -> u64 {
    let (plan, now) = (&run.info.plan, run.progress.step);
    let change = run.changes.iter().rev().find(|change| change.changes_costs()).map(|change| change.step);
    let pruned = plan.pruned_at(&run.recipe).filter(|step| *step < now);
    [Some(plan.at(now).from), change, pruned].into_iter().flatten().max().unwrap_or(0)
}

/// The effect of a live change.
fn changed(effect: &Effect) -> String {
    format!("{} {}", if effect.is_settled { "Learning steadily." } else { "Learning." }, effect.sentence())
}

/// The progress, where nothing was changed recently.
fn learning(state: &AppState, run: &RunState, evaluations: &[&Evaluation]) -> Line {
    let Some(latest) = evaluations.last() else {
        return Line::new(Tone::Good, "Learning. The first evaluation on held-out images comes in a moment.");
    };
    if let Some(line) = stalled(evaluations, Family::of(&run.recipe)) {
        return line;
    }
    if let Some(references) = state.bench.as_ref().and_then(|bench| bench.references.as_ref()) {
        let mean = references.rivals(&run.recipe).mean_image;
        // Before the end of the first epoch, held-out images were evaluated only before training.
        let is_news = latest.step > 0 || run.progress.train.is_none_or(|train| train.reconstruction >= mean);
        if is_news && latest.held_out.reconstruction >= mean {
            return Line::new(
                Tone::Warning,
                "Learning, but predicting the mean image would still be as good.",
            );
        }
    }
    let [.., before, latest] = evaluations else {
        return Line::new(Tone::Good, "Learning.");
    };
    let (from, to) = (before.held_out.objective, latest.held_out.objective);
    let [before, now] = [from, to].map(value_label);
    if before == now {
        return Line::new(Tone::Quiet, format!("Learning. The held-out objective is unchanged: {now}."));
    }
    let since = format!("from {before} to {now} since the last evaluation");
    if to < from {
        Line::new(Tone::Good, format!("Learning steadily. The held-out objective fell {since}."))
    } else {
        Line::new(Tone::Quiet, format!("Learning. The held-out objective did not fall: it went {since}."))
    }
}

/// What to say where the held-out objective has not improved for some evaluations.
fn stalled(evaluations: &[&Evaluation], family: Family) -> Option<Line> {
    let since = without_progress(evaluations);
    let what = match family {
        // Advice would give the answer away, or lead away from it.
        Family::Mistakes => "compare the images with their reconstructions, and look at the objective",
        _ => "a smaller learning rate may help, or this is as far as it goes",
    };
    (since >= NO_PROGRESS).then(|| {
        let text = format!("No progress on held-out images for {since} evaluations: {what}.");
        Line::new(Tone::Warning, text)
    })
}

/// What the doctor found last of this kind, with its cure.
fn diagnosed(run: &RunState, is_serious: bool) -> Option<Line> {
    let health = run.views.health.as_ref()?;
    let gives_it_away = |finding: &&Finding| {
        Family::of(&run.recipe) == Family::Mistakes && finding.trouble == Trouble::LossMismatch
    };
    let finding = health
        .findings
        .iter()
        .filter(|finding| finding.is_serious == is_serious)
        .find(|finding| !gives_it_away(finding))?;
    let cure = finding.cure.as_ref().map(|cure| {
        let action = match cure {
            Cure::Live { key, value, .. } => Action::Tune { key, value: *value, done: true },
            Cure::Restart { .. } => Action::Open(Box::new(cure.applied(&run.recipe))),
        };
        (cure.label().to_owned(), action)
    });
    let tone = if is_serious { Tone::Warning } else { Tone::Good };
    Some(Line { cure, ..Line::new(tone, finding.words()) })
}

/// The number of latest evaluations without an improvement.
fn without_progress(evaluations: &[&Evaluation]) -> usize {
    let mut best = f64::INFINITY;
    let mut since = 0;
    for evaluation in evaluations {
        if evaluation.held_out.objective < best * BETTER {
            best = evaluation.held_out.objective;
            since = 0;
        } else {
            since += 1;
        }
    }
    since
}

/// The sentence on one line, or in small type on two where it is long.
fn sentence_ui(ui: &mut Ui, theme: &Theme, line: &Line) {
    // The cure and the hint at the right end have room of their own.
    let cure = line.cure.as_ref().map_or(0.0, |(label, _)| text_width(ui, theme, label) + 4.0 * GRID);
    let hint = line.hint.map_or(0.0, |hint| text_width(ui, theme, hint) + 2.0 * GRID);
    let room = (ui.available_width() - cure - hint - GRID).max(20.0 * GRID);
    let galley = ui.painter().layout_no_wrap(line.text.clone(), theme.body(), theme.text);
    if galley.size().x <= room {
        ui.label(RichText::new(&line.text).color(theme.text));
        return;
    }
    let text = RichText::new(&line.text).font(theme.small()).color(theme.text);
    ui.allocate_ui(vec2(room, ui.available_height()), |ui| ui.add(Label::new(text).wrap()));
}

/// Draws the line.
pub fn status_ui(ui: &mut Ui, cx: &PanelContext<'_>) -> Vec<Action> {
    let line = sentence(cx.state);
    let mut actions = Vec::new();
    ui.horizontal_centered(|ui| {
        ui.add_space(GRID + HALF);
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(GRID), egui::Sense::hover());
        ui.painter().circle_filled(rect.center(), HALF, color(cx.theme, line.tone));
        sentence_ui(ui, cx.theme, &line);
        if let Some((label, action)) = line.cure
            && ui.button(RichText::new(label).color(cx.theme.accent)).clicked()
        {
            actions.push(action);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(GRID + HALF);
            if let Some(kept) = cx.state.kept.way_back() {
                let text = RichText::new("Bring the old run back").color(cx.theme.accent);
                let tip = format!("Goes on with {} where it was", kept.run.title);
                if ui.button(text).on_hover_text(tip).clicked() {
                    actions.push(Action::BringBack(kept.run.info.id));
                }
            } else if let Some(hint) = line.hint {
                muted_where_it_fits(ui, cx.theme, hint);
            } else if !cx.pictures.are_painted() {
                muted(ui, cx.theme, "pictures are drawn by the CPU");
            }
        });
    });
    actions
}

fn color(theme: &Theme, tone: Tone) -> egui::Color32 {
    match tone {
        Tone::Good => theme.good,
        Tone::Quiet => theme.muted,
        Tone::Warning => theme.kl,
        Tone::Problem => theme.problem,
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
