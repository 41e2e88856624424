//! The objective as a formula with the numbers of this moment, each in the colour of its curve and its slider, and
//! one line that says what they mean.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::{no_run, waiting};
use crate::app::context::PanelContext;
use crate::app::state::{BenchState, RunState};
use crate::app::theme::Theme;
use crate::app::widgets::{append_formula, card, formula_line, muted};
use crate::engine::{Metrics, PcaRival, Penalty, References, Rivals, Stage};
use crate::look::{DataColor, decimal_label, value_label};
use crate::recipe::ReconstructionScale;
use crate::recipe::formula::{FormulaPart, dictionary_formula, formula};
use crate::recipe::{Corruption, ObjectiveRecipe, Recipe, Reconstruction};

/// Images whose mean activations and divergences are close to those of all images.
const ENOUGH_FOR_MEANS: usize = 100;

/// Draws the objective.
pub fn objective_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    let Some(run) = cx.state.run() else {
        card(ui, cx.theme, "Objective", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return;
    };
    let (metrics, whose) = latest(run);
    let trailing = |ui: &mut Ui| {
        muted(ui, cx.theme, if metrics.is_some() { whose } else { "" });
    };
    card(ui, cx.theme, "Objective", trailing, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        ScrollArea::vertical().show(ui, |ui| {
            let bench = cx.state.bench.as_ref();
            match other_stage(run) {
                Some(other) => stage_ui(ui, cx.theme, &other),
                None => formula_ui(ui, cx.theme, run, metrics, bench),
            }
            others_ui(ui, cx, run);
        });
    });
}

/// The latest metrics of a run, how their terms were weighted, and of which images they are.
fn latest(run: &RunState) -> (Option<(Metrics, Weighed)>, &'static str) {
    // Held-out metrics are steadier; training metrics are there sooner.
    // Those of an untrained network say nothing, though.
    let is_measured = run.info.history.lock().evaluations().last().is_some_and(|e| e.step > 0);
    match (run.progress.held_out, run.progress.train) {
        (Some(held_out), train) if is_measured || train.is_none() => {
            (Some((held_out, None)), "held-out images")
        }
        (_, train) => (train.map(|train| (train, Some(run.progress.step))), "last training steps"),
    }
}

/// A line for each other run: its name in its colour, and its objective in numbers.
fn others_ui(ui: &mut Ui, cx: &PanelContext<'_>, shown: &RunState) {
    let Some(bench) = &cx.state.bench else { return };
    let pixels = bench.dataset.shape.values();
    for (place, run) in bench.runs.iter().enumerate().filter(|(_, run)| run.info.id != shown.info.id) {
        let font = cx.theme.small();
        let mut line = LayoutJob::default();
        let append = |line: &mut LayoutJob, words: &str, color| {
            line.append(words, 0.0, TextFormat::simple(font.clone(), color));
        };
        append(&mut line, &format!("{}: ", run.title), cx.theme.data(DataColor::of_run(place)));
        match (other_stage(run), latest(run).0) {
            (Some(stage), _) => append(&mut line, &stage.name, cx.theme.muted),
            (None, Some((metrics, weighed))) => {
                let parts = numbers(&run.recipe, &metrics, weighed, pixels);
                append_formula(&mut line, cx.theme, &parts, &cx.theme.small());
                let unit = run.recipe.objective.reconstruction.unit();
                append(&mut line, &format!(" {unit}"), cx.theme.muted);
            }
            (None, None) => append(&mut line, "waiting for the first values", cx.theme.muted),
        }
        ui.add(Label::new(line).wrap());
    }
}

/// How terms were weighted: as training does at a step, or as an evaluation does, with the whole of β.
type Weighed = Option<u64>;

fn weight(penalty: Penalty, objective: &ObjectiveRecipe, weighed: Weighed) -> f64 {
    match weighed {
        Some(step) => penalty.weight(objective, step),
        None => penalty.full_weight(objective),
    }
}

/// The formula in symbols, in numbers, and what they mean.
fn formula_ui(
    ui: &mut Ui,
    theme: &Theme,
    run: &RunState,
    metrics: Option<(Metrics, Weighed)>,
    bench: Option<&BenchState>,
) {
    formula_line(ui, theme, &formula(&run.recipe), &theme.small());
    let Some((metrics, weighed)) = metrics else {
        muted(ui, theme, "waiting for the first values");
        return;
    };
    let pixels = bench.map_or(1, |bench| bench.dataset.shape.values());
    formula_line(ui, theme, &numbers(&run.recipe, &metrics, weighed, pixels), &theme.large());
    ui.add_space(2.0);
    words_ui(ui, theme, &meaning(run, &metrics, bench.and_then(|bench| bench.references.as_ref()), pixels));
}

