//! The objective as a formula with the numbers of this moment, each in the colour of its curve and its slider, and
//! one line that says what they mean.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, FontId, Label, Ui};

use super::{no_run, waiting};
use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::RunState;
use crate::app::theme::Theme;
use crate::app::widgets::{card, muted};
use crate::engine::{Figures, Penalty, References};
use crate::export::ticks::value_label;
use crate::recipe::{Recipe, Reconstruction};

/// What stays from frame to frame: nothing, so far.
#[derive(Debug, Default)]
pub struct ObjectiveMemory {}

/// One part of the formula.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    text: String,
    ink: Ink,
}

/// Whose colour a part has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ink {
    /// The sum and the signs between.
    Plain,
    /// The reconstruction.
    Reconstruction,
    /// The term that this parameter weighs.
    Weighed(&'static str),
}

/// Draws the objective.
pub fn objective_ui(ui: &mut Ui, cx: &PanelContext<'_>, _memory: &mut ObjectiveMemory) -> Vec<Action> {
    let Some(run) = cx.state.run() else {
        card(ui, cx.theme, "Objective", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return Vec::new();
    };
    // Held-out figures are steadier; training figures are there sooner.
    // Those of an untrained network say nothing, though.
    let is_measured = run.info.history.lock().evaluations().last().is_some_and(|e| e.step > 0);
    let (figures, whose) = match (run.progress.held_out, run.progress.train) {
        (Some(held_out), train) if is_measured || train.is_none() => (Some(held_out), "held-out images"),
        (_, train) => (train, "last training steps"),
    };
    let trailing = |ui: &mut Ui| {
        muted(ui, cx.theme, if figures.is_some() { whose } else { "" });
    };
    card(ui, cx.theme, "Objective", trailing, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        let small = cx.theme.small();
        line(ui, cx.theme, &names(&run.recipe), &small);
        let Some(figures) = figures else {
            muted(ui, cx.theme, "waiting for the first figures");
            return;
        };
        line(ui, cx.theme, &numbers(&run.recipe, &figures, run.progress.step), &cx.theme.large());
        let words = meaning(run, &figures, cx.state.bench.as_ref().and_then(|bench| bench.references));
        ui.add_space(2.0);
        ui.add(Label::new(eframe::egui::RichText::new(words).font(small).color(cx.theme.muted)).wrap());
    });
    Vec::new()
}

fn line(ui: &mut Ui, theme: &Theme, parts: &[Part], font: &FontId) {
    let mut job = LayoutJob::default();
    for Part { text, ink } in parts {
        let color: Color32 = match ink {
            Ink::Plain => theme.objective,
            Ink::Reconstruction => theme.reconstruction,
            Ink::Weighed(key) => theme.parameter(key),
        };
        job.append(text, 0.0, TextFormat::simple(font.clone(), color));
    }
    ui.add(Label::new(job).wrap());
}

fn plain(text: &str) -> Part {
    Part { text: text.to_owned(), ink: Ink::Plain }
}

/// The formula in words: `objective = cross-entropy + β · KL`.
fn names(recipe: &Recipe) -> Vec<Part> {
    let reconstruction = recipe.objective.reconstruction.label().to_owned();
    let mut parts = vec![plain("objective = "), Part { text: reconstruction, ink: Ink::Reconstruction }];
    let (key, words) = if recipe.is_variational() {
        ("objective.beta", "β · KL")
    } else {
        ("objective.sparsity", "λ · Σ|h|")
    };
    if recipe.is_variational() || recipe.objective.sparsity > 0.0 {
        parts.extend([plain(" + "), Part { text: words.to_owned(), ink: Ink::Weighed(key) }]);
    }
    parts
}

/// The formula in numbers: `147.8 = 138.2 + 2.00 · 4.80`.
fn numbers(recipe: &Recipe, figures: &Figures, step: u64) -> Vec<Part> {
    let reconstruction = Part { text: value_label(figures.reconstruction), ink: Ink::Reconstruction };
    let mut terms = Vec::new();
    let mut sum = figures.reconstruction;
    for (penalty, value) in figures.penalties() {
        let weight = penalty.weight(&recipe.objective, step);
        if weight == 0.0 && penalty == Penalty::Sparsity {
            continue;
        }
        sum += weight * value;
        let text = format!("{} · {}", weight_label(weight), value_label(value));
        terms.extend([plain(" + "), Part { text, ink: Ink::Weighed(penalty.weight_key()) }]);
    }
    // The weight may have moved since these figures were taken; the sum is that of what is shown.
    let mut parts = vec![plain(&value_label(sum)), plain(" = "), reconstruction];
    parts.extend(terms);
    parts
}

