//! Recipes by their settings, and the objective of a network.

use burn::tensor::Tensor;
use hourglass::model::{Autoencoder, Pass};
use hourglass::recipe::Recipe;
use hourglass::train::terms::{self, Batch};

use super::tensors::{matrix, normal};

/// A recipe with some settings changed, in their order.
pub fn with<'a>(mut recipe: Recipe, settings: impl IntoIterator<Item = &'a &'a str>) -> Recipe {
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

/// The objective of a fixed batch with a fixed ε, averaged over the images.
pub fn objective_of(model: &Autoencoder, recipe: &Recipe, clean: Tensor<2>) -> Tensor<1> {
    let [count, pixels] = clean.dims();
    let code = recipe.model.code;
    let epsilon = recipe.is_variational().then(|| matrix(normal(2, count * code), code, &clean.device()));
    let batch = Batch { input: clean.clone(), clean, epsilon, probes: None, count };
    let outcome = terms::forward(model, recipe, &batch, &mut Pass::default());
    terms::weighted(&outcome.terms, recipe, 0, pixels).mean()
}
