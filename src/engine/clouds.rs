//! Clouds: the codes of many images, a few milliseconds per turn.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::message::{CloudWish, Whose};
use super::pace::Pace;
use super::view::CloudView;
use crate::data::{Dataset, Split};
use crate::model::Autoencoder;
use crate::model::objective::squared_error;
use crate::train::Learner;
use crate::train::read::{ReadError, read};

/// Most images of a cloud.
const MOST_IMAGES: usize = 60_000;
/// Most numbers in the codes of a cloud: long codes get fewer images.
const MOST_NUMBERS: usize = 1 << 24;
/// Beside training a cloud takes at most one part in so many of the time.
const ONE_PART_IN: u32 = 6;

/// The codes of images, under way. The network is the one it began with.
#[derive(Debug)]
pub(super) struct CloudJob {
    wish: CloudWish,
    model: Autoencoder,
    step: u64,
    pace: Pace,
    images: Arc<[u32]>,
    done: Encoded,
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
}

impl CloudJob {
    /// Begins a cloud.
    pub(super) fn new(
        learner: &Learner,
        dataset: &Dataset,
        wish: CloudWish,
        wants_full_chunks: bool,
    ) -> Self {
        let most = wish.count.min(MOST_IMAGES).min(MOST_NUMBERS / learner.code_size().max(1));
        let images = chosen(&dataset.split, wish.whose).take(most).collect();
        Self {
            wish,
            model: learner.model(),
            step: learner.step_number(),
            pace: Pace::new(wants_full_chunks),
            images,
            done: Encoded::default(),
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
        if trainers > 0 && self.pace.is_resting() {
            return Ok(None);
        }
        let Self { wish, model, step, pace, images, done, pixels } = self;
        let rest = (trainers > 0).then_some(ONE_PART_IN * trainers);
        let is_done = pace.turn(rest, |many| {
            let left = &images[done.count..];
            let Some(first) = left.first() else { return Ok(true) };
            let mut chunk = left[..many.min(left.len())].to_vec();
            let counted = chunk.len();
            chunk.resize(many, *first);
            dataset.write_f32(&chunk, pixels);
            done.add(model, learner.images(pixels, learner.device()), counted, wish.errors)?;
            Ok(done.count == images.len())
        })?;
        Ok(is_done.then(|| {
            let Encoded { codes, spreads, errors, .. } = std::mem::take(done);
            CloudView {
                step: *step,
                dimensions: learner.code_size(),
                images: Arc::clone(images),
                codes: codes.into(),
                spreads: spreads.map(Arc::from),
                errors: errors.map(Arc::from),
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
}
