//! Clouds: the codes of many images, a few milliseconds per turn.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::message::{CloudWish, Whose};
use super::projection::Projecting;
use super::throttle::Throttle;
use super::view::CloudView;
use crate::data::{Dataset, Split};
use crate::insight::cloud::{Summary, Summing};
use crate::insight::principal::Principal;
use crate::model::Autoencoder;
use crate::model::objective::squared_error;
use crate::train::Learner;
use crate::train::read::{ReadError, read};

/// Most images of a cloud.
const MOST_IMAGES: usize = 60_000;
/// Most numbers in the codes of a cloud: long codes get fewer images.
const MOST_NUMBERS: usize = 1 << 24;
/// So many numbers are quickly given back, fewer all the more.
const LARGE: usize = 1 << 20;
/// Beside training a cloud takes at most one part in so many of the time.
const ONE_PART_IN: u32 = 6;

/// The codes of images, under way. The network is the one it began with.
#[derive(Debug)]
pub(super) struct CloudJob {
    wish: CloudWish,
    model: Autoencoder,
    step: u64,
    throttle: Throttle,
    images: Arc<[u32]>,
    done: Encoded,
    seen: Seen,
    /// The principal axes of the cloud before.
    before: Option<Principal>,
    /// Pixels of the slice, kept for their memory.
    pixels: Vec<f32>,
}

/// What was read off images so far, one after the other.
#[derive(Debug, Default)]
struct Encoded {
    count: usize,
    codes: Vec<f32>,
    spreads: Option<Vec<f32>>,
    errors: Option<Vec<f32>>,
    summing: Summing,
}

/// What is seen of all codes together, once they were read off.
#[derive(Debug, Default)]
struct Seen {
    summary: Option<Summary>,
    projecting: Projecting,
}

/// Large clouds that were handed out. Whoever looks at one last gives its memory back, which takes milliseconds: here
/// they are held until nobody else does, so that a window never has to.
#[derive(Debug, Default)]
pub(super) struct Handed(Vec<CloudView>);

impl Handed {
    /// Holds a cloud, if it is a large one.
    pub(super) fn keep(&mut self, view: &CloudView) {
        if view.codes.len() >= LARGE {
            self.0.push(view.clone());
        }
    }

    /// Lets go of what nobody looks at any more.
    pub(super) fn let_go(&mut self) {
        let is_free = |numbers: &Arc<[f32]>| Arc::strong_count(numbers) == 1;
        self.0.retain(|view| !(is_free(&view.codes) && view.spreads.as_ref().is_none_or(is_free)));
    }
}

impl CloudJob {
    /// Begins a cloud.
    pub(super) fn new(
        learner: &Learner,
        dataset: &Dataset,
        (wish, before): (CloudWish, Option<Principal>),
        wants_full_chunks: bool,
    ) -> Self {
        let most = wish.count.min(MOST_IMAGES).min(MOST_NUMBERS / learner.code_size().max(1));
        let images: Arc<[u32]> = chosen(&dataset.split, wish.whose).take(most).collect();
        let summing = Summing::new(images.len(), learner.code_size());
        Self {
            wish,
            model: learner.model(),
            step: learner.step_number(),
            throttle: Throttle::new(wants_full_chunks),
            images,
            done: Encoded { summing, ..Encoded::default() },
            seen: Seen::default(),
            before,
            pixels: Vec::new(),
        }
    }

    /// What it was begun for.
    pub(super) fn wish(&self) -> CloudWish {
        self.wish
    }

    /// What fits into a turn; the cloud once all were encoded. Beside runs that train it takes a small share of the
    /// time; while they rest it takes all there is.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        dataset: &Dataset,
        trainers: u32,
    ) -> Result<Option<CloudView>, ReadError> {
        if trainers > 0 && self.throttle.is_resting() {
            return Ok(None);
        }
        let Self { wish, model, step, throttle, images, done, seen, before, pixels } = self;
        let rest = (trainers > 0).then_some(ONE_PART_IN * trainers);
        let is_done = throttle.turn(rest, |many| {
            let left = &images[done.count..];
            let Some(first) = left.first() else {
                return Ok(seen.slice(done, before.as_ref(), wish.projection));
            };
            let mut chunk = left[..many.min(left.len())].to_vec();
            let counted = chunk.len();
            chunk.resize(many, *first);
            dataset.write_f32(&chunk, pixels);
            done.add(model, learner.images(pixels, learner.device()), counted, wish.errors)?;
            Ok(false)
        })?;
        Ok(is_done.then(|| {
            let Encoded { codes, spreads, errors, .. } = std::mem::take(done);
            let Seen { summary, projecting } = std::mem::take(seen);
            CloudView {
                step: *step,
                dimensions: learner.code_size(),
                images: Arc::clone(images),
                codes: codes.into(),
                spreads: spreads.map(Arc::from),
                errors: errors.map(Arc::from),
                summary: Arc::new(summary.unwrap_or_default()),
                projection: projecting.found().map(Arc::new),
            }
        }))
    }
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

impl Seen {
    /// The next slice, after all codes were read off; whether it was the last.
    fn slice(&mut self, done: &mut Encoded, before: Option<&Principal>, wants_projection: bool) -> bool {
        let Some(summary) = &self.summary else {
            let summary = std::mem::take(&mut done.summing).finish(&done.codes);
            if wants_projection {
                self.projecting = Projecting::new(&done.codes, &summary, before);
            }
            self.summary = Some(summary);
            return self.projecting.is_over();
        };
        self.projecting = std::mem::take(&mut self.projecting).slice(&done.codes, summary);
        self.projecting.is_over()
    }
}

impl Encoded {
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
        let split = Split { train: vec![1, 2, 3, 4], validation: vec![7, 8], test: Vec::new() };
        let all = |whose| chosen(&split, whose).collect::<Vec<u32>>();
        assert_eq!(all(Whose::Both), [7, 1, 8, 2, 3, 4]);
        assert_eq!(all(Whose::HeldOut), [7, 8]);
        assert_eq!(all(Whose::TrainedOn), [1, 2, 3, 4]);
        let mirrored = Split { train: vec![7, 8], validation: vec![1, 2, 3, 4], test: Vec::new() };
        assert_eq!(chosen(&mirrored, Whose::Both).collect::<Vec<u32>>(), [1, 7, 2, 8, 3, 4]);
    }

    #[test]
    fn a_large_cloud_is_held_until_nobody_looks_at_it() {
        let mut handed = Handed::default();
        let cloud = |numbers: usize| CloudView::of_codes(1, 2, vec![0.5; numbers].into());
        handed.keep(&cloud(200));
        assert_eq!(handed.0.len(), 0, "a small one");
        let looked_at = cloud(LARGE).with_spreads(vec![1.0; LARGE].into());
        handed.keep(&looked_at);
        let codes = Arc::clone(&looked_at.codes);
        let spreads = looked_at.spreads.clone();
        drop(looked_at);
        handed.let_go();
        drop(codes);
        handed.let_go();
        assert_eq!(handed.0.len(), 1, "its spreads are still looked at");
        drop(spreads);
        handed.let_go();
        assert_eq!(handed.0.len(), 0);
    }
}
