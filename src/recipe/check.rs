//! Validation of parameters against each other: settings that exclude each other, and settings that would have no
//! effect, are refused with a sentence before a run starts.

use super::error::RecipeError;
use super::schema::Recipe;
use super::words::{
    Activation, CodeKind, Frozen, Network, Norm, OptimizerKind, Output, PixelRange, Pretraining, Rebuild,
    Reconstruction,
};

/// Checks that the settings of a recipe fit together.
pub(super) fn together(recipe: &Recipe) -> Result<(), RecipeError> {
    let all = [network(recipe), objective(recipe), weights(recipe), pretraining(recipe), dictionary(recipe)];
    match all.into_iter().flatten().find(|(is_refused, _)| *is_refused) {
        Some((_, what)) => Err(RecipeError::Together { what: what.to_owned() }),
        None => Ok(()),
    }
}

/// Whether a combination is refused, and the sentence for it.
type Refusal = (bool, &'static str);

fn is_plain(recipe: &Recipe) -> bool {
    recipe.model.code_kind == CodeKind::Plain
}

fn is_dense(recipe: &Recipe) -> bool {
    recipe.model.network == Network::Dense
}

/// Combinations that a network excludes.
fn network(recipe: &Recipe) -> Vec<Refusal> {
    let model = &recipe.model;
    let stages = model.channels.len();
    vec![
        (
            model.unit_columns
                && is_plain(recipe)
                && model.widths.is_empty()
                && model.output != Output::Linear,
            "model.unit_columns keeps the decoder's columns at length one, which restricts a sigmoid output; set \
             model.output = \"linear\" or model.unit_columns = false",
        ),
        (
            model.unit_columns && !is_dense(recipe),
            "model.unit_columns is for dense networks: set model.network = \"dense\" or model.unit_columns = false",
        ),
        (
            model.unit_columns && !is_plain(recipe),
            "model.unit_columns is for the penalty Σ|h|, which a Gaussian code does not have: set \
             model.code_kind = \"plain\" or model.unit_columns = false",
        ),
        (
            model.unit_columns && !model.widths.is_empty(),
            "model.unit_columns normalises only the layer after the code, and the weights of further decoder layers would \
             grow instead: leave model.widths empty or set model.unit_columns = false",
        ),
        (
            model.top_k > 0 && !is_plain(recipe),
            "only units of a plain code can be left out; a Gaussian code has the KL penalty instead: set model.top_k = 0 or \
             model.code_kind = \"plain\"",
        ),
        (
            model.top_k > model.code,
            "model.top_k is larger than the code: set it to at most model.code, or to 0 to keep all units",
        ),
        (
            model.tied && !(is_dense(recipe) && is_plain(recipe)),
            "tied weights are for dense networks with a plain code, whose decoder mirrors the encoder: set \
             model.tied = false, or model.network = \"dense\" and model.code_kind = \"plain\"",
        ),
        (
            model.tied && recipe.training.freeze != Frozen::Nothing,
            "tied weights are one set of weights for encoder and decoder, so neither can be frozen alone: set \
             model.tied = false or training.freeze = \"none\"",
        ),
        (
            model.tied && model.unit_columns,
            "model.unit_columns would change the tied weights of the encoder too: set model.tied = false or \
             model.unit_columns = false",
        ),
        (
            model.network == Network::Conv && !(1..=4).contains(&stages),
            "a convolutional network has one to four stages: set model.channels to one to four numbers, such as \
             16-32",
        ),
        (
            model.network == Network::UNet && !(3..=5).contains(&stages),
            "a U-Net halves the image two to four times: set model.channels to three to five numbers, such as \
             10-20-40",
        ),
    ]
}

/// Combinations that an objective excludes.
fn objective(recipe: &Recipe) -> Vec<Refusal> {
    let Recipe { data, model, noise, objective, .. } = recipe;
    vec![
        (
            objective.contractive > 0.0 && model.network == Network::Recurrent,
            "the contractive penalty is not available for a recurrent network, whose code depends on a pixel through every \
             later row: set objective.contractive = 0",
        ),
        (
            objective.contractive > 0.0 && model.norm == Norm::Batch && !is_dense(recipe),
            "the contractive penalty is not available with batch normalisation, where an image's code depends on the other \
             images of the step: set model.norm = \"group\" or objective.contractive = 0",
        ),
        (
            objective.rate > 0.0 && !(is_plain(recipe) && model.code_activation == Activation::Sigmoid),
            "a target rate needs a plain code of sigmoid units, whose activations lie between 0 and 1: set \
             model.code_activation = \"sigmoid\" or objective.rate = 0",
        ),
        (
            (noise.drop_units > 0.0 || noise.drop_connections > 0.0)
                && !(is_dense(recipe) && is_plain(recipe)),
            "units and connections can be dropped only in dense networks with a plain code: set noise.drop_units = 0 and \
             noise.drop_connections = 0, or model.network = \"dense\" and model.code_kind = \"plain\"",
        ),
        (
            data.range == PixelRange::Signed && objective.reconstruction == Reconstruction::CrossEntropy,
            "cross-entropy treats pixels as probabilities, so they must be from 0 to 1: set data.range = \"unit\" or \
             objective.reconstruction = \"squared-error\"",
        ),
        (
            objective.sparsity > 0.0 && !is_plain(recipe),
            "the penalty Σ|h| is for a plain code; a Gaussian code has the KL penalty instead: set objective.sparsity = 0 or \
             model.code_kind = \"plain\"",
        ),
        (
            objective.free_bits > 0.0 && is_plain(recipe),
            "free nats apply to the KL of a Gaussian code: set objective.free_bits = 0 or \
             model.code_kind = \"gaussian\"",
        ),
        (
            (objective.warm_up > 0 || objective.cycle > 0) && is_plain(recipe),
            "β is the weight of the KL of a Gaussian code: set objective.warm_up = 0 and objective.cycle = 0, or \
             model.code_kind = \"gaussian\"",
        ),
        (
            objective.warm_up > 0 && objective.cycle > 0,
            "β rises either once or in cycles: set objective.warm_up = 0 or objective.cycle = 0",
        ),
        (
            objective.cycle == 1,
            "with a cycle of one step β would always be 0: set objective.cycle to 2 or more, or to 0 for no cycles",
        ),
    ]
}

/// Combinations that penalties of the weights exclude.
fn weights(recipe: &Recipe) -> Vec<Refusal> {
    let Recipe { model, objective, training, .. } = recipe;
    vec![
        (
            objective.revival > 0.0 && !(is_dense(recipe) && is_plain(recipe) && model.widths.is_empty()),
            "revival adds dead units to the output of a single linear layer: leave model.widths empty in a dense network with \
             a plain code, or set objective.revival = 0",
        ),
        (
            training.weight_decay > 0.0 && training.optimizer != OptimizerKind::AdamW,
            "training.weight_decay is AdamW's: set training.optimizer = \"adamw\", or use the penalty \
             objective.weight_decay and set training.weight_decay = 0",
        ),
    ]
}

/// Combinations that pretraining excludes.
fn pretraining(recipe: &Recipe) -> Vec<Refusal> {
    let Recipe { data, model, objective, .. } = recipe;
    let is_rbm = recipe.pretraining.method == Pretraining::Rbm;
    vec![
        (
            is_rbm && !(is_dense(recipe) && is_plain(recipe)),
            "RBM pretraining is for dense networks with a plain code: set pretraining.method = \"none\", or \
             model.network = \"dense\" and model.code_kind = \"plain\"",
        ),
        (
            is_rbm
                && !(model.activation == Activation::Sigmoid && model.code_activation == Activation::Linear),
            "RBM pretraining needs sigmoid layers and a linear code, because the RBMs have binary units and a Gaussian \
             code: set model.activation = \"sigmoid\" and model.code_activation = \"linear\"",
        ),
        (
            is_rbm
                && objective.reconstruction == Reconstruction::SquaredError
                && model.output != Output::Sigmoid,
            "RBM pretraining needs a sigmoid output: set model.output = \"sigmoid\" or \
             objective.reconstruction = \"cross-entropy\"",
        ),
        (
            is_rbm && data.range == PixelRange::Signed,
            "RBM pretraining needs pixels from 0 to 1: set data.range = \"unit\"",
        ),
    ]
}

/// Combinations that a dictionary excludes.
fn dictionary(recipe: &Recipe) -> Vec<Refusal> {
    let Recipe { model, training, dictionary, .. } = recipe;
    vec![
        (
            dictionary.atoms > 0 && dictionary.rebuild == Rebuild::Straight,
            "x ≈ D·a does not match in its dimensions: D·a is a code, with the dimensions of the network's code, and not an \
             image; set dictionary.rebuild = \"decoder\"",
        ),
        (
            dictionary.atoms > 0
                && training.epochs == 0
                && training.steps == 0
                && training.patience == 0
                && [training.seconds, training.target, training.training_target].iter().all(|x| *x == 0.0),
            "a dictionary is learned on the codes of a trained network, so training has to end: set training.epochs, \
             training.training_target or another limit",
        ),
        (
            dictionary.atoms > 0 && model.network == Network::UNet && model.skips,
            "a U-Net's skip connections carry the image past the code, so atoms of the code cannot reconstruct it: set \
             model.skips = false or dictionary.atoms = 0",
        ),
    ]
}