/// A weight with the digits a slider can be read to.
fn weight_label(weight: f64) -> String {
    if (0.1..100.0).contains(&weight) { format!("{weight:.2}") } else { value_label(weight) }
}

/// What the numbers mean, in a sentence or two.
fn meaning(run: &RunState, figures: &Figures, references: Option<References>) -> String {
    let mut sentences = Vec::new();
    let reconstruction = run.recipe.objective.reconstruction;
    if let (Reconstruction::CrossEntropy, Some(kl)) = (reconstruction, figures.penalty(Penalty::Kl)) {
        sentences.push(format!("Negative ELBO (β = 1): {} nats.", value_label(figures.reconstruction + kl)));
    }
    let Some(costs) = references else {
        return sentences.join(" ");
    };
    match reconstruction {
        Reconstruction::CrossEntropy => sentences.push(format!(
            "Predicting the mean image costs {}; no model can go below {}.",
            value_label(costs.mean_cross_entropy),
            value_label(costs.cross_entropy_floor)
        )),
        Reconstruction::SquaredError => {
            sentences
                .push(format!("Predicting the mean image costs {}.", value_label(costs.mean_squared_error)));
        }
    }
    if let Some(squared) = figures.squared_error {
        sentences.push(against_pca(squared, &costs));
    }
    sentences.join(" ")
}

fn against_pca(squared: f64, costs: &References) -> String {
    let pca = costs.pca_squared_error;
    let components = match costs.pca_components {
        1 => "1 principal component".to_owned(),
        n => format!("{n} principal components"),
    };
    let verdict = if squared < pca { "below" } else { "not yet below" };
    format!("Squared error {}, {verdict} the {} of {components}.", value_label(squared), value_label(pca))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{CodeKind, Value};

    fn text(parts: &[Part]) -> String {
        parts.iter().map(|part| part.text.as_str()).collect()
    }

    fn variational(beta: f64) -> Recipe {
        let mut recipe = Recipe::default();
        recipe.model.code_kind = CodeKind::Gaussian;
        recipe.objective.reconstruction = Reconstruction::CrossEntropy;
        recipe.set("objective.beta", &Value::Number(beta)).unwrap();
        recipe
    }

    fn figures(reconstruction: f64, penalty: Penalty, value: f64) -> Figures {
        let mut figures = Figures { reconstruction, ..Figures::default() };
        figures.set_penalty(penalty, value);
        figures
    }

    #[test]
    fn the_formula_adds_up_to_what_it_shows() {
        let parts = numbers(&variational(2.0), &figures(138.2, Penalty::Kl, 4.8), 1);
        assert_eq!(text(&parts), "147.8 = 138.2 + 2.00 · 4.80");
        assert_eq!(parts[2].ink, Ink::Reconstruction);
        assert_eq!(parts[4].ink, Ink::Weighed("objective.beta"));
        assert_eq!(text(&names(&variational(2.0))), "objective = cross-entropy + β · KL");
    }

    #[test]
    fn a_penalty_without_weight_is_not_part_of_the_objective() {
        let mut recipe = Recipe::default();
        let figures = figures(30.0, Penalty::Sparsity, 12.0);
        assert_eq!(text(&numbers(&recipe, &figures, 1)), "30 = 30");
        assert_eq!(text(&names(&recipe)), "objective = squared error");
        recipe.objective.sparsity = 0.5;
        assert_eq!(text(&numbers(&recipe, &figures, 1)), "36 = 30 + 0.50 · 12");
    }

    #[test]
    fn the_comparison_with_pca_says_which_side() {
        let costs = References { pca_squared_error: 40.0, pca_components: 2, ..References::default() };
        assert_eq!(against_pca(35.0, &costs), "Squared error 35, below the 40 of 2 principal components.");
        assert!(against_pca(45.0, &costs).contains("not yet below"));
    }
}
