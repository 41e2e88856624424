//! What insight cards are made from in tests whose cards need no data set.

use std::sync::LazyLock;

use hourglass::data::{Dataset, ImageShape, LeftOut, Split};
use hourglass::insight::CardInputs;
use hourglass::insight::class_rivals::{ClassRivals, Effort};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;

static NO_IMAGES: LazyLock<Dataset> = LazyLock::new(|| Dataset {
    name: "nothing".to_owned(),
    shape: ImageShape { height: 1, width: 1, channels: 1 },
    images: Vec::<u8>::new().into(),
    labels: Vec::new(),
    class_names: Vec::new(),
    factors: Vec::new(),
    split: Split {
        train: Vec::new(),
        validation: Vec::new(),
        test: Vec::new(),
        left_out: LeftOut { validation: Vec::new(), test: Vec::new() },
    },
    notes: Vec::new(),
});

/// A network, and some of its images as examples and all as a sample.
pub fn inputs_of<'a>(
    learner: &'a Learner,
    recipe: &'a Recipe,
    examples: &'a [f32],
    sample: &'a [f32],
) -> CardInputs<'a> {
    CardInputs {
        learner,
        recipe,
        examples,
        sample,
        dataset: &NO_IMAGES,
        effort: Effort::watched(1),
        class_rivals: ClassRivals::default(),
        label_rivals: [None, None],
        anomaly_rivals: [None, None],
        beside: None,
        findings: None,
        pca: None,
        whitened: &[],
        pca_errors: &[],
    }
}
