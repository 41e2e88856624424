//! What no single declaration can say: settings that exclude each other, and settings that would look as if they did
//! something and do not, each refused in a sentence before a run begins.

use super::{
    Activation, CodeKind, Network, Norm, Output, PixelRange, Pretraining, Rebuild, Recipe, RecipeError,
    Reconstruction,
};

/// Whether the settings of a recipe fit together.
pub(super) fn together(recipe: &Recipe) -> Result<(), RecipeError> {
    let all = [network(recipe), objective(recipe), pretraining(recipe), dictionary(recipe)];
    match all.into_iter().flatten().find(|(is_refused, _)| *is_refused) {
        Some((_, what)) => Err(RecipeError::Together { what: what.to_owned() }),
        None => Ok(()),
    }
}

/// Whether something is refused, and the sentence for it.
type Refusal = (bool, &'static str);

fn is_plain(recipe: &Recipe) -> bool {
    recipe.model.code_kind == CodeKind::Plain
}

fn is_dense(recipe: &Recipe) -> bool {
    recipe.model.network == Network::Dense
}

/// What a network cannot be.
fn network(recipe: &Recipe) -> Vec<Refusal> {
    let model = &recipe.model;
    let stages = model.channels.len();
    vec![
        (
            model.unit_columns
                && is_plain(recipe)
                && model.widths.is_empty()
                && model.output != Output::Linear,
            "model.unit_columns keeps the decoder's columns at length one, which bounds a sigmoid output; set \
             model.output = \"linear\" or model.unit_columns = false",
        ),
        (
            model.unit_columns && !is_dense(recipe),
            "model.unit_columns is for dense networks: set model.network = \"dense\" or model.unit_columns = false",
        ),
        (
            model.unit_columns && !is_plain(recipe),
            "model.unit_columns keeps a sparse code from shrinking for free, and a Gaussian code has no such price: set \
             model.code_kind = \"plain\" or model.unit_columns = false",
        ),
        (
            model.unit_columns && !model.widths.is_empty(),
            "model.unit_columns holds only the layer after the code, and further decoder layers would grow in its \
             place: leave model.widths empty or set model.unit_columns = false",
        ),
        (
            model.network == Network::Conv && !(1..=4).contains(&stages),
            "a convolutional network has one to four stages: give model.channels one to four numbers, such as 16-32",
        ),
        (
            model.network == Network::UNet && !(3..=5).contains(&stages),
            "a U-Net halves the image two to four times: give model.channels three to five numbers, such as 10-20-40",
        ),
    ]
}

/// What an objective cannot ask of this network.
fn objective(recipe: &Recipe) -> Vec<Refusal> {
    let Recipe { data, model, noise, objective, .. } = recipe;
    vec![
        (
            objective.contractive > 0.0 && model.network == Network::Recurrent,
            "the contractive penalty is not offered for a recurrent network: its code depends on a pixel through every \
             later row, which has no short tangent; set objective.contractive = 0",
        ),
        (
            objective.contractive > 0.0 && model.norm == Norm::Batch && !is_dense(recipe),
            "the contractive penalty is not offered with batch normalisation: there an image's code depends on the \
             other images of the step; set model.norm = \"group\" or objective.contractive = 0",
        ),
        (
            objective.rate > 0.0 && !(is_plain(recipe) && model.code_activation == Activation::Sigmoid),
            "a target rate needs a plain code of sigmoid units, whose activity lies between 0 and 1: set \
             model.code_activation = \"sigmoid\" or objective.rate = 0",
        ),
        (
            (noise.drop_units > 0.0 || noise.drop_connections > 0.0)
                && !(is_dense(recipe) && is_plain(recipe)),
            "units and connections are dropped from dense networks with a plain code: set noise.drop_units = 0 and \
             noise.drop_connections = 0, or model.network = \"dense\" and model.code_kind = \"plain\"",
        ),
        (
            data.range == PixelRange::Signed && objective.reconstruction == Reconstruction::CrossEntropy,
            "cross-entropy needs pixels from 0 to 1, as they are probabilities there: set data.range = \"unit\" or \
             objective.reconstruction = \"squared-error\"",
        ),
        (
            objective.sparsity > 0.0 && !is_plain(recipe),
            "Σ|h| is charged of a plain code; a Gaussian code pays for its KL: set objective.sparsity = 0 or \
             model.code_kind = \"plain\"",
        ),
        (
            objective.free_bits > 0.0 && is_plain(recipe),
            "free nats are about the KL of a Gaussian code: set objective.free_bits = 0 or \
             model.code_kind = \"gaussian\"",
        ),
        (
            (objective.warm_up > 0 || objective.cycle > 0) && is_plain(recipe),
            "β weighs the KL of a Gaussian code: set objective.warm_up = 0 and objective.cycle = 0, or \
             model.code_kind = \"gaussian\"",
        ),
        (
            objective.warm_up > 0 && objective.cycle > 0,
            "β either warms up once or in cycles: set objective.warm_up = 0 or objective.cycle = 0",
        ),
        (
            objective.cycle == 1,
            "a cycle of one step would never leave β = 0: set objective.cycle to 2 or more, or to 0 for no cycles",
        ),
    ]
}

/// What cannot be pretrained.
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
            "RBM pretraining needs sigmoid layers and a linear code, as its machines have binary units and a Gaussian \
             code: set model.activation = \"sigmoid\" and model.code_activation = \"linear\"",
        ),
        (
            is_rbm
                && objective.reconstruction == Reconstruction::SquaredError
                && model.output == Output::Linear,
            "RBM pretraining gives pixels by a sigmoid: set model.output = \"sigmoid\" or \
             objective.reconstruction = \"cross-entropy\"",
        ),
        (
            is_rbm && data.range == PixelRange::Signed,
            "RBM pretraining needs pixels from 0 to 1: set data.range = \"unit\"",
        ),
    ]
}

/// What no dictionary can be learned on.
fn dictionary(recipe: &Recipe) -> Vec<Refusal> {
    let Recipe { model, training, dictionary, .. } = recipe;
    vec![
        (
            dictionary.atoms > 0 && dictionary.rebuild == Rebuild::Straight,
            "x ≈ D·a does not fit in its dimensions: D·a is a code, as long as the network's, and not an image; decode \
             it with dictionary.rebuild = \"decoder\"",
        ),
        (
            dictionary.atoms > 0 && training.epochs == 0 && training.steps == 0,
            "a dictionary is learned on the codes of a trained network, so training needs an end: set training.epochs \
             or training.steps",
        ),
        (
            dictionary.atoms > 0
                && (training.seconds > 0.0 || training.target > 0.0 || training.patience > 0),
            "with a dictionary the training ends after training.epochs or training.steps, so that the dictionary's \
             stage has its place: set training.seconds, training.target and training.patience to 0, or \
             dictionary.atoms to 0",
        ),
        (
            dictionary.atoms > 0 && model.network == Network::UNet && model.skips,
            "a U-Net's image comes past the code through its skips, so atoms of the code could not rebuild it: set \
             model.skips = false or dictionary.atoms = 0",
        ),
    ]
}
