//! A data set from numbers: pixels are scaled by one white, and sizes are held to the limits.

use super::numbers::{Classes, Numbers, white};
use super::options::ReadOptions;
use super::reader::{Found, LabelledImages};
use crate::data::error::DataError;
use crate::data::shape::ImageShape;

/// The smallest side of images that are found in rows of pixels.
const LEAST_SIDE: usize = 4;

/// The shape of square images of so many pixels, grey or in colour.
pub(super) fn square(pixels: usize) -> Option<ImageShape> {
    let of = |plane: usize, channels: usize| {
        let side = plane.isqrt();
        let is_square = side * side == plane && side >= LEAST_SIDE;
        is_square.then_some(ImageShape { height: side, width: side, channels })
    };
    of(pixels, 1).or_else(|| of(pixels / 3, 3).filter(|_| pixels.is_multiple_of(3)))
}

/// The set of one part, or of images to train on and images for the test. `known` are their classes; `None` where there are
/// too many.
pub(super) fn assembled(
    file: &str,
    parts: Vec<(ImageShape, Numbers)>,
    known: Option<Classes>,
    options: &ReadOptions<'_>,
) -> Result<Found, DataError> {
    let mut notes = Vec::new();
    if known.is_none() {
        notes.push("more than 256 different labels are not classes and were left out".to_owned());
    }
    let Classes { mut labels, names } = known.unwrap_or_default();
    labels.resize(parts.len(), Vec::new());
    let white = white(file, &parts.iter().map(|(_, numbers)| numbers).collect::<Vec<&Numbers>>())?;
    if white != 255.0 && white != 1.0 {
        notes.push(format!("pixels from 0 to {white} are read as 0 to 1"));
    }
    let mut images = Vec::new();
    for ((ImageShape { height, width, channels }, numbers), labels) in parts.into_iter().zip(labels) {
        let [height, width, channels] =
            [height, width, channels].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let shape = options.limits.shape(file, height, width, channels)?;
        let pixels = numbers.pixels(white);
        let count = shape.images_in(pixels.len()) as u64;
        options.limits.check_memory(file, count, shape, pixels.bytes_per_value())?;
        images.push(LabelledImages { shape, pixels, labels });
    }
    let mut images = images.into_iter();
    let train = images.next().ok_or_else(|| DataError::Empty { name: file.to_owned() })?;
    let test = images.next();
    if let Some(test) = &test {
        if test.shape != train.shape {
            return Err(DataError::Mismatch { name: file.to_owned(), train: train.shape, test: test.shape });
        }
        if test.labels.is_empty() != train.labels.is_empty() {
            return Err(DataError::HalfLabelled { name: file.to_owned() });
        }
    }
    Ok(Found { train, test, class_names: names, notes })
}
