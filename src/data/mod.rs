//! Pixels in: the built-in sets, IDX files, the split into training, validation and test images, and batches.
//!
//! Contract: a [`Dataset`] is bytes, made once by [`load`] and never changed; everything else reads it. The same
//! [`Source`] gives the same bytes on every machine and for any number of threads.

pub mod corrupt;
mod digits;
mod error;
mod feed;
mod idx;
mod pen;
mod shapes;
mod skeletons;

pub use error::DataError;
pub use feed::Feed;

use crate::recipe::random::{Purpose, stream};
use rand::seq::SliceRandom as _;
use std::fmt;
use std::path::Path;

/// The most bytes of pixels one data set may hold: what a student's laptop has to spare.
const MAX_BYTES: u64 = 2 << 30;

/// The size of every image of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
}

impl ImageShape {
    /// Numbers per image, all channels counted.
    pub fn pixels(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// How many times as wide as high the images are.
    pub fn aspect(&self) -> f32 {
        self.width as f32 / self.height.max(1) as f32
    }

    /// Channels, height and width, as tensors have them.
    pub fn dims(&self) -> [usize; 3] {
        [self.channels, self.height, self.width]
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.height, self.width, self.channels)
    }
}

/// One known factor of variation of a drawn set, with its value for every image.
#[derive(Clone, Debug)]
pub struct Factor {
    /// What varies, in one word.
    pub name: &'static str,
    /// One value per image.
    pub values: Vec<f32>,
}

/// Which images are for what, as indices into the data set. Training images are never held out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Images the network learns from.
    pub train: Vec<u32>,
    /// Images that choose among runs, in a mixed order, so that the first few are a fair sample.
    pub validation: Vec<u32>,
    /// Images that judge at the end. A set that brings its own test images uses them for validation too.
    pub test: Vec<u32>,
}

impl Split {
    /// Deals `count` images at random: the share `held_out` for validation, the same again for test, the rest for
    /// training. A share above zero holds out at least one image.
    fn dealt(count: usize, held_out: f64, seed: u64) -> Result<Self, DataError> {
        if !(0.0..0.5).contains(&held_out) {
            return Err(DataError::HeldOut { held_out });
        }
        let least = usize::from(held_out > 0.0);
        let held = ((count as f64 * held_out).round() as usize).max(least);
        if 2 * held >= count {
            return Err(DataError::NothingToTrain { held_out, count });
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.shuffle(&mut stream(seed, Purpose::Split, 0));
        let train = order.split_off(2 * held);
        let test = order.split_off(held);
        Ok(Self { train, validation: order, test })
    }
}

/// What predicting the mean training image costs, per image: the line a network must get below.
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
    /// "digits", "shapes", or the name of the file or folder.
    pub name: String,
    /// The size of every image.
    pub shape: ImageShape,
    /// All pixels, image after image, row-major, channels last.
    pub images: Vec<u8>,
    /// The class of every image; empty if the set is unlabelled.
    pub labels: Vec<u8>,
    /// A name per class; empty if the set is unlabelled.
    pub class_names: Vec<String>,
    /// What is known to vary; empty for files.
    pub factors: Vec<Factor>,
    /// Which images are for what.
    pub split: Split,
}

impl Dataset {
    /// The number of images, held-out ones included.
    pub fn len(&self) -> usize {
        self.images.len() / self.shape.pixels().max(1)
    }

    /// Whether there are no images; [`load`] never makes such a set.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The bytes of image `i`, row-major, channels last.
    pub fn image(&self, i: u32) -> &[u8] {
        let pixels = self.shape.pixels();
        &self.images[i as usize * pixels..][..pixels]
    }

    /// The class of image `i`, if the set is labelled.
    pub fn label(&self, i: u32) -> Option<u8> {
        self.labels.get(i as usize).copied()
    }

    /// Writes the images `indices` as f32 in [0, 1] into `out`, replacing what it held and reusing its memory.
    ///
    /// # Shapes
    /// - out: `[indices.len(), channels, height, width]`
    pub fn write_f32(&self, indices: &[u32], out: &mut Vec<f32>) {
        out.clear();
        out.reserve(indices.len() * self.shape.pixels());
        for &i in indices {
            let image = self.image(i);
            for channel in 0..self.shape.channels {
                let plane = image.iter().skip(channel).step_by(self.shape.channels);
                out.extend(plane.map(|&byte| grey(byte)));
            }
        }
    }

    /// The mean of the training images.
    ///
    /// # Shapes
    /// - output: `[channels, height, width]`
    pub fn mean_image(&self) -> Vec<f32> {
        let mean = self.mean_bytes();
        let channels = self.shape.channels;
        let plane = |channel| mean.iter().skip(channel).step_by(channels);
        (0..channels).flat_map(plane).map(|&byte| (byte / 255.0) as f32).collect()
    }

    /// The floor of the cross-entropy on grey levels over the images `indices`: the mean over images of
    /// Σ H(x) over pixels, in nats. A perfect reconstruction costs this much, not zero.
    pub fn entropy_floor(&self, indices: &[u32]) -> f64 {
        let mut counts = [0_u64; 256];
        for &i in indices {
            for &byte in self.image(i) {
                counts[usize::from(byte)] += 1;
            }
        }
        let levels = counts.iter().enumerate();
        let total: f64 = levels.map(|(byte, &count)| count as f64 * entropy(byte as f64 / 255.0)).sum();
        total / indices.len().max(1) as f64
    }

