//! The stages of a run, in order, and the steps of each.
//!
//! The stages follow from a recipe and the length of an epoch, so that the learner, the curves and the progress bar can
//! each compute them.

use crate::recipe::{Pruning, Recipe};

/// The stages that a run can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Pretraining of one layer as an RBM, counted from the image.
    Layer(usize),
    /// Training of the whole network.
    #[default]
    Training,
    /// Learning of a dictionary of the network's codes.
    Dictionary,
}

/// The steps of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageSpan {
    /// The stage.
    pub stage: Stage,
    /// The number of updates before it.
    pub from: u64,
    /// The number of updates at its end; the last stage may have none.
    pub to: Option<u64>,
}

/// The stages of a run, in order. One of them always trains the whole network. A dictionary's stage is among them once the
/// end of training is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagePlan {
    spans: Vec<StageSpan>,
    steps_per_epoch: u64,
    /// The steps of the dictionary, where one is learned.
    dictionary: Option<u64>,
}

impl StagePlan {
    /// The stages of a recipe.
    pub fn new(recipe: &Recipe, steps_per_epoch: u64) -> Self {
        let mut spans = Vec::new();
        let mut from = 0;
        let mut add = |stage, length: Option<u64>| {
            let to = length.map(|length| from + length);
            spans.push(StageSpan { stage, from, to });
            from = to.unwrap_or(from);
        };
        if recipe.is_pretrained() {
            // One RBM per hidden layer, and one for the code.
            for layer in 0..=recipe.model.widths.len() {
                add(Stage::Layer(layer), Some(recipe.pretraining.epochs * steps_per_epoch));
            }
        }
        if recipe.has_dictionary() {
            let training = &recipe.training;
            let ends = [training.epochs * steps_per_epoch, training.steps];
            let end = ends.into_iter().filter(|end| *end > 0).min();
            add(Stage::Training, end);
        } else {
            add(Stage::Training, None);
        }
        let dictionary = recipe.has_dictionary().then_some(recipe.dictionary.epochs * steps_per_epoch);
        let mut plan = Self { spans, steps_per_epoch, dictionary };
        if let (_, Some(end)) = plan.training() {
            plan.end_training(end);
        }
        plan
    }

    /// Sets the end of the training of the whole network after so many updates; a dictionary follows, if there is one.
    /// Needed where training ends by what is measured and not after a number of steps.
    pub fn end_training(&mut self, step: u64) {
        if let Some(length) = self.dictionary {
            self.spans.retain(|span| span.stage != Stage::Dictionary);
            if let Some(training) = self.spans.last_mut() {
                training.to = Some(step);
            }
            self.spans.push(StageSpan { stage: Stage::Dictionary, from: step, to: Some(step + length) });
        }
    }

    /// Every stage, in order.
    pub fn spans(&self) -> &[StageSpan] {
        &self.spans
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.steps_per_epoch
    }

    /// The stage of the next update after `step` updates.
    pub fn at(&self, step: u64) -> StageSpan {
        let open = |span: &&StageSpan| span.to.is_none_or(|to| step < to);
        let found = self.spans.iter().find(open).or(self.spans.last());
        found.copied().unwrap_or(StageSpan { stage: Stage::Training, from: 0, to: None })
    }

    /// How many of `step` updates trained the whole network; the limits of a recipe count these.
    pub fn trained(&self, step: u64) -> u64 {
        step.saturating_sub(self.training().0)
    }

    /// The number of updates before the training of the whole network, and at its end, if it has one.
    pub fn training(&self) -> (u64, Option<u64>) {
        let training = self.spans.iter().find(|span| span.stage == Stage::Training);
        training.map_or((0, None), |span| (span.from, span.to))
    }

    /// The number of updates before connections are deleted, where a recipe deletes any.
    pub fn pruned_at(&self, recipe: &Recipe) -> Option<u64> {
        (recipe.pruning.method != Pruning::None).then(|| self.training().0 + recipe.pruning.step)
    }

    /// Whether the cost of the update with this number is the cost of images. Layers above the first are trained on the
    /// output of the layer below.
    pub fn is_of_images(&self, number: u64) -> bool {
        !matches!(self.at(number.saturating_sub(1)).stage, Stage::Layer(layer) if layer > 0)
    }

    /// Whether the last stage has ended after `step` updates.
    pub fn is_over(&self, step: u64) -> bool {
        self.spans.last().and_then(|span| span.to).is_some_and(|to| step >= to)
    }

    /// A stage in words, such as `layer 2 of 4`.
    pub fn name(&self, stage: Stage) -> String {
        let layers = self.spans.iter().filter(|span| matches!(span.stage, Stage::Layer(_))).count();
        match stage {
            Stage::Layer(layer) => format!("layer {} of {layers}", layer + 1),
            Stage::Training if layers > 0 => "fine-tuning".to_owned(),
            Stage::Training => "training".to_owned(),
            Stage::Dictionary => "dictionary".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Pretraining;

    #[test]
    fn a_plain_run_has_one_endless_stage() {
        let plan = StagePlan::new(&Recipe::default(), 75);
        assert_eq!(plan.spans(), [StageSpan { stage: Stage::Training, from: 0, to: None }]);
        assert!(!plan.is_over(1_000_000));
        assert_eq!(plan.trained(80), 80);
    }

    #[test]
    fn pretraining_precedes_training_layer_by_layer() {
        let mut recipe = Recipe::default();
        recipe.model.widths = vec![512, 256];
        recipe.pretraining.method = Pretraining::Rbm;
        recipe.pretraining.epochs = 2;
        let plan = StagePlan::new(&recipe, 75);
        let stages: Vec<Stage> = plan.spans().iter().map(|s| s.stage).collect();
        assert_eq!(stages, [Stage::Layer(0), Stage::Layer(1), Stage::Layer(2), Stage::Training]);
        assert_eq!(plan.at(149).stage, Stage::Layer(0));
        assert_eq!(plan.at(150).stage, Stage::Layer(1));
        assert_eq!((plan.at(450).stage, plan.trained(460)), (Stage::Training, 10));
        let of_images: Vec<bool> = [1, 150, 151, 450, 451].map(|number| plan.is_of_images(number)).into();
        assert_eq!(of_images, [true, true, false, false, true]);
        assert_eq!(plan.name(Stage::Layer(1)), "layer 2 of 3");
        assert_eq!(plan.name(Stage::Training), "fine-tuning");
    }

    #[test]
    fn a_dictionary_follows_training_and_ends_the_run() {
        let mut recipe = Recipe::default();
        recipe.dictionary.atoms = 64;
        recipe.dictionary.epochs = 3;
        recipe.training.epochs = 2;
        let plan = StagePlan::new(&recipe, 10);
        assert_eq!((plan.at(19).stage, plan.at(20).stage), (Stage::Training, Stage::Dictionary));
        assert!(!plan.is_over(49) && plan.is_over(50));
    }

    #[test]
    fn a_dictionary_begins_where_training_ends_by_what_is_measured() {
        let mut recipe = Recipe::default();
        (recipe.dictionary.atoms, recipe.dictionary.epochs) = (64, 3);
        recipe.training.training_target = 20.0;
        let mut plan = StagePlan::new(&recipe, 10);
        assert_eq!(
            (plan.at(999).stage, plan.is_over(999)),
            (Stage::Training, false),
            "nobody knows how long"
        );
        plan.end_training(17);
        assert_eq!((plan.at(16).stage, plan.at(17).stage), (Stage::Training, Stage::Dictionary));
        assert!(!plan.is_over(46) && plan.is_over(47));
    }
}
