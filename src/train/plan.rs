//! The stages of a run, in order: which step belongs to which.
//!
//! A plan is arithmetic over a recipe, so whoever knows the recipe and the length of an epoch knows the stages: the
//! learner, the curves, the progress bar.

use crate::recipe::Recipe;

/// What is trained in a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// One layer as a Boltzmann machine, counted from the image.
    Layer(usize),
    /// The whole network.
    #[default]
    Training,
    /// A dictionary on the network's codes.
    Dictionary,
}

/// A stage and the steps it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What is trained.
    pub stage: Stage,
    /// Updates made before it begins.
    pub from: u64,
    /// Updates made when it is over; the last stage may have no end.
    pub to: Option<u64>,
}

/// The stages of a run, in order; there is always one that trains the whole network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagePlan {
    stretches: Vec<Stretch>,
    steps_per_epoch: u64,
}

impl StagePlan {
    /// The stages of a recipe.
    pub fn new(recipe: &Recipe, steps_per_epoch: u64) -> Self {
        let mut stretches = Vec::new();
        let mut from = 0;
        let mut add = |stage, length: Option<u64>| {
            let to = length.map(|length| from + length);
            stretches.push(Stretch { stage, from, to });
            from = to.unwrap_or(from);
        };
        if recipe.is_pretrained() {
            // One machine per hidden layer, and one for the code.
            for layer in 0..=recipe.model.widths.len() {
                add(Stage::Layer(layer), Some(recipe.pretraining.epochs * steps_per_epoch));
            }
        }
        if recipe.has_dictionary() {
            let training = &recipe.training;
            let ends = [training.epochs * steps_per_epoch, training.steps];
            let end = ends.into_iter().filter(|end| *end > 0).min();
            add(Stage::Training, end);
            add(Stage::Dictionary, Some(recipe.dictionary.epochs * steps_per_epoch));
        } else {
            add(Stage::Training, None);
        }
        Self { stretches, steps_per_epoch }
    }

    /// Every stage, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.steps_per_epoch
    }

    /// The stage of the next update after so many.
    pub fn at(&self, step: u64) -> Stretch {
        let open = |stretch: &&Stretch| stretch.to.is_none_or(|to| step < to);
        let found = self.stretches.iter().find(open).or(self.stretches.last());
        found.copied().unwrap_or(Stretch { stage: Stage::Training, from: 0, to: None })
    }

    /// Updates of the whole network after so many in all: what the limits of a recipe count.
    pub fn trained(&self, step: u64) -> u64 {
        step.saturating_sub(self.training().0)
    }

    /// Updates made before the network is trained as a whole, and when that is over, if it has an end.
    pub fn training(&self) -> (u64, Option<u64>) {
        let training = self.stretches.iter().find(|stretch| stretch.stage == Stage::Training);
        training.map_or((0, None), |stretch| (stretch.from, stretch.to))
    }

    /// Whether the cost of the update with this number is one of images: a layer behind the first is judged by how it
    /// gives back its own input.
    pub fn is_of_images(&self, number: u64) -> bool {
        !matches!(self.at(number.saturating_sub(1)).stage, Stage::Layer(layer) if layer > 0)
    }

    /// Whether a run is over after so many updates because its last stage is.
    pub fn is_over(&self, step: u64) -> bool {
        self.stretches.last().and_then(|stretch| stretch.to).is_some_and(|to| step >= to)
    }

    /// The stage of the next update, in words: `layer 2 of 4`.
    pub fn name(&self, stage: Stage) -> String {
        let layers = self.stretches.iter().filter(|stretch| matches!(stretch.stage, Stage::Layer(_))).count();
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
    fn a_plain_run_has_one_stage_without_an_end() {
        let plan = StagePlan::new(&Recipe::default(), 75);
        assert_eq!(plan.stretches(), [Stretch { stage: Stage::Training, from: 0, to: None }]);
        assert!(!plan.is_over(1_000_000));
        assert_eq!(plan.trained(80), 80);
    }

    #[test]
    fn pretraining_comes_layer_by_layer_before_the_training() {
        let mut recipe = Recipe::default();
        recipe.model.widths = vec![512, 256];
        recipe.pretraining.method = Pretraining::Rbm;
        recipe.pretraining.epochs = 2;
        let plan = StagePlan::new(&recipe, 75);
        let stages: Vec<Stage> = plan.stretches().iter().map(|s| s.stage).collect();
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
    fn a_dictionary_comes_after_the_training_and_ends_the_run() {
        let mut recipe = Recipe::default();
        recipe.dictionary.atoms = 64;
        recipe.dictionary.epochs = 3;
        recipe.training.epochs = 2;
        let plan = StagePlan::new(&recipe, 10);
        assert_eq!((plan.at(19).stage, plan.at(20).stage), (Stage::Training, Stage::Dictionary));
        assert!(!plan.is_over(49) && plan.is_over(50));
    }
}
