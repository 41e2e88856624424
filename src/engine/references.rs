//! The costs of simple models, computed once per set of images in a thread of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::background::spawn;
use crate::data::Dataset;
use crate::insight::anomaly::Strangers;
use crate::insight::class_rivals::{Accuracy, ClassRivals, Effort, PlainCodes};
use crate::insight::collapse;
use crate::insight::few_labels::LabelPoint;
use crate::insight::pca::Pca;
use crate::insight::ranking::Ranking;
use crate::insight::references::References;

/// Accuracies with few labels, from pixels and from principal components.
pub(super) type LabelRivals = [Option<Arc<[LabelPoint]>>; 2];

/// How well unfamiliar images are told, from pixels and from principal components.
pub(super) type AnomalyRivals = [Option<Arc<Ranking>>; 2];

/// The costs of simple models on the held-out images, and on a sample of these.
#[derive(Debug)]
pub(super) struct Comparison {
    dataset: Arc<Dataset>,
    /// The sample, in tensor order.
    sample: Arc<[f32]>,
    costs: OnceLock<Costs>,
    /// How well classes are told from pixels, under `None`, and from so many principal components, on so many images.
    accuracies: Measurements<Accuracy>,
    /// The same with few labels.
    label_curves: Measurements<Arc<[LabelPoint]>>,
    /// How well unfamiliar images are told.
    rankings: Measurements<Arc<Ranking>>,
    /// Whether nobody needs the costs any more.
    is_cancelled: AtomicBool,
}

/// What is measured in threads of their own, from pixels, under `None`, or from so many principal components.
#[derive(Debug)]
struct Measurements<T>(Mutex<BTreeMap<Subject, Measured<T>>>);

/// What is measured: pixels, or so many principal components, and on how many images.
type Subject = (Option<usize>, Effort);

/// What is being measured, then what was: nothing where it cannot be.
type Measured<T> = Arc<OnceLock<Option<T>>>;

impl<T> Default for Measurements<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Measurements<T> {
    /// What is known; what is not is being measured from now on.
    fn get(&self, subject: Subject, measure: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&subject) {
            return known.get().cloned().flatten();
        }
        let place = Arc::clone(all.entry(subject).or_default());
        drop(all);
        let taken = Arc::clone(&place);
        if let Err(sentence) = spawn("class rivals", move || _ = taken.set(measure())) {
            log::warn!("{sentence}");
            place.set(None).ok();
        }
        None
    }

    fn are_under_way(&self) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().any(|measured| measured.get().is_none())
    }
}

/// Principal components of the training images, and what belongs to them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spectrum<'a> {
    pub(super) pca: Option<&'a Pca>,
    pub(super) whitened: &'a [f32],
    pub(super) sample_errors: &'a [f64],
}

impl<'a> From<&'a Costs> for Spectrum<'a> {
    fn from(costs: &'a Costs) -> Self {
        Self { pca: costs.pca.as_ref(), whitened: &costs.whitened, sample_errors: &costs.pca_sample_errors }
    }
}

#[derive(Debug)]
struct Costs {
    references: References,
    /// The principal components of the training images; none where they were cancelled.
    pca: Option<Pca>,
    /// The variances of images whose pixels are divided by the root of p(1 − p); empty where they were cancelled.
    whitened: Vec<f32>,
    /// Squared error on the sample for 0, 1, 2 … principal components; empty where they were cancelled.
    pca_sample_errors: Vec<f64>,
}

impl Comparison {
    /// Nothing is computed yet.
    pub(super) fn new(dataset: &Arc<Dataset>, sample: &[f32]) -> Self {
        Self {
            dataset: Arc::clone(dataset),
            sample: Arc::from(sample),
            costs: OnceLock::new(),
            accuracies: Measurements::default(),
            label_curves: Measurements::default(),
            rankings: Measurements::default(),
            is_cancelled: AtomicBool::new(false),
        }
    }

    /// Starts to compute the costs; they are received once they are known.
    pub(super) fn begin(self: &Arc<Self>) -> Result<Receiver<References>, String> {
        let shared = Arc::clone(self);
        let (sender, references) = sync_channel(1);
        spawn("references", move || {
            // Nobody waits any more where another bench was opened meanwhile.
            sender.send(shared.costs().references.clone()).ok();
        })?;
        Ok(references)
    }

