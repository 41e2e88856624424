//! A data set in memory: images, classes, known factors, and which images are for what.
//!
//! Contract: made once and never changed, so that it can be shared between threads. Statistics of byte images are sums
//! of whole numbers and therefore exact in any order.

use std::borrow::Cow;
use std::ops::Range;

use rand::seq::SliceRandom as _;

use super::error::DataError;
use super::pixels::PixelData;
use super::shape::ImageShape;
use crate::recipe::random::{Purpose, stream};

/// A factor of variation that is known for every image, such as the slant of a drawn digit.
#[derive(Clone, Debug)]
pub struct Factor {
    /// What varies, in one word.
    pub name: &'static str,
    /// One value per image.
    pub values: Vec<f32>,
}

/// Which images are for what, as indices into the data set. Training images are never held out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Images the network is trained on.
    pub train: Vec<u32>,
    /// Images that stop rules look at, in random order, so that the first few are a fair sample.
    pub validation: Vec<u32>,
    /// Images for the final test, which nothing is decided by.
    pub test: Vec<u32>,
    /// Held-out images of classes that the network never sees.
    pub left_out: LeftOut,
}

/// Held-out images of the classes that are left out of a set, with which anomaly detection is tested.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Those that would be for validation.
    pub validation: Vec<u32>,
    /// Those that would be for the test.
    pub test: Vec<u32>,
}

impl Split {
    /// Splits `count` images at random: the fraction `held_out` for validation, as many again for the test, and the
    /// rest for training. A fraction above zero holds out at least one image.
    pub(super) fn random(count: usize, held_out: f64, seed: u64) -> Result<Self, DataError> {
        if !(0.0..0.5).contains(&held_out) {
            return Err(DataError::HeldOut { held_out });
        }
        let held = held(count, held_out);
        if 2 * held >= count {
            return Err(DataError::NothingToTrain { held_out, count });
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.shuffle(&mut stream(seed, Purpose::Split, 0));
        let train = order.split_off(2 * held);
        let test = order.split_off(held);
        Ok(Self { train, validation: order, test, left_out: LeftOut::default() })
    }

    /// Splits a set whose last `tests` images are for the test: the fraction `held_out` of the first `count` is for
    /// validation, and the rest for training.
    pub(super) fn beside_test(
        count: usize,
        tests: usize,
        held_out: f64,
        seed: u64,
    ) -> Result<Self, DataError> {
        if !(0.0..0.5).contains(&held_out) {
            return Err(DataError::HeldOut { held_out });
        }
        let held = held(count, held_out);
        if held >= count {
            return Err(DataError::NothingToTrain { held_out, count });
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.shuffle(&mut stream(seed, Purpose::Split, 0));
        let train = order.split_off(held);
        let test = (count as u32..(count + tests) as u32).collect();
        Ok(Self { train, validation: order, test, left_out: LeftOut::default() })
    }
}

impl Split {
    /// Gives every class its share of each part. Classes with fewer than three images are trained on.
    pub(super) fn stratify(&mut self, labels: &[u8], held_out: f64, has_own_test: bool) {
        let class = |image: &u32| labels.get(*image as usize).copied().map_or(0, usize::from);
        let test = if has_own_test { Vec::new() } else { std::mem::take(&mut self.test) };
        // All parts are in random order, and stay so.
        let all = [std::mem::take(&mut self.validation), test, std::mem::take(&mut self.train)].concat();
        let (mut counts, mut seen) = ([0_usize; 256], [0_usize; 256]);
        all.iter().for_each(|image| counts[class(image)] += 1);
        for image in all {
            let class = class(&image);
            let held = if counts[class] < 3 { 0 } else { held(counts[class], held_out) };
            let place = seen[class];
            seen[class] += 1;
            match place {
                _ if place < held => self.validation.push(image),
                _ if place < 2 * held && !has_own_test => self.test.push(image),
                _ => self.train.push(image),
            }
        }
    }

    /// Trains on as many images of every class as there are of the rarest.
    pub(super) fn balance(&mut self, labels: &[u8]) {
        let class = |image: &u32| labels.get(*image as usize).copied().map_or(0, usize::from);
        let (mut counts, mut seen) = ([0_usize; 256], [0_usize; 256]);
        self.train.iter().for_each(|image| counts[class(image)] += 1);
        let least = counts.into_iter().filter(|count| *count > 0).min().unwrap_or(0);
        self.train.retain(|image| {
            seen[class(image)] += 1;
            seen[class(image)] <= least
        });
    }

    /// Validates on one part of several of all images that are not for the test, and trains on the others.
    pub(super) fn validate_on(&mut self, [fold, folds]: [usize; 2]) -> Result<(), DataError> {
        // Both are in random order, and so are their parts.
        let all = [std::mem::take(&mut self.validation), std::mem::take(&mut self.train)].concat();
        let bound = |part: usize| part * all.len() / folds.max(1);
        let is_possible = (2..=all.len()).contains(&folds) && (1..=folds).contains(&fold);
        if !is_possible {
            return Err(DataError::Folds { fold, folds, count: all.len() });
        }
        let (from, to) = (bound(fold - 1), bound(fold));
        self.validation = all[from..to].to_vec();
        self.train = [&all[..from], &all[to..]].concat();
        Ok(())
    }
}

/// How many of `count` images a fraction is; at least one, for a fraction above zero.
fn held(count: usize, held_out: f64) -> usize {
    ((count as f64 * held_out).round() as usize).max(usize::from(held_out > 0.0))
}

/// What predicting the mean training image costs, per image: a network should do better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanImageCost {
    /// Squared error, summed over pixels.
    pub squared_error: f64,
    /// Bernoulli cross-entropy in nats, summed over pixels.
    pub cross_entropy: f64,
}

/// A set of images and all that is known of them. Immutable once made; shared as `Arc<Dataset>`.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The name of a built-in set, or of the file or folder.
    pub name: String,
    /// The size of every image.
    pub shape: ImageShape,
    /// All pixels, image after image, row-major, channels last.
    pub images: PixelData,
    /// The class of every image; empty if the set is unlabelled.
    pub labels: Vec<u8>,
    /// A name per class; empty if the set is unlabelled.
    pub class_names: Vec<String>,
    /// Known factors of variation; empty for files.
    pub factors: Vec<Factor>,
    /// Which images are for what.
    pub split: Split,
    /// What was decided or left out when files were read, each in words.
    pub notes: Vec<String>,
}