/// What is minimised while something else than the whole network is trained.
struct OtherStage {
    name: String,
    formula: Vec<FormulaPart>,
    words: String,
}

/// The stage of a run, where it is not that of the whole network.
fn other_stage(run: &RunState) -> Option<OtherStage> {
    let plan = &run.info.plan;
    let stage = plan.at(run.progress.step).stage;
    let name = plan.name(stage);
    match stage {
        Stage::Training => None,
        Stage::Layer(_) => Some(OtherStage {
            name,
            formula: vec![
                FormulaPart::weighted("free energy of data", "pretraining.learning_rate"),
                FormulaPart::sum(" − "),
                FormulaPart::weighted("free energy of samples", "pretraining.learning_rate"),
            ],
            words: format!(
                "This layer alone learns now, as a restricted Boltzmann machine. Contrastive divergence lowers the \
                 free energy of its inputs and raises that of its own samples after {} Gibbs {}. The whole network's \
                 objective comes when all layers are stacked and unrolled.",
                run.recipe.pretraining.gibbs,
                if run.recipe.pretraining.gibbs == 1 { "step" } else { "steps" },
            ),
        }),
        Stage::Dictionary => Some(OtherStage {
            name,
            formula: dictionary_formula(&run.recipe)?,
            words: "The network is no longer trained. Its codes z are written as sums of a few atoms, the columns of \
                    D, which are learned now; λ is the cost of every unit of an atom."
                .to_owned(),
        }),
    }
}

fn stage_ui(ui: &mut Ui, theme: &Theme, stage: &OtherStage) {
    muted(ui, theme, &stage.name);
    formula_line(ui, theme, &stage.formula, &theme.large());
    ui.add_space(2.0);
    words_ui(ui, theme, &stage.words);
}

fn words_ui(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.add(Label::new(RichText::new(words).font(theme.small()).color(theme.muted)).wrap());
}

/// The formula in numbers: `147.8 = 138.2 + 2.00 · 4.80`.
fn numbers(recipe: &Recipe, metrics: &Metrics, weighed: Weighed, pixels: usize) -> Vec<FormulaPart> {
    let reconstruction = counted(recipe, metrics.reconstruction, pixels);
    let mut terms = Vec::new();
    let mut sum = reconstruction;
    let charged = charged_kl(recipe, metrics, weighed, pixels);
    for (penalty, value) in metrics.penalties() {
        let weight = weight(penalty, &recipe.objective, weighed);
        if weight == 0.0 && penalty != Penalty::Kl {
            continue;
        }
        let value = charged.filter(|_| penalty == Penalty::Kl).unwrap_or(value);
        sum += weight * value;
        let text = format!("{} · {}", weight_label(weight), value_label(value));
        terms.extend([FormulaPart::sum(" + "), FormulaPart::weighted(text, penalty.weight_key())]);
    }
    // The weight may have moved since these metrics were taken; the sum is that of what is shown.
    let reconstruction = FormulaPart::reconstruction(value_label(reconstruction));
    let mut parts = vec![FormulaPart::sum(value_label(sum)), FormulaPart::sum(" = "), reconstruction];
    parts.extend(terms);
    parts
}

/// The reconstruction as the objective counts it.
fn counted(recipe: &Recipe, reconstruction: f64, pixels: usize) -> f64 {
    match recipe.objective.scale {
        ReconstructionScale::Sum => reconstruction,
        ReconstructionScale::Mean => reconstruction / pixels.max(1) as f64,
    }
}

/// What is charged for KL where some nats are free: what the objective holds beyond its other terms.
fn charged_kl(recipe: &Recipe, metrics: &Metrics, weighed: Weighed, pixels: usize) -> Option<f64> {
    let objective = &recipe.objective;
    let beta = weight(Penalty::Kl, objective, weighed);
    let kl = metrics.penalty(Penalty::Kl).filter(|_| objective.free_bits > 0.0 && beta > 0.0)?;
    let others = metrics.penalties().filter(|(penalty, _)| *penalty != Penalty::Kl);
    let others: f64 = others.map(|(penalty, value)| weight(penalty, objective, weighed) * value).sum();
    let rest = metrics.objective - counted(recipe, metrics.reconstruction, pixels) - others;
    // The free nats are charged whether used or not; β may have moved since the metrics were taken.
    Some((rest / beta).max(kl).max(recipe.model.code as f64 * objective.free_bits))
}