    /// What predicting the mean training image costs on the images `indices`.
    ///
    /// A pixel that is black in every training image is predicted as half a grey level spread over them all, so
    /// that one stray dot in a held-out image costs much, but not infinitely much.
    pub fn mean_image_cost(&self, indices: &[u32]) -> MeanImageCost {
        let mut cost = MeanImageCost { squared_error: 0.0, cross_entropy: 0.0 };
        if indices.is_empty() {
            return cost;
        }
        let n = indices.len() as f64;
        let least = 0.5 / (255.0 * self.split.train.len().max(1) as f64);
        let (sums, squares) = self.moments(indices);
        for ((byte, sum), square) in self.mean_bytes().into_iter().zip(sums).zip(squares) {
            let mean = byte / 255.0;
            let (first, second) = (sum as f64 / (255.0 * n), square as f64 / (255.0 * 255.0 * n));
            cost.squared_error += second - 2.0 * mean * first + mean * mean;
            let likely = mean.clamp(least, 1.0 - least);
            cost.cross_entropy -= first * likely.ln() + (1.0 - first) * (-likely).ln_1p();
        }
        cost
    }

    /// The mean of the training images in bytes, channels last.
    fn mean_bytes(&self) -> Vec<f64> {
        let n = self.split.train.len().max(1) as f64;
        self.moments(&self.split.train).0.into_iter().map(|sum| sum as f64 / n).collect()
    }

    /// Σ x and Σ x² of every pixel in bytes, channels last: whole numbers, so exact in any order.
    fn moments(&self, indices: &[u32]) -> (Vec<u64>, Vec<u64>) {
        let mut sums = vec![0_u64; self.shape.pixels()];
        let mut squares = sums.clone();
        for &i in indices {
            for ((sum, square), &byte) in sums.iter_mut().zip(&mut squares).zip(self.image(i)) {
                let x = u64::from(byte);
                *sum += x;
                *square += x * x;
            }
        }
        (sums, squares)
    }
}

/// A byte as a grey level in [0, 1].
fn grey(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

/// Entropy of a coin that shows ink with probability `x`, in nats.
fn entropy(x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 { 0.0 } else { -x * x.ln() - (1.0 - x) * (-x).ln_1p() }
}

/// Which images to make or read, and how to split them.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// "digits", "shapes", or the path of an IDX file or of a folder with MNIST's files.
    pub set: &'a str,
    /// How many images a built-in set draws.
    pub count: usize,
    /// How untidy a built-in set is: 0 neat, 1 like real handwriting.
    pub messiness: f64,
    /// The share of images held out for validation, and the same share again for test.
    pub held_out: f64,
    /// Seed of the drawing and of the split.
    pub seed: u64,
}

/// Draws a built-in set or reads a file or folder.
pub fn load(source: &Source) -> Result<Dataset, DataError> {
    match source.set {
        "digits" => drawn(source, digits::SHAPE, digits::draw_all),
        "shapes" => drawn(source, shapes::SHAPE, shapes::draw_all),
        path => from_files(source, Path::new(path)),
    }
}

/// What a built-in set hands over.
struct Drawn {
    images: Vec<u8>,
    labels: Vec<u8>,
    class_names: Vec<String>,
    factors: Vec<Factor>,
}

fn drawn(
    source: &Source,
    shape: ImageShape,
    draw_all: fn(usize, f64, u64) -> Drawn,
) -> Result<Dataset, DataError> {
    let Source { set, count, messiness, held_out, seed } = *source;
    check_count(set, count as u64, shape)?;
    if !messiness.is_finite() || messiness < 0.0 {
        return Err(DataError::Messiness { messiness });
    }
    let split = Split::dealt(count, held_out, seed)?;
    let Drawn { images, labels, class_names, factors } = draw_all(count, messiness, seed);
    Ok(Dataset { name: set.to_owned(), shape, images, labels, class_names, factors, split })
}

fn from_files(source: &Source, path: &Path) -> Result<Dataset, DataError> {
    let idx::Files { train, test } = idx::read(path)?;
    let count = train.count();
    let shape = train.shape;
    let (mut images, mut labels) = (train.bytes, train.labels);
    let split = if let Some(test) = test {
        let brought: Vec<u32> = (count as u32..(count + test.count()) as u32).collect();
        images.extend(test.bytes);
        labels.extend(test.labels);
        Split { train: (0..count as u32).collect(), validation: brought.clone(), test: brought }
    } else {
        Split::dealt(count, source.held_out, source.seed)?
    };
    let classes = labels.iter().max().map_or(0, |&most| usize::from(most) + 1);
    Ok(Dataset {
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        shape,
        images,
        labels,
        class_names: (0..classes).map(|class| class.to_string()).collect(),
        factors: Vec::new(),
        split,
    })
}

/// Refuses a number of images that is nothing, or more than memory should hold.
fn check_count(name: &str, count: u64, shape: ImageShape) -> Result<(), DataError> {
    if count == 0 {
        return Err(DataError::Empty { name: name.to_owned() });
    }
    // A shape is at most 128x128x3, so that the product fits unless `count` alone is absurd.
    match count.checked_mul(shape.pixels() as u64) {
        Some(bytes) if bytes <= MAX_BYTES && u32::try_from(count).is_ok() => Ok(()),
        _ => Err(DataError::TooMany { name: name.to_owned(), count }),
    }
}