impl Dataset {
    /// The number of images, held-out ones included.
    pub fn len(&self) -> usize {
        self.shape.images_in(self.images.len())
    }

    /// Whether there are no images; [`super::load()`] never makes such a set.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// Image `i` as bytes, row-major, channels last, rounded where the set holds real numbers.
    pub fn image_bytes(&self, i: u32) -> Cow<'_, [u8]> {
        self.images.bytes(self.range(i))
    }

    /// The class of image `i`, if the set is labelled.
    pub fn label(&self, i: u32) -> Option<u8> {
        self.labels.get(i as usize).copied()
    }

    /// The positions of these images in the list, ordered so that the classes take turns.
    pub fn by_turns(&self, images: &[u32]) -> Vec<usize> {
        let mut counts = [0_usize; 256];
        let mut ranked: Vec<(usize, u8, usize)> = Vec::with_capacity(images.len());
        for (position, image) in images.iter().enumerate() {
            let class = self.label(*image).unwrap_or(0);
            ranked.push((counts[usize::from(class)], class, position));
            counts[usize::from(class)] += 1;
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, position)| position).collect()
    }

    /// Writes the images `indices` as f32 in [0, 1] into `out`, replacing what it held and reusing its memory.
    ///
    /// # Shapes
    /// - out: `[indices.len(), channels, height, width]`
    pub fn write_f32(&self, indices: &[u32], out: &mut Vec<f32>) {
        out.clear();
        out.reserve(indices.len() * self.shape.values());
        for &i in indices {
            self.images.write_f32(self.range(i), self.shape.channels, out);
        }
    }

    /// The mean of the training images.
    ///
    /// # Shapes
    /// - output: `[channels, height, width]`
    pub fn mean_image(&self) -> Vec<f32> {
        let mean = self.moments(&self.split.train).mean;
        let channels = self.shape.channels;
        let plane = |channel| mean.iter().skip(channel).step_by(channels);
        (0..channels).flat_map(plane).map(|&x| x as f32).collect()
    }

    /// The least cross-entropy that is possible on the images `indices`: the mean over images of Σ H(x) over pixels, in
    /// nats. Grey levels are targets between 0 and 1, so even a perfect reconstruction costs this much.
    pub fn entropy_floor(&self, indices: &[u32]) -> f64 {
        let total: f64 = match &self.images {
            PixelData::Bytes(bytes) => {
                let mut counts = [0_u64; 256];
                for byte in indices.iter().flat_map(|&i| &bytes[self.range(i)]) {
                    counts[usize::from(*byte)] += 1;
                }
                let levels = counts.iter().enumerate();
                levels.map(|(byte, &count)| count as f64 * entropy(byte as f64 / 255.0)).sum()
            }
            floats @ PixelData::Floats(_) => {
                indices.iter().flat_map(|&i| floats.levels(self.range(i))).map(entropy).sum()
            }
        };
        total / indices.len().max(1) as f64
    }

    /// What predicting the mean training image costs on the images `indices`.
    ///
    /// A pixel that is black in every training image is predicted as half a grey level spread over them all, so that
    /// one stray dot in a held-out image costs much, but not infinitely much.
    pub fn mean_image_cost(&self, indices: &[u32]) -> MeanImageCost {
        let mut cost = MeanImageCost { squared_error: 0.0, cross_entropy: 0.0 };
        if indices.is_empty() {
            return cost;
        }
        let least = 0.5 / (255.0 * self.split.train.len().max(1) as f64);
        let means = self.moments(&self.split.train).mean;
        let seen = self.moments(indices);
        for ((mean, first), second) in means.into_iter().zip(seen.mean).zip(seen.mean_square) {
            cost.squared_error += second - 2.0 * mean * first + mean * mean;
            let likely = mean.clamp(least, 1.0 - least);
            cost.cross_entropy -= first * likely.ln() + (1.0 - first) * (-likely).ln_1p();
        }
        cost
    }

    /// Where the values of image `i` lie.
    fn range(&self, i: u32) -> Range<usize> {
        let values = self.shape.values();
        i as usize * values..(i as usize + 1) * values
    }

    /// The mean of x and of x² of every pixel over the images `indices`, channels last.
    fn moments(&self, indices: &[u32]) -> Moments {
        let n = indices.len().max(1) as f64;
        match &self.images {
            PixelData::Bytes(bytes) => {
                let mut sums = vec![0_u64; self.shape.values()];
                let mut squares = sums.clone();
                for &i in indices {
                    let image = &bytes[self.range(i)];
                    for ((sum, square), byte) in sums.iter_mut().zip(&mut squares).zip(image) {
                        let x = u64::from(*byte);
                        *sum += x;
                        *square += x * x;
                    }
                }
                Moments {
                    mean: sums.into_iter().map(|sum| sum as f64 / n / 255.0).collect(),
                    mean_square: squares.into_iter().map(|sum| sum as f64 / n / (255.0 * 255.0)).collect(),
                }
            }
            floats @ PixelData::Floats(_) => {
                let mut mean = vec![0.0; self.shape.values()];
                let mut mean_square = mean.clone();
                for &i in indices {
                    let image = floats.levels(self.range(i));
                    for ((sum, square), x) in mean.iter_mut().zip(&mut mean_square).zip(image) {
                        *sum += x / n;
                        *square += x * x / n;
                    }
                }
                Moments { mean, mean_square }
            }
        }
    }
}