/// A weight with the digits a slider can be read to.
fn weight_label(weight: f64) -> String {
    if (0.1..100.0).contains(&weight) { decimal_label(weight, 2) } else { value_label(weight) }
}

/// What the numbers mean, in a few sentences: what is peculiar to this objective first.
fn meaning(run: &RunState, metrics: &Metrics, references: Option<&References>, pixels: usize) -> String {
    let recipe = &run.recipe;
    let mut sentences = peculiar(recipe, metrics, run.progress.step, pixels);
    let reconstruction = recipe.objective.reconstruction;
    if let (Reconstruction::CrossEntropy, Some(kl)) = (reconstruction, metrics.penalty(Penalty::Kl)) {
        sentences.push(format!(
            "Negative ELBO (β = 1): {} nats. Grey levels are treated as probabilities, so it is no normalised likelihood.",
            value_label(metrics.reconstruction + kl)
        ));
    }
    let Some(costs) = references else {
        return sentences.join(" ");
    };
    let Rivals { mean_image, entropy_floor, pca } = costs.rivals(recipe);
    let floor = entropy_floor
        .map_or(String::new(), |floor| format!("; no model can go below {}", value_label(floor)));
    sentences.push(format!("Predicting the mean image costs {}{floor}.", value_label(mean_image)));
    if let (Some(squared), Some(pca)) = (metrics.squared_error, pca) {
        sentences.push(against_pca(squared, &pca));
    }
    sentences.join(" ")
}

/// What is particular about an objective: noise, a rising β, free nats, rates, Jacobians, a mean beside sums.
fn peculiar(recipe: &Recipe, metrics: &Metrics, step: u64, pixels: usize) -> Vec<String> {
    let objective = &recipe.objective;
    let mut sentences = Vec::new();
    if objective.scale == ReconstructionScale::Mean {
        sentences.push(format!(
            "The reconstruction is divided by {pixels} pixels and the penalties are not, so each of them weighs \
             {pixels} times as much."
        ));
    }
    if recipe.noise.kind != Corruption::None {
        sentences.push("The input is the corrupted x~, the target the clean x.".to_owned());
    }
    let beta = objective.beta_at(step);
    if recipe.is_variational() && beta < objective.beta {
        let (now, whole) = (weight_label(beta), weight_label(objective.beta));
        sentences.push(format!("β is {now} at this step, on its way to {whole}."));
    }
    if let Some(kl) = metrics.penalty(Penalty::Kl).filter(|_| objective.free_bits > 0.0) {
        sentences.push(format!(
            "KL itself is {}; {} nats of each dimension are charged whether used or not.",
            value_label(kl),
            value_label(objective.free_bits)
        ));
    }
    if objective.rate > 0.0 {
        let percent = value_label(100.0 * objective.target_rate);
        sentences.push(format!("The target for the mean activation of every unit is {percent} %."));
    }
    let batch = recipe.training.batch;
    if batch < ENOUGH_FOR_MEANS && (objective.rate > 0.0 || objective.free_bits > 0.0) {
        sentences.push(format!(
            "Training takes means over batches of {batch} images: over fewer than {ENOUGH_FOR_MEANS} they vary, and the \
             penalty is larger than over all held-out images."
        ));
    }
    if objective.contractive > 0.0 {
        sentences.push("‖∂h/∂x‖² says how far the code moves when a pixel does.".to_owned());
    }
    sentences
}

