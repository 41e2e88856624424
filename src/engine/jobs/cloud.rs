//! Clouds: the codes of many images, a few milliseconds per turn.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::grouping::Grouping;
use super::job::{Job, JobError, Share};
use super::projection::Projecting;
use crate::data::Split;
use crate::engine::target::Target;
use crate::engine::view::CloudView;
use crate::engine::wants::{WantedCloud, Whose};
use crate::insight::cloud::{Summary, Summing};
use crate::insight::principal::Principal;
use crate::model::Autoencoder;
use crate::model::objective::squared_error;
use crate::train::read::{ReadError, read};

/// Most images of a cloud.
const MOST_IMAGES: usize = 60_000;
/// Most numbers in the codes of a cloud: long codes get fewer images.
const MOST_NUMBERS: usize = 1 << 24;
/// Freeing memory for so many numbers takes milliseconds.
const LARGE: usize = 1 << 20;

/// The codes of images, under way. The network is the one it began with.
#[derive(Debug)]
pub(super) struct CloudJob {
    wish: WantedCloud,
    model: Autoencoder,
    step: u64,
    images: Arc<[u32]>,
    done: Readings,
    overview: Overview,
    /// The principal axes of the cloud before.
    before: Option<Principal>,
    grouping: Grouping,
    /// The classes of the images, or the groups of the cloud before: groups are numbered like them.
    known: Option<Arc<[u8]>>,
    /// Pixels of the slice, kept for their memory.
    pixels: Vec<f32>,
}

/// What was read off the images so far, one after the other.
#[derive(Debug, Default)]
struct Readings {
    count: usize,
    codes: Vec<f32>,
    spreads: Option<Vec<f32>>,
    errors: Option<Vec<f32>>,
    summing: Summing,
}

/// What is worked out from all codes together.
#[derive(Debug, Default)]
struct Overview {
    summary: Option<Summary>,
    projecting: Projecting,
}

/// Large clouds that were published. Whoever drops the last reference frees the memory, which takes milliseconds: they
/// are held here until nobody else does, so that the window never has to.
#[derive(Debug, Default)]
pub(super) struct LargeClouds(Vec<Arc<CloudView>>);

impl LargeClouds {
    /// Holds a cloud, if it is a large one.
    pub(super) fn hold(&mut self, view: &Arc<CloudView>) {
        if view.codes.len() >= LARGE {
            self.0.push(Arc::clone(view));
        }
    }

    /// Frees those that nobody else holds any more.
    pub(super) fn free(&mut self) {
        let is_free = |numbers: &Arc<[f32]>| Arc::strong_count(numbers) == 1;
        // Whoever shows a cloud may hold its codes alone.
        let is_held = |view: &Arc<CloudView>| {
            Arc::strong_count(view) > 1 || !is_free(&view.codes) || !view.spreads.as_ref().is_none_or(is_free)
        };
        self.0.retain(is_held);
    }
}

impl CloudJob {
    /// Begins a cloud. `before` are the principal axes of the last one: the new ones are searched from there.
    pub(super) fn new(target: &Target<'_>, wish: WantedCloud, before: Option<Principal>) -> Self {
        let learner = target.learner;
        let most = wish.count.min(MOST_IMAGES).min(MOST_NUMBERS / learner.code_size().max(1));
        let images: Arc<[u32]> = chosen(&target.gallery.dataset.split, wish.whose).take(most).collect();
        let known = if wish.groups { known(target, &images) } else { None };
        let summing = Summing::new(images.len(), learner.code_size());
        Self {
            wish,
            model: learner.model(),
            step: learner.step_number(),
            images,
            done: Readings { summing, ..Readings::default() },
            overview: Overview::default(),
            before,
            grouping: Grouping::default(),
            known,
            pixels: Vec::new(),
        }
    }

    /// Does a slice of sorting the codes into groups, where that is wanted; whether nothing is left to do.
    fn is_grouped(&mut self, target: &Target<'_>) -> bool {
        let (codes, dimensions) = (&self.done.codes, target.learner.code_size());
        self.grouping = match std::mem::take(&mut self.grouping) {
            Grouping::Nothing if self.wish.groups => {
                Grouping::new(codes, dimensions, target.gallery.dataset.class_names.len())
            }
            grouping => grouping.slice(codes, dimensions, self.known.as_deref()),
        };
        self.grouping.is_done()
    }

    /// The cloud, once everything is known of it.
    fn view(&mut self, dimensions: usize) -> CloudView {
        let Readings { codes, spreads, errors, .. } = std::mem::take(&mut self.done);
        let Overview { summary, projecting } = std::mem::take(&mut self.overview);
        CloudView {
            step: self.step,
            dimensions,
            images: Arc::clone(&self.images),
            codes: codes.into(),
            spreads: spreads.map(Arc::from),
            errors: errors.map(Arc::from),
            groups: std::mem::take(&mut self.grouping).found().map(Arc::from),
            summary: Arc::new(summary.unwrap_or_default()),
            projection: projecting.found().map(Arc::new),
        }
    }
}

impl Job for CloudJob {
    type Output = CloudView;