    /// Nobody needs the costs any more: what takes long ends early, without components.
    pub(super) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// The costs, once they are known.
    pub(super) fn references_so_far(&self) -> Option<&References> {
        self.costs.get().map(|costs| &costs.references)
    }

    /// Principal components and what belongs to them, as far as they are known.
    pub(super) fn spectrum_so_far(&self) -> Spectrum<'_> {
        self.costs.get().map(Spectrum::from).unwrap_or_default()
    }

    /// The same, computed now if necessary.
    pub(super) fn spectrum(&self) -> Spectrum<'_> {
        self.costs().into()
    }

    /// How well classes are told from pixels and from so many principal components, as far as that is known; what is not is
    /// being measured from now on.
    pub(super) fn class_rivals(self: &Arc<Self>, components: usize, effort: Effort) -> ClassRivals {
        let measure = |of: Option<usize>| {
            let shared = Arc::clone(self);
            self.accuracies.get((of, effort), move || Some(shared.plain_codes(of, effort)?.accuracy()))
        };
        ClassRivals { pixels: measure(None), components: measure(Some(components)) }
    }

    /// The same with few labels: from pixels, and from so many principal components.
    pub(super) fn label_rivals(self: &Arc<Self>, components: usize, effort: Effort) -> LabelRivals {
        [None, Some(components)].map(|of| {
            let shared = Arc::clone(self);
            self.label_curves
                .get((of, effort), move || Some(shared.plain_codes(of, effort)?.few_labels().into()))
        })
    }

    /// How well unfamiliar images are told: from pixels, and from so many principal components.
    pub(super) fn anomaly_rivals(self: &Arc<Self>, components: usize, effort: Effort) -> AnomalyRivals {
        [None, Some(components)].map(|of| {
            let shared = Arc::clone(self);
            let measure = move || {
                let strangers = Strangers::of(&shared.dataset, effort)?;
                let ranking = match of {
                    None => strangers.by_pixels(&shared.dataset),
                    Some(k) => {
                        strangers.by_components(&shared.dataset, &shared.costs().pca.as_ref()?.first(k))
                    }
                };
                ranking.map(Arc::new)
            };
            self.rankings.get((of, effort), measure)
        })
    }

    /// Whether something is being measured.
    pub(super) fn is_measuring(&self) -> bool {
        self.accuracies.are_under_way() || self.label_curves.are_under_way() || self.rankings.are_under_way()
    }

    /// The images as pixels, or as so many principal components; nothing where these are not computed.
    fn plain_codes(&self, components: Option<usize>, effort: Effort) -> Option<PlainCodes> {
        let pca = components.map(|k| Some(self.costs().pca.as_ref()?.first(k)));
        match pca {
            None => Some(PlainCodes::of(&self.dataset, None, effort)),
            Some(pca) => Some(PlainCodes::of(&self.dataset, Some(&pca?), effort)),
        }
    }

    fn costs(&self) -> &Costs {
        let is_cancelled = || self.is_cancelled.load(Ordering::Relaxed);
        self.costs.get_or_init(|| costs(&self.dataset, &self.sample, &is_cancelled))
    }
}

fn costs(dataset: &Dataset, sample: &[f32], is_cancelled: &dyn Fn() -> bool) -> Costs {
    let held_out = &dataset.split.validation;
    let mean = dataset.mean_image_cost(held_out);
    let mut images = Vec::new();
    let (pca, whitened) = collapse::spectra(dataset, &dataset.split.train, is_cancelled).unzip();
    let errors = pca.as_ref().map(|pca| {
        dataset.write_f32(held_out, &mut images);
        (pca.squared_errors(&images), pca.squared_errors(sample))
    });
    let (held_out_errors, pca_sample_errors) = errors.unzip();
    Costs {
        references: References {
            mean_squared_error: mean.squared_error,
            mean_cross_entropy: mean.cross_entropy,
            cross_entropy_floor: dataset.entropy_floor(held_out),
            pca_squared_errors: held_out_errors.map(Arc::from),
        },
        pca,
        whitened: whitened.unwrap_or_default(),
        pca_sample_errors: pca_sample_errors.unwrap_or_default(),
    }
}
