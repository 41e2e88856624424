//! What a recipe minimises, as a formula in parts: each part knows the term it belongs to, so that it can have that
//! term's colour in the window. No letter has a mark above it: the font that travels with the program would drop it.

use super::words::Scale;
use super::{Corruption, Recipe};

/// One part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What is written.
    pub text: String,
    /// Whose part it is.
    pub term: Term,
}

/// What a part of a formula belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The sum, and the signs between.
    Sum,
    /// The reconstruction.
    Reconstruction,
    /// The term that this parameter weighs.
    Weighed(&'static str),
}

impl Part {
    /// Signs and the sum.
    pub fn sum(text: impl Into<String>) -> Self {
        Self { text: text.into(), term: Term::Sum }
    }

    /// Part of the reconstruction.
    pub fn reconstruction(text: impl Into<String>) -> Self {
        Self { text: text.into(), term: Term::Reconstruction }
    }

    /// Part of a term with this weight.
    pub fn weighed(text: impl Into<String>, key: &'static str) -> Self {
        Self { text: text.into(), term: Term::Weighed(key) }
    }
}

/// The objective of a recipe in symbols: `objective = cross-entropy + β · KL`.
pub fn formula(recipe: &Recipe) -> Vec<Part> {
    let mut parts = vec![Part::sum("objective = "), Part::reconstruction(reconstruction(recipe))];
    for part in penalties(recipe) {
        parts.extend([Part::sum(" + "), part]);
    }
    if let Some(noise) = corruption(recipe) {
        parts.extend([Part::sum(", "), noise]);
    }
    for part in dropped(recipe) {
        parts.extend([Part::sum(", "), part]);
    }
    parts
}

/// What the dictionary of a recipe minimises, once the network is trained.
pub fn dictionary_formula(recipe: &Recipe) -> Option<Vec<Part>> {
    recipe.has_dictionary().then(|| {
        vec![
            Part::sum("then z ≈ D·a: "),
            Part::reconstruction("½‖z − D·a‖²"),
            Part::sum(" + "),
            Part::weighed("λ · ‖a‖₁", "dictionary.lambda"),
        ]
    })
}

/// The reconstruction's name, and what is compared where that is not plain.
fn reconstruction(recipe: &Recipe) -> String {
    let name = recipe.objective.reconstruction.label();
    let name = match recipe.objective.scale {
        Scale::Sum => name.to_owned(),
        Scale::Mean => format!("{name} / pixels"),
    };
    match recipe.noise.kind {
        Corruption::None => name,
        _ => format!("{name} of x and g(f(x~))"),
    }
}

/// The penalties that a recipe asks for, each with its weight.
fn penalties(recipe: &Recipe) -> Vec<Part> {
    let objective = &recipe.objective;
    let mut parts = Vec::new();
    if recipe.is_variational() {
        let beta = if objective.warm_up > 0 || objective.cycle > 0 { "β(t)" } else { "β" };
        let kl = if objective.free_bits > 0.0 { "Σ max(free, KL)" } else { "KL" };
        parts.push(Part::weighed(format!("{beta} · {kl}"), "objective.beta"));
    } else if objective.sparsity > 0.0 {
        parts.push(Part::weighed("λ · Σ|h|", "objective.sparsity"));
    }
    if objective.rate > 0.0 {
        parts.push(Part::weighed("w · Σ KL(ρ‖rate)", "objective.rate"));
    }
    if objective.contractive > 0.0 {
        parts.push(Part::weighed("λ · ‖∂h/∂x‖²", "objective.contractive"));
    }
    parts
}

/// What the network sees in place of the image.
fn corruption(recipe: &Recipe) -> Option<Part> {
    let noise = &recipe.noise;
    let text = match noise.kind {
        Corruption::None => return None,
        kind => {
            format!("x~ = x with {} noise {}", kind.label(), super::parameter::short_number(noise.amount))
        }
    };
    Some(Part::weighed(text, "noise.amount"))
}

/// What is switched off at random while it learns.
fn dropped(recipe: &Recipe) -> Vec<Part> {
    let noise = &recipe.noise;
    let shares = [
        (noise.drop_units, "units", "noise.drop_units"),
        (noise.drop_connections, "connections", "noise.drop_connections"),
    ];
    let is_on = shares.into_iter().filter(|(share, _, _)| *share > 0.0);
    is_on
        .map(|(share, what, key)| Part::weighed(format!("{:.0} % of {what} off", 100.0 * share), key))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(settings: &[&str]) -> String {
        let mut recipe = Recipe::default();
        for setting in settings {
            recipe.set_from_text(setting).unwrap();
        }
        let parts = formula(&recipe).into_iter().chain(dictionary_formula(&recipe).unwrap_or_default());
        parts.map(|part| part.text).collect()
    }

    #[test]
    fn every_term_that_is_asked_for_is_in_the_formula_and_no_other() {
        let gaussian = "model.code_kind=gaussian";
        let entropy = "objective.reconstruction=cross-entropy";
        let cases: [(&[&str], &str); 10] = [
            (
                &["noise.drop_units=0.5", "noise.drop_connections=0.25"],
                "objective = squared error, 50 % of units off, 25 % of connections off",
            ),
            (&[], "objective = squared error"),
            (&[gaussian, entropy], "objective = cross-entropy + β · KL"),
            (&[gaussian, entropy, "objective.warm_up=500"], "objective = cross-entropy + β(t) · KL"),
            (&[gaussian, "objective.free_bits=0.5"], "objective = squared error + β · Σ max(free, KL)"),
            (&["objective.sparsity=1"], "objective = squared error + λ · Σ|h|"),
            (
                &["model.code_activation=sigmoid", "objective.rate=1", "objective.contractive=0.1"],
                "objective = squared error + w · Σ KL(ρ‖rate) + λ · ‖∂h/∂x‖²",
            ),
            (
                &["noise.kind=gaussian", "noise.amount=0.5"],
                "objective = squared error of x and g(f(x~)), x~ = x with Gaussian noise 0.5",
            ),
            (&[entropy, "objective.scale=mean"], "objective = cross-entropy / pixels"),
            (&["dictionary.atoms=64"], "objective = squared errorthen z ≈ D·a: ½‖z − D·a‖² + λ · ‖a‖₁"),
        ];
        for (settings, want) in cases {
            assert_eq!(written(settings), want, "{settings:?}");
        }
    }
}
