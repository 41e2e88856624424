//! The held-out images that drive one number of the code most, and least, a few milliseconds per turn.

use std::sync::Arc;

use super::job::{Job, JobError, Share};
use crate::engine::target::Target;
use crate::engine::view::{TopImage, TopImagesView};
use crate::model::Autoencoder;
use crate::train::read::read;

/// Images at either end.
const COUNT: usize = 12;

/// The activations of one number of the code, under way. The network is the one it began with.
#[derive(Debug)]
pub(super) struct TopImagesJob {
    unit: usize,
    model: Autoencoder,
    step: u64,
    values: Vec<f32>,
    /// Pixels of the slice, kept for their memory.
    pixels: Vec<f32>,
}

impl TopImagesJob {
    /// Begins to look for the images of a unit.
    pub(super) fn new(target: &Target<'_>, unit: &usize) -> Result<Self, JobError> {
        let (unit, count) = (*unit, target.learner.code_size());
        if unit >= count {
            let sentence = format!("There is no number {} in this code: it has {count}", unit + 1);
            return Err(JobError::Refused(sentence));
        }
        let (model, step) = (target.learner.model(), target.step());
        Ok(Self { unit, model, step, values: Vec::new(), pixels: Vec::new() })
    }
}

impl Job for TopImagesJob {
    type Output = ();

    fn share(_: &Target<'_>) -> Share {
        Share::OnePartIn(6)
    }

    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<()>, JobError> {
        let Target { learner, gallery, .. } = target;
        let left = &gallery.cloud[self.values.len()..];
        if let Some(first) = left.first() {
            let mut chunk = left[..many.min(left.len())].to_vec();
            let counted = chunk.len();
            chunk.resize(many, *first);
            gallery.dataset.write_f32(&chunk, &mut self.pixels);
            let codes = read(self.model.encode(learner.images(&self.pixels, learner.device())).code)?;
            let codes = codes.chunks_exact(learner.code_size()).take(counted);
            self.values.extend(codes.map(|code| code[self.unit]));
            return Ok(None);
        }
        let ranked = ranked(&gallery.cloud, &self.values);
        let (step, unit) = (self.step, self.unit);
        let highest = ranked.iter().take(COUNT).copied().collect();
        let lowest = ranked.iter().rev().take(COUNT).copied().collect();
        target.views.publish(|views, version| {
            views.top_images = Some(Arc::new(TopImagesView { version, step, unit, highest, lowest }));
        });
        Ok(Some(()))
    }
}

/// The images with their activations, the highest first; values that are not finite are left out.
fn ranked(images: &[u32], values: &[f32]) -> Vec<TopImage> {
    let all = images.iter().zip(values).map(|(image, value)| TopImage { image: *image, value: *value });
    let mut ranked: Vec<TopImage> = all.filter(|top| top.value.is_finite()).collect();
    ranked.sort_by(|a, b| b.value.total_cmp(&a.value));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_ranked_by_activation_and_nan_is_left_out() {
        let ranked = ranked(&[7, 8, 9, 10], &[0.5, f32::NAN, 2.0, -1.0]);
        let ranked: Vec<(u32, f32)> = ranked.into_iter().map(|top| (top.image, top.value)).collect();
        assert_eq!(ranked, [(9, 2.0), (7, 0.5), (10, -1.0)]);
    }
}
