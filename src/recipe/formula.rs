//! The objective of a recipe as a formula. Each part of it belongs to a term, so that the window can draw it in the
//! colour of that term. The built-in font has no letters with a tilde or hat above them, so the corrupted x is written
//! x~.

use super::schema::Recipe;
use super::words::{Corruption, Pruning, ReconstructionScale};

/// One part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct FormulaPart {
    /// The symbols.
    pub text: String,
    /// The term that it belongs to.
    pub term: FormulaTerm,
}

/// A term of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaTerm {
    /// The sum and the signs between the terms.
    Sum,
    /// The reconstruction.
    Reconstruction,
    /// The term whose weight is this parameter.
    Weighted(&'static str),
}

impl FormulaPart {
    /// The sum or a sign.
    pub fn sum(text: impl Into<String>) -> Self {
        Self { text: text.into(), term: FormulaTerm::Sum }
    }

    /// FormulaPart of the reconstruction.
    pub fn reconstruction(text: impl Into<String>) -> Self {
        Self { text: text.into(), term: FormulaTerm::Reconstruction }
    }

    /// FormulaPart of the term whose weight is this parameter.
    pub fn weighted(text: impl Into<String>, key: &'static str) -> Self {
        Self { text: text.into(), term: FormulaTerm::Weighted(key) }
    }
}

/// The objective of a recipe in symbols: `objective = cross-entropy + β · KL`.
pub fn formula(recipe: &Recipe) -> Vec<FormulaPart> {
    let mut parts =
        vec![FormulaPart::sum("objective = "), FormulaPart::reconstruction(reconstruction(recipe))];
    for part in penalties(recipe) {
        parts.extend([FormulaPart::sum(" + "), part]);
    }
    if let Some(noise) = corruption(recipe) {
        parts.extend([FormulaPart::sum(", "), noise]);
    }
    for part in dropped(recipe) {
        parts.extend([FormulaPart::sum(", "), part]);
    }
    parts
}

/// The objective of the dictionary of a recipe, which is learned after training.
pub fn dictionary_formula(recipe: &Recipe) -> Option<Vec<FormulaPart>> {
    recipe.has_dictionary().then(|| {
        vec![
            FormulaPart::sum("then z ≈ D·a: "),
            FormulaPart::reconstruction("½‖z − D·a‖²"),
            FormulaPart::sum(" + "),
            FormulaPart::weighted("λ · ‖a‖₁", "dictionary.lambda"),
        ]
    })
}

/// The reconstruction cost, and what it compares where the input is corrupted.
fn reconstruction(recipe: &Recipe) -> String {
    let name = recipe.objective.reconstruction.label();
    let name = match recipe.objective.scale {
        ReconstructionScale::Sum => name.to_owned(),
        ReconstructionScale::Mean => format!("{name} / pixels"),
    };
    match recipe.noise.kind {
        Corruption::None => name,
        _ => format!("{name} of x and g(f(x~))"),
    }
}

/// The penalties of a recipe, each with its weight.
fn penalties(recipe: &Recipe) -> Vec<FormulaPart> {
    let objective = &recipe.objective;
    let mut parts = Vec::new();
    if recipe.is_variational() {
        let beta = if objective.warm_up > 0 || objective.cycle > 0 { "β(t)" } else { "β" };
        let kl = if objective.free_bits > 0.0 { "Σ max(free, KL)" } else { "KL" };
        parts.push(FormulaPart::weighted(format!("{beta} · {kl}"), "objective.beta"));
    } else if objective.sparsity > 0.0 {
        parts.push(FormulaPart::weighted("λ · Σ|h|", "objective.sparsity"));
    }
    if objective.rate > 0.0 {
        parts.push(FormulaPart::weighted("w · Σ KL(ρ‖rate)", "objective.rate"));
    }
    if objective.contractive > 0.0 {
        parts.push(FormulaPart::weighted("λ · ‖∂h/∂x‖²", "objective.contractive"));
    }
    if objective.weight_decay > 0.0 {
        parts.push(FormulaPart::weighted("λ · ½‖W‖²", "objective.weight_decay"));
    }
    if objective.revival > 0.0 && recipe.model.top_k > 0 {
        parts.push(FormulaPart::weighted("λ · revival", "objective.revival"));
    }
    parts
}

/// The corruption of the input.
fn corruption(recipe: &Recipe) -> Option<FormulaPart> {
    let noise = &recipe.noise;
    let text = match noise.kind {
        Corruption::None => return None,
        kind => {
            format!("x~ = x with {} noise {}", kind.label(), super::parameter::short_number(noise.amount))
        }
    };
    Some(FormulaPart::weighted(text, "noise.amount"))
}

/// The units and connections that are dropped during training or deleted.
fn dropped(recipe: &Recipe) -> Vec<FormulaPart> {
    let noise = &recipe.noise;
    let fractions = [
        (noise.drop_units, "units", "noise.drop_units"),
        (noise.drop_connections, "connections", "noise.drop_connections"),
    ];
    let is_on = fractions.into_iter().filter(|(fraction, _, _)| *fraction > 0.0);
    let deleted = (recipe.pruning.method != Pruning::None).then(|| {
        FormulaPart::weighted(
            format!("{:.0} % of connections deleted", 100.0 * recipe.pruning.share),
            "pruning.share",
        )
    });
    is_on
        .map(|(fraction, what, key)| {
            FormulaPart::weighted(format!("{:.0} % of {what} dropped", 100.0 * fraction), key)
        })
        .chain(deleted)
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
    fn the_formula_has_every_term_of_the_recipe_and_no_other() {
        let gaussian = "model.code_kind=gaussian";
        let entropy = "objective.reconstruction=cross-entropy";
        let cases: [(&[&str], &str); 12] = [
            (
                &["noise.drop_units=0.5", "noise.drop_connections=0.25"],
                "objective = squared error, 50 % of units dropped, 25 % of connections dropped",
            ),
            (&[], "objective = squared error"),
            (
                &["objective.weight_decay=1e-4", "pruning.method=smallest", "pruning.share=0.8"],
                "objective = squared error + λ · ½‖W‖², 80 % of connections deleted",
            ),
            (
                &["model.widths=", "model.code=64", "model.top_k=8", "objective.revival=0.03"],
                "objective = squared error + λ · revival",
            ),
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
