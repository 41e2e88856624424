//! What the doctor can find, and what it is found from.

use super::facts::ImageFacts;
use super::vitals::Vitals;
use crate::insight::references::References;
use crate::recipe::{Recipe, Value};
use crate::train::history::{Evaluation, Remark};

macro_rules! troubles {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $title:literal;)+) => {
        /// What can be wrong with a run, or look wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Trouble {
            $($(#[$doc])* $name,)+
        }

        impl Trouble {
            /// Its name in files, and of the recipe that provokes it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// A few words for it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

troubles! {
    /// The loss does not fit the range of the data.
    LossMismatch = "loss-mismatch", "A loss that does not fit the data";
    /// All training images are the same.
    ConstantData = "constant-data", "Images that are all the same";
    /// There are few training images.
    SmallData = "small-data", "Too few images";
    /// Held-out images are among the training images.
    Duplicates = "duplicates", "Held-out images among the training images";
    /// Held-out images are unlike training images.
    SplitMismatch = "split-mismatch", "Held-out images unlike the training images";
    /// The loss is no number any more, or much larger than it was.
    Exploding = "exploding", "Exploding loss";
    /// Steps are too large.
    RateTooHigh = "rate-too-high", "Learning rate too high";
    /// Steps are too small.
    RateTooLow = "rate-too-low", "Learning rate too low";
    /// Many units are never active.
    DeadUnits = "dead-units", "Dead ReLU units";
    /// Many units are at the ends of their range.
    Saturated = "saturated", "Saturated units";
    /// Some layers hardly learn.
    Vanishing = "vanishing", "Vanishing gradients";
    /// The code of a VAE has collapsed to the prior.
    Collapse = "collapse", "Posterior collapse";
    /// The code of a VAE is about to collapse.
    CollapseOnset = "collapse-onset", "Onset of posterior collapse";
    /// A penalty leaves nothing in the code.
    EmptyCode = "empty-code", "Empty code";
    /// The network copies its input past or through a code that is no bottleneck.
    Identity = "identity", "Copying";
    /// Codes lie where the prior has nothing.
    Holes = "holes", "Codes away from the prior";
    /// The network learns its training images by heart.
    Overfitting = "overfitting", "Overfitting";
    /// The network is too small.
    Underfitting = "underfitting", "Underfitting";
    /// Reconstructions are much smoother than images.
    Blurry = "blurry", "Blurry output";
    /// KL rises at first, which is normal.
    KlRises = "kl-rises", "KL rises at first";
    /// Held-out images cost less than training images, which is normal with dropout.
    HeldOutBelow = "held-out-below", "Held-out cost below the training cost";
}

/// What can be done about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cure {
    /// Change a live parameter.
    Live {
        /// What the button says.
        label: String,
        /// The parameter.
        key: &'static str,
        /// Its new value.
        value: f64,
    },
    /// Begin again with other settings.
    Restart {
        /// What the button says.
        label: String,
        /// Parameters and their new values.
        settings: Vec<(&'static str, Value)>,
    },
}

/// What a rule says, and what can be done.
pub type Said = (String, Option<Cure>);

/// A sentence with a cure, or without one.
pub(super) fn said(sentence: String, cure: impl Into<Option<Cure>>) -> Said {
    (sentence, cure.into())
}

impl Cure {
    pub(super) fn restart(label: impl Into<String>, settings: &[(&'static str, Value)]) -> Self {
        Self::Restart { label: label.into(), settings: settings.to_vec() }
    }

    pub(super) fn live(label: impl Into<String>, key: &'static str, value: f64) -> Self {
        Self::Live { label: label.into(), key, value }
    }

    /// What the button says.
    pub fn label(&self) -> &str {
        match self {
            Self::Live { label, .. } | Self::Restart { label, .. } => label,
        }
    }

    /// A recipe with the cure; the recipe as it is where a setting is refused.
    pub fn applied(&self, recipe: &Recipe) -> Recipe {
        let mut cured = recipe.clone();
        let set = |cured: &mut Recipe, key: &str, value: &Value| cured.set(key, value).is_ok();
        let is_set = match self {
            Self::Live { key, value, .. } => set(&mut cured, key, &Value::Number(*value)),
            Self::Restart { settings, .. } => settings.iter().all(|(key, value)| set(&mut cured, key, value)),
        };
        if is_set && cured.validate().is_ok() { cured } else { recipe.clone() }
    }
}

/// One thing that is wrong, or looks wrong and is normal.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub trouble: Trouble,
    /// Whether something should be done.
    pub is_serious: bool,
    /// Whether one check is enough: a fact, no measurement.
    pub is_certain: bool,
    /// The evidence and the cause, in a sentence or two.
    pub sentence: String,
    /// What can be done about it.
    pub cure: Option<Cure>,
}

impl Finding {
    /// What it is, with the sentence.
    pub fn words(&self) -> String {
        format!("{}: {}", self.trouble.title(), self.sentence)
    }

    pub(super) fn remark(&self, step: u64) -> Remark {
        Remark {
            step,
            name: self.trouble.word(),
            sentence: self.words(),
            is_serious: self.is_serious,
            is_over: false,
        }
    }
}

/// What is known of a run.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Its recipe as it is now.
    pub recipe: &'a Recipe,
    /// Evaluations that can be compared with the last one, oldest first.
    pub evaluations: &'a [Evaluation],
    /// The last checks, oldest first.
    pub checks: &'a [Vitals],
    /// The costs of simple models, once they are known.
    pub references: Option<&'a References>,
    /// What is known of the images.
    pub images: ImageFacts,
}

impl Evidence<'_> {
    /// The last check.
    pub(super) fn now(&self) -> Option<&Vitals> {
        self.checks.last()
    }

    /// Updates made.
    pub(super) fn step(&self) -> u64 {
        self.now().map_or(0, |vitals| vitals.step)
    }
}