fn against_pca(squared: f64, rival: &PcaRival) -> String {
    let pca = rival.squared_error;
    let components = match rival.components {
        1 => "1 principal component".to_owned(),
        n => format!("{n} principal components"),
    };
    let verdict = if squared < pca { "below" } else { "not yet below" };
    format!("Squared error {}, {verdict} the {} of {components}.", value_label(squared), value_label(pca))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::formula::FormulaTerm;
    use crate::recipe::{CodeKind, Value};
    use eframe::egui::Color32;

    fn text(parts: &[FormulaPart]) -> String {
        parts.iter().map(|part| part.text.as_str()).collect()
    }

    fn variational(beta: f64) -> Recipe {
        let mut recipe = Recipe::default();
        recipe.model.code_kind = CodeKind::Gaussian;
        recipe.objective.reconstruction = Reconstruction::CrossEntropy;
        recipe.set("objective.beta", &Value::Number(beta)).unwrap();
        recipe
    }

    fn metrics(reconstruction: f64, penalty: Penalty, value: f64) -> Metrics {
        let mut metrics = Metrics { reconstruction, ..Metrics::default() };
        metrics.set_penalty(penalty, value);
        metrics
    }

    #[test]
    fn the_formula_adds_up_to_what_it_shows() {
        let parts = numbers(&variational(2.0), &metrics(138.2, Penalty::Kl, 4.8), Some(1), 784);
        assert_eq!(text(&parts), "147.8 = 138.2 + 2.00 · 4.80");
        assert_eq!(parts[2].term, FormulaTerm::Reconstruction);
        assert_eq!(parts[4].term, FormulaTerm::Weighted("objective.beta"));
        assert_eq!(text(&formula(&variational(2.0))), "objective = cross-entropy + β · KL");
    }

    #[test]
    fn a_penalty_without_weight_is_not_part_of_the_objective() {
        let mut recipe = Recipe::default();
        let metrics = metrics(30.0, Penalty::Sparsity, 12.0);
        assert_eq!(text(&numbers(&recipe, &metrics, Some(1), 784)), "30 = 30");
        assert_eq!(text(&formula(&recipe)), "objective = squared error");
        recipe.objective.sparsity = 0.5;
        assert_eq!(text(&numbers(&recipe, &metrics, Some(1), 784)), "36 = 30 + 0.50 · 12");
    }

    #[test]
    fn a_mean_is_counted_as_a_mean_and_told() {
        let mut recipe = variational(1.0);
        recipe.objective.scale = ReconstructionScale::Mean;
        let metrics = metrics(156.8, Penalty::Kl, 4.0);
        assert_eq!(text(&numbers(&recipe, &metrics, Some(1), 784)), "4.20 = 0.2 + 1.00 · 4");
        assert!(peculiar(&recipe, &metrics, 1, 784)[0].contains("divided by 784 pixels"));
    }

    #[test]
    fn the_weight_is_that_of_the_step_and_free_nats_are_charged() {
        let mut recipe = variational(2.0);
        recipe.objective.warm_up = 100;
        let mut metrics = metrics(100.0, Penalty::Kl, 4.0);
        assert_eq!(text(&numbers(&recipe, &metrics, Some(50), 784)), "104 = 100 + 1.00 · 4");
        assert_eq!(text(&numbers(&recipe, &metrics, None, 784)), "108 = 100 + 2.00 · 4", "held-out images");
        assert!(
            peculiar(&recipe, &metrics, 50, 784)
                .concat()
                .contains("β is 1.00 at this step, on its way to 2.00")
        );
        recipe.objective.warm_up = 0;
        recipe.objective.free_bits = 0.5;
        // Two dimensions with 3.9 and 0.1 nats: 3.9 and 0.5 are charged, twice.
        metrics.objective = 100.0 + 2.0 * 4.4;
        assert_eq!(text(&numbers(&recipe, &metrics, Some(50), 784)), "108.8 = 100 + 2.00 · 4.40");
    }

    #[test]
    fn every_penalty_of_the_objective_stands_in_its_own_colour() {
        let mut recipe = Recipe::default();
        for setting in [
            "model.code_activation=sigmoid",
            "objective.sparsity=1",
            "objective.rate=2",
            "objective.contractive=0.5",
        ] {
            recipe.set_from_text(setting).expect("valid");
        }
        let mut metrics = metrics(10.0, Penalty::Sparsity, 1.0);
        metrics.set_penalty(Penalty::Rate, 2.0);
        metrics.set_penalty(Penalty::Contractive, 4.0);
        let parts = numbers(&recipe, &metrics, Some(1), 784);
        assert_eq!(text(&parts), "17 = 10 + 1.00 · 1 + 2.00 · 2 + 0.50 · 4");
        let theme = Theme::new(crate::app::theme::ColorScheme::Dark, false);
        let mut colors: Vec<Color32> = parts
            .iter()
            .filter_map(|part| match part.term {
                FormulaTerm::Weighted(key) => Some(theme.parameter(key)),
                _ => None,
            })
            .collect();
        colors.dedup();
        assert_eq!(colors.len(), 3);
    }

    #[test]
    fn the_comparison_with_pca_says_which_side() {
        let costs = PcaRival { components: 2, squared_error: 40.0, cost: None };
        assert_eq!(against_pca(35.0, &costs), "Squared error 35, below the 40 of 2 principal components.");
        assert!(against_pca(45.0, &costs).contains("not yet below"));
    }
}
