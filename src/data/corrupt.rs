//! Corrupts images for a denoising autoencoder. All randomness comes from the generator that is passed in.

use rand::{Rng, RngExt as _};
use rand_distr::StandardNormal;

use crate::recipe::{Corruption, NoiseRecipe};

/// Corrupts images of `[channels, height, width]`, one after the other. The channels of a pixel are corrupted together,
/// except by Gaussian noise, which is independent for every value and not clipped.
pub fn corrupt(images: &mut [f32], dims: [usize; 3], noise: &NoiseRecipe, rng: &mut impl Rng) {
    let amount = noise.amount as f32;
    for image in images.chunks_exact_mut(dims.iter().product()) {
        match noise.kind {
            Corruption::None => {}
            Corruption::Gaussian => {
                image.iter_mut().for_each(|x| *x += amount * rng.sample::<f32, _>(StandardNormal));
            }
            Corruption::Masking => {
                each_pixel(image, dims, || (rng.random::<f32>() < amount).then_some(0.0));
            }
            Corruption::SaltAndPepper => each_pixel(image, dims, || {
                let draw = rng.random::<f32>();
                (draw < amount).then_some(if draw < amount / 2.0 { 0.0 } else { 1.0 })
            }),
            Corruption::Blocks => blank_block(image, dims, amount, rng),
        }
    }
}

/// Sets pixels, in all channels, to the values that `draw` gives for them.
fn each_pixel(
    image: &mut [f32],
    [channels, height, width]: [usize; 3],
    mut draw: impl FnMut() -> Option<f32>,
) {
    let plane = height * width;
    for pixel in 0..plane {
        if let Some(value) = draw() {
            (0..channels).for_each(|channel| image[channel * plane + pixel] = value);
        }
    }
}

/// Sets a block of the image's proportions to zero. It covers the fraction `area` of the image and lies inside it.
fn blank_block(image: &mut [f32], [channels, height, width]: [usize; 3], area: f32, rng: &mut impl Rng) {
    let side = |length: usize| ((length as f32 * area.sqrt()).round() as usize).min(length);
    let (tall, wide) = (side(height), side(width));
    let top = rng.random_range(0..=height - tall);
    let left = rng.random_range(0..=width - wide);
    for channel in 0..channels {
        for row in top..top + tall {
            let from = (channel * height + row) * width + left;
            image[from..from + wide].fill(0.0);
        }
    }
}
