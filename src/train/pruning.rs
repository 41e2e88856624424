//! Connections that are deleted for good: in each layer those with the smallest weights, or a random choice.
//!
//! A deleted connection is a weight of exactly zero, which no update changes. So checkpoints and files of weights need no
//! masks, and a larger share deletes more without bringing any back.

use burn::module::{Module as _, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use rand::RngExt as _;

use crate::model::Autoencoder;
use crate::model::weights::is_frozen;
use crate::recipe::random::{Purpose, stream};
use crate::recipe::{Pruning, Recipe};

/// The network without the connections that a recipe deletes. A part that is frozen keeps all of its own.
pub fn pruned(model: Autoencoder, recipe: &Recipe) -> Autoencoder {
    let mut prune = Prune { owner: model.clone(), recipe, path: Vec::new(), layer: 0 };
    model.map(&mut prune).with_tied_weights().with_unit_columns()
}

struct Prune<'a> {
    owner: Autoencoder,
    recipe: &'a Recipe,
    path: Vec<String>,
    layer: u64,
}

impl Prune<'_> {
    /// A number for each weight: those with the smallest are deleted first. Random ones depend on the layer only, so that a
    /// larger share includes a smaller one.
    fn order(&self, weights: &Tensor<1>) -> Tensor<1> {
        match self.recipe.pruning.method {
            Pruning::None | Pruning::Smallest => weights.clone().abs(),
            Pruning::Random => {
                let count = weights.dims()[0];
                let mut rng = stream(self.recipe.seed, Purpose::Pruning, self.layer);
                let numbers: Vec<f32> = (0..count).map(|_| rng.random()).collect();
                Tensor::from_data(TensorData::new(numbers, [count]), &weights.device())
            }
        }
    }
}

impl ModuleMapper for Prune<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self.owner.has_own_weights(D, &self.path) {
            return param;
        }
        self.layer += 1;
        let shape = param.val().dims();
        let count = shape.iter().product::<usize>();
        // A layer without any connection would cut the network in two.
        let deleted = ((self.recipe.pruning.share * count as f64).round() as usize).min(count - 1);
        if deleted == 0 || is_frozen(self.recipe.training.freeze, &self.path) {
            return param;
        }
        let (id, value, mapper) = param.consume();
        let weights = value.inner().reshape([count]);
        let order = self.order(&weights);
        let last = order.clone().sort(0).narrow(0, deleted - 1, 1);
        let is_kept = order.greater(last.expand([count])).float();
        let weights = (weights * is_kept).reshape(shape);
        Param::from_mapped_value(id, Tensor::from_inner(weights).require_grad(), mapper)
    }
}