/// First and second moment of every pixel, from 0 to 1.
struct Moments {
    mean: Vec<f64>,
    mean_square: Vec<f64>,
}

/// Entropy of a Bernoulli variable that is 1 with probability `x`, in nats.
fn entropy(x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 { 0.0 } else { -x * x.ln() - (1.0 - x) * (-x).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_by_class_holds_out_of_every_class_and_a_balanced_one_trains_on_equally_many() {
        // A hundred, twenty and two images of three classes.
        let labels: Vec<u8> = [vec![0; 100], vec![1; 20], vec![2; 2]].concat();
        let counts = |part: &[u32]| {
            [0, 1, 2].map(|class| part.iter().filter(|i| labels[**i as usize] == class).count())
        };
        let mut split = Split::random(122, 0.1, 0).expect("a split");
        split.stratify(&labels, 0.1, false);
        assert_eq!(counts(&split.validation), [10, 2, 0]);
        assert_eq!((counts(&split.test), counts(&split.train)), ([10, 2, 0], [80, 16, 2]));
        split.balance(&labels);
        assert_eq!((counts(&split.train), counts(&split.validation)), ([2, 2, 2], [10, 2, 0]));
        let mut split = Split::beside_test(100, 22, 0.1, 0).expect("a split");
        split.stratify(&labels, 0.1, true);
        assert_eq!((counts(&split.validation), counts(&split.test)), ([10, 0, 0], [0, 20, 2]));
    }
}