    fn share(_: &Target<'_>) -> Share {
        Share::OnePartIn(6)
    }

    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<CloudView>, JobError> {
        let learner = target.learner;
        let left = &self.images[self.done.count..];
        let Some(first) = left.first() else {
            let is_done = self.overview.slice(&mut self.done, self.before.as_ref(), self.wish.projection)
                && self.is_grouped(target);
            return Ok(is_done.then(|| self.view(learner.code_size())));
        };
        let mut chunk = left[..many.min(left.len())].to_vec();
        let counted = chunk.len();
        chunk.resize(many, *first);
        target.gallery.dataset.write_f32(&chunk, &mut self.pixels);
        let x = learner.images(&self.pixels, learner.device());
        self.done.add(&self.model, x, counted, self.wish.errors)?;
        Ok(None)
    }
}

/// The classes of images that all have one, or the groups of the same images in the cloud that is shown.
fn known(target: &Target<'_>, images: &[u32]) -> Option<Arc<[u8]>> {
    let dataset = &target.gallery.dataset;
    let classes: Option<Arc<[u8]>> = images.iter().map(|image| dataset.label(*image)).collect();
    let shown = || target.views.latest().cloud.filter(|cloud| *cloud.images == *images);
    classes.or_else(|| shown()?.groups.clone())
}

/// Images in the order in which a cloud takes them.
fn chosen(Split { train, validation, .. }: &Split, whose: Whose) -> impl Iterator<Item = u32> + '_ {
    let (held_out, trained_on) = match whose {
        Whose::Both => (validation.as_slice(), train.as_slice()),
        Whose::HeldOut => (validation.as_slice(), &[][..]),
        Whose::TrainedOn => (&[][..], train.as_slice()),
    };
    let by_turns = held_out.len().min(trained_on.len());
    let first = held_out.iter().zip(trained_on).flat_map(|(a, b)| [*a, *b]);
    first.chain(held_out[by_turns..].iter().copied()).chain(trained_on[by_turns..].iter().copied())
}

impl Overview {
    /// The next slice, after all codes were read; whether it was the last.
    fn slice(&mut self, done: &mut Readings, before: Option<&Principal>, wants_projection: bool) -> bool {
        let Some(summary) = &self.summary else {
            let summary = std::mem::take(&mut done.summing).finish(&done.codes);
            if wants_projection {
                self.projecting = Projecting::new(&done.codes, &summary, before);
            }
            self.summary = Some(summary);
            return self.projecting.is_done();
        };
        self.projecting = std::mem::take(&mut self.projecting).slice(&done.codes, summary);
        self.projecting.is_done()
    }
}

impl Readings {
    /// Encodes a slice, of which only the first images count, and reads everything about it at once.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    fn add(
        &mut self,
        model: &Autoencoder,
        x: Tensor<2>,
        counted: usize,
        wants_errors: bool,
    ) -> Result<(), ReadError> {
        let encoded = model.encode(x.clone());
        let [batch, size] = encoded.code.dims();
        let mut all = vec![encoded.code.clone()];
        let is_gaussian = encoded.log_variance.is_some();
        all.extend(encoded.log_variance.map(|log_variance| (log_variance * 0.5).exp()));
        if wants_errors {
            let error = squared_error(x, model.decode_beside(encoded.code, &encoded.skips));
            all.push(error.reshape([batch, 1]));
        }
        let numbers = read(Tensor::cat(all, 1))?;
        for image in numbers.chunks_exact(numbers.len() / batch.max(1)).take(counted) {
            let (code, rest) = image.split_at(size);
            self.codes.extend_from_slice(code);
            self.summing.add(code, is_gaussian.then(|| &rest[..size]));
            if is_gaussian {
                self.spreads.get_or_insert_default().extend_from_slice(&rest[..size]);
            }
            if wants_errors {
                self.errors.get_or_insert_default().extend(rest.last());
            }
        }
        self.count += counted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_come_by_turns_and_the_rest_behind() {
        let split = Split { train: vec![1, 2, 3, 4], validation: vec![7, 8], ..Split::default() };
        let all = |whose| chosen(&split, whose).collect::<Vec<u32>>();
        assert_eq!(all(Whose::Both), [7, 1, 8, 2, 3, 4]);
        assert_eq!(all(Whose::HeldOut), [7, 8]);
        assert_eq!(all(Whose::TrainedOn), [1, 2, 3, 4]);
        let mirrored = Split { train: vec![7, 8], validation: vec![1, 2, 3, 4], ..Split::default() };
        assert_eq!(chosen(&mirrored, Whose::Both).collect::<Vec<u32>>(), [1, 7, 2, 8, 3, 4]);
    }

    #[test]
    fn a_large_cloud_is_held_until_nobody_else_does() {
        let mut large = LargeClouds::default();
        let cloud = |numbers: usize| CloudView::of_codes(1, 2, vec![0.5; numbers].into());
        large.hold(&cloud(200).into());
        assert_eq!(large.0.len(), 0, "a small one");
        let shown = Arc::new(cloud(LARGE).with_spreads(vec![1.0; LARGE].into()));
        large.hold(&shown);
        let mut is_held = || {
            large.free();
            large.0.len() == 1
        };
        let codes = Arc::clone(&shown.codes);
        let spreads = shown.spreads.clone();
        assert!(is_held(), "the view is still shown");
        drop(shown);
        assert!(is_held(), "its codes are");
        drop(codes);
        assert!(is_held(), "its spreads are");
        drop(spreads);
        assert!(!is_held());
    }
}
